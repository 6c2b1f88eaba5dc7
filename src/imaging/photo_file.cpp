// Files of photos: which format, and the facts of one.

#include "atlas/photo_file.hpp"

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "codecs.hpp"

namespace atlas {

std::string_view to_string(PhotoFormat format) noexcept {
  switch (format) {
    case PhotoFormat::jpeg:
      return "jpeg";
    case PhotoFormat::png:
      return "png";
    case PhotoFormat::webp:
      break;
  }
  return "webp";
}

bool reads_photos() noexcept {
#ifdef ATLAS_IMAGES
  return true;
#else
  return false;
#endif
}

std::optional<PhotoFormat> photo_format(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xff\xd8\xff"sv)) return PhotoFormat::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return PhotoFormat::png;
  if (bytes.size() >= 12 && bytes.starts_with("RIFF"sv) && bytes.substr(8, 4) == "WEBP"sv)
    return PhotoFormat::webp;
  return std::nullopt;
}

#ifdef ATLAS_IMAGES

PhotoFacts read_photo(std::string_view bytes, const PhotoLimits& limits) {
  if (bytes.size() > limits.bytes) {
    throw Error(ErrorCode::invalid_argument, "the file is larger than a photo may be")
        .with("reason", "size")
        .with("most_bytes", static_cast<std::int64_t>(limits.bytes));
  }
  const auto format = photo_format(bytes);
  if (!format) {
    throw Error(ErrorCode::invalid_argument, "the file is no JPEG, PNG or WebP").with("reason", "format");
  }
  const auto decoded = [&] {
    switch (*format) {
      case PhotoFormat::jpeg:
        return imaging::decode_jpeg(bytes, limits);
      case PhotoFormat::png:
        return imaging::decode_png(bytes, limits);
      case PhotoFormat::webp:
        break;
    }
    return imaging::decode_webp(bytes, limits);
  }();
  PhotoFacts out;
  out.format = *format;
  out.width = decoded.width;
  out.height = decoded.height;
  out.content_hash = hex(as_view(sha256(bytes)));
  out.perceptual_hash = perceptual_hash(decoded.grey);
  return out;
}

#else

PhotoFacts read_photo(std::string_view, const PhotoLimits&) {
  throw Error(ErrorCode::not_supported, "this build reads no pictures (ATLAS_IMAGES)");
}

#endif

}  // namespace atlas
