#pragma once
// What the ledger of a consent says, from its events and the time alone. Pure; thread-safe.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/consent.hpp"

namespace atlas::consents {

/// Every purpose, in a suppression.
inline constexpr std::string_view every_purpose = "*";

/// Is it an act of the person (a form, a message, a signature, a double opt-in) rather than somebody's word?
bool is_positive_act(std::string_view source_code) noexcept;

/// The state that the events add up to, in the order of their numbers. Events are facts, and not every fact
/// moves the compiled machine: a second withdrawal, or a grant renewed, leaves the state as it is.
std::string_view replay(std::span<const ConsentEvent> events);

/// `raw` as the ledger keeps it: E.164 for telephones (national numbers read in `region`), folded for
/// CHAN_EMAIL. Nothing when it is no such address.
std::optional<std::string> normal_address(std::string_view channel_code, std::string_view raw,
                                          std::string_view region);

/// What is asked of the ledger. `known_by`: answer as it would have been answered then; absent: by all that
/// is recorded. `dossier_id`: the request that the message or call answers.
struct Question {
  std::string_view channel_code;
  std::string_view purpose_code;
  Timestamp at;
  std::optional<Timestamp> known_by;
  std::optional<Uuid> dossier_id;
};

/// The event that decides, as far as it does. Views are into what it was made of.
struct StandingEvent {
  Uuid id;
  std::string_view kind;
  Timestamp at;
  std::optional<Timestamp> expires_at;
  std::string_view source_code;
  std::optional<Uuid> dossier_id;
  std::string_view hash;
  std::string_view hours = {};
};
StandingEvent as_standing(const ConsentEvent& event);

/// What the events of a consent add up to: the state; the last grant or no, else the last event; when the
/// latest no was said.
struct Standing {
  std::string_view state = "none";
  std::optional<StandingEvent> event;
  std::optional<Timestamp> last_no_at;
};
Standing standing_of(std::span<const ConsentEvent> events);
/// As the consent's row repeats it; nothing when the row has events but was written without.
std::optional<Standing> standing_of(const Consent& consent);
/// Has the row repeat it, with the parties that the events name.
void keep_standing(Consent& consent, std::span<const ConsentEvent> events);

/// What surrounds one consent: its events by number, the suppressions of its address on its channel (for its
/// purpose or every one), the objections of whoever holds its address. Where `standing` is known the events
/// may be left out, but for questions about the past.
struct Facts {
  std::span<const ConsentEvent> events;
  std::span<const Suppression> suppressions;
  std::span<const Objection> objections;
  std::optional<Standing> standing = {};
};

/// The answer with what it stands on, into the facts; what had no part is absent.
struct Decision {
  bool allowed = false;
  std::string_view
      reason;  ///< consent_missing, consent_withdrawn, consent_expired, objected; "" when allowed
  std::string_view detail;          ///< more about it, such as "never_asked"; "" when allowed
  std::string_view state = "none";  ///< at the time that was asked about
  std::optional<StandingEvent> event;
  const Suppression* suppression = nullptr;
  const Objection* objection = nullptr;
};

/// May the address be contacted? Only while a grant is in force. Details: `never_asked`, `not_answered`,
/// `other_request` (a telephone grant for one request does not cover another), `opted_out`, `suppressed`,
/// `time_over`, `party`. For CHAN_PHONE the same holds for human calls: since 11 August 2026 a consumer in
/// France may be called for prospecting only after prior consent (C. conso. L223-1), and a refusal during a
/// call is a withdrawal; hours, holidays and the number of calls are not the ledger's to decide.
Decision decide(const Question& question, const Facts& facts);

/// May a grant be recorded that happened `at` from this source? Nothing: it may. `older`: the person has said
/// no since. `no_positive_act`: after a no only the person's own act counts.
enum class GrantRefusal { older, no_positive_act };
std::optional<GrantRefusal> refuses_grant(Timestamp at, std::string_view source_code,
                                          std::span<const ConsentEvent> events,
                                          std::span<const Suppression> suppressions);

/// What of the proof of a grant is missing, each with its path under "/". A grant needs its source, the exact
/// wording shown, its version and language, and evidence (kind, reference, sha256); a person's message
/// (`message_id`) is its own evidence, and for a double opt-in the token.
void check_proof(const ConsentEvent& given, std::vector<FieldError>& errors);

/// RFC 8785 JSON of everything that the event's hash covers; `consent` gives channel, address and purpose.
std::string canonical_event(const Consent& consent, const ConsentEvent& event);
/// SHA-256 of it, 64 hexadecimal digits.
std::string event_hash(const Consent& consent, const ConsentEvent& event);

}  // namespace atlas::consents
