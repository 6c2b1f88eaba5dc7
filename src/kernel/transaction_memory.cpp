#include "transaction_memory.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

/// A call asks about the keys of a record or two.
constexpr std::size_t most_known = 8;

}  // namespace

const std::vector<Uuid>* TransactionMemory::holders(const MatchKey& key, std::size_t limit) const {
  for (const Known& k : known_)
    if (k.key == key) return k.all || k.ids.size() >= limit ? &k.ids : nullptr;
  return nullptr;
}

void TransactionMemory::remember(const MatchKey& key, std::size_t limit, std::vector<Uuid> holders) {
  removed(key);
  if (known_.size() == most_known) known_.erase(known_.begin());
  const bool all = holders.size() < limit;
  known_.push_back({key, all, std::move(holders)});
}

void TransactionMemory::added(const MatchKey& key, const Uuid& id) {
  for (Known& k : known_) {
    if (k.key != key) continue;
    // Behind the last one that is known there may be others.
    if (!k.all && (k.ids.empty() || id > k.ids.back())) return;
    const auto at = std::lower_bound(k.ids.begin(), k.ids.end(), id);
    if (at == k.ids.end() || *at != id) k.ids.insert(at, id);
    return;
  }
}

void TransactionMemory::removed(const MatchKey& key) {
  std::erase_if(known_, [&](const Known& k) { return k.key == key; });
}

void TransactionMemory::forget() {
  known_.clear();
  written.reset();
  parts.clear();
}

const WrittenKeys* written_keys(const Context& cx, const Uuid& id) {
  const auto& written = const_cast<Context&>(cx).unit().memory().written;
  return written && written->id == id ? &*written : nullptr;
}

std::shared_ptr<void>& kept_in_transaction(Context& cx, std::type_index type) {
  return cx.unit().memory().parts[type];
}

}  // namespace atlas
