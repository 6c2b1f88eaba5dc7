#include "atlas/organisations.hpp"

#include "access.hpp"
#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "atlas/users.hpp"

namespace atlas::organisations {
namespace {

struct CountryDefaults {
  std::string_view country, currency, locale, time_zone;
};
constexpr CountryDefaults countries[] = {{"MA", "MAD", "fr-MA", "Africa/Casablanca"},
                                         {"FR", "EUR", "fr-FR", "Europe/Paris"}};

Created create_organisation(Context& cx, const Create& in) {
  if (!is_plan(in.plan_key)) {
    throw Error(ErrorCode::invalid_argument, "no such plan")
        .field("/plan_key", field_code::not_a_code, "no such plan");
  }
  Organisation o;
  copy_fields(in, o);
  const CountryDefaults* defaults = nullptr;
  for (const CountryDefaults& c : countries)
    if (c.country == in.default_country) defaults = &c;
  std::vector<FieldError> errors;
  const auto take = [&](std::string& to, const std::optional<std::string>& given, std::string_view fallback,
                        const char* path) {
    if (given)
      to = *given;
    else if (defaults)
      to = fallback;
    else
      errors.push_back({path, std::string(field_code::required), "this country has no default"});
  };
  take(o.default_currency, in.default_currency, defaults ? defaults->currency : "", "/default_currency");
  take(o.locale, in.locale, defaults ? defaults->locale : "", "/locale");
  take(o.time_zone, in.time_zone, defaults ? defaults->time_zone : "", "/time_zone");
  throw_if_any(std::move(errors));

  o.id = cx.new_id();
  cx.enter_new_organisation(o.id, o.name);
  cx.all<Organisation>().insert(o);
  User admin;
  admin.email = fold_user_email(in.admin_email, "/admin_email");
  admin.display_name = in.admin_display_name;
  admin.roles = {"ADMIN_ORG"};
  cx.all<User>().insert(admin);
  cx.schedule("audit.checkpoint", cx.now() + micros_per_day);
  return {o, admin.id};
}

Organisation get_organisation(Context& cx, const Nothing&) {
  return cx.all<Organisation>().get(cx.organisation());
}

Organisation update_organisation(Context& cx, const Update& in) {
  auto all = cx.all<Organisation>();
  const Organisation before = all.get_for_update(in.id, in.version);
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Organisation>(), errors);
  throw_if_any(std::move(errors));
  Organisation after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<Organisation>(), &after, true);
  all.save(before, after);
  if (after.name != before.name) cx.set_directory(after.name, after.status_code);
  return after;
}

Organisation set_organisation_status(Context& cx, const SetStatus& in) {
  cx.enter_organisation(in.id);
  auto all = cx.all<Organisation>();
  const Organisation before = all.get(in.id, RowLock::update);
  Organisation after = before;
  after.status_code = in.status_code;
  all.save(before, after, {.action = "organisation.status_changed"});
  cx.set_directory(after.name, after.status_code);
  return after;
}

}  // namespace

void register_organisations(Registry& registry) {
  registry.entity<Organisation>().affects_access = true;
  registry.operation(create, create_organisation);
  registry.operation(get, get_organisation);
  registry.operation(update, update_organisation);
  registry.operation(set_status, set_organisation_status);
}

}  // namespace atlas::organisations
