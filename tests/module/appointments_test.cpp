// Appointments: their life by the compiled machine, their times, who sees them.

#include "atlas/appointments.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "atlas/schema_io.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

Dossier open_one(Session& s, const std::string& name, const std::string& phone) {
  return s.call(dossiers::create, {.contact_name = name, .phone = phone}).dossier.value();
}

Appointment visit(Session& s, const Uuid& dossier, const char* starts = "2027-03-01T10:00:00Z") {
  return s.call(appointments::create,
                {.dossier_id = dossier, .type_code = "APPOINT_VISIT", .starts_at = at(starts)});
}

std::vector<Activity> lines_of(Session& s, const Uuid& dossier) {
  return s
      .call(activities::timeline,
            {.dossier_id = dossier, .type_codes = {"ACT_APPOINTMENT_LOG"}, .oldest_first = true})
      .items;
}

std::string quoted(const Uuid& id) { return "\"" + format_uuid(id) + "\""; }

/// The rows of the appointment in the table of machines: from, event, to.
std::set<std::tuple<std::string, std::string, std::string>> table() {
  std::ifstream file(ATLAS_TEST_DATA "/machines.tsv");
  REQUIRE(file);
  std::set<std::tuple<std::string, std::string, std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string machine, from, event, to;
    for (std::string* cell : {&machine, &from, &event, &to}) std::getline(in, *cell, '\t');
    if (machine == "appointment" && from != "*") rows.emplace(from, event, to);
  }
  return rows;
}

/// Takes an event through its operation, with nothing but what the operation needs.
Appointment take(Session& s, const std::string& event, const Appointment& a) {
  std::string params = R"({"id":)" + quoted(a.id) + R"(,"version":)" + std::to_string(a.version);
  if (event == "reschedule") params += R"(,"starts_at":"2027-05-05T08:00:00Z")";
  s.call_json("appointments." + event, params + "}");
  return s.call(appointments::get, {a.id});
}

}  // namespace

