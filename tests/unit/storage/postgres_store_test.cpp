// What the PostgreSQL store promises beyond the Store port: the second wall, many hosts, lost connections,
// errors without values, checks. The port itself is tried by the conformance suite.

#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "../../postgres/postgres_place.hpp"
#include "connection.hpp"
#include "errors.hpp"
#include "pool.hpp"
#include "statements.hpp"
#include "transaction.hpp"

using namespace atlas;
using atlas::postgres::Connection;
using atlas::postgres::Parameters;
using atlas::testing::PostgresPlace;

namespace {

constexpr Migration migrations[] = {{1, "first", R"(
table thing full_text secure
  id blob
  name text
  amount integer
  extra text null
  primary id
  key by_amount amount
  unique by_name name
table entry directory
  name text
  amount integer
  primary name
)"},
                                    {2, "second", R"(
add column thing colour text null
)"}};

constexpr TableId thing = 1, entry = 2;

Uuid numbered(unsigned n) {
  Uuid out;
  for (unsigned i = 0; i < 4; ++i) out.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return out;
}
const Uuid org_a = numbered(0xA), org_b = numbered(0xB);

StoreOpening opening(int version = 1) {
  StoreOpening out;
  out.migrations = std::span(migrations).first(static_cast<std::size_t>(version));
  return out;
}

void add(WriteTransaction& tx, unsigned n, std::string_view name, std::int64_t amount = 0) {
  const Uuid id = numbered(n);
  const Value row[] = {Value::id(id), Value::text(name), Value::integer(amount), Value::null()};
  tx.insert(thing, row);
}

bool has(ReadTransaction& tx, unsigned n) {
  const Uuid id = numbered(n);
  const Value primary = Value::id(id);
  return tx.exists(thing, std::span(&primary, 1));
}

std::unique_ptr<WriteTransaction> write_in(Store& store, const Uuid& organisation) {
  auto tx = store.write(Durability::fast);
  tx->enter(organisation);
  return tx;
}

template <class Call>
Error error_of_call(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorCode::internal, ""};
}

template <class Call>
ErrorCode code_of(Call call) {
  return error_of_call(call).code();
}

Parameters no_parameters() { return {}; }

// A session beside the store's, by the same role.
class Beside {
 public:
  explicit Beside(const PostgresPlace& place) : connection_(place.options(), false) {}
  postgres::Result run(const std::string& text) {
    Parameters none = no_parameters();
    return connection_.run_once(text, none);
  }
  std::int64_t number(const std::string& text) { return run(text).integer(0, 0); }
  // Ends every other session of this role, as a restart of the server would.
  void end_others() {
    run("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE usename = current_user AND pid <> pg_backend_pid()");
  }

 private:
  Connection connection_;
};

}  // namespace

TEST_CASE("the meaning of SQLSTATEs") {
  const std::pair<const char*, ErrorCode> expected[] = {
      {"40001", ErrorCode::storage_conflict},    {"40P01", ErrorCode::storage_conflict},
      {"55P03", ErrorCode::storage_busy},        {"57014", ErrorCode::storage_busy},
      {"53100", ErrorCode::storage_full},        {"53300", ErrorCode::storage_unavailable},
      {"25006", ErrorCode::storage_read_only},   {"42501", ErrorCode::storage_read_only},
      {"57P01", ErrorCode::storage_unavailable}, {"08006", ErrorCode::storage_unavailable},
      {"28000", ErrorCode::storage_unavailable}, {"58030", ErrorCode::storage_io},
      {"XX001", ErrorCode::storage_corrupt},     {"XX000", ErrorCode::internal},
      {"22021", ErrorCode::invalid_argument},    {"54000", ErrorCode::invalid_argument},
      {"42P01", ErrorCode::storage_corrupt},     {"42601", ErrorCode::internal}};
  for (const auto& [state, code] : expected) {
    INFO(state);
    const Error error = postgres::error_of_state(state);
    CHECK(error.code() == code);
    CHECK(error.detail("sqlstate") == '"' + std::string(state) + '"');
  }
}

