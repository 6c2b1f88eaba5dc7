// Users, parties and tasks: what their fields become, who may be named, what null may clear.

#include <set>

#include "atlas/access_explain.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::string at(const Uuid& id, std::int64_t version, const std::string& rest) {
  return R"({"id":")" + format_uuid(id) + R"(","version":)" + std::to_string(version) + "," + rest + "}";
}

Uuid uuid(const char* tail) { return *parse_uuid(std::string("01900000-0000-7000-8000-0000000000") + tail); }

}  // namespace

TEST_CASE("a party has a name, and its numbers and addresses in one form, once each", "[parties]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party p = s.call(parties::create, {.role_code = "SELLER",
                                           .family_name = "Alami",
                                           .phones = {"06 12 34 56 78", "+212 612-345-678", "poste 12"},
                                           .emails = {"A@Example.MA", "a@example.ma", "b@example.ma"}});
  CHECK(p.phones == std::vector<std::string>{"+212612345678", "poste 12"});
  CHECK(p.emails == std::vector<std::string>{"a@example.ma", "b@example.ma"});
  CHECK(s.call(parties::create, {.role_code = "BUYER",
                                 .organisation_name = "SCI Les Pins",
                                 .phones = {"06 12 34 56 78"},
                                 .phone_region = "FR"})
            .phones == std::vector<std::string>{"+33612345678"});
  CHECK(names(error_of([&] { s.call(parties::create, {.role_code = "BUYER", .given_name = "Ali"}); }),
              "/family_name", field_code::required));

  Party now =
      s.call(parties::update,
             {.id = p.id, .version = 1, .phones = std::vector<std::string>{"0612345679", "06 12 34 56 79"}});
  CHECK(now.version == 2);
  CHECK(now.phones == std::vector<std::string>{"+212612345679"});
  CHECK(now.emails == p.emails);
  s.call_json("parties.update", at(p.id, 2,
                                   R"("emails":["C@Example.ma"],"given_name":"Ali","family_name":null,)"
                                   R"("organisation_name":"Alami & fils")"));
  now = s.call(parties::get, {.id = p.id});
  CHECK(now.emails == std::vector<std::string>{"c@example.ma"});
  CHECK(now.given_name == "Ali");
  CHECK_FALSE(now.family_name);
  // No name at all is none; a role is not cleared; an old version is not written over.
  CHECK(names(error_of([&] { s.call_json("parties.update", at(p.id, 3, R"("organisation_name":null)")); }),
              "/family_name", field_code::required));
  CHECK(names(error_of([&] { s.call_json("parties.update", at(p.id, 3, R"("role_code":null)")); }),
              "/role_code", field_code::required));
  CHECK(code_of([&] { s.call_json("parties.update", at(p.id, 1, R"("given_name":"B")")); }) ==
        ErrorCode::conflict);
  s.call_json("parties.update", at(p.id, 3, R"("phones":null)"));
  CHECK(s.call(parties::get, {.id = p.id}).phones.empty());

  CHECK(s.call(parties::count, {}).count == 2);
  s.call(parties::archive, {.id = p.id, .version = 4});
  CHECK(s.call(parties::count, {}).count == 1);
  CHECK(s.call(parties::list, {.archived = true}).items.size() == 2);
}

TEST_CASE("a party is linked to a dossier in a role, by who may see both", "[parties][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto agent = w.as("AGENT");
  const Dossier mine =
      agent.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  const Dossier theirs =
      admin.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"}).dossier.value();
  const Party known = admin.call(parties::create, {.role_code = "NOTARY", .family_name = "Idrissi"});
  const Party foreign = w.other().call(parties::create, {.role_code = "NOTARY", .family_name = "Other"});

  admin.call(dossiers::link_party, {.id = mine.id, .party_id = known.id, .role_code = "NOTARY"});
  admin.call(dossiers::link_party, {.id = mine.id, .party_id = known.id, .role_code = "SELLER"});
  const auto of_mine = agent.call(dossiers::parties_of, {.id = mine.id}).items;
  REQUIRE(of_mine.size() == 2);
  CHECK(of_mine[0].party.id == known.id);
  CHECK(of_mine[1].party.family_name == "Idrissi");
  CHECK(std::set<std::string>{of_mine[0].role_code, of_mine[1].role_code} ==
        std::set<std::string>{"NOTARY", "SELLER"});
  // Now that it stands on a dossier of theirs, the agent sees the party, and only then.
  CHECK(agent.call(parties::get, {.id = known.id}).id == known.id);
  CHECK(code_of([&] { w.as("AGENT2").call(parties::get, {.id = known.id}); }) == ErrorCode::not_found);

  CHECK(code_of([&] {
          admin.call(dossiers::link_party, {.id = mine.id, .party_id = known.id, .role_code = "NOTARY"});
        }) == ErrorCode::conflict);
  for (const Uuid& nobody : {foreign.id, uuid("01")}) {
    CHECK(names(error_of([&] {
                  admin.call(dossiers::link_party,
                             {.id = mine.id, .party_id = nobody, .role_code = "NOTARY"});
                }),
                "/party_id", field_code::unknown_reference));
  }
  CHECK(code_of([&] {
          agent.call(dossiers::link_party, {.id = theirs.id, .party_id = known.id, .role_code = "NOTARY"});
        }) == ErrorCode::not_found);
  CHECK(admin.call(dossiers::parties_of, {.id = theirs.id}).items.empty());
  CHECK(w.engine.check().ok());
}

