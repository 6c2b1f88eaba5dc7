// Steps: fields that come along, guards and their reasons, types of case, overrides, time in each state.

#include "steps.hpp"
#include "atlas/appointments.hpp"
#include "atlas/documents.hpp"
#include "consent/consents.hpp"

namespace atlas::testing {
namespace {

std::int64_t entries_of(Session& s, const Uuid& id) {
  return static_cast<std::int64_t>(s.call(audit::list, {.entity_id = id, .limit = 1000}).items.size());
}

std::vector<std::string> lines_of(Session& s, const Uuid& id) {
  std::vector<std::string> out;
  for (const auto& line : s.call(activities::timeline, {.dossier_id = id, .oldest_first = true}).items)
    out.push_back(line.type_code);
  return out;
}

}  // namespace

TEST_CASE("changes of the record come along with a step, in one go or not at all", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  Dossier d = open_lead(s, "CRM_LEAD_B2B_DEMO", 1);
  const auto entries = entries_of(s, d.id);
  const auto refused = [&](const char* fields, const char* path, std::string_view code) {
    CAPTURE(fields);
    const Error e = error_of([&] { take(s, d, "B2B_T_QUALIFY", fields); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(names(e, path, code));
    const Dossier same = s.call(dossiers::get, {d.id});
    CHECK(same.version == d.version);
    CHECK(same.status_code == "B2B_NEW");
    CHECK_FALSE(same.qualification.notes);
  };
  refused(R"({"qualification":{"notes":"x","score":101}})", "/fields/qualification/score",
          field_code::out_of_range);
  refused(R"({"qualification":{"notes":"x"},"nonsense":1})", "/fields/nonsense", field_code::unknown_member);
  refused(R"({"qualification":{"notes":"x"},"status_code":"B2B_WON"})", "/fields/status_code",
          field_code::unknown_member);
  refused(R"({"qualification":{"notes":"x"},"id":"x"})", "/fields/id", field_code::unknown_member);
  refused(R"({"qualification":{"notes":"x"},"version":9})", "/fields/version", field_code::unknown_member);
  refused(R"({"qualification":{"notes":"x"},"source_code":"LEAD_SOURCE_MOON"})", "/fields/source_code",
          field_code::not_a_code);
  refused(R"({"qualification":{"notes":"x"},"contact_name":null})", "/fields/contact_name",
          field_code::required);
  refused(R"({"qualification":{"notes":"x"},"phone":"12","email":null})", "/fields/phone",
          field_code::not_a_phone_number);
  // What no effect of this transition takes is no field of the record.
  refused(R"({"qualification":{"notes":"x"},"appointment":{}})", "/fields/appointment",
          field_code::unknown_member);
  CHECK(way_of(s, d.id, "B2B_T_QUALIFY").missing == std::vector<std::string>{"qualification.notes"});
  d = take(s, d, "B2B_T_QUALIFY", R"({"qualification":{"notes":"12 agents"},"city":"Rabat"})");
  CHECK(d.status_code == "B2B_QUALIFIED");
  CHECK(d.qualification.notes == "12 agents");
  CHECK(d.city == "Rabat");
  CHECK(d.version == 2);
  // One entry for the step, one for the event that it emits; one line of the history, one of the timeline.
  CHECK(entries_of(s, d.id) == entries + 2);
  CHECK(s.call(dossiers::history, {d.id}).items.size() == 1);
  const auto lines = lines_of(s, d.id);
  CHECK(std::count(lines.begin(), lines.end(), "ACT_STATUS_CHANGE") == 1);
  const Dossier stored = s.call(dossiers::get, {d.id});
  CHECK(to_json(stored) == to_json(d));
}

TEST_CASE("an appointment is made, moved and called off by the steps of a demonstration", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  Dossier d = open_lead(s, "CRM_LEAD_B2B_DEMO", 1);
  d = take(s, d, "B2B_T_QUALIFY", R"({"qualification":{"notes":"12 agents"}})");
  const auto all = [&] {
    return s.call(appointments::list, {.where = R"({"dossier_id":")" + format_uuid(d.id) + "\"}"}).items;
  };
  CHECK(way_of(s, d.id, "B2B_T_SCHEDULE").takes == std::vector<std::string>{"appointment"});
  const auto refused = [&](const char* fields, const char* path, std::string_view code) {
    CAPTURE(fields);
    const Error e = error_of([&] { take(s, d, "B2B_T_SCHEDULE", fields); });
    CHECK(names(e, path, code));
    CHECK(all().empty());
    CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  };
  refused("{}", "/fields/appointment", field_code::required);
  refused(R"({"appointment":null})", "/fields/appointment", field_code::wrong_type);
  refused(R"({"appointment":{"type_code":"APPOINT_VIDEO"}})", "/fields/appointment/starts_at",
          field_code::required);
  refused(R"({"appointment":{"starts_at":"2026-12-01T10:00:00Z","type_code":"APPOINT_MOON"}})",
          "/fields/appointment/type_code", field_code::not_a_code);
  refused(R"({"appointment":{"starts_at":"2026-12-01T10:00:00Z","ends_at":"2026-12-01T09:00:00Z"}})",
          "/fields/appointment/ends_at", field_code::out_of_range);
  refused(R"({"appointment":{"starts_at":"2026-12-01T10:00:00Z","status_code":"APPOINT_DONE"}})",
          "/fields/appointment/status_code", field_code::unknown_member);
  refused(R"({"appointment":{"id":"01970000-0000-7000-8000-000000000000"}})", "/fields/appointment/id",
          field_code::unknown_reference);
  d = take(s, d, "B2B_T_SCHEDULE", R"({"appointment":{"starts_at":"2026-12-01T10:00:00Z"}})");
  CHECK(d.status_code == "B2B_SCHEDULED");
  CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  REQUIRE(all().size() == 1);
  CHECK(all()[0].status_code == "APPOINT_SCHEDULED");
  CHECK(format_timestamp(all()[0].ends_at) == "2026-12-01T10:30:00.000000Z");
  const auto unmoved = [&](const char* fields, const char* path, std::string_view code) {
    CAPTURE(fields);
    const Error e = error_of([&] { take(s, d, "B2B_T_RESCHEDULE", fields); });
    CHECK(names(e, path, code));
    CHECK(s.call(dossiers::get, {d.id}).version == d.version);
    CHECK(s.call(dossiers::history, {d.id}).items.size() == 2);
  };
  // There is an appointment, and it has a start: that is no new one.
  unmoved("{}", "/fields/appointment/starts_at", field_code::required);
  unmoved(R"({"appointment":{}})", "/fields/appointment/starts_at", field_code::required);
  unmoved(R"({"appointment":{"starts_at":"2026-12-01T10:00:00Z"}})", "/fields/appointment/starts_at",
          field_code::out_of_range);
  CHECK(way_of(s, d.id, "B2B_T_RESCHEDULE").open);
  CHECK(way_of(s, d.id, "B2B_T_RESCHEDULE").missing ==
        std::vector<std::string>{"fields.appointment.starts_at"});
  d = take(s, d, "B2B_T_RESCHEDULE", R"({"appointment":{"starts_at":"2026-12-02T10:00:00Z"}})");
  CHECK(d.status_code == "B2B_SCHEDULED");
  REQUIRE(all().size() == 1);
  CHECK(format_timestamp(all()[0].starts_at) == "2026-12-02T10:00:00.000000Z");
  CHECK(format_timestamp(all()[0].ends_at) == "2026-12-02T10:30:00.000000Z");
  CHECK(s.call(dossiers::history, {d.id}).items.size() == 3);
  SECTION("lost: the appointment is called off") {
    d = take(s, d, "B2B_T_LOSE_SCHED", "{}", {}, "B2B_LOST_TIMING");
    CHECK(all()[0].status_code == "APPOINT_CANCELLED");
    CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  }
  SECTION("done once more: another appointment") {
    s.call(appointments::done,
           {.id = all()[0].id, .version = all()[0].version, .outcome_code = "OUTCOME_DONE"});
    d = take(s, d, "B2B_T_MARK_DONE");
    const Error e = error_of([&] { take(s, d, "B2B_T_REDO_DEMO"); });
    CHECK(e.code() == ErrorCode::fields_missing);
    CHECK(names(e, "/comment", field_code::required));
    CHECK(names(e, "/fields/appointment", field_code::required));
    CHECK(names(error_of([&] { take(s, d, "B2B_T_REDO_DEMO", "{}", "again"); }), "/fields/appointment",
                field_code::required));
    // Another time, earlier than the one that took place already.
    d = take(s, d, "B2B_T_REDO_DEMO", R"({"appointment":{"starts_at":"2026-11-30T10:00:00Z"}})", "again");
    CHECK(all().size() == 2);
    // The new one has not taken place.
    CHECK(way_of(s, d.id, "B2B_T_MARK_DONE").closed_by == "fields");
    CHECK(code_of([&] { take(s, d, "B2B_T_MARK_DONE"); }) == ErrorCode::fields_missing);
    for (const Appointment& a : all()) {
      if (a.status_code == "APPOINT_SCHEDULED")
        s.call(appointments::done, {.id = a.id, .version = a.version, .outcome_code = "OUTCOME_DONE"});
    }
    CHECK(take(s, d, "B2B_T_MARK_DONE").status_code == "B2B_DONE");
  }
  SECTION("one that is there is linked") {
    const auto other = open_lead(s, "CRM_LEAD_B2B_DEMO", 2);
    const Dossier q = take(s, other, "B2B_T_QUALIFY", R"({"qualification":{"notes":"x"}})");
    const auto a = s.call(
        appointments::create,
        {.dossier_id = q.id, .type_code = "APPOINT_VIDEO", .starts_at = w.clock->now() + micros_per_day});
    const Error e = error_of([&] {
      take(s, q, "B2B_T_SCHEDULE", R"({"appointment":{"id":")" + format_uuid(all()[0].id) + "\"}}");
    });
    CHECK(names(e, "/fields/appointment/id", field_code::unknown_reference));
    CHECK(
        take(s, q, "B2B_T_SCHEDULE", R"({"appointment":{"id":")" + format_uuid(a.id) + "\"}}").status_code ==
        "B2B_SCHEDULED");
  }
}

