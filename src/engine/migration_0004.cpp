// Schema version 4: duplicates and settings. Frozen once released.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0004 = R"(
# Organisations: who objects, and calendars, have changed.
add column organisation contact_stamp integer null

# Consent: what its events add up to, so that a question reads one row.
add column consent standing_id blob null
add column consent standing_kind text null
add column consent standing_at integer null
add column consent standing_source text null
add column consent standing_dossier_id blob null
add column consent standing_hash text null
add column consent standing_hours text null
add column consent last_no_at integer null
add column consent named_parties text null
add column consent_event hours text null

# Duplicates: pairs, models, runs.
table duplicate_signal
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  first_id blob
  second_id blob
  status_code text
  score integer
  probability integer
  weight integer
  model_version text
  decided_by blob null
  decided_at integer null
  primary id
  key by_created created_at
  unique by_first first_id second_id
  key by_second second_id first_id
  key by_status entity_kind status_code probability
table duplicate_model
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  number integer
  model_version text
  prior_version text
  records integer
  sample integer
  sample_hash text
  phone_region text
  review_threshold integer
  same_threshold integer
  automatic_threshold integer
  adopted_at integer null
  primary id
  key by_created created_at
  unique by_number entity_kind number
table duplicate_model_text
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  model_id blob
  document text
  primary id
  unique by_model model_id
table duplicate_setup
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  detects integer
  model_id blob null
  stamp integer
  primary id
  unique by_kind entity_kind
table duplicate_scan
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  purpose text
  status_code text
  dry_run integer
  model_version text
  total integer
  scanned integer
  compared integer
  found integer
  opened integer
  rescored integer
  decided integer
  lapsed integer
  after_id blob null
  finished_at integer null
  primary id
  key by_created created_at
  key by_status status_code created_at
# Listings: those whose assessment is to be made anew.
table listing_assessment
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  listing_id blob
  is_due integer
  primary id
  unique by_listing listing_id
  key by_due is_due created_at
# The outbox: which account a place waits for.
add column outbound_message waits_for text null
add key outbound_message by_waits waits_for next_at
drop key message by_retry
)";

}  // namespace atlas
