// What an organisation lays down of hours and of the moon, and the hours to which a person agreed. The clock
// begins on Sunday, 22 November 2026.

#include "atlas/audit.hpp"
#include "atlas/sending.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

void settle(Session& s, const std::string& settings) {
  const Organisation org = s.call(organisations::get, {});
  s.call(organisations::update, {.id = org.id, .version = org.version, .settings = settings});
}

/// "allow", or until when and by which rule.
std::string may(Session& s, const std::string& address, const std::string& channel = "CHAN_SMS",
                const std::string& purpose = "CONSENT_MARKETING") {
  const auto answer =
      s.call(sending::check, {.channel_code = channel, .address = address, .purpose_code = purpose});
  if (answer.verdict != "defer") return answer.verdict;
  return format_timestamp(answer.not_before.value()).substr(0, 16) + " " + answer.rule.value_or("");
}

}  // namespace

TEST_CASE("an organisation narrows the hours of the law, never widens them", "[sending][hours]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string number = "+33612345678", mail = "a@agence.example";
  for (const char* purpose : {"CONSENT_MARKETING", "CONSENT_CONTACT"}) {
    s.call(consents::grant, grant_of(number, "CHAN_SMS", purpose));
    s.call(consents::grant, grant_of(mail, "CHAN_EMAIL", purpose));
  }
  w.clock->set(at("2026-11-23T07:30:00Z"));  // Monday, 8:30 in Paris
  CHECK(may(s, number) == "allow");
  CHECK(may(s, mail, "CHAN_EMAIL") == "allow");
  settle(s, R"({"sending":{"hours":[
      {"country":"FR","channel_code":"CHAN_SMS","hours":"Mo-Th 06:00-23:00"},
      {"purpose_code":"CONSENT_MARKETING","hours":"Mo-Su,PH 09:30-12:00,14:00-19:00"}]}})");
  CHECK(may(s, number) == "2026-11-23T08:30 FR.WRITTEN.MARKETING");
  // Where the law has no hours, the organisation may.
  CHECK(may(s, mail, "CHAN_EMAIL") == "2026-11-23T08:30 ORGANISATION");
  CHECK(may(s, mail, "CHAN_EMAIL", "CONSENT_CONTACT") == "allow");
  CHECK(may(s, number, "CHAN_SMS", "CONSENT_CONTACT") == "allow");
  w.clock->set(at("2026-11-23T12:30:00Z"));
  CHECK(may(s, number) == "2026-11-23T13:00 FR.WRITTEN.MARKETING");
  // Thursday at 19:30: the line for France ends on Thursday, the law's Sunday stays closed.
  w.clock->set(at("2026-11-26T18:30:00Z"));
  CHECK(may(s, number) == "2026-11-30T08:30 FR.WRITTEN.MARKETING");
  CHECK(may(s, mail, "CHAN_EMAIL") == "2026-11-27T08:30 ORGANISATION");
  // 6:00 is before the law's 8:00, whatever the organisation says.
  settle(s, R"({"sending":{"hours":[{"hours":"Mo-Su,PH 00:00-24:00"}]}})");
  w.clock->set(at("2026-11-26T05:00:00Z"));
  CHECK(may(s, number) == "2026-11-26T07:00 FR.WRITTEN.MARKETING");
  w.clock->set(at("2026-12-25T10:00:00Z"));
  CHECK(may(s, number) == "2026-12-26T07:00 FR.WRITTEN.MARKETING");

  auto other = w.other();
  other.call(consents::grant, grant_of(mail, "CHAN_EMAIL", "CONSENT_MARKETING"));
  CHECK(may(other, mail, "CHAN_EMAIL") == "allow");
}

