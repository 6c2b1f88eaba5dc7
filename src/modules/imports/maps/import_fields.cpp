#include "atlas/import_fields.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace atlas::imports {
namespace {

constexpr std::array<std::string_view, 4> kind_names{"listings", "dossiers", "parties", "consents"};
constexpr std::array<std::string_view, 4> operations{"listings.create", "dossiers.create", "parties.create",
                                                     "consents.grant"};

struct ParseName {
  std::string_view name;
  ValueShape shape;
};
// In the order of Parse.
constexpr std::array parses{
    ParseName{"text", ValueShape::text},          ParseName{"body", ValueShape::text},
    ParseName{"code", ValueShape::text},          ParseName{"price", ValueShape::money},
    ParseName{"surface", ValueShape::decimal},    ParseName{"decimal", ValueShape::decimal},
    ParseName{"integer", ValueShape::integer},    ParseName{"count", ValueShape::integer},
    ParseName{"rooms", ValueShape::integer},      ParseName{"bedrooms", ValueShape::integer},
    ParseName{"bathrooms", ValueShape::integer},  ParseName{"floor", ValueShape::integer},
    ParseName{"boolean", ValueShape::boolean},    ParseName{"date", ValueShape::date},
    ParseName{"time", ValueShape::time},          ParseName{"phone", ValueShape::text},
    ParseName{"email", ValueShape::text},         ParseName{"list", ValueShape::texts},
    ParseName{"codes", ValueShape::texts},        ParseName{"phones", ValueShape::texts},
    ParseName{"emails", ValueShape::texts},       ParseName{"city", ValueShape::text},
    ParseName{"region", ValueShape::text},        ParseName{"locale", ValueShape::text},
    ParseName{"choice", ValueShape::text},        ParseName{"percent", ValueShape::decimal},
    ParseName{"yearly_price", ValueShape::money}, ParseName{"id", ValueShape::text},
};
static_assert(parses.size() == static_cast<std::size_t>(Parse::id) + 1);

constexpr Choice energy_classes[] = {{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"},
                                     {"e", "E"}, {"f", "F"}, {"g", "G"}};
constexpr Choice energy_kinds[] = {
    {"existant", "EXISTING"}, {"ancien", "EXISTING"},   {"existing", "EXISTING"},  {"neuf", "NEW"},
    {"new", "NEW"},           {"immeuble", "BUILDING"}, {"collectif", "BUILDING"}, {"building", "BUILDING"}};
constexpr Choice altitudes[] = {
    {"moins de 400 m", "LT400"}, {"inferieure a 400 m", "LT400"}, {"lt400", "LT400"},
    {"400 800 m", "400_800"},    {"400 a 800 m", "400_800"},      {"entre 400 et 800 m", "400_800"},
    {"400 800", "400_800"},      {"plus de 800 m", "GT800"},      {"superieure a 800 m", "GT800"},
    {"gt800", "GT800"}};
constexpr Choice energy_exemptions[] = {{"utilisation temporaire", "DPE_EXEMPT_TEMPORARY"},
                                        {"independant de moins de 50 m2", "DPE_EXEMPT_SMALL_DETACHED"},
                                        {"lieu de culte", "DPE_EXEMPT_WORSHIP"},
                                        {"monument historique", "DPE_EXEMPT_MONUMENT"},
                                        {"non chauffe", "DPE_EXEMPT_UNHEATED"},
                                        {"vefa", "DPE_EXEMPT_OFF_PLAN"}};
constexpr Choice fee_payers[] = {
    {"acquereur", "BUYER"},      {"acquereurs", "BUYER"},  {"acheteur", "BUYER"},
    {"buyer", "BUYER"},          {"vendeur", "SELLER"},    {"vendeurs", "SELLER"},
    {"seller", "SELLER"},        {"locataire", "TENANT"},  {"tenant", "TENANT"},
    {"bailleur", "LANDLORD"},    {"landlord", "LANDLORD"}, {"aucun", "NONE"},
    {"sans honoraires", "NONE"}, {"none", "NONE"},         {"pas d honoraires", "NONE"}};
constexpr Choice land_titles[] = {{"titre", "LAND_TITLED"},
                                  {"titree", "LAND_TITLED"},
                                  {"titre foncier", "LAND_TITLED"},
                                  {"titled", "LAND_TITLED"},
                                  {"محفظ", "LAND_TITLED"},
                                  {"requisition", "LAND_IN_REGISTRATION"},
                                  {"en cours d immatriculation", "LAND_IN_REGISTRATION"},
                                  {"melkia", "LAND_UNTITLED"},
                                  {"melk", "LAND_UNTITLED"},
                                  {"non titre", "LAND_UNTITLED"},
                                  {"untitled", "LAND_UNTITLED"},
                                  {"غير محفظ", "LAND_UNTITLED"}};

using T = TargetField;

constexpr T listing_fields[] = {
    T{.name = "transaction_type_code", .parse = Parse::code, .dictionary = "TX_TYPE", .is_required = true},
    T{.name = "property_type_code", .parse = Parse::code, .dictionary = "PROPERTY_TYPE", .is_required = true},
    T{.name = "title", .max_length = 120, .is_required = true},
    T{.name = "description", .parse = Parse::body, .max_length = 5000},
    T{.name = "price", .parse = Parse::price, .zero_is_absent = true},
    T{.name = "surface_m2", .parse = Parse::surface, .scale = 2, .zero_is_absent = true},
    T{.name = "surface_carrez", .parse = Parse::surface, .scale = 2, .zero_is_absent = true},
    T{.name = "surface_habitable", .parse = Parse::surface, .scale = 2, .zero_is_absent = true},
    T{.name = "surface_reference", .parse = Parse::surface, .scale = 2, .zero_is_absent = true},
    T{.name = "surface_terrain", .parse = Parse::surface, .scale = 2, .zero_is_absent = true},
    T{.name = "rooms", .parse = Parse::rooms, .zero_is_absent = true},
    T{.name = "bedrooms", .parse = Parse::bedrooms},
    T{.name = "bathrooms", .parse = Parse::bathrooms},
    T{.name = "floor", .parse = Parse::floor},
    T{.name = "built_year", .parse = Parse::integer, .zero_is_absent = true},
    T{.name = "amenities", .parse = Parse::list, .max_length = 64},
    T{.name = "country_code", .parse = Parse::region},
    T{.name = "city", .parse = Parse::city, .max_length = 200},
    T{.name = "zone", .parse = Parse::city, .max_length = 200},
    T{.name = "postal_code", .max_length = 16},
    T{.name = "address_text", .max_length = 500},
    T{.name = "lat", .parse = Parse::decimal, .scale = 7},
    T{.name = "lng", .parse = Parse::decimal, .scale = 7},
    T{.name = "contact_name", .max_length = 200},
    T{.name = "contact_phone", .parse = Parse::phone, .max_length = 64},
    T{.name = "owner_party_id", .parse = Parse::id},
    T{.name = "mandate_number", .max_length = 64},
    T{.name = "energy.number", .max_length = 32},
    T{.name = "energy.issued_on", .parse = Parse::date},
    T{.name = "energy.kind", .parse = Parse::choice, .choices = energy_kinds},
    T{.name = "energy.energy_class", .parse = Parse::choice, .choices = energy_classes},
    T{.name = "energy.climate_class", .parse = Parse::choice, .choices = energy_classes},
    T{.name = "energy.cep", .parse = Parse::decimal, .scale = 2},
    T{.name = "energy.eges", .parse = Parse::decimal, .scale = 2},
    T{.name = "energy.climate_zone", .max_length = 8},
    T{.name = "energy.altitude", .parse = Parse::choice, .choices = altitudes},
    T{.name = "energy.annual_cost_min", .parse = Parse::yearly_price, .zero_is_absent = true},
    T{.name = "energy.annual_cost_max", .parse = Parse::yearly_price, .zero_is_absent = true},
    T{.name = "energy.prices_year", .parse = Parse::integer, .zero_is_absent = true},
    T{.name = "energy.exemption_code", .parse = Parse::choice, .choices = energy_exemptions},
    T{.name = "fees.payer_code", .parse = Parse::choice, .choices = fee_payers},
    T{.name = "fees.amount", .parse = Parse::price, .zero_is_absent = true},
    T{.name = "fees.percent", .parse = Parse::percent, .scale = 2, .zero_is_absent = true},
    T{.name = "fees.schedule_url", .max_length = 500},
    T{.name = "coownership.applies", .parse = Parse::boolean},
    T{.name = "coownership.lots", .parse = Parse::count, .zero_is_absent = true},
    T{.name = "coownership.annual_charges", .parse = Parse::yearly_price, .zero_is_absent = true},
    T{.name = "coownership.procedure", .parse = Parse::boolean},
    T{.name = "terms.charges", .parse = Parse::price},
    T{.name = "terms.charges_included", .parse = Parse::boolean},
    T{.name = "terms.deposit", .parse = Parse::price},
    T{.name = "terms.furnished", .parse = Parse::boolean},
    T{.name = "terms.available_on", .parse = Parse::date},
    T{.name = "land_title_code", .parse = Parse::choice, .choices = land_titles},
};

constexpr T dossier_fields[] = {
    T{.name = "case_type_code", .parse = Parse::code, .dictionary = "CASE_TYPE"},
    T{.name = "source_code", .parse = Parse::code, .dictionary = "LEAD_SOURCE"},
    T{.name = "contact_name", .max_length = 200, .is_required = true},
    T{.name = "phone", .parse = Parse::phone, .max_length = 64},
    T{.name = "email", .parse = Parse::email, .max_length = 254},
    T{.name = "listing_id", .parse = Parse::id},
    T{.name = "budget_min", .parse = Parse::price, .zero_is_absent = true},
    T{.name = "budget_max", .parse = Parse::price, .zero_is_absent = true},
    T{.name = "assigned_to_user_id", .parse = Parse::id},
    T{.name = "city", .parse = Parse::city, .max_length = 200},
    T{.name = "locale", .parse = Parse::locale},
    T{.name = "contact_channel_preferred", .parse = Parse::code, .dictionary = "CHANNEL_TYPE"},
    T{.name = "party_id", .parse = Parse::id},
    T{.name = "qualification.notes", .parse = Parse::body, .max_length = 20'000},
    T{.name = "qualification.score", .parse = Parse::integer},
    T{.name = "qualification.needs", .parse = Parse::codes, .dictionary = "NEED_TYPE"},
    T{.name = "qualification.desired_plan_key", .max_length = 64},
    T{.name = "qualification.actor_type", .max_length = 500},
    T{.name = "qualification.company", .max_length = 200},
    T{.name = "qualification.team_size_bucket", .max_length = 64},
    T{.name = "qualification.listing_volume_bucket", .max_length = 64},
    T{.name = "qualification.deal_value", .parse = Parse::price},
    T{.name = "strict", .parse = Parse::boolean},
};

constexpr T party_fields[] = {
    T{.name = "role_code", .parse = Parse::code, .dictionary = "PARTY_ROLE", .is_required = true},
    T{.name = "given_name", .max_length = 200},
    T{.name = "family_name", .max_length = 200},
    T{.name = "organisation_name", .max_length = 200},
    T{.name = "phones", .parse = Parse::phones, .max_length = 64},
    T{.name = "emails", .parse = Parse::emails, .max_length = 254},
    T{.name = "address", .max_length = 500},
    T{.name = "national_id", .max_length = 64},
    T{.name = "birth_date", .parse = Parse::date},
    T{.name = "preferred_locale", .parse = Parse::locale},
};

constexpr T consent_fields[] = {
    T{.name = "channel_code", .parse = Parse::code, .dictionary = "CHANNEL_TYPE", .is_required = true},
    T{.name = "address", .max_length = 254, .is_required = true},
    T{.name = "purpose_code", .parse = Parse::code, .dictionary = "CONSENT_TYPE", .is_required = true},
    T{.name = "source_code", .parse = Parse::code, .dictionary = "CONSENT_SOURCE", .is_required = true},
    T{.name = "wording", .parse = Parse::body, .max_length = 20'000},
    T{.name = "wording_version", .max_length = 64},
    T{.name = "language", .parse = Parse::locale},
    T{.name = "evidence.kind", .max_length = 64},
    T{.name = "evidence.reference", .max_length = 1000},
    T{.name = "evidence.sha256", .max_length = 64},
    T{.name = "ip", .max_length = 45},
    T{.name = "device", .max_length = 500},
    T{.name = "message_id", .max_length = 256},
    T{.name = "at", .parse = Parse::time},
    T{.name = "expires_at", .parse = Parse::time},
    T{.name = "party_id", .parse = Parse::id},
    T{.name = "dossier_id", .parse = Parse::id},
};

bool is_member_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::optional<ImportKind> parse_import_kind(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names[i] == text) return static_cast<ImportKind>(i);
  return std::nullopt;
}
std::string_view to_string(ImportKind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }
std::string_view operation_of(ImportKind kind) noexcept { return operations[static_cast<std::size_t>(kind)]; }

std::optional<Parse> parse_parse(std::string_view text) noexcept {
  for (std::size_t i = 0; i < parses.size(); ++i)
    if (parses[i].name == text) return static_cast<Parse>(i);
  return std::nullopt;
}
std::string_view to_string(Parse parse) noexcept { return parses[static_cast<std::size_t>(parse)].name; }
ValueShape shape_of(Parse parse) noexcept { return parses[static_cast<std::size_t>(parse)].shape; }

std::span<const TargetField> target_fields(ImportKind kind) noexcept {
  switch (kind) {
    case ImportKind::listings:
      return listing_fields;
    case ImportKind::dossiers:
      return dossier_fields;
    case ImportKind::parties:
      return party_fields;
    case ImportKind::consents:
      return consent_fields;
  }
  return {};
}

std::optional<TargetField> find_target(ImportKind kind, std::string_view name) noexcept {
  for (const TargetField& f : target_fields(kind))
    if (f.name == name) return f;
  const bool meta = kind != ImportKind::consents && name.starts_with("meta.");
  const bool utm = kind == ImportKind::dossiers && name.starts_with("utm.");
  if ((meta || utm) && is_member_name(name.substr(name.find('.') + 1)))
    return TargetField{.name = name, .parse = Parse::text, .max_length = 1000};
  return std::nullopt;
}

}  // namespace atlas::imports
