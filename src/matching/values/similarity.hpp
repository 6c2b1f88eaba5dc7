#pragma once
// How alike two short texts are. Every function is symmetric, bounded in cost, and works on code units: bytes
// of folded Latin text, or the bytes of other scripts, which compare well enough.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace atlas::matching {

/// Texts are compared by at most this many bytes.
inline constexpr std::size_t compared_bytes = 64;

/// Jaro–Winkler, 0..1, prefix scale 0.1 over at most four characters.
double jaro_winkler(std::string_view a, std::string_view b) noexcept;
/// The same, or 0 where a glance tells that it is less than `least`.
double jaro_winkler(std::string_view a, std::string_view b, double least) noexcept;

/// Optimal string alignment distance (Damerau–Levenshtein with adjacent transpositions), or `limit` + 1 when
/// it is greater than `limit`.
int damerau(std::string_view a, std::string_view b, int limit) noexcept;

/// Dice coefficient of the sets of trigrams, 0..1.
double trigram_dice(std::string_view a, std::string_view b) noexcept;

/// A hash that is the same on every platform and in every run.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ x >> 31;
}
constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0) noexcept {
  std::uint64_t h = 0xcbf29ce484222325u ^ mix(seed + 0x9e3779b97f4a7c15u);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix(h);
}

}  // namespace atlas::matching
