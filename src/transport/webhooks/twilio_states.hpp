#pragma once
// Twilio's words for how far a message has come; private to the room.

#include <optional>
#include <string_view>

#include "atlas/webhook.hpp"

namespace atlas {

/// Nothing for a word that Twilio does not have.
std::optional<DeliveryState> twilio_state(std::string_view word) noexcept;

}  // namespace atlas
