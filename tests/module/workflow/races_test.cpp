// Many at one dossier, and many dossiers on definitions that chance made.

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "steps.hpp"

namespace atlas::testing {

TEST_CASE("of eight who take the same step at once one does, and the others are told",
          "[workflow][threads]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.as("MANAGER");
  Dossier d = open_lead(s, rent, 1);
  // There and back again: each step can be taken anew.
  d = go(s, d, {"CRM_TRIAGED", "CRM_CONTACTED"});
  const std::vector<std::string> way{"CRM_UNREACHABLE", "CRM_CONTACTED"};
  constexpr int rounds = 12, racers = 8;
  for (int round = 0; round < rounds; ++round) {
    const std::string& to = way[static_cast<std::size_t>(round) % way.size()];
    std::atomic<int> won{0}, late{0}, other{0};
    std::atomic<bool> start{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < racers; ++i) {
      threads.emplace_back([&, i] {
        auto session = i % 2 ? w.as("MANAGER") : w.admin();
        while (!start) std::this_thread::yield();
        try {
          session.call(dossiers::transition, {.id = d.id, .version = d.version, .to = to});
          ++won;
        } catch (const Error& e) {
          ++(e.code() == ErrorCode::conflict && detail_of(e, "reason") == "\"stale_version\"" ? late : other);
        }
      });
    }
    start = true;
    for (auto& t : threads) t.join();
    CHECK(won == 1);
    CHECK(late == racers - 1);
    CHECK(other == 0);
    const std::int64_t before = d.version;
    d = s.call(dossiers::get, {d.id});
    CHECK(d.version == before + 1);
    CHECK(d.status_code == to);
  }
  const auto history = s.call(dossiers::history, {d.id}).items;
  REQUIRE(history.size() == 2 + rounds);
  for (std::size_t i = 1; i < history.size(); ++i) {
    CHECK(history[i].from_code == history[i - 1].to_code);
    CHECK(history[i - 1].at < history[i].at);
  }
  auto admin = w.admin();
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

namespace {

/// A sound definition: a spine from the first state to an end, and ways between its states as chance has it.
workflow::Definition random_flow(std::mt19937& random, const std::vector<std::string>& codes) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  workflow::Definition d;
  d.case_type_code = lead;
  const std::size_t open = 3 + below(5);
  for (std::size_t i = 0; i < open; ++i) d.states.push_back({.code = codes[i], .initial = i == 0});
  if (below(2)) d.states[1 + below(open - 1)].category = "PAUSED";
  d.states.push_back(
      {.code = "CRM_CLOSED_WON", .terminal = true, .category = "WON", .reason_dictionary = "WON_REASON"});
  d.states.push_back(
      {.code = "CRM_CLOSED_LOST", .terminal = true, .category = "LOST", .reason_dictionary = "LOSS_REASON"});
  const std::vector<std::string> all_roles{"ADMIN_ORG", "MANAGER", "AGENT"};
  std::set<std::pair<std::string, std::string>> ways;
  const auto way = [&](const std::string& from, const std::string& to) {
    if (!ways.emplace(from, to).second) return;
    std::vector<std::string> roles;
    for (const std::string& r : all_roles)
      if (below(3)) roles.push_back(r);
    if (roles.empty()) roles.push_back("MANAGER");
    auto t = step("T" + std::to_string(ways.size()), from, to, roles);
    if (!below(4)) t.needs = {below(2) ? "city" : "comment"};
    if (!below(5)) t.guard = R"({"!=":[{"var":"city"},"Fes"]})";
    d.transitions.push_back(std::move(t));
  };
  for (std::size_t i = 0; i + 1 < open; ++i) way(d.states[i].code, d.states[i + 1].code);
  for (std::size_t i = 0; i < open; ++i) way(d.states[i].code, i % 2 ? "CRM_CLOSED_WON" : "CRM_CLOSED_LOST");
  for (std::size_t i = below(12); i > 0; --i)
    way(d.states[below(open)].code, d.states[below(d.states.size())].code);
  if (below(2)) way(d.states[1 + below(open - 1)].code, "@previous");
  return d;
}

}  // namespace

TEST_CASE("no sequence of steps leads where a definition does not", "[workflow]") {
  World w("memory");
  auto admin = w.admin();
  std::map<std::string, Session> people;
  for (const char* role : {"MANAGER", "AGENT"}) people.emplace(role, w.as(role));
  people.emplace("ADMIN_ORG", w.admin());
  std::vector<std::string> codes{"CRM_NEW",        "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_VISIT_PLANNED",
                                 "CRM_VISIT_DONE", "CRM_SCREENING", "CRM_APPROVED",  "CRM_NEGOTIATION"};
  int taken = 0, refused = 0, number = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const workflow::Definition flow = random_flow(random, codes);
    publish(admin, flow);
    for (int dossier = 0; dossier < 3; ++dossier) {
      Dossier d = open_lead(admin, lead, ++number);
      d = admin.call(dossiers::assign,
                     {.id = d.id, .version = d.version, .user_id = w.one.users.at("AGENT")});
      // The test's own account of what happened.
      std::string here = flow.states[0].code, city;
      std::optional<std::string> before;
      std::vector<std::string> visited{here};
      for (int i = 0; i < 30; ++i) {
        const char* roles[] = {"MANAGER", "AGENT", "ADMIN_ORG"};
        const std::string role = roles[below(3)];
        dossiers::TransitionInput in{.id = d.id, .version = d.version};
        const bool by_code = below(2);
        if (by_code)
          in.transition_code = flow.transitions[below(flow.transitions.size())].code;
        else
          in.to = flow.states[below(flow.states.size())].code;
        if (below(2)) in.comment = "as chance has it";
        if (!below(4)) in.reason_code = below(2) ? "SIGNED" : "NO_RESPONSE";
        std::string next_city = city;
        if (!below(3)) {
          next_city = below(2) ? "Fes" : "Rabat";
          in.fields = R"({"city":")" + next_city + "\"}";
        }
        // Every way that the definition leaves open to this role, read from the definition alone.
        std::set<std::string> allowed;
        for (const workflow::Transition& t : flow.transitions) {
          if (t.from != here || (in.transition_code && t.code != *in.transition_code)) continue;
          if (t.to == "@previous" && !before) continue;
          const std::string to = t.to == "@previous" ? *before : t.to;
          if (in.to && to != *in.to) continue;
          if (std::find(t.roles.begin(), t.roles.end(), role) == t.roles.end()) continue;
          if (!t.needs.empty() && (t.needs[0] == "city" ? next_city.empty() : !in.comment)) continue;
          if (t.guard && next_city == "Fes") continue;
          if (to == "CRM_CLOSED_WON"    ? in.reason_code != "SIGNED"
              : to == "CRM_CLOSED_LOST" ? in.reason_code != "NO_RESPONSE"
                                        : in.reason_code.has_value())
            continue;
          allowed.insert(to);
        }
        try {
          d = people.at(role).call(dossiers::transition, in);
          ++taken;
          REQUIRE(allowed.count(d.status_code) == 1);
          // A step that leads to the state itself does not leave it.
          if (d.status_code != here) before = here;
          here = d.status_code;
          city = next_city;
          visited.push_back(here);
        } catch (const Error& e) {
          ++refused;
          CAPTURE(e.message());
          CHECK((e.code() == ErrorCode::transition_not_allowed || e.code() == ErrorCode::forbidden ||
                 e.code() == ErrorCode::fields_missing || e.code() == ErrorCode::guard_failed ||
                 e.code() == ErrorCode::invalid_argument));
          // Two ways to one state: the first that the role may take is the one that is meant.
          if (allowed.size() == 1 && in.transition_code) CHECK(allowed.empty());
        }
        const Dossier stored = admin.call(dossiers::get, {d.id});
        REQUIRE(stored.status_code == here);
        REQUIRE(stored.version == d.version);
        REQUIRE(stored.city.value_or("") == city);
      }
      const auto history = admin.call(dossiers::history, {d.id}).items;
      REQUIRE(history.size() + 1 == visited.size());
      for (std::size_t i = 0; i < history.size(); ++i) {
        CHECK(history[i].from_code == visited[i]);
        CHECK(history[i].to_code == visited[i + 1]);
      }
      CHECK(admin.call(dossiers::time_in_state, {d.id}).status_code == here);
    }
  }
  CHECK(taken > 300);
  CHECK(refused > 1000);
}

}  // namespace atlas::testing
