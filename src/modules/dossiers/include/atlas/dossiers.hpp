#pragma once
// Dossiers: the cases of an agency (a lead, a mandate, a sale…), their status, their parties.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/external_refs.hpp"
#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/parties.hpp"
#include "atlas/schema.hpp"
#include "atlas/status_changes.hpp"
#include "atlas/workflow_steps.hpp"

namespace atlas {

/// What qualifying brought to light.
struct Qualification {
  std::optional<std::string> notes;
  std::optional<std::int64_t> score;
  std::vector<std::string> needs;  ///< NEED_TYPE
  std::optional<std::string> desired_plan_key;
  std::optional<std::string> actor_type;
  std::optional<std::string> company;
  std::optional<std::string> team_size_bucket;
  std::optional<std::string> listing_volume_bucket;
  std::optional<Money> deal_value;
};
template <>
struct Describe<Qualification> {
  using T = Qualification;
  static constexpr std::string_view name = "qualification";
  static constexpr std::array fields{field<&T::notes>("notes", body()),
                                     field<&T::score>("score", range(0, 100)),
                                     field<&T::needs>("needs", code("NEED_TYPE")),
                                     field<&T::desired_plan_key>("desired_plan_key", line(1, 64)),
                                     field<&T::actor_type>("actor_type", line()),
                                     field<&T::company>("company", line(1, 200)),
                                     field<&T::team_size_bucket>("team_size_bucket", line(1, 64)),
                                     field<&T::listing_volume_bucket>("listing_volume_bucket", line(1, 64)),
                                     field<&T::deal_value>("deal_value")};
};

/// One case. `phone` is E.164 or absent when what was written (`phone_raw`) cannot be read;
/// `phone_region_source` says where the region of a national number came from. `status_code` changes only by
/// transitions.
struct Dossier : Entity {
  std::string case_type_code;
  std::string status_code;
  std::string source_code;
  std::optional<Uuid> listing_id;
  std::string contact_name;
  std::optional<std::string> phone;
  std::optional<std::string> phone_raw;
  std::optional<std::string> phone_region_source;
  std::optional<std::string> email;
  std::optional<Money> budget_min;
  std::optional<Money> budget_max;
  std::optional<Uuid> assigned_to_user_id;
  std::optional<std::int64_t> score;
  std::optional<std::string> loss_reason_code;
  std::optional<std::string> won_reason_code;
  std::int64_t workflow_version = 1;
  Timestamp last_activity_at;
  std::optional<std::string> city;
  std::optional<std::string> locale;
  std::optional<std::string> contact_channel_preferred;
  std::optional<Uuid> party_id;
  std::string utm = "{}";
  Qualification qualification;
  std::vector<ExternalRef> external_refs;
  std::optional<Uuid> merged_into;  ///< the dossier that took its place
};
template <>
struct Describe<Dossier> {
  static constexpr std::string_view name = "dossier";
  static constexpr bool workflow = true;
  static constexpr std::array fields{
      field<&Dossier::case_type_code>("case_type_code", code("CASE_TYPE"), filterable),
      field<&Dossier::status_code>("status_code", code("CASE_STATUS"), filterable),
      field<&Dossier::source_code>("source_code", code("LEAD_SOURCE"), updatable | filterable),
      field<&Dossier::listing_id>("listing_id", reference("listing"), updatable | filterable),
      field<&Dossier::contact_name>("contact_name", line(1, 200), updatable | personal),
      field<&Dossier::phone>("phone", formatted(Format::phone, 64),
                             updatable | filterable | personal | contact),
      field<&Dossier::phone_raw>("phone_raw", formatted(Format::phone, 64), personal | contact),
      field<&Dossier::phone_region_source>("phone_region_source", line(1, 32)),
      field<&Dossier::email>("email", formatted(Format::email, 254),
                             updatable | filterable | personal | contact),
      field<&Dossier::budget_min>("budget_min", range(0, max_money), updatable | filterable),
      field<&Dossier::budget_max>("budget_max", range(0, max_money), updatable | filterable),
      field<&Dossier::assigned_to_user_id>("assigned_to_user_id", reference("user"), filterable),
      field<&Dossier::score>("score", range(0, 100), filterable),
      field<&Dossier::loss_reason_code>("loss_reason_code", code("LOSS_REASON"), filterable),
      field<&Dossier::won_reason_code>("won_reason_code", code("WON_REASON"), filterable),
      field<&Dossier::workflow_version>("workflow_version"),
      field<&Dossier::last_activity_at>("last_activity_at", {}, filterable | sortable),
      field<&Dossier::city>("city", line(1, 200), updatable | filterable),
      field<&Dossier::locale>("locale", formatted(Format::locale), updatable),
      field<&Dossier::contact_channel_preferred>("contact_channel_preferred", code("CHANNEL_TYPE"),
                                                 updatable),
      field<&Dossier::party_id>("party_id", reference("party"), updatable | filterable),
      field<&Dossier::utm>("utm", json_object(4096), updatable),
      field<&Dossier::qualification>("qualification", {}, updatable | free_text),
      field<&Dossier::external_refs>("external_refs", external_ref_count, updatable | sparse),
      field<&Dossier::merged_into>("merged_into", reference("dossier"), omit_absent)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_activity", {"last_activity_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}},
                                   KeyDeclaration{"by_assignee", {"assigned_to_user_id", "created_at"}},
                                   KeyDeclaration{"by_phone", {"phone"}},
                                   KeyDeclaration{"by_email", {"email"}},
                                   KeyDeclaration{"by_listing", {"listing_id"}},
                                   KeyDeclaration{"by_party", {"party_id"}}};
};

namespace dossiers {

/// Throws conflict (reason `state`) where the dossier is archived: what is archived stays as it was.
inline void require_unarchived(const Dossier& dossier) {
  if (dossier.archived_at)
    throw Error(ErrorCode::conflict, "the dossier is archived").with("reason", "state");
}

}  // namespace dossiers

/// A party in a dossier, with its role there. Children of a dossier may be shared by several.
struct PartyLink : Entity {
  Uuid dossier_id;
  Uuid party_id;
  std::string role_code;
};
template <>
struct Describe<PartyLink> {
  using T = PartyLink;
  static constexpr std::string_view name = "party_link";
  static constexpr std::array fields{field<&T::dossier_id>("dossier_id", reference("dossier"), filterable),
                                     field<&T::party_id>("party_id", reference("party"), filterable),
                                     field<&T::role_code>("role_code", code("PARTY_ROLE"), filterable)};
  static constexpr std::array keys{
      KeyDeclaration{"by_dossier", {"dossier_id", "party_id", "role_code"}, true},
      KeyDeclaration{"by_party", {"party_id", "dossier_id"}}};
};

}  // namespace atlas

#include "atlas/dossier_operations.hpp"
