// What visitors send: requests about a listing, and reports.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/activities.hpp"
#include "atlas/consent.hpp"
#include "atlas/crypto.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/moderation.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "plain_text.hpp"
#include "portal_modules.hpp"

namespace atlas::portal {
namespace {

constexpr std::string_view mail_channel = "CHAN_EMAIL";

void wrong(std::vector<FieldError>& errors, std::string path, std::string_view code, std::string why) {
  errors.push_back({std::move(path), std::string(code), std::move(why)});
}

/// A visitor's addresses in normal form.
struct Reach {
  std::optional<std::string> phone;  ///< E.164
  std::optional<std::string> email;
};

Reach read_reach(Context& cx, const std::optional<std::string>& phone,
                 const std::optional<std::string>& phone_region, const std::optional<std::string>& email,
                 std::vector<FieldError>& errors) {
  Reach r;
  if (phone) {
    r.phone = phone_e164(*phone, phone_region.value_or(cx.access().default_country));
    if (!r.phone) wrong(errors, "/phone", field_code::not_a_phone_number, "not a telephone number");
  }
  if (email) r.email = fold_email(*email);
  return r;
}

void check_channels(const Lead& in, std::vector<FieldError>& errors) {
  const auto& channels = in.consent.channels;
  if (channels.empty()) wrong(errors, "/consent/channels", field_code::too_short, "at least one channel");
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string path = "/consent/channels/" + std::to_string(i);
    const bool by_mail = channels[i] == mail_channel;
    if (std::find(channels.begin(), channels.begin() + static_cast<std::ptrdiff_t>(i), channels[i]) !=
        channels.begin() + static_cast<std::ptrdiff_t>(i))
      wrong(errors, path, field_code::duplicate_member, "named twice");
    else if (by_mail ? !in.email : !in.phone)
      wrong(errors, path, field_code::required, by_mail ? "this needs an email" : "this needs a phone");
  }
}

/// The form as it was sent: kept with the note on the dossier, and what the consents' evidence is a hash of.
std::string submission_of(Context& cx, const Lead& in, const std::string& reference, const char* event,
                          const Json& about) {
  Json consent{{"wording", in.consent.wording},
               {"wording_version", in.consent.wording_version},
               {"language", in.consent.language},
               {"channels", in.consent.channels}};
  Json form{{"event", event},
            {"reference", reference},
            {"received_at", format_timestamp(cx.now())},
            {"full_name", in.full_name},
            {"phone", in.phone ? Json(*in.phone) : Json(nullptr)},
            {"email", in.email ? Json(*in.email) : Json(nullptr)},
            {"consent", std::move(consent)}};
  // The message itself is the note's body.
  if (in.message) form["message_sha256"] = hex(as_view(sha256(*in.message)));
  form.update(about);
  return canonical_json(form);
}

dossiers::Opened open_dossier(Context& cx, const Lead& in, dossiers::Create wanted, const Reach& reach) {
  wanted.contact_name = std::string(trim(in.full_name));
  wanted.phone = in.phone;
  wanted.phone_region = in.phone_region;
  wanted.email = reach.email;
  wanted.locale = in.consent.language;
  wanted.strict = true;
  try {
    return dossiers::open_or_meet(cx, wanted);
  } catch (const Error& e) {
    // How much of its plan an agency has used is nobody's business.
    if (e.code() != ErrorCode::quota_exceeded) throw;
    throw Error(ErrorCode::quota_exceeded, "no more requests can be taken at present");
  }
}

void record_consents(Context& cx, const Lead& in, const Reach& reach, const Uuid& dossier, const Uuid& note,
                     const std::string& submission) {
  for (const std::string& channel : in.consent.channels) {
    consents::Grant g;
    g.channel_code = channel;
    g.address = channel == mail_channel ? *reach.email : *reach.phone;
    g.purpose_code = "CONSENT_CONTACT";
    g.source_code = "CONSENT_SRC_FORM";
    g.wording = in.consent.wording;
    g.wording_version = in.consent.wording_version;
    g.language = in.consent.language;
    g.evidence = ConsentEvidence{.kind = "web_form",
                                 .reference = "activity:" + format_uuid(note),
                                 .sha256 = hex(as_view(sha256(submission)))};
    g.dossier_id = dossier;
    consents::record_grant(cx, g);
  }
}

/// What a visitor who wants to be contacted has to give.
Reach check_contact(Context& cx, const Lead& in, std::vector<FieldError>& errors) {
  check_plain(in.message, "/message", errors);
  check_plain(in.consent.wording, "/consent/wording", errors);
  if (!in.phone && !in.email) {
    wrong(errors, "/phone", field_code::required, "a phone or an email");
    wrong(errors, "/email", field_code::required, "a phone or an email");
  }
  check_channels(in, errors);
  return read_reach(cx, in.phone, in.phone_region, in.email, errors);
}

/// The dossier, the form as a note on it, the consents with the note as their evidence.
Receipt keep(Context& cx, const Lead& in, dossiers::Create wanted, const Reach& reach,
             const std::string& submission, const std::string& reference) {
  const dossiers::Opened opened = open_dossier(cx, in, std::move(wanted), reach);
  Activity note;
  note.body = in.message;
  note.payload = submission;
  note = activities::add_note_to(cx, opened.dossier, std::move(note));
  record_consents(cx, in, reach, opened.dossier.id, note.id, submission);
  return {reference};
}

Receipt take_lead(Context& cx, const Lead& in) {
  std::vector<FieldError> errors;
  check_plain(in.full_name, "/full_name", errors);
  const Reach reach = check_contact(cx, in, errors);
  throw_if_any(std::move(errors));
  const Listing listing = public_listing(cx, in.listing_id);
  const std::string reference = reference_of({"lead", cx.organisation().view(), listing.id.view(),
                                              reach.phone.value_or(""), reach.email.value_or("")});
  dossiers::Create wanted;
  wanted.case_type_code = listing.transaction_type_code == "TX_RENT" ? "CRM_LEAD_RENT" : "CRM_LEAD_BUY";
  wanted.source_code = "LEAD_SOURCE_FORM";
  wanted.listing_id = listing.id;
  const std::string submission =
      submission_of(cx, in, reference, "portal.lead", {{"listing_id", format_uuid(listing.id)}});
  return keep(cx, in, std::move(wanted), reach, submission, reference);
}

Receipt take_demo_request(Context& cx, const DemoRequest& in) {
  std::vector<FieldError> errors;
  check_plain(in.full_name, "/full_name", errors);
  if (in.company) check_plain(*in.company, "/company", errors);
  Lead contact;
  copy_fields(in, contact);
  const Reach reach = check_contact(cx, contact, errors);
  throw_if_any(std::move(errors));
  const std::string reference =
      reference_of({"demo", cx.organisation().view(), reach.phone.value_or(""), reach.email.value_or("")});
  dossiers::Create wanted;
  wanted.case_type_code = "CRM_LEAD_B2B_DEMO";
  wanted.source_code = "LEAD_SOURCE_BIZ_DEMO_FORM";
  wanted.qualification.emplace();
  copy_fields(in, *wanted.qualification);
  const Json asked = Json::parse(to_json(*wanted.qualification, {.skip_absent = true}));
  const std::string submission =
      submission_of(cx, contact, reference, "portal.demo_request", {{"asked", asked}});
  return keep(cx, contact, std::move(wanted), reach, submission, reference);
}

Receipt take_report(Context& cx, const Report& in) {
  std::vector<FieldError> errors;
  check_plain(in.comment, "/comment", errors);
  const Reach reach = read_reach(cx, in.phone, in.phone_region, in.email, errors);
  throw_if_any(std::move(errors));
  const Listing listing = public_listing(cx, in.listing_id);
  reports::Create filing;
  copy_fields(in, filing);
  filing.listing_id = listing.id;
  // Whether it was filed, met an open one or was one too many: the visitor learns nothing of others' reports.
  reports::file(cx, filing, "public");
  return {reference_of({"report", cx.organisation().view(), listing.id.view(), in.reason_code,
                        reach.phone.value_or(""), reach.email.value_or(""), in.comment.value_or("")})};
}

}  // namespace

void register_leads(Registry& registry) {
  registry.operation(lead, take_lead);
  registry.operation(demo_request, take_demo_request);
  registry.operation(report, take_report);
}

}  // namespace atlas::portal
