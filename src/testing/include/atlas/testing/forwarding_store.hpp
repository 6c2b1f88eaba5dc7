#pragma once
// Decorators that pass every call on. Derive from them and change what should differ.

#include <memory>
#include <optional>
#include <utility>

#include "atlas/store.hpp"

namespace atlas::testing {

/// A transaction over another; `Base` is ReadTransaction or WriteTransaction.
template <class Base>
class ForwardingReads : public Base {
 public:
  explicit ForwardingReads(std::unique_ptr<Base> inner) : inner_(std::move(inner)) {}

  void enter(const Uuid& organisation) override { inner_->enter(organisation); }
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    return inner_->get(table, primary, sink, lock);
  }
  void scan(const Query& query, ScanSink sink) override { inner_->scan(query, sink); }
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    return inner_->count(table, where, limit, key);
  }
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override {
    inner_->aggregate(table, where, group, sums, sink);
  }
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    inner_->search_text(table, words, prefix_last, after, limit, sink);
  }
  Timestamp now() override { return inner_->now(); }

 protected:
  std::unique_ptr<Base> inner_;
};

/// A reading transaction that passes everything on.
using ForwardingRead = ForwardingReads<ReadTransaction>;

/// `Reads` is ForwardingReads<WriteTransaction> or derives from it.
template <class Reads>
class ForwardingWrites : public Reads {
 public:
  using Reads::Reads;

  void insert(TableId table, RowView row) override { this->inner_->insert(table, row); }
  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override {
    return this->inner_->update(table, primary, columns, values);
  }
  bool erase(TableId table, RowView primary) override { return this->inner_->erase(table, primary); }
  void index_text(TableId table, RowView primary, std::string_view tokens) override {
    this->inner_->index_text(table, primary, tokens);
  }
  void lock_names(std::span<const std::string> names) override { this->inner_->lock_names(names); }
  void savepoint() override { this->inner_->savepoint(); }
  void release() override { this->inner_->release(); }
  void rollback_to() override { this->inner_->rollback_to(); }
  void commit() override { this->inner_->commit(); }
};

/// A writing transaction that passes everything on.
using ForwardingWrite = ForwardingWrites<ForwardingReads<WriteTransaction>>;

/// A store over another, which it owns.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

  const StoreCapabilities& capabilities() const override { return inner_->capabilities(); }
  const Catalog& catalog() const override { return inner_->catalog(); }
  int schema_version() const override { return inner_->schema_version(); }
  std::unique_ptr<ReadTransaction> read() override { return inner_->read(); }
  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    return inner_->write(durability);
  }
  void backup(const std::string& path) override { inner_->backup(path); }
  void rekey(std::string_view new_passphrase) override { inner_->rekey(new_passphrase); }
  std::vector<StoreFinding> check() override { return inner_->check(); }
  void maintain() override { inner_->maintain(); }
  std::optional<Key> vault_key() const override { return inner_->vault_key(); }

 protected:
  std::unique_ptr<Store> inner_;
};

}  // namespace atlas::testing
