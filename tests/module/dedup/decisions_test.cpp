// What people said of pairs, across merges and what takes them back; and who is told that a pair was found.

#include "search.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Four ways of writing one person; whichever two are compared, they look like one.
const Person first_way{"Youssef", "Tazi", {"+212661234567"}, {"youssef.tazi@example.ma"}, {}};
const Person second_way{"Yousef", "Tazi", {"+212661234567"}, {}, {}};
const Person third_way{"Youssef", "Tazzi", {"+212661234567"}, {}, "12 rue Atlas"};
const Person stranger{"Lucie", "Garnier", {"+33612345678"}, {}, {}};

struct Decisions {
  Session& s;

  /// The state in which the pair stands; "" when there is none.
  std::string of(const Party& a, const Party& b) const { return signal(a, b).status_code; }
  duplicates::Signal signal(const Party& a, const Party& b) const {
    duplicates::Signal none;
    none.status_code = "";
    for (const auto status : duplicates::signal_states)
      for (const auto& pair : found(s, "party", std::string(status), a.id))
        if (pair.first_id == std::min(a.id, b.id) && pair.second_id == std::max(a.id, b.id)) return pair;
    return none;
  }
  void dismiss(const Party& a, const Party& b) const {
    REQUIRE(of(a, b) == "OPEN");
    s.call(duplicates::dismiss, {.id = signal(a, b).id});
  }
  Uuid merge(const Party& loser, const Party& survivor) const {
    const auto version = [&](const Party& p) { return s.call(parties::get, {.id = p.id}).version; };
    return s
        .call(duplicates::merge, {.entity_kind = "party",
                                  .survivor_id = survivor.id,
                                  .survivor_version = version(survivor),
                                  .loser_id = loser.id,
                                  .loser_version = version(loser)})
        .merge->id;
  }
  std::vector<MergeConflict> undo(const Uuid& merge) const {
    return s.call(duplicates::undo, {.merge_id = merge}).conflicts;
  }
};

}  // namespace

TEST_CASE("who is not X is not X after a merge, and a no comes back with the record", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party x = add(s, first_way), loser = add(s, second_way);
  // One that looks like X already, or only once it has what the loser brings.
  const bool alike = GENERATE(true, false);
  CAPTURE(alike);
  const Party survivor = add(s, alike ? third_way : stranger);
  pairs.dismiss(loser, x);
  const std::string before = pairs.of(survivor, x);
  CHECK(before == (alike ? "OPEN" : ""));

  const Uuid merge = pairs.merge(loser, survivor);
  CHECK(pairs.of(survivor, x) == "DISMISSED");
  CHECK(pairs.signal(survivor, x).decided_by == w.one.admin);
  CHECK(pairs.of(loser, x) == "DISMISSED");
  CHECK(found(s, "party").empty());
  // A run over everything finds nothing new to ask.
  CHECK(scanned(w, s, "party").opened == 0);

  CHECK(pairs.undo(merge).empty());
  CHECK(pairs.of(survivor, x) == (alike ? "OPEN" : "LAPSED"));
  CHECK_FALSE(pairs.signal(survivor, x).decided_by);
  CHECK(pairs.of(loser, x) == "DISMISSED");
  CHECK(scanned(w, s, "party").opened == 0);
}

TEST_CASE("what was said of the survivor holds although the merge gives it other values", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party x = add(s, first_way), survivor = add(s, second_way), loser = add(s, third_way);
  pairs.dismiss(survivor, x);
  const Uuid merge = pairs.merge(loser, survivor);
  REQUIRE(s.call(parties::get, {.id = survivor.id}).address == "12 rue Atlas");
  CHECK(pairs.of(survivor, x) == "DISMISSED");
  CHECK(pairs.undo(merge).empty());
  CHECK(pairs.of(survivor, x) == "DISMISSED");
  CHECK(pairs.of(loser, x) == "OPEN");
}

