// What the outbox did, by the hour: one row that a transaction changes once.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/message_moves.hpp"

namespace atlas::messages {
namespace {

constexpr std::size_t most_codes = 50;

std::size_t bucket_of(std::int64_t micros) {
  const std::int64_t ms = std::max<std::int64_t>(micros, 0) / micros_per_ms;
  return static_cast<std::size_t>(std::lower_bound(latency_bounds_ms.begin(), latency_bounds_ms.end(), ms) -
                                  latency_bounds_ms.begin());
}

std::string bucket_name(std::size_t bucket) {
  return bucket < latency_bounds_ms.size() ? std::to_string(latency_bounds_ms[bucket]) : "more";
}

std::string with(const std::string& json, const std::array<std::int64_t, 16>& gain) {
  auto all = read_buckets(json);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] += gain[i];
  return write_buckets(all);
}

}  // namespace

std::array<std::int64_t, 16> read_buckets(const std::string& json) {
  std::array<std::int64_t, 16> counts{};
  const auto j = nlohmann::json::parse(json, nullptr, false);
  if (!j.is_object()) return counts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto it = j.find(bucket_name(i));
    if (it != j.end() && it->is_number_integer()) counts[i] = it->get<std::int64_t>();
  }
  return counts;
}

std::string write_buckets(const std::array<std::int64_t, 16>& counts) {
  nlohmann::json j = nlohmann::json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) j[bucket_name(i)] = counts[i];
  return j.dump();
}

void HourTally::sent(Timestamp queued_at, Timestamp sent_at) {
  ++gain_.sent;
  ++to_sent_[bucket_of(sent_at.micros - queued_at.micros)];
}

void HourTally::delivered(std::optional<Timestamp> sent_at, Timestamp delivered_at) {
  ++gain_.delivered;
  if (sent_at) ++to_delivered_[bucket_of(delivered_at.micros - sent_at->micros)];
}

void HourTally::failed(std::string_view error_code) {
  ++gain_.failed;
  ++errors_[error_code.empty() ? std::string("none") : std::string(error_code)];
}

void HourTally::write(Context& cx) {
  const OutboxHour& g = gain_;
  if (g.sent + g.delivered + g.read + g.failed + g.uncertain + g.blocked + g.retries + g.signature_failures ==
      0)
    return;
  auto hours = cx.all<OutboxHour>();
  const std::int64_t hour = cx.now().micros / micros_per_hour;
  const auto find = [&] {
    return hours.where({.where = Predicate::equals(hours.column("hour"), Value::integer(hour)),
                        .key = "by_hour",
                        .limit = 1,
                        .lock = RowLock::update});
  };
  auto found = find();
  if (found.empty()) {
    // Two hosts may begin the hour at once: by name, since there is no row to lock.
    cx.lock({"outbox.hour." + std::to_string(hour)});
    found = find();
  }
  const bool is_new = found.empty();
  OutboxHour was = is_new ? OutboxHour{} : found.front();
  OutboxHour after = was;
  after.hour = hour;
  after.sent += g.sent;
  after.delivered += g.delivered;
  after.read += g.read;
  after.failed += g.failed;
  after.uncertain += g.uncertain;
  after.blocked += g.blocked;
  after.retries += g.retries;
  after.signature_failures += g.signature_failures;
  if (g.sent > 0) after.queued_to_sent = with(after.queued_to_sent, to_sent_);
  if (g.delivered > 0) after.sent_to_delivered = with(after.sent_to_delivered, to_delivered_);
  if (!errors_.empty()) {
    auto j = nlohmann::json::parse(after.errors, nullptr, false);
    if (!j.is_object()) j = nlohmann::json::object();
    for (const auto& [code, count] : errors_) {
      const std::string name = j.contains(code) || j.size() < most_codes ? code : "other";
      j[name] = j.value(name, std::int64_t{0}) + count;
    }
    after.errors = j.dump();
  }
  if (is_new)
    hours.insert(after);
  else
    hours.save(was, after);
  // Somebody should hear of these.
  if (g.failed + g.uncertain + g.signature_failures > 0)
    cx.schedule(watching_work, cx.now() + micros_per_minute);
  *this = {};
}

void count_signature_failure(Context& cx) {
  HourTally tally;
  tally.signature_failed();
  tally.write(cx);
}

}  // namespace atlas::messages
