#pragma once
// The operations of imports. Included by imports.hpp.

#include "atlas/imports.hpp"

namespace atlas::imports {

/// Rows of one imports.append, and of one step of a revert.
inline constexpr std::int64_t max_rows_per_call = 1'000;

/// Begins an import. `source` names the system whose ids the records' external references are. With
/// `dry_run` every append is done and undone again: nothing is written but the job's own notes. Duplicates
/// inside the file are then found within one append only.
struct Start {
  std::string kind;
  std::string map = "{}";
  std::optional<std::string> file_name;
  std::optional<std::string> file_hash;
  std::optional<std::string> source;
  bool dry_run = false;
};

/// Why a row of the file is no record: a stable code, the column or field, a sentence without the value.
struct RowFault {
  std::string reason;
  std::string field;
  std::string message;
};

/// One row: the parameters of the create operation, or why there are none. `external_ref` is its key: where a
/// record has it, that one is updated, unless a row brought it with a later `seen_at`. `row`, when given, is
/// its number. A warning is a stable code, and after a space the JSON Pointer of the field that it is about.
struct Record {
  std::optional<std::int64_t> row;
  std::int64_t line = 0;
  std::optional<std::string> params;
  std::optional<RowFault> refused;
  std::optional<ExternalRef> external_ref;
  std::optional<Timestamp> seen_at;
  std::vector<std::string> warnings;
};

/// The next rows of a job, without gaps: `first_row` is the number of the first one. Rows that are done
/// already are passed over, so the same call may be made twice.
struct Append {
  Uuid id;
  std::int64_t first_row = 0;
  std::vector<Record> records;
};

/// A refused row.
struct Reject {
  std::int64_t row = 0;
  std::int64_t line = 0;
  std::string reason;
  std::string field;
  std::string message;
};

/// What became of the rows of one append; those passed over are in none of the counts.
struct Appended {
  std::int64_t rows_done = 0;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t duplicate = 0;
  std::int64_t refused = 0;
  std::int64_t warnings = 0;
  std::vector<Reject> rejects;
};

/// Ends a job: `rows` must be those that were appended. Durable, and all that was appended with it. With
/// `failure` (a code) it is IMPORT_FAILED, however many rows there are.
struct Finish {
  Uuid id;
  std::int64_t rows = 0;
  std::optional<std::string> file_hash;
  std::optional<std::string> failure;
};

/// Refused rows in the file's order. `after`: the `next` of the page before.
struct RejectsInput {
  Uuid id;
  std::optional<std::string> after;
  std::int64_t limit = 100;
};

/// Rows in the file's order, of one outcome or all.
struct RowsInput {
  Uuid id;
  std::optional<std::string> outcome;
  std::optional<std::string> after;
  std::int64_t limit = 100;
};

/// One step of taking an import back: at most `limit` rows. Call again while the answer says `more`. With
/// `dry_run` nothing is written; `after` is then the `next` of the step before.
struct Revert {
  Uuid id;
  bool dry_run = false;
  std::int64_t limit = max_rows_per_call;
  std::optional<std::string> after;
};

/// A record that a revert leaves, wholly or in part. `why`: "changed" (somebody did since; `changed` names
/// what), "archived", "refused" (the operation that would take it back was; `changed` has the error's code),
/// "append_only" (a consent is never undone).
struct Kept {
  std::int64_t row = 0;
  std::int64_t line = 0;
  std::string entity_kind;
  std::optional<Uuid> entity_id;
  std::string why;
  std::vector<std::string> changed;
};

/// One step's work. `restored` counts records, also those restored in part, which are in `kept` too.
struct Reverted {
  bool more = false;
  std::optional<std::string> next;
  std::int64_t archived = 0;
  std::int64_t restored = 0;
  std::vector<Kept> kept;
  ImportJob job;
};

}  // namespace atlas::imports

