// The store at work: turns, other processes, full disks, damage, what stays in the log.

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "../../sqlite/sqlite_fixture.hpp"
#include "sqlite_statements.hpp"
#include "store.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

SqliteOptions options_in(const TestFolder& folder, bool encrypted = false) {
  SqliteOptions options;
  options.path = folder / "store.db";
  if (encrypted) options.raw_key = test_key();
  return options;
}

std::uintmax_t size_of(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

}  // namespace

TEST_CASE("turns are given in order of arrival") {
  TurnQueue turns;
  turns.enter();
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int n = 0; n < 8; ++n) {
    threads.emplace_back([&, n] {
      turns.enter();
      {
        const std::lock_guard lock(mutex);
        order.push_back(n);
      }
      turns.leave();
    });
    while (turns.waiting() != static_cast<std::size_t>(n) + 1) std::this_thread::yield();
  }
  CHECK_FALSE(turns.enter_within(1));  // gives its place up
  turns.leave();
  for (std::thread& thread : threads) thread.join();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(turns.enter_within(1));
  turns.leave();
}

TEST_CASE("a writer of another store waits a bounded time") {
  const TestFolder folder;
  SqliteOptions options = options_in(folder);
  options.busy_ms = 150;
  const auto one = open_sqlite(options, opening_of());
  const auto two = open_sqlite(options, opening_of());
  {
    const auto holding = one->write(Durability::fast);
    const auto before = std::chrono::steady_clock::now();
    CHECK(code_of([&] { two->write(Durability::fast); }) == ErrorCode::storage_busy);
    const auto waited = std::chrono::steady_clock::now() - before;
    CHECK(waited >= std::chrono::milliseconds(100));
    CHECK(waited < std::chrono::seconds(5));
    two->read()->enter(uuid_of(1));  // readers do not wait
  }
  add_person(*two, 1, "Amal");
  add_person(*one, 2, "Badr");
  CHECK(persons(*one) == 2);
  CHECK(persons(*two) == 2);
}

TEST_CASE("readers see one state each and leave nothing in the log") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const SqliteOptions options = options_in(folder, encrypted);
  const auto store = open_sqlite(options, opening_of());
  add_person(*store, 1, "first");
  {
    const auto old = store->read();  // its state is that of this moment, though it has read nothing yet
    add_person(*store, 2, "second");
    old->enter(uuid_of(1));
    CHECK(old->count(person, {}, 10, Query::primary_key) == 1);
    CHECK(persons(*store) == 2);
    // A row may be asked for from within another row.
    const Uuid id = uuid_of(1);
    int rows = 0;
    old->get(person, std::vector<Value>{Value::id(id)}, [&](RowView row) {
      CHECK(old->get(person, std::vector<Value>{Value::id(id)},
                     [&](RowView again) { rows += again[1] == row[1]; }));
    });
    CHECK(rows == 1);
  }
  const std::string body(2'000, 'b');
  std::uintmax_t most = 0;
  for (std::uint64_t n = 10; n < 10'010; ++n) {
    const auto tx = store->write(Durability::fast);
    tx->enter(uuid_of(1));
    const Uuid id = uuid_of(n);
    tx->insert(note, std::vector<Value>{Value::id(id), Value::text(body)});
    tx->exists(note, std::vector<Value>{Value::id(id)});
    tx->commit();
    if (n % 100 == 0) {
      has_person(*store, 1);
      most = std::max(most, size_of(options.path + "-wal"));
    }
  }
  // 20 MB went through a log that is moved into the file at 16 MB.
  CHECK(most > 1'000'000);
  CHECK(most < 40'000'000);
  store->maintain();
  CHECK(size_of(options.path + "-wal") == 0);
  CHECK(store->check().empty());
}

TEST_CASE("durability is a property of each transaction") {
  const TestFolder folder;
  const auto store = open_sqlite(options_in(folder), opening_of());
  Connection* writer = nullptr;
  const auto synchronous = [&](Durability durability) {
    const auto tx = store->write(durability);
    auto& sqlite = dynamic_cast<SqliteStore&>(*store);
    writer = &sqlite.writer_connection();
    return writer->ask_number("PRAGMA synchronous");
  };
  CHECK(synchronous(Durability::durable) == 2);
  CHECK(synchronous(Durability::fast) == 1);
  CHECK(synchronous(Durability::durable) == 2);
  CHECK(writer->ask("PRAGMA journal_mode") == "wal");
  CHECK(writer->ask_number("PRAGMA secure_delete") == 1);
}

