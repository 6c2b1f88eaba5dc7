#pragma once
// What is known within one transaction, so that rooms need not read or reckon it twice.

#include <memory>
#include <typeindex>
#include <vector>

#include "atlas/registry.hpp"

namespace atlas {

class Context;

/// The match keys of a record as the last save of it left them; sorted.
struct WrittenKeys {
  Uuid id;
  std::vector<MatchKey> before;  ///< empty for a new record
  std::vector<MatchKey> after;
};
/// For hooks that are told of a save: its keys. Null when the save left the keys as they were, or another one
/// has come between. Holds until the next save.
const WrittenKeys* written_keys(const Context& cx, const Uuid& id);

/// Where a room keeps one object of a type to the end of the transaction. Empty when nothing was kept, and
/// again after something was rolled back.
std::shared_ptr<void>& kept_in_transaction(Context& cx, std::type_index type);

/// The same with its type; made when there is none.
template <class T>
T& in_transaction(Context& cx) {
  std::shared_ptr<void>& kept = kept_in_transaction(cx, typeid(T));
  if (!kept) kept = std::make_shared<T>();
  return *static_cast<T*>(kept.get());
}

}  // namespace atlas
