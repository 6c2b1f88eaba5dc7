#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "atlas/workflow_operations.hpp"

namespace atlas::workflow {
namespace {

Summaries list_definitions(Context&, const Nothing&) {
  Summaries out;
  for (const std::string& type : seeded_case_types()) {
    const Definition& d = *seeded(type);
    out.items.push_back({d.case_type_code, d.version, static_cast<std::int64_t>(d.states.size()),
                         static_cast<std::int64_t>(d.transitions.size())});
  }
  return out;
}

Definition get_definition(Context&, const GetDefinition& in) {
  const Definition* d = seeded(in.case_type_code);
  if (!d) throw Error(ErrorCode::not_found, "no workflow is defined for this case type");
  return *d;
}

Validated validate_definition(Context& cx, const ValidateInput& in) {
  Validated out;
  out.findings = findings_of(in.definition, [&](std::string_view dictionary, std::string_view code) {
    return cx.is_code(dictionary, code);
  });
  for (const Finding& f : out.findings) out.ok = out.ok && f.severity != "error";
  return out;
}

}  // namespace

void register_workflows(Registry& registry) {
  registry.operation(list, list_definitions);
  registry.operation(get, get_definition);
  registry.operation(validate, validate_definition);
  registry.operation(machines, [](Context&, const Nothing&) { return Machines{compiled_machines()}; });
}

}  // namespace atlas::workflow
