// Dossiers: meeting, changing, moving.

#include <set>
#include <thread>

#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Dossier open_one(Session& s, const std::string& name, const std::string& phone,
                 const std::string& type = "CRM_LEAD_BUY") {
  return s.call(dossiers::create, {.case_type_code = type, .contact_name = name, .phone = phone})
      .dossier.value();
}

/// A listing for a dossier to be about.
Uuid draft(Session& s, const std::string& title) {
  return s
      .call(listings::create,
            {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_APARTMENT", .title = title})
      .id;
}

}  // namespace

TEST_CASE("create names every wrong field and needs a way to reach the person", "[dossiers]") {
  World w("memory");
  auto s = w.admin();
  const Error e = error_of([&] {
    s.call_json(
        "dossiers.create",
        R"({"contact_name":"","email":"nope","case_type_code":"CRM_NOTHING","budget_max":{"amount":1.5,"currency":"MAD"},"party_id":"x","colour":"red"})");
  });
  CHECK(e.code() == ErrorCode::invalid_argument);
  CHECK(names(e, "/contact_name", field_code::too_short));
  CHECK(names(e, "/email", field_code::not_an_email));
  CHECK(names(e, "/case_type_code", field_code::not_a_code));
  CHECK(names(e, "/budget_max", field_code::not_money));
  CHECK(names(e, "/party_id", field_code::not_an_id));
  CHECK(names(e, "/colour", field_code::unknown_member));
  CHECK(names(error_of([&] { s.call(dossiers::create, {.contact_name = "A"}); }), "/phone",
              field_code::required));
  CHECK(names(error_of([&] { s.call(dossiers::create, {.contact_name = "A", .phone = "12"}); }), "/phone",
              field_code::not_a_phone_number));
  const auto kept = s.call(dossiers::create, {.contact_name = "A", .phone = "12", .email = "a@b.ma"});
  CHECK(kept.warnings == std::vector<std::string>{"phone_unreadable"});
  CHECK(kept.dossier->phone_raw == "12");
  CHECK_FALSE(kept.dossier->phone.has_value());
  CHECK(code_of([&] {
          s.call(dossiers::create, {.contact_name = "A", .phone = "12", .email = "z@b.ma", .strict = true});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          s.call(dossiers::create, {.contact_name = "A",
                                    .email = "y@b.ma",
                                    .budget_min = Money{5, *parse_currency("MAD")},
                                    .budget_max = Money{4, *parse_currency("MAD")}});
        }) == ErrorCode::invalid_argument);
}

TEST_CASE("numbers are read in the payload's region, else the organisation's", "[dossiers]") {
  World w("memory");
  auto s = w.admin();
  CHECK(open_one(s, "A", "06 12 34 56 78").phone == "+212612345678");
  const auto fr =
      s.call(dossiers::create, {.contact_name = "B", .phone = "06 12 34 56 78", .phone_region = "FR"});
  CHECK(fr.created);
  CHECK(fr.dossier->phone == "+33612345678");
  CHECK(fr.dossier->phone_region_source == "payload");
  CHECK(open_one(s, "C", "00 33 6 98 76 54 32").phone_region_source == "number");
}

TEST_CASE("an open dossier of the same person is met, not opened twice", "[dossiers]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier first = open_one(s, "Ali Bennani", "0612345678");
  w.clock->advance(micros_per_second);
  const auto met = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                             .contact_name = "A. Bennani",
                                             .phone = "+212612345678",
                                             .email = "Ali@Example.ma",
                                             .city = "Rabat"});
  CHECK_FALSE(met.created);
  CHECK(met.dossier->id == first.id);
  CHECK(met.matched_on == std::vector<std::string>{"phone"});
  CHECK(met.dossier->contact_name == "Ali Bennani");
  CHECK(met.dossier->email == "ali@example.ma");
  CHECK(met.dossier->city == "Rabat");
  CHECK(met.dossier->version == 2);
  const auto lines = s.call(activities::timeline, {.dossier_id = first.id}).items;
  CHECK(lines.at(0).type_code == "ACT_SYSTEM");
  CHECK(lines.at(0).payload.find("dossier.duplicate_met") != std::string::npos);
  // Found by the e-mail that it learnt, in any case.
  CHECK(s.call(dossiers::create,
               {.case_type_code = "CRM_LEAD_BUY", .contact_name = "X", .email = "ALI@example.MA"})
            .matched_on == std::vector<std::string>{"email"});
  // Another case type, another listing: another dossier.
  CHECK(s.call(dossiers::create, {.contact_name = "Ali", .phone = "0612345678"}).created);
  const Uuid villa = draft(s, "Villa"), flat = draft(s, "Flat");
  const auto listed = s.call(
      dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Ali", .phone = "0612345678", .listing_id = villa});
  CHECK_FALSE(listed.created);
  CHECK(listed.dossier->listing_id == villa);
  const auto second = s.call(
      dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Ali", .phone = "0612345678", .listing_id = flat});
  CHECK(second.created);
  // Without a listing both would do: the one with more keys, then the latest activity; the other is named.
  const auto either = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                .contact_name = "Ali",
                                                .phone = "0612345678",
                                                .email = "ali@example.ma"});
  CHECK(either.dossier->id == first.id);
  CHECK(either.matched_on == std::vector<std::string>{"phone", "email"});
  CHECK(either.also == std::vector<std::string>{format_uuid(second.dossier->id)});
}

