#pragma once
// How often each of many hashes was seen.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace atlas::matching {

/// A table from hash to count; open addressing, no removal. Hash 0 is not counted.
class Counts {
 public:
  void add(std::uint64_t hash, float n = 1);
  float of(std::uint64_t hash) const noexcept;
  std::size_t size() const noexcept { return used_; }
  void clear();
  /// Everything counted, in the order of the hashes.
  std::vector<std::pair<std::uint64_t, float>> sorted() const;
  /// Counts as one what was seen at most `n` times.
  void forget_rare(float n);
  /// Forgets what was seen less than twice, and all but the `most` frequent.
  void keep_frequent(std::size_t most);

 private:
  void grow();
  std::vector<std::pair<std::uint64_t, float>> slots_;
  std::size_t used_ = 0;
};

}  // namespace atlas::matching
