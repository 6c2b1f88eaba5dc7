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
# A column that an older table gains is `null`: entity hashes leave absent cells out, so those made before hold.
add column dossier external_refs text null
add column party external_refs text null

# Reference data.

# Listings.

# Documents.
table document secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  owner_kind text
  owner_id blob
  type_code text
  title text null
  storage_ref text
  content_hash text
  media_type text null
  size integer null
  extracted text null
  explanation text null
  issued_on integer null
  document_version integer
  supersedes_id blob null
  superseded_by_id blob null
  primary id
  key by_created created_at
  key by_owner owner_id created_at
  key by_type type_code created_at
  key by_hash content_hash created_at

# Consent.

# Moderation.

# Imports.
)";

}  // namespace atlas
