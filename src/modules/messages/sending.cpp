// messages.send: everything is checked before anything is written.

#include <algorithm>

#include "atlas/accepting.hpp"
#include "atlas/channels.hpp"
#include "atlas/consent_rules.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/organisation_mac.hpp"
#include "message_parts.hpp"

namespace atlas::messages {
namespace {

constexpr std::string_view email = "CHAN_EMAIL";

struct Whom {
  std::optional<Dossier> dossier;
  std::optional<Party> party;
  std::string address;
};

/// The party's own, else the dossier's.
std::optional<std::string> known_address(const Whom& whom, std::string_view channel) {
  const bool mail = channel == email;
  if (whom.party) {
    const auto& list = mail ? whom.party->emails : whom.party->phones;
    if (!list.empty()) return list.front();
  }
  if (whom.dossier) return mail ? whom.dossier->email : whom.dossier->phone;
  return std::nullopt;
}

Whom find_whom(Context& cx, const Send& in, const Provenance& from) {
  Whom whom;
  if (in.dossier_id) whom.dossier = cx.all<Dossier>().get(*in.dossier_id);
  const auto party = in.party_id ? in.party_id : whom.dossier ? whom.dossier->party_id : std::nullopt;
  if (party) whom.party = cx.all<Party>().find(*party);
  if (in.party_id && !whom.party)
    throw Error(ErrorCode::invalid_argument, "no such party")
        .field("/party_id", field_code::unknown_reference, "no such party");
  const auto raw = in.address ? in.address : known_address(whom, in.channel_code);
  if (!raw)
    throw Error(ErrorCode::invalid_argument, "there is no address on this channel")
        .with("reason", "no_address")
        .field("/address", field_code::required, "neither the party nor the dossier has one");
  whom.address = from.normal_address && in.address
                     ? *in.address
                     : normal_address(cx, in.channel_code, *raw, in.phone_region);
  return whom;
}

/// The one that was asked for, else the person's own.
std::optional<std::string> locale_for(const Send& in, const Whom& whom) {
  if (in.locale) return in.locale;
  if (whom.party && whom.party->preferred_locale) return whom.party->preferred_locale;
  return whom.dossier ? whom.dossier->locale : std::nullopt;
}

void check_form(Context& cx, const Send& in) {
  Error e(ErrorCode::invalid_argument, "the message cannot be sent like this");
  bool wrong = false;
  const auto refuse = [&](std::string path, std::string_view code, std::string message) {
    static_cast<void>(std::move(e).field(std::move(path), code, std::move(message)));
    wrong = true;
  };
  const bool mail = in.channel_code == email;
  if (in.channel_code == "CHAN_PHONE") refuse("/channel_code", field_code::not_a_code, "calls are not sent");
  if (in.template_code && (in.body || in.subject))
    refuse("/body", field_code::unknown_member, "a template brings its own words");
  if (!in.template_code && !in.body && in.media.empty())
    refuse("/body", field_code::required, "a template, words or a file");
  if (mail && !in.template_code && !in.subject)
    refuse("/subject", field_code::required, "an e-mail has a subject");
  if (!mail && in.subject) refuse("/subject", field_code::unknown_member, "only an e-mail has a subject");
  if (in.expires_at && *in.expires_at <= std::max(cx.now(), in.not_before.value_or(cx.now())))
    refuse("/expires_at", field_code::out_of_range, "it would be over before it may leave");
  if (wrong) throw Error(e);
}

/// The account that it leaves from, as far as that is known now: the one that was named, that of the message
/// it answers, the one to which the person last wrote.
std::optional<ChannelAccount> find_account(Context& cx, const Send& in, const std::string& address) {
  auto accounts = cx.all<ChannelAccount>();
  if (in.account_id) {
    auto named = accounts.find(*in.account_id);
    if (!named || named->archived_at || named->channel_code != in.channel_code)
      throw Error(ErrorCode::invalid_argument, "no such account on this channel")
          .field("/account_id", field_code::unknown_reference, "no such account on this channel");
    return named;
  }
  auto messages = cx.all<Message>();
  std::optional<Uuid> id;
  if (in.reply_to_id) {
    const auto answered = messages.find(*in.reply_to_id);
    if (!answered)
      throw Error(ErrorCode::invalid_argument, "no such message")
          .field("/reply_to_id", field_code::unknown_reference, "no such message");
    if (answered->channel_code == in.channel_code) id = answered->account_id;
  }
  if (!id) {
    const auto recent =
        messages.where({.where = Predicate::equals(messages.column("address"), Value::text(address)),
                        .key = "by_address",
                        .order = {{messages.column("occurred_at"), true}},
                        .limit = 8});
    for (const Message& m : recent) {
      if (m.direction != "INBOUND" || m.channel_code != in.channel_code) continue;
      id = m.account_id;
      break;
    }
  }
  if (id) {
    auto theirs = accounts.find(*id);
    if (theirs && !theirs->archived_at) return theirs;
  }
  const auto any =
      accounts.where({.where = Predicate::all_of(
                          {Predicate::equals(accounts.column("channel_code"), Value::text(in.channel_code)),
                           Predicate::absent(accounts.column("archived_at"))}),
                      .key = "by_channel",
                      .order = {{accounts.column("created_at"), false}},
                      .limit = 2});
  if (any.empty())
    throw Error(ErrorCode::conflict, "there is no account to send from on this channel")
        .with("reason", "no_account");
  // With several it is decided at the start, by which of them may send.
  if (any.size() == 1) return any.front();
  return std::nullopt;
}

std::optional<std::string> once_of(Context& cx, const Send& in, const Provenance& from,
                                   const std::string& address) {
  if (!in.send_once && !from.cause) return std::nullopt;
  std::string key;
  JsonWriter w(key);
  w.begin_array().string(in.template_code.value_or(""));
  if (in.send_once) {
    w.string(in.send_once->entity_kind.value_or(""))
        .string(in.send_once->entity_id ? format_uuid(*in.send_once->entity_id) : "")
        .string(in.send_once->event_id);
  } else {
    w.string("cause").string(*from.cause);
  }
  w.string(in.channel_code).string(address).end_array();
  return hex(as_view(organisation_mac(cx, "messages.send_once", key)));
}

std::optional<Message> find_once(Context& cx, const std::string& once) {
  cx.lock({"messages.once:" + once});
  auto all = cx.all<Message>();
  auto found = all.where({.where = Predicate::equals(all.column("send_once"), Value::text(once)),
                          .key = "by_send_once",
                          .limit = 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

SendKind kind_of(std::string_view text) {
  for (const SendKind kind : {SendKind::opt_in_request, SendKind::opt_out_confirmation})
    if (to_string(kind) == text) return kind;
  return SendKind::ordinary;
}

}  // namespace

std::string normal_address(Context& cx, std::string_view channel_code, std::string_view raw,
                           const std::optional<std::string>& region) {
  const bool mail = channel_code == email;
  auto address =
      mail ? std::optional(cx.normalisers().front()->fold_email(raw))
           : consents::normal_address(channel_code, raw, region.value_or(cx.access().default_country));
  if (address && !address->empty()) return std::move(*address);
  throw Error(ErrorCode::invalid_argument, "the address cannot be read")
      .field("/address", mail ? field_code::not_an_email : field_code::not_a_phone_number,
             mail ? "not an e-mail address" : "not a telephone number");
}

Sent accept(Context& cx, const Send& in, const Provenance& from) {
  check_form(cx, in);
  const Whom whom = find_whom(cx, in, from);
  const auto once = once_of(cx, in, from, whom.address);
  if (once) {
    if (auto earlier = find_once(cx, *once)) return {std::move(*earlier), true};
  }
  const auto account = find_account(cx, in, whom.address);
  Words words;
  if (in.template_code)
    words = words_of(cx, in.channel_code, *in.template_code, locale_for(in, whom), in.variables);

  SendQuestion q;
  q.kind = kind_of(in.kind);
  q.channel_code = in.channel_code;
  q.address = whom.address;
  q.purpose_code = in.purpose_code;
  if (account) q.sender = account->sender;
  if (whom.party) q.party_id = whom.party->id;
  q.dossier_id = in.dossier_id;
  q.category = words.category;
  q.approved = words.approved;
  q.urgent = in.urgent;
  q.expires_at = in.expires_at;
  const SendAnswer answer = send_policy(cx).decide(cx, q);
  if (answer.verdict == SendVerdict::refuse) throw send_refusal(answer);

  Message m;
  m.dossier_id = in.dossier_id;
  m.party_id = q.party_id;
  m.subject_id = whom.dossier ? whom.dossier->subject_id : whom.party ? whom.party->subject_id : Uuid{};
  m.entry = "SENT";
  m.direction = "OUTBOUND";
  m.channel_code = in.channel_code;
  m.address = whom.address;
  m.occurred_at = cx.now();
  m.type = in.template_code ? "template" : !in.media.empty() ? "media" : "text";
  m.subject = in.template_code ? words.subject : in.subject;
  m.body = in.template_code ? std::optional(words.body) : in.body;
  m.media = in.media;
  m.reply_to_id = in.reply_to_id;
  m.status_code = "QUEUED";
  m.purpose_code = in.purpose_code;
  m.kind = in.kind;
  m.template_code = in.template_code;
  if (in.template_code) {
    m.locale = words.locale;
    m.variables = in.variables;
  }
  m.priority = in.priority;
  m.urgent = in.urgent;
  m.expires_at = in.expires_at;
  if (account) m.account_id = account->id;
  m.send_once = once;
  m.cause = from.cause;
  m.retry_of_id = from.retry_of;
  Timestamp at = cx.now();
  if (in.not_before && *in.not_before > at) {
    at = *in.not_before;
    m.held_reason = "scheduled";
  }
  if (answer.verdict == SendVerdict::defer && answer.not_before && *answer.not_before > at) {
    at = *answer.not_before;
    // No operator may send it before the time that was asked for, whatever becomes of the rule.
    m.held_reason = m.held_reason ? std::string(asked_and_held) + answer.rule : answer.rule;
  }
  if (m.held_reason) m.not_before = at;
  if (m.expires_at && at >= *m.expires_at) {
    // Accepted, and over before it may leave: it never enters the queue.
    m.status_code = *machines::advance(machines::Machine::outbound_message, "QUEUED", "block");
    m.error_code = "expired_in_quiet_hours";
  }
  cx.all<Message>().insert(m,
                           {.action = *m.status_code == "QUEUED" ? "message.queued" : "message.cancelled"});
  if (*m.status_code == "QUEUED") enqueue(cx, m, at);
  if (whom.dossier) touch(cx, whom.dossier->id);
  return {std::move(m), false};
}

void register_sending(Registry& registry) {
  registry.operation(send, [](Context& cx, const Send& in) {
    // What the caller may not see does not exist for them.
    if (in.dossier_id) cx.repo<Dossier>().get(*in.dossier_id);
    if (in.party_id) cx.repo<Party>().get(*in.party_id);
    if (!in.dossier_id && !in.party_id && cx.operation_scope() != scope_all)
      throw Error(ErrorCode::invalid_argument, "say whose message it is")
          .field("/dossier_id", field_code::required, "a dossier or a party of yours");
    if (in.reply_to_id) cx.repo<Message>().get(*in.reply_to_id);
    return accept(cx, in);
  });
}

}  // namespace atlas::messages
