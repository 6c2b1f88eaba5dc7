// Imports: every row ends in one of four ways, can be sent twice, gone on with, taken back.

#include <map>
#include <random>

#include "atlas/consent.hpp"
#include "atlas/import_runner.hpp"
#include "atlas/listings.hpp"
#include "world.hpp"

namespace atlas::testing {
namespace {

using imports::Record;

Record row_of(std::string params, std::optional<ExternalRef> ref = {}) {
  Record r;
  r.params = std::move(params);
  r.external_ref = std::move(ref);
  return r;
}

Record lead_of(const std::string& name, const std::string& phone, const std::string& id = "",
               const std::string& more = "") {
  const std::string params = R"({"contact_name":")" + name + R"(","phone":")" + phone + '"' + more + "}";
  return row_of(params, id.empty() ? std::nullopt : std::optional(ExternalRef{"portal", id}));
}

Record fault_row(const std::string& reason, const std::string& field) {
  Record r;
  r.refused = imports::RowFault{reason, field, "it cannot be read"};
  return r;
}

ImportJob begin(Session& s, const std::string& kind, bool dry_run = false) {
  return s.call(imports::start, {.kind = kind, .dry_run = dry_run});
}

imports::Appended append(Session& s, const ImportJob& job, std::int64_t first, std::vector<Record> rows) {
  return s.call(imports::append, {.id = job.id, .first_row = first, .records = std::move(rows)});
}

ImportJob finish(Session& s, const ImportJob& job, std::int64_t rows) {
  return s.call(imports::finish, {.id = job.id, .rows = rows});
}

imports::Reverted revert_all(Session& s, const Uuid& job, std::int64_t limit = 1'000) {
  imports::Reverted all;
  for (bool more = true; more;) {
    imports::Reverted one = s.call(imports::revert, {.id = job, .limit = limit});
    more = one.more;
    all.archived += one.archived;
    all.restored += one.restored;
    all.kept.insert(all.kept.end(), one.kept.begin(), one.kept.end());
    all.job = one.job;
  }
  return all;
}

/// The four counts, in the order of the contracts.
std::vector<std::int64_t> counts_of(const ImportJob& j) {
  return {j.created, j.updated, j.duplicate, j.refused};
}
using Counts = std::vector<std::int64_t>;

std::int64_t open_dossiers(Session& s) { return s.call(dossiers::count, {.exact = true}).count; }

/// A file in memory, given in pieces.
class Bytes {
 public:
  explicit Bytes(std::string text, std::size_t piece = 1'000) : text_(std::move(text)), piece_(piece) {}
  imports::ByteSource source() {
    return [this](std::span<char> to) {
      const std::size_t n = std::min({piece_, to.size(), text_.size() - at_});
      std::copy_n(text_.data() + at_, n, to.data());
      at_ += n;
      return n;
    };
  }

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
};

imports::ImportMap lead_map() {
  return imports::read_import_map(R"({"kind":"dossiers","source":"portal",
    "columns":{"external_id":"id","contact_name":"name","phone":"phone","email":"email","city":"city"}})");
}

imports::RunResult run(Session& s, const std::string& text, imports::RunOptions options = {}) {
  Bytes file(text);
  if (!options.map && !options.kind) options.map = lead_map();
  return imports::run_import(s, file.source(), options);
}

}  // namespace

