#pragma once
// How a message and its place in the queue move together, for the rooms that send. Every step is the compiled
// machine's; nothing here is authorised.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/context.hpp"
#include "atlas/outbox_records.hpp"

namespace atlas::messages {

/// The kind of due work that sends.
inline constexpr std::string_view sending_work = "outbox.send";
/// The kind of due work that asks providers what became of messages of which nobody knows.
inline constexpr std::string_view asking_work = "outbox.ask";
/// The kind of due work that looks whether sending is well.
inline constexpr std::string_view watching_work = "outbox.watch";
/// The kind of due work that clears away places that are done, with their attempts, and reports of nothing.
inline constexpr std::string_view purging_work = "outbox.purge";
/// How long the places of messages that are done are kept, with their attempts: longer than any provider
/// reports. What became of a message stays with the message and in the audit.
inline constexpr std::int64_t place_retention = 90 * micros_per_day;
/// How long a report waits for an answer that names its message: no lease is as long.
inline constexpr std::int64_t stray_retention = 2 * micros_per_day;

/// A message and its place, locked until the end of the transaction, as they were and as they become.
struct Tracked {
  Message was, message;
  OutboundMessage place_was, place;
  /// It waits to be tried again: within its priority nobody passes it.
  bool keeps_line = false;
};

/// Locks the place first, then the message; throws not_found.
Tracked track(Context& cx, const Uuid& id);
/// The same when the place is locked already.
Tracked track(Context& cx, const OutboundMessage& locked);

/// Asks the machine; false when it refuses, and nothing changed. Both statuses follow.
bool step(Tracked& t, std::string_view event);

/// Writes both: frees the lane of one that is no longer on its way and lets the next of it come forward,
/// makes a queued one ready at `place.next_at`. `action` and `payload` are the audit's.
void store(Context& cx, Tracked& t, std::string_view action, const std::string& payload = {});
/// Writes the place alone: what is no step of the message.
void store_place(Context& cx, const OutboundMessage& was, OutboundMessage& place, bool keeps_line = false);

/// What is known of a message by other ways than its last answer counts once it has come to rest: then it
/// stands as high as the reports say.
void catch_up(Context& cx, Tracked& t);

/// The first that is parked in a lane and whose line is free comes forward.
void wake(Context& cx, const std::string& lane);

/// Puts a new message, QUEUED, in its place: ready at `at`.
void enqueue(Context& cx, const Message& message, Timestamp at);

/// Its lane and priority: the line in which none passes another.
std::string line_of(const OutboundMessage& place);

/// Whom a message goes to, as a name that tells nobody the address.
std::string lane_of(Context& cx, std::string_view channel_code, std::string_view address);

/// What an hour's record gains within one transaction; written once, at its end.
class HourTally {
 public:
  void sent(Timestamp queued_at, Timestamp sent_at);
  void delivered(std::optional<Timestamp> sent_at, Timestamp delivered_at);
  void read() { ++gain_.read; }
  void failed(std::string_view error_code);
  void uncertain() { ++gain_.uncertain; }
  void blocked() { ++gain_.blocked; }
  void retried() { ++gain_.retries; }
  void signature_failed() { ++gain_.signature_failures; }
  void write(Context& cx);

 private:
  OutboxHour gain_;
  std::array<std::int64_t, 16> to_sent_{}, to_delivered_{};
  std::map<std::string, std::int64_t> errors_;
};

/// Upper bounds of the buckets of latencies, in milliseconds; beyond the last there is one more.
inline constexpr std::array<std::int64_t, 15> latency_bounds_ms{
    10,      50,      100,       500,        1'000,      5'000,      15'000,     60'000,
    300'000, 900'000, 3'600'000, 14'400'000, 43'200'000, 86'400'000, 259'200'000};
/// Reads and writes the counts of buckets: a JSON object of bound (or "more") to count.
std::array<std::int64_t, 16> read_buckets(const std::string& json);
std::string write_buckets(const std::array<std::int64_t, 16>& counts);

/// A webhook's signature was refused: counted, for the outbox's health and report.
void count_signature_failure(Context& cx);

/// An event that somebody should look at, on the message or (nil) on the organisation: `outbox.alert` with
/// its reason.
void alert(Context& cx, const Message* message, std::string_view reason, std::string_view detail = {});

/// A provider's word that the person has opposed, or wants no more messages: recorded as a withdrawal.
void withdraw_by_provider(Context& cx, const Message& message, std::string_view provider_code);

/// The effects of a provider's report on one message; see report() in message_store.hpp.
struct ReportedFact {
  std::string_view state;
  std::optional<Timestamp> at;
  std::string_view error_code, error_text;
  std::string_view failure;  ///< kind of outcome, "" = not known
};
enum class ReportEffect : std::uint8_t { moved, noted, repeated, alarmed };
ReportEffect apply_report(Context& cx, Tracked& t, const ReportedFact& fact, HourTally& tally);

}  // namespace atlas::messages