TEST_CASE("no room left: the transaction is undone, the store goes on") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const SqliteOptions options = options_in(folder, encrypted);
  { add_person(*open_sqlite(options, opening_of()), 1, "first"); }
  const int result = in_child([&] {
    const auto store = open_sqlite(options, opening_of());
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 2'000'000;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string body(300'000, 'b');
    ErrorCode code = ErrorCode::ok;
    {
      const auto tx = store->write(Durability::durable);
      tx->enter(uuid_of(1));
      for (std::uint64_t n = 10; n < 400 && code == ErrorCode::ok; ++n) {
        code = code_of([&] {
          const Uuid id = uuid_of(n);
          tx->insert(note, std::vector<Value>{Value::id(id), Value::text(body)});
        });
      }
      if (code == ErrorCode::ok) code = code_of([&] { tx->commit(); });
      if (code != ErrorCode::storage_full) return 2;
      // Whether SQLite has undone it by itself or not, nothing of it may be committed.
      code_of([&] { insert_person(*tx, 50, "after the failure"); });
    }
    if (persons(*store) != 1) return 3;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    add_person(*store, 2, "second", 1, Durability::durable);
    return store->check().empty() ? 0 : 4;
  });
  CHECK(result == 0);
  const auto store = open_sqlite(options, opening_of());
  CHECK(persons(*store) == 2);
  const auto tx = store->read();
  tx->enter(uuid_of(1));
  CHECK(tx->count(note, {}, 1000, Query::primary_key) == 0);
}

TEST_CASE("a failed statement leaves its transaction as it was; a failed transaction stays failed") {
  const TestFolder folder;
  const auto store = open_sqlite(options_in(folder), opening_of());
  add_person(*store, 1, "taken");
  const auto tx = store->write(Durability::fast);
  tx->enter(uuid_of(1));
  const auto conflict = [&](std::uint64_t n, const std::string& name, std::string_view key) {
    try {
      insert_person(*tx, n, name);
    } catch (const Error& error) {
      return error.code() == ErrorCode::conflict && error.detail("key") == "\"" + std::string(key) + "\"" &&
             error.to_json().find("taken") == std::string::npos;
    }
    return false;
  };
  CHECK(conflict(1, "other", "primary"));
  CHECK(conflict(2, "taken", "by_name"));
  CHECK(code_of([&] { tx->rollback_to(); }) == ErrorCode::internal);
  CHECK(code_of([&] { tx->release(); }) == ErrorCode::internal);
  const Uuid id = uuid_of(1);
  const std::vector<Value> primary{Value::id(id)};
  const unsigned columns[] = {1};
  CHECK(code_of([&] { tx->update(person, primary, columns, std::vector<Value>{Value::integer(1)}); }) ==
        ErrorCode::internal);
  CHECK(code_of([&] { tx->update(person, primary, columns, std::vector<Value>{Value::null()}); }) ==
        ErrorCode::internal);
  const unsigned of_primary[] = {0};
  CHECK(code_of([&] { tx->update(person, primary, of_primary, primary); }) == ErrorCode::internal);
  CHECK(code_of([&] { tx->insert(person, primary); }) == ErrorCode::internal);
  CHECK(code_of([&] { tx->erase(99, primary); }) == ErrorCode::internal);
  CHECK(code_of([&] { tx->index_text(note, primary, "x"); }) == ErrorCode::internal);
  CHECK(code_of([&] { tx->enter(uuid_of(2)); }) == ErrorCode::internal);
  insert_person(*tx, 3, "third");
  tx->commit();
  CHECK(code_of([&] { tx->commit(); }) == ErrorCode::internal);
  CHECK(code_of([&] { insert_person(*tx, 4, "fourth"); }) == ErrorCode::internal);
  CHECK(persons(*store) == 2);
}

TEST_CASE("more different queries than are kept prepared") {
  const TestFolder folder;
  const auto store = open_sqlite(options_in(folder), opening_of());
  for (std::uint64_t n = 1; n <= 5; ++n) add_person(*store, n, std::to_string(n));
  const auto tx = store->read();
  tx->enter(uuid_of(1));
  std::size_t rows = 0;
  for (std::size_t shape = 0; shape < 400; ++shape) {
    // So many terms here, so many there.
    Query query{.table = person};
    query.where = Predicate::any_of({Predicate::any_of({}), Predicate::any_of({})});
    for (std::size_t i = 0; i < shape % 20 + shape / 20; ++i) {
      auto& terms = query.where.children[i < shape % 20 ? 0 : 1].children;
      terms.push_back(Predicate::equals(2, Value::integer(static_cast<std::int64_t>(i))));
    }
    tx->scan(query, [&](RowView) {
      ++rows;
      return rows % 7 != 0;  // some end early
    });
  }
  CHECK(rows > 500);
  CHECK(sqlite_statements(*store).size() >= 400);
}

