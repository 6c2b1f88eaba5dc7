// The compiled machines against a table transcribed by hand, and against themselves by walking them.

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/machines.hpp"

namespace {

using namespace atlas::machines;
using Row = std::tuple<std::string, std::string, std::string>;  // from, event, to

struct Expected {
  std::string initial;
  std::set<Row> rows;
};

std::map<std::string, Expected> read_expected() {
  std::ifstream file(ATLAS_TEST_DATA "/machines.tsv");
  REQUIRE(file);
  std::map<std::string, Expected> result;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '\t');) cells.push_back(cell);
    REQUIRE(cells.size() == 4);
    Expected& machine = result[cells[0]];
    if (cells[1] == "*") {
      REQUIRE(machine.initial.empty());
      machine.initial = cells[3];
    } else {
      REQUIRE(machine.rows.emplace(cells[1], cells[2], cells[3]).second);
    }
  }
  return result;
}

std::set<Row> rows_of(Machine machine) {
  std::set<Row> rows;
  for (const Transition& t : transitions(machine)) rows.emplace(t.from, t.event, t.to);
  return rows;
}

std::set<std::string> states_of(const Expected& machine) {
  std::set<std::string> states{machine.initial};
  for (const auto& [from, event, to] : machine.rows) states.insert({from, to});
  return states;
}

Machine by_name(std::string_view name) {
  for (const MachineInfo& info : all())
    if (info.name == name) return info.machine;
  FAIL("no machine " << name);
  return Machine::listing;
}

}  // namespace

TEST_CASE("machines: the compiled tables are the transcribed ones, both ways") {
  const auto expected = read_expected();
  REQUIRE(all().size() == expected.size());
  for (const MachineInfo& info : all()) {
    INFO(info.name);
    const auto found = expected.find(std::string(info.name));
    REQUIRE(found != expected.end());
    CHECK(info.initial == found->second.initial);
    CHECK(rows_of(info.machine) == found->second.rows);
    CHECK(transitions(info.machine).size() == found->second.rows.size());  // nothing listed twice
  }
}

TEST_CASE("machines: each state and event is decided as the table says, and nothing else is") {
  std::set<std::string> events = {"", "PUBLISH", "publish ", "nonsense"};
  const auto expected = read_expected();
  for (const auto& [name, machine] : expected)
    for (const auto& [from, event, to] : machine.rows) events.insert(event);
  for (const auto& [name, machine] : expected) {
    const Machine id = by_name(name);
    for (const std::string& state : states_of(machine)) {
      std::set<std::string> possible;
      for (const std::string& event : events) {
        INFO(name << ": " << event << " in " << state);
        std::optional<std::string> wanted;
        for (const auto& [from, on, to] : machine.rows)
          if (from == state && on == event) wanted = to;
        const auto got = advance(id, state, event);
        REQUIRE(got.has_value() == wanted.has_value());
        if (wanted) {
          REQUIRE(*got == *wanted);
          possible.insert(event);
        }
      }
      const auto listed = possible_events(id, state);
      CHECK(std::set<std::string>(listed.begin(), listed.end()) == possible);
      CHECK(listed.size() == possible.size());
    }
  }
}

TEST_CASE(
    "machines: every state is reachable from the initial one, and terminal is where no event leads on") {
  for (const auto& [name, machine] : read_expected()) {
    INFO(name);
    const Machine id = by_name(name);
    std::set<std::string> reached{machine.initial};
    std::vector<std::string> open{machine.initial};
    std::set<std::string> dead_ends;
    while (!open.empty()) {
      const std::string state = open.back();
      open.pop_back();
      const auto events = possible_events(id, state);
      if (events.empty()) dead_ends.insert(state);
      for (const std::string_view event : events) {
        const auto next = advance(id, state, event);
        REQUIRE(next);
        if (reached.insert(std::string(*next)).second) open.emplace_back(*next);
      }
    }
    CHECK(reached == states_of(machine));
    const auto terminal = terminal_states(id);
    CHECK(std::set<std::string>(terminal.begin(), terminal.end()) == dead_ends);
    CHECK(terminal.size() == dead_ends.size());
  }
}

