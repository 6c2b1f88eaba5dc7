// Consents: objections, imports, who may record and see what.

#include <chrono>

#include "atlas/consent.hpp"
#include "atlas/duplicates.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Dossier open_one(Session& s, const std::string& name, const std::string& phone) {
  return s.call(dossiers::create, {.contact_name = name, .phone = phone}).dossier.value();
}

Party person(Session& s, const std::vector<std::string>& phones,
             const std::vector<std::string>& emails = {}) {
  return s.call(parties::create,
                {.role_code = "BUYER", .family_name = "Bennani", .phones = phones, .emails = emails});
}

consents::ImportRow row_of(const std::string& address, const std::string& at) {
  return {.channel_code = "CHAN_SMS",
          .address = address,
          .purpose_code = "CONSENT_MARKETING",
          .wording = "J'accepte",
          .wording_version = "1",
          .language = "fr",
          .evidence_kind = "scan",
          .evidence_reference = "archive/17.pdf",
          .evidence_sha256 = std::string(64, 'a'),
          .at = at};
}

}  // namespace

TEST_CASE("whoever of those that a consent names was merged into somebody who objects, objects",
          "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  // Three whom the ledger names; none of them has the number.
  std::vector<Party> named;
  for (int i = 0; i < 3; ++i) {
    named.push_back(person(s, {"052212345" + std::to_string(i)}));
    auto yes = grant_of("0612345678");
    yes.party_id = named.back().id;
    s.call(consents::grant, yes);
    w.clock->advance(micros_per_second);
  }
  const Party survivor = person(s, {"0522999999"});
  s.call(consents::object, {.party_id = survivor.id});
  CHECK(ask(s, "0612345678").allowed);
  s.call(duplicates::merge, {.entity_kind = "party",
                             .survivor_id = survivor.id,
                             .survivor_version = s.call(parties::get, {.id = survivor.id}).version,
                             .loser_id = named[1].id,
                             .loser_version = s.call(parties::get, {.id = named[1].id}).version});
  CHECK(ask(s, "0612345678").reason == "objected");
}

TEST_CASE("an objection is the person's, at every address that they have or get", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party p = person(s, {"0612345678", "0522123456"}, {"sara@example.ma"});
  const Party spouse = person(s, {"0612345678"});
  for (const char* phone : {"0612345678", "0522123456", "0644444444", "0655555555"})
    s.call(consents::grant, grant_of(phone));
  s.call(consents::grant, grant_of("sara@example.ma", "CHAN_EMAIL"));
  const Dossier d =
      s.call(dossiers::create, {.contact_name = "Sara", .phone = "0655555555", .party_id = p.id})
          .dossier.value();
  w.clock->advance(micros_per_second);
  const Objection o = s.call(consents::object, {.party_id = p.id, .wording = "STOP TOUT"});
  CHECK(o.in_force);
  CHECK(s.call(consents::object, {.party_id = p.id}).id == o.id);
  for (const char* phone : {"0612345678", "0522123456", "0655555555"}) {
    CAPTURE(phone);
    const auto answer = ask(s, phone);
    CHECK(answer.reason == "objected");
    CHECK(answer.objection_id == o.id);
  }
  CHECK(ask(s, "sara@example.ma", "CHAN_EMAIL").reason == "objected");
  CHECK(ask(s, "0612345678", "CHAN_PHONE").reason == "objected");
  // A number that the person gets later; one that a question or an event names as theirs.
  CHECK(ask(s, "0644444444").allowed);
  consents::Check named{
      .channel_code = "CHAN_SMS", .address = "0644444444", .purpose_code = "CONSENT_CONTACT"};
  named.party_id = p.id;
  CHECK(s.call(consents::check, named).reason == "objected");
  const Party now = s.call(parties::get, {.id = p.id});
  s.call(parties::update,
         {.id = p.id, .version = now.version, .phones = std::vector<std::string>{"0644444444"}});
  CHECK(ask(s, "0644444444").reason == "objected");
  // What the person no longer has stays suppressed for what was granted before; the other member of the
  // household answers for themselves by a new act.
  CHECK(ask(s, "0612345678").reason == "consent_withdrawn");
  CHECK(ask(s, "0612345678").suppressed);
  w.clock->advance(micros_per_second);
  auto by_spouse = grant_of("0612345678");
  by_spouse.party_id = spouse.id;
  s.call(consents::grant, by_spouse);
  CHECK(ask(s, "0612345678").allowed);
  CHECK(s.call(consents::objections, {}).items.size() == 1);

  // Only the person takes it back, with proof; old grants stay suppressed.
  consents::LiftObjection lift{.party_id = p.id, .source_code = "CONSENT_SRC_API"};
  const Error e = error_of([&] { s.call(consents::lift_objection, lift); });
  CHECK(names(e, "/source_code", field_code::out_of_range));
  CHECK(names(e, "/wording", field_code::required));
  CHECK(names(e, "/evidence", field_code::required));
  lift = {.party_id = p.id,
          .source_code = "CONSENT_SRC_PAPER",
          .wording = "Je retire mon opposition",
          .evidence = ConsentEvidence{"letter", "archive/3.pdf", std::string(64, '1')}};
  CHECK_FALSE(s.call(consents::lift_objection, lift).in_force);
  CHECK(code_of([&] { s.call(consents::lift_objection, lift); }) == ErrorCode::not_found);
  CHECK(ask(s, "0644444444").allowed);
  CHECK(ask(s, "0522123456").reason == "consent_withdrawn");
  CHECK(ask(s, "sara@example.ma", "CHAN_EMAIL").reason == "consent_withdrawn");
  consents::Check then{
      .channel_code = "CHAN_EMAIL", .address = "sara@example.ma", .purpose_code = "CONSENT_CONTACT"};
  then.at = o.at;
  w.clock->advance(micros_per_second);
  CHECK(s.call(consents::check, then).reason == "objected");
  CHECK(d.party_id == p.id);
  CHECK(names(error_of([&] { w.other().call(consents::object, {.party_id = p.id}); }), "/party_id",
              field_code::unknown_reference));
}

