// Any bytes as text: refused, or folded into a form that folding leaves alone.

#include <cstdint>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/text.hpp"
#include "check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view trimmed = trim(text);
  ATLAS_FUZZ_CHECK(trim(trimmed) == trimmed);
  const std::string email = fold_email(text);
  if (!email.empty()) ATLAS_FUZZ_CHECK(is_email(email) && fold_email(email) == email);
  if (!is_utf8(text)) {
    bool refused = false;
    try {
      fold(text);
    } catch (const Error& e) {
      refused = e.code() == ErrorCode::invalid_argument;
    }
    ATLAS_FUZZ_CHECK(refused && email.empty());
    return 0;
  }
  ATLAS_FUZZ_CHECK(code_points(text) <= size);
  const std::string folded = fold(text);
  ATLAS_FUZZ_CHECK(is_utf8(folded) && fold(folded) == folded && trim(folded) == folded);
  // A character of another script forces the whole rule: the fast way must have said the same.
  ATLAS_FUZZ_CHECK(fold("Ж " + std::string(text)) == (folded.empty() ? "ж" : "ж " + folded));
  for (const std::string& word : words(text)) ATLAS_FUZZ_CHECK(!word.empty() && is_utf8(word));
  ATLAS_FUZZ_CHECK(fold_key(text).size() <= folded.size());
  ATLAS_FUZZ_CHECK(json_string(text).size() >= size + 2);
  return 0;
}
