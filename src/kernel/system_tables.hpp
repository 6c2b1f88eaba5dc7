#pragma once
// The kernel's own tables by id. Their columns are named here once, in the order of the frozen migration.

#include "atlas/store.hpp"

namespace atlas {

struct SystemTables {
  explicit SystemTables(const Catalog& c)
      : directory(c.id("organisation_directory")),
        due(c.id("due")),
        chain_head(c.id("chain_head")),
        audit(c.id("audit_entry")),
        merkle(c.id("merkle_node")),
        idempotency(c.id("idempotency")),
        match_key(c.id("match_key")),
        external_ref(c.id("external_ref")),
        endpoint(c.id("endpoint")),
        match_by_key(Query::primary_key),
        due_by_next(static_cast<int>(c[due].key("by_next"))),
        audit_by_entity(static_cast<int>(c[audit].key("by_entity"))),
        idempotency_by_created(static_cast<int>(c[idempotency].key("by_created"))) {}

  TableId directory, due, chain_head, audit, merkle, idempotency, match_key, external_ref, endpoint;
  int match_by_key, due_by_next, audit_by_entity, idempotency_by_created;
};

namespace directory_column {
enum : unsigned { id, name, status };
}
namespace due_column {
enum : unsigned { org, kind, next_at };
}
namespace endpoint_column {
enum : unsigned { token_hash, org, entity_id };
}
namespace head_column {
enum : unsigned { id, seq, hash, frontier };
}
namespace audit_column {
enum : unsigned {
  seq,
  format,
  at,
  actor_kind,
  actor_id,
  on_behalf_of,
  actor_roles,
  action,
  entity_kind,
  entity_id,
  schema_version,
  correlation_id,
  entity_hash,
  diff,
  sealed,
  leaf_hash,
  count
};
}
namespace merkle_column {
enum : unsigned { level, position, hash };
}
namespace idempotency_column {
enum : unsigned { principal, operation, key, params_hash, result, created_at };
}
namespace match_column {
enum : unsigned { kind, hash, entity_id };
}
namespace ref_column {
enum : unsigned { kind, source, ref, entity_id };
}

/// Every eighth level of the Merkle tree is kept; between them 256 hashes are read again. One row per 256
/// entries.
inline constexpr unsigned merkle_stride = 8;

}  // namespace atlas