TEST_CASE("an import answers row by row and believes no grant without proof", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string day = "2026-01-15T09:00:00+01:00";
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0611111111"});
  auto bare = row_of("0612345670", day);
  bare.wording.reset();
  bare.evidence_sha256 = "";
  bare.at.reset();
  auto garbage = row_of("twelve", "yesterday");
  garbage.channel_code = "CHAN_PIGEON";
  garbage.kind = "MAYBE";
  garbage.evidence_sha256 = "abc";
  auto no = row_of("0612345671", day);
  no.kind = "WITHDRAWN";
  no.wording.reset();
  no.evidence_kind.reset(), no.evidence_reference.reset(), no.evidence_sha256.reset();
  const auto out = s.call(consents::import_rows,
                          {.rows = {row_of("0612345678", day), bare, garbage, row_of("0611111111", day), no,
                                    row_of("+33 6 12 34 56 78", day), row_of("12", day)}});
  REQUIRE(out.items.size() == 7);
  CHECK(out.recorded == 3);
  CHECK(out.refused == 4);
  CHECK(out.items[0].recorded);
  CHECK(out.items[4].recorded);
  CHECK(out.items[5].recorded);
  const auto told = [&](std::size_t row, const std::string& path, std::string_view code) {
    for (const auto& f : out.items[row].fields)
      if (f.path == path && f.code == code) return true;
    return false;
  };
  CHECK(out.items[1].code == "invalid_argument");
  CHECK(told(1, "wording", field_code::required));
  CHECK(told(1, "evidence_sha256", field_code::required));
  CHECK(told(1, "at", field_code::required));
  CHECK(out.items[1].fields.size() == 3);
  CHECK(told(2, "channel_code", field_code::not_a_code));
  CHECK(told(2, "kind", field_code::not_a_code));
  CHECK(told(2, "at", field_code::not_a_time));
  CHECK(told(2, "evidence_sha256", field_code::too_short));
  CHECK(out.items[3].code == "consent_withdrawn");
  CHECK(told(6, "address", field_code::not_a_phone_number));

  const auto granted = ask(s, "0612345678", "CHAN_SMS", "CONSENT_MARKETING");
  CHECK(granted.allowed);
  CHECK(granted.event_at == parse_timestamp("2026-01-15T08:00:00Z"));
  CHECK(ask(s, "0612345671", "CHAN_SMS", "CONSENT_MARKETING").reason == "consent_withdrawn");
  CHECK(ask(s, "0612345671", "CHAN_SMS", "CONSENT_CONTACT").reason == "consent_missing");
  CHECK(ask(s, "0611111111", "CHAN_SMS", "CONSENT_MARKETING").reason == "consent_withdrawn");
  const auto refusals = s.call(audit::list, {.actions = {"REFUSED"}}).items;
  CHECK(refusals.size() == 2);
  CHECK(code_of([&] { w.as("AGENT").call(consents::import_rows, {.rows = {row_of("0612345678", day)}}); }) ==
        ErrorCode::forbidden);
  CHECK(names(error_of([&] { s.call(consents::import_rows, {}); }), "/rows", field_code::too_short));
}

