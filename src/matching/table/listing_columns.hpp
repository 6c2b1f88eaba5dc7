#pragma once
// Which columns tell what of a property.

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline.hpp"

namespace atlas::matching {

/// A field of Model::for_listings.
struct ListingRole {
  std::string_view name;
  FieldKind kind;
};
// In the order of their columns.
inline constexpr auto listing_roles =
    std::to_array<ListingRole>({{"title", FieldKind::title},
                                {"description", FieldKind::text},
                                {"price", FieldKind::money},
                                {"surface_m2", FieldKind::number},
                                {"rooms", FieldKind::number},
                                {"floor", FieldKind::number},
                                {"city", FieldKind::city},
                                {"zone", FieldKind::city},
                                {"address_text", FieldKind::street},
                                {"lat", FieldKind::latitude},
                                {"lng", FieldKind::longitude},
                                {"contact_phone", FieldKind::phone},
                                {"property_type_code", FieldKind::category},
                                {"transaction_type_code", FieldKind::category},
                                {"bedrooms", FieldKind::number},
                                {"bathrooms", FieldKind::number},
                                {"photos", FieldKind::photos}});

/// The place of a role in `listing_roles`.
constexpr std::size_t role_at(std::string_view name) {
  std::size_t r = 0;
  while (r < listing_roles.size() && listing_roles[r].name != name) ++r;
  return r;
}

struct ListingColumns {
  std::vector<std::string_view> roles;  ///< By column; empty = none. Each role is given once.
  bool listings = false;                ///< Do the rows look like advertisements?
};
ListingColumns read_listing_columns(const Table& table, std::span<const Column> columns);

/// Words of a header as `fold` leaves them; livingArea is two.
std::vector<std::string> words_of_header(std::string_view header);
/// Trimmed, of bounded length, folded; empty when it is no text.
std::string folded_cell(std::string_view cell);

template <class Words>
bool among(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace atlas::matching
