#include "failures.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/organisation_mac.hpp"
#include "atlas/registry.hpp"

namespace atlas::inbound {
namespace {

constexpr std::string_view use = "inbound failure";
constexpr std::string_view purge_kind = "inbound.purge";
constexpr std::int64_t keep_micros = 30 * micros_per_day;
constexpr std::size_t purge_at_once = 200;

std::string payload_of(const std::vector<Rejected>& items) {
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("count").number(static_cast<std::int64_t>(items.size())).key("reasons").begin_array();
  std::vector<std::string> told;
  for (const Rejected& r : items) {
    if (told.size() == 10) break;
    if (std::find(told.begin(), told.end(), r.reason) != told.end()) continue;
    told.push_back(r.reason);
    w.string(r.reason);
  }
  w.end_array().end_object();
  return payload;
}

Retried retry_failure(Context& cx, const GetInput& in) {
  auto all = cx.repo<InboundFailure>();
  const InboundFailure before = all.get(in.id, RowLock::update);
  if (before.status_code != "FAILURE_OPEN")
    throw Error(ErrorCode::conflict, "there is nothing left to try").with("reason", "state");
  const auto account = cx.all<ChannelAccount>().find(before.account_id);
  const auto sealed = unbase64(before.sealed);
  const auto plain = sealed ? organisation_unseal(cx, use, before.id.view(), *sealed) : std::nullopt;
  if (!account || !plain)
    throw Error(ErrorCode::conflict, "the delivery cannot be read any more").with("reason", "state");
  const std::size_t cut = plain->find('\n');
  const std::string url = plain->substr(0, cut), body = plain->substr(cut + 1);
  const Tally tally =
      take_delivery(cx, *account, read_delivery(before.provider, url, body), true, [&](std::int64_t index) {
        return std::any_of(before.items.begin(), before.items.end(),
                           [&](const Rejected& r) { return r.index == index; });
      });
  InboundFailure after = before;
  ++after.tries;
  after.items = tally.rejected;
  if (after.items.empty()) {
    after.status_code = "FAILURE_SOLVED";
    after.sealed.clear();
  }
  all.save(before, after);
  cx.note(schema_of<ChannelAccount>(), account->id, account->subject_id, "channel_account.inbound_retried",
          payload_of(after.items));
  return {std::move(after), tally.messages, tally.statuses, tally.duplicates};
}

std::optional<Timestamp> purge(Context& cx) {
  auto all = cx.all<InboundFailure>();
  const auto open =
      all.where({.where = Predicate::equals(all.column("status_code"), Value::text("FAILURE_OPEN")),
                 .key = "by_status",
                 .order = {{all.column("created_at"), false}},
                 .limit = purge_at_once});
  for (const InboundFailure& before : open) {
    if (before.created_at + keep_micros > cx.now()) return before.created_at + keep_micros;
    InboundFailure after = before;
    after.status_code = "FAILURE_EXPIRED";
    after.sealed.clear();
    all.save(before, after);
  }
  if (open.size() == purge_at_once) return cx.now();
  return std::nullopt;
}

}  // namespace

void keep_failure(Context& cx, const Gate& gate, const std::vector<Rejected>& rejected) {
  InboundFailure f;
  f.id = cx.new_id();
  f.account_id = gate.account.id;
  f.provider = gate.account.provider;
  f.items = rejected;
  f.size = static_cast<std::int64_t>(gate.body.size());
  f.sealed = base64(organisation_seal(cx, use, f.id.view(), gate.url + "\n" + gate.body));
  cx.all<InboundFailure>().insert(f);
  cx.schedule(purge_kind, cx.now() + keep_micros);
  cx.note(schema_of<ChannelAccount>(), gate.account.id, gate.account.subject_id,
          "channel_account.inbound_failed", payload_of(rejected));
}

void register_failures(Registry& registry) {
  registry.entity<InboundFailure>();
  registry.operation(failures,
                     [](Context& cx, const ListInput& in) { return cx.repo<InboundFailure>().list(in); });
  registry.operation(retry, retry_failure);
  registry.due(std::string(purge_kind), purge);
}

}  // namespace atlas::inbound