TEST_CASE("what cannot be used of the settings of sending is refused where it is set", "[sending][hours]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto fault = [&](const std::string& sending, const char* path, std::string_view code) {
    CAPTURE(sending);
    const Error e = error_of([&] { settle(s, R"({"sending":)" + sending + "}"); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(names(e, "/settings/sending" + std::string(path), code));
  };
  fault("7", "", field_code::wrong_type);
  fault(R"({"caps":{}})", "/caps", field_code::wrong_type);
  fault(R"({"caps":[{"purpose_code":"*","hours":1,"most":-1}]})", "/caps/0/most", field_code::out_of_range);
  fault(R"({"hours":[{"hours":"Mo-Fr 9-18"}]})", "/hours/0/hours", field_code::out_of_range);
  fault(R"({"hours":[{"hours":"Mo-Fr 18:00-09:00"}]})", "/hours/0/hours", field_code::out_of_range);
  fault(R"({"hours":[{}]})", "/hours/0/hours", field_code::out_of_range);
  fault(R"({"hours":[{"hours":"Mo 09:00-10:00","channel_code":3}]})", "/hours/0/channel_code",
        field_code::wrong_type);
  fault(R"({"hours":[{"hours":"Mo 09:00-10:00","purpose_code":"MARKETING"}]})", "/hours/0/purpose_code",
        field_code::not_a_code);
  fault(R"({"moon":[{"feast":"easter","date":"2029-02-15"}]})", "/moon/0/feast", field_code::not_a_code);
  fault(R"({"moon":[{"feast":"fitr","date":"2029-02-30"}]})", "/moon/0/date", field_code::not_a_date);
  fault(R"({"moon":[{"feast":"fitr","date":"2029-03-15"}]})", "/moon/0/date", field_code::out_of_range);
  CHECK(s.call(organisations::get, {}).settings == "{}");
}

TEST_CASE("who agreed to other hours may be contacted then, and it can be shown", "[sending][hours]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string number = "+33612345678", plain = "+33687654321";
  auto given = grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING");
  given.hours = "evenings";
  CHECK(names(error_of([&] { s.call(consents::grant, given); }), "/hours", field_code::out_of_range));
  given.hours = "Mo-Fr 20:00-21:00; Sa 10:00-12:00";
  given.source_code = "CONSENT_SRC_API";
  CHECK(names(error_of([&] { s.call(consents::grant, given); }), "/hours", field_code::out_of_range));
  given.source_code = "CONSENT_SRC_FORM";
  const auto granted = s.call(consents::grant, given);
  s.call(consents::grant, grant_of(plain, "CHAN_PHONE", "CONSENT_MARKETING"));
  const auto call = [&](const std::string& whom) { return ask(s, whom, "CHAN_PHONE", "CONSENT_MARKETING"); };
  w.clock->set(at("2026-11-23T19:30:00Z"));  // Monday, 20:30 in Paris
  CHECK(call(number).allowed);
  CHECK(call(plain).reason == "quiet_hours");
  w.clock->set(at("2026-11-28T09:30:00Z"));  // Saturday
  CHECK(call(number).allowed);
  CHECK(call(plain).detail == "day");
  w.clock->set(at("2026-11-29T09:30:00Z"));  // Sunday: nobody agreed to that
  CHECK(call(number).not_before == at("2026-11-30T09:00:00Z"));
  // Christmas is a Friday; holidays were not named.
  w.clock->set(at("2026-12-25T19:30:00Z"));
  CHECK(call(number).detail == "holiday");
  // It is part of the event, and of its hash.
  const auto events = s.call(consents::history, {.id = granted.consent->id}).items;
  REQUIRE(events.size() == 2);
  CHECK(events[1].hours == given.hours);

  // By double opt-in the hours are those of the request, whatever the second half says.
  auto asked = request_of(plain, "CHAN_SMS", "CONSENT_MARKETING");
  asked.hours = "Mo-Su,PH 20:00-22:00";
  const auto request = s.call(consents::request, asked);
  consents::Grant second{.channel_code = "CHAN_SMS",
                         .address = plain,
                         .purpose_code = "CONSENT_MARKETING",
                         .source_code = "CONSENT_SRC_DOUBLE_OPT_IN"};
  second.token = request.token;
  second.hours = "Mo-Su,PH 00:00-24:00";
  s.call(consents::grant, second);
  w.clock->set(at("2026-12-25T20:30:00Z"));
  CHECK(may(s, plain) == "allow");
  w.clock->set(at("2026-12-25T21:00:00Z"));
  CHECK(may(s, plain) == "2026-12-26T07:00 FR.WRITTEN.MARKETING");
  // The organisation's own hours do not bind who asked for others.
  settle(s, R"({"sending":{"hours":[{"hours":"Mo-Fr 09:00-17:00"}]}})");
  w.clock->set(at("2026-12-26T20:30:00Z"));
  CHECK(may(s, plain) == "allow");
  // A new grant without hours takes them back.
  w.clock->advance(micros_per_second);
  s.call(consents::grant, grant_of(plain, "CHAN_SMS", "CONSENT_MARKETING"));
  CHECK(may(s, plain) == "2026-12-28T08:00 FR.WRITTEN.MARKETING");
  if (w.backend != "memory") {
    w.reopen();
    auto again = w.admin();
    w.clock->set(at("2026-12-28T19:30:00Z"));
    CHECK(ask(again, number, "CHAN_PHONE", "CONSENT_MARKETING").allowed);
  }
}

TEST_CASE("the moon is computed for any year, and what is announced takes its place", "[sending][hours]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto year = [&](std::int64_t n) { return s.call(calendars::get, {.country_code = "MA", .year = n}); };
  const auto off = [](const calendars::Year& y, const char* day) {
    return std::find(y.holidays.begin(), y.holidays.end(), day) != y.holidays.end();
  };
  const auto first = year(2029);
  CHECK(first.seeded);
  CHECK(first.estimated);
  CHECK(first.ramadan_from == parse_date("2029-01-16"));
  CHECK(first.ramadan_to == parse_date("2029-02-14"));
  for (const char* day : {"2029-02-14", "2029-02-15", "2029-02-16", "2029-02-17"}) CHECK(off(first, day));
  CHECK_FALSE(off(first, "2029-02-18"));
  // Two in 2030, the second of which goes on in 2031.
  const auto two = year(2030);
  CHECK(std::count_if(two.feasts.begin(), two.feasts.end(),
                      [](const calendars::Feast& f) { return f.feast == "ramadan"; }) == 2);
  CHECK(year(2031).ramadan_from == parse_date("2030-12-26"));

  const std::string number = "+212612345678";
  s.call(consents::grant, grant_of(number, "CHAN_SMS", "CONSENT_MARKETING"));
  w.clock->set(at("2031-01-08T09:30:00Z"));  // Wednesday, 9:30 by the clock of Ramadan
  CHECK(may(s, number) == "2031-01-08T10:00 MA.WRITTEN.MARKETING");
  w.clock->set(at("2029-02-14T12:00:00Z"));
  CHECK(may(s, number) == "2029-02-19T08:00 MA.WRITTEN.MARKETING");

  settle(s, R"({"sending":{"moon":[{"feast":"fitr","date":"2029-02-16"}]}})");
  const auto told = year(2029);
  CHECK(told.estimated);
  CHECK(told.ramadan_to == parse_date("2029-02-15"));
  CHECK_FALSE(off(told, "2029-02-15"));
  CHECK(off(told, "2029-02-16"));
  CHECK(off(told, "2029-02-17"));
  CHECK_FALSE(off(told, "2029-02-18"));
  for (const calendars::Feast& f : told.feasts) CHECK(f.confirmed == (f.feast == "fitr"));
  CHECK(may(s, number) == "allow");
  settle(s, R"({"sending":{"moon":[{"feast":"fitr","date":"2029-02-16"},{"feast":"adha","date":"2029-04-24"},
      {"feast":"moharram","date":"2029-05-15"},{"feast":"mawlid","date":"2029-07-24"},
      {"feast":"ramadan","date":"2029-01-17"}]}})");
  CHECK_FALSE(year(2029).estimated);
  CHECK(year(2029).ramadan_from == parse_date("2029-01-17"));
  auto other = w.other();
  CHECK(other.call(calendars::get, {.country_code = "MA", .year = 2029}).ramadan_to ==
        parse_date("2029-02-14"));
}
