#pragma once
// A clock and an entropy that do what a test says.

#include <mutex>

#include "atlas/id.hpp"
#include "atlas/time.hpp"

namespace atlas::testing {

/// A clock that stands until it is moved. Thread-safe.
class FakeClock final : public Clock {
 public:
  /// Begins at 2026-11-22T09:50:00Z unless told otherwise.
  explicit FakeClock(Timestamp start = {1'795'341'000'000'000}) : now_(start) {}

  Timestamp now() override;
  std::int64_t monotonic_ns() override;

  /// Time passes: both clocks go on. Not negative.
  void advance(std::int64_t micros);
  /// The wall clock is set, forwards or backwards; the monotonic clock does not notice.
  void set(Timestamp now);

 private:
  std::mutex mutex_;
  Timestamp now_;
  std::int64_t monotonic_ns_ = 0;
};

/// Bytes that follow from the seed alone: the same on every machine. Never for production. Thread-safe,
/// though only one thread at a time gets the same bytes every run.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;
  /// A number below `bound` (> 0), for choices of the test itself.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t next();

  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace atlas::testing
