#pragma once
// Faults where the library calls out: every call of a store, a clock or an entropy passes a point at which a
// hook may fail, delay or crash it. Deterministic: what happens follows from the hook alone.

#include <functional>
#include <string_view>

#include "atlas/testing/fakes.hpp"
#include "atlas/testing/forwarding_store.hpp"

namespace atlas::testing {

/// The process ends here. No std::exception, so that nothing on the way up takes it for an error and goes on:
/// what catches it destroys the host's objects and opens the store anew.
struct Crash {};

/// A call that is about to be made, or has just returned (`after`). `port`: "store", "clock", "entropy";
/// `call`: the function's name, "begin_read" and "begin_write" for Store::read and write.
struct FaultPoint {
  std::string_view port;
  std::string_view call;
  bool after = false;
};

/// May return, advance a FakeClock, throw Error(storage_…) or throw Crash. An error before a commit leaves
/// nothing behind; after it (point "commit", after) the commit stands and its caller does not know. Called on
/// the calling thread; must be thread-safe if the store is used by several.
using FaultHook = std::function<void(const FaultPoint&)>;

/// A store whose every call passes the hook, transactions included; destructors do not.
class FaultInjectingStore final : public ForwardingStore {
 public:
  FaultInjectingStore(std::unique_ptr<Store> inner, FaultHook hook)
      : ForwardingStore(std::move(inner)), hook_(std::move(hook)) {}

  std::unique_ptr<ReadTransaction> read() override;
  std::unique_ptr<WriteTransaction> write(Durability durability) override;
  void backup(const std::string& path) override;
  void rekey(std::string_view new_passphrase) override;
  std::vector<StoreFinding> check() override;
  void maintain() override;

 private:
  FaultHook hook_;
};

/// A clock that may throw at each reading.
class FaultInjectingClock final : public Clock {
 public:
  /// Borrows `inner`.
  FaultInjectingClock(Clock& inner, FaultHook hook) : inner_(inner), hook_(std::move(hook)) {}
  Timestamp now() override;
  std::int64_t monotonic_ns() override;

 private:
  Clock& inner_;
  FaultHook hook_;
};

/// An entropy that may throw at each call.
class FaultInjectingEntropy final : public Entropy {
 public:
  /// Borrows `inner`.
  FaultInjectingEntropy(Entropy& inner, FaultHook hook) : inner_(inner), hook_(std::move(hook)) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  Entropy& inner_;
  FaultHook hook_;
};

/// How often each thing happens, in calls of a million.
struct FaultRates {
  std::uint64_t errors = 0;   ///< Error storage_busy, _conflict, _unavailable, _full or _io; in stores only.
  std::uint64_t crashes = 0;  ///< Crash, before or after the call.
  std::uint64_t delays = 0;   ///< The clock advances by up to `longest_delay`.
  std::int64_t longest_delay = 2 * micros_per_second;
};

/// A hook that throws dice: the same seed and the same calls give the same faults. Copyable; copies share the
/// dice. One thread at a time.
class SeededFaults {
 public:
  /// Borrows `clock`, which the delays advance.
  SeededFaults(std::uint64_t seed, const FaultRates& rates, FakeClock& clock);

  void operator()(const FaultPoint& point) const;
  /// While off, nothing happens and no dice are thrown (to set up, and to look at the result).
  void enable(bool on) const;
  struct Counts {
    std::uint64_t points = 0, errors = 0, crashes = 0, delays = 0;
  };
  const Counts& counts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace atlas::testing
