// Random merges and undos: references stay whole, and where everything was undone the content is what it was.

#include <random>
#include <set>

#include "atlas/appointments.hpp"
#include "atlas/consent.hpp"
#include "atlas/documents.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/exports.hpp"
#include "atlas/messages.hpp"
#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::string content_of(Session& s) {
  std::string all;
  std::optional<std::string> after;
  do {
    const auto page = s.call(exports::content, {.limit = 7, .after = after});
    all += page.text;
    after = page.next;
  } while (after);
  return all;
}

struct People {
  explicit People(World& world) : w(world), s(world.admin()) {
    for (int i = 0; i < 6; ++i) {
      const std::string n = std::to_string(i);
      parties.push_back(
          s.call(parties::create, {.role_code = "BUYER",
                                   .given_name = std::string(static_cast<std::size_t>(i) + 1, 'x'),
                                   .family_name = "Person " + n,
                                   .phones = {"061111111" + std::to_string(i / 2)},  // some look alike
                                   .emails = {"p" + n + "@example.ma"},
                                   .external_refs = {{"erp", n}},
                                   .meta = R"({"z":)" + n + R"(,"a)" + n + R"(":1})"})
              .id);
      listings::Create flat = draft_of("Appartement " + n);
      flat.owner_party_id = parties.back();
      flat.price = dirhams(1'000'000 + i);
      flat.external_refs = {{"portal", n}};
      listings.push_back(s.call(listings::create, flat).id);
      for (const char* photo : {"/1.jpg", "/2.jpg"}) add_photo(s, listings.back(), n + photo);
      const auto d = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                               .contact_name = "Person " + n,
                                               .phone = "062222222" + n,
                                               .listing_id = listings.back(),
                                               .party_id = parties.back()});
      dossiers.push_back(d.dossier->id);
      s.call(dossiers::link_party, {.id = dossiers.back(), .party_id = parties.back(), .role_code = "BUYER"});
      s.call(activities::add_task, {.id = dossiers.back(), .title = "Task " + n});
      s.call(activities::add_note, {.id = dossiers.back(), .body = "Note " + n});
      s.call(appointments::create, {.dossier_id = dossiers.back(),
                                    .listing_id = listings.back(),
                                    .type_code = "APPOINT_VISIT",
                                    .starts_at = world.clock->now() + micros_per_day,
                                    .attendees = {{.party_id = parties.back(), .name = "P" + n}}});
      const std::pair<const char*, Uuid> owners[] = {
          {"dossier", dossiers.back()}, {"party", parties.back()}, {"listing", listings.back()}};
      for (const auto& [kind, owner] : owners)
        s.call(documents::create, {.owner_kind = kind,
                                   .owner_id = owner,
                                   .type_code = "DOC_IDENTITY",
                                   .storage_ref = "s3://" + n,
                                   .content_hash = std::string(64, 'a')});
      s.call(messages::log, {.dossier_id = dossiers.back(),
                             .direction = "INBOUND",
                             .channel_code = "CHAN_SMS",
                             .body = "Bonjour " + n});
      s.call(consents::grant, {.channel_code = "CHAN_SMS",
                               .address = "062222222" + n,
                               .purpose_code = "CONSENT_CONTACT",
                               .source_code = "CONSENT_SRC_FORM",
                               .wording = "Oui",
                               .wording_version = "1",
                               .language = "fr",
                               .evidence = ConsentEvidence{"web_form", "f/1", std::string(64, 'b')},
                               .party_id = parties.back(),
                               .dossier_id = dossiers.back()});
      w.clock->advance(micros_per_second);
    }
    // Links that collide when neighbours are merged.
    for (std::size_t i = 1; i < dossiers.size(); ++i)
      s.call(dossiers::link_party, {.id = dossiers[i], .party_id = parties[i - 1], .role_code = "BUYER"});
  }

  std::int64_t version_of(const std::string& kind, const Uuid& id) {
    if (kind == "party") return s.call(parties::get, {.id = id}).version;
    if (kind == "listing") return s.call(listings::get, {.id = id}).version;
    return s.call(dossiers::get, {.id = id}).version;
  }

  /// Merges two that are there; false when fewer are left.
  bool merge(std::mt19937& dice) {
    const std::string kind(duplicates::kinds[dice() % 3]);
    auto& ids = kind == "party" ? parties : kind == "listing" ? listings : dossiers;
    std::vector<Uuid> there;
    for (const Uuid& id : ids)
      if (!gone.contains(id)) there.push_back(id);
    if (there.size() < 2) return false;
    std::shuffle(there.begin(), there.end(), dice);
    duplicates::Merge asked{.entity_kind = kind,
                            .survivor_id = there[0],
                            .survivor_version = version_of(kind, there[0]),
                            .loser_id = there[1],
                            .loser_version = version_of(kind, there[1])};
    // Tried dry it says the same, and leaves nothing.
    asked.dry_run = true;
    const auto tried = s.call(duplicates::merge, asked);
    asked.dry_run = false;
    const auto done = s.call(duplicates::merge, asked);
    CHECK(tried.references.size() == done.references.size());
    CHECK(tried.fields.size() == done.fields.size());
    gone.insert(there[1]);
    standing.push_back(*done.merge);
    return true;
  }

  std::size_t undo(std::mt19937& dice) {
    if (standing.empty()) return 0;
    const std::size_t at = dice() % standing.size();
    const auto undone = s.call(duplicates::undo, {.merge_id = standing[at].id});
    for (const MergeConflict& c : undone.conflicts)
      UNSCOPED_INFO(c.kind + " " + c.field + " before " + c.before.value_or("-") + " now " +
                    c.now.value_or("-"));
    gone.erase(standing[at].loser_id);
    standing.erase(standing.begin() + static_cast<std::ptrdiff_t>(at));
    return undone.conflicts.size();
  }

  /// Whatever names a record names one that is there.
  void check_references() {
    for (const Dossier& d : s.call(dossiers::list, {}).items) {
      CHECK_FALSE(gone.contains(d.id));
      if (d.party_id) CHECK_FALSE(gone.contains(*d.party_id));
      for (const auto& item : s.call(dossiers::parties_of, {.id = d.id}).items)
        CHECK_FALSE(gone.contains(item.party.id));
    }
    for (const Listing& l : s.call(listings::list, {}).items) {
      CHECK_FALSE(gone.contains(l.id));
      if (l.owner_party_id) CHECK_FALSE(gone.contains(*l.owner_party_id));
      for (const ListingMedia& m : s.call(media::list, {.listing_id = l.id}).items)
        CHECK_FALSE(gone.contains(m.listing_id));
    }
    for (const Appointment& a : s.call(appointments::list, {}).items) {
      CHECK_FALSE(gone.contains(a.dossier_id));
      if (a.listing_id) CHECK_FALSE(gone.contains(*a.listing_id));
      for (const Attendee& who : a.attendees)
        if (who.party_id) CHECK_FALSE(gone.contains(*who.party_id));
    }
    for (const Document& d : s.call(documents::list, {}).items) CHECK_FALSE(gone.contains(d.owner_id));
    std::size_t messages = 0;
    for (const Uuid& id : dossiers) {
      if (gone.contains(id)) continue;
      for (const Message& m : s.call(messages::list, {.dossier_id = id}).items) {
        ++messages;
        if (m.party_id) CHECK_FALSE(gone.contains(*m.party_id));
      }
    }
    CHECK(messages == dossiers.size());
    for (const Task& t : s.call(activities::list_tasks, {}).items) CHECK_FALSE(gone.contains(t.dossier_id));
  }

  World& w;
  Session s;
  std::vector<Uuid> parties, dossiers, listings;
  std::set<Uuid> gone;
  std::vector<MergeRecord> standing;
};

}  // namespace