TEST_CASE("threads: readers and writers of one store and of two") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const SqliteOptions options = options_in(folder, encrypted);
  const auto one = open_sqlite(options, opening_of());
  const auto two = open_sqlite(options, opening_of());
  std::atomic<bool> torn = false;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      try {
        for (std::uint64_t i = 0; i < 60; ++i) {
          // Both tables, or neither.
          const auto tx = (t % 2 == 0 ? *one : *two).write(Durability::fast);
          tx->enter(uuid_of(1));
          insert_person(*tx, t * 1000 + i, std::to_string(t * 1000 + i));
          const Uuid id = uuid_of(t * 1000 + i);
          tx->insert(note, std::vector<Value>{Value::id(id), Value::text("n")});
          if (i % 5 != 0) tx->commit();
        }
      } catch (...) {
        ++failed;
      }
    });
    threads.emplace_back([&, t] {
      try {
        for (int i = 0; i < 200; ++i) {
          const auto tx = (t % 2 == 0 ? *one : *two).read();
          tx->enter(uuid_of(1));
          const auto people = tx->count(person, {}, 100'000, Query::primary_key);
          if (people != tx->count(note, {}, 100'000, Query::primary_key)) torn = true;
        }
      } catch (...) {
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(torn.load());
  CHECK(failed.load() == 0);
  CHECK(persons(*one) == 4 * 48);
}

TEST_CASE("a damaged file gives findings and errors of its own codes, never a crash") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const SqliteOptions options = options_in(folder, encrypted);
  {
    const auto store = open_sqlite(options, opening_of());
    const auto tx = store->write(Durability::fast);
    tx->enter(uuid_of(1));
    for (std::uint64_t n = 0; n < 2'000; ++n) {
      insert_person(*tx, n, "name " + std::to_string(n * 7919 % 10'007));
      const Uuid id = uuid_of(n);
      tx->index_text(person, std::vector<Value>{Value::id(id)}, "name w" + std::to_string(n % 50));
    }
    tx->commit();
  }
  const std::string sound = bytes_of(options.path);
  REQUIRE(sound.size() > 100'000);
  std::mt19937 random(7);
  const auto known = [](ErrorCode code) {
    return code == ErrorCode::ok ||
           (code >= ErrorCode::storage_busy && code <= ErrorCode::storage_needs_migration);
  };
  int noticed = 0;
  for (int round = 0; round < 60; ++round) {
    std::string damaged = sound;
    for (int flips = 0; flips < 3; ++flips) {
      // Within a page's content, past the salt that is checked elsewhere.
      const std::size_t at = 100 + random() % (damaged.size() - 100);
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    }
    if (round % 10 == 0) damaged.resize(damaged.size() / 2 / 4096 * 4096);
    write_bytes(options.path, damaged);
    bool seen = false;
    const ErrorCode opened = code_of([&] {
      const auto store = open_sqlite(options, opening_of());
      seen = !store->check().empty();
      const ErrorCode read = code_of([&] {
        const auto tx = store->read();
        tx->enter(uuid_of(1));
        tx->scan({.table = person}, [](RowView) { return true; });
        tx->count(person, {}, 100'000, Query::primary_key);
        const std::vector<std::string> words{"name"};
        tx->search_text(person, words, false, std::nullopt, 5'000, [](RowView) { return true; });
      });
      CHECK(known(read));
      const ErrorCode written = code_of([&] { add_person(*store, 9'000, "new"); });
      CHECK((known(written) || written == ErrorCode::conflict));
    });
    INFO(static_cast<int>(opened) << round);
    CHECK(known(opened));
    if (opened != ErrorCode::ok) seen = true;
    noticed += seen ? 1 : 0;
    if (encrypted) CHECK(seen);  // every page is authenticated
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(options.path + suffix);
  }
  CHECK(noticed > 5);
  write_bytes(options.path, sound);
  CHECK(open_sqlite(options, opening_of())->check().empty());
}

TEST_CASE("check names tables and keys that are missing") {
  const TestFolder folder;
  const SqliteOptions options = options_in(folder);
  { add_person(*open_sqlite(options, opening_of()), 1, "one"); }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(options.path.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, "DROP INDEX person__by_rank; DROP TABLE note; UPDATE store_meta SET value = '7'",
                     nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto store = open_sqlite(options, opening_of());
  std::string where;
  for (const StoreFinding& finding : store->check()) where += finding.where + ": " + finding.what + "\n";
  CHECK(where.find("person: The index person__by_rank is missing.") != std::string::npos);
  CHECK(where.find("note: The table note is missing.") != std::string::npos);
  CHECK(where.find("store_meta: ") != std::string::npos);
}

TEST_CASE("upkeep keeps the planner from passing over the organisation") {
  const TestFolder folder;
  const auto store = open_sqlite(options_in(folder), opening_of());
  for (std::uint64_t org = 1; org <= 3; ++org) {
    const auto tx = store->write(Durability::fast);
    tx->enter(uuid_of(org));
    for (std::uint64_t n = 0; n < 500; ++n) insert_person(*tx, n, "name " + std::to_string(n));
    tx->commit();
  }
  auto& writer = dynamic_cast<SqliteStore&>(*store).writer_connection();
  CHECK(writer.ask_number("SELECT count(*) FROM sqlite_stat1") >= 5);
  const std::string careless =
      "SELECT count(*) FROM sqlite_stat1 WHERE idx IS NOT NULL AND instr(stat, 'noskip') = 0";
  CHECK(writer.ask_number(careless) == 0);
  writer.run("ANALYZE");
  CHECK(writer.ask_number(careless) > 0);
  store->maintain();
  CHECK(writer.ask_number(careless) == 0);
}
