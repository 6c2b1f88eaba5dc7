#pragma once
// Steps of any entity that runs a workflow: its schema says so and has status_code, workflow_version and
// case_type_code. One handler for all of them; a room gives it what is particular to its records.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/registry.hpp"
#include "atlas/schema.hpp"
#include "atlas/workflow.hpp"

namespace atlas {

class Context;

namespace workflow {

/// A step: by the transition's code, or by the state to reach: one of the record's workflow, also if its code
/// has been switched off since. `reason_code` where that state asks for a reason, and only there. `fields`
/// are changes of the record that are made with the step, as the entity's update takes them, and what the
/// transition's effects take
/// (`appointment`): a JSON object of at most 64 KiB.
struct StepInput {
  Uuid id;
  std::int64_t version = 0;
  std::optional<std::string> transition_code;
  std::optional<std::string> to;
  std::optional<std::string> reason_code;
  std::optional<std::string> comment;
  std::string fields = "{}";
};

/// `locale`: the language of the labels; default the organisation's.
struct WaysInput {
  Uuid id;
  std::optional<std::string> locale;
};

/// A clause of a guard that does not hold: where it stands in the guard, the clause, and the facts it looked
/// at (empty for callers who may not see how to reach the person).
struct ClauseFailed {
  std::string pointer;
  std::string clause;
  std::string facts = "{}";
};

/// A way out of the present state, open to the caller or closed and why.
struct Way {
  std::string code;
  std::string label;
  std::string to;
  std::string to_label;
  bool open = false;
  std::optional<std::string> closed_by;          ///< "archived", "role", "previous", "fields", "guard"
  std::vector<std::string> missing;              ///< what it needs and lacks; "comment" is said with the step
  std::optional<std::string> reason_dictionary;  ///< taking it needs a reason of this dictionary
  std::vector<std::string> takes;                ///< members of `fields` that are no fields of the record
  std::vector<ClauseFailed> explanation;         ///< of a guard that does not hold
};
struct Ways {
  std::string status_code;
  std::string status_label;
  std::int64_t version = 0;
  std::vector<Way> items;
};

/// How long a record was in one state, all visits together, the present one up to now.
struct StateTime {
  std::string status_code;
  std::int64_t visits = 0;
  std::int64_t seconds = 0;
};
/// `items` in the order in which the states were first entered.
struct TimesInStates {
  std::string status_code;
  Timestamp since;
  std::vector<StateTime> items;
};

}  // namespace workflow

template <>
struct Describe<workflow::StepInput> {
  using In = workflow::StepInput;
  static constexpr std::string_view name = "transition";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::transition_code>("transition_code", line(1, 128)),
                                     field<&In::to>("to", line(1, 64)),
                                     field<&In::reason_code>("reason_code", line(1, 64)),
                                     field<&In::comment>("comment", body(), free_text),
                                     field<&In::fields>("fields", json_object(64 * 1024), free_text)};
};
template <>
struct Describe<workflow::WaysInput> {
  using In = workflow::WaysInput;
  static constexpr std::string_view name = "transitions";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::locale>("locale", formatted(Format::locale))};
};
template <>
struct Describe<workflow::ClauseFailed> {
  using Out = workflow::ClauseFailed;
  static constexpr std::string_view name = "failed_clause";
  static constexpr std::array fields{field<&Out::pointer>("pointer"),
                                     field<&Out::clause>("clause", json_value()),
                                     field<&Out::facts>("facts", json_object(256 * 1024))};
};
template <>
struct Describe<workflow::Way> {
  using Out = workflow::Way;
  static constexpr std::string_view name = "transition_way";
  static constexpr std::array fields{
      field<&Out::code>("code"),       field<&Out::label>("label"),
      field<&Out::to>("to"),           field<&Out::to_label>("to_label"),
      field<&Out::open>("open"),       field<&Out::closed_by>("closed_by"),
      field<&Out::missing>("missing"), field<&Out::reason_dictionary>("reason_dictionary"),
      field<&Out::takes>("takes"),     field<&Out::explanation>("explanation")};
};
template <>
struct Describe<workflow::Ways> {
  using Out = workflow::Ways;
  static constexpr std::string_view name = "transitions_result";
  static constexpr std::array fields{field<&Out::status_code>("status_code"),
                                     field<&Out::status_label>("status_label"),
                                     field<&Out::version>("version"), field<&Out::items>("items")};
};
template <>
struct Describe<workflow::StateTime> {
  using Out = workflow::StateTime;
  static constexpr std::string_view name = "state_time";
  static constexpr std::array fields{field<&Out::status_code>("status_code"), field<&Out::visits>("visits"),
                                     field<&Out::seconds>("seconds")};
};
template <>
struct Describe<workflow::TimesInStates> {
  using Out = workflow::TimesInStates;
  static constexpr std::string_view name = "times_in_states";
  static constexpr std::array fields{field<&Out::status_code>("status_code"), field<&Out::since>("since"),
                                     field<&Out::items>("items")};
};

