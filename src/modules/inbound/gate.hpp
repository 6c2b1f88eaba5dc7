#pragma once
// Is a request really the provider's, and what does it say? Looked at before the transaction that takes it.

#include <memory>
#include <optional>
#include <string>

#include "atlas/channel_store.hpp"
#include "atlas/inbound.hpp"
#include "atlas/webhook.hpp"

namespace atlas {

class Context;

namespace inbound {

/// A request on its way in.
struct Gate {
  ChannelAccount account;
  std::optional<channels::StoredSecret> signing, signing_previous, verify_token;
  Receive request;
  std::string url;   ///< what the signature is over
  std::string body;  ///< raw
  std::optional<std::string> challenge;
  Delivery delivery;
};

/// Reads the account and where its secrets lie. Throws not_found.
std::shared_ptr<Gate> open_gate(Context& cx, const Receive& in);

/// Checks and reads the request; asks the host for its secrets. Throws unauthenticated, invalid_argument.
void pass_gate(Gate& gate, Secrets* host);

/// What a body of this provider's says.
Delivery read_delivery(std::string_view provider, std::string_view url, std::string_view body);

}  // namespace inbound
}  // namespace atlas
