// Merges taken back. One that later merges of the same records stand upon is taken back by taking those back
// first and making them anew without it, so that the order does not matter.

#include <algorithm>
#include <map>

#include "atlas/activities.hpp"
#include "atlas/consent.hpp"
#include "atlas/external_refs.hpp"
#include "decisions.hpp"
#include "merging.hpp"
#include "references.hpp"
#include "search/detecting.hpp"

namespace atlas::duplicates {
namespace {

constexpr std::size_t most_merges = 1000;
constexpr std::size_t most_created = 1000;

/// Is `a` the later one of the two?
bool later(const MergeRecord& a, const MergeRecord& b) {
  return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
}

std::vector<MergeRecord> standing_merges_of(Context& cx, const Uuid& id) {
  auto all = cx.all<MergeRecord>();
  std::vector<MergeRecord> out;
  for (const auto& [field, key] :
       {std::pair{"survivor_id", "by_survivor"}, std::pair{"loser_id", "by_loser"}}) {
    auto some = all.where({.where = Predicate::all_of({Predicate::equals(all.column(field), Value::id(id)),
                                                       Predicate::absent(all.column("undone_at"))}),
                           .key = key,
                           .limit = most_merges});
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  return out;
}

/// The standing merges that changed a record, or found it changed already.
std::vector<MergeRecord> standing_merges_touching(Context& cx, const Uuid& id) {
  auto lines = cx.all<MergeLine>();
  std::set<Uuid> merges;
  for (const MergeLine& l : lines.where({.where = Predicate::equals(lines.column("entity_id"), Value::id(id)),
                            .key = "by_entity",
                            .limit = most_references}))
    merges.insert(l.merge_id);
  std::vector<MergeRecord> out;
  for (const Uuid& merge : merges) {
    auto record = cx.all<MergeRecord>().find(merge);
    if (!record || record->undone_at) continue;
    out.push_back(std::move(*record));
  }
  return out;
}

/// The later merges, of any kind, that are connected with this one by the records that they changed; the
/// latest first.
std::vector<MergeRecord> later_merges(Context& cx, const MergeRecord& record) {
  std::map<Uuid, MergeRecord> found;
  std::set<Uuid> seen;
  std::vector<Uuid> open;
  const auto look_at = [&](const MergeRecord& m) {
    open.push_back(m.survivor_id);
    open.push_back(m.loser_id);
    for (const MergeLine& l : lines_of(cx, m)) open.push_back(l.entity_id);
  };
  look_at(record);
  while (!open.empty()) {
    const Uuid id = open.back();
    open.pop_back();
    if (!seen.insert(id).second) continue;
    auto connected = standing_merges_of(cx, id);
    auto touching = standing_merges_touching(cx, id);
    std::move(touching.begin(), touching.end(), std::back_inserter(connected));
    for (MergeRecord& m : connected) {
      if (!later(m, record) || found.contains(m.id)) continue;
      look_at(m);
      found.emplace(m.id, std::move(m));
    }
    if (found.size() > most_merges) {
      throw Error(ErrorCode::conflict, "too many merges of the same record to take one back from between")
          .with("reason", "too_large");
    }
  }
  std::vector<MergeRecord> out;
  for (auto& [id, m] : found) out.push_back(std::move(m));
  std::sort(out.begin(), out.end(), later);
  return out;
}

class TakingBack {
 public:
  TakingBack(Context& cx, const MergeRecord& record)
      : cx_(cx), record_(record), info_(cx.registry().entity(record.entity_kind)) {}

  std::vector<MergeConflict> run() {
    auto lines = lines_of(cx_, record_);
    const NoMaterialChange quiet(cx_);
    DecisionsBack decisions(cx_, record_, lines);
    std::erase_if(lines, is_of_signal);
    std::reverse(lines.begin(), lines.end());
    // The survivor's fields first: what both cannot have at once goes back before the loser returns. The
    // references last: they can lead to the loser only when it is there.
    std::vector<const MergeLine*> fields;
    for (const MergeLine& l : lines)
      if (l.part == "field") fields.push_back(&l);
    restore(info_, record_.survivor_id, fields);
    bring_back();
    for (auto it = lines.begin(); it != lines.end();) {
      // Lines of one record stand together as a rule: one save for them.
      const auto end = std::find_if(it, lines.end(), [&](const MergeLine& l) {
        return l.entity_id != it->entity_id || (l.part == "field") != (it->part == "field");
      });
      if (it->part != "field") {
        std::vector<const MergeLine*> some;
        for (auto l = it; l != end; ++l) some.push_back(&*l);
        restore(cx_.registry().entity(it->entity_kind), it->entity_id, some);
      }
      it = end;
    }
    decisions.run(conflicts_);
    return std::move(conflicts_);
  }

 private:
  void save(const EntityInfo& info, const Record& before, const Record& after) {
    const std::string action = std::string(info.schema->name) + ".repointed";
    const std::string payload = R"({"undone_merge_id":)" + json_id(record_.id) + "}";
    cx_.save(info, before.get(), after.get(), {.action = action, .payload = payload}, false);
  }

  void restore(const EntityInfo& info, const Uuid& id, const std::vector<const MergeLine*>& lines) {
    if (lines.empty()) return;
    const Record before = load_record(cx_, info, id), after = load_record(cx_, info, id);
    bool changed = false;
    for (const MergeLine* l : lines) {
      if (l->before == l->after) continue;  // the merge only relied on it
      const auto now = before ? value_at(*info.schema, before.get(), l->field) : std::nullopt;
      if (!before || now != l->after) {
        conflicts_.push_back({l->entity_kind, id, l->field, l->before, now});
        continue;
      }
      set_value_at(*info.schema, after.get(), l->field, l->before);
      changed = true;
    }
    if (changed) save(info, before, after);
  }

  void bring_back() {
    const Record before = load_record(cx_, info_, record_.loser_id),
                 after = load_record(cx_, info_, record_.loser_id);
    if (!before) throw Error(ErrorCode::internal, "a record of a merge is gone");
    head_of(after.get()).archived_at.reset();
    set_value(*info_.schema->find("merged_into"), after.get(), std::nullopt);
    if (info_.external_refs) leave_taken_refs(after);
    save(info_, before, after);
  }

  /// Ids elsewhere that another record has got meanwhile stay there.
  void leave_taken_refs(const Record& loser) {
    const Field& field = *info_.external_refs;
    const auto had = value_of(field, loser.get());
    auto& refs = *static_cast<std::vector<ExternalRef>*>(field.address(loser.get()));
    const auto taken = std::erase_if(
        refs, [&](const ExternalRef& r) { return cx_.find_external(info_, r.source, r.id).has_value(); });
    if (taken > 0)
      conflicts_.push_back({record_.entity_kind, record_.loser_id, std::string(field.name), had,
                            value_of(field, loser.get())});
  }

  Context& cx_;
  const MergeRecord& record_;
  const EntityInfo& info_;
  std::vector<MergeConflict> conflicts_;
};

/// The later merges, made anew as they were asked for; what could not be taken back of them stays chosen.
void remake(Context& cx, MergeRecord before, const std::vector<MergeConflict>& kept_back) {
  std::set<std::string, std::less<>> kept;
  for (const MergeConflict& c : kept_back)
    if (c.id == before.survivor_id) kept.insert(c.field);
  MergeRecord after = before;
  ++after.round;
  make_merge(cx, after, kept);
  cx.all<MergeRecord>().save(before, after, {.action = "merge_record.remade"});
}

/// Who objected while the two were one is one of the two: the no holds for both.
void share_objections(Context& cx, const MergeRecord& record, std::vector<MergeConflict>& conflicts) {
  auto all = cx.all<Objection>();
  for (Objection o :
       all.where({.where = Predicate::all_of(
                      {Predicate::equals(all.column("in_force"), Value::integer(1)),
                       Predicate::equals(all.column("party_id"), Value::id(record.survivor_id))}),
       .key = "by_force",
       .limit = 100})) {
    if (std::pair(o.created_at, o.id) < std::pair(record.created_at, record.id)) continue;
    Objection own = o;
    own.id = {};
    own.party_id = record.loser_id;
    all.insert(own, {.action = "consent.objected"});
    conflicts.push_back({"objection", own.id, "party_id", std::nullopt, json_id(record.loser_id)});
  }
}

}  // namespace

std::vector<MergeConflict> take_back(Context& cx, const MergeRecord& record) {
  return TakingBack(cx, record).run();
}

std::vector<MergeConflict> created_since(Context& cx, const MergeRecord& record) {
  std::vector<MergeConflict> out;
  for (const Place& place : places_of(cx.registry(), record.entity_kind)) {
    const bool timeline = place.entity->schema == &schema_of<Activity>();
    for (const Record& r :
         records_naming(cx, place, record.entity_kind, record.survivor_id, most_references)) {
      const Entity& head = head_of(r.get());
      if (std::pair(head.created_at, head.id) < std::pair(record.created_at, record.id)) continue;
      // Lines that the library wrote tell of the survivor; notes are what people said.
      if (timeline && static_cast<const Activity*>(r.get())->type_code != "ACT_NOTE") continue;
      for (std::string& path : paths_naming(place, record.entity_kind, r.get(), record.survivor_id))
        out.push_back({std::string(place.entity->schema->name), head.id, std::move(path), std::nullopt,
                       json_id(record.survivor_id)});
      if (out.size() >= most_created) return out;
    }
  }
  return out;
}

Undone undo_merge(Context& cx, const Undo& in) {
  cx.lock({"duplicates.merge:" + format_uuid(cx.organisation())});
  const MergeRecord record = cx.all<MergeRecord>().get(in.merge_id, RowLock::update);
  if (record.undone_at) {
    throw Error(ErrorCode::conflict, "the merge was undone already").with("reason", "state");
  }
  Undone out;
  const auto run = [&] {
    auto over = later_merges(cx, record);
    std::vector<std::vector<MergeConflict>> kept_back;
    for (const MergeRecord& m : over) kept_back.push_back(take_back(cx, m));
    out.conflicts = take_back(cx, record);
    auto created = created_since(cx, record);
    std::move(created.begin(), created.end(), std::back_inserter(out.conflicts));
    if (record.entity_kind == "party") share_objections(cx, record, out.conflicts);
    MergeRecord after = record;
    after.undone_at = cx.now();
    if (!cx.principal().user().is_nil()) after.undone_by = cx.principal().user();
    after.conflicts = out.conflicts;
    cx.all<MergeRecord>().save(record, after, {.action = "merge_record.undone"});
    const EntityInfo& info = cx.registry().entity(record.entity_kind);
    const std::string payload =
        R"({"merge_id":)" + json_id(record.id) + R"(,"loser_id":)" + json_id(record.loser_id) + "}";
    cx.note(*info.schema, record.survivor_id,
            head_of(load_record(cx, info, record.survivor_id).get()).subject_id,
            record.entity_kind + ".unmerged", payload);
    for (std::size_t i = over.size(); i-- > 0;) remake(cx, over[i], kept_back[i]);
    out.remade = static_cast<std::int64_t>(over.size());
    out.merge = std::move(after);
  };
  if (!in.dry_run) {
    run();
    return out;
  }
  cx.rehearse(run);
  out.dry_run = true;
  return out;
}

}  // namespace atlas::duplicates
