#include "sabotage.hpp"

#include <map>

#include "atlas/testing/forwarding_store.hpp"

namespace atlas::simulation {
namespace {

constexpr Sabotage all[] = {
    {"a crash takes the newest commit with it", Spoilt::nothing, {.loses_last_commit = true}, "model"},
    {"a writer does not wait for the other one", Spoilt::nothing, {.writers_overlap = true}, "audit"},
    {"a commit is acknowledged and not kept", Spoilt::nothing, {.forgets_a_commit = true}, "model"},
    {"counting forgets the organisation", Spoilt::count_forgets_tenant, {}, "model"},
    {"reading a record forgets the organisation", Spoilt::get_forgets_tenant, {}, "wall"},
    {"the scope of an agent is dropped", Spoilt::scope_predicate_lost, {}, "scope"},
    {"a refused call of a batch is not undone", Spoilt::savepoint_not_undone, {}, "model audit"},
    {"idempotency keys are forgotten", Spoilt::idempotency_key_lost, {}, "model"},
    {"match keys are forgotten", Spoilt::match_key_lost, {}, "meeting"},
    {"an entry of the audit is changed", Spoilt::audit_entry_changed, {}, "audit"},
    {"the events leave an entry out", Spoilt::entry_left_out, {}, "events"},
    {"an update is lost", Spoilt::update_lost, {}, "model audit"},
    {"a read for update is stale", Spoilt::stale_read_for_update, {}, "versions answers"},
    {"who was disabled is let in", Spoilt::disabled_user_let_in, {}, "answers"},
    {"a page begins at the beginning again", Spoilt::page_token_ignored, {}, "model"},
};

constexpr unsigned now_and_then = 9;
constexpr std::size_t events_window = 10'000;  // what events.list reads at most

/// What a spoilt store remembers across its transactions.
struct Memory {
  unsigned calls = 0;
  std::map<std::string, OwnedRow> before;  ///< dossiers before their latest update
  bool due() { return ++calls % now_and_then == 0; }
};

/// Every comparison of dossiers with an assignee becomes true.
void drop_scope(Predicate& p, TableId table, TableId dossiers, unsigned assignee) {
  if (p.kind == Predicate::Kind::equal && table == dossiers && p.column == assignee) p = Predicate{};
  const TableId inner = p.kind == Predicate::Kind::exists ? p.table : table;
  for (Predicate& child : p.children) drop_scope(child, inner, dossiers, assignee);
}

template <class Base>
class SpoiltReads : public testing::ForwardingReads<Base> {
 public:
  SpoiltReads(std::unique_ptr<Base> inner, Store& store, Spoilt spoilt, Memory& memory)
      : testing::ForwardingReads<Base>(std::move(inner)), store_(store), spoilt_(spoilt), memory_(memory) {}

  void enter(const Uuid& organisation) override {
    organisation_ = organisation;
    this->inner_->enter(organisation);
  }

  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    if (spoilt_ == Spoilt::disabled_user_let_in && is(table, "user")) {
      return this->inner_->get(
          table, primary,
          [&](RowView row) {
            std::vector<Value> changed(row.begin(), row.end());
            changed[column(table, "status_code")] = Value::text("USER_ACTIVE");
            sink(changed);
          },
          lock);
    }
    if (spoilt_ == Spoilt::stale_read_for_update && lock == RowLock::update && is(table, "dossier")) {
      const auto it = memory_.before.find(std::string(primary[0].bytes()));
      if (it != memory_.before.end()) {
        sink(views(it->second));
        return true;
      }
    }
    if (this->inner_->get(table, primary, sink, lock)) return true;
    if (spoilt_ != Spoilt::get_forgets_tenant || !is(table, "dossier")) return false;
    bool found = false;
    elsewhere(
        [&](ReadTransaction& other) { found = found || other.get(table, primary, sink, RowLock::none); });
    return found;
  }