TEST_CASE("agents record and see the consents of their own dossiers", "[consents][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin(), agent = w.as("AGENT"), colleague = w.as("AGENT2");
  const Dossier mine = open_one(agent, "A", "0612345678");
  const Dossier theirs = open_one(colleague, "B", "0612345679");
  CHECK(names(error_of([&] { agent.call(consents::grant, grant_of("0612345678")); }), "/dossier_id",
              field_code::required));
  auto in = grant_of("0612345678");
  in.dossier_id = theirs.id;
  CHECK(names(error_of([&] { agent.call(consents::grant, in); }), "/dossier_id",
              field_code::unknown_reference));
  in.dossier_id = mine.id;
  const auto granted = agent.call(consents::grant, in);
  in = grant_of("0612345679");
  in.dossier_id = theirs.id;
  const auto hidden = colleague.call(consents::grant, in);
  CHECK(agent.call(consents::list, {}).items.size() == 1);
  CHECK(agent.call(consents::count, {}).count == 1);
  CHECK(admin.call(consents::count, {}).count == 2);
  CHECK(agent.call(consents::get, {.id = granted.consent->id}).address == "+212612345678");
  CHECK(agent.call(consents::history, {.id = granted.consent->id}).items.size() == 2);
  CHECK(code_of([&] { agent.call(consents::get, {.id = hidden.consent->id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { agent.call(consents::history, {.id = hidden.consent->id}); }) == ErrorCode::not_found);
  CHECK(ask(agent, "0612345678").allowed);
  // What is out of reach is as if it had never been asked.
  const auto out_of_reach = ask(agent, "0612345679");
  CHECK(out_of_reach.detail == "never_asked");
  CHECK_FALSE(out_of_reach.consent_id.has_value());
  // Nor does it come within reach by naming a dossier that has nothing to do with it.
  in = grant_of("0612345679");
  in.dossier_id = mine.id;
  CHECK(names(error_of([&] { agent.call(consents::grant, in); }), "/address", field_code::unknown_reference));
  consents::Check sly{.channel_code = "CHAN_SMS", .address = "0612345679", .purpose_code = "CONSENT_CONTACT"};
  sly.dossier_id = mine.id;
  CHECK(agent.call(consents::check, sly).detail == "never_asked");
  agent.call(consents::refuse, {.channel_code = "CHAN_SMS",
                                .address = "0612345679",
                                .purpose_code = "CONSENT_CONTACT",
                                .dossier_id = mine.id});
  CHECK(ask(colleague, "0612345679").reason == "consent_withdrawn");
  CHECK(agent.call(consents::count, {}).count == 1);
  w.clock->advance(micros_per_second);
  in.dossier_id = theirs.id;
  colleague.call(consents::grant, in);
  // A number that two dossiers share has one answer, seen from both; the other's dossier stays unnamed.
  const Party shared = agent.call(
      dossiers::add_party,
      {.id = mine.id, .party = {.role_code = "BUYER", .family_name = "Alaoui", .phones = {"0612345679"}}});
  sly.party_id = shared.id;
  CHECK(agent.call(consents::check, sly).allowed);
  in.dossier_id = mine.id;
  in.party_id = shared.id;
  CHECK(agent.call(consents::grant, in).consent->id == hidden.consent->id);
  CHECK(agent.call(consents::count, {}).count == 2);
  CHECK(colleague.call(consents::count, {}).count == 1);
  w.clock->advance(micros_per_second);
  const auto no = colleague.call(
      consents::withdraw,
      {.channel_code = "CHAN_SMS", .address = "0612345679", .purpose_code = "CONSENT_CONTACT"});
  REQUIRE(no.items.size() == 1);
  CHECK_FALSE(no.items[0].consent->dossier_id.has_value());
  CHECK(ask(agent, "0612345679").reason == "consent_withdrawn");
  const auto lines = agent.call(activities::timeline, {.dossier_id = mine.id}).items;
  const auto told = [&](const std::string& event) {
    for (const Activity& a : lines)
      if (a.payload.find("\"event\":\"" + event + "\"") != std::string::npos) return true;
    return false;
  };
  CHECK(told("consent.granted"));
  CHECK(told("consent.withdrawn"));
  for (const Activity& a : lines) CHECK(a.payload.find("0612345679") == std::string::npos);

  for (const char* role : {"OWNER", "MODERATOR", "AUDITOR"}) {
    CAPTURE(role);
    auto stranger = w.as(role);
    CHECK(code_of([&] { ask(stranger, "0612345678"); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { stranger.call(consents::list, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { stranger.call(consents::grant, grant_of("0612345678")); }) == ErrorCode::forbidden);
  }
  CHECK(code_of([&] { agent.call(consents::receipt, {.id = granted.consent->id}); }) == ErrorCode::forbidden);
  CHECK(code_of([&] { agent.call(consents::expire, {}); }) == ErrorCode::forbidden);
}

TEST_CASE("a telephone consent for one request does not cover another", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier first = open_one(s, "A", "0612345678");
  const Dossier second =
      s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY", .contact_name = "A", .phone = "0612345678"})
          .dossier.value();
  auto in = grant_of("0612345678", "CHAN_PHONE");
  in.dossier_id = first.id;
  s.call(consents::grant, in);
  consents::Check q{.channel_code = "CHAN_PHONE", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"};
  q.dossier_id = first.id;
  CHECK(s.call(consents::check, q).allowed);
  q.dossier_id = second.id;
  CHECK(s.call(consents::check, q).reason == "consent_missing");
  CHECK(s.call(consents::check, q).detail == "other_request");
  // Prospecting is asked for apart, and a no during the call ends it until a new consent.
  CHECK(ask(s, "0612345678", "CHAN_PHONE", "CONSENT_MARKETING").reason == "consent_missing");
  in = grant_of("0612345678", "CHAN_PHONE", "CONSENT_MARKETING");
  s.call(consents::grant, in);
  // On a Sunday nobody is called for that.
  CHECK(ask(s, "0612345678", "CHAN_PHONE", "CONSENT_MARKETING").reason == "quiet_hours");
  w.clock->advance(micros_per_day);
  CHECK(ask(s, "0612345678", "CHAN_PHONE", "CONSENT_MARKETING").allowed);
  w.clock->advance(micros_per_second);
  const auto no =
      s.call(consents::refuse,
             {.channel_code = "CHAN_PHONE", .address = "0612345678", .purpose_code = "CONSENT_MARKETING"});
  CHECK(no.consent->state == "withdrawn");
  w.clock->advance(90 * micros_per_day);
  CHECK(ask(s, "0612345678", "CHAN_PHONE", "CONSENT_MARKETING").reason == "consent_withdrawn");
}

TEST_CASE("neither the store nor the audit tells a suppressed address", "[consents]") {
  World w("sqlite");
  auto s = w.admin();
  s.call(consents::grant, grant_of("0612345678"));
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0612345678", .wording = "STOP secret"});
  auto system = w.engine.session({.org = w.one.org, .kind = PrincipalKind::system});
  const auto lines = system.call(audit::export_entries, {}).lines;
  CHECK(lines.size() > 5);
  for (const std::string& line : lines) {
    CHECK(line.find("612345678") == std::string::npos);
    CHECK(line.find("secret") == std::string::npos);
  }
  CHECK(w.engine.check().ok());
}