TEST_CASE("merges undone in random order leave the content as if they had never been", "[dedup][property]") {
  const std::string backend = GENERATE(from_range(backends()));
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(backend, seed);
  World w(backend);
  People p(w);
  std::mt19937 dice(seed);
  const std::string before = content_of(p.s);
  for (int i = 0; i < 14; ++i) {
    if (dice() % 3 == 0)
      CHECK(p.undo(dice) == 0);
    else
      p.merge(dice);
    p.check_references();
  }
  CHECK(content_of(p.s) != before);
  while (!p.standing.empty()) CHECK(p.undo(dice) == 0);
  p.check_references();
  CHECK(content_of(p.s) == before);
  CHECK(w.engine.check().ok());
}

TEST_CASE("edits between merges are kept, told, and break no reference", "[dedup][property]") {
  const std::string backend = GENERATE(from_range(backends()));
  const unsigned seed = GENERATE(11u, 12u);
  CAPTURE(backend, seed);
  World w(backend);
  People p(w);
  std::mt19937 dice(seed);
  for (int i = 0; i < 14; ++i) {
    w.clock->advance(micros_per_second);
    const unsigned what = dice() % 4;
    if (what == 0) {
      p.undo(dice);
    } else if (what == 1) {
      const Party one = p.s.call(parties::get, {.id = p.parties[dice() % p.parties.size()]});
      p.s.call(parties::update,
               {.id = one.id, .version = one.version, .address = "Rue " + std::to_string(i)});
    } else {
      p.merge(dice);
    }
    p.check_references();
  }
  while (!p.standing.empty()) p.undo(dice);
  p.check_references();
  CHECK(w.engine.check().ok());
}

