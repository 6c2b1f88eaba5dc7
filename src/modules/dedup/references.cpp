#include "references.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace atlas::duplicates {
namespace {

bool names_kind(const Schema& schema, std::string_view kind) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const Field& f) {
    return f.nested ? names_kind(*f.nested(), kind) : f.kind == Kind::id && f.rules.refers_to == kind;
  });
}

/// Notes of the library's own that count for whom they name, whoever that is found to be.
struct Counted {
  std::string_view entity, field, kind;
};
constexpr Counted counted[] = {{"contact_count", "party_id", "party"}};

bool counts_for(std::string_view entity, std::string_view field, std::string_view kind) {
  return std::any_of(std::begin(counted), std::end(counted), [&](const Counted& c) {
    return c.entity == entity && c.field == field && c.kind == kind;
  });
}

/// "owner_kind" beside "owner_id", "entity_kind" beside "entity_id": other pairs tell who did something.
const Field* kind_beside(const Schema& schema, const Field& field) {
  if (field.kind != Kind::id || !field.rules.refers_to.empty() ||
      (field.name != "owner_id" && field.name != "entity_id"))
    return nullptr;
  const Field* kind = schema.find(std::string(field.name.substr(0, field.name.size() - 3)) + "_kind");
  return kind && (kind->kind == Kind::text || kind->kind == Kind::code) ? kind : nullptr;
}

/// A closed list that does not know the kind can never name it.
bool can_be(const Field& kind_field, std::string_view kind) {
  const auto& choices = kind_field.rules.choices;
  return choices.empty() || std::find(choices.begin(), choices.end(), kind) != choices.end();
}

std::string_view key_on(const Schema& schema, std::string_view field) {
  for (const KeyDeclaration& key : schema.keys)
    if (key.fields[0] == field) return key.name;
  return {};
}

void collect(const Schema& schema, const Json& value, std::string_view kind, const std::string& id,
             const std::string& path, std::vector<std::string>& out) {
  for (const Field& f : schema.fields) {
    const auto member = value.find(f.name);
    if (member == value.end()) continue;
    const std::string at = path + "/" + std::string(f.name);
    if (f.kind == Kind::id && f.rules.refers_to == kind && member->is_string() &&
        member->get_ref<const std::string&>() == id)
      out.push_back(at);
    if (f.kind == Kind::object && member->is_object()) collect(*f.nested(), *member, kind, id, at, out);
    if (f.kind == Kind::object_list && member->is_array())
      for (std::size_t i = 0; i < member->size(); ++i)
        collect(*f.nested(), (*member)[i], kind, id, at + "/" + std::to_string(i), out);
  }
}

/// The cell of a key's column; nothing when it is absent or of a type that no key has.
std::optional<OwnedValue> cell_of(const Field& field, void* record) {
  std::optional<OwnedValue> out;
  visit_scalar(field, record, [&](auto slot) {
    const auto* p = slot.get();
    if (!p) return;
    using T = std::remove_cvref_t<decltype(*p)>;
    if constexpr (std::is_same_v<T, bool>)
      out = Value::integer(*p ? 1 : 0);
    else if constexpr (std::is_same_v<T, std::int64_t>)
      out = Value::integer(*p);
    else if constexpr (std::is_same_v<T, std::string>)
      out = Value::text(*p);
    else if constexpr (std::is_same_v<T, Uuid>)
      out = Value::id(*p);
    else if constexpr (std::is_same_v<T, Timestamp>)
      out = Value::integer(p->micros);
    else if constexpr (std::is_same_v<T, Date>)
      out = Value::integer(p->days);
  });
  return out;
}

}  // namespace

std::vector<Place> places_of(const Registry& registry, std::string_view kind) {
  std::vector<Place> places;
  for (const auto& [name, info] : registry.entities()) {
    if (info.stays_on_merge) continue;
    for (const Field& f : info.schema->fields) {
      if (counts_for(name, f.name, kind)) places.push_back({&info, &f});
      if (info.bookkeeping || f.name == "merged_into") continue;
      if (f.kind == Kind::id && f.rules.refers_to == kind)
        places.push_back({&info, &f});
      else if (f.nested && names_kind(*f.nested(), kind))
        places.push_back({&info, &f, nullptr, true});
      else if (const Field* beside = kind_beside(*info.schema, f); beside && can_be(*beside, kind))
        places.push_back({&info, &f, beside});
    }
  }
  return places;
}

std::vector<Record> records_naming(Context& cx, const Place& place, std::string_view kind, const Uuid& id,
                                   std::size_t limit) {
  const EntityInfo& info = *place.entity;
  const unsigned column = info.column(place.field->name)->first;
  Lookup lookup;
  lookup.limit = limit;
  if (place.nested) {
    lookup.where = Predicate::compare(Predicate::Kind::contains, column, Value::text(format_uuid(id)));
  } else {
    lookup.where = Predicate::equals(column, Value::id(id));
    lookup.key = key_on(*info.schema, place.field->name);
  }
  if (place.kind_field) {
    lookup.where =
        Predicate::all_of({std::move(lookup.where),
                           Predicate::equals(info.column(place.kind_field->name)->first, Value::text(kind))});
  }
  std::vector<Record> records;
  cx.scan(
      info, lookup, false, [&]() -> void* { return records.emplace_back(info.make()).get(); },
      [] { return true; });
  return records;
}

std::vector<std::string> paths_naming(const Place& place, std::string_view kind, const void* record,
                                      const Uuid& id) {
  if (!place.nested) return {std::string(place.field->name)};
  std::vector<std::string> paths;
  const auto value = value_of(*place.field, record);
  if (!value) return paths;
  const Json json = Json::parse(*value);
  const std::string name(place.field->name);
  if (json.is_object()) collect(*place.field->nested(), json, kind, format_uuid(id), name, paths);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i)
      collect(*place.field->nested(), json[i], kind, format_uuid(id), name + "/" + std::to_string(i), paths);
  return paths;
}

std::optional<Uuid> would_collide(Context& cx, const EntityInfo& entity, const Field& field, void* record) {
  for (const KeyDeclaration& key : entity.schema->keys) {
    if (!key.unique || std::find(key.fields.begin(), key.fields.end(), field.name) == key.fields.end())
      continue;
    std::vector<Predicate> same;
    bool whole = true;
    for (const std::string_view name : key.fields) {
      if (name.empty()) continue;
      const auto cell = cell_of(*entity.schema->find(name), record);
      whole = whole && cell;
      if (cell) same.push_back(Predicate::equals(entity.column(name)->first, cell->view()));
    }
    if (!whole) continue;
    bool found = false;
    Record other = entity.make();
    cx.scan(
        entity, {.where = Predicate::all_of(std::move(same)), .key = key.name, .limit = 1}, false,
        [&]() -> void* { return other.get(); }, [&] { return !(found = true); });
    if (found && head_of(other.get()).id != head_of(record).id) return head_of(other.get()).id;
  }
  return std::nullopt;
}

}  // namespace atlas::duplicates
