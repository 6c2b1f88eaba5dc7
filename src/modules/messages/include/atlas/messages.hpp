#pragma once
// Messages: what was said to a person and by a person, as one thread. What leaves goes through the outbox;
// see outbox.hpp. Every change of a message's status is the compiled machine's.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

/// How a message came to be in the thread: `SENT` by the outbox, `RECEIVED` from a provider, `LOGGED` by a
/// person about something said elsewhere, `CALL` for a telephone call.
inline constexpr std::array<std::string_view, 4> message_entries{"SENT", "RECEIVED", "LOGGED", "CALL"};
inline constexpr std::array<std::string_view, 2> message_directions{"INBOUND", "OUTBOUND"};
/// What is exempt from a grant, and what is not; see SendKind.
inline constexpr std::array<std::string_view, 3> message_kinds{"ordinary", "opt_in_request",
                                                               "opt_out_confirmation"};
/// The states of the compiled machine. LEASED is seen in the outbox alone: in the thread it is still QUEUED.
inline constexpr std::array<std::string_view, 9> message_states{
    "QUEUED", "LEASED", "SENDING", "UNCERTAIN", "SENT", "FAILED", "DELIVERED", "READ", "CANCELLED"};
inline constexpr std::array<std::string_view, 5> call_outcomes{"answered", "no_answer", "busy", "failed",
                                                               "refused"};

/// `held_reason` of a message that somebody wants to leave later, and that a time rule holds beyond that.
inline constexpr std::string_view asked_and_held = "scheduled, ";

/// A file that goes or came with a message, by reference: a public https address, or the provider's id.
struct MessageMedia {
  std::string reference;
  std::optional<std::string> media_type;
  std::optional<std::string> file_name;
  std::optional<std::int64_t> size;
  std::optional<std::string> sha256;
};
template <>
struct Describe<MessageMedia> {
  using T = MessageMedia;
  static constexpr std::string_view name = "message_media";
  static constexpr std::array fields{
      field<&T::reference>("reference", line(1, 2000), required),
      field<&T::media_type>("media_type", line(1, 128)), field<&T::file_name>("file_name", line(1, 255)),
      field<&T::size>("size", range(0, INT64_MAX)), field<&T::sha256>("sha256", text(64, 64))};
};

/// What allowed a message to leave, asked in the commit that started it: "consent" (the grant), "session"
/// (the person's own message), or the exempt kind; the record it stands on, and the hash of that.
struct MessageEvidence {
  std::string kind;
  std::optional<Uuid> consent_id;
  std::optional<Uuid> event_id;
  std::string hash;
};
template <>
struct Describe<MessageEvidence> {
  using T = MessageEvidence;
  static constexpr std::string_view name = "message_evidence";
  static constexpr std::array fields{field<&T::kind>("kind", line(1, 32)),
                                     field<&T::consent_id>("consent_id"), field<&T::event_id>("event_id"),
                                     field<&T::hash>("hash", text(0, 64))};
};

