#pragma once
// Which record repeats or resembles which: a function of the numbers, so that nothing need be remembered.

#include <algorithm>

#include "atlas/sample.hpp"
#include "dice.hpp"

namespace atlas::sample {

/// What a record is before it is made.
enum class Kind { own, again, look_alike };

/// Shares in thousandths.
struct Shares {
  std::uint32_t again, look_alike;
};
inline constexpr Shares lead_shares{130, 30}, listing_shares{80, 25};

constexpr Kind kind_of(std::uint64_t seed, Stream stream, Shares shares, std::int64_t number) {
  Dice dice(seed, stream, number);
  const std::uint32_t roll = dice.below(1000);
  return roll < shares.again                       ? Kind::again
         : roll < shares.again + shares.look_alike ? Kind::look_alike
                                                   : Kind::own;
}

/// The earlier record of kind `own`, and good enough, that `number` leans on; 0 when there is none near. Some
/// records are leant on more often than others, as some people write to every listing.
template <class Good>
std::int64_t leant_on(std::uint64_t seed, Stream stream, Shares shares, std::int64_t number, Good&& good) {
  if (number == 1) return 0;
  constexpr std::int64_t steps = 64;
  Dice dice(seed, stream, number);
  dice.next();
  std::int64_t at = number - dice.between(1, std::min(number - 1, reach - 2 * steps));
  if (dice.chance(300)) at = std::max<std::int64_t>(1, at - at % 7);
  for (std::int64_t tried = 0; tried < steps && at >= 1; ++tried, --at)
    if (kind_of(seed, stream, shares, at) == Kind::own && good(at)) return at;
  return 0;
}

}  // namespace atlas::sample