TEST_CASE("row-level security is a second wall") {
  PostgresPlace place;
  const auto store = place.open(opening());
  for (const Uuid& organisation : {org_a, org_b}) {
    const auto tx = write_in(*store, organisation);
    add(*tx, 1, organisation == org_a ? "of a" : "of b");
    tx->index_text(thing, std::vector<Value>{Value::id(numbered(1))}, "word");
    tx->commit();
  }
  Beside beside(place);
  REQUIRE(beside.number(
              "SELECT (rolsuper OR rolbypassrls)::int::bigint FROM pg_roles WHERE rolname = current_user") ==
          0);

  // The role that owns the tables sees nothing without an organisation, also after a transaction that had
  // one.
  const std::string words =
      "SELECT count(*) FROM " + sql::quoted(postgres::words_table(store->catalog()[thing]));
  CHECK(beside.number("SELECT count(*) FROM thing") == 0);
  beside.run("BEGIN");
  beside.run("SELECT set_config('atlas.org_id', '" + format_uuid(org_b) + "', true)");
  CHECK(beside.number("SELECT count(*) FROM thing") == 1);
  CHECK(beside.number(words) == 1);
  CHECK(beside.run("SELECT name FROM thing").text(0, 0) == "of b");
  CHECK(beside.run("DELETE FROM thing WHERE org_id = '" + format_uuid(org_a) + "'").changed() == 0);
  CHECK(beside.run("UPDATE thing SET amount = 7").changed() == 1);
  beside.run("COMMIT");
  CHECK(beside.number("SELECT count(*) FROM thing") == 0);
  CHECK(beside.number(words) == 0);

  beside.run("SELECT set_config('atlas.org_id', '" + format_uuid(org_b) + "', false)");
  const std::string row = "', '\\x02', 'name', 0)";
  CHECK(code_of([&] {
          beside.run("INSERT INTO thing (org_id, id, name, amount) VALUES ('" + format_uuid(org_a) + row);
        }) == ErrorCode::storage_read_only);
  CHECK(code_of([&] { beside.run("UPDATE thing SET org_id = '" + format_uuid(org_a) + "'"); }) ==
        ErrorCode::storage_read_only);
  CHECK(beside.run("INSERT INTO thing (org_id, id, name, amount) VALUES ('" + format_uuid(org_b) + row)
            .changed() == 1);
}

TEST_CASE("an organisation that was entered stays entered") {
  PostgresPlace place;
  const auto store = place.open(opening());
  const auto tx = store->write(Durability::fast);
  tx->savepoint();
  tx->enter(org_a);
  add(*tx, 1, "one");
  tx->rollback_to();
  CHECK(!has(*tx, 1));
  add(*tx, 2, "two");  // the second wall would refuse a row of no organisation
  CHECK(has(*tx, 2));
  CHECK(code_of([&] { tx->enter(org_b); }) == ErrorCode::internal);
  tx->commit();
}

