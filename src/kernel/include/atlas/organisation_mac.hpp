#pragma once
// A keyed hash that belongs to the organisation, not to a person: it outlives every erasure.

#include <string_view>

#include "atlas/crypto.hpp"

namespace atlas {

class Context;

/// HMAC-SHA256 of `data` under a key of the organisation at hand, another for each `use`. Without the
/// organisation's key nobody can guess `data` from it. Throws storage_corrupt when that key is gone.
Hash organisation_mac(Context& cx, std::string_view use, std::string_view data);

}  // namespace atlas
