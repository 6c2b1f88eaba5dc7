// workflows versions, diff, publish, simulate: an organisation's own versions.

#include <algorithm>

#include "atlas/schema_io.hpp"
#include "atlas/workflow_simulation.hpp"
#include "commands.hpp"
#include "lines.hpp"
#include "workflow_files.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t definition_limit = 4u << 20;

std::vector<workflow::Mapping> mapping_of(const std::vector<std::string>& pairs) {
  std::vector<workflow::Mapping> out;
  for (const std::string& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
      throw UsageError("--map takes OLD=NEW");
    out.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
  }
  return out;
}

void print(Terminal& terminal, const std::vector<workflow::Finding>& findings) {
  for (const workflow::Finding& f : findings)
    terminal.out.line(terminal.ink(f.severity == "error" ? Ink::red : Ink::yellow, f.severity) + " " +
                      f.code + " " + f.path + ": " + f.message);
}

void print(Terminal& terminal, const std::vector<workflow::Standing>& standing) {
  Table table({"version", "state", "records", "goes to"});
  for (const workflow::Standing& s : standing)
    table.row({std::to_string(s.version), s.state, std::to_string(s.count),
               s.terminal ? "(ended)" : s.goes_to.value_or("")});
  if (!table.empty()) table.print(terminal);
}

/// One answer of many pages.
void add(workflow::Simulated& all, workflow::Simulated page) {
  all.steps += page.steps;
  all.allowed += page.allowed;
  all.refused += page.refused;
  all.undecided += page.undecided;
  all.judged_records += page.judged_records;
  for (workflow::Judged& j : page.judged) {
    const auto same = std::find_if(all.judged.begin(), all.judged.end(), [&](const workflow::Judged& k) {
      return k.from == j.from && k.to == j.to && k.transition_code == j.transition_code &&
             k.verdict == j.verdict && k.why == j.why;
    });
    if (same == all.judged.end())
      all.judged.push_back(std::move(j));
    else
      same->count += j.count;
  }
  all.next = std::move(page.next);
}

void print(Terminal& terminal, const workflow::Simulated& s) {
  print(terminal, s.standing);
  terminal.out.line(std::to_string(s.stranded) + " of " + std::to_string(s.records) +
                    " running records would be stranded");
  terminal.out.line(std::to_string(s.steps) + " past steps: " + std::to_string(s.allowed) + " allowed, " +
                    std::to_string(s.refused) + " refused, " + std::to_string(s.undecided) +
                    " that the history does not decide (roles are never judged)");
  Table table({"from", "to", "verdict", "why", "steps"});
  for (const workflow::Judged& j : s.judged)
    table.row({j.from, j.to, j.verdict, j.why.value_or(""), std::to_string(j.count)});
  if (!table.empty()) table.print(terminal);
}

}  // namespace

workflow::Definition definition_in(const std::string& file) {
  workflow::Definition out;
  std::vector<FieldError> errors;
  read_object(schema_of<workflow::Definition>(), read_whole(file, definition_limit), &out, errors);
  throw_if_any(std::move(errors));
  return out;
}

int run_workflows_versions(Shell& shell, const WorkflowOptions& in) {
  Engine engine = shell.open();
  shell.show(to_json(shell.session(engine).call(workflow::versions, {in.name})));
  return done;
}

int run_workflows_diff(Shell& shell, const WorkflowOptions& in) {
  workflow::DiffInput input;
  input.case_type_code = in.name;
  input.from_version = in.from.value_or(1);
  input.to_version = in.to;
  if (!in.file.empty()) input.definition = definition_in(in.file);
  Engine engine = shell.open();
  const auto difference = shell.session(engine).call(workflow::diff, input);
  if (!shell.terminal.human()) {
    shell.show(to_json(difference));
    return done;
  }
  for (const std::string& line : difference.lines) shell.terminal.out.line(line);
  if (difference.lines.empty()) shell.terminal.out.line("no difference");
  return done;
}

int run_workflows_publish(Shell& shell, const WorkflowOptions& in) {
  workflow::PublishInput input;
  input.definition = definition_in(in.file);
  input.base_version = in.version.value_or(input.definition.version);
  input.running = in.move ? "MOVE" : "KEEP";
  input.mapping = mapping_of(in.mapping);
  if (!in.note.empty()) input.note = in.note;
  input.dry_run = in.dry_run;
  Engine engine = shell.open();
  const auto result = shell.session(engine).call(workflow::publish, input);
  if (!shell.terminal.human()) {
    shell.show(to_json(result));
    return result.ok ? done : not_well;
  }
  print(shell.terminal, result.findings);
  for (const std::string& line : result.changes.lines) shell.terminal.out.line(line);
  print(shell.terminal, result.standing);
  if (!result.ok)
    shell.terminal.out.line("it cannot be published");
  else
    shell.terminal.out.line((in.dry_run ? "would be version " : "is version ") +
                            std::to_string(result.version) + " of " + result.case_type_code + "; " +
                            std::to_string(result.to_move) + " records to move");
  return result.ok ? done : not_well;
}

int run_workflows_simulate(Shell& shell, const WorkflowOptions& in) {
  workflow::SimulateInput input;
  input.definition = definition_in(in.file);
  input.case_type_code = input.definition->case_type_code;
  input.mapping = mapping_of(in.mapping);
  input.limit = 1'000;
  Engine engine = shell.open();
  Session session = shell.session(engine);
  workflow::Simulated all = session.call(workflow::simulate, input);
  while (all.next) {
    input.after = all.next;
    add(all, session.call(workflow::simulate, input));
  }
  if (shell.terminal.human())
    print(shell.terminal, all);
  else
    shell.show(to_json(all));
  return all.stranded == 0 ? done : not_well;
}

}  // namespace atlas::cli
