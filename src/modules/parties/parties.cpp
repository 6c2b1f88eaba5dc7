#include "atlas/parties.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/crypto.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"

namespace atlas::parties {
namespace {

constexpr std::int64_t match_phone = 41;

/// E.164 where it can be read; what cannot is kept as it was written. Once each.
std::vector<std::string> normal_phones(const std::vector<std::string>& raw, const std::string& region) {
  std::vector<std::string> out;
  for (const std::string& r : raw) {
    std::string one = phone_e164(r, region).value_or(std::string(trim(r)));
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> normal_emails(const std::vector<std::string>& raw) {
  std::vector<std::string> out;
  for (const std::string& r : raw) {
    std::string one = fold_email(r);
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

void require_name(const Party& p) {
  if (p.family_name || p.organisation_name) return;
  throw Error(ErrorCode::invalid_argument, "a party needs a family name or an organisation's name")
      .field("/family_name", field_code::required, "or organisation_name");
}

Party create_party(Context& cx, const Create& in) {
  Party p = make_party(cx, in);
  cx.repo<Party>().insert(p);
  return p;
}

Party update_party(Context& cx, const Update& in) {
  auto parties = cx.repo<Party>();
  const Party before = parties.get_for_update(in.id, in.version);
  Party after = before;
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Party>(), errors);
  throw_if_any(std::move(errors));
  copy_fields(schema_of<Update>(), &in, schema_of<Party>(), &after, true);
  if (const auto* phones = in.phones.get())
    after.phones = normal_phones(*phones, cx.access().default_country);
  if (const auto* emails = in.emails.get()) after.emails = normal_emails(*emails);
  require_name(after);
  parties.save(before, after);
  return after;
}

}  // namespace

Party make_party(Context& cx, const Create& in) {
  Party p;
  copy_fields(in, p);
  p.phones = normal_phones(in.phones, in.phone_region.value_or(cx.access().default_country));
  p.emails = normal_emails(in.emails);
  require_name(p);
  return p;
}

MatchKey phone_key(std::string_view e164) {
  const Hash h = sha256(std::to_string(match_phone) + ":" + std::string(e164));
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8 | h[i];
  return {match_phone, static_cast<std::int64_t>(n)};
}

void register_parties(Registry& registry) {
  registry.entity<Party>();
  registry.match_keys("party", [](const void* entity, const Normaliser&, std::vector<MatchKey>& out) {
    const auto& p = *static_cast<const Party*>(entity);
    if (p.archived_at) return;
    for (const std::string& phone : p.phones)
      if (phone.starts_with('+')) out.push_back(phone_key(phone));
  });
  registry.operation(create, create_party);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Party>().get(in.id); });
  registry.operation(update, update_party);
  registry.operation(archive, [](Context& cx, const ArchiveInput& in) {
    return cx.repo<Party>().archive(in.id, in.version);
  });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Party>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<Party>().count(in); });
}

}  // namespace atlas::parties
