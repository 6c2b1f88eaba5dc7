// Due work: the directory says which organisation is next; the work runs inside it, in the same transaction.
// A worker's job runs after that, outside of any.

#include <algorithm>
#include <new>

#include "idempotency.hpp"
#include "unit_of_work.hpp"
#include "worker_bench.hpp"

namespace atlas {
namespace {

using DueRow = Kernel::Impl::DueRow;

constexpr std::int64_t retry_micros = micros_per_minute;

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

// Turns may run ahead of a clock that stands, and are forgotten when it was set back.
constexpr std::int64_t turns_ahead = micros_per_second;

bool near(std::int64_t turn, Timestamp now) { return turn - now.micros <= turns_ahead; }

/// Up to when work counts as due: now, or the last turn that was given.
Timestamp due_until(const std::atomic<std::int64_t>& turns, Timestamp now) {
  const std::int64_t turn = turns.load();
  return {near(turn, now) ? std::max(turn, now.micros) : now.micros};
}

/// Whose turn comes after everybody's who is due now. The clock alone does not say it: it may stand.
Timestamp last_turn(std::atomic<std::int64_t>& turns, Timestamp now) {
  std::int64_t seen = turns.load();
  std::int64_t mine = 0;
  do {
    mine = (near(seen, now) ? std::max(seen, now.micros) : now.micros) + 1;
  } while (!turns.compare_exchange_weak(seen, mine));
  return {mine};
}

}  // namespace

PumpResult Kernel::Impl::pump(std::int64_t max_jobs) {
  PumpResult result;
  flush_refusals({});
  const Workers* const workers = registry->find_part<Workers>();
  while (result.done < max_jobs) {
    std::optional<DueRow> row;
    try {
      std::unique_ptr<Job> job;
      {
        const auto work = next_work(workers);
        if (!work) break;
        auto unit = begin({.kind = PrincipalKind::system}, Effect::writes, *work);
        unit->begin_call(format_uuid(ids.next()));
        row = next_due(unit->read(), tables, due_until(turns, unit->now()), RowLock::update_skip_locked);
        if (!row) break;
        Worker* const worker = workers ? workers->find(row->kind) : nullptr;
        // Somebody else was quicker, and what is next now must be durable: once more from the beginning.
        if (!worker && *work == Durability::fast) {
          row.reset();
          continue;
        }
        ++result.done;
        unit->become({.kind = PrincipalKind::system, .org = row->org});
        unit->load_access();
        const auto handler = registry->due_handlers().find(row->kind);
        if (worker || handler != registry->due_handlers().end()) {
          // Behind whoever else is due now: one organisation's backlog does not hold up another's.
          set_next(unit->write(), tables, *row, std::nullopt);
          Context cx(*unit, nullptr);
          std::optional<Timestamp> next;
          if (worker) {
            Taken taken = worker->take(cx);
            job = std::move(taken.job);
            next = taken.next;
          } else {
            next = handler->second(cx);
          }
          if (next) unit->schedule(row->kind, *next > unit->now() ? *next : last_turn(turns, unit->now()));
        } else {
          // Work of a module that this build does not have: another host may know it.
          log(LogLevel::warning, "due work of an unknown kind was put off");
          set_next(unit->write(), tables, *row, unit->now() + micros_per_hour);
        }
        finish(std::move(unit));
      }
      if (job) run_job(*job, *row, result);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& e) {
      if (!row) throw;
      ++result.failed;
      log_failure(row->kind, e);
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

/// How durable the transaction must be that takes what is due next; nothing when nothing is due.
std::optional<Durability> Kernel::Impl::next_work(const Workers* workers) {
  const auto tx = store->read();
  const auto row = next_due(*tx, tables, due_until(turns, options.clock->now()), RowLock::none);
  if (!row) return std::nullopt;
  return workers && workers->find(row->kind) ? Durability::fast : Durability::durable;
}

void Kernel::Impl::run_job(Job& job, const DueRow& row, PumpResult& result) {
  Bench bench(*this, row.org);
  try {
    job.run(bench);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    ++result.failed;
    log_failure(row.kind, e);
  }
}

void Kernel::Impl::log_failure(const std::string& kind, const std::exception& e) {
  // What is no error of ours may hold data, so it goes nowhere.
  const auto* const known = dynamic_cast<const Error*>(&e);
  log(LogLevel::error, "due work failed: " + kind + ": " +
                           std::string(error_info(known ? known->code() : ErrorCode::internal).text));
}

}  // namespace atlas
