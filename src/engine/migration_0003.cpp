// Schema version 3: pipelines of one's own, duplicates and merges, messages. Frozen once released.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0003 = R"(
# Workflows.
add column organisation workflow_stamp integer null
table workflow_definition
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  case_type_code text
  number integer
  is_active integer
  running text
  mapping text
  move_status text
  moved integer
  kept integer
  move_after blob null
  pass_moved integer
  note text null
  codes text
  states text
  transitions text
  primary id
  unique by_number case_type_code number
table workflow_nudge
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
  status_code text
  since integer
  transition_code text
  title text null
  category_code text null
  assign_to text null
  taken_by blob null
  due_at integer
  nudge_state text
  settled_at integer null
  primary id
  key by_owner owner_id due_at
  key by_due nudge_state due_at

# Duplicates and merges.

# The kernel: where tokens of webhooks lead.
table endpoint directory
  token_hash blob
  org blob
  entity_id blob
  primary token_hash

# Channels and templates.
table channel_account
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  channel_code text
  provider text
  sender text
  business_id text null
  endpoint text
  endpoint_previous text null
  public_url text null
  base_url text null
  secret_refs text
  limits text
  messaging_tier text null
  quality text null
  status_code text
  pause_reason text null
  primary id
  key by_created created_at
  key by_channel channel_code created_at
  key by_status status_code created_at
table channel_secret secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  account_id blob
  slot text
  sealed text
  primary id
  unique by_account account_id slot
add column party time_zone text null
table calendar
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  country_code text
  region text
  year integer
  holidays text
  ramadan_from integer null
  ramadan_to integer null
  primary id
  unique by_year country_code region year
  key by_created created_at
table contact_count
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  address_hash text
  channel_code text
  purpose_code text
  kind text
  outcome text null
  message_id blob null
  party_id blob null
  evidence_at integer null
  at integer
  primary id
  key by_address address_hash kind at
  key by_party party_id kind at
  key by_message message_id
table message_template
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  code text
  channel_code text
  language text
  category text
  subject text null
  body text
  variables text
  provider_reference text null
  provider_language text null
  provider_variables text
  approval text
  primary id
  unique by_code code channel_code language
  key by_created created_at
table session_window
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  address_hash text
  channel_code text
  sender text
  last_at integer null
  reference text null
  closed_at integer null
  primary id
  unique by_address address_hash sender

# Messages and the outbox.

# Inbound.
)";

}  // namespace atlas
