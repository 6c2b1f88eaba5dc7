#pragma once
// What the public side shows of listings. Included by portal.hpp.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/listings.hpp"
#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/permission.hpp"
#include "atlas/schema.hpp"

namespace atlas::portal {

/// What a search is ordered by. A price has an order only among sales or among lettings.
inline constexpr std::array<std::string_view, 3> orders{"newest", "price_asc", "price_desc"};

/// A published listing as anybody may see it. No contact, no owner, no mandate, no scores of the library's,
/// and of where it lies no more than city and zone. `photo` is the storage key of its primary image.
struct Card {
  Uuid id;
  std::string slug;
  std::string title;
  std::string transaction_type_code;
  std::string property_type_code;
  std::optional<Money> price;
  std::optional<Decimal> surface_m2;
  std::optional<Decimal> surface_terrain;
  std::optional<std::int64_t> rooms;
  std::optional<std::int64_t> bedrooms;
  std::optional<std::int64_t> bathrooms;
  std::optional<std::int64_t> floor;
  std::optional<std::int64_t> built_year;
  std::vector<std::string> amenities;
  std::string country_code;
  std::optional<std::string> city;
  std::optional<std::string> zone;
  std::optional<Timestamp> published_at;
  std::optional<std::string> energy_class;
  std::optional<std::string> climate_class;
  std::optional<std::string> photo;
};

/// A photo, plan or film of a listing; papers are not shown.
struct Medium {
  std::string media_type_code;
  std::string storage_key;
  std::int64_t position = 0;
  bool is_primary = false;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> height;
};

/// A card's members and all else that a page of the listing shows; `mentions` are the sentences that the law
/// wants there.
struct Detail {
  Card card;
  std::optional<std::string> description;
  std::optional<Decimal> surface_carrez;
  std::optional<Decimal> surface_habitable;
  std::optional<ListingEnergy> energy;
  std::optional<ListingFees> fees;
  std::optional<ListingCoownership> coownership;
  std::optional<ListingTerms> terms;
  std::optional<std::string> land_title_code;
  std::vector<Medium> media;
  std::vector<listings::Mention> mentions;
};

/// Conditions add up. `query`: words of title, description, city and zone, newest first. City and zone as
/// they are written in the listings.
struct Search {
  std::optional<std::string> query;
  std::optional<std::string> city;
  std::optional<std::string> zone;
  std::optional<std::string> transaction_type_code;
  std::optional<std::string> property_type_code;
  std::optional<Money> price_min;
  std::optional<Money> price_max;
  std::optional<Decimal> surface_min;
  std::optional<std::int64_t> bedrooms_min;
  std::string order = "newest";
  std::int64_t limit = 20;
  std::optional<std::string> after;
};

/// By id, or by the slug that the listing's page has in its address.
struct Which {
  std::optional<Uuid> id;
  std::optional<std::string> slug;
};

/// Others of the same kind in the same city, the price within 20 % and the surface within 25 %, nearest price
/// first.
struct Similar {
  Uuid id;
  std::int64_t limit = 6;
};
struct Cards {
  std::vector<Card> items;
};

}  // namespace atlas::portal

