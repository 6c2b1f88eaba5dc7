#pragma once
// Derived values (match keys, folded columns, search tokens) are stamped with what made them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// One version of the text rules that derived values stand on. Old versions stay in the library as long as
/// stores written with them are read.
struct Normaliser {
  int version = 0;
  std::string (*fold)(std::string_view) = nullptr;
  std::string (*fold_email)(std::string_view) = nullptr;
  std::vector<std::string> (*words)(std::string_view) = nullptr;
};

/// All that this library knows, oldest first; the last is the current one. Thread-safe.
std::span<const Normaliser> normalisers() noexcept;

/// "normaliser/unicode/phone metadata/rules of keys": what this engine's derived values are made with.
std::string derivation_stamp(const Normaliser& normaliser);

}  // namespace atlas
