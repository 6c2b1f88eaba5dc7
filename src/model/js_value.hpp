#pragma once
// JSON values with the conversions of ECMAScript: what JsonLogic's operators are defined by.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"

namespace atlas::js {

/// An argument that is not there.
inline Json undefined() { return Json(Json::value_t::discarded); }
inline bool is_undefined(const Json& v) { return v.is_discarded(); }

/// Number::toString (ECMA-262 §6.1.6.1.20), in base ten.
std::string to_string(double n);
/// String(v): lists are joined by commas, objects are "[object Object]".
std::string to_string(const Json& v);
/// Number(v): NaN for what is none.
double to_number(const Json& v);
/// parseFloat(v): the number that its text begins with.
double parse_float(const Json& v);

bool loosely_equal(const Json& a, const Json& b);
/// Lists and objects are equal to nothing but themselves, and a copy is another.
bool strictly_equal(const Json& a, const Json& b);
/// a < b: as texts when both are, by UTF-16 units; else as numbers. False beside NaN.
bool less(const Json& a, const Json& b);
/// a <= b. Not the opposite of b < a: NaN.
bool less_or_equal(const Json& a, const Json& b);

/// UTF-16 units of a text, and back; a half of a pair becomes U+FFFD.
std::u16string to_utf16(std::string_view utf8);
std::string to_utf8(std::u16string_view units);

}  // namespace atlas::js
