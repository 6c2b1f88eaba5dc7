#pragma once
// Workflow definitions: states and transitions as data, and what they allow. Pure; thread-safe.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/function_ref.hpp"
#include "atlas/schema.hpp"

namespace atlas::workflow {

/// What reports count a state as.
inline constexpr std::array<std::string_view, 5> categories{"OPEN", "PAUSED", "WON", "LOST", "DONE"};

/// One state of a definition. Exactly one is initial; nothing leads out of a terminal one.
struct State {
  std::string code;
  bool initial = false;
  bool terminal = false;
  std::string category = "OPEN";
  /// Entering the state needs a reason of this dictionary: LOSS_REASON, WON_REASON; none when absent.
  std::optional<std::string> reason_dictionary;
};

/// `to` may be "@previous": the state before the present one.
struct Transition {
  std::string code;
  std::string from;
  std::string to;
  std::vector<std::string> roles;
  /// Facts that must be there: a path ("qualification.notes"), or a path and its value
  /// ("appointment.status_code=APPOINT_DONE").
  std::vector<std::string> needs;
};

/// A workflow: the states of a case type and the ways between them.
struct Definition {
  std::string case_type_code;
  std::int64_t version = 1;
  std::vector<State> states;
  std::vector<Transition> transitions;

  const State* state(std::string_view code) const noexcept;
  const State& initial() const;
};

}  // namespace atlas::workflow

namespace atlas {
template <>
struct Describe<workflow::State> {
  using T = workflow::State;
  static constexpr std::string_view name = "workflow_state";
  static constexpr std::array fields{field<&T::code>("code", line(1, 64)), field<&T::initial>("initial"),
                                     field<&T::terminal>("terminal"),
                                     field<&T::category>("category", one_of(workflow::categories)),
                                     field<&T::reason_dictionary>("reason_dictionary", line(1, 64))};
};
template <>
struct Describe<workflow::Transition> {
  using T = workflow::Transition;
  static constexpr std::string_view name = "workflow_transition";
  static constexpr std::array fields{field<&T::code>("code", line(1, 128)),
                                     field<&T::from>("from", line(1, 64)), field<&T::to>("to", line(1, 64)),
                                     field<&T::roles>("roles", range(0, 32)), field<&T::needs>("needs")};
};
template <>
struct Describe<workflow::Definition> {
  using T = workflow::Definition;
  static constexpr std::string_view name = "workflow_definition";
  static constexpr std::array fields{field<&T::case_type_code>("case_type_code", line(1, 64)),
                                     field<&T::version>("version"), field<&T::states>("states"),
                                     field<&T::transitions>("transitions")};
};
}  // namespace atlas

namespace atlas::workflow {

/// The seeded definition of a case type; null when there is none. `CRM_LEAD` runs on that of CRM_LEAD_BUY
/// until it is typed.
const Definition* seeded(std::string_view case_type);

/// What someone asks for: a transition by its code, or a state to reach.
struct Step {
  std::string_view from;
  std::optional<std::string_view> transition_code;
  std::optional<std::string_view> to;
  std::optional<std::string_view> previous;  ///< the state before `from`, for "@previous"
  std::optional<std::string_view> reason_code;
};

/// The transition that was found, and the state it leads to ("@previous" resolved).
struct Decision {
  const Transition* transition = nullptr;
  std::string to;
};

/// Of a transition's needs those that `facts`, a JSON object, does not fulfil: absent, null, an empty text or
/// list, or another value than the one that is needed.
std::vector<std::string> unfulfilled(const Transition& transition, const std::string& facts);

/// Decides a step. Throws transition_not_allowed (with `possible`), fields_missing (every need, the reason),
/// forbidden (role). `is_code` answers whether a reason is a code of a dictionary; `facts` is asked only of a
/// transition that needs some.
Decision decide(const Definition& definition, const Step& step, const std::vector<std::string>& roles,
                FunctionRef<bool(std::string_view dictionary, std::string_view code)> is_code,
                FunctionRef<std::string()> facts);

/// May one of `roles` take this transition?
bool allowed(const Transition& transition, const std::vector<std::string>& roles) noexcept;

}  // namespace atlas::workflow
