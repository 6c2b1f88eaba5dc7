// PNG through libpng's simplified interface, which catches its own errors.

#include <png.h>

#include "codecs.hpp"

namespace atlas::imaging {

Decoded decode_png(std::string_view bytes, const PhotoLimits& limits) {
  struct Closing {
    png_image png{};
    ~Closing() { png_image_free(&png); }
  } held;
  png_image& png = held.png;
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) throw_damaged();
  check_size(png.width, png.height, limits);
  // In colour, and grey by ourselves: the library would weigh the light and not the values, unlike JPEG.
  png.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> colours(PNG_IMAGE_SIZE(png));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&png, &white, colours.data(), 0, nullptr) == 0) throw_damaged();
  Decoded out;
  out.width = out.grey.width = png.width;
  out.height = out.grey.height = png.height;
  out.grey.pixels.resize(std::size_t{png.width} * png.height);
  const std::uint8_t* p = colours.data();
  for (std::uint8_t& grey : out.grey.pixels) {
    grey = grey_of(p[0], p[1], p[2]);
    p += 3;
  }
  return out;
}

}  // namespace atlas::imaging
