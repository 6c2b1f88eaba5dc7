// What leaves the library: pages that add up, cells that do no harm, who took what.

#include <nlohmann/json.hpp>

#include "atlas/csv.hpp"
#include "atlas/exports.hpp"
#include "atlas/json.hpp"
#include "world.hpp"

namespace atlas::testing {
namespace {

/// All pages of an export, one record a page where `limit` is 1.
std::string read_all(Session& s, const ExportJob& job, std::int64_t limit) {
  std::string text;
  std::optional<std::string> after;
  do {
    const auto page = s.call(exports::page, {.id = job.id, .limit = limit, .after = after});
    text += page.text;
    after = page.next;
  } while (after);
  return text;
}

std::vector<std::vector<std::string>> records(const std::string& csv) {
  std::vector<std::vector<std::string>> all;
  CsvReader reader(',', [&](std::size_t, const std::vector<std::string>& fields) { all.push_back(fields); });
  reader.feed(csv);
  reader.finish();
  return all;
}

std::string cell(const std::vector<std::vector<std::string>>& all, std::size_t record,
                 const std::string& name) {
  for (std::size_t i = 0; i < all.at(0).size(); ++i)
    if (all[0][i] == name) return all.at(record).at(i);
  FAIL("no column " << name);
  return {};
}

}  // namespace

TEST_CASE("an export is whole whatever the pages, and a spreadsheet runs nothing of it", "[exports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const std::vector<std::string> names{
      "=HYPERLINK(\"http://x\",\"y\")", "+33 appelle", "-1+1", "@SUM(A1)", "Dupont, \"Jo\"", "سارة"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    s.call(dossiers::create, {.contact_name = names[i],
                              .phone = "061234567" + std::to_string(i),
                              .budget_max = Money{185000050, *parse_currency("MAD")}});
    w.clock->advance(1'000'000);
  }
  const ExportJob job = s.call(exports::start, {.kind = "dossiers"});
  const std::string one = read_all(s, job, 1);
  CHECK(one == read_all(s, job, 1000));
  const auto all = records(one);
  REQUIRE(all.size() == names.size() + 1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(cell(all, i + 1, "contact_name") == "'" + names[i]);
  CHECK(cell(all, 5, "contact_name") == names[4]);
  CHECK(cell(all, 6, "contact_name") == names[5]);
  CHECK(cell(all, 1, "phone") == "'+212612345670");
  CHECK(cell(all, 1, "budget_max") == "1850000.50");
  CHECK(cell(all, 1, "budget_max_currency") == "MAD");

  const ExportJob lines = s.call(
      exports::start, {.kind = "dossiers", .format = "jsonl", .where = R"({"phone":"+212612345672"})"});
  const std::string text = read_all(s, lines, 1000);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(Json::parse(text)["contact_name"] == "-1+1");
  const ExportJob finished = s.call(exports::finish, {.id = job.id, .rows = 6});
  CHECK(finished.status_code == "EXPORT_DONE");
  CHECK(finished.rows == 6);
}

TEST_CASE("an export is begun by who may, read by who began it, and stands in the audit", "[exports]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto manager = w.as("MANAGER");
  auto admin = w.admin();
  auto other = w.other();
  for (const char* role : {"AGENT", "OWNER", "MODERATOR", "AUDITOR"}) {
    auto s = w.as(role);
    CHECK(code_of([&] { s.call(exports::start, {.kind = "dossiers"}); }) == ErrorCode::forbidden);
  }
  const ExportJob job = manager.call(exports::start, {.kind = "parties"});
  CHECK(code_of([&] { admin.call(exports::page, {.id = job.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(exports::page, {.id = job.id}); }) == ErrorCode::not_found);
  CHECK_NOTHROW(manager.call(exports::page, {.id = job.id}));
  w.clock->advance(25 * micros_per_hour);
  CHECK(code_of([&] { manager.call(exports::page, {.id = job.id}); }) == ErrorCode::not_found);
  const Error unknown =
      error_of([&] { manager.call(exports::start, {.kind = "parties", .where = R"({"age":3})"}); });
  CHECK(unknown.code() == ErrorCode::invalid_argument);
  const auto entries = admin.call(audit::list, {.entity_id = job.id});
  REQUIRE(entries.items.size() == 1);
  CHECK(entries.items[0].action == "export.started");
}

}  // namespace atlas::testing