TEST_CASE("every row ends as created, updated, duplicate or refused", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const auto there = s.call(dossiers::create, {.contact_name = "Sara", .phone = "0612000001"});
  const ImportJob job = begin(s, "dossiers");
  CHECK(job.status_code == "IMPORT_RUNNING");

  std::vector<Record> rows{
      lead_of("Omar", "0612000002", "1"),
      lead_of("Sara B.", "+212 612 00 00 01", "2"),            // meets the dossier that is there
      lead_of("Omar", "06 12 00 00 02", "1"),                  // the first row again, written otherwise
      lead_of("Omar", "0612000002", "1", R"(,"city":"Fès")"),  // and with a city
      fault_row("record_too_long", ""),
      lead_of("", "0612000003"),
      lead_of("Hind", "12"),
      row_of(R"({"contact_name":"Ali","email":"ali@example.ma","phone":"12"})"),
      row_of(R"({"contact_name":"Ali","phone":"0612000009","colour":"red"})"),
      row_of(R"({"contact_name":"Zoé","phone":"0612000010","case_type_code":"CRM_NONE"})"),
  };
  rows[0].warnings = {"thousands_assumed /budget_max", "shortened /city"};
  const auto done = append(s, job, 1, rows);
  CHECK(done.rows_done == 10);
  CHECK(done.created == 2);
  CHECK(done.updated == 1);
  CHECK(done.duplicate == 2);
  CHECK(done.refused == 5);
  CHECK(done.warnings == 2);
  REQUIRE(done.rejects.size() == 5);
  const std::vector<std::tuple<std::int64_t, std::string, std::string>> expected{
      {5, "record_too_long", ""},
      {6, "too_short", "/contact_name"},
      {7, "not_a_phone_number", "/phone"},
      {9, "unknown_member", "/colour"},
      {10, "not_a_code", "/case_type_code"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& [row, reason, field] = expected[i];
    CHECK(done.rejects[i].row == row);
    CHECK(done.rejects[i].reason == reason);
    CHECK(done.rejects[i].field == field);
    CHECK_FALSE(done.rejects[i].message.empty());
  }

  const ImportJob ended = finish(s, job, 10);
  CHECK(ended.status_code == "IMPORT_DONE");
  CHECK(ended.finished_at.has_value());
  CHECK(ended.rows == 10);
  CHECK(counts_of(ended) == Counts{2, 1, 2, 5});
  CHECK(ended.warnings == 2);
  std::map<std::string, std::int64_t> warned;
  for (const ImportReason& r : ended.warning_counts) warned[r.reason + " " + r.field] = r.count;
  CHECK(warned == std::map<std::string, std::int64_t>{{"thousands_assumed /budget_max", 1},
                                                      {"shortened /city", 1},
                                                      {"phone_unreadable ", 1}});

  // The dossier that was met keeps its id and takes the outside one; the new one has its city.
  CHECK(s.call(dossiers::get, {there.dossier->id}).external_refs ==
        std::vector<ExternalRef>{{"portal", "2"}});
  const auto in_fes = s.call(dossiers::list, {.where = R"({"city":"Fès"})", .scan = true});
  REQUIRE(in_fes.items.size() == 1);
  CHECK(in_fes.items[0].phone == "+212612000002");

  // The refusals of the rows are one audit entry per reason, not one per row.
  std::map<std::string, int> refused;
  for (const auto& e : s.call(audit::list, {.actions = {"REFUSED"}}).items) {
    const std::string& diff = e.diff;
    CHECK(diff.find("imports.finish") != std::string::npos);
    for (const char* reason :
         {"record_too_long", "too_short", "not_a_phone_number", "unknown_member", "not_a_code"})
      if (diff.find(std::string("\"") + reason + "\"") != std::string::npos) ++refused[reason];
  }
  CHECK(refused == std::map<std::string, int>{{"record_too_long", 1},
                                              {"too_short", 1},
                                              {"not_a_phone_number", 1},
                                              {"unknown_member", 1},
                                              {"not_a_code", 1}});
  CHECK(s.call(audit::verify, {.records = true}).ok);

  // Page by page.
  const auto first = s.call(imports::rejects, {.id = job.id, .limit = 2});
  REQUIRE(first.items.size() == 2);
  REQUIRE(first.next);
  CHECK(first.items[1].row == 6);
  const auto rest = s.call(imports::rejects, {.id = job.id, .after = first.next, .limit = 100});
  REQUIRE(rest.items.size() == 3);
  CHECK(rest.items[0].row == 7);
  CHECK_FALSE(rest.next);
  const auto made = s.call(imports::rows, {.id = job.id, .outcome = "created"});
  REQUIRE(made.items.size() == 2);
  CHECK(made.items[0].row == 1);
  CHECK(made.items[1].row == 8);
  CHECK(s.call(imports::rows, {.id = job.id}).items.size() == 10);
}

TEST_CASE("the same rows may be sent twice, but none may be missing", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const ImportJob job = begin(s, "parties");
  const std::vector<Record> three{row_of(R"({"role_code":"SELLER","family_name":"Alaoui"})"),
                                  row_of(R"({"role_code":"SELLER","family_name":"Bennani"})"),
                                  row_of(R"({"role_code":"SELLER"})")};
  CHECK(append(s, job, 1, three).created == 2);
  const auto again = append(s, job, 1, three);
  CHECK(again.rows_done == 3);
  CHECK(again.created + again.updated + again.duplicate + again.refused == 0);
  // The last of these is new.
  const auto over = append(s, job, 2, {three[1], three[2], three[0]});
  CHECK(over.rows_done == 4);
  CHECK(over.created == 1);
  CHECK(s.call(parties::count, {}).count == 3);

  const Error gap = error_of([&] { append(s, job, 6, three); });
  CHECK(gap.code() == ErrorCode::conflict);
  CHECK(detail_of(gap, "reason") == "\"gap\"");
  CHECK(detail_of(gap, "expected") == "5");
  Record wrong = three[0];
  wrong.row = 9;
  CHECK(names(error_of([&] { append(s, job, 5, {wrong}); }), "/records/0/row", field_code::out_of_range));
  CHECK(names(error_of([&] { append(s, job, 5, {Record{}}); }), "/records/0/params", field_code::required));
  CHECK(names(error_of([&] { append(s, job, 5, {fault_row("Omar Tazi", "")}); }), "/records/0/refused/reason",
              field_code::not_a_code));
  Record warned = three[0];
  warned.warnings = {"shortened /city", "Omar's city"};
  CHECK(names(error_of([&] { append(s, job, 5, {warned}); }), "/records/0/warnings", field_code::not_a_code));
  CHECK(detail_of(error_of([&] { finish(s, job, 5); }), "reason") == "\"rows\"");

  const ImportJob ended = finish(s, job, 4);
  CHECK(counts_of(ended) == Counts{3, 0, 0, 1});
  CHECK(finish(s, job, 4).version == ended.version);  // asked again
  CHECK(detail_of(error_of([&] { append(s, job, 5, three); }), "reason") == "\"state\"");
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a known outside id updates only what differs", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const ExternalRef ref{"avito", "7"};
  const auto listing = [&](const std::string& more) {
    return row_of(R"({"transaction_type_code":"TX_SALE","property_type_code":"PROP_APARTMENT",)"
                  R"("title":"Appartement à Gueliz")" +
                      more + "}",
                  ref);
  };
  const auto seen = [](Record r, const char* when) {
    r.seen_at = parse_timestamp(when);
    return r;
  };
  const ImportJob job = begin(s, "listings");
  const auto done = append(
      s, job, 1,
      {seen(listing(
                R"(,"price":{"amount":71100000,"currency":"MAD"},"surface_m2":"79.00","city":"Marrakech")"),
            "2024-10-12T00:00:00Z"),
       seen(listing(R"(,"price":{"amount":71100000,"currency":"MAD"},"surface_m2":79,"meta":{"a":1})"),
            "2024-11-14T00:00:00Z"),
       seen(listing(R"(,"price":{"amount":69000000,"currency":"MAD"})"), "2024-12-18T00:00:00Z"),
       seen(listing(R"(,"price":{"amount":75000000,"currency":"MAD"})"), "2024-09-01T00:00:00Z"),
       seen(listing(R"(,"price":null)"), "2024-12-18T00:00:00Z"),
       seen(listing(R"(,"rooms":-4)"), "2024-12-19T00:00:00Z")});
  CHECK(Counts{done.created, done.updated, done.duplicate, done.refused} == Counts{1, 2, 2, 1});
  const auto rows = s.call(imports::rows, {.id = job.id}).items;
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].outcome == "updated");    // meta alone
  CHECK(rows[2].outcome == "updated");    // the price
  CHECK(rows[3].outcome == "duplicate");  // seen before what is there
  CHECK(rows[4].outcome == "duplicate");  // a null says nothing
  CHECK(rows[5].reason == "out_of_range");
  const Listing now = s.call(listings::get, {*rows[0].entity_id});
  CHECK(now.price->amount == 69'000'000);
  CHECK(now.city == "Marrakech");
  CHECK(now.version == 3);
  const auto prices = s.call(listings::price_history, {.id = now.id}).items;
  REQUIRE(prices.size() == 1);
  CHECK(prices[0].source == "import");
}

