#pragma once
// The public side of an organisation: what anybody may see and send. Everything that comes in here is
// hostile; nothing that goes out says whether a person is known.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/dossiers.hpp"
#include "atlas/operation.hpp"
#include "atlas/portal_listings.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace portal {

/// What is counted of a listing's page.
inline constexpr std::array<std::string_view, 4> event_kinds{"LISTING_VIEWED", "PHONE_SHOWN",
                                                             "WHATSAPP_CLICKED", "SHARED"};

/// The yes of a form: the exact wording beside the box that was ticked, its version and language, and the
/// channels (CHANNEL_TYPE) that it named.
struct Yes {
  std::string wording;
  std::string wording_version;
  std::string language;
  std::vector<std::string> channels;
};

/// Somebody asks about a published listing. A phone or an e-mail is needed, and for each channel of the
/// consent the address it needs. National numbers are read in `phone_region` (ISO 3166), else in the
/// organisation's country.
struct Lead {
  Uuid listing_id;
  std::string full_name;
  std::optional<std::string> phone;
  std::optional<std::string> phone_region;
  std::optional<std::string> email;
  std::optional<std::string> message;
  Yes consent;
};

/// Somebody says that something is wrong with a published listing; phone and e-mail are the visitor's own.
struct Report {
  Uuid listing_id;
  std::string reason_code;
  std::optional<std::string> comment;
  std::optional<std::string> phone;
  std::optional<std::string> phone_region;
  std::optional<std::string> email;
};

/// The same for everybody who sends the same. `reference` is what a visitor may name on the telephone; it
/// stands in the dossier's timeline.
struct Receipt {
  std::string reference;
};

/// A professional asks to be shown the product: opens or meets a dossier of CRM_LEAD_B2B_DEMO. As a lead, it
/// needs a way to reach the person and the consent to do so.
struct DemoRequest {
  std::string full_name;
  std::optional<std::string> company;
  std::optional<std::string> phone;
  std::optional<std::string> phone_region;
  std::optional<std::string> email;
  std::optional<std::string> message;
  std::vector<std::string> needs;  ///< NEED_TYPE
  std::optional<std::string> desired_plan_key;
  std::optional<std::string> actor_type;
  std::optional<std::string> team_size_bucket;
  std::optional<std::string> listing_volume_bucket;
  Yes consent;
};

/// Something that a visitor did on a listing's page.
struct Happened {
  Uuid listing_id;
  std::string kind;
};

/// How often something was done on a listing's page on one day (UTC).
struct Counted {
  Date day;
  std::string kind;
  std::int64_t count = 0;
};
/// Days from `from` to `until`, both included, at most 366; default the last 30.
struct CountsInput {
  Uuid listing_id;
  std::optional<Date> from;
  std::optional<Date> until;
};
struct Counts {
  std::vector<Counted> items;  ///< by day, then kind; days on which nothing happened are left out
};

}  // namespace portal

/// One number of one listing, day and kind.
struct PortalCount : Entity {
  Uuid listing_id;
  Date day;
  std::string kind;
  std::int64_t count = 0;
};
template <>
struct Describe<PortalCount> {
  using T = PortalCount;
  static constexpr std::string_view name = "portal_count";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::listing_id>("listing_id", reference("listing"), filterable),
                                     field<&T::day>("day", {}, filterable),
                                     field<&T::kind>("kind", one_of(portal::event_kinds), filterable),
                                     field<&T::count>("count", range(0, INT64_MAX))};
  static constexpr std::array keys{KeyDeclaration{"by_day", {"listing_id", "day", "kind"}, true}};
};

