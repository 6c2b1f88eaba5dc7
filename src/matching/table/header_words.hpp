#pragma once
// What headers of columns mean, in the languages in which people write them.

#include <optional>
#include <string_view>

#include "atlas/matching.hpp"

namespace atlas::matching {

/// What a header says: a kind; or that the column is about the record, not about the thing (`meta`).
struct HeaderMeaning {
  FieldKind kind = FieldKind::ignored;
  bool meta = false;   ///< Row ids, times of import, labels of duplicates.
  bool vague = false;  ///< "name", "date", "type": the cells decide.
};
std::optional<HeaderMeaning> meaning_of_header(std::string_view header);

/// Is it one of the given names that are common in the countries at hand?
bool is_common_given_name(std::string_view token) noexcept;

}  // namespace atlas::matching
