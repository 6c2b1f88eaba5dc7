// Organisations, users, sessions: who may do what, and the wall between tenants.

#include "atlas/access_explain.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("an organisation takes its country's defaults and brings its administrator", "[organisations]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto host = w.engine.host_session();
  const auto fr =
      host.call(organisations::create,
                {.name = "Agence France", .default_country = "FR", .admin_email = "Marie@Agence.FR"});
  CHECK(fr.organisation->default_currency == "EUR");
  CHECK(fr.organisation->time_zone == "Europe/Paris");
  auto s = w.engine.session({.org = fr.organisation->id, .user = fr.admin_user_id});
  CHECK(s.call(users::me).email == "marie@agence.fr");
  CHECK(s.call(users::me).roles == std::vector<std::string>{"ADMIN_ORG"});

  const Error e = error_of([&] {
    host.call_json("organisations.create",
                   R"({"name":"x","default_country":"France","admin_email":"no","plan":1})");
  });
  CHECK(e.code() == ErrorCode::invalid_argument);
  CHECK(names(e, "/name", field_code::too_short));
  CHECK(e.fields().size() == 4);
  CHECK(names(e, "/plan", field_code::unknown_member));
  CHECK(names(e, "/admin_email", field_code::not_an_email));
  // A country that has no defaults must say them.
  CHECK(names(error_of([&] {
                host.call(organisations::create,
                          {.name = "Agence", .default_country = "SN", .admin_email = "a@b.sn"});
              }),
              "/default_currency", field_code::required));
  CHECK(w.engine.organisations().size() == 3);
}

TEST_CASE("the host has no business data and users have no host's powers", "[organisations]") {
  World w("memory");
  auto host = w.engine.host_session();
  CHECK(code_of([&] { host.call(dossiers::list, {}); }) == ErrorCode::forbidden);
  auto s = w.admin();
  CHECK(code_of([&] { s.call(organisations::create, {.name = "Mine", .admin_email = "a@b.ma"}); }) ==
        ErrorCode::forbidden);
  CHECK(code_of([&] { s.call_json("nothing.here", "{}"); }) == ErrorCode::not_found);
}

TEST_CASE("disabling a user and changing roles count from the next call on", "[users]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT");
  agent.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"});
  auto admin = w.admin();
  User u = admin.call(users::get, {.id = w.one.users["AGENT"]});
  u = admin.call(users::update,
                 {.id = u.id, .version = u.version, .roles = std::vector<std::string>{"AUDITOR"}});
  CHECK(code_of([&] { agent.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"}); }) ==
        ErrorCode::forbidden);
  u = admin.call(users::disable, {.id = u.id, .version = u.version});
  const Error e = error_of([&] { agent.call(users::me); });
  CHECK(e.code() == ErrorCode::unauthenticated);
  CHECK(detail_of(e, "reason") == "\"user_disabled\"");
  admin.call(users::enable, {.id = u.id, .version = u.version});
  CHECK_NOTHROW(agent.call(users::me));
}

TEST_CASE("an organisation keeps an administrator, an e-mail is one user's, roles are known", "[users]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const User me = admin.call(users::me);
  CHECK(code_of([&] { admin.call(users::disable, {.id = me.id, .version = me.version}); }) ==
        ErrorCode::conflict);
  CHECK(code_of([&] {
          admin.call(users::update,
                     {.id = me.id, .version = me.version, .roles = std::vector<std::string>{"AGENT"}});
        }) == ErrorCode::conflict);
  const Error taken =
      error_of([&] { admin.call(users::create, {.email = "AGENT@Example.ma", .roles = {"AGENT"}}); });
  CHECK(taken.code() == ErrorCode::conflict);
  CHECK(detail_of(taken, "reason") == "\"unique\"");
  CHECK(detail_of(taken, "field") == "\"email\"");
  CHECK(code_of([&] { admin.call(users::create, {.email = "new@example.ma", .roles = {"KING"}}); }) ==
        ErrorCode::invalid_argument);
  // The same address in another organisation is another person's.
  CHECK_NOTHROW(w.other().call(users::create, {.email = "boss@example.ma", .roles = {"MANAGER"}}));
  CHECK_NOTHROW(admin.call(users::create, {.email = "boss@example.ma", .roles = {"MANAGER"}}));
}

TEST_CASE("roles that the host gives replace the stored ones and are written in the audit", "[users]") {
  World w("memory");
  auto s =
      w.engine.session({.org = w.one.org, .user = w.one.users["AGENT"], .roles = {"MANAGER", "ADMIN_ORG"}});
  CHECK_NOTHROW(s.call(users::list, {}));
  s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"});
  const auto entry = w.admin().call(audit::list, {.limit = 1}).items.at(0);
  CHECK(entry.actor_roles == "ADMIN_ORG,MANAGER");
  auto wrong = w.engine.session({.org = w.one.org, .user = w.one.users["AGENT"], .roles = {"SUPERUSER"}});
  CHECK(code_of([&] { wrong.call(users::me); }) == ErrorCode::unauthenticated);
  auto stranger = w.engine.session({.org = w.one.org, .user = w.two.admin});
  CHECK(code_of([&] { stranger.call(users::me); }) == ErrorCode::unauthenticated);
}

TEST_CASE("a suspended organisation reads and exports but does not write", "[organisations]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto host = w.engine.host_session();
  host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_SUSPENDED"});
  auto s = w.admin();
  CHECK_NOTHROW(s.call(dossiers::list, {}));
  CHECK_NOTHROW(s.call(audit::export_entries, {}));
  const Error e = error_of([&] { s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}); });
  CHECK(e.code() == ErrorCode::forbidden);
  CHECK(detail_of(e, "reason") == "\"org_suspended\"");
  CHECK_NOTHROW(w.other().call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}));
  host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_ACTIVE"});
  CHECK_NOTHROW(s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}));
}

