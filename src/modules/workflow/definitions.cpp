// Which definition is in force: the organisation's own over the seeds, kept between calls.

#include "definitions.hpp"

#include <array>
#include <mutex>
#include <set>

#include "atlas/context.hpp"

namespace atlas::workflow {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> of_coops{
    {{"COOP_GROUP", "coop_group"},
     {"COOP_PROJECT", "coop_project"},
     {"COOP_ALLOCATION", "coop_allocation"},
     {"COOP_MEMBER", "coop_member"}}};

using Shared = std::shared_ptr<const Definition>;

/// The seeds outlive everything.
Shared borrowed(const Definition* d) { return {Shared(), d}; }

/// What was read of one organisation under one stamp. A published version does not change, and which one is
/// active changes only with the stamp.
class Kept {
 public:
  static constexpr std::int64_t active = 0;  ///< in place of a version

  bool find(std::string_view case_type, std::int64_t version, Shared& out) {
    const std::lock_guard lock(mutex_);
    const auto type = definitions_.find(case_type);
    if (type == definitions_.end()) return false;
    const auto it = type->second.find(version);
    if (it == type->second.end()) return false;
    out = it->second;
    return true;
  }
  void keep(std::string_view case_type, std::int64_t version, const Shared& definition) {
    const std::lock_guard lock(mutex_);
    if (++size_ > most) definitions_.clear(), size_ = 1;
    definitions_[std::string(case_type)].insert_or_assign(version, definition);
  }

 private:
  static constexpr std::size_t most = 200;
  std::mutex mutex_;
  std::map<std::string, std::map<std::int64_t, Shared>, std::less<>> definitions_;
  std::size_t size_ = 0;
};

Shared seeded_version(std::string_view case_type, std::int64_t version) {
  const Definition* d = seeded(case_type);
  return borrowed(d && (version == Kept::active || d->version == version) ? d : nullptr);
}

Shared read(Context& cx, std::string_view case_type, std::int64_t version) {
  auto all = cx.all<WorkflowDefinition>();
  std::vector<Predicate> where{Predicate::equals(all.column("case_type_code"), Value::text(case_type))};
  if (version == Kept::active)
    where.push_back(Predicate::equals(all.column("is_active"), Value::integer(1)));
  else
    where.push_back(Predicate::equals(all.column("number"), Value::integer(version)));
  auto rows = all.where({.where = Predicate::all_of(std::move(where)),
                         .key = "by_number",
                         .order = {{all.column("case_type_code")}, {all.column("number"), false}},
                         .limit = 1});
  if (rows.empty()) return seeded_version(case_type, version);
  return std::make_shared<const Definition>(definition_of(std::move(rows.front())));
}

Shared find(Context& cx, std::string_view case_type, std::int64_t version) {
  const std::int64_t stamp = cx.access().workflow_stamp;
  if (stamp == 0) return seeded_version(case_type, version);
  const auto kept = std::static_pointer_cast<Kept>(cx.kept(
      "workflow.definitions", stamp, []() -> std::shared_ptr<void> { return std::make_shared<Kept>(); }));
  Shared out;
  if (kept->find(case_type, version, out)) return out;
  out = read(cx, case_type, version);
  if (out) kept->keep(case_type, version, out);
  return out;
}

}  // namespace

std::string_view owner_kind_of(std::string_view case_type) noexcept {
  for (const auto& [type, kind] : of_coops)
    if (type == case_type) return kind;
  return "dossier";
}

std::shared_ptr<const Definition> definition_for(Context& cx, std::string_view case_type,
                                                 std::int64_t version) {
  return version < 1 ? nullptr : find(cx, case_type, version);
}

std::shared_ptr<const Definition> active_definition(Context& cx, std::string_view case_type) {
  return find(cx, case_type, Kept::active);
}

std::shared_ptr<const Definition> require_definition(Context& cx, std::string_view case_type,
                                                     std::optional<std::int64_t> version) {
  auto d = version ? definition_for(cx, case_type, *version) : active_definition(cx, case_type);
  if (d) return d;
  const bool known = version && active_definition(cx, case_type);
  throw Error(ErrorCode::not_found,
              known ? "the workflow has no such version" : "no workflow is defined for this case type");
}

