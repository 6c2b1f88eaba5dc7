#pragma once
// Two records that are one: merges that can be undone.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

namespace duplicates {
/// Kinds of records that are merged.
inline constexpr std::array<std::string_view, 3> kinds{"dossier", "party", "listing"};
/// Whose value a merged record has: the survivor's, the loser's, of both together.
inline constexpr std::array<std::string_view, 3> sources{"survivor", "loser", "both"};
}  // namespace duplicates

/// A value that an undo left as it was found, because it is no longer the one that the merge wrote. `before`
/// is what stood there before the merge, `now` what stands there; JSON values, absent = none.
struct MergeConflict {
  std::string kind;
  Uuid id;
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> now;
};
template <>
struct Describe<MergeConflict> {
  using T = MergeConflict;
  static constexpr std::string_view name = "merge_conflict";
  static constexpr std::array fields{
      field<&T::kind>("kind", line(1, 64)), field<&T::id>("id"), field<&T::field>("field", line(1, 200)),
      field<&T::before>("before", json_value(256 * 1024)), field<&T::now>("now", json_value(256 * 1024))};
};

/// One merge of `loser_id` into `survivor_id`. What it changed is kept line by line, so that it can be taken
/// back in whatever order; `undone_at` says that it was. `loser_status` is the state in which the loser's
/// workflow stood.
struct MergeRecord : Entity {
  std::string entity_kind;
  Uuid survivor_id;
  Uuid loser_id;
  std::string choices = "{}";
  std::optional<std::string> loser_status;
  Timestamp survivor_changed_at;  ///< how new each of the two was
  Timestamp loser_changed_at;
  std::int64_t round = 1;  ///< counts how often it was made: undoing an earlier merge makes it anew
  std::int64_t references = 0;
  std::int64_t fields_changed = 0;
  std::optional<Timestamp> undone_at;
  std::optional<Uuid> undone_by;
  std::vector<MergeConflict> conflicts;
};
template <>
struct Describe<MergeRecord> {
  using T = MergeRecord;
  static constexpr std::string_view name = "merge_record";
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(duplicates::kinds), filterable),
      field<&T::survivor_id>("survivor_id", {}, filterable),
      field<&T::loser_id>("loser_id", {}, filterable),
      field<&T::choices>("choices", json_object(4096)),
      field<&T::loser_status>("loser_status", line(1, 64)),
      field<&T::survivor_changed_at>("survivor_changed_at"),
      field<&T::loser_changed_at>("loser_changed_at"),
      field<&T::round>("round", range(1, INT64_MAX)),
      field<&T::references>("references", range(0, INT64_MAX)),
      field<&T::fields_changed>("fields_changed", range(0, INT64_MAX)),
      field<&T::undone_at>("undone_at", {}, filterable),
      field<&T::undone_by>("undone_by", reference("user")),
      field<&T::conflicts>("conflicts", range(0, 100'000), personal)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_survivor", {"survivor_id", "created_at"}},
                                   KeyDeclaration{"by_loser", {"loser_id", "created_at"}}};
};

/// One value that a merge changed, of whichever record. `part`: a field of the survivor, a reference that led
/// to the loser, or what had to be set right beside. `field` may lead into a list: "attendees/2/party_id".
struct MergeLine : Entity {
  Uuid merge_id;
  std::int64_t round = 1;
  std::int64_t number = 0;
  std::string part;
  std::string entity_kind;
  Uuid entity_id;
  std::string field;
  std::optional<std::string> before;  ///< JSON; absent = none
  std::optional<std::string> after;
  std::string source;
};
template <>
struct Describe<MergeLine> {
  using T = MergeLine;
  static constexpr std::string_view name = "merge_line";
  static constexpr bool bookkeeping = true;
  static constexpr std::array<std::string_view, 3> parts{"field", "reference", "adjustment"};
  static constexpr std::array fields{field<&T::merge_id>("merge_id", reference("merge_record")),
                                     field<&T::round>("round", range(1, INT64_MAX)),
                                     field<&T::number>("number", range(0, INT64_MAX)),
                                     field<&T::part>("part", one_of(parts)),
                                     field<&T::entity_kind>("entity_kind", line(1, 64)),
                                     field<&T::entity_id>("entity_id"),
                                     field<&T::field>("field", line(1, 200)),
                                     field<&T::before>("before", json_value(256 * 1024), personal),
                                     field<&T::after>("after", json_value(256 * 1024), personal),
                                     field<&T::source>("source", one_of(duplicates::sources))};
  static constexpr std::array keys{KeyDeclaration{"by_merge", {"merge_id", "round", "number"}, true},
                                   KeyDeclaration{"by_entity", {"entity_id"}}};
};

}  // namespace atlas

#include "atlas/duplicate_operations.hpp"
#include "atlas/duplicate_search.hpp"
#include "atlas/duplicate_signals.hpp"
