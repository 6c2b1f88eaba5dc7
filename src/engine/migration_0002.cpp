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

# Keys of data subjects that came from another store, each sealed under a subject of this one.
table adopted_subject secure
  id blob
  local_id blob
  sealed blob
  primary id

# Organisations, parties, dossiers.
# A column that an older table gains is `null`: entity hashes leave absent cells out, so those made
# before hold.
add column dossier external_refs text null
add column party external_refs text null

# Reference data.
add column organisation reference_stamp integer null
table reference_code
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dict_type text
  code text
  labels text
  sort_order integer null
  is_active integer
  metadata text
  primary id
  unique by_code dict_type code

# Listings.
table listing secure full_text
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  status_code text
  transaction_type_code text
  property_type_code text
  title text
  description text null
  price_amount integer null
  price_currency text null
  surface_m2 integer null
  surface_carrez integer null
  surface_habitable integer null
  surface_reference integer null
  surface_terrain integer null
  rooms integer null
  bedrooms integer null
  bathrooms integer null
  floor integer null
  built_year integer null
  amenities text
  country_code text
  city text null
  zone text null
  postal_code text null
  address_text text null
  lat integer null
  lng integer null
  contact_name text null
  contact_phone text null
  contact_phone_raw text null
  contact_phone_region_source text null
  owner_party_id blob null
  mandate_number text null
  energy text null
  fees text null
  coownership text null
  terms text null
  land_title_code text null
  visibility text
  slug text
  external_refs text
  quality_score integer
  quality_gaps text
  duplicate_score integer null
  duplicate_explanation text null
  duplicate_override text null
  published_at integer null
  suspension_reason_code text null
  primary id
  key by_created created_at
  key by_city city created_at
  key by_status status_code created_at
  key by_published status_code published_at
  key by_price transaction_type_code status_code price_amount
  key by_owner owner_party_id created_at
  unique by_slug slug
table listing_media
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  listing_id blob
  media_type_code text
  storage_key text
  content_hash text null
  perceptual_hash text null
  position integer
  is_primary integer
  width integer null
  height integer null
  primary id
  key by_listing listing_id position
  key by_content content_hash
  key by_perceptual perceptual_hash
table price_change
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  listing_id blob
  at integer
  from_amount integer null
  from_currency text null
  to_amount integer null
  to_currency text null
  source text
  primary id
  key by_listing listing_id at

# Appointments.
table appointment secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  dossier_id blob
  listing_id blob null
  type_code text
  status_code text
  starts_at integer
  ends_at integer
  time_zone text
  location_text text null
  assigned_to_user_id blob null
  attendees text
  confirm_status_code text
  outcome_code text null
  comment text null
  primary id
  key by_created created_at
  key by_dossier dossier_id starts_at
  key by_assignee assigned_to_user_id starts_at
  key by_start starts_at
  key by_listing listing_id starts_at

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
table consent secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  channel_code text
  address text null
  purpose_code text
  state text
  expires_at integer null
  party_id blob null
  dossier_id blob null
  events integer
  primary id
  key by_created created_at
  unique by_address address channel_code purpose_code
  key by_state state expires_at
  key by_party party_id
  key by_dossier dossier_id
table consent_event secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  consent_id blob
  number integer
  kind text
  at integer
  source_code text null
  wording text null
  wording_version text null
  language text null
  evidence text null
  actor_kind text
  actor_id blob null
  ip text null
  device text null
  message_id text null
  party_id blob null
  dossier_id blob null
  request_id blob null
  expires_at integer null
  token_hash text null
  nonce text
  previous_hash text
  hash text
  primary id
  unique by_consent consent_id number
  unique by_token token_hash
table objection secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  party_id blob
  in_force integer
  at integer
  source_code text null
  wording text null
  message_id text null
  evidence text null
  lifted_at integer null
  lifted_source_code text null
  lifted_wording text null
  lifted_evidence text null
  primary id
  key by_created created_at
  key by_force in_force party_id
  key by_party party_id created_at
table suppression
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
  reason text
  at integer
  primary id
  unique by_address address_hash purpose_code

# Moderation.
table listing_report secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  listing_id blob
  reason_code text
  comment text null
  reporter text null
  reporter_kind text
  status_code text
  case_id blob null
  decided_by blob null
  closed_at integer null
  resolution text null
  resolution_comment text null
  primary id
  key by_created created_at
  key by_status status_code created_at
  key by_listing listing_id status_code created_at
table moderation_case
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  entity_kind text
  entity_id blob
  status_code text
  reason_code text
  comment text null
  opened_by blob null
  decided_by blob null
  decided_at integer null
  justification text null
  blocks integer
  primary id
  key by_created created_at
  key by_status status_code created_at
  key by_entity entity_id status_code created_at

# The public side.
table portal_count
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  listing_id blob
  day integer
  kind text
  count integer
  primary id
  unique by_day listing_id day kind

# Exports.
table export_job secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  kind text
  format text
  where text
  archived integer
  status_code text
  rows integer
  finished_at integer null
  primary id
  key by_created created_at

# Imports.
table import_job
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  kind text
  source text null
  file_name text null
  file_hash text null
  map text
  dry_run integer
  status_code text
  rows integer
  created integer
  updated integer
  duplicate integer
  refused integer
  warnings integer
  rows_done integer
  reasons text
  warning_counts text
  started_at integer
  finished_at integer null
  failure text null
  reverted_at integer null
  revert_stage text null
  revert_row integer null
  reverted_created integer
  reverted_updated integer
  reverted_kept integer
  primary id
  key by_created created_at
  key by_status status_code created_at
  key by_file file_hash created_at
table import_row secure
  id blob
  version integer
  created_at integer
  updated_at integer
  created_by blob null
  archived_at integer null
  subject_id blob
  meta text
  job_id blob
  row integer
  line integer
  outcome text
  entity_kind text null
  entity_id blob null
  entity_version integer null
  undone_version integer null
  seen_at integer null
  reason text null
  field text null
  message text null
  warnings text null
  undo text null
  primary id
  unique by_row job_id row
  key by_outcome job_id outcome row
  key by_entity entity_id job_id
)";

}  // namespace atlas
