#include "atlas/duplicates.hpp"

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "merging.hpp"

namespace atlas::duplicates {
namespace {

/// A merge is mine when one of its two records is.
void register_scope(Registry& registry) {
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
  const EntityInfo& info = registry.entity(schema_of<MergeRecord>().name);
  const unsigned kind_column = info.column("entity_kind")->first;
  const unsigned columns[] = {info.column("survivor_id")->first, info.column("loser_id")->first};
  registry.scope(
      info.schema->name, scope_assigned,
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
  register_scope(registry);

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
