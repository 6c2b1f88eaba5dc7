#pragma once
// The operations of reports and moderation. Included by moderation.hpp.

#include "atlas/moderation.hpp"
#include "atlas/query.hpp"

namespace atlas {

namespace reports {

/// A listing that the caller may see, and what is wrong with it. Phone and e-mail are those of the one who
/// complains, where a user writes it down for somebody else; national numbers are read in `phone_region` (ISO
/// 3166), else in the organisation's country.
struct Create {
  Uuid listing_id;
  std::string reason_code;
  std::optional<std::string> comment;
  std::optional<std::string> phone;
  std::optional<std::string> email;
  std::optional<std::string> phone_region;
};

/// The report's own members. Not `created`: the same reporter has an open report on this listing, and this is
/// it; null when somebody else wrote it down and the caller is no moderator.
struct Created {
  std::optional<ListingReport> report;
  bool created = false;
};

/// A report that somebody begins to look into.
struct Review {
  Uuid id;
  std::int64_t version = 0;
};

/// A report under review that needs no case, or no longer.
struct Close {
  Uuid id;
  std::int64_t version = 0;
  std::string resolution;
  std::optional<std::string> comment;
};

}  // namespace reports

namespace moderation {

/// About a report under review, or about an entity: one of `report_id` and `entity_id`.
struct Open {
  std::string entity_kind = "listing";
  std::optional<Uuid> entity_id;
  std::optional<Uuid> report_id;
  std::string reason_code;
  std::optional<std::string> comment;
};

/// `reason_code` defaults to that of the case. The justification stands in the listing's history, where the
/// agency reads it.
struct Decide {
  Uuid id;
  std::int64_t version = 0;
  std::string decision;
  std::optional<std::string> reason_code;
  std::string justification;
};

}  // namespace moderation

template <>
struct Describe<reports::Create> {
  using In = reports::Create;
  static constexpr std::string_view name = "reports.create";
  static constexpr std::array fields{like<&In::listing_id, ListingReport>("listing_id", required),
                                     like<&In::reason_code, ListingReport>("reason_code", required),
                                     like<&In::comment, ListingReport>("comment"),
                                     field<&In::phone>("phone", formatted(Format::phone, 64), personal),
                                     field<&In::email>("email", formatted(Format::email, 254), personal),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<reports::Created> {
  using Out = reports::Created;
  static constexpr std::string_view name = "reports.created";
  static constexpr std::array fields{field<&Out::report>("report", {}, flatten),
                                     field<&Out::created>("created")};
};
template <>
struct Describe<reports::Review> {
  using In = reports::Review;
  static constexpr std::string_view name = "reports.review";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required)};
};
template <>
struct Describe<reports::Close> {
  using In = reports::Close;
  static constexpr std::string_view name = "reports.close";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::resolution, ListingReport>("resolution", required),
                                     field<&In::comment>("comment", body(1, 2000), free_text)};
};
template <>
struct Describe<moderation::Open> {
  using In = moderation::Open;
  static constexpr std::string_view name = "moderation.open";
  static constexpr std::array fields{like<&In::entity_kind, ModerationCase>("entity_kind"),
                                     field<&In::entity_id>("entity_id"),
                                     field<&In::report_id>("report_id", reference("listing_report")),
                                     like<&In::reason_code, ModerationCase>("reason_code", required),
                                     like<&In::comment, ModerationCase>("comment")};
};
template <>
struct Describe<moderation::Decide> {
  using In = moderation::Decide;
  static constexpr std::string_view name = "moderation.decide";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::decision>("decision", one_of(moderation_decisions), required),
      like<&In::reason_code, ModerationCase>("reason_code"),
      field<&In::justification>("justification", body(1, 2000), required | free_text)};
};

namespace reports {

inline constexpr Operation<Create, Created> create{{.name = "reports.create",
                                                    .permission = "REPORT_CREATE",
                                                    .effect = Effect::writes,
                                                    .summary = "Reports a listing to the moderators."}};
inline constexpr Operation<GetInput, ListingReport> get{
    {.name = "reports.get", .permission = "MODERATION_QUEUE_READ", .summary = "One report."}};
inline constexpr Operation<ListInput, Page<ListingReport>> list{
    {.name = "reports.list", .permission = "MODERATION_QUEUE_READ", .summary = "Reports, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "reports.count", .permission = "MODERATION_QUEUE_READ", .summary = "How many reports."}};
inline constexpr Operation<Review, ListingReport> review{{.name = "reports.review",
                                                          .permission = "MODERATION_DECIDE",
                                                          .effect = Effect::writes,
                                                          .summary = "Takes an open report under review."}};
inline constexpr Operation<Close, ListingReport> close{{.name = "reports.close",
                                                        .permission = "MODERATION_DECIDE",
                                                        .effect = Effect::writes,
                                                        .summary = "Closes a report under review."}};

/// What became of a report that was handed in.
struct Filed {
  enum class Outcome : std::uint8_t {
    filed,    ///< a new one
    met,      ///< the same reporter's open report on this listing
    limited,  ///< the reporter has sent too many today, or the listing has enough from the public
  };
  Outcome outcome = Outcome::filed;
  std::optional<ListingReport> report;
  std::int64_t retry_after_seconds = 0;  ///< when limited
};
/// Files a report from `reporter_kind` about a listing that the caller has found to be the reporter's to see.
/// Of one telephone number or e-mail address 10 in 24 hours; from the public 100 open ones for each listing.
/// Throws invalid_argument for a number that cannot be read.
Filed file(Context& cx, const Create& in, std::string_view reporter_kind);

}  // namespace reports

namespace moderation {

inline constexpr Operation<Open, ModerationCase> open{
    {.name = "moderation.open",
     .permission = "MODERATION_DECIDE",
     .effect = Effect::writes,
     .summary = "Opens a case, about a report under review or of the moderator's own accord."}};
inline constexpr Operation<GetInput, ModerationCase> get{
    {.name = "moderation.get", .permission = "MODERATION_QUEUE_READ", .summary = "One case."}};
inline constexpr Operation<ListInput, Page<ModerationCase>> list{
    {.name = "moderation.list",
     .permission = "MODERATION_QUEUE_READ",
     .summary = "Cases, page by page: the queue is those that are MOD_PENDING."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "moderation.count", .permission = "MODERATION_QUEUE_READ", .summary = "How many cases."}};
inline constexpr Operation<Decide, ModerationCase> decide{
    {.name = "moderation.decide",
     .permission = "MODERATION_DECIDE",
     .effect = Effect::writes,
     .summary = "Decides a case: approves, or takes what is public off the public side."}};

/// Rows of `column`'s table whose entity no case blocks; for predicates of what is public.
Predicate not_blocked(const Registry& registry, unsigned column);

/// Registers reports and cases, the moderation scope of listings and the say in publishing. After
/// register_listings.
void register_moderation(Registry& registry);

}  // namespace moderation
}  // namespace atlas
