#pragma once
// Merkle tree of RFC 9162 §2.1 (SHA-256): heads, inclusion and consistency proofs. Pure; thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/crypto.hpp"
#include "atlas/function_ref.hpp"

namespace atlas::merkle {

/// SHA-256(0x00 ‖ data).
Hash leaf_hash(std::string_view data);
/// SHA-256(0x01 ‖ left ‖ right).
Hash node_hash(const Hash& left, const Hash& right);
/// The head of the empty tree: SHA-256 of nothing.
Hash empty_root();

/// The right edge of a growing tree: roots of its complete subtrees, largest first. Appends in O(1)
/// amortised.
class Frontier {
 public:
  Frontier() = default;
  /// From `serialise()`; throws storage_corrupt when it does not fit `size`.
  Frontier(std::uint64_t size, std::string_view bytes);
  void append(const Hash& leaf);
  /// `closed` is called for each complete subtree that the leaf closes: level ≥ 1, index at that level, root.
  void append(const Hash& leaf,
              FunctionRef<void(unsigned level, std::uint64_t index, const Hash& root)> closed);
  std::uint64_t size() const { return size_; }
  Hash root() const;
  std::string serialise() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;
};

/// Gives the root of the complete subtree `index` of 2^level leaves (level 0: the leaf hash `index`).
using Subtree = FunctionRef<Hash(unsigned level, std::uint64_t index)>;

/// Head of the first `size` leaves.
Hash root(std::uint64_t size, Subtree subtree);
/// RFC 9162 §2.1.3.1. Throws invalid_argument when index ≥ size.
std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, Subtree subtree);
/// RFC 9162 §2.1.4.1; 0 < size1 ≤ size2 (empty proof when equal).
std::vector<Hash> consistency_proof(std::uint64_t size1, std::uint64_t size2, Subtree subtree);

/// RFC 9162 §2.1.3.2 and §2.1.4.2. Any input; false when it does not prove.
bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& root, const Hash& leaf,
                      const std::vector<Hash>& proof) noexcept;
bool verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1, const Hash& root2,
                        const std::vector<Hash>& proof) noexcept;

}  // namespace atlas::merkle
