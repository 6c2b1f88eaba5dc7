// The Merkle tree against the definitions of RFC 9162 §2.1, written out here as they stand, and against the
// test tree that certificate-transparency implementations share.

#include <bit>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/merkle.hpp"

namespace {

using namespace atlas;
using Leaves = std::vector<Hash>;

constexpr std::uint64_t max_size = 70;

Leaves some_leaves(std::uint64_t count) {
  Leaves leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(merkle::leaf_hash("leaf " + std::to_string(i)));
  return leaves;
}

Leaves part(const Leaves& all, std::uint64_t begin, std::uint64_t end) {
  return {all.begin() + std::ptrdiff_t(begin), all.begin() + std::ptrdiff_t(end)};
}

std::uint64_t split(std::uint64_t n) {
  std::uint64_t k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

Hash two(const Hash& left, const Hash& right) {
  return sha256("\x01" + std::string(as_view(left)) + std::string(as_view(right)));
}

// MTH(D[n]), §2.1.1.
Hash naive_root(const Leaves& d) {
  if (d.empty()) return sha256("");
  if (d.size() == 1) return d[0];
  const std::uint64_t k = split(d.size());
  return two(naive_root(part(d, 0, k)), naive_root(part(d, k, d.size())));
}

// PATH(m, D[n]), §2.1.3.1.
Leaves naive_path(std::uint64_t m, const Leaves& d) {
  if (d.size() == 1) return {};
  const std::uint64_t k = split(d.size());
  const Leaves left = part(d, 0, k), right = part(d, k, d.size());
  Leaves path = m < k ? naive_path(m, left) : naive_path(m - k, right);
  path.push_back(naive_root(m < k ? right : left));
  return path;
}

// SUBPROOF(m, D[n], b), §2.1.4.1.
Leaves naive_subproof(std::uint64_t m, const Leaves& d, bool b) {
  if (m == d.size()) return b ? Leaves{} : Leaves{naive_root(d)};
  const std::uint64_t k = split(d.size());
  const Leaves left = part(d, 0, k), right = part(d, k, d.size());
  Leaves proof = m <= k ? naive_subproof(m, left, b) : naive_subproof(m - k, right, false);
  proof.push_back(naive_root(m <= k ? right : left));
  return proof;
}

/// Subtrees as a store keeps them: what the frontier said it closed, and the leaves.
struct Kept {
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes;
  merkle::Frontier frontier;

  void append(const Hash& leaf) {
    REQUIRE(nodes.emplace(std::pair(0u, frontier.size()), leaf).second);
    frontier.append(leaf, [&](unsigned level, std::uint64_t index, const Hash& root) {
      REQUIRE(level >= 1);
      REQUIRE(nodes.emplace(std::pair(level, index), root).second);
    });
  }
  auto subtree() const {
    return [this](unsigned level, std::uint64_t index) {
      const auto found = nodes.find({level, index});
      REQUIRE(found != nodes.end());  // only complete subtrees are asked for
      return found->second;
    };
  }
};

Kept kept_of(const Leaves& leaves) {
  Kept kept;
  for (const Hash& leaf : leaves) kept.append(leaf);
  return kept;
}

Hash from_hex(const char* text) { return hash_from_bytes(unhex(text).value()); }

Leaves hashes(std::initializer_list<const char*> texts) {
  Leaves result;
  for (const char* text : texts) result.push_back(from_hex(text));
  return result;
}

Hash flipped(Hash h, std::size_t bit) {
  h[bit / 8 % 32] ^= static_cast<std::uint8_t>(1u << bit % 8);
  return h;
}

}  // namespace

TEST_CASE("merkle: the tree that certificate-transparency logs test with") {
  using namespace std::literals;
  const std::string inputs[] = {"",
                                "\x00"s,
                                "\x10",
                                "\x20\x21",
                                "\x30\x31",
                                "\x40\x41\x42\x43",
                                "\x50\x51\x52\x53\x54\x55\x56\x57",
                                "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const Leaves roots = hashes({"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                               "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"});
  Kept kept;
  CHECK(merkle::empty_root() == roots[0]);
  CHECK(kept.frontier.root() == roots[0]);
  Leaves leaves;
  for (std::size_t i = 0; i < 8; ++i) {
    leaves.push_back(merkle::leaf_hash(inputs[i]));
    kept.append(leaves.back());
    CHECK(kept.frontier.root() == roots[i + 1]);
    CHECK(merkle::root(i + 1, kept.subtree()) == roots[i + 1]);
  }
  const Leaves inclusion = hashes({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"});
  CHECK(merkle::inclusion_proof(0, 8, kept.subtree()) == inclusion);
  CHECK(merkle::verify_inclusion(0, 8, roots[8], leaves[0], inclusion));
  const Leaves consistency = hashes({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"});
  CHECK(merkle::consistency_proof(6, 8, kept.subtree()) == consistency);
  CHECK(merkle::verify_consistency(6, 8, roots[6], roots[8], consistency));
}

TEST_CASE(
    "merkle: heads, frontiers and inclusion proofs are those of the definition, for every size and leaf") {
  const Leaves all = some_leaves(max_size);
  const Kept kept = kept_of(all);
  merkle::Frontier frontier;
  for (std::uint64_t size = 0; size <= max_size; ++size) {
    const Leaves leaves = part(all, 0, size);
    const Hash root = naive_root(leaves);
    REQUIRE(frontier.size() == size);
    REQUIRE(frontier.root() == root);
    REQUIRE(merkle::root(size, kept.subtree()) == root);
    const merkle::Frontier again(size, frontier.serialise());
    REQUIRE(again.root() == root);
    REQUIRE(again.serialise() == frontier.serialise());
    for (std::uint64_t index = 0; index < size; ++index) {
      const Leaves proof = merkle::inclusion_proof(index, size, kept.subtree());
      REQUIRE(proof == naive_path(index, leaves));
      REQUIRE(merkle::verify_inclusion(index, size, root, leaves[index], proof));
      // Every other place is refused, and so is every other leaf.
      for (std::uint64_t other = 0; other < size + 2; ++other) {
        if (other == index) continue;
        REQUIRE_FALSE(merkle::verify_inclusion(other, size, root, leaves[index], proof));
        if (other < size) REQUIRE_FALSE(merkle::verify_inclusion(index, size, root, leaves[other], proof));
      }
      REQUIRE_FALSE(merkle::verify_inclusion(index, size, flipped(root, index), leaves[index], proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        Leaves bad = proof;
        bad[i] = flipped(bad[i], index * 7 + i);
        REQUIRE_FALSE(merkle::verify_inclusion(index, size, root, leaves[index], bad));
        bad = proof;
        bad.erase(bad.begin() + std::ptrdiff_t(i));
        REQUIRE_FALSE(merkle::verify_inclusion(index, size, root, leaves[index], bad));
      }
      Leaves longer = proof;
      longer.push_back(root);
      REQUIRE_FALSE(merkle::verify_inclusion(index, size, root, leaves[index], longer));
    }
    REQUIRE_THROWS_AS(merkle::inclusion_proof(size, size, kept.subtree()), Error);
    if (size < max_size) frontier.append(all[size]);
  }
}

TEST_CASE("merkle: consistency proofs are those of the definition, for every pair of sizes") {
  const Leaves all = some_leaves(max_size);
  const Kept kept = kept_of(all);
  Leaves roots;
  for (std::uint64_t size = 0; size <= max_size; ++size) roots.push_back(naive_root(part(all, 0, size)));
  for (std::uint64_t size2 = 1; size2 <= max_size; ++size2) {
    const Leaves leaves = part(all, 0, size2);
    for (std::uint64_t size1 = 1; size1 <= size2; ++size1) {
      const Leaves proof = merkle::consistency_proof(size1, size2, kept.subtree());
      REQUIRE(proof == naive_subproof(size1, leaves, true));
      const Hash &root1 = roots[size1], &root2 = roots[size2];
      REQUIRE(merkle::verify_consistency(size1, size2, root1, root2, proof));
      REQUIRE_FALSE(merkle::verify_consistency(size1, size2, flipped(root1, size2), root2, proof));
      REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, flipped(root2, size1), proof));
      if (size1 != size2) REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, root1, proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        Leaves bad = proof;
        bad[i] = flipped(bad[i], size1 * 5 + i);
        REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, root2, bad));
        bad = proof;
        bad.erase(bad.begin() + std::ptrdiff_t(i));
        REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, root2, bad));
      }
      Leaves longer = proof;
      longer.push_back(root2);
      REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, root2, longer));
      longer = proof;
      longer.insert(longer.begin(), root1);
      REQUIRE_FALSE(merkle::verify_consistency(size1, size2, root1, root2, longer));
    }
    // An entry replaced or removed behind the first head cannot be made consistent by the honest proof.
    if (size2 >= 2) {
      Leaves changed = leaves;
      changed[size2 / 2] = flipped(changed[size2 / 2], 3);
      const std::uint64_t size1 = size2 / 2 + 1;
      const Kept forged = kept_of(changed);
      REQUIRE_FALSE(merkle::verify_consistency(size1, size2, roots[size1], forged.frontier.root(),
                                               merkle::consistency_proof(size1, size2, forged.subtree())));
    }
  }
}

