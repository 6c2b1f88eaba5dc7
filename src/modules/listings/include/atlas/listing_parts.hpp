#pragma once
// The parts of a listing that are objects of their own: energy, fees, co-ownership, terms of a lease, the
// marks that rules leave on it. Included by listings.hpp.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/schema.hpp"

namespace atlas {

namespace listings {
/// Labels of the French energy performance certificate (DPE).
inline constexpr std::array<std::string_view, 7> energy_classes{"A", "B", "C", "D", "E", "F", "G"};
inline constexpr std::array<std::string_view, 3> energy_kinds{"EXISTING", "NEW", "BUILDING"};
inline constexpr std::array<std::string_view, 3> altitude_bands{"LT400", "400_800", "GT800"};
/// Why a property has no energy certificate: used for at most two years, detached and under 50 m² (no
/// dwelling), place of worship, protected monument, not heated, sold off plan.
inline constexpr std::array<std::string_view, 6> energy_exemptions{
    "DPE_EXEMPT_TEMPORARY", "DPE_EXEMPT_SMALL_DETACHED", "DPE_EXEMPT_WORSHIP",
    "DPE_EXEMPT_MONUMENT",  "DPE_EXEMPT_UNHEATED",       "DPE_EXEMPT_OFF_PLAN"};
/// Who pays the agency; NONE = no fees.
inline constexpr std::array<std::string_view, 5> fee_payers{"BUYER", "SELLER", "TENANT", "LANDLORD", "NONE"};
/// State of the land register in Morocco: titled, registration under way, not titled (melkia).
inline constexpr std::array<std::string_view, 3> land_titles{"LAND_TITLED", "LAND_IN_REGISTRATION",
                                                             "LAND_UNTITLED"};
}  // namespace listings

/// What the energy certificate says, or why there is none. `annual_cost_*`: the estimated yearly spending on
/// energy for a standard use, at the prices of `prices_year`.
struct ListingEnergy {
  std::optional<std::string> number;
  std::optional<Date> issued_on;
  std::optional<std::string> kind;
  std::optional<std::string> energy_class;
  std::optional<std::string> climate_class;
  std::optional<Decimal> cep;   ///< primary energy, kWh/m²/year
  std::optional<Decimal> eges;  ///< kg CO2-eq/m²/year
  std::optional<std::string> climate_zone;
  std::optional<std::string> altitude;
  std::optional<Money> annual_cost_min;
  std::optional<Money> annual_cost_max;
  std::optional<std::int64_t> prices_year;
  std::optional<std::string> exemption_code;
};
template <>
struct Describe<ListingEnergy> {
  using T = ListingEnergy;
  static constexpr std::string_view name = "listing_energy";
  static constexpr std::array fields{
      field<&T::number>("number", line(1, 32)),
      field<&T::issued_on>("issued_on"),
      field<&T::kind>("kind", one_of(listings::energy_kinds)),
      field<&T::energy_class>("energy_class", one_of(listings::energy_classes)),
      field<&T::climate_class>("climate_class", one_of(listings::energy_classes)),
      field<&T::cep>("cep", decimal(2, 0, 1'000'000)),
      field<&T::eges>("eges", decimal(2, 0, 1'000'000)),
      field<&T::climate_zone>("climate_zone", line(1, 8)),
      field<&T::altitude>("altitude", one_of(listings::altitude_bands)),
      field<&T::annual_cost_min>("annual_cost_min", range(0, max_money)),
      field<&T::annual_cost_max>("annual_cost_max", range(0, max_money)),
      field<&T::prices_year>("prices_year", range(2000, 2200)),
      field<&T::exemption_code>("exemption_code", one_of(listings::energy_exemptions))};
};

/// The agency's fees, all taxes included. `percent` is of the price without fees; when the buyer pays, the
/// listing's price includes the fees, and one of `amount` and `percent` tells the other.
struct ListingFees {
  std::optional<std::string> payer_code;
  std::optional<Money> amount;
  std::optional<Decimal> percent;
  std::optional<std::string> schedule_url;  ///< where the agency's scale of fees is shown
};
template <>
struct Describe<ListingFees> {
  using T = ListingFees;
  static constexpr std::string_view name = "listing_fees";
  static constexpr std::array fields{field<&T::payer_code>("payer_code", one_of(listings::fee_payers)),
                                     field<&T::amount>("amount", range(0, max_money)),
                                     field<&T::percent>("percent", decimal(2, 0, 10'000)),
                                     field<&T::schedule_url>("schedule_url", line(1, 500))};
};

/// Is the property a lot of a co-ownership; if so its lots, the seller's average yearly charges, and whether
/// a procedure against the association of owners is under way.
struct ListingCoownership {
  std::optional<bool> applies;
  std::optional<std::int64_t> lots;
  std::optional<Money> annual_charges;
  std::optional<bool> procedure;
};
template <>
struct Describe<ListingCoownership> {
  using T = ListingCoownership;
  static constexpr std::string_view name = "listing_coownership";
  static constexpr std::array fields{
      field<&T::applies>("applies"), field<&T::lots>("lots", range(1, 100'000)),
      field<&T::annual_charges>("annual_charges", range(0, max_money)), field<&T::procedure>("procedure")};
};

/// What a tenant pays beside the rent, and gets with it. `charges` are by month.
struct ListingTerms {
  std::optional<Money> charges;
  std::optional<bool> charges_included;
  std::optional<Money> deposit;
  std::optional<bool> furnished;
  std::optional<Date> available_on;
};
template <>
struct Describe<ListingTerms> {
  using T = ListingTerms;
  static constexpr std::string_view name = "listing_terms";
  static constexpr std::array fields{
      field<&T::charges>("charges", range(0, max_money)), field<&T::charges_included>("charges_included"),
      field<&T::deposit>("deposit", range(0, max_money)), field<&T::furnished>("furnished"),
      field<&T::available_on>("available_on")};
};

/// One thing that would make a listing better: a stable code ("photos", "description_long") and the points
/// of 100 that it would bring.
struct QualityGap {
  std::string code;
  std::int64_t points = 0;
  friend bool operator==(const QualityGap&, const QualityGap&) = default;
};
template <>
struct Describe<QualityGap> {
  using T = QualityGap;
  static constexpr std::string_view name = "quality_gap";
  static constexpr std::array fields{field<&T::code>("code", line(1, 64)), field<&T::points>("points")};
};

/// A manager's word that a listing is no duplicate. Good for scores up to `score`.
struct DuplicateOverride {
  Uuid by;
  Timestamp at;
  std::int64_t score = 0;
  std::string justification;
};
template <>
struct Describe<DuplicateOverride> {
  using T = DuplicateOverride;
  static constexpr std::string_view name = "duplicate_override";
  static constexpr std::array fields{field<&T::by>("by", reference("user")), field<&T::at>("at"),
                                     field<&T::score>("score", range(0, 100)),
                                     field<&T::justification>("justification", body(1, 2000))};
};

}  // namespace atlas
