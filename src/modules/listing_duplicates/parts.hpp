#pragma once
// The parts of the room.

#include <optional>
#include <string>

#include "atlas/context.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/listing_duplicates.hpp"
#include "atlas/listings.hpp"

namespace atlas::listing_duplicates {

/// Keys of photos, candidates through them, photos as a value of the model, and looking again when they
/// change.
duplicates::Extension photo_search();
void register_photos(Registry& registry);

/// The likeliest pair of a listing that nobody has dismissed.
struct Doubt {
  DuplicateSignal signal;
  std::string explanation;  ///< JSON object: pair and evidence, without values
  std::string in_words;     ///< the strongest evidence, one line
};
std::optional<Doubt> doubt_of(Context& cx, const Uuid& listing);

/// Has quality and duplicate score worked out anew, in the background.
void assess_later(Context& cx, const Uuid& listing);
void register_assessing(Registry& registry);

/// The threshold of publishing and a manager's override.
void register_publishing(Registry& registry);

}  // namespace atlas::listing_duplicates
