#include "atlas/templates.hpp"

#include "atlas/context.hpp"
#include "template_rules.hpp"

#include <nlohmann/json.hpp>

namespace atlas::templates {
namespace {

std::optional<MessageTemplate> find_template(Context& cx, const std::string& code, const std::string& channel,
                                             const std::string& language) {
  auto all = cx.all<MessageTemplate>();
  auto found = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("code"), Value::text(code)),
                                   Predicate::equals(all.column("channel_code"), Value::text(channel)),
                                   Predicate::equals(all.column("language"), Value::text(language))}),
       .key = "by_code",
       .limit = 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void check(const MessageTemplate& t) {
  std::vector<FieldError> errors;
  check_template(t, errors);
  throw_if_any(std::move(errors));
}

MessageTemplate create_template(Context& cx, const Create& in) {
  MessageTemplate t;
  copy_fields(in, t);
  check(t);
  cx.lock({"template:" + t.code});
  if (find_template(cx, t.code, t.channel_code, t.language))
    throw Error(ErrorCode::conflict, "there is a template of that code, channel and language")
        .with("reason", "exists");
  cx.all<MessageTemplate>().insert(t);
  return t;
}

MessageTemplate update_template(Context& cx, const Update& in) {
  auto all = cx.all<MessageTemplate>();
  const MessageTemplate before = all.get_for_update(in.id, in.version);
  MessageTemplate after = before;
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<MessageTemplate>(), errors);
  throw_if_any(std::move(errors));
  copy_fields(in, after);
  check(after);
  all.save(before, after);
  return after;
}

}  // namespace

Rendered render(Context& cx, const Choose& choice) {
  const std::string locale = choice.locale.value_or(cx.access().locale);
  for (const std::string& one : fallback_of(locale)) {
    const auto t = find_template(cx, choice.code, choice.channel_code, one);
    if (!t || t->archived_at) continue;
    Manner manner{one, choice.time_zone.value_or(cx.access().time_zone)};
    // The country of the person writes dates and amounts, where the language is theirs.
    if (locale.substr(0, one.size()) == one) manner.locale = locale;
    return render_template(*t, parse_json(choice.variables), manner);
  }
  throw Error(ErrorCode::not_found, "no such template on this channel").with("template", choice.code);
}

SendTemplate category_of(std::string_view category) noexcept {
  if (category == "MARKETING") return SendTemplate::marketing;
  if (category == "AUTHENTICATION") return SendTemplate::authentication;
  return category == "UTILITY" ? SendTemplate::utility : SendTemplate::none;
}

bool is_approved(std::string_view approval) noexcept { return approval == "APPROVED"; }

void register_templates(Registry& registry) {
  registry.entity<MessageTemplate>();
  registry.operation(create, create_template);
  registry.operation(update, update_template);
  registry.operation(get,
                     [](Context& cx, const GetInput& in) { return cx.all<MessageTemplate>().get(in.id); });
  registry.operation(list,
                     [](Context& cx, const ListInput& in) { return cx.all<MessageTemplate>().list(in); });
  registry.operation(archive, [](Context& cx, const ArchiveInput& in) {
    return cx.all<MessageTemplate>().archive(in.id, in.version);
  });
  registry.operation(preview, render);
}

}  // namespace atlas::templates
