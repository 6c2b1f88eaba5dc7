#include "atlas/access_explain.hpp"

#include "atlas/context.hpp"
#include "atlas/permission.hpp"
#include "atlas/registry.hpp"
#include "atlas/users.hpp"

namespace atlas::access {
namespace {

std::vector<std::string> scope_names(Scope scope) {
  std::vector<std::string> out;
  const std::pair<Scope, const char*> all[] = {{scope_all, "all"},
                                               {scope_assigned, "assigned"},
                                               {scope_own, "own"},
                                               {scope_moderation, "moderation"},
                                               {scope_group, "group"}};
  for (const auto& [bit, name] : all)
    if (reaches(scope, bit)) out.emplace_back(name);
  return out;
}

Explanation explain_access(Context& cx, const Explain& in) {
  if (!is_permission(in.permission)) {
    throw Error(ErrorCode::invalid_argument, "no such permission")
        .field("/permission", field_code::not_a_code, "no such permission");
  }
  if (in.entity.has_value() != in.id.has_value()) {
    throw Error(ErrorCode::invalid_argument, "a record is named by entity and id")
        .field(in.entity ? "/id" : "/entity", field_code::required, "a record is named by entity and id");
  }
  Explanation out;
  const auto user = cx.all<User>().find(in.user_id);
  if (!user) {
    out.reason = "unknown_user";
    return out;
  }
  out.roles = user->roles;
  if (user->status_code != "USER_ACTIVE") {
    out.reason = "user_disabled";
    return out;
  }
  const Principal somebody{.kind = PrincipalKind::user, .org = cx.organisation(), .id = in.user_id};
  const Context::Sight sight =
      cx.sight_of(somebody, in.permission, in.entity.value_or(""), in.id.value_or(Uuid{}));
  out.scopes = scope_names(sight.scope);
  if (sight.scope == scope_none)
    out.reason = "no_permission";
  else if (in.entity && !sight.exists)
    out.reason = "no_such_record";
  else if (in.entity && !sight.visible)
    out.reason = "outside_scope";
  else
    out.reason = "granted";
  out.allowed = out.reason == "granted";
  return out;
}

}  // namespace

void register_access(Registry& registry) { registry.operation(explain, explain_access); }

}  // namespace atlas::access
