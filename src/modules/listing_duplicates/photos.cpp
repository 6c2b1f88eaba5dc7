// Photos: found again by parts of the hash of what they show, compared as a field of the listing.

#include <algorithm>
#include <map>

#include "atlas/photo_hash.hpp"
#include "parts.hpp"

namespace atlas::listing_duplicates {
namespace {

/// Numbers of the rules that made the keys: one a part of the hash.
constexpr std::int64_t first_band_rule = 61;
/// Photos behind these are not looked up: an advertisement's first ones are those that are used again.
constexpr std::int64_t most_positions = 24;
constexpr std::size_t most_media = 2000;

std::optional<std::uint64_t> shown_by(const ListingMedia& m) {
  if (m.archived_at || m.media_type_code != "MEDIA_IMAGE" || !m.perceptual_hash) return std::nullopt;
  return parse_photo_hash(*m.perceptual_hash);
}

std::optional<std::uint64_t> looked_up(const ListingMedia& m) {
  return m.position < most_positions ? shown_by(m) : std::nullopt;
}

std::array<MatchKey, photo_bands> keys_of(std::uint64_t hash) {
  std::array<MatchKey, photo_bands> out{};
  for (unsigned band = 0; band < photo_bands; ++band)
    out[band] = {first_band_rule + static_cast<std::int64_t>(band), photo_band(hash, band)};
  return out;
}

std::vector<ListingMedia> media_of(Context& cx, const Uuid& listing) {
  auto media = cx.all<ListingMedia>();
  return media.where(
      {.where = Predicate::all_of({Predicate::equals(media.column("listing_id"), Value::id(listing)),
                                   Predicate::absent(media.column("archived_at"))}),
       .key = "by_listing",
       .order = {{media.column("position"), false}},
       .limit = most_media});
}

/// Listings with a photo that shows the same. Like the other keys: both photos are among the first holders.
void find_candidates(Context& cx, const void* record, std::vector<Uuid>& out) {
  const Uuid& id = static_cast<const Entity*>(record)->id;
  auto all = cx.all<ListingMedia>();
  std::map<Uuid, std::optional<ListingMedia>> known;
  for (const ListingMedia& m : media_of(cx, id)) {
    const auto hash = looked_up(m);
    if (!hash) continue;
    for (const MatchKey& key : keys_of(*hash)) {
      const auto holders = cx.matches(key, duplicates::most_holders);
      if (!std::binary_search(holders.begin(), holders.end(), m.id)) continue;
      for (const Uuid& holder : holders) {
        if (holder == m.id) continue;
        const auto [it, is_new] = known.try_emplace(holder);
        if (is_new) it->second = all.find(holder);
        if (!it->second || it->second->listing_id == id) continue;
        const auto other = looked_up(*it->second);
        if (other && photo_distance(*hash, *other) <= same_photo_distance)
          out.push_back(it->second->listing_id);
      }
    }
  }
}

/// What each image shows, or else its content.
void append_photos(Context& cx, const void* record, std::vector<std::string>& values) {
  std::string& all = values.emplace_back();
  for (const ListingMedia& m : media_of(cx, static_cast<const Entity*>(record)->id)) {
    if (m.media_type_code != "MEDIA_IMAGE") continue;
    const auto& hash = m.perceptual_hash ? m.perceptual_hash : m.content_hash;
    if (!hash) continue;
    if (!all.empty()) all += matching::value_separator;
    all += *hash;
  }
}

/// Does anything that is compared or found by depend on the difference?
bool matters(const ListingMedia* before, const ListingMedia& after) {
  if (!before) return after.media_type_code == "MEDIA_IMAGE" && (after.perceptual_hash || after.content_hash);
  return before->listing_id != after.listing_id || before->archived_at != after.archived_at ||
         looked_up(*before) != looked_up(after) || before->content_hash != after.content_hash;
}

void look_at_photo(Context& cx, const ListingMedia* before, const ListingMedia& after) {
  if (!matters(before, after)) return;
  // Two who bring the same photo at once wait for each other, so that the second sees the first.
  std::vector<std::string> names;
  if (const auto hash = looked_up(after))
    for (const MatchKey& key : keys_of(*hash))
      names.push_back("duplicates:" + std::to_string(key.kind) + ":" + std::to_string(key.hash));
  if (!names.empty()) cx.lock(std::move(names));
  std::vector<Uuid> listings{after.listing_id};
  if (before && before->listing_id != after.listing_id) listings.push_back(before->listing_id);
  for (const Uuid& listing : listings) duplicates::look_again(cx, "listing", listing, true);
}

}  // namespace

duplicates::Extension photo_search() {
  return {.values = append_photos, .candidates = find_candidates, .evidence = {}, .changed = {}};
}

void register_photos(Registry& registry) {
  registry.match_keys("listing_media", [](const void* entity, const Normaliser&, std::vector<MatchKey>& out) {
    if (const auto hash = looked_up(*static_cast<const ListingMedia*>(entity)))
      for (const MatchKey& key : keys_of(*hash)) out.push_back(key);
  });
  registry.saved("listing_media", [](Context& cx, const void* before, const void* after) {
    look_at_photo(cx, static_cast<const ListingMedia*>(before), *static_cast<const ListingMedia*>(after));
  });
}

}  // namespace atlas::listing_duplicates
