#include "counts.hpp"

#include <algorithm>

namespace atlas::matching {

void Counts::add(std::uint64_t hash, float n) {
  if (hash == 0) return;
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].first != 0 && slots_[i].first != hash) i = (i + 1) & mask;
  if (slots_[i].first == 0) {
    slots_[i].first = hash;
    ++used_;
  }
  slots_[i].second += n;
}

float Counts::of(std::uint64_t hash) const noexcept {
  if (slots_.empty() || hash == 0) return 0;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask; slots_[i].first != 0; i = (i + 1) & mask)
    if (slots_[i].first == hash) return slots_[i].second;
  return 0;
}

void Counts::clear() {
  slots_.clear();
  used_ = 0;
}

void Counts::forget_rare(float n) {
  for (auto& slot : slots_)
    if (slot.second > 1 && slot.second <= n) slot.second = 1;
}

void Counts::grow() {
  std::vector<std::pair<std::uint64_t, float>> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const auto& slot : old) {
    if (slot.first == 0) continue;
    std::size_t i = slot.first & mask;
    while (slots_[i].first != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

std::vector<std::pair<std::uint64_t, float>> Counts::sorted() const {
  std::vector<std::pair<std::uint64_t, float>> out;
  out.reserve(used_);
  for (const auto& slot : slots_)
    if (slot.first != 0) out.push_back(slot);
  std::sort(out.begin(), out.end());
  return out;
}

void Counts::keep_frequent(std::size_t most) {
  auto all = sorted();
  std::erase_if(all, [](const auto& slot) { return slot.second < 1.5f; });
  if (all.size() > most) {
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    all.resize(most);
  }
  clear();
  for (const auto& [hash, n] : all) add(hash, n);
}

}  // namespace atlas::matching
