#pragma once
// What one transaction has found out: holders of match keys, the keys written last, what rooms keep.

#include <map>
#include <memory>
#include <optional>
#include <typeindex>
#include <vector>

#include "atlas/in_transaction.hpp"

namespace atlas {

class TransactionMemory {
 public:
  /// The first `limit` holders of a key; null when that is not known.
  const std::vector<Uuid>* holders(const MatchKey& key, std::size_t limit) const;
  /// They were read with this limit.
  void remember(const MatchKey& key, std::size_t limit, std::vector<Uuid> holders);
  /// This transaction gave a record a key, or took it away.
  void added(const MatchKey& key, const Uuid& id);
  void removed(const MatchKey& key);

  std::optional<WrittenKeys> written;
  std::map<std::type_index, std::shared_ptr<void>> parts;

  /// Holders are forgotten: between calls, and with all else when something was rolled back.
  void forget_holders() { known_.clear(); }
  void forget();

 private:
  struct Known {
    MatchKey key;
    bool all = false;  ///< there are no more than these
    std::vector<Uuid> ids;
  };
  std::vector<Known> known_;
};

}  // namespace atlas
