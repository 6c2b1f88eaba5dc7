#include <algorithm>
#include <exception>

#include "broken_transactions.hpp"

namespace atlas::testing {

using enum Breakage;

namespace {

[[noreturn]] void not_unique(const TableKey& key) {
  throw Error(ErrorCode::conflict, "There is a record with the same key.")
      .with("reason", "unique")
      .with("key", key.name);
}

bool is_unique_conflict(const Error& error) {
  return error.code() == ErrorCode::conflict && error.detail("key") != "\"primary\"";
}

}  // namespace

BrokenWrite::BrokenWrite(std::unique_ptr<WriteTransaction> inner, BrokenState& state, Durability durability,
                         std::unique_ptr<ReadTransaction> earlier)
    : ForwardingWrites(std::move(inner), state), durability_(durability) {
  earlier_ = std::move(earlier);
}

BrokenWrite::~BrokenWrite() {
  const bool unwinding = std::uncaught_exceptions() > 0;
  if (open_ && (broken(rollback_commits) || (broken(unwinding_commits) && unwinding))) inner_->commit();
  inner_.reset();
  let_go();
}

void BrokenWrite::let_go() {
  {
    const std::lock_guard lock(state_.mutex);
    state_.uncommitted.clear();
    state_.writing = false;
  }
  state_.changed.notify_all();
}

OwnedRow BrokenWrite::changed(TableId id, RowView row) {
  OwnedRow cells = own(row);
  const Table& definition = table(id);
  for (unsigned i = definition.primary; i < cells.size(); ++i) {
    const Value cell = cells[i].view();
    if (broken(null_is_zero) && cell.is_null()) {
      const ColumnType type = definition.columns[i].type;
      cells[i] = type == ColumnType::integer ? Value::integer(0)
                 : type == ColumnType::text  ? Value::text("")
                                             : Value::blob("");
    } else if (broken(numbers_as_doubles) && cell.type() == ValueType::integer && cell.as_integer() > 0) {
      cells[i] = Value::integer(cell.as_integer() & ~std::int64_t{1023});
    } else if (broken(values_cut) && cell.bytes().size() > 1 << 20) {
      const std::string_view cut = cell.bytes().substr(0, 1 << 20);
      cells[i] = OwnedValue(cell.type() == ValueType::text ? Value::text(cut) : Value::blob(cut));
    }
  }
  return cells;
}

void BrokenWrite::insert(TableId id, RowView row) {
  touch(id);
  const Table& definition = table(id);
  for (const TableKey& key : definition.keys) {
    if (!key.unique) continue;
    const unsigned first = key.columns[0];
    if (broken(null_is_a_unique_value) && row[first].is_null() &&
        inner_->count(id, Predicate::absent(first), 1, Query::any_key) > 0) {
      not_unique(key);
    }
    if (broken(unique_values_kept)) {
      const std::lock_guard lock(state_.mutex);
      if (state_.kept_values.contains({id, OwnedValue(row[first])})) not_unique(key);
    }
    if (broken(unique_across_organisations) && !row[first].is_null() && definition.tenant) {
      elsewhere([&](ReadTransaction& tx) {
        if (tx.count(id, Predicate::equals(first, row[first]), 1, Query::any_key) > 0) not_unique(key);
      });
    }
  }
  const OwnedRow cells = changed(id, row);
  insert_changed(id, views(cells));
  if (broken(uncommitted_seen)) {
    const std::lock_guard lock(state_.mutex);
    state_.uncommitted.emplace_back(id, cells);
  }
}

void BrokenWrite::insert_changed(TableId id, RowView row) {
  const Table& definition = table(id);
  try {
    inner_->insert(id, row);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::conflict && broken(conflict_undoes_savepoint) && depth_ > 0) {
      inner_->rollback_to();
      inner_->savepoint();
    }
    if (!is_unique_conflict(error) && error.code() == ErrorCode::conflict && broken(insert_overwrites)) {
      inner_->erase(id, row.first(definition.primary));
      inner_->insert(id, row);
      return;
    }
    if (!is_unique_conflict(error) || !broken(unique_ignored_on_insert)) throw;
    // The sound store below would refuse the value: the row goes in without it.
    std::vector<Value> cells(row.begin(), row.end());
    for (const TableKey& key : definition.keys) {
      if (key.unique) cells[key.columns[0]] = Value::null();
    }
    inner_->insert(id, cells);
  }
}

