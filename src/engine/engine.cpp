#include "atlas/engine.hpp"

#include <unistd.h>

#include <algorithm>

#include "atlas/audit.hpp"
#include "atlas/audit_trail.hpp"
#include "atlas/outbox.hpp"
#include "atlas/sqlite_store.hpp"
#ifdef ATLAS_WITH_POSTGRES
#include "atlas/postgres_store.hpp"
#endif
#include "composition.hpp"
#include "worker_threads.hpp"

namespace atlas {
namespace {

bool is_postgres(std::string_view store) {
  return store.starts_with("postgres://") || store.starts_with("postgresql://");
}
bool is_memory(const Options& o) { return o.store == ":memory:"; }
bool is_file(const Options& o) { return !o.kv && !o.make_store && !is_memory(o) && !is_postgres(o.store); }

std::unique_ptr<Store> open_store(Options& o) {
  StoreOpening opening{.migrations = migrations(),
                       .create = o.create,
                       .migrate = o.migrate,
                       .read_only = o.read_only,
                       .clock = o.clock.get(),
                       .entropy = o.entropy.get(),
                       .progress = o.migration_progress};
  if (o.make_store) return o.make_store(opening);
  const bool has_key = o.passphrase || o.raw_key;
  if (has_key && !is_file(o)) {
    throw Error(ErrorCode::not_supported, "only a store in a file can have a key").with("reason", "key");
  }
  if (o.kv) return open_kv_backend(o.kv, opening);
  if (is_memory(o)) return open_memory_store(opening);
  if (is_postgres(o.store)) {
#ifdef ATLAS_WITH_POSTGRES
    return open_postgres({.connection = o.store}, opening);
#else
    throw Error(ErrorCode::not_supported, "this build has no PostgreSQL store");
#endif
  }
  if (o.store.empty())
    throw Error(ErrorCode::invalid_argument, "no store is named")
        .field("/store", field_code::required, "a path or URL");
  return open_sqlite({.path = o.store,
                      .passphrase = o.passphrase,
                      .raw_key = o.raw_key,
                      .busy_ms = static_cast<int>(o.busy_ms)},
                     opening);
}

std::unique_ptr<SubjectVault> open_vault(const Options& o, const Store& store) {
  std::optional<Key> wrapping;
  if (o.keys) wrapping = o.keys->key("subjects");
  const bool beside =
      o.subject_keys == SubjectKeys::beside || (o.subject_keys == SubjectKeys::automatic && is_file(o));
  if (beside) {
    if (!is_file(o))
      throw Error(ErrorCode::not_supported, "subject keys lie beside a store only when it is a file");
    return open_file_vault(key_file_path(o.store), wrapping ? wrapping : store.vault_key(), *o.entropy);
  }
  return make_store_vault(store.catalog().id("subject_key"), wrapping ? wrapping : store.vault_key(),
                          *o.entropy);
}

/// The machine's own, as shared pointers that own nothing.
template <class T>
std::shared_ptr<T> borrowed(T& object) {
  return {std::shared_ptr<T>(), &object};
}

}  // namespace

struct Engine::Impl {
  explicit Impl(Options o) : options(std::move(o)), pid(::getpid()) {
    if (!options.clock) options.clock = borrowed(system_clock());
    if (!options.entropy) options.entropy = borrowed(system_entropy());
    if (options.keys && !options.raw_key && !options.passphrase) options.raw_key = options.keys->key("store");
    if (options.keys && !options.checkpoint_signer) {
      if (const auto seed = options.keys->key("checkpoint"))
        options.checkpoint_signer = CheckpointSigner{"libatlas", *seed};
    }
    auto store = open_store(options);
    forget_secrets();
    auto vault = open_vault(options, *store);
    auto registry = compose(store->catalog());
    registry->part<outbox::Ports>().transports = options.transports;
    KernelOptions k;
    k.clock = options.clock.get();
    k.entropy = options.entropy.get();
    k.durability = options.durability;
    k.batch_idle_ms = options.batch_idle_ms;
    k.batch_max_ms = options.batch_max_ms;
    k.max_request_bytes = options.max_request_bytes;
    k.calls_per_second = options.calls_per_second;
    k.public_calls_per_minute = options.public_calls_per_minute;
    k.checkpoint_signer = options.checkpoint_signer;
    k.normalisers = options.normalisers;
    k.log = options.log;
    k.secrets = options.secrets;
    k.checkpoint = options.checkpoint;
    kernel = std::make_unique<Kernel>(std::move(store), std::move(registry), std::move(vault), std::move(k));
    desk = std::make_unique<InboundDesk>(*kernel);
    workers = std::make_unique<WorkerThreads>(*kernel, options.log);
  }