TEST_CASE("an appointment is made with little, confirmed, moved and kept", "[appointments]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.as("AGENT");
  const Dossier d = open_one(s, "Amina", "0612345678");
  w.clock->advance(micros_per_second);
  const Appointment made = visit(s, d.id);
  CHECK(made.version == 1);
  CHECK(made.status_code == "APPOINT_SCHEDULED");
  CHECK(made.confirm_status_code == "APPT_PENDING");
  CHECK(made.ends_at == at("2027-03-01T10:30:00Z"));
  CHECK(made.time_zone == "Africa/Casablanca");
  CHECK(made.assigned_to_user_id == w.one.users.at("AGENT"));
  CHECK(made.attendees.empty());
  CHECK_FALSE(made.outcome_code);
  CHECK(s.call(dossiers::get, {d.id}).last_activity_at == w.clock->now());

  w.clock->advance(micros_per_second);
  const Appointment sure =
      s.call(appointments::confirm, {.id = made.id, .version = 1, .comment = "by phone"});
  CHECK(sure.version == 2);
  CHECK(sure.status_code == "APPOINT_SCHEDULED");
  CHECK(sure.confirm_status_code == "APPT_CONFIRMED");
  CHECK(sure.comment == "by phone");
  CHECK(s.call(dossiers::get, {d.id}).last_activity_at == w.clock->now());
  // Confirmed again, nothing is written.
  CHECK(s.call(appointments::confirm, {.id = made.id, .version = 2}).version == 2);
  CHECK(code_of([&] { s.call(appointments::confirm, {.id = made.id, .version = 1}); }) ==
        ErrorCode::conflict);

  w.clock->advance(micros_per_second);
  Appointment moved = s.call(appointments::reschedule,
                             {.id = made.id, .version = 2, .starts_at = at("2027-03-02T15:00:00+01:00")});
  CHECK(moved.starts_at == at("2027-03-02T14:00:00Z"));
  CHECK(moved.ends_at == at("2027-03-02T14:30:00Z"));
  CHECK(moved.confirm_status_code == "APPT_PENDING");
  CHECK(moved.time_zone == "Africa/Casablanca");
  moved = s.call(appointments::confirm, {.id = made.id, .version = 3});
  // The same instants on another clock: still agreed upon.
  moved = s.call(appointments::reschedule,
                 {.id = made.id, .version = 4, .starts_at = moved.starts_at, .time_zone = "Europe/Paris"});
  CHECK(moved.confirm_status_code == "APPT_CONFIRMED");
  CHECK(moved.time_zone == "Europe/Paris");
  moved = s.call(
      appointments::reschedule,
      {.id = made.id, .version = 5, .starts_at = moved.starts_at, .ends_at = at("2027-03-02T15:30:00Z")});
  CHECK(moved.confirm_status_code == "APPT_PENDING");
  moved = s.call(appointments::reschedule,
                 {.id = made.id, .version = 6, .starts_at = at("2027-03-03T09:00:00Z")});
  CHECK(moved.ends_at == at("2027-03-03T10:30:00Z"));

  w.clock->advance(micros_per_second);
  const Error wrong = error_of(
      [&] { s.call(appointments::done, {.id = made.id, .version = 7, .outcome_code = "OUTCOME_NO_SHOW"}); });
  CHECK(names(wrong, "/outcome_code", field_code::out_of_range));
  const Appointment kept =
      s.call(appointments::done,
             {.id = made.id, .version = 7, .outcome_code = "OUTCOME_PARTIAL", .comment = "will come again"});
  CHECK(kept.status_code == "APPOINT_DONE");
  CHECK(kept.outcome_code == "OUTCOME_PARTIAL");
  CHECK(kept.comment == "will come again");
  CHECK(code_of([&] {
          s.call(appointments::reschedule,
                 {.id = made.id, .version = 8, .starts_at = at("2027-04-01T09:00:00Z")});
        }) == ErrorCode::transition_not_allowed);
  CHECK(s.call(appointments::get, {made.id}).starts_at == at("2027-03-03T09:00:00Z"));

  const auto history = s.call(appointments::history, {.id = made.id}).items;
  REQUIRE(history.size() == 7);
  const char* taken[] = {"confirm",    "reschedule", "confirm", "reschedule",
                         "reschedule", "reschedule", "done"};
  for (std::size_t i = 0; i < 7; ++i) CHECK(history[i].transition_code == taken[i]);
  CHECK(history[0].comment == "by phone");
  CHECK(history[0].from_code == "APPOINT_SCHEDULED");
  CHECK(history[0].to_code == "APPOINT_SCHEDULED");
  CHECK(history[6].to_code == "APPOINT_DONE");
  CHECK(history[6].owner_kind == "appointment");
  CHECK(history[6].actor_id == w.one.users.at("AGENT"));
  const auto lines = lines_of(s, d.id);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0].payload.find(R"("event":"appointment.created")") != std::string::npos);
  CHECK(lines[1].payload.find(R"("event":"appointment.confirmed")") != std::string::npos);
  CHECK(lines[2].payload.find(R"("moved_from":"2027-03-01T10:00:00.000000Z")") != std::string::npos);
  CHECK(lines[7].payload.find(R"("outcome_code":"OUTCOME_PARTIAL")") != std::string::npos);
  CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
  CHECK(w.engine.check().ok());
}

