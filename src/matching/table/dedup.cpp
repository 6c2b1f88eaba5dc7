// A table in, pairs out: columns, values, candidates, two rounds of learning, groups.

#include "atlas/dedup.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "batch.hpp"
#include "pairing.hpp"
#include "pipeline.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

std::size_t asked_column(const Table& table, const std::string& name, std::string_view usual) {
  if (!name.empty()) {
    const auto found = table.column(name);
    if (!found) throw Error(ErrorCode::invalid_argument, "there is no column " + name);
    return *found;
  }
  return table.column(usual).value_or(no_column);
}

std::vector<std::string> ids_of(const Table& table, std::size_t column) {
  std::vector<std::string> ids;
  ids.reserve(table.rows());
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (column == no_column) {
      ids.push_back(std::to_string(r + 1));
      continue;
    }
    const std::string_view id = table.cell(r, column);
    if (id.empty())
      throw Error(ErrorCode::invalid_argument, "row " + std::to_string(r + 1) + " has no id")
          .field("/id", field_code::required, "is empty in row " + std::to_string(r + 1));
    if (!seen.emplace(id, r).second)
      throw Error(ErrorCode::invalid_argument,
                  "two rows have the same id, the second is row " + std::to_string(r + 1))
          .field("/id", field_code::out_of_range, "is doubled in row " + std::to_string(r + 1));
    ids.emplace_back(id);
  }
  return ids;
}

// Country of national numbers: that of most numbers which say it themselves.
std::string guess_region(const Table& table, std::span<const Column> columns) {
  std::map<std::string, std::size_t> seen;
  constexpr std::pair<std::string_view, std::string_view> prefixes[] = {
      {"+33", "FR"}, {"0033", "FR"}, {"+212", "MA"}, {"00212", "MA"}, {"+44", "GB"},
      {"+1", "US"},  {"+61", "AU"},  {"+34", "ES"},  {"+49", "DE"},   {"+32", "BE"},
      {"+41", "CH"}, {"+213", "DZ"}, {"+216", "TN"}, {"+39", "IT"}};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != FieldKind::phone) continue;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      const std::string_view cell = trim(table.cell(r, c));
      if (cell.size() < 8 || (cell[0] != '+' && cell[0] != '0')) continue;
      for (const auto& [prefix, region] : prefixes)
        if (cell.starts_with(prefix)) ++seen[std::string(region)];
    }
  }
  std::string best = "ZZ";
  std::size_t most = 0;
  for (const auto& [region, count] : seen)
    if (count > most) best = region, most = count;
  return best;
}

// "FR", "France", "Maroc" as a country of telephone numbers; empty when it is none.
std::string region_of(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() == 2 && std::isalpha(static_cast<unsigned char>(cell[0])) &&
      std::isalpha(static_cast<unsigned char>(cell[1]))) {
    std::string code{static_cast<char>(cell[0] & ~0x20), static_cast<char>(cell[1] & ~0x20)};
    return code;
  }
  if (!is_utf8(cell) || cell.size() > 40) return {};
  const std::string name = fold(cell);
  if (name == "france") return "FR";
  if (name == "maroc" || name == "morocco" || name == "المغرب") return "MA";
  if (name == "united kingdom" || name == "england" || name == "uk") return "GB";
  if (name == "usa" || name == "united states") return "US";
  if (name == "belgique" || name == "belgium") return "BE";
  if (name == "espagne" || name == "spain") return "ES";
  return {};
}

}  // namespace