TEST_CASE("rows that met a record do not overwrite it when their file comes again", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  for (const bool again : {false, true}) {
    const ImportJob job = begin(s, "dossiers");
    const auto done = append(s, job, 1,
                             {lead_of("Omar", "0612000002", "1", R"(,"city":"Fès")"),
                              lead_of("Omar Tazi", "0612000002", "2", R"(,"city":"Rabat")")});
    CHECK(Counts{done.created, done.updated, done.duplicate, done.refused} ==
          (again ? Counts{0, 0, 2, 0} : Counts{1, 0, 1, 0}));
  }
  const auto all = s.call(dossiers::list, {}).items;
  REQUIRE(all.size() == 1);
  CHECK(all[0].contact_name == "Omar");
  CHECK(all[0].city == "Fès");
  CHECK(all[0].version == 2);  // the meeting, once
}

TEST_CASE("an import takes no number of a party away", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const ExternalRef ref{"erp", "7"};
  const Party p = s.call(parties::create, {.role_code = "SELLER",
                                           .family_name = "Alaoui",
                                           .phones = {"0612000001", "0612000002"},
                                           .external_refs = {ref}});
  const ImportJob job = begin(s, "parties");
  const auto done =
      append(s, job, 1,
             {row_of(R"({"role_code":"SELLER","family_name":"Alaoui","phones":["+212612000001"]})", ref),
              row_of(R"({"role_code":"SELLER","family_name":"Alaoui","phones":["0612000003"]})", ref)});
  CHECK(Counts{done.created, done.updated, done.duplicate, done.refused} == Counts{0, 1, 1, 0});
  CHECK(s.call(parties::get, {p.id}).phones ==
        std::vector<std::string>{"+212612000001", "+212612000002", "+212612000003"});
  finish(s, job, 2);
  const auto back = revert_all(s, job.id);
  CHECK(back.restored == 1);
  CHECK(s.call(parties::get, {p.id}).phones == std::vector<std::string>{"+212612000001", "+212612000002"});
}

