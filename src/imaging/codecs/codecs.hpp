#pragma once
// One decoder a format. Each is given bytes that begin as its format does, and throws Error(invalid_argument)
// for whatever it cannot read.

#include <string_view>

#include "atlas/photo_file.hpp"

namespace atlas::imaging {

/// A decoded picture: in grey, perhaps smaller than the file's, upright; and the size that the file says.
struct Decoded {
  GreyImage grey;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

Decoded decode_jpeg(std::string_view bytes, const PhotoLimits& limits);
Decoded decode_png(std::string_view bytes, const PhotoLimits& limits);
Decoded decode_webp(std::string_view bytes, const PhotoLimits& limits);

/// The hash needs no more than this on the shorter side, so decoders that can do shrink down to it.
inline constexpr std::uint32_t enough_side = 64;

[[noreturn]] void throw_damaged();
/// Throws when the picture is larger than the limits, or has no size.
void check_size(std::uint64_t width, std::uint64_t height, const PhotoLimits& limits);

/// Brightness of a colour (ITU-R BT.601), as JPEG has it.
constexpr std::uint8_t grey_of(unsigned r, unsigned g, unsigned b) {
  return static_cast<std::uint8_t>((299 * r + 587 * g + 114 * b + 500) / 1000);
}

/// How the camera was held: 1..8 of the Exif standard (tag 0x0112) out of an APP1 segment's payload; 1 when
/// it does not say.
unsigned exif_orientation(std::string_view app1) noexcept;
/// Turns a picture as `orientation` asks.
void turn_upright(Decoded& picture, unsigned orientation);

}  // namespace atlas::imaging
