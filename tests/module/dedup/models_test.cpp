// Models learnt from an organisation's own records, runs over the whole store, clusters; on every store.

#include <nlohmann/json.hpp>

#include "search.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

void add_all(Session& s, const std::vector<Person>& crowd) {
  for (const Person& p : crowd) add(s, p);
}

std::vector<Person> shuffled(std::vector<Person> crowd, unsigned seed) {
  std::shuffle(crowd.begin(), crowd.end(), std::mt19937(seed));
  return crowd;
}

}  // namespace

TEST_CASE("a training is a function of the records alone", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin(), other = w.other();
  const auto crowd = a_crowd(160, 3);
  add_all(s, crowd);
  add_all(other, shuffled(crowd, 9));
  const auto a = s.call(duplicates::train, {.entity_kind = "party"});
  const auto again = s.call(duplicates::train, {.entity_kind = "party"});
  const auto b = other.call(duplicates::train, {.entity_kind = "party"});
  CHECK(a.number == 1);
  CHECK(again.number == 2);
  CHECK(again.id != a.id);
  CHECK(a.records == 160);
  CHECK(a.sample == 160);
  CHECK(a.model_version == again.model_version);
  CHECK(a.model_version == b.model_version);
  CHECK(a.sample_hash == b.sample_hash);
  CHECK(a.model_version != a.prior_version);
  CHECK(s.call(duplicates::setup, {.entity_kind = "party"}).model_version == a.prior_version);
  // One more record is another training.
  add(s, {"Lucie", "Morel", {"+33611223344"}, {}, {}});
  CHECK(s.call(duplicates::train, {.entity_kind = "party"}).sample_hash != a.sample_hash);
  // Its document is the model, and holds no name.
  const auto details = s.call(duplicates::get_model, {.id = a.id, .document = true});
  REQUIRE(details.document);
  CHECK(matching::Model::from_json(*details.document).version() == a.model_version);
  CHECK(details.document->find("Tazi") == std::string::npos);
  CHECK(details.document->find("tazi") == std::string::npos);
  CHECK_FALSE(s.call(duplicates::get_model, {.id = a.id}).document);
  CHECK(s.call(duplicates::models, {}).items.size() == 3);
  CHECK(other.call(duplicates::models, {}).items.size() == 1);
  CHECK(code_of([&] { other.call(duplicates::get_model, {.id = a.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(duplicates::adopt, {.entity_kind = "party", .model_id = a.id}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { s.call(duplicates::adopt, {.entity_kind = "dossier", .model_id = a.id}); }) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("an adopted model weighs every pair anew; decisions and ids stand", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  add_all(s, a_crowd(120, 5));
  const auto before = found(s, "party");
  REQUIRE(before.size() >= 4);
  s.call(duplicates::confirm, {.id = before[0].id});
  s.call(duplicates::dismiss, {.id = before[1].id});
  const auto model = s.call(duplicates::train, {.entity_kind = "party"});
  auto run = s.call(duplicates::adopt, {.entity_kind = "party", .model_id = model.id});
  CHECK(run.purpose == "ADOPTION");
  CHECK(run.model_version == model.model_version);
  pump_all(w.engine);
  run = s.call(duplicates::get_scan, {.id = run.id});
  CHECK(run.status_code == "SCAN_DONE");
  CHECK(run.scanned == 120);
  CHECK(run.decided == 2);
  CHECK(run.rescored > 0);
  CHECK(found(s, "party", "CONFIRMED").at(0).id == before[0].id);
  CHECK(found(s, "party", "DISMISSED").at(0).id == before[1].id);
  std::map<std::pair<Uuid, Uuid>, Uuid> ids;
  for (const auto& p : before) ids[{*p.first_id, *p.second_id}] = p.id;
  std::size_t kept = 0;
  for (const auto& p : found(s, "party")) {
    CHECK(p.model_version == model.model_version);
    const auto it = ids.find({*p.first_id, *p.second_id});
    if (it == ids.end()) continue;
    CHECK(it->second == p.id);
    ++kept;
  }
  CHECK(kept > 0);
  // New records are weighed by it too, also by an engine that has just opened the store.
  if (w.backend == "sqlite") w.reopen();
  auto later = w.admin();
  add(later, {"Zakaria", "Mernissi", {"+212699112233"}, {"z@example.ma"}, {}});
  const Party twin = add(later, {"Zakaria", "Mernissi", {"+212699112233"}, {}, {}});
  const auto fresh = found(later, "party", "OPEN", twin.id);
  REQUIRE(fresh.size() == 1);
  CHECK(fresh[0].model_version == model.model_version);
  CHECK(later.call(duplicates::explain, {.id = fresh[0].id}).model_version == model.model_version);
  // A run under the same model changes nothing.
  const auto second = scanned(w, later, "party");
  CHECK(second.opened == 0);
  CHECK(second.rescored == 0);
  CHECK(second.lapsed == 0);
  // Back to the built-in one: as before, but for the one that came since.
  later.call(duplicates::adopt, {.entity_kind = "party"});
  pump_all(w.engine);
  CHECK(found(later, "party").size() == before.size() - 2 + 1);
}

TEST_CASE("a run goes on where it was, whoever goes on with it", "[dedup]") {
  World w("sqlite");
  auto s = w.admin();
  s.call(duplicates::configure, {.entity_kind = "party", .detects = false});
  // More than one batch of records.
  s.begin_batch();
  for (int i = 0; i < 1'100; ++i) {
    char phone[16];
    std::snprintf(phone, sizeof phone, "+212661%06d", i % 550 * 1'801 % 1'000'000);
    add(s, {"Karim", "Berrada", {phone}, {}, {}});
  }
  s.commit_batch();
  const auto run = s.call(duplicates::scan, {.entity_kind = "party"});
  CHECK(run.status_code == "SCAN_RUNNING");
  CHECK(run.total == 1'100);
  const Error busy = error_of([&] { s.call(duplicates::scan, {.entity_kind = "party"}); });
  CHECK(busy.code() == ErrorCode::conflict);
  CHECK(detail_of(busy, "reason") == R"("in_use")");
  while (s.call(duplicates::get_scan, {.id = run.id}).scanned == 0) REQUIRE(w.engine.pump(1).done == 1);
  const auto half = s.call(duplicates::get_scan, {.id = run.id});
  CHECK(half.scanned < 1'100);
  CHECK(half.status_code == "SCAN_RUNNING");
  w.reopen();
  w.clock->advance(micros_per_second);
  pump_all(w.engine);
  auto later = w.admin();
  const auto done = later.call(duplicates::get_scan, {.id = run.id});
  CHECK(done.status_code == "SCAN_DONE");
  CHECK(done.scanned == 1'100);
  CHECK(done.opened >= 550);
  std::size_t twins = 0;
  for (const auto& pair : found(later, "party")) twins += pair.score >= 90 ? 1 : 0;
  CHECK(twins == 550);
  CHECK(done.finished_at);
  // One that is cancelled keeps what it found, and ends.
  const auto second = later.call(duplicates::scan, {.entity_kind = "party"});
  CHECK(later.call(duplicates::cancel_scan, {.id = second.id}).status_code == "SCAN_CANCELLED");
  pump_all(w.engine);
  CHECK(later.call(duplicates::get_scan, {.id = second.id}).scanned == 0);
  CHECK(later.call(duplicates::scans, {}).items.size() == 2);
}

TEST_CASE("a cluster is those that are one, and the way between two of them", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  // a and b share a number, b and c an address: a and c are one through b.
  const Party a = add(s, {"Hicham", "Zniber", {"+212661000001"}, {}, {}});
  const Party b = add(s, {"Hicham", "Zniber", {"+212661000001"}, {"hicham.zniber@example.ma"}, {}});
  const Party c = add(s, {"Hicham", "Zniber", {}, {"hicham.zniber@example.ma"}, {}});
  add(s, {"Lucie", "Garnier", {"+33612345678"}, {}, {}});
  const auto cluster = s.call(duplicates::cluster, {.entity_kind = "party", .id = a.id});
  std::vector<std::string> expected{format_uuid(a.id), format_uuid(b.id), format_uuid(c.id)};
  std::sort(expected.begin(), expected.end());
  CHECK(cluster.members == expected);
  CHECK(cluster.pairs.size() >= 2);
  CHECK(cluster.hidden == 0);
  CHECK_FALSE(cluster.cut);
  const auto told =
      s.call(duplicates::explain, {.entity_kind = "party", .first_id = a.id, .second_id = c.id});
  REQUIRE_FALSE(told.path.empty());
  CHECK(told.path.front().first_id == told.first_id);
  CHECK(told.path.back().second_id == told.second_id);
  // What people dismissed holds two apart that the model would join.
  for (const auto& pair : found(s, "party", "OPEN", b.id)) {
    if (pair.first_id == a.id || pair.second_id == a.id) s.call(duplicates::dismiss, {.id = pair.id});
  }
  const auto apart = s.call(duplicates::cluster, {.entity_kind = "party", .id = a.id});
  CHECK(std::find(apart.members.begin(), apart.members.end(), format_uuid(b.id)) == apart.members.end());
}

TEST_CASE("listings are found too, and their pairs lapse when one goes", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto add_listing = [&](const std::string& title, std::int64_t price) {
    return s.call(listings::create, {.transaction_type_code = "TX_SALE",
                                     .property_type_code = "PROP_APARTMENT",
                                     .title = title,
                                     .price = Money{price, *parse_currency("MAD")},
                                     .surface_m2 = Decimal{9'500},
                                     .rooms = 4,
                                     .city = "Rabat",
                                     .zone = "Agdal",
                                     .contact_phone = "0661234567"});
  };
  const auto a = add_listing("Appartement lumineux rue Oukaimeden", 185'000'000);
  const auto b = add_listing("Appartement lumineux rue Oukaimeden", 180'000'000);
  const auto pairs = found(s, "listing");
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].score >= 50);
  CHECK(found(s, "listing", "OPEN", a.id).size() == 1);
  s.call(listings::archive, {.id = b.id, .version = b.version});
  CHECK(found(s, "listing").empty());
  CHECK(found(s, "listing", "LAPSED").size() == 1);
}

TEST_CASE("what an older engine wrote is found once its keys are made", "[dedup]") {
  const TemporaryFolder folder;
  const std::filesystem::path stores = std::filesystem::path(ATLAS_TEST_DATA) / "stores";
  for (const char* suffix : {".db", ".db.keys"})
    std::filesystem::copy_file(stores / ("v3" + std::string(suffix)),
                               folder.file("v3" + std::string(suffix)));
  Options o;
  o.store = folder.file("v3.db");
  o.create = false;
  o.migrate = true;
  Engine engine{std::move(o)};
  auto s = engine.session({.org = engine.organisations().at(0).id, .kind = PrincipalKind::system});
  const Dossier old =
      s.call(dossiers::list, {.where = R"({"email":"eloise+agence@example.fr"})"}).items.at(0);
  // Another spelling of the mailbox: no exact key leads there.
  const auto twin = [&] {
    const auto made = s.call(dossiers::create, {.case_type_code = old.case_type_code,
                                                .contact_name = old.contact_name,
                                                .email = "eloise@example.fr"});
    REQUIRE(made.created);
    const auto id = made.dossier->id;
    s.call(dossiers::archive, {.id = id, .version = made.dossier->version});
    return made.possible_duplicates.value_or(std::vector<dossiers::PossibleDuplicate>{});
  };
  CHECK(twin().empty());
  pump_all(engine);
  const auto like = twin();
  REQUIRE(like.size() == 1);
  CHECK(like[0].id == old.id);
}

TEST_CASE("a record has at most four keys, and those of equal people are equal", "[dedup]") {
  const auto model = matching::Model::for_parties();
  const matching::Record full{
      {"Youssef", "Tazi", "", "+212661234567", "youssef.tazi@example.ma", "", "1980-05-01", "AB123456"}};
  matching::Record turned = full;
  std::swap(turned.values[0], turned.values[1]);
  const auto keys = matching::keys_of(full, model);
  CHECK(keys.size() == matching::max_stored_keys);
  CHECK(matching::keys_of(turned, model) == keys);
}
