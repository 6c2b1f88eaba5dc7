#include "atlas/time.hpp"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "atlas/error.hpp"

namespace atlas {
namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Days since 1970-01-01; the algorithm of H. Hinnant, "chrono-compatible low-level date algorithms".
constexpr std::int32_t days_from_civil(int y, unsigned m, unsigned d) {
  y -= m <= 2 ? 1 : 0;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<int>(doe) - 719468;
}

struct Civil {
  int year;
  unsigned month, day;
};

constexpr Civil civil_from_days(std::int32_t days) {
  const int z = days + 719468;
  const int era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<int>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

constexpr std::int32_t first_day = days_from_civil(1, 1, 1), last_day = days_from_civil(9999, 12, 31);
constexpr std::int64_t first_micro = first_day * micros_per_day,
                       last_micro = (last_day + std::int64_t{1}) * micros_per_day - 1;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `count` digits at `at`, as a number; -1 when one of them is something else.
constexpr int digits(std::string_view s, std::size_t at, std::size_t count) {
  int n = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(s[i])) return -1;
    n = n * 10 + (s[i] - '0');
  }
  return n;
}

constexpr unsigned month_length(int year, int month) {
  constexpr std::array<std::uint8_t, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29u : lengths[static_cast<std::size_t>(month - 1)];
}

void put_digits(char* at, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

void put_date(char* at, std::int32_t days) {
  const Civil c = civil_from_days(days);
  put_digits(at, static_cast<unsigned>(c.year), 4);
  put_digits(at + 5, c.month, 2);
  put_digits(at + 8, c.day, 2);
}

[[noreturn]] void out_of_range() {
  throw Error(ErrorCode::invalid_argument, "an instant or a date lies outside the years 0001 to 9999");
}

// ICU still knows its own three-letter names of before the zone database; they are no IANA zones.
bool is_icu_legacy_zone(std::string_view name) {
  static constexpr std::string_view legacy[] = {"ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT",
                                                "CST", "CTT", "EAT", "ECT", "IET", "IST", "JST", "MIT", "NET",
                                                "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST"};
  return std::find(std::begin(legacy), std::end(legacy), name) != std::end(legacy);
}

bool is_zone_syntax(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '/' || c == '_' ||
           c == '-' || c == '+';
  });
}

icu::UnicodeString ascii_to_icu(std::string_view s) {
  return {s.data(), static_cast<std::int32_t>(s.size()), US_INV};
}

