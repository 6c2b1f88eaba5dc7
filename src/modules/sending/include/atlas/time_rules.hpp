#pragma once
// At which hours one may write or call, by the clock of the person. Pure; thread-safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/time.hpp"

namespace atlas::sending {

/// Where somebody is: ISO 3166 country of the rules, the part of it that has holidays of its own (""; "AM"
/// Alsace-Moselle; "GP", "MQ", "GF", "RE", "YT", "BL", "MF" overseas), IANA zone.
struct Place {
  std::string country;
  std::string region;
  std::string zone;
};

/// Where a telephone number (E.164) says that its holder is: French overseas by prefix; nothing when it does
/// not say. `zone` is "" where the country has several and none is named here.
std::optional<Place> place_of_number(std::string_view e164);

/// Is it an address of Alsace-Moselle (a postal code 57, 67 or 68 in it)?
bool is_alsace_moselle(std::string_view address) noexcept;

/// What of a calendar year is special, in one country or part of it. Holidays in order.
struct DayBook {
  std::vector<Date> holidays;
  std::optional<Date> ramadan_from;  ///< first and last day
  std::optional<Date> ramadan_to;
};

/// The holidays that are known without a row: of FR any year (Easter computed), of MA those of fixed date any
/// year and those by the moon from 2025 to 2028, each with the day before and after. `region` "": the whole
/// country; else its additional days. Nothing for other countries.
std::optional<DayBook> seeded_days(std::string_view country, std::string_view region, int year);
/// The first and last year of complete seeds.
inline constexpr int first_seeded_year = 2025, last_seeded_year = 2028;

/// Easter Sunday of a Gregorian year.
Date easter(int year) noexcept;

/// Minutes of the day, `to` excluded.
struct Span {
  std::int16_t from = 0, to = 0;
};

/// One rule: hours of one kind of message or call in one country. `days`: bit 0 Monday … bit 6 Sunday.
struct HoursRule {
  std::string_view name;      ///< "FR.PHONE.MARKETING"
  std::string_view country;   ///< "*": all others
  std::string_view channels;  ///< separated by a space
  std::string_view purpose;
  std::int32_t since;  ///< days since 1970: before it there was no such rule
  std::uint8_t days;
  bool on_holidays;
  Span usual[2];
  Span friday[2];   ///< of Fridays, where it differs; from = to: as usual
  Span ramadan[2];  ///< in Ramadan, where it differs
  std::string_view basis;
};

/// The table; docs/guide/sending-rules.md tells where each line comes from.
std::span<const HoursRule> hours_rules() noexcept;

/// The rule for it, or null: at any hour. The country's own before that of all others.
const HoursRule* hours_rule(std::string_view country, std::string_view channel, std::string_view purpose,
                            Timestamp at) noexcept;

/// The days of a year, as whoever asks knows them.
using Days = std::function<DayBook(int year)>;

/// Not now. `why`: day (of the week), holiday, hours, ramadan.
struct Hold {
  Timestamp until;
  std::string why;
};

/// May it be done at `at`, in the zone? Nothing: yes. Else the next moment that the rule allows; within 400
/// days, else it is that far.
std::optional<Hold> hold_at(const HoursRule& rule, std::string_view zone, const Days& days, Timestamp at);

/// The wall clock of a zone. Throws invalid_argument for an unknown one.
struct LocalTime {
  Date date;
  std::int32_t minutes = 0;  ///< since midnight by the clock on the wall
  int weekday = 0;           ///< 0 Monday
};
LocalTime local_time(std::string_view zone, Timestamp at);
/// The instant at which the wall clock shows it; within a gap, the same moment counted from before the gap.
Timestamp instant_of(std::string_view zone, Date date, std::int32_t minutes);
/// Year of the Gregorian calendar.
int year_of(Date date) noexcept;

}  // namespace atlas::sending
