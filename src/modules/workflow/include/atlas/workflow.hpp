#pragma once
// Workflow definitions: states and transitions as data, and what they allow. Pure; thread-safe.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/function_ref.hpp"
#include "atlas/reference.hpp"
#include "atlas/schema.hpp"

namespace atlas {
class Context;
}

namespace atlas::workflow {

/// What people read of a state or a transition, by language.
using Labels = reference_data::Labels;

/// Bounds of a definition.
inline constexpr std::int64_t max_states = 64, max_transitions = 512, max_roles = 32, max_needs = 32,
                              max_effects = 16, max_guard_bytes = 8 * 1024;

/// As the target of a transition: the state before the present one.
inline constexpr std::string_view previous_state = "@previous";

/// What reports count a state as.
inline constexpr std::array<std::string_view, 5> categories{"OPEN", "PAUSED", "WON", "LOST", "DONE"};

/// Where the reasons for entering a state come from.
inline constexpr std::array<std::string_view, 3> reason_dictionaries{"LOSS_REASON", "WON_REASON",
                                                                     "B2B_LOST_REASON"};

/// One state of a definition. Exactly one is initial; nothing leads out of a terminal one.
struct State {
  std::string code;
  bool initial = false;
  bool terminal = false;
  std::string category = "OPEN";
  /// Entering the state needs a reason of this dictionary (one of reason_dictionaries); when absent none is
  /// taken, unless the transition needs `reason_code`.
  std::optional<std::string> reason_dictionary;
  Labels labels;  ///< where one is missing the label of the code stands
};

/// What a transition may bring about besides the status.
inline constexpr std::array<std::string_view, 8> effect_kinds{
    "CREATE_TASK",   "SCHEDULE_NUDGE",     "REQUIRE_DOCUMENT", "EMIT_EVENT",
    "QUEUE_MESSAGE", "CREATE_APPOINTMENT", "MOVE_APPOINTMENT", "CANCEL_APPOINTMENT"};
/// Whose a task becomes: the record's assignee, whoever takes the transition, nobody's.
inline constexpr std::array<std::string_view, 3> assignees{"ASSIGNEE", "ACTOR", "NOBODY"};

/// One effect of a transition, as data. Which members a kind takes:
///   CREATE_TASK         title, category_code (OTHER), delay until it is due, assign_to (ASSIGNEE)
///   SCHEDULE_NUDGE      delay, title, category_code: a task that comes up after the delay, if the record
///                       still stands where the transition led
///   REQUIRE_DOCUMENT    document_type_code, title: a task to get it (REQUEST_DOCS) while there is none
///   EMIT_EVENT          event_type
///   QUEUE_MESSAGE       template_code, channel_code, purpose_code (CONSENT_CONTACT), delay
///   CREATE_APPOINTMENT  appointment_type_code; when it is comes with the step (fields.appointment)
///   MOVE_APPOINTMENT    to where the step says
///   CANCEL_APPOINTMENT  the open appointment of the record
struct TransitionEffect {
  std::string kind_code;
  std::optional<std::string> title;
  std::optional<std::string> category_code;
  std::optional<std::string> delay;  ///< ISO 8601 duration, up to a year
  std::optional<std::string> assign_to;
  std::optional<std::string> document_type_code;
  std::optional<std::string> event_type;  ///< "dossier.demo_won"
  std::optional<std::string> template_code;
  std::optional<std::string> channel_code;
  std::optional<std::string> purpose_code;
  std::optional<std::string> appointment_type_code;
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
  /// A rule (JsonLogic, as compact JSON) over the facts of the record and of the step; open while it holds.
  std::optional<std::string> guard;
  std::vector<TransitionEffect> effects;
  Labels labels;
};

/// What a step itself adds to the facts of its record, for guards and needs: the caller's comment and reason,
/// the state it leads to, who takes it ({kind, id, roles}), the instant, the fields that were given along.
inline constexpr std::array<std::string_view, 6> step_facts{"comment", "reason_code", "to",
                                                            "actor",   "now",         "fields"};

/// A workflow: the states of a case type and the ways between them.
struct Definition {
  std::string case_type_code;
  std::int64_t version = 1;
  std::vector<State> states;
  std::vector<Transition> transitions;

