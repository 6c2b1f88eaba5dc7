// init, organisations.

#include "atlas/organisations.hpp"
#include "atlas/json.hpp"
#include "commands.hpp"

namespace atlas::cli {

int run_init(Shell& shell, const InitOptions& in) {
  Options options = shell.options();
  options.create = true;
  Engine engine = shell.open(std::move(options));
  if (!engine.organisations().empty()) {
    throw Error(ErrorCode::conflict,
                "the store has an organisation already; organisations.create adds another")
        .with("reason", "state");
  }
  organisations::Create create;
  create.name = in.name;
  create.type_code = in.type;
  create.plan_key = in.plan;
  create.default_country = in.country;
  if (!in.currency.empty()) create.default_currency = in.currency;
  if (!in.locale.empty()) create.locale = in.locale;
  if (!in.time_zone.empty()) create.time_zone = in.time_zone;
  create.admin_email = in.admin_email;
  if (!in.admin_name.empty()) create.admin_display_name = in.admin_name;
  Session host = engine.host_session();
  const organisations::Created made = host.call(organisations::create, create);

  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  if (made.organisation) {
    writer.key("organisation_id").string(format_uuid(made.organisation->id));
    writer.key("name").string(made.organisation->name);
  }
  writer.key("admin_user_id").string(format_uuid(made.admin_user_id));
  writer.key("encrypted").boolean(engine.capabilities().encrypted);
  writer.key("schema_version").number(engine.schema_version());
  writer.end_object();
  shell.show(json);
  return done;
}

int run_organisations(Shell& shell) {
  Engine engine = shell.open();
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("items").begin_array();
  for (const OrganisationEntry& o : engine.organisations()) {
    writer.begin_object();
    writer.key("id").string(format_uuid(o.id)).key("name").string(o.name);
    writer.key("status_code").string(o.status_code).end_object();
  }
  writer.end_array().end_object();
  shell.show(json);
  return done;
}

}  // namespace atlas::cli
