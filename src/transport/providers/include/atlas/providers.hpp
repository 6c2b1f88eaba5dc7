#pragma once
// The library's own transports over the network: Twilio, the WhatsApp Cloud API, SMTP. Built with ATLAS_HTTP.

#include <cstdint>
#include <memory>
#include <string>

#include "atlas/transport.hpp"

namespace atlas {

/// What the transports have in common. Certificates are always verified, redirects never followed, answers
/// never logged.
struct ProviderOptions {
  std::shared_ptr<Clock> clock;              ///< none = the machine's; dates of Retry-After and e-mails
  std::int64_t connect_timeout_ms = 10'000;  ///< at most; a message's deadline may be earlier
  std::size_t answer_limit = 256u << 10;     ///< bytes of an answer that are read
  std::string proxy;    ///< `http://proxy:3128`; "" = none, whatever the environment says
  std::string ca_file;  ///< certificates to trust instead of the system's
  /// Lets an account's base_url be plain `http://`, and SMTP go without TLS, on hosts that are not this one.
  bool allow_plain = false;
  std::string meta_version = "v23.0";  ///< of the Graph API
};

/// Twilio's Messages resource: SMS and WhatsApp. Secret `send`: the account's token, or `SK…:secret` for an
/// API key. Takes no idempotency token; its status reports carry the envelope's token in their URL.
std::shared_ptr<Transport> make_twilio_transport(ProviderOptions options = {});
/// WhatsApp Cloud API. Secret `send`: the access token. Takes no idempotency token; its status reports carry
/// the envelope's.
std::shared_ptr<Transport> make_meta_transport(ProviderOptions options = {});
/// SMTP submission. Secret `send`: the password; without one there is no authentication. TLS is required
/// unless the relay is this host. Signing (DKIM) is the relay's.
std::shared_ptr<Transport> make_smtp_transport(ProviderOptions options = {});

/// All three, each for its provider: TWILIO, META, SMTP.
void add_provider_transports(Transports& transports, const ProviderOptions& options = {});

}  // namespace atlas
