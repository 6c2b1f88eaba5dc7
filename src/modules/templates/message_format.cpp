#include "atlas/message_format.hpp"

#include <unicode/datefmt.h>
#include <unicode/messagepattern.h>
#include <unicode/msgfmt.h>
#include <unicode/numfmt.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace atlas::templates {
namespace {

icu::UnicodeString to_icu(std::string_view utf8) {
  return icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// In French every other word has an apostrophe: here it never quotes.
icu::UnicodeString doubled(std::string_view pattern) {
  std::string out;
  out.reserve(pattern.size() + 16);
  for (const char c : pattern) {
    out += c;
    if (c == '\'') out += c;
  }
  return to_icu(out);
}

constexpr std::array<std::string_view, 5> simple_types{"date", "time", "datetime", "number", "money"};

/// One `{name, type, style}` of a pattern, or `{name}`, and where it stands.
struct Simple {
  std::string name, type, style;
  std::int32_t from = 0, to = 0;
};

struct Taken {
  std::vector<std::string> names;
  std::vector<Simple> simple;
};

std::string text_of(const icu::MessagePattern& pattern, const icu::MessagePattern::Part& part) {
  return to_utf8(pattern.getSubstring(part));
}

Taken take_apart(const icu::MessagePattern& pattern) {
  Taken out;
  for (std::int32_t i = 0; i < pattern.countParts(); ++i) {
    const auto& part = pattern.getPart(i);
    if (part.getType() != UMSGPAT_PART_TYPE_ARG_START) continue;
    const std::string name = text_of(pattern, pattern.getPart(i + 1));
    if (std::find(out.names.begin(), out.names.end(), name) == out.names.end()) out.names.push_back(name);
    const UMessagePatternArgType type = part.getArgType();
    if (type != UMSGPAT_ARG_TYPE_SIMPLE && type != UMSGPAT_ARG_TYPE_NONE) continue;
    Simple simple{name, "", "", part.getIndex(), 0};
    for (std::int32_t k = i + 2; k < pattern.countParts(); ++k) {
      const auto& inner = pattern.getPart(k);
      if (inner.getType() == UMSGPAT_PART_TYPE_ARG_TYPE) simple.type = text_of(pattern, inner);
      if (inner.getType() == UMSGPAT_PART_TYPE_ARG_STYLE) simple.style = text_of(pattern, inner);
      if (inner.getType() != UMSGPAT_PART_TYPE_ARG_LIMIT) continue;
      simple.to = inner.getLimit();
      break;
    }
    const auto trimmed = [](std::string& s) {
      s.erase(0, s.find_first_not_of(' '));
      s.erase(s.find_last_not_of(' ') + 1);
    };
    trimmed(simple.type);
    trimmed(simple.style);
    out.simple.push_back(std::move(simple));
  }
  return out;
}

[[noreturn]] void wrong(const std::string& name, std::string_view code, const char* what) {
  throw Error(ErrorCode::template_invalid, "a variable does not fit the template")
      .field("/variables/" + name, code, what);
}

icu::DateFormat::EStyle style_of(std::string_view style, icu::DateFormat::EStyle otherwise) {
  if (style == "short") return icu::DateFormat::kShort;
  if (style == "medium") return icu::DateFormat::kMedium;
  if (style == "long") return icu::DateFormat::kLong;
  if (style == "full") return icu::DateFormat::kFull;
  return otherwise;
}

bool is_style(std::string_view type, std::string_view style) {
  if (style.empty()) return true;
  if (type == "number") return style == "integer" || style == "percent";
  if (type == "money") return style == "rounded";
  return style == "short" || style == "medium" || style == "long" || style == "full";
}

std::string format_time(const Simple& s, const Json& value, const Manner& manner) {
  if (!value.is_string()) wrong(s.name, field_code::wrong_type, "a date or a time as text");
  const auto text = value.get<std::string>();
  const auto date = parse_date(text);
  const auto at = parse_timestamp(text);
  if (!date && !at) wrong(s.name, field_code::not_a_time, "a date YYYY-MM-DD or a time of RFC 3339");
  if (date && s.type != "date") wrong(s.name, field_code::not_a_time, "a time of RFC 3339");
  const icu::Locale locale(manner.locale.c_str());
  std::unique_ptr<icu::DateFormat> format;
  if (s.type == "date")
    format.reset(icu::DateFormat::createDateInstance(style_of(s.style, icu::DateFormat::kLong), locale));
  else if (s.type == "time")
    format.reset(icu::DateFormat::createTimeInstance(style_of(s.style, icu::DateFormat::kShort), locale));
  else
    format.reset(icu::DateFormat::createDateTimeInstance(style_of(s.style, icu::DateFormat::kLong),
                                                         icu::DateFormat::kShort, locale));
  if (!format) throw Error(ErrorCode::internal, "the locale data cannot be read");
  // A date is a day wherever one is.
  format->adoptTimeZone(icu::TimeZone::createTimeZone(to_icu(date ? "UTC" : manner.time_zone)));
  const double ms =
      date ? static_cast<double>(date->days) * 86'400'000.0 : static_cast<double>(at->micros / micros_per_ms);
  icu::UnicodeString out;
  format->format(static_cast<UDate>(ms), out);
  return to_utf8(out);
}

std::string decimal_text(std::int64_t amount, int digits) {
  std::string text = std::to_string(amount < 0 ? -amount : amount);
  if (digits > 0) {
    const auto width = static_cast<std::size_t>(digits) + 1;
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    text.insert(text.size() - static_cast<std::size_t>(digits), ".");
  }
  return amount < 0 ? "-" + text : text;
}

std::string format_number(const icu::NumberFormat& format, std::string_view decimal) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString out;
  format.format({decimal.data(), static_cast<std::int32_t>(decimal.size())}, out, nullptr, status);
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "the number cannot be written");
  return to_utf8(out);
}

