// One flat advertised twice: found by its photos and figures, held back from the public, let through on a
// manager's word; and two advertisements made one again.

#include <nlohmann/json.hpp>

#include "atlas/crypto.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/listing_duplicates.hpp"
#include "imaging/pictures.hpp"
#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

listings::Create flat(std::string title, std::string description) {
  listings::Create in = draft_of(title);
  in.description = std::move(description);
  in.price = dirhams(1'850'000);
  in.surface_m2 = Decimal{9650};
  in.rooms = 4;
  in.bedrooms = 3;
  in.bathrooms = 2;
  in.floor = 3;
  in.city = "Casablanca";
  in.zone = "Maârif";
  return in;
}

listings::Create first_flat() {
  return flat("Bel appartement lumineux au Maârif",
              "À deux pas du tramway, bel appartement traversant de trois chambres avec terrasse plein sud, "
              "cuisine équipée, parking en sous-sol et ascenseur.");
}

/// The same one by somebody else: other words, three per cent more.
listings::Create same_flat_again() {
  listings::Create in = flat("Casablanca centre : T4 avec terrasse",
                             "Vente d'un quatre pièces en étage, séjour double, trois belles chambres. Idéal "
                             "famille. Visites sur rendez-vous avec notre conseiller.");
  in.price = dirhams(1'905'500);
  return in;
}

/// Another flat of the house, by the same hand.
listings::Create flat_next_door() {
  listings::Create in = first_flat();
  in.floor = 6;
  in.surface_m2 = Decimal{10400};
  in.price = dirhams(2'100'000);
  return in;
}

/// Adds a photo by its file's bytes, as a host does.
ListingMedia add_file(Session& s, const Uuid& listing, const std::string& name, const std::string& bytes) {
  const auto facts = s.call(media::fingerprint, {.content_base64 = base64(bytes)});
  return s.call(media::add, {.listing_id = listing,
                             .storage_key = name,
                             .content_hash = facts.content_hash,
                             .perceptual_hash = facts.perceptual_hash,
                             .width = facts.width,
                             .height = facts.height});
}

/// Three photos of a property, as one camera took them or as a portal has saved them again.
void add_photos(Session& s, const Uuid& listing, std::uint64_t property, bool again = false) {
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Picture photo = scene(10 * property + i, 240, 160);
    add_file(s, listing, std::to_string(property) + "-" + std::to_string(i),
             again ? jpeg(resized(photo, 160, 107), 50) : jpeg(photo, 90));
  }
}

void set_threshold(World& w, int threshold) {
  auto s = w.admin();
  const Organisation org = s.call(organisations::get, {});
  s.call(organisations::update,
         {.id = org.id,
          .version = org.version,
          .settings = R"({"trust":{"duplicate_threshold":)" + std::to_string(threshold) + "}}"});
}

std::vector<duplicates::Signal> pairs_of(Session& s, const Uuid& id, const std::string& status = "OPEN") {
  return s.call(duplicates::list, {.entity_kind = "listing", .status_code = status, .record_id = id}).items;
}

Error refused(Session& s, const Uuid& id) {
  const Listing l = s.call(listings::get, {id});
  return error_of([&] { s.call(listings::publish, {.id = l.id, .version = l.version}); });
}

}  // namespace

