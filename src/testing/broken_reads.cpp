#include <algorithm>
#include <chrono>
#include <thread>

#include "broken_transactions.hpp"

namespace atlas::testing {

using enum Breakage;

std::vector<Uuid> other_organisations(BrokenState& state, const std::optional<Uuid>& own) {
  const std::lock_guard lock(state.mutex);
  std::vector<Uuid> others;
  for (const Uuid& organisation : state.organisations) {
    if (organisation != own) others.push_back(organisation);
  }
  return others;
}

template <class Base>
void BrokenReads<Base>::enter(const Uuid& organisation) {
  if (organisation_ && broken(enter_not_needed)) return;
  this->inner_->enter(organisation);
  if (earlier_) earlier_->enter(organisation);
  organisation_ = organisation;
  const std::lock_guard lock(state_.mutex);
  state_.organisations.insert(organisation);
  state_.last_entered = organisation;
}

template <class Base>
void BrokenReads<Base>::touch(TableId id) {
  if (id != store_meta_table && !table(id).tenant && broken(directory_needs_enter) && !organisation_) {
    throw Error(ErrorCode::internal, "The directory is closed.");
  }
  if ((broken(enter_not_needed) || broken(enter_inherited)) && table(id).tenant && !organisation_) {
    std::optional<Uuid> organisation;
    {
      const std::lock_guard lock(state_.mutex);
      organisation = state_.last_entered;
    }
    if (organisation) enter(*organisation);
  }
  if constexpr (reads_only) {
    if (broken(reads_not_one_state)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      this->inner_ = another();
    }
  }
}

template <class Base>
std::unique_ptr<ReadTransaction> BrokenReads<Base>::another() const {
  auto tx = state_.store->read();
  if (organisation_) tx->enter(*organisation_);
  return tx;
}

template <class Base>
void BrokenReads<Base>::elsewhere(FunctionRef<void(ReadTransaction&)> body) {
  for (const Uuid& organisation : other_organisations(state_, organisation_)) {
    const auto tx = state_.store->read();
    tx->enter(organisation);
    body(*tx);
  }
}

template <class Base>
std::vector<OwnedRow> BrokenReads<Base>::rows_of(ReadTransaction& tx, const Query& query) {
  std::vector<OwnedRow> rows;
  tx.scan(query, [&](RowView row) {
    rows.push_back(own(row));
    return true;
  });
  return rows;
}

template <class Base>
bool BrokenReads<Base>::get(TableId id, RowView primary, RowSink sink, RowLock lock) {
  touch(id);
  if (id == store_meta_table && broken(meta_hidden)) return false;
  if (reads_only && broken(readers_lock)) lock = RowLock::none;
  if (lock != RowLock::none && broken(locked_reads_stale)) return earlier_->get(id, primary, sink);
  if (this->inner_->get(id, primary, sink, lock)) return true;
  bool leaked = false;
  if (broken(get_leaks) && table(id).tenant) {
    elsewhere([&](ReadTransaction& tx) { leaked = leaked || tx.get(id, primary, sink); });
  }
  return leaked;
}

template <class Base>
void BrokenReads<Base>::scan(const Query& query, ScanSink sink) {
  touch(query.table);
  if (!broken(sink_exception_lost)) {
    scan_differently(query, sink);
    return;
  }
  try {
    this->inner_->scan(query, sink);
  } catch (...) {
  }
}

template <class Base>
void BrokenReads<Base>::scan_differently(const Query& asked, ScanSink sink) {
  Query query = asked;
  const Table& definition = table(query.table);
  query.where = misread(state_.breakage, definition, query.where);
  const auto give = [&](const std::vector<OwnedRow>& rows) {
    for (const OwnedRow& row : rows) {
      if (!sink(views(row))) return;
    }
  };
  switch (state_.breakage) {
    case descending_ignored:
      for (Order& order : query.order) order.descending = false;
      break;
    case ties_ascend:
      if (!query.after && !query.order.empty() && query.order.back().descending)
        query.order.push_back({0, false});
      break;
    case absent_first: {
      std::vector<OwnedRow> rows = rows_of(*this->inner_, query);
      if (!query.order.empty()) {
        std::stable_partition(rows.begin(), rows.end(),
                              [&](const OwnedRow& row) { return row[query.order[0].column].is_null(); });
      }
      give(rows);
      return;
    }
    case key_hides_rows:
      if (query.key >= 0) {
        const unsigned first = definition.keys[static_cast<std::size_t>(query.key)].columns[0];
        query.where = Predicate::all_of({query.where, Predicate::no(Predicate::absent(first))});
      }
      break;
    case limit_and_one:
      if (query.limit < 1000) ++query.limit;
      break;
    case thousand_rows:
      query.limit = std::min<std::size_t>(query.limit, 1000);
      break;
    case after_loses_ties:
      if (query.after && !query.order.empty() && !(*query.after)[0].is_null()) {
        const auto kind = query.order[0].descending ? Predicate::Kind::less : Predicate::Kind::greater;
        query.where = Predicate::all_of(
            {query.where, Predicate::compare(kind, query.order[0].column, (*query.after)[0].view())});
        query.after.reset();
      }
      break;
    case after_is_offset: {
      std::size_t skipped = 0;
      {
        const std::lock_guard lock(state_.mutex);
        if (query.after) skipped = state_.offset;
      }
      query.after.reset();
      if (query.limit < 1000) query.limit += skipped;
      std::vector<OwnedRow> rows = rows_of(*this->inner_, query);
      rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, rows.size())));
      {
        const std::lock_guard lock(state_.mutex);
        state_.offset = skipped + rows.size();
      }
      give(rows);
      return;
    }
    case after_must_exist:
      if (query.after) {
        const OwnedRow primary(query.after->end() - definition.primary, query.after->end());
        if (!this->inner_->exists(query.table, views(primary))) return;
      }
      break;
    case in_not_merged:
      if (!query.after && query.key >= 0 && query.where.kind == Predicate::Kind::in) {
        query.order.insert(query.order.begin(), {query.where.column, false});
      }
      break;
    case exists_leaks:
      if (query.where.kind == Predicate::Kind::exists) {
        std::vector<Predicate> alternatives = {query.where};
        elsewhere([&](ReadTransaction& tx) {
          for (const OwnedRow& row : rows_of(tx, query))
            alternatives.push_back(Predicate::equals(0, row[0].view()));
        });
        query.where = Predicate::any_of(std::move(alternatives));
      }
      break;
    case own_writes_unseen:
      if (!reads_only) {
        another()->scan(query, sink);
        return;
      }
      break;
    case locked_reads_stale:
      if (query.lock != RowLock::none) {
        query.lock = RowLock::none;
        earlier_->scan(query, sink);
        return;
      }
      break;
    case skip_locked_waits:
      if (query.lock == RowLock::update_skip_locked) query.lock = RowLock::update;
      break;
    case skip_locked_takes:
      if (query.lock == RowLock::update_skip_locked) query.lock = RowLock::none;
      break;
    default:
      break;
  }
  this->inner_->scan(query, sink);
  if (broken(scan_leaks) && definition.tenant) {
    elsewhere([&](ReadTransaction& tx) {
      query.lock = RowLock::none;
      tx.scan(query, sink);
    });
  }
  if (reads_only && broken(uncommitted_seen)) {
    const std::lock_guard lock(state_.mutex);
    for (const auto& [of, row] : state_.uncommitted) {
      if (of == query.table && !sink(views(row))) return;
    }
  }
}

