#include <algorithm>
#include <array>

#include "atlas/inquiry.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::array<std::pair<OutcomeKind, std::string_view>, 8> kinds{
    {{OutcomeKind::accepted, "accepted"},
     {OutcomeKind::not_taken, "not_taken"},
     {OutcomeKind::later, "later"},
     {OutcomeKind::rejected, "rejected"},
     {OutcomeKind::unreachable, "unreachable"},
     {OutcomeKind::opted_out, "opted_out"},
     {OutcomeKind::account, "account"},
     {OutcomeKind::unknown, "unknown"}}};

Outcome made(OutcomeKind kind, std::string reason, std::string provider_code = {}) {
  Outcome o;
  o.kind = kind;
  o.reason = std::move(reason);
  o.provider_code = std::move(provider_code);
  o.alarm = kind == OutcomeKind::account;
  return o;
}

constexpr std::size_t longest_provider_id = 255;
constexpr std::size_t longest_reason = 64;
constexpr std::size_t longest_provider_code = 64;

bool is_known(OutcomeKind kind) {
  return std::any_of(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == kind; });
}

/// Could reports name it, and every store keep it?
bool is_provider_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_provider_id && is_utf8(id) &&
         std::none_of(id.begin(), id.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// An outcome as everybody behind it may rely on, whatever a transport answered.
Outcome within_bounds(Outcome o) {
  if (!is_known(o.kind)) {
    o = Outcome::unknown("unknown_outcome");
    o.alarm = true;
    return o;
  }
  if (o.kind == OutcomeKind::accepted && !is_provider_id(o.provider_id))
    return Outcome::unknown("no_provider_id");
  if (!is_provider_id(o.provider_id)) o.provider_id.clear();
  if (!is_known(o.afterwards) || o.afterwards == OutcomeKind::accepted) o.afterwards = OutcomeKind::rejected;
  if (o.retry_after_us)
    o.retry_after_us = std::clamp<std::int64_t>(*o.retry_after_us, 0, longest_retry_after_us);
  o.reason = sanitised(o.reason, longest_reason);
  o.provider_code = sanitised(o.provider_code, longest_provider_code);
  o.provider_text = sanitised(o.provider_text);
  return o;
}

/// The same of what a provider was found to have.
Findings within_bounds(Findings f) {
  if (f.answered && f.found.size() > most_findings) f = {false, "too_many", f.retry_after_us, {}};
  if (!f.answered) f.found.clear();
  std::erase_if(f.found, [](const Finding& one) { return !is_provider_id(one.provider_id); });
  if (f.retry_after_us)
    f.retry_after_us = std::clamp<std::int64_t>(*f.retry_after_us, 0, longest_retry_after_us);
  f.reason = sanitised(f.reason, longest_reason);
  for (Finding& one : f.found) {
    one.error_code = sanitised(one.error_code, longest_provider_code);
    one.error_text = sanitised(one.error_text);
  }
  return f;
}

bool is_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Could the word be personal or secret? An address, a link, a long number however it is grouped, or a long
/// mixture of letters and digits.
bool is_telling(std::string_view word) {
  if (word.find('@') != std::string_view::npos || word.find("://") != std::string_view::npos) return true;
  const auto digits = std::count_if(word.begin(), word.end(), is_digit);
  if (digits >= 7) return true;
  if (word.size() >= 40) return true;
  return digits > 0 && word.size() >= 20;
}

/// A number written in groups: `+33 6 12 34 56 78`.
bool is_number_group(std::string_view word) {
  return !word.empty() && std::any_of(word.begin(), word.end(), is_digit) &&
         word.find_first_not_of("+0123456789().,-/") == std::string_view::npos;
}

}  // namespace

std::string_view to_text(OutcomeKind kind) noexcept {
  for (const auto& [k, text] : kinds) {
    if (k == kind) return text;
  }
  return "unknown";
}