TEST_CASE("a revert archives what nobody touched and lists what it keeps", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const auto before = s.call(dossiers::create, {.contact_name = "Sara",
                                                .phone = "06 12-00-00-01",
                                                .city = "Rabat",
                                                .external_refs = {{"portal", "1"}},
                                                .meta = R"({"a":{"b":1},"c":2})"});
  const auto also = s.call(
      dossiers::create,
      {.contact_name = "Nora", .phone = "0612000002", .city = "Rabat", .external_refs = {{"portal", "2"}}});
  const ImportJob job = begin(s, "dossiers");
  append(s, job, 1,
         {lead_of("Sara", "0612000091", "1", R"(,"city":"Salé","meta":{"a":{"d":3},"e":4})"),
          lead_of("Nora B.", "0612000002", "2", R"(,"city":"Fès")"), lead_of("Omar", "0612000003", "3"),
          lead_of("Omar", "0612000003", "3", R"(,"city":"Oujda")"),  // the import's own record, updated
          lead_of("Hind", "0612000004", "4"), lead_of("Hind", "0612000004", "4b"),  // and met
          lead_of("Ali", "0612000005", "5"), lead_of("Zoé", "0612000006", "6"),
          lead_of("Sara again", "0612000091", "7")});  // meets the one that was there
  const ImportJob ended = finish(s, job, 9);
  CHECK(counts_of(ended) == Counts{4, 3, 2, 0});
  const auto made = s.call(imports::rows, {.id = job.id, .outcome = "created"}).items;
  REQUIRE(made.size() == 4);

  // Somebody works on: on a record that was updated, on one that was created; one is archived.
  const Dossier nora = s.call(dossiers::get, {also.dossier->id});
  s.call(dossiers::update, {.id = nora.id, .version = nora.version, .city = "Agadir"});
  const Dossier ali = s.call(dossiers::get, {*made[2].entity_id});
  s.call(dossiers::update, {.id = ali.id, .version = ali.version, .city = "Agadir"});
  const Dossier zoe = s.call(dossiers::get, {*made[3].entity_id});
  s.call(dossiers::archive, {zoe.id, zoe.version});

  // A rehearsal says the same and writes nothing.
  const auto said = s.call(imports::revert, {.id = job.id, .dry_run = true});
  CHECK(said.job.status_code == "IMPORT_DONE");
  CHECK(said.next == "created:9223372036854775807");
  const auto said_too = s.call(imports::revert, {.id = job.id, .dry_run = true, .after = said.next});
  CHECK_FALSE(said_too.more);
  CHECK(said.restored == 2);
  CHECK(said_too.archived == 2);
  CHECK(open_dossiers(s) == 5);

  const auto back = revert_all(s, job.id, 1);
  CHECK(back.job.status_code == "IMPORT_REVERTED");
  CHECK(back.job.reverted_at.has_value());
  CHECK(back.archived == 2);  // Omar with his update, Hind with her meeting
  CHECK(back.restored == 2);  // Sara wholly, Nora's name
  REQUIRE(back.kept.size() == 2);
  CHECK(back.kept[0].entity_id == nora.id);
  CHECK(back.kept[0].why == "changed");
  CHECK(back.kept[0].changed == std::vector<std::string>{"city"});
  CHECK(back.kept[0].row == 2);
  CHECK(back.kept[1].entity_id == ali.id);
  CHECK(back.kept[1].why == "changed");
  const auto& what = back.kept[1].changed;
  CHECK(std::count(what.begin(), what.end(), "city") == 1);
  CHECK(std::count(what.begin(), what.end(), "dossier.updated") == 1);
  CHECK(back.job.reverted_created == 2);
  CHECK(back.job.reverted_updated == 2);
  CHECK(back.job.reverted_kept == 2);

  const Dossier sara = s.call(dossiers::get, {before.dossier->id});
  CHECK(sara.city == "Rabat");
  CHECK(sara.phone == "+212612000001");
  CHECK(sara.phone_raw == "06 12-00-00-01");
  CHECK(sara.meta == R"({"a":{"b":1},"c":2})");
  CHECK(s.call(dossiers::get, {nora.id}).contact_name == "Nora");
  CHECK(s.call(dossiers::get, {nora.id}).city == "Agadir");
  CHECK_FALSE(s.call(dossiers::get, {ali.id}).archived_at.has_value());
  CHECK(open_dossiers(s) == 3);
  CHECK(s.call(imports::revert, {.id = job.id}).archived == 0);  // asked again
  CHECK(detail_of(error_of([&] { append(s, job, 10, {lead_of("X", "0612000077")}); }), "reason") ==
        "\"state\"");

  // What was reverted can be imported again: the outside ids are free.
  const ImportJob again = begin(s, "dossiers");
  CHECK(
      append(s, again, 1, {lead_of("Omar", "0612000003", "3"), lead_of("Hind", "0612000004", "4")}).created ==
      2);
  finish(s, again, 2);
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a number that cannot be read takes no place of one that can", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const ImportJob job = begin(s, "dossiers");
  const std::string mail = R"(,"email":"omar@example.ma")";
  const auto done = append(s, job, 1,
                           {lead_of("Omar", "12", "1", mail),          // kept as written
                            lead_of("Omar", "12", "1", mail),          // the same
                            lead_of("Omar", "13", "1", mail),          // another one, as little readable
                            lead_of("Omar", "0612000002", "1", mail),  // at last
                            lead_of("Omar", "0612", "1", mail),        // no reason to lose it
                            lead_of("Omar", "06 12 34 56 78", "1", R"(,"phone_region":"FR")")});
  CHECK(Counts{done.created, done.updated, done.duplicate, done.refused} == Counts{1, 3, 2, 0});
  CHECK(done.warnings == 4);
  const auto rows = s.call(imports::rows, {.id = job.id}).items;
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].outcome == "duplicate");
  CHECK(rows[4].outcome == "duplicate");
  const Dossier omar = s.call(dossiers::get, {*rows[0].entity_id});
  CHECK(omar.phone == "+33612345678");
  finish(s, job, 6);
  CHECK(revert_all(s, job.id).archived == 1);
}

