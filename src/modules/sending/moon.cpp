// The feasts that follow the moon: computed, or as they were announced.

#include <algorithm>
#include <cstdlib>

#include "atlas/time_rules.hpp"

namespace atlas::sending {
namespace {

struct HijriDay {
  std::string_view feast;
  int month, day;
};
constexpr HijriDay hijri_days[] = {
    {"moharram", 1, 1}, {"mawlid", 3, 12}, {"ramadan", 9, 1}, {"fitr", 10, 1}, {"adha", 12, 10}};

/// The arithmetic (civil) calendar: months of 30 and 29 days by turns, 11 years of 30 with a day more, from
/// 16 July 622 of the Julian calendar.
Date civil_date(int year, int month, int day) {
  constexpr int first_day = -492'149;  // the day before 1 Moharram of year 1
  return {first_day + day + (59 * (month - 1) + 1) / 2 + (year - 1) * 354 + (3 + 11 * year) / 30};
}

/// The first Hijri year that may begin in a Gregorian one, less one; two more cover it.
int hijri_year(int gregorian) { return (gregorian - 622) * 33 / 32 - 1; }

/// The announcement of that feast, else where it is computed.
MoonFeast feast_at(const HijriDay& which, int year, std::span<const Announced> announced) {
  MoonFeast out{which.feast, civil_date(year, which.month, which.day), false};
  const Date computed = out.date;
  for (const Announced& a : announced) {
    if (a.feast != which.feast || std::abs(a.date.days - computed.days) > moon_tolerance_days) continue;
    out.date = a.date;  // the last word counts
    out.confirmed = true;
  }
  return out;
}

}  // namespace

std::vector<MoonFeast> feasts_of(int year, std::span<const Announced> announced) {
  std::vector<MoonFeast> out;
  const Date first = make_date(year, 1, 1), next = make_date(year + 1, 1, 1);
  for (int hijri = hijri_year(year); hijri <= hijri_year(year) + 3; ++hijri) {
    for (const HijriDay& which : hijri_days) {
      const MoonFeast feast = feast_at(which, hijri, announced);
      if (first <= feast.date && feast.date < next) out.push_back(feast);
    }
  }
  std::sort(out.begin(), out.end(), [](const MoonFeast& a, const MoonFeast& b) { return a.date < b.date; });
  return out;
}

bool is_near_feast(const Announced& a) noexcept {
  const int year = year_of(a.date);
  for (int hijri = hijri_year(year) - 1; hijri <= hijri_year(year) + 4; ++hijri) {
    for (const HijriDay& which : hijri_days) {
      const Date computed = civil_date(hijri, which.month, which.day);
      if (which.feast == a.feast && std::abs(computed.days - a.date.days) <= moon_tolerance_days) return true;
    }
  }
  return false;
}

}  // namespace atlas::sending
