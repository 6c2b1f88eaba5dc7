#pragma once
// Pictures made in the test: invented rooms and houses, drawn at any size and saved in any format.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <cstdio>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include "atlas/photo_hash.hpp"

namespace atlas::testing {

/// Colours, three bytes a pixel, row by row from the top.
struct Picture {
  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> rgb;

  std::uint8_t* at(std::uint32_t x, std::uint32_t y) { return rgb.data() + 3 * (std::size_t{y} * width + x); }
  const std::uint8_t* at(std::uint32_t x, std::uint32_t y) const {
    return rgb.data() + 3 * (std::size_t{y} * width + x);
  }
};

class Dice {
 public:
  // Far apart for neighbouring seeds: the steps below are the same for all.
  explicit Dice(std::uint64_t seed) : state_((seed + 1) * 0xd1342543de82ef95u) { state_ ^= state_ >> 29; }
  /// 0 ≤ result < 1
  double roll() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return static_cast<double>((z ^ z >> 31) >> 11) / 9007199254740992.0;
  }
  double between(double least, double most) { return least + (most - least) * roll(); }

 private:
  std::uint64_t state_;
};

/// Scene `number` at a size: light that falls off, a floor, walls, furniture; a little noise of the camera.
inline Picture scene(std::uint64_t number, std::uint32_t width, std::uint32_t height) {
  Dice dice(number);
  struct Patch {
    double x, y, w, h, shade, tint;
    bool round;
  };
  std::vector<Patch> patches;
  const double sky = dice.between(120, 250), ground = dice.between(40, 200), line = dice.between(0.3, 0.8);
  const double light_x = dice.roll(), light_y = dice.roll(), glow = dice.between(-80, 80);
  for (int i = 0; i < 14; ++i)
    patches.push_back({dice.roll(), dice.roll(), dice.between(0.05, 0.4), dice.between(0.05, 0.4),
                       dice.between(10, 250), dice.between(-40, 40), dice.roll() < 0.4});
  Picture out{width, height, std::vector<std::uint8_t>(std::size_t{3} * width * height)};
  Dice noise(number ^ 0x5eed);
  for (std::uint32_t py = 0; py < height; ++py) {
    for (std::uint32_t px = 0; px < width; ++px) {
      const double x = (px + 0.5) / width, y = (py + 0.5) / height;
      double shade = y < line ? sky - 30 * y : ground + 25 * (y - line), tint = 0;
      for (const Patch& p : patches) {
        const double dx = (x - p.x) / p.w, dy = (y - p.y) / p.h;
        const bool inside = p.round ? dx * dx + dy * dy < 0.25 : std::abs(dx) < 0.5 && std::abs(dy) < 0.5;
        if (inside) shade = p.shade + 30 * dx, tint = p.tint;
      }
      const double far = (x - light_x) * (x - light_x) + (y - light_y) * (y - light_y);
      shade += glow * std::exp(-3 * far) + 6 * (noise.roll() - 0.5);
      std::uint8_t* rgb = out.at(px, py);
      const auto byte = [](double v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0)); };
      rgb[0] = byte(shade + tint);
      rgb[1] = byte(shade);
      rgb[2] = byte(shade - tint);
    }
  }
  return out;
}

/// The picture as another program would shrink it: the nearest pixel of each, which is the crudest way.
inline Picture resized(const Picture& from, std::uint32_t width, std::uint32_t height) {
  Picture out{width, height, std::vector<std::uint8_t>(std::size_t{3} * width * height)};
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      std::copy_n(from.at(static_cast<std::uint32_t>((x + 0.5) * from.width / width),
                          static_cast<std::uint32_t>((y + 0.5) * from.height / height)),
                  3, out.at(x, y));
  return out;
}

/// A portal's mark in the lower right corner.
inline Picture stamped(Picture picture) {
  for (std::uint32_t y = picture.height * 9 / 10; y < picture.height * 19 / 20; ++y)
    for (std::uint32_t x = picture.width * 3 / 4; x < picture.width * 19 / 20; ++x)
      if ((x / 4 + y / 4) % 2 == 0) std::fill_n(picture.at(x, y), 3, std::uint8_t{250});
  return picture;
}

inline GreyImage grey(const Picture& picture) {
  GreyImage out{picture.width, picture.height, {}};
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3)
    out.pixels.push_back(static_cast<std::uint8_t>(
        (299 * picture.rgb[i] + 587 * picture.rgb[i + 1] + 114 * picture.rgb[i + 2]) / 1000));
  return out;
}

/// `app1`: payload of an APP1 segment, such as Exif data; "" = none.
inline std::string jpeg(const Picture& picture, int quality, bool progressive = false,
                        std::string_view app1 = {}) {
  jpeg_compress_struct c{};
  jpeg_error_mgr errors{};
  c.err = jpeg_std_error(&errors);
  jpeg_create_compress(&c);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&c, &bytes, &size);
  c.image_width = picture.width;
  c.image_height = picture.height;
  c.input_components = 3;
  c.in_color_space = JCS_RGB;
  jpeg_set_defaults(&c);
  jpeg_set_quality(&c, quality, TRUE);
  if (progressive) jpeg_simple_progression(&c);
  jpeg_start_compress(&c, TRUE);
  if (!app1.empty())
    jpeg_write_marker(&c, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(app1.data()),
                      static_cast<unsigned>(app1.size()));
  while (c.next_scanline < c.image_height) {
    JSAMPROW row[] = {const_cast<JSAMPROW>(picture.at(0, c.next_scanline))};
    jpeg_write_scanlines(&c, row, 1);
  }
  jpeg_finish_compress(&c);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&c);
  std::free(bytes);
  return out;
}

inline std::string png(const Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = picture.width;
  image.height = picture.height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  png_image_write_get_memory_size(image, size, 0, picture.rgb.data(), 0, nullptr);
  std::string out(size, '\0');
  png_image_write_to_memory(&image, out.data(), &size, 0, picture.rgb.data(), 0, nullptr);
  out.resize(size);
  return out;
}

/// `quality` 0..100; above: without loss.
inline std::string webp(const Picture& picture, float quality) {
  std::uint8_t* bytes = nullptr;
  const int w = static_cast<int>(picture.width), h = static_cast<int>(picture.height);
  const std::size_t size = quality > 100 ? WebPEncodeLosslessRGB(picture.rgb.data(), w, h, 3 * w, &bytes)
                                         : WebPEncodeRGB(picture.rgb.data(), w, h, 3 * w, quality, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return out;
}

}  // namespace atlas::testing
