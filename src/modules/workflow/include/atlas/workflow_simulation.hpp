#pragma once
// Trying a definition out on what an organisation has: its records, and what happened to them.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/workflow_definitions.hpp"

namespace atlas {
namespace workflow {

/// `definition` is tried, else version `version`, else the active one. `history` says whether the recorded
/// transitions are judged too, `limit` records at a time.
struct SimulateInput {
  std::string case_type_code;
  std::optional<Definition> definition;
  std::optional<std::int64_t> version;
  std::vector<Mapping> mapping;
  bool history = true;
  std::int64_t limit = 200;
  std::optional<std::string> after;
};

/// What a definition says of a step that was taken once. `undecided`: what it asks was not recorded.
inline constexpr std::array<std::string_view, 3> verdicts{"allowed", "refused", "undecided"};

/// Steps that were judged alike. `why`: unknown_state, ended, no_transition,
/// reason_missing, reason_unknown, reason_unasked, comment_missing, guard, guard_not_recorded,
/// needs_not_recorded; none of allowed ones. `records` are some of those it happened to.
struct Judged {
  std::string from, to;
  std::optional<std::string> transition_code;
  std::string verdict;
  std::optional<std::string> why;
  std::int64_t count = 0;
  std::vector<std::string> records;
};

/// `standing` and what follows it are of all records and come with the first page. `roles_judged` is false:
/// the history does not tell which roles somebody had.
struct Simulated {
  std::string case_type_code;
  std::vector<Standing> standing;
  std::int64_t records = 0;   ///< that have not ended
  std::int64_t stranded = 0;  ///< of those: the definition lacks their state, and no mapping leads on
  std::vector<std::string> stranded_records;  ///< at most 100 of them
  std::int64_t steps = 0, allowed = 0, refused = 0, undecided = 0;
  std::vector<Judged> judged;
  std::int64_t judged_records = 0;
  bool roles_judged = false;
  std::optional<std::string> next;
};

}  // namespace workflow

template <>
struct Describe<workflow::SimulateInput> {
  using In = workflow::SimulateInput;
  static constexpr std::string_view name = "workflows.simulate";
  static constexpr std::array fields{field<&In::case_type_code>("case_type_code", line(1, 64), required),
                                     field<&In::definition>("definition"),
                                     field<&In::version>("version", range(1, 1'000'000'000)),
                                     field<&In::mapping>("mapping", range(0, 1'000)),
                                     field<&In::history>("history"),
                                     field<&In::limit>("limit", range(1, 1'000)),
                                     field<&In::after>("after", text(1, 64))};
};
template <>
struct Describe<workflow::Judged> {
  using Out = workflow::Judged;
  static constexpr std::string_view name = "workflow_judged";
  static constexpr std::array fields{field<&Out::from>("from"),
                                     field<&Out::to>("to"),
                                     field<&Out::transition_code>("transition_code"),
                                     field<&Out::verdict>("verdict", one_of(workflow::verdicts)),
                                     field<&Out::why>("why"),
                                     field<&Out::count>("count"),
                                     field<&Out::records>("records")};
};
template <>
struct Describe<workflow::Simulated> {
  using Out = workflow::Simulated;
  static constexpr std::string_view name = "workflows.simulated";
  static constexpr std::array fields{field<&Out::case_type_code>("case_type_code"),
                                     field<&Out::standing>("standing"),
                                     field<&Out::records>("records"),
                                     field<&Out::stranded>("stranded"),
                                     field<&Out::stranded_records>("stranded_records"),
                                     field<&Out::steps>("steps"),
                                     field<&Out::allowed>("allowed"),
                                     field<&Out::refused>("refused"),
                                     field<&Out::undecided>("undecided"),
                                     field<&Out::judged>("judged"),
                                     field<&Out::judged_records>("judged_records"),
                                     field<&Out::roles_judged>("roles_judged"),
                                     field<&Out::next>("next")};
};

namespace workflow {

inline constexpr Operation<SimulateInput, Simulated> simulate{
    {.name = "workflows.simulate",
     .permission = "WORKFLOW_MANAGE",
     .summary = "What a definition would do to the records there are, and would have said to past steps."}};

}  // namespace workflow
}  // namespace atlas
