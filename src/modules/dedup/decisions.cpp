#include "decisions.hpp"

#include <map>

#include "search/detecting.hpp"

namespace atlas::duplicates {
namespace {

bool is_decided(const DuplicateSignal& s) {
  return s.status_code == "CONFIRMED" || s.status_code == "DISMISSED";
}

std::optional<std::string> value(const DuplicateSignal& s, std::string_view field) {
  return value_of(*schema_of<DuplicateSignal>().find(field), &s);
}

constexpr const char* decided_fields[] = {"status_code", "decided_by", "decided_at"};

void add_lines(const DuplicateSignal& before, const DuplicateSignal& after, const SignalLines& add) {
  for (const char* field : decided_fields) add({before.id, field, value(before, field), value(after, field)});
}

std::optional<DuplicateSignal> signal_between(Context& cx, const Uuid& a, const Uuid& b) {
  auto all = cx.all<DuplicateSignal>();
  auto rows = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("first_id"), Value::id(std::min(a, b))),
                                   Predicate::equals(all.column("second_id"), Value::id(std::max(a, b)))}),
       .key = "by_first",
       .limit = 1});
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

void keep_decision_of_pair(Context& cx, const MergeRecord& record, const SignalLines& add) {
  const auto before = signal_between(cx, record.survivor_id, record.loser_id);
  if (!before || !is_decided(*before)) return;
  DuplicateSignal after = *before;
  after.status_code = "MERGED";
  add_lines(*before, after, add);
}

void pass_dismissals(Context& cx, const MergeRecord& record, const SignalLines& add) {
  const std::size_t kind = number_of(record.entity_kind);
  const EntityInfo& info = cx.registry().entity(record.entity_kind);
  for (const DuplicateSignal& said : stored_signals(cx, record.loser_id)) {
    const Uuid& other = said.first_id == record.loser_id ? said.second_id : said.first_id;
    if (said.status_code != "DISMISSED" || other == record.survivor_id) continue;
    const Record its = load_record(cx, info, other, RowLock::none);
    if (!its || head_of(its.get()).archived_at) continue;
    // When an earlier merge that brought this no here is taken back, this merge has to be made anew.
    add({said.id, "status_code", value(said, "status_code"), value(said, "status_code")});
    auto before = signal_between(cx, record.survivor_id, other);
    if (before && is_decided(*before)) continue;
    if (!before) before = new_signal(cx, kind, record.survivor_id, its);
    DuplicateSignal after = *before;
    after.status_code = said.status_code;
    after.decided_by = said.decided_by;
    after.decided_at = said.decided_at;
    add_lines(*before, after, add);
    write_signal(cx, &*before, after);
  }
}

DecisionsBack::DecisionsBack(Context& cx, const MergeRecord& record, const std::vector<MergeLine>& lines)
    : cx_(cx), record_(record) {
  std::map<Uuid, Change> by_signal;
  for (const MergeLine& l : lines) {
    if (!is_of_signal(l)) continue;
    Change& c = by_signal[l.entity_id];
    c.signal = l.entity_id;
    if (l.field == "decided_by") c.by_before = l.before, c.by_after = l.after;
    if (l.field == "decided_at") c.at_before = l.before, c.at_after = l.after;
    if (l.field == "status_code" && l.before != l.after) c.status_before = l.before, c.status_after = l.after;
  }
  for (auto& [id, change] : by_signal)
    if (change.status_after) changes_.push_back(std::move(change));
  const auto pair = signal_between(cx, record.survivor_id, record.loser_id);
  pair_stands_ = pair && pair->status_code == "MERGED" && pair->decided_at.has_value();
}

void DecisionsBack::restore(const Change& change, std::vector<MergeConflict>& conflicts) {
  auto all = cx_.all<DuplicateSignal>();
  const auto before = all.find(change.signal);
  if (!before) return;
  const bool of_pair = change.status_after == R"("MERGED")";
  const bool untouched =
      of_pair ? !is_decided(*before) && (pair_stands_ || change.status_before == R"("CONFIRMED")")
              : value(*before, "status_code") == change.status_after &&
                    value(*before, "decided_by") == change.by_after &&
                    value(*before, "decided_at") == change.at_after;
  if (!untouched) {
    // The search itself let go of it; or somebody said something else since.
    if (is_decided(*before))
      conflicts.push_back({"duplicate_signal", change.signal, "status_code", change.status_before,
                           value(*before, "status_code")});
    return;
  }
  DuplicateSignal after = *before;
  const Schema& schema = schema_of<DuplicateSignal>();
  set_value(*schema.find("status_code"), &after, change.status_before);
  set_value(*schema.find("decided_by"), &after, change.by_before);
  set_value(*schema.find("decided_at"), &after, change.at_before);
  write_signal(cx_, &*before, after);
}

void DecisionsBack::run(std::vector<MergeConflict>& conflicts) {
  for (const Change& change : changes_) restore(change, conflicts);
  if (!changes_.empty()) look_again(cx_, record_.entity_kind, record_.survivor_id, false);
}

}  // namespace atlas::duplicates
