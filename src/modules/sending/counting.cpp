// What was sent and called, and the windows that people open: rows that the policy alone reads and writes.

#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/organisation_mac.hpp"
#include "sending_parts.hpp"

namespace atlas::sending {
namespace {

/// More than any cap may ask for.
constexpr std::size_t most_counted = 2000;
/// More windows than an organisation has numbers.
constexpr std::size_t most_windows = 200;
constexpr std::int64_t clock_skew = 5 * micros_per_minute;

using Counts = std::vector<ContactCount>;

/// Rows of a kind of one address or party from `since` on, latest first.
Counts rows_of(Context& cx, std::string_view column, OwnedValue whose, std::string_view key,
               std::string_view kind, Timestamp since, std::size_t limit) {
  auto all = cx.all<ContactCount>();
  const unsigned at = all.column("at");
  std::vector<OwnedValue> one;
  one.push_back(std::move(whose));
  Predicate is_theirs{.kind = Predicate::Kind::in, .column = all.column(column), .values = std::move(one)};
  return all.where(
      {.where = Predicate::all_of(
           {std::move(is_theirs), Predicate::equals(all.column("kind"), Value::text(kind)),
            Predicate::compare(Predicate::Kind::greater_equal, at, Value::integer(since.micros))}),
       .key = key,
       .order = {{at, true}},
       .limit = limit});
}

Counts rows_of_person(Context& cx, const AddressHashes& hashes, const std::optional<Uuid>& party,
                      std::string_view kind, Timestamp since, std::size_t limit) {
  Counts out = rows_of(cx, "address_hash", OwnedValue(Value::text(hashes.of_address)), "by_address", kind,
                       since, limit);
  if (!party) return out;
  Counts more = rows_of(cx, "party_id", OwnedValue(Value::id(*party)), "by_party", kind, since, limit);
  for (ContactCount& row : more)
    if (row.address_hash != hashes.of_address) out.push_back(std::move(row));
  return out;
}

std::vector<SessionWindow> windows_of(Context& cx, const std::string& hash) {
  auto all = cx.all<SessionWindow>();
  return all.where({.where = Predicate::equals(all.column("address_hash"), Value::text(hash)),
                    .key = "by_address",
                    .limit = most_windows,
                    .lock = RowLock::none});
}

bool is_open(const SessionWindow& w) { return w.last_at && (!w.closed_at || *w.closed_at < *w.last_at); }

}  // namespace

AddressHashes::AddressHashes(Context& cx, std::string_view address)
    : of_address(hex(as_view(organisation_mac(cx, "sending", address)))) {}

std::string AddressHashes::of_channel(std::string_view channel) const {
  return hex(as_view(sha256(of_address + "\n" + std::string(channel))));
}

std::vector<ContactCount> sent_since(Context& cx, const AddressHashes& hashes,
                                     const std::optional<Uuid>& party, Timestamp since, const Uuid& but) {
  Counts out = rows_of_person(cx, hashes, party, "ordinary", since, most_counted);
  if (!but.is_nil()) std::erase_if(out, [&](const ContactCount& row) { return row.message_id == but; });
  return out;
}

std::optional<ContactCount> last_of_kind(Context& cx, const AddressHashes& hashes, std::string_view kind,
                                         std::string_view purpose, std::string_view channel,
                                         const Uuid& but) {
  std::optional<ContactCount> last;
  for (ContactCount& row : rows_of(cx, "address_hash", OwnedValue(Value::text(hashes.of_address)),
                                   "by_address", kind, {}, most_counted)) {
    if (!purpose.empty() && row.purpose_code != purpose) continue;
    if (!channel.empty() && row.channel_code != channel) continue;
    if (!but.is_nil() && row.message_id == but) continue;
    const Timestamp of_row = row.evidence_at.value_or(row.at);
    if (!last || of_row > last->evidence_at.value_or(last->at)) last = std::move(row);
  }
  return last;
}

std::vector<Call> calls_since(Context& cx, const AddressHashes& hashes, const std::optional<Uuid>& party,
                              std::string_view purpose, Timestamp since) {
  std::vector<Call> out;
  // A refusal that was no call may be among the attempts: it outlasts them.
  for (const std::string_view kind : {"call", "refusal"})
    for (const ContactCount& row : rows_of_person(cx, hashes, party, kind, since, most_counted))
      if (row.purpose_code == purpose) out.push_back({row.at, row.outcome == "refused"});
  std::sort(out.begin(), out.end(), [](const Call& a, const Call& b) { return a.at < b.at; });
  return out;
}

void count_contact(Context& cx, ContactCount count) {
  auto all = cx.all<ContactCount>();
  // Another start of the same message is the same contact.
  if (count.message_id &&
      !all.where({.where = Predicate::equals(all.column("message_id"), Value::id(*count.message_id)),
                  .key = "by_message",
                  .limit = 1})
           .empty())
    return;
  count.subject_id = cx.access().org_subject;
  all.insert(count);
}

std::optional<SessionWindow> window_of(Context& cx, const AddressHashes& hashes, std::string_view channel,
                                       std::string_view sender) {
  std::optional<SessionWindow> best;
  for (SessionWindow& w : windows_of(cx, hashes.of_channel(channel))) {
    if (!is_open(w) || (!sender.empty() && !w.sender.empty() && w.sender != sender)) continue;
    if (!best || *w.last_at > *best->last_at) best = std::move(w);
  }
  return best;
}

void move_window(Context& cx, const AddressHashes& hashes, const SessionOpening& opening) {
  // A provider's clock may be ahead of ours, not by much.
  const Timestamp at = std::min(opening.at, cx.now() + clock_skew);
  auto all = cx.all<SessionWindow>();
  const std::string hash = hashes.of_channel(opening.channel_code);
  for (SessionWindow& before : windows_of(cx, hash)) {
    if (before.sender != opening.sender) continue;
    if (before.last_at && at <= *before.last_at) return;
    SessionWindow after = before;
    after.last_at = at;
    after.reference = std::string(opening.reference);
    all.save(before, after);
    return;
  }
  SessionWindow w;
  w.subject_id = cx.access().org_subject;
  w.address_hash = hash;
  w.channel_code = opening.channel_code;
  w.sender = opening.sender;
  w.last_at = at;
  w.reference = std::string(opening.reference);
  all.insert(w);
}

void shut_windows(Context& cx, const AddressHashes& hashes, std::string_view channel, Timestamp at) {
  auto all = cx.all<SessionWindow>();
  for (const SessionWindow& before : windows_of(cx, hashes.of_channel(channel))) {
    if (before.closed_at && at <= *before.closed_at) continue;
    SessionWindow after = before;
    after.closed_at = at;
    all.save(before, after);
  }
}

}  // namespace atlas::sending
