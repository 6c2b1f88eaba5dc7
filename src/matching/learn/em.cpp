#include "em.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace atlas::matching {
namespace {

// A share of nothing would never move again.
constexpr double least_share = 1e-7;

struct Sums {
  std::vector<Shares> m, u;
  std::array<std::vector<Shares>, related_kinds> r;
  double same = 0;
  std::array<double, related_kinds> related{};
  void reset(std::size_t n) {
    m.assign(n, {});
    u.assign(n, {});
    for (auto& of_kind : r) of_kind.assign(n, {});
  }
};

std::vector<std::uint8_t> first_city(const ModelData& model) {
  for (const Comparison& comparison : model.comparisons)
    if (comparison.comparator == Comparator::city) return comparison.fields;
  return {};
}

// Two records of one thing hardly ever have names that have nothing in common: a cloud of pairs in which they
// do is a cloud of neighbours.
void restrain(const ModelData& model, Comparison& comparison) {
  const auto cap = [&](std::size_t level, double most) {
    const double excess = comparison.m[level] - most;
    if (excess <= 0) return;
    const double scale = 1 + excess / (1 - comparison.m[level]);
    for (std::size_t k = 0; k < comparison.levels(); ++k) comparison.m[k] *= scale;
    comparison.m[level] = most;
  };
  const bool has_place = !model.people && !model.name_alone;
  switch (comparison.comparator) {
    case Comparator::given_name:
      return cap(5, 0.015);
    case Comparator::full_name:
      cap(5, 0.02);
      return cap(6, 0.01);
    case Comparator::title:
      // Of what stands somewhere that tells more than half a name.
      cap(4, has_place ? 0.1 : 0.25);
      cap(5, has_place ? 0.05 : 0.12);
      cap(6, 0.05);
      return cap(7, 0.015);
    case Comparator::codes:
      // Each has a number of its own, and none is the other's.
      return cap(2, 0.1);
    case Comparator::order:
      return cap(1, 0.15);
    case Comparator::city:
      // Nor is a house in two towns, or half as large, or half as dear.
      if (model.offers && comparison.fields == first_city(model)) cap(3, 0.03);
      return;
    case Comparator::street:
      // What has a name and a place stands where it stands: in another street is a branch, or a like name.
      if (!model.people) cap(6, 0.1);
      return;
    case Comparator::place:
      if (model.people) return;
      cap(3, 0.03);
      return cap(4, 0.015);
    case Comparator::money:
      if (model.offers) cap(4, 0.08);
      [[fallthrough]];
    case Comparator::number:
      if (model.offers) cap(5, 0.03);
      return;
    default:
      return;
  }
}

// Does it tell where something stands that is nobody's home? What shares a town there shares no house: a town
// is full of places of one kind, and who is next door is a neighbour.
bool stands_there(const ModelData& model, const Comparison& comparison) {
  return !model.people &&
         (comparison.comparator == Comparator::street || comparison.comparator == Comparator::place);
}
constexpr double most_shared = 0.97, most_in_town = 0.1;

// What a household shares is one value, written by two hands as one writes it twice; the rest is a
// stranger's. Learnt is how often it is shared.
void share_household(Comparison& comparison, const Shares& sums, double belief, double most) {
  const std::size_t levels = comparison.levels();
  const auto& table = info_of(comparison.comparator).levels;
  const double believed = std::min(0.97, table[0].r / table[0].m);
  double shared = belief * believed, all = belief;
  for (std::size_t k = 0; k < levels; ++k) {
    const double one = comparison.shared * comparison.m[k], two = (1 - comparison.shared) * comparison.u[k];
    shared += sums[k] * one / (one + two);
    all += sums[k];
  }
  comparison.shared = std::clamp(shared / all, 0.01, most);
  for (std::size_t k = 0; k < levels; ++k)
    comparison.r[household][k] =
        comparison.shared * comparison.m[k] + (1 - comparison.shared) * comparison.u[k];
}

// Namesakes are called the same, and write it as one who is met again does.
void name_alike(Comparison& comparison) {
  constexpr double alike = 0.97;
  for (std::size_t k = 0; k < comparison.levels(); ++k)
    comparison.r[namesake][k] = alike * comparison.m[k] + (1 - alike) * comparison.u[k];
}

double update(Shares& shares, const Shares& sums, const Shares& belief, double weight, std::size_t levels) {
  double total = 0;
  for (std::size_t k = 0; k < levels; ++k) total += sums[k] + weight * belief[k];
  if (total <= 0) return 0;
  double moved = 0, sum = 0;
  Shares next{};
  for (std::size_t k = 0; k < levels; ++k) {
    next[k] = std::max(least_share, (sums[k] + weight * belief[k]) / total);
    sum += next[k];
  }
  for (std::size_t k = 0; k < levels; ++k) {
    next[k] /= sum;
    moved = std::max(moved, std::abs(next[k] - shares[k]));
    shares[k] = next[k];
  }
  return moved;
}

}  // namespace

