#include "atlas/testing/fakes.hpp"

#include "atlas/error.hpp"

namespace atlas::testing {

Timestamp FakeClock::now() {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::int64_t FakeClock::monotonic_ns() {
  const std::lock_guard lock(mutex_);
  return monotonic_ns_;
}

void FakeClock::advance(std::int64_t micros) {
  if (micros < 0) throw Error(ErrorCode::invalid_argument, "Time does not pass backwards.");
  const std::lock_guard lock(mutex_);
  now_.micros += micros;
  monotonic_ns_ += micros * 1000;
}

void FakeClock::set(Timestamp now) {
  const std::lock_guard lock(mutex_);
  now_ = now;
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t SeededEntropy::next() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

void SeededEntropy::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i, word >>= 8) {
    if (i % 8 == 0) word = next();
    out[i] = static_cast<std::uint8_t>(word);
  }
}

std::uint64_t SeededEntropy::below(std::uint64_t bound) {
  const std::lock_guard lock(mutex_);
  return next() % bound;
}

}  // namespace atlas::testing