namespace atlas {

template <>
struct Describe<portal::Card> {
  using T = portal::Card;
  static constexpr std::string_view name = "portal.card";
  static constexpr std::array fields{
      field<&T::id>("id"),
      field<&T::slug>("slug"),
      field<&T::title>("title"),
      like<&T::transaction_type_code, Listing>("transaction_type_code"),
      like<&T::property_type_code, Listing>("property_type_code"),
      field<&T::price>("price"),
      like<&T::surface_m2, Listing>("surface_m2"),
      like<&T::surface_terrain, Listing>("surface_terrain"),
      field<&T::rooms>("rooms"),
      field<&T::bedrooms>("bedrooms"),
      field<&T::bathrooms>("bathrooms"),
      field<&T::floor>("floor"),
      field<&T::built_year>("built_year"),
      field<&T::amenities>("amenities"),
      field<&T::country_code>("country_code"),
      field<&T::city>("city"),
      field<&T::zone>("zone"),
      field<&T::published_at>("published_at"),
      field<&T::energy_class>("energy_class", one_of(listings::energy_classes)),
      field<&T::climate_class>("climate_class", one_of(listings::energy_classes)),
      field<&T::photo>("photo")};
};
template <>
struct Describe<portal::Medium> {
  using T = portal::Medium;
  static constexpr std::string_view name = "portal.medium";
  static constexpr std::array fields{like<&T::media_type_code, ListingMedia>("media_type_code"),
                                     field<&T::storage_key>("storage_key"),
                                     field<&T::position>("position"),
                                     field<&T::is_primary>("is_primary"),
                                     field<&T::width>("width"),
                                     field<&T::height>("height")};
};
template <>
struct Describe<portal::Detail> {
  using T = portal::Detail;
  static constexpr std::string_view name = "portal.detail";
  static constexpr std::array fields{field<&T::card>("card", {}, flatten),
                                     field<&T::description>("description"),
                                     like<&T::surface_carrez, Listing>("surface_carrez"),
                                     like<&T::surface_habitable, Listing>("surface_habitable"),
                                     field<&T::energy>("energy"),
                                     field<&T::fees>("fees"),
                                     field<&T::coownership>("coownership"),
                                     field<&T::terms>("terms"),
                                     like<&T::land_title_code, Listing>("land_title_code"),
                                     field<&T::media>("media"),
                                     field<&T::mentions>("mentions")};
};
template <>
struct Describe<portal::Search> {
  using In = portal::Search;
  static constexpr std::string_view name = "portal.search";
  static constexpr std::array fields{field<&In::query>("query", line(1, 200)),
                                     like<&In::city, Listing>("city"),
                                     like<&In::zone, Listing>("zone"),
                                     like<&In::transaction_type_code, Listing>("transaction_type_code"),
                                     like<&In::property_type_code, Listing>("property_type_code"),
                                     field<&In::price_min>("price_min", range(0, max_money)),
                                     field<&In::price_max>("price_max", range(0, max_money)),
                                     field<&In::surface_min>("surface_min", Describe<Listing>::surface),
                                     field<&In::bedrooms_min>("bedrooms_min", range(0, 1000)),
                                     field<&In::order>("order", one_of(portal::orders)),
                                     field<&In::limit>("limit", range(1, 50)),
                                     field<&In::after>("after", text(1, 4096))};
};
template <>
struct Describe<portal::Which> {
  using In = portal::Which;
  static constexpr std::string_view name = "portal.listing";
  static constexpr std::array fields{field<&In::id>("id", reference("listing")),
                                     like<&In::slug, Listing>("slug")};
};
template <>
struct Describe<portal::Similar> {
  using In = portal::Similar;
  static constexpr std::string_view name = "portal.similar";
  static constexpr std::array fields{field<&In::id>("id", reference("listing"), required),
                                     field<&In::limit>("limit", range(1, 20))};
};
template <>
struct Describe<portal::Cards> {
  static constexpr std::string_view name = "portal.cards";
  static constexpr std::array fields{field<&portal::Cards::items>("items")};
};

}  // namespace atlas

namespace atlas::portal {

inline constexpr Operation<Search, Page<Card>> search{
    {.name = "portal.search",
     .permission = public_permission,
     .summary = "Published listings by words, place, kind, price and size.",
     .feature = "core.search"}};
inline constexpr Operation<Which, Detail> listing{{.name = "portal.listing",
                                                   .permission = public_permission,
                                                   .summary = "One published listing, as its page shows it.",
                                                   .feature = "core.listings"}};
inline constexpr Operation<Similar, Cards> similar{{.name = "portal.similar",
                                                    .permission = public_permission,
                                                    .summary = "Published listings like this one.",
                                                    .feature = "core.listings"}};

}  // namespace atlas::portal