TEST_CASE("merkle: impossible sizes prove nothing") {
  const Leaves all = some_leaves(8);
  const Kept kept = kept_of(all);
  const Hash root = kept.frontier.root();
  CHECK_THROWS_AS(merkle::consistency_proof(0, 4, kept.subtree()), Error);
  CHECK_THROWS_AS(merkle::consistency_proof(5, 4, kept.subtree()), Error);
  CHECK_THROWS_AS(merkle::inclusion_proof(0, 0, kept.subtree()), Error);
  CHECK_FALSE(merkle::verify_inclusion(0, 0, merkle::empty_root(), all[0], {}));
  CHECK_FALSE(merkle::verify_inclusion(8, 8, root, all[0], {}));
  CHECK_FALSE(merkle::verify_consistency(0, 0, merkle::empty_root(), merkle::empty_root(), {}));
  CHECK_FALSE(merkle::verify_consistency(0, 8, merkle::empty_root(), root, {}));
  CHECK_FALSE(merkle::verify_consistency(9, 8, root, root, {}));
  CHECK_FALSE(merkle::verify_consistency(4, 8, root, root, {}));
  CHECK(merkle::verify_consistency(8, 8, root, root, {}));
  const std::vector<Hash> endless(1000, root);
  CHECK_FALSE(merkle::verify_inclusion(~0ull, ~0ull, root, root, endless));
  CHECK_FALSE(merkle::verify_inclusion(~0ull - 1, ~0ull, root, root, endless));
  CHECK_FALSE(merkle::verify_consistency(1, ~0ull, root, root, endless));
}

