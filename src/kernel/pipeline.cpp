// What happens to every call: authorise, limit, idempotency, handler, commit, events; on error rollback,
// refusal.

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "atlas/recollection.hpp"
#include "binding.hpp"
#include "idempotency.hpp"
#include "merged.hpp"
#include "session_state.hpp"
#include "unit_of_work.hpp"
#include "visibility.hpp"

namespace atlas {
namespace {

constexpr int max_conflict_retries = 5;

/// Decisions that are recorded; a typing error or a missing record is not one.
bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::feature_disabled:
    case ErrorCode::quota_exceeded:
    case ErrorCode::consent_missing:
    case ErrorCode::consent_withdrawn:
    case ErrorCode::consent_expired:
    case ErrorCode::objected:
    case ErrorCode::outside_session_window:
    case ErrorCode::frequency_cap:
    case ErrorCode::transition_not_allowed:
    case ErrorCode::guard_failed:
    case ErrorCode::fields_missing:
      return true;
    default:
      return false;
  }
}

Batch::Refusal refusal_of(const Principal& principal, const OperationInfo& op, const Error& e) {
  std::string reason;
  for (const char* key : {"reason", "permission", "feature_key", "limit"}) {
    if (const auto d = e.detail(key)) {
      reason = std::string(*d);
      break;
    }
  }
  const auto looked_at = e.detail(looked_at_detail);
  return {principal, std::string(op.traits.name), std::string(error_info(e.code()).text),
          reason,    e.correlation_id(),          std::string(looked_at.value_or(""))};
}

/// Undoes what `flatten` did on the way out: the inner record's members go back under its name.
void unflatten(const Schema& schema, Json& stored) {
  stored.erase("replayed");
  stored.erase("redirected_from");
  for (const Field& f : schema.fields) {
    if (!f.has(flatten) || stored.contains(std::string(f.name))) continue;
    Json inner = Json::object();
    for (const Field& member : f.nested()->fields) {
      const auto it = stored.find(std::string(member.name));
      if (it == stored.end() || schema.find(member.name)) continue;
      inner[it.key()] = std::move(*it);
      stored.erase(it);
    }
    stored[std::string(f.name)] = std::move(inner);
  }
}

}  // namespace

std::unique_ptr<UnitOfWork> Kernel::Impl::begin(const Principal& principal, Effect effect,
                                                Durability durability) {
  std::unique_ptr<WriterGate::Pass> pass;
  if (effect == Effect::writes && !store->capabilities().concurrent_writers)
    pass = gate.enter([this] { end_overdue_batch(); });
  return std::make_unique<UnitOfWork>(*this, principal, effect, durability, std::move(pass));
}

void Kernel::Impl::authorise(UnitOfWork& unit, const OperationInfo& op) {
  const Principal& who = unit.principal();
  const OperationTraits& traits = op.traits;
  const bool host_only = traits.permission == "HOST";
  if (host_only != (who.kind == PrincipalKind::host) && !(host_only && who.kind == PrincipalKind::system)) {
    throw Error(ErrorCode::forbidden,
                host_only ? "only the host may do this" : "the host has no access to an organisation's data")
        .with("reason", "principal");
  }
  if (host_only) return;
  if (traits.permission == provider_permission && who.kind != PrincipalKind::provider &&
      who.kind != PrincipalKind::system) {
    throw Error(ErrorCode::forbidden, "only a provider's webhook may do this").with("reason", "principal");
  }
  // What a webhook sets off is the library's own doing; by itself it may do nothing else.
  const OperationInfo& outermost = unit.outermost() ? *unit.outermost() : op;
  if (who.kind == PrincipalKind::provider && outermost.traits.permission != provider_permission) {
    throw Error(ErrorCode::forbidden, "a provider's webhook may not do this").with("reason", "principal");
  }
  const bool for_public = traits.permission == public_permission;
  if (who.kind == PrincipalKind::public_site && !for_public) {
    throw Error(ErrorCode::forbidden, "the public side may not do this").with("reason", "principal");
  }
  unit.load_access();
  if (!unit.access().org_active && traits.effect == Effect::writes && !traits.while_suspended) {
    throw Error(ErrorCode::forbidden, "the organisation is suspended").with("reason", "org_suspended");
  }
  const Context cx(unit, &op);
  if (cx.operation_scope() == scope_none)
    cx.require(for_public ? std::string_view("LISTING_READ_PUBLIC") : traits.permission);
  if (!traits.feature.empty() && who.kind != PrincipalKind::system &&
      !plan_has_feature(unit.access().plan_key, traits.feature)) {
    throw Error(ErrorCode::feature_disabled, "the plan does not include this")
        .with("feature_key", traits.feature);
  }
}

