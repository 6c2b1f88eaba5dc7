#pragma once
// One entity straight from a transaction, for what runs before there is a Context (who is the caller?).

#include "atlas/registry.hpp"

namespace atlas {

/// Fills a freshly constructed struct of `info`'s schema. False when there is no such record. The transaction
/// must have entered the organisation.
bool read_entity(ReadTransaction& tx, const EntityInfo& info, const Uuid& id, void* out);

}  // namespace atlas
