// Dates and times in numbers and words.

#include <array>
#include <optional>
#include <vector>

#include "atlas/import_values.hpp"
#include "atlas/text.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_date_bytes = 100;

struct Month {
  std::string_view name;
  unsigned number;
};
// Folded; French, English, Arabic as in the Maghreb and in the Levant, and the usual short forms.
constexpr Month months[] = {
    {"janvier", 1},  {"janv", 1},      {"january", 1},   {"jan", 1},       {"يناير", 1},     {"fevrier", 2},
    {"fevr", 2},     {"fev", 2},       {"february", 2},  {"feb", 2},       {"فبراير", 2},    {"mars", 3},
    {"march", 3},    {"mar", 3},       {"مارس", 3},      {"avril", 4},     {"avr", 4},       {"april", 4},
    {"apr", 4},      {"ابريل", 4},     {"افريل", 4},     {"mai", 5},       {"may", 5},       {"ماي", 5},
    {"مايو", 5},     {"juin", 6},      {"june", 6},      {"jun", 6},       {"يونيو", 6},     {"يونيه", 6},
    {"juillet", 7},  {"juil", 7},      {"july", 7},      {"jul", 7},       {"يوليوز", 7},    {"يوليو", 7},
    {"aout", 8},     {"august", 8},    {"aug", 8},       {"غشت", 8},       {"اغسطس", 8},     {"septembre", 9},
    {"sept", 9},     {"september", 9}, {"sep", 9},       {"شتنبر", 9},     {"سبتمبر", 9},    {"octobre", 10},
    {"october", 10}, {"oct", 10},      {"اكتوبر", 10},   {"novembre", 11}, {"november", 11}, {"nov", 11},
    {"نونبر", 11},   {"نوفمبر", 11},   {"decembre", 12}, {"december", 12}, {"dec", 12},      {"دجنبر", 12},
    {"ديسمبر", 12},
};
constexpr std::string_view days[] = {
    "lundi",    "mardi",    "mercredi", "jeudi",  "vendredi", "samedi",  "dimanche",  "lun",      "mer",
    "jeu",      "ven",      "sam",      "dim",    "monday",   "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday",   "mon",      "tue",    "wed",      "thu",     "fri",       "sat",      "sun",
    "الاثنين",  "الثلاثاء", "الاربعاء", "الخميس", "الجمعه",   "السبت",   "الاحد"};
constexpr std::string_view relatives[] = {
    "hier",    "aujourd", "aujourdhui", "demain",   "today", "yesterday", "tomorrow",
    "ago",     "now",     "maintenant", "il",       "last",  "dernier",   "derniere",
    "minutes", "heures",  "jours",      "semaines", "mois",  "hours",     "days",
    "weeks",   "months",  "اليوم",      "امس",      "منذ",   "غدا",       "الان"};

