// Predicates, order, pages, counts.

#include <set>

#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

void fill(World& w, int n) {
  auto s = w.admin();
  s.batch([&](Session& b) {
    for (int i = 0; i < n; ++i) {
      w.clock->advance(1'000);
      b.call(dossiers::create,
             {.case_type_code = i % 2 ? "CRM_LEAD" : "CRM_LEAD_BUY",
              .contact_name = "Nom " + std::to_string(i),
              .email = "n" + std::to_string(i) + "@x.ma",
              .budget_max = i % 3 ? std::optional(Money{i * 100, *parse_currency(i % 2 ? "MAD" : "EUR")})
                                  : std::nullopt,
              .city = i % 5 ? std::optional<std::string>("Rabat") : std::nullopt});
    }
  });
}

std::size_t matching(Session& s, const std::string& where, bool scan = true) {
  std::size_t n = 0;
  s.each(dossiers::list, {.where = where, .limit = 7, .scan = scan}, [&](Dossier&&) { ++n; });
  CHECK(s.call(dossiers::count, {.where = where, .scan = scan}).count == static_cast<std::int64_t>(n));
  return n;
}

}  // namespace

TEST_CASE("where says what it means on every backend", "[lists]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  fill(w, 30);
  auto s = w.admin();
  CHECK(matching(s, "{}") == 30);
  CHECK(matching(s, R"({"case_type_code":"CRM_LEAD"})") == 15);
  CHECK(matching(s, R"({"city":null})") == 6);
  CHECK(matching(s, R"({"city":{"ne":"Rabat"}})") == 0);
  CHECK(matching(s, R"({"not":{"city":"Rabat"}})") == 6);
  CHECK(matching(s, R"({"city":{"ne":null}})") == 24);
  CHECK(matching(s, R"({"or":[{"city":null},{"case_type_code":"CRM_LEAD"}]})") == 18);
  CHECK(matching(s, R"({"and":[{"city":"Rabat"},{"case_type_code":{"in":["CRM_LEAD","CRM_LEAD_BUY"]}}]})") ==
        24);
  CHECK(matching(s, R"({"case_type_code":{"nin":["CRM_LEAD"]}})") == 15);
  CHECK(matching(s, R"({"budget_max":{"lte":{"amount":1000,"currency":"EUR"}}})") == 4);
  CHECK(matching(s, R"({"budget_max":{"gt":{"amount":0,"currency":"MAD"}}})") == 10);
  CHECK(matching(s, R"({"email":"n7@x.ma"})", false) == 1);
  CHECK(matching(s, R"({"email":{"prefix":"n1"}})", false) == 11);
  CHECK(matching(s, R"({"status_code":"CRM_NEW"})", false) == 30);
}

