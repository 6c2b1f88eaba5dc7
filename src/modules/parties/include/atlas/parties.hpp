#pragma once
// Parties: the people and organisations around dossiers.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/external_refs.hpp"
#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;
struct MatchKey;

/// `role_code` is the role in which the party first came; each dossier's own role is on its link.
struct Party : Entity {
  std::string role_code;
  std::optional<std::string> given_name;
  std::optional<std::string> family_name;
  std::optional<std::string> organisation_name;
  std::vector<std::string> phones;  ///< E.164 where readable, else as given
  std::vector<std::string> emails;
  std::optional<std::string> address;
  std::optional<std::string> national_id;  ///< CIN and the like
  std::optional<Date> birth_date;
  std::optional<std::string> preferred_locale;
  std::vector<ExternalRef> external_refs;
  std::optional<std::string> time_zone;  ///< whose clock says when to write or call; absent: the number's
  std::optional<Uuid> merged_into;       ///< the party that took its place
};
template <>
struct Describe<Party> {
  static constexpr std::string_view name = "party";
  static constexpr std::array fields{
      field<&Party::role_code>("role_code", code("PARTY_ROLE"), updatable | filterable),
      field<&Party::given_name>("given_name", line(1, 200), updatable | personal),
      field<&Party::family_name>("family_name", line(1, 200), updatable | filterable | sortable | personal),
      field<&Party::organisation_name>("organisation_name", line(1, 200),
                                       updatable | filterable | personal | folded),
      field<&Party::phones>("phones", formatted(Format::phone, 64), updatable | personal | contact),
      field<&Party::emails>("emails", formatted(Format::email, 254), updatable | personal | contact),
      field<&Party::address>("address", line(1, 500), updatable | personal),
      field<&Party::national_id>("national_id", line(1, 64), updatable | personal),
      field<&Party::birth_date>("birth_date", {}, updatable | personal),
      field<&Party::preferred_locale>("preferred_locale", formatted(Format::locale), updatable),
      field<&Party::external_refs>("external_refs", external_ref_count, updatable | sparse),
      field<&Party::time_zone>("time_zone", formatted(Format::time_zone), updatable),
      field<&Party::merged_into>("merged_into", reference("party"), omit_absent)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_family_name", {"family_name"}},
                                   KeyDeclaration{"by_organisation_name", {"organisation_name"}}};
};

namespace parties {

/// Required: role_code and one of family_name, organisation_name. National telephone numbers are read in
/// `phone_region` (ISO 3166), else in the organisation's country.
struct Create {
  std::string role_code;
  std::optional<std::string> given_name;
  std::optional<std::string> family_name;
  std::optional<std::string> organisation_name;
  std::vector<std::string> phones;
  std::vector<std::string> emails;
  std::optional<std::string> address;
  std::optional<std::string> national_id;
  std::optional<Date> birth_date;
  std::optional<std::string> preferred_locale;
  std::optional<std::string> time_zone;
  std::vector<ExternalRef> external_refs;
  std::optional<std::string> phone_region;
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears; lists are replaced whole.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> role_code;
  Change<std::string> given_name;
  Change<std::string> family_name;
  Change<std::string> organisation_name;
  Change<std::vector<std::string>> phones;
  Change<std::vector<std::string>> emails;
  Change<std::string> address;
  Change<std::string> national_id;
  Change<Date> birth_date;
  Change<std::string> preferred_locale;
  Change<std::string> time_zone;
  Change<std::vector<ExternalRef>> external_refs;
  Change<std::string> meta;
};

}  // namespace parties

template <>
struct Describe<parties::Create> {
  using In = parties::Create;
  static constexpr std::string_view name = "parties.create";
  static constexpr std::array fields{like<&In::role_code, Party>("role_code", required),
                                     like<&In::given_name, Party>("given_name"),
                                     like<&In::family_name, Party>("family_name"),
                                     like<&In::organisation_name, Party>("organisation_name"),
                                     like<&In::phones, Party>("phones"),
                                     like<&In::emails, Party>("emails"),
                                     like<&In::address, Party>("address"),
                                     like<&In::national_id, Party>("national_id"),
                                     like<&In::birth_date, Party>("birth_date"),
                                     like<&In::preferred_locale, Party>("preferred_locale"),
                                     like<&In::time_zone, Party>("time_zone"),
                                     like<&In::external_refs, Party>("external_refs"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<parties::Update> {
  using In = parties::Update;
  static constexpr std::string_view name = "parties.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::role_code, Party>("role_code"),
                                     like<&In::given_name, Party>("given_name"),
                                     like<&In::family_name, Party>("family_name"),
                                     like<&In::organisation_name, Party>("organisation_name"),
                                     like<&In::phones, Party>("phones"),
                                     like<&In::emails, Party>("emails"),
                                     like<&In::address, Party>("address"),
                                     like<&In::national_id, Party>("national_id"),
                                     like<&In::birth_date, Party>("birth_date"),
                                     like<&In::preferred_locale, Party>("preferred_locale"),
                                     like<&In::time_zone, Party>("time_zone"),
                                     like<&In::external_refs, Party>("external_refs"),
                                     field<&In::meta>("meta", json_object())};
};

namespace parties {

inline constexpr Operation<Create, Party> create{{.name = "parties.create",
                                                  .permission = "PARTY_WRITE",
                                                  .effect = Effect::writes,
                                                  .summary = "Adds a person or organisation.",
                                                  .feature = "core.dossiers"}};
inline constexpr Operation<GetInput, Party> get{
    {.name = "parties.get", .permission = "PARTY_READ", .summary = "One party."}};
inline constexpr Operation<Update, Party> update{{.name = "parties.update",
                                                  .permission = "PARTY_WRITE",
                                                  .effect = Effect::writes,
                                                  .summary = "Changes a party."}};
inline constexpr Operation<ArchiveInput, Party> archive{{.name = "parties.archive",
                                                         .permission = "PARTY_WRITE",
                                                         .effect = Effect::writes,
                                                         .summary = "Takes a party out of the lists."}};
inline constexpr Operation<ListInput, Page<Party>> list{
    {.name = "parties.list", .permission = "PARTY_READ", .summary = "Parties, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "parties.count", .permission = "PARTY_READ", .summary = "How many parties."}};

/// The party that `in` describes, its numbers and addresses in normal form, not yet saved. For
/// dossiers.add_party too.
Party make_party(Context& cx, const Create& in);

/// The match key of a number in E.164.
MatchKey phone_key(std::string_view e164);

/// Registers parties. Whose they are is told by register_dossiers.
void register_parties(Registry& registry);

}  // namespace parties
}  // namespace atlas
