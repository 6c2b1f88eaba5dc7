#pragma once
// The steps of finding duplicates in a batch; dedup() and train() put them together.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/dedup.hpp"
#include "batch.hpp"

namespace atlas::matching {

using Progress = std::function<void(std::string_view stage, double share)>;

/// A table, and which of its columns each field of the model is.
struct Source {
  const Table* table;
  std::vector<std::size_t> columns;
};

using Scored = std::vector<std::pair<PairCode, float>>;

/// Ids of the rows: the column's, each once and none empty, or the rows' numbers. `column` SIZE_MAX = none.
std::vector<std::string> ids_of(const Table& table, std::size_t column);
/// Country of national numbers: that of most numbers which say it themselves, else "ZZ".
std::string guess_region(const Table& table, std::span<const Column> columns);
/// "FR", "France", "Maroc" as a country of telephone numbers; empty when it is none.
std::string region_of(std::string_view cell);
std::uint64_t content_hash(const Table& table, std::size_t row);
/// The rows whose content hashes are the smallest, at most `most`, in the order of the hashes.
std::vector<std::uint32_t> rows_by_content(const Table& table, std::size_t most);
/// Rows that are word for word the same, and more than anybody or anything is met again: somebody's tests, a
/// form that was sent again and again.
struct Crowd {
  std::uint32_t record = 0;         ///< The first of the two that stay, counted among all that stay.
  std::vector<std::uint32_t> rows;  ///< Those set aside.
};
/// A group of them is told in parts of at most so many rows: all pairs of ten thousand would be fifty
/// million.
constexpr std::size_t most_alike = 300;
/// Takes all but two of each crowd out of `order`, in which rows of one content stand together: with all of
/// them nothing would look rare and every key useless. `hashes` tells a row's content.
std::vector<Crowd> set_crowds_aside(std::vector<std::uint32_t>& order, std::span<const std::uint64_t> hashes);
/// How records with these fields are compared, with the shares that are believed before any data.
std::vector<Comparison> comparisons_of(std::span<const Field> fields);
/// Makes values of the cells; record i of the batch is row `order[i]`, counted through all tables.
void read_rows(Batch& batch, std::span<const Source> sources, std::span<const std::uint32_t> order,
               std::span<const std::string> regions);
/// Whoever gave a mailbox and no name is called what the mailbox says. `keep` stores a value of a comparison.
void name_by_mailbox(const ModelData& model, const Value** row,
                     const std::function<const Value*(std::size_t, Value)>& keep);
/// Learns shares and priors from the candidates.
void train_batch(Batch& batch, std::span<const PairCode> candidates, const Progress& progress);
/// Candidates whose weight is at least `least`, with it.
Scored score_pairs(const Batch& batch, std::span<const PairCode> pairs, double least);
std::vector<std::uint32_t> group_records(const Batch& batch,
                                         std::span<const std::pair<PairCode, float>> scored, double threshold,
                                         bool one_to_one);
/// The probability from which pairs are told to be the same, of what was scored in a batch of `records`.
double best_threshold(std::span<const std::pair<PairCode, float>> scored, std::size_t records);

/// Are the two sides to be matched one to one? Tells what was expected in `result`.
bool is_one_to_one(DedupResult& result, const Batch& batch, const Scored& scored, bool two_tables,
                   std::optional<bool> within_asked);
/// None has two partners: what speaks for one of several speaks against the others. The weights that are
/// left.
Scored beside_rivals(const Batch& batch, const Scored& scored);
/// Where a good part of the shorter list has a partner, the best that a record finds is likely its partner,
/// though it be less sure than a pair by itself would have to be. `beside` as beside_rivals() leaves them.
double threshold_of_partners(const Batch& batch, const Scored& beside);

/// Records in groups: by record the smallest member, and by record the row.
struct Grouping {
  std::span<const std::uint32_t> groups, order;
  std::span<const std::pair<PairCode, float>> scored;
  std::span<const Crowd> crowds;
};
/// Fills in pairs and clusters.
void report_pairs(DedupResult& result, const Batch& batch, const Grouping& grouping, bool review);

}  // namespace atlas::matching
