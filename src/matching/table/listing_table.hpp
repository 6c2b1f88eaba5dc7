#pragma once
// Advertisements of property in whatever columns a portal gives them: recognised, and read into the columns
// that the listings' model knows.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pairing.hpp"

namespace atlas::matching {

/// Tables read as advertisements: the columns that have a role first, the same in both; what the text tells
/// stands where a column is empty or lacking. Then the others as they are.
struct ListingTables {
  Table first;
  std::optional<Table> second;
  std::vector<FieldColumns> fields;     ///< Columns of the tables above.
  std::vector<std::string_view> roles;  ///< By field; empty = none.
  /// By field, the columns of the tables as given; no_column = told by the text.
  std::vector<std::size_t> given_first, given_second;
};
/// Are these advertisements? Each of the tables must look like some; `asked` decides when it is there.
std::optional<ListingTables> as_listings(const Table& first, std::span<const Column> columns,
                                         const Table* second, std::span<const Column> columns2,
                                         std::optional<bool> asked);

/// How advertisements with these fields are compared: by what is believed of listings where a field has a
/// role, and as in any table where it has none.
std::vector<Comparison> listing_comparisons(std::span<const Field> fields,
                                            std::span<const std::string_view> roles);

}  // namespace atlas::matching
