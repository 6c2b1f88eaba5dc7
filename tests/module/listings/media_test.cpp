// Media of listings: their order, the primary image, the wall around them.

#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// The keys in order, the primary one in brackets.
std::string shown(Session& s, const Uuid& listing) {
  std::string out;
  for (const ListingMedia& m : s.call(media::list, {listing}).items)
    out += (out.empty() ? "" : " ") + (m.is_primary ? "[" + m.storage_key + "]" : m.storage_key);
  return out;
}

}  // namespace

TEST_CASE("media stand in order, and one image stands for the listing", "[media]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Uuid l = s.call(listings::create, draft_of("Villa")).id;
  CHECK(shown(s, l).empty());
  const ListingMedia plan =
      s.call(media::add, {.listing_id = l, .media_type_code = "MEDIA_FLOORPLAN", .storage_key = "plan"});
  CHECK_FALSE(plan.is_primary);
  const ListingMedia a = add_photo(s, l, "a");
  CHECK(a.is_primary);
  const ListingMedia b = add_photo(s, l, "b");
  CHECK(shown(s, l) == "plan [a] b");
  s.call(media::add, {.listing_id = l, .storage_key = "c", .position = 0});
  CHECK(shown(s, l) == "c plan [a] b");
  s.call(media::add, {.listing_id = l, .storage_key = "d", .position = 2, .is_primary = true});
  CHECK(shown(s, l) == "c plan [d] a b");
  s.call(media::set_primary, {b.id});
  CHECK(shown(s, l) == "c plan d a [b]");
  s.call(media::remove, {b.id});
  CHECK(shown(s, l) == "[c] plan d a");
  CHECK(code_of([&] { s.call(media::remove, {b.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { s.call(media::set_primary, {b.id}); }) == ErrorCode::not_found);
  add_photo(s, l, "e");
  CHECK(shown(s, l) == "[c] plan d a e");
  const auto items = s.call(media::list, {l}).items;
  std::vector<std::string> ids;
  for (auto it = items.rbegin(); it != items.rend(); ++it) ids.push_back(format_uuid(it->id));
  const auto turned = s.call(media::reorder, {.listing_id = l, .ids = ids}).items;
  CHECK(shown(s, l) == "e a d plan [c]");
  REQUIRE(turned.size() == 5);
  for (std::size_t i = 0; i < turned.size(); ++i) CHECK(turned[i].position == static_cast<std::int64_t>(i));
  // The listing itself was not touched: whoever edits it meanwhile is not stale.
  CHECK(s.call(listings::get, {l}).version == 1);
  CHECK(s.call(listings::quality, {l}).score > s.call(listings::get, {l}).quality_score);
  CHECK(s.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("wrong media are refused, each with its reason", "[media]") {
  World w("memory");
  auto s = w.admin();
  const Uuid l = s.call(listings::create, draft_of("Villa")).id;
  const std::string hash = std::string(63, 'a') + "F";
  const ListingMedia m = s.call(media::add, {.listing_id = l, .storage_key = "a", .content_hash = hash});
  CHECK(m.content_hash == std::string(63, 'a') + "f");
  const Error twice = error_of([&] {
    s.call(media::add, {.listing_id = l, .storage_key = "b", .content_hash = std::string(63, 'A') + "f"});
  });
  CHECK(twice.code() == ErrorCode::conflict);
  CHECK(detail_of(twice, "field") == "\"content_hash\"");
  const Error e = error_of([&] {
    s.call(media::add, {.listing_id = l,
                        .media_type_code = "MEDIA_VIDEO",
                        .storage_key = "c",
                        .content_hash = std::string(64, 'x'),
                        .is_primary = true});
  });
  CHECK(names(e, "/content_hash", field_code::wrong_type));
  CHECK(names(e, "/is_primary", field_code::out_of_range));
  CHECK(names(error_of([&] {
                s.call_json("media.add", R"({"listing_id":")" + format_uuid(l) +
                                             R"(","storage_key":"d","content_hash":"ab","width":0})");
              }),
              "/content_hash", field_code::too_short));
  const ListingMedia film =
      s.call(media::add, {.listing_id = l, .media_type_code = "MEDIA_VIDEO", .storage_key = "film"});
  CHECK(code_of([&] { s.call(media::set_primary, {film.id}); }) == ErrorCode::invalid_argument);
  const std::string id = format_uuid(m.id);
  CHECK(names(error_of([&] { s.call(media::reorder, {.listing_id = l, .ids = {id}}); }), "/ids",
              field_code::too_short));
  CHECK(names(error_of([&] {
                s.call(media::reorder, {.listing_id = l, .ids = {id, id}});
              }),
              "/ids/1", field_code::duplicate_member));
  CHECK(names(error_of([&] {
                s.call(media::reorder, {.listing_id = l, .ids = {id, "x"}});
              }),
              "/ids/1", field_code::not_an_id));
  CHECK(names(error_of([&] {
                s.call(media::reorder, {.listing_id = l, .ids = {id, format_uuid(w.one.admin)}});
              }),
              "/ids/1", field_code::unknown_reference));
  for (int i = 0; i < 98; ++i) add_photo(s, l, std::to_string(i));
  CHECK(code_of([&] { add_photo(s, l, "one too many"); }) == ErrorCode::invalid_argument);
  const Listing archived = s.call(listings::archive, {.id = l, .version = 1});
  CHECK(code_of([&] { s.call(media::remove, {m.id}); }) == ErrorCode::conflict);
  CHECK(s.call(media::list, {archived.id}).items.size() == 100);
}

TEST_CASE("events tell of listings and their media, in order", "[media][events]") {
  World w("memory");
  std::vector<std::string> types;
  w.engine.subscribe("*", [&](const Event& e) { types.push_back(e.type); });
  auto s = w.admin();
  const Listing l = s.call(listings::create, whole_of("Appartement F3"));
  const ListingMedia a = add_photo(s, l.id, "a");
  const ListingMedia b = add_photo(s, l.id, "b");
  s.call(media::set_primary, {b.id});
  s.call(media::remove, {a.id});
  s.call(listings::update, {.id = l.id, .version = 1, .price = dirhams(1)});
  s.call(listings::archive, {.id = l.id, .version = 2});
  CHECK(types == std::vector<std::string>{"listing.created", "media.added", "media.added",
                                          "media.primary_changed", "media.primary_changed", "media.removed",
                                          "listing.price_changed", "listing.status_changed"});
}
