#pragma once
// The part before a transaction without its reading, where a room remembers what it read last time.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "atlas/principal.hpp"

namespace atlas {

/// By operation; a part of the registry (Registry::part). What is recalled goes through Preparation::ask like
/// what was looked at; where that throws, and where the handler answers storage_conflict, everything is
/// looked at anew. So the handler must see in its transaction whether what was recalled still holds, and
/// answer that when it does not. Called from many threads, with no lock held.
struct Recollections {
  /// Null: nothing is remembered that fits.
  using Recall = std::function<std::shared_ptr<void>(const Principal&, const void* in)>;
  std::map<std::string, Recall, std::less<>> of;
};

}  // namespace atlas
