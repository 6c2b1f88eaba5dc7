#include "atlas/duplicates.hpp"

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "merging.hpp"
#include "sight.hpp"

namespace atlas::duplicates {
void register_duplicates(Registry& registry) {
  registry.entity<MergeRecord>();
  // A line tells of the record that was changed, also where that one is merged into another by now.
  registry.entity<MergeLine>().stays_on_merge = true;
  registry.entity<DuplicateSignal>();
  registry.entity<DuplicateModel>();
  registry.entity<DuplicateModelText>();
  registry.entity<DuplicateSetup>();
  registry.entity<DuplicateScan>();
  register_pair_scope(registry, schema_of<MergeRecord>(), "survivor_id", "loser_id");
  register_detection(registry);
  register_signals(registry);
  register_explaining(registry);
  register_models(registry);
  register_scanning(registry);

  registry.operation(merge, merge_records);
  registry.operation(undo, undo_merge);
  registry.operation(merges,
                     [](Context& cx, const ListInput& in) { return cx.repo<MergeRecord>().list(in); });
  registry.operation(merge_details, [](Context& cx, const GetInput& in) {
    const MergeRecord record = cx.repo<MergeRecord>().get(in.id);
    return told(record, lines_of(cx, record));
  });
}

}  // namespace atlas::duplicates
