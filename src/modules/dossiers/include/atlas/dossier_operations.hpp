#pragma once
// The operations of dossiers. Included by dossiers.hpp.

#include <functional>

#include "atlas/dossiers.hpp"

namespace atlas {

class Context;
class Registry;

namespace dossiers {

/// Required: contact_name and a way to reach the person (phone or email). An open dossier of the same case
/// type with the same phone or e-mail and a compatible listing is met instead of opening a second one.
struct Create {
  std::string case_type_code = "CRM_LEAD";
  std::string source_code = "LEAD_SOURCE_OTHER";
  std::string contact_name;
  std::optional<std::string> phone;  ///< as people write it
  std::optional<std::string>
      phone_region;  ///< ISO 3166, for national numbers; default the organisation's country
  std::optional<std::string> email;
  std::optional<Uuid> listing_id;
  std::optional<Money> budget_min;
  std::optional<Money> budget_max;
  std::optional<Uuid> assigned_to_user_id;
  std::optional<std::string> city;
  std::optional<std::string> locale;
  std::optional<std::string> contact_channel_preferred;
  std::optional<Uuid> party_id;
  std::string utm = "{}";
  std::optional<Qualification> qualification;
  std::vector<ExternalRef> external_refs;
  bool strict = false;  ///< refuse a phone that cannot be read
  std::string meta = "{}";
};

/// A record that may be the same as one that was just made.
struct PossibleDuplicate {
  Uuid id;
  std::int64_t score = 0;  ///< 0..100
  Decimal probability;     ///< six decimals
};

/// What a new dossier looks like, by the room that searches for duplicates: the registry's part of this type.
struct Resemblance {
  std::function<std::vector<PossibleDuplicate>(Context&, const Uuid& dossier)> of;
};

/// The dossier's own members, and: was it opened now, or met? A dossier met outside the caller's scope is not
/// shown.
struct Created {
  std::optional<Dossier> dossier;
  bool created = false;
  std::vector<std::string> matched_on;               ///< "phone", "email"
  std::optional<std::vector<std::string>> also;      ///< ids of others that would have been met
  std::optional<std::vector<std::string>> warnings;  ///< "phone_unreadable"
  /// The dossiers within the caller's scope that may be the same as the one just opened, the likeliest first.
  std::optional<std::vector<PossibleDuplicate>> possible_duplicates;
};

/// An absent member is unchanged, null clears (refused for a required field); `meta`, `utm` are merged (RFC
/// 7396).
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> source_code;
  Change<std::string> contact_name;
  Change<std::string> phone;
  Change<std::string> email;
  Change<Uuid> listing_id;
  Change<Money> budget_min;
  Change<Money> budget_max;
  Change<std::string> city;
  Change<std::string> locale;
  Change<std::string> contact_channel_preferred;
  Change<Uuid> party_id;
  Change<std::string> utm;
  Change<Qualification> qualification;
  Change<std::vector<ExternalRef>> external_refs;
  Change<std::string> meta;
};

/// Gives the dossier to an active user.
struct Assign {
  Uuid id;
  std::int64_t version = 0;
  std::optional<Uuid> user_id;  ///< absent: nobody
};

/// By the transition's code, or by the state to reach; with `fields` also changes of the dossier.
using TransitionInput = workflow::StepInput;
using Way = workflow::Way;
using Ways = workflow::Ways;

/// The override of a terminal state; the justification is kept in the history. `to` is another state of the
/// dossier's workflow, also if its code has been switched off since; `reason_code` where that state asks for
/// a reason, and only there. An archived dossier is conflict (state).
struct OverrideStatus {
  Uuid id;
  std::int64_t version = 0;
  std::string to;
  std::string justification;
  std::optional<std::string> reason_code;
};

/// Makes a dossier that has not begun (it stands in the first state of its workflow) one of another case
/// type: it starts on that type's workflow. An open dossier there of the same person is conflict (unique,
/// with its `dossier_id` as far as the caller may see it).
struct SetCaseType {
  Uuid id;
  std::int64_t version = 0;
  std::string case_type_code;
  std::optional<std::string> comment;
};

/// How long dossiers of a case type stayed in each state. Counted are visits that ended from `from` on and
/// before `to`; without them all.
struct TimeByStateInput {
  std::string case_type_code;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
};
/// Half of the visits took at most the median, nine of ten at most p90. `current`: how many are there now.
struct StateDuration {
  std::string status_code;
  std::int64_t visits = 0;
  std::int64_t current = 0;
  std::optional<std::int64_t> median_seconds;
  std::optional<std::int64_t> p90_seconds;
};
/// Looked at are the 20,000 dossiers with the latest activity; `more`: there are others.
struct TimeByState {
  std::string case_type_code;
  std::int64_t dossiers = 0;
  bool more = false;
  std::vector<StateDuration> items;
};

/// The status history of the dossier `id`, page by page.
struct HistoryInput {
  Uuid id;
  std::int64_t limit = 100;
  std::optional<std::string> after;
};

/// A party that exists, in a role of this dossier; unique for party and role.
struct LinkParty {
  Uuid id;
  Uuid party_id;
  std::string role_code;
};
/// A new party, linked at once.
struct AddParty {
  Uuid id;
  parties::Create party;
};
/// At most 500 parties.
struct PartiesResult {
  struct Item {
    std::string role_code;
    Party party;
  };
  std::vector<Item> items;
};

}  // namespace dossiers

