#pragma once
// The operations of the messages room: what goes in and what comes out. Included by messages.hpp.

#include "atlas/messages.hpp"

namespace atlas::messages {

/// A logical event of which each recipient hears once, however often it is sent: the second send answers with
/// the first message and `already_sent`.
struct SendOnce {
  std::string event_id;
  std::optional<std::string> entity_kind;
  std::optional<Uuid> entity_id;
};

/// A message to be sent: a template with its variables, or words of one's own (`body`, with a `subject` for
/// e-mail). Without an address it goes to the party's, else to the dossier's. `not_before` schedules it,
/// `expires_at` ends it unsent. `urgent` is a person's word that it cannot wait for the morning.
struct Send {
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> party_id;
  std::string channel_code;
  std::optional<std::string> address;
  std::optional<std::string> phone_region;
  std::string purpose_code;
  std::optional<std::string> template_code;
  std::optional<std::string> locale;
  std::string variables = "{}";
  std::optional<std::string> subject;
  std::optional<std::string> body;
  std::vector<MessageMedia> media;
  std::string kind = "ordinary";
  bool urgent = false;
  std::int64_t priority = 2;
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> expires_at;
  std::optional<Uuid> reply_to_id;
  std::optional<Uuid> account_id;
  std::optional<SendOnce> send_once;
};

/// The message as accepted. `already_sent`: it is an earlier one of the same logical event.
struct Sent {
  std::optional<Message> message;
  bool already_sent = false;
};

/// One thread, newest first: of a dossier, of a person, or of an address. At least one of them.
struct Thread {
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> party_id;
  std::optional<std::string> address;
  std::optional<std::string> channel_code;
  std::optional<std::string> direction;
  std::int64_t limit = 100;
  std::optional<std::string> after;
  bool oldest_first = false;
};

/// Something said elsewhere: across the desk, on a private telephone. It is not sent and opens no window.
struct Log {
  Uuid dossier_id;
  std::optional<Uuid> party_id;
  std::string direction;
  std::string channel_code;
  std::optional<std::string> address;
  std::optional<std::string> phone_region;
  std::optional<std::string> subject;
  std::string body;
  std::optional<Timestamp> occurred_at;
};

/// A telephone call. One to a person for a purpose counts for the limits of calls.
struct LogCall {
  Uuid dossier_id;
  std::optional<Uuid> party_id;
  std::string direction = "OUTBOUND";
  std::optional<std::string> address;
  std::optional<std::string> phone_region;
  std::optional<std::string> purpose_code;
  std::string outcome = "answered";
  std::optional<std::int64_t> duration_seconds;
  std::optional<std::string> body;
  std::optional<Timestamp> occurred_at;
};

/// Where a message really belongs.
struct Move {
  Uuid id;
  std::int64_t version = 0;
  Uuid dossier_id;
};

}  // namespace atlas::messages

