// What is done is cleared away after a while, and what waited for an account that is resumed goes on.

#include <algorithm>

#include "atlas/forget.hpp"
#include "outbox_paces.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

constexpr std::size_t purged_at_once = 200;
constexpr std::size_t resumed_at_once = 500;
constexpr std::size_t most_attempts_kept = 1000;
constexpr std::size_t most_accounts = 1000;
/// No more often than that, while nothing is left over.
constexpr std::int64_t purge_pause = micros_per_hour;

/// Erases what is over by now; when to come back for the rest.
class Purge {
 public:
  explicit Purge(Context& cx) : cx_(cx) {}

  std::optional<Timestamp> run() {
    places();
    strays();
    paces();
    if (full_) return cx_.now();
    if (next_) return std::max(*next_, cx_.now() + purge_pause);
    return std::nullopt;
  }

 private:
  void come_back(Timestamp at) {
    if (!next_ || at < *next_) next_ = at;
  }

  void places() {
    auto all = cx_.all<OutboundMessage>();
    const auto done = all.where({.where = Predicate::equals(all.column("ready"), Value::integer(done_place)),
                                 .key = "by_ready",
                                 .order = {{all.column("next_at"), false}},
                                 .limit = purged_at_once,
                                 .lock = RowLock::update});
    for (const OutboundMessage& place : done) {
      if (place.next_at > cx_.now()) return come_back(place.next_at);
      auto attempts = cx_.all<OutboundAttempt>();
      for (const OutboundAttempt& a :
           attempts.where({.where = Predicate::equals(attempts.column("message_id"), Value::id(place.id)),
           .key = "by_message",
           .limit = most_attempts_kept}))
        forget<OutboundAttempt>(cx_, a.id);
      forget<OutboundMessage>(cx_, place.id);
    }
    full_ = full_ || done.size() == purged_at_once;
    // What is on its way will be done some day.
    if (!all.where({.limit = 1}).empty()) come_back(cx_.now() + micros_per_day);
  }

  void strays() {
    auto all = cx_.all<StrayReport>();
    const auto oldest = all.where(
        {.key = "by_created", .order = {{all.column("created_at"), false}}, .limit = purged_at_once});
    for (const StrayReport& s : oldest) {
      const Timestamp over = s.created_at + messages::stray_retention;
      if (over > cx_.now()) return come_back(over);
      forget<StrayReport>(cx_, s.id);
    }
    full_ = full_ || oldest.size() == purged_at_once;
  }

  /// Gauges that tell nothing any more: whoever was written to once left one.
  void paces() {
    auto all = cx_.all<SendingPace>();
    const Timestamp over = cx_.now() + -pace_retention;
    const auto stale = all.where(
        {.where = Predicate::all_of(
             {Predicate::compare(Predicate::Kind::less, all.column("free_at"), Value::integer(over.micros)),
              Predicate::compare(Predicate::Kind::less, all.column("day"),
                                 Value::integer(over.micros / micros_per_day))}),
         .key = "by_gauge",
         .order = {{all.column("gauge"), false}},
         .limit = purged_at_once});
    for (const SendingPace& pace : stale) forget<SendingPace>(cx_, pace.id);
    full_ = full_ || stale.size() == purged_at_once;
    if (!all.where({.limit = 1}).empty()) come_back(cx_.now() + micros_per_day);
  }

  Context& cx_;
  std::optional<Timestamp> next_;
  bool full_ = false;
};

/// Makes what waits for `name` due now, at most `most`; how many there were.
std::size_t let_go(Context& cx, const std::string& name, std::size_t most) {
  auto places = cx.all<OutboundMessage>();
  const auto waiting =
      places.where({.where = Predicate::equals(places.column("waits_for"), Value::text(name)),
                    .key = "by_waits",
                    .order = {{places.column("next_at"), false}},
                    .limit = most,
                    .lock = RowLock::update});
  for (const OutboundMessage& was : waiting) {
    OutboundMessage place = was;
    place.waits_for.reset();
    place.next_at = std::min(place.next_at, cx.now());
    messages::store_place(cx, was, place, was.in_line.has_value());
  }
  return waiting.size();
}

std::optional<Timestamp> resume(Context& cx) {
  auto accounts = cx.all<ChannelAccount>();
  std::vector<std::string> names;
  for (const ChannelAccount& a :
       accounts.where({.where = Predicate::all_of(
                           {Predicate::equals(accounts.column("status_code"), Value::text("ACCOUNT_ACTIVE")),
                            Predicate::absent(accounts.column("archived_at"))}),
       .key = "by_status",
       .limit = most_accounts})) {
    names.push_back(format_uuid(a.id));
    if (std::find(names.begin(), names.end(), a.channel_code) == names.end()) names.push_back(a.channel_code);
  }
  std::size_t left = resumed_at_once;
  for (const std::string& name : names) {
    left -= let_go(cx, name, left);
    if (left == 0) return cx.now();
  }
  return std::nullopt;
}

}  // namespace

void register_upkeep(Registry& registry) {
  registry.due(std::string(messages::purging_work), [](Context& cx) { return Purge(cx).run(); });
  registry.due(std::string(channels::resuming_work), resume);
}

}  // namespace atlas::outbox
