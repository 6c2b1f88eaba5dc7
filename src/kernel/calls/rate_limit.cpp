#include "rate_limit.hpp"

#include <algorithm>

namespace atlas {

std::int64_t RateLimiter::take(const std::string& who, std::int64_t now_ms) {
  if (per_second_ <= 0) return 0;
  const std::lock_guard lock(mutex_);
  // Full buckets say nothing: forget them before the table grows with the number of visitors.
  if (buckets_.size() > 10'000) {
    std::erase_if(buckets_, [&](const auto& b) { return now_ms - b.second.at_ms > 1'000; });
  }
  const std::int64_t full = per_second_ * 1'000;
  auto [it, fresh] = buckets_.try_emplace(who, Bucket{full, now_ms});
  Bucket& b = it->second;
  const std::int64_t passed = std::clamp<std::int64_t>(now_ms - b.at_ms, 0, 1'000);
  b.thousandths = std::min(full, b.thousandths + passed * per_second_);
  b.at_ms = now_ms;
  if (b.thousandths >= 1'000) {
    b.thousandths -= 1'000;
    return 0;
  }
  return (1'000 - b.thousandths + per_second_ - 1) / per_second_;
}

}  // namespace atlas