namespace atlas {

template <>
struct Describe<messages::SendOnce> {
  using In = messages::SendOnce;
  static constexpr std::string_view name = "messages.send_once";
  static constexpr std::array fields{field<&In::event_id>("event_id", line(1, 200), required),
                                     field<&In::entity_kind>("entity_kind", line(1, 64)),
                                     field<&In::entity_id>("entity_id")};
};
template <>
struct Describe<messages::Send> {
  using In = messages::Send;
  static constexpr std::string_view name = "messages.send";
  static constexpr std::array fields{like<&In::dossier_id, Message>("dossier_id"),
                                     like<&In::party_id, Message>("party_id"),
                                     like<&In::channel_code, Message>("channel_code", required),
                                     field<&In::address>("address", line(1, 254), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     like<&In::purpose_code, Message>("purpose_code", required),
                                     like<&In::template_code, Message>("template_code"),
                                     like<&In::locale, Message>("locale"),
                                     like<&In::variables, Message>("variables"),
                                     like<&In::subject, Message>("subject"),
                                     like<&In::body, Message>("body"),
                                     like<&In::media, Message>("media"),
                                     like<&In::kind, Message>("kind"),
                                     field<&In::urgent>("urgent"),
                                     like<&In::priority, Message>("priority"),
                                     field<&In::not_before>("not_before"),
                                     field<&In::expires_at>("expires_at"),
                                     like<&In::reply_to_id, Message>("reply_to_id"),
                                     like<&In::account_id, Message>("account_id"),
                                     field<&In::send_once>("send_once")};
};
template <>
struct Describe<messages::Sent> {
  using Out = messages::Sent;
  static constexpr std::string_view name = "messages.sent";
  static constexpr std::array fields{field<&Out::message>("message", {}, flatten),
                                     field<&Out::already_sent>("already_sent")};
};
template <>
struct Describe<messages::Thread> {
  using In = messages::Thread;
  static constexpr std::string_view name = "messages.list";
  static constexpr std::array fields{field<&In::dossier_id>("dossier_id", reference("dossier")),
                                     field<&In::party_id>("party_id", reference("party")),
                                     field<&In::address>("address", line(1, 254), personal),
                                     like<&In::channel_code, Message>("channel_code"),
                                     like<&In::direction, Message>("direction"),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096)),
                                     field<&In::oldest_first>("oldest_first")};
};
template <>
struct Describe<messages::Log> {
  using In = messages::Log;
  static constexpr std::string_view name = "messages.log";
  static constexpr std::array fields{like<&In::dossier_id, Message>("dossier_id", required),
                                     like<&In::party_id, Message>("party_id"),
                                     like<&In::direction, Message>("direction", required),
                                     like<&In::channel_code, Message>("channel_code", required),
                                     field<&In::address>("address", line(1, 254), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     like<&In::subject, Message>("subject"),
                                     like<&In::body, Message>("body", required),
                                     field<&In::occurred_at>("occurred_at")};
};
template <>
struct Describe<messages::LogCall> {
  using In = messages::LogCall;
  static constexpr std::string_view name = "messages.log_call";
  static constexpr std::array fields{like<&In::dossier_id, Message>("dossier_id", required),
                                     like<&In::party_id, Message>("party_id"),
                                     like<&In::direction, Message>("direction"),
                                     field<&In::address>("address", line(1, 254), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     like<&In::purpose_code, Message>("purpose_code"),
                                     field<&In::outcome>("outcome", one_of(call_outcomes)),
                                     like<&In::duration_seconds, Message>("duration_seconds"),
                                     like<&In::body, Message>("body"),
                                     field<&In::occurred_at>("occurred_at")};
};
template <>
struct Describe<messages::Move> {
  using In = messages::Move;
  static constexpr std::string_view name = "messages.move";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::dossier_id, Message>("dossier_id", required)};
};

namespace messages {

inline constexpr Operation<Send, Sent> send{
    {.name = "messages.send",
     .permission = "MESSAGE_SEND",
     .effect = Effect::writes,
     .summary = "Accepts a message for sending, under consent and every other rule of sending."}};
inline constexpr Operation<GetInput, Message> get{
    {.name = "messages.get", .permission = "ACTIVITY_READ", .summary = "One message."}};
inline constexpr Operation<Thread, Page<Message>> list{
    {.name = "messages.list",
     .permission = "ACTIVITY_READ",
     .summary = "A conversation, newest first: of a dossier, a person or an address."}};
inline constexpr Operation<Log, Message> log{{.name = "messages.log",
                                              .permission = "DOSSIER_ADD_NOTE",
                                              .effect = Effect::writes,
                                              .summary = "Records something said elsewhere."}};
inline constexpr Operation<LogCall, Message> log_call{{.name = "messages.log_call",
                                                       .permission = "DOSSIER_ADD_NOTE",
                                                       .effect = Effect::writes,
                                                       .summary = "Records a telephone call."}};
inline constexpr Operation<Move, Message> move{
    {.name = "messages.move",
     .permission = "DOSSIER_ADD_NOTE",
     .effect = Effect::writes,
     .summary = "Moves a message to the dossier that it belongs to."}};

/// Registers messages and their operations. After the rooms of consent, activities, templates and channel
/// accounts.
void register_messages(Registry& registry);

}  // namespace messages
}  // namespace atlas
