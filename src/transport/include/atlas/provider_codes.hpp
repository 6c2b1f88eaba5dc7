#pragma once
// What providers' error codes and answers mean, as data, and the outcome of each. Pure, thread-safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/transport.hpp"

namespace atlas {

/// What a code asks for.
enum class CodeClass : char {
  retry = 'R',        ///< not_taken
  later = 'L',        ///< later: hours, or the next day
  permanent = 'P',    ///< rejected: this message, as it is
  unreachable = 'X',  ///< unreachable: this address on this channel
  opted_out = 'O',    ///< opted_out
  content = 'T',      ///< rejected: the template must be mended
  account = 'A',      ///< account: stop the queue and raise an alarm
};

/// One row: a code, or a range of them.
struct ProviderCode {
  int first, last;
  CodeClass code_class;
  const char* reason;       ///< of the Outcome
  std::int32_t wait_s = 0;  ///< not again before; 0 = the caller's schedule
  bool growing = false;
  unsigned times = 0;  ///< 0 = no limit of its own
  CodeClass then = CodeClass::permanent;
  bool alarm = false;
  bool whole_account = false;  ///< a wait is one of the account, not of this message alone
};

/// The tables, in the order of the codes, without overlaps.
std::span<const ProviderCode> twilio_codes() noexcept;
std::span<const ProviderCode> meta_codes() noexcept;
/// Null for a code that is in no row.
const ProviderCode* find_code(std::span<const ProviderCode> table, int code) noexcept;

/// What a code comes to; one in no row is rejected with an alarm, never tried for ever. `words` are the
/// provider's and are sanitised. For a report of failure as for an answer.
Outcome outcome_of_code(std::span<const ProviderCode> table, int code, std::string_view words = {});
/// By provider (TWILIO, META) and the code as a report names it; text that is no number is in no row.
Outcome outcome_of_report(std::string_view provider, std::string_view code, std::string_view words = {});

/// What came back over HTTP.
struct HttpAnswer {
  int status = 0;
  std::string body;
  bool complete = true;  ///< false: it broke off, or was larger than is read
  std::optional<std::int64_t> retry_after_us;
};

/// The outcome of a request to send. Codes of the table decide; without one the status does: 429 is later,
/// 503 not_taken, 401 and 403 the account, other 4xx rejected with an alarm, other 5xx and whatever cannot be
/// understood after a 2xx unknown. A wait that the provider asks for turns not_taken into later; at most 72
/// h. A 429 without a code of the person's or the message's is about the whole account.
Outcome read_twilio_answer(const HttpAnswer& answer);
Outcome read_meta_answer(const HttpAnswer& answer);

/// How far an SMTP dialogue had come when the reply came.
enum class SmtpPhase : std::uint8_t { session, authentication, sender, recipient, data, content };

/// The outcome of the reply that ended an SMTP dialogue, by its code (RFC 5321) and enhanced code (RFC 3463),
/// which stands at the head of `words`. 4yz is not_taken or later, 5yz permanent for the address, the message
/// or the account, by the phase. Only a 2yz to the content is accepted, with `message_id`.
Outcome read_smtp_reply(SmtpPhase phase, int code, std::string_view words, std::string_view message_id);

}  // namespace atlas