void Kernel::Impl::limit_rate(const Principal& who, const OperationInfo& op) {
  // What a provider brings is brought once: turned away it would be lost.
  if (who.kind == PrincipalKind::provider) return;
  std::string caller = std::string(who.org.view()) + std::string(who.id.view()) + who.client;
  std::int64_t wait = rates.take(caller, monotonic_ms());
  // A site that does not tell its visitors' addresses has one share for all of them.
  const bool by_address = who.kind == PrincipalKind::public_site || !who.client.empty();
  if (wait == 0 && by_address && op.traits.address_cost > 0)
    wait = address_rates.take(caller, monotonic_ms(), op.traits.address_cost);
  if (wait > 0)
    throw Error(ErrorCode::rate_limited, "too many calls").with("retry_after", (wait + 999) / 1000);
}

void Kernel::Impl::run(UnitOfWork& unit, const OperationInfo& op, const void* in, void* out,
                       const std::optional<std::string>& key, std::string_view params, std::string* json,
                       const NotedCodes& noted) {
  const UnitOfWork::Within within(unit, op);
  authorise(unit, op);
  if (key && unit.organisation().is_nil()) {
    throw Error(ErrorCode::invalid_argument, "the host's operations take no idempotency key")
        .field("/idempotency_key", field_code::unknown_member, "the host's operations take none");
  }
  const bool remembers = key && op.traits.effect == Effect::writes;
  std::optional<Idempotency> idempotency;
  if (remembers) {
    idempotency.emplace(unit, op, *key, params);
    if (const auto replay = idempotency->replay()) {
      if (json) *json = *replay;
      std::vector<FieldError> errors;
      Json stored = Json::parse(*replay);
      unflatten(*op.output, stored);
      read_object(*op.output, stored.dump(), out, errors);
      return;
    }
  }
  check_codes(unit, op, in, noted);
  Context cx(unit, &op);
  if (op.preparation && (!unit.prepared() || unit.outermost() != &op)) {
    throw Error(ErrorCode::misuse, "this operation is called alone: it asks the host before its transaction")
        .with("reason", "batch");
  }
  const auto redirected_before = std::exchange(unit.redirected_from(), std::nullopt);
  op.handler(cx, in, out);
  if (const FieldFlags hidden = hidden_from(cx.operation_scope()); hidden != no_flags)
    blank_fields(*op.output, out, hidden);
  std::string text;
  if (json || remembers) {
    write_object(text, *op.output, out);
    tell_redirect(unit, *op.input, in, text);
  }
  unit.redirected_from() = redirected_before;
  if (remembers) idempotency->remember(text);
  if (json) *json = std::move(text);
}

std::shared_ptr<void> Kernel::Impl::recall(const Principal& who, const OperationInfo& op, const void* in) {
  const auto* const all = registry->find_part<Recollections>();
  const auto found = all ? all->of.find(op.traits.name) : decltype(all->of.end()){};
  if (!all || found == all->of.end()) return nullptr;
  try {
    std::shared_ptr<void> prepared = found->second(who, in);
    if (prepared) op.preparation->ask(prepared.get(), options);
    return prepared;
  } catch (const Error&) {
    return nullptr;  // what was remembered may be old: whoever looks anew judges
  }
}