TEST_CASE("others that would have been met are named only to those who may read them", "[dossiers][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const Uuid villa = draft(admin, "Villa"), flat = draft(admin, "Flat");
  const auto hidden = admin.call(
      dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Ali", .phone = "0612345678", .listing_id = villa});
  w.clock->advance(micros_per_second);
  const auto mine = admin.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                  .contact_name = "Ali",
                                                  .phone = "0612345678",
                                                  .listing_id = flat,
                                                  .assigned_to_user_id = w.one.users.at("AGENT")});
  const dossiers::Create again{
      .case_type_code = "CRM_LEAD_BUY", .contact_name = "Ali", .phone = "0612345678"};
  const auto met = w.as("AGENT").call(dossiers::create, again);
  REQUIRE(met.dossier);
  CHECK(met.dossier->id == mine.dossier->id);
  CHECK_FALSE(met.also);
  CHECK(admin.call(dossiers::create, again).also ==
        std::vector<std::string>{format_uuid(hidden.dossier->id)});
}

TEST_CASE("a closed dossier is not met, and a number that many share is no key", "[dossiers]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = open_one(s, "Ali", "0612345678");
  s.call(dossiers::transition,
         {.id = d.id, .version = d.version, .to = "CRM_CLOSED_LOST", .reason_code = "NO_RESPONSE"});
  CHECK(s.call(dossiers::create,
               {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Ali", .phone = "0612345678"})
            .created);
  // A switchboard: six open dossiers of different people, each about another listing.
  for (int i = 0; i < 6; ++i) {
    const Uuid listing = draft(s, "Flat " + std::to_string(i));
    CHECK(s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                    .contact_name = "Person " + std::to_string(i),
                                    .phone = "0522111111",
                                    .listing_id = listing})
              .created);
  }
  CHECK(s.call(dossiers::create,
               {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Person 7", .phone = "0522111111"})
            .created);
}

TEST_CASE("of concurrent creates one opens and the others meet it", "[dossiers][threads]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  std::vector<std::thread> threads;
  std::atomic<int> created{0}, failed{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      try {
        auto s = w.admin();
        for (int i = 0; i < 5; ++i) {
          if (s.call(dossiers::create, {.contact_name = "A", .phone = "061234560" + std::to_string(i)})
                  .created)
            ++created;
        }
      } catch (const Error&) {
        ++failed;
      }
    });
  }
  for (auto& t : threads) t.join();
  CHECK(failed == 0);
  CHECK(created == 5);
  CHECK(w.admin().call(dossiers::count, {}).count == 5);
  CHECK(w.engine.check().ok());
}

TEST_CASE("update: absent stays, null clears, stale is a conflict", "[dossiers]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  Dossier d = s.call(dossiers::create, {.contact_name = "A",
                                        .phone = "0612345678",
                                        .email = "a@b.ma",
                                        .city = "Rabat",
                                        .meta = R"({"a":1,"b":{"c":2}})"})
                  .dossier.value();
  const std::string id = format_uuid(d.id);
  s.call_json("dossiers.update",
              R"({"id":")" + id + R"(","version":1,"city":null,"meta":{"a":null,"b":{"d":3}}})");
  d = s.call(dossiers::get, {.id = d.id});
  CHECK(d.version == 2);
  CHECK_FALSE(d.city.has_value());
  CHECK(d.email == "a@b.ma");
  CHECK(d.meta == R"({"b":{"c":2,"d":3}})");
  const Error stale = error_of([&] { s.call(dossiers::update, {.id = d.id, .version = 1, .city = "Fès"}); });
  CHECK(stale.code() == ErrorCode::conflict);
  CHECK(detail_of(stale, "current") == "2");
  CHECK(names(error_of([&] {
                s.call_json("dossiers.update",
                            R"({"id":")" + id + R"(","version":2,"status_code":"CRM_CLOSED_WON"})");
              }),
              "/status_code", field_code::unknown_member));
  CHECK(error_of([&] {
          s.call_json("dossiers.update", R"({"id":")" + id + R"(","version":2,"contact_name":null})");
        }).code() == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          s.call_json("dossiers.update", R"({"id":")" + id + R"(","version":2,"phone":null,"email":null})");
        }) == ErrorCode::invalid_argument);
  CHECK(s.call(dossiers::update, {.id = d.id, .version = 2, .phone = "0698765432"}).phone == "+212698765432");
  CHECK_FALSE(s.call(dossiers::create, {.contact_name = "A", .phone = "0698765432"}).created);
  CHECK(s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).created);
}