TEST_CASE("what an agent adds lies within their scope, or is not added", "[scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT");
  // A party on no dossier is nobody's: an agent adds one to a dossier of theirs.
  const Error e =
      error_of([&] { agent.call(parties::create, {.role_code = "BUYER", .family_name = "Alami"}); });
  CHECK(e.code() == ErrorCode::forbidden);
  CHECK(detail_of(e, "reason") == "\"scope\"");
  CHECK(w.admin().call(parties::count, {}).count == 0);
  // In a batch it is undone alone, and leaves no entry of what did not happen.
  const auto outcome = agent.batch([](Session& b) {
    b.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"});
    CHECK(code_of([&] { b.call(parties::create, {.role_code = "BUYER", .family_name = "Alami"}); }) ==
          ErrorCode::forbidden);
  });
  CHECK(outcome.failed == 1);
  CHECK(w.admin().call(audit::list, {.actions = {"dossier.created"}}).items.size() == 1);
  CHECK(w.admin().call(audit::list, {.actions = {"party.created"}}).items.empty());
  CHECK(w.engine.check().ok());
  const Dossier mine =
      agent.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  agent.call(dossiers::add_party, {.id = mine.id, .party = {.role_code = "BUYER", .family_name = "Alami"}});
  CHECK(agent.call(parties::count, {}).count == 1);
}

TEST_CASE("a user's address and number are read as written, and what must be there stays", "[users]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  User u = s.call(users::create, {.email = "New@Example.MA", .phone = "06 12 34 56 78", .roles = {"AGENT"}});
  CHECK(u.email == "new@example.ma");
  CHECK(u.phone == "+212612345678");
  CHECK(names(
      error_of([&] { s.call(users::create, {.email = "b@example.ma", .phone = "12", .roles = {"AGENT"}}); }),
      "/phone", field_code::not_a_phone_number));
  u = s.call(users::update, {.id = u.id, .version = 1, .email = "Other@Example.ma", .phone = "0612345679"});
  CHECK(u.email == "other@example.ma");
  CHECK(u.phone == "+212612345679");
  CHECK(names(error_of([&] { s.call(users::update, {.id = u.id, .version = 2, .phone = "12"}); }), "/phone",
              field_code::not_a_phone_number));
  CHECK(names(error_of([&] { s.call_json("users.update", at(u.id, 2, R"("email":null)")); }), "/email",
              field_code::required));
  s.call_json("users.update", at(u.id, 2, R"("phone":null,"display_name":"Nadia")"));
  u = s.call(users::get, {.id = u.id});
  CHECK_FALSE(u.phone);
  CHECK(u.email == "other@example.ma");
  CHECK(s.call(users::count, {}).count == 8);

  const Organisation o = s.call(organisations::get);
  for (const char* member : {"name", "default_country", "default_currency", "locale", "time_zone"}) {
    CAPTURE(member);
    CHECK(names(error_of([&] {
                  s.call_json("organisations.update",
                              at(o.id, o.version, "\"" + std::string(member) + "\":null"));
                }),
                "/" + std::string(member), field_code::required));
  }
  CHECK(s.call(organisations::get).version == o.version);
}

