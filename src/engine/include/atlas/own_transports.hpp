#pragma once
// The library's own transports, set up from one text: what the C interface, Python and the command share.

#include <memory>
#include <string_view>

#include "atlas/time.hpp"
#include "atlas/transport.hpp"

namespace atlas {

/// Adds TWILIO, META and SMTP, and FILE if a directory is named. `settings`: a JSON object or "", with
/// `directory`, `proxy`, `ca_file`, `connect_timeout_ms` (1 to 3,600,000), `allow_plain`, `meta_version`; see
/// ProviderOptions. No clock = the machine's. Throws invalid_argument with every wrong setting, and
/// not_supported where the library was built without network transports and no directory is named.
void add_own_transports(Transports& transports, std::string_view settings, std::shared_ptr<Clock> clock = {});

}  // namespace atlas
