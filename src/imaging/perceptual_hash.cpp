#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "atlas/error.hpp"
#include "atlas/photo_hash.hpp"

namespace atlas {
namespace {

constexpr std::size_t side = 32;
constexpr std::uint32_t most_side = 65'535;
constexpr std::size_t bits = 64;
constexpr std::size_t frequencies = 11;  // in each direction, to have 64 of the lowest
constexpr std::int64_t grain = 16;       // levels of the small picture between two shades of grey

using Small = std::array<std::int64_t, side * side>;

/// How far cell `i` of `side` reaches over `n` pixels, counted in parts of a pixel: each pixel has `side`
/// parts, each cell n.
struct Reach {
  std::size_t first, last;  // pixels
  std::uint64_t from, to;   // parts
  std::uint64_t of(std::size_t pixel) const {
    return std::min<std::uint64_t>(to, (pixel + 1) * side) - std::max<std::uint64_t>(from, pixel * side);
  }
};

Reach reach(std::size_t i, std::uint32_t n) {
  const std::uint64_t from = std::uint64_t{i} * n, to = from + n;
  return {static_cast<std::size_t>(from / side), static_cast<std::size_t>((to + side - 1) / side), from, to};
}

/// The picture at 32 × 32, each cell the mean of what it covers. Whole numbers only: no platform rounds.
Small shrunk(const GreyImage& image) {
  std::array<Reach, side> columns{};
  for (std::size_t x = 0; x < side; ++x) columns[x] = reach(x, image.width);
  std::array<std::uint64_t, side * side> sums{};
  for (std::size_t y = 0; y < side; ++y) {
    const Reach rows = reach(y, image.height);
    for (std::size_t row = rows.first; row < rows.last; ++row) {
      const std::uint8_t* pixels = image.pixels.data() + row * image.width;
      const std::uint64_t high = rows.of(row);
      for (std::size_t x = 0; x < side; ++x) {
        const Reach& wide = columns[x];
        std::uint64_t sum = 0;
        for (std::size_t p = wide.first; p < wide.last; ++p) sum += wide.of(p) * pixels[p];
        sums[y * side + x] += high * sum;
      }
    }
  }
  const std::uint64_t area = std::uint64_t{image.width} * image.height;
  Small out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int64_t>(sums[i] * static_cast<std::uint64_t>(grain) / area);
  return out;
}

/// Hardly more than one shade: noise would decide.
bool shows_something(const Small& picture) {
  std::int64_t sum = 0, squares = 0;
  for (const std::int64_t p : picture) {
    sum += p;
    squares += p * p;
  }
  constexpr std::int64_t n = side * side, least = 2 * grain;  // standard deviation of two shades
  return squares * n - sum * sum >= n * n * least * least;
}

using Waves = std::array<std::array<std::int64_t, side>, frequencies>;

/// Cosines in 2^-13.
Waves make_waves() {
  Waves out{};
  for (std::size_t u = 0; u < frequencies; ++u)
    for (std::size_t x = 0; x < side; ++x)
      out[u][x] = std::llround(8192 * std::cos(static_cast<double>((2 * x + 1) * u) * std::numbers::pi /
                                               (2.0 * static_cast<double>(side))));
  return out;
}

}  // namespace

std::optional<std::uint64_t> perceptual_hash(const GreyImage& image) {
  if (image.width == 0 || image.height == 0 || image.width > most_side || image.height > most_side ||
      image.pixels.size() != std::size_t{image.width} * image.height) {
    throw Error(ErrorCode::invalid_argument, "the pixels do not make a picture of this size");
  }
  const Small picture = shrunk(image);
  if (!shows_something(picture)) return std::nullopt;
  const Waves waves = make_waves();
  // Rows first, then columns; only the frequencies that are wanted.
  std::array<std::array<std::int64_t, frequencies>, side> half{};
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t u = 0; u < frequencies; ++u)
      for (std::size_t x = 0; x < side; ++x) half[y][u] += picture[y * side + x] * waves[u][x];
  std::array<std::int64_t, bits> strength{};
  std::size_t count = 0;
  // Along the diagonals, from the lowest on; the mean itself (0, 0) says only how bright it is.
  for (std::size_t sum = 1; count < bits; ++sum) {
    for (std::size_t v = 0; v <= sum && count < bits; ++v) {
      std::int64_t f = 0;
      for (std::size_t y = 0; y < side; ++y) f += half[y][sum - v] * waves[v][y];
      strength[count++] = f;
    }
  }
  std::array<std::int64_t, bits> sorted = strength;
  std::nth_element(sorted.begin(), sorted.begin() + bits / 2, sorted.end());
  const std::int64_t median = sorted[bits / 2];
  std::uint64_t hash = 0;
  for (const std::int64_t f : strength) hash = hash << 1 | (f > median ? 1u : 0u);
  return hash;
}

std::string photo_hash_text(std::uint64_t hash) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[i] = digits[hash >> (60 - 4 * i) & 15];
  return out;
}

std::optional<std::uint64_t> parse_photo_hash(std::string_view text) noexcept {
  std::uint64_t hash = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, hash, 16);
  if (text.size() != 16 || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return hash;
}

}  // namespace atlas