std::vector<Comparison> comparisons_of(std::span<const Field> fields) {
  std::vector<Comparison> out;
  const auto all = [&](FieldKind kind) {
    std::vector<std::uint8_t> found;
    for (std::size_t f = 0; f < fields.size(); ++f)
      if (fields[f].kind == kind) found.push_back(static_cast<std::uint8_t>(f));
    return found;
  };
  const auto add = [&](Comparator comparator, std::vector<std::uint8_t> from) {
    if (from.empty() || out.size() == max_comparisons) return;
    Comparison comparison;
    comparison.comparator = comparator;
    comparison.fields = std::move(from);
    comparison.set_default_shares();
    out.push_back(std::move(comparison));
  };
  const auto each = [&](FieldKind kind, Comparator comparator, std::size_t most) {
    for (const std::uint8_t f : all(kind))
      if (most-- > 0) add(comparator, {f});
  };
  const auto given = all(FieldKind::given_name), family = all(FieldKind::family_name);
  if (!given.empty() && !family.empty()) {
    add(Comparator::given_name, {given[0]});
    add(Comparator::family_name, {family[0]});
    add(Comparator::order, {given[0], family[0]});
    for (std::size_t i = 1; i < given.size() && i < 2; ++i) add(Comparator::category, {given[i]});
  } else if (!given.empty() || !family.empty()) {
    add(Comparator::full_name, {given.empty() ? family[0] : given[0]});
  }
  each(FieldKind::full_name, Comparator::full_name, 1);
  // Of a place for sale or to let, a title is a short description by a template: no name.
  const auto any = [&](FieldKind kind) { return !all(kind).empty(); };
  const bool offer = any(FieldKind::money) && any(FieldKind::number) &&
                     (any(FieldKind::city) || any(FieldKind::street) || any(FieldKind::postcode) ||
                      any(FieldKind::latitude));
  each(FieldKind::title, offer ? Comparator::text : Comparator::title, 3);
  add(Comparator::email, all(FieldKind::email));
  add(Comparator::phone, all(FieldKind::phone));
  each(FieldKind::date, Comparator::date, 3);
  const auto streets = all(FieldKind::street), houses = all(FieldKind::house_number);
  if (!streets.empty()) {
    std::vector<std::uint8_t> first;
    if (!houses.empty()) first.push_back(houses[0]);
    first.push_back(streets[0]);
    add(Comparator::street, first);
    for (std::size_t i = 1; i < streets.size() && i < 3; ++i) add(Comparator::street, {streets[i]});
  }
  each(FieldKind::city, Comparator::city, 3);
  each(FieldKind::postcode, Comparator::postcode, 2);
  each(FieldKind::region, Comparator::region, 3);
  each(FieldKind::identifier, Comparator::identifier, 4);
  each(FieldKind::money, Comparator::money, 2);
  each(FieldKind::number, Comparator::number, 5);
  each(FieldKind::category, Comparator::category, 5);
  // What people write tells what they want, not who they are.
  const bool people = any(FieldKind::full_name) || any(FieldKind::given_name) || any(FieldKind::family_name);
  const bool reached = any(FieldKind::phone) || any(FieldKind::email);
  if (!(people && reached)) each(FieldKind::text, Comparator::text, 2);
  each(FieldKind::photos, Comparator::photos, 1);
  const auto lat = all(FieldKind::latitude), lng = all(FieldKind::longitude);
  if (!lat.empty() && !lng.empty()) add(Comparator::place, {lat[0], lng[0]});
  std::vector<std::uint8_t> texts = all(FieldKind::title);
  if (!(people && reached))
    for (const std::uint8_t f : all(FieldKind::text)) texts.push_back(f);
  add(Comparator::codes, texts);
  return out;
}

void read_rows(Batch& batch, std::span<const Source> sources, std::span<const std::uint32_t> order,
               std::span<const std::string> regions) {
  const std::size_t width = batch.model.comparisons.size();
  batch.records = order.size();
  batch.values.assign(order.size() * width, nullptr);
  batch.pools.clear();
  batch.pools.resize(width);
  std::vector<std::string_view> cells;
  std::string key;
  for (std::size_t c = 0; c < width; ++c) {
    const Comparison& comparison = batch.model.comparisons[c];
    if (comparison.comparator == Comparator::order) continue;
    std::unordered_map<std::string, const Value*> known;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::uint32_t record = order[i];
      const bool second = sources.size() > 1 && record >= sources[0].table->rows();
      const Source& source = sources[second ? 1 : 0];
      const std::size_t row = second ? record - sources[0].table->rows() : record;
      cells.clear();
      key.clear();
      bool any = false;
      for (const std::uint8_t f : comparison.fields) {
        const std::size_t column = source.columns[f];
        const std::string_view cell =
            column == no_column ? std::string_view() : trim(source.table->cell(row, column));
        cells.push_back(cell);
        any = any || !cell.empty();
        key += cell;
        key += '\x1e';
      }
      if (!any) continue;
      const std::string_view region = comparison.comparator == Comparator::phone && !regions.empty()
                                          ? std::string_view(regions[record])
                                          : std::string_view(batch.model.phone_region);
      if (comparison.comparator == Comparator::phone) key += region;
      const auto [it, fresh] = known.try_emplace(key, nullptr);
      if (fresh) {
        Value value = make_value(comparison.comparator, cells, region);
        if (value.present) it->second = &batch.pools[c].emplace_back(std::move(value));
      }
      batch.values[i * width + c] = it->second;
    }
  }
  for (std::size_t i = 0; i < order.size(); ++i)
    name_by_mailbox(batch.model, batch.values.data() + i * width, [&](std::size_t c, Value value) {
      return &batch.pools[c].emplace_back(std::move(value));
    });
}

