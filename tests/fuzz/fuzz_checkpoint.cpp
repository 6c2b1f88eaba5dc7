// Any bytes as a signed note and as a verifier key. What is read is written back the same.

#include <cstdint>

#include "atlas/checkpoint.hpp"
#include "atlas/error.hpp"
#include "check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const ReadCheckpoint read = read_checkpoint(text);
    const Checkpoint& checkpoint = read.checkpoint;
    const ReadCheckpoint again = read_checkpoint(write_checkpoint(checkpoint, std::nullopt));
    ATLAS_FUZZ_CHECK(!again.is_signed);
    ATLAS_FUZZ_CHECK(again.checkpoint.origin == checkpoint.origin);
    ATLAS_FUZZ_CHECK(again.checkpoint.size == checkpoint.size);
    ATLAS_FUZZ_CHECK(again.checkpoint.root == checkpoint.root);
    ATLAS_FUZZ_CHECK(again.checkpoint.at == checkpoint.at);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
  }
  // The key of the corpus' signed notes. A signed text cannot lose a byte and stay signed.
  const auto known = parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ATLAS_FUZZ_CHECK(known);
  if (verify_checkpoint(text, known->name, known->public_key)) {
    ATLAS_FUZZ_CHECK(text.find("\n\n\u2014 ") != std::string_view::npos);
    ATLAS_FUZZ_CHECK(!verify_checkpoint(text.substr(1), known->name, known->public_key));
  }
  if (const auto key = parse_verifier_key(text)) {
    ATLAS_FUZZ_CHECK(parse_verifier_key(verifier_key(key->name, key->public_key))->public_key ==
                     key->public_key);
    ATLAS_FUZZ_CHECK(!verify_checkpoint(text, key->name, key->public_key));
  }
  return 0;
}
