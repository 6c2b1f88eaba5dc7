#include "import_job_runs.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "import_tally.hpp"

namespace atlas::imports {
namespace {

constexpr std::int64_t rejects_per_page = 1'000;

void add_reasons(std::vector<ImportReason>& to, const std::vector<ImportReason>& from) {
  for (const ImportReason& r : from) count_reason(to, r.reason, r.field, r.count);
}

/// The counts of `from` on top of those of `to`.
void add_counts(ImportJob& to, const ImportJob& from) {
  to.rows += from.rows;
  to.created += from.created;
  to.updated += from.updated;
  to.duplicate += from.duplicate;
  to.refused += from.refused;
  to.warnings += from.warnings;
  to.rows_done += from.rows_done;
  add_reasons(to.reasons, from.reasons);
  add_reasons(to.warning_counts, from.warning_counts);
}

}  // namespace

JobRuns::JobRuns(Session& session, const RunOptions& options)
    : session_(session), options_(options), own_batch_(!session.in_batch()) {}

JobRuns::~JobRuns() {
  if (!rehearses_in_batch() || !session_.in_batch()) return;
  try {
    session_.rollback_batch();
  } catch (...) {
    // The transaction is gone already.
  }
}

void JobRuns::begin(const ImportMap& map) {
  start_.kind = std::string(to_string(map.kind));
  start_.map = to_json(map, false);
  start_.file_name = options_.file_name;
  start_.file_hash = options_.file_hash;
  if (!map.source.constant.empty()) start_.source = map.source.constant;
  start_.dry_run = options_.dry_run && !own_batch_;
  if (options_.dry_run || !resume()) start();
}

void JobRuns::start() {
  if (rehearses_in_batch()) session_.begin_batch();
  result_.job = session_.call(imports::start, start_);
  open_ = true;
}

bool JobRuns::resume() {
  if (!start_.file_hash) return false;
  const Page<ImportJob> begun = session_.call(
      list, {.where = R"({"file_hash":")" + *start_.file_hash + R"(","status_code":"IMPORT_RUNNING"})"});
  const Json map = parse_json(start_.map);
  for (const ImportJob& job : begun.items) {
    const bool same = job.kind == start_.kind && job.source == start_.source && !job.dry_run &&
                      !job.revert_stage && parse_json(job.map) == map;
    if (!same) continue;
    result_.job = job;
    result_.resumed_rows = done_ = job.rows_done;
    open_ = true;
    return true;
  }
  return false;
}

void JobRuns::retell(const ImportRecord& record, const std::vector<std::string>& header) {
  if (earlier_.empty() && earlier_after_) {
    Page<Reject> page =
        session_.call(rejects, {.id = result_.job.id, .after = earlier_after_, .limit = rejects_per_page});
    earlier_.assign(page.items.begin(), page.items.end());
    earlier_after_ = page.next;
  }
  if (earlier_.empty() || earlier_.front().row != static_cast<std::int64_t>(record.number)) return;
  options_.rejected({earlier_.front(), record.cells, header});
  earlier_.pop_front();
}

Appended JobRuns::append(std::vector<Record>& records) {
  const auto size = static_cast<std::int64_t>(records.size());
  if (rehearses_in_batch() && done_ - stretch_ + size > options_.rehearsal_rows && done_ > stretch_)
    end_stretch();
  Append in{.id = result_.job.id, .first_row = done_ - stretch_ + 1, .records = std::move(records)};
  Appended out = session_.call(imports::append, in);
  records = std::move(in.records);
  done_ += size;
  for (Reject& reject : out.rejects) reject.row += stretch_;
  out.rows_done += stretch_;
  result_.job.created += out.created;
  result_.job.updated += out.updated;
  result_.job.duplicate += out.duplicate;
  result_.job.refused += out.refused;
  return out;
}

void JobRuns::tell(ImportProgress& progress) const {
  progress.rows = done_;
  progress.created = counts_.created + result_.job.created;
  progress.updated = counts_.updated + result_.job.updated;
  progress.duplicate = counts_.duplicate + result_.job.duplicate;
  progress.refused = counts_.refused + result_.job.refused;
}

void JobRuns::end_stretch() {
  add_counts(counts_, session_.call(get, {.id = result_.job.id}));
  session_.rollback_batch();
  result_.exact = false;
  stretch_ = done_;
  start();
}

RunResult JobRuns::finish() {
  result_.job = session_.call(
      imports::finish, {.id = result_.job.id, .rows = done_ - stretch_, .file_hash = options_.file_hash});
  open_ = false;
  if (!rehearses_in_batch()) return std::move(result_);
  session_.rollback_batch();
  ImportJob all = result_.job;
  all.dry_run = true;
  add_counts(all, counts_);
  result_.job = std::move(all);
  return std::move(result_);
}

void JobRuns::fail(const Error& error) {
  open_ = false;
  if (rehearses_in_batch()) return;  // the destructor undoes it
  std::string reason = "unreadable";
  const std::string_view detail = error.detail("reason").value_or("");
  if (detail.size() > 2 && detail.size() <= 66) reason = detail.substr(1, detail.size() - 2);
  session_.call(imports::finish, {.id = result_.job.id, .rows = done_, .failure = reason});
}

}  // namespace atlas::imports
