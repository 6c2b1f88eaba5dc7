// workflows show, workflows validate: definitions and machines as tables, drawings and JSON.

#include <algorithm>
#include <filesystem>

#include "atlas/json.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/workflow_operations.hpp"
#include "commands.hpp"
#include "workflow_files.hpp"

namespace atlas::cli {
namespace {

std::optional<workflow::MachineShown> machine_called(const std::string& name) {
  for (auto& m : workflow::compiled_machines())
    if (m.name == name) return std::move(m);
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
  return out;
}

void print_definition(Terminal& terminal, const workflow::Definition& d) {
  Table states({"state", "", "category", "asks for"});
  for (const workflow::State& s : d.states)
    states.row({s.code,
                s.initial    ? "first"
                : s.terminal ? "end"
                             : "",
                s.category, s.reason_dictionary.value_or("")});
  states.print(terminal);
  terminal.out.line("");
  Table steps({"from", "to", "code", "roles", "needs", "guard", "effects"});
  for (const workflow::Transition& t : d.transitions) {
    std::vector<std::string> effects;
    for (const workflow::TransitionEffect& e : t.effects) effects.push_back(e.kind_code);
    steps.row(
        {t.from, t.to, t.code, joined(t.roles), joined(t.needs), t.guard.value_or(""), joined(effects)});
  }
  steps.print(terminal);
}

void print_machine(Terminal& terminal, const workflow::MachineShown& m) {
  Table steps({"from", "event", "to"});
  for (const workflow::MachineStep& t : m.transitions) steps.row({t.from, t.event, t.to});
  steps.print(terminal);
  terminal.out.line("begins in " + m.initial + ", ends in " +
                    (m.terminal.empty() ? "no state" : joined(m.terminal)));
}

/// The organisation's own definition of that name, when it has one or the name is a case type's.
std::optional<workflow::Definition> stored_definition(Shell& shell, const WorkflowOptions& in) {
  if (machine_called(in.name)) return std::nullopt;
  // The seeds are told without a store as well.
  const std::string& store = shell.globals.store;
  const bool is_file = store.find("://") == std::string::npos && store != ":memory:";
  if (store.empty() || (is_file && !std::filesystem::exists(store) && workflow::seeded(in.name)))
    return std::nullopt;
  Engine engine = shell.open();
  return shell.session(engine).call(workflow::get, {in.name, in.version});
}

int show_names(Shell& shell) {
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("case_types").begin_array();
  for (const std::string& type : workflow::seeded_case_types()) w.string(type);
  w.end_array().key("machines").begin_array();
  for (const auto& m : workflow::compiled_machines()) w.string(m.name);
  w.end_array().end_object();
  shell.show(json);
  return done;
}

}  // namespace

int run_workflows_show(Shell& shell, const WorkflowOptions& in) {
  if (in.name.empty()) return show_names(shell);
  const auto stored = stored_definition(shell, in);
  const workflow::Definition* seed = workflow::seeded(in.name);
  const workflow::Definition* definition = stored ? &*stored
                                           : seed && in.version.value_or(seed->version) == seed->version
                                               ? seed
                                               : nullptr;
  const auto machine = machine_called(in.name);
  if (!definition && !machine)
    throw Error(ErrorCode::not_found,
                "no workflow and no machine has this name; without a name they are listed");
  const std::string format = !in.format.empty() ? in.format : shell.terminal.human() ? "table" : "json";
  const workflow::Picture picture =
      definition ? workflow::picture_of(*definition) : workflow::picture_of(*machine);
  if (format == "dot")
    shell.terminal.out.write(workflow::to_dot(picture));
  else if (format == "mermaid")
    shell.terminal.out.write(workflow::to_mermaid(picture));
  else if (format == "json")
    shell.terminal.out.line(definition ? to_json(*definition) : to_json(*machine));
  else if (definition)
    print_definition(shell.terminal, *definition);
  else
    print_machine(shell.terminal, *machine);
  return done;
}

int run_workflows_validate(Shell& shell, const WorkflowOptions& in) {
  const workflow::ValidateInput input{definition_in(in.file)};
  workflow::Validated result;
  if (shell.globals.store.empty()) {
    result.findings = workflow::findings_of(
        input.definition,
        [](std::string_view dictionary, std::string_view code) { return is_seeded_code(dictionary, code); });
    result.ok = std::none_of(result.findings.begin(), result.findings.end(),
                             [](const workflow::Finding& f) { return f.severity == "error"; });
  } else {
    // With a store the organisation's own codes count.
    Engine engine = shell.open();
    result = shell.session(engine).call(workflow::validate, input);
  }
  shell.show(to_json(result));
  return result.ok ? done : not_well;
}

}  // namespace atlas::cli
