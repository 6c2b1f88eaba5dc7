#pragma once
// The operations of duplicates. Included by duplicates.hpp.

#include "atlas/duplicates.hpp"

namespace atlas {
namespace duplicates {

/// Merges the loser into the survivor, both at the versions that the caller has seen. `choices` names per
/// field whose value remains ("survivor", "loser") or how it is made ("both", "newest", "longest"); the rest
/// follows the rules of its kind. With `dry_run` nothing is done, and the answer is the same.
struct Merge {
  std::string entity_kind;
  Uuid survivor_id;
  std::int64_t survivor_version = 0;
  Uuid loser_id;
  std::int64_t loser_version = 0;
  std::string choices = "{}";
  bool dry_run = false;
};

/// A reference that led to the loser and leads to the survivor now; `before` is the loser's id, or for a link
/// that the survivor has already null: it was archived instead.
struct Repointed {
  std::string kind;
  Uuid id;
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

/// A field of the survivor that the merge changed, and whose value it got.
struct Chosen {
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;
  std::string source;
};

/// What a merge does or did. Of more than 1,000 references the first are told; `merge.references` counts
/// them. `merge` has no id in a dry run.
struct Merged {
  std::optional<MergeRecord> merge;
  bool dry_run = false;
  std::int64_t survivor_version = 0;
  std::vector<Chosen> fields;
  std::vector<Repointed> references;
};

/// Takes a merge back. What was changed or created since stays with the survivor and is told.
struct Undo {
  Uuid merge_id;
  bool dry_run = false;
};
struct Undone {
  std::optional<MergeRecord> merge;
  bool dry_run = false;
  std::int64_t remade = 0;  ///< later merges of the same records, which were made anew without this one
  std::vector<MergeConflict> conflicts;
};

}  // namespace duplicates

template <>
struct Describe<duplicates::Merge> {
  using In = duplicates::Merge;
  static constexpr std::string_view name = "duplicates.merge";
  static constexpr std::array fields{
      like<&In::entity_kind, MergeRecord>("entity_kind", required),
      field<&In::survivor_id>("survivor_id", {}, required),
      field<&In::survivor_version>("survivor_version", range(1, INT64_MAX), required),
      field<&In::loser_id>("loser_id", {}, required),
      field<&In::loser_version>("loser_version", range(1, INT64_MAX), required),
      like<&In::choices, MergeRecord>("choices"),
      field<&In::dry_run>("dry_run")};
};
template <>
struct Describe<duplicates::Repointed> {
  using Out = duplicates::Repointed;
  static constexpr std::string_view name = "duplicates.repointed";
  static constexpr std::array fields{field<&Out::kind>("kind"), field<&Out::id>("id"),
                                     field<&Out::field>("field"), field<&Out::before>("before", json_value()),
                                     field<&Out::after>("after", json_value())};
};
template <>
struct Describe<duplicates::Chosen> {
  using Out = duplicates::Chosen;
  static constexpr std::string_view name = "duplicates.chosen";
  static constexpr std::array fields{field<&Out::field>("field"), field<&Out::before>("before", json_value()),
                                     field<&Out::after>("after", json_value()),
                                     field<&Out::source>("source")};
};
template <>
struct Describe<duplicates::Merged> {
  using Out = duplicates::Merged;
  static constexpr std::string_view name = "duplicates.merged";
  static constexpr std::array fields{field<&Out::merge>("merge"), field<&Out::dry_run>("dry_run"),
                                     field<&Out::survivor_version>("survivor_version"),
                                     field<&Out::fields>("fields"), field<&Out::references>("references")};
};
template <>
struct Describe<duplicates::Undo> {
  using In = duplicates::Undo;
  static constexpr std::string_view name = "duplicates.undo";
  static constexpr std::array fields{field<&In::merge_id>("merge_id", reference("merge_record"), required),
                                     field<&In::dry_run>("dry_run")};
};
template <>
struct Describe<duplicates::Undone> {
  using Out = duplicates::Undone;
  static constexpr std::string_view name = "duplicates.undone";
  static constexpr std::array fields{field<&Out::merge>("merge"), field<&Out::dry_run>("dry_run"),
                                     field<&Out::remade>("remade"), field<&Out::conflicts>("conflicts")};
};
namespace duplicates {

inline constexpr Operation<Merge, Merged> merge{
    {.name = "duplicates.merge",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Merges one record into another of its kind; can be tried dry, and undone."}};
inline constexpr Operation<Undo, Undone> undo{
    {.name = "duplicates.undo",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Takes a merge back, in whatever order; what changed since is listed and stays."}};
inline constexpr Operation<ListInput, Page<MergeRecord>> merges{
    {.name = "duplicates.merges",
     .permission = "DUPLICATE_READ",
     .summary = "Merges, those that were undone too, page by page."}};
inline constexpr Operation<GetInput, Merged> merge_details{
    {.name = "duplicates.merge_details",
     .permission = "DUPLICATE_READ",
     .summary = "What one merge changed: fields and references, with the values before."}};
/// Registers merges. After register_dossiers, register_listings, register_consents and
/// register_activities.
void register_duplicates(Registry& registry);

}  // namespace duplicates
}  // namespace atlas
