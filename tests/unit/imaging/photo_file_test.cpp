// Files of photos, made by the same libraries at several sizes and qualities; and files that are none.

#include <catch2/catch.hpp>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "atlas/photo_file.hpp"
#include "codecs.hpp"
#include "pictures.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Exif data that say how the camera was held, in either byte order.
std::string exif(unsigned orientation, bool little) {
  const auto two = [&](unsigned v) {
    const std::string high(1, static_cast<char>(v >> 8)), low(1, static_cast<char>(v & 255));
    return little ? low + high : high + low;
  };
  const auto four = [&](unsigned v) { return little ? two(v) + two(0) : two(0) + two(v); };
  return std::string("Exif\0\0", 6) + (little ? "II" : "MM") + two(42) + four(8) + two(2) + two(0x0100) +
         two(4) + four(1) + four(640) + two(0x0112) + two(3) + four(1) + two(orientation) + two(0) + four(0);
}

std::string reason_of(std::string_view bytes, const PhotoLimits& limits = {}) {
  try {
    read_photo(bytes, limits);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::invalid_argument);
    return std::string(e.detail("reason").value_or(""));
  }
  return "read";
}

/// Turned a quarter to the right.
Picture right_turned(const Picture& from) {
  Picture out{from.height, from.width, std::vector<std::uint8_t>(from.rgb.size())};
  for (std::uint32_t y = 0; y < out.height; ++y)
    for (std::uint32_t x = 0; x < out.width; ++x)
      std::copy_n(from.at(y, from.height - 1 - x), 3, out.at(x, y));
  return out;
}

}  // namespace

TEST_CASE("a photo saved again in another format, size or quality is the same photo", "[imaging][files]") {
  REQUIRE(reads_photos());
  int worst = 0, all = 0, met = 0;
  for (std::uint64_t number = 1; number <= 6; ++number) {
    const Picture large = scene(number, 720, 480);
    const PhotoFacts first = read_photo(jpeg(large, 92));
    REQUIRE(first.perceptual_hash);
    CHECK(first.width == 720);
    CHECK(first.height == 480);
    const Picture small = resized(large, 320, 213);
    for (const std::string& again : {jpeg(large, 60), jpeg(large, 30), jpeg(large, 75, true), jpeg(small, 85),
                                     jpeg(small, 40), png(large), png(small), webp(large, 75),
                                     webp(small, 40), webp(small, 101), jpeg(stamped(small), 70)}) {
      const PhotoFacts facts = read_photo(again);
      REQUIRE(facts.perceptual_hash);
      CHECK(facts.content_hash != first.content_hash);
      worst = std::max(worst, photo_distance(*first.perceptual_hash, *facts.perceptual_hash));
      ++all;
      bool shares = false;
      for (unsigned band = 0; band < photo_bands; ++band)
        shares =
            shares || photo_band(*first.perceptual_hash, band) == photo_band(*facts.perceptual_hash, band);
      if (shares) ++met;
    }
  }
  CAPTURE(worst, met, all);
  CHECK(worst <= same_photo_distance);
  CHECK(met * 100 >= all * 98);  // found by a part of the hash
}

TEST_CASE("format, size and content hash are told", "[imaging][files]") {
  const Picture picture = scene(3, 200, 100);
  struct Row {
    std::string bytes;
    PhotoFormat format;
    std::string_view name;
  };
  for (const Row& row :
       {Row{jpeg(picture, 80), PhotoFormat::jpeg, "jpeg"}, Row{png(picture), PhotoFormat::png, "png"},
        Row{webp(picture, 80), PhotoFormat::webp, "webp"}}) {
    const PhotoFacts facts = read_photo(row.bytes);
    CHECK(facts.format == row.format);
    CHECK(to_string(facts.format) == row.name);
    CHECK(facts.width == 200);
    CHECK(facts.height == 100);
    CHECK(facts.content_hash == hex(as_view(sha256(row.bytes))));
    CHECK(photo_format(row.bytes) == row.format);
  }
  Picture white{64, 64, std::vector<std::uint8_t>(64 * 64 * 3, 255)};
  CHECK_FALSE(read_photo(png(white)).perceptual_hash);
}

