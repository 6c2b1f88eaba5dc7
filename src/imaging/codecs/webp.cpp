// WebP through libwebp, shrunk while decoding.

#include <webp/decode.h>

#include <algorithm>

#include "codecs.hpp"

namespace atlas::imaging {
namespace {

struct Config {
  Config() { usable = WebPInitDecoderConfig(&value) != 0; }
  ~Config() { WebPFreeDecBuffer(&value.output); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  WebPDecoderConfig value;
  bool usable = false;
};

}  // namespace

Decoded decode_webp(std::string_view bytes, const PhotoLimits& limits) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  Config config;
  if (!config.usable || WebPGetFeatures(data, bytes.size(), &config.value.input) != VP8_STATUS_OK)
    throw_damaged();
  const WebPBitstreamFeatures& found = config.value.input;
  if (found.width <= 0 || found.height <= 0 || found.has_animation != 0) throw_damaged();
  Decoded out;
  out.width = static_cast<std::uint32_t>(found.width);
  out.height = static_cast<std::uint32_t>(found.height);
  check_size(out.width, out.height, limits);
  // The library's scaling is by areas as long as it shrinks.
  const std::uint32_t by = std::max(1u, std::min(out.width, out.height) / (2 * enough_side));
  WebPDecoderOptions& options = config.value.options;
  options.use_scaling = by > 1 ? 1 : 0;
  options.scaled_width = static_cast<int>(out.width / by);
  options.scaled_height = static_cast<int>(out.height / by);
  config.value.output.colorspace = MODE_RGBA;
  if (WebPDecode(data, bytes.size(), &config.value) != VP8_STATUS_OK) throw_damaged();
  const WebPRGBABuffer& rgba = config.value.output.u.RGBA;
  out.grey.width = static_cast<std::uint32_t>(config.value.output.width);
  out.grey.height = static_cast<std::uint32_t>(config.value.output.height);
  out.grey.pixels.resize(std::size_t{out.grey.width} * out.grey.height);
  for (std::uint32_t y = 0; y < out.grey.height; ++y) {
    const std::uint8_t* p = rgba.rgba + std::size_t{y} * static_cast<std::size_t>(rgba.stride);
    for (std::uint32_t x = 0; x < out.grey.width; ++x, p += 4) {
      // Upon white, as a page shows it.
      const unsigned grey = grey_of(p[0], p[1], p[2]), alpha = p[3];
      out.grey.pixels[std::size_t{y} * out.grey.width + x] =
          static_cast<std::uint8_t>((grey * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return out;
}

}  // namespace atlas::imaging
