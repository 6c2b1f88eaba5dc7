#include "merging.hpp"

#include <algorithm>

#include "atlas/consent.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "decisions.hpp"
#include "references.hpp"
#include "search/detecting.hpp"
#include "survivorship.hpp"

namespace atlas::duplicates {
namespace {

constexpr std::size_t most_told = 1000;

const EntityInfo& entity_of(Context& cx, std::string_view kind) { return cx.registry().entity(kind); }

std::string payload_of(const MergeRecord& record) {
  return R"({"merge_id":)" + json_id(record.id) + R"(,"loser_id":)" + json_id(record.loser_id) + "}";
}

class Merging {
 public:
  Merging(Context& cx, MergeRecord& record)
      : cx_(cx), record_(record), info_(entity_of(cx, record.entity_kind)), payload_(payload_of(record)) {}

  std::vector<MergeLine> run(const std::set<std::string, std::less<>>& kept) {
    const Record survivor = load_record(cx_, info_, record_.survivor_id);
    const Record loser = load_record(cx_, info_, record_.loser_id);
    if (!survivor || !loser) throw Error(ErrorCode::internal, "a record of a merge is gone");
    const auto changes =
        surviving_values({.kind = record_.entity_kind,
                          .schema = info_.schema,
                          .survivor = survivor.get(),
                          .loser = loser.get(),
                          .loser_is_newer = record_.loser_changed_at > record_.survivor_changed_at},
                         read_choices(record_.entity_kind, *info_.schema, record_.choices), kept);
    const NoMaterialChange quiet(cx_);
    const auto of_signal = [&](const SignalLine& l) {
      add_line("adjustment", entity_of(cx_, "duplicate_signal"), l.signal, l.field, l.before, l.after,
               "loser");
    };
    keep_decision_of_pair(cx_, record_, of_signal);
    // The loser goes first: what it alone may have (an id elsewhere) is free then.
    archive(loser);
    change_survivor(survivor, changes);
    turn_references();
    if (record_.entity_kind == "listing") settle_media();
    pass_dismissals(cx_, record_, of_signal);
    write_lines();
    return std::move(lines_);
  }

 private:
  void add_line(std::string_view part, const EntityInfo& info, const Uuid& id, std::string field,
                std::optional<std::string> before, std::optional<std::string> after,
                std::string_view source) {
    MergeLine line;
    line.merge_id = record_.id;
    line.round = record_.round;
    line.number = static_cast<std::int64_t>(lines_.size());
    line.part = part;
    line.entity_kind = info.schema->name;
    line.entity_id = id;
    line.field = std::move(field);
    line.before = std::move(before);
    line.after = std::move(after);
    line.source = source;
    lines_.push_back(std::move(line));
  }

  void save(const EntityInfo& info, const Record& before, const Record& after) {
    const std::string action = std::string(info.schema->name) + ".repointed";
    cx_.save(info, before.get(), after.get(), {.action = action, .payload = payload_}, false);
  }

  void archive(const Record& loser) {
    const Record after = load_record(cx_, info_, record_.loser_id);
    const Field* status = info_.schema->find("status_code");
    if (status) {
      if (const auto code = value_of(*status, loser.get()))
        record_.loser_status = code->substr(1, code->size() - 2);
    }
    head_of(after.get()).archived_at = cx_.now();
    set_value(*info_.schema->find("merged_into"), after.get(), json_id(record_.survivor_id));
    save(info_, loser, after);
    loser_subject_ = head_of(loser.get()).subject_id;
  }

  void change_survivor(const Record& survivor, const std::vector<FieldChange>& changes) {
    const Record after = load_record(cx_, info_, record_.survivor_id);
    for (const FieldChange& c : changes) set_value(*c.field, after.get(), c.after);
    if (record_.entity_kind == "dossier") {
      const auto& d = *static_cast<const Dossier*>(after.get());
      if (!d.phone_raw && !d.email) {
        throw Error(ErrorCode::invalid_argument, "a way to reach the person must remain")
            .field("/choices", field_code::required, "a phone or an email");
      }
    }
    if (!changes.empty()) save(info_, survivor, after);
    for (const FieldChange& c : changes)
      add_line("field", info_, record_.survivor_id, std::string(c.field->name), c.before,
               value_of(*c.field, after.get()), c.source);
    record_.fields_changed = static_cast<std::int64_t>(changes.size());
    // Said also when no field changed: it is what the survivor's timeline and audit tell of the merge.
    cx_.note(*info_.schema, record_.survivor_id, head_of(survivor.get()).subject_id,
             record_.entity_kind + ".merged", payload_);
  }