// A run of digits or letters, and what stands before it.
struct Part {
  bool digits;
  std::string_view text;
  std::string_view before;
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::vector<Part> parts_of(std::string_view s) {
  std::vector<Part> out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < s.size() && out.size() < 32;) {
    const bool digits = is_digit(s[i]);
    if (!digits && !is_letter(s[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < s.size() && (digits ? is_digit(s[end]) : is_letter(s[end]))) ++end;
    out.push_back({digits, s.substr(i, end - i), s.substr(from, i - from)});
    from = i = end;
  }
  if (from < s.size()) out.push_back({false, {}, s.substr(from)});
  return out;
}

int number_of(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

std::optional<unsigned> month_of(std::string_view word) {
  for (const Month& m : months)
    if (m.name == word) return m.number;
  return std::nullopt;
}

struct Day {
  std::optional<Date> date;
  std::string_view refused;
  std::size_t next = 0;  // the part behind it
};

Day make_day(int year, unsigned month, unsigned day, std::size_t next) {
  if (year < 1800 || year > 2199) return {.date = {}, .refused = value_reason::out_of_range};
  if (month < 1 || month > 12 || day < 1 || day > 31)
    return {.date = {}, .refused = value_reason::no_such_day};
  const Date date = make_date(year, month, day);
  // A day that the month does not have would be one of the next.
  if (day > 28 && format_date(date).substr(5, 2) != format_date(make_date(year, month, 1)).substr(5, 2))
    return {.date = {}, .refused = value_reason::no_such_day};
  return {.date = date, .refused = {}, .next = next};
}

bool is_ordinal(std::string_view word) {
  constexpr std::string_view words[] = {"er", "e", "eme", "st", "nd", "rd", "th"};
  return among(words, word);
}

// Between the numbers of one date.
bool separates(std::string_view between) {
  return between == "/" || between == "-" || between == "." || between == " " || between == " / " ||
         between == " - " || between == "‐" || between == "٫";
}

Day day_of(const std::vector<Part>& p, DateOrder order) {
  const auto refused = [](std::string_view reason) { return Day{.date = {}, .refused = reason}; };
  std::size_t i = 0;
  const auto digits = [&](std::size_t k, std::size_t least, std::size_t most) {
    return k < p.size() && p[k].digits && p[k].text.size() >= least && p[k].text.size() <= most;
  };
  const auto word = [&](std::size_t k) {
    return k < p.size() && !p[k].digits ? p[k].text : std::string_view();
  };
  while (i < p.size() && !p[i].digits &&
         (among(days, p[i].text) || p[i].text == "le" || p[i].text == "on" || p[i].text == "يوم"))
    ++i;
  for (const Part& part : p)
    if (!part.digits && among(relatives, part.text) && !month_of(part.text))
      return refused(value_reason::relative);
  if (i >= p.size()) return refused(value_reason::unreadable);
  const bool clean =
      i > 0 ? p[i].before.find_first_not_of(" ,.") == std::string_view::npos : p[i].before.empty();
  if (!clean) return refused(value_reason::unreadable);
  if (digits(i, 8, 8))
    return make_day(number_of(p[i].text.substr(0, 4)),
                    static_cast<unsigned>(number_of(p[i].text.substr(4, 2))),
                    static_cast<unsigned>(number_of(p[i].text.substr(6, 2))), i + 1);
  if (digits(i, 4, 4) && digits(i + 1, 1, 2) && digits(i + 2, 1, 2) && separates(p[i + 1].before) &&
      p[i + 2].before == p[i + 1].before) {
    return make_day(number_of(p[i].text), static_cast<unsigned>(number_of(p[i + 1].text)),
                    static_cast<unsigned>(number_of(p[i + 2].text)), i + 3);
  }
  if (digits(i, 1, 2) && digits(i + 1, 1, 2) && digits(i + 2, 2, 4) && separates(p[i + 1].before) &&
      p[i + 2].before == p[i + 1].before) {
    if (p[i + 2].text.size() == 2) return refused(value_reason::two_digit_year);
    if (p[i + 2].text.size() != 4) return refused(value_reason::unreadable);
    auto day = static_cast<unsigned>(number_of(p[i].text)),
         month = static_cast<unsigned>(number_of(p[i + 1].text));
    if (order == DateOrder::month_first) std::swap(day, month);
    return make_day(number_of(p[i + 2].text), month, day, i + 3);
  }
  if (digits(i, 1, 2)) {
    // "12 octobre 2024", "1er mars 2024", "12-oct-2024"
    const auto day = static_cast<unsigned>(number_of(p[i].text));
    std::size_t k = i + 1;
    if (is_ordinal(word(k))) ++k;
    if (word(k) == "de" || word(k) == "of" || word(k) == "من") ++k;
    const auto month = month_of(word(k));
    if (!month) return refused(value_reason::unreadable);
    ++k;
    if (word(k) == "de" || word(k) == "of") ++k;
    if (digits(k, 2, 2) && k + 1 >= p.size()) return refused(value_reason::two_digit_year);
    if (!digits(k, 4, 4)) return refused(value_reason::unreadable);
    return make_day(number_of(p[k].text), *month, day, k + 1);
  }
  if (const auto month = month_of(word(i)); month && digits(i + 1, 1, 2)) {
    // "October 12, 2024"
    std::size_t k = i + 2;
    if (is_ordinal(word(k))) ++k;
    if (!digits(k, 4, 4))
      return refused(digits(k, 2, 2) ? value_reason::two_digit_year : value_reason::unreadable);
    return make_day(number_of(p[k].text), *month, static_cast<unsigned>(number_of(p[i + 1].text)), k + 1);
  }
  return refused(value_reason::unreadable);
}

struct TimeOfDay {
  bool present = false, good = true;
  std::int64_t micros = 0;
  std::optional<std::int64_t> offset;  // micros east of UTC
};

// What stands behind a date: a time of day and an offset, or nothing.
TimeOfDay time_behind(const std::vector<Part>& p, std::size_t i) {
  TimeOfDay out;
  const auto wrong = [&] {
    out.good = false;
    return out;
  };
  const auto two = [&](std::size_t k) { return k < p.size() && p[k].digits && p[k].text.size() <= 2; };
  while (i < p.size() && !p[i].digits &&
         (p[i].text == "t" || p[i].text == "a" || p[i].text == "at" || p[i].text == "على" ||
          p[i].text == "الساعه"))
    ++i;
  if (i >= p.size() || (!p[i].digits && p[i].text.empty())) {
    if (i < p.size() && p[i].before.find_first_not_of(" .,") != std::string_view::npos) return wrong();
    return out;
  }
  if (!two(i)) return wrong();
  out.present = true;
  std::int64_t hour = number_of(p[i].text), minute = 0, second = 0, micros = 0;
  ++i;
  bool hours_only = false;
  if (i < p.size() && !p[i].digits && (p[i].text == "h" || p[i].text == "heures") &&
      p[i].before.find_first_not_of(' ') == std::string_view::npos) {
    ++i;
    hours_only = true;
    if (two(i) && p[i].before.find_first_not_of(' ') == std::string_view::npos)
      minute = number_of(p[i++].text);
    if (i < p.size() && (p[i].text == "min" || p[i].text == "mn")) ++i;
  } else if (two(i) && (p[i].before == ":" || p[i].before == ".")) {
    hours_only = true;
    minute = number_of(p[i++].text);
    if (two(i) && p[i].before == ":") {
      second = number_of(p[i++].text);
      if (i < p.size() && p[i].digits && (p[i].before == "." || p[i].before == ",") &&
          p[i].text.size() <= 9) {
        std::string digits(p[i].text.substr(0, 6));
        digits.resize(6, '0');
        micros = number_of(digits);
        ++i;
      }
    }
  }
  if (i < p.size() && !p[i].digits && (p[i].text == "am" || p[i].text == "pm")) {
    if (hour < 1 || hour > 12) return wrong();
    hour = hour % 12 + (p[i].text == "pm" ? 12 : 0);
    hours_only = true;
    ++i;
  }
  if (!hours_only || hour > 23 || minute > 59 || second > 59) return wrong();
  out.micros = ((hour * 60 + minute) * 60 + second) * micros_per_second + micros;
  if (i < p.size() && !p[i].digits && (p[i].text == "z" || p[i].text == "utc" || p[i].text == "gmt")) {
    out.offset = 0;
    ++i;
  }
  if (i < p.size() && p[i].digits && (p[i].before == "+" || p[i].before == "-" || p[i].before == " +")) {
    const bool joined = p[i].text.size() == 4;
    if (!joined && p[i].text.size() != 2) return wrong();
    std::int64_t h = number_of(p[i].text.substr(0, 2)), m = joined ? number_of(p[i].text.substr(2)) : 0;
    const bool west = p[i].before.back() == '-';
    ++i;
    if (!joined && two(i) && p[i].before == ":") m = number_of(p[i++].text);
    if (h > 18 || m > 59) return wrong();
    out.offset = (west ? -1 : 1) * (h * 60 + m) * micros_per_minute;
  }
  if (i < p.size() &&
      (p[i].digits || !p[i].text.empty() || p[i].before.find_first_not_of(" .") != std::string_view::npos))
    return wrong();
  return out;
}

}  // namespace

Reading<Date> read_date(std::string_view text, DateOrder order) {
  const auto no = [](std::string_view reason) {
    return Reading<Date>{.value = {}, .refused = reason, .warning = {}};
  };
  if (const auto iso = parse_date(text)) return {.value = iso, .refused = {}, .warning = {}};
  if (says_nothing(text) || text.starts_with("0000-00-00")) return {};  // the latter is a database's nothing
  if (text.size() > max_date_bytes) return no(value_reason::too_long);
  const std::string folded = fold(text);
  const auto parts = parts_of(folded);
  const Day day = day_of(parts, order);
  if (!day.date) return no(day.refused);
  if (!time_behind(parts, day.next).good) return no(value_reason::unreadable);
  return {.value = day.date, .refused = {}, .warning = {}};
}

Reading<Timestamp> read_time(std::string_view text, DateOrder order, std::string_view zone) {
  const auto no = [](std::string_view reason) {
    return Reading<Timestamp>{.value = {}, .refused = reason, .warning = {}};
  };
  if (const auto instant = parse_timestamp(text)) return {.value = instant, .refused = {}, .warning = {}};
  if (says_nothing(text) || text.starts_with("0000-00-00")) return {};  // the latter is a database's nothing
  if (text.size() > max_date_bytes) return no(value_reason::too_long);
  const std::string folded = fold(text);
  const auto parts = parts_of(folded);
  const Day day = day_of(parts, order);
  if (!day.date) return no(day.refused);
  const TimeOfDay time = time_behind(parts, day.next);
  if (!time.good) return no(value_reason::unreadable);
  const std::int64_t local = day.date->days * micros_per_day + time.micros;
  const std::string_view warning = time.present ? std::string_view() : value_warning::midnight_assumed;
  if (time.offset) return {.value = Timestamp{local - *time.offset}, .refused = {}, .warning = warning};
  if (zone.empty()) return no(value_reason::no_time_zone);
  // The offset of the wall clock is known by the instant; near a change, the second look settles it.
  std::int64_t at = local;
  for (int look = 0; look < 2; ++look)
    at = local - std::int64_t{utc_offset_seconds(zone, Timestamp{at})} * micros_per_second;
  return {.value = Timestamp{at}, .refused = {}, .warning = warning};
}

}  // namespace atlas::imports
