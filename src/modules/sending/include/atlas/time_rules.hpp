#pragma once
// At which hours one may write or call, by the clock of the person. Pure; thread-safe.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/time.hpp"
#include "atlas/week_hours.hpp"

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

/// From the first day to the last.
struct DateRange {
  Date from, to;
};

/// What of a calendar year is special, in one country or part of it. Holidays in order. A Ramadan that begins
/// or ends in the year is whole; there may be two.
struct DayBook {
  std::vector<Date> holidays;
  std::vector<DateRange> ramadans;
};

/// The feasts that follow the moon: moharram, mawlid, ramadan, fitr, adha.
inline constexpr std::array<std::string_view, 5> moon_feasts{"moharram", "mawlid", "ramadan", "fitr", "adha"};
/// What was announced of one: the first day. It belongs to the feast whose computed date it is nearest to.
struct Announced {
  std::string feast;
  Date date;
};
/// A feast of a year: computed by the arithmetic (civil) Hijri calendar, or as it was announced.
struct MoonFeast {
  std::string_view feast;
  Date date;
  bool confirmed = false;
};
/// An announcement is no further from the computed date than this.
inline constexpr int moon_tolerance_days = 3;
/// The feasts that begin in a year, in the order of their dates; for any year, what was not announced is an
/// estimate.
std::vector<MoonFeast> feasts_of(int year, std::span<const Announced> announced = {});
/// Is there such a feast within the tolerance of the date?
bool is_near_feast(const Announced& announced) noexcept;

/// The holidays that are known without a row: of FR any year (Easter computed), of MA those of fixed date and
/// those by the moon, any year; what is only computed of these, with the day before and the day after.
/// `region` "": the whole country; else its additional days. Nothing for other countries.
std::optional<DayBook> seeded_days(std::string_view country, std::string_view region, int year,
                                   std::span<const Announced> announced = {});

/// Easter Sunday of a Gregorian year.
Date easter(int year) noexcept;

/// Minutes of the day, `to` excluded.
using Span = DaySpan;

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

/// What bears on the hours of one message or call. `rule` null: the law has none. `own`: the organisation's
/// own hours, each of which narrows those of the rule. `agreed`: to which the person expressly agreed,
/// besides all of them; on holidays only where it says so.
struct AllowedHours {
  const HoursRule* rule = nullptr;
  std::vector<WeekHours> own = {};
  WeekHours agreed = {};
};

/// Not now. `why`: day (of the week), holiday, hours, ramadan.
struct Hold {
  Timestamp until;
  std::string why;
};

/// May it be done at `at`, in the zone? Nothing: yes. Else the next moment that is allowed; within 400 days,
/// else it is that far.
std::optional<Hold> hold_at(const AllowedHours& hours, std::string_view zone, const Days& days, Timestamp at);

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
