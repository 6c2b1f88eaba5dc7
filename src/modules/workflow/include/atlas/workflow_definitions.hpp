#pragma once
// An organisation's own definitions: what is stored of a published version, and publishing, comparing, trying
// one out.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"
#include "atlas/workflow_operations.hpp"

namespace atlas {
namespace workflow {

/// What becomes of running records when a version is published: they stay on theirs, or are moved to it.
inline constexpr std::array<std::string_view, 2> running_policies{"KEEP", "MOVE"};
/// How far moving them is. One that a newer publication took over is SUPERSEDED.
inline constexpr std::array<std::string_view, 4> move_states{"NONE", "RUNNING", "DONE", "SUPERSEDED"};

/// As the transition of a line of the history that a move wrote.
inline constexpr std::string_view moved_transition = "@moved";
/// As that of a line that an override wrote; no definition has a transition of this code.
inline constexpr std::string_view override_transition = "OVERRIDE";
/// What the history calls it when a record is told another case type.
inline constexpr std::string_view retyped_transition = "SET_CASE_TYPE";

/// Where records of a state go whose state the new version lacks, or may go.
struct Mapping {
  std::string from;
  std::string to;
};

/// Codes that a definition names, by dictionary: for whoever asks where a code is used.
struct NamedCodes {
  std::vector<std::string> statuses;
  std::vector<std::string> task_categories;
  std::vector<std::string> document_types;
  std::vector<std::string> appointment_types;
  std::vector<std::string> channels;
};

}  // namespace workflow

template <>
struct Describe<workflow::Mapping> {
  using T = workflow::Mapping;
  static constexpr std::string_view name = "workflow_mapping";
  static constexpr std::array fields{field<&T::from>("from", line(1, 64), required),
                                     field<&T::to>("to", line(1, 64), required)};
};
template <>
struct Describe<workflow::NamedCodes> {
  using T = workflow::NamedCodes;
  static constexpr std::string_view name = "workflow_codes";
  static constexpr std::array fields{field<&T::statuses>("statuses", code("CASE_STATUS")),
                                     field<&T::task_categories>("task_categories", code("TASK_CATEGORY")),
                                     field<&T::document_types>("document_types", code("DOC_TYPE")),
                                     field<&T::appointment_types>("appointment_types", code("APPOINT_TYPE")),
                                     field<&T::channels>("channels", code("CHANNEL_TYPE"))};
};

/// One published version. `number` is the version of the definition; 1 is the seeded one where there is one.
/// States and transitions never change; which version is active and how far moving has come do.
struct WorkflowDefinition : Entity {
  std::string case_type_code;
  std::int64_t number = 1;
  bool is_active = true;
  std::string running = "KEEP";
  std::vector<workflow::Mapping> mapping;
  std::string move_status = "NONE";
  std::int64_t moved = 0;          ///< records that were moved to it
  std::int64_t kept = 0;           ///< running ones that could not be: they stay where they were
  std::optional<Uuid> move_after;  ///< how far the present pass is
  std::int64_t pass_moved = 0;
  std::optional<std::string> note;
  workflow::NamedCodes codes;
  std::vector<workflow::State> states;
  std::vector<workflow::Transition> transitions;
};
template <>
struct Describe<WorkflowDefinition> {
  using T = WorkflowDefinition;
  static constexpr std::string_view name = "workflow_definition";
  static constexpr std::array fields{
      field<&T::case_type_code>("case_type_code", code("CASE_TYPE"), filterable),
      field<&T::number>("number", range(1, 1'000'000'000), filterable),
      field<&T::is_active>("is_active", {}, filterable),
      field<&T::running>("running", one_of(workflow::running_policies)),
      field<&T::mapping>("mapping", range(0, 1'000)),
      field<&T::move_status>("move_status", one_of(workflow::move_states)),
      field<&T::moved>("moved"),
      field<&T::kept>("kept"),
      field<&T::move_after>("move_after", {}, internal),
      field<&T::pass_moved>("pass_moved", {}, internal),
      field<&T::note>("note", body(1, 2'000), free_text),
      field<&T::codes>("codes"),
      field<&T::states>("states", range(0, workflow::max_states)),
      field<&T::transitions>("transitions", range(0, workflow::max_transitions))};
  static constexpr std::array keys{KeyDeclaration{"by_number", {"case_type_code", "number"}, true}};
};

namespace workflow {

/// Bounds of what one organisation publishes.
inline constexpr std::int64_t max_versions = 1'000;  ///< of a case type
inline constexpr std::size_t max_definition_bytes = 256 * 1024;

/// How two definitions differ. `before` and `after` are JSON.
inline constexpr std::array<std::string_view, 3> change_kinds{"ADDED", "REMOVED", "CHANGED"};
struct MemberChange {
  std::string member;
  std::string before, after;
};
/// A state by its code, a transition by the state that it leaves and its code.
struct PartChange {
  std::string change;
  std::optional<std::string> from;
  std::string code;
  std::vector<MemberChange> members;
};
struct Difference {
  std::string case_type_code;
  std::int64_t from_version = 0;
  std::optional<std::int64_t> to_version;  ///< absent: the definition that was given
  std::vector<PartChange> states, transitions;
  std::vector<std::string> lines;  ///< the same for people, one change a line
};
/// Compares two definitions; `versions` of the answer are the definitions'.
Difference difference_of(const Definition& before, const Definition& after);

/// `definition` is compared when it is given, else version `to_version`, else the active one.
struct DiffInput {
  std::string case_type_code;
  std::int64_t from_version = 1;
  std::optional<std::int64_t> to_version;
  std::optional<Definition> definition;
};

/// `base_version` is the newest version that the publisher has seen (0: there was none); another is conflict.
/// With MOVE each state that the new version lacks needs a line in `mapping`.
struct PublishInput {
  Definition definition;
  std::int64_t base_version = 0;
  std::string running = "KEEP";
  std::vector<Mapping> mapping;
  std::optional<std::string> note;
  bool dry_run = false;
};

/// Records that stand somewhere. `terminal` as their own version says.
struct Standing {
  std::int64_t version = 1;
  std::string state;
  bool terminal = false;
  std::int64_t count = 0;
  /// In a simulation: where they would go; absent when they would be stranded, or have ended.
  std::optional<std::string> goes_to;
};

/// `ok` is false only of a dry run: otherwise errors are definition_invalid.
struct Published {
  bool ok = true;
  bool dry_run = false;
  std::string case_type_code;
  std::int64_t version = 0;
  std::vector<Finding> findings;
  Difference changes;
  std::vector<Standing> standing;  ///< of records that have not ended, at this moment
  std::int64_t to_move = 0;
};

/// One version, without its states and transitions.
struct VersionShown {
  std::int64_t version = 1;
  std::string origin = "tenant";
  bool is_active = false;
  std::optional<std::int64_t> open_records;  ///< that run on it; for those who may see all of them
  std::optional<Timestamp> published_at;
  std::optional<Uuid> published_by;
  std::string running = "KEEP";
  std::vector<Mapping> mapping;
  std::string move_status = "NONE";
  std::int64_t moved = 0, kept = 0;
  std::optional<std::string> note;
};
struct VersionsInput {
  std::string case_type_code;
};
inline constexpr std::size_t versions_shown = 100;
/// The newest of them and the seeded one, newest first.
struct Versions {
  std::string case_type_code;
  std::vector<VersionShown> items;
};

}  // namespace workflow

template <>
struct Describe<workflow::MemberChange> {
  using Out = workflow::MemberChange;
  static constexpr std::string_view name = "workflow_member_change";
  static constexpr std::array fields{field<&Out::member>("member"),
                                     field<&Out::before>("before", json_value()),
                                     field<&Out::after>("after", json_value())};
};
template <>
struct Describe<workflow::PartChange> {
  using Out = workflow::PartChange;
  static constexpr std::string_view name = "workflow_part_change";
  static constexpr std::array fields{field<&Out::change>("change", one_of(workflow::change_kinds)),
                                     field<&Out::from>("from", {}, omit_absent), field<&Out::code>("code"),
                                     field<&Out::members>("members")};
};
template <>
struct Describe<workflow::Difference> {
  using Out = workflow::Difference;
  static constexpr std::string_view name = "workflows.difference";
  static constexpr std::array fields{
      field<&Out::case_type_code>("case_type_code"), field<&Out::from_version>("from_version"),
      field<&Out::to_version>("to_version"),         field<&Out::states>("states"),
      field<&Out::transitions>("transitions"),       field<&Out::lines>("lines")};
};
template <>
struct Describe<workflow::DiffInput> {
  using In = workflow::DiffInput;
  static constexpr std::string_view name = "workflows.diff";
  static constexpr std::array fields{field<&In::case_type_code>("case_type_code", line(1, 64), required),
                                     field<&In::from_version>("from_version", range(1, 1'000'000'000)),
                                     field<&In::to_version>("to_version", range(1, 1'000'000'000)),
                                     field<&In::definition>("definition")};
};
template <>
struct Describe<workflow::PublishInput> {
  using In = workflow::PublishInput;
  static constexpr std::string_view name = "workflows.publish";
  static constexpr std::array fields{
      field<&In::definition>("definition", {}, required),
      field<&In::base_version>("base_version", range(0, 1'000'000'000), required),
      field<&In::running>("running", one_of(workflow::running_policies)),
      field<&In::mapping>("mapping", range(0, 1'000)),
      field<&In::note>("note", body(1, 2'000), free_text),
      field<&In::dry_run>("dry_run")};
};
template <>
struct Describe<workflow::Standing> {
  using Out = workflow::Standing;
  static constexpr std::string_view name = "workflow_standing";
  static constexpr std::array fields{field<&Out::version>("version"), field<&Out::state>("state"),
                                     field<&Out::terminal>("terminal"), field<&Out::count>("count"),
                                     field<&Out::goes_to>("goes_to")};
};
template <>
struct Describe<workflow::Published> {
  using Out = workflow::Published;
  static constexpr std::string_view name = "workflows.published";
  static constexpr std::array fields{field<&Out::ok>("ok"),
                                     field<&Out::dry_run>("dry_run"),
                                     field<&Out::case_type_code>("case_type_code"),
                                     field<&Out::version>("version"),
                                     field<&Out::findings>("findings"),
                                     field<&Out::changes>("changes"),
                                     field<&Out::standing>("standing"),
                                     field<&Out::to_move>("to_move")};
};
template <>
struct Describe<workflow::VersionShown> {
  using Out = workflow::VersionShown;
  static constexpr std::string_view name = "workflow_version";
  static constexpr std::array fields{field<&Out::version>("version"),
                                     field<&Out::origin>("origin", one_of(workflow::origins)),
                                     field<&Out::is_active>("is_active"),
                                     field<&Out::open_records>("open_records"),
                                     field<&Out::published_at>("published_at"),
                                     field<&Out::published_by>("published_by", reference("user")),
                                     field<&Out::running>("running", one_of(workflow::running_policies)),
                                     field<&Out::mapping>("mapping"),
                                     field<&Out::move_status>("move_status", one_of(workflow::move_states)),
                                     field<&Out::moved>("moved"),
                                     field<&Out::kept>("kept"),
                                     field<&Out::note>("note", {}, free_text)};
};
template <>
struct Describe<workflow::VersionsInput> {
  using In = workflow::VersionsInput;
  static constexpr std::string_view name = "workflows.versions";
  static constexpr std::array fields{field<&In::case_type_code>("case_type_code", line(1, 64), required)};
};
template <>
struct Describe<workflow::Versions> {
  using Out = workflow::Versions;
  static constexpr std::string_view name = "workflows.versions_result";
  static constexpr std::array fields{field<&Out::case_type_code>("case_type_code"),
                                     field<&Out::items>("items")};
};

namespace workflow {

inline constexpr Operation<PublishInput, Published> publish{
    {.name = "workflows.publish",
     .permission = "WORKFLOW_MANAGE",
     .effect = Effect::writes,
     .summary =
         "Makes a definition the active version of its case type; running records stay or are moved."}};
inline constexpr Operation<VersionsInput, Versions> versions{
    {.name = "workflows.versions",
     .permission = "ORG_READ",
     .summary = "The versions of a workflow, who published them, and how far moving records has come."}};
inline constexpr Operation<DiffInput, Difference> diff{
    {.name = "workflows.diff",
     .permission = "ORG_READ",
     .summary = "What states and transitions two versions of a workflow differ in."}};

/// How many records one transaction of a move takes.
inline constexpr std::size_t moved_at_once = 200;

}  // namespace workflow
}  // namespace atlas
