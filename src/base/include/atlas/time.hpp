#pragma once
// Instants in UTC microseconds, calendar dates, and the clock port.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atlas {

/// An instant: microseconds since 1970-01-01T00:00:00Z, no leap seconds. Range: years 0001 to 9999.
struct Timestamp {
  std::int64_t micros = 0;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};

inline constexpr std::int64_t micros_per_ms = 1'000;
inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::int64_t micros_per_minute = 60 * micros_per_second;
inline constexpr std::int64_t micros_per_hour = 60 * micros_per_minute;
inline constexpr std::int64_t micros_per_day = 24 * micros_per_hour;

constexpr Timestamp operator+(Timestamp t, std::int64_t micros) { return {t.micros + micros}; }

/// RFC 3339 with `Z` or an offset (T and Z in either case), at most 6 decimals, no leap second. Nothing else
/// is accepted, nor an instant whose UTC year is not 0001 to 9999.
std::optional<Timestamp> parse_timestamp(std::string_view text) noexcept;

/// Always `2026-11-22T09:30:00.000000Z`. Throws invalid_argument outside the range, as does format_date.
std::string format_timestamp(Timestamp t);

/// A calendar date: days since 1970-01-01 in the proleptic Gregorian calendar.
struct Date {
  std::int32_t days = 0;
  friend constexpr auto operator<=>(Date, Date) = default;
};

/// `YYYY-MM-DD` only, a day that exists, years 0001 to 9999.
std::optional<Date> parse_date(std::string_view text) noexcept;
std::string format_date(Date d);
Date make_date(int year, unsigned month, unsigned day) noexcept;

/// ISO 8601 duration of days, hours, minutes and seconds (`PT45M`, `P1DT2H`, `PT0.5S`) or of weeks (`P2W`),
/// in microseconds, not longer than the range of instants; months and years have no fixed length and are
/// refused.
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept;

/// Is `name` an IANA zone that ICU knows ("Africa/Casablanca"; not ICU's own short names nor "GMT+3")?
/// Thread-safe.
bool is_time_zone(std::string_view name);

/// Wall-clock offset of `zone` at `t`, in seconds east of UTC. Throws invalid_argument for an unknown zone.
std::int32_t utc_offset_seconds(std::string_view zone, Timestamp t);

/// What time it is. A host may bring its own; the simulation does. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// UTC now. May jump, also backwards.
  virtual Timestamp now() = 0;
  /// Nanoseconds of a clock that never goes back; only differences mean anything.
  virtual std::int64_t monotonic_ns() = 0;
};

/// The machine's clocks. Lives as long as the process; thread-safe.
Clock& system_clock() noexcept;

}  // namespace atlas
