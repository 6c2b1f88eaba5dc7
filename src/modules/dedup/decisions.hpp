#pragma once
// What people said of pairs, when records are merged: whoever is not X is not X under another id either. It
// is kept in the lines of the merge, and taken back with them.

#include <functional>
#include <vector>

#include "atlas/duplicates.hpp"
#include "record_values.hpp"

namespace atlas::duplicates {

/// One value of a signal that a merge changed, or relied on (`before` = `after`).
struct SignalLine {
  Uuid signal;
  const char* field;
  std::optional<std::string> before, after;
};
using SignalLines = std::function<void(const SignalLine&)>;

/// Before the loser leaves: what was said of the two themselves.
void keep_decision_of_pair(Context& cx, const MergeRecord& record, const SignalLines& add);
/// After the merge: what was said of the loser and others holds for the survivor and them.
void pass_dismissals(Context& cx, const MergeRecord& record, const SignalLines& add);

/// The lines of signals of a merge that is being taken back.
class DecisionsBack {
 public:
  /// Before the loser comes back.
  DecisionsBack(Context& cx, const MergeRecord& record, const std::vector<MergeLine>& lines);
  /// After everything else. Pairs that somebody decided about since stay so, and are told.
  void run(std::vector<MergeConflict>& conflicts);

 private:
  struct Change {
    Uuid signal;
    std::optional<std::string> status_before, status_after, by_before, by_after, at_before, at_after;
  };
  void restore(const Change& change, std::vector<MergeConflict>& conflicts);

  Context& cx_;
  const MergeRecord& record_;
  std::vector<Change> changes_;
  bool pair_stands_ = false;  ///< nothing that would lift what was said of the two happened since
};

inline bool is_of_signal(const MergeLine& line) {
  return line.entity_kind == schema_of<DuplicateSignal>().name;
}

}  // namespace atlas::duplicates
