// Which records are compared at all. Rules are atoms, alone or two at a time; which ones are good is read off
// the data: the loosest that the budget bears.

#include <algorithm>
#include <numeric>

#include "atoms.hpp"
#include "batch.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

struct AtomTable {
  std::vector<std::uint64_t> values;
  std::vector<std::uint32_t> ends{0};
  std::span<const std::uint64_t> of(std::size_t record) const {
    return std::span(values).subspan(ends[record], ends[record + 1] - ends[record]);
  }
};

struct Rule {
  std::size_t first = 0, second = 0;  // equal: one atom alone
  double cost = 0;                    // pairs per record
  std::size_t rare = 0;               // not 0: values that more records have are left out
};

using Keyed = std::pair<std::uint64_t, std::uint32_t>;

void append_keys(const std::vector<AtomTable>& atoms, const Rule& rule, std::uint32_t record,
                 std::vector<Keyed>& out) {
  constexpr std::size_t most = 8;
  const auto a = atoms[rule.first].of(record);
  if (rule.first == rule.second) {
    for (const std::uint64_t v : a) out.emplace_back(v, record);
    return;
  }
  const auto b = atoms[rule.second].of(record);
  std::size_t made = 0;
  for (const std::uint64_t x : a)
    for (const std::uint64_t y : b)
      if (made++ < most) out.emplace_back(mix(x * 3 + y), record);
}

// Sorts by key; least significant digit first, eleven bits at a time, enough bits to part the keys well.
void sort_keys(std::vector<Keyed>& keys, std::vector<Keyed>& spare) {
  if (keys.size() < 4096) {
    std::sort(keys.begin(), keys.end());
    return;
  }
  spare.resize(keys.size());
  constexpr int bits = 11, passes = 6;
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = pass * bits;
    std::vector<std::uint32_t> at(std::size_t{1} << bits);
    for (const Keyed& k : keys) ++at[k.first >> shift & ((1u << bits) - 1)];
    std::exclusive_scan(at.begin(), at.end(), at.begin(), 0u);
    for (const Keyed& k : keys) spare[at[k.first >> shift & ((1u << bits) - 1)]++] = k;
    keys.swap(spare);
  }
}

template <class Visit>
void each_block(const std::vector<Keyed>& keys, Visit&& visit) {
  for (std::size_t i = 0; i < keys.size();) {
    std::size_t j = i + 1;
    while (j < keys.size() && keys[j].first == keys[i].first) ++j;
    if (j - i > 1) visit(i, j);
    i = j;
  }
}

// Pairs of all blocks; no use when most keys are in blocks too large to be looked through.
double block_cost(const std::vector<Keyed>& keys, std::size_t cap) {
  double cost = 0, large = 0;
  each_block(keys, [&](std::size_t i, std::size_t j) {
    const double n = static_cast<double>(std::min(j - i, cap));
    cost += n * (n - 1) / 2 * static_cast<double>(j - i) / n;
    if (j - i > cap) large += static_cast<double>(j - i);
  });
  return large * 3 > static_cast<double>(keys.size()) ? 1e300 : cost;
}

// Pairs of the blocks that are not too large, alone.
double rare_cost(const std::vector<Keyed>& keys, std::size_t most) {
  double cost = 0;
  each_block(keys, [&](std::size_t i, std::size_t j) {
    const double n = static_cast<double>(j - i);
    if (j - i <= most) cost += n * (n - 1) / 2;
  });
  return cost;
}

// What a record is sorted by inside a block that is too large: near neighbours are likely the same.
std::uint64_t sort_text(const Batch& batch, std::uint32_t record) {
  std::string text;
  for (std::size_t c = 0; c < batch.model.comparisons.size(); ++c) {
    const Value* v = batch.row(record)[c];
    if (v == nullptr || !v->present) continue;
    const Comparator kind = batch.model.comparisons[c].comparator;
    if (kind == Comparator::given_name || kind == Comparator::full_name || kind == Comparator::title)
      text += v->key.empty() ? v->text : v->key;
    if (text.size() >= 8) break;
  }
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i)
    out = out << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
  return out;
}

}  // namespace

double Batch::all_pairs() const {
  const double n = static_cast<double>(records);
  if (!across_only) return std::max(1.0, n * (n - 1) / 2);
  const double ones = static_cast<double>(std::count(side.begin(), side.end(), std::uint8_t{1}));
  return std::max(1.0, ones * (n - ones));
}