namespace atlas {

template <>
struct Describe<imports::Start> {
  using In = imports::Start;
  static constexpr std::string_view name = "imports.start";
  static constexpr std::array fields{
      like<&In::kind, ImportJob>("kind", required), like<&In::map, ImportJob>("map"),
      like<&In::file_name, ImportJob>("file_name"), like<&In::file_hash, ImportJob>("file_hash"),
      like<&In::source, ImportJob>("source"),       field<&In::dry_run>("dry_run")};
};
template <>
struct Describe<imports::RowFault> {
  using T = imports::RowFault;
  static constexpr std::string_view name = "row_fault";
  static constexpr std::array fields{field<&T::reason>("reason", line(1, 64), required),
                                     field<&T::field>("field", line(0, 200)),
                                     field<&T::message>("message", line(0, 500))};
};
template <>
struct Describe<imports::Record> {
  using T = imports::Record;
  static constexpr std::string_view name = "import_record";
  static constexpr std::array fields{field<&T::row>("row", range(1, INT64_MAX)),
                                     field<&T::line>("line", range(0, INT64_MAX)),
                                     field<&T::params>("params", json_object(1 << 20), personal),
                                     field<&T::refused>("refused"),
                                     field<&T::external_ref>("external_ref"),
                                     field<&T::seen_at>("seen_at"),
                                     field<&T::warnings>("warnings", formatted(Format::one_line, 300))};
};
template <>
struct Describe<imports::Append> {
  using In = imports::Append;
  static constexpr std::string_view name = "imports.append";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::first_row>("first_row", range(1, INT64_MAX), required),
      field<&In::records>("records", range(0, imports::max_rows_per_call), required)};
};
template <>
struct Describe<imports::Reject> {
  using T = imports::Reject;
  static constexpr std::string_view name = "import_reject";
  static constexpr std::array fields{field<&T::row>("row"), field<&T::line>("line"),
                                     field<&T::reason>("reason"), field<&T::field>("field"),
                                     field<&T::message>("message")};
};
template <>
struct Describe<imports::Appended> {
  using T = imports::Appended;
  static constexpr std::string_view name = "imports.appended";
  static constexpr std::array fields{field<&T::rows_done>("rows_done"), field<&T::created>("created"),
                                     field<&T::updated>("updated"),     field<&T::duplicate>("duplicate"),
                                     field<&T::refused>("refused"),     field<&T::warnings>("warnings"),
                                     field<&T::rejects>("rejects")};
};
template <>
struct Describe<imports::Finish> {
  using In = imports::Finish;
  static constexpr std::string_view name = "imports.finish";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::rows>("rows", range(0, INT64_MAX), required),
      like<&In::file_hash, ImportJob>("file_hash"), like<&In::failure, ImportJob>("failure")};
};
template <>
struct Describe<imports::RejectsInput> {
  using In = imports::RejectsInput;
  static constexpr std::string_view name = "imports.rejects";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::after>("after", line(1, 64)),
                                     field<&In::limit>("limit", range(1, 1000))};
};
template <>
struct Describe<imports::RowsInput> {
  using In = imports::RowsInput;
  static constexpr std::string_view name = "imports.rows";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), like<&In::outcome, ImportRow>("outcome"),
      field<&In::after>("after", line(1, 64)), field<&In::limit>("limit", range(1, 1000))};
};
template <>
struct Describe<imports::Revert> {
  using In = imports::Revert;
  static constexpr std::string_view name = "imports.revert";
  static constexpr std::array fields{field<&In::id>("id", {}, required), field<&In::dry_run>("dry_run"),
                                     field<&In::limit>("limit", range(1, imports::max_rows_per_call)),
                                     field<&In::after>("after", line(1, 64))};
};
template <>
struct Describe<imports::Kept> {
  using T = imports::Kept;
  static constexpr std::string_view name = "import_kept";
  static constexpr std::array fields{field<&T::row>("row"),
                                     field<&T::line>("line"),
                                     field<&T::entity_kind>("entity_kind"),
                                     field<&T::entity_id>("entity_id"),
                                     field<&T::why>("why"),
                                     field<&T::changed>("changed")};
};
template <>
struct Describe<imports::Reverted> {
  using T = imports::Reverted;
  static constexpr std::string_view name = "imports.reverted";
  static constexpr std::array fields{field<&T::more>("more"),         field<&T::next>("next"),
                                     field<&T::archived>("archived"), field<&T::restored>("restored"),
                                     field<&T::kept>("kept"),         field<&T::job>("job")};
};

namespace imports {

inline constexpr Operation<Start, ImportJob> start{{.name = "imports.start",
                                                    .permission = "IMPORT_RUN",
                                                    .effect = Effect::writes,
                                                    .summary = "Begins an import; its rows come by append."}};
inline constexpr Operation<Append, Appended> append{
    {.name = "imports.append",
     .permission = "IMPORT_RUN",
     .effect = Effect::writes,
     .summary = "Takes in the next rows of an import, each as the call that it stands for.",
     .bulk = true}};
inline constexpr Operation<Finish, ImportJob> finish{
    {.name = "imports.finish",
     .permission = "IMPORT_RUN",
     .effect = Effect::writes,
     .summary = "Ends an import: checks the number of rows and makes all of them durable.",
     .always_durable = true}};
inline constexpr Operation<GetInput, ImportJob> get{
    {.name = "imports.get", .permission = "IMPORT_RUN", .summary = "One import with its counts."}};
inline constexpr Operation<ListInput, Page<ImportJob>> list{
    {.name = "imports.list", .permission = "IMPORT_RUN", .summary = "Imports, page by page."}};
inline constexpr Operation<RejectsInput, Page<Reject>> rejects{
    {.name = "imports.rejects",
     .permission = "IMPORT_RUN",
     .summary = "The rows that were refused, with line, field and reason."}};
inline constexpr Operation<RowsInput, Page<ImportRow>> rows{
    {.name = "imports.rows", .permission = "IMPORT_RUN", .summary = "What became of each row."}};
inline constexpr Operation<Revert, Reverted> revert{
    {.name = "imports.revert",
     .permission = "IMPORT_RUN",
     .effect = Effect::writes,
     .summary = "Takes an import back, step by step; what somebody changed since is kept and listed.",
     .always_durable = true}};

/// Registers imports. After the rooms whose records they bring.
void register_imports(Registry& registry);

}  // namespace imports
}  // namespace atlas