namespace {

/// A dossier of which there is something to ask.
Dossier with_a_past(World& w, Session& s, int number) {
  Dossier d = open_lead(s, lead, number);
  const auto listing = s.call(listings::create, {.transaction_type_code = "TX_SALE",
                                                 .property_type_code = "PROP_VILLA",
                                                 .title = "Villa avec jardin",
                                                 .city = "Rabat"});
  d = s.call(dossiers::update, {.id = d.id, .version = d.version, .listing_id = listing.id});
  s.call(appointments::create,
         {.dossier_id = d.id, .type_code = "APPOINT_VISIT", .starts_at = w.clock->now() + micros_per_day});
  s.call(documents::create, {.owner_kind = "dossier",
                             .owner_id = d.id,
                             .type_code = "DOC_IDENTITY",
                             .storage_ref = "files/1",
                             .content_hash = std::string(64, 'a')});
  s.call(activities::add_task, {.id = d.id, .title = "Rappeler", .category_code = "CALL_BACK"});
  s.call(consents::grant, grant_of(*d.email, "CHAN_EMAIL"));
  w.clock->advance(micros_per_second);
  return d;
}

}  // namespace

TEST_CASE("a guard asks for facts of the record and of the step", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  struct Row {
    const char* guard;
    bool holds;
  };
  const Row rows[] = {
      {R"({"==":[{"var":"contact_name"},"Sara"]})", true},
      {R"({"==":[{"var":"case_type_code"},"CRM_LEAD_BUY"]})", false},
      {R"({"==":[{"var":"listing.city"},"Rabat"]})", true},
      {R"({"==":[{"var":"listing.property_type_code"},"PROP_LAND"]})", false},
      {R"({"==":[{"var":"appointment.status_code"},"APPOINT_SCHEDULED"]})", true},
      {R"({"some":[{"var":"appointments"},{"==":[{"var":"type_code"},"APPOINT_VISIT"]}]})", true},
      {R"({"some":[{"var":"appointments"},{"==":[{"var":"type_code"},"APPOINT_NOTARY"]}]})", false},
      {R"({"!!":[{"var":"documents.DOC_IDENTITY"}]})", true},
      {R"({"missing":["documents.DOC_IDENTITY","documents.DOC_CONTRACT"]})", true},
      {R"({"!":[{"missing":["documents.DOC_IDENTITY"]}]})", true},
      {R"({"!!":[{"var":"documents.DOC_CONTRACT"}]})", false},
      {R"({"==":[{"var":"consents.CHAN_EMAIL.CONSENT_CONTACT"},"granted"]})", true},
      {R"({"==":[{"var":"consents.CHAN_EMAIL.CONSENT_MARKETING"},"granted"]})", false},
      {R"({"==":[{"var":"tasks.open"},1]})", true},
      {R"({"==":[{"var":"tasks.open_by_category.CALL_BACK"},1]})", true},
      {R"({">":[{"var":"tasks.overdue"},0]})", false},
      {R"({"in":["MANAGER",{"var":"actor.roles"}]})", true},
      {R"({"in":["ADMIN_ORG",{"var":"actor.roles"}]})", false},
      {R"({"<":[{"var":"created_at"},{"var":"now"}]})", true},
      {R"({"<":[{"var":"now"},"2026-01-01"]})", false},
      {R"({"==":[{"var":"to"},"CRM_CONTACTED"]})", true},
      {R"({"==":[{"var":"comment"},"yes"]})", true},
      {R"({"==":[{"var":"fields.city"},"Fes"]})", true},
      {R"({"==":[{"var":"city"},"Fes"]})", true},
      {R"({"and":[{"var":"email"},{"!":[{"var":"assigned_to_user_id"}]}]})", true},
      {R"(true)", true},
      {R"(false)", false},
      {R"([])", false}};
  int number = 0;
  for (const Row& row : rows) {
    CAPTURE(row.guard);
    workflow::Definition flow = short_flow();
    named(flow, "GO").guard = row.guard;
    publish(admin, flow);
    const Dossier d = with_a_past(w, s, ++number);
    const auto go_on = [&] { return take(s, d, "GO", R"({"city":"Fes"})", "yes"); };
    if (row.holds) {
      CHECK(go_on().status_code == "CRM_CONTACTED");
      continue;
    }
    const Error e = error_of(go_on);
    CHECK(e.code() == ErrorCode::guard_failed);
    CHECK_FALSE(detail_of(e, "explanation").empty());
    const Dossier same = s.call(dossiers::get, {d.id});
    CHECK(same.status_code == "CRM_NEW");
    CHECK_FALSE(same.city);
    CHECK(way_of(s, d.id, "GO").closed_by == "guard");
  }
}