  void turn_references() {
    for (const Place& place : places_of(cx_.registry(), record_.entity_kind)) {
      const auto found =
          records_naming(cx_, place, record_.entity_kind, record_.loser_id, most_references + 1);
      if (lines_.size() + found.size() > most_references) {
        throw Error(ErrorCode::conflict, "too many records name it for one merge")
            .with("reason", "too_large")
            .with("most", static_cast<std::int64_t>(most_references));
      }
      for (const Record& seen : found) turn(place, head_of(seen.get()).id);
    }
    record_.references = static_cast<std::int64_t>(std::count_if(
        lines_.begin(), lines_.end(), [](const MergeLine& l) { return l.part == "reference"; }));
  }

  void turn(const Place& place, const Uuid& id) {
    const EntityInfo& info = *place.entity;
    const Record before = load_record(cx_, info, id), after = load_record(cx_, info, id);
    if (!before || !after) return;
    const auto paths = paths_naming(place, record_.entity_kind, before.get(), record_.loser_id);
    const std::string from = json_id(record_.loser_id), to = json_id(record_.survivor_id);
    for (const std::string& path : paths) set_value_at(*info.schema, after.get(), path, to);
    const auto other = place.nested ? std::nullopt : would_collide(cx_, info, *place.field, after.get());
    if (other) return archive_double(info, before, id, *other);
    save(info, before, after);
    for (const std::string& path : paths) add_line("reference", info, id, path, from, to, "survivor");
  }

  /// The survivor has the same link already: this one leaves the lists and stays the loser's.
  void archive_double(const EntityInfo& info, const Record& before, const Uuid& id, const Uuid& other) {
    // A line that changes nothing: when an earlier merge that brought the other one here is taken back, this
    // merge has to be made anew.
    add_line("adjustment", info, other, "id", json_id(other), json_id(other), "survivor");
    if (head_of(before.get()).archived_at) {
      // Nothing to do, but it is so because of what an earlier merge did.
      const auto since = value_of(*info.schema->find("archived_at"), before.get());
      return add_line("reference", info, id, "archived_at", since, since, "survivor");
    }
    const Record after = load_record(cx_, info, id);
    head_of(after.get()).archived_at = cx_.now();
    save(info, before, after);
    add_line("reference", info, id, "archived_at", std::nullopt,
             value_of(*info.schema->find("archived_at"), after.get()), "survivor");
  }

  void adjust(const EntityInfo& info, const Uuid& id, std::string_view field, const std::string& value) {
    const Record before = load_record(cx_, info, id), after = load_record(cx_, info, id);
    if (!before || !after) return;
    const Field& f = *info.schema->find(field);
    const auto was = value_of(f, before.get());
    if (was == value) return;
    set_value(f, after.get(), value);
    save(info, before, after);
    add_line("adjustment", info, id, std::string(field), was, value_of(f, after.get()), "both");
  }

  /// One primary image; the loser's media stand behind the survivor's.
  void settle_media() {
    const EntityInfo& media = entity_of(cx_, "listing_media");
    std::set<Uuid> moved;
    for (const MergeLine& line : lines_)
      if (line.part == "reference" && line.entity_kind == "listing_media") moved.insert(line.entity_id);
    auto all = cx_.all<ListingMedia>();
    const auto now =
        all.where({.where = Predicate::equals(all.column("listing_id"), Value::id(record_.survivor_id)),
                   .key = "by_listing",
                   .order = {{all.column("position"), false}},
                   .limit = most_references});
    bool has_primary = false;
    std::int64_t last = -1;
    for (const ListingMedia& m : now) {
      if (m.archived_at || moved.contains(m.id)) continue;
      has_primary = has_primary || m.is_primary;
      last = std::max(last, m.position);
    }
    for (const ListingMedia& m : now) {
      if (m.archived_at || !moved.contains(m.id)) continue;
      if (has_primary && m.is_primary) adjust(media, m.id, "is_primary", "false");
      if (last >= 0) adjust(media, m.id, "position", std::to_string(++last));
    }
  }

  void write_lines() {
    auto lines = cx_.all<MergeLine>();
    for (MergeLine& line : lines_) {
      line.subject_id = loser_subject_;
      lines.insert(line);
    }
  }

