#pragma once
// What a photo looks like, in 64 bits: stays nearly the same when the photo is saved again, smaller or worse.
// Pure and thread-safe; the same pixels give the same bits on every platform.

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// A picture in shades of grey, row by row from the top, 0 = black. `pixels` has width × height of them.
struct GreyImage {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> pixels;
};

/// The signs of the 64 lowest frequencies (discrete cosine transform of the picture at 32 × 32) about their
/// median, the lowest one in the highest bit. Nothing for a picture that shows hardly anything: all such
/// look alike. Throws invalid_argument when the pixels are not width × height, or a side is 0 or more than
/// 65,535.
std::optional<std::uint64_t> perceptual_hash(const GreyImage& image);

/// In how many of 64 bits two hashes differ.
constexpr int photo_distance(std::uint64_t a, std::uint64_t b) noexcept { return std::popcount(a ^ b); }

/// Two photos at most this far apart are held to be the same one.
inline constexpr int same_photo_distance = 7;

/// Photos are looked up by parts of their hash: as many parts …
inline constexpr unsigned photo_bands = 4;
/// … of so many bits. Two hashes at most 3 bits apart have one part in common, those further apart mostly:
/// what changes when a photo is saved again are the highest frequencies, which lie together.
inline constexpr unsigned photo_band_bits = 16;
/// Part `band` (0 = the lowest frequencies).
constexpr std::uint16_t photo_band(std::uint64_t hash, unsigned band) noexcept {
  return static_cast<std::uint16_t>(hash >> (photo_band_bits * (photo_bands - 1 - band)));
}

/// 16 hexadecimal digits, as a medium keeps it.
std::string photo_hash_text(std::uint64_t hash);
/// Reads 16 hexadecimal digits in either case; nothing otherwise.
std::optional<std::uint64_t> parse_photo_hash(std::string_view text) noexcept;

}  // namespace atlas