TEST_CASE("a task goes to an active user, else to the dossier's", "[activities]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Uuid agent = w.one.users["AGENT"], second = w.one.users["AGENT2"];
  const Dossier d =
      s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678", .assigned_to_user_id = agent})
          .dossier.value();
  CHECK(s.call(activities::add_task, {.id = d.id, .title = "Rappeler"}).assigned_to_user_id == agent);
  Task t = s.call(activities::add_task, {.id = d.id, .title = "Visiter", .assigned_to_user_id = second});
  CHECK(t.assigned_to_user_id == second);
  const User u = s.call(users::get, {.id = second});
  s.call(users::disable, {.id = u.id, .version = u.version});
  for (const Uuid& nobody : {second, w.two.admin, uuid("02")}) {
    CHECK(names(error_of([&] {
                  s.call(activities::add_task, {.id = d.id, .title = "X", .assigned_to_user_id = nobody});
                }),
                "/assigned_to_user_id", field_code::unknown_reference));
    CHECK(names(error_of([&] {
                  s.call(activities::update_task, {.id = t.id, .version = 1, .assigned_to_user_id = nobody});
                }),
                "/assigned_to_user_id", field_code::unknown_reference));
  }
  s.call_json("tasks.update", at(t.id, 1, R"("assigned_to_user_id":null,"status_code":"TASK_DONE")"));
  t = s.call(activities::get_task, {.id = t.id});
  CHECK_FALSE(t.assigned_to_user_id);
  CHECK(t.status_code == "TASK_DONE");
  CHECK(names(error_of([&] { s.call_json("tasks.update", at(t.id, 2, R"("title":null)")); }), "/title",
              field_code::required));
  CHECK(s.call(activities::count_tasks, {}).count == 2);
  CHECK(s.call(activities::count_tasks, {.where = R"({"status_code":"TASK_DONE"})", .scan = true}).count ==
        1);
}

TEST_CASE("the timeline's filters add up", "[activities]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  w.clock->advance(micros_per_minute);
  const Timestamp noted = w.clock->now();
  s.call(activities::add_note, {.id = d.id, .body = "internal"});
  w.clock->advance(micros_per_minute);
  w.as("MANAGER").call(activities::add_note, {.id = d.id, .body = "shown", .visibility = "CLIENT_VISIBLE"});
  const auto lines = [&](activities::Timeline in) {
    in.dossier_id = d.id;
    std::vector<std::string> bodies;
    for (const Activity& a : s.call(activities::timeline, in).items)
      if (a.body) bodies.push_back(*a.body);
    return bodies;
  };
  using Bodies = std::vector<std::string>;
  CHECK(lines({}) == Bodies{"shown", "internal"});
  CHECK(lines({.oldest_first = true}) == Bodies{"internal", "shown"});
  CHECK(lines({.visibility = "CLIENT_VISIBLE"}) == Bodies{"shown"});
  CHECK(lines({.actor_id = w.one.admin}) == Bodies{"internal"});
  CHECK(lines({.from = noted}) == Bodies{"shown", "internal"});
  CHECK(lines({.from = noted + 1}) == Bodies{"shown"});
  CHECK(lines({.until = noted}).empty());
  CHECK(lines({.until = noted + 1}) == Bodies{"internal"});
  CHECK(lines({.visibility = "INTERNAL", .from = noted + 1}).empty());
}

TEST_CASE("an explanation is asked of a known permission and of a whole record", "[scope]") {
  World w("memory");
  auto s = w.admin();
  const Uuid agent = w.one.users["AGENT"];
  const Dossier d = s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  CHECK(names(error_of([&] { s.call(access::explain, {.user_id = agent, .permission = "FLY"}); }),
              "/permission", field_code::not_a_code));
  CHECK(names(error_of([&] {
                s.call(access::explain,
                       {.user_id = agent, .permission = "DOSSIER_UPDATE", .entity = "dossier"});
              }),
              "/id", field_code::required));
  CHECK(names(error_of([&] {
                s.call(access::explain, {.user_id = agent, .permission = "DOSSIER_UPDATE", .id = d.id});
              }),
              "/entity", field_code::required));
  CHECK(code_of([&] {
          s.call(access::explain,
                 {.user_id = agent, .permission = "DOSSIER_UPDATE", .entity = "unicorn", .id = d.id});
        }) == ErrorCode::not_found);
  const User u = s.call(users::get, {.id = agent});
  s.call(users::disable, {.id = agent, .version = u.version});
  const auto why = s.call(access::explain, {.user_id = agent, .permission = "DOSSIER_UPDATE"});
  CHECK_FALSE(why.allowed);
  CHECK(why.reason == "user_disabled");
  CHECK(why.roles == std::vector<std::string>{"AGENT"});
}