Definition definition_of(WorkflowDefinition row) {
  return {std::move(row.case_type_code), row.number, std::move(row.states), std::move(row.transitions)};
}

WorkflowDefinition row_of(const Definition& d) {
  WorkflowDefinition row;
  row.case_type_code = d.case_type_code;
  row.number = d.version;
  row.states = d.states;
  row.transitions = d.transitions;
  std::set<std::string> statuses, tasks, documents, appointments, channels;
  for (const State& s : d.states) statuses.insert(s.code);
  for (const Transition& t : d.transitions) {
    for (const TransitionEffect& e : t.effects) {
      if (e.category_code) tasks.insert(*e.category_code);
      if (e.document_type_code) documents.insert(*e.document_type_code);
      if (e.appointment_type_code) appointments.insert(*e.appointment_type_code);
      if (e.channel_code) channels.insert(*e.channel_code);
    }
  }
  row.codes = {{statuses.begin(), statuses.end()},
               {tasks.begin(), tasks.end()},
               {documents.begin(), documents.end()},
               {appointments.begin(), appointments.end()},
               {channels.begin(), channels.end()}};
  return row;
}

std::int64_t newest_version(Context& cx, std::string_view case_type) {
  auto all = cx.all<WorkflowDefinition>();
  const auto rows =
      all.where({.where = Predicate::equals(all.column("case_type_code"), Value::text(case_type)),
                 .key = "by_number",
                 .order = {{all.column("case_type_code"), true}, {all.column("number"), true}},
                 .limit = 1});
  if (!rows.empty()) return rows.front().number;
  const Definition* seed = seeded(case_type);
  return seed ? seed->version : 0;
}

Records::Records(Context& cx, std::string_view case_type) : cx_(cx), case_type_(case_type) {
  const auto& entities = cx.registry().entities();
  const auto it = entities.find(owner_kind_of(case_type));
  // An entity with one workflow for all its records would have no case type; there is none yet.
  if (it == entities.end() || !it->second.schema->workflow || !it->second.column("case_type_code")) return;
  info_ = &it->second;
  type_ = info_->schema->find("case_type_code");
  status_ = info_->schema->find("status_code");
  version_ = info_->schema->find("workflow_version");
}

Predicate Records::of_type() const {
  return Predicate::equals(info_->column("case_type_code")->first, Value::text(case_type_));
}

std::map<std::pair<std::int64_t, std::string>, std::int64_t> Records::standing() const {
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> out;
  if (!info_) return out;
  const Predicate where =
      Predicate::all_of({of_type(), Predicate::absent(info_->column("archived_at")->first)});
  cx_.tally(*info_, where, {"workflow_version", "status_code"}, [&](RowView row) {
    out[{row[0].as_integer(), std::string(row[1].bytes())}] += row[2].as_integer();
  });
  return out;
}

std::vector<Records::Record> Records::page(const std::optional<Uuid>& after, std::size_t limit,
                                           std::vector<Predicate> where) const {
  std::vector<Record> out;
  if (!info_) return out;
  where.push_back(of_type());
  const unsigned id = info_->column("id")->first;
  if (after) where.push_back(Predicate::compare(Predicate::Kind::greater, id, Value::id(*after)));
  cx_.scan(
      *info_, {.where = Predicate::all_of(std::move(where)), .key = {}, .order = {}, .limit = limit}, false,
      [&]() -> void* { return out.emplace_back(*this, info_->make()).entity(); }, [] { return true; });
  return out;
}

Records::Record Records::hold(const Uuid& id) const {
  Record out(*this, info_->make());
  if (!cx_.load(*info_, id, out.entity(), RowLock::update, false))
    throw Error(ErrorCode::internal, "a record has gone");
  return out;
}

Predicate Records::on_older_than(std::int64_t version) const {
  return Predicate::compare(Predicate::Kind::less, info_->column("workflow_version")->first,
                            Value::integer(version));
}

Predicate Records::stands(std::int64_t version, std::string_view state) const {
  return Predicate::all_of(
      {Predicate::equals(info_->column("workflow_version")->first, Value::integer(version)),
       Predicate::equals(info_->column("status_code")->first, Value::text(state)),
       Predicate::absent(info_->column("archived_at")->first)});
}

}  // namespace atlas::workflow
