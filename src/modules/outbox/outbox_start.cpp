// Start: one durable transaction for a group. Its commit is the instant of sending, for every rule.

#include <algorithm>
#include <deque>
#include <map>

#include "atlas/accepting.hpp"
#include "atlas/json.hpp"
#include "atlas/message_store.hpp"
#include "outbox_paces.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

using messages::step;
using messages::store;
using messages::store_place;
using messages::Tracked;

constexpr std::int64_t paused_wait = 15 * micros_per_minute;

/// One message of the group on its way through the start.
struct Starting {
  Tracked t;
  ChannelAccount account;
  std::shared_ptr<Transport> transport;
  messages::Words words;
  SendQuestion question;
};

SendKind kind_of(const Message& m) {
  for (const SendKind kind : {SendKind::opt_in_request, SendKind::opt_out_confirmation})
    if (m.kind == to_string(kind)) return kind;
  return SendKind::ordinary;
}

class Starter {
 public:
  Starter(Context& cx, Secrets* host) : cx_(cx), host_(host), paces_(cx), store_time_(store_now(cx)) {}

  std::vector<Started> start(const std::vector<Claimed>& claimed) {
    for (const Claimed& c : claimed) prepare(c);
    std::vector<SendQuestion> questions;
    for (Starting& s : group_) {
      ask(s);
      questions.push_back(s.question);
    }
    const SendPolicy& policy = send_policy(cx_);
    if (!questions.empty()) policy.hold(cx_, questions);
    std::vector<Started> started;
    for (Starting& s : group_) {
      const SendAnswer answer = policy.decide(cx_, s.question);
      if (answer.verdict == SendVerdict::refuse)
        block(s, answer);
      else if (answer.verdict == SendVerdict::defer)
        hold_back(s, answer);
      else
        started.push_back(go(s, policy, answer));
    }
    paces_.write();
    tally_.write(cx_);
    return started;
  }

 private:
  /// Still ours, not cancelled, not over, an account that may send, within the limits.
  void prepare(const Claimed& c) {
    const auto place = cx_.all<OutboundMessage>().find(c.message, RowLock::update);
    if (!place || place->token != c.token || place->status_code != "LEASED") return;
    if (!place->lease_until || *place->lease_until <= store_time_) return;
    Starting s;
    s.t = messages::track(cx_, *place);
    const Message& m = s.t.message;
    // Suspended since it was claimed: nothing is sent.
    if (!cx_.access().org_active) return put_back(s, cx_.now() + paused_wait);
    if (m.expires_at && *m.expires_at <= cx_.now()) {
      step(s.t, "block");
      s.t.message.error_code =
          m.held_reason && *m.held_reason != "scheduled" ? "expired_in_quiet_hours" : "expired";
      store(cx_, s.t, "message.cancelled", R"({"reason":"expired"})");
      return;
    }
    const auto account = account_of(m);
    if (account) s.account = *account;
    const auto& transports = ports_of(cx_).transports;
    if (account && transports) s.transport = transports->find(account->provider, account->channel_code);
    if (!account || account->status_code != "ACCOUNT_ACTIVE") {
      if (account)
        s.t.place.waits_for = format_uuid(account->id);
      else if (!m.account_id)
        s.t.place.waits_for = m.channel_code;
      return put_back(s, cx_.now() + paused_wait);
    }
    if (!s.transport) return put_back(s, cx_.now() + paused_wait);
    if (!m.address) return poison(s, "erased");
    if (const auto until = paces_.wait(s.account, s.t.place.lane)) return put_back(s, *until);
    if (m.template_code) {
      try {
        s.words = messages::words_of(cx_, m.channel_code, *m.template_code, m.locale, *m.variables);
      } catch (const Error& e) {
        if (e.code() != ErrorCode::template_invalid && e.code() != ErrorCode::invalid_argument &&
            e.code() != ErrorCode::not_found)
          throw;
        return poison(s, error_info(e.code()).text);
      }
    }
    // Before the policy's answer, since the next of the group must see it: one that is then held has had its
    // turn.
    paces_.go(s.account, s.t.place.lane);
    group_.push_back(std::move(s));
  }

