#pragma once
// Asking a provider about a message of which nobody knows whether it left. Who asks never sends: what is
// found counts as a report of the provider's, what is not found proves nothing.

#include <string>
#include <vector>

#include "atlas/transport.hpp"
#include "atlas/webhook.hpp"

namespace atlas {

/// One attempt, as the provider may find it: by its own id where that is known, by our token where it keeps
/// tokens, else by whom it went to and when. Holds personal data: a transport keeps none of it.
struct Inquiry {
  SendingAccount account;
  std::string channel_code;
  std::string provider_id;  ///< the provider's id; "" = it never told
  std::string token;        ///< the envelope's
  std::string to;           ///< E.164 with `+`, or an e-mail address in normal form
  std::string body;         ///< as it was handed over; "" with a template, whose words the provider fills in
  /// The attempt began and ended between them, by our clock, with room for the provider's.
  Timestamp from, until;
};

/// A message that the provider has and that fits the question. `error_code` and `error_text` as in reports.
struct Finding {
  std::string provider_id;
  std::string token;  ///< "" = the provider keeps none
  DeliveryState state = DeliveryState::sent;
  std::optional<Timestamp> at;
  std::string error_code, error_text;
};

/// What came back. Several that fit are several messages: whoever asks leaves out those that it knows, and
/// makes nothing of more than one.
struct Findings {
  bool answered = false;  ///< false: not reached, refused, not understood, or more than can be looked through
  std::string reason;     ///< lower_snake code of why it was not
  std::optional<std::int64_t> retry_after_us;
  std::vector<Finding> found;
};
/// At most so many are looked at; more is no answer (`too_many`).
inline constexpr std::size_t most_findings = 50;

/// Transport::ask, with exceptions and impossible answers made no answer: ids that no report could name are
/// left out, texts sanitised and cut, waits held within 0 and 72 hours.
Findings ask_guarded(Transport& transport, const Inquiry& inquiry, Sending& sending) noexcept;

/// Twilio's answer to a question for one message or for a list of them; `until` and `from` are the inquiry's.
struct HttpAnswer;
Findings read_twilio_findings(const HttpAnswer& answer, const Inquiry& inquiry);

}  // namespace atlas
