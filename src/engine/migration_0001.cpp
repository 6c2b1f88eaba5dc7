// Schema version 1. Frozen: what a store of this version holds.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0001 = R"(
# The directory: read before an organisation is set; no personal data.
table organisation_directory directory
  id blob
  name text
  status text
  primary id
table due directory
  org blob
  kind text
  next_at integer
  primary org kind
  key by_next next_at

# The audit chain.
table chain_head
  id integer
  seq integer
  hash blob
  frontier blob
  primary id
table audit_entry
  seq integer
  format integer
  at integer
  actor_kind text
  actor_id text
  on_behalf_of text
  actor_roles text
  action text
  entity_kind text
  entity_id blob null
  schema_version integer
  correlation_id text
  entity_hash blob null
  diff text
  sealed blob
  leaf_hash blob
  primary seq
  key by_entity entity_id seq
table merkle_node
  level integer
  position integer
  hash blob
  primary level position

# Keys of data subjects, where they lie inside the store.
table subject_key secure
  id blob
  wrapped blob
  primary id

table idempotency secure
  principal text
  operation text
  request_key text
  params_hash blob
  result blob
  created_at integer
  primary principal operation request_key
  key by_created created_at
table match_key
  kind integer
  hash integer
  entity_id blob
  primary kind hash entity_id

table organisation
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  name text
  type_code text
  plan_key text
  status_code text
  default_currency text
  default_country text
  locale text
  time_zone text
  settings text
  primary id
table user secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  email text
  display_name text null
  phone text null
  roles text
  status_code text
  party_id blob null
  primary id
  unique by_email email
  key by_created created_at
table party secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  role_code text
  given_name text null
  family_name text null
  family_name_folded text null
  organisation_name text null
  organisation_name_folded text null
  phones text
  emails text
  address text null
  national_id text null
  birth_date integer null
  preferred_locale text null
  primary id
  key by_created created_at
  key by_family_name family_name_folded
  key by_organisation_name organisation_name_folded
table dossier secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  case_type_code text
  status_code text
  source_code text
  listing_id blob null
  contact_name text
  phone text null
  phone_raw text null
  phone_region_source text null
  email text null
  budget_min_amount integer null
  budget_min_currency text null
  budget_max_amount integer null
  budget_max_currency text null
  assigned_to_user_id blob null
  score integer null
  loss_reason_code text null
  won_reason_code text null
  workflow_version integer
  last_activity_at integer
  city text null
  locale text null
  contact_channel_preferred text null
  party_id blob null
  utm text
  qualification text
  primary id
  key by_created created_at
  key by_activity last_activity_at
  key by_status status_code created_at
  key by_assignee assigned_to_user_id created_at
  key by_phone phone
  key by_email email
  key by_listing listing_id
  key by_party party_id
table status_change
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
  from_code text null
  to_code text
  transition_code text null
  reason_code text null
  comment text null
  actor_kind text
  actor_id blob null
  at integer
  primary id
  key by_owner owner_id at
table party_link
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dossier_id blob
  party_id blob
  role_code text
  primary id
  unique by_dossier dossier_id party_id role_code
  key by_party party_id dossier_id
table activity
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dossier_id blob
  type_code text
  visibility text
  body text null
  payload text
  actor_kind text
  actor_id blob null
  occurred_at integer
  primary id
  key by_dossier dossier_id occurred_at
table task
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dossier_id blob
  category_code text
  title text
  due_at integer null
  assigned_to_user_id blob null
  status_code text
  primary id
  key by_created created_at
  key by_dossier dossier_id created_at
  key by_due due_at
  key by_assignee assigned_to_user_id due_at
)";

}  // namespace atlas
