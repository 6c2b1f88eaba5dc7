#include "events.hpp"

#include "atlas/audit_trail.hpp"

namespace atlas::audit {
namespace {

constexpr std::int64_t kept_micros = 30 * micros_per_day;
/// Entries looked at in one call when a filter matches few.
constexpr std::int64_t window = 10'000;

bool wanted(const std::vector<std::string>& patterns, std::string_view type) {
  if (patterns.empty()) return true;
  for (const std::string& p : patterns) {
    if (p == "*" || p == type ||
        (p.ends_with(".*") && type.starts_with(std::string_view(p).substr(0, p.size() - 1))))
      return true;
  }
  return false;
}

}  // namespace

EventPage list_events(Context& cx, const ListEvents& in) {
  AuditFilter f;
  f.after = in.after;
  f.limit = window;
  EventPage page;
  page.last = in.after;
  const Timestamp oldest = cx.now() + -kept_micros;
  AuditTrail(cx).entries(f, [&](StoredEntry&& s) {
    if (static_cast<std::int64_t>(page.items.size()) == in.limit) return false;
    page.last = s.entry.seq;
    if (s.entry.at < oldest || !wanted(in.types, s.entry.action)) return true;
    page.items.push_back({s.entry.seq, std::move(s.entry.action), std::move(s.entry.entity_kind),
                          s.entry.entity_id, s.entry.at});
    return true;
  });
  return page;
}

}  // namespace atlas::audit
