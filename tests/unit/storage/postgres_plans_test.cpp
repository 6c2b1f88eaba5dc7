// EXPLAIN of every kind of statement that the PostgreSQL store prepares, on a filled table: each is served by
// the key that it declares, and by more of it than the organisation.

#include <catch2/catch.hpp>

#include <algorithm>

#include "../../postgres/postgres_place.hpp"
#include "atlas/sql.hpp"
#include "connection.hpp"
#include "statements.hpp"

using namespace atlas;
using atlas::postgres::Connection;
using atlas::postgres::Parameters;
using atlas::testing::PostgresPlace;
using Kind = Predicate::Kind;

namespace {

constexpr Migration migrations[] = {{1, "first", R"(
table deal full_text
  id blob
  status text
  changed integer
  due integer null
  phone text null
  primary id
  key by_changed changed
  key by_status status changed
  key by_due due
  unique by_phone phone
table note
  deal_id blob
  position integer
  body text
  primary deal_id position
table task directory
  name text
  at integer
  primary name
  key by_at at
)"}};

constexpr TableId deal = 1, note = 2, task = 3;
constexpr unsigned id = 0, status = 1, changed = 2, due = 3, phone = 4;
constexpr int by_changed = 0, by_status = 1, by_due = 2, by_phone = 3;

// Sixteen organisations of a thousand deals, by plain SQL: planning is what is looked at here.
void fill(Connection& connection) {
  Parameters none;
  connection.run_once("SELECT set_config('atlas.org_id', '', false)", none);
  for (int org = 1; org <= 16; ++org) {
    const std::string uuid =
        format_uuid({{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(org)}});
    connection.run_once("SELECT set_config('atlas.org_id', '" + uuid + "', false)", none);
    connection.run_once("INSERT INTO deal SELECT '" + uuid +
                            "', decode(lpad(to_hex(n), 32, '0'), 'hex'),"
                            " 'S' || n % 7, n * 10, CASE WHEN n % 3 = 0 THEN n END, 'p' || n"
                            " FROM generate_series(1, 1000) AS n",
                        none);
    connection.run_once("INSERT INTO note SELECT '" + uuid +
                            "', decode(lpad(to_hex(n), 32, '0'), 'hex'), k, 'text'"
                            " FROM generate_series(1, 300) AS n, generate_series(1, 3) AS k",
                        none);
    connection.run_once("INSERT INTO " + sql::quoted(postgres::words_table(catalog_of(migrations)[deal])) +
                            " SELECT '" + uuid +
                            "', decode(lpad(to_hex(n), 32, '0'), 'hex'), 'word' || n % k"
                            " FROM generate_series(1, 1000) AS n, (VALUES (1), (50), (400)) AS v(k)"
                            " ON CONFLICT DO NOTHING",
                        none);
  }
  connection.run_once("INSERT INTO task SELECT 't' || n, n FROM generate_series(1, 2000) AS n", none);
  connection.run_once("ANALYZE", none);
}

class Plans {
 public:
  Plans() {
    StoreOpening opening;
    opening.migrations = migrations;
    store_ = place_.open(opening);
    connection_ = std::make_unique<Connection>(place_.options(), false);
    fill(*connection_);
  }

  const Catalog& catalog() const { return store_->catalog(); }

  // The plan as the store's own sessions get it: prepared, with parameters that are not known.
  std::string plan(const std::string& text, std::size_t parameters) {
    Parameters none;
    const std::string name = "p" + std::to_string(++count_);
    connection_->run_once("PREPARE " + name + " AS " + text, none);
    std::string values;
    for (std::size_t i = 0; i < parameters; ++i) values += i == 0 ? "(NULL" : ", NULL";
    if (parameters > 0) values += ")";
    const auto rows = connection_->run_once("EXPLAIN EXECUTE " + name + values, none);
    std::string plan;
    for (int i = 0; i < rows.rows(); ++i) plan.append(rows.text(i, 0)).append("\n");
    plan.erase(std::remove(plan.begin(), plan.end(), '"'), plan.end());
    return plan;
  }

  // Every statement of a scan is one walk along `key`, in its order, beginning with `conditions` beside the
  // organisation.
  void check_scan(const Query& query, int key, const std::vector<std::string>& conditions) {
    const std::vector<sql::Statement> statements = sql::scan(postgres::dialect(), catalog(), query);
    check(statements.at(0), query.table, key, conditions);
  }

  void check(const sql::Statement& statement, TableId table, int key,
             const std::vector<std::string>& conditions) {
    check(statement.text, statement.parameters.size(), table, key, conditions);
  }

  void check(const std::string& text, std::size_t parameters, TableId table, int key,
             const std::vector<std::string>& conditions) {
    const std::string index = sql::index_name(catalog()[table], key);
    const std::string found = plan(text, parameters);
    INFO(text << "\n" << found);
    CHECK(found.find("Seq Scan") == std::string::npos);
    // Ties in a unique key, which has no primary key behind it, are the only thing that is ever sorted.
    CHECK((found.find("Sort  (") == std::string::npos ||
           found.find("Incremental Sort  (") != std::string::npos));
    CHECK((found.find(" " + index + " on ") != std::string::npos));
    const std::size_t at = found.find("Index Cond: ");
    const std::string condition = at == std::string::npos ? "" : found.substr(at, found.find('\n', at) - at);
    if (catalog()[table].tenant) CHECK(condition.find("org_id = ") != std::string::npos);
    for (const std::string& part : conditions) {
      INFO("an index condition on " << part);
      CHECK(condition.find(part) != std::string::npos);
    }
  }

 private:
  PostgresPlace place_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Connection> connection_;
  int count_ = 0;
};

Query scan_of(TableId table, Predicate where, std::vector<Order> order, int key,
              std::optional<OwnedRow> after = {}) {
  Query query;
  query.table = table;
  query.where = std::move(where);
  query.order = std::move(order);
  query.after = std::move(after);
  query.limit = 50;
  query.key = key;
  return query;
}

}  // namespace

TEST_CASE("PostgreSQL serves each statement by the key that it declares") {
  Plans plans;
  const Catalog& catalog = plans.catalog();
  const OwnedValue some_id(Value::blob("0123456789abcdef"));
  const auto has_status = Predicate::equals(status, Value::text("S1"));

  {  // statements on one row
    for (const TableId table : {deal, note, task}) {
      const postgres::RowStatements rows(catalog[table]);
      const std::size_t parameters = catalog[table].primary + (catalog[table].tenant ? 1 : 0);
      std::vector<std::string> conditions;
      for (unsigned i = 0; i < catalog[table].primary; ++i)
        conditions.push_back(catalog[table].columns[i].name + " = ");
      for (const std::string& text : rows.get)
        plans.check(text, parameters, table, Query::primary_key, conditions);
      plans.check(rows.erase, parameters, table, Query::primary_key, conditions);
      const unsigned last = static_cast<unsigned>(catalog[table].columns.size()) - 1;
      plans.check(sql::update_row(postgres::dialect(), catalog[table], std::span(&last, 1)), parameters + 1,
                  table, Query::primary_key, conditions);
    }
    const postgres::RowStatements rows(catalog[deal]);
    REQUIRE(rows.unique.size() == 2);
    plans.check(rows.unique[1].text, 2, deal, by_phone, {"phone = "});
  }

  {  // scans in the order of a key, either way, with and without a place to go on from
    for (const bool descending : {false, true}) {
      const OwnedRow after{OwnedValue(Value::integer(500)), some_id};
      plans.check_scan(scan_of(deal, {}, {{changed, descending}}, by_changed), by_changed, {});
      plans.check_scan(scan_of(deal, {}, {{changed, descending}}, by_changed, after), by_changed,
                       {"changed, id"});
      plans.check_scan(scan_of(deal, has_status, {{changed, descending}}, by_status), by_status,
                       {"status = "});
      plans.check_scan(scan_of(deal, has_status, {{changed, descending}}, by_status, after), by_status,
                       {"status = ", "changed, "});
      plans.check_scan(scan_of(deal, {}, {{id, descending}}, Query::primary_key), Query::primary_key, {});
      plans.check_scan(scan_of(deal, {}, {{id, descending}}, Query::primary_key, OwnedRow{some_id, some_id}),
                       Query::primary_key, {"id "});
      // Rows with a due date come by the key, the others (a statement of their own) by the primary key.
      Query by_due_date = scan_of(deal, {}, {{due, descending}}, by_due);
      plans.check_scan(by_due_date, by_due, {});
      const std::vector<sql::Statement> both = sql::scan(postgres::dialect(), catalog, by_due_date);
      REQUIRE(both.size() == 2);
      plans.check(both[1], deal, Query::primary_key, {});
      by_due_date.after = after;
      plans.check_scan(by_due_date, by_due, {"due, id"});
    }
  }

  {  // ranges, claims, counts, prefixes, parts
    const auto soon = Predicate::compare(Kind::less_equal, due, Value::integer(100));
    Query claim = scan_of(deal, soon, {{due, false}}, by_due);
    claim.lock = RowLock::update_skip_locked;
    plans.check_scan(claim, by_due, {"due <= "});
    const auto window =
        Predicate::all_of({has_status, Predicate::compare(Kind::greater, changed, Value::integer(10))});
    plans.check(sql::count(postgres::dialect(), catalog, deal, window, 10'000, by_status), deal, by_status,
                {"status = ", "changed > "});
    plans.check_scan(
        scan_of(deal, Predicate::compare(Kind::prefix, phone, Value::text("p9")), {{phone, false}}, by_phone),
        by_phone, {"phone >= ", "phone < "});
    plans.check_scan(scan_of(note, Predicate::equals(0, some_id.view()), {{1, false}}, Query::primary_key),
                     Query::primary_key, {"deal_id = "});
    plans.check_scan(scan_of(task, Predicate::compare(Kind::less, 1, Value::integer(9)), {{1, false}}, 0), 0,
                     {"at < "});
  }

  {  // an existing part is looked up, not joined with all
    Predicate exists;
    exists.kind = Kind::exists;
    exists.table = note;
    exists.on = {{id, 0}};
    exists.children = {Predicate{}};
    const Query query = scan_of(deal, exists, {{changed, true}}, by_changed);
    const std::string plan = plans.plan(sql::scan(postgres::dialect(), catalog, query).at(0).text, 2);
    INFO(plan);
    CHECK(plan.find("Seq Scan") == std::string::npos);
    CHECK(plan.find("Hash") == std::string::npos);
    CHECK(plan.find(sql::index_name(catalog[note], Query::primary_key)) != std::string::npos);
  }

  {  // search tokens
    const postgres::RowStatements rows(catalog[deal]);
    const std::string plan = plans.plan(rows.forget_text, 2);
    INFO(plan);
    CHECK(plan.find("Seq Scan") == std::string::npos);
    CHECK(plan.find("id = ") != std::string::npos);
  }
}