template <>
struct Describe<dossiers::Create> {
  using In = dossiers::Create;
  static constexpr std::string_view name = "dossiers.create";
  static constexpr std::array fields{
      like<&In::case_type_code, Dossier>("case_type_code"),
      like<&In::source_code, Dossier>("source_code"),
      like<&In::contact_name, Dossier>("contact_name", required),
      like<&In::phone, Dossier>("phone"),
      field<&In::phone_region>("phone_region", formatted(Format::region)),
      like<&In::email, Dossier>("email"),
      like<&In::listing_id, Dossier>("listing_id"),
      like<&In::budget_min, Dossier>("budget_min"),
      like<&In::budget_max, Dossier>("budget_max"),
      like<&In::assigned_to_user_id, Dossier>("assigned_to_user_id"),
      like<&In::city, Dossier>("city"),
      like<&In::locale, Dossier>("locale"),
      like<&In::contact_channel_preferred, Dossier>("contact_channel_preferred"),
      like<&In::party_id, Dossier>("party_id"),
      like<&In::utm, Dossier>("utm"),
      like<&In::qualification, Dossier>("qualification"),
      like<&In::external_refs, Dossier>("external_refs"),
      field<&In::strict>("strict"),
      field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<dossiers::PossibleDuplicate> {
  using Out = dossiers::PossibleDuplicate;
  static constexpr std::string_view name = "dossiers.possible_duplicate";
  static constexpr std::array fields{field<&Out::id>("id"), field<&Out::score>("score", range(0, 100)),
                                     field<&Out::probability>("probability", decimal(6, 0, 1'000'000))};
};
template <>
struct Describe<dossiers::Created> {
  using Out = dossiers::Created;
  static constexpr std::string_view name = "dossiers.created";
  static constexpr std::array fields{
      field<&Out::dossier>("dossier", {}, flatten),
      field<&Out::created>("created"),
      field<&Out::matched_on>("matched_on"),
      field<&Out::also>("also", {}, omit_absent),
      field<&Out::warnings>("warnings", {}, omit_absent),
      field<&Out::possible_duplicates>("possible_duplicates", {}, omit_absent)};
};
template <>
struct Describe<dossiers::Update> {
  using In = dossiers::Update;
  static constexpr std::string_view name = "dossiers.update";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required),
      field<&In::version>("version", range(1, INT64_MAX), required),
      like<&In::source_code, Dossier>("source_code"),
      like<&In::contact_name, Dossier>("contact_name"),
      like<&In::phone, Dossier>("phone"),
      like<&In::email, Dossier>("email"),
      like<&In::listing_id, Dossier>("listing_id"),
      like<&In::budget_min, Dossier>("budget_min"),
      like<&In::budget_max, Dossier>("budget_max"),
      like<&In::city, Dossier>("city"),
      like<&In::locale, Dossier>("locale"),
      like<&In::contact_channel_preferred, Dossier>("contact_channel_preferred"),
      like<&In::party_id, Dossier>("party_id"),
      like<&In::utm, Dossier>("utm"),
      like<&In::qualification, Dossier>("qualification"),
      like<&In::external_refs, Dossier>("external_refs"),
      field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<dossiers::Assign> {
  using In = dossiers::Assign;
  static constexpr std::string_view name = "dossiers.assign";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::user_id>("user_id", reference("user"))};
};
template <>
struct Describe<dossiers::OverrideStatus> {
  using In = dossiers::OverrideStatus;
  static constexpr std::string_view name = "dossiers.override_status";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::to>("to", line(1, 64), required),
                                     field<&In::justification>("justification", body(), required | free_text),
                                     field<&In::reason_code>("reason_code", line(1, 64))};
};
template <>
struct Describe<dossiers::SetCaseType> {
  using In = dossiers::SetCaseType;
  static constexpr std::string_view name = "dossiers.set_case_type";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::case_type_code>("case_type_code", code("CASE_TYPE"), required),
      field<&In::comment>("comment", body(), free_text)};
};
template <>
struct Describe<dossiers::TimeByStateInput> {
  using In = dossiers::TimeByStateInput;
  static constexpr std::string_view name = "dossiers.time_by_state";
  static constexpr std::array fields{
      field<&In::case_type_code>("case_type_code", code("CASE_TYPE"), required), field<&In::from>("from"),
      field<&In::to>("to")};
};
template <>
struct Describe<dossiers::StateDuration> {
  using Out = dossiers::StateDuration;
  static constexpr std::string_view name = "state_duration";
  static constexpr std::array fields{
      field<&Out::status_code>("status_code"), field<&Out::visits>("visits"), field<&Out::current>("current"),
      field<&Out::median_seconds>("median_seconds"), field<&Out::p90_seconds>("p90_seconds")};
};
template <>
struct Describe<dossiers::TimeByState> {
  using Out = dossiers::TimeByState;
  static constexpr std::string_view name = "dossiers.time_by_state_result";
  static constexpr std::array fields{field<&Out::case_type_code>("case_type_code"),
                                     field<&Out::dossiers>("dossiers"), field<&Out::more>("more"),
                                     field<&Out::items>("items")};
};
template <>
struct Describe<dossiers::HistoryInput> {
  using In = dossiers::HistoryInput;
  static constexpr std::string_view name = "dossiers.history";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096))};
};
template <>
struct Describe<dossiers::LinkParty> {
  using In = dossiers::LinkParty;
  static constexpr std::string_view name = "dossiers.link_party";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::party_id>("party_id", reference("party"), required),
                                     field<&In::role_code>("role_code", code("PARTY_ROLE"), required)};
};
template <>
struct Describe<dossiers::AddParty> {
  using In = dossiers::AddParty;
  static constexpr std::string_view name = "dossiers.add_party";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::party>("party", {}, required)};
};
template <>
struct Describe<dossiers::PartiesResult::Item> {
  using Out = dossiers::PartiesResult::Item;
  static constexpr std::string_view name = "dossier_party";
  static constexpr std::array fields{field<&Out::role_code>("role_code"), field<&Out::party>("party")};
};
template <>
struct Describe<dossiers::PartiesResult> {
  using Out = dossiers::PartiesResult;
  static constexpr std::string_view name = "dossiers.parties_result";
  static constexpr std::array fields{field<&Out::items>("items")};
};

