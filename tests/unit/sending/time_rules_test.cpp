// When one may write or call: every row of tests/data/send_hours.tsv, and the numbers of calls.

#include "atlas/time_rules.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "atlas/sending_rules.hpp"
#include "rows.hpp"

using namespace atlas;
using namespace atlas::sending;

namespace {

Timestamp at(const std::string& text) { return parse_timestamp(text).value(); }

Days days_in(const std::string& country, const std::string& region) {
  return [country, region](int year) {
    DayBook book = seeded_days(country, "", year).value_or(DayBook{});
    if (region.empty()) return book;
    const DayBook more = seeded_days(country, region, year).value_or(DayBook{});
    book.holidays.insert(book.holidays.end(), more.holidays.begin(), more.holidays.end());
    std::sort(book.holidays.begin(), book.holidays.end());
    return book;
  };
}

}  // namespace

TEST_CASE("every row of the table of hours holds or lets go as it says", "[sending]") {
  const auto rows = rows_of("send_hours.tsv", 8);
  CHECK(rows.size() >= 60);
  for (const auto& row : rows) {
    INFO(row[0] << " " << row[1] << " " << row[2] << " " << row[3] << " " << row[4] << " " << row[5]);
    const HoursRule* const rule = hours_rule(row[0], row[2], "CONSENT_" + row[3], at(row[5]));
    const auto hold =
        rule ? hold_at({.rule = rule}, row[4], days_in(row[0], row[1] == "-" ? "" : row[1]), at(row[5]))
             : std::nullopt;
    CHECK((hold ? format_timestamp(hold->until) : "-") ==
          (row[6] == "-" ? "-" : format_timestamp(at(row[6]))));
    CHECK((hold ? hold->why : "-") == row[7]);
    // What it is held until is a moment at which it may leave.
    if (hold)
      CHECK_FALSE(hold_at({.rule = rule}, row[4], days_in(row[0], row[1] == "-" ? "" : row[1]), hold->until));
  }
}

TEST_CASE("Easter is where the almanac has it", "[sending]") {
  const std::pair<int, const char*> sundays[] = {
      {2000, "2000-04-23"}, {2008, "2008-03-23"}, {2011, "2011-04-24"},
      {2024, "2024-03-31"}, {2025, "2025-04-20"}, {2026, "2026-04-05"},
      {2027, "2027-03-28"}, {2028, "2028-04-16"}, {2038, "2038-04-25"}};
  for (const auto& [year, day] : sundays) CHECK(format_date(easter(year)) == day);
}

TEST_CASE("France has eleven holidays a year, Morocco those of the moon too", "[sending]") {
  for (int year = 2025; year <= 2060; ++year) {
    // Two may fall on one day: 8 May and Ascension.
    CHECK(seeded_days("FR", "", year)->holidays.size() >= 10);
    CHECK(seeded_days("FR", "", year)->holidays.size() <= 11);
    CHECK(seeded_days("FR", "AM", year)->holidays.size() == 2);
    const DayBook morocco = *seeded_days("MA", "", year);
    CHECK(morocco.holidays.size() >= 20);
    REQUIRE_FALSE(morocco.ramadans.empty());
    for (const DateRange& ramadan : morocco.ramadans) {
      CHECK(ramadan.to.days - ramadan.from.days + 1 >= 29);
      CHECK(ramadan.to.days - ramadan.from.days + 1 <= 30);
    }
  }
  CHECK_FALSE(seeded_days("ES", "", 2026));
}