std::shared_ptr<void> Kernel::Impl::prepare(const Principal& who, const OperationInfo& op, const void* in,
                                            const std::string& correlation_id, bool anew) {
  if (!op.preparation) return nullptr;
  std::shared_ptr<void> prepared = anew ? nullptr : recall(who, op, in);
  if (prepared) return prepared;
  {
    auto unit = begin(who, Effect::reads, options.durability);
    unit->begin_call(correlation_id);
    authorise(*unit, op);
    Context cx(*unit, &op);
    prepared = op.preparation->look(cx, in);
  }
  op.preparation->ask(prepared.get(), options);
  return prepared;
}

void Kernel::Impl::finish(std::unique_ptr<UnitOfWork> unit) {
  unit->commit();
  std::vector<Event> committed;
  if (!events.empty()) committed = unit->events();
  const auto work = unit->take_after_commit();
  unit.reset();  // the writer is free again before anybody is told
  events.publish(committed);
  events.run(work);
}

void Kernel::Impl::call(SessionState& session, const OperationInfo& op, const void* in, void* out,
                        const std::optional<std::string>& key, std::string_view params, std::string* json,
                        const NotedCodes& noted) {
  const std::int64_t started = options.clock->monotonic_ns();
  OperationCounter& counter = counters.find(op.traits.name)->second;
  ++counter.calls;
  const std::string correlation_id = format_uuid(ids.next());
  const auto failed = [&](Error& e) {
    ++counter.errors;
    e.set_correlation_id(correlation_id);
  };
  try {
    limit_rate(session.principal, op);
    if (session.batch) {
      call_in_batch(*session.batch, op, in, out, key, params, json, correlation_id, noted);
    } else {
      const Durability durability = op.traits.always_durable ? Durability::durable
                                    : op.traits.bulk         ? Durability::fast
                                                             : options.durability;
      std::shared_ptr<void> prepared;
      const auto work = [&](UnitOfWork& unit) {
        unit.serve(session.principal);
        unit.begin_call(correlation_id);
        unit.prepare(prepared.get());
        run(unit, op, in, out, key, params, json, noted);
      };
      const bool in_turn = op.traits.effect == Effect::writes && !op.traits.bulk &&
                           !session.principal.org.is_nil() && !store->capabilities().concurrent_writers;
      for (int attempt = 0;; ++attempt) {
        prepared = prepare(session.principal, op, in, correlation_id, attempt > 0);
        try {
          if (in_turn) {
            write_together(session.principal, durability, work);
          } else {
            auto unit = begin(session.principal, op.traits.effect, durability);
            work(*unit);
            finish(std::move(unit));
          }
          break;
        } catch (const Error& e) {
          // The handler has no effect outside its Context, so it can run again.
          if (e.code() != ErrorCode::storage_conflict || attempt == max_conflict_retries) throw;
          ++conflicts;
          std::uint8_t jitter = 0;
          options.entropy->fill({&jitter, 1});
          std::this_thread::sleep_for(std::chrono::microseconds((100 << attempt) + jitter * 8));
        }
      }
    }
  } catch (Error& e) {
    failed(e);
    if (is_refusal(e.code()) || e.detail(looked_at_detail)) {
      Batch::Refusal refusal = refusal_of(session.principal, op, e);
      if (session.batch)
        session.batch->refusals.push_back(std::move(refusal));
      else
        record_refusal(std::move(refusal));
    }
    throw;
  } catch (const std::bad_alloc&) {
    ++counter.errors;
    throw;
  } catch (const std::exception&) {
    // A fault of ours: the details may hold data, so they go nowhere.
    Error e(ErrorCode::internal, "an internal error; the operation did not happen");
    failed(e);
    log(LogLevel::error, "internal error in " + std::string(op.traits.name));
    throw e;
  }
  counter.nanoseconds += options.clock->monotonic_ns() - started;
}

}  // namespace atlas
