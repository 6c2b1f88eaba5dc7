#pragma once
// A token bucket per principal, in memory.

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace atlas {

class RateLimiter {
 public:
  explicit RateLimiter(std::int64_t per_second) : per_second_(per_second) {}
  /// Milliseconds to wait; 0 = go on.
  std::int64_t take(const std::string& who, std::int64_t now_ms);

 private:
  struct Bucket {
    std::int64_t thousandths = 0;  ///< tokens × 1000
    std::int64_t at_ms = 0;
  };
  std::int64_t per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace atlas
