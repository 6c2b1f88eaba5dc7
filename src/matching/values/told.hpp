#pragma once
// What the words of an advertisement tell of a property, for those who left its columns empty.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atlas::matching {

/// What a text says of a property, in French, English or Arabic. Absent: it says nothing of that.
struct Told {
  std::vector<std::int64_t> surfaces;  ///< Square metres, at most three, as they come.
  std::optional<std::int64_t> rooms, bedrooms, bathrooms, floor;
};
/// Input is folded text (atlas::fold); looks at the first 4096 bytes.
Told told_in(std::string_view folded);

/// The same text without what is a measure: "92 m2", "t3", "4 pieces", "3e etage".
std::string without_measures(std::string_view folded);

/// Words for a home or a piece of land, or for selling and letting it: appartement, villa, t3, vente, شقة.
bool is_property_word(std::string_view word) noexcept;

}  // namespace atlas::matching