TEST_CASE("the moon's feasts are where the civil calendar has them", "[sending]") {
  // Year of the Hijra, then 1 Moharram, 12 Rabia I, 1 Ramadan, 1 Shawwal, 10 Dhu al-Hijja.
  struct Row {
    int hijri;
    const char* days[5];
  };
  const Row rows[] = {{1447, {"2025-06-27", "2025-09-05", "2026-02-18", "2026-03-20", "2026-05-27"}},
                      {1448, {"2026-06-17", "2026-08-26", "2027-02-08", "2027-03-10", "2027-05-17"}},
                      {1449, {"2027-06-06", "2027-08-15", "2028-01-28", "2028-02-27", "2028-05-05"}},
                      {1450, {"2028-05-25", "2028-08-03", "2029-01-16", "2029-02-15", "2029-04-24"}},
                      {1451, {"2029-05-15", "2029-07-24", "2030-01-06", "2030-02-05", "2030-04-14"}},
                      {1452, {"2030-05-04", "2030-07-13", "2030-12-26", "2031-01-25", "2031-04-03"}},
                      {1453, {"2031-04-23", "2031-07-02", "2031-12-15", "2032-01-14", "2032-03-22"}},
                      {1454, {"2032-04-12", "2032-06-21", "2032-12-04", "2033-01-03", "2033-03-12"}},
                      {1455, {"2033-04-01", "2033-06-10", "2033-11-23", "2033-12-23", "2034-03-01"}}};
  const char* const names[] = {"moharram", "mawlid", "ramadan", "fitr", "adha"};
  std::size_t told = 0;
  for (const Row& row : rows) {
    for (int i = 0; i < 5; ++i) {
      const Date day = parse_date(row.days[i]).value();
      const auto year = feasts_of(year_of(day));
      INFO(row.hijri << " " << names[i]);
      CHECK(std::count_if(year.begin(), year.end(), [&](const MoonFeast& f) {
              return f.feast == names[i] && f.date == day && !f.confirmed;
            }) == 1);
      CHECK(is_near_feast({names[i], {day.days + 3}}));
      CHECK(is_near_feast({names[i], {day.days - 3}}));
      CHECK_FALSE(is_near_feast({names[i], {day.days + 4}}));
    }
  }
  for (int year = 2026; year <= 2033; ++year) told += feasts_of(year).size();
  // Eight solar years: two Ramadans in 2030, two ends of it in 2033.
  CHECK(told == 42);
  const Announced word[] = {{"fitr", parse_date("2026-03-21").value()},
                            {"fitr", parse_date("2026-03-20").value()}};
  const auto first = seeded_days("MA", "", 2026, {word, 1}).value(),
             last = seeded_days("MA", "", 2026, word).value();
  CHECK(format_date(first.ramadans.front().to) == "2026-03-20");
  CHECK(format_date(last.ramadans.front().to) == "2026-03-19");
}

TEST_CASE("hours of the week are read as they are written, and nothing else", "[sending]") {
  const auto read = [](const char* text) -> std::string {
    const auto hours = read_week_hours(text);
    if (!hours) return "-";
    std::string out;
    for (const WeekSpan& w : *hours) {
      for (int day = 0; day < 7; ++day)
        if (w.days >> day & 1) out += std::to_string(day + 1);
      out += (w.holidays ? "H " : " ") + std::to_string(w.span.from) + "-" + std::to_string(w.span.to) + ";";
    }
    return out;
  };
  CHECK(read("Mo-Fr 18:00-21:00") == "12345 1080-1260;");
  CHECK(read("Mo-Fr 09:00-12:00,14:00-18:00; Sa,PH 10:00-12:00") ==
        "12345 540-720;12345 840-1080;6H 600-720;");
  CHECK(read("Sa-Mo 00:00-24:00") == "167 0-1440;");
  CHECK(read("PH 10:00-11:00") == "H 600-660;");
  CHECK(read("  Tu 10:00-11:00 ") == "2 600-660;");
  for (const char* text : {"", "Mo", "10:00-11:00", "Mo 10:00", "Mo 11:00-10:00", "Mo 10:00-10:00",
                           "Mo 10:00-24:01", "Mo 1:00-2:00", "Mo 10:60-11:00", "mo 10:00-11:00",
                           "Mo-PH 10:00-11:00", "Mo 10:00-11:00;", "; Mo 10:00-11:00", "Mo 10:00-11:00,",
                           "Mo, 10:00-11:00", "Xx 10:00-11:00", "Mo 10h00-11h00", "lundi 10:00-11:00"}) {
    CAPTURE(text);
    CHECK(read(text) == "-");
  }
  std::string many = "Mo 10:00-11:00";
  for (int i = 1; i < 32; ++i) many += "; Mo 10:00-11:00";
  CHECK(read_week_hours(many));
  CHECK_FALSE(read_week_hours(many + "; Mo 10:00-11:00"));
}

