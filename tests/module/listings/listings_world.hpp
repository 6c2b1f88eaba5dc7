#pragma once
// Listings for tests: drafts, and what makes one fit to be published.

#include "world.hpp"

namespace atlas::testing {

inline Money dirhams(std::int64_t whole) { return {whole * 100, *parse_currency("MAD")}; }

/// The three members that a draft needs.
inline listings::Create draft_of(const std::string& title) {
  return {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_APARTMENT", .title = title};
}

/// Everything that publishing asks of a flat in Morocco, save the photos.
inline listings::Create whole_of(const std::string& title) {
  listings::Create in = draft_of(title);
  in.description = "Bel appartement lumineux de trois pièces, proche du tramway.";
  in.price = dirhams(1'850'000);
  in.surface_m2 = Decimal{9650};
  in.city = "Casablanca";
  in.zone = "Maârif";
  return in;
}

inline ListingMedia add_photo(Session& s, const Uuid& listing, const std::string& key) {
  return s.call(media::add, {.listing_id = listing, .storage_key = key});
}

/// A draft that may be published.
inline Listing publishable(Session& s, const std::string& title) {
  const Listing l = s.call(listings::create, whole_of(title));
  for (const char* photo : {"1.jpg", "2.jpg", "3.jpg"}) add_photo(s, l.id, title + "/" + photo);
  return l;
}

inline Listing published(Session& s, const std::string& title) {
  const Listing l = publishable(s, title);
  return s.call(listings::publish, {.id = l.id, .version = l.version});
}

}  // namespace atlas::testing
