#pragma once
// The way in for hosts: a request as it came, to the organisation that its endpoint leads to.

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/id.hpp"
#include "atlas/inbound.hpp"

namespace atlas {

class Kernel;
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
/// number. Thread-safe. Outlived by its kernel.
class InboundDesk {
 public:
  explicit InboundDesk(Kernel& kernel) : kernel_(kernel) {}

  /// The answer to send back. Throws not_found (no such endpoint), unauthenticated (reason: signature,
  /// no_secret, verify_token), invalid_argument (method, too large), storage_…: then nothing was taken and
  /// the provider sends it again.
  inbound::Response receive(const WebhookRequest& request);

 private:
  void refused(const Uuid& org, const Uuid& account, const Error& why);

  struct Window {
    std::int64_t since_ms = 0;
    std::int64_t waiting = 0;  ///< refused since the last alarm
  };
  Kernel& kernel_;
  std::mutex mutex_;
  std::map<Uuid, Window> windows_;
};

}  // namespace atlas
