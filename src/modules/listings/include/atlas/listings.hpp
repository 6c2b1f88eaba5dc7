#pragma once
// Listings: the properties that an agency offers, their media, the changes of their price.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/external_refs.hpp"
#include "atlas/listing_parts.hpp"
#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

/// One property on offer. `status_code` moves by the compiled machine (ANN_DRAFT, ANN_PUBLISHED,
/// ANN_SUSPENDED, ANN_ARCHIVED); a published listing fulfils the publishing conditions at any time.
/// `contact_phone` is E.164 or absent when what was written (`contact_phone_raw`) cannot be read. `slug` is
/// unique in the organisation, made from title and city at creation, and kept. `quality_score` and
/// `quality_gaps` are those of the last save of the listing; `listings.quality` looks again, with the photos
/// of now. `duplicate_score` and its explanation are written by the search for duplicates.
struct Listing : Entity {
  std::string status_code = "ANN_DRAFT";
  std::string transaction_type_code;
  std::string property_type_code;
  std::string title;
  std::optional<std::string> description;
  std::optional<Money> price;  ///< a sale's price, or the rent of a month
  std::optional<Decimal> surface_m2;
  std::optional<Decimal> surface_carrez;
  std::optional<Decimal> surface_habitable;
  std::optional<Decimal> surface_reference;
  std::optional<Decimal> surface_terrain;
  std::optional<std::int64_t> rooms;
  std::optional<std::int64_t> bedrooms;
  std::optional<std::int64_t> bathrooms;
  std::optional<std::int64_t> floor;  ///< 0 = ground floor
  std::optional<std::int64_t> built_year;
  std::vector<std::string> amenities;
  std::string country_code;  ///< whose law the advertisement follows
  std::optional<std::string> city;
  std::optional<std::string> zone;
  std::optional<std::string> postal_code;
  std::optional<std::string> address_text;
  std::optional<Decimal> lat;  ///< degrees; both or none
  std::optional<Decimal> lng;
  std::optional<std::string> contact_name;
  std::optional<std::string> contact_phone;
  std::optional<std::string> contact_phone_raw;
  std::optional<std::string> contact_phone_region_source;
  std::optional<Uuid> owner_party_id;
  std::optional<std::string> mandate_number;
  std::optional<ListingEnergy> energy;
  std::optional<ListingFees> fees;
  std::optional<ListingCoownership> coownership;
  std::optional<ListingTerms> terms;
  std::optional<std::string> land_title_code;
  std::vector<std::string> visibility;  ///< PUBLICATION_CHANNEL
  std::string slug;
  std::vector<ExternalRef> external_refs;
  std::int64_t quality_score = 0;
  std::vector<QualityGap> quality_gaps;
  std::optional<std::int64_t> duplicate_score;
  std::optional<std::string> duplicate_explanation;  ///< JSON object
  std::optional<DuplicateOverride> duplicate_override;
  std::optional<Timestamp> published_at;  ///< first published
  std::optional<std::string> suspension_reason_code;
  std::optional<Uuid> merged_into;  ///< the listing that took its place
};
template <>
struct Describe<Listing> {
  using T = Listing;
  static constexpr std::string_view name = "listing";
  static constexpr Rules surface = decimal(2, 1, 1'000'000'000);
  static constexpr std::array fields{
      field<&T::status_code>("status_code", code("ANN_STATUS"), filterable),
      field<&T::transaction_type_code>("transaction_type_code", code("TX_TYPE"), updatable | filterable),
      field<&T::property_type_code>("property_type_code", code("PROPERTY_TYPE"), updatable | filterable),
      field<&T::title>("title", line(3, 120), updatable | searchable | free_text),
      field<&T::description>("description", body(1, 5000), updatable | searchable | free_text),
      field<&T::price>("price", range(0, max_money), updatable | filterable | sortable),
      field<&T::surface_m2>("surface_m2", surface, updatable | filterable),
      field<&T::surface_carrez>("surface_carrez", surface, updatable),
      field<&T::surface_habitable>("surface_habitable", surface, updatable),
      field<&T::surface_reference>("surface_reference", surface, updatable),
      field<&T::surface_terrain>("surface_terrain", surface, updatable | filterable),
      field<&T::rooms>("rooms", range(0, 1000), updatable | filterable),
      field<&T::bedrooms>("bedrooms", range(0, 1000), updatable | filterable),
      field<&T::bathrooms>("bathrooms", range(0, 1000), updatable | filterable),
      field<&T::floor>("floor", range(-20, 300), updatable | filterable),
      field<&T::built_year>("built_year", range(1000, 2200), updatable | filterable),
      field<&T::amenities>("amenities", formatted(Format::one_line, 64), updatable | filterable),
      field<&T::country_code>("country_code", formatted(Format::country), updatable | filterable),
      field<&T::city>("city", line(1, 200), updatable | filterable | searchable),
      field<&T::zone>("zone", line(1, 200), updatable | filterable | searchable),
      field<&T::postal_code>("postal_code", line(1, 16), updatable | filterable),
      field<&T::address_text>("address_text", line(1, 500), updatable | personal),
      field<&T::lat>("lat", decimal(7, -900'000'000, 900'000'000), updatable | personal),
      field<&T::lng>("lng", decimal(7, -1'800'000'000, 1'800'000'000), updatable | personal),
      field<&T::contact_name>("contact_name", line(1, 200), updatable | personal | withheld),
      field<&T::contact_phone>("contact_phone", formatted(Format::phone, 64),
                               updatable | personal | withheld),
      field<&T::contact_phone_raw>("contact_phone_raw", formatted(Format::phone, 64), personal | withheld),
      field<&T::contact_phone_region_source>("contact_phone_region_source", line(1, 32), withheld),
      field<&T::owner_party_id>("owner_party_id", reference("party"), updatable | filterable | withheld),
      field<&T::mandate_number>("mandate_number", line(1, 64), updatable | filterable),
      field<&T::energy>("energy", {}, updatable),
      field<&T::fees>("fees", {}, updatable),
      field<&T::coownership>("coownership", {}, updatable),
      field<&T::terms>("terms", {}, updatable),
      field<&T::land_title_code>("land_title_code", one_of(listings::land_titles), updatable | filterable),
      field<&T::visibility>("visibility", code("PUBLICATION_CHANNEL"), filterable),
      field<&T::slug>("slug", line(1, 120), filterable),
      field<&T::external_refs>("external_refs", external_ref_count, updatable),
      field<&T::quality_score>("quality_score", range(0, 100), filterable),
      field<&T::quality_gaps>("quality_gaps"),
      field<&T::duplicate_score>("duplicate_score", range(0, 100), filterable),
      field<&T::duplicate_explanation>("duplicate_explanation", json_object(64 * 1024), free_text),
      field<&T::duplicate_override>("duplicate_override", {}, free_text),
      field<&T::published_at>("published_at", {}, filterable | sortable),
      field<&T::suspension_reason_code>("suspension_reason_code", code("MOD_REASON"), filterable),
      field<&T::merged_into>("merged_into", reference("listing"), omit_absent)};
  static constexpr std::array keys{
      KeyDeclaration{"by_created", {"created_at"}},
      KeyDeclaration{"by_city", {"city", "created_at"}},
      KeyDeclaration{"by_status", {"status_code", "created_at"}},
      KeyDeclaration{"by_published", {"status_code", "published_at"}},
      KeyDeclaration{"by_price", {"transaction_type_code", "status_code", "price"}},
      KeyDeclaration{"by_owner", {"owner_party_id", "created_at"}},
      KeyDeclaration{"by_slug", {"slug"}, true}};
};

/// One photo, plan, film or paper of a listing; the file itself lies with the host, under `storage_key`.
/// They stand in the order of their positions; exactly one image is the primary one as long as there are any.
/// A removed one is archived.
struct ListingMedia : Entity {
  Uuid listing_id;
  std::string media_type_code = "MEDIA_IMAGE";
  std::string storage_key;
  std::optional<std::string> content_hash;     ///< SHA-256, 64 hex digits
  std::optional<std::string> perceptual_hash;  ///< 16 hex digits, of an image
  std::int64_t position = 0;
  bool is_primary = false;
  std::optional<std::int64_t> width;   ///< pixels
  std::optional<std::int64_t> height;  ///< pixels
};
template <>
struct Describe<ListingMedia> {
  using T = ListingMedia;
  static constexpr std::string_view name = "listing_media";
  static constexpr std::array fields{
      field<&T::listing_id>("listing_id", reference("listing"), filterable),
      field<&T::media_type_code>("media_type_code", code("MEDIA_TYPE"), filterable),
      field<&T::storage_key>("storage_key", line(1, 500)),
      field<&T::content_hash>("content_hash", line(64, 64), filterable),
      field<&T::perceptual_hash>("perceptual_hash", line(16, 16), filterable),
      field<&T::position>("position", range(0, 1000)),
      field<&T::is_primary>("is_primary"),
      field<&T::width>("width", range(1, 100'000)),
      field<&T::height>("height", range(1, 100'000))};
  static constexpr std::array keys{KeyDeclaration{"by_listing", {"listing_id", "position"}},
                                   KeyDeclaration{"by_content", {"content_hash"}},
                                   KeyDeclaration{"by_perceptual", {"perceptual_hash"}}};
};

/// A price that was replaced by another one, in the transaction that replaced it.
struct PriceChange : Entity {
  Uuid listing_id;
  Timestamp at;
  std::optional<Money> from;
  std::optional<Money> to;
  std::string source;  ///< what kind of caller changed it ("user", "system"), or what they named
};
template <>
struct Describe<PriceChange> {
  using T = PriceChange;
  static constexpr std::string_view name = "price_change";
  static constexpr std::array fields{
      field<&T::listing_id>("listing_id", reference("listing"), filterable),
      field<&T::at>("at", {}, filterable | sortable), field<&T::from>("from", range(0, max_money)),
      field<&T::to>("to", range(0, max_money)), field<&T::source>("source", line(1, 64))};
  static constexpr std::array keys{KeyDeclaration{"by_listing", {"listing_id", "at"}}};
};

}  // namespace atlas

#include "atlas/listing_operations.hpp"
