#pragma once
// Duplicates in a whole table, without labels and without being told what the columns are.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/matching.hpp"

namespace atlas::matching {

/// Rows of text under a header, in one piece of memory.
class Table {
 public:
  Table() = default;
  explicit Table(std::vector<std::string> header);
  /// Missing cells are empty, those beyond the header are dropped. Throws invalid_argument beyond 2³² − 2
  /// rows.
  void add(std::span<const std::string> cells);
  std::size_t rows() const noexcept { return header_.empty() ? 0 : (ends_.size() - 1) / header_.size(); }
  std::size_t columns() const noexcept { return header_.size(); }
  const std::vector<std::string>& header() const noexcept { return header_; }
  std::string_view cell(std::size_t row, std::size_t column) const noexcept;
  /// The column of this name, without regard to case.
  std::optional<std::size_t> column(std::string_view name) const;

 private:
  std::vector<std::string> header_;
  std::string bytes_;
  std::vector<std::uint64_t> ends_{0};
};

/// Is the first row of a file a header, or a record already? Told by its cells: words that name columns, or
/// values (numbers, dates, addresses of mail) as the rows below have them. `has_header` decides when it is
/// there. Without a header the columns are called column_1, column_2, …
Table with_header(Table table, std::optional<bool> has_header = {});

/// Makes a table of CSV text that is pushed in pieces of any size; the separator is guessed from the first
/// 64 KiB. Only the table itself is held.
class TableReader {
 public:
  /// `has_header` as in with_header().
  explicit TableReader(std::optional<bool> has_header = {});
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;
  /// Throws invalid_argument as CsvReader does; a record may have 64 MiB.
  void feed(std::string_view utf8);
  /// The end of the text; the reader is done. Throws invalid_argument for a text without a row.
  Table finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a column was taken for, and why it is left out when it is.
struct Column {
  std::string name;
  FieldKind kind = FieldKind::ignored;
  std::string why;  ///< "header", "content", "asked", "constant", "unique", "copy", "id", "source", "empty"
  /// What it tells of a property, where the rows are advertisements: a field of Model::for_listings.
  std::string role;
};
/// Looks at headers (in French, English, Arabic and others) and at the cells.
std::vector<Column> guess_columns(const Table& table);

/// What is known of a table beforehand, and how much is told of the result.
struct DedupOptions {
  std::string id;              ///< Column of the ids; "" = a column called id, else the row's number from 1.
  std::string source;          ///< Column that parts the rows in two lists; "" = a column called source.
  std::optional<bool> within;  ///< Are there matches inside one list? Absent: decided from the data.
  std::map<std::string, FieldKind> kinds;  ///< Columns whose kind is known.
  /// Are the rows advertisements of property, to be compared as such? Absent: decided from the columns.
  std::optional<bool> listings;
  std::string phone_region;         ///< "" = guessed from the numbers themselves.
  std::optional<double> threshold;  ///< Probability; absent: the model's.
  std::size_t candidates = 0;       ///< Bound of candidates per record; 0 = by size.
  bool keep_candidates = false;     ///< What judge() measures blocking by.
  bool review = false;              ///< Also the pairs between the thresholds.
  /// Told of progress: what is done now, and how far (0..1).
  std::function<void(std::string_view stage, double share)> progress;
};

/// Two rows that are the same, or that a person should look at.
struct FoundPair {
  std::uint32_t a = 0, b = 0;  ///< Rows; ids in order as text.
  double weight = 0;
  double probability = 0;
  std::uint32_t cluster = 0;  ///< Smallest row of the group; for pairs to review that of a.
  bool same = true;           ///< False: to review.
};

/// A rule that brought candidates together, and how many pairs it brought.
struct RuleUse {
  std::string name;
  std::uint64_t pairs = 0;
};

/// How tables were read where their columns were not taken as they are; known to the library alone.
struct ListingTables;

/// The pairs and groups, and what they were decided by.
struct DedupResult {
  std::vector<Column> columns;
  std::vector<std::string> ids;  ///< By row; rows of the second table follow those of the first.
  std::size_t first_rows = 0;    ///< How many rows the first table had.
  std::vector<FoundPair> pairs;  ///< Sorted by ids as text.
  std::vector<std::pair<std::uint64_t, float>> scored;  ///< Candidates with a weight worth keeping: a<<32|b.
  std::vector<std::uint64_t> candidates;                ///< All candidates, sorted, a<<32|b; only when asked.
  std::uint64_t candidate_count = 0;
  std::size_t clusters = 0;  ///< Of two or more.
  bool one_to_one = false;
  bool two_lists = false;
  std::string lists_reason;
  std::vector<RuleUse> rules;
  double threshold = 0.5;
  std::optional<Model> model;
  /// Of the model's fields; a field that is read out of the text has none (SIZE_MAX).
  std::vector<std::size_t> columns_first, columns_second;
  bool listings = false;  ///< Compared as advertisements of property.
  std::shared_ptr<const ListingTables> read;
  std::vector<std::string> regions;  ///< Country of each row's national numbers; empty = the model's.
};

/// Finds duplicates in `first`, or matches between `first` and `second`. Throws invalid_argument when ids are
/// missing or doubled, a named column is not there, or there is nothing to compare by.
DedupResult dedup(const Table& first, const Table* second, const DedupOptions& options);

/// How good a result is, by the truth.
struct Quality {
  std::uint64_t pairs = 0, right = 0, truth = 0;
  double precision = 0, recall = 0, f1 = 0, threshold = 0;
};
struct Judgement {
  Quality at_default, best;
  double blocking_recall = 0;
};
/// `truth` holds id_a, id_b. Throws invalid_argument for an id that is nowhere.
Judgement judge(const DedupResult& result, const Table& truth);

/// The whole explanation of one pair of rows of the tables given to dedup.
Score explain(const DedupResult& result, const Table& first, const Table* second, std::uint32_t a,
              std::uint32_t b);

}  // namespace atlas::matching
