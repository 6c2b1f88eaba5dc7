// Many threads: writers that wait for each other, locks, readers beside a writer.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t thread_count = 6;

/// Something that happens once and can be waited for.
class Signal {
 public:
  void set() {
    {
      const std::lock_guard lock(mutex_);
      set_ = true;
    }
    changed_.notify_all();
  }
  /// False when it has not happened within the time.
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

/// So that nobody waits for a thread that has failed.
struct SetAtEnd {
  Signal& signal;
  ~SetAtEnd() { signal.set(); }
};

/// A thread whose exception is thrown again by join().
class Worker {
 public:
  explicit Worker(std::function<void()> body)
      : thread_([this, body = std::move(body)] {
          try {
            body();
          } catch (...) {
            failure_ = std::current_exception();
          }
        }) {}
  ~Worker() {
    if (thread_.joinable()) thread_.join();
  }
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::thread thread_;
};

std::unique_ptr<WriteTransaction> begin(Case& c, const Uuid& org = org_a()) {
  auto tx = c.store().write(Durability::fast);
  tx->enter(org);
  return tx;
}

/// Holds a lock with `hold`, and demands that another transaction's `want` waits for the commit.
void require_waits(Case& c, FunctionRef<void(WriteTransaction&)> hold,
                   std::function<void(WriteTransaction&)> want, std::string_view what) {
  Signal arrived;
  auto first = begin(c);
  hold(*first);
  Worker second([&] {
    const SetAtEnd at_end{arrived};
    c.write([&](WriteTransaction& tx) {
      want(tx);
      arrived.set();
    });
  });
  const bool too_early = arrived.wait_for(250ms);
  first->commit();
  first.reset();
  const bool went_on = arrived.wait_for(20s);
  second.join();
  require(went_on, std::string(what) + ": goes on after the commit");
  require(!too_early, std::string(what) + ": waits for the other transaction");
}

/// The same, but the other must not wait.
void require_passes(Case& c, const Uuid& org, FunctionRef<void(WriteTransaction&)> hold,
                    std::function<void(WriteTransaction&)> want, std::string_view what) {
  Signal arrived;
  auto first = begin(c);
  hold(*first);
  Worker second([&] {
    const SetAtEnd at_end{arrived};
    c.write(org, [&](WriteTransaction& tx) {
      want(tx);
      arrived.set();
    });
  });
  const bool passed = arrived.wait_for(5s);
  first->commit();
  first.reset();
  second.join();
  require(passed, std::string(what) + ": does not wait");
}

void counter(Case& c) {
  constexpr int each = 25;
  c.add(std::vector<Thing>{{.id = 1, .rank = 0}});
  in_threads(thread_count, [&](std::size_t) {
    for (int i = 0; i < each; ++i) {
      c.write([&](WriteTransaction& tx) {
        const std::int64_t rank = c.rank_of(tx, 1, RowLock::update);
        std::this_thread::yield();
        c.set(tx, 1, thing::rank, number(rank + 1));
      });
    }
  });
  c.read([&](ReadTransaction& tx) {
    require(c.rank_of(tx, 1) == static_cast<std::int64_t>(thread_count) * each, "no update is lost");
  });
}

void update_lock(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "k", .rank = 1}});
  require_waits(
      c,
      [&](WriteTransaction& tx) {
        require(c.rank_of(tx, 1, RowLock::update) == 1, "the first reads the row");
        c.set(tx, 1, thing::rank, number(2));
      },
      [&](WriteTransaction& tx) {
        require(c.rank_of(tx, 1, RowLock::update) == 2, "the second reads what the first committed");
      },
      "get() with RowLock::update");
  require_waits(
      c, [&](WriteTransaction& tx) { c.rank_of(tx, 1, RowLock::update); },
      [&](WriteTransaction& tx) {
        Query query = c.query(Predicate::equals(thing::kind, text("k")), {}, thing::by_kind);
        query.lock = RowLock::update;
        require_ids({1}, c.ids(tx, query), "the scan gives the row");
      },
      "scan() with RowLock::update");
  require_waits(
      c, [&](WriteTransaction& tx) { c.rank_of(tx, 1, RowLock::update); },
      [&](WriteTransaction& tx) { c.set(tx, 1, thing::rank, number(5)); },
      "update() of a row that is locked");
}