void name_by_mailbox(const ModelData& model, const Value** row,
                     const std::function<const Value*(std::size_t, Value)>& keep) {
  std::size_t name = max_comparisons, mailbox = max_comparisons;
  for (std::size_t c = 0; c < model.comparisons.size(); ++c) {
    const Comparator kind = model.comparisons[c].comparator;
    if (kind == Comparator::given_name || kind == Comparator::family_name || kind == Comparator::full_name) {
      if (row[c] != nullptr && row[c]->present) return;
      if (name == max_comparisons) name = c;
    }
    if (kind == Comparator::email && row[c] != nullptr && row[c]->present) mailbox = c;
  }
  if (name == max_comparisons || mailbox == max_comparisons) return;
  Value value = name_of_mailbox(model.comparisons[name].comparator, *row[mailbox]);
  if (value.present) row[name] = keep(name, std::move(value));
}

std::vector<std::pair<PairCode, float>> score_pairs(const Batch& batch, std::span<const PairCode> pairs,
                                                    double least) {
  std::vector<std::pair<PairCode, float>> out;
  Outcomes outcomes;
  Evidence evidence;
  for (const PairCode code : pairs) {
    compare_rows(batch.model, batch.row(code >> 32), batch.row(code & 0xffffffff), outcomes);
    weigh(batch.model, outcomes, evidence);
    const double weight = total_weight(batch.model, evidence).total;
    if (weight >= least) out.emplace_back(code, static_cast<float>(weight));
  }
  return out;
}

std::vector<std::uint32_t> group_records(const Batch& batch,
                                         std::span<const std::pair<PairCode, float>> scored, double threshold,
                                         bool one_to_one) {
  std::vector<WeightedPair> pairs;
  pairs.reserve(scored.size());
  for (const auto& [code, weight] : scored)
    pairs.push_back({static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code), weight});
  ClusterOptions options;
  options.threshold = threshold;
  options.one_to_one = one_to_one;
  return cluster(batch.records, pairs, options);
}

// Across two lists: pairs of which both have a better partner elsewhere.
std::vector<bool> beaten_pairs(const Batch& batch, std::span<const PairCode> pairs) {
  const auto scored = score_pairs(batch, pairs, -1e9);
  std::vector<float> best(batch.records, -1e9f);
  for (const auto& [code, weight] : scored)
    for (const std::uint32_t r : {static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code)})
      best[r] = std::max(best[r], weight);
  std::vector<bool> out;
  for (const auto& [code, weight] : scored) {
    const float least = std::min(best[code >> 32], best[code & 0xffffffff]);
    out.push_back(weight < least - 1e-3f);
  }
  return out;
}

// Where things have numbers of their own (televisions, parts), those of one make and kind have like titles
// and other numbers: neighbours that share the title's words as well.
void know_siblings(Batch& batch) {
  const std::size_t width = batch.model.comparisons.size();
  std::size_t title = width, codes = width;
  for (std::size_t c = 0; c < width; ++c) {
    if (batch.model.comparisons[c].comparator == Comparator::title && title == width) title = c;
    if (batch.model.comparisons[c].comparator == Comparator::codes) codes = c;
  }
  if (title == width || codes == width) return;
  double coded = 0;
  for (std::size_t r = 0; r < batch.records; ++r) coded += batch.row(r)[codes] != nullptr ? 1 : 0;
  if (coded < 0.25 * static_cast<double>(batch.records)) return;
  constexpr Shares siblings{.01, .03, .10, .16, .22, .18, .15, .15};
  Comparison& comparison = batch.model.comparisons[title];
  comparison.r[neighbour] = siblings;
  comparison.refresh();
}

