#include "workflows_page.hpp"

#include "atlas/reference_codes.hpp"
#include "atlas/workflow_operations.hpp"

namespace {

using namespace atlas;

std::string diagram(const workflow::Picture& picture) {
  return "```mermaid\n" + workflow::to_mermaid(picture) + "```\n\n";
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "`" : ", `") + one + "`";
  return out;
}

std::string states_table(const workflow::Definition& d) {
  std::string out =
      "| state | English | français | العربية | category | | asks for |\n|---|---|---|---|---|---|---|\n";
  for (const workflow::State& s : d.states) {
    out += "| `" + s.code + "` | " + s.labels.en.value_or("") + " | " + s.labels.fr.value_or("") + " | " +
           s.labels.ar.value_or("") + " | " + s.category + " | " +
           (s.initial    ? "first"
            : s.terminal ? "end"
                         : "") +
           " | " + (s.reason_dictionary ? "[" + *s.reason_dictionary + "](codes.md)" : "") + " |\n";
  }
  return out + "\n";
}

/// Steps with a code of their own say more than their arrow.
std::string steps_table(const workflow::Definition& d) {
  std::string rows;
  for (const workflow::Transition& t : d.transitions) {
    std::vector<std::string> effects;
    for (const workflow::TransitionEffect& e : t.effects) effects.push_back(e.kind_code);
    if (t.needs.empty() && effects.empty()) continue;
    rows += "| `" + t.code + "` | `" + t.from + "` | `" + t.to + "` | " + joined(t.roles) + " | " +
            joined(t.needs) + " | " + joined(effects) + " |\n";
  }
  if (rows.empty()) return rows;
  return "| step | from | to | roles | needs | effects |\n|---|---|---|---|---|---|\n" + rows + "\n";
}

std::string roles_of(const workflow::Definition& d) {
  const auto& roles = d.transitions.front().roles;
  for (const workflow::Transition& t : d.transitions)
    if (t.roles != roles) return "";
  return "Every step is open to " + joined(roles) + ".\n\n";
}

}  // namespace

std::string workflows_page() {
  std::string out =
      "# Workflows and machines\n\nThe workflows that every organisation starts with, version 1 of each, and "
      "the compiled machines, which are the same for everyone. An organisation publishes workflows of its "
      "own "
      "over the first: [workflows](../guide/workflows.md). *back* leads to the state before.\n\n";
  for (const std::string& type : workflow::seeded_case_types()) {
    const workflow::Definition& d = *workflow::seeded(type);
    const ReferenceSeed* seed = find_seed("CASE_TYPE", type);
    out += "## " + type + "\n\n";
    if (seed) out += std::string(seed->label_en) + ". ";
    out += roles_of(d).empty() ? "\n\n" : roles_of(d);
    out += diagram(workflow::picture_of(d)) + states_table(d) + steps_table(d);
  }
  for (const workflow::MachineShown& m : workflow::compiled_machines())
    out += "## Machine " + m.name + "\n\n" + diagram(workflow::picture_of(m));
  out.pop_back();
  return out;
}