TEST_CASE("every event in every state does what the table says, or is refused", "[appointments]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = open_one(s, "Amina", "0612345678");
  const auto rows = table();
  REQUIRE(rows.size() == 5);
  // How each state is reached, by hand.
  const std::pair<std::string, std::string> states[] = {{"APPOINT_SCHEDULED", ""},
                                                        {"APPOINT_DONE", "done"},
                                                        {"APPOINT_NO_SHOW", "no_show"},
                                                        {"APPOINT_CANCELLED", "cancel"}};
  int allowed = 0, refused = 0;
  for (const auto& [state, by] : states) {
    std::set<std::string> possible;
    for (const auto& [from, event, to] : rows)
      if (from == state) possible.insert(event);
    for (const std::string event : {"confirm", "reschedule", "done", "no_show", "cancel"}) {
      CAPTURE(state, event);
      Appointment a = visit(s, d.id);
      if (!by.empty()) a = take(s, by, a);
      REQUIRE(a.status_code == state);
      if (possible.count(event)) {
        const Appointment after = take(s, event, a);
        CHECK(rows.count({state, event, after.status_code}) == 1);
        CHECK(after.version == a.version + 1);
        ++allowed;
        continue;
      }
      const Error e = error_of([&] { take(s, event, a); });
      CHECK(e.code() == ErrorCode::transition_not_allowed);
      CHECK(detail_of(e, "from") == "\"" + state + "\"");
      CHECK(detail_of(e, "possible") == "[]");
      CHECK(to_json(s.call(appointments::get, {a.id})) == to_json(a));
      CHECK(s.call(appointments::history, {.id = a.id}).items.size() == 1);
      ++refused;
    }
  }
  CHECK(allowed == 5);
  CHECK(refused == 15);
  const auto ended = [&](const char* status, const char* outcome) {
    const std::string where = R"({"dossier_id":)" + quoted(d.id) + R"(,"status_code":")" + status + "\"}";
    const auto all = s.call(appointments::list, {.where = where});
    CHECK_FALSE(all.items.empty());
    for (const Appointment& a : all.items) CHECK(a.outcome_code == outcome);
  };
  ended("APPOINT_DONE", "OUTCOME_DONE");
  ended("APPOINT_NO_SHOW", "OUTCOME_NO_SHOW");
  ended("APPOINT_CANCELLED", "OUTCOME_CANCELLED");
}

TEST_CASE("an appointment names everything that is wrong with it at once", "[appointments]") {
  World w("memory");
  auto s = w.admin();
  const Dossier d = open_one(s, "Amina", "0612345678");
  const Error missing = error_of([&] { s.call_json("appointments.create", "{}"); });
  for (const char* path : {"/dossier_id", "/type_code", "/starts_at"})
    CHECK(names(missing, path, field_code::required));
  CHECK(missing.fields().size() == 3);
  const Error form = error_of([&] {
    s.call_json("appointments.create",
                R"({"dossier_id":)" + quoted(d.id) +
                    R"(,"type_code":"APPOINT_PICNIC","starts_at":"tomorrow","time_zone":"Mars/Base",)" +
                    R"("attendees":[{"email":"nobody"}],"status_code":"APPOINT_DONE"})");
  });
  CHECK(names(form, "/type_code", field_code::not_a_code));
  CHECK(names(form, "/starts_at", field_code::not_a_time));
  CHECK(names(form, "/time_zone", field_code::not_a_code));
  CHECK(names(form, "/attendees/0/email", field_code::not_an_email));
  CHECK(names(form, "/attendees/0/name", field_code::required));
  CHECK(names(form, "/status_code", field_code::unknown_member));

  const Uuid nobody = w.two.users.at("AGENT");
  const Error unknown = error_of([&] {
    s.call(appointments::create, {.dossier_id = nobody,
                                  .listing_id = nobody,
                                  .type_code = "APPOINT_VISIT",
                                  .starts_at = at("2027-03-01T10:00:00Z"),
                                  .ends_at = at("2027-03-01T10:00:00Z"),
                                  .assigned_to_user_id = nobody,
                                  .attendees = {{.name = "A"}, {.party_id = nobody, .name = "B"}}});
  });
  for (const char* path : {"/dossier_id", "/listing_id", "/assigned_to_user_id", "/attendees/1/party_id"})
    CHECK(names(unknown, path, field_code::unknown_reference));
  CHECK(names(unknown, "/ends_at", field_code::out_of_range));
  CHECK(unknown.fields().size() == 5);

  const auto lasting = [&](const char* from, const char* to) {
    return s.call(
        appointments::create,
        {.dossier_id = d.id, .type_code = "APPOINT_SITE", .starts_at = at(from), .ends_at = at(to)});
  };
  CHECK(lasting("2027-03-01T10:00:00Z", "2027-03-02T10:00:00Z").version == 1);
  CHECK(names(error_of([&] { lasting("2027-03-01T10:00:00Z", "2027-03-02T10:00:00.000001Z"); }), "/ends_at",
              field_code::out_of_range));
  CHECK(names(error_of([&] { lasting("2027-03-01T10:00:00Z", "2027-03-01T09:59:59Z"); }), "/ends_at",
              field_code::out_of_range));
  CHECK(names(error_of([&] { visit(s, d.id, "9999-12-31T23:30:00Z"); }), "/starts_at",
              field_code::out_of_range));
  CHECK(visit(s, d.id, "9999-12-31T23:29:59Z").version == 1);
  CHECK(s.call(appointments::count, {}).count == 2);
  CHECK(lines_of(s, d.id).size() == 2);
}

