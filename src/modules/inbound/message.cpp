// A person's message: once, in its dossier, with what it means for consent and the session window.

#include <algorithm>
#include <array>

#include "atlas/accepting.hpp"
#include "atlas/consent.hpp"
#include "atlas/consent_rules.hpp"
#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/message_store.hpp"
#include "atlas/opt_out.hpp"
#include "atlas/organisations.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/text.hpp"
#include "routing.hpp"
#include "taking.hpp"

namespace atlas::inbound {
namespace {

/// Providers deliver again for a week. What is older is a replay of something that was once recorded: taken
/// anew it could bring back what has been erased since.
constexpr std::int64_t replay_window = 8 * micros_per_day;
constexpr std::int64_t clock_skew = 10 * micros_per_minute;
constexpr std::size_t max_media = 10;
constexpr std::size_t max_body = 20'000;

OptOut verdict_of(const InboundMessage& m);

/// A clock that is behind must not cost anybody their no: an opt-out counts from now then.
Timestamp time_of(Context& cx, const InboundMessage& message, bool again) {
  if (!message.at) return cx.now();
  if (*message.at > cx.now() + clock_skew && verdict_of(message) == OptOut::none)
    throw unfit("time_to_come", "the message's time has not come");
  if (!again && *message.at < cx.now() + -replay_window)
    throw unfit("outside_replay_window", "the message is older than any delivery");
  return std::min(*message.at, cx.now());
}

/// The number that was written to may be another of ours; Meta has one endpoint for all of an app's.
ChannelAccount recipient(Context& cx, const ChannelAccount& account, const InboundMessage& message) {
  if (account.business_id && !message.business_id.empty() && *account.business_id != message.business_id)
    throw unfit("other_business", "the delivery is of another business account");
  const auto serves = [&](const ChannelAccount& a) {
    return a.channel_code == message.channel_code && a.sender == message.to;
  };
  if (serves(account)) return account;
  auto all = cx.all<ChannelAccount>();
  for (ChannelAccount& a :
       all.where({.where = Predicate::all_of(
                      {Predicate::equals(all.column("channel_code"), Value::text(message.channel_code)),
                       Predicate::equals(all.column("provider"), Value::text(account.provider)),
                       Predicate::absent(all.column("archived_at"))}),
       .key = "by_channel",
       .order = {{all.column("created_at"), false}},
       .limit = 100}))
    if (serves(a)) return std::move(a);
  // A messaging service of Twilio's has many numbers.
  if (account.channel_code == message.channel_code && account.sender.starts_with("MG")) return account;
  throw unfit("unknown_recipient", "no channel account has the number that was written to");
}

std::string clipped(std::string_view text, std::size_t most) {
  std::size_t points = 0, end = 0;
  for (; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++points > most) break;
  return std::string(text.substr(0, end));
}

/// What is read in the thread: the words, or what kind of thing came without any.
std::string words_of(const InboundMessage& m) {
  if (!m.text.empty()) return clipped(m.text, max_body);
  if (m.type == "location" && !m.latitude.empty()) return m.latitude + "," + m.longitude;
  if (m.type == "unknown" || m.media.empty())
    return "[" + clipped(m.provider_type.empty() ? m.type : m.provider_type, 64) + "]";
  return {};
}

std::vector<MessageMedia> media_of(const InboundMessage& m) {
  const auto given = [](const std::string& text, std::size_t most) {
    return text.empty() ? std::nullopt : std::optional(clipped(text, most));
  };
  std::vector<MessageMedia> out;
  for (const InboundMedia& one : m.media) {
    if (out.size() == max_media) break;
    out.push_back({clipped(one.reference, 2000), given(one.media_type, 128), given(one.file_name, 255),
                   one.size, one.sha256.size() == 64 ? std::optional(one.sha256) : std::nullopt});
  }
  return out;
}

Message keep(Context& cx, const ChannelAccount& account, const InboundMessage& m, const std::string& address,
             Timestamp at, const Route& route) {
  messages::Received in;
  in.account_id = account.id;
  in.provider = account.provider;
  in.channel_code = m.channel_code;
  in.address = address;
  in.provider_message_id = m.provider_id;
  in.dossier_id = route.dossier_id;
  in.party_id = route.party_id;
  in.subject_id = route.subject_id;
  in.at = at;
  in.type = clipped(m.type, 32);
  in.body = words_of(m);
  in.media = media_of(m);
  in.profile_name = clipped(m.profile_name, 200);
  if (m.context_id.size() <= 255) in.context_id = m.context_id;
  return messages::record_received(cx, in);
}

/// By the provider's own reading where it has read the message, else by ours.
OptOut verdict_of(const InboundMessage& m) {
  const OptOut ours = read_opt_out(m.text);
  if (m.opt_out_type == "STOP") return ours == OptOut::every_channel ? ours : OptOut::this_channel;
  if (m.opt_out_type == "START" || m.opt_out_type == "HELP") return OptOut::none;
  return ours;
}

bool asks_to_return(const InboundMessage& m) {
  static constexpr std::array<std::string_view, 5> words{"start", "unstop", "reprendre", "resume", "ابدا"};
  if (m.opt_out_type == "START") return true;
  const std::string said = fold(trim(m.text));
  return std::find(words.begin(), words.end(), said) != words.end();
}

struct Said {
  const ChannelAccount& account;
  const InboundMessage& message;
  const std::string& address;
  Timestamp at;
  const Route& route;
};

/// Has the person opted out already, of everything on this channel?
bool is_out(Context& cx, const Said& said) {
  consents::Check question;
  question.channel_code = said.message.channel_code;
  question.address = said.address;
  question.purpose_code = "CONSENT_CONTACT";
  question.party_id = said.route.party_id;
  consents::Checked answer;
  if (const auto error = cx.attempt(consents::check, question, answer)) throw Error(*error);
  return answer.reason == "consent_withdrawn" || answer.reason == "objected";
}

std::string confirmation(Context& cx, const InboundMessage& m) {
  const std::string name = cx.all<Organisation>().get(cx.organisation()).name;
  const bool arabic = m.text.find("\xd8") != std::string::npos || m.text.find("\xd9") != std::string::npos;
  if (arabic) return "تم تسجيل طلبكم. لن ترسل لكم " + name + " رسائل بعد الآن.";
  return "Votre demande est enregistrée : " + name +
         " ne vous enverra plus de messages. / You are unsubscribed.";
}

/// The one message that answers an opt-out, and says nothing else. That it cannot be sent undoes nothing.
void confirm(Context& cx, const Said& said) {
  messages::Send send;
  send.channel_code = said.message.channel_code;
  send.address = said.address;
  send.dossier_id = said.route.dossier_id;
  send.party_id = said.route.party_id;
  send.purpose_code = "CONSENT_CONTACT";
  send.kind = "opt_out_confirmation";
  send.body = confirmation(cx, said.message);
  send.account_id = said.account.id;
  const auto error = cx.tried([&] {
    messages::accept(cx, send,
                     {.cause = "opt_out:" + said.message.provider_id.substr(0, 180), .normal_address = true});
  });
  if (!error) return;
  std::string payload;
  JsonWriter(payload).begin_object().key("reason").string(error_info(error->code()).text).end_object();
  cx.note(schema_of<ChannelAccount>(), said.account.id, said.account.subject_id,
          "channel_account.opt_out_unconfirmed", payload);
}

void opt_out(Context& cx, const Said& said, OptOut verdict) {
  const bool before = is_out(cx, said);
  // Told to the second: the no counts to the end of it, so that a yes of the same second does not win.
  const Timestamp at = std::min(said.at + (micros_per_second - 1), cx.now());
  const std::string source(consent_source(said.message.channel_code));
  const std::string wording = clipped(said.message.text.empty() ? "STOP" : said.message.text, 2000);
  consents::Withdraw no;
  no.channel_code = said.message.channel_code;
  no.address = said.address;
  no.every_channel = verdict == OptOut::every_channel;
  no.source_code = source;
  no.wording = wording;
  no.message_id = clipped(said.message.provider_id, 256);
  no.at = at;
  no.party_id = said.route.party_id;
  no.dossier_id = said.route.dossier_id;
  consents::Withdrawn done;
  if (const auto error = cx.attempt(consents::withdraw, no, done)) throw Error(*error);
  if (verdict == OptOut::every_channel) {
    for (const Uuid& party : said.route.holders) {
      consents::Object objection;
      objection.party_id = party;
      objection.source_code = source;
      objection.wording = wording;
      objection.message_id = no.message_id;
      objection.at = at;
      Objection recorded;
      if (const auto error = cx.attempt(consents::object, objection, recorded)) throw Error(*error);
    }
  }
  send_policy(cx).close_window(cx, said.message.channel_code, said.address, said.at);
  // Where the provider has read the word itself it has answered itself, and would take no other answer.
  if (!before && said.message.opt_out_type != "STOP") confirm(cx, said);
}

/// Takes back an opt-out by the person's own word: contact on this channel, nothing more.
void come_back(Context& cx, const Said& said) {
  consents::Grant yes;
  yes.channel_code = said.message.channel_code;
  yes.address = said.address;
  yes.purpose_code = "CONSENT_CONTACT";
  yes.source_code = std::string(consent_source(said.message.channel_code));
  yes.wording = clipped(said.message.text.empty() ? "START" : said.message.text, 2000);
  yes.wording_version = "opt-in-word-1";
  yes.language = cx.access().locale;
  yes.message_id = clipped(said.message.provider_id, 256);
  yes.at = std::min(said.at + (micros_per_second - 1), cx.now());
  yes.party_id = said.route.party_id;
  yes.dossier_id = said.route.dossier_id;
  // An objection to everything is not taken back by a word on one channel.
  static_cast<void>(cx.tried([&] { consents::record_grant(cx, yes); }));
}

}  // namespace

bool take_message(Context& cx, const ChannelAccount& endpoint, const InboundMessage& m, bool again) {
  if (m.provider_id.size() > 255) throw unfit("missing_id", "the provider's id is too long");
  const auto address = consents::normal_address(m.channel_code, m.from, cx.access().default_country);
  if (!address) throw unfit("unreadable_sender", "the sender is no telephone number");
  const ChannelAccount account = recipient(cx, endpoint, m);
  // Two deliveries of one person at once open one dossier.
  cx.lock({"inbound:" + *address});
  if (messages::is_recorded(cx, account.id, m.provider_id)) return true;
  const Timestamp at = time_of(cx, m, again);
  const OptOut verdict = verdict_of(m);
  const bool out = verdict == OptOut::this_channel || verdict == OptOut::every_channel;
  Route route = find_route(cx, account, m, *address, verdict == OptOut::every_channel);
  // News of the provider's own about a person ("changed the number") are nobody's words.
  const bool personal = m.type != "system";
  if (!out && personal && !route.dossier_id) open_route(cx, m, *address, route);
  const Said said{account, m, *address, at, route};
  keep(cx, account, m, *address, at, route);
  if (out) {
    opt_out(cx, said, verdict);
    return false;
  }
  if (!personal) return false;
  if (asks_to_return(m) && is_out(cx, said)) come_back(cx, said);
  send_policy(cx).open_window(cx, {.channel_code = m.channel_code,
                                   .address = *address,
                                   .sender = account.sender,
                                   .at = at,
                                   .reference = m.provider_id});
  if (verdict == OptOut::ask_a_person && route.dossier_id) {
    const Dossier d = cx.all<Dossier>().get(*route.dossier_id);
    cx.note(schema_of<Dossier>(), d.id, d.subject_id, "dossier.opt_out_unclear");
  }
  return false;
}

}  // namespace atlas::inbound
