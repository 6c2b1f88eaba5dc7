#include "rate_limit.hpp"

#include <algorithm>

namespace atlas {
namespace {

constexpr std::size_t max_callers = 50'000;
constexpr std::size_t sweep_from = 10'000;
constexpr std::int64_t sweep_ms = 1'000;  ///< not more often: it looks at every bucket
constexpr const char* newcomers = "*";    // callers have longer names

}  // namespace

RateLimiter::Bucket& RateLimiter::bucket_of(const std::string& who, std::int64_t now_ms, std::int64_t full) {
  if (buckets_.size() > sweep_from && now_ms - swept_ms_ >= sweep_ms) {
    // Full buckets say nothing: forget them before the table grows with the number of visitors.
    std::erase_if(buckets_, [&](const auto& b) { return now_ms - b.second.at_ms >= period_ms_; });
    swept_ms_ = now_ms;
  }
  const auto known = buckets_.find(who);
  if (known != buckets_.end()) return known->second;
  const bool crowded = buckets_.size() >= max_callers;
  return buckets_.try_emplace(crowded ? newcomers : who, Bucket{full, now_ms}).first->second;
}

std::int64_t RateLimiter::take(const std::string& who, std::int64_t now_ms, std::int64_t tenths) {
  if (calls_ <= 0) return 0;
  const std::lock_guard lock(mutex_);
  const std::int64_t full = calls_ * period_ms_ * 10;
  Bucket& b = bucket_of(who, now_ms, full);
  const std::int64_t passed = std::clamp<std::int64_t>(now_ms - b.at_ms, 0, period_ms_);
  b.parts = std::min(full, b.parts + passed * calls_ * 10);
  b.at_ms = now_ms;
  const std::int64_t cost = std::min(period_ms_ * tenths, full);
  if (b.parts >= cost) {
    b.parts -= cost;
    return 0;
  }
  return (cost - b.parts + calls_ * 10 - 1) / (calls_ * 10);
}

std::size_t RateLimiter::callers() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace atlas
