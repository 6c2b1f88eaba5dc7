// Hashes of pictures that are pixels: what keeps them, what changes them.

#include <catch2/catch.hpp>
#include <set>

#include "atlas/error.hpp"
#include "pictures.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

GreyImage filled(std::uint32_t width, std::uint32_t height, int (*shade)(std::uint32_t, std::uint32_t)) {
  GreyImage out{width, height, {}};
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x) out.pixels.push_back(static_cast<std::uint8_t>(shade(x, y)));
  return out;
}

}  // namespace

TEST_CASE("the same pixels give the same bits, on every platform", "[imaging]") {
  // By hand: brightness falls from left to right like the first wave; of all frequencies (1, 0) alone is
  // strongly positive.
  const GreyImage wave = filled(64, 64, [](std::uint32_t x, std::uint32_t) { return x < 32 ? 200 : 50; });
  const auto hash = perceptual_hash(wave);
  REQUIRE(hash);
  // The order is (column frequency, row frequency) = (1,0) (0,1) (2,0) (1,1) (0,2) (3,0) …
  CHECK((*hash >> 63 & 1) == 1);  // (1, 0)
  CHECK((*hash >> 62 & 1) == 0);  // (0, 1): nothing changes from top to bottom
  CHECK((*hash >> 58 & 1) == 0);  // (3, 0): a step's third wave points the other way
  const GreyImage turned = filled(64, 64, [](std::uint32_t, std::uint32_t y) { return y < 32 ? 200 : 50; });
  const auto other = perceptual_hash(turned);
  REQUIRE(other);
  CHECK((*other >> 62 & 1) == 1);
  CHECK((*other >> 63 & 1) == 0);
  // Twice as large, and brighter by the same everywhere: the same picture.
  CHECK(perceptual_hash(filled(128, 128, [](std::uint32_t x, std::uint32_t) { return x < 64 ? 200 : 50; })) ==
        hash);
  CHECK(perceptual_hash(filled(64, 64, [](std::uint32_t x, std::uint32_t) { return x < 32 ? 230 : 80; })) ==
        hash);
}

TEST_CASE("a size that no cell divides is shrunk exactly", "[imaging]") {
  // Each of these is one ramp, drawn at sizes below, at and above 32.
  std::set<std::uint64_t> hashes;
  for (const std::uint32_t n : {64u, 96u, 160u, 320u}) {
    GreyImage ramp{n, n, {}};
    for (std::uint32_t y = 0; y < n; ++y)
      for (std::uint32_t x = 0; x < n; ++x)
        ramp.pixels.push_back(static_cast<std::uint8_t>((2 * x + 1) * 200 / (2 * n)));
    const auto hash = perceptual_hash(ramp);
    REQUIRE(hash);
    CHECK((*hash >> 63 & 1) == 0);  // it rises to the right
    hashes.insert(*hash >> 62);
  }
  CHECK(hashes.size() == 1);
  for (const auto& [w, h] : {std::pair{7u, 5u}, {33u, 31u}, {1000u, 3u}, {31u, 977u}}) {
    GreyImage image{w, h, {}};
    for (std::uint32_t i = 0; i < w * h; ++i) image.pixels.push_back(i % 2 == 0 && i < w * h / 2 ? 250 : 10);
    CHECK(perceptual_hash(image).has_value());
  }
}

TEST_CASE("what shows hardly anything has no hash", "[imaging]") {
  CHECK_FALSE(perceptual_hash(filled(100, 80, [](std::uint32_t, std::uint32_t) { return 255; })));
  CHECK_FALSE(perceptual_hash(filled(1, 1, [](std::uint32_t, std::uint32_t) { return 7; })));
  // Noise of two shades about grey.
  CHECK_FALSE(perceptual_hash(filled(320, 320, [](std::uint32_t x, std::uint32_t y) {
    return 128 + static_cast<int>((x * 7 + y * 13) % 3);
  })));
}

TEST_CASE("pixels that are no picture are refused", "[imaging]") {
  for (const GreyImage& wrong : {GreyImage{}, GreyImage{2, 2, {1, 2, 3}}, GreyImage{0, 5, {}},
                                 GreyImage{70'000, 1, std::vector<std::uint8_t>(70'000)}}) {
    try {
      perceptual_hash(wrong);
      FAIL("not refused");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::invalid_argument);
    }
  }
}

TEST_CASE("hashes are looked up by parts", "[imaging]") {
  const std::uint64_t hash = 0x0123456789abcdef;
  CHECK(photo_band(hash, 0) == 0x0123);
  CHECK(photo_band(hash, 1) == 0x4567);
  CHECK(photo_band(hash, 2) == 0x89ab);
  CHECK(photo_band(hash, 3) == 0xcdef);
  CHECK(photo_hash_text(hash) == "0123456789abcdef");
  CHECK(parse_photo_hash("0123456789ABCdef") == hash);
  for (const char* wrong : {"", "0123456789abcde", "0123456789abcdefa", "0123456789abcdeg",
                            " 123456789abcdef", "-123456789abcdef", "0x23456789abcdef"})
    CHECK_FALSE(parse_photo_hash(wrong));
  // What is promised: hashes up to 3 bits apart have a part in common.
  Dice dice(7);
  for (int round = 0; round < 2000; ++round) {
    std::uint64_t other = hash;
    while (photo_distance(hash, other) < 3)
      other ^= std::uint64_t{1} << static_cast<unsigned>(dice.between(0, 64));
    bool met = false;
    for (unsigned band = 0; band < photo_bands; ++band)
      met = met || photo_band(hash, band) == photo_band(other, band);
    CHECK(met);
  }
}

TEST_CASE("another size, a shade lighter, a mark in the corner: the same photo", "[imaging]") {
  int worst = 0;
  for (std::uint64_t number = 1; number <= 40; ++number) {
    const Picture original = scene(number, 360, 240);
    const auto hash = perceptual_hash(grey(original));
    REQUIRE(hash);
    Picture lighter = original;
    for (std::uint8_t& v : lighter.rgb) v = static_cast<std::uint8_t>(std::min(255, v * 9 / 10 + 20));
    for (const Picture& same :
         {resized(original, 180, 120), resized(original, 250, 167), stamped(original), lighter})
      worst = std::max(worst, photo_distance(*hash, perceptual_hash(grey(same)).value()));
  }
  CAPTURE(worst);
  CHECK(worst <= same_photo_distance);
}

TEST_CASE("other scenes are far apart", "[imaging]") {
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t number = 1; number <= 80; ++number)
    hashes.push_back(perceptual_hash(grey(scene(number, 240, 160))).value());
  int nearest = 64;
  for (std::size_t i = 0; i < hashes.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) nearest = std::min(nearest, photo_distance(hashes[i], hashes[j]));
  CAPTURE(nearest);
  CHECK(nearest > same_photo_distance + 3);
}
