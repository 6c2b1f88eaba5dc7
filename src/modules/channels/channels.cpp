#include "atlas/channels.hpp"

#include <array>

#include "atlas/channel_store.hpp"
#include "atlas/context.hpp"
#include "atlas/crypto.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "channel_rules.hpp"
#include "channel_secrets.hpp"

namespace atlas::channels {
namespace {

constexpr std::size_t max_accounts = 100;

bool by_host(Context& cx) { return cx.principal().kind == PrincipalKind::system; }

/// 256 random bits: nobody finds an endpoint by trying.
std::string new_endpoint(Context& cx) {
  std::array<std::uint8_t, 32> random{};
  cx.random(random);
  return hex({reinterpret_cast<const char*>(random.data()), random.size()});
}

ChannelAccount create_account(Context& cx, const Create& in) {
  ChannelAccount a;
  copy_fields(in, a);
  a.sender = std::string(trim(a.sender));
  std::vector<FieldError> errors;
  check_account(a, by_host(cx), errors);
  for (const std::string_view slot : secret_slots) {
    const auto& reference = slot_of(a.secret_refs, slot);
    if (reference) check_reference(*reference, "/secret_refs/" + std::string(slot), errors);
  }
  throw_if_any(std::move(errors));
  a.endpoint = new_endpoint(cx);
  hold_accounts(cx, a.channel_code);
  cx.repo<ChannelAccount>().insert(a);
  cx.schedule(resuming_work, cx.now());
  return a;
}

ChannelAccount for_update(Context& cx, const Uuid& id, std::int64_t version) {
  ChannelAccount a = cx.repo<ChannelAccount>().get_for_update(id, version);
  if (!a.archived_at) return a;
  throw Error(ErrorCode::conflict, "the channel account is archived").with("reason", "state");
}

ChannelAccount update_account(Context& cx, const Update& in) {
  const ChannelAccount before = for_update(cx, in.id, in.version);
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<ChannelAccount>(), errors);
  throw_if_any(std::move(errors));
  ChannelAccount after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<ChannelAccount>(), &after, true);
  after.sender = std::string(trim(after.sender));
  // What the host has set stays as it is when somebody else changes something else.
  std::vector<FieldError> wrong;
  check_account(after, by_host(cx) || after.base_url == before.base_url, wrong);
  throw_if_any(std::move(wrong));
  cx.repo<ChannelAccount>().save(before, after);
  return after;
}

ChannelAccount archive_account(Context& cx, const ArchiveInput& in) {
  const ChannelAccount before = cx.repo<ChannelAccount>().get_for_update(in.id, in.version);
  if (before.archived_at) return before;
  ChannelAccount after = before;
  for (const std::string_view slot : secret_slots) put_secret(cx, after, slot, {}, {});
  after.endpoint_previous.reset();
  after.archived_at = cx.now();
  cx.repo<ChannelAccount>().save(before, after, {.action = "channel_account.archived"});
  return after;
}

ChannelAccount paused(Context& cx, const ChannelAccount& before, std::string_view reason) {
  if (before.status_code == "ACCOUNT_PAUSED") return before;
  ChannelAccount after = before;
  after.status_code = "ACCOUNT_PAUSED";
  after.pause_reason = std::string(reason);
  cx.all<ChannelAccount>().save(before, after, {.action = "channel_account.paused"});
  return after;
}

ChannelAccount resume_account(Context& cx, const ArchiveInput& in) {
  const ChannelAccount before = for_update(cx, in.id, in.version);
  if (before.status_code == "ACCOUNT_ACTIVE") return before;
  hold_accounts(cx, before.channel_code);
  ChannelAccount after = before;
  after.status_code = "ACCOUNT_ACTIVE";
  after.pause_reason.reset();
  cx.repo<ChannelAccount>().save(before, after, {.action = "channel_account.resumed"});
  // What waited for it need not wait until it is looked at again.
  cx.schedule(resuming_work, cx.now());
  return after;
}

