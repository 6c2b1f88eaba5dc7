#pragma once
// One message of a WhatsApp delivery, from JSON; private to the room.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "atlas/webhook.hpp"
#include "cleaning.hpp"

namespace atlas::meta {

using Object = nlohmann::json;

/// The member, when `value` is an object that has it; a null value otherwise.
const Object& member(const Object& value, const char* name);
/// Its text, cleaned onto one line; "" when it is no text.
std::string line(const Object& value, const char* name, std::size_t limit = longest_name);
/// Its text, cleaned, with its lines.
std::string text(const Object& value, const char* name);
/// Seconds since 1970, as a number or as text.
std::optional<Timestamp> seconds(const Object& value, const char* name);
/// `33612345678` as `+33612345678`; "" when it is no such number.
std::string e164(std::string_view digits);

/// type, texts, media, context of the message. What is missing or of another shape stays empty.
void read_contents(const Object& message, InboundMessage& out);

}  // namespace atlas::meta
