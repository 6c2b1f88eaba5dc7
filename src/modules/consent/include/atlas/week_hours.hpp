#pragma once
// Hours of the week in words, as in "Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00; PH 10:00-12:00": the part
// of the opening_hours notation that says at which hours one may be contacted. Pure; thread-safe.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace atlas {

/// Minutes of the day, `to` excluded.
struct DaySpan {
  std::int16_t from = 0, to = 0;
};

/// One span of some days: bit 0 Monday … bit 6 Sunday. `holidays`: public holidays too ("PH").
struct WeekSpan {
  std::uint8_t days = 0;
  bool holidays = false;
  DaySpan span;
};
using WeekHours = std::vector<WeekSpan>;

inline constexpr std::size_t most_week_spans = 32;

/// Reads it; nothing when it says something else. Rules are parted by ";", days are Mo Tu We Th Fr Sa Su PH,
/// alone, in ranges or in lists; hours HH:MM-HH:MM within one day, 24:00 its end. At least one span, at most
/// `most_week_spans`.
std::optional<WeekHours> read_week_hours(std::string_view text);

}  // namespace atlas