EmResult learn(ModelData& model, std::span<const AgreementRow> rows, const EmOptions& options) {
  const std::size_t n = model.comparisons.size();
  for (Comparison& comparison : model.comparisons) {
    const auto& table = info_of(comparison.comparator).levels;
    comparison.shared = std::min(0.97, table[0].r / table[0].m);
  }
  const ModelData start = model;
  double row_pairs = 0;
  for (const AgreementRow& row : rows) row_pairs += row.count;
  const double all = std::max(options.all_pairs, row_pairs);
  if (!options.related) model.prior_related.fill(0);
  // In doubt whether two are the same or only related, they are not only related; the less so where a name is
  // one field, in which a slip, a half and another's name of the same house look alike.
  const double housed = model.people && model.given < 0 ? 0.5 : 0.7;
  const std::array<double, related_kinds> doubt{housed, options.namesakes, 0.7};
  EmResult result;
  Sums sums, settled;
  Evidence evidence;
  std::vector<const AgreementRow*> active;
  for (const AgreementRow& row : rows) active.push_back(&row);
  settled.reset(n);
  for (result.rounds = 1; result.rounds <= options.rounds; ++result.rounds) {
    sums = settled;
    const double strangers = model.prior_strangers();
    std::array<double, related_kinds> prior{};
    for (std::size_t kind = 0; kind < related_kinds; ++kind)
      prior[kind] = options.related ? std::log2(model.prior_related[kind] / strangers) : -1e9;
    const double prior_same = std::log2(model.prior_same / strangers);
    std::size_t kept = 0;
    for (const AgreementRow* row : active) {
      if (row->strangers) {
        for (std::size_t c = 0; c < n; ++c) {
          if (row->outcomes[c].level < 0) continue;
          const auto k = static_cast<std::size_t>(row->outcomes[c].level);
          settled.u[c][k] += row->count;
          sums.u[c][k] += row->count;
        }
        continue;
      }
      weigh(model, row->outcomes, evidence);
      const double s = prior_same + evidence.same;
      double top = std::max(0.0, s);
      std::array<double, related_kinds> t{};
      for (std::size_t kind = 0; kind < related_kinds; ++kind) {
        t[kind] = prior[kind] + evidence.related[kind];
        top = std::max(top, t[kind]);
      }
      const double es = std::exp2(s - top), eu = std::exp2(-top);
      std::array<double, related_kinds> et{};
      double total = es + eu;
      for (std::size_t kind = 0; kind < related_kinds; ++kind) total += et[kind] = std::exp2(t[kind] - top);
      const double scale = row->count / total;
      // Far from everything but strangers, and no longer looked at.
      const bool settles = !options.learn_strangers && result.rounds == 4 && top == 0 && total - eu < 1e-5;
      Sums& to = settles ? settled : sums;
      if (!settles) active[kept++] = row;
      const auto add = [&](Sums& into) {
        into.same += es * scale;
        for (std::size_t kind = 0; kind < related_kinds; ++kind) into.related[kind] += et[kind] * scale;
        for (std::size_t c = 0; c < n; ++c) {
          if (row->outcomes[c].level < 0) continue;
          const auto k = static_cast<std::size_t>(row->outcomes[c].level);
          into.m[c][k] += es * scale;
          for (std::size_t kind = 0; kind < related_kinds; ++kind) into.r[kind][c][k] += et[kind] * scale;
          into.u[c][k] += eu * scale;
        }
      };
      add(to);
      if (settles) add(sums);
    }
    active.resize(kept);
    double moved = 0;
    for (std::size_t c = 0; c < n; ++c) {
      Comparison& comparison = model.comparisons[c];
      const Comparison& believed = start.comparisons[c];
      const std::size_t levels = comparison.levels();
      const ComparatorInfo& info = info_of(comparison.comparator);
      moved = std::max(moved, update(comparison.m, sums.m[c], believed.m,
                                     options.belief + options.same_belief * sums.same, levels));
      if (options.related && !comparison.own_related) {
        restrain(model, comparison);
        // What makes pairs related is believed, not learnt: else any cloud of like pairs would take the name.
        const auto belief = [&](std::size_t kind) {
          return std::max(options.belief, options.related_belief * sums.related[kind]);
        };
        // Of a whole name a household shares a part; a family's name is spelt alike at home.
        if (info.group == Group::name && comparison.comparator != Comparator::email)
          update(comparison.r[household], sums.r[household][c], believed.r[household], belief(household),
                 levels);
        else if (!info.identity)
          share_household(comparison, sums.r[household][c], belief(household),
                          stands_there(model, comparison) ? most_in_town : most_shared);
        if (!info.identity) comparison.r[neighbour] = comparison.m;
        if (info.group == Group::name && comparison.comparator != Comparator::email)
          name_alike(comparison);
        else if (info.of_name > 0)
          update(comparison.r[namesake], sums.r[namesake][c], believed.r[namesake], belief(namesake), levels);
      }
      if (options.learn_strangers) {
        moved = std::max(moved, update(comparison.u, sums.u[c], believed.u, options.belief, levels));
      } else if (all > 0) {
        // Among random pairs a rare level is not seen; among candidates it is.
        double sum = 0;
        for (std::size_t k = 0; k < levels; ++k) {
          comparison.u[k] = std::max(believed.u[k], sums.u[c][k] / all);
          sum += comparison.u[k];
        }
        for (std::size_t k = 0; k < levels; ++k) comparison.u[k] /= sum;
      }
      comparison.refresh();
    }
    const double belief = options.belief > 0 ? 1 : 0;
    const double same =
        std::clamp((std::min(sums.same, options.most_same) + belief) / (all + 2 * belief), 1e-14, 0.95);
    moved = std::max(moved, std::abs(std::log2(same / model.prior_same)) * 0.01);
    model.prior_same = same;
    if (options.related)
      for (std::size_t kind = 0; kind < related_kinds; ++kind)
        model.prior_related[kind] =
            std::clamp((doubt[kind] * sums.related[kind] + belief) / (all + 2 * belief), 1e-14, 0.25);
    if (moved < options.enough) break;
  }
  result.same = sums.same;
  for (const double related : sums.related) result.related += related;
  return result;
}

void make_monotonic(Comparison& comparison) {
  // Pools neighbours that stand in the wrong order, weighted by the true pairs they hold; what is scaled is
  // m.
  const std::size_t levels = comparison.levels();
  struct Pool {
    double m, u;
    std::size_t from, to;
  };
  std::vector<Pool> pools;
  for (std::size_t k = 0; k < levels; ++k) {
    pools.push_back({comparison.m[k], comparison.u[k], k, k + 1});
    while (pools.size() > 1) {
      Pool& last = pools.back();
      Pool& before = pools[pools.size() - 2];
      if (before.m * last.u >= last.m * before.u) break;
      before.m += last.m;
      before.u += last.u;
      before.to = last.to;
      pools.pop_back();
    }
  }
  for (const Pool& pool : pools)
    for (std::size_t k = pool.from; k < pool.to; ++k) comparison.m[k] = comparison.u[k] * pool.m / pool.u;
  comparison.refresh();
}

}  // namespace atlas::matching
