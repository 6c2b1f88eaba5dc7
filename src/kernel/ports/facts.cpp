// What rules may ask of a record: its fields, and what rooms add to them.

#include "atlas/context.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

const Uuid& id_of(const void* entity) { return static_cast<const Entity*>(entity)->id; }

}  // namespace

const Registry& Context::registry() const { return *unit_.kernel().registry; }

std::string Context::facts_of(const EntityInfo& info, const void* entity) {
  std::string all;
  write_object(all, *info.schema, entity);
  for (const auto& [name, source] : info.facts) {
    all.back() = ',';
    append_json_string(all, name);
    all += ':';
    all += source(*this, id_of(entity), entity);
    all += '}';
  }
  return all;
}

std::optional<std::string> Context::fact_of(const EntityInfo& info, std::string_view name,
                                            const void* entity) {
  if (const Field* field = info.schema->find(name); field && !field->has(internal)) {
    std::string value;
    write_field(value, *field, entity);
    return value;
  }
  const auto source = info.facts.find(name);
  if (source == info.facts.end()) return std::nullopt;
  return source->second(*this, id_of(entity), entity);
}

}  // namespace atlas
