// Consent: what events say, what a grant needs, what asks us to stop.

#include "atlas/consent_rules.hpp"

#include <fstream>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "atlas/opt_out.hpp"

using namespace atlas;
using namespace atlas::consents;

namespace {

constexpr Timestamp start{1'790'000'000'000'000};
Timestamp day(int n) { return start + n * micros_per_day; }

ConsentEvent event(std::int64_t number, const char* kind, int on, const char* source = "CONSENT_SRC_FORM") {
  ConsentEvent e;
  e.id.bytes[15] = static_cast<std::uint8_t>(number);
  e.number = number;
  e.kind = kind;
  e.at = e.created_at = day(on);
  e.source_code = source;
  return e;
}

Suppression suppression(int on, const char* purpose = "*") {
  Suppression s;
  s.at = s.created_at = day(on);
  s.purpose_code = purpose;
  return s;
}

Decision ask(const std::vector<ConsentEvent>& events, int on,
             const std::vector<Suppression>& suppressions = {},
             const std::vector<Objection>& objections = {}) {
  return decide({"CHAN_SMS", "CONSENT_MARKETING", day(on), {}, {}}, {events, suppressions, objections});
}

}  // namespace

TEST_CASE("opt-out words are read as a person reads them", "[consents]") {
  std::ifstream file(ATLAS_TEST_DATA "/opt_out.tsv");
  REQUIRE(file);
  std::map<std::string, int> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    const std::string expected = line.substr(0, tab), message = line.substr(tab + 1);
    CAPTURE(message);
    CHECK(to_string(read_opt_out(message)) == expected);
    ++rows[expected];
  }
  CHECK(rows["none"] >= 100);
  CHECK(rows["this_channel"] >= 150);
  CHECK(rows["every_channel"] >= 15);
  CHECK(rows["ask_a_person"] >= 15);
  CHECK(rows.size() == 4);
}

TEST_CASE("what is no text of a person asks for nothing", "[consents]") {
  CHECK(read_opt_out("") == OptOut::none);
  CHECK(read_opt_out(" \n\t ") == OptOut::none);
  CHECK(read_opt_out("🛑") == OptOut::none);
  CHECK(read_opt_out("STOP\xff") == OptOut::none);
  CHECK(read_opt_out(std::string(3000, 'a')) == OptOut::none);
  std::string letter = "STOP";
  for (int i = 0; i < 40; ++i) letter += " et puis encore";
  CHECK(read_opt_out(letter) == OptOut::none);
  CHECK(read_opt_out(std::string("STOP\0", 5)) == OptOut::this_channel);
}

TEST_CASE("events that the machine refuses are facts that leave the state", "[consents]") {
  CHECK(replay({}) == "none");
  std::vector<ConsentEvent> events{event(1, "WITHDRAWN", 0)};
  CHECK(replay(events) == "none");
  events = {event(1, "REQUESTED", 0), event(2, "GRANTED", 1), event(3, "GRANTED", 2)};
  CHECK(replay(events) == "granted");
  events.push_back(event(4, "EXPIRED", 3));
  CHECK(replay(events) == "expired");
  events.push_back(event(5, "WITHDRAWN", 4));
  CHECK(replay(events) == "expired");
  CHECK(ask(events, 5).reason == "consent_withdrawn");
  events = {event(1, "REQUESTED", 0), event(2, "REFUSED", 1), event(3, "REQUESTED", 2)};
  CHECK(replay(events) == "refused");
}

