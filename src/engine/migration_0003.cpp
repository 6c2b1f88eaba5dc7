// Schema version 3: pipelines of one's own, duplicates and merges, messages. Frozen once released.

#include "migrations.hpp"

namespace atlas {

const std::string_view migration_0003 = R"(
# Parties.
add column party time_zone text null

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

# Merges.
add column dossier merged_into blob null
add column party merged_into blob null
add column listing merged_into blob null
table merge_record secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  survivor_id blob
  loser_id blob
  choices text
  loser_status text null
  survivor_changed_at integer
  loser_changed_at integer
  round integer
  references integer
  fields_changed integer
  undone_at integer null
  undone_by blob null
  conflicts text
  primary id
  key by_created created_at
  key by_survivor survivor_id created_at
  key by_loser loser_id created_at
table merge_line secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  merge_id blob
  round integer
  number integer
  part text
  entity_kind text
  entity_id blob
  field text
  before text null
  after text null
  source text
  primary id
  unique by_merge merge_id round number
  key by_entity entity_id

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
table message secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dossier_id blob null
  party_id blob null
  entry text
  direction text
  channel_code text
  address text null
  occurred_at integer
  type text
  subject text null
  body text null
  media text
  profile_name text null
  reply_to_id blob null
  status_code text null
  purpose_code text null
  kind text null
  template_code text null
  locale text null
  variables text null
  priority integer null
  urgent integer
  not_before integer null
  held_reason text null
  expires_at integer null
  account_id blob null
  provider text null
  provider_message_id text null
  send_once text null
  cause text null
  evidence text null
  attempts integer
  uncertain integer
  resent integer
  error_code text null
  error_text text null
  sent_at integer null
  delivered_at integer null
  read_at integer null
  failed_at integer null
  settled_at integer null
  retry_of_id blob null
  call_outcome text null
  duration_seconds integer null
  primary id
  key by_entry entry created_at
  key by_dossier dossier_id occurred_at
  key by_party party_id occurred_at
  key by_address address occurred_at
  key by_status status_code created_at
  unique by_provider provider_message_id account_id
  unique by_send_once send_once
  key by_retry retry_of_id
table outbound_message
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  status_code text
  priority integer
  ready integer null
  next_at integer
  lane text
  in_flight text null
  in_line text null
  parked text null
  token integer
  lease_until integer null
  attempts integer
  spent integer
  later_since integer null
  primary id
  key by_ready ready next_at
  key by_lease lease_until
  unique by_flight in_flight
  unique by_line in_line
  key by_parked parked priority next_at
table outbound_attempt
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  message_id blob
  number integer
  token integer
  account_id blob null
  provider text
  status_code text
  started_at integer
  finished_at integer null
  late integer
  spent integer
  provider_message_id text null
  reason text null
  error_code text null
  error_text text null
  retry_at integer null
  primary id
  unique by_message message_id number
  key by_provider provider_message_id account_id
table stray_report
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  account_id blob
  provider_message_id text
  state text
  at integer null
  error_code text null
  error_text text null
  failure text null
  primary id
  key by_provider provider_message_id account_id
  key by_created created_at
table sending_pace
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  gauge text
  free_at integer
  day integer
  count integer
  primary id
  unique by_gauge gauge
table outbox_hour
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  hour integer
  sent integer
  delivered integer
  read integer
  failed integer
  uncertain integer
  blocked integer
  retries integer
  signature_failures integer
  queued_to_sent text
  sent_to_delivered text
  errors text
  primary id
  unique by_hour hour

# Inbound.
table inbound_failure secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  account_id blob
  provider text
  status_code text
  items text
  size integer
  tries integer
  sealed text
  primary id
  key by_created created_at
  key by_status status_code created_at
)";

}  // namespace atlas
