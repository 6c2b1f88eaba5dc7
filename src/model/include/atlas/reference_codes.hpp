#pragma once
// The seeded reference dictionaries: codes with labels. Codes are stable identifiers, never reused with
// another meaning. A tenant's own codes and disabled codes are data; these are what every organisation starts
// with.

#include <span>
#include <string_view>

namespace atlas {

/// One code of one dictionary, with its labels.
struct ReferenceSeed {
  std::string_view dictionary;  ///< "LOSS_REASON"
  std::string_view code;        ///< "PRICE_TOO_HIGH"
  std::string_view label_fr, label_en, label_ar;
};

/// All seeds, grouped by dictionary, in their sort order.
std::span<const ReferenceSeed> reference_seeds() noexcept;
/// Names of the dictionaries, in order.
std::span<const std::string_view> reference_dictionaries() noexcept;
/// O(log n).
bool is_seeded_code(std::string_view dictionary, std::string_view code) noexcept;

}  // namespace atlas