// How many pairs groups hold.
double pairs_within(std::span<const std::uint32_t> groups) {
  std::vector<double> sizes(groups.size());
  for (const std::uint32_t g : groups) ++sizes[g];
  double pairs = 0;
  for (const double size : sizes) pairs += size * (size - 1) / 2;
  return pairs;
}

// Nobody is met again more than a few times.
constexpr double most_copies = 6, most_offers = 1;

void train_batch(Batch& batch, std::span<const PairCode> candidates, const Progress& progress) {
  const double all = batch.all_pairs();
  const std::size_t random_pairs = static_cast<std::size_t>(std::min(200'000.0, std::max(20'000.0, all)));
  // A part of the candidates is enough to learn from; which part follows from their numbers.
  constexpr std::size_t enough = 400'000;
  std::vector<PairCode> sample;
  double scale = 1;
  if (candidates.size() > enough) {
    scale = static_cast<double>(candidates.size()) / enough;
    const double share = 1 / scale;
    for (const PairCode code : candidates)
      if (static_cast<double>(mix(code) >> 11) * 0x1p-53 < share) sample.push_back(code);
    scale =
        static_cast<double>(candidates.size()) / static_cast<double>(std::max<std::size_t>(1, sample.size()));
  }
  const std::span<const PairCode> used = sample.empty() ? candidates : std::span<const PairCode>(sample);
  std::vector<std::uint32_t> groups;
  std::vector<bool> beaten;
  const double ones = static_cast<double>(std::count(batch.side.begin(), batch.side.end(), std::uint8_t{1}));
  const int turns = scale > 1 ? 2 : 3;
  const std::vector<Comparison> beliefs = batch.model.comparisons;
  for (int turn = 0; turn < turns; ++turn) {
    if (progress) progress("learning", static_cast<double>(turn) / turns);
    if (turn > 0) {
      count_frequencies(batch, groups);
      for (std::size_t c = 0; c < beliefs.size(); ++c) {
        batch.model.comparisons[c].m = beliefs[c].m;
      }
    }
    measure_strangers(batch, groups, random_pairs);
    know_siblings(batch);
    const std::vector<AgreementRow> rows = patterns_of(batch, used, scale, beaten);
    const double n = static_cast<double>(batch.records);
    batch.model.prior_same = std::min(0.2, 0.1 * n / all);
    batch.model.prior_related.fill(std::min(0.1, 0.03 * n / all));
    EmOptions options;
    options.all_pairs = all;
    // People are told by fields that hardly overlap; advertisements by many that do.
    options.same_belief = batch.model.people ? 0.05 : batch.model.offers ? 1 : 0.3;
    // Across two lists hardly anybody is met more than once.
    const double copies = batch.model.offers ? most_offers : most_copies;
    options.most_same = batch.across_only ? std::min(ones, n - ones) : copies * n;
    learn(batch.model, rows, options);
    for (Comparison& comparison : batch.model.comparisons)
      if (comparison.comparator != Comparator::order) make_monotonic(comparison);
    if (turn + 1 < turns) {
      groups = group_records(batch, score_pairs(batch, used, -8), turn == 0 ? 0.15 : 0.25, false);
      // What joins more than anybody is met again is no copy, and must not be taken out of what is counted:
      // it would look the rarer for it, and join the more.
      if (pairs_within(groups) > copies * n) groups.clear();
    }
  }
  batch.model.records = batch.records;
}

// Where probabilities hold, F1 is the greatest at the half of what it comes to.
double best_threshold(std::span<const std::pair<PairCode, float>> scored, std::size_t records) {
  std::vector<double> chances;
  double all = 0;
  for (const auto& [code, weight] : scored) {
    chances.push_back(probability_of_weight(weight));
    all += chances.back();
  }
  std::sort(chances.begin(), chances.end(), std::greater<>());
  double found = 0, best = 0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    found += chances[i];
    best = std::max(best, 2 * found / (static_cast<double>(i + 1) + all));
  }
  // Where everybody is met again many times a record is vouched for by several others, and what one pair
  // cannot know the group does.
  const double met_again = 2 * all / static_cast<double>(records);
  return std::max(0.08, std::clamp(best / 2, 0.3, 0.5) / std::max(1.0, met_again / 1.5));
}

