#pragma once
// Definitions to publish, and what an administrator does with them.

#include <algorithm>
#include <set>

#include "atlas/workflow_simulation.hpp"
#include "world.hpp"

namespace atlas::testing {

inline const std::string rent = "CRM_LEAD_RENT";

inline workflow::Definition definition_of(Session& s, const std::string& case_type,
                                          std::optional<std::int64_t> version = {}) {
  return s.call(workflow::get, {case_type, version});
}

inline workflow::Transition step(std::string code, std::string from, std::string to,
                                 std::vector<std::string> roles = {"ADMIN_ORG", "MANAGER", "AGENT"}) {
  workflow::Transition t;
  t.code = std::move(code);
  t.from = std::move(from);
  t.to = std::move(to);
  t.roles = std::move(roles);
  return t;
}

/// Puts a state in, with a way to it and a way on.
inline void insert(workflow::Definition& d, const std::string& state, const std::string& from,
                   const std::string& to) {
  d.states.push_back({.code = state});
  d.transitions.push_back(step("T_" + state + "_IN", from, state));
  d.transitions.push_back(step("T_" + state + "_OUT", state, to));
}

/// Takes a state out, with every way to and from it; `around` leads past it.
inline void drop(workflow::Definition& d, const std::string& state, const std::string& from,
                 const std::string& to) {
  std::erase_if(d.states, [&](const workflow::State& s) { return s.code == state; });
  std::erase_if(d.transitions,
                [&](const workflow::Transition& t) { return t.from == state || t.to == state; });
  d.transitions.push_back(step("T_PAST_" + state, from, to));
}

inline Dossier open_lead(Session& s, const std::string& case_type, int number) {
  const auto made = s.call(dossiers::create, {.case_type_code = case_type,
                                              .contact_name = "Sara",
                                              .email = "sara" + std::to_string(number) + "@example.ma"});
  REQUIRE(made.created);
  return *made.dossier;
}

inline Dossier go(Session& s, Dossier d, const std::vector<std::string>& way) {
  for (const std::string& to : way)
    d = s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = to});
  return d;
}

inline void work(World& w) {
  while (w.engine.pump(50).done > 0) {
  }
}

}  // namespace atlas::testing