TEST_CASE("what is known about an appointment changes; its confirmation only before it is over",
          "[appointments]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = open_one(s, "Amina", "0612345678");
  const Party p = s.call(parties::create, {.role_code = "SELLER", .family_name = "Alaoui"});
  Appointment a = visit(s, d.id);
  CHECK_FALSE(a.assigned_to_user_id);
  a = s.call(
      appointments::update,
      {.id = a.id,
       .version = 1,
       .location_text = "12 rue des Orangers",
       .assigned_to_user_id = w.one.users.at("AGENT2"),
       .attendees = std::vector<Attendee>{
           {.party_id = p.id, .name = "Mme Alaoui", .email = "Alaoui@Example.MA", .phone = "0612345679"},
           {.name = "Maître Tazi", .phone = "the usual one"}}});
  CHECK(a.version == 2);
  REQUIRE(a.attendees.size() == 2);
  CHECK(a.attendees[0].email == "alaoui@example.ma");
  CHECK(a.attendees[0].phone == "+212612345679");
  CHECK(a.attendees[1].phone == "the usual one");
  CHECK(s.call(appointments::get, {a.id}).attendees[0].party_id == p.id);
  CHECK(a.assigned_to_user_id == w.one.users.at("AGENT2"));
  a = s.call(appointments::update, {.id = a.id, .version = 2, .confirm_status_code = "APPT_REJECTED"});
  CHECK(a.confirm_status_code == "APPT_REJECTED");
  CHECK(a.status_code == "APPOINT_SCHEDULED");
  const Error cleared = error_of([&] {
    s.call_json("appointments.update",
                R"({"id":)" + quoted(a.id) + R"(,"version":3,"confirm_status_code":null})");
  });
  CHECK(names(cleared, "/confirm_status_code", field_code::required));
  CHECK(code_of([&] {
          s.call_json("appointments.update",
                      R"({"id":)" + quoted(a.id) + R"(,"version":3,"starts_at":"2027-03-01T10:00:00Z"})");
        }) == ErrorCode::invalid_argument);
  // Edits leave no line, an answer does; nobody's name or whereabouts are in any.
  const auto lines = lines_of(s, d.id);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].payload.find(R"("event":"appointment.confirmation_changed")") != std::string::npos);
  CHECK(lines[1].payload.find("APPT_REJECTED") != std::string::npos);
  for (const Activity& line : lines)
    for (const char* personal : {"Alaoui", "Tazi", "Orangers", "usual"})
      CHECK(line.payload.find(personal) == std::string::npos);

  a = s.call(appointments::no_show, {.id = a.id, .version = 3});
  const Error over = error_of([&] {
    s.call(appointments::update, {.id = a.id, .version = 4, .confirm_status_code = "APPT_WAIVED"});
  });
  CHECK(over.code() == ErrorCode::conflict);
  CHECK(detail_of(over, "reason") == "\"state\"");
  a = s.call(appointments::update, {.id = a.id, .version = 4, .comment = "called the day after"});
  CHECK(a.comment == "called the day after");
  CHECK(a.confirm_status_code == "APPT_REJECTED");

  // Who has left is given no appointment, nor gets one by the way.
  const Uuid gone = w.one.users.at("AGENT");
  s.call(dossiers::assign, {.id = d.id, .version = s.call(dossiers::get, {d.id}).version, .user_id = gone});
  s.call(users::disable, {.id = gone, .version = 1});
  CHECK(names(error_of([&] {
                s.call(appointments::update, {.id = a.id, .version = 5, .assigned_to_user_id = gone});
              }),
              "/assigned_to_user_id", field_code::unknown_reference));
  CHECK_FALSE(visit(s, d.id).assigned_to_user_id);
  CHECK(w.engine.check().ok());
}

