#pragma once
// What headers mean; private to the room.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/import_fields.hpp"

namespace atlas::imports {

/// What a column is about, whatever the kind of record.
enum class Concept : std::uint8_t {
  none,
  id,
  given_name,
  family_name,
  full_name,
  company,
  phone,
  mobile,
  email,
  city,
  zone,
  postal_code,
  address,
  country,
  title,
  description,
  price,
  rent,
  price_of_unit,  // by the square metre: no field
  other_money,    // amounts that are no price and have no field: taxes, a price without the fees
  surface,
  living_surface,
  carrez_surface,
  land_surface,
  rooms,
  bedrooms,
  bathrooms,
  floor,
  property_type,
  transaction,
  amenities,
  built_year,
  latitude,
  longitude,
  mandate,
  land_title,
  energy_number,
  energy_date,
  energy_class,
  climate_class,
  energy_use,
  emissions,
  energy_cost_min,
  energy_cost_max,
  energy_prices_year,
  fees_payer,
  fees_amount,
  fees_percent,
  fees_schedule,
  coownership,
  coownership_lots,
  coownership_charges,
  coownership_procedure,
  charges,
  charges_included,
  deposit,
  furnished,
  available,
  budget,
  budget_min,
  budget_max,
  lead_source,
  seen,
  birth_date,
  national_id,
  role,
  locale,
  notes,
  case_type,
  channel,
  purpose,
  wording,
  wording_version,
  consent_date,
  evidence,
  evidence_kind,
  evidence_hash,
};

/// A name that columns have.
struct HeaderPhrase {
  Concept about;
  std::string_view words;  ///< folded, one space between
};
std::span<const HeaderPhrase> header_phrases() noexcept;

/// What a header says, and how surely (0..100).
struct HeaderMeaning {
  Concept about = Concept::none;
  int confidence = 0;
};
HeaderMeaning meaning_of(std::string_view header);

/// Does a header say that its amounts are the price, are a rent, or are something else than the price? For
/// columns that are known by their contents only.
enum class PriceWords : std::uint8_t { nothing, price, rent, another };
PriceWords price_words_of(std::string_view header);

/// The field of `kind` that holds it: a name of the kind's table, a member of meta, `external_id`, `seen_at`,
/// `phone_region`; empty when the kind has none.
std::string_view field_for(ImportKind kind, Concept about);
/// How much it speaks for the kind.
int weight_for(ImportKind kind, Concept about);

}  // namespace atlas::imports
