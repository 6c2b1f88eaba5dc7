// Schema version 2: the first rooms. Frozen once released.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0002 = R"(
# The kernel: a record's ids elsewhere.
table external_ref
  kind text
  source text
  ref text
  entity_id blob
  primary kind source ref

# Organisations, parties, dossiers.
add column dossier external_refs text
add column party external_refs text

# Reference data.

# Listings.

# Documents.

# Consent.

# Moderation.

# Imports.
)";

}  // namespace atlas
