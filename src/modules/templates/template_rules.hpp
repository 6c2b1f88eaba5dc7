#pragma once
// What a template must be, and what becomes of it. Pure; thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/json.hpp"
#include "atlas/message_format.hpp"
#include "atlas/templates.hpp"

namespace atlas::templates {

/// Everything that is wrong with it: patterns, schema, variables that one has and the other not, formats that
/// do not go with their types, lengths of the channel, the STOP that a marketing SMS must tell.
void check_template(const MessageTemplate& t, std::vector<FieldError>& errors);

/// The locales that are tried for one, in their order: itself, its language, then French, then English.
std::vector<std::string> fallback_of(std::string_view locale);

/// Throws template_invalid.
Rendered render_template(const MessageTemplate& t, const Json& variables, const Manner& manner);

/// The longest body that the channel takes, in code points.
std::size_t longest_body(std::string_view channel_code) noexcept;

}  // namespace atlas::templates
