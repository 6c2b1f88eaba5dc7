#include "naive_tree.hpp"

#include <string>

namespace atlas::simulation {
namespace {

std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

std::vector<Hash> subproof(std::size_t m, std::span<const Hash> d, bool complete) {
  const std::size_t n = d.size();
  if (m == n) return complete ? std::vector<Hash>{} : std::vector<Hash>{naive_root(d)};
  const std::size_t k = split(n);
  std::vector<Hash> out;
  if (m <= k) {
    out = subproof(m, d.first(k), complete);
    out.push_back(naive_root(d.subspan(k)));
  } else {
    out = subproof(m - k, d.subspan(k), false);
    out.push_back(naive_root(d.first(k)));
  }
  return out;
}

}  // namespace

Hash naive_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split(leaves.size());
  const Hash left = naive_root(leaves.first(k)), right = naive_root(leaves.subspan(k));
  return sha256(std::string(1, '\1').append(as_view(left)).append(as_view(right)));
}

std::vector<Hash> naive_consistency(std::size_t m, std::span<const Hash> leaves) {
  return subproof(m, leaves, true);
}

std::vector<Hash> naive_path(std::size_t m, std::span<const Hash> leaves) {
  if (leaves.size() <= 1) return {};
  const std::size_t k = split(leaves.size());
  std::vector<Hash> out = m < k ? naive_path(m, leaves.first(k)) : naive_path(m - k, leaves.subspan(k));
  out.push_back(naive_root(m < k ? leaves.subspan(k) : leaves.first(k)));
  return out;
}

}  // namespace atlas::simulation