namespace workflow {

/// A state as it is entered.
struct Entering {
  const State& state;
  const std::optional<std::string>& reason_code;
};

/// What is particular to the records of T.
template <class T>
struct StepRules {
  std::string_view action;         ///< of the audit: "dossier.status_changed"
  std::string_view change_fields;  ///< the permission that `fields` of the record need: "DOSSIER_UPDATE"
  /// What `fields` may hold: the input of the entity's update. Where a need is told that is one of them.
  const Schema* takes = nullptr;
  /// The record with `fields` (a JSON object) applied as its update would. Throws as the update does.
  std::function<T(Context&, const T& before, std::string_view fields)> change;
  /// What else entering a state changes.
  std::function<void(Context&, const Entering&, T& record)> enter;
};

/// The same without its type; made by step_rules.
struct AnyStepRules {
  const EntityInfo* info = nullptr;
  const Registry* registry = nullptr;
  std::string_view action, change_fields;
  const Schema* takes = nullptr;
  std::function<void(const void* from, void* to)> copy;
  std::function<void(Context&, const void* before, std::string_view fields, void* after)> change;
  std::function<void(Context&, const Entering&, void* record)> enter;
};
template <class T>
std::shared_ptr<const AnyStepRules> step_rules(Registry& registry, StepRules<T> rules) {
  auto any = std::make_shared<AnyStepRules>();
  any->info = &registry.entity(schema_of<T>());
  any->registry = &registry;
  any->action = rules.action;
  any->change_fields = rules.change_fields;
  any->takes = rules.takes;
  any->copy = [](const void* from, void* to) { *static_cast<T*>(to) = *static_cast<const T*>(from); };
  any->change = [change = std::move(rules.change)](Context& cx, const void* before, std::string_view fields,
                                                   void* after) {
    *static_cast<T*>(after) = change(cx, *static_cast<const T*>(before), fields);
  };
  any->enter = [enter = std::move(rules.enter)](Context& cx, const Entering& e, void* record) {
    enter(cx, e, *static_cast<T*>(record));
  };
  return any;
}

/// Takes a step: the record's fields, the status, the history, the audit, the effects, or nothing of it.
/// Throws not_found, conflict (stale_version; state: it is archived; merged), transition_not_allowed,
/// forbidden (role), fields_missing, guard_failed (explanation), invalid_argument.
void take_step(Context& cx, const AnyStepRules& rules, const StepInput& in, void* after);
/// What the caller may do now, and why the rest is closed.
Ways ways_of(Context& cx, const AnyStepRules& rules, const WaysInput& in);
/// The time that the record spent in each state. Reads at most 10,000 lines of its history.
TimesInStates times_of(Context& cx, const AnyStepRules& rules, const GetInput& in);

/// Registers `<entities>.transition`, `.transitions` and `.time_in_state`.
template <class T>
void register_steps(Registry& registry, StepRules<T> rules, const Operation<StepInput, T>& transition,
                    const Operation<WaysInput, Ways>& transitions,
                    const Operation<GetInput, TimesInStates>& time_in_state) {
  static_assert(Describe<T>::workflow, "the entity's schema declares no workflow");
  const auto any = step_rules<T>(registry, std::move(rules));
  registry.operation(transition, [any](Context& cx, const StepInput& in) {
    T after;
    take_step(cx, *any, in, &after);
    return after;
  });
  registry.operation(transitions, [any](Context& cx, const WaysInput& in) { return ways_of(cx, *any, in); });
  registry.operation(time_in_state,
                     [any](Context& cx, const GetInput& in) { return times_of(cx, *any, in); });
}

}  // namespace workflow
}  // namespace atlas