TEST_CASE("imports are taken back one after the other", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  std::vector<Uuid> jobs;
  for (const char* city : {"Rabat", "Salé", "Fès"}) {
    const ImportJob job = begin(s, "dossiers");
    append(s, job, 1, {lead_of("Omar", "0612000002", "1", R"(,"city":")" + std::string(city) + "\"")});
    finish(s, job, 1);
    jobs.push_back(job.id);
  }
  const auto city = [&] { return s.call(dossiers::list, {}).items.at(0).city; };
  // The second one's value is not there any more: nothing to give back.
  const auto early = s.call(imports::revert, {.id = jobs[1], .dry_run = true});
  REQUIRE(early.kept.size() == 1);
  CHECK(early.kept[0].changed == std::vector<std::string>{"city"});
  CHECK(revert_all(s, jobs[2]).restored == 1);
  CHECK(city() == "Salé");
  CHECK(revert_all(s, jobs[1]).restored == 1);
  CHECK(city() == "Rabat");
  const auto last = revert_all(s, jobs[0]);
  CHECK(last.archived == 1);
  CHECK(last.kept.empty());
  CHECK(open_dossiers(s) == 0);
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("imported consents are recorded once, with their proof, and stay", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const auto grant = [](const std::string& address, const std::string& proof) {
    return row_of(R"({"channel_code":"CHAN_EMAIL","address":")" + address +
                  R"(","purpose_code":"CONSENT_CONTACT","source_code":"CONSENT_SRC_IMPORT",)"
                  R"("at":"2026-01-02T03:04:05Z")" +
                  proof + "}");
  };
  const std::string proof =
      R"(,"wording":"J'accepte d'être contacté","wording_version":"1","language":"fr","evidence":{"kind":"web_form","reference":"form/7","sha256":")" +
      std::string(64, 'a') + "\"}";
  const ImportJob job = begin(s, "consents");
  const auto done = append(
      s, job, 1,
      {grant("omar@example.ma", proof), grant("Omar@Example.ma", proof), grant("sara@example.ma", "")});
  for (const auto& r : done.rejects) UNSCOPED_INFO(r.reason << " " << r.field << " " << r.message);
  CHECK(Counts{done.created, done.updated, done.duplicate, done.refused} == Counts{1, 0, 1, 1});
  finish(s, job, 3);
  CHECK(s.call(consents::count, {}).count == 1);
  const auto back = revert_all(s, job.id);
  CHECK(back.archived == 0);
  REQUIRE(back.kept.size() == 1);
  CHECK(back.kept[0].why == "append_only");
  CHECK(s.call(consents::list, {}).items.at(0).state == "granted");
}

