#pragma once
// The pipeline that every call takes, and what it stands on. Built by the composition root (engine).

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/checkpoint.hpp"
#include "atlas/registry.hpp"
#include "atlas/session.hpp"
#include "atlas/store.hpp"
#include "atlas/subject_keys.hpp"

namespace atlas {

/// A committed change, as subscribers get it. No personal data.
struct Event {
  Uuid org;
  std::int64_t sequence = 0;  ///< that of the audit entry that caused it
  std::string type;           ///< "dossier.status_changed"
  std::string entity_kind;
  std::optional<Uuid> entity_id;
  Timestamp at;
};

/// How much a log line matters.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

class Secrets;

/// What the composition root sets; clock and entropy outlive the kernel. Times in milliseconds.
struct KernelOptions {
  Clock* clock = &system_clock();
  Entropy* entropy = &system_entropy();
  Durability durability = Durability::durable;
  std::int64_t batch_idle_ms = 5'000;
  std::int64_t batch_max_ms = 60'000;
  std::size_t max_request_bytes = 16u << 20;
  /// Calls a second per principal, with a burst of the same size; 0 = no limit.
  std::int64_t calls_per_second = 0;
  /// What one address of the public side may send (a lead, a report) in a minute, with a burst of the same
  /// size; small things (a count) take a tenth of a call. 0 = no limit.
  std::int64_t public_calls_per_minute = 30;
  std::optional<CheckpointSigner> checkpoint_signer;
  /// What derived values are made with, oldest first; empty = the library's own. Tests bring others.
  std::vector<const Normaliser*> normalisers;
  std::function<void(LogLevel, std::string_view)> log;
  /// The host's; null: there is none. Asked with no lock of the library held.
  std::shared_ptr<Secrets> secrets;
  /// Gets each checkpoint that due work makes (daily or every 10,000 entries).
  std::function<void(const std::string& note)> checkpoint;
};

/// What one pump did, and when to come back.
struct PumpResult {
  std::int64_t done = 0;              ///< jobs run
  std::int64_t failed = 0;            ///< of which failed (they come again later)
  std::optional<Timestamp> next_due;  ///< nothing: nothing is waiting
};

/// Counts of one operation since the kernel began; the time is that of calls that succeeded.
struct OperationMetrics {
  std::string operation;
  std::int64_t calls = 0, errors = 0, nanoseconds = 0;
};
/// One count of a room's own since the kernel began; see Kernel::count.
struct Counter {
  std::string name, label, value;
  std::int64_t count = 0;
};
/// Counts since the kernel began. Operations that were never called are left out.
struct Metrics {
  std::vector<OperationMetrics> operations;
  std::vector<Counter> counters;
  std::int64_t refusals = 0, audit_refusals_unrecorded = 0, conflicts_retried = 0, callbacks_failed = 0;
};

/// Thread-safe. Outlives its sessions. Registry and store are its own.
class Kernel {
 public:
  Kernel(std::unique_ptr<Store> store, std::unique_ptr<Registry> registry,
         std::unique_ptr<SubjectVault> vault, KernelOptions options);
  ~Kernel();
  Kernel(const Kernel&) = delete;

  /// Runs at most `max_jobs` due jobs and says when the next is due. Returns at once when nothing is.
  PumpResult pump(std::int64_t max_jobs);

  /// After each commit of this kernel, on the committing thread, with no library lock held. `pattern`: "*",
  /// "dossier.*" or a full type. What the callback throws is counted and ignored. The session that is
  /// committing answers misuse to it.
  std::uint64_t subscribe(std::string pattern, std::function<void(const Event&)> callback);
  /// Returns when no call of it is running (from inside the callback: at once).
  void unsubscribe(std::uint64_t subscription);

  /// A caller's address as rate limits know it: a hash under a key of this kernel that is never stored. IPv4
  /// as it is, of IPv6 the network of 64 bits, anything else of at most 256 bytes as written; else
  /// invalid_argument.
  std::string client_of(std::string_view address);

  /// Where an endpoint's token leads: an organisation and a record of it (see Registry::endpoints).
  struct Endpoint {
    Uuid org;
    Uuid entity;
  };
  /// Nothing when nobody has the token.
  std::optional<Endpoint> find_endpoint(std::string_view token);

  /// Adds to a counter of the metrics: `name` as Prometheus knows it after "atlas_", one label and its value
  /// (of a small closed set, no data of the tenants).
  void count(std::string_view name, std::string_view label, std::string_view value, std::int64_t by = 1);

  Metrics metrics() const;
  Store& store();
  const Registry& registry() const;
  const KernelOptions& options() const;
  SubjectVault& vault();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace atlas
