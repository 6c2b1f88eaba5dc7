// The days that are special, as far as they can be known beforehand.

#include <algorithm>
#include <array>

#include "atlas/time_rules.hpp"

namespace atlas::sending {
namespace {

struct MonthDay {
  std::uint8_t month, day;
  std::int16_t since = 0;  ///< first year
};

/// Code du travail L3133-1, those of fixed date.
constexpr MonthDay french[] = {{1, 1}, {5, 1}, {5, 8}, {7, 14}, {8, 15}, {11, 1}, {11, 11}, {12, 25}};
constexpr int french_after_easter[] = {1, 39, 50};

struct RegionDay {
  std::string_view region;
  MonthDay when;
};
/// The abolition of slavery (L3422-2), and Saint Stephen's in Alsace-Moselle (L3134-13).
constexpr RegionDay french_regions[] = {{"AM", {12, 26}}, {"YT", {4, 27}}, {"MQ", {5, 22}}, {"GP", {5, 27}},
                                        {"MF", {5, 28}},  {"GF", {6, 10}}, {"BL", {10, 9}}, {"RE", {12, 20}}};

constexpr MonthDay moroccan[] = {{1, 1},  {1, 11}, {1, 14, 2024},  {5, 1},  {7, 30}, {8, 14},
                                 {8, 20}, {8, 21}, {10, 31, 2026}, {11, 6}, {11, 18}};

/// Computed by the arithmetic Hijri calendar; the moon decides, a day before.
struct MoonYear {
  int year;
  MonthDay moharram, fitr, adha, mawlid, ramadan;
};
constexpr MoonYear moon_years[] = {
    {2025, {6, 27}, {3, 31}, {6, 7}, {9, 5}, {3, 1}},
    {2026, {6, 17}, {3, 20}, {5, 27}, {8, 26}, {2, 18}},
    {2027, {6, 6}, {3, 10}, {5, 17}, {8, 15}, {2, 8}},
    {2028, {5, 25}, {2, 27}, {5, 5}, {8, 3}, {1, 28}},
};

Date day_of(int year, const MonthDay& d) { return make_date(year, d.month, d.day); }

/// The feast's days, the day before and the day after.
void add_by_moon(std::vector<Date>& out, Date first, int days) {
  for (int i = -1; i <= days; ++i) out.push_back({first.days + i});
}

DayBook french_days(std::string_view region, int year) {
  DayBook book;
  const Date sunday = easter(year);
  if (region.empty()) {
    for (const MonthDay& d : french) book.holidays.push_back(day_of(year, d));
    for (const int after : french_after_easter) book.holidays.push_back({sunday.days + after});
  }
  if (region == "AM") book.holidays.push_back({sunday.days - 2});
  for (const RegionDay& d : french_regions)
    if (d.region == region) book.holidays.push_back(day_of(year, d.when));
  return book;
}

DayBook moroccan_days(int year) {
  DayBook book;
  for (const MonthDay& d : moroccan)
    if (year >= d.since) book.holidays.push_back(day_of(year, d));
  for (const MoonYear& y : moon_years) {
    if (y.year != year) continue;
    add_by_moon(book.holidays, day_of(year, y.moharram), 1);
    add_by_moon(book.holidays, day_of(year, y.fitr), 2);
    add_by_moon(book.holidays, day_of(year, y.adha), 2);
    add_by_moon(book.holidays, day_of(year, y.mawlid), 2);
    book.ramadan_from = day_of(year, y.ramadan);
    book.ramadan_to = Date{day_of(year, y.fitr).days - 1};
  }
  return book;
}

}  // namespace

Date easter(int year) noexcept {
  // The Gregorian computus.
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
  const int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return make_date(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

int year_of(Date date) noexcept {
  int year = static_cast<int>(1970 + date.days / 366);
  while (make_date(year + 1, 1, 1) <= date) ++year;
  while (make_date(year, 1, 1) > date) --year;
  return year;
}

std::optional<DayBook> seeded_days(std::string_view country, std::string_view region, int year) {
  if (country != "FR" && (country != "MA" || !region.empty())) return std::nullopt;
  DayBook book = country == "FR" ? french_days(region, year) : moroccan_days(year);
  std::sort(book.holidays.begin(), book.holidays.end());
  book.holidays.erase(std::unique(book.holidays.begin(), book.holidays.end()), book.holidays.end());
  return book;
}

}  // namespace atlas::sending