void named_locks(Case& c) {
  const std::vector<std::string> one = {"phone:1", "mail:1"};
  const std::vector<std::string> other = {"mail:1", "mail:2"};
  const auto take = [](const std::vector<std::string>& names) {
    return [names](WriteTransaction& tx) { tx.lock_names(names); };
  };
  c.store();
  require_waits(c, take(one), take(other), "lock_names() with a name in common");
  // What names are for: at most five of a kind, whoever adds them.
  in_threads(thread_count, [&](std::size_t thread) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      c.write([&](WriteTransaction& tx) {
        tx.lock_names(one);
        if (tx.count(c.things(), Predicate::equals(thing::kind, text("rare")), 100, thing::by_kind) >= 5)
          return;
        std::this_thread::sleep_for(1ms);
        c.add(tx, {.id = thread * 100 + i, .kind = "rare"});
      });
    }
  });
  require(c.ids(c.query(Predicate::equals(thing::kind, text("rare")))).size() == 5,
          "an invariant across rows holds");
}

void named_locks_apart(Case& c) {
  skip_unless(c.capabilities().concurrent_writers, "one writer at a time");
  const std::vector<std::string> one = {"a", "b"};
  const std::vector<std::string> other = {"c"};
  require_passes(
      c, org_a(), [&](WriteTransaction& tx) { tx.lock_names(one); },
      [&](WriteTransaction& tx) { tx.lock_names(other); }, "another name");
  require_passes(
      c, org_b(), [&](WriteTransaction& tx) { tx.lock_names(one); },
      [&](WriteTransaction& tx) { tx.lock_names(one); }, "the same name in another organisation");
}

void skip_locked(Case& c) {
  skip_unless(c.capabilities().concurrent_writers, "one writer at a time");
  c.add(std::vector<Thing>{{.id = 1}, {.id = 2}, {.id = 3}});
  Query claim = c.query();
  claim.lock = RowLock::update_skip_locked;
  claim.limit = 1;
  require_passes(
      c, org_a(),
      [&](WriteTransaction& tx) { require_ids({1}, c.ids(tx, claim), "the first takes the first row"); },
      [&](WriteTransaction& tx) {
        require_ids({2}, c.ids(tx, claim), "the second takes the next");
        claim.limit = 10;
        require_ids({2, 3}, c.ids(tx, claim), "all but what the first holds");
      },
      "update_skip_locked");
}

void claims(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 1; id <= 60; ++id) rows.push_back({.id = id, .kind = "due"});
  c.add(rows);
  std::mutex mutex;
  std::multiset<std::uint64_t> taken;
  in_threads(thread_count, [&](std::size_t) {
    for (bool more = true; more;) {
      Ids mine;
      c.write([&](WriteTransaction& tx) {
        Query claim = c.query(Predicate::equals(thing::kind, text("due")), {}, thing::by_kind);
        claim.lock = RowLock::update_skip_locked;
        claim.limit = 3;
        mine = c.ids(tx, claim);
        for (const std::uint64_t id : mine) c.set(tx, id, thing::kind, text("taken"));
      });
      const std::lock_guard lock(mutex);
      taken.insert(mine.begin(), mine.end());
      more = !mine.empty();
    }
  });
  Ids all(taken.begin(), taken.end());
  Ids expected;
  for (std::uint64_t id = 1; id <= 60; ++id) expected.push_back(id);
  require_ids(expected, all, "each row is claimed exactly once");
}

void unique_race(Case& c) {
  c.store();
  for (std::uint64_t round = 0; round < 8; ++round) {
    std::atomic<int> inserted = 0;
    std::atomic<int> refused = 0;
    in_threads(thread_count, [&](std::size_t thread) {
      bool conflict = false;
      try {
        c.write([&](WriteTransaction& tx) {
          c.add(tx, {.id = round * 100 + thread, .label = "label " + std::to_string(round)});
        });
      } catch (const Error& error) {
        require(error.code() == ErrorCode::conflict && error.detail("key") == "\"by_label\"",
                "a conflict that names its key");
        conflict = true;
      }
      ++(conflict ? refused : inserted);
    });
    require(inserted == 1 && refused == thread_count - 1, "of many inserts of one value one is done");
  }
}

void opposite_order(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 0}, {.id = 2, .rank = 0}});
  constexpr int each = 10;
  in_threads(4, [&](std::size_t thread) {
    for (int i = 0; i < each; ++i) {
      c.write([&](WriteTransaction& tx) {
        const std::uint64_t first = thread % 2 == 0 ? 1 : 2;
        for (const std::uint64_t id : {first, 3 - first}) {
          c.set(tx, id, thing::rank, number(c.rank_of(tx, id, RowLock::update) + 1));
        }
      });
    }
  });
  c.read([&](ReadTransaction& tx) {
    require(c.rank_of(tx, 1) == 4 * each && c.rank_of(tx, 2) == 4 * each,
            "opposite locks end in storage_conflict at worst");
  });
}