TEST_CASE("a number says where its holder is", "[sending]") {
  const auto place = [](const char* number) {
    const auto p = place_of_number(number);
    return p ? p->country + " " + p->region + " " + p->zone : std::string();
  };
  CHECK(place("+33612345678") == "FR  Europe/Paris");
  CHECK(place("+590690301234") == "FR GP America/Guadeloupe");
  CHECK(place("+594694201234") == "FR GF America/Cayenne");
  CHECK(place("+596696201234") == "FR MQ America/Martinique");
  CHECK(place("+262692123456") == "FR RE Indian/Reunion");
  CHECK(place("+262639012345") == "FR YT Indian/Mayotte");
  CHECK(place("+508551234") == "FR PM America/Miquelon");
  CHECK(place("+687751234") == "FR NC Pacific/Noumea");
  CHECK(place("+68987123456") == "FR PF Pacific/Tahiti");
  CHECK(place("+212612345678") == "MA  Africa/Casablanca");
  CHECK(place("+34612345678") == "ES  Europe/Madrid");
  CHECK(place("+32470123456") == "BE  Europe/Brussels");
  CHECK(place("+12015550123") == "US  ");
  CHECK(place("nobody").empty());
}

TEST_CASE("Alsace-Moselle is known by its postal codes", "[sending]") {
  CHECK(is_alsace_moselle("12 rue des Juifs, 67000 Strasbourg"));
  CHECK(is_alsace_moselle("57000 Metz"));
  CHECK(is_alsace_moselle("68100 Mulhouse"));
  CHECK_FALSE(is_alsace_moselle("75011 Paris"));
  CHECK_FALSE(is_alsace_moselle("670000 nowhere"));
  CHECK_FALSE(is_alsace_moselle("6700"));
  CHECK_FALSE(is_alsace_moselle(""));
}

TEST_CASE("four calls in thirty calendar days, none in the sixty after a refusal", "[sending]") {
  const HoursRule* const rule =
      hours_rule("FR", "CHAN_PHONE", "CONSENT_MARKETING", at("2026-11-23T10:00:00Z"));
  REQUIRE(rule);
  const auto hold = [&](std::vector<Call> before, const char* when) -> std::string {
    const auto h = call_hold(before, {.rule = rule}, "Europe/Paris", days_in("FR", ""), at(when));
    return h ? h->why + " " + format_timestamp(h->until).substr(0, 16) : "free";
  };
  const auto attempt = [](const char* when) { return Call{at(when), false}; };
  const std::vector<Call> three{attempt("2026-11-02T10:00:00Z"), attempt("2026-11-09T10:00:00Z"),
                                attempt("2026-11-16T10:00:00Z")};
  CHECK(hold(three, "2026-11-23T10:00:00Z") == "free");
  std::vector<Call> four = three;
  four.push_back(attempt("2026-11-20T10:00:00Z"));
  // The first was on 2 November: thirty calendar days end with 1 December.
  CHECK(hold(four, "2026-11-23T10:00:00Z") == "four_calls_in_30_days 2026-12-02T09:00");
  CHECK(hold(four, "2026-12-01T10:00:00Z") == "four_calls_in_30_days 2026-12-02T09:00");
  CHECK(hold(four, "2026-12-02T10:00:00Z") == "free");
  // A call of tomorrow is none yet.
  CHECK(hold(four, "2026-11-19T10:00:00Z") == "free");
  const std::vector<Call> refused{{at("2026-09-24T10:00:00Z"), true}};
  // Sixty whole days after 24 September end with 23 November.
  CHECK(hold(refused, "2026-11-23T10:00:00Z") == "refused_within_60_days 2026-11-24T09:00");
  CHECK(hold(refused, "2026-11-24T10:00:00Z") == "free");
  CHECK(hold({}, "2026-11-22T10:00:00Z") == "day 2026-11-23T09:00");
  // 23:30 UTC is the next day in Paris.
  CHECK(hold({{at("2026-09-24T23:30:00Z"), true}}, "2026-11-24T10:00:00Z") ==
        "refused_within_60_days 2026-11-25T09:00");
}
