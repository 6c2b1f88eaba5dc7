#pragma once
// Workflows made for one test each, and dossiers on them.

#include <nlohmann/json.hpp>

#include "definitions.hpp"

namespace atlas::testing {

inline const std::string lead = "CRM_LEAD";

/// CRM_NEW → CRM_CONTACTED ("GO") → CRM_QUALIFIED ("ON") → CRM_CLOSED_WON ("WIN"); lost from each ("LOSE_…").
inline workflow::Definition short_flow() {
  workflow::Definition d;
  d.case_type_code = lead;
  d.states = {
      {.code = "CRM_NEW", .initial = true},
      {.code = "CRM_CONTACTED"},
      {.code = "CRM_QUALIFIED"},
      {.code = "CRM_CLOSED_WON", .terminal = true, .category = "WON", .reason_dictionary = "WON_REASON"},
      {.code = "CRM_CLOSED_LOST", .terminal = true, .category = "LOST", .reason_dictionary = "LOSS_REASON"}};
  d.transitions = {step("GO", "CRM_NEW", "CRM_CONTACTED"),
                   step("ON", "CRM_CONTACTED", "CRM_QUALIFIED"),
                   step("WIN", "CRM_QUALIFIED", "CRM_CLOSED_WON"),
                   step("LOSE_NEW", "CRM_NEW", "CRM_CLOSED_LOST"),
                   step("LOSE_CONTACTED", "CRM_CONTACTED", "CRM_CLOSED_LOST"),
                   step("LOSE_QUALIFIED", "CRM_QUALIFIED", "CRM_CLOSED_LOST")};
  return d;
}

inline workflow::Transition& named(workflow::Definition& d, const std::string& code) {
  for (workflow::Transition& t : d.transitions)
    if (t.code == code) return t;
  FAIL("no transition " << code);
  return d.transitions.front();
}

/// Publishes it over whatever is there.
inline void publish(Session& s, const workflow::Definition& d) {
  const auto versions = s.call(workflow::versions, {d.case_type_code});
  try {
    s.call(workflow::publish,
           {.definition = d, .base_version = versions.items.empty() ? 0 : versions.items.front().version});
  } catch (const Error& e) {
    FAIL(e.to_json());
  }
}

inline Dossier take(Session& s, const Dossier& d, const std::string& code, const std::string& fields = "{}",
                    std::optional<std::string> comment = {}, std::optional<std::string> reason = {}) {
  return s.call(dossiers::transition, {.id = d.id,
                                       .version = s.call(dossiers::get, {d.id}).version,
                                       .transition_code = code,
                                       .reason_code = std::move(reason),
                                       .comment = std::move(comment),
                                       .fields = fields});
}

inline workflow::Way way_of(Session& s, const Uuid& id, const std::string& code) {
  for (auto& way : s.call(dossiers::transitions, {.id = id}).items)
    if (way.code == code) return way;
  FAIL("no way " << code);
  return {};
}

}  // namespace atlas::testing
