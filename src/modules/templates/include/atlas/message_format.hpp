#pragma once
// Texts with variables, in the ICU MessageFormat syntax. Pure; thread-safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/json.hpp"

namespace atlas::templates {

/// How a text is written: the locale, the zone of its times.
struct Manner {
  std::string locale = "fr";
  std::string time_zone = "UTC";
};

/// The names of the variables of a pattern, each once, in the order of their first use. Wrong patterns are
/// told in `errors` under `path`: syntax, and formats that are none (`{x, type}` knows date, time, datetime,
/// number, money, plural, selectordinal, select). An apostrophe is one: it quotes nothing.
std::vector<std::string> names_of_pattern(std::string_view pattern, const std::string& path,
                                          std::vector<FieldError>& errors);

/// The text with its variables: JSON strings, integers, numbers, booleans; dates and times as RFC 3339
/// strings; money as {"amount": minor units, "currency"}. Throws template_invalid with the field
/// /variables/NAME where a value does not fit the format; the pattern must be a right one.
std::string format_pattern(std::string_view pattern, const Json& variables, const Manner& manner);

}  // namespace atlas::templates
