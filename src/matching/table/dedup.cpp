// A table in, pairs out: columns, values, candidates, rounds of learning, groups.

#include "atlas/dedup.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <unordered_map>

#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "listing_table.hpp"
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

// A cell of either table by the number of the record.
struct Tables {
  const Table& first;
  const Table* second;
  bool in_second(std::uint32_t record) const { return record >= first.rows(); }
  const Table& table(std::uint32_t record) const { return in_second(record) ? *second : first; }
  std::size_t row(std::uint32_t record) const { return in_second(record) ? record - first.rows() : record; }
};

// Which of two lists each row is of, when there are two; the column that told is no field then.
std::vector<std::uint8_t> sides_of(DedupResult& result, const Tables& tables, std::size_t source) {
  std::vector<std::uint8_t> side;
  const Table& first = tables.first;
  if (source != no_column) {
    // Whoever is of neither list belongs to none: then it is a column like others.
    std::map<std::string, std::size_t, std::less<>> values;
    for (std::size_t r = 0; r < first.rows() && values.size() < 3; ++r)
      if (const std::string_view cell = trim(first.cell(r, source)); !values.contains(cell))
        values.emplace(cell, values.size());
    result.two_lists = values.size() == 2 && !values.contains("");
    if (!result.two_lists) return side;
    for (std::size_t r = 0; r < first.rows(); ++r)
      side.push_back(trim(first.cell(r, source)) == values.begin()->first ? 0 : 1);
    result.columns[source].kind = FieldKind::ignored;
    result.columns[source].why = "source";
  } else if (tables.second != nullptr) {
    result.two_lists = true;
    side.assign(first.rows(), 0);
    side.resize(first.rows() + tables.second->rows(), 1);
  }
  return side;
}

void add_field(Batch& batch, std::vector<Source>& sources, const FieldColumns& pair) {
  batch.model.fields.push_back(pair.field);
  sources[0].columns.push_back(pair.first);
  if (sources.size() > 1) sources[1].columns.push_back(pair.second);
}

// The country of a record tells how its numbers are to be read.
std::vector<std::string> countries_of(const DedupResult& result, const Tables& tables,
                                      const std::string& usual) {
  std::vector<std::string> regions;
  for (std::size_t c = 0; c < result.columns.size() && regions.empty(); ++c) {
    const std::string& header = result.columns[c].name;
    const auto name = is_utf8(header) ? fold_key(header) : std::string();
    if (name != "country" && name != "countrycode" && name != "pays") continue;
    for (std::uint32_t r = 0; r < result.ids.size(); ++r) {
      const auto column = tables.in_second(r) ? tables.second->column(header) : std::optional(c);
      std::string region = column ? region_of(tables.table(r).cell(tables.row(r), *column)) : "";
      regions.push_back(region.empty() ? usual : std::move(region));
    }
  }
  return regions;
}

// Records in an order that their content gives: neither rows nor ids decide anything. Fills in by row what
// the order goes by: a hash of all that is compared.
std::vector<std::uint32_t> content_order(std::span<const std::string> ids, const Tables& tables,
                                         std::span<const Source> sources, std::span<const std::uint8_t> side,
                                         std::vector<std::uint64_t>& hashes) {
  std::vector<std::uint32_t> order(ids.size());
  hashes.resize(order.size());
  for (std::uint32_t r = 0; r < order.size(); ++r) {
    order[r] = r;
    const Source& from = sources[tables.in_second(r) ? 1 : 0];
    std::uint64_t h = side.empty() ? 0 : side[r] + 1;
    for (std::size_t f = 0; f < from.columns.size(); ++f)
      if (from.columns[f] != no_column)
        h = mix(h ^ hash_of(from.table->cell(tables.row(r), from.columns[f]), f));
    hashes[r] = h;
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : ids[a] < ids[b];
  });
  return order;
}

// How many candidates a record may have, by how many records there are.
std::size_t candidates_each(std::size_t n) {
  return n <= 6'000 ? 400 : n <= 20'000 ? 240 : n <= 60'000 ? 120 : n <= 250'000 ? 50 : 24;
}

// Weights below this are of no use to anybody.
constexpr double least_kept = -8;
// From here on offers are the same, where their columns are known for a property's or are not.
constexpr double automatic_for_things = 0.99;
constexpr double sure_of_listings = 0.45, sure_of_offers = 0.8;

}  // namespace

