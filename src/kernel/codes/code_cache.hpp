#pragma once
// Codes of organisations that were read before, by the stamp that they had.

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "atlas/id.hpp"
#include "atlas/tenant_codes.hpp"

namespace atlas {

/// Thread-safe. A stamp is never used twice, so what a transaction reads of its own changes and then rolls
/// back is never taken for what is stored.
class CodeCache {
 public:
  /// What is kept under this stamp, else what `source` reads. Null for stamp 0: the organisation has none.
  std::shared_ptr<const TenantCodes> get(CodeSource* source, ReadTransaction& tx, const Uuid& org,
                                         std::int64_t stamp);

 private:
  struct Kept {
    std::int64_t stamp = 0;
    std::shared_ptr<const TenantCodes> codes;
  };
  std::mutex mutex_;
  std::unordered_map<Uuid, Kept> kept_;
};

}  // namespace atlas
