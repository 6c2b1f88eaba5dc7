#pragma once
// The steps of finding duplicates in a batch; dedup() and train() put them together.

#include <functional>
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

/// The rows whose content hashes are the smallest, at most `most`, in the order of the hashes.
std::vector<std::uint32_t> rows_by_content(const Table& table, std::size_t most);
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
std::vector<std::pair<PairCode, float>> score_pairs(const Batch& batch, std::span<const PairCode> pairs,
                                                    double least);
std::vector<std::uint32_t> group_records(const Batch& batch,
                                         std::span<const std::pair<PairCode, float>> scored, double threshold,
                                         bool one_to_one);

}  // namespace atlas::matching
