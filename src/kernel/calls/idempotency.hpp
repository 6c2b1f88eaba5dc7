#pragma once
// The same key and the same parameters give the same result again, without a second effect.

#include <optional>
#include <string>
#include <string_view>

#include "unit_of_work.hpp"

namespace atlas {

class Idempotency {
 public:
  /// Claims the key for this transaction: a second call with it waits until this one ends. Throws conflict
  /// (idempotency_mismatch) when it was used with other parameters.
  Idempotency(UnitOfWork& unit, const OperationInfo& op, std::string_view key, std::string_view params);
  /// The stored result with `"replayed": true`, when there is one.
  std::optional<std::string> replay();
  void remember(std::string_view result);

 private:
  UnitOfWork& unit_;
  std::string principal_, operation_, key_;
  Hash params_hash_{};
  std::optional<std::string> stored_;
};

/// Forgets results older than 48 hours, at most `limit`. Returns how many.
std::size_t purge_results(UnitOfWork& unit, std::size_t limit);

}  // namespace atlas
