// What the decoders share: limits, and turning a picture upright.

#include "codecs.hpp"

#include <array>

#include "atlas/error.hpp"

namespace atlas::imaging {
namespace {

constexpr unsigned orientation_tag = 0x0112, type_short = 3;

/// Numbers of a TIFF header, in its byte order; 0 beyond the end.
struct Tiff {
  std::string_view bytes;
  bool little = false;
  unsigned byte(std::size_t at) const {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
  }
  unsigned u16(std::size_t at) const {
    return little ? byte(at) | byte(at + 1) << 8 : byte(at) << 8 | byte(at + 1);
  }
  std::size_t u32(std::size_t at) const {
    return little ? u16(at) | std::size_t{u16(at + 2)} << 16 : std::size_t{u16(at)} << 16 | u16(at + 2);
  }
};

}  // namespace

void throw_damaged() {
  throw Error(ErrorCode::invalid_argument, "the picture cannot be read: it is damaged or cut off")
      .with("reason", "damaged");
}

void check_size(std::uint64_t width, std::uint64_t height, const PhotoLimits& limits) {
  if (width == 0 || height == 0) throw_damaged();
  if (width <= 65'535 && height <= 65'535 && width * height <= limits.pixels) return;
  throw Error(ErrorCode::invalid_argument, "the picture has more pixels than a photo may have")
      .with("reason", "size")
      .with("most_pixels", static_cast<std::int64_t>(limits.pixels));
}

unsigned exif_orientation(std::string_view app1) noexcept {
  using namespace std::string_view_literals;
  if (!app1.starts_with("Exif\0\0"sv)) return 1;
  Tiff tiff{app1.substr(6)};
  if (tiff.bytes.starts_with("II"sv))
    tiff.little = true;
  else if (!tiff.bytes.starts_with("MM"sv))
    return 1;
  const std::size_t directory = tiff.u32(4);
  if (directory >= tiff.bytes.size()) return 1;
  const unsigned entries = tiff.u16(directory);
  for (unsigned i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * std::size_t{i};
    if (entry + 12 > tiff.bytes.size()) return 1;
    if (tiff.u16(entry) != orientation_tag || tiff.u16(entry + 2) != type_short) continue;
    const unsigned orientation = tiff.u16(entry + 8);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

void turn_upright(Decoded& picture, unsigned orientation) {
  if (orientation <= 1 || orientation > 8) return;
  // What is at (x, y) of the upright picture stands in the file at …, by rows and columns counted from there.
  struct Turn {
    bool swap, flip_x, flip_y;
  };
  constexpr std::array<Turn, 9> turns{{{},
                                       {},
                                       {false, true, false},
                                       {false, true, true},
                                       {false, false, true},
                                       {true, false, false},
                                       {true, false, true},
                                       {true, true, true},
                                       {true, true, false}}};
  const Turn turn = turns[orientation];
  const GreyImage& from = picture.grey;
  GreyImage to;
  to.width = turn.swap ? from.height : from.width;
  to.height = turn.swap ? from.width : from.height;
  to.pixels.resize(from.pixels.size());
  for (std::uint32_t y = 0; y < to.height; ++y) {
    for (std::uint32_t x = 0; x < to.width; ++x) {
      std::uint32_t column = turn.swap ? y : x, row = turn.swap ? x : y;
      if (turn.flip_x) column = from.width - 1 - column;
      if (turn.flip_y) row = from.height - 1 - row;
      to.pixels[std::size_t{y} * to.width + x] = from.pixels[std::size_t{row} * from.width + column];
    }
  }
  picture.grey = std::move(to);
  if (turn.swap) std::swap(picture.width, picture.height);
}

}  // namespace atlas::imaging
