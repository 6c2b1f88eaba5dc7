#include "atlas/testing/faults.hpp"

namespace atlas::testing {

namespace {

/// Calls `body` between its two points.
template <class Body>
auto between(const FaultHook& hook, std::string_view call, Body body, std::string_view port = "store") {
  hook({port, call, false});
  if constexpr (std::is_void_v<decltype(body())>) {
    body();
    hook({port, call, true});
  } else {
    auto result = body();
    hook({port, call, true});
    return result;
  }
}

template <class Base>
class FaultyReads : public ForwardingReads<Base> {
 public:
  FaultyReads(std::unique_ptr<Base> inner, FaultHook hook)
      : ForwardingReads<Base>(std::move(inner)), hook_(std::move(hook)) {}

  void enter(const Uuid& organisation) override {
    between(hook_, "enter", [&] { this->inner_->enter(organisation); });
  }
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    return between(hook_, "get", [&] { return this->inner_->get(table, primary, sink, lock); });
  }
  void scan(const Query& query, ScanSink sink) override {
    between(hook_, "scan", [&] { this->inner_->scan(query, sink); });
  }
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    return between(hook_, "count", [&] { return this->inner_->count(table, where, limit, key); });
  }
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override {
    between(hook_, "aggregate", [&] { this->inner_->aggregate(table, where, group, sums, sink); });
  }
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    between(hook_, "search_text",
            [&] { this->inner_->search_text(table, words, prefix_last, after, limit, sink); });
  }
  Timestamp now() override {
    return between(hook_, "now", [&] { return this->inner_->now(); });
  }

 protected:
  FaultHook hook_;
};

using FaultyRead = FaultyReads<ReadTransaction>;

class FaultyWrite final : public ForwardingWrites<FaultyReads<WriteTransaction>> {
 public:
  using ForwardingWrites::ForwardingWrites;

  void insert(TableId table, RowView row) override {
    between(hook_, "insert", [&] { inner_->insert(table, row); });
  }
  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override {
    return between(hook_, "update", [&] { return inner_->update(table, primary, columns, values); });
  }
  bool erase(TableId table, RowView primary) override {
    return between(hook_, "erase", [&] { return inner_->erase(table, primary); });
  }
  void index_text(TableId table, RowView primary, std::string_view tokens) override {
    between(hook_, "index_text", [&] { inner_->index_text(table, primary, tokens); });
  }
  void lock_names(std::span<const std::string> names) override {
    between(hook_, "lock_names", [&] { inner_->lock_names(names); });
  }
  void savepoint() override {
    between(hook_, "savepoint", [&] { inner_->savepoint(); });
  }
  void release() override {
    between(hook_, "release", [&] { inner_->release(); });
  }
  void rollback_to() override {
    between(hook_, "rollback_to", [&] { inner_->rollback_to(); });
  }
  void commit() override {
    between(hook_, "commit", [&] { inner_->commit(); });
  }
};

}  // namespace

std::unique_ptr<ReadTransaction> FaultInjectingStore::read() {
  return between(hook_, "begin_read", [&] {
    return std::unique_ptr<ReadTransaction>(std::make_unique<FaultyRead>(inner_->read(), hook_));
  });
}

std::unique_ptr<WriteTransaction> FaultInjectingStore::write(Durability durability) {
  return between(hook_, "begin_write", [&] {
    return std::unique_ptr<WriteTransaction>(std::make_unique<FaultyWrite>(inner_->write(durability), hook_));
  });
}

void FaultInjectingStore::backup(const std::string& path) {
  between(hook_, "backup", [&] { inner_->backup(path); });
}

void FaultInjectingStore::rekey(std::string_view new_passphrase) {
  between(hook_, "rekey", [&] { inner_->rekey(new_passphrase); });
}

std::vector<StoreFinding> FaultInjectingStore::check() {
  return between(hook_, "check", [&] { return inner_->check(); });
}

void FaultInjectingStore::maintain() {
  between(hook_, "maintain", [&] { inner_->maintain(); });
}

Timestamp FaultInjectingClock::now() {
  return between(
      hook_, "now", [&] { return inner_.now(); }, "clock");
}

std::int64_t FaultInjectingClock::monotonic_ns() {
  return between(
      hook_, "monotonic_ns", [&] { return inner_.monotonic_ns(); }, "clock");
}

void FaultInjectingEntropy::fill(std::span<std::uint8_t> out) {
  between(
      hook_, "fill", [&] { inner_.fill(out); }, "entropy");
}

struct SeededFaults::State {
  SeededEntropy dice;
  FaultRates rates;
  FakeClock& clock;
  bool on = true;
  Counts counts;
};

SeededFaults::SeededFaults(std::uint64_t seed, const FaultRates& rates, FakeClock& clock)
    : state_(new State{SeededEntropy(seed), rates, clock, true, {}}) {}

void SeededFaults::operator()(const FaultPoint& point) const {
  State& s = *state_;
  if (!s.on) return;
  ++s.counts.points;
  const std::uint64_t roll = s.dice.below(1'000'000);
  if (roll < s.rates.crashes) {
    ++s.counts.crashes;
    throw Crash{};
  }
  if (roll < s.rates.crashes + s.rates.delays) {
    ++s.counts.delays;
    s.clock.advance(
        static_cast<std::int64_t>(s.dice.below(static_cast<std::uint64_t>(s.rates.longest_delay) + 1)));
    return;
  }
  if (point.port != "store" || roll >= s.rates.crashes + s.rates.delays + s.rates.errors) return;
  ++s.counts.errors;
  if (point.after && point.call == "commit") {
    // The commit stands: its caller may only be told that nobody knows.
    throw Error(ErrorCode::storage_unavailable, "The connection was lost during the commit.")
        .with("outcome", "unknown");
  }
  static constexpr ErrorCode codes[] = {ErrorCode::storage_busy, ErrorCode::storage_conflict,
                                        ErrorCode::storage_unavailable, ErrorCode::storage_full,
                                        ErrorCode::storage_io};
  throw Error(codes[s.dice.below(std::size(codes))], "A fault that the test asked for.");
}

void SeededFaults::enable(bool on) const { state_->on = on; }

const SeededFaults::Counts& SeededFaults::counts() const { return state_->counts; }

}  // namespace atlas::testing
