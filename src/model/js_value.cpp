#include "js_value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace atlas::js {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// WhiteSpace and LineTerminator of ECMAScript.
bool is_space(char16_t c) {
  return (c >= 9 && c <= 13) || c == 0xfeff || u_charType(c) == U_SPACE_SEPARATOR || c == 0x2028 ||
         c == 0x2029;
}

std::string trimmed(const std::string& text) {
  const std::u16string units = to_utf16(text);
  std::size_t begin = 0, end = units.size();
  while (begin < end && is_space(units[begin])) ++begin;
  while (end > begin && is_space(units[end - 1])) --end;
  return to_utf8(std::u16string_view(units).substr(begin, end - begin));
}

/// Length of the longest decimal literal that `s` begins with; 0 when there is none.
std::size_t decimal_prefix(std::string_view s) {
  std::size_t i = 0, digits = 0;
  const auto run = [&] {
    while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i, ++digits;
  };
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
  if (s.substr(i).starts_with("Infinity")) return i + 8;
  run();
  if (i < s.size() && s[i] == '.') {
    const std::size_t point = i++;
    const std::size_t before = digits;
    run();
    if (before == 0 && digits == 0) i = point;
  }
  if (digits == 0) return 0;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    std::size_t j = i + 1;
    if (j < s.size() && (s[j] == '+' || s[j] == '-')) ++j;
    const std::size_t first = j;
    while (j < s.size() && s[j] >= '0' && s[j] <= '9') ++j;
    if (j > first) i = j;
  }
  return i;
}

double decimal_value(std::string_view literal) {
  const bool negative = literal.starts_with('-');
  if (literal.starts_with('+') || negative) literal.remove_prefix(1);
  double value = 0;
  if (literal.starts_with("Infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else {
    const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (error == std::errc::result_out_of_range) {
      // Too large or too small: the sign of the exponent tells which.
      const auto e = literal.find_first_of("eE");
      const bool small = e != std::string_view::npos && e + 1 < literal.size() && literal[e + 1] == '-';
      value = small ? 0 : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

double number_of_text(const std::string& raw) {
  const std::string s = trimmed(raw);
  if (s.empty()) return 0;
  if (s.size() > 2 && s[0] == '0') {
    const char letter = static_cast<char>(s[1] | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (base != 0) {
      double value = 0;
      for (const char c : s.substr(2)) {
        const char lower = static_cast<char>(c | 0x20);
        const int digit = c >= '0' && c <= '9'           ? c - '0'
                          : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                         : 99;
        if (digit >= base) return nan_value;
        value = value * base + digit;
      }
      return value;
    }
  }
  return decimal_prefix(s) == s.size() ? decimal_value(s) : nan_value;
}

bool is_object_like(const Json& v) { return v.is_array() || v.is_object(); }

}  // namespace

std::u16string to_utf16(std::string_view utf8) {
  const icu::UnicodeString u =
      icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
  return {u.getBuffer(), static_cast<std::size_t>(u.length())};
}

std::string to_utf8(std::u16string_view units) {
  std::string out;
  icu::UnicodeString(false, units.data(), static_cast<std::int32_t>(units.size())).toUTF8String(out);
  return out;
}

std::string to_string(double n) {
  if (std::isnan(n)) return "NaN";
  if (n == 0) return "0";
  if (std::isinf(n)) return n > 0 ? "Infinity" : "-Infinity";
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(n),
                                          std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 1) digits += text.substr(2, e - 2);
  int exponent = 0;
  const std::string_view power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  const int point = exponent + 1, count = static_cast<int>(digits.size());
  std::string out;
  if (count <= point && point <= 21) {
    out = digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out = digits.substr(0, static_cast<std::size_t>(point)) + "." +
          digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out = "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out = digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
  }
  return n < 0 ? "-" + out : out;
}

std::string to_string(const Json& v) {
  if (is_undefined(v)) return "undefined";
  if (v.is_null()) return "null";
  if (v.is_boolean()) return v.get<bool>() ? "true" : "false";
  if (v.is_number()) return to_string(v.get<double>());
  if (v.is_string()) return v.get<std::string>();
  if (v.is_object()) return "[object Object]";
  std::string out;
  for (const Json& item : v) {
    if (&item != &v.front()) out += ',';
    if (!item.is_null() && !is_undefined(item)) out += to_string(item);
  }
  return out;
}

double to_number(const Json& v) {
  if (is_undefined(v)) return nan_value;
  if (v.is_null()) return 0;
  if (v.is_boolean()) return v.get<bool>() ? 1 : 0;
  if (v.is_number()) return v.get<double>();
  if (v.is_object()) return nan_value;
  return number_of_text(to_string(v));
}

double parse_float(const Json& v) {
  if (v.is_number()) return v.get<double>();
  const std::string s = trimmed(to_string(v));
  const std::size_t length = decimal_prefix(s);
  return length == 0 ? nan_value : decimal_value(std::string_view(s).substr(0, length));
}

bool strictly_equal(const Json& a, const Json& b) {
  if (is_undefined(a) || is_undefined(b)) return is_undefined(a) && is_undefined(b);
  if (is_object_like(a) || is_object_like(b)) return &a == &b;
  if (a.is_number() && b.is_number()) return a.get<double>() == b.get<double>();
  return a.type() == b.type() && a == b;
}

bool loosely_equal(const Json& a, const Json& b) {
  const bool a_nothing = is_undefined(a) || a.is_null(), b_nothing = is_undefined(b) || b.is_null();
  if (a_nothing || b_nothing) return a_nothing && b_nothing;
  if (is_object_like(a) && is_object_like(b)) return &a == &b;
  if (a.is_string() && b.is_string()) return a == b;
  if (is_object_like(a) && b.is_string()) return to_string(a) == b.get_ref<const std::string&>();
  if (is_object_like(b) && a.is_string()) return to_string(b) == a.get_ref<const std::string&>();
  return to_number(a) == to_number(b);
}

bool less(const Json& a, const Json& b) {
  const bool texts = (a.is_string() || is_object_like(a)) && (b.is_string() || is_object_like(b));
  if (texts) return to_utf16(to_string(a)) < to_utf16(to_string(b));
  return to_number(a) < to_number(b);
}

bool less_or_equal(const Json& a, const Json& b) {
  const bool texts = (a.is_string() || is_object_like(a)) && (b.is_string() || is_object_like(b));
  if (texts) return to_utf16(to_string(a)) <= to_utf16(to_string(b));
  return to_number(a) <= to_number(b);
}

}  // namespace atlas::js