TEST_CASE("a dry run counts as the import would, and leaves nothing", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const std::vector<Record> rows{lead_of("Omar", "0612000002", "1"), lead_of("Omar", "0612000002", "2"),
                                 lead_of("Omar", "0612000002", "1", R"(,"city":"Fès")"), lead_of("", "x")};
  const ImportJob job = begin(s, "dossiers", true);
  const auto said = append(s, job, 1, rows);
  CHECK(Counts{said.created, said.updated, said.duplicate, said.refused} == Counts{1, 1, 1, 1});
  CHECK(open_dossiers(s) == 0);
  CHECK(counts_of(finish(s, job, 4)) == Counts{1, 1, 1, 1});
  CHECK(s.call(imports::rejects, {.id = job.id}).items.size() == 1);
  for (const ImportRow& r : s.call(imports::rows, {.id = job.id}).items) CHECK_FALSE(r.entity_id.has_value());
  CHECK(revert_all(s, job.id).archived == 0);
  const ImportJob real = begin(s, "dossiers");
  append(s, real, 1, rows);
  CHECK(counts_of(finish(s, real, 4)) == Counts{1, 1, 1, 1});

  // Of a whole file, across its appends: nothing stays, not even the job.
  World other(backend);
  auto o = other.admin();
  std::string text = "id,name,phone,email,city\n";
  for (int i = 0; i < 40; ++i) {
    const int person = i % 10;  // each comes four times
    text +=
        std::to_string(i) + ",Omar " + std::to_string(person) + ",061200000" + std::to_string(person) + "\n";
  }
  const auto dry = run(o, text, {.map = lead_map(), .dry_run = true, .rows_per_call = 7});
  CHECK(dry.exact);
  CHECK(dry.job.dry_run);
  CHECK(counts_of(dry.job) == Counts{10, 0, 30, 0});
  CHECK(open_dossiers(o) == 0);
  CHECK(o.call(imports::list, {}).items.empty());
  // In stretches it is less exact, says so, and still every row is counted once.
  const auto stretches =
      run(o, text, {.map = lead_map(), .dry_run = true, .rehearsal_rows = 20, .rows_per_call = 5});
  CHECK_FALSE(stretches.exact);
  CHECK(counts_of(stretches.job) == Counts{20, 0, 20, 0});
  CHECK(stretches.job.rows == 40);
  CHECK(counts_of(run(o, text, {.map = lead_map(), .rows_per_call = 7}).job) == Counts{10, 0, 30, 0});
}

