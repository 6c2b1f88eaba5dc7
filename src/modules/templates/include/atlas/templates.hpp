#pragma once
// Templates of messages: what is sent again and again, in several languages, with variables.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"
#include "atlas/send_policy.hpp"

namespace atlas {

class Context;
class Registry;

namespace templates {
inline constexpr std::array<std::string_view, 3> categories{"MARKETING", "UTILITY", "AUTHENTICATION"};
/// What the provider says of it. Only APPROVED ones may open a conversation on WhatsApp.
inline constexpr std::array<std::string_view, 6> approvals{"NOT_NEEDED", "DRAFT",  "SUBMITTED",
                                                           "APPROVED",   "PAUSED", "REJECTED"};
}  // namespace templates

/// One text in one language. Code, channel and language name it and never change. `variables` is a JSON
/// Schema (see variable_schema.hpp); body and subject are patterns (see message_format.hpp). The provider's
/// own name of it (a content SID; a name, with the language that it has there), and what its places take,
/// in their order: each `name` or `name, type, style`.
struct MessageTemplate : Entity {
  std::string code;
  std::string channel_code;
  std::string language;
  std::string category = "UTILITY";
  std::optional<std::string> subject;
  std::string body;
  std::string variables = "{}";
  std::optional<std::string> provider_reference;
  std::optional<std::string> provider_language;
  std::vector<std::string> provider_variables;
  std::string approval = "NOT_NEEDED";
};
template <>
struct Describe<MessageTemplate> {
  using T = MessageTemplate;
  static constexpr std::string_view name = "message_template";
  static constexpr std::array fields{
      field<&T::code>("code", line(1, 64), filterable),
      field<&T::channel_code>("channel_code", ::atlas::code("CHANNEL_TYPE"), filterable),
      field<&T::language>("language", formatted(Format::locale), filterable),
      field<&T::category>("category", one_of(templates::categories), updatable | filterable),
      field<&T::subject>("subject", line(1, 500), updatable),
      field<&T::body>("body", ::atlas::body(1, 20'000), updatable),
      field<&T::variables>("variables", json_object(64 * 1024), updatable),
      field<&T::provider_reference>("provider_reference", line(1, 128), updatable | filterable),
      field<&T::provider_language>("provider_language", line(1, 16), updatable),
      field<&T::provider_variables>("provider_variables", range(0, 100), updatable),
      field<&T::approval>("approval", one_of(templates::approvals), updatable | filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_code", {"code", "channel_code", "language"}, true},
                                   KeyDeclaration{"by_created", {"created_at"}}};
};

namespace templates {

/// Required: code (letters, digits, _ - .), channel_code, language and body. Whatever does not fit together
/// is named at once; the same code, channel and language twice is conflict (reason `exists`).
struct Create {
  std::string code;
  std::string channel_code;
  std::string language;
  std::string category = "UTILITY";
  std::optional<std::string> subject;
  std::string body;
  std::string variables = "{}";
  std::optional<std::string> provider_reference;
  std::optional<std::string> provider_language;
  std::vector<std::string> provider_variables;
  std::string approval = "NOT_NEEDED";
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears; `variables` is replaced whole.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> category;
  Change<std::string> subject;
  Change<std::string> body;
  Change<std::string> variables;
  Change<std::string> provider_reference;
  Change<std::string> provider_language;
  Change<std::vector<std::string>> provider_variables;
  Change<std::string> approval;
  Change<std::string> meta;
};

/// Which template, for whom. `locale`: default the organisation's. See fallback_of for what is taken where
/// there is none in it. `time_zone` of the times in it: default the organisation's.
struct Choose {
  std::string code;
  std::string channel_code;
  std::optional<std::string> locale;
  std::string variables = "{}";
  std::optional<std::string> time_zone;
};

/// What would be sent. `provider_variables`: the values of the provider's places, in their order.
struct Rendered {
  Uuid template_id;
  std::int64_t version = 0;
  std::string language;
  std::string category;
  std::string approval;
  std::optional<std::string> subject;
  std::string body;
  std::optional<std::string> provider_reference;
  std::optional<std::string> provider_language;
  std::vector<std::string> provider_variables;
};

}  // namespace templates

template <>
struct Describe<templates::Create> {
  using In = templates::Create;
  static constexpr std::string_view name = "templates.create";
  static constexpr std::array fields{like<&In::code, MessageTemplate>("code", required),
                                     like<&In::channel_code, MessageTemplate>("channel_code", required),
                                     like<&In::language, MessageTemplate>("language", required),
                                     like<&In::category, MessageTemplate>("category"),
                                     like<&In::subject, MessageTemplate>("subject"),
                                     like<&In::body, MessageTemplate>("body", required),
                                     like<&In::variables, MessageTemplate>("variables"),
                                     like<&In::provider_reference, MessageTemplate>("provider_reference"),
                                     like<&In::provider_language, MessageTemplate>("provider_language"),
                                     like<&In::provider_variables, MessageTemplate>("provider_variables"),
                                     like<&In::approval, MessageTemplate>("approval"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<templates::Update> {
  using In = templates::Update;
  static constexpr std::string_view name = "templates.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::category, MessageTemplate>("category"),
                                     like<&In::subject, MessageTemplate>("subject"),
                                     like<&In::body, MessageTemplate>("body"),
                                     like<&In::variables, MessageTemplate>("variables"),
                                     like<&In::provider_reference, MessageTemplate>("provider_reference"),
                                     like<&In::provider_language, MessageTemplate>("provider_language"),
                                     like<&In::provider_variables, MessageTemplate>("provider_variables"),
                                     like<&In::approval, MessageTemplate>("approval"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<templates::Choose> {
  using In = templates::Choose;
  static constexpr std::string_view name = "templates.preview";
  static constexpr std::array fields{like<&In::code, MessageTemplate>("code", required),
                                     like<&In::channel_code, MessageTemplate>("channel_code", required),
                                     field<&In::locale>("locale", formatted(Format::locale)),
                                     field<&In::variables>("variables", json_object(64 * 1024), personal),
                                     field<&In::time_zone>("time_zone", formatted(Format::time_zone))};
};
template <>
struct Describe<templates::Rendered> {
  using T = templates::Rendered;
  static constexpr std::string_view name = "rendered_template";
  static constexpr std::array fields{field<&T::template_id>("template_id"),
                                     field<&T::version>("version"),
                                     field<&T::language>("language"),
                                     field<&T::category>("category"),
                                     field<&T::approval>("approval"),
                                     field<&T::subject>("subject", {}, personal),
                                     field<&T::body>("body", {}, personal),
                                     field<&T::provider_reference>("provider_reference"),
                                     field<&T::provider_language>("provider_language"),
                                     field<&T::provider_variables>("provider_variables", {}, personal)};
};

namespace templates {

inline constexpr Operation<Create, MessageTemplate> create{{.name = "templates.create",
                                                            .permission = "TEMPLATE_MANAGE",
                                                            .effect = Effect::writes,
                                                            .summary = "Creates a template of messages."}};
inline constexpr Operation<Update, MessageTemplate> update{{.name = "templates.update",
                                                            .permission = "TEMPLATE_MANAGE",
                                                            .effect = Effect::writes,
                                                            .summary = "Changes a template of messages."}};
inline constexpr Operation<GetInput, MessageTemplate> get{
    {.name = "templates.get", .permission = "ORG_READ", .summary = "One template of messages."}};
inline constexpr Operation<ListInput, Page<MessageTemplate>> list{
    {.name = "templates.list", .permission = "ORG_READ", .summary = "Templates of messages."}};
inline constexpr Operation<ArchiveInput, MessageTemplate> archive{
    {.name = "templates.archive",
     .permission = "TEMPLATE_MANAGE",
     .effect = Effect::writes,
     .summary = "Takes a template of messages out of use."}};
inline constexpr Operation<Choose, Rendered> preview{
    {.name = "templates.preview",
     .permission = "ORG_READ",
     .summary = "A template with its variables put in, as it would be sent."}};

/// The same for rooms that send: throws not_found when the organisation has no such template in use on the
/// channel, template_invalid naming every variable that is missing or wrong, and what is too long.
Rendered render(Context& cx, const Choose& choice);

/// For SendQuestion::category and ::approved.
SendTemplate category_of(std::string_view category) noexcept;
bool is_approved(std::string_view approval) noexcept;

/// Registers templates. Before the rooms that send.
void register_templates(Registry& registry);

}  // namespace templates
}  // namespace atlas
