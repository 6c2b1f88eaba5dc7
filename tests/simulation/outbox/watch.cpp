#include "watch.hpp"

#include "atlas/testing/forwarding_store.hpp"

namespace atlas::simulation::post {
namespace {

struct Looked {
  std::string_view table;
  std::vector<std::string_view> columns;
};

const std::vector<Looked>& looked_at() {
  static const std::vector<Looked> all{
      {"audit_entry", {"seq", "action", "entity_id"}},
      {"message",
       {"entry", "status_code", "kind", "channel_code", "address", "provider_message_id", "retry_of_id",
        "occurred_at", "error_code", "sent_at", "delivered_at", "read_at", "failed_at"}},
      {"outbound_message",
       {"status_code", "priority", "next_at", "ready", "token", "lease_until", "in_line", "parked"}},
      {"outbound_attempt",
       {"message_id", "number", "token", "status_code", "started_at", "provider_message_id", "account_id",
        "late"}},
      {"channel_account", {"status_code"}},
      {"consent_event", {"kind", "token_hash"}},
      {"objection", {"in_force"}},
      {"organisation_directory", {"status"}}};
  return all;
}

class Watcher final : public testing::ForwardingStore {
 public:
  Watcher(std::unique_ptr<Store> inner, Clock& clock, CommitSink sink)
      : ForwardingStore(std::move(inner)), clock_(clock), sink_(std::move(sink)) {
    for (const Table& table : inner_->catalog().tables) {
      std::vector<std::string_view> names(table.columns.size());
      for (const Looked& l : looked_at()) {
        if (l.table != table.name) continue;
        for (const std::string_view column : l.columns) names[table.column(column)] = column;
        tables_[inner_->catalog().id(table.name)] = {l.table, std::move(names),
                                                     table.columns.front().name == "id"};
        break;
      }
    }
  }
  std::unique_ptr<WriteTransaction> write(Durability durability) override;

  struct Columns {
    std::string_view table;
    std::vector<std::string_view> names;  ///< "": nobody looks
    bool by_id = true;
  };
  const Columns* columns_of(TableId table) const {
    const auto it = tables_.find(table);
    return it == tables_.end() ? nullptr : &it->second;
  }
  Clock& clock_;
  CommitSink sink_;

 private:
  std::map<TableId, Columns> tables_;
};

class Writing final : public testing::ForwardingWrite {
 public:
  Writing(std::unique_ptr<WriteTransaction> inner, Watcher& store)
      : ForwardingWrites(std::move(inner)), store_(store) {
    commit_.began = store.clock_.now();
  }
  void enter(const Uuid& organisation) override {
    org_ = organisation;
    inner_->enter(organisation);
  }
  void insert(TableId table, RowView row) override {
    inner_->insert(table, row);
    const auto* const columns = store_.columns_of(table);
    if (!columns) return;
    Change c = change(*columns, row.front());
    c.inserted = true;
    for (std::size_t i = 0; i < row.size(); ++i) keep(c, *columns, i, row[i]);
    commit_.changes.push_back(std::move(c));
  }
  bool update(TableId table, RowView primary, std::span<const unsigned> which, RowView values) override {
    const bool there = inner_->update(table, primary, which, values);
    const auto* const columns = store_.columns_of(table);
    if (!there || !columns) return there;
    Change c = change(*columns, primary.front());
    for (std::size_t i = 0; i < which.size(); ++i) keep(c, *columns, which[i], values[i]);
    commit_.changes.push_back(std::move(c));
    return true;
  }
  void savepoint() override {
    inner_->savepoint();
    marks_.push_back(commit_.changes.size());
  }
  void release() override {
    inner_->release();
    if (!marks_.empty()) marks_.pop_back();
  }
  void rollback_to() override {
    inner_->rollback_to();
    if (marks_.empty()) return;
    commit_.changes.erase(commit_.changes.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                          commit_.changes.end());
    marks_.pop_back();
  }
  void commit() override {
    inner_->commit();
    store_.sink_(commit_);
  }

 private:
  Change change(const Watcher::Columns& columns, const Value& first) const {
    Change c;
    c.table = columns.table;
    c.org = org_;
    if (columns.by_id) c.id = first.as_id();
    return c;
  }
  static void keep(Change& c, const Watcher::Columns& columns, std::size_t i, const Value& value) {
    if (i < columns.names.size() && !columns.names[i].empty())
      c.cells.insert_or_assign(columns.names[i], OwnedValue(value));
  }

  Watcher& store_;
  Uuid org_;
  Commit commit_;
  std::vector<std::size_t> marks_;
};

std::unique_ptr<WriteTransaction> Watcher::write(Durability durability) {
  return std::make_unique<Writing>(inner_->write(durability), *this);
}

}  // namespace

std::string Change::text(std::string_view column) const {
  const auto it = cells.find(column);
  return it == cells.end() ? std::string() : std::string(it->second.view().bytes());
}

std::int64_t Change::number(std::string_view column) const {
  const auto it = cells.find(column);
  return it == cells.end() ? 0 : it->second.view().as_integer();
}

Uuid Change::uuid(std::string_view column) const {
  const auto it = cells.find(column);
  return it == cells.end() || it->second.is_null() ? Uuid{} : it->second.view().as_id();
}

std::unique_ptr<Store> watch_commits(std::unique_ptr<Store> inner, Clock& clock, CommitSink sink) {
  return std::make_unique<Watcher>(std::move(inner), clock, std::move(sink));
}

}  // namespace atlas::simulation::post