TEST_CASE("an import that was broken off goes on where it was", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  std::string text = "id,name,phone,email,city\n";
  for (int i = 0; i < 50; ++i) {
    const std::string number = std::to_string(612'000'000 + i);
    text += std::to_string(i) + ",Omar " + std::to_string(i) + (i % 10 == 3 ? ",12" : ",0" + number) + "\n";
  }
  struct Unplugged {};
  imports::RunOptions options{.map = lead_map(), .file_hash = std::string(64, 'a'), .rows_per_call = 7};
  {
    auto s = w.admin();
    imports::RunOptions broken = options;
    broken.progress = [](const imports::ImportProgress& p) {
      if (p.rows >= 21) throw Unplugged();
    };
    CHECK_THROWS_AS(run(s, text, broken), Unplugged);
  }
  if (backend != "memory") w.reopen();
  auto s = w.admin();
  CHECK(open_dossiers(s) == 19);
  std::vector<std::int64_t> lines;
  options.rejected = [&](const imports::RejectedRow& row) {
    lines.push_back(row.why.line);
    REQUIRE(row.cells.size() == 3);
    CHECK(row.cells[2].text == "12");
  };
  const auto done = run(s, text, options);
  CHECK(done.resumed_rows == 21);
  CHECK(counts_of(done.job) == Counts{45, 0, 0, 5});
  CHECK(done.job.rows == 50);
  CHECK(lines == std::vector<std::int64_t>{5, 15, 25, 35, 45});  // those of the first run too
  CHECK(s.call(imports::list, {}).items.size() == 1);
  // Done is done: the same file again is another import, in which everything is known.
  const auto again = run(s, text, options);
  CHECK(again.resumed_rows == 0);
  CHECK(counts_of(again.job) == Counts{0, 0, 45, 5});
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a file that cannot be read to its end leaves a failed import", "[imports]") {
  World w("memory");
  auto s = w.admin();
  const Error empty = error_of([&] { run(s, ""); });
  CHECK(empty.code() == ErrorCode::invalid_argument);
  CHECK(detail_of(error_of([&] { run(s, "a,b\n1,2\n"); }), "reason") == "\"missing_columns\"");
  CHECK(s.call(imports::list, {}).items.empty());
  // Guessing: what nothing fills is named.
  imports::RunOptions guess{.kind = imports::ImportKind::dossiers};
  bool asked = false;
  guess.guessed = [&](const imports::Guess& g) { asked = !g.reasons.empty(); };
  CHECK(detail_of(error_of([&] { run(s, "zzz,yyy\n1,2\n", guess); }), "reason") == "\"no_map\"");
  CHECK(asked);
  const auto done = run(s, "Nom;Téléphone;Ville\nOmar Tazi;0612345678;Fès\n", guess);
  CHECK(counts_of(done.job) == Counts{1, 0, 0, 0});
  CHECK(s.call(dossiers::list, {}).items.at(0).city == "Fès");
}

