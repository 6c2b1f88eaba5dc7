#pragma once
// What both kinds of transaction read, over one connection that has a transaction open.

#include <optional>

#include "atlas/store.hpp"
#include "connection.hpp"
#include "plans.hpp"
#include "tenants.hpp"

namespace atlas {

/// What all transactions of a store share.
struct StoreCore {
  Catalog catalog;
  std::vector<TablePlan> plans;
  Tenants tenants;
  Clock* clock = nullptr;
};

class Reading {
 public:
  Reading(StoreCore& core, Connection& connection, bool writes)
      : core_(core), connection_(connection), writes_(writes) {}

  void enter(const Uuid& organisation);
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock);
  void scan(const Query& query, ScanSink sink);
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key);
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink);
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink);
  Timestamp now() { return core_.clock->now(); }

  /// The table, reachable: a tenant table only after enter().
  const Table& reach(TableId table) const;
  const std::optional<Uuid>& organisation() const { return organisation_; }
  /// The tenant's number, 0 for a directory table, unknown_tenant before anything was written for it.
  std::int64_t tenant(const Table& table) const { return table.tenant ? tenant_ : 0; }
  std::int64_t tenant() const { return tenant_; }
  void set_tenant(std::int64_t tenant) { tenant_ = tenant; }
  /// Throws internal unless `primary` has the primary key's size.
  static void check_primary(const Table& table, RowView primary);

 private:
  Use run(const sql::Statement& statement, std::size_t limit);

  StoreCore& core_;
  Connection& connection_;
  bool writes_;
  std::optional<Uuid> organisation_;
  std::int64_t tenant_ = unknown_tenant;
};

/// The reading half of either transaction class.
template <class Transaction>
class Reads : public Transaction {
 public:
  void enter(const Uuid& organisation) override { reading_.enter(organisation); }
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    return reading_.get(table, primary, sink, lock);
  }
  void scan(const Query& query, ScanSink sink) override { reading_.scan(query, sink); }
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    return reading_.count(table, where, limit, key);
  }
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override {
    reading_.aggregate(table, where, group, sums, sink);
  }
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    reading_.search_text(table, words, prefix_last, after, limit, sink);
  }
  Timestamp now() override { return reading_.now(); }

 protected:
  Reads(StoreCore& core, Connection& connection, bool writes) : reading_(core, connection, writes) {}
  Reading reading_;
};

}  // namespace atlas
