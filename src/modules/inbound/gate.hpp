#pragma once
// Is a request really the provider's, and what does it say? Looked at before the transaction that takes it.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "atlas/channel_store.hpp"
#include "atlas/inbound.hpp"
#include "atlas/webhook.hpp"

namespace atlas {

class Context;
struct Principal;

namespace inbound {

/// A request on its way in.
struct Gate {
  ChannelAccount account;
  bool recalled = false;  ///< not read for this request
  std::optional<channels::StoredSecret> signing, signing_previous, verify_token;
  Receive request;
  std::string url;   ///< what the signature is over
  std::string body;  ///< raw
  std::optional<std::string> challenge;
  Delivery delivery;
};

/// Reads the account and where its secrets lie. Throws not_found.
std::shared_ptr<Gate> open_gate(Context& cx, const Receive& in);

/// Accounts as they were read last, with where their signing secrets lie. Thread-safe.
class KnownAccounts {
 public:
  void remember(const Uuid& org, const Gate& gate);
  /// What open_gate would make of the request as things were; null where it is not known.
  std::shared_ptr<Gate> recall(const Principal& who, const Receive& in) const;

 private:
  struct Known {
    Uuid org;
    ChannelAccount account;
    std::optional<channels::StoredSecret> signing, signing_previous;
  };
  mutable std::mutex mutex_;
  std::map<Uuid, std::shared_ptr<const Known>> known_;
};

/// Throws storage_conflict when the account is not what it was when the request was judged by memory.
void check_recalled(Context& cx, const Gate& gate);

/// Checks and reads the request; asks the host for its secrets. Throws unauthenticated, invalid_argument.
void pass_gate(Gate& gate, Secrets* host);

/// What a body of this provider's says.
Delivery read_delivery(std::string_view provider, std::string_view url, std::string_view body);

}  // namespace inbound
}  // namespace atlas
