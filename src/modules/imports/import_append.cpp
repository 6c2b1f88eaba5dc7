// Taking in the rows of an import.

#include <algorithm>

#include "import_modules.hpp"
#include "import_tally.hpp"
#include "intake.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t most_warnings = 16;

void refuse(ImportRow& row, RowFault fault) {
  row.outcome = "refused";
  row.reason = std::move(fault.reason);
  row.field = std::move(fault.field);
  if (!fault.message.empty()) row.message = std::move(fault.message);
}

ImportRow take(Context& cx, const Intake& intake, const ImportJob& job, std::int64_t number,
               const Record& record) {
  ImportRow row;
  row.job_id = job.id;
  row.row = number;
  row.line = record.line;
  row.seen_at = record.seen_at;
  row.warnings = record.warnings;
  if (record.refused) {
    refuse(row, *record.refused);
    return row;
  }
  Taken taken;
  if (const auto error = intake.take(cx, job, record, taken)) {
    rethrow_unless_refusal(*error);
    refuse(row, fault_of(*error));
    return row;
  }
  row.outcome = taken.outcome;
  if (!taken.id.is_nil()) {
    row.entity_kind = std::string(intake.entity());
    row.entity_id = taken.id;
    row.entity_version = taken.version;
    row.subject_id = taken.subject;
  }
  if (!taken.undo.empty()) row.undo = std::move(taken.undo);
  for (std::string& warning : taken.warnings) row.warnings.push_back(std::move(warning));
  if (row.warnings.size() > most_warnings) row.warnings.resize(most_warnings);
  return row;
}

/// Reasons and warnings are counted in the job and stand in the audit: codes, not what a row says.
bool is_stable(std::string_view code) {
  return !code.empty() &&
         code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_:.-") == std::string_view::npos;
}

void check_records(const Append& in) {
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < in.records.size(); ++i) {
    const Record& r = in.records[i];
    const std::string path = "/records/" + std::to_string(i);
    const std::int64_t number = in.first_row + static_cast<std::int64_t>(i);
    if (r.row && *r.row != number)
      errors.push_back({path + "/row", std::string(field_code::out_of_range), "rows come without gaps"});
    if (r.params.has_value() == r.refused.has_value())
      errors.push_back({path + "/params", std::string(field_code::required), "either params or refused"});
    if (r.refused && !is_stable(r.refused->reason))
      errors.push_back({path + "/refused/reason", std::string(field_code::not_a_code), "a stable code"});
    for (const std::string_view warning : r.warnings) {
      if (is_stable(warning.substr(0, warning.find(' ')))) continue;
      errors.push_back({path + "/warnings", std::string(field_code::not_a_code), "a stable code each"});
      break;
    }
    if (errors.size() >= max_field_errors) break;
  }
  throw_if_any(std::move(errors));
}

}  // namespace

void require_running(const ImportJob& job) {
  if (job.status_code == "IMPORT_RUNNING" && !job.revert_stage) return;
  throw Error(ErrorCode::conflict, "the import has ended")
      .with("reason", "state")
      .with("status_code", job.status_code);
}

Appended append_records(Context& cx, const Append& in) {
  auto jobs = cx.repo<ImportJob>();
  const ImportJob before = jobs.get(in.id, RowLock::update);
  require_running(before);
  if (in.first_row > before.rows_done + 1) {
    throw Error(ErrorCode::conflict, "rows are missing before these")
        .with("reason", "gap")
        .with("expected", before.rows_done + 1);
  }
  check_records(in);
  const Intake& intake = intake_of(before.kind);
  ImportJob after = before;
  Tally tally(after);
  std::vector<ImportRow> taken;
  auto notes = cx.all<ImportRow>();
  const auto take_all = [&] {
    for (std::size_t i = 0; i < in.records.size(); ++i) {
      const std::int64_t number = in.first_row + static_cast<std::int64_t>(i);
      if (number <= before.rows_done) continue;
      taken.push_back(take(cx, intake, before, number, in.records[i]));
      notes.insert(taken.back());
    }
  };
  if (before.dry_run)
    cx.rehearse(take_all);
  else
    take_all();

  Appended out;
  for (ImportRow& row : taken) {
    if (before.dry_run) {
      // What it names was never there.
      row.entity_id.reset();
      row.entity_version.reset();
      row.undo.reset();
      row.subject_id = {};
      row.id = {};
      notes.insert(row);
    }
    tally.add(row);
    after.rows_done = row.row;
    if (row.outcome != "refused") continue;
    out.rejects.push_back({row.row, row.line, *row.reason, *row.field, row.message.value_or("")});
  }
  if (!taken.empty()) jobs.save(before, after, {.action = "import_job.rows_taken"});
  out.rows_done = after.rows_done;
  out.created = after.created - before.created;
  out.updated = after.updated - before.updated;
  out.duplicate = after.duplicate - before.duplicate;
  out.refused = after.refused - before.refused;
  out.warnings = after.warnings - before.warnings;
  return out;
}

}  // namespace atlas::imports
