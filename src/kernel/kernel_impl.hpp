#pragma once
// What the kernel holds, for its own sources.

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adopting_vault.hpp"
#include "atlas/function_ref.hpp"
#include "atlas/id.hpp"
#include "atlas/kernel.hpp"
#include "code_cache.hpp"
#include "events.hpp"
#include "kept_values.hpp"
#include "noted_codes.hpp"
#include "rate_limit.hpp"
#include "system_tables.hpp"
#include "writer_gate.hpp"

namespace atlas {

class Job;
class UnitOfWork;
class Workers;
struct SessionState;

/// An open batch, shared by its session and by whoever waits for the writer.
struct Batch {
  std::mutex mutex;  ///< held during each call of the batch
  std::unique_ptr<UnitOfWork> unit;
  bool aborted = false;
  std::int64_t opened_ns = 0, used_ns = 0;
  BatchOutcome outcome;
  struct Refusal;
  std::vector<Refusal> refusals;
  ~Batch();
};

/// A refusal waits until its transaction is over.
struct Batch::Refusal {
  Principal principal;
  std::string operation, code, reason, correlation_id;
  std::string looked_at;  ///< of the send policy: what its answer stands on, JSON
};

struct OperationCounter {
  std::atomic<std::int64_t> calls{0}, errors{0}, nanoseconds{0};
};

struct Kernel::Impl {
  Impl(Kernel& owner, std::unique_ptr<Store> store, std::unique_ptr<Registry> registry,
       std::unique_ptr<SubjectVault> vault, KernelOptions options);

  // Pipeline (pipeline.cpp).
  void call(SessionState& session, const OperationInfo& op, const void* in, void* out,
            const std::optional<std::string>& key, std::string_view params, std::string* json,
            const NotedCodes& noted);
  void run(UnitOfWork& unit, const OperationInfo& op, const void* in, void* out,
           const std::optional<std::string>& key, std::string_view params, std::string* json,
           const NotedCodes& noted);
  void authorise(UnitOfWork& unit, const OperationInfo& op);
  /// The part before the transaction; null where the operation has none.
  std::shared_ptr<void> prepare(const Principal& who, const OperationInfo& op, const void* in,
                                const std::string& correlation_id, bool anew);
  std::shared_ptr<void> recall(const Principal& who, const OperationInfo& op, const void* in);
  void limit_rate(const Principal& who, const OperationInfo& op);
  std::unique_ptr<UnitOfWork> begin(const Principal& principal, Effect effect, Durability durability);
  void finish(std::unique_ptr<UnitOfWork> unit);  ///< commit, then events
  /// On a store with one writer: with whoever waits for it at the same time (company.cpp).
  void write_together(const Principal& who, Durability durability, FunctionRef<void(UnitOfWork&)> work);

  // Refusals (refusals.cpp).
  void record_refusal(Batch::Refusal refusal);
  void flush_refusals(const Uuid& org);

  // Due work (pump.cpp).
  PumpResult pump(std::int64_t max_jobs);
  struct DueRow {
    Uuid org;
    std::string kind;
    Timestamp next_at;
  };
  std::optional<Durability> next_work(const Workers* workers);
  void run_job(Job& job, const DueRow& row, PumpResult& result);
  void log_failure(const std::string& kind, const std::exception& e);

  // Derived values (rederive.cpp).
  void open_derivation();

  // Batches (batch.cpp).
  std::shared_ptr<Batch> begin_batch(const Principal& principal);
  void call_in_batch(Batch& batch, const OperationInfo& op, const void* in, void* out,
                     const std::optional<std::string>& key, std::string_view params, std::string* json,
                     const std::string& correlation_id, const NotedCodes& noted);
  BatchOutcome commit_batch(const std::shared_ptr<Batch>& batch);
  void rollback_batch(const std::shared_ptr<Batch>& batch);
  void end_overdue_batch();
  void forget_batch(const std::shared_ptr<Batch>& batch);
  void record_refusals(Batch& batch);

  // Codes of organisations (code_check.cpp).
  void check_codes(UnitOfWork& unit, const OperationInfo& op, const void* in, const NotedCodes& noted);
  std::shared_ptr<const TenantCodes> codes_of(SessionState& session);  ///< outside a call

  void log(LogLevel level, std::string_view text) const;
  std::int64_t monotonic_ms() const { return options.clock->monotonic_ns() / 1'000'000; }

  Kernel& owner;
  KernelOptions options;
  std::unique_ptr<Store> store;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<AdoptingVault> vault;
  SystemTables tables;
  UuidGenerator ids;
  std::vector<const Normaliser*>
      normalisers;                       ///< the current one first; a second while a store is re-derived
  std::atomic<bool> rederiving = false;  ///< some records are not yet in the present form
  EventHub events;
  RateLimiter rates, address_rates;
  std::once_flag client_salted;
  Key client_salt{};  ///< of the addresses of callers, made when the first is told
  CodeCache codes;
  KeptValues kept;  ///< by rooms, of organisations
  std::map<std::string_view, OperationCounter> counters;
  std::atomic<std::int64_t> turns{0};  ///< of due work; see pump.cpp
  std::atomic<std::int64_t> refusals{0}, refusals_unrecorded{0}, conflicts{0};
  mutable std::mutex counted_mutex;
  std::map<std::array<std::string, 3>, std::int64_t> counted;  ///< name, label, value

  WriterGate gate;  ///< on a store with one writer
  std::mutex batch_mutex;
  std::shared_ptr<Batch> open_batch;  ///< on a store with one writer

  struct RefusalWindow {
    std::int64_t since_ms = 0;
    int written = 0;
    std::int64_t suppressed = 0;
    Principal principal;
  };
  std::mutex refusal_mutex;
  std::map<std::string, RefusalWindow> refusal_windows;
};

}  // namespace atlas
