#pragma once
// Messages of which nobody knows whether they left: their providers are asked, where they can be.

#include <optional>

#include "atlas/message_moves.hpp"
#include "atlas/registry.hpp"

namespace atlas::outbox {

/// When a provider is asked, after the last attempt began: 2 and 10 min, 1, 6, 24 and 72 h. Nothing: no more.
std::optional<Timestamp> next_inquiry(Timestamp began, Timestamp now) noexcept;

/// Puts a message that has become uncertain on the list, if its account's provider can be asked; to be stored
/// by the caller.
void ask_later(Context& cx, messages::Tracked& t);

/// The worker that asks.
void register_asking(Registry& registry);

}  // namespace atlas::outbox
