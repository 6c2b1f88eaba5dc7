#pragma once
// Consents: an append-only ledger by channel, address and purpose, with objections by person and suppressions
// that outlive the person's data. Deny by default.

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

/// What may happen to a consent. A grant names a request before it, so that a first grant writes two events.
inline constexpr std::array<std::string_view, 5> consent_event_kinds{"REQUESTED", "GRANTED", "REFUSED",
                                                                     "WITHDRAWN", "EXPIRED"};
/// The states of the compiled consent machine.
inline constexpr std::array<std::string_view, 6> consent_states{"none",    "requested", "granted",
                                                                "refused", "withdrawn", "expired"};
/// Why a suppression is there.
inline constexpr std::array<std::string_view, 3> suppression_reasons{"withdrawn", "refused", "objected"};

/// One answer: of an address (E.164, or a folded e-mail) on a channel for a purpose, whoever holds the
/// address. `state` is what its events add up to, `expires_at` that of the last grant; party and dossier are
/// the last ones that an event named, for information. What is internal repeats of the events what a question
/// needs (see consents::Standing), so that it reads this row alone; a row that is older than that has none.
struct Consent : Entity {
  std::string channel_code;
  std::optional<std::string> address;  ///< absent once erased
  std::string purpose_code;
  std::string state = "none";
  std::optional<Timestamp> expires_at;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::int64_t events = 0;  ///< number of the last event
  std::optional<Uuid> standing_id;
  std::optional<std::string> standing_kind;
  std::optional<Timestamp> standing_at;
  std::optional<std::string> standing_source;
  std::optional<Uuid> standing_dossier_id;
  std::optional<std::string> standing_hash;
  std::optional<std::string> standing_hours;
  std::optional<Timestamp> last_no_at;
  std::optional<std::vector<std::string>> named_parties;  ///< every party that an event named
};
template <>
struct Describe<Consent> {
  using T = Consent;
  static constexpr std::string_view name = "consent";
  static constexpr std::array fields{
      field<&T::channel_code>("channel_code", code("CHANNEL_TYPE"), filterable),
      field<&T::address>("address", line(1, 254), filterable | personal | contact),
      field<&T::purpose_code>("purpose_code", code("CONSENT_TYPE"), filterable),
      field<&T::state>("state", one_of(consent_states), filterable),
      field<&T::expires_at>("expires_at", {}, filterable | sortable),
      field<&T::party_id>("party_id", reference("party"), filterable),
      field<&T::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&T::events>("events"),
      field<&T::standing_id>("standing_id", {}, internal),
      field<&T::standing_kind>("standing_kind", {}, internal),
      field<&T::standing_at>("standing_at", {}, internal),
      field<&T::standing_source>("standing_source", {}, internal),
      field<&T::standing_dossier_id>("standing_dossier_id", {}, internal),
      field<&T::standing_hash>("standing_hash", {}, internal),
      field<&T::standing_hours>("standing_hours", {}, internal),
      field<&T::last_no_at>("last_no_at", {}, internal),
      field<&T::named_parties>("named_parties", {}, internal)};
  static constexpr std::array keys{
      KeyDeclaration{"by_created", {"created_at"}},
      KeyDeclaration{"by_address", {"address", "channel_code", "purpose_code"}, true},
      KeyDeclaration{"by_state", {"state", "expires_at"}}, KeyDeclaration{"by_party", {"party_id"}},
      KeyDeclaration{"by_dossier", {"dossier_id"}}};
};

/// What proves an event: what it is (`web_form`, `paper_scan`, `call_recording`, …), where it is kept, and
/// the SHA-256 of it, 64 lower-case hexadecimal digits.
struct ConsentEvidence {
  std::optional<std::string> kind;
  std::optional<std::string> reference;
  std::optional<std::string> sha256;
};
template <>
struct Describe<ConsentEvidence> {
  using T = ConsentEvidence;
  static constexpr std::string_view name = "consent_evidence";
  static constexpr std::array fields{field<&T::kind>("kind", line(1, 64)),
                                     field<&T::reference>("reference", line(1, 1000)),
                                     field<&T::sha256>("sha256", text(64, 64))};
};

