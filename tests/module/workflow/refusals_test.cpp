// What a step is not: reasons nobody asked for, records that are no more, states whose code is switched off;
// and where the answer says what was wrong.

#include "atlas/appointments.hpp"
#include "atlas/duplicates.hpp"
#include "steps.hpp"

namespace atlas::testing {

TEST_CASE("a reason that nobody asked for is refused", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  named(flow, "ON").needs = {"reason_code"};
  publish(admin, flow);
  Dossier d = open_lead(s, lead, 1);
  for (const char* reason : {"OTHER", "SIGNED", "NO_RESPONSE", "NONSENSE"}) {
    CAPTURE(reason);
    const Error e = error_of([&] { take(s, d, "GO", "{}", {}, reason); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(names(e, "/reason_code", field_code::not_a_code));
    CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  }
  CHECK(s.call(dossiers::history, {d.id}).items.empty());
  d = take(s, d, "GO");
  // A transition that needs one takes one that is a reason.
  CHECK(names(error_of([&] { take(s, d, "ON", "{}", {}, "NONSENSE"); }), "/reason_code",
              field_code::not_a_code));
  d = take(s, d, "ON", "{}", {}, "NO_RESPONSE");
  CHECK(names(error_of([&] { take(s, d, "WIN", "{}", {}, "NO_RESPONSE"); }), "/reason_code",
              field_code::not_a_code));
  CHECK(take(s, d, "WIN", "{}", {}, "SIGNED").won_reason_code == "SIGNED");
}

TEST_CASE("everything wrong in what comes along with a step is told at once", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  Dossier d = open_lead(s, "CRM_LEAD_B2B_DEMO", 1);
  const auto told = [&](const char* code, const char* fields) {
    std::set<std::string> out;
    const Error e = error_of([&] { take(s, d, code, fields); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    for (const FieldError& f : e.fields()) out.insert(f.path);
    CHECK(s.call(dossiers::get, {d.id}).version == d.version);
    return out;
  };
  using Paths = std::set<std::string>;
  CHECK(told("B2B_T_QUALIFY", R"({"id":"x","version":3,"idempotency_key":"k","colour":"red","city":7})") ==
        Paths{"/fields/id", "/fields/version", "/fields/idempotency_key", "/fields/colour", "/fields/city"});
  CHECK(told("B2B_T_QUALIFY", R"({"id":"x","contact_name":null,"qualification":{"score":101}})") ==
        Paths{"/fields/id", "/fields/contact_name", "/fields/qualification/score"});
  CHECK(
      told(
          "B2B_T_QUALIFY",
          R"({"phone":"12","email":null,"party_id":"01970000-0000-7000-8000-000000000000",)"
          R"("listing_id":"01970000-0000-7000-8000-000000000001","budget_min":{"amount":9,"currency":"MAD"},)"
          R"("budget_max":{"amount":8,"currency":"MAD"}})") ==
      Paths{"/fields/phone", "/fields/party_id", "/fields/listing_id", "/fields/budget_max"});
  d = take(s, d, "B2B_T_QUALIFY", R"({"qualification":{"notes":"12 agents"}})");
  // The appointment and the dossier's own fields.
  CHECK(told("B2B_T_SCHEDULE", R"({"appointment":{"starts_at":"soon"},"version":1,"colour":"red"})") ==
        Paths{"/fields/appointment/starts_at", "/fields/version", "/fields/colour"});
  CHECK(told("B2B_T_SCHEDULE",
             R"({"appointment":{"starts_at":"2031-06-02T10:00:00Z"},"source_code":"LEAD_SOURCE_MOON"})") ==
        Paths{"/fields/source_code"});
  CHECK(
      s.call(appointments::list, {.where = R"({"dossier_id":")" + format_uuid(d.id) + "\"}"}).items.empty());
}

TEST_CASE("what a step lacks is told where the call would say it", "[workflow]") {
  World w("memory");
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  named(flow, "GO").needs = {"city",      "qualification.notes", "score",       "documents.DOC_IDENTITY",
                             "comment",   "listing.city",        "fields.city", "appointment.status_code",
                             "created_at"};
  publish(admin, flow);
  const Dossier d = open_lead(s, lead, 1);
  std::set<std::string> paths;
  const Error e = error_of([&] { take(s, d, "GO"); });
  CHECK(e.code() == ErrorCode::fields_missing);
  for (const FieldError& f : e.fields()) paths.insert(f.path);
  // The score is the library's own, a listing and documents are other records.
  CHECK(paths == std::set<std::string>{"/fields/city", "/fields/qualification/notes", "/score",
                                       "/documents/DOC_IDENTITY", "/comment", "/listing/city",
                                       "/appointment/status_code"});
}

TEST_CASE("an archived record takes no step, nor does one that was merged away", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  Dossier d = open_lead(admin, rent, 1);
  Dossier lost = admin.call(
      dossiers::transition,
      {.id = open_lead(admin, rent, 2).id, .version = 1, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});
  d = admin.call(dossiers::archive, {.id = d.id, .version = d.version});
  lost = admin.call(dossiers::archive, {.id = lost.id, .version = lost.version});
  const auto refused = [&](const std::function<void()>& call) {
    const Error e = error_of(call);
    CHECK(e.code() == ErrorCode::conflict);
    CHECK(detail_of(e, "reason") == "\"state\"");
  };
  refused([&] { admin.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_TRIAGED"}); });
  refused([&] {
    admin.call(dossiers::transition,
               {.id = d.id, .version = d.version, .transition_code = "CRM_NEW__TO__CRM_TRIAGED"});
  });
  refused([&] {
    admin.call(dossiers::override_status,
               {.id = lost.id, .version = lost.version, .to = "CRM_NEW", .justification = "by mistake"});
  });
  for (const workflow::Way& way : admin.call(dossiers::transitions, {.id = d.id}).items) {
    CHECK_FALSE(way.open);
    CHECK(way.closed_by == "archived");
  }
  CHECK(admin.call(dossiers::history, {d.id}).items.empty());
  // Nor does anything else write to it.
  const Uuid known = admin.call(parties::create, {.role_code = "BUYER", .family_name = "Tazi"}).id;
  refused([&] { admin.call(dossiers::update, {.id = d.id, .version = d.version, .city = "Rabat"}); });
  refused([&] { admin.call(dossiers::update, {.id = d.id, .version = d.version}); });
  refused([&] {
    admin.call(dossiers::assign, {.id = d.id, .version = d.version, .user_id = w.one.users.at("AGENT")});
  });
  refused([&] {
    admin.call(dossiers::set_case_type, {.id = d.id, .version = d.version, .case_type_code = "CRM_LEAD_BUY"});
  });
  refused([&] { admin.call(dossiers::link_party, {.id = d.id, .party_id = known, .role_code = "BUYER"}); });
  refused([&] {
    admin.call(dossiers::add_party, {.id = d.id, .party = {.role_code = "BUYER", .family_name = "Alaoui"}});
  });
  refused([&] { admin.call(activities::add_note, {.id = d.id, .body = "trop tard"}); });
  refused([&] { admin.call(activities::add_task, {.id = d.id, .title = "rappeler"}); });
  refused([&] {
    admin.call(
        appointments::create,
        {.dossier_id = d.id, .type_code = "APPOINT_VISIT", .starts_at = w.clock->now() + micros_per_day});
  });
  CHECK(admin.call(dossiers::get, {.id = d.id}).version == d.version);
  CHECK(admin.call(dossiers::parties_of, {.id = d.id}).items.empty());

  const Dossier survivor = go(admin, open_lead(admin, rent, 3), {"CRM_TRIAGED"});
  const Dossier loser = open_lead(admin, rent, 4);
  admin.call(duplicates::merge, {.entity_kind = "dossier",
                                 .survivor_id = survivor.id,
                                 .survivor_version = survivor.version,
                                 .loser_id = loser.id,
                                 .loser_version = loser.version});
  const Error e = error_of([&] {
    admin.call(dossiers::transition, {.id = loser.id, .version = loser.version, .to = "CRM_TRIAGED"});
  });
  CHECK(e.code() == ErrorCode::conflict);
  CHECK(detail_of(e, "reason") == "\"merged\"");
  CHECK(detail_of(e, "into") == "\"" + format_uuid(survivor.id) + "\"");
  // Read by its old id it is the survivor, with the survivor's history.
  CHECK(admin.call(dossiers::transitions, {.id = loser.id}).status_code == "CRM_TRIAGED");
  CHECK(admin.call(dossiers::time_in_state, {loser.id}).items.size() == 2);
}

TEST_CASE("a state whose code was switched off is gone through by those who run, by code or by name",
          "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  Dossier by_name = open_lead(admin, rent, 1), by_code = open_lead(admin, rent, 2);
  Dossier ended = admin.call(
      dossiers::transition,
      {.id = open_lead(admin, rent, 3).id, .version = 1, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});
  const auto switch_on = [&](bool on) {
    admin.call_json("reference.update", std::string(R"({"dict_type":"CASE_STATUS","code":"CRM_TRIAGED",)") +
                                            R"("is_active":)" + (on ? "true}" : "false}"));
  };
  switch_on(false);
  CHECK(way_of(admin, by_name.id, "CRM_NEW__TO__CRM_TRIAGED").open);
  by_name =
      admin.call(dossiers::transition, {.id = by_name.id, .version = by_name.version, .to = "CRM_TRIAGED"});
  CHECK(by_name.status_code == "CRM_TRIAGED");
  CHECK(take(admin, by_code, "CRM_NEW__TO__CRM_TRIAGED").status_code == "CRM_TRIAGED");
  CHECK(go(admin, by_name, {"CRM_CONTACTED"}).status_code == "CRM_CONTACTED");
  ended = admin.call(
      dossiers::override_status,
      {.id = ended.id, .version = ended.version, .to = "CRM_TRIAGED", .justification = "by mistake"});
  CHECK(ended.status_code == "CRM_TRIAGED");
  ended =
      admin.call(dossiers::transition,
                 {.id = ended.id, .version = ended.version, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});
  CHECK(names(error_of([&] {
                admin.call(
                    dossiers::override_status,
                    {.id = ended.id, .version = ended.version, .to = "CRM_MOON", .justification = "x"});
              }),
              "/to", field_code::not_a_code));
  // A new version may not name it.
  const auto d = definition_of(admin, rent);
  const Error e = error_of([&] { admin.call(workflow::publish, {.definition = d, .base_version = 1}); });
  CHECK(e.code() == ErrorCode::definition_invalid);
  switch_on(true);
  CHECK(admin.call(workflow::publish, {.definition = d, .base_version = 1}).version == 2);
  // What is no status at all, and what is one of another workflow.
  const Dossier fresh = open_lead(admin, rent, 4);
  const auto to = [&](const char* code) {
    return error_of(
        [&] { admin.call(dossiers::transition, {.id = fresh.id, .version = fresh.version, .to = code}); });
  };
  CHECK(names(to("CRM_MOON"), "/to", field_code::not_a_code));
  CHECK(to("CRM_BUILDING").code() == ErrorCode::transition_not_allowed);
}

TEST_CASE("the time in each state is told of what the caller may see", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto agent = w.as("AGENT"), second = w.as("AGENT2"), owner = w.as("OWNER");
  const auto step_after = [&](Session& s, Dossier d, int hours) {
    w.clock->advance(hours * micros_per_hour);
    return s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_TRIAGED"});
  };
  step_after(agent, open_lead(agent, rent, 1), 2);
  step_after(agent, open_lead(agent, rent, 2), 4);
  step_after(second, open_lead(second, rent, 3), 6);
  const auto listing = owner.call(
      listings::create,
      {.transaction_type_code = "TX_RENT", .property_type_code = "PROP_VILLA", .title = "Villa avec jardin"});
  Dossier on_listing = open_lead(admin, rent, 4);
  on_listing = admin.call(dossiers::update,
                          {.id = on_listing.id, .version = on_listing.version, .listing_id = listing.id});
  step_after(admin, on_listing, 8);
  const auto told = [&](Session& s) {
    const auto t = s.call(dossiers::time_by_state, {.case_type_code = rent});
    std::int64_t median = 0;
    for (const auto& item : t.items)
      if (item.status_code == "CRM_NEW") median = item.median_seconds.value_or(0);
    return std::pair(t.dossiers, median / 3600);
  };
  // Two of the agent's own (2 and 4 hours), one of the other's, the one on the owner's listing; four in all.
  CHECK(told(agent) == std::pair<std::int64_t, std::int64_t>(2, 2));
  CHECK(told(second) == std::pair<std::int64_t, std::int64_t>(1, 6));
  CHECK(told(owner) == std::pair<std::int64_t, std::int64_t>(1, 8));
  auto manager = w.as("MANAGER");
  CHECK(told(manager) == std::pair<std::int64_t, std::int64_t>(4, 4));
  auto other = w.other();
  CHECK(told(other).first == 0);
}

}  // namespace atlas::testing
