// Media of a listing: their order, the primary image.

#include <algorithm>
#include <set>

#include "atlas/crypto.hpp"
#include "atlas/registry.hpp"
#include "listing_modules.hpp"

namespace atlas::listings {
namespace {

constexpr std::size_t max_media = 100;
constexpr std::size_t max_rows = 2000;  ///< with those that were removed

bool is_image(const ListingMedia& m) { return m.media_type_code == "MEDIA_IMAGE"; }

/// The listing that media operations change, locked: positions and the primary image are rules over all its
/// media.
Listing listing_for_change(Context& cx, const Uuid& id) {
  Listing l = cx.repo<Listing>().get(id, RowLock::update);
  if (l.archived_at) throw Error(ErrorCode::conflict, "the listing is archived").with("reason", "state");
  return l;
}

void check_hash(std::optional<std::string>& value, const char* path, std::vector<FieldError>& errors) {
  if (!value) return;
  const auto bytes = unhex(*value);
  if (bytes)
    value = hex(*bytes);
  else
    want(errors, path, field_code::wrong_type, "hexadecimal digits");
}

void save_media(Context& cx, const ListingMedia& before, ListingMedia after, std::string_view action) {
  cx.all<ListingMedia>().save(before, after, {.action = action});
}

/// Moves on who stands at `position` and behind, when somebody stands there.
void make_room(Context& cx, const std::vector<ListingMedia>& others, std::int64_t position) {
  const bool taken =
      std::any_of(others.begin(), others.end(), [&](const auto& m) { return m.position == position; });
  if (!taken) return;
  for (const ListingMedia& m : others) {
    if (m.position < position) continue;
    ListingMedia after = m;
    ++after.position;
    save_media(cx, m, std::move(after), "media.moved");
  }
}

void step_down(Context& cx, const std::vector<ListingMedia>& media, const Uuid& but) {
  for (const ListingMedia& m : media) {
    if (!m.is_primary || m.id == but) continue;
    ListingMedia after = m;
    after.is_primary = false;
    save_media(cx, m, std::move(after), "media.primary_changed");
  }
}

ListingMedia add_media(Context& cx, const media::Add& in) {
  const Listing l = listing_for_change(cx, in.listing_id);
  const std::vector<ListingMedia> others = media_of(cx, l.id);
  ListingMedia m;
  copy_fields(in, m);
  std::vector<FieldError> errors;
  check_hash(m.content_hash, "/content_hash", errors);
  check_hash(m.perceptual_hash, "/perceptual_hash", errors);
  if (in.is_primary && !is_image(m))
    want(errors, "/is_primary", field_code::out_of_range, "only an image stands for the listing");
  throw_if_any(std::move(errors));
  if (others.size() >= max_media) {
    throw Error(ErrorCode::invalid_argument, "a listing has at most 100 media")
        .field("/listing_id", field_code::too_long, "at most 100 media");
  }
  for (const ListingMedia& o : others) {
    if (m.content_hash && o.content_hash == m.content_hash) {
      throw Error(ErrorCode::conflict, "the listing has this content already")
          .with("reason", "unique")
          .with("field", "content_hash");
    }
  }
  const std::int64_t last = others.empty() ? 0 : others.back().position + 1;
  m.position = in.position ? std::min(*in.position, last) : last;
  make_room(cx, others, m.position);
  const bool first_image = is_image(m) && std::none_of(others.begin(), others.end(), is_image);
  m.is_primary = in.is_primary || first_image;
  if (m.is_primary) step_down(cx, others, {});
  m.subject_id = l.subject_id;
  cx.repo<ListingMedia>().insert(m, {.action = "media.added"});
  return m;
}

media::Items reorder_media(Context& cx, const media::Reorder& in) {
  const Listing l = listing_for_change(cx, in.listing_id);
  const std::vector<ListingMedia> present = media_of(cx, l.id);
  std::vector<FieldError> errors;
  std::set<Uuid> seen;
  media::Items out;
  for (std::size_t i = 0; i < in.ids.size(); ++i) {
    const std::string path = "/ids/" + std::to_string(i);
    const auto id = parse_uuid(in.ids[i]);
    const auto it = std::find_if(present.begin(), present.end(),
                                 [&](const ListingMedia& m) { return id && m.id == *id; });
    if (!id)
      want(errors, path, field_code::not_an_id, "not an id");
    else if (it == present.end())
      want(errors, path, field_code::unknown_reference, "no medium of this listing");
    else if (!seen.insert(*id).second)
      want(errors, path, field_code::duplicate_member, "named twice");
    else
      out.items.push_back(*it);
  }
  if (errors.empty() && out.items.size() != present.size())
    want(errors, "/ids", field_code::too_short, "every medium of the listing, once");
  throw_if_any(std::move(errors));
  for (std::size_t i = 0; i < out.items.size(); ++i) {
    const ListingMedia before = out.items[i];
    out.items[i].position = static_cast<std::int64_t>(i);
    cx.all<ListingMedia>().save(before, out.items[i], {.action = "media.moved"});
  }
  return out;
}

/// A medium that the caller may change, with its listing locked.
ListingMedia medium_for_change(Context& cx, const Uuid& id) {
  const ListingMedia seen = cx.repo<ListingMedia>().get(id);
  listing_for_change(cx, seen.listing_id);
  ListingMedia m = cx.all<ListingMedia>().get(id, RowLock::update);
  if (m.archived_at) throw Error(ErrorCode::not_found, "listing_media not found");
  return m;
}

ListingMedia make_primary(Context& cx, const GetInput& in) {
  const ListingMedia before = medium_for_change(cx, in.id);
  if (!is_image(before)) {
    throw Error(ErrorCode::invalid_argument, "only an image stands for the listing")
        .field("/id", field_code::out_of_range, "not an image");
  }
  step_down(cx, media_of(cx, before.listing_id), before.id);
  ListingMedia after = before;
  after.is_primary = true;
  cx.all<ListingMedia>().save(before, after, {.action = "media.primary_changed"});
  return after;
}

ListingMedia remove_media(Context& cx, const GetInput& in) {
  const ListingMedia before = medium_for_change(cx, in.id);
  ListingMedia after = before;
  after.archived_at = cx.now();
  after.is_primary = false;
  cx.all<ListingMedia>().save(before, after, {.action = "media.removed"});
  const std::vector<ListingMedia> left = media_of(cx, before.listing_id);
  const Listing l = cx.all<Listing>().get(before.listing_id);
  if (l.status_code == "ANN_PUBLISHED") {
    const auto images = std::count_if(left.begin(), left.end(), is_image);
    require_publishable_fields(l, view_of(cx, images));
  }
  const auto heir = std::find_if(left.begin(), left.end(), is_image);
  if (before.is_primary && heir != left.end()) {
    ListingMedia next = *heir;
    next.is_primary = true;
    save_media(cx, *heir, std::move(next), "media.primary_changed");
  }
  return after;
}

}  // namespace

std::vector<ListingMedia> media_of(Context& cx, const Uuid& listing) {
  auto media = cx.all<ListingMedia>();
  return media.where(
      {.where = Predicate::all_of({Predicate::equals(media.column("listing_id"), Value::id(listing)),
                                   Predicate::absent(media.column("archived_at"))}),
       .key = "by_listing",
       .order = {{media.column("position"), false}},
       .limit = max_rows});
}

std::int64_t images_of(Context& cx, const Uuid& listing) {
  const auto media = media_of(cx, listing);
  return std::count_if(media.begin(), media.end(), is_image);
}

void register_media(Registry& registry) {
  registry.operation(media::add, add_media);
  registry.operation(media::list, [](Context& cx, const media::ListInput& in) {
    return media::Items{media_of(cx, cx.repo<Listing>().get(in.listing_id).id)};
  });
  registry.operation(media::reorder, reorder_media);
  registry.operation(media::set_primary, make_primary);
  registry.operation(media::remove, remove_media);
}

}  // namespace atlas::listings
