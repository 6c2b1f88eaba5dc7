#include "atlas/merkle.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "atlas/error.hpp"

namespace atlas::merkle {

Hash leaf_hash(std::string_view data) {
  std::string bytes;
  bytes.reserve(1 + data.size());
  bytes.push_back('\0');
  bytes.append(data);
  return sha256(bytes);
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 65> bytes;
  bytes[0] = '\1';
  std::memcpy(bytes.data() + 1, left.data(), 32);
  std::memcpy(bytes.data() + 33, right.data(), 32);
  return sha256({bytes.data(), bytes.size()});
}

Hash empty_root() { return sha256({}); }

Frontier::Frontier(std::uint64_t size, std::string_view bytes) : size_(size) {
  const auto count = static_cast<std::size_t>(std::popcount(size));
  if (bytes.size() != count * 32)
    throw Error(ErrorCode::storage_corrupt, "the audit tree's frontier does not fit its size");
  roots_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) roots_.push_back(hash_from_bytes(bytes.substr(i * 32, 32)));
}

void Frontier::append(const Hash& leaf) {
  append(leaf, [](unsigned, std::uint64_t, const Hash&) {});
}

void Frontier::append(const Hash& leaf,
                      FunctionRef<void(unsigned level, std::uint64_t index, const Hash& root)> closed) {
  Hash merged = leaf;
  // Each trailing one of the size is a complete subtree that the new leaf's subtree completes to the next
  // level.
  unsigned level = 0;
  for (std::uint64_t rest = size_; rest & 1; rest >>= 1) {
    merged = node_hash(roots_.back(), merged);
    roots_.pop_back();
    ++level;
    closed(level, rest >> 1, merged);
  }
  roots_.push_back(merged);
  ++size_;
}

Hash Frontier::root() const {
  if (roots_.empty()) return empty_root();
  Hash result = roots_.back();
  for (std::size_t i = roots_.size() - 1; i-- > 0;) result = node_hash(roots_[i], result);
  return result;
}

std::string Frontier::serialise() const {
  std::string bytes;
  bytes.reserve(roots_.size() * 32);
  for (const Hash& h : roots_) bytes.append(as_view(h));
  return bytes;
}

}  // namespace atlas::merkle