TEST_CASE("plans close features and set quotas", "[organisations]") {
  World w("sqlite");
  auto host = w.engine.host_session();
  const auto free = host.call(organisations::create,
                              {.name = "Gratuite", .plan_key = "plan.free", .admin_email = "a@b.ma"});
  auto s = w.engine.session({.org = free.organisation->id, .user = free.admin_user_id});
  const Error e = error_of([&] { s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}); });
  CHECK(e.code() == ErrorCode::feature_disabled);
  CHECK(detail_of(e, "feature_key") == "\"core.dossiers\"");
  const auto starter = host.call(organisations::create,
                                 {.name = "Petite", .plan_key = "plan.pro_starter", .admin_email = "a@b.ma"});
  auto p = w.engine.session({.org = starter.organisation->id, .user = starter.admin_user_id});
  p.call(users::create, {.email = "b@b.ma", .roles = {"AGENT"}});
  p.call(users::create, {.email = "c@b.ma", .roles = {"AGENT"}});
  CHECK(code_of([&] { p.call(users::create, {.email = "d@b.ma", .roles = {"AGENT"}}); }) ==
        ErrorCode::quota_exceeded);
  p.batch([](Session& b) {
    for (int i = 0; i < 300; ++i)
      b.call(dossiers::create, {.contact_name = "N", .email = "n" + std::to_string(i) + "@x.ma"});
  });
  const Error quota =
      error_of([&] { p.call(dossiers::create, {.contact_name = "N", .email = "last@x.ma"}); });
  CHECK(quota.code() == ErrorCode::quota_exceeded);
  CHECK(detail_of(quota, "used") == "300");
  w.clock->advance(40 * micros_per_day);
  CHECK_NOTHROW(p.call(dossiers::create, {.contact_name = "N", .email = "last@x.ma"}));
}