  void scan(const Query& query, ScanSink sink) override {
    if (spoilt_ == Spoilt::scope_predicate_lost) {
      Query open = query;
      drop_scope(open.where, query.table, id("dossier"), column(id("dossier"), "assigned_to_user_id"));
      open.key = Query::primary_key;
      return this->inner_->scan(open, sink);
    }
    if (spoilt_ == Spoilt::page_token_ignored && is(query.table, "dossier")) {
      Query again = query;
      again.after.reset();
      return this->inner_->scan(again, sink);
    }
    // Verifying reads without a limit; it is the events that are to be short.
    if (spoilt_ == Spoilt::entry_left_out && is(query.table, "audit_entry") && query.limit == events_window) {
      return this->inner_->scan(
          query, [&](RowView row) { return row[0].as_integer() % 13 == 0 ? true : sink(row); });
    }
    this->inner_->scan(query, sink);
  }

  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    if (spoilt_ == Spoilt::scope_predicate_lost) {
      Predicate open = where;
      drop_scope(open, table, id("dossier"), column(id("dossier"), "assigned_to_user_id"));
      return this->inner_->count(table, open, limit, Query::primary_key);
    }
    std::int64_t n = this->inner_->count(table, where, limit, key);
    if (spoilt_ == Spoilt::count_forgets_tenant && is(table, "dossier")) {
      elsewhere([&](ReadTransaction& other) { n += other.count(table, where, limit, key); });
    }
    return n;
  }

 protected:
  TableId id(std::string_view name) const { return store_.catalog().id(name); }
  bool is(TableId table, std::string_view name) const { return store_.catalog()[table].name == name; }
  unsigned column(TableId table, std::string_view name) const { return store_.catalog()[table].column(name); }

  /// Calls `look` within each of the other organisations.
  void elsewhere(FunctionRef<void(ReadTransaction&)> look) {
    Query q;
    q.table = id("organisation_directory");
    q.key = Query::primary_key;
    std::vector<Uuid> others;
    store_.read()->scan(q, [&](RowView row) {
      if (row[0].as_id() != organisation_) others.push_back(row[0].as_id());
      return true;
    });
    for (const Uuid& other : others) {
      const auto tx = store_.read();
      tx->enter(other);
      look(*tx);
    }
  }

  Store& store_;
  Spoilt spoilt_;
  Memory& memory_;
  Uuid organisation_;
};

class SpoiltWrite final : public testing::ForwardingWrites<SpoiltReads<WriteTransaction>> {
 public:
  using ForwardingWrites::ForwardingWrites;

  void insert(TableId table, RowView row) override {
    if (spoilt_ == Spoilt::idempotency_key_lost && is(table, "idempotency")) return;
    if (spoilt_ == Spoilt::match_key_lost && is(table, "match_key") && memory_.due()) return;
    if (spoilt_ == Spoilt::audit_entry_changed && is(table, "audit_entry") && memory_.due()) {
      std::vector<Value> changed(row.begin(), row.end());
      Value& at = changed[column(table, "at")];
      at = Value::integer(at.as_integer() + 1);
      return inner_->insert(table, changed);
    }
    inner_->insert(table, row);
  }

  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override {
    if (is(table, "dossier")) {
      if (spoilt_ == Spoilt::update_lost && memory_.due()) return true;
      if (spoilt_ == Spoilt::stale_read_for_update) {
        inner_->get(
            table, primary, [&](RowView row) { memory_.before[std::string(primary[0].bytes())] = own(row); },
            RowLock::none);
      }
    }
    return inner_->update(table, primary, columns, values);
  }

  void rollback_to() override {
    spoilt_ == Spoilt::savepoint_not_undone ? inner_->release() : inner_->rollback_to();
  }
};

class SpoiltStore final : public testing::ForwardingStore {
 public:
  SpoiltStore(std::unique_ptr<Store> inner, Spoilt spoilt)
      : ForwardingStore(std::move(inner)), spoilt_(spoilt) {}
  std::unique_ptr<ReadTransaction> read() override {
    return std::make_unique<SpoiltReads<ReadTransaction>>(inner_->read(), *inner_, spoilt_, memory_);
  }
  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    return std::make_unique<SpoiltWrite>(inner_->write(durability), *inner_, spoilt_, memory_);
  }

 private:
  Spoilt spoilt_;
  Memory memory_;
};

}  // namespace

std::span<const Sabotage> sabotages() { return all; }

Spoiler spoiler(Spoilt spoilt) {
  if (spoilt == Spoilt::nothing) return {};
  return [spoilt](std::unique_ptr<Store> store) -> std::unique_ptr<Store> {
    return std::make_unique<SpoiltStore>(std::move(store), spoilt);
  };
}

}  // namespace atlas::simulation