std::string format_amount(const Simple& s, const Json& value, const Manner& manner) {
  const auto member = [&](const char* name) {
    return value.is_object() && value.contains(name) ? value.at(name) : Json();
  };
  const Json amount = member("amount"), code = member("currency");
  const auto digits = code.is_string() ? currency_exponent(code.get<std::string>()) : std::nullopt;
  if (!amount.is_number_integer() || !digits)
    wrong(s.name, field_code::not_money, "money: an amount in minor units and its currency");
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale(manner.locale.c_str());
  const std::unique_ptr<icu::NumberFormat> format(icu::NumberFormat::createCurrencyInstance(locale, status));
  if (U_FAILURE(status) || !format) throw Error(ErrorCode::internal, "the locale data cannot be read");
  icu::UnicodeString currency = to_icu(code.get<std::string>());
  format->setCurrency(currency.getTerminatedBuffer(), status);
  const auto units = amount.get<std::int64_t>();
  if (units > max_money || units < -max_money) wrong(s.name, field_code::out_of_range, "an amount in range");
  if (s.style == "rounded") format->setMaximumFractionDigits(0);
  return format_number(*format, decimal_text(units, *digits));
}

std::string format_plain_number(const Simple& s, const Json& value, const Manner& manner) {
  if (!value.is_number()) wrong(s.name, field_code::wrong_type, "a number");
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale(manner.locale.c_str());
  const std::unique_ptr<icu::NumberFormat> format(
      s.style == "percent" ? icu::NumberFormat::createPercentInstance(locale, status)
                           : icu::NumberFormat::createInstance(locale, status));
  if (U_FAILURE(status) || !format) throw Error(ErrorCode::internal, "the locale data cannot be read");
  if (s.style == "integer") format->setMaximumFractionDigits(0);
  return format_number(*format, value.dump());
}

/// A value without a format of its own: texts as they are, amounts and numbers as the locale writes them.
std::string format_plain(const Simple& s, const Json& value, const Manner& manner) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return format_amount(s, value, manner);
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return format_plain_number(s, value, manner);
  wrong(s.name, field_code::required, "a value");
}

