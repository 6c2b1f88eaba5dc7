#include "atlas/time_rules.hpp"

#include <algorithm>

namespace atlas::sending {
namespace {

constexpr std::int16_t at(int hour, int minute = 0) { return static_cast<std::int16_t>(hour * 60 + minute); }

constexpr std::uint8_t monday_to_friday = 0x1f, monday_to_saturday = 0x3f, every_day = 0x7f;
constexpr std::int32_t first_of_march_2023 = 19'417;
constexpr std::int32_t ever = INT32_MIN;
constexpr std::string_view written = "CHAN_SMS CHAN_WHATSAPP", called = "CHAN_PHONE";
constexpr std::string_view marketing = "CONSENT_MARKETING", contact = "CONSENT_CONTACT";
constexpr int horizon_days = 400;

// clang-format off
constexpr HoursRule rules[] = {
    {"FR.PHONE.MARKETING", "FR", called, marketing, first_of_march_2023, monday_to_friday, false,
     {{at(10), at(13)}, {at(14), at(20)}}, {}, {}, "C. conso. D223-9"},
    {"FR.WRITTEN.MARKETING", "FR", written, marketing, ever, monday_to_saturday, false,
     {{at(8), at(20)}, {}}, {}, {}, "usage of operators"},
    {"MA.PHONE.MARKETING", "MA", called, marketing, ever, monday_to_saturday, false,
     {{at(9), at(20)}, {}}, {{at(9), at(12)}, {at(14, 30), at(20)}}, {{at(10), at(16)}, {}}, "usage"},
    {"MA.WRITTEN.MARKETING", "MA", written, marketing, ever, monday_to_saturday, false,
     {{at(9), at(20)}, {}}, {{at(9), at(12)}, {at(14, 30), at(20)}}, {{at(10), at(16)}, {}}, "usage"},
    {"PHONE.MARKETING", "*", called, marketing, ever, monday_to_friday, false,
     {{at(10), at(13)}, {at(14), at(20)}}, {}, {}, "prudence"},
    {"WRITTEN.MARKETING", "*", written, marketing, ever, monday_to_saturday, false,
     {{at(8), at(20)}, {}}, {}, {}, "prudence"},
    {"WRITTEN.CONTACT", "*", written, contact, ever, every_day, true,
     {{at(8), at(21)}, {}}, {}, {}, "courtesy"},
};
// clang-format on

bool names(std::string_view list, std::string_view word) {
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(' ', from), list.size());
    if (list.substr(from, end - from) == word) return true;
    from = end + 1;
  }
  return false;
}

bool is_given(const Span (&spans)[2]) { return spans[0].from != spans[0].to; }

/// What one day allows: its spans, and why it is not a usual one.
struct DaySpans {
  Span spans[2]{};
  const char* why = "hours";
};

void intersect(Span (&with)[2], Span (&spans)[2]) {
  // Both lists are short and in order; of two spans met by one, two are left at most.
  Span out[2]{};
  std::size_t n = 0;
  for (const Span& a : spans)
    for (const Span& b : with) {
      const Span both{std::max(a.from, b.from), std::min(a.to, b.to)};
      if (both.from < both.to && n < 2) out[n++] = both;
    }
  spans[0] = out[0];
  spans[1] = out[1];
}

DaySpans spans_of(const HoursRule& rule, Date date, const DayBook& book) {
  DaySpans out;
  const int weekday = ((date.days + 3) % 7 + 7) % 7;
  if (!(rule.days >> weekday & 1)) {
    out.why = "day";
    return out;
  }
  if (!rule.on_holidays && std::binary_search(book.holidays.begin(), book.holidays.end(), date)) {
    out.why = "holiday";
    return out;
  }
  const bool friday = weekday == 4 && is_given(rule.friday);
  std::copy(std::begin(friday ? rule.friday : rule.usual), std::end(friday ? rule.friday : rule.usual),
            out.spans);
  const bool ramadan = book.ramadan_from && book.ramadan_to && *book.ramadan_from <= date &&
                       date <= *book.ramadan_to && is_given(rule.ramadan);
  if (ramadan) {
    Span narrower[2] = {rule.ramadan[0], rule.ramadan[1]};
    intersect(narrower, out.spans);
    out.why = "ramadan";
  }
  return out;
}

}  // namespace

std::span<const HoursRule> hours_rules() noexcept { return rules; }

const HoursRule* hours_rule(std::string_view country, std::string_view channel, std::string_view purpose,
                            Timestamp at) noexcept {
  for (const HoursRule& rule : rules) {
    if (rule.country != "*" && rule.country != country) continue;
    if (rule.purpose != purpose || !names(rule.channels, channel)) continue;
    // Where the law has not yet come into force, nothing of that country's holds.
    const bool in_force = rule.since == ever || at.micros >= rule.since * micros_per_day;
    return in_force ? &rule : nullptr;
  }
  return nullptr;
}

std::optional<Hold> hold_at(const HoursRule& rule, std::string_view zone, const Days& days, Timestamp at) {
  const Date today = local_time(zone, at).date;
  std::string why;
  int year = 0;
  DayBook book;
  for (int ahead = 0; ahead <= horizon_days; ++ahead) {
    const Date date{today.days + ahead};
    if (const int this_year = year_of(date); this_year != year) {
      year = this_year;
      book = days(year);
    }
    const DaySpans open = spans_of(rule, date, book);
    if (ahead == 0) why = open.why;
    for (const Span& span : open.spans) {
      if (span.from == span.to) continue;
      if (at >= instant_of(zone, date, span.to)) continue;
      const Timestamp from = instant_of(zone, date, span.from);
      if (at >= from) return std::nullopt;
      return Hold{from, std::move(why)};
    }
  }
  return Hold{at + horizon_days * micros_per_day, std::move(why)};
}

}  // namespace atlas::sending
