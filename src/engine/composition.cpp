#include "composition.hpp"

#include "atlas/access_explain.hpp"
#include "atlas/activities.hpp"
#include "atlas/appointments.hpp"
#include "atlas/audit.hpp"
#include "atlas/channels.hpp"
#include "atlas/consent.hpp"
#include "atlas/documents.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/exports.hpp"
#include "atlas/imports.hpp"
#include "atlas/inbound.hpp"
#include "atlas/listing_duplicates.hpp"
#include "atlas/listings.hpp"
#include "atlas/messages.hpp"
#include "atlas/meta.hpp"
#include "atlas/moderation.hpp"
#include "atlas/organisations.hpp"
#include "atlas/outbox.hpp"
#include "atlas/parties.hpp"
#include "atlas/portal.hpp"
#include "atlas/reference.hpp"
#include "atlas/sending.hpp"
#include "atlas/status_changes.hpp"
#include "atlas/templates.hpp"
#include "atlas/users.hpp"
#include "atlas/workflow_operations.hpp"

namespace atlas {

std::unique_ptr<Registry> compose(const Catalog& catalog) {
  auto registry = std::make_unique<Registry>(catalog);
  organisations::register_organisations(*registry);
  users::register_users(*registry);
  access::register_access(*registry);
  reference_data::register_reference(*registry);
  parties::register_parties(*registry);
  workflow::register_status_changes(*registry);
  workflow::register_workflows(*registry);
  listings::register_listings(*registry);
  dossiers::register_dossiers(*registry);
  appointments::register_appointments(*registry);
  documents::register_documents(*registry);
  consents::register_consents(*registry);
  sending::register_sending(*registry);
  templates::register_templates(*registry);
  activities::register_activities(*registry);
  channels::register_channels(*registry);
  duplicates::register_duplicates(*registry);
  listing_duplicates::register_listing_duplicates(*registry);
  messages::register_messages(*registry);
  outbox::register_outbox(*registry);
  inbound::register_inbound(*registry);
  moderation::register_moderation(*registry);
  portal::register_portal(*registry);
  imports::register_imports(*registry);
  exports::register_exports(*registry);
  audit::register_audit(*registry);
  meta::register_meta(*registry);
  return registry;
}

}  // namespace atlas
