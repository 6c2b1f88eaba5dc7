// Due work: the directory says which organisation is next; the work runs inside it, in the same transaction.

#include <new>

#include "idempotency.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::int64_t retry_micros = micros_per_minute;

struct DueRow {
  Uuid org;
  std::string kind;
  Timestamp next_at;
};

std::optional<DueRow> next_due(ReadTransaction& tx, const SystemTables& t, std::optional<Timestamp> until,
                               RowLock lock) {
  Query q;
  q.table = t.due;
  if (until)
    q.where =
        Predicate::compare(Predicate::Kind::less_equal, due_column::next_at, Value::integer(until->micros));
  q.order = {{due_column::next_at, false}};
  q.key = t.due_by_next;
  q.limit = 1;
  q.lock = lock;
  std::optional<DueRow> found;
  tx.scan(q, [&](RowView row) {
    found = DueRow{row[due_column::org].as_id(),
                   std::string(row[due_column::kind].bytes()),
                   {row[due_column::next_at].as_integer()}};
    return false;
  });
  return found;
}

void set_next(WriteTransaction& tx, const SystemTables& t, const DueRow& row, std::optional<Timestamp> next) {
  const Value primary[] = {Value::id(row.org), Value::text(row.kind)};
  if (!next) {
    tx.erase(t.due, primary);
    return;
  }
  const unsigned columns[] = {due_column::next_at};
  const Value values[] = {Value::integer(next->micros)};
  tx.update(t.due, primary, columns, values);
}

}  // namespace

PumpResult Kernel::Impl::pump(std::int64_t max_jobs) {
  PumpResult result;
  flush_refusals({});
  while (result.done < max_jobs) {
    std::optional<DueRow> row;
    try {
      auto unit = begin({.kind = PrincipalKind::system}, Effect::writes, Durability::durable);
      unit->begin_call(format_uuid(ids.next()));
      row = next_due(unit->read(), tables, unit->now(), RowLock::update_skip_locked);
      if (!row) break;
      ++result.done;
      unit->become({.kind = PrincipalKind::system, .org = row->org});
      unit->load_access();
      const auto handler = registry->due_handlers().find(row->kind);
      std::optional<Timestamp> next;
      if (handler != registry->due_handlers().end()) {
        // Behind whoever else is due now: one organisation's backlog does not hold up another's.
        set_next(unit->write(), tables, *row, std::nullopt);
        Context cx(*unit, nullptr);
        next = handler->second(cx);
        if (next) unit->schedule(row->kind, *next);
      } else {
        // Work of a module that this build does not have: another host may know it.
        log(LogLevel::warning, "due work of an unknown kind was put off");
        set_next(unit->write(), tables, *row, unit->now() + micros_per_hour);
      }
      finish(std::move(unit));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& e) {
      if (!row) throw;
      ++result.failed;
      // What is no error of ours may hold data, so it goes nowhere.
      const auto* const known = dynamic_cast<const Error*>(&e);
      log(LogLevel::error, "due work failed: " + row->kind + ": " +
                               std::string(error_info(known ? known->code() : ErrorCode::internal).text));
      auto unit = begin({.kind = PrincipalKind::system}, Effect::writes, Durability::durable);
      unit->begin_call(format_uuid(ids.next()));
      set_next(unit->write(), tables, *row, unit->now() + retry_micros);
      finish(std::move(unit));
    }
  }
  const auto tx = store->read();
  if (const auto row = next_due(*tx, tables, std::nullopt, RowLock::none)) result.next_due = row->next_at;
  return result;
}

}  // namespace atlas
