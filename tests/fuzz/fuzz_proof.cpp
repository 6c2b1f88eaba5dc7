// Any bytes as a proof, as a change to a true proof, and as a stored frontier. Nothing but the true proof of
// a real tree is accepted.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "atlas/error.hpp"
#include "atlas/merkle.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

constexpr std::uint64_t tree_size = 21;

class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}
  std::uint64_t number() {
    std::uint64_t n = 0;
    take(&n, sizeof n);
    return n;
  }
  Hash hash() {
    Hash h{};
    take(h.data(), h.size());
    return h;
  }
  bool empty() const { return rest_.empty(); }

 private:
  /// What is missing at the end counts as zeros.
  void take(void* out, std::size_t size) {
    const std::size_t n = std::min(size, rest_.size());
    if (n != 0) std::memcpy(out, rest_.data(), n);
    rest_.remove_prefix(n);
  }
  std::string_view rest_;
};

Hash subtree_root(unsigned level, std::uint64_t index) {
  if (level == 0) return merkle::leaf_hash(std::to_string(index));
  return merkle::node_hash(subtree_root(level - 1, 2 * index), subtree_root(level - 1, 2 * index + 1));
}

constexpr auto subtree = [](unsigned level, std::uint64_t index) { return subtree_root(level, index); };

/// The proof xored with the input, then cut or lengthened by it.
std::vector<Hash> changed(std::vector<Hash> proof, Bytes bytes) {
  const std::uint64_t resize = bytes.number();
  for (Hash& h : proof) {
    const Hash mask = bytes.hash();
    for (std::size_t i = 0; i < h.size(); ++i) h[i] = static_cast<std::uint8_t>(h[i] ^ mask[i]);
  }
  if (resize % 3 == 1 && !proof.empty()) proof.pop_back();
  if (resize % 3 == 2) proof.push_back(bytes.hash());
  return proof;
}

void any_proof(Bytes bytes) {
  const std::uint64_t a = bytes.number(), b = bytes.number();
  const Hash first = bytes.hash(), second = bytes.hash();
  std::vector<Hash> proof;
  while (!bytes.empty() && proof.size() < 300) proof.push_back(bytes.hash());
  if (merkle::verify_inclusion(a, b, first, second, proof)) {
    ATLAS_FUZZ_CHECK(a < b && proof.size() <= 64);
    ATLAS_FUZZ_CHECK(b != 1 || first == second);
  }
  if (merkle::verify_consistency(a, b, first, second, proof)) {
    ATLAS_FUZZ_CHECK(a >= 1 && a <= b && proof.size() <= 65);
    ATLAS_FUZZ_CHECK(a != b || first == second);
  }
}

void true_proofs(std::uint64_t a, std::uint64_t b, Bytes bytes) {
  const std::uint64_t size = 1 + a % tree_size, index = b % size, part = 1 + b % size;
  const Hash root = merkle::root(size, subtree);
  const auto inclusion = merkle::inclusion_proof(index, size, subtree);
  const auto other = changed(inclusion, bytes);
  ATLAS_FUZZ_CHECK(merkle::verify_inclusion(index, size, root, subtree(0, index), other) ==
                   (other == inclusion));
  const auto consistency = merkle::consistency_proof(part, size, subtree);
  const auto another = changed(consistency, bytes);
  ATLAS_FUZZ_CHECK(merkle::verify_consistency(part, size, merkle::root(part, subtree), root, another) ==
                   (another == consistency));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  any_proof(Bytes(text));
  Bytes bytes(text);
  const std::uint64_t a = bytes.number(), b = bytes.number();
  true_proofs(a, b, bytes);
  try {
    const std::string_view stored = text.substr(std::min<std::size_t>(text.size(), 8));
    merkle::Frontier frontier(a, stored);
    ATLAS_FUZZ_CHECK(frontier.serialise() == stored);
    const Hash before = frontier.root();
    frontier.append(Hash{});
    ATLAS_FUZZ_CHECK(frontier.root() != before);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::storage_corrupt);
  }
  return 0;
}
