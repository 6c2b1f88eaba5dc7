#pragma once
// The secrets of a channel account, for the room itself.

#include <optional>
#include <string>
#include <string_view>

#include "atlas/channel_store.hpp"

namespace atlas::channels {

/// The member of a slot.
std::optional<std::string>& slot_of(SecretRefs& refs, std::string_view slot);

/// Puts a secret in the slot (`value` sealed, else `ref`, else nothing) and says so in the account's refs.
/// Does not write the account.
void put_secret(Context& cx, ChannelAccount& account, std::string_view slot,
                const std::optional<std::string>& value, const std::optional<std::string>& ref);

/// Moves what is in `from` to `to`; `from` is empty then.
void move_secret(Context& cx, ChannelAccount& account, std::string_view from, std::string_view to);

}  // namespace atlas::channels