TEST_CASE("the same flat in other words, dearer, its photos saved again, is found and held back",
          "[listings][duplicates]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  set_threshold(w, 80);
  const Listing one = s.call(listings::create, first_flat());
  add_photos(s, one.id, 1);
  const Listing again = s.call(listings::create, same_flat_again());
  add_photos(s, again.id, 1, true);
  const auto pairs = pairs_of(s, again.id);
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].score >= 90);
  const auto explained = s.call(duplicates::explain, {.id = pairs[0].id});
  const auto photos = std::find_if(explained.contributions.begin(), explained.contributions.end(),
                                   [](const auto& c) { return c.field == "photos"; });
  REQUIRE(photos != explained.contributions.end());
  CHECK(photos->level == "most_photos");
  CHECK(photos->bits.units > 0);
  // Nobody who edits meanwhile is stale; the score is on the listing after the background work.
  CHECK(s.call(listings::get, {again.id}).version == again.version);
  auto agent = w.as("AGENT");
  auto manager = w.as("MANAGER");
  const Error e = refused(s, again.id);
  CHECK(e.code() == ErrorCode::guard_failed);
  CHECK(detail_of(e, "reason") == "\"duplicate_suspected\"");
  CHECK(detail_of(e, "refusals").find(format_uuid(pairs[0].id)) != std::string::npos);
  CHECK(detail_of(e, "refusals").find("photos: most photos the same") != std::string::npos);
  CHECK(s.call(listings::transitions, {again.id}).items.at(0).closed_by == "conditions");
  w.engine.pump();
  Listing scored = s.call(listings::get, {again.id});
  CHECK(scored.duplicate_score == pairs[0].score);
  REQUIRE(scored.duplicate_explanation);
  CHECK(nlohmann::json::parse(*scored.duplicate_explanation)["signal_id"] == format_uuid(pairs[0].id));
  CHECK(s.call(listings::get, {one.id}).duplicate_score == pairs[0].score);

  // An agent may not say that it is another one; a manager may, and it is told.
  CHECK(code_of([&] {
          agent.call(listings::override_duplicate,
                     {.id = again.id, .version = scored.version, .justification = "no"});
        }) == ErrorCode::forbidden);
  scored =
      manager.call(listings::override_duplicate,
                   {.id = again.id, .version = scored.version, .justification = "the owner has two flats"});
  CHECK(scored.duplicate_override->justification == "the owner has two flats");
  CHECK(scored.duplicate_override->score == pairs[0].score);
  CHECK(s.call(listings::publish, {.id = again.id, .version = scored.version}).status_code ==
        "ANN_PUBLISHED");
  CHECK(s.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("two flats of one house by one hand are two", "[listings][duplicates]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  set_threshold(w, 35);
  const Listing one = s.call(listings::create, first_flat());
  add_photos(s, one.id, 2);
  const Listing next_door = s.call(listings::create, flat_next_door());
  add_photos(s, next_door.id, 3);
  for (const auto& pair : pairs_of(s, next_door.id)) CHECK(pair.score < 35);
  const Listing l = s.call(listings::get, {next_door.id});
  CHECK(s.call(listings::publish, {.id = l.id, .version = l.version}).status_code == "ANN_PUBLISHED");
}

TEST_CASE("a dismissed pair holds nothing back until its photos change", "[listings][duplicates]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  set_threshold(w, 80);
  const Listing one = s.call(listings::create, first_flat());
  add_photos(s, one.id, 1);
  const Listing again = s.call(listings::create, same_flat_again());
  add_photos(s, again.id, 1, true);
  w.engine.pump();
  CHECK(s.call(listings::get, {again.id}).duplicate_score);
  s.call(duplicates::dismiss, {.id = pairs_of(s, again.id).at(0).id});
  CHECK(s.call(listings::transitions, {again.id}).items.at(0).open);
  w.engine.pump();
  Listing l = s.call(listings::get, {again.id});
  CHECK_FALSE(l.duplicate_score);
  CHECK_FALSE(l.duplicate_explanation);
  CHECK(code_of([&] {
          s.call(listings::override_duplicate, {.id = l.id, .version = l.version, .justification = "none"});
        }) == ErrorCode::conflict);
  add_file(s, one.id, "another", jpeg(scene(99, 240, 160), 90));
  CHECK(pairs_of(s, again.id).size() == 1);
  CHECK(refused(s, again.id).code() == ErrorCode::guard_failed);
}

TEST_CASE("photos alone lead from one listing to the other", "[listings][duplicates]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Listing one = s.call(listings::create, first_flat());
  add_photos(s, one.id, 4);
  // Nothing that is a key is the same: quarter, surface, words.
  listings::Create in = same_flat_again();
  in.surface_m2 = Decimal{9800};
  in.zone = "Bourgogne";
  const Listing again = s.call(listings::create, in);
  CHECK(pairs_of(s, again.id).empty());
  add_photos(s, again.id, 4, true);
  REQUIRE(pairs_of(s, again.id).size() == 1);
  const std::int64_t with_photos = pairs_of(s, again.id)[0].score;
  for (const ListingMedia& m : s.call(media::list, {again.id}).items) s.call(media::remove, {m.id});
  CHECK(with_photos >= 40);  // the surfaces contradict
  CHECK(pairs_of(s, again.id).empty());
}

TEST_CASE("photos that differ by a few bits lead there as well, those that differ by more do not",
          "[listings][duplicates]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto with_photos = [&](listings::Create in, std::vector<std::string> hashes) {
    const Uuid id = s.call(listings::create, in).id;
    for (const std::string& hash : hashes)
      s.call(media::add, {.listing_id = id, .storage_key = format_uuid(id) + hash, .perceptual_hash = hash});
    return id;
  };
  with_photos(first_flat(), {"0123456789abcdef", "fedcba9876543210", "1f2e3d4c5b6a7988"});
  listings::Create in = same_flat_again();
  in.surface_m2 = Decimal{9800};
  in.zone = "Bourgogne";
  // One bit of the last digit, then more of them than the same photo saved again has.
  const Uuid near = with_photos(in, {"0123456789abcdee", "fedcba9876543211", "1f2e3d4c5b6a7989"});
  CHECK(pairs_of(s, near).size() == 1);
  in.zone = "Maarif";
  const Uuid far = with_photos(in, {"ff23456789abcd10", "00dcba98765432ef", "e02e3d4c5b6a7967"});
  for (const auto& pair : pairs_of(s, far)) CHECK((pair.first_id == near || pair.second_id == near));
}