void readers_and_writer(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 500, .score = 0}, {.id = 2, .rank = 500, .score = 0}});
  const bool snapshot = c.capabilities().snapshot_reads;
  std::atomic<bool> stop = false;
  std::atomic<int> reads = 0;
  in_threads(4, [&](std::size_t thread) {
    if (thread == 0) {
      // Until the readers have looked often enough, however slow they are.
      const auto until = std::chrono::steady_clock::now() + 20s;
      for (std::int64_t i = 1; !stop && (i <= 60 || reads < 60) && std::chrono::steady_clock::now() < until;
           ++i) {
        c.write([&](WriteTransaction& tx) {
          c.set(tx, 1, thing::rank, number(500 - i % 400));
          c.set(tx, 2, thing::rank, number(500 + i % 400));
        });
      }
      stop = true;
      return;
    }
    struct StopAtEnd {
      std::atomic<bool>& stop;
      ~StopAtEnd() { stop = true; }
    } at_end{stop};
    while (!stop) {
      c.read([&](ReadTransaction& tx) {
        std::int64_t sum = 0;
        const unsigned sums[] = {thing::rank};
        tx.aggregate(c.things(), {}, {}, sums, [&](RowView row) {
          sum = row[1].as_integer();
          return true;
        });
        require(sum == 1000, "a reader never sees half a transaction");
        if (!snapshot) return;
        const std::int64_t first = c.rank_of(tx, 1);
        std::this_thread::yield();
        require(first + c.rank_of(tx, 2) == 1000, "two reads of one transaction see one state");
      });
      ++reads;
    }
  });
  require(reads >= 60, "readers get on beside a writer");
}

void reads_beside_writer(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}});
  auto writer = begin(c);
  c.set(*writer, 1, thing::rank, number(2));
  Signal done;
  Worker reader([&] {
    c.read(
        [&](ReadTransaction& tx) { require(c.rank_of(tx, 1) == 1, "the reader sees the committed state"); });
    done.set();
  });
  const bool read = done.wait_for(5s);
  writer->commit();
  writer.reset();
  reader.join();
  require(read, "a reader does not wait for a writer");
}

/// Whom the store lets write when five wait, in the order in which they came to wait.
Ids order_of_turns(Case& c) {
  std::mutex mutex;
  Ids order;
  auto first = begin(c);
  std::vector<std::unique_ptr<Worker>> waiting;
  for (std::uint64_t i = 0; i < 5; ++i) {
    waiting.push_back(std::make_unique<Worker>([&, i] {
      const auto tx = begin(c);
      const std::lock_guard lock(mutex);
      order.push_back(i);
    }));
    std::this_thread::sleep_for(60ms);  // time to arrive
  }
  first.reset();
  for (const auto& worker : waiting) worker->join();
  return order;
}

void fair(Case& c) {
  skip_unless(!c.capabilities().concurrent_writers, "writers do not wait for each other");
  c.store();
  const Ids expected = {0, 1, 2, 3, 4};
  Ids order;
  // On a machine that is very busy a thread may arrive late: then once more.
  for (int round = 0; round < 3 && order != expected; ++round) order = order_of_turns(c);
  require_ids(expected, order, "writers come in the order of their arrival");
}

constexpr StoreCase cases[] = {
    {{"threads.counter", "a row read for update does not change before the commit: no update is lost"},
     counter},
    {{"threads.update_lock", "RowLock::update waits for the transaction that holds the row"}, update_lock},
    {{"threads.named_locks", "lock_names() waits for the transaction that holds a name"}, named_locks},
    {{"threads.named_locks_apart", "other names and other organisations do not wait"}, named_locks_apart},
    {{"threads.skip_locked", "update_skip_locked leaves out rows that another transaction holds"},
     skip_locked},
    {{"threads.claims", "each row is claimed by one"}, claims},
    {{"threads.unique_race", "of many inserts of one unique value one is done"}, unique_race},
    {{"threads.opposite_order", "locks taken in opposite order end in storage_conflict at worst"},
     opposite_order},
    {{"threads.readers_and_writer", "readers never see half a transaction"}, readers_and_writer},
    {{"threads.reads_beside_writer", "a reader does not wait for a writer"}, reads_beside_writer},
    {{"threads.fair", "where there is one writer, writers come in order of arrival"}, fair},
};

}  // namespace

std::span<const StoreCase> thread_cases() { return cases; }

}  // namespace atlas::testing