DedupResult dedup(const Table& first, const Table* second, const DedupOptions& options) {
  DedupResult result;
  const auto progress = [&](std::string_view stage, double share) {
    if (options.progress) options.progress(stage, share);
  };
  progress("reading", 0);
  if (first.columns() == 0) throw Error(ErrorCode::invalid_argument, "the file has no header");
  const std::size_t id = asked_column(first, options.id, "id");
  result.ids = ids_of(first, id);
  result.first_rows = first.rows();
  std::size_t id2 = no_column;
  if (second != nullptr) {
    id2 = asked_column(*second, options.id, "id");
    for (std::string& text : ids_of(*second, id2)) result.ids.push_back(std::move(text));
  }
  result.columns = guess_columns(first);
  std::size_t source = no_column;
  if (second == nullptr) source = asked_column(first, options.source, "source");
  if (id != no_column) result.columns[id].kind = FieldKind::ignored, result.columns[id].why = "id";
  for (const auto& [name, kind] : options.kinds) {
    const auto column = first.column(name);
    if (!column) throw Error(ErrorCode::invalid_argument, "there is no column " + name);
    result.columns[*column].kind = kind;
    result.columns[*column].why = "asked";
  }
  // Two lists in one table?
  std::vector<std::uint8_t> side;
  if (source != no_column) {
    std::map<std::string, std::size_t> values;
    for (std::size_t r = 0; r < first.rows() && values.size() < 3; ++r)
      if (const std::string_view cell = trim(first.cell(r, source)); !cell.empty())
        values.emplace(std::string(cell), values.size());
    result.two_lists = values.size() == 2;
    if (result.two_lists) {
      for (std::size_t r = 0; r < first.rows(); ++r)
        side.push_back(trim(first.cell(r, source)) == values.begin()->first ? 0 : 1);
      result.columns[source].kind = FieldKind::ignored;
      result.columns[source].why = "source";
    }
  } else if (second != nullptr) {
    result.two_lists = true;
    side.assign(first.rows(), 0);
    side.resize(first.rows() + second->rows(), 1);
  }
  Batch batch;
  std::vector<Source> sources{{&first, {}}};
  std::vector<Column> columns2;
  if (second != nullptr) {
    sources.push_back({second, {}});
    columns2 = guess_columns(*second);
    if (id2 != no_column) columns2[id2].kind = FieldKind::ignored;
  }
  for (FieldColumns& pair : pair_columns(first, result.columns, second, columns2)) {
    batch.model.fields.push_back(std::move(pair.field));
    sources[0].columns.push_back(pair.first);
    if (second != nullptr) sources[1].columns.push_back(pair.second);
  }
  batch.model.comparisons = comparisons_of(batch.model.fields);
  if (result.ids.size() < 2) return result;
  if (batch.model.comparisons.empty())
    throw Error(ErrorCode::invalid_argument, "no column says what the records are about");
  batch.model.index();
  batch.model.phone_region =
      options.phone_region.empty() ? guess_region(first, result.columns) : options.phone_region;
  // The country of a record tells how its numbers are to be read.
  std::vector<std::string> regions;
  for (std::size_t c = 0; c < result.columns.size() && regions.empty(); ++c) {
    const auto name = is_utf8(result.columns[c].name) ? fold_key(result.columns[c].name) : std::string();
    if (name != "country" && name != "countrycode" && name != "pays") continue;
    for (std::size_t r = 0; r < result.ids.size(); ++r) {
      const bool two = r >= first.rows();
      const auto column = two ? second->column(result.columns[c].name) : std::optional(c);
      std::string region =
          column ? region_of((two ? *second : first).cell(two ? r - first.rows() : r, *column)) : "";
      regions.push_back(region.empty() ? batch.model.phone_region : std::move(region));
    }
  }
  // Records in an order that their content gives: neither rows nor ids decide anything.
  std::vector<std::uint32_t> order(result.ids.size());
  {
    std::vector<std::uint64_t> hashes(order.size());
    for (std::uint32_t r = 0; r < order.size(); ++r) {
      order[r] = r;
      const bool two = r >= first.rows();
      const Source& from = sources[two ? 1 : 0];
      std::uint64_t h = side.empty() ? 0 : side[r] + 1;
      for (std::size_t f = 0; f < from.columns.size(); ++f)
        if (from.columns[f] != no_column)
          h = mix(h ^ hash_of(from.table->cell(two ? r - first.rows() : r, from.columns[f]), f));
      hashes[r] = h;
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : result.ids[a] < result.ids[b];
    });
  }
  read_rows(batch, sources, order, regions);
  if (result.two_lists)
    for (const std::uint32_t r : order) batch.side.push_back(side[r]);
  batch.across_only = second != nullptr;
  count_frequencies(batch, {});
  progress("candidates", 0.2);
  const std::size_t n = batch.records;
  const std::size_t per_record = options.candidates != 0 ? options.candidates
                                 : n <= 6'000            ? 400
                                 : n <= 60'000           ? 120
                                 : n <= 250'000          ? 50
                                                         : 24;
  Candidates candidates = find_candidates(batch, per_record);
  for (RuleChosen& rule : candidates.rules) result.rules.push_back({std::move(rule.name), rule.pairs});
  if (candidates.pairs.empty()) {
    result.model = Model(std::make_shared<const ModelData>(batch.model));
    return result;
  }
  train_batch(batch, candidates.pairs, progress);
  progress("scoring", 0.6);
  constexpr double least = -8;
  auto scored = score_pairs(batch, candidates.pairs, least);
  // Two clean lists match across, one to one.
  if (result.two_lists) {
    double within = 0, across = 0;
    for (const auto& [code, weight] : scored) {
      const double p = probability_of_weight(weight);
      (batch.side[code >> 32] != batch.side[code & 0xffffffff] ? across : within) += p;
    }
    double multiple = 0;
    if (second != nullptr) {
      // More than one sure partner, each about as good as the best, speaks against one to one.
      std::vector<float> best(batch.records, -1e9f);
      for (const auto& [code, weight] : scored)
        for (const auto r : {static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code)})
          best[r] = std::max(best[r], weight);
      std::unordered_map<std::uint32_t, std::uint32_t> partners;
      std::size_t sure = 0;
      for (const auto& [code, weight] : scored) {
        const auto a = static_cast<std::uint32_t>(code >> 32), b = static_cast<std::uint32_t>(code);
        if (weight < 6 || weight < std::max(best[a], best[b]) - 3) continue;
        ++sure;
        ++partners[a];
        ++partners[b];
      }
      for (const auto& [record, count] : partners) multiple += count > 1 ? count - 1 : 0;
      multiple = sure > 0 ? multiple / static_cast<double>(sure) : 0;
    }
    result.one_to_one = options.within      ? !*options.within
                        : second != nullptr ? multiple < 0.25
                                            : across > 5 * within && across >= 3;
    result.lists_reason = "expected matches across " + std::to_string(std::llround(across)) + ", within " +
                          std::to_string(std::llround(within));
    if (result.one_to_one && second == nullptr) {
      // Learnt again from pairs across only.
      batch.across_only = true;
      std::erase_if(candidates.pairs, [&](PairCode code) {
        return !batch.admits(static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code));
      });
      for (Comparison& comparison : batch.model.comparisons) comparison.set_default_shares();
      count_frequencies(batch, {});
      train_batch(batch, candidates.pairs, progress);
      scored = score_pairs(batch, candidates.pairs, least);
    } else if (!result.one_to_one && second == nullptr && !options.within) {
      result.two_lists = false;
    }
  }
  // What advertisements say overlaps more than can be told from them alone.
  constexpr double sure_of_offers = 0.8;
  batch.model.same =
      batch.model.offers ? sure_of_offers : best_threshold(scored, result.one_to_one ? SIZE_MAX : n);
  result.threshold = options.threshold.value_or(batch.model.same);
  progress("grouping", 0.9);
  const std::vector<std::uint32_t> groups = group_records(batch, scored, result.threshold, result.one_to_one);
  // Every pair of a group, scored where it was no candidate.
  std::unordered_map<PairCode, float> known;
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  {
    std::vector<std::uint32_t> sizes(n);
    for (const std::uint32_t g : groups) ++sizes[g];
    for (std::uint32_t r = 0; r < n; ++r)
      if (sizes[groups[r]] > 1) members[groups[r]].push_back(r);
  }
  result.clusters = members.size();
  for (const auto& [code, weight] : scored)
    if (groups[code >> 32] == groups[code & 0xffffffff]) known.emplace(code, weight);
  const auto put = [&](std::uint32_t a, std::uint32_t b, double weight, std::uint32_t group, bool same) {
    FoundPair pair;
    pair.a = order[a];
    pair.b = order[b];
    const bool turn = second != nullptr ? pair.a > pair.b : result.ids[pair.b] < result.ids[pair.a];
    if (turn) std::swap(pair.a, pair.b);
    pair.weight = weight;
    pair.probability = probability_of_weight(weight);
    pair.cluster = group;
    pair.same = same;
    result.pairs.push_back(pair);
  };
  for (const auto& [group, in] : members) {
    std::uint32_t name = order[in[0]];
    for (const std::uint32_t r : in)
      if (result.ids[order[r]] < result.ids[name]) name = order[r];
    for (std::size_t i = 0; i < in.size(); ++i) {
      for (std::size_t j = i + 1; j < in.size(); ++j) {
        if (!batch.admits(in[i], in[j])) continue;
        const PairCode code = pair_code(in[i], in[j]);
        const auto it = known.find(code);
        const double weight = it != known.end() ? it->second : [&] {
          const auto one = score_pairs(batch, std::span(&code, 1), -1e9);
          return double(one[0].second);
        }();
        put(in[i], in[j], weight, name, true);
      }
    }
  }
  if (options.review) {
    const double from = std::log2(batch.model.review / (1 - batch.model.review));
    for (const auto& [code, weight] : scored) {
      const auto a = static_cast<std::uint32_t>(code >> 32), b = static_cast<std::uint32_t>(code);
      if (weight < from || groups[a] == groups[b]) continue;
      put(a, b, weight, order[a], false);
    }
  }
  std::sort(result.pairs.begin(), result.pairs.end(), [&](const FoundPair& x, const FoundPair& y) {
    if (result.ids[x.a] != result.ids[y.a]) return result.ids[x.a] < result.ids[y.a];
    return result.ids[x.b] < result.ids[y.b];
  });
  const auto in_rows = [&](PairCode code) { return pair_code(order[code >> 32], order[code & 0xffffffff]); };
  result.candidate_count = candidates.pairs.size();
  for (const auto& [code, weight] : scored) result.scored.emplace_back(in_rows(code), weight);
  std::sort(result.scored.begin(), result.scored.end());
  if (options.keep_candidates) {
    for (PairCode& code : candidates.pairs) code = in_rows(code);
    std::sort(candidates.pairs.begin(), candidates.pairs.end());
    result.candidates = std::move(candidates.pairs);
  }
  result.columns_first = sources[0].columns;
  if (second != nullptr) result.columns_second = sources[1].columns;
  result.regions = std::move(regions);
  result.model = Model(std::make_shared<const ModelData>(std::move(batch.model)));
  return result;
}

Score explain(const DedupResult& result, const Table& first, const Table* second, std::uint32_t a,
              std::uint32_t b) {
  const Model& model = result.model.value();
  const auto read = [&](std::uint32_t row) {
    const bool two = row >= first.rows();
    const Table& table = two ? *second : first;
    const std::size_t r = two ? row - first.rows() : row;
    Record record;
    for (std::size_t f = 0; f < model.fields().size(); ++f) {
      const std::size_t column = two ? result.columns_second[f] : result.columns_first[f];
      record.values.emplace_back(column == no_column ? std::string_view() : table.cell(r, column));
    }
    const std::string region = row < result.regions.size() ? result.regions[row] : "ZZ";
    return PreparedRecord(record, model, region);
  };
  return score(read(a), read(b), model);
}

}  // namespace atlas::matching
