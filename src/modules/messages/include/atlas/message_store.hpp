#pragma once
// What other rooms may ask of messages within a transaction of theirs: webhooks that bring reports and
// messages, rules that queue. None of it is authorised: the caller has done so.

#include <optional>
#include <string>
#include <string_view>

#include "atlas/messages.hpp"
#include "atlas/transport.hpp"
#include "atlas/webhook.hpp"

namespace atlas::messages {

/// A person's message as the provider brought it. `dossier_id`, `party_id`: whose it is, as the caller found;
/// both may be absent (an opt-out opens no dossier). `address` in normal form. `at`: the provider's time, or
/// now. `subject_id`: whose personal data it is, that of the dossier or the party.
struct Received {
  Uuid account_id;
  std::string provider;
  std::string channel_code;
  std::string address;
  std::string provider_message_id;
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> party_id;
  Uuid subject_id;
  Timestamp at;
  std::string type = "text";
  std::string body;  ///< "" = none
  std::vector<MessageMedia> media;
  std::string profile_name;
  std::string context_id;  ///< the provider's id of the message that it answers; "" = none
};

/// Is a message of that provider id in the thread already? An outbound one is as well.
bool is_recorded(Context& cx, const Uuid& account, std::string_view provider_id);

/// Keeps it; the caller has asked is_recorded before.
Message record_received(Context& cx, const Received& in);

/// The message, of either direction, that the provider knows by this id on this account; of an outbound one
/// any of its attempts.
std::optional<Message> find_by_provider_id(Context& cx, const Uuid& account, std::string_view provider_id);

/// The latest message to this address on this channel that is on its way or left, accepted after `since`.
std::optional<Message> last_outbound(Context& cx, std::string_view channel_code, std::string_view address,
                                     Timestamp since);

/// What a report came to.
enum class ReportResult : std::uint8_t {
  moved,     ///< the message has a new status
  noted,     ///< a fact more (a time, an error), no other status: late, or of a lower rank
  repeated,  ///< nothing new
  kept,      ///< nobody has that id yet: it waits for the answer of the attempt
  unknown,   ///< nobody has that id, and no answer is awaited: it is of no message of ours
  alarmed,   ///< of a message that was cancelled and must not have left
};

/// A provider's report about an outbound message. Moves it only to a higher rank: SENDING < UNCERTAIN < SENT
/// < FAILED < DELIVERED < READ; every order of the same reports ends in the same state. One that waits to be
/// tried again waits no more; of one that was cancelled each fact is one alarm. `failure`: what the
/// provider's table makes of its error code (opted_out writes a withdrawal, account pauses the account).
ReportResult report(Context& cx, const Uuid& account, const DeliveryReport& in,
                    const std::optional<Outcome>& failure = {});

/// The token of a message in envelopes, and back.
std::string token_of(const Uuid& message);
std::optional<Uuid> message_of_token(std::string_view token);

}  // namespace atlas::messages