DedupResult dedup(const Table& first, const Table* second, const DedupOptions& options) {
  DedupResult result;
  const Tables tables{first, second};
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
  const std::vector<std::uint8_t> side = sides_of(result, tables, source);
  Batch batch;
  std::vector<Source> sources{{&first, {}}};
  std::vector<Column> columns2;
  if (second != nullptr) {
    sources.push_back({second, {}});
    columns2 = guess_columns(*second);
    if (id2 != no_column) columns2[id2].kind = FieldKind::ignored;
  }
  std::optional<ListingTables> listings =
      as_listings(first, result.columns, second, columns2, options.listings);
  if (listings) {
    result.listings = true;
    for (std::size_t f = 0; f < listings->fields.size(); ++f)
      if (const std::size_t c = listings->given_first[f]; c != no_column)
        result.columns[c].role = listings->roles[f];
    auto read = std::make_shared<const ListingTables>(std::move(*listings));
    sources[0].table = &read->first;
    if (second != nullptr) sources[1].table = &*read->second;
    for (const FieldColumns& pair : read->fields) add_field(batch, sources, pair);
    batch.model.comparisons = listing_comparisons(batch.model.fields, read->roles);
    result.columns_first = read->given_first;
    result.columns_second = read->given_second;
    result.read = std::move(read);
  } else {
    for (const FieldColumns& pair : pair_columns(first, result.columns, second, columns2))
      add_field(batch, sources, pair);
    batch.model.comparisons = comparisons_of(batch.model.fields);
    result.columns_first = sources[0].columns;
    if (second != nullptr) result.columns_second = sources[1].columns;
  }
  if (result.ids.size() < 2) return result;
  if (batch.model.comparisons.empty())
    throw Error(ErrorCode::invalid_argument, "no column says what the records are about");
  batch.model.index();
  batch.model.phone_region =
      options.phone_region.empty() ? guess_region(first, result.columns) : options.phone_region;
  if (options.phone_region.empty() && batch.model.phone_region != "ZZ")
    batch.model.phone_region += guessed_region;
  std::vector<std::string> regions = countries_of(result, tables, batch.model.phone_region);
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> order = content_order(result.ids, tables, sources, side, hashes);
  const std::vector<Crowd> crowds = set_crowds_aside(order, hashes);
  read_rows(batch, sources, order, regions);
  if (result.two_lists)
    for (const std::uint32_t r : order) batch.side.push_back(side[r]);
  batch.across_only = second != nullptr;
  count_frequencies(batch, {});
  progress("candidates", 0.2);
  const std::size_t n = batch.records;
  Candidates candidates =
      find_candidates(batch, options.candidates != 0 ? options.candidates : candidates_each(n));
  for (RuleChosen& rule : candidates.rules) result.rules.push_back({std::move(rule.name), rule.pairs});
  if (candidates.pairs.empty()) {
    result.model = Model(std::make_shared<const ModelData>(batch.model));
    return result;
  }
  train_batch(batch, candidates.pairs, progress);
  progress("scoring", 0.6);
  Scored scored = score_pairs(batch, candidates.pairs, least_kept);
  if (result.two_lists) {
    result.one_to_one = is_one_to_one(result, batch, scored, second != nullptr, options.within);
    if (result.one_to_one && second == nullptr) {
      // Learnt again from pairs across only.
      batch.across_only = true;
      std::erase_if(candidates.pairs, [&](PairCode code) {
        return !batch.admits(static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code));
      });
      for (Comparison& comparison : batch.model.comparisons) comparison.set_default_shares();
      count_frequencies(batch, {});
      train_batch(batch, candidates.pairs, progress);
      scored = score_pairs(batch, candidates.pairs, least_kept);
    } else if (!result.one_to_one && second == nullptr && !options.within) {
      result.two_lists = false;
    }
  }
  batch.model.same = best_threshold(scored, result.one_to_one ? SIZE_MAX : n);
  // Names and titles do not prove what a mailbox or a day of birth does.
  if (!batch.model.people) batch.model.automatic = automatic_for_things;
  if (batch.model.offers)
    batch.model.same = std::max(batch.model.same, result.listings ? sure_of_listings : sure_of_offers);
  Scored beside;
  if (result.one_to_one) {
    beside = beside_rivals(batch, scored);
    if (!batch.model.people)
      batch.model.same = std::min(batch.model.same, threshold_of_partners(batch, beside));
  }
  result.threshold = options.threshold.value_or(batch.model.same);
  progress("grouping", 0.9);
  const std::vector<std::uint32_t> groups =
      group_records(batch, result.one_to_one ? beside : scored, result.threshold, result.one_to_one);
  report_pairs(result, batch, {groups, order, scored, crowds}, options.review);
  const auto in_rows = [&](PairCode code) { return pair_code(order[code >> 32], order[code & 0xffffffff]); };
  result.candidate_count = candidates.pairs.size();
  for (const auto& [code, weight] : scored) result.scored.emplace_back(in_rows(code), weight);
  std::sort(result.scored.begin(), result.scored.end());
  if (options.keep_candidates) {
    for (PairCode& code : candidates.pairs) code = in_rows(code);
    std::sort(candidates.pairs.begin(), candidates.pairs.end());
    result.candidates = std::move(candidates.pairs);
  }
  result.regions = std::move(regions);
  result.model = Model(std::make_shared<const ModelData>(std::move(batch.model)));
  return result;
}

}  // namespace atlas::matching