TEST_CASE("a link that was a double stands again once the merge that made it one is undone", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const bool parties_first = GENERATE(false, true);
  CAPTURE(parties_first);
  std::vector<Uuid> who, where;
  for (const char* digit : {"1", "2"}) {
    who.push_back(
        s.call(parties::create, {.role_code = "BUYER", .family_name = std::string("P") + digit}).id);
    where.push_back(s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                              .contact_name = std::string("D") + digit,
                                              .phone = std::string("061111111") + digit})
                        .dossier->id);
  }
  s.call(dossiers::link_party, {.id = where[0], .party_id = who[1], .role_code = "BUYER"});
  s.call(dossiers::link_party, {.id = where[1], .party_id = who[0], .role_code = "BUYER"});
  const std::string before = content_of(s);
  const auto merge = [&](bool of_parties) {
    const auto& ids = of_parties ? who : where;
    const auto version = [&](const Uuid& id) {
      return of_parties ? s.call(parties::get, {.id = id}).version
                        : s.call(dossiers::get, {.id = id}).version;
    };
    return s
        .call(duplicates::merge, {.entity_kind = of_parties ? "party" : "dossier",
                                  .survivor_id = ids[0],
                                  .survivor_version = version(ids[0]),
                                  .loser_id = ids[1],
                                  .loser_version = version(ids[1])})
        .merge->id;
  };
  const Uuid first = merge(parties_first), second = merge(!parties_first);
  CHECK(s.call(dossiers::parties_of, {.id = where[0]}).items.size() == 1);

  const auto undone = s.call(duplicates::undo, {.merge_id = first});
  CHECK(undone.remade == 1);
  CHECK(undone.conflicts.empty());
  // Of one dossier and two people, or of two dossiers and one person: both links are there.
  std::size_t links = s.call(dossiers::parties_of, {.id = where[0]}).items.size();
  if (!parties_first) links += s.call(dossiers::parties_of, {.id = where[1]}).items.size();
  CHECK(links == 2);

  CHECK(s.call(duplicates::undo, {.merge_id = second}).conflicts.empty());
  CHECK(content_of(s) == before);
  CHECK(w.engine.check().ok());
}