  /// Null when there is none of this code.
  const State* state(std::string_view code) const noexcept;
  /// Throws internal when no state is the first: no published definition is like that.
  const State& initial() const;
};

/// The entity whose records run on the workflows of a case type: "dossier", "coop_group", …
std::string_view owner_kind_of(std::string_view case_type) noexcept;

/// The definition of one version: the organisation's own, else the seeded one. Published versions do not
/// change and stay readable; null when there never was one. Kept between calls: cheap.
std::shared_ptr<const Definition> definition_for(Context& cx, std::string_view case_type,
                                                 std::int64_t version);
/// The one that new records of a case type take; null when there is none.
std::shared_ptr<const Definition> active_definition(Context& cx, std::string_view case_type);

}  // namespace atlas::workflow

namespace atlas {
template <>
struct Describe<workflow::State> {
  using T = workflow::State;
  static constexpr std::string_view name = "workflow_state";
  static constexpr std::array fields{field<&T::code>("code", line(1, 64)),
                                     field<&T::initial>("initial"),
                                     field<&T::terminal>("terminal"),
                                     field<&T::category>("category", one_of(workflow::categories)),
                                     field<&T::reason_dictionary>("reason_dictionary", line(1, 64)),
                                     field<&T::labels>("labels")};
};
template <>
struct Describe<workflow::TransitionEffect> {
  using T = workflow::TransitionEffect;
  static constexpr std::string_view name = "transition_effect";
  static constexpr std::array fields{
      field<&T::kind_code>("kind_code", line(1, 64), required),
      field<&T::title>("title", line(1, 200), omit_absent),
      field<&T::category_code>("category_code", line(1, 64), omit_absent),
      field<&T::delay>("delay", line(1, 64), omit_absent),
      field<&T::assign_to>("assign_to", line(1, 64), omit_absent),
      field<&T::document_type_code>("document_type_code", line(1, 64), omit_absent),
      field<&T::event_type>("event_type", line(1, 64), omit_absent),
      field<&T::template_code>("template_code", line(1, 64), omit_absent),
      field<&T::channel_code>("channel_code", line(1, 64), omit_absent),
      field<&T::purpose_code>("purpose_code", line(1, 64), omit_absent),
      field<&T::appointment_type_code>("appointment_type_code", line(1, 64), omit_absent)};
};
template <>
struct Describe<workflow::Transition> {
  using T = workflow::Transition;
  static constexpr std::string_view name = "workflow_transition";
  static constexpr std::array fields{field<&T::code>("code", line(1, 128)),
                                     field<&T::from>("from", line(1, 64)),
                                     field<&T::to>("to", line(1, 64)),
                                     field<&T::roles>("roles", range(0, workflow::max_roles)),
                                     field<&T::needs>("needs", range(0, workflow::max_needs)),
                                     field<&T::guard>("guard", json_value(workflow::max_guard_bytes)),
                                     field<&T::effects>("effects", range(0, workflow::max_effects)),
                                     field<&T::labels>("labels")};
};
template <>
struct Describe<workflow::Definition> {
  using T = workflow::Definition;
  static constexpr std::string_view name = "workflow_definition";
  static constexpr std::array fields{
      field<&T::case_type_code>("case_type_code", line(1, 64)), field<&T::version>("version"),
      field<&T::states>("states", range(0, workflow::max_states)),
      field<&T::transitions>("transitions", range(0, workflow::max_transitions))};
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
/// invalid_argument (a reason of another kind, or where none is taken), forbidden (role). `is_code` answers
/// whether a reason is a code of a dictionary; `facts` is asked only of a transition that needs some.
Decision decide(const Definition& definition, const Step& step, const std::vector<std::string>& roles,
                FunctionRef<bool(std::string_view dictionary, std::string_view code)> is_code,
                FunctionRef<std::string()> facts);

/// May one of `roles` take this transition?
bool allowed(const Transition& transition, const std::vector<std::string>& roles) noexcept;

}  // namespace atlas::workflow
