// Claim: who is due, at most one of a lane, under a lease by the store's clock. The job hands over what was
// started, outside of any transaction, and records the answers.

#include <algorithm>
#include <set>
#include <span>

#include "atlas/kernel.hpp"
#include "atlas/machines.hpp"
#include "outbox_rules.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

using messages::store_place;

/// Looked at in one claim for one priority; those behind another of their lane are parked.
constexpr std::size_t looked_at = 2 * group_size;
constexpr std::int64_t suspended_wait = 5 * micros_per_minute;
constexpr int record_tries = 3;

/// Who is in front: the one on its way, or the one that waits to be tried again. Locked, so that it does not
/// leave without seeing who parks behind it.
std::optional<OutboundMessage> in_front(Context& cx, const OutboundMessage& place) {
  auto places = cx.all<OutboundMessage>();
  const auto find = [&](std::string_view key, std::string_view field, const std::string& value) {
    return places.where({.where = Predicate::equals(places.column(field), Value::text(value)),
                         .key = key,
                         .limit = 1,
                         .lock = RowLock::update});
  };
  for (auto& other : find("by_flight", "in_flight", place.lane))
    if (other.id != place.id) return std::move(other);
  for (auto& other : find("by_line", "in_line", messages::line_of(place)))
    if (other.id != place.id) return std::move(other);
  return std::nullopt;
}

void park(Context& cx, const OutboundMessage& place) {
  OutboundMessage after = place;
  after.parked = place.lane;
  store_place(cx, place, after);
}

/// LEASED with the next token; false when another of its lane is in front.
bool claim(Context& cx, const OutboundMessage& place, Timestamp lease_until, std::int64_t& token) {
  OutboundMessage after = place;
  const auto next = machines::advance(machines::Machine::outbound_message, place.status_code, "claim");
  if (!next) return false;
  after.status_code = *next;
  token = ++after.token;
  after.lease_until = lease_until;
  after.in_flight = place.lane;
  after.in_line = messages::line_of(place);
  try {
    store_place(cx, place, after);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::conflict) throw;
    return false;
  }
  return true;
}

std::vector<OutboundMessage> due_places(Context& cx, std::int64_t priority) {
  auto places = cx.all<OutboundMessage>();
  const unsigned next_at = places.column("next_at");
  return places.where(
      {.where = Predicate::all_of(
           {Predicate::equals(places.column("ready"), Value::integer(priority)),
            Predicate::compare(Predicate::Kind::less_equal, next_at, Value::integer(cx.now().micros))}),
       .key = "by_ready",
       .order = {{next_at, false}},
       .limit = looked_at,
       .lock = RowLock::update_skip_locked});
}

std::vector<Claimed> claim_group(Context& cx, Timestamp lease_until) {
  std::vector<Claimed> group;
  std::set<std::string> lanes;
  for (std::int64_t priority = 1; priority <= 3 && group.size() < group_size; ++priority) {
    for (const OutboundMessage& place : due_places(cx, priority)) {
      if (group.size() == group_size) break;
      if (lanes.contains(place.lane)) {
        park(cx, place);
        continue;
      }
      std::int64_t token = 0;
      if (claim(cx, place, lease_until, token)) {
        lanes.insert(place.lane);
        group.push_back({place.id, token});
      } else if (const auto front = in_front(cx, place)) {
        park(cx, place);
        // Behind one that waits to be tried again, others than its line need not wait.
        if (!front->in_flight) messages::wake(cx, place.lane);
      }
    }
  }
  return group;
}

std::vector<OutboundMessage> lost_leases(Context& cx, Timestamp until) {
  auto places = cx.all<OutboundMessage>();
  const unsigned lease = places.column("lease_until");
  return places.where(
      {.where = Predicate::compare(Predicate::Kind::less, lease, Value::integer(until.micros)),
       .key = "by_lease",
       .order = {{lease, false}},
       .limit = group_size,
       .lock = RowLock::update_skip_locked});
}

/// When there is something to do again: the next that is ready, or the next lease that ends.
std::optional<Timestamp> next_due(Context& cx, Timestamp store_time) {
  auto places = cx.all<OutboundMessage>();
  const unsigned ready = places.column("ready"), next_at = places.column("next_at"),
                 lease = places.column("lease_until");
  std::optional<Timestamp> next;
  const auto sooner = [&](Timestamp at) {
    if (!next || at < *next) next = at;
  };
  for (std::int64_t priority = 1; priority <= 3; ++priority) {
    for (const auto& p : places.where({.where = Predicate::equals(ready, Value::integer(priority)),
                         .key = "by_ready",
                         .order = {{next_at, false}},
                         .limit = 1}))
      sooner(p.next_at);
  }
  for (const auto& p :
       places.where({.where = Predicate::compare(Predicate::Kind::greater, lease, Value::integer(INT64_MIN)),
       .key = "by_lease",
       .order = {{lease, false}},
       .limit = 1})) {
    // From the store's clock to ours, and behind the end.
    sooner(cx.now() + std::max<std::int64_t>(p.lease_until->micros - store_time.micros, 0) + 1);
  }
  return next;
}

