#pragma once
// A token bucket per caller, in memory.

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace atlas {

/// `calls` in each `period_ms`, with a burst of the same size. Remembers at most 50,000 callers: when more
/// come at once, the newcomers share one bucket until others are forgotten. Thread-safe.
class RateLimiter {
 public:
  RateLimiter(std::int64_t calls, std::int64_t period_ms) : calls_(calls), period_ms_(period_ms) {}
  /// Takes `tenths` of a call. Milliseconds to wait when there is not so much; 0 = go on.
  std::int64_t take(const std::string& who, std::int64_t now_ms, std::int64_t tenths = 10);
  std::size_t callers() const;

 private:
  /// Tokens in parts: a call has 10 × period_ms of them, a millisecond brings 10 × calls.
  struct Bucket {
    std::int64_t parts = 0;
    std::int64_t at_ms = 0;
  };
  Bucket& bucket_of(const std::string& who, std::int64_t now_ms, std::int64_t full);

  std::int64_t calls_, period_ms_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::int64_t swept_ms_ = 0;
};

}  // namespace atlas