TEST_CASE("a passed no holds until one of the two changes, and the loser's own is not touched", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party x = add(s, first_way), survivor = add(s, third_way), loser = add(s, second_way);
  pairs.dismiss(loser, x);
  const Uuid merge = pairs.merge(loser, survivor);
  REQUIRE(pairs.of(survivor, x) == "DISMISSED");
  Party now = s.call(parties::get, {.id = survivor.id});
  now = s.call(parties::update, {.id = now.id, .version = now.version, .family_name = "TAZZI"});
  CHECK(pairs.of(survivor, x) == "DISMISSED");
  now = s.call(parties::update, {.id = now.id, .version = now.version, .family_name = "Tazi"});
  CHECK(pairs.of(survivor, x) == "OPEN");
  pairs.undo(merge);
  CHECK(pairs.of(survivor, x) == "OPEN");
  CHECK(pairs.of(loser, x) == "DISMISSED");
  // What somebody says of the merged record stays with it, and is told.
  const Uuid again = pairs.merge(loser, survivor);
  REQUIRE(pairs.of(survivor, x) == "DISMISSED");
  s.call(duplicates::confirm, {.id = pairs.signal(survivor, x).id});
  const auto conflicts = pairs.undo(again);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].kind == "duplicate_signal");
  CHECK(conflicts[0].now == R"("CONFIRMED")");
  CHECK(pairs.of(survivor, x) == "CONFIRMED");
}

TEST_CASE("noes pass along chains of merges, and each undo takes its own back", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party x = add(s, first_way), a = add(s, second_way), b = add(s, third_way),
              c = add(s, {"Yusuf", "Tazi", {"+212661234567"}, {}, {}});
  pairs.dismiss(a, x);
  const bool of_other_side = GENERATE(false, true);
  CAPTURE(of_other_side);
  // a into b, then b into c; or a into b, then X into c.
  const Uuid first = pairs.merge(a, b);
  CHECK(pairs.of(b, x) == "DISMISSED");
  const Uuid second = of_other_side ? pairs.merge(x, c) : pairs.merge(b, c);
  CHECK((of_other_side ? pairs.of(b, c) : pairs.of(c, x)) == "DISMISSED");
  CHECK(found(s, "party").empty());
  const bool middle_first = GENERATE(true, false);
  CAPTURE(middle_first);
  if (middle_first) {
    CHECK(pairs.undo(first).empty());
    CHECK(pairs.of(a, of_other_side ? c : x) == "DISMISSED");
    // Of the second merge as it stands now nobody said no.
    CHECK((of_other_side ? pairs.of(b, c) : pairs.of(c, x)) == "OPEN");
    CHECK(pairs.undo(second).empty());
  } else {
    CHECK(pairs.undo(second).empty());
    CHECK(pairs.of(b, x) == "DISMISSED");
    CHECK(pairs.undo(first).empty());
  }
  CHECK(pairs.of(a, x) == "DISMISSED");
  for (const Party* other : {&b, &c}) CHECK(pairs.of(*other, x) == "OPEN");
  CHECK(pairs.of(a, b) == "OPEN");
  CHECK(pairs.of(b, c) == "OPEN");
  CHECK(scanned(w, s, "party").opened == 0);
}

TEST_CASE("what was said of two that were merged all the same is said again once they part", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party a = add(s, first_way), b = add(s, second_way);
  const bool confirmed = GENERATE(false, true);
  const bool changed = GENERATE(false, true);
  CAPTURE(confirmed, changed);
  const auto decided =
      s.call(confirmed ? duplicates::confirm : duplicates::dismiss, {.id = pairs.signal(a, b).id});
  const Uuid merge = pairs.merge(b, a);
  CHECK(pairs.of(a, b) == "MERGED");
  w.clock->advance(micros_per_second);
  if (changed) {
    const Party now = s.call(parties::get, {.id = a.id});
    s.call(parties::update, {.id = a.id, .version = now.version, .address = "3 avenue de France"});
  }
  pairs.undo(merge);
  // A no that other values were under is asked anew.
  CHECK(pairs.of(a, b) == (confirmed ? "CONFIRMED" : changed ? "OPEN" : "DISMISSED"));
  if (!changed) CHECK(pairs.signal(a, b).decided_at == decided.decided_at);
}

TEST_CASE("a merge tried dry passes nothing on", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Decisions pairs{s};
  const Party x = add(s, first_way), survivor = add(s, third_way), loser = add(s, second_way);
  pairs.dismiss(loser, x);
  s.call(duplicates::merge, {.entity_kind = "party",
                             .survivor_id = survivor.id,
                             .survivor_version = 1,
                             .loser_id = loser.id,
                             .loser_version = 1,
                             .dry_run = true});
  CHECK(pairs.of(survivor, x) == "OPEN");
  CHECK(pairs.of(survivor, loser) == "OPEN");
  // Nor is what follows in the same transaction taken for a merge.
  s.batch([&](Session& batch) {
    batch.call(duplicates::merge, {.entity_kind = "party",
                                   .survivor_id = survivor.id,
                                   .survivor_version = 1,
                                   .loser_id = loser.id,
                                   .loser_version = 1,
                                   .dry_run = true});
    batch.call(parties::update, {.id = loser.id, .version = 1, .given_name = "Youssef"});
  });
  CHECK(pairs.of(loser, x) == "OPEN");
}

