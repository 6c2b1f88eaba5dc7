// Proofs of RFC 9162 §2.1.3 and §2.1.4. Making one asks for at most 2·log2(size) complete subtrees.

#include <algorithm>
#include <bit>

#include "atlas/error.hpp"
#include "atlas/merkle.hpp"

namespace atlas::merkle {
namespace {

/// The largest power of two smaller than `size` (size ≥ 2): where RFC 9162 splits a tree.
std::uint64_t split(std::uint64_t size) { return std::bit_floor(size - 1); }

unsigned log2(std::uint64_t power) { return static_cast<unsigned>(std::countr_zero(power)); }

/// Head of the `size` ≥ 1 leaves from `begin`, which is a multiple of the first complete subtree's size.
Hash range_root(std::uint64_t begin, std::uint64_t size, Subtree subtree) {
  std::vector<Hash> complete;
  complete.reserve(static_cast<std::size_t>(std::popcount(size)));
  while (size != 0) {
    const std::uint64_t width = std::bit_floor(size);
    const unsigned level = log2(width);
    complete.push_back(subtree(level, begin >> level));
    begin += width;
    size -= width;
  }
  Hash result = complete.back();
  for (std::size_t i = complete.size() - 1; i-- > 0;) result = node_hash(complete[i], result);
  return result;
}

bool check_inclusion(std::uint64_t index, std::uint64_t size, const Hash& root, const Hash& leaf,
                     const std::vector<Hash>& proof) {
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool check_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1, const Hash& root2,
                       const std::vector<Hash>& proof) {
  if (size1 == 0 || size1 > size2) return false;
  if (size1 == size2) return proof.empty() && root1 == root2;
  if (proof.empty()) return false;
  std::uint64_t fn = size1 - 1;
  std::uint64_t sn = size2 - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  // A first tree that is a complete subtree of the second is not repeated in the proof.
  const bool complete = std::has_single_bit(size1);
  Hash fr = complete ? root1 : proof.front();
  Hash sr = fr;
  for (std::size_t i = complete ? 0 : 1; i < proof.size(); ++i) {
    const Hash& c = proof[i];
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == root1 && sr == root2;
}

}  // namespace

Hash root(std::uint64_t size, Subtree subtree) {
  return size == 0 ? empty_root() : range_root(0, size, subtree);
}

std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, Subtree subtree) {
  if (index >= size) throw Error(ErrorCode::invalid_argument, "the tree has no such leaf");
  std::vector<Hash> proof;
  std::uint64_t begin = 0;
  while (size > 1) {
    const std::uint64_t k = split(size);
    if (index - begin < k) {
      proof.push_back(range_root(begin + k, size - k, subtree));
      size = k;
    } else {
      proof.push_back(range_root(begin, k, subtree));
      begin += k;
      size -= k;
    }
  }
  std::reverse(proof.begin(), proof.end());  // from the leaf upwards
  return proof;
}

std::vector<Hash> consistency_proof(std::uint64_t size1, std::uint64_t size2, Subtree subtree) {
  if (size1 == 0 || size1 > size2)
    throw Error(ErrorCode::invalid_argument, "a consistency proof needs 0 < size1 <= size2");
  std::vector<Hash> proof;
  std::uint64_t begin = 0;
  bool whole = true;  // the first tree is the whole range looked at, and its head is known to the verifier
  while (size1 != size2) {
    const std::uint64_t k = split(size2);
    if (size1 <= k) {
      proof.push_back(range_root(begin + k, size2 - k, subtree));
      size2 = k;
    } else {
      proof.push_back(range_root(begin, k, subtree));
      begin += k;
      size1 -= k;
      size2 -= k;
      whole = false;
    }
  }
  if (!whole) proof.push_back(range_root(begin, size1, subtree));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& root, const Hash& leaf,
                      const std::vector<Hash>& proof) noexcept {
  try {
    return check_inclusion(index, size, root, leaf, proof);
  } catch (...) {  // no memory to hash with: nothing was proved
    return false;
  }
}

bool verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1, const Hash& root2,
                        const std::vector<Hash>& proof) noexcept {
  try {
    return check_consistency(size1, size2, root1, root2, proof);
  } catch (...) {
    return false;
  }
}

}  // namespace atlas::merkle
