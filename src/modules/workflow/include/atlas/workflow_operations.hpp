#pragma once
// Workflows as operations: the definitions in force, what is wrong with one, the compiled machines.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"
#include "atlas/workflow.hpp"

namespace atlas {

class Registry;

namespace workflow {

/// The definition of one case type: the active one, or a version of it.
struct GetDefinition {
  std::string case_type_code;
  std::optional<std::int64_t> version;
};

/// Where a definition comes from: seeded, or the organisation's own.
inline constexpr std::array<std::string_view, 2> origins{"default", "tenant"};

/// Names of the definitions in force.
struct Summary {
  std::string case_type_code;
  std::int64_t version = 1;
  std::int64_t states = 0, transitions = 0;
  std::string origin = "default";
};
struct Summaries {
  std::vector<Summary> items;
};

inline constexpr std::array<std::string_view, 2> severities{"error", "warning"};

/// One thing about a definition. An error keeps it from being published. `path` is a JSON Pointer into it.
struct Finding {
  std::string severity;
  std::string code;  ///< "unreachable_state", "dead_end", "unknown_role", …; see `findings_of`
  std::string path;
  std::string message;
};
struct ValidateInput {
  Definition definition;
};
/// `ok` without errors.
struct Validated {
  bool ok = true;
  std::vector<Finding> findings;
};

/// One step of a compiled machine.
struct MachineStep {
  std::string from, event, to;
};
struct MachineShown {
  std::string name, initial;
  std::vector<std::string> terminal;
  std::vector<MachineStep> transitions;
};
struct Machines {
  std::vector<MachineShown> items;
};

}  // namespace workflow

template <>
struct Describe<workflow::GetDefinition> {
  using In = workflow::GetDefinition;
  static constexpr std::string_view name = "workflows.get";
  static constexpr std::array fields{field<&In::case_type_code>("case_type_code", line(1, 64), required),
                                     field<&In::version>("version", range(1, 1'000'000'000))};
};
template <>
struct Describe<workflow::Summary> {
  using Out = workflow::Summary;
  static constexpr std::string_view name = "workflow_summary";
  static constexpr std::array fields{field<&Out::case_type_code>("case_type_code", code("CASE_TYPE")),
                                     field<&Out::version>("version"), field<&Out::states>("states"),
                                     field<&Out::transitions>("transitions"),
                                     field<&Out::origin>("origin", one_of(workflow::origins))};
};
template <>
struct Describe<workflow::Summaries> {
  static constexpr std::string_view name = "workflows.list_result";
  static constexpr std::array fields{field<&workflow::Summaries::items>("items")};
};
template <>
struct Describe<workflow::Finding> {
  using Out = workflow::Finding;
  static constexpr std::string_view name = "workflow_finding";
  static constexpr std::array fields{field<&Out::severity>("severity", one_of(workflow::severities)),
                                     field<&Out::code>("code"), field<&Out::path>("path"),
                                     field<&Out::message>("message")};
};
template <>
struct Describe<workflow::ValidateInput> {
  static constexpr std::string_view name = "workflows.validate";
  static constexpr std::array fields{field<&workflow::ValidateInput::definition>("definition", {}, required)};
};
template <>
struct Describe<workflow::Validated> {
  using Out = workflow::Validated;
  static constexpr std::string_view name = "workflows.validated";
  static constexpr std::array fields{field<&Out::ok>("ok"), field<&Out::findings>("findings")};
};
template <>
struct Describe<workflow::MachineStep> {
  using Out = workflow::MachineStep;
  static constexpr std::string_view name = "machine_step";
  static constexpr std::array fields{field<&Out::from>("from"), field<&Out::event>("event"),
                                     field<&Out::to>("to")};
};
template <>
struct Describe<workflow::MachineShown> {
  using Out = workflow::MachineShown;
  static constexpr std::string_view name = "machine";
  static constexpr std::array fields{field<&Out::name>("name"), field<&Out::initial>("initial"),
                                     field<&Out::terminal>("terminal"),
                                     field<&Out::transitions>("transitions")};
};
template <>
struct Describe<workflow::Machines> {
  static constexpr std::string_view name = "workflows.machines_result";
  static constexpr std::array fields{field<&workflow::Machines::items>("items")};
};

namespace workflow {

inline constexpr Operation<Nothing, Summaries> list{
    {.name = "workflows.list", .permission = "ORG_READ", .summary = "The workflows in force, by case type."}};
inline constexpr Operation<GetDefinition, Definition> get{
    {.name = "workflows.get",
     .permission = "ORG_READ",
     .summary = "One workflow: its states and the transitions between them."}};
inline constexpr Operation<ValidateInput, Validated> validate{
    {.name = "workflows.validate",
     .permission = "ORG_READ",
     .summary = "What is wrong with a definition, all of it, before anybody would publish it."}};
inline constexpr Operation<Nothing, Machines> machines{
    {.name = "workflows.machines",
     .permission = "ORG_READ",
     .summary = "The compiled machines, which are the same for every organisation."}};

/// The case types that have a definition, in order.
std::vector<std::string> seeded_case_types();

/// What a definition is held against. Outlived by what the functions borrow.
struct Knowledge {
  /// Is it a code of the dictionary, one that may be used?
  FunctionRef<bool(std::string_view dictionary, std::string_view code)> is_code;
  /// May a need or a guard ask for the fact at this path ("qualification.notes")? Null: nobody knows.
  const FunctionRef<bool(std::string_view path)>* is_fact = nullptr;
  /// Is there a message template of this code on this channel? Null: nobody knows.
  const FunctionRef<bool(std::string_view code, std::string_view channel)>* is_template = nullptr;
  /// Does anybody do effects of this kind? Null: nobody knows.
  const FunctionRef<bool(std::string_view kind)>* is_done = nullptr;
  /// Is it the name of an entity ("listing")? Null: nobody knows.
  const FunctionRef<bool(std::string_view name)>* is_entity = nullptr;
};

/// Everything that is wrong with a definition, at most 200 things. Errors: no_states, no_initial,
/// several_initials, initial_ends, duplicate_state, bad_code, unknown_state, unknown_code, unknown_category,
/// unknown_role, leaves_terminal, dead_end, unreachable_state,
/// duplicate_code, alike (two transitions between the same states for the same role), coop_purity,
/// unknown_reasons, bad_guard, unknown_operator, unknown_fact, bad_need, unknown_effect, effect_unavailable,
/// effect_parameter (of another kind, missing, or not what it should be), reserved_event (one of the
/// library's own), too_large. Warnings: no_reason (a lost end that asks for none), reason_unasked (a guard
/// looks at a reason where none is taken), nobody (a transition that no role may take), no_ending (a
/// definition without one), endless (a state from which none is reached), unknown_template, facts_unchecked,
/// constant_guard and constant_clause (they hold or not whatever the facts are). Pure.
std::vector<Finding> findings_of(const Definition& definition, const Knowledge& known);
/// Without what only a store knows: facts and templates.
std::vector<Finding> findings_of(
    const Definition& definition,
    FunctionRef<bool(std::string_view dictionary, std::string_view code)> is_code);

/// A definition or a machine as boxes and arrows.
struct Picture {
  std::string name, initial;
  struct Box {
    std::string code;
    bool terminal = false;
    bool paused = false;
  };
  struct Arrow {
    std::string from, to, label;
    bool back = false;  ///< to whatever the state before was
  };
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
};
Picture picture_of(const Definition& definition);
Picture picture_of(const MachineShown& machine);
/// Every compiled machine, by name.
std::vector<MachineShown> compiled_machines();
/// Graphviz, and a Mermaid state diagram.
std::string to_dot(const Picture& picture);
std::string to_mermaid(const Picture& picture);

/// Registers the operations.
void register_workflows(Registry& registry);

}  // namespace workflow
}  // namespace atlas
