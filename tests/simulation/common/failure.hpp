#pragma once
// A judge's verdict against the library, and dice that follow from the seed.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/testing/fakes.hpp"

namespace atlas::simulation {

/// What a judge throws. Not an Error, so that nothing takes it for an answer of the library.
struct Failure {
  std::string judge;  ///< "model", "meeting", "wall", "scope", "audit", "versions", "events", "answers"
  std::string what;
};

[[noreturn]] inline void fail(std::string judge, std::string what) {
  throw Failure{std::move(judge), std::move(what)};
}

/// Choices of one simulated world.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bytes_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return bytes_.below(bound); }
  bool chance(std::uint64_t of_a_million) { return below(1'000'000) < of_a_million; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  testing::SeededEntropy bytes_;
};

}  // namespace atlas::simulation
