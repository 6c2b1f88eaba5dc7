#include <algorithm>
#include <charconv>

#include "atlas/provider_codes.hpp"

namespace atlas {
namespace {

OutcomeKind kind_of(CodeClass c) {
  switch (c) {
    case CodeClass::retry:
      return OutcomeKind::not_taken;
    case CodeClass::later:
      return OutcomeKind::later;
    case CodeClass::unreachable:
      return OutcomeKind::unreachable;
    case CodeClass::opted_out:
      return OutcomeKind::opted_out;
    case CodeClass::account:
      return OutcomeKind::account;
    case CodeClass::permanent:
    case CodeClass::content:
      break;
  }
  return OutcomeKind::rejected;
}

}  // namespace

const ProviderCode* find_code(std::span<const ProviderCode> table, int code) noexcept {
  const auto it = std::find_if(table.begin(), table.end(), [&](const ProviderCode& row) {
    return row.first <= code && code <= row.last;
  });
  return it == table.end() ? nullptr : &*it;
}

Outcome outcome_of_code(std::span<const ProviderCode> table, int code, std::string_view words) {
  Outcome o = Outcome::rejected("unlisted_code", std::to_string(code));
  o.provider_text = sanitised(words);
  const ProviderCode* const row = find_code(table, code);
  if (row == nullptr) {
    o.alarm = true;
    return o;
  }
  o.kind = kind_of(row->code_class);
  o.reason = row->reason;
  if (row->wait_s > 0) o.retry_after_us = row->wait_s * micros_per_second;
  o.growing = row->growing;
  o.times = row->times;
  o.afterwards = kind_of(row->then);
  o.whole_account = row->whole_account;
  o.alarm = row->alarm || row->code_class == CodeClass::account;
  return o;
}

Outcome outcome_of_report(std::string_view provider, std::string_view code, std::string_view words) {
  int number = 0;
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), number);
  const bool known = error == std::errc() && end == code.data() + code.size();
  if (known && provider == "TWILIO") return outcome_of_code(twilio_codes(), number, words);
  if (known && provider == "META") return outcome_of_code(meta_codes(), number, words);
  Outcome o = Outcome::rejected("unlisted_code", sanitised(code, 32));
  o.provider_text = sanitised(words);
  o.alarm = true;
  return o;
}

}  // namespace atlas
