#pragma once
// The Merkle tree as RFC 9162 §2.1 defines it, by its recursive definitions and nothing else: slow and plain,
// so that it can judge the library's.

#include <span>
#include <vector>

#include "atlas/crypto.hpp"

namespace atlas::simulation {

/// MTH(D[n]) of §2.1.1.
Hash naive_root(std::span<const Hash> leaves);
/// PROOF(m, D_n) of §2.1.4.1.
std::vector<Hash> naive_consistency(std::size_t m, std::span<const Hash> leaves);
/// PATH(m, D_n) of §2.1.3.1.
std::vector<Hash> naive_path(std::size_t m, std::span<const Hash> leaves);

}  // namespace atlas::simulation
