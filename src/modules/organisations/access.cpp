#include "access.hpp"

#include <nlohmann/json.hpp>

#include "atlas/entity_reader.hpp"
#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "atlas/text.hpp"
#include "atlas/users.hpp"

namespace atlas {
namespace {

Error unauthenticated(const char* reason, const char* message) {
  return Error(ErrorCode::unauthenticated, message).with("reason", reason);
}

PolicySettings policy_of(const std::string& settings) {
  PolicySettings p;
  // Read at every call: what names none of them, by whatever spelling, need not be parsed.
  const auto has = [&](std::string_view text) { return settings.find(text) != std::string::npos; };
  if (!has("agents_see_all_dossiers") && !has("publish_by_") && !has("\\")) return p;
  const Json j = Json::parse(settings, nullptr, false);
  if (!j.is_object()) return p;
  const auto flag = [&](const char* name, bool& value) {
    const auto it = j.find(name);
    if (it != j.end() && it->is_boolean()) value = it->get<bool>();
  };
  flag("agents_see_all_dossiers", p.agents_see_all_dossiers);
  flag("publish_by_agents", p.publish_by_agents);
  flag("publish_by_owners", p.publish_by_owners);
  return p;
}

class Source final : public AccessSource {
 public:
  explicit Source(const Registry& registry)
      : organisation_(registry.entity(schema_of<Organisation>())),
        user_(registry.entity(schema_of<User>())) {}

  Access load(ReadTransaction& tx, const Principal& principal) override {
    Access access;
    if (principal.kind == PrincipalKind::host) return access;
    Organisation o;
    if (!read_entity(tx, organisation_, principal.org, &o))
      throw unauthenticated("organisation", "no such organisation");
    access.org_active = o.status_code == "ORG_ACTIVE";
    access.org_subject = o.subject_id;
    access.plan_key = std::move(o.plan_key);
    access.policy = policy_of(o.settings);
    access.default_country = std::move(o.default_country);
    access.default_currency = std::move(o.default_currency);
    access.time_zone = std::move(o.time_zone);
    access.locale = std::move(o.locale);
    access.reference_stamp = o.reference_stamp.value_or(0);
    access.workflow_stamp = o.workflow_stamp.value_or(0);
    access.contact_stamp = o.contact_stamp.value_or(0);
    access.settings = std::move(o.settings);
    if (principal.kind != PrincipalKind::user && principal.kind != PrincipalKind::agent) return access;
    const Uuid& id = principal.user();
    User u;
    if (id.is_nil() || !read_entity(tx, user_, id, &u)) throw unauthenticated("user", "no such user");
    if (u.status_code != "USER_ACTIVE" || u.archived_at)
      throw unauthenticated("user_disabled", "the user is disabled");
    access.party_id = u.party_id;
    access.roles = std::move(u.roles);
    if (!principal.roles.empty()) {
      for (const std::string& role : principal.roles)
        if (!is_role(role)) throw unauthenticated("role", "the organisation does not define this role");
      access.roles = principal.roles;
      access.roles_given = true;
    }
    return access;
  }

 private:
  const EntityInfo& organisation_;
  const EntityInfo& user_;
};

}  // namespace

std::unique_ptr<AccessSource> make_access_source(const Registry& registry) {
  return std::make_unique<Source>(registry);
}

std::string fold_user_email(const std::string& email, const char* path) {
  const std::string folded = fold_email(email);
  if (folded.empty())
    throw Error(ErrorCode::invalid_argument, "not an e-mail address")
        .field(path, field_code::not_an_email, "not an e-mail address");
  return folded;
}

}  // namespace atlas
