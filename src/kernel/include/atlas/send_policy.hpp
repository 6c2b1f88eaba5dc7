#pragma once
// May this message leave, and when: asked by the rooms that send and call, answered by the room that knows
// the law. Without an answer nothing leaves.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/error.hpp"
#include "atlas/id.hpp"
#include "atlas/time.hpp"

namespace atlas {

class Context;

/// When it is asked: as a message is accepted (advice: nothing is counted), and in the commit that starts its
/// sending, which binds.
enum class SendStage : std::uint8_t { acceptance, start };

/// What is sent. The two kinds besides `ordinary` need no grant and carry their kind as what allows them.
enum class SendKind : std::uint8_t { ordinary, opt_in_request, opt_out_confirmation };
/// "ordinary", "opt_in_request", "opt_out_confirmation".
std::string_view to_string(SendKind kind) noexcept;

/// Of a provider's template; `none`: free form.
enum class SendTemplate : std::uint8_t { none, marketing, utility, authentication };

/// A message, or a call, as the law sees it. The views outlive the call; `address` is in normal form (E.164,
/// or a folded e-mail).
struct SendQuestion {
  SendStage stage = SendStage::acceptance;
  SendKind kind = SendKind::ordinary;
  std::string_view channel_code;
  std::string_view address;
  std::string_view purpose_code;
  std::string_view sender = {};  ///< own number or address that it leaves from; "": any
  Uuid message_id;               ///< nil: not known yet. Another start of the same message is not counted
  std::optional<Uuid> party_id;  ///< whom it is for, as far as known
  std::optional<Uuid> dossier_id;
  SendTemplate category = SendTemplate::none;
  bool approved = false;  ///< the provider has approved the template
  bool urgent = false;    ///< marked so by a person: quiet hours do not hold it
  std::optional<Timestamp> expires_at;
  /// Of a call: the hours to which the person expressly agreed, as the grant has them; "": none. For messages
  /// the policy reads them itself.
  std::string_view agreed_hours = {};
};

/// `defer`: lawful, but not at this hour.
enum class SendVerdict : std::uint8_t { allow, defer, refuse };

/// What allowed it, to be kept with the message. `kind`: "consent" (the grant), "session" (the person's own
/// message), or the name of an exempt kind (the request or the withdrawal that it answers). `hash`: 64
/// hexadecimal digits over the record that `event_id` names.
struct SendEvidence {
  std::string kind;
  std::optional<Uuid> consent_id;
  std::optional<Uuid> event_id;
  std::string hash;
  Timestamp at;  ///< when it happened
};

/// Refused unless it says otherwise. `error` and `detail` tell a refusal (consent_missing and never_asked,
/// …); `not_before` and `rule` a deferral ("FR.SMS.MARKETING.hours"); `expires_first`: that is after the
/// question's `expires_at`, so it never leaves.
struct SendAnswer {
  SendVerdict verdict = SendVerdict::refuse;
  ErrorCode error = ErrorCode::consent_missing;
  std::string detail;
  std::optional<Timestamp> not_before;
  std::string rule;
  bool expires_first = false;
  SendEvidence evidence;
  std::string looked_at = "{}";  ///< JSON object: what the answer stands on, without personal data
  bool allowed() const { return verdict == SendVerdict::allow; }
};

/// A person's message that is no opt-out came in. `at` is the provider's time.
struct SessionOpening {
  std::string_view channel_code;
  std::string_view address;
  std::string_view sender;  ///< own number that it came to
  Timestamp at;
  std::string_view reference = {};  ///< the provider's id of the message
};

/// One attempt to call somebody. `outcome`: answered, no_answer, busy, failed or refused (the person wants
/// no such calls: for 60 days none follows; the withdrawal itself is the ledger's).
struct CallNote {
  std::string_view address;
  std::string_view purpose_code;
  Timestamp at;
  std::string_view outcome = "answered";
  Uuid message_id;  ///< of the line that logs it; nil: none
  std::optional<Uuid> party_id;
  bool attempted = true;  ///< false: a refusal that was told otherwise, no call to be counted
};

/// The one who answers. Registered with Registry::send_policy. Thread-safe; reads all records of the
/// organisation, whatever the caller's scope.
class SendPolicy {
 public:
  virtual ~SendPolicy() = default;
  /// Holds what the answers depend on to the end of the transaction, so that no withdrawal commits in
  /// between. Before the first `decide` of stage `start`, once with all questions of the transaction.
  virtual void hold(Context& cx, std::span<const SendQuestion> questions) const = 0;
  /// The answer at Context::now(). Writes nothing. CHAN_PHONE is refused: calls are not sent.
  virtual SendAnswer decide(Context& cx, const SendQuestion& question) const = 0;
  /// Counts a message for the caps: in the commit that starts it, after its answer allowed it.
  virtual void note_sent(Context& cx, const SendQuestion& question, const SendAnswer& answer) const = 0;
  /// Opens, or prolongs, the window of 24 hours for replies in free form.
  virtual void open_window(Context& cx, const SessionOpening& opening) const = 0;
  /// Closes it: an opt-out came in at that time of the provider's.
  virtual void close_window(Context& cx, std::string_view channel_code, std::string_view address,
                            Timestamp at) const = 0;
  /// Hours, holidays and numbers of calls, not consent. `allow`, or `defer` with the next moment.
  virtual SendAnswer decide_call(Context& cx, const SendQuestion& question, Timestamp at) const = 0;
  virtual void note_call(Context& cx, const CallNote& note) const = 0;
};

/// The registered policy; one that refuses everything where none is registered.
const SendPolicy& send_policy(Context& cx);

/// The audit's action where the policy keeps a message from leaving.
inline constexpr const char* blocked_action = "BLOCKED_BY_POLICY";
/// The detail of such an error by which the audit knows it: the refusal is recorded under that action.
inline constexpr const char* looked_at_detail = "looked_at";

/// The error of a refusal: its code, the reasons and what was looked at, in the details.
Error send_refusal(const SendAnswer& answer);

}  // namespace atlas