Candidates find_candidates(const Batch& batch, std::size_t per_record) {
  Candidates out;
  const std::size_t n = batch.records;
  if (n < 2) return out;
  constexpr double exhaustive = 500'000;
  if (batch.all_pairs() <= exhaustive) {
    for (std::uint32_t a = 0; a < n; ++a)
      for (std::uint32_t b = a + 1; b < n; ++b)
        if (batch.admits(a, b)) out.pairs.push_back(pair_code(a, b));
    out.rules.push_back({"all pairs", out.pairs.size()});
    return out;
  }
  const std::vector<Atom> atoms = atoms_of(batch.model);
  std::vector<AtomTable> tables(atoms.size());
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    tables[i].ends.reserve(n + 1);
    for (std::size_t r = 0; r < n; ++r) {
      append_atom_values(batch.model, atoms[i], batch.row(r), tables[i].values);
      tables[i].ends.push_back(static_cast<std::uint32_t>(tables[i].values.size()));
    }
  }
  // Cost by a sample: records in canonical order are in no order that matters, so every k-th will do.
  constexpr std::size_t sample_size = 30'000;
  const std::size_t step = std::max<std::size_t>(1, n / sample_size);
  const double scale = static_cast<double>(step);
  const std::size_t block_cap = per_record >= 200 ? 300 : per_record >= 80 ? 150 : 80;
  std::vector<Keyed> keys, spare;
  std::vector<Rule> singles, rules;
  const auto cost_of = [&](Rule& rule) {
    keys.clear();
    for (std::size_t r = 0; r < n; r += step) append_keys(tables, rule, static_cast<std::uint32_t>(r), keys);
    sort_keys(keys, spare);
    const auto cap = std::max<std::size_t>(2, block_cap / step + 1);
    const double sampled = static_cast<double>((n + step - 1) / step);
    // Pairs per record grow with the share that the sample is of all.
    rule.cost = block_cost(keys, step == 1 ? block_cap : cap * 50) * scale / sampled;
  };
  const double budget = static_cast<double>(per_record);
  const double single_limit = budget / 6;
  std::vector<bool> alone(atoms.size());
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    Rule rule{i, i, 0};
    cost_of(rule);
    alone[i] = rule.cost <= single_limit;
    if (alone[i]) rules.push_back(rule);
    singles.push_back(rule);
    // Where the common values are too common, the rare ones still bring together.
    for (std::size_t most = block_cap; batch.model.people && !alone[i] && step == 1 && most >= 5; most /= 2) {
      Rule rare{i, i, rare_cost(keys, most) / static_cast<double>(n), most};
      if (rare.cost > single_limit / 2) continue;
      if (rare.cost > 0) rules.push_back(rare);
      break;
    }
  }
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    for (std::size_t j = i + 1; j < atoms.size(); ++j) {
      if (alone[i] || alone[j] || atoms[i].family == atoms[j].family) continue;
      if (tables[i].values.empty() || tables[j].values.empty()) continue;
      Rule rule{i, j, 0};
      cost_of(rule);
      if (rule.cost > 0 && rule.cost <= single_limit) rules.push_back(rule);
    }
  }
  std::stable_sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.cost < b.cost; });
  const std::size_t most_rules = n <= 20'000 ? 80 : n <= 200'000 ? 40 : 24;
  // Of two equally long lists the looser rules find more, the tighter cost less: take from the loose end what
  // the budget bears, singles first.
  std::stable_partition(rules.begin(), rules.end(), [](const Rule& r) { return r.first == r.second; });
  double spent = 0;
  std::vector<Rule> chosen;
  for (const Rule& rule : rules) {
    if (chosen.size() == most_rules) break;
    if (spent + rule.cost > budget) continue;
    spent += rule.cost;
    chosen.push_back(rule);
  }
  // Things have few fields: what the budget still bears is spent on the loosest.
  if (!batch.model.people) {
    std::stable_sort(singles.begin(), singles.end(),
                     [](const Rule& a, const Rule& b) { return a.cost < b.cost; });
    for (const Rule& rule : singles) {
      if (alone[rule.first] || rule.cost <= 0 || spent + rule.cost > budget) continue;
      spent += rule.cost;
      chosen.push_back(rule);
    }
  }
  std::vector<std::uint64_t> sort_texts;
  for (const Rule& rule : chosen) {
    keys.clear();
    for (std::size_t r = 0; r < n; ++r) append_keys(tables, rule, static_cast<std::uint32_t>(r), keys);
    sort_keys(keys, spare);
    const std::size_t before = out.pairs.size();
    each_block(keys, [&](std::size_t i, std::size_t j) {
      if (rule.rare != 0 && j - i > rule.rare) return;
      if (j - i <= block_cap) {
        for (std::size_t a = i; a < j; ++a)
          for (std::size_t b = a + 1; b < j; ++b)
            if (keys[a].second != keys[b].second && batch.admits(keys[a].second, keys[b].second))
              out.pairs.push_back(pair_code(keys[a].second, keys[b].second));
        return;
      }
      if (sort_texts.empty()) {
        sort_texts.resize(n);
        for (std::size_t r = 0; r < n; ++r) sort_texts[r] = sort_text(batch, static_cast<std::uint32_t>(r));
      }
      std::vector<std::uint32_t> members;
      for (std::size_t a = i; a < j; ++a) members.push_back(keys[a].second);
      std::sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) {
        return sort_texts[a] != sort_texts[b] ? sort_texts[a] < sort_texts[b] : a < b;
      });
      const std::size_t window = block_cap / 4;
      for (std::size_t a = 0; a < members.size(); ++a)
        for (std::size_t b = a + 1; b < members.size() && b <= a + window; ++b)
          if (members[a] != members[b] && batch.admits(members[a], members[b]))
            out.pairs.push_back(pair_code(members[a], members[b]));
    });
    std::string name(to_string(atoms[rule.first].kind));
    if (rule.first != rule.second) name += " + " + std::string(to_string(atoms[rule.second].kind));
    if (rule.rare != 0) name = "rare " + name;
    out.rules.push_back({std::move(name), out.pairs.size() - before});
    // Doubles are let go before they weigh.
    if (out.pairs.size() > 40 * n + 1'000'000) {
      std::sort(out.pairs.begin(), out.pairs.end());
      out.pairs.erase(std::unique(out.pairs.begin(), out.pairs.end()), out.pairs.end());
    }
  }
  std::sort(out.pairs.begin(), out.pairs.end());
  out.pairs.erase(std::unique(out.pairs.begin(), out.pairs.end()), out.pairs.end());
  return out;
}

}  // namespace atlas::matching
