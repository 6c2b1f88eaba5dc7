// Publishing a version: judged, compared, made the active one; running records stay or are moved.

#include <algorithm>
#include <set>

#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "atlas/schema_io.hpp"
#include "definitions.hpp"
#include "moving.hpp"

namespace atlas::workflow {
namespace {

/// Records that have not ended, as their own version says.
std::vector<Standing> open_standing(Context& cx, const Records& records, std::string_view case_type) {
  std::vector<Standing> out;
  for (const auto& [where, count] : records.standing()) {
    const auto d = definition_for(cx, case_type, where.first);
    const State* state = d ? d->state(where.second) : nullptr;
    if (!state || !state->terminal) out.push_back({where.first, where.second, false, count, {}});
  }
  return out;
}

Definition empty_definition(const std::string& case_type) {
  Definition d;
  d.case_type_code = case_type;
  d.version = 0;
  return d;
}

class Publication {
 public:
  Publication(Context& cx, const PublishInput& in)
      : cx_(cx),
        in_(in),
        // Whoever publishes holds the organisation's row: publications come one after the other.
        organisation_(cx.all<Organisation>().get(cx.organisation(), RowLock::update)),
        definition_(in.definition),
        type_(definition_.case_type_code),
        newest_(newest_version(cx, type_)) {
    definition_.version = newest_ + 1;
  }

  Published run() {
    require_base();
    Published out;
    out.dry_run = in_.dry_run;
    out.case_type_code = type_;
    out.version = definition_.version;
    out.findings = findings_of(cx_, definition_);
    const auto before = active_definition(cx_, type_);
    out.changes = difference_of(before ? *before : empty_definition(type_), definition_);
    const Records records(cx_, type_);
    out.standing = open_standing(cx_, records, type_);
    const bool moves = in_.running == "MOVE";
    if (moves) {
      for (const Standing& s : out.standing)
        if (s.version != definition_.version) out.to_move += s.count;
      mapping(before.get(), out.standing, out.findings);
    } else if (!in_.mapping.empty()) {
      out.findings.push_back(
          {"warning", "mapping_unused", "/mapping", "running records stay: nothing is moved"});
    }
    out.ok = !has_errors(out.findings);
    if (in_.dry_run) return out;
    if (!out.ok) {
      throw Error(ErrorCode::definition_invalid, "the definition cannot be published")
          .with_json("findings", findings_json(out.findings));
    }
    write(moves);
    return out;
  }

 private:
  void require_base() const {
    if (in_.base_version != newest_) {
      throw Error(ErrorCode::conflict, "another version has been published since this one was begun")
          .with("reason", "stale_version")
          .with("current", newest_);
    }
    if (newest_ >= max_versions) {
      throw Error(ErrorCode::quota_exceeded, "the workflow has as many versions as it may have")
          .with("limit", "limits.workflows.versions_max")
          .with("used", newest_);
    }
  }

  static std::string findings_json(const std::vector<Finding>& findings) {
    std::string out = "[";
    for (const Finding& f : findings) {
      if (out.size() > 1) out += ',';
      out += to_json(f);
    }
    return out + "]";
  }

  void mapping(const Definition* before, const std::vector<Standing>& standing, std::vector<Finding>& out) {
    std::vector<std::shared_ptr<const Definition>> left;
    std::set<std::int64_t> versions;
    for (const Standing& s : standing) {
      if (!versions.insert(s.version).second) continue;
      if (auto d = definition_for(cx_, type_, s.version)) left.push_back(std::move(d));
    }
    std::vector<const Definition*> all;
    for (const auto& d : left) all.push_back(d.get());
    if (before && !versions.count(before->version)) all.push_back(before);
    check_mapping(all, definition_, in_.mapping, out);
  }

  void write(bool moves) {
    auto all = cx_.all<WorkflowDefinition>();
    const Predicate in_force =
        Predicate::any_of({Predicate::equals(all.column("is_active"), Value::integer(1)),
                           Predicate::equals(all.column("move_status"), Value::text("RUNNING"))});
    for (const WorkflowDefinition& old :
         all.where({.where = Predicate::all_of(
                        {Predicate::equals(all.column("case_type_code"), Value::text(type_)), in_force}),
         .key = "by_number",
         .order = {{all.column("case_type_code")}, {all.column("number")}},
         .lock = RowLock::update})) {
      WorkflowDefinition retired = old;
      retired.is_active = false;
      if (moves && old.move_status == "RUNNING") retired.move_status = "SUPERSEDED";
      all.save(old, retired, {.action = "workflow_definition.retired"});
    }
    WorkflowDefinition row = row_of(definition_);
    row.subject_id = organisation_.subject_id;
    row.running = in_.running;
    row.mapping = in_.mapping;
    row.note = in_.note;
    if (moves) {
      row.move_status = "RUNNING";
      cx_.schedule(moving_work, cx_.now());
    }
    all.insert(row, {.action = "workflow_definition.published"});
    Organisation after = organisation_;
    after.workflow_stamp = cx_.new_stamp();
    cx_.all<Organisation>().save(organisation_, after, {.action = "organisation.workflows_changed"});
  }

  Context& cx_;
  const PublishInput& in_;
  Organisation organisation_;
  Definition definition_;
  std::string type_;
  std::int64_t newest_;
};

Difference compare(Context& cx, const DiffInput& in) {
  const auto before = require_definition(cx, in.case_type_code, in.from_version);
  if (in.definition) {
    Difference out = difference_of(*before, *in.definition);
    out.to_version.reset();
    return out;
  }
  return difference_of(*before, *require_definition(cx, in.case_type_code, in.to_version));
}

Versions list_versions(Context& cx, const VersionsInput& in) {
  Versions out;
  out.case_type_code = in.case_type_code;
  // How many dossiers there are is told to those who may see them.
  const bool sees_all = reaches(cx.scope_of("DOSSIER_READ_ORG"), scope_all);
  std::map<std::int64_t, std::int64_t> open;
  if (sees_all) {
    for (const Standing& s : open_standing(cx, Records(cx, in.case_type_code), in.case_type_code))
      open[s.version] += s.count;
  }
  auto all = cx.all<WorkflowDefinition>();
  for (WorkflowDefinition& row :
       all.where({.where = Predicate::equals(all.column("case_type_code"), Value::text(in.case_type_code)),
       .key = "by_number",
       .order = {{all.column("case_type_code"), true}, {all.column("number"), true}},
       .limit = versions_shown})) {
    VersionShown& v = out.items.emplace_back();
    v.version = row.number;
    v.is_active = row.is_active;
    v.published_at = row.created_at;
    v.published_by = row.created_by;
    v.running = row.running;
    v.mapping = std::move(row.mapping);
    v.move_status = row.move_status;
    v.moved = row.moved;
    v.kept = row.kept;
    v.note = std::move(row.note);
  }
  if (const Definition* seed = seeded(in.case_type_code)) {
    VersionShown& v = out.items.emplace_back();
    v.version = seed->version;
    v.origin = "default";
    v.is_active = out.items.size() == 1;
  }
  if (out.items.empty()) throw Error(ErrorCode::not_found, "no workflow is defined for this case type");
  for (VersionShown& v : out.items)
    if (sees_all) v.open_records = open[v.version];
  return out;
}

}  // namespace

void register_publishing(Registry& registry) {
  registry.entity<WorkflowDefinition>();
  registry.operation(publish, [](Context& cx, const PublishInput& in) { return Publication(cx, in).run(); });
  registry.operation(versions, list_versions);
  registry.operation(diff, compare);
}

}  // namespace atlas::workflow