class SystemClock final : public Clock {
 public:
  Timestamp now() override {
    using namespace std::chrono;
    return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
  }
  std::int64_t monotonic_ns() override {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
  }
};

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view s) noexcept {
  // 2026-11-22T09:30:00Z is the shortest form.
  if (s.size() < 20 || s.size() > 32) return std::nullopt;
  const auto date = parse_date(s.substr(0, 10));
  if (!date || (s[10] != 'T' && s[10] != 't') || s[13] != ':' || s[16] != ':') return std::nullopt;
  const int hour = digits(s, 11, 2), minute = digits(s, 14, 2), second = digits(s, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (s[at] == '.') {
    std::int64_t unit = micros_per_second;
    for (++at; at < s.size() && is_digit(s[at]); ++at) {
      unit /= 10;
      if (unit == 0) return std::nullopt;  // a seventh decimal
      fraction += unit * (s[at] - '0');
    }
    if (unit == micros_per_second || at == s.size()) return std::nullopt;
  }
  std::int64_t offset = 0;
  if (s[at] == 'Z' || s[at] == 'z') {
    if (at + 1 != s.size()) return std::nullopt;
  } else if (s[at] == '+' || s[at] == '-') {
    if (at + 6 != s.size() || s[at + 3] != ':') return std::nullopt;
    const int h = digits(s, at + 1, 2), m = digits(s, at + 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59) return std::nullopt;
    offset = (s[at] == '-' ? -1 : 1) * (h * micros_per_hour + m * micros_per_minute);
  } else {
    return std::nullopt;
  }
  const std::int64_t micros = date->days * micros_per_day + hour * micros_per_hour +
                              minute * micros_per_minute + second * micros_per_second + fraction - offset;
  if (micros < first_micro || micros > last_micro) return std::nullopt;
  return Timestamp{micros};
}

std::string format_timestamp(Timestamp t) {
  if (t.micros < first_micro || t.micros > last_micro) out_of_range();
  const std::int64_t days = floor_div(t.micros, micros_per_day);
  const std::int64_t rest = t.micros - days * micros_per_day;
  const auto second = static_cast<unsigned>(rest / micros_per_second);
  std::string out = "0000-00-00T00:00:00.000000Z";
  put_date(out.data(), static_cast<std::int32_t>(days));
  put_digits(out.data() + 11, second / 3600, 2);
  put_digits(out.data() + 14, second / 60 % 60, 2);
  put_digits(out.data() + 17, second % 60, 2);
  put_digits(out.data() + 20, static_cast<unsigned>(rest % micros_per_second), 6);
  return out;
}

std::optional<Date> parse_date(std::string_view s) noexcept {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return std::nullopt;
  const int year = digits(s, 0, 4), month = digits(s, 5, 2), day = digits(s, 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 ||
      static_cast<unsigned>(day) > month_length(year, month))
    return std::nullopt;
  return make_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

std::string format_date(Date d) {
  if (d.days < first_day || d.days > last_day) out_of_range();
  std::string out = "0000-00-00";
  put_date(out.data(), d.days);
  return out;
}

Date make_date(int year, unsigned month, unsigned day) noexcept {
  return {days_from_civil(year, month, day)};
}

std::optional<std::int64_t> parse_duration(std::string_view s) noexcept {
  // Longer than the range of instants is of no use and could overflow.
  constexpr std::int64_t limit = last_micro - first_micro;
  if (s.size() < 3 || s[0] != 'P') return std::nullopt;
  std::int64_t total = 0;
  bool in_time = false, any = false;
  std::string_view order = "WD";  // what may still come, in its order
  for (std::size_t i = 1; i < s.size();) {
    if (s[i] == 'T') {
      if (in_time || i + 1 == s.size()) return std::nullopt;
      in_time = true;
      order = "HMS";
      ++i;
      continue;
    }
    std::int64_t whole = 0, fraction = 0, unit = micros_per_second;
    const std::size_t begin = i;
    for (; i < s.size() && is_digit(s[i]); ++i) {
      whole = whole * 10 + (s[i] - '0');
      if (whole > limit) return std::nullopt;
    }
    if (i == begin || i == s.size()) return std::nullopt;
    const bool has_fraction = s[i] == '.';
    if (has_fraction) {
      for (++i; i < s.size() && is_digit(s[i]); ++i) {
        unit /= 10;
        if (unit == 0) return std::nullopt;
        fraction += unit * (s[i] - '0');
      }
      if (unit == micros_per_second || i == s.size()) return std::nullopt;
    }
    const std::size_t place = order.find(s[i]);
    if (place == std::string_view::npos || (has_fraction && s[i] != 'S')) return std::nullopt;
    // ISO 8601: weeks stand alone.
    if (s[i] == 'W' && i + 1 != s.size()) return std::nullopt;
    const std::int64_t factor = s[i] == 'W'   ? 7 * micros_per_day
                                : s[i] == 'D' ? micros_per_day
                                : s[i] == 'H' ? micros_per_hour
                                : s[i] == 'M' ? micros_per_minute
                                              : micros_per_second;
    if (whole > (limit - total - fraction) / factor) return std::nullopt;
    total += whole * factor + fraction;
    order.remove_prefix(place + 1);
    any = true;
    ++i;
  }
  return any ? std::optional(total) : std::nullopt;
}

bool is_time_zone(std::string_view name) {
  if (!is_zone_syntax(name) || is_icu_legacy_zone(name) || name == "Etc/Unknown") return false;
  UErrorCode status = U_ZERO_ERROR;
  UBool is_system = 0;
  icu::UnicodeString canonical;
  icu::TimeZone::getCanonicalID(ascii_to_icu(name), canonical, is_system, status);
  return U_SUCCESS(status) && is_system;
}

std::int32_t utc_offset_seconds(std::string_view zone, Timestamp t) {
  if (!is_time_zone(zone)) throw Error(ErrorCode::invalid_argument, "unknown time zone");
  const std::unique_ptr<icu::TimeZone> tz(icu::TimeZone::createTimeZone(ascii_to_icu(zone)));
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, dst = 0;
  tz->getOffset(static_cast<UDate>(floor_div(t.micros, micros_per_ms)), 0, raw, dst, status);
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "the time zone data cannot be read");
  return (raw + dst) / 1000;
}

Clock& system_clock() noexcept {
  static SystemClock clock;
  return clock;
}

}  // namespace atlas
