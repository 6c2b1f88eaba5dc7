// Zones and places.

#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include <array>
#include <map>
#include <memory>

#include "atlas/error.hpp"
#include "atlas/phone.hpp"
#include "atlas/time_rules.hpp"

namespace atlas::sending {
namespace {

icu::UnicodeString to_icu(std::string_view ascii) {
  return icu::UnicodeString::fromUTF8({ascii.data(), static_cast<std::int32_t>(ascii.size())});
}

/// ICU's zones are dear to make; each thread keeps those it has met.
const icu::TimeZone& zone_of(std::string_view name) {
  constexpr std::size_t most = 600;  // there are fewer zones
  thread_local std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>> met;
  const auto it = met.find(name);
  if (it != met.end()) return *it->second;
  if (!is_time_zone(name)) throw Error(ErrorCode::invalid_argument, "unknown time zone");
  if (met.size() >= most) met.clear();
  return *met.emplace(std::string(name), icu::TimeZone::createTimeZone(to_icu(name))).first->second;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Milliseconds east of UTC; `by_wall`: `ms` is what the wall clock shows.
std::int64_t offset_ms(std::string_view zone, std::int64_t ms, bool by_wall) {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, summer = 0;
  zone_of(zone).getOffset(static_cast<UDate>(ms), by_wall, raw, summer, status);
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "the time zone data cannot be read");
  return std::int64_t{raw} + summer;
}

struct Prefix {
  std::string_view digits, country, region, zone;
};
/// The countries of the trade first; French overseas territories are France to the law.
constexpr Prefix prefixes[] = {
    {"+33", "FR", "", "Europe/Paris"},          {"+212", "MA", "", "Africa/Casablanca"},
    {"+590", "FR", "GP", "America/Guadeloupe"}, {"+594", "FR", "GF", "America/Cayenne"},
    {"+596", "FR", "MQ", "America/Martinique"}, {"+508", "FR", "PM", "America/Miquelon"},
    {"+687", "FR", "NC", "Pacific/Noumea"},     {"+689", "FR", "PF", "Pacific/Tahiti"},
    {"+681", "FR", "WF", "Pacific/Wallis"},     {"+262269", "FR", "YT", "Indian/Mayotte"},
    {"+262639", "FR", "YT", "Indian/Mayotte"},
};

/// Where nearly everybody of a country with several zones lives.
constexpr std::pair<std::string_view, std::string_view> main_zones[] = {
    {"ES", "Europe/Madrid"}, {"PT", "Europe/Lisbon"}, {"DE", "Europe/Berlin"}, {"AE", "Asia/Dubai"}};

std::string zone_of_country(const std::string& country) {
  for (const auto& [code, zone] : main_zones)
    if (code == country) return std::string(zone);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> all(icu::TimeZone::createTimeZoneIDEnumeration(
      UCAL_ZONE_TYPE_CANONICAL_LOCATION, country.c_str(), nullptr, status));
  if (U_FAILURE(status) || !all || all->count(status) != 1) return {};
  const char* const only = all->next(nullptr, status);
  return only && is_time_zone(only) ? only : "";
}

}  // namespace

std::optional<Place> place_of_number(std::string_view e164) {
  for (const Prefix& p : prefixes)
    if (e164.substr(0, p.digits.size()) == p.digits)
      return Place{std::string(p.country), std::string(p.region), std::string(p.zone)};
  const auto phone = parse_phone(e164, "ZZ");
  if (!phone || phone->region.size() != 2) return std::nullopt;
  if (phone->region == "YT") return Place{"FR", "YT", "Indian/Mayotte"};
  if (phone->region == "RE") return Place{"FR", "RE", "Indian/Reunion"};
  return Place{phone->region, "", zone_of_country(phone->region)};
}

bool is_alsace_moselle(std::string_view address) noexcept {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < address.size();) {
    std::size_t end = i;
    while (end < address.size() && digit(address[end])) ++end;
    if (end - i == 5) {
      const std::string_view department = address.substr(i, 2);
      if (department == "57" || department == "67" || department == "68") return true;
    }
    i = end == i ? i + 1 : end;
  }
  return false;
}

LocalTime local_time(std::string_view zone, Timestamp at) {
  const std::int64_t ms = floor_div(at.micros, micros_per_ms);
  const std::int64_t minutes = floor_div(ms + offset_ms(zone, ms, false), 60'000);
  LocalTime out;
  out.date.days = static_cast<std::int32_t>(floor_div(minutes, 24 * 60));
  out.minutes = static_cast<std::int32_t>(minutes - std::int64_t{out.date.days} * 24 * 60);
  out.weekday = static_cast<int>(((out.date.days + 3) % 7 + 7) % 7);
  return out;
}

Timestamp instant_of(std::string_view zone, Date date, std::int32_t minutes) {
  const std::int64_t wall = (std::int64_t{date.days} * 24 * 60 + minutes) * 60'000;
  return {(wall - offset_ms(zone, wall, true)) * micros_per_ms};
}

}  // namespace atlas::sending
