#include "atlas/week_hours.hpp"

#include <algorithm>

namespace atlas {
namespace {

constexpr std::string_view day_names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
constexpr std::int16_t whole_day = 24 * 60;

std::string_view trimmed(std::string_view s) {
  while (s.starts_with(' ')) s.remove_prefix(1);
  while (s.ends_with(' ')) s.remove_suffix(1);
  return s;
}

/// Calls `part` with each piece; false as soon as it is.
template <class Part>
bool each(std::string_view text, char separator, Part part) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!part(trimmed(text.substr(0, end)))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

std::optional<unsigned> day_of(std::string_view name) {
  const auto* const it = std::find(std::begin(day_names), std::end(day_names), name);
  if (it == std::end(day_names)) return std::nullopt;
  return static_cast<unsigned>(it - std::begin(day_names));
}

bool read_days(std::string_view text, WeekSpan& out) {
  return each(text, ',', [&](std::string_view part) {
    if (part == "PH") return out.holidays = true;
    const std::size_t dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_of(part.substr(dash + 1));
    if (!first || !last) return false;
    // "Sa-Mo" goes over the end of the week.
    for (unsigned day = *first;; day = (day + 1) % 7) {
      out.days = static_cast<std::uint8_t>(out.days | 1U << day);
      if (day == *last) return true;
    }
  });
}

std::optional<std::int16_t> read_minutes(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (minutes > 59 || hours * 60 + minutes > whole_day) return std::nullopt;
  return static_cast<std::int16_t>(hours * 60 + minutes);
}

bool read_rule(std::string_view text, WeekHours& out) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  WeekSpan on;
  if (!read_days(text.substr(0, space), on)) return false;
  return each(text.substr(space + 1), ',', [&](std::string_view span) {
    const std::size_t dash = span.find('-');
    if (dash == std::string_view::npos || out.size() == most_week_spans) return false;
    const auto from = read_minutes(span.substr(0, dash)), to = read_minutes(span.substr(dash + 1));
    if (!from || !to || *from >= *to) return false;
    on.span = {*from, *to};
    out.push_back(on);
    return true;
  });
}

}  // namespace

std::optional<WeekHours> read_week_hours(std::string_view text) {
  WeekHours out;
  if (!each(text, ';', [&](std::string_view rule) { return read_rule(rule, out); })) return std::nullopt;
  return out;
}

}  // namespace atlas