bool BrokenWrite::update(TableId id, RowView primary, std::span<const unsigned> columns, RowView values) {
  touch(id);
  try {
    if (inner_->update(id, primary, columns, values)) return true;
  } catch (const Error& error) {
    if (!is_unique_conflict(error) || !broken(unique_ignored_on_update)) throw;
    return true;
  }
  bool elsewhere_there = false;
  if (broken(update_leaks)) {
    elsewhere([&](ReadTransaction& tx) { elsewhere_there = elsewhere_there || tx.exists(id, primary); });
  }
  return elsewhere_there || broken(update_says_true);
}

void BrokenWrite::keep_unique_values(TableId id, RowView primary) {
  inner_->get(id, primary, [&](RowView row) {
    const std::lock_guard lock(state_.mutex);
    for (const TableKey& key : table(id).keys) {
      if (key.unique && !row[key.columns[0]].is_null())
        state_.kept_values.insert({id, OwnedValue(row[key.columns[0]])});
    }
  });
}

bool BrokenWrite::erase_first(TableId id, RowView primary) {
  Query query;
  query.table = id;
  query.where = Predicate::equals(0, primary[0]);
  query.limit = 1;
  const std::vector<OwnedRow> rows = rows_of(*inner_, query);
  if (rows.empty()) return false;
  const OwnedRow key(rows[0].begin(), rows[0].begin() + table(id).primary);
  return inner_->erase(id, views(key));
}

bool BrokenWrite::erase(TableId id, RowView primary) {
  touch(id);
  if (broken(unique_values_kept)) keep_unique_values(id, primary);
  if (broken(erase_by_first_column) && table(id).primary > 1) return erase_first(id, primary);
  if (broken(erased_found)) {
    const std::lock_guard lock(state_.mutex);
    for (const auto& [row, tokens] : state_.tokens) {
      if (row == own(primary)) state_.erased.emplace_back(row, tokens);
    }
  }
  return inner_->erase(id, primary) || broken(erase_says_true);
}

void BrokenWrite::index_text(TableId id, RowView primary, std::string_view tokens) {
  touch(id);
  if (broken(tokens_need_row) && !inner_->exists(id, primary)) return;
  if (broken(tokens_cut)) tokens = tokens.substr(0, 1000);
  if (broken(erased_found)) {
    const std::lock_guard lock(state_.mutex);
    state_.tokens.emplace_back(own(primary), tokens);
  }
  if (broken(tokens_late) || broken(tokens_not_undone))
    indexed_.push_back({id, own(primary), std::string(tokens)});
  if (!broken(tokens_late)) inner_->index_text(id, primary, tokens);
}

void BrokenWrite::lock_names(std::span<const std::string> names) {
  if (broken(names_not_locked)) return;
  if (broken(one_name_for_all)) {
    const std::string all = "all";
    inner_->lock_names({&all, 1});
    return;
  }
  inner_->lock_names(names);
}

void BrokenWrite::savepoint() {
  ++depth_;
  marks_.push_back(indexed_.size());
  if (depth_ > 1 && broken(nested_savepoint_ignored)) return;
  inner_->savepoint();
}

void BrokenWrite::release() {
  --depth_;
  marks_.pop_back();
  if (depth_ > 0 && broken(nested_savepoint_ignored)) return;
  inner_->release();
}

void BrokenWrite::rollback_to() {
  --depth_;
  if (depth_ > 0 && broken(nested_savepoint_ignored)) return;
  if (broken(savepoint_ignored)) {
    inner_->release();
    return;
  }
  inner_->rollback_to();
  if (broken(tokens_not_undone)) {
    for (std::size_t i = marks_.back(); i < indexed_.size(); ++i) {
      inner_->index_text(indexed_[i].table, views(indexed_[i].primary), indexed_[i].tokens);
    }
  }
  marks_.pop_back();
}

void BrokenWrite::commit() {
  open_ = false;
  if (durability_ == Durability::fast && broken(fast_commit_lost)) {
    inner_ = nullptr;
    return;
  }
  if (broken(tokens_late)) {
    for (const Indexed& late : indexed_) inner_->index_text(late.table, views(late.primary), late.tokens);
  }
  inner_->commit();
}

}  // namespace atlas::testing
