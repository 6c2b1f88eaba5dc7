// How sending is doing: figures, reasons to worry, and alerts as events.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "outbox_asking.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

constexpr std::int64_t most_days = 31;
constexpr std::int64_t day_hours = 24;
/// Below so many messages that ended a rate says nothing; from so many thousandths failed it is alarming.
constexpr std::int64_t least_for_rate = 20;
constexpr std::int64_t alarming_rate = 100;
/// What has been due for so long should have left.
constexpr std::int64_t backlog_age = 15 * micros_per_minute;
/// One alert of a kind in this time.
constexpr std::int64_t alert_pause = micros_per_hour;
constexpr std::size_t most_errors = 10;

std::vector<OutboxHour> hours_since(Context& cx, std::int64_t first) {
  auto all = cx.all<OutboxHour>();
  const unsigned hour = all.column("hour");
  return all.where({.where = Predicate::compare(Predicate::Kind::greater_equal, hour, Value::integer(first)),
                    .key = "by_hour",
                    .order = {{hour, false}},
                    .limit = static_cast<std::size_t>(most_days * day_hours + 1)});
}

std::int64_t count_of(Context& cx, const std::string& where) {
  return cx.all<Message>().count({.where = where}).count;
}

/// The bucket's upper bound, in milliseconds; beyond the last bound that bound.
std::optional<std::int64_t> quantile(const std::array<std::int64_t, 16>& counts, std::int64_t thousandths) {
  std::int64_t total = 0;
  for (const std::int64_t c : counts) total += c;
  if (total == 0) return std::nullopt;
  const std::int64_t wanted = (total * thousandths + 999) / 1000;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < messages::latency_bounds_ms.size(); ++i) {
    seen += counts[i];
    if (seen >= wanted) return messages::latency_bounds_ms[i];
  }
  return messages::latency_bounds_ms.back();
}

std::optional<std::int64_t> oldest_due_ms(Context& cx) {
  auto places = cx.all<OutboundMessage>();
  std::optional<std::int64_t> oldest;
  for (std::int64_t priority = 1; priority <= 3; ++priority) {
    for (const auto& p :
         places.where({.where = Predicate::equals(places.column("ready"), Value::integer(priority)),
         .key = "by_ready",
         .order = {{places.column("next_at"), false}},
         .limit = 1})) {
      const std::int64_t age = (cx.now().micros - p.next_at.micros) / micros_per_ms;
      if (age >= 0 && (!oldest || age > *oldest)) oldest = age;
    }
  }
  return oldest;
}

OutboxMetrics measure(Context& cx) {
  OutboxMetrics m;
  m.queued = count_of(cx, R"({"status_code":"QUEUED"})");
  m.sending = count_of(cx, R"({"status_code":"SENDING"})");
  m.uncertain = count_of(cx, R"({"status_code":"UNCERTAIN"})");
  m.dead_letters = count_of(cx, R"({"status_code":"FAILED","settled_at":null})");
  m.oldest_due_ms = oldest_due_ms(cx);
  std::array<std::int64_t, 16> to_sent{}, to_delivered{};
  std::map<std::string, std::int64_t> errors;
  for (const OutboxHour& h : hours_since(cx, cx.now().micros / micros_per_hour - day_hours + 1)) {
    m.sent += h.sent;
    m.delivered += h.delivered;
    m.read += h.read;
    m.failed += h.failed;
    m.blocked += h.blocked;
    m.retries += h.retries;
    m.signature_failures += h.signature_failures;
    const auto sent = messages::read_buckets(h.queued_to_sent);
    const auto delivered = messages::read_buckets(h.sent_to_delivered);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      to_sent[i] += sent[i];
      to_delivered[i] += delivered[i];
    }
    const auto codes = nlohmann::json::parse(h.errors, nullptr, false);
    if (codes.is_object())
      for (const auto& [code, count] : codes.items())
        if (count.is_number_integer()) errors[code] += count.get<std::int64_t>();
  }
  if (m.sent + m.failed > 0) m.failure_rate = m.failed * 1000 / (m.sent + m.failed);
  m.queued_to_sent_p50_ms = quantile(to_sent, 500);
  m.queued_to_sent_p99_ms = quantile(to_sent, 990);
  m.sent_to_delivered_p50_ms = quantile(to_delivered, 500);
  m.sent_to_delivered_p99_ms = quantile(to_delivered, 990);
  for (const auto& [code, count] : errors) m.errors.push_back({code, count});
  std::stable_sort(m.errors.begin(), m.errors.end(),
                   [](const CodeCount& a, const CodeCount& b) { return a.count > b.count; });
  if (m.errors.size() > most_errors) m.errors.resize(most_errors);
  return m;
}

