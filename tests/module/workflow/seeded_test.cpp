// The seeded workflows against the table transcribed by hand: what is defined, what is told, what happens.

#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "atlas/appointments.hpp"
#include "atlas/workflow.hpp"
#include "world.hpp"

namespace atlas::testing {
namespace {

struct Row {
  std::string case_type, from, to, code, roles, needs;
  friend auto operator<=>(const Row&, const Row&) = default;
};

std::vector<Row> table() {
  std::ifstream file(std::string(ATLAS_TEST_DATA) + "/workflows.tsv");
  REQUIRE(file);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream in(line);
    Row r;
    for (std::string* cell : {&r.case_type, &r.from, &r.to, &r.code, &r.roles, &r.needs})
      std::getline(in, *cell, '\t');
    rows.push_back(std::move(r));
  }
  return rows;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : ",") + one;
  return out;
}

/// The rows of one case type, and how to get from its first state to each other.
struct Flow {
  std::vector<Row> rows;
  std::set<std::string> states;
  std::string first;

  const Row* find(const std::string& from, const std::string& to) const {
    for (const Row& r : rows)
      if (r.from == from && r.to == to) return &r;
    return nullptr;
  }
  std::vector<std::string> way_to(const std::string& state) const {
    std::map<std::string, std::string> before{{first, ""}};
    std::deque<std::string> next{first};
    while (!next.empty()) {
      const std::string here = next.front();
      next.pop_front();
      for (const Row& r : rows) {
        if (r.from == here && r.to != "@previous" && before.emplace(r.to, here).second) next.push_back(r.to);
      }
    }
    std::vector<std::string> way;
    for (std::string at = state; at != first; at = before.at(at)) way.insert(way.begin(), at);
    return way;
  }
};

std::map<std::string, Flow> flows() {
  std::map<std::string, Flow> all;
  for (const Row& r : table()) {
    if (r.case_type == "CRM_LEAD_B2B_DEMO") continue;  // its steps wait for facts: a test of their own
    if (r.case_type.starts_with("COOP_")) continue;    // no dossiers
    Flow& f = all[r.case_type];
    if (f.rows.empty()) f.first = r.from;
    f.rows.push_back(r);
    f.states.insert(r.from);
    if (r.to != "@previous") f.states.insert(r.to);
  }
  return all;
}

std::optional<std::string> reason_for(const std::string& to) {
  if (to == "CRM_CLOSED_LOST") return "PRICE_TOO_HIGH";
  if (to == "CRM_CLOSED_WON") return "SIGNED";
  return std::nullopt;
}

Dossier open_in(Session& s, const std::string& case_type, const std::vector<std::string>& way, int number) {
  const auto made = s.call(dossiers::create, {.case_type_code = case_type,
                                              .contact_name = "Sara",
                                              .email = "sara" + std::to_string(number) + "@example.ma"});
  REQUIRE(made.created);
  Dossier d = *made.dossier;
  for (const std::string& to : way)
    d = s.call(dossiers::transition,
               {.id = d.id, .version = d.version, .to = to, .reason_code = reason_for(to)});
  return d;
}

}  // namespace

TEST_CASE("the seeded definitions are those of the table, no row more or less", "[workflow]") {
  std::set<Row> expected, found;
  std::set<std::string> types;
  for (Row& r : table()) {
    types.insert(r.case_type);
    expected.insert(std::move(r));
  }
  for (const std::string& type : types) {
    CAPTURE(type);
    const auto* d = workflow::seeded(type);
    REQUIRE(d);
    CHECK(d->case_type_code == type);
    for (const workflow::Transition& t : d->transitions) {
      const auto* to = d->state(t.to);
      std::vector<std::string> needs = t.needs;
      if (to && to->reason_dictionary) needs.push_back(*to->reason_dictionary);
      found.insert({type, t.from, t.to, t.code, joined(t.roles), joined(needs)});
      REQUIRE(d->state(t.from));
      CHECK_FALSE(d->state(t.from)->terminal);
    }
    for (const workflow::State& s : d->states) {
      CAPTURE(s.code);
      static const std::map<std::string, std::string> ends{{"CRM_CLOSED_WON", "WON"},
                                                           {"CRM_CLOSED_LOST", "LOST"},
                                                           {"CRM_ARCHIVED", "DONE"},
                                                           {"B2B_WON", "WON"},
                                                           {"B2B_LOST", "LOST"},
                                                           {"COOP_GROUP_COMPLETED", "DONE"},
                                                           {"COOP_GROUP_CANCELLED", "LOST"},
                                                           {"COOP_PROJECT_CLOSED", "DONE"},
                                                           {"COOP_PROJECT_CANCELLED", "LOST"},
                                                           {"COOP_ALLOC_SIGNED", "DONE"},
                                                           {"COOP_ALLOC_CANCELLED", "LOST"},
                                                           {"COOP_MEMBER_EXITED", "DONE"},
                                                           {"COOP_MEMBER_EXCLUDED", "LOST"}};
      const bool paused =
          s.code == "CRM_ON_HOLD" || s.code == "CRM_PAUSED" || s.code == "COOP_MEMBER_SUSPENDED";
      CHECK(s.terminal == (ends.count(s.code) == 1));
      CHECK(s.category == (ends.count(s.code) ? ends.at(s.code) : paused ? "PAUSED" : "OPEN"));
    }
  }
  for (const Row& r : expected) {
    INFO("only in the table: " << r.case_type << " " << r.code);
    CHECK(found.count(r) == 1);
  }
  for (const Row& r : found) {
    INFO("only in the seeds: " << r.case_type << " " << r.code);
    CHECK(expected.count(r) == 1);
  }
}

