#include <array>

#include "atlas/provider_codes.hpp"

namespace atlas {
namespace {

using enum CodeClass;

constexpr std::int32_t minute = 60, hour = 60 * minute;

constexpr unsigned at(SmtpPhase phase) { return 1u << static_cast<unsigned>(phase); }
constexpr unsigned anywhere = 0xff, at_sender = at(SmtpPhase::sender),
                   at_recipient = at(SmtpPhase::recipient),
                   before_mail = at(SmtpPhase::session) | at(SmtpPhase::authentication);

/// The first row that fits decides. `enhanced` is a prefix; "" fits all.
struct SmtpRow {
  unsigned phases;
  int first, last;
  std::string_view enhanced;
  CodeClass code_class;
  const char* reason;
  std::int32_t wait_s = 0;
  bool alarm = false;
};

constexpr auto rows = std::to_array<SmtpRow>({
    // Enhanced codes (RFC 3463 and the registry of IANA), which say more than the reply.
    {anywhere, 400, 499, "4.2.2", later, "mailbox_full", 4 * hour},
    {anywhere, 400, 499, "4.7.28", later, "rate_limited", hour},
    {anywhere, 400, 499, "4.5.3", later, "too_many_recipients", 5 * minute},
    {anywhere, 500, 599, "5.1.7", account, "sender_refused"},
    {anywhere, 500, 599, "5.1.8", account, "sender_refused"},
    {at_sender, 500, 599, "5.1.", account, "sender_refused"},
    {anywhere, 500, 599, "5.1.", unreachable, "no_such_mailbox"},
    {anywhere, 500, 599, "5.2.1", unreachable, "mailbox_disabled"},
    {anywhere, 500, 599, "5.2.2", later, "mailbox_full", 4 * hour},
    {anywhere, 500, 599, "5.2.3", permanent, "message_too_large"},
    {anywhere, 500, 599, "5.3.4", permanent, "message_too_large"},
    {anywhere, 500, 599, "5.4.4", unreachable, "no_route"},
    {anywhere, 500, 599, "5.7.8", account, "authentication_failed"},
    {anywhere, 500, 599, "5.7.9", account, "authentication_failed"},
    {anywhere, 500, 599, "5.7.11", account, "encryption_required"},
    {anywhere, 500, 599, "5.7.23", account, "sender_not_authorised"},
    {anywhere, 500, 599, "5.7.26", account, "sender_not_authorised"},
    {at_sender | before_mail, 500, 599, "5.7.", account, "sender_refused"},
    {at_recipient, 500, 599, "5.7.1", account, "relaying_denied"},
    {anywhere, 500, 599, "5.7.", permanent, "policy", 0, true},
    // Reply codes (RFC 5321, 4954, 7504).
    {anywhere, 421, 421, "", retry, "service_unavailable"},
    {anywhere, 450, 451, "", retry, "try_again"},
    {anywhere, 452, 452, "", later, "insufficient_storage", 30 * minute},
    {anywhere, 454, 454, "", retry, "authentication_unavailable"},
    {anywhere, 400, 499, "", retry, "try_again"},
    {anywhere, 530, 530, "", account, "authentication_required"},
    {anywhere, 534, 535, "", account, "authentication_failed"},
    {anywhere, 538, 538, "", account, "encryption_required"},
    {before_mail, 500, 599, "", account, "session_refused"},
    {at_recipient, 521, 521, "", unreachable, "domain_takes_no_mail"},
    {anywhere, 556, 556, "", unreachable, "domain_takes_no_mail"},
    {at_sender, 550, 553, "", account, "sender_refused"},
    {at_recipient, 550, 551, "", unreachable, "no_such_mailbox"},
    {at_recipient, 552, 552, "", later, "mailbox_full", 4 * hour},
    {at_recipient, 553, 553, "", unreachable, "no_such_mailbox"},
    {anywhere, 552, 552, "", permanent, "message_too_large"},
    {anywhere, 500, 599, "", permanent, "refused", 0, true},
});

/// `5.1.1` at the head of the words; "" when there is none.
std::string_view enhanced_code(std::string_view words) {
  std::size_t i = 0, dots = 0;
  while (i < words.size() && i < 11 && ((words[i] >= '0' && words[i] <= '9') || words[i] == '.')) {
    if (words[i] == '.') ++dots;
    ++i;
  }
  const bool whole = i == words.size() || words[i] == ' ';
  return dots == 2 && whole && i >= 5 && words[i - 1] != '.' ? words.substr(0, i) : std::string_view();
}

bool fits(std::string_view enhanced, std::string_view prefix) {
  if (prefix.empty() || prefix.ends_with('.')) return enhanced.starts_with(prefix);
  return enhanced == prefix;
}

}  // namespace

Outcome read_smtp_reply(SmtpPhase phase, int code, std::string_view words, std::string_view message_id) {
  const std::string_view enhanced = enhanced_code(words);
  std::string told = std::to_string(code);
  if (!enhanced.empty()) told.append(" ").append(enhanced);
  if (phase == SmtpPhase::content && code >= 200 && code < 300) {
    Outcome o = Outcome::accepted(std::string(message_id));
    o.provider_code = told;
    return o;
  }
  for (const SmtpRow& row : rows) {
    if ((row.phases & at(phase)) == 0 || code < row.first || code > row.last || !fits(enhanced, row.enhanced))
      continue;
    const ProviderCode as_code{code,  code, row.code_class, row.reason, row.wait_s,
                               false, 0,    permanent,      row.alarm};
    Outcome o = outcome_of_code({&as_code, 1}, code, words);
    o.provider_code = told;
    return o;
  }
  // No reply that ends a dialogue. Before the content nothing can have been taken.
  return phase == SmtpPhase::content ? Outcome::unknown("unreadable_answer")
                                     : Outcome::not_taken("unreadable_answer");
}

}  // namespace atlas
