// Groups by the pairs that speak for and against them.

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <queue>

#include "atlas/matching.hpp"

namespace atlas::matching {
namespace {

double bits_of_probability(double p) {
  p = std::clamp(p, 1e-9, 1 - 1e-9);
  return std::log2(p / (1 - p));
}

std::uint32_t root_of(std::vector<std::uint32_t>& parent, std::uint32_t x) {
  while (parent[x] != x) x = parent[x] = parent[parent[x]];
  return x;
}

// What is missing in two records of a group speaks for nobody else: no pair says more against than this.
constexpr double against_bits = 4;

struct Ordered {
  WeightedPair pair;
  bool operator()(const WeightedPair& x, const WeightedPair& y) const {
    if (x.weight != y.weight) return x.weight > y.weight;
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  }
};

// One component: joins groups from the surest pair of groups down while the sum between them speaks for it.
void group_component(std::span<const WeightedPair> pairs, std::vector<std::uint32_t>& group,
                     const ClusterOptions& options, double limit) {
  // Sum and number of known pairs between two groups, by their smallest members.
  struct Link {
    double sum = 0;
    std::size_t known = 0;
  };
  std::map<std::uint32_t, std::map<std::uint32_t, Link>> links;
  std::map<std::uint32_t, std::size_t> size;
  for (const WeightedPair& p : pairs) {
    const double w =
        std::clamp(double(p.weight) - limit, -std::min(against_bits, options.clip_bits), options.clip_bits);
    for (const auto& [x, y] : {std::pair{p.a, p.b}, std::pair{p.b, p.a}}) {
      Link& link = links[x][y];
      link.sum += w;
      ++link.known;
    }
    size[p.a] = size[p.b] = 1;
  }
  struct Move {
    double mean;
    std::uint32_t a, b;
    std::size_t version_a, version_b;
    bool operator<(const Move& o) const {
      if (mean != o.mean) return mean < o.mean;
      return a != o.a ? a > o.a : b > o.b;
    }
  };
  std::map<std::uint32_t, std::size_t> version;
  std::priority_queue<Move> queue;
  const auto offer = [&](std::uint32_t a, std::uint32_t b) {
    if (a > b) std::swap(a, b);
    const Link& link = links[a][b];
    const double all = static_cast<double>(size[a]) * static_cast<double>(size[b]);
    const double sum = link.sum + (all - static_cast<double>(link.known)) * options.unseen_bits;
    if (sum > 0) queue.push({sum / all, a, b, version[a], version[b]});
  };
  for (const auto& [a, others] : links)
    for (const auto& [b, link] : others)
      if (a < b) offer(a, b);
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (const auto& [x, n] : size) members[x] = {x};
  while (!queue.empty()) {
    const Move move = queue.top();
    queue.pop();
    if (version[move.a] != move.version_a || version[move.b] != move.version_b || size[move.a] == 0 ||
        size[move.b] == 0)
      continue;
    const std::uint32_t a = move.a, b = move.b;
    ++version[a];
    ++version[b];
    size[a] += size[b];
    size[b] = 0;
    members[a].insert(members[a].end(), members[b].begin(), members[b].end());
    for (const auto& [c, link] : links[b]) {
      if (c == a) continue;
      Link& there = links[a][c];
      there.sum += link.sum;
      there.known += link.known;
      links[c][a] = there;
      links[c].erase(b);
    }
    links.erase(b);
    links[a].erase(b);
    for (const auto& [c, link] : links[a])
      if (size[c] > 0) offer(a, c);
  }
  for (const auto& [x, n] : size) {
    if (n == 0) continue;
    const std::uint32_t smallest = *std::min_element(members[x].begin(), members[x].end());
    for (const std::uint32_t m : members[x]) group[m] = smallest;
  }
}

}  // namespace

double probability_of_weight(double bits) noexcept {
  if (bits > 60) return 1 / (1 + std::exp2(-bits));
  const double odds = std::exp2(bits);
  return odds / (1 + odds);
}

std::vector<std::uint32_t> cluster(std::size_t count, std::span<const WeightedPair> pairs,
                                   const ClusterOptions& options) {
  std::vector<std::uint32_t> group(count);
  std::iota(group.begin(), group.end(), 0u);
  const double limit = bits_of_probability(options.threshold);
  std::vector<WeightedPair> good;
  for (const WeightedPair& p : pairs)
    if (p.a < count && p.b < count && p.a != p.b && p.weight >= limit) good.push_back(p);
  std::sort(good.begin(), good.end(), Ordered{});
  if (options.one_to_one) {
    std::vector<bool> taken(count);
    for (const WeightedPair& p : good) {
      if (taken[p.a] || taken[p.b]) continue;
      taken[p.a] = taken[p.b] = true;
      group[std::max(p.a, p.b)] = std::min(p.a, p.b);
    }
    return group;
  }
  std::vector<std::uint32_t> parent(count);
  std::iota(parent.begin(), parent.end(), 0u);
  std::vector<std::uint32_t> members(count, 1);
  for (const WeightedPair& p : good) {
    const std::uint32_t a = root_of(parent, p.a), b = root_of(parent, p.b);
    if (a == b) continue;
    parent[std::max(a, b)] = std::min(a, b);
    members[std::min(a, b)] += members[std::max(a, b)];
  }
  // Components of two need no more; the others are looked at with all that is known inside them.
  std::map<std::uint32_t, std::vector<WeightedPair>> components;
  for (const WeightedPair& p : pairs) {
    if (p.a >= count || p.b >= count || p.a == p.b) continue;
    const std::uint32_t a = root_of(parent, p.a), b = root_of(parent, p.b);
    if (a != b || members[a] == 1) continue;
    if (members[a] == 2) {
      if (p.weight >= limit) group[std::max(p.a, p.b)] = std::min(p.a, p.b);
      continue;
    }
    components[a].push_back(p);
  }
  for (auto& [root, inside] : components) {
    // Each pair once, however often and in whatever direction it was given.
    for (WeightedPair& p : inside)
      if (p.a > p.b) std::swap(p.a, p.b);
    std::sort(inside.begin(), inside.end(), [](const WeightedPair& x, const WeightedPair& y) {
      if (x.a != y.a) return x.a < y.a;
      return x.b != y.b ? x.b < y.b : x.weight > y.weight;
    });
    inside.erase(
        std::unique(inside.begin(), inside.end(),
                    [](const WeightedPair& x, const WeightedPair& y) { return x.a == y.a && x.b == y.b; }),
        inside.end());
    group_component(inside, group, options, limit);
  }
  return group;
}

std::vector<std::uint32_t> path(std::uint32_t a, std::uint32_t b, std::span<const WeightedPair> pairs,
                                std::span<const std::uint32_t> groups) {
  if (a >= groups.size() || b >= groups.size() || groups[a] != groups[b]) return {};
  if (a == b) return {a};
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, float>>> next;
  for (const WeightedPair& p : pairs) {
    if (p.a >= groups.size() || p.b >= groups.size()) continue;
    if (groups[p.a] != groups[a] || groups[p.b] != groups[a]) continue;
    next[p.a].emplace_back(p.b, p.weight);
    next[p.b].emplace_back(p.a, p.weight);
  }
  // Widest way first, then fewest steps, then smallest numbers.
  struct Stop {
    float weakest;
    std::uint32_t steps, at;
    bool operator<(const Stop& o) const {
      if (weakest != o.weakest) return weakest < o.weakest;
      return steps != o.steps ? steps > o.steps : at > o.at;
    }
  };
  std::map<std::uint32_t, std::uint32_t> from;
  std::map<std::uint32_t, Stop> best;
  std::priority_queue<Stop> queue;
  best[a] = {1e9f, 0, a};
  queue.push(best[a]);
  while (!queue.empty()) {
    const Stop stop = queue.top();
    queue.pop();
    if (best[stop.at] < stop || stop < best[stop.at]) continue;
    for (const auto& [to, weight] : next[stop.at]) {
      const Stop there{std::min(stop.weakest, weight), stop.steps + 1, to};
      const auto it = best.find(to);
      if (it != best.end() && !(it->second < there)) continue;
      best[to] = there;
      from[to] = stop.at;
      queue.push(there);
    }
  }
  if (!from.contains(b)) return {};
  std::vector<std::uint32_t> way{b};
  while (way.back() != a && way.size() <= groups.size()) way.push_back(from[way.back()]);
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace atlas::matching
