#include "atlas/inbound_desk.hpp"

#include "atlas/crypto.hpp"
#include "atlas/session.hpp"

namespace atlas {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t max_windows = 10'000;
constexpr std::size_t max_led = 10'000;

inbound::Receive input_of(const WebhookRequest& request) {
  inbound::Receive in;
  in.endpoint = request.endpoint;
  in.method = request.method;
  in.url = request.url;
  in.headers.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers)
    in.headers.push_back({std::string(name), std::string(value)});
  in.body_base64 = base64(request.body);
  return in;
}

/// "signature" of a detail that is JSON text.
std::string plain_reason(const Error& e) {
  const auto told = e.detail("reason");
  return told && told->size() > 2 ? std::string(told->substr(1, told->size() - 2)) : "unknown";
}

}  // namespace

inbound::Response InboundDesk::receive(const WebhookRequest& request) {
  bool remembered = false;
  auto found = request.endpoint.size() <= 128 ? lead(request.endpoint, remembered) : std::nullopt;
  const auto unknown = [&] {
    kernel_.count("inbound_requests", "result", "unknown_endpoint");
    return Error(ErrorCode::not_found, "no such endpoint");
  };
  if (!found) throw unknown();
  const inbound::Receive in = input_of(request);
  try {
    return take(*found, in);
  } catch (const Error& e) {
    if (!remembered || e.code() != ErrorCode::not_found) throw;
  }
  // It led there once. Where does it lead now?
  forget(request.endpoint);
  found = lead(request.endpoint, remembered);
  if (!found) throw unknown();
  return take(*found, in);
}

std::optional<Kernel::Endpoint> InboundDesk::lead(std::string_view endpoint, bool& remembered) {
  {
    const std::lock_guard lock(led_mutex_);
    const auto known = led_.find(endpoint);
    remembered = known != led_.end();
    if (remembered) return known->second;
  }
  auto found = kernel_.find_endpoint(endpoint);
  if (!found) return found;
  const std::lock_guard lock(led_mutex_);
  if (led_.size() >= max_led) led_.clear();
  led_.insert_or_assign(std::string(endpoint), *found);
  return found;
}

void InboundDesk::forget(std::string_view endpoint) {
  const std::lock_guard lock(led_mutex_);
  const auto known = led_.find(endpoint);
  if (known != led_.end()) led_.erase(known);
}

inbound::Response InboundDesk::take(const Kernel::Endpoint& to, const inbound::Receive& in) {
  Session session(kernel_, Principal{.kind = PrincipalKind::provider, .org = to.org, .id = to.entity});
  try {
    inbound::Response out = session.call(inbound::receive, in);
    kernel_.count("inbound_requests", "result", "taken");
    kernel_.count("inbound_items", "kind", "message", out.messages);
    kernel_.count("inbound_items", "kind", "status", out.statuses);
    kernel_.count("inbound_items", "kind", "duplicate", out.duplicates);
    kernel_.count("inbound_items", "kind", "rejected", static_cast<std::int64_t>(out.rejected.size()));
    return out;
  } catch (const Error& e) {
    const bool refusal = e.code() == ErrorCode::unauthenticated;
    kernel_.count("inbound_requests", "result", refusal ? plain_reason(e) : "failed");
    if (refusal) refused(to.org, to.entity, e);
    throw;
  }
}

void InboundDesk::refused(const Uuid& org, const Uuid& account, const Error& why) {
  std::int64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    // Whoever knows many endpoints does not fill the memory with them.
    if (windows_.size() > max_windows) windows_.clear();
    Window& w = windows_[account];
    ++w.waiting;
    const std::int64_t now = kernel_.options().clock->monotonic_ns() / 1'000'000;
    if (w.since_ms != 0 && now - w.since_ms < minute_ms) return;
    w.since_ms = now == 0 ? 1 : now;
    count = std::exchange(w.waiting, 0);
  }
  try {
    Session session(kernel_, Principal{.kind = PrincipalKind::provider, .org = org, .id = account});
    session.call(inbound::note_refused, {.reason = plain_reason(why), .count = count});
  } catch (const Error&) {
    // The answer to the caller does not change; the counters tell.
    kernel_.count("inbound_alarms", "result", "unrecorded");
  }
}

}  // namespace atlas
