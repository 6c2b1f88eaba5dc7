#pragma once
// Users of an organisation, and what each may do.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

/// Somebody who works for the organisation. Never removed, only disabled: the audit names users.
struct User : Entity {
  std::string email;  ///< unique in the organisation, case-folded
  std::optional<std::string> display_name;
  std::optional<std::string> phone;
  std::vector<std::string> roles;
  std::string status_code = "USER_ACTIVE";
  std::optional<Uuid> party_id;  ///< the party that this user is: what "own" means
};
template <>
struct Describe<User> {
  static constexpr std::string_view name = "user";
  static constexpr std::array fields{
      field<&User::email>("email", formatted(Format::email, 254), updatable | filterable | personal),
      field<&User::display_name>("display_name", line(1, 200), updatable | personal),
      field<&User::phone>("phone", formatted(Format::phone, 64), updatable | personal),
      field<&User::roles>("roles", code("ROLE"), updatable | filterable),
      field<&User::status_code>("status_code", code("USER_STATUS"), filterable),
      field<&User::party_id>("party_id", reference("party"), updatable)};
  static constexpr std::array keys{KeyDeclaration{"by_email", {"email"}, true},
                                   KeyDeclaration{"by_created", {"created_at"}}};
};

namespace users {

/// A user with roles of the matrix; the address is unique in the organisation.
struct Create {
  std::string email;
  std::optional<std::string> display_name;
  std::optional<std::string> phone;
  std::vector<std::string> roles;
  std::optional<Uuid> party_id;
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> email;
  Change<std::string> display_name;
  Change<std::string> phone;
  Change<std::vector<std::string>> roles;
  Change<Uuid> party_id;
  Change<std::string> meta;
};

}  // namespace users

template <>
struct Describe<users::Create> {
  using In = users::Create;
  static constexpr std::string_view name = "users.create";
  static constexpr std::array fields{
      like<&In::email, User>("email", required), like<&In::display_name, User>("display_name"),
      like<&In::phone, User>("phone"),           like<&In::roles, User>("roles", required),
      like<&In::party_id, User>("party_id"),     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<users::Update> {
  using In = users::Update;
  static constexpr std::string_view name = "users.update";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required),    field<&In::version>("version", range(1, INT64_MAX), required),
      like<&In::email, User>("email"),       like<&In::display_name, User>("display_name"),
      like<&In::phone, User>("phone"),       like<&In::roles, User>("roles"),
      like<&In::party_id, User>("party_id"), field<&In::meta>("meta", json_object())};
};

namespace users {

inline constexpr Operation<Create, User> create{{.name = "users.create",
                                                 .permission = "USER_CREATE",
                                                 .effect = Effect::writes,
                                                 .summary = "Adds a user with roles.",
                                                 .feature = "core.identity"}};
inline constexpr Operation<GetInput, User> get{
    {.name = "users.get", .permission = "USER_READ", .summary = "One user."}};
inline constexpr Operation<Nothing, User> me{
    {.name = "users.me", .permission = "", .summary = "The user of the session."}};
inline constexpr Operation<Update, User> update{
    {.name = "users.update",
     .permission = "USER_UPDATE",
     .effect = Effect::writes,
     .summary = "Changes a user; new roles count from the user's next call on."}};
inline constexpr Operation<ArchiveInput, User> disable{{.name = "users.disable",
                                                        .permission = "USER_DISABLE",
                                                        .effect = Effect::writes,
                                                        .summary = "Shuts a user out from the next call on.",
                                                        .always_durable = true}};
inline constexpr Operation<ArchiveInput, User> enable{{.name = "users.enable",
                                                       .permission = "USER_DISABLE",
                                                       .effect = Effect::writes,
                                                       .summary = "Lets a disabled user in again."}};
inline constexpr Operation<ListInput, Page<User>> list{
    {.name = "users.list", .permission = "USER_READ", .summary = "Users, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "users.count", .permission = "USER_READ", .summary = "How many users."}};

/// Registers users and the answer to who a principal is. After register_organisations.
void register_users(Registry& registry);

}  // namespace users
}  // namespace atlas
