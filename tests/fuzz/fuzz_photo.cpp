// Any bytes as a file of a photo: it is read, or refused for one of three reasons.

#include <cstdint>
#include <string_view>

#include "atlas/error.hpp"
#include "atlas/photo_file.hpp"
#include "check.hpp"

using namespace atlas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  constexpr PhotoLimits limits{.bytes = 1u << 20, .pixels = 1u << 20};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const PhotoFacts facts = read_photo(bytes, limits);
    ATLAS_FUZZ_CHECK(facts.width > 0 && facts.height > 0);
    ATLAS_FUZZ_CHECK(std::uint64_t{facts.width} * facts.height <= limits.pixels);
    ATLAS_FUZZ_CHECK(facts.content_hash.size() == 64);
    ATLAS_FUZZ_CHECK(photo_format(bytes) == facts.format);
  } catch (const Error& error) {
    ATLAS_FUZZ_CHECK(error.code() ==
                     (reads_photos() ? ErrorCode::invalid_argument : ErrorCode::not_supported));
    if (reads_photos()) ATLAS_FUZZ_CHECK(error.detail("reason").has_value());
  }
  return 0;
}
