#pragma once
// Due work that has to leave its transaction, because it waits for the outside (a provider): taken inside a
// transaction, done outside of any, recorded in others. Called by the pump, which gives each organisation its
// turn; there is no thread of its own.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "atlas/function_ref.hpp"
#include "atlas/store.hpp"
#include "atlas/time.hpp"

namespace atlas {

class Context;
struct KernelOptions;

/// What work outside of a transaction stands on. Valid during Job::run.
class WorkBench {
 public:
  virtual ~WorkBench() = default;
  /// Runs `work` as the system in a transaction of its own inside the job's organisation, and commits. Run
  /// again on storage_conflict, so it has no effect outside its Context; what it throws passes through,
  /// rolled back.
  virtual void transact(Durability durability, FunctionRef<void(Context&)> work) = 0;
  virtual const KernelOptions& options() const = 0;
};

/// Work that was taken: nobody else has it until its lease ends.
class Job {
 public:
  virtual ~Job() = default;
  /// With no transaction open and no lock held. Throws nothing that it can record instead; what it throws is
  /// counted as a failure of the job and not tried again, since its worker's `take` finds what was left.
  virtual void run(WorkBench& bench) = 0;
};

/// What there was to take: a job or none, and when to ask again (nothing: not before something schedules it).
struct Taken {
  std::unique_ptr<Job> job;
  std::optional<Timestamp> next;
};

/// A kind of such work. Thread-safe: several threads and hosts take at the same time.
class Worker {
 public:
  virtual ~Worker() = default;
  /// In a transaction inside the organisation whose turn it is, as a DueHandler. Its commit need not be
  /// durable: whatever must be is written by the job.
  virtual Taken take(Context& cx) = 0;
};

/// The kinds by name: a part of the registry. Filled before the kernel is built.
class Workers {
 public:
  void add(std::string kind, std::shared_ptr<Worker> worker) {
    workers_.insert_or_assign(std::move(kind), std::move(worker));
  }
  /// Null when there is none.
  Worker* find(std::string_view kind) const {
    const auto it = workers_.find(kind);
    return it == workers_.end() ? nullptr : it->second.get();
  }

 private:
  std::map<std::string, std::shared_ptr<Worker>, std::less<>> workers_;
};

/// The store's clock (see ReadTransaction::now): what leases are measured by, since hosts' clocks differ.
Timestamp store_now(Context& cx);

/// The kernel's clock that only goes on (Clock::monotonic_ns): what a deadline inside a lease is measured by.
std::int64_t monotonic_ns(Context& cx);

}  // namespace atlas