TEST_CASE("only who may import does, and only in their organisation", "[imports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  for (const char* role : {"AGENT", "OWNER", "MODERATOR", "AUDITOR"}) {
    auto s = w.as(role);
    CHECK(code_of([&] { begin(s, "dossiers"); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(imports::list, {}); }) == ErrorCode::forbidden);
  }
  auto s = w.as("MANAGER");
  const ImportJob job = begin(s, "dossiers");
  CHECK(append(s, job, 1, {lead_of("Omar", "0612000002", "1")}).created == 1);
  auto other = w.other();
  const GetInput id{job.id};
  CHECK(code_of([&] { other.call(imports::get, id); }) == ErrorCode::not_found);
  CHECK(code_of([&] { append(other, job, 2, {lead_of("X", "0612000003")}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { finish(other, job, 1); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(imports::rejects, {.id = job.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(imports::rows, {.id = job.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(imports::revert, {.id = job.id}); }) == ErrorCode::not_found);
  // The same outside id is another record there.
  const ImportJob theirs = begin(other, "dossiers");
  CHECK(append(other, theirs, 1, {lead_of("Omar", "0612000002", "1")}).created == 1);
  CHECK(code_of([&] { s.call(imports::start, {.kind = "people"}); }) == ErrorCode::invalid_argument);
  CHECK(
      names(error_of([&] { s.call(imports::start, {.kind = "parties", .file_hash = std::string(64, 'G')}); }),
            "/file_hash", field_code::out_of_range));
}

TEST_CASE("whatever the file, each of its rows is counted once", "[imports]") {
  World w("memory");
  std::mt19937 dice(20'261'123);
  const auto one_of = [&](const std::vector<std::string>& words) { return words[dice() % words.size()]; };
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    auto s = w.admin();
    std::string text = "id,name,phone,email,city\n";
    std::int64_t rows = 0;
    const int length = static_cast<int>(dice() % 120);
    for (int i = 0; i < length; ++i) {
      switch (dice() % 12) {
        case 0:  // too few cells, or none
          text += one_of({"x", "7,Omar", ",", "1,2,3"}) + "\n";
          break;
        case 1:  // too many
          text += "1,Omar,0612345678,,Fès,more,cells\n";
          break;
        case 2:  // not a text
          text += std::string("5,\xC3(,\xFF,\x01,") + '\0' + "\n";
          break;
        case 3:  // a quote and a line break inside
          text += "9,\"Omar \"\"le grand\"\"\nTazi\",0612345678,,\"Fès, médina\"\n";
          break;
        case 4:
          text += "\n";  // no row
          --rows;
          break;
        default:
          text += one_of({"", "1", "2", "3", "999"}) + "," + one_of({"Omar", "Sara", "", "علي"}) + "," +
                  one_of({"0612345678", "+33 6 12 34 56 78", "12", "", "0612345679"}) + "," +
                  one_of({"", "omar@example.ma", "no mail"}) + "," + one_of({"Fès", "", "Rabat"}) + "\n";
      }
      ++rows;
    }
    const auto result = run(s, text, {.map = lead_map(), .rows_per_call = 1 + static_cast<int>(dice() % 30)});
    CHECK(result.job.rows == rows);
    CHECK(result.job.created + result.job.updated + result.job.duplicate + result.job.refused == rows);
    std::int64_t reasons = 0;
    for (const ImportReason& r : result.job.reasons) reasons += r.count;
    CHECK(reasons == result.job.refused);
    std::map<std::string, std::int64_t> noted;
    for (const char* outcome : {"created", "updated", "duplicate", "refused"}) {
      const auto page = s.call(imports::rows, {.id = result.job.id, .outcome = outcome, .limit = 1'000});
      noted[outcome] = static_cast<std::int64_t>(page.items.size());
    }
    CHECK(Counts{noted["created"], noted["updated"], noted["duplicate"], noted["refused"]} ==
          counts_of(result.job));
    if (round % 3 == 0) {
      const auto back = revert_all(s, result.job.id, 1 + static_cast<int>(dice() % 50));
      CHECK(back.job.status_code == "IMPORT_REVERTED");
    }
  }
  auto s = w.admin();
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

}  // namespace atlas::testing
