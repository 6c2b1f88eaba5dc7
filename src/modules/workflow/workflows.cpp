#include <algorithm>
#include <map>

#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "atlas/workflow_operations.hpp"
#include "definitions.hpp"
#include "step_effects.hpp"

namespace atlas::workflow {
namespace {

Summary summary_of(const Definition& d, const char* origin) {
  return {d.case_type_code, d.version, static_cast<std::int64_t>(d.states.size()),
          static_cast<std::int64_t>(d.transitions.size()), origin};
}

Summaries list_definitions(Context& cx, const Nothing&) {
  std::map<std::string, Summary> all;
  for (const std::string& type : seeded_case_types()) all.emplace(type, summary_of(*seeded(type), "default"));
  auto rows = cx.all<WorkflowDefinition>();
  for (WorkflowDefinition& row :
       rows.where({.where = Predicate::equals(rows.column("is_active"), Value::integer(1)),
       .key = "by_number",
       .order = {{rows.column("case_type_code")}, {rows.column("number")}}})) {
    const Definition d = definition_of(std::move(row));
    all.insert_or_assign(d.case_type_code, summary_of(d, "tenant"));
  }
  Summaries out;
  for (auto& [type, summary] : all) out.items.push_back(std::move(summary));
  return out;
}

Validated validate_definition(Context& cx, const ValidateInput& in) {
  Validated out;
  out.findings = findings_of(cx, in.definition);
  out.ok = !has_errors(out.findings);
  return out;
}

}  // namespace

void register_workflows(Registry& registry) {
  registry.operation(list, list_definitions);
  registry.operation(get, [](Context& cx, const GetDefinition& in) {
    return *require_definition(cx, in.case_type_code, in.version);
  });
  registry.operation(validate, validate_definition);
  registry.operation(machines, [](Context&, const Nothing&) { return Machines{compiled_machines()}; });
  register_publishing(registry);
  register_moving(registry);
  register_simulation(registry);
  register_effects(registry);
}

}  // namespace atlas::workflow
