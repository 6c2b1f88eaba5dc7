// kill -9 at any moment: a child process writes and says through a pipe what was committed; it is killed; the
// store opens, is sound, and holds everything that was said.

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "../../sqlite/sqlite_fixture.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

class Child {
 public:
  explicit Child(const std::function<void(int)>& work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (...) {
      }
      ::_exit(1);
    }
    ::close(ends[1]);
    from_ = ends[0];
  }
  /// Waits until it says `n`.
  void wait_for(std::uint64_t n) const {
    for (std::uint64_t said = 0; ::read(from_, &said, sizeof said) == sizeof said && said != n;) {
    }
  }
  /// Kills it and gives all numbers that it had said.
  std::vector<std::uint64_t> kill_after(std::chrono::microseconds pause) {
    std::vector<std::uint64_t> said;
    std::uint64_t n = 0;
    if (::read(from_, &n, sizeof n) == sizeof n) said.push_back(n);  // it is at work
    std::this_thread::sleep_for(pause);
    ::kill(pid_, SIGKILL);
    while (::read(from_, &n, sizeof n) == sizeof n) said.push_back(n);
    ::close(from_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    killed_ = WIFSIGNALED(status);
    return said;
  }
  bool killed() const { return killed_; }

 private:
  pid_t pid_ = -1;
  int from_ = -1;
  bool killed_ = false;
};

void say(int to, std::uint64_t n) {
  if (::write(to, &n, sizeof n) != sizeof n) ::_exit(2);
}

// A person and a note, the person's tokens, and something that is taken back each time.
void write_pair(Store& store, std::uint64_t n, Durability durability) {
  const auto tx = store.write(durability);
  tx->enter(uuid_of(1));
  insert_person(*tx, n, "name " + std::to_string(n));
  const Uuid id = uuid_of(n);
  tx->index_text(person, std::vector<Value>{Value::id(id)}, "all w" + std::to_string(n));
  tx->savepoint();
  const Uuid other = uuid_of(n + 1'000'000);
  tx->insert(note, std::vector<Value>{Value::id(other), Value::text("taken back")});
  tx->rollback_to();
  const std::string body(n % 50 * 200, 'b');
  tx->insert(note, std::vector<Value>{Value::id(id), Value::text(body)});
  tx->commit();
}

}  // namespace

TEST_CASE("what was committed is there after kill -9") {
  const bool encrypted = GENERATE(false, true);
  const Durability durability =
      encrypted ? Durability::durable : GENERATE(Durability::durable, Durability::fast);
  const TestFolder folder;
  SqliteOptions options;
  options.path = folder / "store.db";
  if (encrypted) options.raw_key = test_key();
  std::mt19937 random(encrypted ? 1 : 2);
  std::uint64_t next = 1;
  std::uint64_t said_in_all = 0;
  for (int round = 0; round < 25; ++round) {
    Child child([&](int to) {
      const auto store = open_sqlite(options, opening_of());
      for (std::uint64_t n = next;; ++n) {
        write_pair(*store, n, durability);
        say(to, n);
        if (n % 40 == 0) store->maintain();
      }
    });
    const std::vector<std::uint64_t> said = child.kill_after(std::chrono::microseconds(random() % 40'000));
    REQUIRE(child.killed());
    REQUIRE_FALSE(said.empty());
    said_in_all += said.size();

    const auto store = open_sqlite(options, opening_of());
    const std::int64_t people = persons(*store);
    // Each number in turn, and the one under way perhaps.
    CHECK(static_cast<std::uint64_t>(people) >= said.back());
    CHECK(static_cast<std::uint64_t>(people) <= said.back() + 1);
    const auto tx = store->read();
    tx->enter(uuid_of(1));
    CHECK(tx->count(note, {}, 1'000'000, Query::primary_key) == people);
    for (const std::uint64_t n : said) {
      const Uuid id = uuid_of(n);
      CHECK(tx->exists(person, std::vector<Value>{Value::id(id)}));
      CHECK(tx->exists(note, std::vector<Value>{Value::id(id)}));
    }
    std::int64_t found = 0;
    const std::vector<std::string> words{"all"};
    tx->search_text(person, words, false, std::nullopt, 1'000'000, [&](RowView) { return ++found > 0; });
    CHECK(found == people);
    if (round % 5 == 4) CHECK(store->check().empty());
    next = static_cast<std::uint64_t>(people) + 1;
  }
  CHECK(said_in_all > 100);
}

TEST_CASE("a migration that is killed happened or did not") {
  const TestFolder folder;
  SqliteOptions options;
  options.path = folder / "store.db";
  {
    const auto store = open_sqlite(options, opening_of(1));
    const auto tx = store->write(Durability::fast);
    tx->enter(uuid_of(1));
    for (std::uint64_t n = 0; n < 3'000; ++n) {
      const Uuid id = uuid_of(n);
      tx->insert(note, std::vector<Value>{Value::id(id), Value::text("body")});
    }
    tx->commit();
  }
  const std::string first = bytes_of(options.path);
  std::mt19937 random(3);
  int migrated = 0;
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    write_bytes(options.path, first);
    Child child([&](int to) {
      say(to, 1);
      StoreOpening migrate = opening_of(2);
      migrate.migrate = true;
      const auto store = open_sqlite(options, migrate);
      say(to, 2);
      say(to, 3);
      ::pause();
    });
    if (round == rounds - 1) child.wait_for(2);  // one is let finish
    child.kill_after(std::chrono::microseconds(random() % 30'000));
    StoreOpening either = opening_of(1);
    const bool done = code_of([&] { open_sqlite(options, either); }) == ErrorCode::storage_newer_version;
    migrated += done ? 1 : 0;
    const auto store = open_sqlite(options, opening_of(done ? 2 : 1));
    CHECK(store->check().empty());
    const auto tx = store->read();
    tx->enter(uuid_of(1));
    CHECK(tx->count(note, {}, 1'000'000, Query::primary_key) == 3'000);
  }
  CHECK(migrated > 0);
}
