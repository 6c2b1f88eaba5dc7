// Any bytes as a telephone number: both ways agree, and what is valid is valid in its own form.

#include <array>
#include <cstdint>

#include "atlas/phone.hpp"
#include "check.hpp"

// The first byte chooses the region.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 8> regions{"FR", "MA", "ZZ", "US", "GB", "IT", "", "\xff?"};
  const std::string_view region = regions[data[0] % 8];
  const std::string_view raw(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto full = parse_phone(raw, region);
  const auto fast = phone_e164(raw, region);
  ATLAS_FUZZ_CHECK(fast.has_value() == full.has_value());
  if (!full) return 0;
  ATLAS_FUZZ_CHECK(*fast == full->e164);
  ATLAS_FUZZ_CHECK(full->e164.size() >= 4 && full->e164.size() <= 19 && full->e164[0] == '+');
  ATLAS_FUZZ_CHECK(full->e164.find_first_not_of("0123456789", 1) == std::string::npos);
  ATLAS_FUZZ_CHECK(!full->type.empty() && !full->region.empty());
  ATLAS_FUZZ_CHECK(phone_e164(full->e164, "ZZ") == full->e164);
  return 0;
}
