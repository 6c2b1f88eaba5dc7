// Refusals are audited after the refused operation has rolled back, in a transaction of their own.

#include "change.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr int written_per_minute = 10;
constexpr std::int64_t minute_ms = 60'000;

std::string window_key(const Principal& p) {
  return std::string(p.org.view()) + std::string(p.id.view()) + std::string(to_string(p.kind));
}

}  // namespace

void Kernel::Impl::record_refusal(Batch::Refusal refusal) {
  ++refusals;
  if (refusal.principal.org.is_nil()) return;
  std::int64_t suppressed = 0;
  {
    const std::lock_guard lock(refusal_mutex);
    RefusalWindow& w = refusal_windows[window_key(refusal.principal)];
    const std::int64_t now = monotonic_ms();
    if (w.written == 0 || now - w.since_ms >= minute_ms) {
      suppressed = w.suppressed;
      w = {now, 0, 0, refusal.principal};
    }
    if (++w.written > written_per_minute) {
      ++w.suppressed;
      return;
    }
  }
  try {
    auto unit = begin(refusal.principal, Effect::writes, options.durability);
    unit->begin_call(refusal.correlation_id);
    if (!unit->read().exists(tables.chain_head, std::vector{Value::integer(0)}))
      return;  // no such organisation
    if (suppressed > 0) {
      append_add(unit->add_entry("REFUSED", "", std::nullopt).diff, "/refusal",
                 R"({"count":)" + std::to_string(suppressed) + R"(,"reason":"more of the same principal"})");
    }
    std::string value =
        R"({"operation":)" + json_string(refusal.operation) + R"(,"code":)" + json_string(refusal.code);
    if (!refusal.reason.empty()) value += R"(,"reason":)" + refusal.reason;
    if (!refusal.looked_at.empty()) value += R"(,"looked_at":)" + refusal.looked_at;
    const char* const action = refusal.looked_at.empty() ? "REFUSED" : blocked_action;
    append_add(unit->add_entry(action, "", std::nullopt).diff, "/refusal", value + "}");
    finish(std::move(unit));
  } catch (const Error&) {
    ++refusals_unrecorded;  // the answer to the caller does not change
  }
}

void Kernel::Impl::flush_refusals(const Uuid& org) {
  std::vector<RefusalWindow> due;
  {
    const std::lock_guard lock(refusal_mutex);
    const std::int64_t now = monotonic_ms();
    for (auto it = refusal_windows.begin(); it != refusal_windows.end();) {
      if ((org.is_nil() || it->second.principal.org == org) && now - it->second.since_ms >= minute_ms) {
        if (it->second.suppressed > 0) due.push_back(it->second);
        it = refusal_windows.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (const RefusalWindow& w : due) {
    try {
      auto unit = begin(w.principal, Effect::writes, options.durability);
      unit->begin_call(format_uuid(ids.next()));
      append_add(
          unit->add_entry("REFUSED", "", std::nullopt).diff, "/refusal",
          R"({"count":)" + std::to_string(w.suppressed) + R"(,"reason":"more of the same principal"})");
      finish(std::move(unit));
    } catch (const Error&) {
      ++refusals_unrecorded;
    }
  }
}

}  // namespace atlas