  /// The one that was chosen at acceptance, else the first that may send.
  std::optional<ChannelAccount> account_of(const Message& m) {
    if (m.account_id) {
      const auto known = accounts_.find(*m.account_id);
      if (known != accounts_.end()) return known->second;
      auto a = cx_.all<ChannelAccount>().find(*m.account_id);
      // Whoever waits for it must not miss that it is resumed.
      if (a && a->status_code != "ACCOUNT_ACTIVE")
        a = cx_.all<ChannelAccount>().find(*m.account_id, RowLock::update);
      if (a && a->archived_at) a.reset();
      return accounts_.emplace(*m.account_id, std::move(a)).first->second;
    }
    const auto known = by_channel_.find(m.channel_code);
    if (known != by_channel_.end()) return known->second;
    auto all = channels::sending_accounts(cx_, m.channel_code);
    if (all.empty()) {
      channels::hold_accounts(cx_, m.channel_code);
      all = channels::sending_accounts(cx_, m.channel_code);
    }
    auto first = all.empty() ? std::nullopt : std::optional(std::move(all.front()));
    return by_channel_.emplace(m.channel_code, std::move(first)).first->second;
  }

  /// No step of the message: the lease is given back, and it is looked at again later.
  void put_back(Starting& s, Timestamp at) {
    step(s.t, "defer");
    s.t.place.next_at = at;
    store_place(cx_, s.t.place_was, s.t.place, s.t.place.attempts > 0);
  }

  void ask(Starting& s) {
    const Message& m = s.t.message;
    SendQuestion& q = s.question;
    q.stage = SendStage::start;
    q.kind = kind_of(m);
    q.channel_code = m.channel_code;
    q.address = *m.address;
    q.purpose_code = *m.purpose_code;
    q.sender = s.account.sender;
    q.message_id = m.id;
    q.party_id = m.party_id;
    q.dossier_id = m.dossier_id;
    q.category = s.words.category;
    q.approved = s.words.approved;
    q.urgent = m.urgent;
    q.expires_at = m.expires_at;
  }

  void block(Starting& s, const SendAnswer& answer) {
    step(s.t, "block");
    s.t.message.error_code = std::string(error_info(answer.error).text);
    std::string payload;
    JsonWriter(payload)
        .begin_object()
        .key("code")
        .string(error_info(answer.error).text)
        .key("reason")
        .string(answer.detail)
        .key("looked_at")
        .raw(answer.looked_at)
        .end_object();
    tally_.blocked();
    store(cx_, s.t, "BLOCKED_BY_POLICY", payload);
  }

  void hold_back(Starting& s, const SendAnswer& answer) {
    const Message& m = s.t.message;
    const Timestamp at = std::max(answer.not_before.value_or(cx_.now() + paused_wait), cx_.now() + 1);
    if (answer.expires_first || (m.expires_at && at >= *m.expires_at)) {
      step(s.t, "block");
      s.t.message.error_code = "expired_in_quiet_hours";
      store(cx_, s.t, "message.cancelled", R"({"reason":"expired_in_quiet_hours"})");
      return;
    }
    step(s.t, "defer");
    s.t.place.next_at = at;
    s.t.message.not_before = at;
    s.t.message.held_reason = answer.rule;
    store(cx_, s.t, "message.held", R"({"rule":)" + json_string(answer.rule) + "}");
  }

  /// No provider will ever take it: it is started and refused at once, and nobody is asked.
  void poison(Starting& s, std::string_view reason) {
    OutboundAttempt a = attempt_of(s);
    step(s.t, "start");
    step(s.t, "rejected");
    a.status_code = "rejected";
    a.finished_at = cx_.now();
    a.reason = std::string(reason);
    a.spent = true;
    ++s.t.place.spent;
    s.t.message.error_code = std::string(reason);
    s.t.message.failed_at = cx_.now();
    cx_.all<OutboundAttempt>().insert(a);
    tally_.failed(reason);
    store(cx_, s.t, "message.failed", R"({"reason":)" + json_string(reason) + "}");
    messages::alert(cx_, &s.t.message, "dead_letter", reason);
  }

