// Batches: many calls in one transaction, each in a savepoint.

#include "session_state.hpp"
#include "unit_of_work.hpp"

namespace atlas {

Batch::~Batch() = default;

namespace {

Error aborted() { return Error(ErrorCode::batch_aborted, "the batch was rolled back; begin a new one"); }

}  // namespace

void Kernel::Impl::end_overdue_batch() {
  std::shared_ptr<Batch> batch;
  {
    const std::lock_guard lock(batch_mutex);
    batch = open_batch;
  }
  if (!batch) return;
  bool idle = false;
  {
    // try_lock: a batch in the middle of a call is in use, whatever the clock says.
    const std::unique_lock use(batch->mutex, std::try_to_lock);
    if (!use.owns_lock() || batch->aborted) return;
    const std::int64_t now = options.clock->monotonic_ns();
    idle = now - batch->used_ns > options.batch_idle_ms * 1'000'000;
    if (!idle && now - batch->opened_ns <= options.batch_max_ms * 1'000'000) return;
    batch->aborted = true;
    batch->unit.reset();
  }
  forget_batch(batch);
  log(LogLevel::warning, idle ? "a batch was idle for too long and was rolled back"
                              : "a batch was open for too long and was rolled back");
}

void Kernel::Impl::forget_batch(const std::shared_ptr<Batch>& batch) {
  const std::lock_guard lock(batch_mutex);
  if (open_batch == batch) open_batch = nullptr;
}

std::shared_ptr<Batch> Kernel::Impl::begin_batch(const Principal& principal) {
  auto batch = std::make_shared<Batch>();
  batch->unit = begin(principal, Effect::writes, options.durability);
  batch->opened_ns = batch->used_ns = options.clock->monotonic_ns();
  if (!store->capabilities().concurrent_writers) {
    const std::lock_guard lock(batch_mutex);
    open_batch = batch;
  }
  return batch;
}

void Kernel::Impl::call_in_batch(Batch& batch, const OperationInfo& op, const void* in, void* out,
                                 const std::optional<std::string>& key, std::string_view params,
                                 std::string* json, const std::string& correlation_id,
                                 const NotedCodes& noted) {
  const std::lock_guard use(batch.mutex);
  if (batch.aborted) throw aborted();
  const auto abort = [&] {
    batch.aborted = true;
    batch.unit.reset();
  };
  UnitOfWork& unit = *batch.unit;
  ++batch.outcome.calls;
  try {
    unit.begin_call(correlation_id);
    unit.savepoint();
  } catch (const Error&) {
    abort();
    throw;
  }
  try {
    run(unit, op, in, out, key, params, json, noted);
    unit.release();
  } catch (const Error& e) {
    ++batch.outcome.failed;
    batch.used_ns = options.clock->monotonic_ns();
    // The engine cannot run again what the host drives.
    if (e.code() == ErrorCode::storage_conflict || e.code() == ErrorCode::storage_unavailable) {
      abort();
      throw aborted().with("cause", error_info(e.code()).text);
    }
    try {
      unit.rollback_to();
    } catch (const Error&) {
      abort();
    }
    throw;
  } catch (...) {
    ++batch.outcome.failed;
    abort();
    throw;
  }
  batch.used_ns = options.clock->monotonic_ns();
}

BatchOutcome Kernel::Impl::commit_batch(const std::shared_ptr<Batch>& batch) {
  std::unique_ptr<UnitOfWork> unit;
  bool was_aborted = false;
  {
    const std::lock_guard use(batch->mutex);
    was_aborted = batch->aborted;
    unit = std::move(batch->unit);
    batch->aborted = true;
  }
  try {
    if (was_aborted) throw aborted();
    unit->commit();
  } catch (...) {
    unit.reset();
    forget_batch(batch);
    record_refusals(*batch);
    throw;
  }
  std::vector<Event> committed;
  if (!events.empty()) committed = unit->events();
  const auto work = unit->take_after_commit();
  unit.reset();
  forget_batch(batch);
  record_refusals(*batch);
  events.publish(committed);
  events.run(work);
  return batch->outcome;
}

void Kernel::Impl::rollback_batch(const std::shared_ptr<Batch>& batch) {
  {
    const std::lock_guard use(batch->mutex);
    batch->unit.reset();
    batch->aborted = true;
  }
  forget_batch(batch);
  record_refusals(*batch);
}

void Kernel::Impl::record_refusals(Batch& batch) {
  for (Batch::Refusal& refusal : batch.refusals) record_refusal(std::move(refusal));
  batch.refusals.clear();
}

}  // namespace atlas
