#pragma once
// Where records of a kind are named: found by the schemas of all registered entities, so that a new entity
// needs no line here.

#include <string>
#include <string_view>
#include <vector>

#include "record_values.hpp"

namespace atlas::duplicates {

/// A field of an entity that names records of the kind: `reference(kind)` on a field or inside of an object
/// or a list of objects, or the `owner_id`, `entity_id` of a pair with its kind.
struct Place {
  const EntityInfo* entity = nullptr;
  const Field* field = nullptr;
  const Field* kind_field = nullptr;  ///< of a pair
  bool nested = false;
};

/// All of them but those of histories, of bookkeeping that counts for nobody, and the mark of a merge itself.
std::vector<Place> places_of(const Registry& registry, std::string_view kind);

/// The records that name `id` at this place, archived ones too; at most `limit`.
std::vector<Record> records_naming(Context& cx, const Place& place, std::string_view kind, const Uuid& id,
                                   std::size_t limit);

/// The paths (see value_at) at which `record` names `id` at this place.
std::vector<std::string> paths_naming(const Place& place, std::string_view kind, const void* record,
                                      const Uuid& id);

/// The other row, if there is one, with the values that `record` has in one of the unique keys that `field`
/// is part of.
std::optional<Uuid> would_collide(Context& cx, const EntityInfo& entity, const Field& field, void* record);

}  // namespace atlas::duplicates
