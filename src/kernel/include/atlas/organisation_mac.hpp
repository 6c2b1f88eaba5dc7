#pragma once
// A keyed hash that belongs to the organisation, not to a person: it outlives every erasure. And what is
// sealed under the organisation's own key.

#include <optional>
#include <string>
#include <string_view>

#include "atlas/crypto.hpp"

namespace atlas {

class Context;

/// HMAC-SHA256 of `data` under a key of the organisation at hand, another for each `use`. Without the
/// organisation's key nobody can guess `data` from it. Throws storage_corrupt when that key is gone.
Hash organisation_mac(Context& cx, std::string_view use, std::string_view data);

/// Seals a secret of the organisation's under a key of it, another for each `use`; `place` (a record and
/// field) is authenticated, so that what was sealed for one place does not open in another. Throws
/// storage_corrupt when the organisation's key is gone.
std::string organisation_seal(Context& cx, std::string_view use, std::string_view place,
                              std::string_view plain);
/// Nothing when it was sealed for another place or use, or a byte was changed.
std::optional<std::string> organisation_unseal(Context& cx, std::string_view use, std::string_view place,
                                               std::string_view sealed);

}  // namespace atlas
