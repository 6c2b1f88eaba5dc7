#pragma once
// Organisations: the tenants. Every record belongs to exactly one.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

/// `settings` holds what bends the rules: `agents_see_all_dossiers`, `publish_by_agents`, `publish_by_owners`
/// (booleans); `listings.min_photos` (0 to 100, default 3), `trust.duplicate_threshold` (0 to 100). Unknown
/// settings are kept.
struct Organisation : Entity {
  std::string name;
  std::string type_code = "ORG_AGENCY";
  std::string plan_key = "plan.enterprise";
  std::string status_code = "ORG_ACTIVE";
  std::string default_currency;
  std::string default_country;
  std::string locale;
  std::string time_zone;
  std::string settings = "{}";
  std::optional<std::int64_t> reference_stamp;  ///< another one after each change of its reference codes
  std::optional<std::int64_t> workflow_stamp;   ///< another one after each change of its workflows
  std::optional<std::int64_t> contact_stamp;    ///< another one when somebody objects, or a calendar changes
};
template <>
struct Describe<Organisation> {
  static constexpr std::string_view name = "organisation";
  static constexpr std::array fields{
      field<&Organisation::name>("name", line(2, 200), updatable),
      field<&Organisation::type_code>("type_code", code("ORG_TYPE")),
      field<&Organisation::plan_key>("plan_key", line(1, 64)),
      field<&Organisation::status_code>("status_code", code("ORG_STATUS")),
      field<&Organisation::default_currency>("default_currency", formatted(Format::currency), updatable),
      field<&Organisation::default_country>("default_country", formatted(Format::country), updatable),
      field<&Organisation::locale>("locale", formatted(Format::locale), updatable),
      field<&Organisation::time_zone>("time_zone", formatted(Format::time_zone), updatable),
      field<&Organisation::settings>("settings", json_object(), updatable),
      field<&Organisation::reference_stamp>("reference_stamp", {}, internal),
      field<&Organisation::workflow_stamp>("workflow_stamp", {}, internal),
      field<&Organisation::contact_stamp>("contact_stamp", {}, internal)};
};

namespace organisations {

/// What a new organisation needs. Its country sets what is not given: MA → MAD, fr-MA, Africa/Casablanca; FR
/// → EUR, fr-FR, Europe/Paris. The first ADMIN_ORG user comes with it.
struct Create {
  std::string name;
  std::string type_code = "ORG_AGENCY";
  std::string plan_key = "plan.enterprise";
  std::string default_country = "MA";
  std::optional<std::string> default_currency;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::string settings = "{}";
  std::string admin_email;
  std::optional<std::string> admin_display_name;
};

/// The organisation's own members, and its first administrator.
struct Created {
  std::optional<Organisation> organisation;
  Uuid admin_user_id;
};

/// An absent member is unchanged; `settings` follows RFC 7396.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> name;
  Change<std::string> default_currency;
  Change<std::string> default_country;
  Change<std::string> locale;
  Change<std::string> time_zone;
  Change<std::string> settings;
  Change<std::string> meta;
};

/// ORG_ACTIVE or ORG_SUSPENDED, by the host.
struct SetStatus {
  Uuid id;
  std::string status_code;
};

}  // namespace organisations

template <>
struct Describe<organisations::Create> {
  using In = organisations::Create;
  static constexpr std::string_view name = "organisations.create";
  static constexpr std::array fields{
      like<&In::name, Organisation>("name", required),
      like<&In::type_code, Organisation>("type_code"),
      like<&In::plan_key, Organisation>("plan_key"),
      like<&In::default_country, Organisation>("default_country"),
      like<&In::default_currency, Organisation>("default_currency"),
      like<&In::locale, Organisation>("locale"),
      like<&In::time_zone, Organisation>("time_zone"),
      like<&In::settings, Organisation>("settings"),
      field<&In::admin_email>("admin_email", formatted(Format::email, 254), required | personal),
      field<&In::admin_display_name>("admin_display_name", line(1, 200), personal)};
};
template <>
struct Describe<organisations::Created> {
  using Out = organisations::Created;
  static constexpr std::string_view name = "organisations.created";
  static constexpr std::array fields{field<&Out::organisation>("organisation", {}, flatten),
                                     field<&Out::admin_user_id>("admin_user_id", reference("user"))};
};
template <>
struct Describe<organisations::Update> {
  using In = organisations::Update;
  static constexpr std::string_view name = "organisations.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::name, Organisation>("name"),
                                     like<&In::default_currency, Organisation>("default_currency"),
                                     like<&In::default_country, Organisation>("default_country"),
                                     like<&In::locale, Organisation>("locale"),
                                     like<&In::time_zone, Organisation>("time_zone"),
                                     like<&In::settings, Organisation>("settings"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<organisations::SetStatus> {
  using In = organisations::SetStatus;
  static constexpr std::string_view name = "organisations.set_status";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::status_code>("status_code", code("ORG_STATUS"), required)};
};

namespace organisations {

inline constexpr Operation<Create, Created> create{
    {.name = "organisations.create",
     .permission = "HOST",
     .effect = Effect::writes,
     .summary = "Creates an organisation, its audit chain and its first administrator.",
     .always_durable = true}};
inline constexpr Operation<Nothing, Organisation> get{
    {.name = "organisations.get", .permission = "ORG_READ", .summary = "The organisation of the session."}};
inline constexpr Operation<Update, Organisation> update{
    {.name = "organisations.update",
     .permission = "ORG_UPDATE_SETTINGS",
     .effect = Effect::writes,
     .summary = "Changes the organisation's name, defaults and settings."}};
inline constexpr Operation<SetStatus, Organisation> set_status{
    {.name = "organisations.set_status",
     .permission = "HOST",
     .effect = Effect::writes,
     .summary = "Suspends an organisation or makes it active again: reads go on, writes are refused.",
     .always_durable = true}};

/// Registers organisations. First of all modules.
void register_organisations(Registry& registry);

}  // namespace organisations
}  // namespace atlas