TEST_CASE("a dossier walks its workflow, each step in history, audit and timeline", "[workflow]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.as("AGENT");
  Dossier d = open_one(s, "Ali", "0612345678");
  const auto step = [&](const std::string& to, std::optional<std::string> reason = {}) {
    w.clock->advance(micros_per_minute);
    d = s.call(dossiers::transition,
               {.id = d.id, .version = d.version, .to = to, .reason_code = reason, .comment = "étape"});
    CHECK(d.status_code == to);
  };
  const Error not_allowed = error_of(
      [&] { s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_NEGOTIATION"}); });
  CHECK(not_allowed.code() == ErrorCode::transition_not_allowed);
  CHECK(detail_of(not_allowed, "possible") ==
        R"(["CRM_NEW__TO__CRM_CONTACTED","CRM_NEW__TO__CRM_CLOSED_LOST"])");
  step("CRM_CONTACTED");
  step("CRM_QUALIFIED");
  step("CRM_ON_HOLD");
  const auto ways = s.call(dossiers::transitions, {.id = d.id});
  CHECK(std::any_of(ways.items.begin(), ways.items.end(),
                    [](const auto& x) { return x.to == "CRM_QUALIFIED" && x.open; }));
  step("CRM_QUALIFIED");
  step("CRM_VISIT_PLANNED");
  step("CRM_NO_SHOW");
  step("CRM_FOLLOW_UP");
  step("CRM_VISIT_PLANNED");
  step("CRM_VISIT_DONE");
  step("CRM_OFFER_REQUESTED");
  step("CRM_OFFER_RECEIVED");
  step("CRM_NEGOTIATION");
  step("CRM_COUNTER_OFFER");
  step("CRM_NEGOTIATION");
  step("CRM_SIGNING_SCHEDULED");
  CHECK(code_of([&] {
          s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_CLOSED_WON"});
        }) == ErrorCode::fields_missing);
  CHECK(code_of([&] {
          s.call(dossiers::transition,
                 {.id = d.id, .version = d.version, .to = "CRM_CLOSED_WON", .reason_code = "NO_RESPONSE"});
        }) == ErrorCode::invalid_argument);
  step("CRM_CLOSED_WON", "SIGNED");
  CHECK(d.won_reason_code == "SIGNED");
  CHECK(code_of([&] { s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_NEW"}); }) ==
        ErrorCode::transition_not_allowed);
  CHECK(code_of([&] {
          s.call(dossiers::override_status,
                 {.id = d.id, .version = d.version, .to = "CRM_NEGOTIATION", .justification = "x"});
        }) == ErrorCode::forbidden);
  auto admin = w.admin();
  d = admin.call(
      dossiers::override_status,
      {.id = d.id, .version = d.version, .to = "CRM_NEGOTIATION", .justification = "Le compromis est tombé"});
  CHECK_FALSE(d.won_reason_code.has_value());
  const auto history = s.call(dossiers::history, {.id = d.id}).items;
  CHECK(history.size() == 17);
  CHECK(history.front().from_code == "CRM_NEW");
  CHECK(history.front().comment == "étape");
  CHECK(history.back().comment == "Le compromis est tombé");
  CHECK(
      s.call(activities::timeline, {.dossier_id = d.id, .type_codes = {"ACT_STATUS_CHANGE"}}).items.size() ==
      17);
  CHECK(w.engine.check().ok());
}

TEST_CASE("the history keeps its order, and a pause its way back, when the clock goes back", "[workflow]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.as("AGENT");
  Dossier d = open_one(s, "Ali", "0612345678");
  const Timestamp start = w.clock->now();
  const std::vector<std::string> path{"CRM_CONTACTED", "CRM_QUALIFIED", "CRM_ON_HOLD", "CRM_QUALIFIED"};
  for (const std::string& to : path) {
    w.clock->set(to == "CRM_CONTACTED" ? start + micros_per_hour : start + micros_per_minute);
    d = s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = to});
  }
  std::vector<std::string> seen;
  for (const StatusChange& c : s.call(dossiers::history, {.id = d.id}).items) seen.push_back(c.to_code);
  CHECK(seen == path);
}

TEST_CASE("eight threads race for one dossier: one wins each step", "[workflow][threads]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const Dossier d = [&] {
    auto s = w.admin();
    return open_one(s, "Ali", "0612345678");
  }();
  std::atomic<int> won{0}, conflicts{0}, others{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      auto s = w.admin();
      const ErrorCode code =
          code_of([&] { s.call(dossiers::transition, {.id = d.id, .version = 1, .to = "CRM_CONTACTED"}); });
      if (code == ErrorCode::ok)
        ++won;
      else if (code == ErrorCode::conflict)
        ++conflicts;
      else
        ++others;
    });
  }
  for (auto& t : threads) t.join();
  CHECK(won == 1);
  CHECK(conflicts == 7);
  CHECK(others == 0);
}

