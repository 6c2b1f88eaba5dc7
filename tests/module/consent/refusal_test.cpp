// After a no one waits before asking again. The clock begins on Sunday, 22 November 2026.

#include "atlas/audit.hpp"
#include "atlas/messages.hpp"
#include "atlas/sending.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }
const std::string number = "+33612345678";

}  // namespace

TEST_CASE("a refusal on the telephone keeps sixty days free of calls, however it was told", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  w.clock->set(at("2026-11-23T09:30:00Z"));
  const auto call = [&](const std::string& purpose = "CONSENT_MARKETING") {
    return ask(s, number, "CHAN_PHONE", purpose);
  };
  const bool granted_before = GENERATE(false, true);
  CAPTURE(granted_before);
  if (granted_before) s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
  w.clock->advance(micros_per_minute);
  s.call(consents::refuse,
         {.channel_code = "CHAN_PHONE", .address = number, .purpose_code = "CONSENT_MARKETING"});
  CHECK(call().reason == "consent_withdrawn");
  // Not even a new consent shortens it.
  w.clock->advance(micros_per_day);
  s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
  CHECK(call().reason == "frequency_cap");
  CHECK(call().detail == "refused_within_60_days");
  CHECK(call().not_before == at("2027-01-25T09:00:00Z"));  // the 23rd is a Saturday
  w.clock->set(at("2027-01-22T10:00:00Z"));
  CHECK_FALSE(call().allowed);
  w.clock->set(at("2027-01-25T10:00:00Z"));
  CHECK(call().allowed);
  // It was no call: four attempts are still free.
  const auto d = s.call(dossiers::create, {.contact_name = "A", .phone = number}).dossier.value();
  for (int i = 0; i < 3; ++i) {
    s.call(
        messages::log_call,
        {.dossier_id = d.id, .address = number, .purpose_code = "CONSENT_MARKETING", .outcome = "no_answer"});
  }
  CHECK(call().allowed);
}

TEST_CASE("a withdrawal by a form is no refusal during a call", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  w.clock->set(at("2026-11-23T09:30:00Z"));
  s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
  w.clock->advance(micros_per_minute);
  s.call(consents::withdraw, {.channel_code = "CHAN_PHONE", .address = number});
  w.clock->advance(micros_per_minute);
  s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
  CHECK(ask(s, number, "CHAN_PHONE", "CONSENT_MARKETING").allowed);
}

TEST_CASE("who refused is not asked again for thirty days", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  w.clock->set(at("2026-11-23T09:30:00Z"));
  const auto may_ask = [&] {
    const auto answer = s.call(sending::check, {.channel_code = "CHAN_SMS",
                                                .address = number,
                                                .purpose_code = "CONSENT_MARKETING",
                                                .kind = "opt_in_request"});
    return answer.verdict == "allow" ? answer.verdict : answer.reason.value_or("");
  };
  const auto form = [&] { s.call(consents::request, request_of(number, "CHAN_SMS", "CONSENT_MARKETING")); };
  form();
  CHECK(may_ask() == "allow");
  w.clock->advance(micros_per_minute);
  s.call(consents::refuse,
         {.channel_code = "CHAN_SMS", .address = number, .purpose_code = "CONSENT_MARKETING"});
  CHECK(may_ask() == "opted_out");
  w.clock->advance(micros_per_day);
  form();
  CHECK(may_ask() == "refused_within_30_days");
  w.clock->set(at("2026-12-23T09:30:59Z"));
  CHECK(may_ask() == "refused_within_30_days");
  w.clock->set(at("2026-12-23T09:31:00Z"));
  CHECK(may_ask() == "allow");
}

TEST_CASE("an objector is found by every way that leads to them, and let go when they say so", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto person = [&](const char* name, std::vector<std::string> phones) {
    return s.call(parties::create, {.role_code = "BUYER", .family_name = name, .phones = std::move(phones)});
  };
  const auto reason = [&](const std::string& address, std::optional<Uuid> party = {}) {
    consents::Check q{.channel_code = "CHAN_SMS", .address = address, .purpose_code = "CONSENT_CONTACT"};
    q.party_id = party;
    const auto answer = s.call(consents::check, q);
    return answer.allowed ? "allowed" : answer.reason.value_or("");
  };
  const Party p = person("A", {}), q = person("B", {"0611000001"});
  for (const char* phone : {"0611000001", "0611000002", "0611000003", "0611000004"})
    s.call(consents::grant, grant_of(phone));
  auto named = grant_of("0611000005");
  named.party_id = p.id;
  s.call(consents::grant, named);
  CHECK(reason("0611000005") == "allowed");
  w.clock->advance(micros_per_second);
  s.call(consents::object, {.party_id = p.id});
  CHECK(reason("0611000005") == "objected");
  CHECK(reason("0611000002") == "allowed");
  CHECK(reason("0611000002", p.id) == "objected");
  // A dossier of theirs that comes later, and one that changes hands.
  s.call(dossiers::create, {.contact_name = "A", .phone = "0611000002", .party_id = p.id});
  CHECK(reason("0611000002") == "objected");
  const Dossier d = s.call(dossiers::create, {.contact_name = "C", .phone = "0611000003"}).dossier.value();
  CHECK(reason("0611000003") == "allowed");
  s.call(dossiers::update, {.id = d.id, .version = d.version, .party_id = p.id});
  CHECK(reason("0611000003") == "objected");
  // Somebody else is not touched; within one transaction it counts at once.
  CHECK(reason("0611000001") == "allowed");
  s.batch([&](Session& b) {
    b.call(consents::object, {.party_id = q.id});
    CHECK_FALSE(
        b.call(consents::check,
               {.channel_code = "CHAN_SMS", .address = "0611000001", .purpose_code = "CONSENT_CONTACT"})
            .allowed);
  });
  CHECK(reason("0611000001") == "objected");
  // What was rolled back was never said.
  const Party r = person("D", {"0611000004"});
  try {
    s.batch([&](Session& b) {
      b.call(consents::object, {.party_id = r.id});
      throw Error(ErrorCode::invalid_argument, "thought better of it");
    });
  } catch (const Error&) {
  }
  CHECK(reason("0611000004") == "allowed");
  s.call(consents::lift_objection, {.party_id = p.id,
                                    .source_code = "CONSENT_SRC_FORM",
                                    .wording = "J'accepte à nouveau",
                                    .evidence = ConsentEvidence{"web_form", "x", std::string(64, 'a')}});
  CHECK(reason("0611000002") != "objected");
  CHECK(reason("0611000003") != "objected");
  CHECK(reason("0611000005") == "allowed");
  if (w.backend != "memory") {
    w.reopen();
    auto again = w.admin();
    CHECK(ask(again, "0611000001").reason == "objected");
    CHECK(ask(again, "0611000005").allowed);
  }
}