Health judge(Context& cx) {
  const OutboxMetrics m = measure(cx);
  Health h;
  const auto worry = [&](const char* code, std::int64_t count, std::optional<Uuid> account = {}) {
    h.reasons.push_back({code, count, account});
  };
  if (m.dead_letters > 0) worry("dead_letters", m.dead_letters);
  if (m.uncertain > 0) worry("uncertain", m.uncertain);
  if (m.sent + m.failed >= least_for_rate && m.failure_rate >= alarming_rate)
    worry("failure_rate", m.failure_rate);
  if (m.signature_failures > 0) worry("signature_failures", m.signature_failures);
  if (m.oldest_due_ms && *m.oldest_due_ms * micros_per_ms >= backlog_age) worry("backlog", m.queued);
  auto accounts = cx.all<ChannelAccount>();
  for (const ChannelAccount& a :
       accounts.where({.where = Predicate::all_of(
                           {Predicate::equals(accounts.column("status_code"), Value::text("ACCOUNT_PAUSED")),
                            Predicate::absent(accounts.column("archived_at"))}),
       .key = "by_status",
       .limit = 100}))
    worry("account_paused", 1, a.id);
  h.healthy = h.reasons.empty();
  return h;
}

Report read_report(Context& cx, const ReportInput& in) {
  const std::int64_t now = cx.now().micros / micros_per_hour;
  const std::int64_t first = in.from ? in.from->micros / micros_per_hour : now - day_hours + 1;
  if (first > now || now - first >= most_days * day_hours)
    throw Error(ErrorCode::invalid_argument, "a report covers the last 31 days")
        .field("/from", field_code::out_of_range, "at most 31 days ago, and not in the future");
  Report r;
  for (const OutboxHour& h : hours_since(cx, first)) {
    r.rows.push_back({{h.hour * micros_per_hour},
                      h.sent,
                      h.delivered,
                      h.read,
                      h.failed,
                      h.uncertain,
                      h.blocked,
                      h.retries,
                      h.signature_failures});
  }
  return r;
}

/// Once an hour for each reason, as long as it holds.
std::optional<Timestamp> watch(Context& cx) {
  const Health h = judge(cx);
  auto paces = cx.all<SendingPace>();
  for (const HealthReason& reason : h.reasons) {
    const std::string gauge = "alert:" + reason.code;
    const auto found = paces.where({.where = Predicate::equals(paces.column("gauge"), Value::text(gauge)),
                                    .key = "by_gauge",
                                    .limit = 1,
                                    .lock = RowLock::update});
    if (!found.empty() && found.front().free_at > cx.now()) continue;
    SendingPace next = found.empty() ? SendingPace{} : found.front();
    next.gauge = gauge;
    next.free_at = cx.now() + alert_pause;
    if (found.empty())
      paces.insert(next);
    else
      paces.save(found.front(), next);
    messages::alert(cx, nullptr, reason.code, std::to_string(reason.count));
  }
  if (h.healthy) return std::nullopt;
  return cx.now() + alert_pause;
}

}  // namespace

void register_watch(Registry& registry) {
  registry.operation(metrics, [](Context& cx, const Nothing&) { return measure(cx); });
  registry.operation(health, [](Context& cx, const Nothing&) { return judge(cx); });
  registry.operation(report, read_report);
  registry.due("outbox.watch", watch);
}

void register_outbox(Registry& registry) {
  registry.part<Workers>().add(std::string(messages::sending_work), std::make_shared<SendingWorker>());
  register_operations(registry);
  register_watch(registry);
  register_upkeep(registry);
  register_asking(registry);
}

}  // namespace atlas::outbox