ChannelAccount change_endpoint(Context& cx, const RotateEndpoint& in) {
  const ChannelAccount before = for_update(cx, in.id, in.version);
  ChannelAccount after = before;
  after.endpoint_previous = in.keep_previous ? std::optional(before.endpoint) : std::nullopt;
  after.endpoint = new_endpoint(cx);
  cx.repo<ChannelAccount>().save(before, after, {.action = "channel_account.endpoint_rotated"});
  return after;
}

void check_secret(const std::optional<std::string>& value, const std::optional<std::string>& ref,
                  bool needed) {
  std::vector<FieldError> errors;
  if (value && ref)
    errors.push_back({"/ref", std::string(field_code::duplicate_member), "a value or a name, not both"});
  if (needed && !value && !ref)
    errors.push_back({"/value", std::string(field_code::required), "a value, or the name of the host's"});
  if (ref) check_reference(*ref, "/ref", errors);
  throw_if_any(std::move(errors));
}

ChannelAccount change_secret(Context& cx, const SetSecret& in) {
  check_secret(in.value, in.ref, false);
  const ChannelAccount before = for_update(cx, in.id, in.version);
  ChannelAccount after = before;
  put_secret(cx, after, in.slot, in.value, in.ref);
  cx.repo<ChannelAccount>().save(before, after, {.action = "channel_account.secret_set"});
  return after;
}

ChannelAccount replace_signing(Context& cx, const RotateSecret& in) {
  check_secret(in.value, in.ref, true);
  const ChannelAccount before = for_update(cx, in.id, in.version);
  ChannelAccount after = before;
  move_secret(cx, after, "signing", "signing_previous");
  put_secret(cx, after, "signing", in.value, in.ref);
  cx.repo<ChannelAccount>().save(before, after, {.action = "channel_account.secret_rotated"});
  return after;
}

}  // namespace

std::vector<ChannelAccount> sending_accounts(Context& cx, std::string_view channel_code) {
  auto all = cx.all<ChannelAccount>();
  return all.where({.where = Predicate::all_of(
                        {Predicate::equals(all.column("channel_code"), Value::text(channel_code)),
                         Predicate::equals(all.column("status_code"), Value::text("ACCOUNT_ACTIVE")),
                         Predicate::absent(all.column("archived_at"))}),
                    .key = "by_channel",
                    .order = {{all.column("created_at"), false}},
                    .limit = max_accounts});
}

void hold_accounts(Context& cx, std::string_view channel_code) {
  cx.lock({"channels.accounts:" + std::string(channel_code)});
}

ChannelAccount pause_account(Context& cx, const Uuid& id, std::string_view reason) {
  return paused(cx, cx.all<ChannelAccount>().get(id, RowLock::update), reason);
}

void register_channels(Registry& registry) {
  registry.entity<ChannelAccount>();
  registry.entity<ChannelSecret>();
  registry.endpoints("channel_account", [](const void* entity, std::vector<std::string>& tokens) {
    const auto& a = *static_cast<const ChannelAccount*>(entity);
    if (a.archived_at) return;
    tokens.push_back(a.endpoint);
    if (a.endpoint_previous) tokens.push_back(*a.endpoint_previous);
  });
  registry.operation(create, create_account);
  registry.operation(get,
                     [](Context& cx, const GetInput& in) { return cx.repo<ChannelAccount>().get(in.id); });
  registry.operation(list,
                     [](Context& cx, const ListInput& in) { return cx.repo<ChannelAccount>().list(in); });
  registry.operation(update, update_account);
  registry.operation(archive, archive_account);
  registry.operation(pause, [](Context& cx, const Pause& in) {
    return paused(cx, for_update(cx, in.id, in.version), in.reason);
  });
  registry.operation(resume, resume_account);
  registry.operation(rotate_endpoint, change_endpoint);
  registry.operation(set_secret, change_secret);
  registry.operation(rotate_secret, replace_signing);
}

}  // namespace atlas::channels
