#include "outbox_paces.hpp"

#include <algorithm>

#include "atlas/message_moves.hpp"
#include "outbox_rules.hpp"

namespace atlas::outbox {
namespace {

/// What the account lets go when nothing says otherwise: seconds between two to the same person.
std::int64_t pair_seconds(const ChannelAccount& a) {
  if (a.limits.per_pair_seconds) return *a.limits.per_pair_seconds;
  return a.provider == "META" ? 6 : 0;
}

std::optional<std::int64_t> per_second(const ChannelAccount& a) {
  if (a.limits.per_second) return a.limits.per_second;
  return a.provider == "META" ? std::optional<std::int64_t>(80) : std::nullopt;
}

std::string hold_gauge(const Uuid& account) { return "hold:" + format_uuid(account); }

std::optional<SendingPace> find_pace(Context& cx, const std::string& gauge, RowLock lock) {
  auto all = cx.all<SendingPace>();
  auto found = all.where({.where = Predicate::equals(all.column("gauge"), Value::text(gauge)),
                          .key = "by_gauge",
                          .limit = 1,
                          .lock = lock});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace

std::optional<Timestamp> Paces::wait(const ChannelAccount& account, const std::string& lane) {
  std::optional<Timestamp> until;
  const auto later = [&](Timestamp at) {
    if (!until || at > *until) until = at;
  };
  const Timestamp now = cx_.now();
  const auto known = held_.find(account.id);
  const auto held = known != held_.end()
                        ? known->second
                        : held_.emplace(account.id, held_until(cx_, account.id)).first->second;
  if (held) later(*held);
  if (const auto rate = per_second(account)) {
    const SendingPace& pace = of(format_uuid(account.id)).now;
    if (const auto at = wait_for_pace(pace.free_at, now, micros_per_second / *rate, *rate)) later(*at);
  }
  if (account.limits.per_day) {
    const SendingPace& pace = of(format_uuid(account.id)).now;
    const std::int64_t today = now.micros / micros_per_day;
    if (pace.day == today && pace.count >= *account.limits.per_day) later({(today + 1) * micros_per_day});
  }
  if (const std::int64_t seconds = pair_seconds(account); seconds > 0) {
    const SendingPace& pace = of(format_uuid(account.id) + "/" + lane).now;
    if (const auto at = wait_for_pace(pace.free_at, now, seconds * micros_per_second, 1)) later(*at);
  }
  return until;
}

void Paces::go(const ChannelAccount& account, const std::string& lane) {
  const Timestamp now = cx_.now();
  const auto flow = [&](SendingPace& pace, std::int64_t interval) {
    pace.free_at = {std::max(pace.free_at.micros, now.micros) + interval};
  };
  const auto rate = per_second(account);
  if (rate || account.limits.per_day) {
    SendingPace& pace = of(format_uuid(account.id)).now;
    if (rate) flow(pace, micros_per_second / *rate);
    const std::int64_t today = now.micros / micros_per_day;
    pace.count = pace.day == today ? pace.count + 1 : 1;
    pace.day = today;
  }
  if (const std::int64_t seconds = pair_seconds(account); seconds > 0)
    flow(of(format_uuid(account.id) + "/" + lane).now, seconds * micros_per_second);
}

void Paces::write() {
  auto all = cx_.all<SendingPace>();
  bool more = false;
  for (auto& [gauge, entry] : paces_) {
    if (entry.is_new && entry.now.free_at.micros == 0 && entry.now.count == 0) continue;
    more = more || entry.is_new;
    if (entry.is_new)
      all.insert(entry.now);
    else
      all.save(entry.was, entry.now);
  }
  if (more) cx_.schedule(messages::purging_work, cx_.now() + 2 * pace_retention);
}

Paces::Entry& Paces::of(const std::string& gauge) {
  const auto known = paces_.find(gauge);
  if (known != paces_.end()) return known->second;
  cx_.lock({"outbox.pace:" + gauge});
  const auto found = find_pace(cx_, gauge, RowLock::update);
  Entry e;
  e.is_new = !found;
  if (found)
    e.was = *found;
  else
    e.was.gauge = gauge;
  e.now = e.was;
  return paces_.emplace(gauge, std::move(e)).first->second;
}

void hold_account(Context& cx, const Uuid& account, Timestamp until) {
  const std::string gauge = hold_gauge(account);
  cx.lock({"outbox.pace:" + gauge});
  const auto before = find_pace(cx, gauge, RowLock::update);
  SendingPace after = before.value_or(SendingPace{});
  after.gauge = gauge;
  after.free_at = std::max(after.free_at, std::min(until, cx.now() + longest_hold));
  auto all = cx.all<SendingPace>();
  if (before)
    all.save(*before, after);
  else
    all.insert(after);
  if (!before) cx.schedule(messages::purging_work, cx.now() + 2 * pace_retention);
}

std::optional<Timestamp> held_until(Context& cx, const Uuid& account) {
  const auto pace = find_pace(cx, hold_gauge(account), RowLock::none);
  if (!pace || pace->free_at <= cx.now()) return std::nullopt;
  // Written by a host whose clock was ahead of ours: no longer than any word may hold.
  return std::min(pace->free_at, cx.now() + longest_hold);
}

}  // namespace atlas::outbox
