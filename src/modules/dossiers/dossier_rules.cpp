#include "dossier_rules.hpp"

#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/workflow.hpp"

namespace atlas::dossiers {
namespace {

/// The first 8 bytes of a hash of rule and value.
std::int64_t hash8(std::int64_t kind, std::string_view value) {
  const Hash h = sha256(std::to_string(kind) + ":" + std::string(value));
  std::uint64_t n = 0;
  for (int i = 0; i < 8; ++i) n = n << 8 | h[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(n);
}

template <class T>
bool fill(const std::optional<T>& from, std::optional<T>& to) {
  if (to || !from) return false;
  to = from;
  return true;
}

}  // namespace

MatchKey phone_key(std::string_view e164) { return {match_phone, hash8(match_phone, e164)}; }
MatchKey email_key(std::string_view folded) { return {match_email, hash8(match_email, folded)}; }

void match_keys(const Dossier& d, const Normaliser& normaliser, std::vector<MatchKey>& out) {
  if (d.archived_at) return;
  if (d.phone) out.push_back(phone_key(*d.phone));
  if (d.email) out.push_back(email_key(normaliser.fold_email(*d.email)));
}

bool listings_agree(const std::optional<Uuid>& a, const std::optional<Uuid>& b) {
  return !a || !b || *a == *b;
}

bool is_open(Context& cx, const Dossier& d) {
  if (d.archived_at) return false;
  const auto definition = workflow::definition_for(cx, d.case_type_code, d.workflow_version);
  const auto* state = definition ? definition->state(d.status_code) : nullptr;
  return !state || !state->terminal;
}

bool fill_absent(const Dossier& from, Dossier& to) {
  bool filled = fill(from.listing_id, to.listing_id);
  if (!to.phone && from.phone) {
    to.phone = from.phone;
    to.phone_raw = from.phone_raw;
    to.phone_region_source = from.phone_region_source;
    filled = true;
  }
  filled |= fill(from.email, to.email);
  filled |= fill(from.budget_min, to.budget_min);
  filled |= fill(from.budget_max, to.budget_max);
  filled |= fill(from.city, to.city);
  filled |= fill(from.locale, to.locale);
  filled |= fill(from.contact_channel_preferred, to.contact_channel_preferred);
  filled |= fill(from.party_id, to.party_id);
  for (const ExternalRef& ref : from.external_refs) {
    const bool known =
        std::find(to.external_refs.begin(), to.external_refs.end(), ref) != to.external_refs.end();
    if (known || static_cast<std::int64_t>(to.external_refs.size()) >= external_ref_count.max) continue;
    to.external_refs.push_back(ref);
    filled = true;
  }
  return filled;
}

}  // namespace atlas::dossiers
