#pragma once
// One merge, made and taken back: every value that it changes is a line.

#include <set>
#include <string>
#include <vector>

#include "atlas/duplicates.hpp"
#include "record_values.hpp"

namespace atlas::duplicates {

/// More references than this are not moved in one transaction.
inline constexpr std::size_t most_references = 50'000;

/// Makes the merge that `record` describes (kind, both ids, choices, how new they were): the loser is
/// archived, the survivor gets its values, every reference is turned, the lines are written under
/// `record.round`. Both must be locked and present. Fields in `kept` stay as they are. Returns the lines;
/// fills the record's counts.
std::vector<MergeLine> make_merge(Context& cx, MergeRecord& record,
                                  const std::set<std::string, std::less<>>& kept = {});

/// Takes the merge back: fields and references that are as the merge left them get what they had, the loser
/// is there again. Returns what is otherwise now.
std::vector<MergeConflict> take_back(Context& cx, const MergeRecord& record);

/// What was created since on the survivor, and stays there.
std::vector<MergeConflict> created_since(Context& cx, const MergeRecord& record);

/// The lines of the merge as it stands.
std::vector<MergeLine> lines_of(Context& cx, const MergeRecord& record);

/// duplicates.merge and duplicates.undo, with what they check.
Merged merge_records(Context& cx, const Merge& in);
Undone undo_merge(Context& cx, const Undo& in);

/// What a merge did, for people.
Merged told(const MergeRecord& record, const std::vector<MergeLine>& lines);

}  // namespace atlas::duplicates
