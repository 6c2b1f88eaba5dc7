// Duplicates found as records are written, through the operations, on every store.

#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "search.hpp"

#include "atlas/imports.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const Person youssef{"Youssef", "Tazi", {"+212661234567"}, {"youssef.tazi@example.ma"}, {}};
const Person youssef_again{"Yousef", "Tazi", {"+212661234567"}, {}, {}};
const Person stranger{"Lucie", "Garnier", {"+33612345678"}, {"lucie@example.fr"}, {}};

DuplicateSignal row_of(const duplicates::Signal& s) {
  DuplicateSignal row;
  row.first_id = s.first_id.value();
  row.second_id = s.second_id.value();
  return row;
}

}  // namespace

TEST_CASE("a new party meets the one that it looks like", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = add(s, youssef);
  CHECK(found(s, "party").empty());
  add(s, stranger);
  CHECK(found(s, "party").empty());
  const Party b = add(s, youssef_again);
  const auto pairs = found(s, "party");
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].first_id == std::min(a.id, b.id));
  CHECK(pairs[0].second_id == std::max(a.id, b.id));
  CHECK(pairs[0].status_code == "OPEN");
  CHECK(pairs[0].score >= 90);
  CHECK(pairs[0].score == std::llround(static_cast<double>(pairs[0].probability.units) / 1e4));
  CHECK(pairs[0].found_at == w.clock->now());
  CHECK(found(s, "party", "OPEN", a.id).size() == 1);
  CHECK(found(s, "party", "OPEN", b.id).size() == 1);
  CHECK(found(s, "dossier").empty());
  CHECK(s.call(duplicates::list, {.entity_kind = "party", .min_probability = {999'999}}).items.size() ==
        (pairs[0].probability.units >= 999'999 ? 1 : 0));
}

TEST_CASE("opening a dossier tells what it looks like", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Uuid flat = a_listing(s, "Appartement rue Atlas"), villa = a_listing(s, "Villa avec jardin");
  const auto open = [&](const std::string& name, const std::string& phone, const Uuid& listing,
                        const std::string& type = "CRM_LEAD_BUY") {
    return s.call(dossiers::create,
                  {.case_type_code = type, .contact_name = name, .phone = phone, .listing_id = listing});
  };
  const auto first = open("Youssef Tazi", "0661234567", flat);
  CHECK_FALSE(first.possible_duplicates);
  const auto second = open("Tazi Youssef", "0661234567", villa);
  REQUIRE(second.created);
  REQUIRE(second.possible_duplicates);
  REQUIRE(second.possible_duplicates->size() == 1);
  CHECK(second.possible_duplicates->front().id == first.dossier->id);
  CHECK(second.possible_duplicates->front().score >= 90);
  // A case of another type is another case.
  const auto rent = open("Youssef Tazi", "0661234567", flat, "CRM_LEAD_RENT");
  CHECK(rent.created);
  CHECK_FALSE(rent.possible_duplicates);
  const auto other = open("Lucie Garnier", "0677000000", flat);
  CHECK_FALSE(other.possible_duplicates);
}

TEST_CASE("a pair explains itself, and what its fields say adds up", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  add(s, youssef);
  add(s, youssef_again);
  const auto pair = found(s, "party").at(0);
  const auto told = s.call(duplicates::explain, {.id = pair.id});
  std::int64_t sum = told.prior.units;
  for (const auto& c : told.contributions) {
    sum += c.bits.units;
    CHECK_FALSE(c.words.fr.empty());
    CHECK_FALSE(c.words.en.empty());
    CHECK_FALSE(c.words.ar.empty());
  }
  // 1e-9 bits, in units of 1e-12.
  CHECK(std::llabs(sum - told.weight.units) <= 1000);
  const double weight = static_cast<double>(told.weight.units) / 1e12;
  const double p = std::exp2(weight) / (1 + std::exp2(weight));
  CHECK(std::abs(static_cast<double>(told.probability.units) / 1e12 - p) < 1e-9);
  CHECK(std::llabs(pair.probability.units - std::llround(p * 1e6)) <= 1);
  CHECK(told.verdict == "automatic");
  CHECK(told.model_version == pair.model_version);
  REQUIRE(told.path.size() == 1);
  const auto& phone = *std::find_if(told.contributions.begin(), told.contributions.end(),
                                    [](const auto& c) { return c.field == "phones"; });
  CHECK(phone.level == "exact");
  CHECK(phone.value_first == "+212661234567");
  CHECK(phone.value_second == "+212661234567");
  CHECK(phone.bits.units > 0);
  CHECK_FALSE(told.would_change.empty());
  CHECK(told.would_change.front().probability.units < 500'000);
  // Swapped it is the same.
  const DuplicateSignal row = row_of(pair);
  const auto swapped = s.call(duplicates::explain,
                              {.entity_kind = "party", .first_id = row.second_id, .second_id = row.first_id});
  CHECK(to_json(swapped) == to_json(told));
  // Strangers explain themselves too, without a signal.
  const Party c = add(s, stranger);
  const auto apart =
      s.call(duplicates::explain, {.entity_kind = "party", .first_id = row.first_id, .second_id = c.id});
  CHECK_FALSE(apart.signal);
  CHECK(apart.verdict == "different");
  CHECK(apart.path.empty());
  CHECK(code_of([&] { s.call(duplicates::explain, {}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          s.call(duplicates::explain, {.entity_kind = "party", .first_id = c.id, .second_id = c.id});
        }) == ErrorCode::invalid_argument);
}

TEST_CASE("a dismissed pair stays dismissed until a compared field changes", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = add(s, youssef);
  Party b = add(s, youssef_again);
  const auto pair = found(s, "party").at(0);
  const auto dismissed = s.call(duplicates::dismiss, {.id = pair.id});
  CHECK(dismissed.status_code == "DISMISSED");
  CHECK(dismissed.decided_by == w.one.admin);
  CHECK(dismissed.decided_at == w.clock->now());
  CHECK(s.call(duplicates::dismiss, {.id = pair.id}).status_code == "DISMISSED");
  CHECK(found(s, "party").empty());
  CHECK(found(s, "party", "DISMISSED").size() == 1);

  // Another role, other letter case, a run over everything: nothing that is compared.
  b = s.call(parties::update, {.id = b.id, .version = b.version, .role_code = "SELLER"});
  b = s.call(parties::update, {.id = b.id, .version = b.version, .family_name = "TAZI"});
  const auto run = scanned(w, s, "party");
  CHECK(run.status_code == "SCAN_DONE");
  CHECK(run.decided == 1);
  CHECK(run.opened == 0);
  CHECK(found(s, "party").empty());
  // A third like both does not wake it.
  const Party c = add(s, {"Youssef", "Tazi", {"+212661234567"}, {}, {}});
  CHECK(found(s, "party").size() == 2);
  CHECK(found(s, "party", "DISMISSED").size() == 1);
  s.call(parties::archive, {.id = c.id, .version = c.version});
  CHECK(found(s, "party").empty());

  b = s.call(parties::update, {.id = b.id, .version = b.version, .given_name = "Youssef"});
  const auto back = found(s, "party");
  REQUIRE(back.size() == 1);
  CHECK(back[0].id == pair.id);
  CHECK_FALSE(back[0].decided_by);
  // Dismissed again, and then no longer alike at all: nothing is left to say.
  s.call(duplicates::dismiss, {.id = pair.id});
  s.call(parties::update, {.id = b.id,
                           .version = b.version,
                           .given_name = "Lucie",
                           .family_name = "Garnier",
                           .phones = std::vector<std::string>{"+33699887766"}});
  CHECK(found(s, "party").empty());
  CHECK(found(s, "party", "DISMISSED").empty());
  const auto lapsed = found(s, "party", "LAPSED");
  CHECK(std::any_of(lapsed.begin(), lapsed.end(), [&](const auto& l) { return l.id == pair.id; }));
  CHECK(code_of([&] { s.call(duplicates::confirm, {.id = pair.id}); }) == ErrorCode::conflict);
  CHECK(s.call(parties::get, {.id = a.id}).version == 1);
}

TEST_CASE("what was confirmed stands, whatever the records become", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  add(s, youssef);
  const Party b = add(s, youssef_again);
  const auto pair = found(s, "party").at(0);
  CHECK(s.call(duplicates::confirm, {.id = pair.id}).status_code == "CONFIRMED");
  s.call(parties::update,
         {.id = b.id, .version = b.version, .phones = std::vector<std::string>{"+33699887766"}});
  scanned(w, s, "party");
  const auto confirmed = found(s, "party", "CONFIRMED");
  REQUIRE(confirmed.size() == 1);
  CHECK(confirmed[0].id == pair.id);
  // Decisions are in the audit, without a name or a number.
  bool seen = false;
  for (const auto& e : s.call(audit::list, {.limit = 100}).items) {
    if (e.action != "duplicate_signal.confirmed") continue;
    seen = true;
    CHECK(to_json(e).find("Tazi") == std::string::npos);
    CHECK(to_json(e).find("+212") == std::string::npos);
  }
  CHECK(seen);
}

TEST_CASE("one by one or all at once, in any order: the same pairs", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const std::size_t n = w.backend == "memory" ? 150 : 60;
  const auto crowd = a_crowd(n, 7);
  const auto reference = [&] {
    auto s = w.admin();
    std::map<Uuid, std::string> names;
    for (std::size_t i = 0; i < n; ++i) names[add(s, crowd[i]).id] = std::to_string(i);
    const auto pairs = pairs_of(found(s, "party"), names);
    // A run over everything finds nothing that is not there, and loses nothing.
    const auto run = scanned(w, s, "party");
    CHECK(run.scanned == static_cast<std::int64_t>(n));
    CHECK(run.total == static_cast<std::int64_t>(n));
    CHECK(run.opened == 0);
    CHECK(run.rescored == 0);
    CHECK(run.lapsed == 0);
    CHECK(pairs_of(found(s, "party"), names) == pairs);
    return pairs;
  }();
  CHECK(reference.size() >= n / 5);
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const Agency agency = w.make_agency("Agence " + std::to_string(seed));
    auto s = w.engine.session({.org = agency.org, .user = agency.admin});
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    std::map<Uuid, std::string> names;
    if (seed == 1) {
      // Nobody looks while they come; then one run.
      CHECK_FALSE(s.call(duplicates::configure, {.entity_kind = "party", .detects = false}).detects);
      for (const std::size_t i : order) names[add(s, crowd[i]).id] = std::to_string(i);
      CHECK(found(s, "party").empty());
      const auto dry = scanned(w, s, "party", true);
      CHECK(dry.opened == static_cast<std::int64_t>(reference.size()));
      CHECK(found(s, "party").empty());
      CHECK(scanned(w, s, "party").opened == static_cast<std::int64_t>(reference.size()));
    } else {
      // They come as somebody else first, and are set right in another order.
      std::vector<Party> all;
      for (const std::size_t i : order) {
        all.push_back(add(s, {"X" + std::to_string(i), "Y" + std::to_string(i), {}, {}, {}}));
        names[all.back().id] = std::to_string(i);
      }
      std::vector<std::size_t> again(n);
      for (std::size_t i = 0; i < n; ++i) again[i] = i;
      std::shuffle(again.begin(), again.end(), std::mt19937(seed + 100));
      for (const std::size_t k : again) {
        const Person& p = crowd[order[k]];
        s.call(parties::update, {.id = all[k].id,
                                 .version = 1,
                                 .given_name = p.given,
                                 .family_name = p.family,
                                 .phones = p.phones,
                                 .emails = p.emails});
      }
    }
    const auto pairs = pairs_of(found(s, "party"), names);
    CHECK(pairs == reference);
  }
}

TEST_CASE("another organisation's records are never candidates", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin(), other = w.other();
  const Party a = add(s, youssef);
  const Party theirs = add(other, youssef);
  CHECK(found(s, "party").empty());
  CHECK(found(other, "party").empty());
  const Party b = add(s, youssef_again);
  REQUIRE(found(s, "party").size() == 1);
  CHECK(found(other, "party").empty());
  scanned(w, s, "party");
  scanned(w, other, "party");
  CHECK(found(other, "party").empty());
  const auto pair = found(s, "party").at(0);
  for (const auto& call : std::vector<std::function<void()>>{
           [&] { other.call(duplicates::explain, {.id = pair.id}); },
           [&] { other.call(duplicates::confirm, {.id = pair.id}); },
           [&] { other.call(duplicates::dismiss, {.id = pair.id}); },
           [&] {
             other.call(duplicates::explain,
                        {.entity_kind = "party", .first_id = theirs.id, .second_id = a.id});
           },
           [&] { other.call(duplicates::cluster, {.entity_kind = "party", .id = a.id}); }})
    CHECK(code_of(call) == ErrorCode::not_found);
  CHECK(found(other, "party", "OPEN", b.id).empty());
  const auto cluster = other.call(duplicates::cluster, {.entity_kind = "party", .id = theirs.id});
  CHECK(cluster.members == std::vector<std::string>{format_uuid(theirs.id)});
}

TEST_CASE("whoever cannot see the other record learns that there is one, and no more", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto agent = w.as("AGENT"), second = w.as("AGENT2");
  const Uuid flat = a_listing(s, "Appartement rue Atlas"), villa = a_listing(s, "Villa avec jardin");
  const auto mine = agent.call(dossiers::create, {.contact_name = "Youssef Tazi",
                                                  .phone = "0661234567",
                                                  .email = "secret@example.ma",
                                                  .listing_id = flat});
  const auto theirs = second.call(
      dossiers::create, {.contact_name = "Youssef Tazi", .phone = "0661234567", .listing_id = villa});
  REQUIRE(theirs.created);
  CHECK_FALSE(theirs.possible_duplicates);
  const auto seen = found(second, "dossier");
  REQUIRE(seen.size() == 1);
  CHECK((seen[0].first_id ? 1 : 0) + (seen[0].second_id ? 1 : 0) == 1);
  CHECK((seen[0].first_id == theirs.dossier->id || seen[0].second_id == theirs.dossier->id));
  CHECK(found(second, "dossier", "OPEN", theirs.dossier->id).size() == 1);
  CHECK(found(second, "dossier", "OPEN", mine.dossier->id).empty());
  CHECK(code_of([&] { second.call(duplicates::explain, {.id = seen[0].id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { second.call(duplicates::confirm, {.id = seen[0].id}); }) == ErrorCode::forbidden);
  const auto cluster = second.call(duplicates::cluster, {.entity_kind = "dossier", .id = theirs.dossier->id});
  CHECK(cluster.members == std::vector<std::string>{format_uuid(theirs.dossier->id)});
  CHECK(cluster.hidden == 1);
  CHECK(cluster.pairs.empty());
  CHECK(code_of([&] { w.as("OWNER").call(duplicates::list, {.entity_kind = "dossier"}); }) ==
        ErrorCode::forbidden);
  CHECK(code_of([&] { agent.call(duplicates::scan, {.entity_kind = "dossier"}); }) == ErrorCode::forbidden);
  CHECK(code_of([&] { agent.call(duplicates::train, {.entity_kind = "dossier"}); }) == ErrorCode::forbidden);
  // A moderator decides about advertisements, and sees of people only that they are two.
  auto moderator = w.as("MODERATOR");
  for (const auto& pair : found(moderator, "dossier")) {
    CHECK_FALSE(pair.first_id);
    CHECK_FALSE(pair.second_id);
  }
  // Somebody who sees both explains it.
  auto manager = w.as("MANAGER");
  CHECK(manager.call(duplicates::explain, {.id = seen[0].id}).verdict != "different");
  CHECK(mine.dossier);
}

TEST_CASE("a merge closes its pair, and an undo opens it again", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = add(s, youssef), b = add(s, youssef_again);
  const Party c = add(s, {"Youssef", "Tazi", {}, {"youssef.tazi@example.ma"}, {}});
  const auto before = found(s, "party");
  REQUIRE(before.size() >= 2);
  const auto merged = s.call(duplicates::merge, {.entity_kind = "party",
                                                 .survivor_id = a.id,
                                                 .survivor_version = a.version,
                                                 .loser_id = b.id,
                                                 .loser_version = b.version});
  const auto closed = found(s, "party", "MERGED");
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].first_id == std::min(a.id, b.id));
  CHECK(closed[0].second_id == std::max(a.id, b.id));
  // The others of the one that went are no work for anybody; those of the survivor are.
  for (const auto& pair : found(s, "party")) {
    CHECK(pair.first_id != b.id);
    CHECK(pair.second_id != b.id);
  }
  CHECK(found(s, "party", "OPEN", c.id).size() == 1);
  CHECK(code_of([&] { s.call(duplicates::dismiss, {.id = closed[0].id}); }) == ErrorCode::conflict);
  CHECK(scanned(w, s, "party").opened == 0);
  CHECK(found(s, "party", "MERGED").size() == 1);

  s.call(duplicates::undo, {.merge_id = merged.merge->id});
  CHECK(found(s, "party", "MERGED").empty());
  const auto after = found(s, "party");
  CHECK(after.size() == before.size());
  const auto run = scanned(w, s, "party");
  CHECK(run.opened == 0);
  CHECK(run.lapsed == 0);
}

TEST_CASE("a dry merge leaves the pairs as they are", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = add(s, youssef), b = add(s, youssef_again);
  s.call(duplicates::merge, {.entity_kind = "party",
                             .survivor_id = a.id,
                             .survivor_version = a.version,
                             .loser_id = b.id,
                             .loser_version = b.version,
                             .dry_run = true});
  CHECK(found(s, "party").size() == 1);
  CHECK(found(s, "party", "MERGED").empty());
}

TEST_CASE("those who come at the same moment see each other", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const std::vector<Person> people{{"Karim", "Berrada", {"+212661403952"}, {}, {}},
                                   {"Nadia", "Ouazzani", {"+212662718035"}, {}, {}},
                                   {"Pierre", "Garnier", {"+33612859617"}, {}, {}},
                                   {"Salma", "Zniber", {"+212650396184"}, {}, {}},
                                   {"Hicham", "Chraibi", {"+212670157328"}, {}, {}}};
  constexpr std::size_t writers = 4;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < writers; ++t) {
    threads.emplace_back([&] {
      try {
        auto s = w.admin();
        for (const Person& p : people) add(s, p);
      } catch (const std::exception&) {
        ++failed;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  REQUIRE(failed == 0);
  auto s = w.admin();
  std::set<std::pair<Uuid, Uuid>> twins;
  for (const auto& pair : found(s, "party"))
    if (pair.score >= 90) CHECK(twins.insert({*pair.first_id, *pair.second_id}).second);
  CHECK(twins.size() == people.size() * writers * (writers - 1) / 2);
  const auto run = scanned(w, s, "party");
  CHECK(run.opened == 0);
  CHECK(run.lapsed == 0);
}

TEST_CASE("an import is looked through like anybody's calls", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  add(s, youssef);
  const ImportJob job = s.call(imports::start, {.kind = "parties"});
  imports::Record row;
  row.params =
      R"({"role_code":"SELLER","given_name":"Youssef","family_name":"Tazi","phones":["0661234567"]})";
  imports::Record twin = row;
  const auto done = s.call(imports::append, {.id = job.id, .first_row = 1, .records = {row, twin}});
  CHECK(done.created == 2);
  CHECK(found(s, "party").size() == 3);
}

TEST_CASE("many under one key cost no more than the cap, and who enters it is compared", "[dedup]") {
  World w("memory");
  auto s = w.admin();
  const std::size_t cap = duplicates::most_namesakes, n = cap + 30;
  std::vector<Party> all;
  for (std::size_t i = 0; i < n; ++i)
    all.push_back(add(
        s, {"Agent" + std::to_string(i), "Accueil" + std::to_string(i * 7919), {"+212522000000"}, {}, {}}));
  // None of them has more pairs than the cap lets it have; those beyond it have none through the number.
  CHECK(found(s, "party", "OPEN", all.front().id).size() < cap);
  const Party late = add(s, {"Agent0", "Accueil0", {"+212522000000"}, {}, {}});
  CHECK(found(s, "party", "OPEN", late.id).size() <= 5);
  // The first leaves: the one behind the cap comes in. Then everything is as a run over all would have it.
  const auto before = found(s, "party").size();
  s.call(parties::archive, {.id = all[3].id, .version = all[3].version});
  s.call(parties::update,
         {.id = all[5].id, .version = 1, .phones = std::vector<std::string>{"+212522999999"}});
  s.call(parties::update,
         {.id = all[5].id, .version = 2, .phones = std::vector<std::string>{"+212522000000"}});
  const auto run = scanned(w, s, "party");
  CHECK(run.opened == 0);
  CHECK(run.lapsed == 0);
  CHECK(before > 0);
}

TEST_CASE("values of any length and alphabet are looked at in bounded time", "[dedup]") {
  World w("memory");
  auto s = w.admin();
  std::string planes;
  for (const char* piece : {"\xD9\x8A", "\xE4\xB8\xAD", "\xF0\x90\x8D\x88", "\xF0\x9F\x8F\xA0",
                            "\xF3\xA0\x80\x81", "e\xCC\x81", "\xEF\xB7\xBA", "\xC7\x86"})
    planes += piece;
  const Person odd{planes + planes, planes, {}, {}, {}};
  add(s, odd);
  add(s, odd);
  CHECK(found(s, "party").size() == 1);
  // The store refuses what is longer than a name may be; the engine itself cuts what it is given.
  const std::string megabyte(1'000'000, 'a');
  CHECK(code_of([&] { add(s, {megabyte, "b", {}, {}, {}}); }) == ErrorCode::invalid_argument);
  const auto model = matching::Model::for_parties();
  const matching::Record long_one{{megabyte, megabyte, "", megabyte}};
  CHECK(matching::keys_of(long_one, model).size() <= matching::max_stored_keys);
  CHECK(matching::score(long_one, long_one, model).probability > 0.5);
}

TEST_CASE("a number whose country nobody told weighs less, and is told as it is", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto opened = [&](const char* name, const char* phone, const char* flat) {
    return s
        .call(dossiers::create, {.contact_name = name,
                                 .phone = phone,
                                 .listing_id = a_listing(s, std::string("Appartement ") + flat)})
        .dossier.value();
  };
  const auto said_of_phone = [&](const Uuid& a, const Uuid& b) {
    const auto told = s.call(duplicates::explain, {.entity_kind = "dossier", .first_id = a, .second_id = b});
    std::int64_t sum = told.prior.units;
    for (const auto& c : told.contributions) sum += c.bits.units;
    CHECK(std::llabs(sum - told.weight.units) <= 1000);
    const auto phone = *std::find_if(told.contributions.begin(), told.contributions.end(),
                                     [](const auto& c) { return c.field == "phone"; });
    CHECK(phone.level == "exact");
    CHECK(phone.value_first == "+212661234567");
    CHECK(phone.value_second == "+212661234567");
    return static_cast<double>(phone.bits.units) / 1e12;
  };
  const Uuid told = opened("Karim Tazi", "+212661234567", "un").id,
             also = opened("K. Tazi", "00212661234567", "deux").id;
  const Dossier guessed = opened("Tazi Karim", "0661234567", "trois");
  const double sure = said_of_phone(told, also);
  CHECK(said_of_phone(told, guessed.id) < sure - 1);
  const auto weight_of = [&](const Uuid& a, const Uuid& b) {
    const auto why = s.call(duplicates::explain, {.entity_kind = "dossier", .first_id = a, .second_id = b});
    return static_cast<double>(why.weight.units) / 1e12;
  };
  // Somebody tells it: the same number, another weight, in the explanation and in what is kept.
  const auto kept = [&] {
    std::int64_t units = 0;
    for (const auto& pair : found(s, "dossier", "OPEN", guessed.id))
      if (pair.first_id == std::min(told, guessed.id) && pair.second_id == std::max(told, guessed.id))
        units = pair.weight.units;
    return units;
  };
  CHECK(kept() == std::llround(1e3 * weight_of(told, guessed.id)));
  s.call(dossiers::update, {.id = guessed.id, .version = guessed.version, .phone = "+212 661 23 45 67"});
  CHECK(said_of_phone(told, guessed.id) == Approx(sure));
  CHECK(kept() == std::llround(1e3 * weight_of(told, guessed.id)));
}

TEST_CASE("every pair is explained in three languages, without a hole", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  std::vector<std::pair<std::string, std::pair<Uuid, Uuid>>> pairs;
  const auto party = [&](const Person& p) { return add(s, p).id; };
  pairs.push_back({"party", {party(youssef), party(youssef_again)}});
  pairs.push_back(
      {"party", {party(stranger), party({"Lucie", "Morel", {}, {"lucie@example.fr"}, "3 rue A"})}});
  const auto flat = [&](const char* title, std::int64_t rooms) {
    return s
        .call(listings::create, {.transaction_type_code = "TX_SALE",
                                 .property_type_code = "PROP_APARTMENT",
                                 .title = title,
                                 .rooms = rooms,
                                 .city = "Rabat"})
        .id;
  };
  pairs.push_back(
      {"listing", {flat("Appartement Agdal lumineux", 3), flat("Appartement lumineux à Agdal", 4)}});
  const auto lead = [&](const char* name, const char* phone) {
    return s.call(dossiers::create, {.contact_name = name, .phone = phone}).dossier.value().id;
  };
  pairs.push_back({"dossier", {lead("Nadia Bennis", "0661000001"), lead("Bennis N.", "0661000002")}});
  const auto is_arabic = [](const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= 0xd8 && byte <= 0xdb;
    });
  };
  for (const auto& [kind, ids] : pairs) {
    const auto told =
        s.call(duplicates::explain, {.entity_kind = kind, .first_id = ids.first, .second_id = ids.second});
    CAPTURE(kind);
    CHECK_FALSE(told.would_change.empty());
    for (const auto& c : told.contributions) {
      CAPTURE(c.kind, c.level, c.words.fr, c.words.en, c.words.ar);
      CHECK(is_arabic(c.words.ar));
      CHECK(c.words.fr.size() > 3);
      CHECK(c.words.fr.find('_') == std::string::npos);
      CHECK(c.words.en.find('_') == std::string::npos);
    }
    for (const auto& c : told.would_change) {
      CAPTURE(c.field, c.level, c.words.fr, c.words.ar);
      CHECK(is_arabic(c.words.ar));
      CHECK(c.words.fr.find('_') == std::string::npos);
      CHECK((c.probability.units >= 0 && c.probability.units <= 1'000'000));
    }
  }
}

TEST_CASE("an agent learns nothing of a model's values", "[dedup][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  for (const Person& p : a_crowd(40, 3)) add(s, p);
  const auto model = s.call(duplicates::train, {.entity_kind = "party"});
  CHECK(s.call(duplicates::get_model, {.id = model.id, .document = true}).document);
  for (const char* role : {"AGENT", "MODERATOR"}) {
    auto other = w.as(role);
    CAPTURE(role);
    std::optional<std::string> document;
    try {
      document = other.call(duplicates::get_model, {.id = model.id, .document = true}).document;
    } catch (const Error& refused) {
      CHECK((refused.code() == ErrorCode::not_found || refused.code() == ErrorCode::forbidden));
    }
    CHECK_FALSE(document);
  }
}
