// Any bytes as the sealed parts of a stored entry. What is read is written back the same, and no two readings
// share a leaf.

#include <cstdint>

#include "atlas/audit_entry.hpp"
#include "atlas/error.hpp"
#include "check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  const std::string_view blob(reinterpret_cast<const char*>(data), size);
  try {
    const std::vector<SealedPart> parts = decode_sealed(blob);
    ATLAS_FUZZ_CHECK(encode_sealed(parts) == blob);
    const Hash leaf = leaf_hash("{}", "", parts);
    if (!parts.empty()) {
      std::vector<SealedPart> fewer = parts;
      fewer.pop_back();
      ATLAS_FUZZ_CHECK(leaf_hash("{}", "", fewer) != leaf);
    }
    AuditEntry entry;
    entry.sealed = parts;
    ATLAS_FUZZ_CHECK(export_line(entry).find('\n') == std::string::npos);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::storage_corrupt);
  }
  return 0;
}