TEST_CASE("machines: any sequence of events ends in a legal state, and what is terminal stays so") {
  std::mt19937 random(20261123);
  const auto expected = read_expected();
  std::vector<std::string> events{"", "nonsense", "PUBLISH"};
  for (const auto& [name, machine] : expected)
    for (const auto& [from, event, to] : machine.rows) events.push_back(event);
  for (const auto& [name, machine] : expected) {
    const Machine id = by_name(name);
    const auto states = states_of(machine);
    const auto ends = terminal_states(id);
    std::set<std::string> reached;
    for (int walk = 0; walk < 1'000; ++walk) {
      std::string state = machine.initial;
      for (int step = 0; step < 60; ++step) {
        const bool over = std::find(ends.begin(), ends.end(), state) != ends.end();
        // Half of the time one that is possible here, else any event of any machine.
        const auto possible = possible_events(id, state);
        const std::string event = !possible.empty() && random() % 2
                                      ? std::string(possible[random() % possible.size()])
                                      : events[random() % events.size()];
        INFO(name << ": " << event << " in " << state);
        const auto next = advance(id, state, event);
        if (!next) continue;
        REQUIRE_FALSE(over);
        REQUIRE(machine.rows.count({state, event, std::string(*next)}) == 1);
        state = *next;
        REQUIRE(states.count(state) == 1);
        reached.insert(state);
      }
    }
    INFO(name);
    // The walks went far enough to say something.
    CHECK(reached.size() + 1 >= states.size());
  }
}

TEST_CASE("machines: a provider's report never moves a message to a lower rank") {
  const std::map<std::string, int> rank = {{"SENDING", 1}, {"UNCERTAIN", 2}, {"SENT", 3},
                                           {"FAILED", 4},  {"DELIVERED", 5}, {"READ", 6}};
  const std::map<std::string, std::string> reports = {{"report_sent", "SENT"},
                                                      {"report_failed", "FAILED"},
                                                      {"report_delivered", "DELIVERED"},
                                                      {"report_read", "READ"}};
  for (const auto& [state, state_rank] : rank)
    for (const auto& [report, to] : reports) {
      INFO(report << " in " << state);
      const auto after = advance(Machine::outbound_message, state, report);
      if (rank.at(to) > state_rank) {
        CHECK(after == to);
      } else {
        CHECK_FALSE(after);
      }
    }
  // One that waits to be tried again waits no more; of one that was cancelled a report is an alarm.
  for (const char* state : {"QUEUED", "LEASED"})
    for (const auto& [report, to] : reports) CHECK(advance(Machine::outbound_message, state, report) == to);
  for (const auto& [report, to] : reports)
    CHECK_FALSE(advance(Machine::outbound_message, "CANCELLED", report));
  // Nothing but an operator queues a message again of which nobody knows whether it left.
  for (const Transition& t : transitions(Machine::outbound_message))
    if (t.from == "UNCERTAIN" && t.to == "QUEUED") CHECK(t.event == "resend");
}

TEST_CASE("machines: what is unknown is refused, not guessed") {
  for (const MachineInfo& info : all()) {
    CHECK_FALSE(advance(info.machine, "", ""));
    CHECK_FALSE(advance(info.machine, "NO_SUCH_STATE", "close"));
    CHECK(possible_events(info.machine, "NO_SUCH_STATE").empty());
  }
  CHECK_THROWS_AS(transitions(static_cast<Machine>(99)), atlas::Error);
  CHECK_THROWS_AS(advance(static_cast<Machine>(-1), "a", "b"), atlas::Error);
}

TEST_CASE("machines: answers are the same on many threads") {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t i = 0; i < wrong.size(); ++i)
    threads.emplace_back([&wrong, i] {
      for (int round = 0; round < 200; ++round)
        for (const MachineInfo& info : all())
          for (const Transition& t : transitions(info.machine))
            if (advance(info.machine, t.from, t.event) != t.to) ++wrong[i];
    });
  for (std::thread& t : threads) t.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
