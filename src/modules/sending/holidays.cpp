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

Date day_of(int year, const MonthDay& d) { return make_date(year, d.month, d.day); }

/// Days off of each feast; Ramadan has none.
int days_off(std::string_view feast) { return feast == "ramadan" ? 0 : feast == "moharram" ? 1 : 2; }

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

DayBook moroccan_days(int year, std::span<const Announced> announced) {
  DayBook book;
  for (const MonthDay& d : moroccan)
    if (year >= d.since) book.holidays.push_back(day_of(year, d));
  // A feast at the turn of the year reaches into the next; so does a Ramadan.
  std::vector<MoonFeast> feasts;
  for (int y = year - 1; y <= year + 1; ++y) {
    const auto some = feasts_of(y, announced);
    feasts.insert(feasts.end(), some.begin(), some.end());
  }
  const Date first = make_date(year, 1, 1), last{make_date(year + 1, 1, 1).days - 1};
  std::optional<Date> ramadan;
  for (const MoonFeast& f : feasts) {
    if (f.feast == "ramadan") ramadan = f.date;
    if (f.feast == "fitr" && ramadan) {
      const DateRange range{*ramadan, {f.date.days - 1}};
      if (range.from <= last && first <= range.to) book.ramadans.push_back(range);
    }
    // The moon is announced the evening before: until it is, a day more on either side.
    const int doubt = f.confirmed ? 0 : 1;
    for (int i = -doubt; days_off(f.feast) > 0 && i < days_off(f.feast) + doubt; ++i) {
      const Date day{f.date.days + i};
      if (first <= day && day <= last) book.holidays.push_back(day);
    }
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

std::optional<DayBook> seeded_days(std::string_view country, std::string_view region, int year,
                                   std::span<const Announced> announced) {
  if (country != "FR" && (country != "MA" || !region.empty())) return std::nullopt;
  DayBook book = country == "FR" ? french_days(region, year) : moroccan_days(year, announced);
  std::sort(book.holidays.begin(), book.holidays.end());
  book.holidays.erase(std::unique(book.holidays.begin(), book.holidays.end()), book.holidays.end());
  return book;
}

}  // namespace atlas::sending