TEST_CASE("only a grant in force allows", "[consents]") {
  std::vector<ConsentEvent> events;
  CHECK(ask(events, 0).detail == "never_asked");
  events.push_back(event(1, "REQUESTED", 0));
  CHECK(ask(events, 0).detail == "not_answered");
  events.push_back(event(2, "GRANTED", 1));
  CHECK(ask(events, 1).allowed);
  CHECK(ask(events, 1).event->id == events[1].id);
  events[1].expires_at = day(10);
  CHECK(ask(events, 9).allowed);
  CHECK(ask(events, 10).reason == "consent_expired");
  CHECK(ask(events, 10).state == "expired");
  events[1].expires_at.reset();
  // A suppression that is newer, or any when the grant was somebody's word.
  CHECK(ask(events, 5, {suppression(0)}).allowed);
  CHECK(ask(events, 5, {suppression(2)}).reason == "consent_withdrawn");
  CHECK(ask(events, 5, {suppression(2)}).detail == "suppressed");
  for (const char* word : {"CONSENT_SRC_API", "CONSENT_SRC_IMPORT"}) {
    events[1].source_code = word;
    CHECK(ask(events, 5).allowed);
    CHECK(ask(events, 5, {suppression(0)}).reason == "consent_withdrawn");
  }
  CHECK(ask({}, 5, {suppression(0)}).reason == "consent_withdrawn");
  Objection objection;
  objection.at = objection.created_at = day(3);
  CHECK(ask(events, 5, {}, {objection}).reason == "objected");
  CHECK(decide({"CHAN_SMS", "CONSENT_MARKETING", day(2), day(2), {}}, {events, {}, {&objection, 1}}).allowed);
  objection.in_force = false;
  objection.lifted_at = day(4);
  CHECK(ask(events, 5, {}, {objection}).allowed);
  CHECK(decide({"CHAN_SMS", "CONSENT_MARKETING", day(3), day(3), {}}, {events, {}, {&objection, 1}}).reason ==
        "objected");
  events.push_back(event(3, "WITHDRAWN", 6));
  CHECK(ask(events, 7).event->id == events[2].id);
  CHECK_FALSE(ask(events, 7).allowed);
  CHECK(decide({"CHAN_SMS", "CONSENT_MARKETING", day(5), day(5), {}}, {events, {}, {}}).allowed);
}

TEST_CASE("the row of a consent says what its events say", "[consents]") {
  // Every sequence of five events, asked by its events and by the row alone.
  const char* const kinds[] = {"REQUESTED", "GRANTED", "REFUSED", "WITHDRAWN", "EXPIRED"};
  const char* const sources[] = {"CONSENT_SRC_FORM", "CONSENT_SRC_IMPORT"};
  int allowed = 0;
  for (int n = 0; n < 5 * 5 * 5 * 5 * 5; ++n) {
    std::vector<ConsentEvent> events;
    Consent row;
    for (int i = 0, rest = n; i < 5; ++i, rest /= 5) {
      // Times go back and forth: an event may tell of an earlier day.
      ConsentEvent e = event(i + 1, kinds[rest % 5], (i * 3 + n) % 7, sources[(n + i) % 2]);
      e.hash = std::string(64, static_cast<char>('a' + i));
      if (e.kind == "GRANTED" && (n + i) % 3 == 0) e.expires_at = day(9);
      if (i == 2) e.party_id = e.id;
      if (e.kind == "GRANTED") row.expires_at = e.expires_at;
      events.push_back(std::move(e));
    }
    row.events = 5;
    REQUIRE_FALSE(standing_of(row));
    keep_standing(row, events);
    const auto kept = standing_of(row);
    REQUIRE(kept);
    const Suppression no = suppression(n % 7);
    for (const int on : {1, 8, 10}) {
      for (const std::size_t suppressed : {0U, 1U}) {
        const Question q{"CHAN_SMS", "CONSENT_MARKETING", day(on), {}, {}};
        const Decision told = decide(q, {events, {&no, suppressed}, {}});
        const Decision read = decide(q, {{}, {&no, suppressed}, {}, kept});
        CHECK(told.allowed == read.allowed);
        CHECK(told.reason == read.reason);
        CHECK(told.detail == read.detail);
        CHECK(told.state == read.state);
        REQUIRE(told.event.has_value() == read.event.has_value());
        if (told.event) {
          CHECK(told.event->id == read.event->id);
          CHECK(told.event->hash == read.event->hash);
          CHECK(told.event->at == read.event->at);
          CHECK(told.event->expires_at == read.event->expires_at);
        }
        allowed += told.allowed ? 1 : 0;
      }
    }
    CHECK(kept->last_no_at == standing_of(events).last_no_at);
    REQUIRE(row.named_parties);
    CHECK(*row.named_parties == std::vector<std::string>{format_uuid(events[2].id)});
  }
  CHECK(allowed > 1000);
  CHECK(standing_of(Consent{}));
}