TEST_CASE("whoever listens is told of a pair once it is committed", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  std::vector<std::string> heard;
  const auto listening =
      w.engine.subscribe("duplicate_signal.*", [&](const Event& e) { heard.push_back(e.type); });
  const std::vector<std::string> sure{"duplicate_signal.found_certain"}, unsure{"duplicate_signal.found"};
  add(s, first_way);
  CHECK(heard.empty());
  s.begin_batch();
  const Party b = add(s, second_way);
  CHECK(heard.empty());
  s.commit_batch();
  CHECK(heard == sure);
  heard.clear();
  // What is rolled back is not told.
  s.begin_batch();
  add(s, third_way);
  s.rollback_batch();
  CHECK(heard.empty());
  // Nor is it told again while it stands.
  Party now = s.call(parties::update, {.id = b.id, .version = b.version, .address = "12 rue Atlas"});
  scanned(w, s, "party");
  CHECK(heard.empty());
  // It lapses and comes back, less sure.
  now = s.call(parties::update, {.id = now.id,
                                 .version = now.version,
                                 .given_name = "Lucie",
                                 .family_name = "Garnier",
                                 .phones = std::vector<std::string>{"+33699887766"}});
  CHECK(heard.empty());
  w.engine.unsubscribe(listening);
  const auto listed = s.call(audit::events, {.types = sure}).items;
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].entity_kind == "duplicate_signal");
  CHECK(listed[0].entity_id == found(s, "party", "LAPSED").at(0).id);
  CHECK(s.call(audit::events, {.types = unsure}).items.empty());
  // Without a name, a number, or the id of a record that a reader may not see.
  for (const auto& e : s.call(audit::list, {.actions = sure}).items)
    for (const std::string& secret : {std::string("Tazi"), std::string("+212"), format_uuid(b.id)})
      CHECK(to_json(e).find(secret) == std::string::npos);
}

TEST_CASE("people are shown what is worth their time, or what their organisation asks for", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin(), other = w.other();
  const auto threshold = [&](Session& who) {
    return who.call(duplicates::setup, {.entity_kind = "party"}).review_threshold.units;
  };
  CHECK(threshold(s) == 250'000);
  // A namesake with another number, and one with the same.
  const Party a = add(s, {"Youssef", "Tazi", {"+212661234567"}, {}, {}});
  const Party namesake = add(s, {"Youssef", "Tazi", {"+212677654321"}, {}, {}});
  const Party same = add(s, {"Yousef", "Tazi", {"+212661234567"}, {}, {}});
  const auto shown = [&](const Party& one, const Party& two) {
    for (const auto& pair : found(s, "party", "OPEN", one.id))
      if (pair.first_id == two.id || pair.second_id == two.id) return true;
    return false;
  };
  CHECK(shown(a, same));
  CHECK_FALSE(shown(a, namesake));
  const auto told =
      s.call(duplicates::explain, {.entity_kind = "party", .first_id = a.id, .second_id = namesake.id});
  CHECK(told.verdict == "different");

  s.call(duplicates::configure, {.entity_kind = "party", .review_threshold = Decimal{10'000}});
  CHECK(threshold(s) == 10'000);
  CHECK(threshold(other) == 250'000);
  CHECK(s.call(duplicates::setup, {.entity_kind = "party"}).detects);
  pump_all(w.engine);
  CHECK(shown(a, namesake));
  CHECK(s.call(duplicates::explain, {.entity_kind = "party", .first_id = a.id, .second_id = namesake.id})
            .verdict == "review");
  // Nobody can ask not to be shown what the model takes for one.
  const auto set =
      s.call(duplicates::configure, {.entity_kind = "party", .review_threshold = Decimal{990'000}});
  CHECK(set.review_threshold == set.same_threshold);
  pump_all(w.engine);
  CHECK(shown(a, same));
  CHECK_FALSE(shown(a, namesake));
  s.call(duplicates::configure, {.entity_kind = "party", .detects = false});
  CHECK(threshold(s) == set.same_threshold.units);
  s.call_json("duplicates.configure", R"({"entity_kind":"party","review_threshold":null,"detects":true})");
  CHECK(threshold(s) == 250'000);
  for (const std::int64_t wrong : {0, 9'999, 990'001})
    CHECK(names(error_of([&] {
                  s.call(duplicates::configure, {.entity_kind = "party", .review_threshold = Decimal{wrong}});
                }),
                "/review_threshold", field_code::out_of_range));
}
