#include "atlas/users.hpp"

#include <algorithm>

#include "access.hpp"
#include "atlas/context.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"

namespace atlas::users {
namespace {

std::optional<std::string> read_phone(Context& cx, const std::string& raw) {
  auto e164 = phone_e164(raw, cx.access().default_country);
  if (!e164)
    throw Error(ErrorCode::invalid_argument, "not a telephone number")
        .field("/phone", field_code::not_a_phone_number, "not a telephone number");
  return e164;
}

User create_user(Context& cx, const Create& in) {
  auto users = cx.all<User>();
  const auto seats = users.count({.where = R"({"status_code":"USER_ACTIVE"})", .scan = true});
  cx.require_quota("limits.users.seats_max", seats.count);
  User u;
  copy_fields(in, u);
  u.email = fold_user_email(in.email, "/email");
  if (in.phone) u.phone = read_phone(cx, *in.phone);
  users.insert(u);
  return u;
}

User get_user(Context& cx, const GetInput& in) { return cx.repo<User>().get(in.id); }

User get_me(Context& cx, const Nothing&) {
  if (cx.principal().id.is_nil()) throw Error(ErrorCode::not_found, "the session is not a user's");
  return cx.all<User>().get(cx.principal().id);
}

/// An organisation keeps at least one administrator.
void require_an_administrator(Context& cx, const User& leaving) {
  if (std::find(leaving.roles.begin(), leaving.roles.end(), "ADMIN_ORG") == leaving.roles.end()) return;
  cx.lock({"users.administrators"});
  const auto n = cx.all<User>().count(
      {.where = R"({"status_code":"USER_ACTIVE","roles":{"contains":"ADMIN_ORG"}})", .scan = true});
  if (n.count <= 1)
    throw Error(ErrorCode::conflict, "an organisation keeps at least one active administrator")
        .with("reason", "in_use");
}

User update_user(Context& cx, const Update& in) {
  auto users = cx.repo<User>();
  const User before = users.get_for_update(in.id, in.version);
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<User>(), errors);
  throw_if_any(std::move(errors));
  User after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<User>(), &after, true);
  if (const auto* email = in.email.get()) after.email = fold_user_email(*email, "/email");
  if (const auto* phone = in.phone.get()) after.phone = read_phone(cx, *phone);
  const bool was = std::find(before.roles.begin(), before.roles.end(), "ADMIN_ORG") != before.roles.end();
  const bool is = std::find(after.roles.begin(), after.roles.end(), "ADMIN_ORG") != after.roles.end();
  if (was && !is && before.status_code == "USER_ACTIVE") require_an_administrator(cx, before);
  users.save(before, after, {.action = before.roles != after.roles ? "user.roles_changed" : ""});
  return after;
}

User set_status(Context& cx, const ArchiveInput& in, const char* status, const char* action) {
  auto users = cx.repo<User>();
  const User before = users.get_for_update(in.id, in.version);
  if (before.status_code == status) return before;
  User after = before;
  after.status_code = status;
  if (after.status_code != "USER_ACTIVE") require_an_administrator(cx, before);
  users.save(before, after, {.action = action});
  return after;
}

}  // namespace

void register_users(Registry& registry) {
  registry.entity<User>().affects_access = true;
  registry.access(make_access_source(registry));
  registry.operation(create, create_user);
  registry.operation(get, get_user);
  registry.operation(me, get_me);
  registry.operation(update, update_user);
  registry.operation(disable, [](Context& cx, const ArchiveInput& in) {
    return set_status(cx, in, "USER_DISABLED", "user.disabled");
  });
  registry.operation(enable, [](Context& cx, const ArchiveInput& in) {
    const auto seats = cx.all<User>().count({.where = R"({"status_code":"USER_ACTIVE"})", .scan = true});
    cx.require_quota("limits.users.seats_max", seats.count);
    return set_status(cx, in, "USER_ACTIVE", "user.enabled");
  });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<User>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<User>().count(in); });
}

}  // namespace atlas::users