TEST_CASE("appointments lie within the scope of their dossier", "[appointments][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT"), other_agent = w.as("AGENT2"), manager = w.as("MANAGER"), other = w.other();
  const Dossier mine = open_one(agent, "A", "0612345678"), theirs = open_one(other_agent, "B", "0612345679");
  const Appointment on_mine = visit(agent, mine.id), on_theirs = visit(other_agent, theirs.id);
  // An appointment of mine on their dossier is theirs.
  const Appointment lent =
      manager.call(appointments::create, {.dossier_id = theirs.id,
                                          .type_code = "APPOINT_CALL",
                                          .starts_at = at("2027-03-04T10:00:00Z"),
                                          .assigned_to_user_id = w.one.users.at("AGENT")});
  CHECK(agent.call(appointments::count, {}).count == 1);
  CHECK(agent.call(appointments::list, {}).items.at(0).id == on_mine.id);
  CHECK(manager.call(appointments::count, {}).count == 3);
  CHECK(w.admin().call(appointments::list, {}).items.size() == 3);
  const auto hidden_from = [&](Session& s, const Appointment& a) {
    CHECK(code_of([&] { s.call(appointments::get, {a.id}); }) == ErrorCode::not_found);
    CHECK(code_of([&] { s.call(appointments::history, {.id = a.id}); }) == ErrorCode::not_found);
    CHECK(code_of([&] { s.call(appointments::update, {.id = a.id, .version = 1, .comment = "x"}); }) ==
          ErrorCode::not_found);
    for (const char* event : {"confirm", "reschedule", "done", "no_show", "cancel"})
      CHECK(code_of([&] { take(s, event, a); }) == ErrorCode::not_found);
  };
  hidden_from(agent, on_theirs);
  hidden_from(agent, lent);
  hidden_from(other, on_mine);
  for (Session* s : {&agent, &other})
    CHECK(names(error_of([&] { visit(*s, theirs.id); }), "/dossier_id", field_code::unknown_reference));
  CHECK(other.call(appointments::count, {}).count == 0);
  CHECK(manager.call(appointments::get, {on_theirs.id}).version == 1);
  // A party of nobody's dossier is unknown to an agent, known to a manager.
  const Party stranger = manager.call(parties::create, {.role_code = "BUYER", .family_name = "Nobody"});
  const appointments::Create with{.dossier_id = mine.id,
                                  .type_code = "APPOINT_OFFICE",
                                  .starts_at = at("2027-03-05T10:00:00Z"),
                                  .attendees = {{.party_id = stranger.id, .name = "Nobody"}}};
  CHECK(names(error_of([&] { agent.call(appointments::create, with); }), "/attendees/0/party_id",
              field_code::unknown_reference));
  CHECK(manager.call(appointments::create, with).version == 1);

  for (const char* role : {"OWNER", "MODERATOR", "AUDITOR"}) {
    CAPTURE(role);
    auto s = w.as(role);
    CHECK(code_of([&] { visit(s, mine.id); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::list, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::count, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::get, {on_mine.id}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::history, {.id = on_mine.id}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::update, {.id = on_mine.id, .version = 1}); }) ==
          ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(appointments::cancel, {.id = on_mine.id, .version = 1}); }) ==
          ErrorCode::forbidden);
  }
  // The dossier goes, and its appointments with it.
  manager.call(dossiers::assign, {.id = mine.id,
                                  .version = manager.call(dossiers::get, {mine.id}).version,
                                  .user_id = w.one.users.at("AGENT2")});
  CHECK(agent.call(appointments::count, {}).count == 0);
  CHECK(other_agent.call(appointments::count, {}).count == 4);
}