TEST_CASE("a grant is refused when the person has said no since, or when it is not their act", "[consents]") {
  const std::vector<ConsentEvent> events{event(1, "REQUESTED", 0), event(2, "GRANTED", 1),
                                         event(3, "WITHDRAWN", 5)};
  CHECK(refuses_grant(day(4), "CONSENT_SRC_PAPER", events, {}) == GrantRefusal::older);
  CHECK(refuses_grant(day(6), "CONSENT_SRC_API", events, {}) == GrantRefusal::no_positive_act);
  for (const char* act : {"CONSENT_SRC_FORM", "CONSENT_SRC_DOUBLE_OPT_IN", "CONSENT_SRC_WHATSAPP_INBOUND",
                          "CONSENT_SRC_SMS_INBOUND", "CONSENT_SRC_PAPER"})
    CHECK_FALSE(refuses_grant(day(6), act, events, {}).has_value());
  CHECK_FALSE(refuses_grant(day(1), "CONSENT_SRC_IMPORT", {}, {}).has_value());
  const std::vector<Suppression> suppressed{suppression(5)};
  CHECK(refuses_grant(day(4), "CONSENT_SRC_FORM", {}, suppressed) == GrantRefusal::older);
  CHECK(refuses_grant(day(6), "CONSENT_SRC_IMPORT", {}, suppressed) == GrantRefusal::no_positive_act);
  CHECK_FALSE(refuses_grant(day(6), "CONSENT_SRC_FORM", {}, suppressed).has_value());
}

TEST_CASE("an event's hash covers everything that was recorded", "[consents]") {
  Consent consent;
  consent.channel_code = "CHAN_EMAIL";
  consent.address = "a@b.ma";
  consent.purpose_code = "CONSENT_CONTACT";
  ConsentEvent e = event(2, "GRANTED", 1);
  e.wording = "J’accepte";
  e.evidence = ConsentEvidence{"web_form", "r", std::string(64, 'a')};
  const std::string hash = event_hash(consent, e);
  CHECK(hash.size() == 64);
  CHECK(canonical_event(consent, e).find(R"("at":"2026-09-)") != std::string::npos);
  const auto differs = [&](const auto& change) {
    Consent c = consent;
    ConsentEvent changed = e;
    change(c, changed);
    return event_hash(c, changed) != hash;
  };
  CHECK(differs([](Consent& c, ConsentEvent&) { c.address = "b@b.ma"; }));
  CHECK(differs([](Consent& c, ConsentEvent&) { c.channel_code = "CHAN_SMS"; }));
  CHECK(differs([](Consent& c, ConsentEvent&) { c.purpose_code = "CONSENT_MARKETING"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.kind = "REFUSED"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.number = 3; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.at = day(2); }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.created_at = day(2); }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.source_code = "CONSENT_SRC_API"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.wording = "J'accepte"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.wording_version = "2"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.language = "fr"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.evidence->sha256.reset(); }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.evidence->reference = "s"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.ip = "203.0.113.7"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.device = "phone"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.message_id = "m"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.party_id = Uuid{{1}}; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.dossier_id = Uuid{{1}}; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.request_id = Uuid{{1}}; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.expires_at = day(9); }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.hours = "Mo-Fr 20:00-21:00"; }));
  CHECK(canonical_event(consent, e).find("hours") == std::string::npos);  // as the first stores hashed it
  CHECK(differs([](Consent&, ConsentEvent& x) { x.actor_kind = "user"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.actor_id = Uuid{{1}}; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.nonce = "0"; }));
  CHECK(differs([](Consent&, ConsentEvent& x) { x.previous_hash = std::string(64, '0'); }));
}

TEST_CASE("addresses have one form", "[consents]") {
  CHECK(normal_address("CHAN_SMS", "06 12 34 56 78", "MA") == "+212612345678");
  CHECK(normal_address("CHAN_WHATSAPP", "+33 6 12 34 56 78", "MA") == "+33612345678");
  CHECK(normal_address("CHAN_EMAIL", " Ali@Example.MA ", "MA") == "ali@example.ma");
  CHECK_FALSE(normal_address("CHAN_EMAIL", "0612345678", "MA").has_value());
  CHECK_FALSE(normal_address("CHAN_PHONE", "ali@example.ma", "MA").has_value());
}