TEST_CASE("where refuses what it does not know, with the path", "[lists]") {
  World w("memory");
  auto s = w.admin();
  const auto wrong = [&](const std::string& where) {
    return error_of([&] { s.call(dossiers::list, {.where = where}); });
  };
  CHECK(names(wrong(R"({"colour":"red"})"), "/where/colour", field_code::unknown_member));
  CHECK(names(wrong(R"({"contact_name":"A"})"), "/where/contact_name", field_code::not_filterable));
  CHECK(
      names(wrong(R"({"status_code":{"like":"x"}})"), "/where/status_code/like", field_code::unknown_member));
  CHECK(names(wrong(R"({"status_code":"CRM_NOWHERE"})"), "/where/status_code", field_code::not_a_code));
  CHECK(
      names(wrong(R"({"created_at":{"gte":"yesterday"}})"), "/where/created_at/gte", field_code::not_a_time));
  CHECK(names(wrong(R"({"or":{}})"), "/where/or", field_code::wrong_type));
  CHECK(names(wrong(R"({"subject_id":null})"), "/where/subject_id", field_code::unknown_member));
  CHECK(names(wrong(R"({"a/b~c":1})"), "/where/a~1b~0c", field_code::unknown_member));
  std::string deep = R"({"city":"x"})";
  for (int i = 0; i < 10; ++i) deep = R"({"not":)" + deep + "}";
  CHECK(wrong(deep).code() == ErrorCode::invalid_argument);
  std::string many = R"({"or":[)";
  for (int i = 0; i < 70; ++i) many += (i ? "," : "") + std::string(R"({"city":"x"})");
  CHECK(wrong(many + "]}").code() == ErrorCode::invalid_argument);
  // No index serves a city: an agent may not ask for a scan, a manager may.
  CHECK(names(wrong(R"({"city":"Rabat"})"), "/where", field_code::not_filterable));
  CHECK(code_of([&] {
          w.as("AGENT").call(dossiers::list, {.where = R"({"city":"Rabat"})", .scan = true});
        }) == ErrorCode::forbidden);
  CHECK(code_of([&] {
          w.as("MANAGER").call(dossiers::list, {.where = R"({"city":"Rabat"})", .scan = true});
        }) == ErrorCode::ok);
  CHECK(code_of([&] { s.call(dossiers::list, {.order = {"city"}}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { s.call(dossiers::list, {.limit = 1001}); }) == ErrorCode::invalid_argument);
}

TEST_CASE("pages are stable while others insert, and tokens belong to their list", "[lists]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  fill(w, 25);
  auto s = w.admin();
  std::set<std::string> seen;
  ListInput in{.limit = 4};
  std::string token;
  for (;;) {
    const auto page = s.call(dossiers::list, in);
    for (const Dossier& d : page.items) CHECK(seen.insert(format_uuid(d.id)).second);
    s.call(dossiers::create, {.contact_name = "neu", .email = "neu" + std::to_string(seen.size()) + "@x.ma"});
    if (!page.next) break;
    token = *page.next;
    in.after = page.next;
  }
  CHECK(seen.size() == 25);
  CHECK(code_of([&] {
          s.call(dossiers::list, {.where = R"({"status_code":"CRM_NEW"})", .limit = 4, .after = token});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { w.as("MANAGER").call(dossiers::list, {.limit = 4, .after = token}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { s.call(dossiers::list, {.limit = 4, .after = token + "A"}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { s.call(dossiers::list, {.limit = 4, .after = "bm90IGpzb24="}); }) ==
        ErrorCode::invalid_argument);
  const auto up = s.call(dossiers::list, {.order = {"created_at"}, .limit = 1000}).items;
  const auto down = s.call(dossiers::list, {.order = {"-created_at"}, .limit = 1000}).items;
  REQUIRE(up.size() == down.size());
  for (std::size_t i = 0; i < up.size(); ++i) CHECK(up[i].id == down[down.size() - 1 - i].id);
}

TEST_CASE("absent values come last in either direction, page by page", "[lists]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  for (int i = 0; i < 9; ++i) {
    s.call(activities::add_task,
           {.id = d.id,
            .title = "t" + std::to_string(i),
            .due_at = i % 3 ? std::optional(w.clock->now() + i * micros_per_day) : std::nullopt});
  }
  for (const char* order : {"due_at", "-due_at"}) {
    std::vector<std::optional<Timestamp>> due;
    s.each(activities::list_tasks,
           {.where = R"({"dossier_id":")" + format_uuid(d.id) + "\"}", .order = {order}, .limit = 2},
           [&](Task&& t) { due.push_back(t.due_at); });
    REQUIRE(due.size() == 9);
    for (std::size_t i = 0; i < 6; ++i) CHECK(due[i].has_value());
    for (std::size_t i = 6; i < 9; ++i) CHECK_FALSE(due[i].has_value());
    for (std::size_t i = 1; i < 6; ++i) CHECK((order[0] == '-' ? due[i - 1] > due[i] : due[i - 1] < due[i]));
  }
}

TEST_CASE("a cursor walks a list, and ends with its session", "[lists]") {
  World w("sqlite");
  fill(w, 23);
  auto s = std::make_unique<Session>(w.admin());
  auto cursor = s->cursor("dossiers.list", R"({"limit":5})");
  int n = 0;
  while (cursor.next()) ++n;
  CHECK(n == 23);
  auto open = s->cursor("dossiers.list", "{}");
  s.reset();
  CHECK(code_of([&] { open.next(); }) == ErrorCode::misuse);
  auto t = w.admin();
  CHECK(code_of([&] { t.cursor("dossiers.get", "{}"); }) == ErrorCode::invalid_argument);
}

TEST_CASE("counts are exact to 10,000", "[lists][slow]") {
  World w("sqlite");
  fill(w, 10'003);
  auto s = w.admin();
  CHECK(s.call(dossiers::count, {}).count == 10'000);
  CHECK(s.call(dossiers::count, {}).more);
  CHECK(s.call(dossiers::count, {.exact = true}).count == 10'003);
}