TEST_CASE("merkle: trees of any size, with leaves that are all alike") {
  std::vector<Hash> level{merkle::leaf_hash("same")};
  while (level.size() < 64) level.push_back(merkle::node_hash(level.back(), level.back()));
  const auto subtree = [&](unsigned l, std::uint64_t) { return level[l]; };
  for (const std::uint64_t size :
       {~0ull, 1ull << 63, (1ull << 63) + 1, (1ull << 40) - 1, 0x0123456789abcdefull}) {
    const Hash root = merkle::root(size, subtree);
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1})
      CHECK(merkle::verify_inclusion(index, size, root, level[0],
                                     merkle::inclusion_proof(index, size, subtree)));
    for (const std::uint64_t size1 : {std::uint64_t{1}, size / 3, std::bit_floor(size), size - 1, size})
      CHECK(merkle::verify_consistency(size1, size, merkle::root(size1, subtree), root,
                                       merkle::consistency_proof(size1, size, subtree)));
  }
}

TEST_CASE("merkle: a stored frontier that does not fit its size is corrupt") {
  merkle::Frontier frontier;
  for (const Hash& leaf : some_leaves(7)) frontier.append(leaf);
  const std::string bytes = frontier.serialise();
  REQUIRE(bytes.size() == 96);
  CHECK_NOTHROW(merkle::Frontier(7, bytes));
  CHECK_NOTHROW(merkle::Frontier(0, ""));
  for (const auto& [size, text] : {std::pair<std::uint64_t, std::string>{8, bytes},
                                   {7, bytes.substr(1)},
                                   {7, bytes + "x"},
                                   {0, bytes},
                                   {1, ""},
                                   {~0ull, bytes}}) {
    try {
      merkle::Frontier(size, text);
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::storage_corrupt);
    }
  }
}