std::optional<OutcomeKind> outcome_kind(std::string_view text) noexcept {
  for (const auto& [kind, name] : kinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

Outcome Outcome::accepted(std::string provider_id) {
  Outcome o = made(OutcomeKind::accepted, {});
  o.provider_id = std::move(provider_id);
  return o;
}
Outcome Outcome::not_taken(std::string reason, std::optional<std::int64_t> retry_after_us) {
  Outcome o = made(OutcomeKind::not_taken, std::move(reason));
  o.retry_after_us = retry_after_us;
  return o;
}
Outcome Outcome::later(std::string reason, std::optional<std::int64_t> retry_after_us) {
  Outcome o = made(OutcomeKind::later, std::move(reason));
  o.retry_after_us = retry_after_us;
  return o;
}
Outcome Outcome::rejected(std::string reason, std::string provider_code) {
  return made(OutcomeKind::rejected, std::move(reason), std::move(provider_code));
}
Outcome Outcome::unreachable(std::string reason, std::string provider_code) {
  return made(OutcomeKind::unreachable, std::move(reason), std::move(provider_code));
}
Outcome Outcome::opted_out(std::string provider_code) {
  return made(OutcomeKind::opted_out, "opted_out", std::move(provider_code));
}
Outcome Outcome::account(std::string reason, std::string provider_code) {
  return made(OutcomeKind::account, std::move(reason), std::move(provider_code));
}
Outcome Outcome::unknown(std::string reason) { return made(OutcomeKind::unknown, std::move(reason)); }

Outcome bounded(Outcome outcome, unsigned seen_before) {
  if (outcome.kind != OutcomeKind::not_taken && outcome.kind != OutcomeKind::later) return outcome;
  if (outcome.times > 0 && seen_before >= outcome.times) {
    outcome.kind = outcome.afterwards;
    outcome.retry_after_us.reset();
    outcome.alarm = outcome.alarm || outcome.afterwards == OutcomeKind::account;
    return outcome;
  }
  if (outcome.growing && outcome.retry_after_us) {
    // Six doublings of the longest first wait, a day, are beyond any lifetime of a message.
    for (unsigned i = 0; i < std::min(seen_before, 6u); ++i) *outcome.retry_after_us *= 2;
  }
  return outcome;
}

std::string sanitised(std::string_view text, std::size_t limit) {
  constexpr std::string_view removed = "…";
  std::string out;
  std::size_t i = 0, group_begins = std::string::npos, group_digits = 0;
  while (i < text.size()) {
    while (i < text.size() && is_space(text[i])) ++i;
    const std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    const std::string_view word = text.substr(begin, i - begin);
    if (word.empty()) break;
    const bool group = is_number_group(word);
    if (!group) group_begins = std::string::npos, group_digits = 0;
    if (!out.empty()) out += ' ';
    if (group && group_begins == std::string::npos) group_begins = out.size();
    if (group) group_digits += static_cast<std::size_t>(std::count_if(word.begin(), word.end(), is_digit));
    if (group && group_digits >= 7) {  // all of the groups together are a number
      out.resize(group_begins);
      out += removed;
    } else {
      out += is_telling(word) || !is_utf8(word) ? removed : word;
    }
    if (out.size() > limit + 64) break;
  }
  if (out.size() > limit) {
    out.resize(limit);
    while (!out.empty() && !is_utf8(out)) out.pop_back();
  }
  return out;
}

bool Sending::begin() noexcept {
  if (begun_) return true;
  try {
    if (remaining_ns() <= 0) return false;
  } catch (...) {  // a host's clock: without a time nothing is sent
    return false;
  }
  begun_ = true;
  return true;
}

std::int64_t Sending::remaining_ns() const {
  const std::int64_t now = clock_->monotonic_ns();
  return now >= deadline_ns_ ? 0 : deadline_ns_ - now;
}

Outcome send_guarded(Transport& transport, const Envelope& envelope, Sending& sending) noexcept {
  try {
    if (sending.remaining_ns() <= 0) return Outcome::not_taken("deadline");
    return within_bounds(transport.send(envelope, sending));
  } catch (...) {
    return !sending.begun() && transport.marks_begin() ? Outcome::not_taken("exception")
                                                       : Outcome::unknown("exception");
  }
}

Findings Transport::ask(const Inquiry&, Sending&) { return {}; }

Findings ask_guarded(Transport& transport, const Inquiry& inquiry, Sending& sending) noexcept {
  try {
    if (!transport.answers_inquiries()) return {false, "not_offered", {}, {}};
    if (sending.remaining_ns() <= 0) return {false, "deadline", {}, {}};
    return within_bounds(transport.ask(inquiry, sending));
  } catch (...) {
    return {false, "exception", {}, {}};
  }
}

void Transports::add(std::string provider, std::string channel_code, std::shared_ptr<Transport> transport) {
  entries_[{std::move(provider), std::move(channel_code)}] = std::move(transport);
}

std::shared_ptr<Transport> Transports::find(std::string_view provider, std::string_view channel_code) const {
  for (const std::string_view channel : {channel_code, std::string_view()}) {
    const auto it = entries_.find(std::pair(std::string(provider), std::string(channel)));
    if (it != entries_.end()) return it->second;
  }
  return nullptr;
}

}  // namespace atlas
