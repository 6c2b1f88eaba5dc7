// Fields of a model: the columns of one table, or those that two tables have in common whatever they are
// called.

#include "pairing.hpp"

#include <algorithm>
#include <unordered_set>

#include "atlas/text.hpp"
#include "forms.hpp"
#include "similarity.hpp"
#include "well_formed.hpp"

namespace atlas::matching {
namespace {

constexpr std::size_t most_fields = 60, looked_at = 2000;

// Kinds that may hold the same thing when a guess went astray.
int family_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::title:
    case FieldKind::full_name:
    case FieldKind::text:
      return 1;
    case FieldKind::number:
    case FieldKind::money:
    case FieldKind::identifier:
    case FieldKind::postcode:
      return 2;
    case FieldKind::city:
    case FieldKind::region:
    case FieldKind::category:
    case FieldKind::street:
      return 3;
    default:
      return 0;
  }
}

using Words = std::unordered_set<std::uint64_t>;

Words words_in(const Table& table, std::size_t column, std::span<const std::uint32_t> sample) {
  Words out;
  for (const std::uint32_t row : sample) {
    const std::string_view cell = beginning_of(trim(table.cell(row, column)), 400);
    if (cell.empty() || !is_utf8(cell)) continue;
    for (const std::string& word : tokens_of(romanised(fold(cell)))) out.insert(hash_of(word));
  }
  return out;
}

double in_common(const Words& a, const Words& b) {
  const Words& few = a.size() < b.size() ? a : b;
  const Words& many = a.size() < b.size() ? b : a;
  if (few.empty()) return 0;
  std::size_t common = 0;
  for (const std::uint64_t word : few) common += many.contains(word) ? 1 : 0;
  return static_cast<double>(common) / static_cast<double>(few.size());
}

std::size_t first_of(std::span<const Column> columns, FieldKind kind) {
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].kind == kind) return c;
  return no_column;
}

}  // namespace

std::vector<FieldColumns> pair_columns(const Table& first, std::span<const Column> columns,
                                       const Table* second, std::span<const Column> columns2) {
  std::vector<FieldColumns> out;
  if (second == nullptr) {
    for (std::size_t c = 0; c < columns.size() && out.size() < most_fields; ++c)
      if (columns[c].kind != FieldKind::ignored)
        out.push_back({{columns[c].name, columns[c].kind}, c, no_column});
    return out;
  }
  std::vector<std::size_t> partner(columns.size(), no_column);
  std::vector<bool> taken(columns2.size());
  const auto take = [&](std::size_t c, std::size_t k) {
    partner[c] = k;
    taken[k] = true;
  };
  const auto open = [&](std::size_t c, std::size_t k) {
    return partner[c] == no_column && !taken[k] && columns[c].kind != FieldKind::ignored &&
           columns2[k].kind != FieldKind::ignored;
  };
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (const auto same = second->column(columns[c].name); same && open(c, *same)) take(c, *same);
  // Of the same kind, or at least of one that might be mistaken for it: those with most words in common.
  const std::vector<std::uint32_t> sample = rows_by_content(first, looked_at),
                                   sample2 = rows_by_content(*second, looked_at);
  std::vector<Words> words(columns.size()), words2(columns2.size());
  const auto common = [&](std::size_t c, std::size_t k) {
    if (words[c].empty()) words[c] = words_in(first, c, sample);
    if (words2[k].empty()) words2[k] = words_in(*second, k, sample2);
    return in_common(words[c], words2[k]);
  };
  for (const bool strict : {true, false}) {
    struct Offer {
      double common;
      std::size_t c, k;
    };
    std::vector<Offer> offers;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (std::size_t k = 0; k < columns2.size(); ++k) {
        if (!open(c, k)) continue;
        const bool same = columns[c].kind == columns2[k].kind;
        const int family = family_of(columns[c].kind);
        if (strict ? !same : family == 0 || family != family_of(columns2[k].kind)) continue;
        const double share = common(c, k);
        if (strict || share >= 0.25) offers.push_back({share, c, k});
      }
    }
    std::stable_sort(offers.begin(), offers.end(),
                     [](const Offer& a, const Offer& b) { return a.common > b.common; });
    for (const Offer& offer : offers)
      if (open(offer.c, offer.k)) take(offer.c, offer.k);
  }
  for (std::size_t c = 0; c < columns.size() && out.size() < most_fields; ++c)
    if (partner[c] != no_column) out.push_back({{columns[c].name, columns[c].kind}, c, partner[c]});
  // Given and family name in one table, the whole name in the other: the whole stands where the given name
  // is.
  const auto split = [&](std::span<const Column> parts, std::span<const Column> whole, bool turned) {
    const std::size_t given = first_of(parts, FieldKind::given_name),
                      family = first_of(parts, FieldKind::family_name);
    std::size_t name = first_of(whole, FieldKind::full_name);
    if (name == no_column) name = first_of(whole, FieldKind::title);
    if (given == no_column || family == no_column || name == no_column) return;
    if (first_of(whole, FieldKind::given_name) != no_column ||
        first_of(whole, FieldKind::family_name) != no_column)
      return;
    std::erase_if(out, [&](const FieldColumns& f) {
      return f.field.kind == FieldKind::given_name || f.field.kind == FieldKind::family_name ||
             f.field.kind == FieldKind::full_name || (turned ? f.first : f.second) == name;
    });
    const Field as_given{parts[given].name, FieldKind::given_name},
        as_family{parts[family].name, FieldKind::family_name};
    out.insert(out.begin(),
               turned ? FieldColumns{as_given, name, given} : FieldColumns{as_given, given, name});
    out.insert(out.begin() + 1, turned ? FieldColumns{as_family, no_column, family}
                                       : FieldColumns{as_family, family, no_column});
  };
  split(columns, columns2, false);
  split(columns2, columns, true);
  return out;
}

}  // namespace atlas::matching
