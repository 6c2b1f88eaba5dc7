#pragma once
// The library as a host opens it: one engine over one store, sessions on it, due work, upkeep.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/dump.hpp"
#include "atlas/inbound_desk.hpp"
#include "atlas/kernel.hpp"
#include "atlas/kv_store.hpp"
#include "atlas/session.hpp"
#include "atlas/transport.hpp"

namespace atlas {

/// Keys that a host keeps: asked by name, at open. Names: "store" (raw key of the file), "subjects" (wraps
/// the keys of data subjects), "checkpoint" (Ed25519 seed that signs checkpoints). Nothing = the built-in
/// way.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  virtual std::optional<Key> key(std::string_view name) = 0;
};

/// Where the keys of data subjects lie. `beside`: in `<store>.keys` (files only; the default there).
/// `inside`: in the store itself; then older backups of it still hold an erased person.
enum class SubjectKeys : std::uint8_t { automatic, beside, inside };

/// How an engine is opened. Everything but `store` has a default; secrets are wiped once the store is open.
struct Options {
  /// A file's path, ":memory:", or a PostgreSQL URL ("postgres://…", "postgresql://…").
  std::string store;
  /// SQLCipher: a passphrase or a raw 32-byte key. A key for a store that has none, or none for one that has,
  /// is storage_wrong_key.
  std::optional<std::string> passphrase;
  std::optional<Key> raw_key;
  bool create = true;
  bool migrate = false;  ///< bring an older store up to date, after a backup copy
  bool read_only = false;
  Durability durability = Durability::durable;
  SubjectKeys subject_keys = SubjectKeys::automatic;
  std::shared_ptr<KvStore> kv;  ///< a host's storage; `store` is then only a name
  std::function<std::unique_ptr<Store>(const StoreOpening&)>
      make_store;  ///< a Store of the host's own (C++ only)
  std::shared_ptr<KeyStore> keys;
  std::shared_ptr<Secrets> secrets;  ///< of channel accounts, by name; see secrets.hpp
  /// Who hands messages over to providers, by provider and channel; null: nobody, and messages wait.
  std::shared_ptr<const Transports> transports;
  std::shared_ptr<Clock> clock;      ///< default: the machine's
  std::shared_ptr<Entropy> entropy;  ///< default: OpenSSL's
  std::optional<CheckpointSigner> checkpoint_signer;
  std::int64_t busy_ms = 5'000;  ///< how long to wait for another process that writes
  std::int64_t batch_idle_ms = 5'000;
  std::int64_t batch_max_ms = 60'000;
  std::size_t max_request_bytes = 16u << 20;
  /// What derived values are made with, oldest first; empty = the library's own. Tests bring others.
  std::vector<const Normaliser*> normalisers;
  std::int64_t calls_per_second = 0;          ///< per principal; 0 = no limit
  std::int64_t public_calls_per_minute = 30;  ///< per address of the public side; see KernelOptions
  /// Lines without personal data. Called with no library lock held.
  std::function<void(LogLevel, std::string_view)> log;
  std::function<void(const std::string& note)> checkpoint;
  std::function<void(std::size_t step, std::size_t of)> migration_progress;
};

/// Who opens a session. `roles` given here replace the stored ones (an identity provider decides) and must be
/// roles that the organisation defines.
struct SessionOptions {
  Uuid org;
  Uuid user;
  std::vector<std::string> roles;
  PrincipalKind kind = PrincipalKind::user;
  Uuid on_behalf_of;  ///< agent: the user within whose scope the dialogue acts
  /// Whose request it is (an IP address as text), for rate limits: kept as a hash, in memory only. "" = not
  /// told; then all visitors of a public site share one limit.
  std::string client_address;
};

/// What Engine::check found: nothing anywhere when ok().
struct CheckResult {
  std::vector<StoreFinding> store;  ///< the backend's integrity
  struct Organisation {
    Uuid id;
    std::string name;
    std::int64_t entries = 0, entities = 0;
    std::vector<std::string> findings;
  };
  std::vector<Organisation> organisations;
  bool ok() const;
};

/// An organisation as the directory has it; no personal data.
struct OrganisationEntry {
  Uuid id;
  std::string name;
  std::string status_code;
};

/// Thread-safe. Close (destroy) it after its sessions; any number per process. Does not survive fork.
class Engine {
 public:
  /// Opens or creates the store. Throws Error(storage_*), each with its advice.
  explicit Engine(Options options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Checks nothing yet: who the principal is, is loaded at each call.
  Session session(const SessionOptions& options);
  /// The host's own: organisations.create and the like; no business data.
  Session host_session();

  /// Runs at most `max_jobs` due jobs and says when the next is due.
  PumpResult pump(std::int64_t max_jobs = 100);
  /// So many threads more that pump until stopped: a convenience, pump() is the mechanism. What fails goes to
  /// the log and is tried again; a store that does not answer is asked less and less often, every 10 s in the
  /// end.
  void start_workers(unsigned count);
  /// Returns when none runs any more: each ends the job that it has begun (sending a group of messages may
  /// take as long as a lease). Throws misuse from a callback on one of them.
  void stop_workers();

  /// A webhook's request, to the organisation that its endpoint leads to: what to send back. Of a request
  /// that is right the answer is 200 whatever is in it; what cannot be taken is kept (inbound.failures).
  /// Throws not_found (no such endpoint), unauthenticated (not the provider's), invalid_argument, storage_…
  /// (nothing was taken: the provider sends it again).
  inbound::Response inbound(const WebhookRequest& request);

  /// See Kernel::subscribe.
  std::uint64_t subscribe(std::string pattern, std::function<void(const Event&)> callback);
  void unsubscribe(std::uint64_t subscription);

  /// The directory: organisations of this store, by name.
  std::vector<OrganisationEntry> organisations();

  /// A consistent copy of the store at `path`, with the same key and without the keys of data subjects.
  void backup(const std::string& path);
  /// Changes the passphrase; needs the store alone.
  void rekey(std::string_view new_passphrase);
  /// The backend's check, and for every organisation chain and records. Reads everything.
  CheckResult check(const std::function<void(std::size_t organisation, std::size_t of)>& progress = {});
  /// One organisation as JSON Lines, to be taken to another store, and back; see dump.hpp.
  DumpResult dump(const Uuid& organisation, const DumpSink& sink, const DumpProgress& progress = {});
  DumpResult load(const DumpSource& source, const DumpProgress& progress = {});
  int schema_version() const;
  const StoreCapabilities& capabilities() const;

  Metrics metrics() const;
  /// Prometheus text format, version 0.0.4.
  std::string metrics_text() const;

  Kernel& kernel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `Engine(options)`.
Engine open(Options options);

/// The schema version that this library writes.
int current_schema_version();
/// The frozen migrations, oldest first.
std::span<const Migration> migrations();
/// "0.1.0"
std::string_view version_string();

}  // namespace atlas