template <>
struct Describe<portal::Yes> {
  using In = portal::Yes;
  static constexpr std::string_view name = "portal.consent";
  static constexpr std::array fields{field<&In::wording>("wording", body(1, 2000), required | free_text),
                                     field<&In::wording_version>("wording_version", line(1, 64), required),
                                     field<&In::language>("language", formatted(Format::locale), required),
                                     field<&In::channels>("channels", code("CHANNEL_TYPE"), required)};
};
template <>
struct Describe<portal::Lead> {
  using In = portal::Lead;
  static constexpr std::string_view name = "portal.lead";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     field<&In::full_name>("full_name", line(1, 200), required | personal),
                                     field<&In::phone>("phone", formatted(Format::phone, 64), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     field<&In::email>("email", formatted(Format::email, 254), personal),
                                     field<&In::message>("message", body(1, 2000), free_text),
                                     field<&In::consent>("consent", {}, required)};
};
template <>
struct Describe<portal::DemoRequest> {
  using In = portal::DemoRequest;
  static constexpr std::string_view name = "portal.demo_request";
  static constexpr std::array fields{field<&In::full_name>("full_name", line(1, 200), required | personal),
                                     like<&In::company, Qualification>("company"),
                                     field<&In::phone>("phone", formatted(Format::phone, 64), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     field<&In::email>("email", formatted(Format::email, 254), personal),
                                     field<&In::message>("message", body(1, 2000), free_text),
                                     like<&In::needs, Qualification>("needs"),
                                     like<&In::desired_plan_key, Qualification>("desired_plan_key"),
                                     like<&In::actor_type, Qualification>("actor_type"),
                                     like<&In::team_size_bucket, Qualification>("team_size_bucket"),
                                     like<&In::listing_volume_bucket, Qualification>("listing_volume_bucket"),
                                     field<&In::consent>("consent", {}, required)};
};
template <>
struct Describe<portal::Report> {
  using In = portal::Report;
  static constexpr std::string_view name = "portal.report";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     field<&In::reason_code>("reason_code", code("REPORT_REASON"), required),
                                     field<&In::comment>("comment", body(1, 2000), free_text),
                                     field<&In::phone>("phone", formatted(Format::phone, 64), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     field<&In::email>("email", formatted(Format::email, 254), personal)};
};
template <>
struct Describe<portal::Receipt> {
  static constexpr std::string_view name = "portal.receipt";
  static constexpr std::array fields{field<&portal::Receipt::reference>("reference")};
};
template <>
struct Describe<portal::Happened> {
  using In = portal::Happened;
  static constexpr std::string_view name = "portal.event";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     field<&In::kind>("kind", one_of(portal::event_kinds), required)};
};
template <>
struct Describe<portal::Counted> {
  using Out = portal::Counted;
  static constexpr std::string_view name = "portal.counted";
  static constexpr std::array fields{field<&Out::day>("day"), field<&Out::kind>("kind"),
                                     field<&Out::count>("count")};
};
template <>
struct Describe<portal::CountsInput> {
  using In = portal::CountsInput;
  static constexpr std::string_view name = "portal.counts";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     field<&In::from>("from"), field<&In::until>("until")};
};
template <>
struct Describe<portal::Counts> {
  static constexpr std::string_view name = "portal.counts_result";
  static constexpr std::array fields{field<&portal::Counts::items>("items")};
};

namespace portal {

inline constexpr Operation<Lead, Receipt> lead{
    {.name = "portal.lead",
     .permission = public_permission,
     .effect = Effect::writes,
     .summary = "Takes a visitor's request about a listing, with the consent to be contacted.",
     .feature = "core.dossiers",
     .always_durable = true,
     .address_cost = 10}};
inline constexpr Operation<DemoRequest, Receipt> demo_request{
    {.name = "portal.demo_request",
     .permission = public_permission,
     .effect = Effect::writes,
     .summary = "Takes a professional's request for a demonstration, with the consent to be contacted.",
     .feature = "core.dossiers",
     .always_durable = true,
     .address_cost = 10}};
inline constexpr Operation<Report, Receipt> report{{.name = "portal.report",
                                                    .permission = public_permission,
                                                    .effect = Effect::writes,
                                                    .summary = "Takes a visitor's report about a listing.",
                                                    .address_cost = 10}};
inline constexpr Operation<Happened, Nothing> event{
    {.name = "portal.event",
     .permission = public_permission,
     .effect = Effect::writes,
     .summary = "Counts what a visitor did on a listing's page.",
     .address_cost = 1,
     .bulk = true}};
inline constexpr Operation<CountsInput, Counts> counts{
    {.name = "portal.counts",
     .permission = "LISTING_READ_ORG",
     .summary = "What visitors did on a listing's page, day by day."}};

/// Registers the public side. After register_moderation, register_consents and register_activities.
void register_portal(Registry& registry);

}  // namespace portal
}  // namespace atlas
