#pragma once
// Moderation: reports about listings, and the cases that decide whether something may be public.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

/// Who a report came from: a user of the organisation, or a visitor of its public side.
inline constexpr std::array<std::string_view, 2> reporter_kinds{"user", "public"};
/// What became of a report.
inline constexpr std::array<std::string_view, 2> report_resolutions{"FOUNDED", "UNFOUNDED"};
/// What a case may be about.
inline constexpr std::array<std::string_view, 1> moderated_kinds{"listing"};
/// What a moderator may decide.
inline constexpr std::array<std::string_view, 3> moderation_decisions{"approve", "reject", "suspend"};

/// How to reach the one who reported; both may be absent.
struct Reporter {
  std::optional<std::string> phone;  ///< E.164
  std::optional<std::string> email;
};
template <>
struct Describe<Reporter> {
  static constexpr std::string_view name = "reporter";
  static constexpr std::array fields{field<&Reporter::phone>("phone", formatted(Format::phone, 64)),
                                     field<&Reporter::email>("email", formatted(Format::email, 254))};
};

/// Somebody says that something is wrong with a listing. `status_code` moves by the compiled machine
/// (REPORT_OPEN, REPORT_IN_REVIEW, REPORT_CLOSED).
struct ListingReport : Entity {
  Uuid listing_id;
  std::string reason_code;
  std::optional<std::string> comment;
  std::optional<Reporter> reporter;
  std::string reporter_kind = "user";
  std::string status_code = "REPORT_OPEN";
  std::optional<Uuid> case_id;  ///< the case that it led to
  std::optional<Uuid> decided_by;
  std::optional<Timestamp> closed_at;
  std::optional<std::string> resolution;
  std::optional<std::string> resolution_comment;
};
template <>
struct Describe<ListingReport> {
  using T = ListingReport;
  static constexpr std::string_view name = "listing_report";
  static constexpr std::array fields{
      field<&T::listing_id>("listing_id", reference("listing"), filterable),
      field<&T::reason_code>("reason_code", code("REPORT_REASON"), filterable),
      field<&T::comment>("comment", body(1, 2000), free_text),
      field<&T::reporter>("reporter", {}, personal | contact),
      field<&T::reporter_kind>("reporter_kind", one_of(reporter_kinds), filterable),
      field<&T::status_code>("status_code", code("REPORT_STATUS"), filterable),
      field<&T::case_id>("case_id", reference("moderation_case"), filterable),
      field<&T::decided_by>("decided_by", reference("user"), filterable),
      field<&T::closed_at>("closed_at", {}, filterable),
      field<&T::resolution>("resolution", one_of(report_resolutions), filterable),
      field<&T::resolution_comment>("resolution_comment", body(1, 2000), free_text)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}},
                                   KeyDeclaration{"by_listing", {"listing_id", "status_code", "created_at"}}};
};

/// The question whether something may be public, and the answer. `status_code` moves by the compiled machine
/// (MOD_PENDING, then MOD_APPROVED, MOD_REJECTED or MOD_SUSPENDED); at most one case of an entity is pending.
/// `blocks`: decided against, and no later case has approved it; what is blocked is not published.
struct ModerationCase : Entity {
  std::string entity_kind = "listing";
  Uuid entity_id;
  std::string status_code = "MOD_PENDING";
  std::string reason_code;
  std::optional<std::string> comment;
  std::optional<Uuid> opened_by;
  std::optional<Uuid> decided_by;
  std::optional<Timestamp> decided_at;
  std::optional<std::string> justification;
  bool blocks = false;
};
template <>
struct Describe<ModerationCase> {
  using T = ModerationCase;
  static constexpr std::string_view name = "moderation_case";
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(moderated_kinds), filterable),
      field<&T::entity_id>("entity_id", {}, filterable),
      field<&T::status_code>("status_code", code("MOD_STATUS"), filterable),
      field<&T::reason_code>("reason_code", code("MOD_REASON"), filterable),
      field<&T::comment>("comment", body(1, 2000), free_text),
      field<&T::opened_by>("opened_by", reference("user"), filterable),
      field<&T::decided_by>("decided_by", reference("user"), filterable),
      field<&T::decided_at>("decided_at", {}, filterable),
      field<&T::justification>("justification", body(1, 2000), free_text),
      field<&T::blocks>("blocks", {}, filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}},
                                   KeyDeclaration{"by_entity", {"entity_id", "status_code", "created_at"}}};
};

}  // namespace atlas

#include "atlas/moderation_operations.hpp"
