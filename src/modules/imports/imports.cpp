#include "atlas/imports.hpp"

#include <charconv>
#include <map>

#include "atlas/registry.hpp"
#include "import_modules.hpp"
#include "intake.hpp"

namespace atlas::imports {
namespace {

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void check_hash(const std::optional<std::string>& hash) {
  if (!hash || is_hash(*hash)) return;
  throw Error(ErrorCode::invalid_argument, "not a SHA-256")
      .field("/file_hash", field_code::out_of_range, "64 lower-case hexadecimal digits");
}

ImportJob start_job(Context& cx, const Start& in) {
  check_hash(in.file_hash);
  // Better now than once for each row.
  cx.require(intake_of(in.kind).permission());
  ImportJob job;
  copy_fields(in, job);
  job.started_at = cx.now();
  cx.repo<ImportJob>().insert(job);
  return job;
}

ImportJob finish_job(Context& cx, const Finish& in) {
  check_hash(in.file_hash);
  auto jobs = cx.repo<ImportJob>();
  const ImportJob before = jobs.get(in.id, RowLock::update);
  const bool ended = before.status_code == "IMPORT_DONE" || before.status_code == "IMPORT_FAILED";
  if (ended && before.rows == in.rows && before.failure == in.failure) return before;
  require_running(before);
  if (!in.failure && in.rows != before.rows_done) {
    throw Error(ErrorCode::conflict, "not all rows have come")
        .with("reason", "rows")
        .with("expected", before.rows_done + 1);
  }
  ImportJob after = before;
  after.status_code = in.failure ? "IMPORT_FAILED" : "IMPORT_DONE";
  after.failure = in.failure;
  after.finished_at = cx.now();
  if (in.file_hash) after.file_hash = in.file_hash;
  jobs.save(before, after, {.action = in.failure ? "import_job.failed" : "import_job.finished"});
  // One entry per reason, however many rows there are.
  std::map<std::string, std::int64_t> reasons;
  for (const ImportReason& r : after.reasons) reasons[r.reason] += r.count;
  for (const auto& [reason, count] : reasons) cx.refused_in_bulk(reason, count);
  return after;
}

/// Rows of a job after a row number, in the file's order.
std::vector<ImportRow> rows_after(Context& cx, const Uuid& job, const std::optional<std::string>& outcome,
                                  std::int64_t after, std::int64_t limit) {
  auto rows = cx.all<ImportRow>();
  const unsigned number = rows.column("row");
  std::vector<Predicate> all{Predicate::equals(rows.column("job_id"), Value::id(job)),
                             Predicate::compare(Predicate::Kind::greater, number, Value::integer(after))};
  if (outcome) all.push_back(Predicate::equals(rows.column("outcome"), Value::text(*outcome)));
  return rows.where({.where = Predicate::all_of(std::move(all)),
                     .key = outcome ? "by_outcome" : "by_row",
                     .order = {{number, false}},
                     .limit = static_cast<std::size_t>(limit)});
}

template <class Row>
std::optional<std::string> next_of(const std::vector<Row>& page, std::int64_t limit) {
  if (static_cast<std::int64_t>(page.size()) < limit) return std::nullopt;
  return std::to_string(page.back().row);
}

Page<Reject> list_rejects(Context& cx, const RejectsInput& in) {
  const ImportJob job = cx.repo<ImportJob>().get(in.id);
  Page<Reject> page;
  for (ImportRow& r : rows_after(cx, job.id, "refused", row_of(in.after, 0), in.limit)) {
    page.items.push_back(
        {r.row, r.line, r.reason.value_or(""), r.field.value_or(""), r.message.value_or("")});
  }
  page.next = next_of(page.items, in.limit);
  return page;
}

Page<ImportRow> list_rows(Context& cx, const RowsInput& in) {
  const ImportJob job = cx.repo<ImportJob>().get(in.id);
  Page<ImportRow> page;
  page.items = rows_after(cx, job.id, in.outcome, row_of(in.after, 0), in.limit);
  page.next = next_of(page.items, in.limit);
  return page;
}

}  // namespace

std::int64_t row_of(const std::optional<std::string>& after, std::int64_t otherwise) {
  if (!after) return otherwise;
  std::int64_t row = 0;
  const char* const end = after->data() + after->size();
  const auto [at, wrong] = std::from_chars(after->data(), end, row);
  if (wrong == std::errc() && at == end && row >= 0) return row;
  throw Error(ErrorCode::invalid_argument, "not the next of a page before")
      .field("/after", field_code::out_of_range, "the next of a page before");
}

void register_imports(Registry& registry) {
  registry.entity<ImportJob>();
  registry.entity<ImportRow>();
  registry.operation(start, start_job);
  registry.operation(append, append_records);
  registry.operation(finish, finish_job);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<ImportJob>().get(in.id); });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<ImportJob>().list(in); });
  registry.operation(rejects, list_rejects);
  registry.operation(rows, list_rows);
  registry.operation(revert, revert_step);
}

}  // namespace atlas::imports