TEST_CASE("a record of another organisation does not exist", "[wall]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto a = w.admin();
  auto b = w.other();
  const auto mine = a.call(dossiers::create, {.contact_name = "Secret", .phone = "0612345678"});
  const auto theirs = b.call(dossiers::create, {.contact_name = "Other", .phone = "0612345678"});
  CHECK(theirs.created);
  const Uuid id = mine.dossier->id;
  CHECK(code_of([&] { b.call(dossiers::get, {.id = id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { b.call(dossiers::update, {.id = id, .version = 1, .city = "Fès"}); }) ==
        ErrorCode::not_found);
  CHECK(code_of([&] { b.call(dossiers::archive, {.id = id, .version = 1}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { b.call(activities::add_note, {.id = id, .body = "x"}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { b.call(dossiers::transition, {.id = id, .version = 1, .to = "CRM_CONTACTED"}); }) ==
        ErrorCode::not_found);
  CHECK(b.call(dossiers::list, {}).items.size() == 1);
  CHECK(b.call(dossiers::count, {}).count == 1);
  CHECK(code_of([&] { b.call(activities::timeline, {.dossier_id = id}); }) == ErrorCode::not_found);
  for (const auto& entry : b.call(audit::list, {.limit = 1000}).items) CHECK(entry.entity_id != id);
}

TEST_CASE("an agent sees and touches what is assigned to them, unless the setting says otherwise",
          "[scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT");
  auto second = w.as("AGENT2");
  auto manager = w.as("MANAGER");
  const auto d = agent.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  CHECK(d.assigned_to_user_id == w.one.users["AGENT"]);
  CHECK(code_of([&] { second.call(dossiers::get, {.id = d.id}); }) == ErrorCode::not_found);
  CHECK(second.call(dossiers::list, {}).items.empty());
  CHECK(second.call(dossiers::count, {}).count == 0);
  CHECK(code_of([&] { second.call(activities::add_note, {.id = d.id, .body = "x"}); }) ==
        ErrorCode::not_found);
  CHECK(code_of([&] {
          agent.call(dossiers::assign, {.id = d.id, .version = d.version, .user_id = w.one.users["AGENT2"]});
        }) == ErrorCode::forbidden);
  CHECK(code_of([&] {
          agent.call(
              dossiers::create,
              {.contact_name = "B", .phone = "0612345679", .assigned_to_user_id = w.one.users["AGENT2"]});
        }) == ErrorCode::forbidden);
  // What hangs on a dossier is in scope with it.
  agent.call(activities::add_task, {.id = d.id, .title = "Rappeler"});
  const Party p = agent.call(
      dossiers::add_party,
      {.id = d.id, .party = {.role_code = "BUYER", .family_name = "Alami", .phones = {"06 61 11 22 33"}}});
  CHECK(p.phones == std::vector<std::string>{"+212661112233"});
  CHECK(agent.call(activities::list_tasks, {}).items.size() == 1);
  CHECK(second.call(activities::list_tasks, {}).items.empty());
  CHECK(agent.call(parties::get, {.id = p.id}).id == p.id);
  CHECK(code_of([&] { second.call(parties::get, {.id = p.id}); }) == ErrorCode::not_found);
  CHECK(second.call(audit::list, {}).items.empty());
  CHECK_FALSE(agent.call(audit::list, {}).items.empty());

  const auto met = second.call(dossiers::create, {.contact_name = "A again", .phone = "+212 612-345-678"});
  CHECK_FALSE(met.created);
  CHECK_FALSE(met.dossier.has_value());
  CHECK(to_json(met) == R"({"dossier":null,"created":false,"matched_on":["phone"]})");

  const Dossier now = manager.call(dossiers::get, {.id = d.id});
  manager.call(dossiers::assign, {.id = d.id, .version = now.version, .user_id = w.one.users["AGENT2"]});
  CHECK(code_of([&] { agent.call(dossiers::get, {.id = d.id}); }) == ErrorCode::not_found);
  CHECK(second.call(dossiers::get, {.id = d.id}).id == d.id);

  auto admin = w.admin();
  const Organisation o = admin.call(organisations::get);
  admin.call(
      organisations::update,
      {.id = o.id, .version = o.version, .settings = std::string(R"({"agents_see_all_dossiers":true})")});
  CHECK(agent.call(dossiers::get, {.id = d.id}).id == d.id);
  CHECK(code_of([&] { agent.call(dossiers::update, {.id = d.id, .version = 99, .city = "Fès"}); }) ==
        ErrorCode::not_found);
}

TEST_CASE("an administrator is told why somebody does not see a record", "[scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const Dossier d =
      w.as("AGENT").call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  auto admin = w.admin();
  const auto why = [&](const std::string& role, const std::string& permission, std::optional<Uuid> id = {}) {
    return admin
        .call(access::explain, {.user_id = w.one.users[role],
                                .permission = permission,
                                .entity = id ? std::optional<std::string>("dossier") : std::nullopt,
                                .id = id})
        .reason;
  };
  CHECK(why("AGENT", "DOSSIER_READ_ASSIGNED", d.id) == "granted");
  CHECK(why("AGENT2", "DOSSIER_READ_ASSIGNED", d.id) == "outside_scope");
  CHECK(why("AGENT2", "DOSSIER_ASSIGN") == "no_permission");
  CHECK(why("MODERATOR", "DOSSIER_UPDATE", d.id) == "no_permission");
  CHECK(why("MANAGER", "DOSSIER_UPDATE", w.one.org) == "no_such_record");
  CHECK(admin.call(access::explain, {.user_id = w.two.admin, .permission = "ORG_READ"}).reason ==
        "unknown_user");
  CHECK(code_of([&] {
          w.as("MANAGER").call(access::explain, {.user_id = w.one.admin, .permission = "ORG_READ"});
        }) == ErrorCode::forbidden);
}

TEST_CASE("the dialogue's agent acts within the scope of the one it stands for", "[scope]") {
  World w("memory");
  auto human = w.as("AGENT");
  const Dossier mine =
      human.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  const Dossier theirs =
      w.as("AGENT2").call(dossiers::create, {.contact_name = "B", .phone = "0612345679"}).dossier.value();
  auto agent = w.engine.session(
      {.org = w.one.org, .kind = PrincipalKind::agent, .on_behalf_of = w.one.users["AGENT"]});
  CHECK(agent.call(dossiers::get, {.id = mine.id}).id == mine.id);
  CHECK(code_of([&] { agent.call(dossiers::get, {.id = theirs.id}); }) == ErrorCode::not_found);
  agent.call(activities::add_note, {.id = mine.id, .body = "Bonjour"});
  const auto entry = w.admin().call(audit::list, {.actions = {"activity.note_added"}}).items.at(0);
  CHECK(entry.actor_kind == "agent");
  CHECK(entry.on_behalf_of == format_uuid(w.one.users["AGENT"]));
  CHECK(agent.call(dossiers::create, {.contact_name = "C", .phone = "0612345670"})
            .dossier->assigned_to_user_id == w.one.users["AGENT"]);
}
