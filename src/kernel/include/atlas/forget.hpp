#pragma once
// Taking the library's own notes out of the store, once they are of no more use.

#include "atlas/context.hpp"

namespace atlas {

/// Takes a record of bookkeeping out of the store; false when it is not there. No audit entry tells of it.
/// Throws internal for an entity that is audited: such records are archived or erased, never lost.
bool forget(Context& cx, const EntityInfo& info, const Uuid& id);

/// The same by the record's type.
template <class T>
bool forget(Context& cx, const Uuid& id) {
  return forget(cx, cx.registry_entity(schema_of<T>()), id);
}

}  // namespace atlas
