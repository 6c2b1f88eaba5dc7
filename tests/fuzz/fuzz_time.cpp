// Any bytes to the readers of single values: time, numbers, ids, encodings. What is taken is written back the
// same.

#include <cstdint>

#include "atlas/crypto.hpp"
#include "atlas/id.hpp"
#include "atlas/money.hpp"
#include "atlas/time.hpp"
#include "check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto t = parse_timestamp(text)) {
    ATLAS_FUZZ_CHECK(parse_timestamp(format_timestamp(*t)) == t);
    ATLAS_FUZZ_CHECK(utc_offset_seconds("Europe/Paris", *t) > -86'400);
  }
  if (const auto d = parse_date(text)) ATLAS_FUZZ_CHECK(format_date(*d) == text);
  if (const auto d = parse_duration(text)) ATLAS_FUZZ_CHECK(*d >= 0 && text[0] == 'P');
  if (is_time_zone(text)) {
    const auto offset = utc_offset_seconds(text, {1'795'336'200'000'000});
    ATLAS_FUZZ_CHECK(offset > -86'400 && offset < 86'400);
  }
  for (const int scale : {0, 2, 7, 15}) {
    const auto d = parse_decimal(text, scale);
    if (!d) continue;
    const std::string written = format_decimal(*d, scale);
    ATLAS_FUZZ_CHECK(parse_decimal(written, scale) == d);
    ATLAS_FUZZ_CHECK(written.size() <= text.size());
  }
  if (const auto c = parse_currency(text)) ATLAS_FUZZ_CHECK(c->view() == text && currency_exponent(text));
  if (const auto id = parse_uuid(text)) ATLAS_FUZZ_CHECK(parse_uuid(format_uuid(*id)) == id);
  if (const auto plain = unbase64(text)) ATLAS_FUZZ_CHECK(base64(*plain) == text);
  if (const auto plain = unhex(text)) ATLAS_FUZZ_CHECK(hex(*plain).size() == text.size());
  return 0;
}