namespace dossiers {

inline constexpr Operation<Create, Created> create{
    {.name = "dossiers.create",
     .permission = "DOSSIER_CREATE",
     .effect = Effect::writes,
     .summary = "Opens a dossier, or meets the open one of the same person.",
     .feature = "core.dossiers"}};
inline constexpr Operation<GetInput, Dossier> get{{.name = "dossiers.get",
                                                   .permission = "DOSSIER_READ_ASSIGNED",
                                                   .summary = "One dossier.",
                                                   .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<Update, Dossier> update{
    {.name = "dossiers.update",
     .permission = "DOSSIER_UPDATE",
     .effect = Effect::writes,
     .summary = "Changes a dossier's fields; absent members stay, null clears."}};
inline constexpr Operation<ArchiveInput, Dossier> archive{{.name = "dossiers.archive",
                                                           .permission = "DOSSIER_UPDATE",
                                                           .effect = Effect::writes,
                                                           .summary = "Takes a dossier out of the lists."}};
inline constexpr Operation<ListInput, Page<Dossier>> list{{.name = "dossiers.list",
                                                           .permission = "DOSSIER_READ_ASSIGNED",
                                                           .summary = "Dossiers, page by page.",
                                                           .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<CountInput, Count> count{{.name = "dossiers.count",
                                                     .permission = "DOSSIER_READ_ASSIGNED",
                                                     .summary = "How many dossiers.",
                                                     .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<Assign, Dossier> assign{{.name = "dossiers.assign",
                                                    .permission = "DOSSIER_ASSIGN",
                                                    .effect = Effect::writes,
                                                    .summary = "Gives a dossier to a user, or to nobody."}};
inline constexpr Operation<TransitionInput, Dossier> transition{
    {.name = "dossiers.transition",
     .permission = "DOSSIER_CHANGE_STATUS",
     .effect = Effect::writes,
     .summary = "Moves a dossier along its workflow, by a transition's code or to a state."}};
inline constexpr Operation<workflow::WaysInput, Ways> transitions{
    {.name = "dossiers.transitions",
     .permission = "DOSSIER_READ_ASSIGNED",
     .summary = "What the caller may do with a dossier now, and why the rest is closed.",
     .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<OverrideStatus, Dossier> override_status{
    {.name = "dossiers.override_status",
     .permission = "WORKFLOW_OVERRIDE",
     .effect = Effect::writes,
     .summary = "Takes a closed dossier out of its terminal state, with a justification."}};
inline constexpr Operation<SetCaseType, Dossier> set_case_type{
    {.name = "dossiers.set_case_type",
     .permission = "DOSSIER_CHANGE_STATUS",
     .effect = Effect::writes,
     .summary = "Tells what kind of case a dossier that has not begun is; it starts on that workflow."}};
inline constexpr Operation<GetInput, workflow::TimesInStates> time_in_state{
    {.name = "dossiers.time_in_state",
     .permission = "DOSSIER_READ_ASSIGNED",
     .summary = "How long a dossier was in each state, and since when it is where it is.",
     .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<TimeByStateInput, TimeByState> time_by_state{
    {.name = "dossiers.time_by_state",
     .permission = "REPORTING_BASIC_READ",
     .summary = "How long the dossiers of a case type stay in each state: median and ninth decile."}};
inline constexpr Operation<HistoryInput, Page<StatusChange>> history{
    {.name = "dossiers.history",
     .permission = "DOSSIER_READ_ASSIGNED",
     .summary = "The status history, oldest first.",
     .or_permission = "DOSSIER_READ_ORG"}};
inline constexpr Operation<LinkParty, PartyLink> link_party{
    {.name = "dossiers.link_party",
     .permission = "DOSSIER_UPDATE",
     .effect = Effect::writes,
     .summary = "Links a party to a dossier in a role."}};
inline constexpr Operation<AddParty, Party> add_party{
    {.name = "dossiers.add_party",
     .permission = "DOSSIER_UPDATE",
     .effect = Effect::writes,
     .summary = "Creates a party and links it to a dossier."}};
inline constexpr Operation<GetInput, PartiesResult> parties_of{
    {.name = "dossiers.parties",
     .permission = "DOSSIER_READ_ASSIGNED",
     .summary = "The parties of a dossier with their roles.",
     .or_permission = "DOSSIER_READ_ORG"}};

/// What open_or_meet found or made, whatever the caller may see of it.
struct Opened {
  Dossier dossier;
  bool created = false;
  std::vector<std::string> matched_on;
  std::vector<std::string> also;
  std::vector<std::string> warnings;
};
/// dossiers.create for a rule of a room above (a visitor's lead), which has authorised it: under the same
/// conditions, but within no scope, and the caller gets no part in it. Throws as dossiers.create.
Opened open_or_meet(Context& cx, const Create& in);

/// Registers dossiers with their status and parties. After register_parties and register_users.
void register_dossiers(Registry& registry);

}  // namespace dossiers
}  // namespace atlas
