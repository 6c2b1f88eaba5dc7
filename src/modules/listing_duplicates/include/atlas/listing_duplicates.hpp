#pragma once
// The same property advertised twice: photos that are looked up by what they show, the duplicate score of a
// listing, and what it means for publishing. The operation listings.override_duplicate is answered here.

#include <array>
#include <optional>
#include <string>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

/// A listing whose quality and duplicate score are worked out anew in the background while `is_due`. The
/// library's own note, one a listing.
struct ListingAssessment : Entity {
  Uuid listing_id;
  bool is_due = true;
};
template <>
struct Describe<ListingAssessment> {
  using T = ListingAssessment;
  static constexpr std::string_view name = "listing_assessment";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::listing_id>("listing_id", {}, filterable),
                                     field<&T::is_due>("is_due", {}, filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_listing", {"listing_id"}, true},
                                   KeyDeclaration{"by_due", {"is_due", "created_at"}}};
};

namespace media {

/// The bytes of a JPEG, PNG or WebP, at most 8 MiB of them, in base64. They are looked at and not kept.
struct Fingerprint {
  std::string content_base64;
};

/// What media.add wants to know of a photo. Without `perceptual_hash` the picture shows hardly anything.
struct Fingerprinted {
  std::string format;  ///< "jpeg", "png", "webp"
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::string content_hash;
  std::optional<std::string> perceptual_hash;
};

}  // namespace media

template <>
struct Describe<media::Fingerprint> {
  using In = media::Fingerprint;
  static constexpr std::string_view name = "media.fingerprint";
  static constexpr std::array fields{
      field<&In::content_base64>("content_base64", text(4, 12 * 1024 * 1024), required)};
};
template <>
struct Describe<media::Fingerprinted> {
  using Out = media::Fingerprinted;
  static constexpr std::string_view name = "media.fingerprinted";
  static constexpr std::array fields{field<&Out::format>("format"), field<&Out::width>("width"),
                                     field<&Out::height>("height"), field<&Out::content_hash>("content_hash"),
                                     field<&Out::perceptual_hash>("perceptual_hash")};
};
namespace media {

inline constexpr Operation<Fingerprint, Fingerprinted> fingerprint{
    {.name = "media.fingerprint",
     .permission = "MEDIA_UPLOAD",
     .summary = "Size and hashes of a photo's file, for media.add; nothing is kept."}};

}  // namespace media

namespace listing_duplicates {

/// After register_duplicates, and before anything is read.
void register_listing_duplicates(Registry& registry);

}  // namespace listing_duplicates
}  // namespace atlas
