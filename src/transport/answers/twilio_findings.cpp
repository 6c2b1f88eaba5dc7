// What Twilio says of messages that it has: one, or a page of them.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/inquiry.hpp"
#include "atlas/json.hpp"
#include "atlas/provider_codes.hpp"
#include "webhooks/cleaning.hpp"
#include "webhooks/twilio_states.hpp"

namespace atlas {
namespace {

using Object = nlohmann::json;

std::string text(const Object& value, const char* name) {
  if (!value.is_object()) return {};
  const auto it = value.find(name);
  if (it == value.end()) return {};
  if (it->is_number_integer()) return std::to_string(it->get<std::int64_t>());
  return it->is_string() ? it->get<std::string>() : std::string();
}

/// `Sun, 22 Nov 2026 09:50:00 +0000`, as RFC 2822 writes it.
std::optional<Timestamp> mail_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 31 || text.substr(3, 2) != ", ") return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  if (month == months.end()) return std::nullopt;
  const auto number = static_cast<int>(month - months.begin()) + 1;
  std::string iso(text.substr(12, 4));
  iso += number < 10 ? "-0" : "-";
  iso += std::to_string(number);
  iso += '-';
  iso += text.substr(5, 2);
  iso += 'T';
  iso += text.substr(17, 8);
  iso += text.substr(26, 3);
  iso += ':';
  iso += text.substr(29, 2);
  return parse_timestamp(iso);
}

/// The number without its channel.
std::string_view number_of(std::string_view address) {
  const auto colon = address.find(':');
  return colon == std::string_view::npos ? address : address.substr(colon + 1);
}

/// Nothing: it is none that was asked about, or cannot be understood.
std::optional<Finding> finding_of(const Object& m, const Inquiry& q) {
  Finding f;
  f.provider_id = text(m, "sid");
  const auto state = twilio_state(text(m, "status"));
  if (!is_provider_id(f.provider_id) || !state || text(m, "direction").starts_with("inbound"))
    return std::nullopt;
  f.state = *state;
  f.at = mail_date(text(m, "date_created"));
  f.error_code = text(m, "error_code");
  f.error_text = text(m, "error_message");
  if (!q.provider_id.empty())
    return f.provider_id == q.provider_id ? std::optional(std::move(f)) : std::nullopt;
  const std::string to = text(m, "to");
  if (number_of(to) != q.to || (to.starts_with("whatsapp:") != (q.channel_code == "CHAN_WHATSAPP")))
    return std::nullopt;
  // A messaging service picks the number: then any of ours.
  const std::string from = text(m, "from");
  const bool by_service = q.account.sender.starts_with("MG");
  if (!by_service && number_of(from) != q.account.sender) return std::nullopt;
  if (by_service && text(m, "messaging_service_sid") != q.account.sender) return std::nullopt;
  if (!q.body.empty() && text(m, "body") != q.body) return std::nullopt;
  if (!f.at || *f.at < q.from || *f.at > q.until) return std::nullopt;
  return f;
}

}  // namespace

Findings read_twilio_findings(const HttpAnswer& answer, const Inquiry& q) {
  Findings out;
  out.retry_after_us = answer.retry_after_us;
  if (answer.status == 404 && !q.provider_id.empty()) {
    out.answered = true;  // it has none of that id, which proves nothing of others
    return out;
  }
  if (answer.status != 200) {
    out.reason = answer.status == 429                           ? "too_many_requests"
                 : answer.status == 401 || answer.status == 403 ? "authentication_failed"
                                                                : "provider_error";
    return out;
  }
  Object document;
  try {
    if (answer.complete)
      document = parse_json(repaired_json(answer.body), {.refuse_duplicate_members = false});
  } catch (const Error&) {
    document = {};
  }
  const bool is_list = q.provider_id.empty();
  if (!document.is_object() ||
      (is_list && !(document.contains("messages") && document["messages"].is_array()))) {
    out.reason = "unreadable_answer";
    return out;
  }
  if (is_list && document.contains("next_page_uri") && document["next_page_uri"].is_string()) {
    out.reason = "too_many";
    return out;
  }
  const Object one = Object::array({document});
  for (const Object& m : is_list ? document["messages"] : one) {
    if (auto f = finding_of(m, q)) out.found.push_back(std::move(*f));
  }
  out.answered = true;
  return out;
}

}  // namespace atlas
