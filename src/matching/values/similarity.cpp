#include "similarity.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace atlas::matching {

double jaro_winkler(std::string_view a, std::string_view b) noexcept {
  a = a.substr(0, compared_bytes);
  b = b.substr(0, compared_bytes);
  if (a == b) return a.empty() ? 0 : 1;
  if (a.empty() || b.empty()) return 0;
  if (a.size() > b.size() || (a.size() == b.size() && b < a)) std::swap(a, b);
  const std::size_t window = std::max<std::size_t>(b.size() / 2, 1) - 1;
  std::uint64_t used_a = 0, used_b = 0;
  std::size_t common = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t from = i > window ? i - window : 0, to = std::min(i + window + 1, b.size());
    for (std::size_t j = from; j < to; ++j) {
      if ((used_b >> j & 1) != 0 || a[i] != b[j]) continue;
      used_a |= std::uint64_t{1} << i;
      used_b |= std::uint64_t{1} << j;
      ++common;
      break;
    }
  }
  if (common == 0) return 0;
  std::size_t moved = 0;
  for (std::size_t i = 0, j = 0; i < a.size(); ++i) {
    if ((used_a >> i & 1) == 0) continue;
    while ((used_b >> j & 1) == 0) ++j;
    moved += a[i] != b[j] ? 1 : 0;
    ++j;
  }
  const double m = static_cast<double>(common);
  const double jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
                       (m - static_cast<double>(moved) / 2) / m) /
                      3;
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && a[prefix] == b[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

double jaro_winkler(std::string_view a, std::string_view b, double least) noexcept {
  a = a.substr(0, compared_bytes);
  b = b.substr(0, compared_bytes);
  if (a.empty() || b.empty()) return 0;
  if (a.size() > b.size()) std::swap(a, b);
  // No more bytes can meet than the shorter has of those that the longer has at all.
  std::uint64_t there = 0;
  for (const char c : b) there |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63);
  std::size_t common = 0;
  for (const char c : a) common += there >> (static_cast<unsigned char>(c) & 63) & 1;
  const double m = static_cast<double>(common);
  const double jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + 1) / 3;
  const double begin = a[0] == b[0] ? 0.4 : 0;
  if (jaro + begin * (1 - jaro) < least) return 0;
  return jaro_winkler(a, b);
}

int damerau(std::string_view a, std::string_view b, int limit) noexcept {
  a = a.substr(0, compared_bytes);
  b = b.substr(0, compared_bytes);
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  if (std::abs(n - m) > limit) return limit + 1;
  if (a == b) return 0;
  // What both begin and end with costs nothing.
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  if (limit == 1) {
    if (a.size() <= 1 && b.size() <= 1) return 1;
    return a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0] ? 1 : 2;
  }
  std::array<std::array<int, compared_bytes + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = rows[1][j] = rows[2][j] = static_cast<int>(j);
  std::size_t now = 0;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t last = now, before = (now + 2) % 3;
    now = (now + 1) % 3;
    rows[now][0] = static_cast<int>(i);
    int best = rows[now][0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int cost = std::min(
          {rows[last][j] + 1, rows[now][j - 1] + 1, rows[last][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost = std::min(cost, rows[before][j - 2] + 1);
      rows[now][j] = cost;
      best = std::min(best, cost);
    }
    if (best > limit) return limit + 1;
  }
  return std::min(rows[now][b.size()], limit + 1);
}

double trigram_dice(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t most = 128;
  std::array<std::uint32_t, most> grams_a{}, grams_b{};
  const auto grams = [](std::string_view s, std::array<std::uint32_t, most>& out) {
    std::size_t count = 0;
    std::uint32_t gram = 0x2020;
    for (std::size_t i = 0; i < s.size() && count < most; ++i) {
      gram = (gram << 8 | static_cast<unsigned char>(s[i])) & 0xffffff;
      out[count++] = gram;
    }
    std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count));
    return static_cast<std::size_t>(
        std::unique(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count)) - out.begin());
  };
  const std::size_t n = grams(a, grams_a), m = grams(b, grams_b);
  if (n == 0 || m == 0) return 0;
  std::size_t i = 0, j = 0, common = 0;
  while (i < n && j < m) {
    if (grams_a[i] == grams_b[j]) {
      ++common;
      ++i;
      ++j;
    } else if (grams_a[i] < grams_b[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(n + m);
}

}  // namespace atlas::matching
