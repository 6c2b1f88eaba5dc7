// Schema version 3: pipelines of one's own, duplicates and merges, messages. Frozen once released.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0003 = R"(
# Workflows.
add column organisation workflow_stamp integer null

# Duplicates and merges.

# The kernel: where tokens of webhooks lead.
table endpoint directory
  token_hash blob
  org blob
  entity_id blob
  primary token_hash

# Channels and templates.
add column party time_zone text null

# Messages and the outbox.

# Inbound.
)";

}  // namespace atlas
