#include "atlas/registry.hpp"

#include "atlas/external_refs.hpp"
#include "atlas/permission.hpp"
#include "binding.hpp"

namespace atlas {

const EntityInfo::ColumnRef* EntityInfo::column(std::string_view field) const noexcept {
  for (const ColumnRef& ref : columns)
    if (ref.field->name == field) return &ref;
  return nullptr;
}

Registry::Registry(const Catalog& catalog) : catalog_(catalog) {}

EntityInfo& Registry::add_entity(const Schema& schema) {
  EntityInfo info;
  info.schema = &schema;
  info.table = catalog_.id(schema.name);
  bind_columns(info, catalog_[info.table]);
  info.bookkeeping = schema.bookkeeping;
  const Field* refs = schema.find("external_refs");
  if (refs && refs->nested && refs->nested() == &schema_of<ExternalRef>()) info.external_refs = refs;
  const EntityInfo::ColumnRef* merged = info.column("merged_into");
  if (merged && merged->field->rules.refers_to == schema.name)
    info.merged_into = static_cast<int>(merged->first);
  return entities_.insert_or_assign(std::string(schema.name), std::move(info)).first->second;
}

const EntityInfo& Registry::entity(std::string_view name) const {
  const auto it = entities_.find(name);
  if (it == entities_.end()) throw Error(ErrorCode::internal, "no such entity").with("entity", name);
  return it->second;
}

void Registry::scope(std::string_view entity_name, Scope scope, ScopeRule rule) {
  const_cast<EntityInfo&>(entity(entity_name)).scopes[scope] = std::move(rule);
}

void Registry::match_keys(std::string_view entity_name, MatchKeyHook hook) {
  const_cast<EntityInfo&>(entity(entity_name)).match_keys.push_back(std::move(hook));
}

void Registry::saved(std::string_view entity_name, SavedHook hook) {
  const_cast<EntityInfo&>(entity(entity_name)).saved.push_back(std::move(hook));
}

void Registry::holds_codes(std::string_view entity_name, std::string_view field,
                           std::vector<std::string_view> dictionaries) {
  const EntityInfo::ColumnRef* ref = entity(entity_name).column(field);
  if (!ref || ref->field->kind != Kind::text)
    throw Error(ErrorCode::internal, "only a text field holds codes of several dictionaries");
  const_cast<EntityInfo&>(entity(entity_name)).mixed_codes.emplace_back(ref->field, std::move(dictionaries));
}

void Registry::fact(std::string_view entity_name, std::string name, FactSource source) {
  fact(entity_name, std::move(name),
       RecordFact([source = std::move(source)](Context& cx, const Uuid& id, const void*) {
         return source(cx, id);
       }));
}

void Registry::fact(std::string_view entity_name, std::string name, RecordFact source) {
  const_cast<EntityInfo&>(entity(entity_name)).facts.insert_or_assign(std::move(name), std::move(source));
}

void Registry::due(std::string kind, DueHandler handler) {
  due_.emplace(std::move(kind), std::move(handler));
}

void Registry::add_operation(OperationInfo info) {
  const std::string_view permission = info.traits.permission;
  const std::string_view other = info.traits.or_permission;
  if ((!permission.empty() && permission != "HOST" && permission != public_permission &&
       permission != provider_permission && !is_permission(permission)) ||
      (!other.empty() && !is_permission(other))) {
    throw Error(ErrorCode::internal, "an operation asks for an unknown permission")
        .with("operation", info.traits.name);
  }
  if (!operations_.emplace(std::string(info.traits.name), std::move(info)).second) {
    throw Error(ErrorCode::internal, "an operation is registered twice");
  }
}

void Registry::prepare(std::string_view operation_name, Preparation preparation) {
  const auto it = operations_.find(operation_name);
  if (it == operations_.end())
    throw Error(ErrorCode::internal, "no such operation").with("operation", operation_name);
  it->second.preparation = std::move(preparation);
}

void Registry::endpoints(std::string_view entity_name, EndpointHook hook) {
  const_cast<EntityInfo&>(entity(entity_name)).endpoints = std::move(hook);
}

const OperationInfo* Registry::find_operation(std::string_view name) const noexcept {
  const auto it = operations_.find(name);
  return it == operations_.end() ? nullptr : &it->second;
}

AccessSource& Registry::access() const {
  if (!access_) throw Error(ErrorCode::internal, "no access source is registered");
  return *access_;
}

}  // namespace atlas
