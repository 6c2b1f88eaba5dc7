// The harness that is shipped: the clock, the entropy and the faults do what they say.

#include <catch2/catch.hpp>

#include <map>

#include "atlas/kv_store.hpp"
#include "atlas/testing/faults.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr Migration migrations[] = {{1, "one", "table item\n  id blob\n  primary id\n"}};

std::unique_ptr<Store> sound(const std::shared_ptr<KvStore>& kv) {
  return open_kv_backend(kv, {.migrations = migrations});
}

bool insert(Store& store, std::string_view id) {
  const auto tx = store.write(Durability::durable);
  tx->enter({});
  const Value row = Value::blob(id);
  tx->insert(1, {&row, 1});
  tx->commit();
  return true;
}

bool there(Store& store, std::string_view id) {
  const auto tx = store.read();
  tx->enter({});
  const Value row = Value::blob(id);
  return tx->exists(1, {&row, 1});
}

/// Fails, once, at the point named.
struct At {
  std::string call;
  bool after;
  std::function<void()> what;
  void operator()(const FaultPoint& point) {
    if (point.call == call && point.after == after && what) std::exchange(what, nullptr)();
  }
};

}  // namespace

TEST_CASE("the fake clock moves when it is told to") {
  FakeClock clock;
  CHECK(format_timestamp(clock.now()) == "2026-11-22T09:50:00.000000Z");
  const std::int64_t start = clock.monotonic_ns();
  clock.advance(micros_per_second);
  CHECK(format_timestamp(clock.now()) == "2026-11-22T09:50:01.000000Z");
  CHECK(clock.monotonic_ns() - start == 1'000'000'000);
  clock.set({0});
  CHECK(clock.now().micros == 0);
  CHECK(clock.monotonic_ns() - start == 1'000'000'000);
  CHECK_THROWS_AS(clock.advance(-1), Error);
}

TEST_CASE("seeded entropy follows from its seed") {
  SeededEntropy one(5), same(5), other(6);
  std::array<std::uint8_t, 20> a{}, b{}, c{};
  one.fill(a);
  same.fill(b);
  other.fill(c);
  CHECK(a == b);
  CHECK(a != c);
  // The first words of SplitMix64 with the seed 5: the same on every machine.
  SeededEntropy known(1234567);
  std::array<std::uint8_t, 8> word{};
  known.fill(word);
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | word[i];
  CHECK(value == 6457827717110365317ULL);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 1000; ++i) ++seen[one.below(10)];
  CHECK(seen.size() == 10);
}

TEST_CASE("a fault before the commit leaves nothing, after it the commit stands") {
  const std::shared_ptr<KvStore> kv = make_memory_kv();
  for (const bool after : {false, true}) {
    for (const bool crash : {false, true}) {
      const std::string id = std::string(after ? "after" : "before") + (crash ? " crash" : " error");
      At at{"commit", after, [crash] {
              if (crash) throw Crash{};
              throw Error(ErrorCode::storage_io, "A fault.");
            }};
      FaultInjectingStore store(sound(kv), at);
      bool thrown = false;
      try {
        insert(store, id);
      } catch (const Error&) {
        thrown = !crash;
      } catch (const Crash&) {
        thrown = crash;
      }
      CHECK(thrown);
      CHECK(there(*sound(kv), id) == after);
    }
  }
}

TEST_CASE("every call of a store passes the hook, before and after") {
  std::map<std::string, int> points;
  const FaultHook hook = [&](const FaultPoint& point) {
    ++points[std::string(point.port) + "." + std::string(point.call) + (point.after ? " after" : "")];
  };
  FakeClock clock;
  FaultInjectingClock faulty_clock(clock, hook);
  constexpr Migration text[] = {{1, "one", "table item full_text\n  id blob\n  n integer\n  primary id\n"}};
  FaultInjectingStore store(open_kv_backend(make_memory_kv(), {.migrations = text, .clock = &faulty_clock}),
                            hook);
  {
    const auto tx = store.write(Durability::fast);
    tx->enter({});
    const Value row[] = {Value::blob("a"), Value::integer(1)};
    const unsigned column = 1;
    const std::string word = "w";
    tx->insert(1, row);
    tx->update(1, {row, 1}, {&column, 1}, {row + 1, 1});
    tx->index_text(1, {row, 1}, "w");
    tx->get(1, {row, 1}, [](RowView) {});
    tx->scan({.table = 1}, [](RowView) { return true; });
    tx->count(1, {}, 1, Query::any_key);
    tx->aggregate(1, {}, {}, {}, [](RowView) { return true; });
    tx->search_text(1, {&word, 1}, false, {}, 1, [](RowView) { return true; });
    tx->lock_names({&word, 1});
    tx->savepoint();
    tx->release();
    tx->savepoint();
    tx->rollback_to();
    tx->erase(1, {row, 1});
    tx->now();
    tx->commit();
  }
  store.read();
  store.check();
  store.maintain();
  CHECK_THROWS_AS(store.backup("x"), Error);
  CHECK_THROWS_AS(store.rekey("x"), Error);
  SeededEntropy entropy(1);
  std::array<std::uint8_t, 4> bytes{};
  FaultInjectingEntropy(entropy, hook).fill(bytes);
  faulty_clock.monotonic_ns();
  for (const char* call :
       {"begin_write", "begin_read", "enter",     "insert",      "update",     "index_text", "get",
        "scan",        "count",      "aggregate", "search_text", "lock_names", "savepoint",  "release",
        "rollback_to", "erase",      "now",       "commit",      "check",      "maintain"}) {
    INFO(call);
    CHECK(points["store." + std::string(call)] >= 1);
    CHECK(points["store." + std::string(call)] == points["store." + std::string(call) + " after"]);
  }
  CHECK(points["store.backup"] == 1);
  CHECK(points["store.rekey"] == 1);
  CHECK(points["clock.now"] == 1);
  CHECK(points["clock.monotonic_ns after"] == 1);
  CHECK(points["entropy.fill after"] == 1);
}

TEST_CASE("seeded faults are the same for the same seed, and a store survives them") {
  const auto run = [](std::uint64_t seed) {
    FakeClock clock;
    const SeededFaults faults(seed, {.errors = 20'000, .crashes = 5'000, .delays = 20'000}, clock);
    const std::shared_ptr<KvStore> kv = make_memory_kv();
    std::string log;
    std::vector<bool> acknowledged;
    for (int i = 0; i < 400; ++i) {
      FaultInjectingStore store(sound(kv), faults);
      bool done = false;
      try {
        done = insert(store, std::to_string(i));
        log += 'o';
      } catch (const Error& error) {
        log += error.detail("outcome") ? 'u' : 'e';
      } catch (const Crash&) {
        log += 'c';
      }
      acknowledged.push_back(done);
    }
    faults.enable(false);
    const auto before = faults.counts().points;
    FaultInjectingStore store(sound(kv), faults);
    for (int i = 0; i < 400; ++i) {
      if (acknowledged[static_cast<std::size_t>(i)]) CHECK(there(store, std::to_string(i)));
      // An error that does not leave the outcome open leaves nothing behind.
      if (log[static_cast<std::size_t>(i)] == 'e') CHECK_FALSE(there(store, std::to_string(i)));
    }
    CHECK(faults.counts().points == before);
    CHECK(faults.counts().errors > 0);
    CHECK(faults.counts().crashes > 0);
    CHECK(faults.counts().delays > 0);
    return log + std::to_string(clock.now().micros);
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}
