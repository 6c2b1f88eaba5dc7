#include "atlas/duplicates.hpp"

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "merging.hpp"
#include "sight.hpp"

namespace atlas::duplicates {
namespace {

/// May the caller know the values that the merge moved? While it stands they are the survivor's; afterwards
/// each of the two has its own again.
bool may_see_values(Context& cx, const MergeRecord& record) {
  const std::size_t kind = number_of(record.entity_kind);
  return may_read(cx, kind, record.survivor_id) && (!record.undone_at || may_read(cx, kind, record.loser_id));
}

Page<MergeRecord> list_merges(Context& cx, const ListInput& in) {
  Page<MergeRecord> page = cx.repo<MergeRecord>().list(in);
  for (MergeRecord& record : page.items)
    if (!record.conflicts.empty() && !may_see_values(cx, record)) record.conflicts.clear();
  return page;
}

Merged tell_merge(Context& cx, const GetInput& in) {
  MergeRecord record = cx.repo<MergeRecord>().get(in.id);
  if (may_see_values(cx, record)) return told(record, lines_of(cx, record));
  record.conflicts.clear();
  return told(record, {});
}

}  // namespace

void register_duplicates(Registry& registry) {
  registry.entity<MergeRecord>();
  // A line tells of the record that was changed, also where that one is merged into another by now.
  registry.entity<MergeLine>().stays_on_merge = true;
  registry.entity<DuplicateSignal>();
  registry.entity<DuplicateModel>();
  registry.entity<DuplicateModelText>();
  registry.entity<DuplicateSetup>();
  registry.entity<DuplicateScan>();
  // Whoever had the loser alone does not learn of the survivor.
  register_pair_scope(registry, schema_of<MergeRecord>(), "survivor_id", "survivor_id");
  register_detection(registry);
  register_signals(registry);
  register_explaining(registry);
  register_models(registry);
  register_scanning(registry);

  registry.operation(merge, merge_records);
  registry.operation(undo, undo_merge);
  registry.operation(merges, list_merges);
  registry.operation(merge_details, tell_merge);
}

}  // namespace atlas::duplicates
