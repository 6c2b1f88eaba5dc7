// KvStores that keep every promise of the port but one.

#include <algorithm>
#include <cstdio>

#include "atlas/testing/broken_stores.hpp"

namespace atlas::testing {

namespace {

enum class KvBreakage : int {
  empty_is_nothing,
  end_is_in,
  stop_ignored,
  no_snapshot,
  rollback_commits,
  writers_do_not_wait,
  descending_skips,
};
using enum KvBreakage;
using PairSink = FunctionRef<bool(std::string_view, std::string_view)>;

class BrokenKvTransaction final : public KvTransaction {
 public:
  BrokenKvTransaction(KvStore& sound, KvBreakage breakage, std::unique_ptr<KvTransaction> inner,
                      std::unique_ptr<KvTransaction> earlier, bool writes)
      : sound_(sound),
        breakage_(breakage),
        inner_(std::move(inner)),
        earlier_(std::move(earlier)),
        writes_(writes) {}
  ~BrokenKvTransaction() override {
    if (breakage_ == rollback_commits && writes_ && !committed_) inner_->commit(Durability::fast);
  }

  bool get(std::string_view key, std::string& value) override {
    if (breakage_ == no_snapshot && !writes_) inner_ = sound_.begin_read();
    const bool found = (earlier_ ? earlier_ : inner_)->get(key, value);
    return found && !(breakage_ == empty_is_nothing && value.empty());
  }
  void put(std::string_view key, std::string_view value) override { inner_->put(key, value); }
  void erase(std::string_view key) override { inner_->erase(key); }
  void scan(std::string_view begin, std::string_view end, bool descending, PairSink sink) override {
    std::string last(end);
    if (breakage_ == end_is_in && !end.empty()) last.push_back('\0');
    bool skip = breakage_ == descending_skips && descending && !end.empty();
    inner_->scan(begin, last, descending, [&](std::string_view key, std::string_view value) {
      if (std::exchange(skip, false)) return true;
      return sink(key, value) || breakage_ == stop_ignored;
    });
  }
  void commit(Durability durability) override {
    committed_ = true;
    inner_->commit(durability);
  }

 private:
  KvStore& sound_;
  KvBreakage breakage_;
  std::unique_ptr<KvTransaction> inner_;
  std::unique_ptr<KvTransaction> earlier_;  ///< What a writer reads that did not wait for its turn.
  bool writes_;
  bool committed_ = false;
};

class BrokenlyKept final : public KvStore {
 public:
  BrokenlyKept(std::unique_ptr<KvStore> sound, KvBreakage breakage)
      : sound_(std::move(sound)), breakage_(breakage) {}
  std::unique_ptr<KvTransaction> begin_read() override {
    return std::make_unique<BrokenKvTransaction>(*sound_, breakage_, sound_->begin_read(), nullptr, false);
  }
  std::unique_ptr<KvTransaction> begin_write() override {
    std::unique_ptr<KvTransaction> earlier;
    // Looked at before its turn comes.
    if (breakage_ == writers_do_not_wait) earlier = sound_->begin_read();
    auto inner = sound_->begin_write();
    return std::make_unique<BrokenKvTransaction>(*sound_, breakage_, std::move(inner), std::move(earlier),
                                                 true);
  }
  bool durable() const override { return sound_->durable(); }

 private:
  std::unique_ptr<KvStore> sound_;
  KvBreakage breakage_;
};

constexpr BrokenKvStore all[] = {
    {"an empty value is no value", "kv.basics", static_cast<int>(empty_is_nothing)},
    {"a scan's end is in it", "kv.order", static_cast<int>(end_is_in)},
    {"a sink cannot stop a scan", "kv.stops", static_cast<int>(stop_ignored)},
    {"each get sees another state", "kv.isolation", static_cast<int>(no_snapshot)},
    {"a rollback commits", "kv.rollback", static_cast<int>(rollback_commits)},
    {"writers do not wait to read", "kv.one_writer", static_cast<int>(writers_do_not_wait)},
    {"a descending scan skips its first", "kv.random", static_cast<int>(descending_skips)},
};

}  // namespace

std::span<const BrokenKvStore> broken_kv_stores() { return all; }

KvStoreBackend break_kv_backend(const KvStoreBackend& backend, const BrokenKvStore& broken) {
  return {backend.name + " (" + std::string(broken.what) + ")",
          [make = backend.make, breakage = static_cast<KvBreakage>(broken.breakage)] {
            return std::make_unique<BrokenlyKept>(make(), breakage);
          }};
}

int broken_kv_stores_main(int argc, char** argv, const KvStoreBackend& backend) {
  const bool verbose = argc > 1 && std::string_view(argv[1]) == "--verbose";
  std::size_t caught = 0;
  for (const CaseInfo& one : kv_cases()) {
    const auto broken = std::find_if(std::begin(all), std::end(all),
                                     [&](const BrokenKvStore& b) { return b.caught_by == one.name; });
    if (broken == std::end(all)) {
      std::printf("no broken store is meant for %s\n", std::string(one.name).c_str());
      return 1;
    }
    CaseResult result;
    for (int i = 0; i < 5 && result.outcome != Outcome::failed; ++i) {
      result = run_kv_case(one.name, break_kv_backend(backend, *broken));
    }
    const bool failed = result.outcome == Outcome::failed;
    caught += failed ? 1 : 0;
    if (verbose || !failed) {
      std::printf("%s: %s by %s: %s\n", std::string(broken->what).c_str(), failed ? "caught" : "NOT CAUGHT",
                  std::string(one.name).c_str(), result.message.c_str());
    }
  }
  std::printf("%s: %zu of %zu broken stores caught\n", backend.name.c_str(), caught, std::size(all));
  return caught == std::size(all) ? 0 : 1;
}

}  // namespace atlas::testing