TEST_CASE("a demonstration goes from request to deal by what each step needs", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  auto d = *s.call(dossiers::create,
                   {.case_type_code = "CRM_LEAD_B2B_DEMO", .contact_name = "Karim", .email = "karim@immo.ma"})
                .dossier;
  CHECK(d.status_code == "B2B_NEW");
  const auto take = [&](const char* code, std::optional<std::string> comment = {},
                        const char* fields = "{}") {
    d = s.call(dossiers::get, {d.id});
    d = s.call(dossiers::transition, {.id = d.id,
                                      .version = d.version,
                                      .transition_code = code,
                                      .comment = std::move(comment),
                                      .fields = fields});
    return d.status_code;
  };
  const auto lacks = [&](const char* code, const char* path) {
    const Error e = error_of([&] { take(code); });
    CHECK(e.code() == ErrorCode::fields_missing);
    CHECK(names(e, path, field_code::required));
  };
  const auto closed = [&](const std::string& code) {
    for (const auto& way : s.call(dossiers::transitions, {d.id}).items)
      if (way.code == code) return way.closed_by.value_or("open");
    return std::string("not there");
  };
  lacks("B2B_T_QUALIFY", "/fields/qualification/notes");
  CHECK(closed("B2B_T_QUALIFY") == "fields");
  d = s.call(dossiers::update,
             {.id = d.id, .version = d.version, .qualification = Qualification{.notes = "12 agents"}});
  CHECK(closed("B2B_T_QUALIFY") == "open");
  CHECK(take("B2B_T_QUALIFY") == "B2B_QUALIFIED");
  lacks("B2B_T_REOPEN", "/comment");
  CHECK(take("B2B_T_REOPEN", "not yet") == "B2B_NEW");
  CHECK(take("B2B_T_QUALIFY") == "B2B_QUALIFIED");
  lacks("B2B_T_SCHEDULE", "/fields/appointment");
  auto a = s.call(
      appointments::create,
      {.dossier_id = d.id, .type_code = "APPOINT_VIDEO", .starts_at = w.clock->now() + micros_per_day});
  CHECK(take("B2B_T_SCHEDULE") == "B2B_SCHEDULED");
  lacks("B2B_T_RESCHEDULE", "/fields/appointment/starts_at");
  CHECK(take("B2B_T_RESCHEDULE", {}, R"({"appointment":{"starts_at":"2031-06-02T10:00:00Z"}})") ==
        "B2B_SCHEDULED");
  a = s.call(appointments::get, {a.id});
  CHECK(format_timestamp(a.starts_at) == "2031-06-02T10:00:00.000000Z");
  lacks("B2B_T_MARK_DONE", "/appointment/status_code");
  s.call(appointments::done, {.id = a.id, .version = a.version, .outcome_code = "OUTCOME_DONE"});
  CHECK(take("B2B_T_MARK_DONE") == "B2B_DONE");
  auto admin = w.admin();
  CHECK(code_of([&] {
          admin.call(dossiers::transition,
                     {.id = d.id, .version = d.version, .transition_code = "B2B_T_WIN"});
        }) == ErrorCode::forbidden);
  CHECK(take("B2B_T_WIN") == "B2B_WON");
  CHECK(s.call(dossiers::transitions, {d.id}).items.empty());
}

TEST_CASE("a dossier goes where the table says and nowhere else", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  int number = 0;
  for (const auto& [type, flow] : flows()) {
    for (const std::string& from : flow.states) {
      const auto way = flow.way_to(from);
      const std::string previous = way.size() > 1 ? way[way.size() - 2] : flow.first;
      const Dossier stays = open_in(s, type, way, ++number);
      std::set<std::string> told;
      for (const auto& t : s.call(dossiers::transitions, {stays.id}).items) {
        CHECK(t.open);
        told.insert(t.to);
      }
      for (const std::string& to : flow.states) {
        CAPTURE(type, from, to);
        const Row* row = flow.find(from, to);
        const bool back = !row && to == previous && flow.find(from, "@previous");
        CHECK(told.count(to) == (row || back ? 1U : 0U));
        if (!row && !back) {
          CHECK(code_of([&] {
                  s.call(dossiers::transition,
                         {.id = stays.id, .version = stays.version, .to = to, .reason_code = reason_for(to)});
                }) == ErrorCode::transition_not_allowed);
          continue;
        }
        const Dossier goes = open_in(s, type, way, ++number);
        if (row && !row->needs.empty()) {
          CHECK(code_of([&] {
                  s.call(dossiers::transition, {.id = goes.id, .version = goes.version, .to = to});
                }) == ErrorCode::fields_missing);
        }
        const Dossier there =
            s.call(dossiers::transition,
                   {.id = goes.id, .version = goes.version, .to = to, .reason_code = reason_for(to)});
        CHECK(there.status_code == to);
      }
      CHECK(s.call(dossiers::get, {stays.id}).version == stays.version);
    }
  }
  CHECK(number > 400);
}

}  // namespace atlas::testing