  void forget_secrets() {
    if (options.passphrase) wipe(options.passphrase->data(), options.passphrase->size());
    if (options.raw_key) wipe(options.raw_key->data(), options.raw_key->size());
    options.passphrase.reset();
    options.raw_key.reset();
  }

  void require_same_process() const {
    if (pid != ::getpid())
      throw Error(ErrorCode::misuse, "an engine does not survive fork: open one in the child")
          .with("reason", "fork");
  }

  Options options;
  int pid;
  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<InboundDesk> desk;
  std::unique_ptr<WorkerThreads> workers;  ///< First to go.
};

bool CheckResult::ok() const {
  return store.empty() && std::all_of(organisations.begin(), organisations.end(),
                                      [](const Organisation& o) { return o.findings.empty(); });
}

Engine::Engine(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() {
  // In a child of fork the parent's threads, locks and connections are only memory: waiting for one hangs,
  // closing one would end the parent's. What is here goes with the process.
  if (impl_ && impl_->pid != ::getpid()) (void)impl_.release();
}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Engine open(Options options) { return Engine(std::move(options)); }

Session Engine::session(const SessionOptions& o) {
  impl_->require_same_process();
  if (o.kind == PrincipalKind::host)
    throw Error(ErrorCode::invalid_argument, "the host's session is host_session()");
  return {*impl_->kernel, Principal{.kind = o.kind,
                                    .org = o.org,
                                    .id = o.user,
                                    .roles = o.roles,
                                    .on_behalf_of = o.on_behalf_of,
                                    .client = impl_->kernel->client_of(o.client_address)}};
}

Session Engine::host_session() {
  impl_->require_same_process();
  return {*impl_->kernel, Principal{.kind = PrincipalKind::host}};
}

inbound::Response Engine::inbound(const WebhookRequest& request) {
  impl_->require_same_process();
  return impl_->desk->receive(request);
}

PumpResult Engine::pump(std::int64_t max_jobs) {
  impl_->require_same_process();
  return impl_->kernel->pump(max_jobs);
}

void Engine::start_workers(unsigned count) {
  impl_->require_same_process();
  impl_->workers->start(count);
}

void Engine::stop_workers() {
  impl_->require_same_process();
  impl_->workers->stop();
}

std::uint64_t Engine::subscribe(std::string pattern, std::function<void(const Event&)> callback) {
  return impl_->kernel->subscribe(std::move(pattern), std::move(callback));
}
void Engine::unsubscribe(std::uint64_t subscription) { impl_->kernel->unsubscribe(subscription); }

std::vector<OrganisationEntry> Engine::organisations() {
  impl_->require_same_process();
  Store& store = impl_->kernel->store();
  std::vector<OrganisationEntry> all;
  Query q;
  q.table = store.catalog().id("organisation_directory");
  q.key = Query::primary_key;
  store.read()->scan(q, [&](RowView row) {
    all.push_back({row[0].as_id(), std::string(row[1].bytes()), std::string(row[2].bytes())});
    return true;
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

void Engine::backup(const std::string& path) {
  impl_->require_same_process();
  impl_->kernel->store().backup(path);
}

void Engine::rekey(std::string_view new_passphrase) {
  impl_->require_same_process();
  impl_->kernel->store().rekey(new_passphrase);
}

CheckResult Engine::check(const std::function<void(std::size_t, std::size_t)>& progress) {
  impl_->require_same_process();
  CheckResult result;
  result.store = impl_->kernel->store().check();
  const auto all = organisations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (progress) progress(i, all.size());
    auto& o = result.organisations.emplace_back();
    o.id = all[i].id;
    o.name = all[i].name;
    Session s = session({.org = o.id, .kind = PrincipalKind::system});
    const auto v = s.call(audit::verify, {.records = true});
    o.entries = v.entries;
    o.entities = v.records;
    for (const auto& f : v.findings) {
      o.findings.push_back((f.seq > 0 ? "entry " + std::to_string(f.seq) + ": " : "") +
                           (f.record.empty() ? "" : f.record + ": ") + f.what);
    }
  }
  if (progress) progress(all.size(), all.size());
  return result;
}

DumpResult Engine::dump(const Uuid& organisation, const DumpSink& sink, const DumpProgress& progress) {
  impl_->require_same_process();
  return dump_organisation(*impl_->kernel, organisation, sink, progress);
}

DumpResult Engine::load(const DumpSource& source, const DumpProgress& progress) {
  impl_->require_same_process();
  return load_organisation(*impl_->kernel, source, progress);
}

int Engine::schema_version() const { return impl_->kernel->store().schema_version(); }
const StoreCapabilities& Engine::capabilities() const { return impl_->kernel->store().capabilities(); }
Metrics Engine::metrics() const { return impl_->kernel->metrics(); }
Kernel& Engine::kernel() { return *impl_->kernel; }

std::string Engine::metrics_text() const {
  const Metrics m = metrics();
  std::string out;
  const auto series = [&](const char* name, const char* help, const char* type) {
    out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  };
  const auto line = [&](const std::string& name, std::int64_t value) {
    out += name + " " + std::to_string(value) + "\n";
  };
  series("atlas_calls_total", "Operations called.", "counter");
  for (const auto& o : m.operations) line("atlas_calls_total{operation=\"" + o.operation + "\"}", o.calls);
  series("atlas_call_errors_total", "Operations that failed.", "counter");
  for (const auto& o : m.operations)
    line("atlas_call_errors_total{operation=\"" + o.operation + "\"}", o.errors);
  series("atlas_call_nanoseconds_total", "Time spent in operations that succeeded.", "counter");
  for (const auto& o : m.operations)
    line("atlas_call_nanoseconds_total{operation=\"" + o.operation + "\"}", o.nanoseconds);
  series("atlas_refusals_total", "Refusals.", "counter");
  line("atlas_refusals_total", m.refusals);
  series("atlas_audit_refusals_unrecorded_total", "Refusals that could not be recorded.", "counter");
  line("atlas_audit_refusals_unrecorded_total", m.audit_refusals_unrecorded);
  series("atlas_conflicts_retried_total", "Handlers run again after a storage conflict.", "counter");
  line("atlas_conflicts_retried_total", m.conflicts_retried);
  std::string_view named;
  for (const Counter& c : m.counters) {
    if (c.name != named)
      series(("atlas_" + c.name + "_total").c_str(), ("Counted by " + c.label + ".").c_str(), "counter");
    named = c.name;
    line("atlas_" + c.name + "_total{" + c.label + "=\"" + c.value + "\"}", c.count);
  }
  series("atlas_callbacks_failed_total", "Event callbacks that threw.", "counter");
  line("atlas_callbacks_failed_total", m.callbacks_failed);
  std::vector<outbox::Told> told;
  for (const OrganisationEntry& o : const_cast<Engine*>(this)->organisations()) {
    Session s = const_cast<Engine*>(this)->session({.org = o.id, .kind = PrincipalKind::system});
    told.push_back({o.id, s.call(outbox::metrics, {}), s.call(outbox::health, {})});
  }
  return out + outbox::metrics_text(told);
}

}  // namespace atlas