template <class Base>
std::int64_t BrokenReads<Base>::count(TableId id, const Predicate& where, std::int64_t limit, int key) {
  touch(id);
  if (broken(count_ignores_limit)) limit = std::numeric_limits<std::int64_t>::max();
  if (!reads_only && broken(own_writes_unseen)) return another()->count(id, where, limit, key);
  const Predicate misunderstood = misread(state_.breakage, table(id), where);
  std::int64_t rows = this->inner_->count(id, misunderstood, limit, key);
  if (broken(count_leaks) && table(id).tenant) {
    elsewhere([&](ReadTransaction& tx) { rows += tx.count(id, where, limit, key); });
  }
  return rows;
}

template <class Base>
void BrokenReads<Base>::aggregate(TableId id, const Predicate& where, std::span<const unsigned> group,
                                  std::span<const unsigned> sums, ScanSink sink) {
  touch(id);
  try {
    this->inner_->aggregate(id, where, group, sums, [&](RowView row) {
      std::vector<Value> cells(row.begin(), row.end());
      for (std::size_t i = group.size(); i < cells.size(); ++i) {
        if (broken(absent_sum_is_zero) && cells[i].is_null()) cells[i] = Value::integer(0);
      }
      return sink(cells);
    });
  } catch (const Error& error) {
    if (!broken(sum_wraps) || error.code() != ErrorCode::invalid_argument) throw;
    const Value wrapped[] = {Value::integer(2), Value::integer(std::numeric_limits<std::int64_t>::min())};
    sink(wrapped);
  }
  if (broken(aggregate_leaks) && table(id).tenant) {
    elsewhere([&](ReadTransaction& tx) { tx.aggregate(id, where, group, sums, sink); });
  }
}

template <class Base>
void BrokenReads<Base>::search_text(TableId id, std::span<const std::string> words, bool prefix_last,
                                    const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) {
  touch(id);
  if (broken(prefix_not_searched)) prefix_last = false;
  if (broken(search_any_word) && words.size() > 1) {
    words = words.first(1);
    prefix_last = false;
  }
  const std::optional<OwnedRow> from = broken(search_ignores_after) ? std::nullopt : after;
  this->inner_->search_text(id, words, prefix_last, from, limit, sink);
  if (broken(search_leaks)) {
    elsewhere([&](ReadTransaction& tx) { tx.search_text(id, words, prefix_last, after, limit, sink); });
  }
  if (broken(erased_found) && !words.empty()) {
    const std::lock_guard lock(state_.mutex);
    for (const auto& [primary, tokens] : state_.erased) {
      if (tokens.find(words[0]) != std::string::npos && !sink(views(primary))) return;
    }
  }
}

template <class Base>
Timestamp BrokenReads<Base>::now() {
  return broken(no_clock) ? Timestamp{} : this->inner_->now();
}

template class BrokenReads<ReadTransaction>;
template class BrokenReads<WriteTransaction>;

}  // namespace atlas::testing