  OutboundAttempt attempt_of(Starting& s) {
    OutboundAttempt a;
    a.id = cx_.new_id();
    a.subject_id = s.t.message.subject_id;
    a.message_id = s.t.message.id;
    a.number = ++s.t.place.attempts;
    a.token = s.t.place.token;
    if (!s.account.id.is_nil()) a.account_id = s.account.id;
    a.provider = s.account.provider;
    a.started_at = cx_.now();
    s.t.message.attempts = s.t.place.attempts;
    return a;
  }

  Started go(Starting& s, const SendPolicy& policy, const SendAnswer& answer) {
    OutboundAttempt a = attempt_of(s);
    step(s.t, "start");
    Message& m = s.t.message;
    m.account_id = s.account.id;
    m.provider = s.account.provider;
    m.evidence = MessageEvidence{answer.evidence.kind, answer.evidence.consent_id, answer.evidence.event_id,
                                 answer.evidence.hash};
    cx_.all<OutboundAttempt>().insert(a);
    policy.note_sent(cx_, s.question, answer);
    store(cx_, s.t, "message.sending", R"({"attempt":)" + std::to_string(a.number) + "}");
    return {m.id, a.id, a.token, s.account.id, envelope(s), s.transport};
  }

  Envelope envelope(const Starting& s) {
    const Message& m = s.t.message;
    Envelope e;
    e.account = sending_account(s.account);
    e.channel_code = m.channel_code;
    e.to = *m.address;
    e.subject = m.subject.value_or("");
    e.body = m.body.value_or("");
    e.content_template = s.words.reference;
    for (const MessageMedia& media : m.media)
      e.media.push_back({media.reference, media.media_type.value_or(""), media.file_name.value_or(""), {}});
    if (m.reply_to_id) {
      if (const auto answered = cx_.all<Message>().find(*m.reply_to_id))
        e.reply_to = answered->provider_message_id.value_or("");
    }
    e.token = messages::token_of(m.id);
    return e;
  }

  const SendingAccount& sending_account(const ChannelAccount& a) {
    const auto known = sending_.find(a.id);
    if (known != sending_.end()) return known->second;
    return sending_.emplace(a.id, sending_account_of(cx_, a, host_)).first->second;
  }

  Context& cx_;
  Secrets* host_;
  Paces paces_;
  Timestamp store_time_;
  std::deque<Starting> group_;  ///< the questions look into it
  std::map<Uuid, std::optional<ChannelAccount>> accounts_;
  std::map<std::string, std::optional<ChannelAccount>> by_channel_;
  std::map<Uuid, SendingAccount> sending_;
  messages::HourTally tally_;
};

}  // namespace

const Ports& ports_of(Context& cx) {
  static const Ports none;
  const Ports* const ports = cx.registry().find_part<Ports>();
  return ports ? *ports : none;
}

SendingAccount sending_account_of(Context& cx, const ChannelAccount& a, Secrets* host) {
  SendingAccount out;
  out.id = format_uuid(a.id);
  out.provider = a.provider;
  out.sender = a.sender;
  out.business_id = a.business_id.value_or("");
  out.base_url = a.base_url.value_or("");
  out.status_callback = a.public_url.value_or("");
  auto stored = std::make_shared<std::optional<channels::StoredSecret>>(channels::find_secret(cx, a, "send"));
  out.secret = [stored, host](std::string_view name) -> std::optional<Secret> {
    if (name != "send" || !*stored) return std::nullopt;
    return channels::reveal(**stored, host);
  };
  return out;
}

std::vector<Started> start_group(Context& cx, const std::vector<Claimed>& claimed, Secrets* host) {
  return Starter(cx, host).start(claimed);
}

void bury(Context& cx, const Claimed& claimed, std::string_view reason) {
  const auto place = cx.all<OutboundMessage>().find(claimed.message, RowLock::update);
  if (!place || place->token != claimed.token || place->status_code != "LEASED") return;
  Tracked t = messages::track(cx, *place);
  step(t, "start");
  step(t, "rejected");
  t.message.error_code = std::string(reason);
  t.message.failed_at = cx.now();
  messages::HourTally tally;
  tally.failed(reason);
  store(cx, t, "message.failed", R"({"reason":)" + json_string(reason) + "}");
  messages::alert(cx, &t.message, "dead_letter", reason);
  tally.write(cx);
}

}  // namespace atlas::outbox
