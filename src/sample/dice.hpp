#pragma once
// Numbers that look random and depend on nothing but their key: SplitMix64 (Steele, Lea, Flood 2014) started
// from the plan's seed, a purpose and a record's number.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace atlas::sample {

/// What dice are thrown for; each purpose has its own sequence, so that a change of one moves no other.
enum class Stream : std::uint64_t {
  country = 1,
  person,
  lead_kind,
  lead,
  listing_kind,
  dwelling,
  ad,
  photo,
  owner,
  history,
  phone,
  email,
};

/// The finaliser of SplitMix64: a bijection of 64 bits.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

class Dice {
 public:
  constexpr Dice(std::uint64_t seed, Stream stream, std::int64_t number)
      : state_(mix(mix(seed + golden) ^ mix(static_cast<std::uint64_t>(stream) * golden) ^
                   mix(static_cast<std::uint64_t>(number) + 1))) {}

  constexpr std::uint64_t next() { return mix(state_ += golden); }
  /// 0..n-1; n at least 1.
  constexpr std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>((next() >> 32) * n >> 32);
  }
  /// Both ends included; they are less than 2^32 apart.
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + below(static_cast<std::uint32_t>(high - low + 1));
  }
  constexpr bool chance(std::uint32_t per_thousand) { return below(1000) < per_thousand; }
  template <class T>
  constexpr const T& pick(std::span<const T> from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  /// An index, each as often as its weight.
  constexpr std::size_t weighted(std::initializer_list<std::uint32_t> weights) {
    std::uint32_t total = 0;
    for (const std::uint32_t w : weights) total += w;
    std::uint32_t left = below(total);
    std::size_t at = 0;
    for (const std::uint32_t w : weights) {
      if (left < w) return at;
      left -= w;
      ++at;
    }
    return 0;
  }

 private:
  static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15u;
  std::uint64_t state_;
};

/// A shuffle of 0..a*b-1 by four rounds that each move one half by the other; `n` is taken modulo a*b. No two
/// records get the same number, without a list of those taken.
constexpr std::uint64_t shuffled(std::uint64_t n, std::uint64_t a, std::uint64_t b, std::uint64_t key) {
  n %= a * b;
  std::uint64_t left = n / b, right = n % b;
  for (std::uint64_t round = 0; round < 2; ++round) {
    left = (left + mix(right ^ mix(key + 2 * round))) % a;
    right = (right + mix(left ^ mix(key + 2 * round + 1))) % b;
  }
  return left * b + right;
}

/// One of the spellings of a table's entry, "Mohamed|Mohammed|Med": how many, and which.
constexpr std::size_t spellings(std::string_view entry) {
  std::size_t n = 1;
  for (const char c : entry) n += c == '|';
  return n;
}
constexpr std::string_view spelling(std::string_view entry, std::size_t which) {
  while (which-- > 0) entry.remove_prefix(entry.find('|') + 1);
  return entry.substr(0, entry.find('|'));
}
constexpr std::string_view any_spelling(std::string_view entry, Dice& dice) {
  return spelling(entry, dice.below(static_cast<std::uint32_t>(spellings(entry))));
}

}  // namespace atlas::sample
