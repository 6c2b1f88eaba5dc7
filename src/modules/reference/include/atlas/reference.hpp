#pragma once
// Reference data of an organisation: its own codes, and its own way with the seeded ones.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace reference_data {

/// What people read, by language; 1 to 200 characters each.
struct Labels {
  std::optional<std::string> fr;
  std::optional<std::string> en;
  std::optional<std::string> ar;
  friend bool operator==(const Labels&, const Labels&) = default;
};

/// Bounds of a place in a dictionary. Seeds stand at 10, 20, 30 …
inline constexpr std::int64_t max_sort_order = 1'000'000;

}  // namespace reference_data

template <>
struct Describe<reference_data::Labels> {
  using T = reference_data::Labels;
  static constexpr std::string_view name = "labels";
  static constexpr std::array fields{field<&T::fr>("fr", line(1, 200), omit_absent),
                                     field<&T::en>("en", line(1, 200), omit_absent),
                                     field<&T::ar>("ar", line(1, 200), omit_absent)};
};

/// A code that the organisation added, or its changes to a seeded one: of those only what differs from the
/// seed is here. Removing archives the row; a code that comes again is the same row.
struct ReferenceCode : Entity {
  std::string dict_type;  ///< one of reference_dictionaries()
  std::string code;
  reference_data::Labels labels;  ///< at least one where it is the organisation's own
  std::optional<std::int64_t> sort_order;
  bool is_active = true;
  std::string metadata = "{}";
};
template <>
struct Describe<ReferenceCode> {
  using T = ReferenceCode;
  static constexpr std::string_view name = "reference_code";
  static constexpr std::array fields{
      field<&T::dict_type>("dict_type", line(1, 64), filterable),
      field<&T::code>("code", line(1, 64), filterable),
      field<&T::labels>("labels", {}, updatable),
      field<&T::sort_order>(
          "sort_order", range(-reference_data::max_sort_order, reference_data::max_sort_order), updatable),
      field<&T::is_active>("is_active", {}, updatable),
      field<&T::metadata>("metadata", json_object(), updatable)};
  static constexpr std::array keys{KeyDeclaration{"by_code", {"dict_type", "code"}, true}};
};

}  // namespace atlas

#include "atlas/reference_operations.hpp"
