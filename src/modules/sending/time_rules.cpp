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

using Spans = std::vector<Span>;

/// What one day allows: its spans, and why it is not a usual one.
struct DaySpans {
  Spans spans;
  const char* why = "hours";
};

/// Spans of both, in order.
Spans intersect(const Spans& a, const Spans& b) {
  Spans out;
  for (const Span& x : a)
    for (const Span& y : b) {
      const Span both{std::max(x.from, y.from), std::min(x.to, y.to)};
      if (both.from < both.to) out.push_back(both);
    }
  std::sort(out.begin(), out.end(), [](const Span& x, const Span& y) { return x.from < y.from; });
  return out;
}

Spans spans_in(const Span (&spans)[2]) {
  Spans out;
  for (const Span& s : spans)
    if (s.from != s.to) out.push_back(s);
  return out;
}

int weekday_of(Date date) { return ((date.days + 3) % 7 + 7) % 7; }

DaySpans spans_of(const HoursRule& rule, Date date, const DayBook& book, bool holiday) {
  DaySpans out;
  const int weekday = weekday_of(date);
  if (!(rule.days >> weekday & 1)) {
    out.why = "day";
    return out;
  }
  if (!rule.on_holidays && holiday) {
    out.why = "holiday";
    return out;
  }
  const bool friday = weekday == 4 && is_given(rule.friday);
  out.spans = spans_in(friday ? rule.friday : rule.usual);
  const bool ramadan = std::any_of(book.ramadans.begin(), book.ramadans.end(),
                                   [&](const DateRange& r) { return r.from <= date && date <= r.to; });
  if (ramadan && is_given(rule.ramadan)) {
    out.spans = intersect(out.spans, spans_in(rule.ramadan));
    out.why = "ramadan";
  }
  return out;
}

/// Those of the day of the week; on a holiday those that say so.
Spans spans_on(const WeekHours& hours, Date date, bool holiday) {
  Spans out;
  for (const WeekSpan& w : hours)
    if (holiday ? w.holidays : (w.days >> weekday_of(date) & 1) != 0) out.push_back(w.span);
  std::sort(out.begin(), out.end(), [](const Span& x, const Span& y) { return x.from < y.from; });
  return out;
}

DaySpans spans_of(const AllowedHours& hours, Date date, const DayBook& book) {
  const bool holiday = std::binary_search(book.holidays.begin(), book.holidays.end(), date);
  DaySpans out;
  if (hours.rule)
    out = spans_of(*hours.rule, date, book, holiday);
  else
    out.spans = {{0, 24 * 60}};
  for (const WeekHours& own : hours.own) {
    // Where they say nothing of holidays, these are as other days, as far as the rule lets them be.
    const bool as_holiday =
        holiday && std::any_of(own.begin(), own.end(), [](const WeekSpan& w) { return w.holidays; });
    out.spans = intersect(out.spans, spans_on(own, date, as_holiday));
  }
  const Spans agreed = spans_on(hours.agreed, date, holiday);
  out.spans.insert(out.spans.end(), agreed.begin(), agreed.end());
  std::sort(out.spans.begin(), out.spans.end(), [](const Span& x, const Span& y) { return x.from < y.from; });
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

std::optional<Hold> hold_at(const AllowedHours& hours, std::string_view zone, const Days& days,
                            Timestamp at) {
  if (!hours.rule && hours.own.empty()) return std::nullopt;
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
    const DaySpans open = spans_of(hours, date, book);
    if (ahead == 0) why = open.why;
    for (const Span& span : open.spans) {
      if (at >= instant_of(zone, date, span.to)) continue;
      const Timestamp from = instant_of(zone, date, span.from);
      if (at >= from) return std::nullopt;
      return Hold{from, std::move(why)};
    }
  }
  return Hold{at + horizon_days * micros_per_day, std::move(why)};
}

}  // namespace atlas::sending