  Context& cx_;
  MergeRecord& record_;
  const EntityInfo& info_;
  std::string payload_;
  Uuid loser_subject_;
  std::vector<MergeLine> lines_;
};

Error of_another_type() {
  return Error(ErrorCode::invalid_argument, "dossiers of two case types are not merged")
      .field("/loser_id", field_code::out_of_range, "of another case type than the survivor");
}

/// Locked, present, at the version that the caller has seen.
Record participant(Context& cx, const EntityInfo& info, const Uuid& id, std::int64_t version) {
  Record record = load_record(cx, info, id);
  if (!record) throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
  if (const auto into = value_of(*info.schema->find("merged_into"), record.get())) {
    throw Error(ErrorCode::conflict, "the record was merged into another")
        .with("reason", "merged")
        .with("into", into->substr(1, into->size() - 2));
  }
  const Entity& head = head_of(record.get());
  if (head.archived_at) {
    throw Error(ErrorCode::conflict, "an archived record is not merged").with("reason", "state");
  }
  if (head.version != version) {
    throw Error(ErrorCode::conflict, "the record has changed since it was read")
        .with("reason", "stale_version")
        .with("current", head.version);
  }
  return record;
}

/// Whoever objects does so at every address: the caller cannot choose some away.
void keep_addresses_of_objectors(Context& cx, const Merge& in,
                                 const std::map<std::string, Rule, std::less<>>& choices) {
  auto all = cx.all<Objection>();
  for (const Uuid& party : {in.survivor_id, in.loser_id}) {
    const auto objections =
        all.where({.where = Predicate::all_of({Predicate::equals(all.column("in_force"), Value::integer(1)),
                                               Predicate::equals(all.column("party_id"), Value::id(party))}),
                   .key = "by_force",
                   .limit = 1});
    if (objections.empty()) continue;
    for (const char* field : {"phones", "emails"}) {
      const auto it = choices.find(std::string_view(field));
      if (it == choices.end() || it->second == Rule::unite) continue;
      throw Error(ErrorCode::invalid_argument, "an objection is in force: it holds at every address")
          .field("/choices/" + std::string(field), field_code::out_of_range, "only both");
    }
  }
}

}  // namespace

std::vector<MergeLine> make_merge(Context& cx, MergeRecord& record,
                                  const std::set<std::string, std::less<>>& kept) {
  return Merging(cx, record).run(kept);
}

std::vector<MergeLine> lines_of(Context& cx, const MergeRecord& record) {
  auto all = cx.all<MergeLine>();
  return all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("merge_id"), Value::id(record.id)),
                                   Predicate::equals(all.column("round"), Value::integer(record.round))}),
       .key = "by_merge",
       .order = {{all.column("number"), false}},
       .limit = 2 * most_references});
}

Merged told(const MergeRecord& record, const std::vector<MergeLine>& lines) {
  Merged out;
  out.merge = record;
  for (const MergeLine& l : lines) {
    if (l.part == "field") out.fields.push_back({l.field, l.before, l.after, l.source});
    if (l.part == "reference" && out.references.size() < most_told)
      out.references.push_back({l.entity_kind, l.entity_id, l.field, l.before, l.after});
  }
  return out;
}

Merged merge_records(Context& cx, const Merge& in) {
  if (in.survivor_id == in.loser_id) {
    throw Error(ErrorCode::invalid_argument, "a record is not merged into itself")
        .field("/loser_id", field_code::out_of_range, "another record than the survivor");
  }
  const EntityInfo& info = entity_of(cx, in.entity_kind);
  const auto choices = read_choices(in.entity_kind, *info.schema, in.choices);
  cx.lock({"duplicates.merge:" + format_uuid(cx.organisation())});
  const bool survivor_first = in.survivor_id < in.loser_id;
  Record survivor, loser;
  if (survivor_first) survivor = participant(cx, info, in.survivor_id, in.survivor_version);
  loser = participant(cx, info, in.loser_id, in.loser_version);
  if (!survivor_first) survivor = participant(cx, info, in.survivor_id, in.survivor_version);
  if (in.entity_kind == "dossier" && static_cast<const Dossier*>(survivor.get())->case_type_code !=
                                         static_cast<const Dossier*>(loser.get())->case_type_code)
    throw of_another_type();
  if (in.entity_kind == "party") keep_addresses_of_objectors(cx, in, choices);

  Merged out;
  const auto run = [&] {
    MergeRecord record;
    record.id = cx.new_id();
    record.subject_id = head_of(loser.get()).subject_id;
    record.entity_kind = in.entity_kind;
    record.survivor_id = in.survivor_id;
    record.loser_id = in.loser_id;
    record.choices = in.choices;
    record.survivor_changed_at = head_of(survivor.get()).updated_at;
    record.loser_changed_at = head_of(loser.get()).updated_at;
    const auto lines = make_merge(cx, record);
    cx.all<MergeRecord>().insert(record, {.action = "merge_record.merged"});
    out = told(record, lines);
    out.survivor_version = head_of(load_record(cx, info, in.survivor_id).get()).version;
  };
  if (!in.dry_run) {
    run();
    return out;
  }
  cx.rehearse(run);
  out.dry_run = true;
  out.merge.reset();
  return out;
}

}  // namespace atlas::duplicates