std::string format_simple(const Simple& s, const Json& variables, const Manner& manner) {
  const auto it = variables.find(s.name);
  if (it == variables.end() || it->is_null()) wrong(s.name, field_code::required, "the template needs it");
  if (s.type.empty()) return format_plain(s, *it, manner);
  if (s.type == "money") return format_amount(s, *it, manner);
  if (s.type == "number") return format_plain_number(s, *it, manner);
  return format_time(s, *it, manner);
}

/// What plurals and choices look at.
icu::Formattable chooser(const std::string& name, const Json& value) {
  if (value.is_number_integer()) return icu::Formattable(value.get<std::int64_t>());
  if (value.is_number()) return icu::Formattable(value.get<double>());
  if (value.is_string()) return icu::Formattable(to_icu(value.get<std::string>()));
  if (value.is_boolean()) return icu::Formattable(to_icu(value.get<bool>() ? "true" : "false"));
  wrong(name, field_code::wrong_type, "a number or a text");
}

}  // namespace

std::vector<std::string> names_of_pattern(std::string_view text, const std::string& path,
                                          std::vector<FieldError>& errors) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError where{};
  const icu::MessagePattern pattern(doubled(text), &where, status);
  if (U_FAILURE(status)) {
    errors.push_back({path, std::string(field_code::wrong_type),
                      "not a message pattern, near character " + std::to_string(where.offset + 1)});
    return {};
  }
  Taken taken = take_apart(pattern);
  for (const Simple& s : taken.simple) {
    const bool known =
        s.type.empty() || std::find(simple_types.begin(), simple_types.end(), s.type) != simple_types.end();
    if (!known || !is_style(s.type, s.style))
      errors.push_back({path, std::string(field_code::not_a_code),
                        "no such format of a variable: " + s.type + " " + s.style});
  }
  for (const std::string& name : taken.names)
    if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
      errors.push_back({path, std::string(field_code::wrong_type), "variables have names, not numbers"});
  return std::move(taken.names);
}

std::string format_pattern(std::string_view text, const Json& variables, const Manner& manner) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString pattern_text = doubled(text);
  Taken taken = [&] {
    UParseError where{};
    const icu::MessagePattern pattern(pattern_text, &where, status);
    if (U_FAILURE(status)) throw Error(ErrorCode::template_invalid, "not a message pattern");
    return take_apart(pattern);
  }();
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  // Each formatted place becomes a variable of its own, from the last to the first so that places stay.
  for (std::size_t i = taken.simple.size(); i-- > 0;) {
    const Simple& s = taken.simple[i];
    const icu::UnicodeString name = to_icu("atlas_" + std::to_string(i));
    pattern_text.replaceBetween(s.from, s.to, icu::UnicodeString(u'{') + name + icu::UnicodeString(u'}'));
  }
  for (std::size_t i = 0; i < taken.simple.size(); ++i) {
    names.push_back(to_icu("atlas_" + std::to_string(i)));
    const Simple& s = taken.simple[i];
    // In a branch that is not taken a value may be absent; one that is written may not.
    const auto it = variables.find(s.name);
    const bool absent = it == variables.end() || it->is_null();
    values.emplace_back(absent ? icu::UnicodeString() : to_icu(format_simple(s, variables, manner)));
  }
  for (const std::string& name : taken.names) {
    const auto it = variables.find(name);
    if (it == variables.end() || it->is_null() || it->is_object()) continue;
    names.push_back(to_icu(name));
    values.push_back(chooser(name, *it));
  }
  const icu::MessageFormat format(pattern_text, icu::Locale(manner.locale.c_str()), status);
  icu::UnicodeString out;
  if (U_SUCCESS(status))
    format.format(names.data(), values.data(), static_cast<std::int32_t>(names.size()), out, status);
  if (U_FAILURE(status)) throw Error(ErrorCode::template_invalid, "the variables do not fit the template");
  return to_utf8(out);
}

}  // namespace atlas::templates
