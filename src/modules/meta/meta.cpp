#include "atlas/meta.hpp"

#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "atlas/schema_io.hpp"

namespace atlas::meta {

Operations catalogue(const Registry& registry, const std::optional<std::string>& name) {
  Operations out;
  out.version = ATLAS_VERSION;
  for (const auto& [key, op] : registry.operations()) {
    if (name && *name != key) continue;
    OperationItem item;
    item.name = key;
    item.summary = op.traits.summary;
    item.permission = op.traits.permission;
    if (!op.traits.feature.empty()) item.feature = std::string(op.traits.feature);
    item.writes = op.traits.effect == Effect::writes;
    item.lists = op.output->find("items") && op.output->find("next");
    item.input = json_schema(*op.input, true, item.writes);
    item.output = json_schema(*op.output, false);
    out.items.push_back(std::move(item));
  }
  if (name && out.items.empty()) throw Error(ErrorCode::not_found, "no such operation");
  return out;
}

void register_meta(Registry& registry) {
  registry.operation(
      operations, [&registry](Context&, const OperationsInput& in) { return catalogue(registry, in.name); });
  registry.operation(errors, [](Context&, const Nothing&) {
    Errors out;
    for (const ErrorInfo& e : error_table()) {
      out.items.push_back(
          {std::string(e.text), static_cast<std::int64_t>(e.code), e.http, std::string(e.advice)});
    }
    return out;
  });
}

}  // namespace atlas::meta
