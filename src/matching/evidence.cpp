// From levels to bits.

#include <algorithm>
#include <cmath>

#include "model_data.hpp"

namespace atlas::matching {
namespace {

// No single comparison says more than this: none may veto or decide alone.
constexpr double least_bits = -7, most_bits = 22;
// One in ten thousand has a name that nobody else in a list has.
constexpr float most_word_bits = 13.3f;
// How much of what tells a household's people apart agrees among them as among strangers.
constexpr double by_chance = 0.7;
// What part of a mailbox's word against a household is left where people of other given names share a
// telephone.
constexpr double shared_mailbox = 0.15;

}  // namespace

float Comparison::bits_of(std::uint64_t hash) const {
  const double least = floor > 0 ? floor : info_of(comparator).floor;
  double others = std::max(0.0, double(counts.of(hash)) - 1);
  // Two that have one name are likely one: who left nothing else could not be known to be the same.
  if (others <= 1 && (comparator == Comparator::title || comparator == Comparator::full_name)) others *= 0.35;
  return static_cast<float>(-std::log2(std::min(0.9, others / std::max(total, 20.0) + least)));
}

void Comparison::set_default_shares() {
  const auto& table = info_of(comparator).levels;
  for (std::size_t k = 0; k < table.size(); ++k) {
    m[k] = table[k].m;
    u[k] = table[k].u;
  }
  set_related_shares();
}

void Comparison::set_related_shares() {
  if (own_related) return refresh();
  const ComparatorInfo& info = info_of(comparator);
  double sum = 0;
  for (std::size_t k = 0; k < levels(); ++k) {
    // What tells people apart is in a household as among strangers, a little less so.
    r[household][k] =
        info.identity ? by_chance * u[k] + (1 - by_chance) * info.levels[k].r : info.levels[k].r;
    r[namesake][k] = info.of_name * info.levels[k].m + (1 - info.of_name) * u[k];
    // Mailboxes are made of names.
    if (comparator == Comparator::email && k == 2) r[namesake][k] += 0.05;
    if (comparator == Comparator::email && k == 3) r[namesake][k] += 0.4;
    r[neighbour][k] = info.identity ? u[k] : m[k];
    sum += r[namesake][k];
  }
  for (std::size_t k = 0; k < levels(); ++k) r[namesake][k] /= sum;
  refresh();
}

void Comparison::refresh() {
  // Of nothing there is no logarithm; two of them would make a weight that is no number.
  const auto bits = [](double share) { return std::log2(std::max(share, 1e-30)); };
  for (std::size_t k = 0; k < levels(); ++k) {
    m_bits[k] = bits(m[k]);
    u_bits[k] = bits(u[k]);
    for (std::size_t kind = 0; kind < related_kinds; ++kind) r_bits[kind][k] = bits(r[kind][k]);
  }
}

void ModelData::index() {
  given = family = order = -1;
  for (std::size_t c = 0; c < comparisons.size(); ++c) {
    const Comparator kind = comparisons[c].comparator;
    if (kind == Comparator::given_name && given < 0) given = static_cast<int>(c);
    if (kind == Comparator::family_name && family < 0) family = static_cast<int>(c);
    if (kind == Comparator::order) order = static_cast<int>(c);
  }
  if (given < 0 || family < 0 || order < 0) given = family = order = -1;
  const auto has = [&](std::initializer_list<Comparator> kinds) {
    return std::any_of(comparisons.begin(), comparisons.end(), [&](const Comparison& c) {
      return std::find(kinds.begin(), kinds.end(), c.comparator) != kinds.end();
    });
  };
  using enum Comparator;
  people = has({Comparator::given_name, Comparator::family_name, full_name});
  name_alone = !people && !has({street, place});
  offers = !people && has({money}) && has({number}) && has({city, street, postcode, place});
}

double ModelData::prior_strangers() const {
  double rest = 1 - prior_same;
  for (const double p : prior_related) rest -= p;
  return std::max(1e-12, rest);
}

void assign_bits(Value& value, const Comparison& comparison) {
  if (!value.present) return;
  if (!value.text.empty()) value.bits = comparison.bits_of(value.text_hash());
  if (!value.key.empty()) value.key_bits = comparison.bits_of(value.key_hash());
  // A word is rarer than a whole value can be told to be, but none is without weight; nor is a word of a
  // name, however seldom it is seen here, nobody else's.
  const float most = comparison.comparator == Comparator::full_name ? most_word_bits : 64.f;
  for (Token& token : value.tokens) token.bits = std::clamp(comparison.bits_of(token.hash), 0.3f, most);
  for (Value& other : value.more) assign_bits(other, comparison);
}

void weigh(const ModelData& model, const Outcomes& outcomes, Evidence& out) {
  out.same = 0;
  out.related = {};
  constexpr std::size_t most_where = 10;
  std::array<std::size_t, most_where> where{};
  std::size_t where_count = 0;
  std::array<std::size_t, most_where> words{};
  std::size_t words_count = 0;
  bool titled = false;
  double name_bits = 0;
  std::size_t email = max_comparisons;
  bool one_phone = false, other_given = false;
  const std::size_t n = model.comparisons.size();
  for (std::size_t c = 0; c < n; ++c) {
    out.bits[c] = 0;
    const Outcome& o = outcomes[c];
    if (o.level < 0) continue;
    const Comparison& comparison = model.comparisons[c];
    const auto k = static_cast<std::size_t>(o.level);
    double against = std::min(most_bits, o.bits >= 0 ? double(o.bits) : -comparison.u_bits[k]);
    // What words say of themselves and what is seen among strangers: neither is sure, words come together.
    if (comparison.comparator == Comparator::title && k > 0) against = (against - comparison.u_bits[k]) / 2;
    const bool name =
        comparison.comparator == Comparator::given_name || comparison.comparator == Comparator::family_name;
    if (name && k >= 2) against = (std::min(against, -comparison.u_bits[k]) - comparison.u_bits[k]) / 2;
    out.bits[c] = std::max(least_bits, comparison.m_bits[k] + against);
    const ComparatorInfo& info = info_of(comparison.comparator);
    if (info.group == Group::where && where_count < most_where) where[where_count++] = c;
    if (info.group == Group::words && words_count < most_where) {
      // Of several titles the first is repeated in a description; an author's name is not.
      if (comparison.comparator != Comparator::title || !titled) words[words_count++] = c;
      titled = titled || comparison.comparator == Comparator::title;
    }
    // Surface, rooms and the words of an advertisement tell of one size, and so does a price that is only
    // near.
    const bool near_price = comparison.comparator == Comparator::money && k > 0 && out.bits[c] > 0;
    if (model.offers && (comparison.comparator == Comparator::number || near_price) &&
        words_count < most_where)
      words[words_count++] = c;
    if (comparison.comparator == Comparator::phone) one_phone = k == 0;
    if (comparison.comparator == Comparator::given_name) other_given = k + 1 == comparison.levels();
    if (comparison.comparator == Comparator::email)
      email = c;
    else if (info.group == Group::name)
      name_bits += out.bits[c];
  }
  // Strangers of one name have mailboxes made of it, and so have people of a household.
  const bool of_name = email < n && outcomes[email].level >= 2 && out.bits[email] > 0 && name_bits > 3;
  if (of_name) {
    const auto k = static_cast<std::size_t>(outcomes[email].level);
    const Comparison& comparison = model.comparisons[email];
    out.bits[email] = std::min(out.bits[email], comparison.m_bits[k] - comparison.r_bits[namesake][k]);
  }
  // Town, postcode and street go together, and a description repeats the title: the strongest counts whole.
  const auto overlap = [&](std::array<std::size_t, most_where>& at, std::size_t count,
                           const std::array<double, most_where>& share) {
    for (std::size_t i = 1; i < count; ++i)
      for (std::size_t j = i; j > 0 && std::abs(out.bits[at[j]]) > std::abs(out.bits[at[j - 1]]); --j)
        std::swap(at[j], at[j - 1]);
    for (std::size_t i = 0; i < count; ++i) out.bits[at[i]] *= share[i];
  };
  overlap(where, where_count, {1, 0.6, 0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3});
  overlap(words, words_count,
          model.offers ? std::array{1.0, 0.5, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}
                       : std::array{1.0, 0.5, 0.35, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3});
  for (std::size_t c = 0; c < n; ++c) {
    if (outcomes[c].level < 0) continue;
    const Comparison& comparison = model.comparisons[c];
    const auto k = static_cast<std::size_t>(outcomes[c].level);
    out.same += out.bits[c];
    // What overlaps among strangers overlaps there only: same and related differ by their own shares.
    // What tells a household's people apart agrees among them by chance, as often as the value is common, and
    // now and then because a child has the name of its parent.
    const bool apart =
        model.people && info_of(comparison.comparator).identity && outcomes[c].bits >= 0 && k < 2;
    for (std::size_t kind = 0; kind < related_kinds; ++kind) {
      double rather = std::clamp(comparison.r_bits[kind][k] - comparison.m_bits[k], -most_bits, -least_bits);
      if (kind == household && apart) {
        const double u = std::exp2(comparison.u_bits[k]), r = std::exp2(comparison.r_bits[household][k]);
        const double chance = std::min(by_chance, r / u), meant = r - chance * u;
        rather = std::log2(chance * std::exp2(-double(outcomes[c].bits)) + meant) - comparison.m_bits[k];
      }
      if (kind == household && c == email && of_name)
        rather = std::max(rather, comparison.r_bits[namesake][k] - comparison.m_bits[k]);
      if (kind == household && c == email && k == 0 && one_phone && other_given) rather *= shared_mailbox;
      out.related[kind] += out.bits[c] + rather;
    }
  }
}

Weight total_weight(const ModelData& model, const Evidence& evidence) {
  Weight out;
  const double strangers = model.prior_strangers();
  out.prior = std::log2(model.prior_same / strangers);
  // log2(1 + R/U), without overflow.
  double top = 0, sum = 0;
  std::array<double, related_kinds> x{};
  for (std::size_t kind = 0; kind < related_kinds; ++kind) {
    x[kind] = model.prior_related[kind] > 0
                  ? std::log2(model.prior_related[kind] / strangers) + evidence.related[kind]
                  : -1e9;
    top = std::max(top, x[kind]);
  }
  for (const double bits : x) sum += std::exp2(bits - top);
  out.related = -(top + std::log2(std::exp2(-top) + sum));
  out.total = out.prior + evidence.same + out.related;
  return out;
}

}  // namespace atlas::matching