/// One thing that happened, for ever. `at` is when it happened, `created_at` when the ledger learnt of it,
/// `number` its place (1, 2, 3 …). `hash` is over all of it and over the hash of the event before; see
/// docs/format.md.
struct ConsentEvent : Entity {
  Uuid consent_id;
  std::int64_t number = 0;
  std::string kind;
  Timestamp at;
  std::optional<std::string> source_code;
  std::optional<std::string> wording;  ///< as shown to the person; of an opt-out the person's own words
  std::optional<std::string> wording_version;
  std::optional<std::string> language;
  std::optional<ConsentEvidence> evidence;
  std::string actor_kind;
  std::optional<Uuid> actor_id;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> request_id;  ///< the event that asked, of a grant by double opt-in
  std::optional<Timestamp> expires_at;
  std::optional<std::string>
      hours;  ///< at which the person expressly agreed to be contacted (week_hours.hpp)
  std::optional<std::string> token_hash;  ///< SHA-256 of the token of a request
  std::string nonce;                      ///< so that nobody guesses an erased address from the hash
  std::string previous_hash;              ///< "" of the first
  std::string hash;
};
template <>
struct Describe<ConsentEvent> {
  using T = ConsentEvent;
  static constexpr std::string_view name = "consent_event";
  static constexpr std::array fields{
      field<&T::consent_id>("consent_id", reference("consent"), filterable),
      field<&T::number>("number", range(1, INT64_MAX)),
      field<&T::kind>("kind", one_of(consent_event_kinds), filterable),
      field<&T::at>("at", {}, filterable),
      field<&T::source_code>("source_code", code("CONSENT_SOURCE"), filterable),
      field<&T::wording>("wording", body(), free_text),
      field<&T::wording_version>("wording_version", line(1, 64), filterable),
      field<&T::language>("language", formatted(Format::locale)),
      field<&T::evidence>("evidence", {}, personal),
      field<&T::actor_kind>("actor_kind", line(1, 32)),
      field<&T::actor_id>("actor_id"),
      field<&T::ip>("ip", line(2, 45), personal),
      field<&T::device>("device", line(1, 500), personal),
      field<&T::message_id>("message_id", line(1, 256), personal),
      field<&T::party_id>("party_id", reference("party"), filterable),
      field<&T::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&T::request_id>("request_id", reference("consent_event")),
      field<&T::expires_at>("expires_at"),
      field<&T::token_hash>("token_hash", text(64, 64), internal),
      field<&T::nonce>("nonce", text(0, 32), personal | internal),
      field<&T::previous_hash>("previous_hash", text(0, 64)),
      field<&T::hash>("hash", text(64, 64)),
      field<&T::hours>("hours", line(1, 200), omit_absent)};
  static constexpr std::array keys{KeyDeclaration{"by_consent", {"consent_id", "number"}, true},
                                   KeyDeclaration{"by_token", {"token_hash"}, true}};
};

/// A person's objection (GDPR art. 21): to everything, on every channel, at every address that the person has
/// or gets, until the person takes it back.
struct Objection : Entity {
  Uuid party_id;
  bool in_force = true;
  Timestamp at;
  std::optional<std::string> source_code;
  std::optional<std::string> wording;
  std::optional<std::string> message_id;
  std::optional<ConsentEvidence> evidence;
  std::optional<Timestamp> lifted_at;
  std::optional<std::string> lifted_source_code;
  std::optional<std::string> lifted_wording;
  std::optional<ConsentEvidence> lifted_evidence;
};
template <>
struct Describe<Objection> {
  using T = Objection;
  static constexpr std::string_view name = "objection";
  static constexpr std::array fields{
      field<&T::party_id>("party_id", reference("party"), filterable),
      field<&T::in_force>("in_force", {}, filterable),
      field<&T::at>("at", {}, filterable),
      field<&T::source_code>("source_code", code("CONSENT_SOURCE"), filterable),
      field<&T::wording>("wording", body(), free_text),
      field<&T::message_id>("message_id", line(1, 256), personal),
      field<&T::evidence>("evidence", {}, personal),
      field<&T::lifted_at>("lifted_at", {}, filterable),
      field<&T::lifted_source_code>("lifted_source_code", code("CONSENT_SOURCE")),
      field<&T::lifted_wording>("lifted_wording", body(), free_text),
      field<&T::lifted_evidence>("lifted_evidence", {}, personal)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_force", {"in_force", "party_id"}},
                                   KeyDeclaration{"by_party", {"party_id", "created_at"}}};
};

/// Outlives the person's data: the address only as a hash under a key of the organisation. Wins over any
/// grant that is older or is no positive act of the person. `purpose_code` "*" stands for every purpose; `at`
/// is that of the last opt-out.
struct Suppression : Entity {
  std::string address_hash;
  std::string channel_code;
  std::string purpose_code;
  std::string reason;
  Timestamp at;
};
template <>
struct Describe<Suppression> {
  using T = Suppression;
  static constexpr std::string_view name = "suppression";
  static constexpr std::array fields{field<&T::address_hash>("address_hash", text(64, 64)),
                                     field<&T::channel_code>("channel_code", line(1, 64), filterable),
                                     field<&T::purpose_code>("purpose_code", line(1, 64), filterable),
                                     field<&T::reason>("reason", one_of(suppression_reasons), filterable),
                                     field<&T::at>("at", {}, filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_address", {"address_hash", "purpose_code"}, true}};
};

}  // namespace atlas

#include "atlas/consent_operations.hpp"
