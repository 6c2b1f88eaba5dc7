#include "atlas/sending.hpp"

#include "atlas/consent_ledger.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/organisations.hpp"
#include "sending_parts.hpp"

namespace atlas::sending {
namespace {

SendTemplate category_of(const std::optional<std::string>& code) {
  if (!code) return SendTemplate::none;
  if (*code == "MARKETING") return SendTemplate::marketing;
  return *code == "UTILITY" ? SendTemplate::utility : SendTemplate::authentication;
}

SendKind kind_of(std::string_view name) {
  if (name == "opt_in_request") return SendKind::opt_in_request;
  return name == "opt_out_confirmation" ? SendKind::opt_out_confirmation : SendKind::ordinary;
}

std::string_view name_of(SendVerdict verdict) {
  if (verdict == SendVerdict::allow) return "allow";
  return verdict == SendVerdict::defer ? "defer" : "refuse";
}

/// Who asks may see the dossier or the party that they name; who sees not everything names one of them, and
/// the address is theirs.
bool in_reach(Context& cx, const Ask& in, const std::string& address) {
  std::vector<FieldError> errors;
  if (in.party_id && !cx.readable<Party>("CONSENT_READ", "", *in.party_id))
    errors.push_back({"/party_id", std::string(field_code::unknown_reference), "no such party"});
  if (in.dossier_id && !cx.readable<Dossier>("CONSENT_READ", "", *in.dossier_id))
    errors.push_back({"/dossier_id", std::string(field_code::unknown_reference), "no such dossier"});
  throw_if_any(std::move(errors));
  return consents::may_ask(cx, in.channel_code, address, in.purpose_code, in.party_id, in.dossier_id);
}

Answer answer(Context& cx, const Ask& in) {
  Answer out;
  const std::string address = consents::normal_form(cx, in.channel_code, in.address, in.phone_region);
  SendAnswer given;
  if (in_reach(cx, in, address)) {
    SendQuestion q;
    q.kind = kind_of(in.kind);
    q.channel_code = in.channel_code;
    q.address = address;
    q.purpose_code = in.purpose_code;
    q.party_id = in.party_id;
    q.dossier_id = in.dossier_id;
    q.category = category_of(in.template_category);
    q.approved = in.template_category.has_value();
    q.urgent = in.urgent;
    given = send_policy(cx).decide(cx, q);
  } else {
    given.detail = "never_asked";
  }
  out.verdict = name_of(given.verdict);
  out.looked_at = given.looked_at;
  if (given.verdict == SendVerdict::refuse) out.code = std::string(error_info(given.error).text);
  if (given.verdict == SendVerdict::defer) out.code = "quiet_hours";
  if (!given.detail.empty()) out.reason = given.detail;
  if (out.code) out.explanation = explanation(*out.code, given.detail, cx.access().locale);
  out.not_before = given.not_before;
  if (!given.rule.empty()) out.rule = given.rule;
  if (!given.evidence.kind.empty()) {
    out.evidence_kind = given.evidence.kind;
    out.consent_id = given.evidence.consent_id;
    out.event_id = given.evidence.event_id;
    out.hash = given.evidence.hash;
  }
  return out;
}

/// What cannot be used is refused where it is set: a line left out would not be missed.
void check_settings(Context& cx, const void* before, const void* after) {
  const auto* const was = static_cast<const Organisation*>(before);
  const auto& is = *static_cast<const Organisation*>(after);
  if (was && was->settings == is.settings) return;
  std::vector<FieldError> errors;
  const SendingSettings all = settings_of(is.settings, &errors);
  throw_if_any(std::move(errors));
  const auto known = [&](std::string_view dictionary, const std::string& code, const std::string& path) {
    if (!code.empty() && code != "*" && !cx.knows_code(dictionary, code))
      errors.push_back({"/settings/sending/" + path, std::string(field_code::not_a_code), "no such code"});
  };
  for (std::size_t i = 0; i < all.hours.size(); ++i) {
    const std::string path = "hours/" + std::to_string(i);
    known("CHANNEL_TYPE", all.hours[i].channel_code, path + "/channel_code");
    known("CONSENT_TYPE", all.hours[i].purpose_code, path + "/purpose_code");
  }
  throw_if_any(std::move(errors));
}

}  // namespace

void register_sending(Registry& registry) {
  register_calendars(registry);
  registry.entity<ContactCount>();
  registry.entity<SessionWindow>();
  registry.saved("organisation", check_settings);
  registry.operation(check, answer);
  registry.send_policy(make_policy());
}

}  // namespace atlas::sending
