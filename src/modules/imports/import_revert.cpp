// Taking an import back: the last row first, what somebody changed since is left and listed.

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "atlas/audit_trail.hpp"
#include "atlas/json.hpp"
#include "import_modules.hpp"
#include "intake.hpp"

namespace atlas::imports {
namespace {

constexpr std::int64_t most_entries = 20;

/// Where a revert has got to: what is named here and after it is done.
struct Position {
  std::string stage;
  std::int64_t row;
};

constexpr std::int64_t before_the_end = INT64_MAX;

std::string written(const Position& p) { return p.stage + ":" + std::to_string(p.row); }

Position position_of(const std::string& text) {
  const std::size_t at = text.find(':');
  for (const std::string_view stage : revert_stages)
    if (at != std::string::npos && text.substr(0, at) == stage)
      return {std::string(stage), row_of(text.substr(at + 1), 0)};
  throw Error(ErrorCode::invalid_argument, "not the next of a step before")
      .field("/after", field_code::out_of_range, "the next of a step before");
}

/// One step of one job.
class Step {
 public:
  Step(Context& cx, const ImportJob& job, bool apply)
      : cx_(cx), job_(job), apply_(apply), intake_(intake_of(job.kind)), rows_(cx.all<ImportRow>()) {}

  /// Rows of the stage before the position, the last one first.
  std::vector<ImportRow> before(const Position& at, std::int64_t limit) {
    const unsigned row = rows_.column("row");
    return rows_.where(
        {.where = Predicate::all_of({Predicate::equals(rows_.column("job_id"), Value::id(job_.id)),
                                     Predicate::equals(rows_.column("outcome"), Value::text(at.stage)),
                                     Predicate::compare(Predicate::Kind::less, row, Value::integer(at.row))}),
         .key = "by_outcome",
         .order = {{row, true}},
         .limit = static_cast<std::size_t>(limit)});
  }

  void take_back(const ImportRow& row, Reverted& out) {
    if (!row.entity_id) return;
    if (!intake_.can_revert()) return keep(row, "append_only", {}, out);
    const auto present = intake_.find(cx_, *row.entity_id);
    if (row.outcome == "updated")
      restore(row, present, out);
    else
      archive(row, present, out);
  }

 private:
  void restore(const ImportRow& row, const std::optional<Present>& present, Reverted& out) {
    // A record that this import made goes as a whole, or stays as a whole.
    if (is_own_creation(*row.entity_id)) return;
    if (!present || present->archived) return keep(row, "archived", {}, out);
    Undone undone;
    if (const auto error = intake_.undo(cx_, *row.entity_id, row.undo.value_or("{}"), apply_, undone)) {
      rethrow_unless_refusal(*error);
      return keep(row, "refused", {std::string(error_info(error->code()).text)}, out);
    }
    if (!undone.restored.empty()) ++out.restored;
    if (undone.version > 0) {
      ImportRow noted = row;
      noted.undone_version = undone.version;
      rows_.save(row, noted);
    }
    if (!undone.kept.empty()) keep(row, "changed", std::move(undone.kept), out);
  }

  void archive(const ImportRow& row, const std::optional<Present>& present, Reverted& out) {
    if (!present || present->archived) return;
    if (!only_we_touched(row, present->version)) return keep(row, "changed", changes_of(row), out);
    if (apply_) {
      if (const auto error = intake_.archive(cx_, *row.entity_id, present->version)) {
        rethrow_unless_refusal(*error);
        return keep(row, "refused", {std::string(error_info(error->code()).text)}, out);
      }
    }
    ++out.archived;
  }

  std::vector<ImportRow> rows_of(const Uuid& entity) {
    return rows_.where(
        {.where = Predicate::equals(rows_.column("entity_id"), Value::id(entity)), .key = "by_entity"});
  }

  bool is_own_creation(const Uuid& entity) {
    const auto all = rows_of(entity);
    return std::any_of(all.begin(), all.end(),
                       [&](const ImportRow& r) { return r.job_id == job_.id && r.outcome == "created"; });
  }

