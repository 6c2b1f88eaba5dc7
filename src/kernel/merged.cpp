#include "merged.hpp"

#include "atlas/schema_io.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

/// Merges lead from a loser straight to its survivor; a longer way is a short one in a store that is sound.
constexpr int most_hops = 64;

const Uuid* id_of(const Field& field, const void* object) {
  const Uuid* id = nullptr;
  if (field.kind == Kind::id)
    visit_scalar(field, object, [&](auto slot) {
      if constexpr (std::is_same_v<decltype(slot), Slot<Uuid>>) id = slot.get();
    });
  return id;
}

/// Of "owner_id" the text of "owner_kind"; "" when the field is no such half of a pair.
std::string_view kind_beside(const Schema& schema, const Field& field, const void* object) {
  if (!field.name.ends_with("_id")) return {};
  const std::string sibling = std::string(field.name.substr(0, field.name.size() - 3)) + "_kind";
  const Field* kind = schema.find(sibling);
  std::string_view value;
  if (kind)
    visit_scalar(*kind, object, [&](auto slot) {
      if constexpr (std::is_same_v<decltype(slot), Slot<std::string>>)
        if (const std::string* text = slot.get()) value = *text;
    });
  return value;
}

}  // namespace

std::optional<Uuid> survivor_of(UnitOfWork& unit, const EntityInfo& info, const Uuid& id) {
  if (info.merged_into < 0) return std::nullopt;
  std::optional<Uuid> survivor;
  for (int hop = 0; hop < most_hops; ++hop) {
    const Uuid at = survivor.value_or(id);
    const Value primary[] = {Value::id(at)};
    std::optional<Uuid> next;
    unit.read().get(info.table, primary, [&](RowView row) {
      const Value& cell = row[static_cast<unsigned>(info.merged_into)];
      if (!cell.is_null()) next = cell.as_id();
    });
    if (!next) break;
    survivor = next;
  }
  return survivor;
}

void follow_references(UnitOfWork& unit, const EntityInfo& info, const void* before, void* after) {
  if (info.stays_on_merge) return;
  const auto& entities = unit.kernel().registry->entities();
  for (const Field& field : info.schema->fields) {
    if (field.kind != Kind::id || field.name == "merged_into" || field.name == "id") continue;
    const Uuid* named = id_of(field, after);
    if (!named || named->is_nil()) continue;
    std::string_view kind = field.rules.refers_to;
    if (kind.empty()) kind = kind_beside(*info.schema, field, after);
    if (kind.empty()) continue;
    const auto entity = entities.find(kind);
    if (entity == entities.end() || entity->second.merged_into < 0) continue;
    const Uuid* old = before ? id_of(field, before) : nullptr;
    if (old && *old == *named) continue;
    const auto survivor = survivor_of(unit, entity->second, *named);
    if (!survivor) continue;
    visit_scalar(field, after, [&](auto slot) {
      if constexpr (std::is_same_v<decltype(slot), Slot<Uuid>>) slot.emplace() = *survivor;
    });
  }
}

void tell_redirect(const UnitOfWork& unit, const Schema& input, const void* in, std::string& answer) {
  const auto& from = unit.redirected_from();
  if (!from || answer.size() < 2) return;
  for (const Field& field : input.fields) {
    const Uuid* asked = id_of(field, in);
    if (!asked || *asked != *from) continue;
    answer.back() = answer.size() > 2 ? ',' : ' ';
    answer += R"("redirected_from":")" + format_uuid(*from) + "\"}";
    return;
  }
}

}  // namespace atlas
