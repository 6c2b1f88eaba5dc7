#pragma once
// The transactions of a broken backend: each keeps all promises but the one its Breakage names.

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "atlas/testing/forwarding_store.hpp"
#include "broken_predicates.hpp"

namespace atlas::testing {

/// What the transactions of one broken store share.
struct BrokenState {
  Breakage breakage{};
  Store* store = nullptr;  ///< The sound store below.

  std::mutex mutex;  ///< Guards what follows.
  std::condition_variable changed;
  std::set<Uuid> organisations;
  std::optional<Uuid> last_entered;
  std::set<std::pair<TableId, OwnedValue>,
           bool (*)(const std::pair<TableId, OwnedValue>&, const std::pair<TableId, OwnedValue>&)>
      kept_values{[](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : compare(a.second.view(), b.second.view()) < 0;
      }};
  std::vector<std::pair<OwnedRow, std::string>> tokens;  ///< Of every row ever indexed.
  std::vector<std::pair<OwnedRow, std::string>> erased;  ///< Of rows that were erased since.
  std::vector<std::pair<TableId, OwnedRow>> uncommitted;
  std::size_t offset = 0;  ///< Rows that the last scan and those it went on from have given.
  bool writing = false;
  std::vector<std::uint64_t> waiting;
  std::uint64_t arrivals = 0;
};

/// Some other organisation than `own`, if one was ever entered.
std::vector<Uuid> other_organisations(BrokenState& state, const std::optional<Uuid>& own);

template <class Base>
class BrokenReads : public ForwardingReads<Base> {
 public:
  BrokenReads(std::unique_ptr<Base> inner, BrokenState& state)
      : ForwardingReads<Base>(std::move(inner)), state_(state) {}

  void enter(const Uuid& organisation) override;
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override;
  void scan(const Query& query, ScanSink sink) override;
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override;
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override;
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override;
  Timestamp now() override;

 protected:
  static constexpr bool reads_only = std::is_same_v<Base, ReadTransaction>;

  bool broken(Breakage breakage) const { return state_.breakage == breakage; }
  const Table& table(TableId id) const { return state_.store->catalog()[id]; }
  /// Before anything is done to a table.
  void touch(TableId id);
  /// A transaction of now, in the same organisation.
  std::unique_ptr<ReadTransaction> another() const;
  /// Calls `body` with a transaction in each other organisation.
  void elsewhere(FunctionRef<void(ReadTransaction&)> body);
  void scan_differently(const Query& query, ScanSink sink);
  std::vector<OwnedRow> rows_of(ReadTransaction& tx, const Query& query);

  BrokenState& state_;
  std::optional<Uuid> organisation_;
  std::unique_ptr<ReadTransaction> earlier_;  ///< Of before the transaction's turn came.
};

using BrokenRead = BrokenReads<ReadTransaction>;

class BrokenWrite final : public ForwardingWrites<BrokenReads<WriteTransaction>> {
 public:
  BrokenWrite(std::unique_ptr<WriteTransaction> inner, BrokenState& state, Durability durability,
              std::unique_ptr<ReadTransaction> earlier);
  ~BrokenWrite() override;

  void insert(TableId table, RowView row) override;
  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override;
  bool erase(TableId table, RowView primary) override;
  void index_text(TableId table, RowView primary, std::string_view tokens) override;
  void lock_names(std::span<const std::string> names) override;
  void savepoint() override;
  void release() override;
  void rollback_to() override;
  void commit() override;

 private:
  struct Indexed {
    TableId table;
    OwnedRow primary;
    std::string tokens;
  };
  OwnedRow changed(TableId table, RowView row);
  void insert_changed(TableId table, RowView row);
  bool erase_first(TableId table, RowView primary);
  void keep_unique_values(TableId table, RowView primary);
  void let_go();

  Durability durability_;
  bool open_ = true;
  int depth_ = 0;
  std::vector<Indexed> indexed_;
  std::vector<std::size_t> marks_;
};

}  // namespace atlas::testing