class SendingJob final : public Job {
 public:
  SendingJob(std::vector<Claimed> claimed, std::int64_t claimed_ns, const Ports& ports)
      : claimed_(std::move(claimed)), claimed_ns_(claimed_ns), ports_(ports) {}

  void run(WorkBench& bench) override {
    const std::vector<Started> started = start(bench);
    Clock& clock = *bench.options().clock;
    // The lease began after this clock was read: when it says that there is time, there is.
    const std::int64_t lease_end = claimed_ns_ + (ports_.lease_us - ports_.lease_margin_us) * 1000;
    std::vector<Answered> answers;
    std::int64_t gathering_since = 0;
    for (const Started& s : started) {
      const std::int64_t now_ns = clock.monotonic_ns();
      Sending sending(clock, std::min(lease_end, now_ns + ports_.send_us * 1000));
      Answered a{&s, send_guarded(*s.transport, s.envelope, sending), {}, false};
      a.at = clock.now();
      a.in_vain = a.outcome.kind == OutcomeKind::not_taken && !sending.begun() && now_ns >= lease_end;
      if (answers.empty()) gathering_since = clock.monotonic_ns();
      answers.push_back(std::move(a));
      if (answers.size() == group_size || clock.monotonic_ns() - gathering_since >= ports_.gather_us * 1000)
        record(bench, answers);
    }
    record(bench, answers);
  }

 private:
  std::vector<Started> start(WorkBench& bench) {
    Secrets* const host = bench.options().secrets.get();
    std::vector<Started> started;
    try {
      bench.transact(Durability::durable, [&](Context& cx) { started = start_group(cx, claimed_, host); });
      return started;
    } catch (const Error& e) {
      if (is_storage(e.code())) throw;  // the leases end, and they are queued again
    }
    // One of them spoils the group: one by one, and the one that cannot start at all is a dead letter.
    started.clear();
    for (const Claimed& c : claimed_) {
      std::vector<Started> one;
      try {
        bench.transact(Durability::durable, [&](Context& cx) { one = start_group(cx, {c}, host); });
        for (Started& s : one) started.push_back(std::move(s));
      } catch (const Error& e) {
        if (is_storage(e.code())) throw;
        bench.transact(Durability::durable, [&](Context& cx) { bury(cx, c, error_info(e.code()).text); });
      }
    }
    return started;
  }

  static bool is_storage(ErrorCode code) { return error_info(code).text.starts_with("storage_"); }

  void record(WorkBench& bench, std::vector<Answered>& answers) {
    if (answers.empty()) return;
    const auto all = [&](std::span<const Answered> some) {
      bench.transact(bench.options().durability, [&](Context& cx) {
        messages::HourTally tally;
        for (const Answered& a : some) finish(cx, a, tally);
        tally.write(cx);
      });
    };
    try {
      all(answers);
    } catch (const Error&) {
      // Each for itself, and more than once: an answer that is not recorded leaves its message uncertain.
      for (const Answered& a : answers) {
        for (int tries = 1;; ++tries) {
          try {
            all({&a, 1});
            break;
          } catch (const Error&) {
            if (tries == record_tries) throw;
          }
        }
      }
    }
    answers.clear();
  }

  std::vector<Claimed> claimed_;
  std::int64_t claimed_ns_;
  Ports ports_;
};

}  // namespace

Taken SendingWorker::take(Context& cx) {
  if (!cx.access().org_active) return {nullptr, cx.now() + suspended_wait};
  const Ports& ports = ports_of(cx);
  const std::int64_t now_ns = monotonic_ns(cx);
  const Timestamp store_time = store_now(cx);
  messages::HourTally tally;
  for (const OutboundMessage& place : lost_leases(cx, store_time)) lose_lease(cx, place, tally);
  std::vector<Claimed> group = claim_group(cx, store_time + ports.lease_us);
  tally.write(cx);
  Taken taken;
  taken.next = next_due(cx, store_time);
  if (!group.empty()) taken.job = std::make_unique<SendingJob>(std::move(group), now_ns, ports);
  return taken;
}

}  // namespace atlas::outbox