TEST_CASE("a closed way says why, clause by clause, in the caller's language", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  named(flow, "GO").guard =
      R"({"and":[{"==":[{"var":"city"},"Rabat"]},{"!!":[{"var":"email"}]},{"or":[{"var":"budget_max"},{"in":["ADMIN_ORG",{"var":"actor.roles"}]}]}]})";
  named(flow, "GO").labels = {.fr = "Contacter", .en = "Get in touch", .ar = {}};
  named(flow, "LOSE_NEW").roles = {"ADMIN_ORG"};
  publish(admin, flow);
  const Dossier d = open_lead(s, lead, 1);
  const auto way = way_of(s, d.id, "GO");
  CHECK_FALSE(way.open);
  CHECK(way.closed_by == "guard");
  CHECK(way.label == "Contacter");
  CHECK(way.to_label == "Contacté");
  REQUIRE(way.explanation.size() == 3);
  CHECK(way.explanation[0].pointer == "/and/0");
  CHECK(way.explanation[0].clause == R"({"==":[{"var":"city"},"Rabat"]})");
  CHECK(way.explanation[0].facts == R"({"city":null})");
  CHECK(way.explanation[1].pointer == "/and/2/or/0");
  CHECK(way.explanation[2].pointer == "/and/2/or/1");
  CHECK(way.explanation[2].facts == R"({"actor.roles":["MANAGER"]})");
  const auto lose = way_of(s, d.id, "LOSE_NEW");
  CHECK(lose.closed_by == "role");
  CHECK(lose.reason_dictionary == "LOSS_REASON");
  const auto english = s.call(dossiers::transitions, {.id = d.id, .locale = "en-GB"});
  CHECK(english.status_label == "New");
  CHECK(english.items[0].label == "Get in touch");
  CHECK(english.items[0].to_label == "Contacted");
  // The organisation's own word for a state.
  admin.call_json(
      "reference.update",
      R"({"dict_type":"CASE_STATUS","code":"CRM_CONTACTED","labels":{"fr":"Joint","en":"Reached"}})");
  CHECK(s.call(dossiers::transitions, {.id = d.id, .locale = "en"}).items[0].to_label == "Reached");

  const Error e = error_of([&] { take(s, d, "GO"); });
  CHECK(e.code() == ErrorCode::guard_failed);
  CHECK(detail_of(e, "transition_code") == "\"GO\"");
  const auto told = nlohmann::json::parse(detail_of(e, "explanation"));
  REQUIRE(told.size() == 3);
  CHECK(told[0]["pointer"] == "/and/0");
  CHECK(told[0]["facts"]["city"].is_null());
  // The refusal is in the audit, and nothing else of it.
  const auto last = admin.call(audit::list, {.actions = {"REFUSED"}, .limit = 1}).items;
  REQUIRE(last.size() == 1);
  CHECK(last[0].diff.find("guard_failed") != std::string::npos);
  CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  CHECK(take(s, d, "GO", R"({"city":"Rabat","budget_max":{"amount":100,"currency":"MAD"}})").status_code ==
        "CRM_CONTACTED");
}

