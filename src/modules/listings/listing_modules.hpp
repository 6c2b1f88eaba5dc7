#pragma once
// The parts of the listings room that register themselves, and what they share.

#include "atlas/context.hpp"
#include "atlas/listings.hpp"
#include "listing_rules.hpp"

namespace atlas::listings {

void register_status(Registry& registry);
void register_media(Registry& registry);

/// The live images of a listing.
std::int64_t images_of(Context& cx, const Uuid& listing);

/// What publishing looks at beside the listing: the organisation's settings and the day where it is.
PublishView view_of(Context& cx, std::int64_t images);

/// A published listing goes on fulfilling the conditions on its fields and photos: throws fields_missing.
void require_publishable_fields(const Listing& listing, const PublishView& view);

}  // namespace atlas::listings