  /// Was every version since the creation written by a row of this import, or by one that was taken back?
  bool only_we_touched(const ImportRow& row, std::int64_t version) {
    if (row.entity_version == version) return true;
    std::set<std::int64_t> ours;
    for (const ImportRow& r : rows_of(*row.entity_id)) {
      if (r.job_id == job_.id || r.undone_version) ours.insert(r.entity_version.value_or(0));
      if (r.undone_version) ours.insert(*r.undone_version);
    }
    for (std::int64_t v = row.entity_version.value_or(0); v <= version; ++v)
      if (!ours.contains(v)) return false;
    return true;
  }

  /// What the audit has of a record since its creation: the names of its fields that were changed, and of
  /// what else was done with it.
  std::vector<std::string> changes_of(const ImportRow& row) {
    std::set<std::string> found;
    AuditTrail trail(cx_);
    std::vector<StoredEntry> since;
    trail.entries({.limit = most_entries, .descending = true, .entity_id = row.entity_id},
                  [&](StoredEntry&& stored) {
                    if (stored.entry.action == row.entity_kind.value_or("") + ".created") return false;
                    since.push_back(std::move(stored));
                    return true;
                  });
    for (const StoredEntry& stored : since) {
      found.insert(stored.entry.action);
      add_fields(stored.entry.diff, found);
      add_fields(trail.personal_patch(stored), found);
    }
    return {found.begin(), found.end()};
  }

  static void add_fields(std::string_view patch, std::set<std::string>& found) {
    if (patch.empty()) return;
    for (const Json& op : parse_json(patch)) {
      const std::string path = op.is_object() ? op.value("path", "") : "";
      if (op.is_object() && op.value("op", "") == "replace" && path.size() > 1) found.insert(path.substr(1));
    }
  }

  void keep(const ImportRow& row, const char* why, std::vector<std::string> changed, Reverted& out) {
    out.kept.push_back(
        {row.row, row.line, row.entity_kind.value_or(""), row.entity_id, why, std::move(changed)});
  }

  Context& cx_;
  const ImportJob& job_;
  bool apply_;
  const Intake& intake_;
  Context::Repository<ImportRow> rows_;
};

Position begin_of(const ImportJob& job, const Revert& in) {
  if (in.dry_run && in.after) return position_of(*in.after);
  if (job.revert_stage) return {*job.revert_stage, job.revert_row.value_or(0)};
  return {std::string(revert_stages[0]), before_the_end};
}

}  // namespace

Reverted revert_step(Context& cx, const Revert& in) {
  auto jobs = cx.repo<ImportJob>();
  const ImportJob before = jobs.get(in.id, RowLock::update);
  Reverted out;
  out.job = before;
  if (before.status_code == "IMPORT_REVERTED") return out;
  Position at = begin_of(before, in);
  Step step(cx, before, !in.dry_run);
  const std::vector<ImportRow> found = step.before(at, in.limit);
  for (const ImportRow& row : found) step.take_back(row, out);
  if (!found.empty()) at.row = found.back().row;
  const bool stage_done = static_cast<std::int64_t>(found.size()) < in.limit;
  const bool all_done = stage_done && at.stage == revert_stages.back();
  if (stage_done && !all_done) at = {std::string(revert_stages.back()), before_the_end};
  out.more = !all_done;
  if (out.more) out.next = written(at);
  if (in.dry_run) return out;

  ImportJob after = before;
  after.reverted_created += out.archived;
  after.reverted_updated += out.restored;
  after.reverted_kept += static_cast<std::int64_t>(out.kept.size());
  after.revert_stage = at.stage;
  after.revert_row = at.row;
  if (all_done) {
    after.status_code = "IMPORT_REVERTED";
    after.reverted_at = cx.now();
  }
  jobs.save(before, after, {.action = all_done ? "import_job.reverted" : "import_job.revert_step"});
  out.job = std::move(after);
  return out;
}

}  // namespace atlas::imports
