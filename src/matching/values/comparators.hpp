#pragma once
// The ways in which two values are compared, and what is believed of each before any data are seen.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace atlas::matching {

enum class Comparator : std::uint8_t {
  given_name,
  family_name,
  full_name,
  order,  ///< Given and family name stand in each other's place.
  title,
  email,
  phone,
  date,
  street,
  city,
  postcode,
  region,
  identifier,
  money,
  number,
  category,
  text,
  place,  ///< Latitude and longitude.
  codes,  ///< Model numbers and references found inside titles and texts.
  photos,
};
inline constexpr std::size_t comparator_count = 20;

/// Evidence of one group overlaps: the strongest counts whole, the others in part.
enum class Group : std::uint8_t { none, name, where, words };

struct Level {
  std::string_view code;
  double m;  ///< Share of true pairs (beliefs, one decimal or two).
  double u;  ///< Share of random pairs.
  double r;  ///< Share of pairs of related records: a household, a shared office, one building.
};

struct ComparatorInfo {
  std::string_view code;
  Group group;
  bool identity;   ///< Related records differ in it as strangers do.
  double of_name;  ///< How far those of one name agree in it as the same do.
  double floor;    ///< No value is taken to be rarer than this.
  std::span<const Level> levels;
};

inline constexpr std::size_t max_levels = 9;

const ComparatorInfo& info_of(Comparator comparator) noexcept;
std::optional<Comparator> parse_comparator(std::string_view code) noexcept;

}  // namespace atlas::matching
