// The seeded workflows against the table transcribed by hand: what is defined, what is told, what happens.

#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "atlas/workflow.hpp"
#include "world.hpp"

namespace atlas::testing {
namespace {

struct Row {
  std::string case_type, from, to, code, roles, reasons;
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
    for (std::string* cell : {&r.case_type, &r.from, &r.to, &r.code, &r.roles, &r.reasons})
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
      found.insert(
          {type, t.from, t.to, t.code, joined(t.roles), to ? to->reason_dictionary.value_or("") : ""});
      REQUIRE(d->state(t.from));
      CHECK_FALSE(d->state(t.from)->terminal);
    }
    for (const workflow::State& s : d->states) {
      CAPTURE(s.code);
      const bool closed =
          s.code == "CRM_CLOSED_WON" || s.code == "CRM_CLOSED_LOST" || s.code == "CRM_ARCHIVED";
      CHECK(s.terminal == closed);
      const bool paused = s.code == "CRM_ON_HOLD" || s.code == "CRM_PAUSED";
      CHECK(s.category == (s.code == "CRM_CLOSED_WON"    ? "WON"
                           : s.code == "CRM_CLOSED_LOST" ? "LOST"
                           : s.code == "CRM_ARCHIVED"    ? "DONE"
                           : paused                      ? "PAUSED"
                                                         : "OPEN"));
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
        if (row && !row->reasons.empty()) {
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