TEST_CASE("whoever may not reach the person is not told what the guard looked at", "[workflow]") {
  World w("memory");
  auto admin = w.admin();
  workflow::Definition flow = short_flow();
  named(flow, "GO").guard = R"({"==":[{"var":"email"},"nobody@example.ma"]})";
  publish(admin, flow);
  auto owner = w.as("OWNER");
  const auto listing = owner.call(
      listings::create,
      {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_VILLA", .title = "Villa avec jardin"});
  Dossier d = open_lead(admin, lead, 1);
  d = admin.call(dossiers::update, {.id = d.id, .version = d.version, .listing_id = listing.id});
  const auto seen = [&](Session& s) {
    const auto way = s.call(dossiers::transitions, {.id = d.id}).items.at(0);
    REQUIRE(way.explanation.size() == 1);
    return way.explanation[0].facts;
  };
  CHECK(seen(admin) == R"({"email":"sara1@example.ma"})");
  CHECK(seen(owner) == "{}");
}

TEST_CASE("a dossier that has not begun is told its case type", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  const auto type = [&](Session& who, const Dossier& d, const char* to) {
    return who.call(dossiers::set_case_type,
                    {.id = d.id, .version = d.version, .case_type_code = to, .comment = "said so"});
  };
  Dossier d = open_lead(s, lead, 1);
  CHECK(names(error_of([&] { type(s, d, "COOP_GROUP"); }), "/case_type_code", field_code::not_a_code));
  CHECK(names(error_of([&] { type(s, d, "CRM_NOTHING"); }), "/case_type_code", field_code::not_a_code));
  CHECK(type(s, d, "CRM_LEAD").version == d.version);
  d = type(s, d, "CRM_MANDATE_SALE");
  CHECK(d.case_type_code == "CRM_MANDATE_SALE");
  CHECK(d.status_code == "CRM_VALUATION_DONE");
  d = type(s, d, rent.c_str());
  CHECK(d.status_code == "CRM_NEW");
  auto history = s.call(dossiers::history, {d.id}).items;
  REQUIRE(history.size() == 2);
  CHECK(history[0].from_code == "CRM_NEW");
  CHECK(history[0].to_code == "CRM_VALUATION_DONE");
  CHECK(history[1].transition_code == "SET_CASE_TYPE");
  CHECK(history[1].comment == "said so");
  d = go(s, d, {"CRM_TRIAGED"});
  const Error late = error_of([&] { type(s, d, "CRM_LEAD_BUY"); });
  CHECK(late.code() == ErrorCode::conflict);
  CHECK(detail_of(late, "reason") == "\"state\"");

  // One open dossier of a case type is enough for one person.
  const auto again = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                               .contact_name = "Sara",
                                               .email = "sara1@example.ma",
                                               .assigned_to_user_id = w.one.users.at("AGENT")});
  REQUIRE(again.created);
  const Error met = error_of([&] { type(s, *again.dossier, rent.c_str()); });
  CHECK(met.code() == ErrorCode::conflict);
  CHECK(detail_of(met, "reason") == "\"unique\"");
  CHECK(detail_of(met, "dossier_id") == "\"" + format_uuid(d.id) + "\"");
  CHECK(detail_of(met, "matched_on") == R"(["email"])");
  auto agent = w.as("AGENT");
  const Error hidden = error_of([&] { type(agent, *again.dossier, rent.c_str()); });
  CHECK(hidden.code() == ErrorCode::conflict);
  CHECK(detail_of(hidden, "dossier_id").empty());
  CHECK(s.call(dossiers::get, {again.dossier->id}).case_type_code == "CRM_LEAD_BUY");
  // Once the other is closed, nothing stands in the way.
  s.call(dossiers::transition,
         {.id = d.id, .version = d.version, .to = "CRM_CLOSED_LOST", .reason_code = "NO_RESPONSE"});
  CHECK(type(agent, *again.dossier, rent.c_str()).case_type_code == rent);
}

