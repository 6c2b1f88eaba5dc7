#include "atlas/kernel.hpp"

#include "atlas/audit_trail.hpp"
#include "idempotency.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::size_t purge_at_once = 1'000;

/// The kernel's own due work.
void register_due_work(Registry& registry, Kernel::Impl& kernel) {
  registry.due("idempotency.purge", [](Context& cx) -> std::optional<Timestamp> {
    const std::size_t gone = purge_results(cx.unit(), purge_at_once);
    if (gone == purge_at_once) return cx.now();
    return cx.now() + micros_per_hour;
  });
  registry.due("audit.checkpoint", [&kernel](Context& cx) -> std::optional<Timestamp> {
    if (kernel.options.checkpoint) {
      cx.after_commit([&kernel, note = AuditTrail(cx).checkpoint()] { kernel.options.checkpoint(note); });
    }
    return cx.now() + micros_per_day;
  });
}

}  // namespace

Kernel::Impl::Impl(Kernel& kernel, std::unique_ptr<Store> s, std::unique_ptr<Registry> r,
                   std::unique_ptr<SubjectVault> v, KernelOptions o)
    : owner(kernel),
      options(std::move(o)),
      store(std::move(s)),
      registry(std::move(r)),
      vault(std::make_unique<AdoptingVault>(std::move(v), store->catalog().id("adopted_subject"),
                                            *options.entropy)),
      tables(store->catalog()),
      ids(*options.clock, *options.entropy),
      rates(options.calls_per_second, 1'000),
      address_rates(options.public_calls_per_minute, 60'000) {
  register_due_work(*registry, *this);
  for (const auto& [name, op] : registry->operations()) counters.try_emplace(op.traits.name);
  open_derivation();
}

void Kernel::Impl::log(LogLevel level, std::string_view text) const {
  if (options.log) options.log(level, text);
}

Kernel::Kernel(std::unique_ptr<Store> store, std::unique_ptr<Registry> registry,
               std::unique_ptr<SubjectVault> vault, KernelOptions options)
    : impl_(std::make_unique<Impl>(*this, std::move(store), std::move(registry), std::move(vault),
                                   std::move(options))) {}

Kernel::~Kernel() = default;

PumpResult Kernel::pump(std::int64_t max_jobs) { return impl_->pump(max_jobs); }
std::uint64_t Kernel::subscribe(std::string pattern, std::function<void(const Event&)> callback) {
  return impl_->events.subscribe(std::move(pattern), std::move(callback));
}
void Kernel::unsubscribe(std::uint64_t subscription) { impl_->events.unsubscribe(subscription); }
Store& Kernel::store() { return *impl_->store; }
const Registry& Kernel::registry() const { return *impl_->registry; }
const KernelOptions& Kernel::options() const { return impl_->options; }
SubjectVault& Kernel::vault() { return *impl_->vault; }

std::optional<Kernel::Endpoint> Kernel::find_endpoint(std::string_view token) {
  const Hash hash = sha256(token);
  const Value primary[] = {Value::blob(as_view(hash))};
  std::optional<Endpoint> found;
  impl_->store->read()->get(impl_->tables.endpoint, primary, [&](RowView row) {
    found = Endpoint{row[endpoint_column::org].as_id(), row[endpoint_column::entity_id].as_id()};
  });
  return found;
}

void Kernel::count(std::string_view name, std::string_view label, std::string_view value, std::int64_t by) {
  const std::lock_guard lock(impl_->counted_mutex);
  impl_->counted[{std::string(name), std::string(label), std::string(value)}] += by;
}

Metrics Kernel::metrics() const {
  Metrics m;
  {
    const std::lock_guard lock(impl_->counted_mutex);
    for (const auto& [key, count] : impl_->counted) m.counters.push_back({key[0], key[1], key[2], count});
  }
  for (const auto& [name, c] : impl_->counters) {
    if (c.calls > 0) m.operations.push_back({std::string(name), c.calls, c.errors, c.nanoseconds});
  }
  m.refusals = impl_->refusals;
  m.audit_refusals_unrecorded = impl_->refusals_unrecorded;
  m.conflicts_retried = impl_->conflicts;
  m.callbacks_failed = impl_->events.failures();
  return m;
}

}  // namespace atlas
