#include "kept_values.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_kept = 8'000;  // values

}  // namespace

std::shared_ptr<void> KeptValues::get(const Uuid& org, std::string_view what, std::int64_t stamp,
                                      FunctionRef<std::shared_ptr<void>()> make) {
  std::pair key{org, std::string(what)};
  {
    const std::lock_guard lock(mutex_);
    const auto it = kept_.find(key);
    if (it != kept_.end() && it->second.stamp == stamp) return it->second.value;
  }
  auto value = make();
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= max_kept) kept_.clear();
  kept_.insert_or_assign(std::move(key), Kept{stamp, value});
  return value;
}

}  // namespace atlas