TEST_CASE("an administrator takes a closed dossier out of its end, and says why", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  Dossier d = open_lead(s, lead, 1);
  const auto over = [&](Session& who, const char* to, std::optional<std::string> reason = {}) {
    return who.call(dossiers::override_status, {.id = d.id,
                                                .version = d.version,
                                                .to = to,
                                                .justification = "closed by mistake",
                                                .reason_code = std::move(reason)});
  };
  CHECK(code_of([&] { over(admin, "CRM_CONTACTED"); }) == ErrorCode::conflict);
  d = s.call(dossiers::transition,
             {.id = d.id, .version = d.version, .to = "CRM_CLOSED_LOST", .reason_code = "NO_RESPONSE"});
  CHECK(code_of([&] { over(s, "CRM_CONTACTED"); }) == ErrorCode::forbidden);
  CHECK(
      names(error_of([&] { over(admin, "CRM_CLOSED_LOST", "NO_RESPONSE"); }), "/to", field_code::not_a_code));
  CHECK(names(error_of([&] { over(admin, "CRM_SCREENING"); }), "/to", field_code::not_a_code));
  CHECK(names(error_of([&] { over(admin, "CRM_CLOSED_WON"); }), "/reason_code", field_code::required));
  CHECK(names(error_of([&] { over(admin, "CRM_CLOSED_WON", "NO_RESPONSE"); }), "/reason_code",
              field_code::not_a_code));
  CHECK(names(error_of([&] { over(admin, "CRM_CONTACTED", "SIGNED"); }), "/reason_code",
              field_code::not_a_code));
  d = over(admin, "CRM_CLOSED_WON", "SIGNED");
  CHECK(d.won_reason_code == "SIGNED");
  CHECK_FALSE(d.loss_reason_code);
  d = over(admin, "CRM_CONTACTED");
  CHECK_FALSE(d.won_reason_code);
  const auto history = s.call(dossiers::history, {d.id}).items;
  REQUIRE(history.size() == 3);
  CHECK(history[2].transition_code == "OVERRIDE");
  CHECK(history[2].comment == "closed by mistake");
  const auto lines = lines_of(s, d.id);
  CHECK(std::count(lines.begin(), lines.end(), "ACT_STATUS_CHANGE") == 3);
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("what is set aside goes on where it was, also when it was set aside once more", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition d = short_flow();
  d.states.push_back({.code = "CRM_ON_HOLD", .category = "PAUSED"});
  d.transitions.push_back(step("HOLD", "CRM_CONTACTED", "CRM_ON_HOLD"));
  d.transitions.push_back(step("REMIND", "CRM_ON_HOLD", "CRM_ON_HOLD"));
  d.transitions.push_back(step("RESUME", "CRM_ON_HOLD", "@previous"));
  publish(admin, d);
  Dossier held = take(s, take(s, open_lead(s, lead, 1), "GO"), "HOLD");
  for (int i = 0; i < 2; ++i) held = take(s, held, "REMIND");
  CHECK(way_of(s, held.id, "RESUME").to == "CRM_CONTACTED");
  CHECK(take(s, held, "RESUME").status_code == "CRM_CONTACTED");

  // An end is no state to go back to, though an override led out of it.
  Dossier lost = take(s, open_lead(s, lead, 2), "LOSE_NEW", "{}", {}, "OTHER");
  lost = admin.call(
      dossiers::override_status,
      {.id = lost.id, .version = lost.version, .to = "CRM_ON_HOLD", .justification = "by mistake"});
  CHECK(way_of(s, lost.id, "RESUME").closed_by == "previous");
  CHECK(code_of([&] { take(s, lost, "RESUME", "{}", {}, "OTHER"); }) == ErrorCode::transition_not_allowed);
}

TEST_CASE("a step may need a number, an element of a list, and what is said along with it", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition d = short_flow();
  named(d, "GO").needs = {"qualification.score=40", "qualification.needs.0=NEED_CRM"};
  named(d, "ON").needs = {"reason_code", "fields.city"};
  publish(admin, d);
  Dossier one = open_lead(s, lead, 1);
  const Error e = error_of(
      [&] { take(s, one, "GO", R"({"qualification":{"score":41,"needs":["NEED_PORTAL","NEED_CRM"]}})"); });
  CHECK(e.fields().size() == 2);
  one = take(s, one, "GO", R"({"qualification":{"score":40,"needs":["NEED_CRM"]}})");
  CHECK(one.status_code == "CRM_CONTACTED");
  const auto way = way_of(s, one.id, "ON");
  CHECK(way.open);
  CHECK(way.missing == std::vector<std::string>{"reason_code", "fields.city"});
  CHECK(code_of([&] { take(s, one, "ON"); }) == ErrorCode::fields_missing);
  CHECK(take(s, one, "ON", R"({"city":"Rabat"})", {}, "OTHER").status_code == "CRM_QUALIFIED");
}

TEST_CASE("the time in each state adds up", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  const Timestamp start = w.clock->now();
  const auto wait = [&](int hours) { w.clock->advance(hours * micros_per_hour); };
  Dossier a = open_lead(s, rent, 1);
  CHECK(s.call(dossiers::time_in_state, {a.id}).status_code == "CRM_NEW");
  wait(1);
  a = go(s, a, {"CRM_TRIAGED"});
  wait(2);
  a = go(s, a, {"CRM_CONTACTED"});
  wait(3);
  a = go(s, a, {"CRM_UNREACHABLE"});
  wait(4);
  a = go(s, a, {"CRM_CONTACTED"});
  wait(5);
  const auto times = s.call(dossiers::time_in_state, {a.id});
  CHECK(times.status_code == "CRM_CONTACTED");
  CHECK(times.since == start + 10 * micros_per_hour);
  REQUIRE(times.items.size() == 4);
  const auto is = [&](std::size_t i, const char* code, std::int64_t visits, std::int64_t hours) {
    CHECK(times.items[i].status_code == code);
    CHECK(times.items[i].visits == visits);
    CHECK(times.items[i].seconds == hours * 3600);
  };
  is(0, "CRM_NEW", 1, 1);
  is(1, "CRM_TRIAGED", 1, 2);
  is(2, "CRM_CONTACTED", 2, 8);
  is(3, "CRM_UNREACHABLE", 1, 4);

  // Ten more that are triaged after 1, 2 … 10 hours; one of another type, one of another organisation.
  std::vector<Dossier> more;
  for (int i = 0; i < 10; ++i) more.push_back(open_lead(s, rent, 10 + i));
  open_lead(s, lead, 50);
  auto other = w.other();
  open_lead(other, rent, 60);
  for (Dossier& d : more) {
    wait(1);
    d = go(s, d, {"CRM_TRIAGED"});
  }
  const auto all = s.call(dossiers::time_by_state, {.case_type_code = rent});
  CHECK(all.dossiers == 11);
  CHECK_FALSE(all.more);
  const auto of = [](const dossiers::TimeByState& t, const std::string& code) {
    for (const auto& item : t.items)
      if (item.status_code == code) return item;
    return dossiers::StateDuration{};
  };
  // 1, 1, 2, 3 … 10 hours in CRM_NEW: the sixth is 5, the tenth 9.
  CHECK(of(all, "CRM_NEW").visits == 11);
  CHECK(of(all, "CRM_NEW").median_seconds == 5 * 3600);
  CHECK(of(all, "CRM_NEW").p90_seconds == 9 * 3600);
  CHECK(of(all, "CRM_NEW").current == 0);
  CHECK(of(all, "CRM_TRIAGED").current == 10);
  CHECK(of(all, "CRM_TRIAGED").median_seconds == 2 * 3600);
  CHECK(of(all, "CRM_CONTACTED").current == 1);
  // Only visits that ended in the period: those of the last five.
  const auto late = s.call(dossiers::time_by_state,
                           {.case_type_code = rent, .from = w.clock->now() + -4 * micros_per_hour});
  CHECK(of(late, "CRM_NEW").visits == 5);
  CHECK(of(late, "CRM_NEW").median_seconds == 8 * 3600);
  const auto none = s.call(dossiers::time_by_state,
                           {.case_type_code = rent, .from = start + -2 * micros_per_hour, .to = start});
  CHECK(of(none, "CRM_NEW").visits == 0);
  CHECK_FALSE(of(none, "CRM_NEW").median_seconds);
  CHECK(code_of([&] {
          s.call(dossiers::time_by_state, {.case_type_code = rent, .from = start, .to = start});
        }) == ErrorCode::invalid_argument);
  auto moderator = w.as("MODERATOR");
  CHECK(code_of([&] { moderator.call(dossiers::time_by_state, {.case_type_code = rent}); }) ==
        ErrorCode::forbidden);
}

}  // namespace atlas::testing