TEST_CASE("notes and tasks stand on the timeline, with filters", "[activities]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.as("AGENT");
  const Dossier d = open_one(s, "Ali", "0612345678");
  for (int i = 0; i < 5; ++i) {
    w.clock->advance(micros_per_minute);
    s.call(activities::add_note, {.id = d.id,
                                  .body = "note " + std::to_string(i),
                                  .visibility = i % 2 ? "CLIENT_VISIBLE" : "INTERNAL"});
  }
  Task t = s.call(activities::add_task, {.id = d.id,
                                         .title = "Rappeler",
                                         .category_code = "CALL_BACK",
                                         .due_at = w.clock->now() + micros_per_day});
  CHECK(t.assigned_to_user_id == w.one.users["AGENT"]);
  t = s.call(activities::update_task, {.id = t.id, .version = t.version, .status_code = "TASK_DONE"});
  const auto all = s.call(activities::timeline, {.dossier_id = d.id}).items;
  CHECK(all.size() == 8);
  CHECK(s.call(activities::timeline, {.dossier_id = d.id, .type_codes = {"ACT_TASK"}}).items.size() == 2);
  CHECK(s.call(activities::timeline, {.dossier_id = d.id, .visibility = "CLIENT_VISIBLE"}).items.size() == 2);
  const auto page =
      s.call(activities::timeline, {.dossier_id = d.id, .type_codes = {"ACT_NOTE"}, .limit = 2});
  CHECK(page.items.at(0).body == "note 4");
  const auto rest = s.call(activities::timeline,
                           {.dossier_id = d.id, .type_codes = {"ACT_NOTE"}, .limit = 10, .after = page.next});
  CHECK(rest.items.size() == 3);
  CHECK(rest.items.at(0).body == "note 2");
  CHECK(code_of([&] { s.call(activities::add_note, {.id = d.id, .body = ""}); }) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("the same key and parameters give the same result, once", "[idempotency]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string params = R"({"contact_name":"A","phone":"0612345678","idempotency_key":"k"})";
  const std::string first = s.call_json("dossiers.create", params);
  // In another order of members it is the same request.
  const std::string again =
      s.call_json("dossiers.create", R"({"idempotency_key":"k","phone":"0612345678","contact_name":"A"})");
  CHECK(again == first.substr(0, first.size() - 1) + R"(,"replayed":true})");
  CHECK(s.call(dossiers::list, {}).items.at(0).version == 1);
  const Error other = error_of([&] {
    s.call_json("dossiers.create", R"({"contact_name":"B","phone":"0612345678","idempotency_key":"k"})");
  });
  CHECK(other.code() == ErrorCode::conflict);
  CHECK(detail_of(other, "reason") == "\"idempotency_mismatch\"");
  // The key is this principal's; another one's is another key.
  CHECK_FALSE(
      w.as("MANAGER").call(dossiers::create, {.contact_name = "B", .phone = "0612345678"}, "k").created);
  // A call that failed leaves nothing behind.
  CHECK(code_of([&] { s.call(dossiers::create, {.contact_name = "C", .phone = "12"}, "k2"); }) ==
        ErrorCode::invalid_argument);
  const auto typed = s.call(dossiers::create, {.contact_name = "C", .phone = "0698765432"}, "k2");
  CHECK(typed.created);
  CHECK(to_json(s.call(dossiers::create, {.contact_name = "C", .phone = "0698765432"}, "k2")) ==
        to_json(typed));
  w.clock->advance(49 * micros_per_hour);
  CHECK(w.engine.pump(10).done >= 1);
  CHECK_FALSE(s.call(dossiers::create, {.contact_name = "C", .phone = "0698765432"}, "k2").created);
}

TEST_CASE("a replay is authorised again", "[idempotency]") {
  World w("memory");
  auto s = w.as("MANAGER");
  s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}, "k");
  auto admin = w.admin();
  const User u = admin.call(users::get, {.id = w.one.users["MANAGER"]});
  admin.call(users::update, {.id = u.id, .version = u.version, .roles = std::vector<std::string>{"AUDITOR"}});
  CHECK(code_of([&] { s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}, "k"); }) ==
        ErrorCode::forbidden);
}