/// One line of a conversation. `occurred_at` is when it was accepted (SENT), the provider's time (RECEIVED)
/// or what the person who logged it said. The times of delivery are facts that may come late and in any
/// order; `status_code` is the highest rank they reached. `uncertain` stays set once nobody knew whether the
/// message had left, `resent` once an operator had it sent again nevertheless.
struct Message : Entity {
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> party_id;
  std::string entry;
  std::string direction;
  std::string channel_code;
  std::optional<std::string> address;  ///< of the person: E.164, or a folded e-mail; absent once erased
  Timestamp occurred_at;
  std::string type = "text";  ///< text, image, …; `unknown` for what the provider has no word for
  std::optional<std::string> subject;
  std::optional<std::string> body;
  std::vector<MessageMedia> media;
  std::optional<std::string> profile_name;  ///< as the person calls themselves at the provider
  std::optional<Uuid> reply_to_id;
  std::optional<std::string> status_code;  ///< of an outbound message; absent for everything else
  std::optional<std::string> purpose_code;
  std::optional<std::string> kind;
  std::optional<std::string> template_code;
  std::optional<std::string> locale;
  std::optional<std::string> variables;  ///< JSON object that filled the template
  std::optional<std::int64_t> priority;  ///< 1 goes before 2 (the default), 3 after both
  bool urgent = false;
  std::optional<Timestamp> not_before;
  /// Why not earlier: a time rule, "scheduled", or "scheduled, " and the time rule that held it even longer.
  std::optional<std::string> held_reason;
  std::optional<Timestamp> expires_at;
  std::optional<Uuid> account_id;
  std::optional<std::string> provider;
  std::optional<std::string> provider_message_id;
  std::optional<std::string> send_once;  ///< SHA-256 of its logical key
  std::optional<std::string> cause;      ///< what asked for it, when no person did
  std::optional<MessageEvidence> evidence;
  std::int64_t attempts = 0;
  bool uncertain = false;
  bool resent = false;
  std::optional<std::string> error_code;
  std::optional<std::string> error_text;
  std::optional<Timestamp> sent_at;
  std::optional<Timestamp> delivered_at;
  std::optional<Timestamp> read_at;
  std::optional<Timestamp> failed_at;
  std::optional<Timestamp> settled_at;  ///< a dead letter that somebody has dealt with
  std::optional<Uuid> retry_of_id;
  std::optional<std::string> call_outcome;
  std::optional<std::int64_t> duration_seconds;
};
template <>
struct Describe<Message> {
  using T = Message;
  static constexpr std::string_view name = "message";
  static constexpr std::array fields{
      field<&T::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&T::party_id>("party_id", reference("party"), filterable),
      field<&T::entry>("entry", one_of(message_entries), filterable),
      field<&T::direction>("direction", one_of(message_directions), filterable),
      field<&T::channel_code>("channel_code", code("CHANNEL_TYPE"), filterable),
      field<&T::address>("address", line(1, 254), filterable | personal | contact),
      field<&T::occurred_at>("occurred_at", {}, filterable | sortable),
      field<&T::type>("type", line(1, 32), filterable),
      field<&T::subject>("subject", line(1, 500), free_text),
      field<&T::body>("body", body(), free_text),
      field<&T::media>("media", range(0, 10), personal),
      field<&T::profile_name>("profile_name", line(1, 200), personal),
      field<&T::reply_to_id>("reply_to_id", reference("message")),
      field<&T::status_code>("status_code", one_of(message_states), filterable),
      field<&T::purpose_code>("purpose_code", code("CONSENT_TYPE"), filterable),
      field<&T::kind>("kind", one_of(message_kinds), filterable),
      field<&T::template_code>("template_code", line(1, 64), filterable),
      field<&T::locale>("locale", formatted(Format::locale)),
      field<&T::variables>("variables", json_object(), free_text),
      field<&T::priority>("priority", range(1, 3), filterable),
      field<&T::urgent>("urgent"),
      field<&T::not_before>("not_before", {}, filterable),
      field<&T::held_reason>("held_reason", line(1, 200), filterable),
      field<&T::expires_at>("expires_at", {}, filterable),
      field<&T::account_id>("account_id", reference("channel_account"), filterable),
      field<&T::provider>("provider", line(1, 32), filterable),
      field<&T::provider_message_id>("provider_message_id", line(1, 255), filterable),
      field<&T::send_once>("send_once", text(64, 64), internal),
      field<&T::cause>("cause", line(1, 200), filterable),
      field<&T::evidence>("evidence"),
      field<&T::attempts>("attempts"),
      field<&T::uncertain>("uncertain", {}, filterable),
      field<&T::resent>("resent", {}, filterable),
      field<&T::error_code>("error_code", line(1, 64), filterable),
      field<&T::error_text>("error_text", line(1, 200)),
      field<&T::sent_at>("sent_at", {}, filterable),
      field<&T::delivered_at>("delivered_at", {}, filterable),
      field<&T::read_at>("read_at", {}, filterable),
      field<&T::failed_at>("failed_at", {}, filterable),
      field<&T::settled_at>("settled_at", {}, filterable),
      field<&T::retry_of_id>("retry_of_id", reference("message"), filterable),
      field<&T::call_outcome>("call_outcome", one_of(call_outcomes), filterable),
      field<&T::duration_seconds>("duration_seconds", range(0, 86'400))};
  static constexpr std::array keys{KeyDeclaration{"by_entry", {"entry", "created_at"}},
                                   KeyDeclaration{"by_dossier", {"dossier_id", "occurred_at"}},
                                   KeyDeclaration{"by_party", {"party_id", "occurred_at"}},
                                   KeyDeclaration{"by_address", {"address", "occurred_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}},
                                   KeyDeclaration{"by_provider", {"provider_message_id", "account_id"}, true},
                                   KeyDeclaration{"by_send_once", {"send_once"}, true}};
};

}  // namespace atlas

#include "atlas/message_operations.hpp"
