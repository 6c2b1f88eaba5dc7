// Runs over all records of a kind: batch by batch, each in its own transaction, from where the last one
// ended.

#include <algorithm>

#include "atlas/json.hpp"
#include "sight.hpp"

namespace atlas::duplicates {
namespace {

constexpr std::string_view scan_work = "duplicates.scan";
/// What one transaction does: records, and a bound for those that many others look like.
constexpr std::size_t batch_records = 500;
constexpr std::int64_t batch_pairs = 20'000;

std::vector<DuplicateScan> running(Context& cx, RowLock lock) {
  auto all = cx.all<DuplicateScan>();
  return all.where({.where = Predicate::equals(all.column("status_code"), Value::text("SCAN_RUNNING")),
                    .key = "by_status",
                    .order = {{all.column("created_at"), false}},
                    .limit = 16,
                    .lock = lock});
}

void note_end(Context& cx, const DuplicateScan& run, const char* action) {
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("entity_kind").string(run.entity_kind).key("purpose").string(run.purpose);
  w.key("dry_run").boolean(run.dry_run).key("model_version").string(run.model_version);
  w.key("scanned").number(run.scanned).key("found").number(run.found).key("opened").number(run.opened);
  w.key("lapsed").number(run.lapsed).end_object();
  cx.note(schema_of<DuplicateScan>(), run.id, run.subject_id, action, payload);
}

void add(DuplicateScan& run, const Tally& tally) {
  run.compared += tally.compared;
  run.found += tally.found;
  run.opened += tally.opened;
  run.rescored += tally.rescored;
  run.decided += tally.decided;
  run.lapsed += tally.lapsed;
}

/// True when there is more to do.
bool scan_batch(Context& cx, const DuplicateScan& before) {
  const std::size_t kind = number_of(before.entity_kind);
  Detector detector(cx, kind, setup_of(cx, kind));
  const EntityInfo& info = detector.info();
  Lookup lookup{.where = before.after_id
                             ? Predicate::compare(Predicate::Kind::greater, 0, Value::id(*before.after_id))
                             : Predicate{},
                .key = "",
                .order = {{0, false}},
                .limit = batch_records};
  std::vector<Record> records;
  cx.scan(
      info, lookup, false, [&]() -> void* { return records.emplace_back(info.make()).get(); },
      [] { return true; });
  DuplicateScan after = before;
  bool cut = false;
  for (const Record& record : records) {
    cut = detector.tally().compared >= batch_pairs;
    if (cut) break;
    const Entity& head = head_of(record.get());
    if (!head.archived_at) {
      detector.look_forward_from(record, before.dry_run);
      ++after.scanned;
    }
    after.after_id = head.id;
  }
  add(after, detector.tally());
  const bool more = cut || records.size() == batch_records;
  if (!more) {
    after.status_code = "SCAN_DONE";
    after.finished_at = cx.now();
  }
  cx.all<DuplicateScan>().save(before, after);
  if (!more) note_end(cx, after, "duplicate_scan.finished");
  return more;
}

std::optional<Timestamp> scan_some(Context& cx) {
  const auto scans = running(cx, RowLock::update);
  if (scans.empty()) return std::nullopt;
  const bool more = scan_batch(cx, scans.front()) || scans.size() > 1;
  return more ? std::optional(cx.now()) : std::nullopt;
}

DuplicateScan cancel(Context& cx, const DuplicateScan& before) {
  DuplicateScan after = before;
  after.status_code = "SCAN_CANCELLED";
  after.finished_at = cx.now();
  cx.all<DuplicateScan>().save(before, after);
  note_end(cx, after, "duplicate_scan.cancelled");
  return after;
}

}  // namespace

DuplicateScan begin_scan(Context& cx, std::size_t kind, std::string_view purpose, bool dry,
                         const std::string& model_version) {
  for (const DuplicateScan& other : running(cx, RowLock::update)) {
    if (other.entity_kind != kinds[kind]) continue;
    // A new model makes a run under the old one pointless; otherwise one run of a kind is enough.
    if (purpose == "ADOPTION") {
      cancel(cx, other);
      continue;
    }
    throw Error(ErrorCode::conflict, "a run over these records is under way")
        .with("reason", "in_use")
        .with("scan_id", format_uuid(other.id));
  }
  DuplicateScan run;
  run.entity_kind = kinds[kind];
  run.purpose = purpose;
  run.dry_run = dry;
  run.model_version = model_version;
  const EntityInfo& info = cx.registry().entity(kinds[kind]);
  cx.tally(info, Predicate::absent(info.column("archived_at")->first), {},
           [&](RowView row) { run.total = row[0].as_integer(); });
  cx.all<DuplicateScan>().insert(run);
  cx.schedule(scan_work, cx.now());
  return run;
}

void register_scanning(Registry& registry) {
  registry.due(std::string(scan_work), scan_some);
  registry.operation(scan, [](Context& cx, const Scan& in) {
    const std::size_t kind = number_of(in.entity_kind);
    return begin_scan(cx, kind, "SCAN", in.dry_run, model_in_force(cx, kind)->version);
  });
  registry.operation(scans,
                     [](Context& cx, const ListInput& in) { return cx.repo<DuplicateScan>().list(in); });
  registry.operation(get_scan,
                     [](Context& cx, const GetInput& in) { return cx.repo<DuplicateScan>().get(in.id); });
  registry.operation(cancel_scan, [](Context& cx, const GetInput& in) {
    const DuplicateScan before = cx.repo<DuplicateScan>().get(in.id, RowLock::update);
    return before.status_code == "SCAN_RUNNING" ? cancel(cx, before) : before;
  });
}

}  // namespace atlas::duplicates