TEST_CASE("a photo is seen as it is shown, however the camera was held", "[imaging][files]") {
  const Picture upright = scene(5, 320, 200);
  const PhotoFacts plain = read_photo(jpeg(upright, 90));
  // Held so that the file has to be turned right once: the file's own picture is turned left.
  const Picture left = right_turned(right_turned(right_turned(upright)));
  for (const bool little : {true, false}) {
    const PhotoFacts facts = read_photo(jpeg(left, 90, false, exif(6, little)));
    CHECK(facts.width == 320);
    CHECK(facts.height == 200);
    CHECK(photo_distance(facts.perceptual_hash.value(), plain.perceptual_hash.value()) <=
          same_photo_distance);
    const PhotoFacts right = read_photo(jpeg(right_turned(upright), 90, false, exif(8, little)));
    CHECK(photo_distance(right.perceptual_hash.value(), plain.perceptual_hash.value()) <=
          same_photo_distance);
    const PhotoFacts half = read_photo(jpeg(right_turned(right_turned(upright)), 90, false, exif(3, little)));
    CHECK(photo_distance(half.perceptual_hash.value(), plain.perceptual_hash.value()) <= same_photo_distance);
  }
  const PhotoFacts unturned = read_photo(jpeg(left, 90));
  CHECK(unturned.width == 200);
  CHECK(photo_distance(unturned.perceptual_hash.value(), plain.perceptual_hash.value()) >
        same_photo_distance);
}

TEST_CASE("all eight ways to hold a camera", "[imaging]") {
  // a b c        The same picture as its file would have it under each orientation, by the standard's words:
  // d e f        where the file's first row and first column stand in what is shown.
  struct Row {
    unsigned orientation;
    std::uint32_t width, height;
    std::string_view stored;
  };
  for (const Row& row :
       {Row{1, 3, 2, "abcdef"}, Row{2, 3, 2, "cbafed"}, Row{3, 3, 2, "fedcba"}, Row{4, 3, 2, "defabc"},
        Row{5, 2, 3, "adbecf"}, Row{6, 2, 3, "cfbead"}, Row{7, 2, 3, "fcebda"}, Row{8, 2, 3, "daebfc"}}) {
    CAPTURE(row.orientation);
    imaging::Decoded decoded;
    decoded.width = decoded.grey.width = row.width;
    decoded.height = decoded.grey.height = row.height;
    decoded.grey.pixels.assign(row.stored.begin(), row.stored.end());
    imaging::turn_upright(decoded, row.orientation);
    CHECK(std::string(decoded.grey.pixels.begin(), decoded.grey.pixels.end()) == "abcdef");
    CHECK(decoded.width == 3);
    CHECK(decoded.height == 2);
  }
  CHECK(imaging::exif_orientation(exif(6, true)) == 6);
  CHECK(imaging::exif_orientation(exif(3, false)) == 3);
  CHECK(imaging::exif_orientation(exif(9, true)) == 1);
  CHECK(imaging::exif_orientation("") == 1);
  const std::string whole = exif(6, true);
  for (std::size_t n = 0; n + 5 < whole.size(); ++n)
    CHECK(imaging::exif_orientation(std::string_view(whole).substr(0, n)) <= 8);
  std::string loop = whole;
  loop[10] = '\x7f';  // the directory would begin behind the end
  CHECK(imaging::exif_orientation(loop) == 1);
}

TEST_CASE("what is no photo, too large, damaged or cut off is refused", "[imaging][files]") {
  const Picture picture = scene(9, 160, 120);
  CHECK(reason_of("") == "\"format\"");
  CHECK(reason_of("GIF89a") == "\"format\"");
  CHECK(reason_of(std::string("RIFF\x10\0\0\0WAVEfmt ", 16)) == "\"format\"");
  for (const std::string& bytes :
       {jpeg(picture, 80), jpeg(picture, 80, true), png(picture), webp(picture, 80)}) {
    CHECK(reason_of(bytes) == "read");
    CHECK(reason_of(bytes, {.bytes = bytes.size() - 1}) == "\"size\"");
    CHECK(reason_of(bytes, {.pixels = 160 * 120 - 1}) == "\"size\"");
    CHECK(reason_of(bytes, {.pixels = 160 * 120}) == "read");
    for (const std::size_t keep : {std::size_t{12}, bytes.size() / 4, bytes.size() / 2, bytes.size() * 3 / 4})
      CHECK(reason_of(std::string_view(bytes).substr(0, keep)) == "\"damaged\"");
    // Any byte changed: read or refused, never worse.
    for (std::size_t i = 12; i < bytes.size(); i += 97) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
      const std::string said = reason_of(damaged);
      CHECK((said == "read" || said == "\"damaged\"" || said == "\"size\""));
    }
  }
  // A header that promises more than the file could hold.
  std::string bomb = png(picture);
  for (const std::size_t at : {16u, 20u}) bomb[at + 1] = '\x7f';
  CHECK(reason_of(bomb) != "read");
}
