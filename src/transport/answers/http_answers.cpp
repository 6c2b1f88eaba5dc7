#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/provider_codes.hpp"
#include "webhooks/cleaning.hpp"

namespace atlas {
namespace {

using Object = nlohmann::json;

constexpr std::int64_t default_wait_us = 60 * micros_per_second;
constexpr std::int64_t longest_wait_us = 72 * micros_per_hour;

const Object& member(const Object& value, const char* name) {
  static const Object nothing;
  if (!value.is_object()) return nothing;
  const auto it = value.find(name);
  return it == value.end() ? nothing : *it;
}
std::string text(const Object& value, const char* name) {
  const Object& m = member(value, name);
  return m.is_string() ? m.get<std::string>() : std::string();
}
std::optional<int> number(const Object& value, const char* name) {
  const Object& m = member(value, name);
  if (!m.is_number_integer()) return std::nullopt;
  const auto n = m.get<std::int64_t>();
  if (n < 0 || n > 99'999'999) return std::nullopt;
  return static_cast<int>(n);
}

/// Null when it is no JSON.
Object document_of(const HttpAnswer& answer) {
  if (!answer.complete) return {};
  try {
    return parse_json(repaired_json(answer.body), {.refuse_duplicate_members = false});
  } catch (const Error&) {
    return {};
  }
}

Outcome by_status(int status) {
  const std::string code = "http " + std::to_string(status);
  Outcome o;
  if (status == 429) {
    o = Outcome::later("too_many_requests");
    o.whole_account = true;
  } else if (status == 503) {
    o = Outcome::not_taken("service_unavailable");
  } else if (status == 401 || status == 403) {
    o = Outcome::account("authentication_failed");
  } else if (status == 404 || status == 405 || (status >= 300 && status < 400)) {
    o = Outcome::account("wrong_address");  // of the provider or of the account there, not of the person
  } else if (status >= 400 && status < 500 && status != 408) {
    o = Outcome::rejected("refused");
    o.alarm = true;
  } else {
    o = Outcome::unknown(status >= 500 || status == 408 ? "provider_error" : "unreadable_answer");
  }
  o.provider_code = code;
  return o;
}

/// What the wait that the provider asks for, and a 429, make of it.
Outcome with_wait(Outcome o, const HttpAnswer& answer) {
  const bool limited = answer.status == 429;
  if (o.kind == OutcomeKind::not_taken && (limited || answer.retry_after_us)) {
    o.kind = OutcomeKind::later;
    o.times = 0;
  }
  if (o.kind != OutcomeKind::later) return o;
  if (answer.retry_after_us) {
    o.retry_after_us = std::max(o.retry_after_us.value_or(0),
                                std::clamp<std::int64_t>(*answer.retry_after_us, 0, longest_wait_us));
  } else if (limited && !o.retry_after_us) {
    o.retry_after_us = default_wait_us;
  }
  return o;
}

/// A code in a row decides; one in no row decides only where the status says that nothing was taken.
Outcome by_code(std::span<const ProviderCode> table, std::optional<int> code, std::string_view words,
                const HttpAnswer& answer) {
  const Outcome status = by_status(answer.status);
  if (!code) return status;
  if (find_code(table, *code) == nullptr && status.kind != OutcomeKind::rejected) {
    Outcome o = status;
    o.provider_code = std::to_string(*code);
    o.provider_text = sanitised(words);
    o.alarm = true;
    return o;
  }
  return outcome_of_code(table, *code, words);
}

bool is_success(int status) { return status >= 200 && status < 300; }

}  // namespace

Outcome read_twilio_answer(const HttpAnswer& answer) {
  const Object document = document_of(answer);
  if (!is_success(answer.status))
    return with_wait(by_code(twilio_codes(), number(document, "code"), text(document, "message"), answer),
                     answer);
  const std::string sid = text(document, "sid");
  if (!is_provider_id(sid)) return Outcome::unknown("unreadable_answer");
  const std::string status = text(document, "status");
  if (status == "failed" || status == "undelivered") {
    if (const auto code = number(document, "error_code")) {
      Outcome o = outcome_of_code(twilio_codes(), *code, text(document, "error_message"));
      o.provider_id = sid;
      return o;
    }
    return Outcome::rejected("refused");
  }
  return Outcome::accepted(sid);
}

Outcome read_meta_answer(const HttpAnswer& answer) {
  const Object document = document_of(answer);
  const Object& error = member(document, "error");
  if (!is_success(answer.status) || error.is_object()) {
    std::string words = text(member(error, "error_data"), "details");
    if (words.empty()) words = text(error, "message");
    return with_wait(by_code(meta_codes(), number(error, "code"), words, answer), answer);
  }
  const Object& messages = member(document, "messages");
  if (!messages.is_array() || messages.empty()) return Outcome::unknown("unreadable_answer");
  const std::string id = text(messages.front(), "id");
  return is_provider_id(id) ? Outcome::accepted(id) : Outcome::unknown("unreadable_answer");
}

}  // namespace atlas