TEST_CASE("many hosts open a store at once") {
  PostgresPlace place;
  constexpr std::size_t hosts = 8;
  std::vector<std::unique_ptr<Store>> stores(hosts);
  for (const int version : {1, 2}) {
    std::atomic<int> failed{0}, migrated{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < hosts; ++i) {
      threads.emplace_back([&, i] {
        try {
          StoreOpening how = opening(version);
          how.migrate = true;
          how.progress = [&](std::size_t, std::size_t) { ++migrated; };
          stores[i] = place.open(how);
        } catch (const Error&) {
          ++failed;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(failed == 0);
    CHECK(migrated == 1);  // one did it, the others found it done
    CHECK(stores[3]->check().empty());
  }

  // They count together, each through its own connections.
  {
    const auto tx = stores[0]->write(Durability::durable);
    const Value row[] = {Value::text("counter"), Value::integer(0)};
    tx->insert(entry, row);
    tx->commit();
  }
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (std::size_t i = 0; i < hosts; ++i) {
    threads.emplace_back([&, i] {
      try {
        for (int n = 0; n < 25; ++n) {
          const auto tx = stores[i]->write(Durability::fast);
          const Value key = Value::text("counter");
          std::int64_t amount = -1;
          tx->get(
              entry, std::span(&key, 1), [&](RowView row) { amount = row[1].as_integer(); }, RowLock::update);
          const unsigned column = 1;
          const Value next = Value::integer(amount + 1);
          tx->update(entry, std::span(&key, 1), std::span(&column, 1), std::span(&next, 1));
          tx->commit();
        }
      } catch (const Error&) {
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  const Value key = Value::text("counter");
  std::int64_t amount = -1;
  stores[5]->read()->get(entry, std::span(&key, 1), [&](RowView row) { amount = row[1].as_integer(); });
  CHECK(amount == 25 * static_cast<std::int64_t>(hosts));
}

TEST_CASE("what cannot be opened says why") {
  PostgresPlace place;
  StoreOpening not_created = opening();
  not_created.create = false;
  CHECK(code_of([&] { place.open(not_created); }) == ErrorCode::storage_not_a_store);
  place.open(opening(2));
  CHECK(code_of([&] { place.open(opening(1)); }) == ErrorCode::storage_newer_version);

  PostgresPlace older;
  older.open(opening(1));
  CHECK(code_of([&] { older.open(opening(2)); }) == ErrorCode::storage_needs_migration);

  PostgresPlace foreign;
  Beside beside(foreign);
  beside.run("CREATE SCHEMA \"" + foreign.options().schema + "\"");
  beside.run("CREATE TABLE other (id bigint)");
  CHECK(code_of([&] { foreign.open(opening()); }) == ErrorCode::storage_not_a_store);
  beside.run("CREATE TABLE store_meta (name text PRIMARY KEY, value text)");
  CHECK(code_of([&] { foreign.open(opening()); }) == ErrorCode::storage_not_a_store);

  PostgresOptions options = place.options();
  options.schema = "a\"; DROP SCHEMA b";
  CHECK(code_of([&] { open_postgres(options, opening()); }) == ErrorCode::invalid_argument);

  // A migration that fails leaves nothing behind.
  PostgresPlace broken;
  StoreOpening interrupted = opening(2);
  interrupted.progress = [](std::size_t step, std::size_t) {
    if (step == 2) throw Error(ErrorCode::cancelled, "enough");
  };
  CHECK(code_of([&] { broken.open(interrupted); }) == ErrorCode::cancelled);
  CHECK(Beside(broken).number("SELECT count(*) FROM pg_namespace WHERE nspname = '" +
                              broken.options().schema + "'") == 0);
  CHECK(broken.open(opening(2))->schema_version() == 2);
}

TEST_CASE("the connection string is in no message") {
  PostgresOptions options;
  for (const char* connection :
       {"host=/nowhere/planted-secret user=planted-secret password=planted-secret",
        "host=127.0.0.1 port=1 dbname=planted-secret", "planted-secret", "planted=secret"}) {
    options.connection = connection;
    const Error error = error_of_call([&] { open_postgres(options, opening()); });
    CHECK(error.code() == ErrorCode::storage_unavailable);
    CHECK(error.to_json().find("planted") == std::string::npos);
  }
  options.connection = atlas::testing::postgres_connection() + " dbname=planted_secret";
  const Error error = error_of_call([&] { open_postgres(options, opening()); });
  CHECK(error.code() == ErrorCode::storage_unavailable);
  CHECK(error.to_json().find("planted") == std::string::npos);
}

TEST_CASE("no message repeats a value") {
  PostgresPlace place;
  const auto store = place.open(opening());
  const auto tx = write_in(*store, org_a);
  add(*tx, 1, "planted-secret");
  std::vector<Error> errors;
  errors.push_back(error_of_call([&] { add(*tx, 2, "planted-secret"); }));
  CHECK(errors.back().detail("key") == "\"by_name\"");
  errors.push_back(error_of_call([&] { add(*tx, 3, std::string_view("planted-secret\0", 15)); }));
  CHECK(errors.back().code() == ErrorCode::invalid_argument);
  CHECK(has(*tx, 1));  // neither ended the transaction
  // Too long for an index, however well it is packed.
  std::string noise = "planted-secret";
  for (std::uint32_t n = 1; noise.size() < 9'000; n = n * 1664525U + 1013904223U)
    noise += static_cast<char>('a' + (n >> 24) % 26);
  tx->savepoint();
  errors.push_back(error_of_call([&] { add(*tx, 4, noise); }));
  CHECK(errors.back().code() == ErrorCode::invalid_argument);
  errors.push_back(error_of_call([&] { add(*tx, 5, "other"); }));  // the first failure is told again
  CHECK(errors.back().code() == ErrorCode::invalid_argument);
  tx->rollback_to();
  tx->savepoint();
  errors.push_back(error_of_call([&] { add(*tx, 6, "planted-secret\xff"); }));
  CHECK(errors.back().code() == ErrorCode::invalid_argument);
  tx->rollback_to();
  tx->commit();
  for (const Error& error : errors) CHECK(error.to_json().find("planted") == std::string::npos);
  const auto read = store->read();
  read->enter(org_a);
  CHECK(has(*read, 1));
}

TEST_CASE("a lost connection") {
  PostgresPlace place;
  const auto store = place.open(opening());
  Beside beside(place);

  SECTION("one that idles is replaced unnoticed") {
    {
      const auto one = write_in(*store, org_a), two = write_in(*store, org_a);
      add(*one, 1, "one");
      add(*two, 2, "two");
      one->commit();
      two->commit();
    }
    beside.end_others();
    for (int i = 0; i < 3; ++i) {
      const auto tx = store->read();
      tx->enter(org_a);
      CHECK(has(*tx, 1));
      CHECK(has(*tx, 2));
    }
  }

  SECTION("the transaction that had it fails, and the next goes on") {
    {
      const auto tx = write_in(*store, org_a);
      add(*tx, 1, "one");
      beside.end_others();
      CHECK(code_of([&] { add(*tx, 2, "two"); }) == ErrorCode::storage_unavailable);
      CHECK(code_of([&] { has(*tx, 1); }) == ErrorCode::storage_unavailable);
      const Error error = error_of_call([&] { tx->commit(); });
      CHECK(error.code() == ErrorCode::storage_unavailable);
      CHECK(!error.detail("outcome"));  // it is known: nothing was committed
    }
    const auto tx = write_in(*store, org_a);
    CHECK(!has(*tx, 1));
    add(*tx, 1, "one");
    tx->commit();
  }

  SECTION("during the commit, the outcome is unknown") {
    const auto tx = write_in(*store, org_a);
    add(*tx, 1, "one");
    beside.end_others();
    const Error error = error_of_call([&] { tx->commit(); });
    CHECK(error.code() == ErrorCode::storage_unavailable);
    CHECK(error.detail("outcome") == "\"unknown\"");
  }
}

TEST_CASE("connections are lent in turn") {
  PostgresPlace place(1);
  const auto store = place.open(opening());
  auto held = write_in(*store, org_a);
  add(*held, 1, "one");
  std::atomic<bool> done{false};
  std::thread other([&] {
    const auto tx = store->read();
    tx->enter(org_a);
    done = has(*tx, 1);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(!done);
  held->commit();
  held.reset();
  other.join();
  CHECK(done);
  // More different statements than a connection keeps prepared.
  for (std::size_t n = 1; n <= 300; ++n) {
    const auto tx = store->read();
    tx->enter(org_a);
    Predicate any{Predicate::Kind::any, 0, {}, {}, 0, {}};
    for (std::size_t i = 0; i < n % 150 + 1; ++i)
      any.children.push_back(
          Predicate::equals(n % 2 + 1, n % 2 == 0 ? Value::text("one") : Value::integer(0)));
    CHECK(tx->count(thing, any, 10, Query::any_key) == 1);
  }
}

TEST_CASE("durability is the transaction's") {
  PostgresPlace place;
  const auto store = place.open(opening());
  CHECK(store->capabilities().durable);
  CHECK(store->capabilities().server_clock);
  postgres::Shared shared{place.options(), catalog_of(std::span(migrations).first(1)), {}};
  for (const auto& [kind, expected] : {std::pair{postgres::Transaction::Kind::fast, "off"},
                                       std::pair{postgres::Transaction::Kind::durable, "on"}}) {
    postgres::Pool pool(place.options(), false);
    auto lease = pool.lend();
    Connection& connection = **lease;
    Parameters none;
    connection.run_once("SET synchronous_commit = 'on'", none);
    postgres::Transaction tx(shared, std::move(lease), kind);
    const Timestamp now = tx.now();
    CHECK(std::abs(now.micros - system_clock().now().micros) < 60 * micros_per_second);
    CHECK(connection.run_once("SHOW synchronous_commit", none).text(0, 0) == expected);
  }
  // A server that is set to answer before it has synced is asked to sync all the same.
  PostgresOptions options = place.options();
  options.connection += " options='-c synchronous_commit=off'";
  Connection careless(options, false);
  Parameters none;
  CHECK(careless.run_once("SHOW synchronous_commit", none).text(0, 0) == "on");
}

TEST_CASE("locks may be released before the commit is on disk, the answer not") {
  PostgresPlace place;
  PostgresOptions options = place.options();
  options.early_release = true;
  const auto store = open_postgres(options, opening());
  Beside beside(place);
  for (unsigned n = 1; n <= 20; ++n) {
    const auto tx = store->write(Durability::durable);
    tx->enter(org_a);
    add(*tx, n, std::to_string(n));
    const std::string written(beside.run("SELECT pg_current_wal_insert_lsn()::text").text(0, 0));
    tx->commit();
    CHECK(beside.number("SELECT (pg_current_wal_flush_lsn() > '" + written + "'::pg_lsn)::int::bigint") == 1);
  }
  const auto tx = store->read();
  tx->enter(org_a);
  CHECK(tx->count(thing, {}, 100, Query::any_key) == 20);
}

TEST_CASE("a store that takes no writes") {
  PostgresPlace place;
  place.open(opening());
  StoreOpening reading = opening();
  reading.read_only = true;
  const auto store = place.open(reading);
  CHECK(code_of([&] { store->write(Durability::fast); }) == ErrorCode::storage_read_only);
  PostgresOptions options = place.options();
  options.connection += " options='-c default_transaction_read_only=on'";
  const auto standby = open_postgres(options, opening());
  const auto tx = write_in(*standby, org_a);
  CHECK(code_of([&] { add(*tx, 1, "one"); }) == ErrorCode::storage_read_only);
  CHECK(code_of([&] { store->backup("copy"); }) == ErrorCode::not_supported);
  CHECK(code_of([&] { store->rekey("word"); }) == ErrorCode::not_supported);
}

TEST_CASE("long scans come in pieces") {
  PostgresPlace place;
  const auto store = place.open(opening());
  constexpr unsigned rows = 2'500;
  const auto tx = write_in(*store, org_a);
  for (unsigned n = 1; n <= rows; ++n) add(*tx, n, std::to_string(n), n);
  Query query;
  query.table = thing;
  query.order = {{2, true}};
  std::int64_t expected = rows;
  tx->scan(query, [&](RowView row) {
    CHECK(row[2].as_integer() == expected);
    return --expected > 0;
  });
  CHECK(expected == 0);
  int seen = 0;
  tx->scan(query, [&](RowView) { return ++seen < 1'200; });
  CHECK(seen == 1'200);
  CHECK_THROWS_AS(tx->scan(query, [](RowView) -> bool { throw std::runtime_error("the sink's own"); }),
                  std::runtime_error);
  query.limit = 1'700;
  query.lock = RowLock::update;
  seen = 0;
  tx->scan(query, [&](RowView) { return ++seen > 0; });
  CHECK(seen == 1'700);
  CHECK(tx->count(thing, {}, 10'000, Query::any_key) == rows);
  tx->commit();
  CHECK(code_of([&] { tx->commit(); }) == ErrorCode::internal);
}

TEST_CASE("search finds the same however common the words") {
  PostgresPlace place;
  const auto store = place.open(opening());
  constexpr unsigned rows = 2'400;
  const auto words_of = [](unsigned n) {
    std::vector<std::string> words{"all", "al" + std::to_string(n % 3), "mod" + std::to_string(n % 50),
                                   "n" + std::to_string(n)};
    if (n % 800 == 0) words.emplace_back("rare");
    return words;
  };
  const auto tx = write_in(*store, org_a);
  for (unsigned n = 1; n <= rows; ++n) {
    std::string tokens;
    for (const std::string& word : words_of(n)) tokens += (tokens.empty() ? "" : " ") + word;
    tx->index_text(thing, std::vector<Value>{Value::id(numbered(n))}, tokens);
  }
  const auto check = [&](std::vector<std::string> words, bool prefix, unsigned after, std::size_t limit) {
    std::vector<unsigned> expected;
    for (unsigned n = after == 0 ? rows : after - 1; n > 0 && expected.size() < limit; --n) {
      const std::vector<std::string> own = words_of(n);
      bool all = true;
      for (std::size_t i = 0; i < words.size(); ++i) {
        bool one = false;
        for (const std::string& word : own) {
          one = one || (prefix && i + 1 == words.size() ? word.starts_with(words[i]) : word == words[i]);
        }
        all = all && one;
      }
      if (all) expected.push_back(n);
    }
    std::optional<OwnedRow> start;
    const Uuid id = numbered(after);
    if (after > 0) start = OwnedRow{Value::id(id)};
    std::vector<unsigned> found;
    tx->search_text(thing, words, prefix, start, limit, [&](RowView row) {
      const std::string_view bytes = row[0].bytes();
      found.push_back(static_cast<unsigned char>(bytes[14]) * 256U + static_cast<unsigned char>(bytes[15]));
      return true;
    });
    INFO(words.front() << " … " << words.back() << (prefix ? "*" : "") << " after " << after);
    CHECK(found == expected);
  };
  for (const unsigned after : {0U, 1201U}) {
    for (const std::size_t limit : {std::size_t{7}, std::size_t{5'000}}) {
      check({"all"}, false, after, limit);
      check({"all"}, true, after, limit);
      check({"al"}, true, after, limit);  // several words of a row, all of them common
      check({"rare"}, false, after, limit);
      check({"ra"}, true, after, limit);
      check({"all", "al1"}, false, after, limit);
      check({"all", "mod7"}, true, after, limit);
      check({"rare", "a"}, true, after, limit);
      check({"all", "nothing"}, false, after, limit);
      check({"n1", "n2"}, false, after, limit);
    }
  }
  // Words are told apart by their first 200 bytes, cut at a character.
  const std::string common(199, 'x');
  tx->index_text(thing, std::vector<Value>{Value::id(numbered(9'000))},
                 common + "\u00e9tude " + common + "zzz");
  for (const std::string& word : {common + "\u00e9tude", common + "\u00e8", common + "z", common + "zoo"}) {
    int seen = 0;
    tx->search_text(thing, std::vector<std::string>{word}, false, {}, 10,
                    [&](RowView) { return ++seen > 0; });
    CHECK(seen == 1);
  }
  CHECK(postgres::stored_word(common + "\u00e9") == common);
}

TEST_CASE("check finds what was changed behind the store's back") {
  PostgresPlace place;
  const auto store = place.open(opening());
  CHECK(store->check().empty());
  store->maintain();
  Beside beside(place);
  const auto found = [&](std::string_view where, std::string_view what) {
    for (const StoreFinding& finding : store->check()) {
      if (finding.where == where && finding.what.find(what) != std::string::npos) return true;
    }
    return false;
  };
  const std::string words = postgres::words_table(store->catalog()[thing]);
  beside.run("DROP INDEX " + sql::quoted(sql::index_name(store->catalog()[thing], 0)));
  CHECK(found("thing", "index"));
  beside.run("ALTER TABLE thing NO FORCE ROW LEVEL SECURITY");
  CHECK(found("thing", "not forced"));
  beside.run("CREATE POLICY hole ON entry USING (true)");
  CHECK(found("entry", "policy"));
  beside.run("ALTER TABLE entry ALTER COLUMN amount TYPE numeric");
  CHECK(found("entry", "another type"));
  beside.run("ALTER TABLE thing DROP COLUMN extra");
  CHECK(found("thing", "column extra is missing"));
  beside.run("DROP TABLE " + sql::quoted(words));
  CHECK(found(words, "missing"));

  // A superuser passes by the second wall, and the check says so.
  PostgresOptions options = place.options();
  const char* admin = std::getenv("ATLAS_TEST_POSTGRES_ADMIN");
  if (admin == nullptr) return;
  options.connection = admin;
  options.schema += "_admin";
  const auto other = open_postgres(options, opening());
  const std::vector<StoreFinding> findings = other->check();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].where == "role");
  Connection cleaning(options, false);
  Parameters none;
  cleaning.run_once("DROP SCHEMA \"" + options.schema + "\" CASCADE", none);
}
