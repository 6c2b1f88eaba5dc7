// Any bytes to the JSON reader: refused, or a value that can be written, read again and made canonical.

#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

void check_accepted(const Json& value) {
  const std::string text = value.dump();
  ATLAS_FUZZ_CHECK(parse_json(text, {.depth = 512}) == value);
  try {
    const std::string canonical = canonical_json(value);
    ATLAS_FUZZ_CHECK(canonical_json(parse_json(canonical, {.depth = 512})) == canonical);
  } catch (const Error& e) {
    // An integer beyond 2^53 has no canonical form.
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument &&
                     e.fields().front().code == field_code::out_of_range);
  }
}

bool read(std::string_view text, const JsonLimits& limits) {
  Json value;
  try {
    value = parse_json(text, limits);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
    ATLAS_FUZZ_CHECK(Json::accept(e.to_json()));
    return false;
  }
  check_accepted(value);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool strict = read(text, {});
  const bool bare = read(text, {.depth = 512, .refuse_duplicate_members = false});
  ATLAS_FUZZ_CHECK(bare || !strict);
  ATLAS_FUZZ_CHECK(bare ? Json::accept(text) : true);
  return 0;
}