TEST_CASE("appointments are listed by dossier, by day, by person, by listing", "[appointments]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = open_one(s, "A", "0612345678"), e = open_one(s, "B", "0612345679");
  const Listing flat = s.call(
      listings::create,
      {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_APARTMENT", .title = "Appartement"});
  const Uuid agent = w.one.users.at("AGENT");
  const Appointment late = visit(s, d.id, "2027-03-02T10:00:00Z");
  const Appointment early = visit(s, d.id, "2027-03-01T10:00:00Z");
  const Appointment shown = s.call(appointments::create, {.dossier_id = e.id,
                                                          .listing_id = flat.id,
                                                          .type_code = "APPOINT_VISIT",
                                                          .starts_at = at("2027-03-01T16:00:00Z"),
                                                          .assigned_to_user_id = agent});
  const auto ids = [&](const std::string& where) {
    std::vector<Uuid> out;
    for (const Appointment& a : s.call(appointments::list, {.where = where, .order = {"starts_at"}}).items)
      out.push_back(a.id);
    return out;
  };
  CHECK(ids("{}") == std::vector{early.id, shown.id, late.id});
  CHECK(ids(R"({"dossier_id":)" + quoted(d.id) + "}") == std::vector{early.id, late.id});
  CHECK(ids(R"({"starts_at":{"gte":"2027-03-01T00:00:00Z","lt":"2027-03-02T00:00:00Z"}})") ==
        std::vector{early.id, shown.id});
  CHECK(ids(R"({"assigned_to_user_id":)" + quoted(agent) + "}") == std::vector{shown.id});
  CHECK(ids(R"({"listing_id":)" + quoted(flat.id) + "}") == std::vector{shown.id});
  s.call(appointments::cancel, {.id = early.id, .version = 1, .comment = "ill"});
  CHECK(ids(R"({"dossier_id":)" + quoted(d.id) + R"(,"status_code":"APPOINT_SCHEDULED"})") ==
        std::vector{late.id});
  CHECK(code_of([&] { s.call(appointments::list, {.where = R"({"location_text":"x"})"}); }) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("summer time moves no appointment: it only changes what the clock shows", "[appointments]") {
  World w("memory");
  auto s = w.admin();
  const Dossier d = open_one(s, "A", "0612345678");
  // In Paris 02:30 does not exist on 28 March 2027, and is there twice on 31 October.
  struct Row {
    const char *starts, *instant;
    int shown_hour, shown_minute;
  };
  const Row rows[] = {{"2027-03-28T00:30:00Z", "2027-03-28T00:30:00Z", 1, 30},
                      {"2027-03-28T02:30:00+01:00", "2027-03-28T01:30:00Z", 3, 30},
                      {"2027-03-28T02:30:00+02:00", "2027-03-28T00:30:00Z", 1, 30},
                      {"2027-10-31T02:30:00+02:00", "2027-10-31T00:30:00Z", 2, 30},
                      {"2027-10-31T02:30:00+01:00", "2027-10-31T01:30:00Z", 2, 30}};
  for (const Row& row : rows) {
    CAPTURE(row.starts);
    const Appointment a = s.call(appointments::create, {.dossier_id = d.id,
                                                        .type_code = "APPOINT_CALL",
                                                        .starts_at = at(row.starts),
                                                        .time_zone = "Europe/Paris"});
    const Appointment read = s.call(appointments::get, {a.id});
    CHECK(read.starts_at == at(row.instant));
    CHECK(read.ends_at.micros - read.starts_at.micros == 30 * micros_per_minute);
    const std::int64_t minutes =
        read.starts_at.micros / micros_per_minute + utc_offset_seconds(read.time_zone, read.starts_at) / 60;
    CHECK(minutes / 60 % 24 == row.shown_hour);
    CHECK(minutes % 60 == row.shown_minute);
  }
  // 24 hours are 24 hours, also on the day that has 23 of them.
  CHECK(s.call(appointments::create, {.dossier_id = d.id,
                                      .type_code = "APPOINT_SITE",
                                      .starts_at = at("2027-03-27T23:00:00Z"),
                                      .ends_at = at("2027-03-28T23:00:00Z"),
                                      .time_zone = "Europe/Paris"})
            .version == 1);
}

TEST_CASE("appointments are a feature of a plan", "[appointments]") {
  World w("memory");
  const auto made = w.engine.host_session().call(
      organisations::create,
      {.name = "Particulier", .plan_key = "plan.free", .default_country = "MA", .admin_email = "p@p.ma"});
  auto s = w.engine.session({.org = made.organisation->id, .user = made.admin_user_id});
  const Error e = error_of([&] { visit(s, made.organisation->id); });
  CHECK(e.code() == ErrorCode::feature_disabled);
  CHECK(detail_of(e, "feature_key") == "\"core.appointments\"");
  CHECK(s.call(appointments::count, {}).count == 0);
}
