#pragma once
// What a listing must be: at any time, and to be published. Pure rules.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/listings.hpp"

namespace atlas::listings {

/// What publishing looks at beside the listing itself.
struct PublishView {
  std::int64_t images = 0;      ///< live ones
  std::int64_t min_photos = 3;  ///< `settings.listings.min_photos`
  Date today;                   ///< in the organisation's time zone
};

/// Rules across fields that hold from the first draft on; appends what is wrong.
void check_whole(const Listing& listing, std::vector<FieldError>& errors);

/// Every field that publishing still wants: ours, then what the law of the listing's country asks. The photos
/// are the path "/media".
std::vector<FieldError> missing_to_publish(const Listing& listing, const PublishView& view);

/// How good the listing is with so many images. The points of the gaps and the score add up to 100.
Quality quality_of(const Listing& listing, std::int64_t images);

/// The slug that title and city make, at most 80 bytes, never empty; not yet unique.
std::string slug_of(std::string_view title, std::string_view city);

/// People live in it: APARTMENT, STUDIO, HOUSE, VILLA, RIAD.
bool is_dwelling(std::string_view property_type_code);

/// Appends an error.
void want(std::vector<FieldError>& out, std::string path, std::string_view code, std::string message);

}  // namespace atlas::listings
