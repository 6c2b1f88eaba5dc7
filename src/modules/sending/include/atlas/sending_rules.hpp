#pragma once
// What the law says of one message, from what is known of it alone. Pure; thread-safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/consent_rules.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/time_rules.hpp"

namespace atlas::sending {

inline constexpr std::int64_t session_length = 24 * micros_per_hour;
inline constexpr int opt_in_request_days = 30;  ///< between two of them, and after a refusal

/// At most `most` messages of the purpose ("*": of all) to one person in `hours`.
struct Cap {
  std::string purpose_code;
  std::int64_t hours = 24;
  std::int64_t most = 1;
};
/// What holds where `settings.sending.caps` says nothing: of marketing 2 a day and 4 in 7 days, of all 20 a
/// day.
std::vector<Cap> default_caps();

/// The organisation's own hours for what they name ("": any); they only narrow what the law allows.
struct OwnHours {
  std::string country, channel_code, purpose_code;
  WeekHours hours;
};

/// `settings.sending` of an organisation.
struct SendingSettings {
  std::vector<Cap> caps = default_caps();
  std::vector<OwnHours> hours;
  std::vector<Announced> moon;
  /// The hours for such a message or call, each line that fits.
  std::vector<WeekHours> hours_for(std::string_view country, std::string_view channel_code,
                                   std::string_view purpose_code) const;
};
/// Reads an organisation's settings (JSON): `caps` is a list of {purpose_code, hours, most}, `hours` of
/// {country?, channel_code?, purpose_code?, hours}, `moon` of {feast, date}. What is malformed is left out,
/// and nothing usable is as nothing said; each fault is told to `errors`.
SendingSettings settings_of(const std::string& settings, std::vector<FieldError>* errors = nullptr);

/// A cap that is reached, and how often the person was written to.
struct Reached {
  Cap cap;
  std::int64_t count = 0;
};

/// What is known of a message about to leave. The ledger's facts and decision are about its channel, address
/// and purpose.
struct Situation {
  SendKind kind = SendKind::ordinary;
  std::string_view channel_code;
  std::string_view purpose_code;
  SendTemplate category = SendTemplate::none;
  bool approved = false;
  Timestamp now;
  consents::Facts facts;
  consents::Decision ledger;
  std::optional<Timestamp>
      last_message;  ///< the person's last one that is no opt-out, by the provider's time
  std::optional<Timestamp> last_request;    ///< when an opt-in request last left for address and purpose
  std::optional<Timestamp> last_confirmed;  ///< of the withdrawal that was confirmed last
  std::optional<Reached> reached;
};

/// The answer without the hours. `evidence` lacks the id and hash of a session: the caller adds them.
/// `free_reply`: within the person's own session, hence at any hour and not counted.
struct Judgement {
  bool allowed = false;
  ErrorCode error = ErrorCode::consent_missing;
  std::string_view detail;
  std::string_view evidence;  ///< consent, session, opt_in_request, opt_out_confirmation
  std::optional<consents::StandingEvent> event;
  const Objection* objection = nullptr;
  bool window_open = false;
  bool free_reply = false;
};
Judgement judge(const Situation& s);

/// Is the session open: a message of the person's own, less than 24 hours ago, and after every no?
bool is_window_open(const Situation& s);

/// The last no of the events, of the suppressions and of the objections; nothing when there is none.
std::optional<Timestamp> last_no_at(const consents::Facts& facts);

/// What was called before, in order of time: attempts, and those during which the person refused.
struct Call {
  Timestamp at;
  bool refused = false;
};
inline constexpr int call_attempts = 4, call_period_days = 30, call_refusal_days = 60;

/// May one call now (D223-9: at most 4 attempts in 30 calendar days, none in the 60 days after a refusal), by
/// the calendar of the zone?
std::optional<Hold> call_hold(std::span<const Call> before, const AllowedHours& hours, std::string_view zone,
                              const Days& days, Timestamp at);

/// Why, for people. `code`: an error's text or "quiet_hours"; `locale`: fr, en or ar, else en.
std::string explanation(std::string_view code, std::string_view detail, std::string_view locale);

}  // namespace atlas::sending
