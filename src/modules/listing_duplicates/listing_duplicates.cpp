#include "atlas/listing_duplicates.hpp"

#include "atlas/crypto.hpp"
#include "atlas/photo_file.hpp"
#include "parts.hpp"

namespace atlas::listing_duplicates {
namespace {

constexpr std::size_t photo_bytes = 8u << 20;

media::Fingerprinted fingerprint_photo(const media::Fingerprint& in) {
  const auto bytes = unbase64(in.content_base64);
  if (!bytes) {
    throw Error(ErrorCode::invalid_argument, "the content is not base64")
        .field("/content_base64", field_code::wrong_type, "is not base64");
  }
  const PhotoFacts facts = read_photo(*bytes, {.bytes = photo_bytes});
  media::Fingerprinted out;
  out.format = to_string(facts.format);
  out.width = facts.width;
  out.height = facts.height;
  out.content_hash = facts.content_hash;
  if (facts.perceptual_hash) out.perceptual_hash = photo_hash_text(*facts.perceptual_hash);
  return out;
}

}  // namespace

void register_listing_duplicates(Registry& registry) {
  registry.entity<ListingAssessment>().stays_on_merge = true;
  duplicates::Extension extension = photo_search();
  extension.changed = [](Context& cx, const DuplicateSignal*, const DuplicateSignal& now) {
    assess_later(cx, now.first_id);
    assess_later(cx, now.second_id);
  };
  duplicates::extend_search(registry, "listing", std::move(extension));
  register_photos(registry);
  register_assessing(registry);
  register_publishing(registry);
  registry.operation(media::fingerprint,
                     [](Context&, const media::Fingerprint& in) { return fingerprint_photo(in); });
}

}  // namespace atlas::listing_duplicates
