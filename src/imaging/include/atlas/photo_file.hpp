#pragma once
// Files of photos: what they are, and their hashes. Built with ATLAS_IMAGES; without it no format is known.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/photo_hash.hpp"

namespace atlas {

/// Formats that are read.
enum class PhotoFormat : std::uint8_t { jpeg, png, webp };
/// "jpeg", "png", "webp".
std::string_view to_string(PhotoFormat format) noexcept;

/// What is more than this is refused before it is decoded.
struct PhotoLimits {
  std::size_t bytes = 32u << 20;
  std::uint64_t pixels = 40'000'000;
};

/// What is known of a photo's file. Width and height are those of the picture as it is shown, turned as the
/// camera says.
struct PhotoFacts {
  PhotoFormat format = PhotoFormat::jpeg;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string content_hash;                      ///< SHA-256 of the file, 64 hexadecimal digits
  std::optional<std::uint64_t> perceptual_hash;  ///< none when the picture shows hardly anything
};

/// Can this build read pictures?
bool reads_photos() noexcept;

/// Tells the format by the first bytes; nothing when it is none of ours.
std::optional<PhotoFormat> photo_format(std::string_view bytes) noexcept;

/// Reads a whole JPEG, PNG or WebP. Throws invalid_argument (details.reason: "size", "format", "damaged"),
/// not_supported in a build without ATLAS_IMAGES. Memory is bounded by the limits: at most some 6 bytes a
/// pixel. Thread-safe.
PhotoFacts read_photo(std::string_view bytes, const PhotoLimits& limits = {});

}  // namespace atlas
