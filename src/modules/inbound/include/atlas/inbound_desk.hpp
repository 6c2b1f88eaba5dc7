#pragma once
// The way in for hosts: a request as it came, to the organisation that its endpoint leads to.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/id.hpp"
#include "atlas/inbound.hpp"
#include "atlas/kernel.hpp"

namespace atlas {

class Error;

/// One request to an endpoint, as the host got it. The views outlive the call; nothing of it is trusted.
struct WebhookRequest {
  std::string_view endpoint;  ///< last part of the path
  std::string_view method;    ///< GET or POST
  std::string_view url;       ///< whole, or from the path on
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;  ///< raw bytes
};

/// Takes requests and counts those that are refused: at most one alarm a minute per account, with their
/// number. Remembers where endpoints led last time; the account itself is read for each request, so that an
/// endpoint that was turned away is no way in. Thread-safe. Outlived by its kernel.
class InboundDesk {
 public:
  explicit InboundDesk(Kernel& kernel) : kernel_(kernel) {}

  /// The answer to send back. Throws not_found (no such endpoint), unauthenticated (reason: signature,
  /// no_secret, verify_token), invalid_argument (method, too large), storage_…: then nothing was taken and
  /// the provider sends it again.
  inbound::Response receive(const WebhookRequest& request);

 private:
  /// By memory, else by the directory.
  std::optional<Kernel::Endpoint> lead(std::string_view endpoint, bool& remembered);
  void forget(std::string_view endpoint);
  inbound::Response take(const Kernel::Endpoint& to, const inbound::Receive& in);
  void refused(const Uuid& org, const Uuid& account, const Error& why);

  struct Window {
    std::int64_t since_ms = 0;
    std::int64_t waiting = 0;  ///< refused since the last alarm
  };
  Kernel& kernel_;
  std::mutex mutex_;
  std::map<Uuid, Window> windows_;
  std::mutex led_mutex_;
  std::map<std::string, Kernel::Endpoint, std::less<>> led_;
};

}  // namespace atlas