TEST_CASE("a merge brings photos and quality along, and gives them back", "[listings][duplicates][merge]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Listing one = s.call(listings::create, first_flat());
  const Listing again = s.call(listings::create, same_flat_again());
  add_photos(s, again.id, 5);
  const Dossier lead = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                 .contact_name = "Ali",
                                                 .phone = "0612345678",
                                                 .listing_id = again.id})
                           .dossier.value();
  const auto photos_of = [&](const Uuid& id) { return s.call(media::list, {id}).items.size(); };
  const auto kept = [&](const Uuid& id) { return s.call(listings::get, {id}); };
  w.engine.pump();
  const std::int64_t poor = kept(one.id).quality_score;
  const auto merged = s.call(duplicates::merge, {.entity_kind = "listing",
                                                 .survivor_id = one.id,
                                                 .survivor_version = kept(one.id).version,
                                                 .loser_id = again.id,
                                                 .loser_version = kept(again.id).version});
  CHECK(photos_of(one.id) == 3);
  CHECK(kept(again.id).id == one.id);  // the merged id reads as the survivor
  CHECK(s.call(dossiers::get, {.id = lead.id}).listing_id == one.id);
  w.engine.pump();
  CHECK(kept(one.id).quality_score == s.call(listings::quality, {one.id}).score);
  CHECK(kept(one.id).quality_score > poor);
  CHECK_FALSE(kept(one.id).duplicate_score);
  s.call(duplicates::undo, {.merge_id = merged.merge->id});
  CHECK(photos_of(one.id) == 0);
  CHECK(photos_of(again.id) == 3);
  CHECK(kept(again.id).id == again.id);
  CHECK(s.call(dossiers::get, {.id = lead.id}).listing_id == again.id);
  w.engine.pump();
  CHECK(kept(one.id).quality_score == poor);
  CHECK(kept(again.id).quality_score == s.call(listings::quality, {again.id}).score);
  CHECK(s.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("a file's hashes are told, and what is no photo is refused", "[listings][media]") {
  World w("memory");
  auto s = w.admin();
  const std::string bytes = png(scene(1, 64, 48));
  const auto facts = s.call(media::fingerprint, {.content_base64 = base64(bytes)});
  CHECK(facts.format == "png");
  CHECK(facts.width == 64);
  CHECK(facts.height == 48);
  CHECK(facts.content_hash == hex(as_view(sha256(bytes))));
  REQUIRE(facts.perceptual_hash);
  CHECK(facts.perceptual_hash->size() == 16);
  CHECK(code_of([&] { s.call(media::fingerprint, {.content_base64 = "%%%%"}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { s.call(media::fingerprint, {.content_base64 = base64("GIF89a")}); }) ==
        ErrorCode::invalid_argument);
  auto moderator = w.as("MODERATOR");
  CHECK(code_of([&] { moderator.call(media::fingerprint, {.content_base64 = base64(bytes)}); }) ==
        ErrorCode::forbidden);
}