TEST_CASE("a dossier keeps a way to reach its person, and names only who exists", "[dossiers]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678", .email = "a@b.ma"})
                        .dossier.value();
  // Unreadable, but there is the e-mail: kept as written, and no key to be met by.
  Dossier now = s.call(dossiers::update, {.id = d.id, .version = 1, .phone = "poste 12"});
  CHECK(now.phone_raw == "poste 12");
  CHECK_FALSE(now.phone);
  s.call_json("dossiers.update", at(d.id, 2, R"("email":null,"phone":"06 12 34 56 79")"));
  now = s.call(dossiers::get, {.id = d.id});
  CHECK(now.phone == "+212612345679");
  CHECK_FALSE(now.email);
  CHECK(names(error_of([&] { s.call(dossiers::update, {.id = d.id, .version = 3, .phone = "poste 12"}); }),
              "/phone", field_code::not_a_phone_number));
  CHECK(names(error_of([&] { s.call_json("dossiers.update", at(d.id, 3, R"("phone":null)")); }), "/phone",
              field_code::required));
  CHECK(names(error_of([&] { s.call_json("dossiers.update", at(d.id, 3, R"("contact_name":null)")); }),
              "/contact_name", field_code::required));
  CHECK(names(error_of([&] { s.call(dossiers::update, {.id = d.id, .version = 3, .party_id = uuid("03")}); }),
              "/party_id", field_code::unknown_reference));
  CHECK(names(error_of([&] {
                s.call(dossiers::create,
                       {.contact_name = "B", .phone = "0612345670", .party_id = uuid("03")});
              }),
              "/party_id", field_code::unknown_reference));
  CHECK(names(error_of([&] { s.call(dossiers::assign, {.id = d.id, .version = 3, .user_id = w.two.admin}); }),
              "/user_id", field_code::unknown_reference));
  // Nothing that differs: nothing is written.
  CHECK(s.call(dossiers::update, {.id = d.id, .version = 3, .contact_name = "A"}).version == 3);
  const Uuid agent = w.one.users["AGENT"];
  CHECK(s.call(dossiers::assign, {.id = d.id, .version = 3, .user_id = agent}).version == 4);
  CHECK(s.call(dossiers::assign, {.id = d.id, .version = 4, .user_id = agent}).version == 4);
  CHECK_FALSE(s.call(dossiers::assign, {.id = d.id, .version = 4}).assigned_to_user_id);
  // Its key went with the number that was cleared: the person of the first number is new.
  CHECK(s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).created);
  CHECK_FALSE(s.call(dossiers::create, {.contact_name = "A", .phone = "0612345679"}).created);
}

TEST_CASE("a state is reached by a transition that is named, and overridden only when closed", "[workflow]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d =
      s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY", .contact_name = "A", .phone = "0612345678"})
          .dossier.value();
  CHECK(names(error_of([&] { s.call(dossiers::transition, {.id = d.id, .version = 1}); }), "/to",
              field_code::required));
  CHECK(code_of([&] {
          s.call(dossiers::override_status,
                 {.id = d.id, .version = 1, .to = "CRM_CONTACTED", .justification = "because"});
        }) == ErrorCode::conflict);
  CHECK(code_of([&] {
          s.call(dossiers::transition, {.id = d.id, .version = 1, .transition_code = "no_such_transition"});
        }) == ErrorCode::transition_not_allowed);
  // A reason is of the dictionary of its end.
  CHECK(names(error_of([&] {
                s.call(dossiers::transition,
                       {.id = d.id, .version = 1, .to = "CRM_CLOSED_LOST", .reason_code = "TOO_HAPPY"});
              }),
              "/reason_code", field_code::not_a_code));
  CHECK(names(
      error_of([&] { s.call(dossiers::transition, {.id = d.id, .version = 1, .to = "CRM_CLOSED_LOST"}); }),
      "/reason_code", field_code::required));
  const Dossier lost =
      s.call(dossiers::transition,
             {.id = d.id, .version = 1, .to = "CRM_CLOSED_LOST", .reason_code = "NO_RESPONSE"});
  CHECK(s.call(dossiers::transitions, {.id = d.id}).items.empty());
  CHECK(s.call(dossiers::override_status,
               {.id = d.id, .version = lost.version, .to = "CRM_CONTACTED", .justification = "they called"})
            .status_code == "CRM_CONTACTED");
}
