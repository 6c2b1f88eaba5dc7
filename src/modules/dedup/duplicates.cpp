#include "atlas/duplicates.hpp"

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "merging.hpp"

namespace atlas::duplicates {
namespace {

/// A suspicion or a merge is mine when one of its two records is.
void register_scope(Registry& registry, std::string_view entity, std::string_view first,
                    std::string_view second) {
  struct Side {
    std::string_view kind;
    TableId table;
    ScopeRule rule;
  };
  std::vector<Side> sides;
  for (const std::string_view kind : kinds) {
    const EntityInfo& of_kind = registry.entity(kind);
    const auto rule = of_kind.scopes.find(scope_assigned);
    if (rule != of_kind.scopes.end()) sides.push_back({kind, of_kind.table, rule->second});
  }
  const EntityInfo& info = registry.entity(entity);
  const unsigned kind_column = info.column("entity_kind")->first;
  const unsigned columns[] = {info.column(first)->first, info.column(second)->first};
  registry.scope(
      entity, scope_assigned,
      [sides = std::move(sides), kind_column, a = columns[0], b = columns[1]](const Principal& who,
                                                                              const Access& access) {
        std::vector<Predicate> any;
        for (const Side& side : sides) {
          std::vector<Predicate> either;
          for (const unsigned column : {a, b}) {
            Predicate mine{.kind = Predicate::Kind::exists, .table = side.table, .on = {{column, 0}}};
            mine.children.push_back(side.rule(who, access));
            either.push_back(std::move(mine));
          }
          any.push_back(Predicate::all_of({Predicate::equals(kind_column, Value::text(side.kind)),
                                           Predicate::any_of(std::move(either))}));
        }
        return Predicate::any_of(std::move(any));
      });
}

DuplicateSignal decide(Context& cx, const Decide& in, std::string_view status, std::string_view action) {
  auto signals = cx.repo<DuplicateSignal>();
  const DuplicateSignal before = signals.get_for_update(in.id, in.version);
  if (before.status_code == "MERGED") {
    throw Error(ErrorCode::conflict, "the pair was merged; undo the merge").with("reason", "state");
  }
  DuplicateSignal after = before;
  after.status_code = status;
  after.decided_at = cx.now();
  after.decided_by.reset();
  if (!cx.principal().user().is_nil()) after.decided_by = cx.principal().user();
  signals.save(before, after, {.action = action});
  return after;
}

}  // namespace

void register_duplicates(Registry& registry) {
  registry.entity<DuplicateSignal>();
  registry.entity<MergeRecord>();
  registry.entity<MergeLine>();
  register_scope(registry, "duplicate_signal", "low_id", "high_id");
  register_scope(registry, "merge_record", "survivor_id", "loser_id");

  registry.operation(merge, merge_records);
  registry.operation(undo, undo_merge);
  registry.operation(merges,
                     [](Context& cx, const ListInput& in) { return cx.repo<MergeRecord>().list(in); });
  registry.operation(merge_details, [](Context& cx, const GetInput& in) {
    const MergeRecord record = cx.repo<MergeRecord>().get(in.id);
    return told(record, lines_of(cx, record));
  });
  registry.operation(list,
                     [](Context& cx, const ListInput& in) { return cx.repo<DuplicateSignal>().list(in); });
  registry.operation(confirm, [](Context& cx, const Decide& in) {
    return decide(cx, in, "CONFIRMED", "duplicate_signal.confirmed");
  });
  registry.operation(dismiss, [](Context& cx, const Decide& in) {
    return decide(cx, in, "DISMISSED", "duplicate_signal.dismissed");
  });
}

}  // namespace atlas::duplicates
