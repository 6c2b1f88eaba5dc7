#pragma once
// The reading half of the Store port over one KvTransaction.

#include <memory>
#include <optional>

#include "atlas/kv_store.hpp"
#include "kv_plan.hpp"

namespace atlas::kv {

/// What a transaction sees: its bytes, the schema, the organisation it has entered.
class View {
 public:
  View(std::unique_ptr<KvTransaction> kv, const Schema& schema) : kv_(std::move(kv)), schema_(schema) {}

  KvTransaction& kv() const { return *kv_; }
  const Schema& schema() const { return schema_; }
  const Table& table(TableId id) const;

  void enter(const Uuid& organisation);
  /// The organisation in a tenant table's keys; nothing for the directory. Throws internal before enter().
  std::optional<Uuid> scope(TableId id) const;

  /// Key of the row with this primary key.
  std::string row_key(TableId id, RowView primary) const;

  bool get(TableId id, RowView primary, RowSink sink) const;
  void scan(const Query& query, ScanSink sink) const;
  std::int64_t count(TableId id, const Predicate& where, std::int64_t limit, int key) const;
  void aggregate(TableId id, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) const;
  void search_text(TableId id, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) const;

  /// Rows that fulfil the condition, in no promised order, until the sink returns false.
  void each_row(TableId id, int key, const Condition& condition, ScanSink sink) const;
  /// Is there one?
  bool any_row(TableId id, const Condition& condition) const;
  bool fulfils(RowView row, const Condition& condition) const;

  /// Reads the row that an entry of `plan_key` (its key and value) belongs to. `bytes` keeps what `row`
  /// borrows.
  void load(TableId id, int plan_key, std::string_view entry, std::string_view value, std::string& bytes,
            std::vector<Value>& row) const;

 private:
  std::unique_ptr<KvTransaction> kv_;
  const Schema& schema_;
  std::optional<Uuid> organisation_;
};

/// The scan of View::scan: streams in the order of the query, merged.
void scan_ordered(const View& view, const Query& query, ScanSink sink);

}  // namespace atlas::kv
