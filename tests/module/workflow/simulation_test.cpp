// A definition tried out before it is published: where dossiers would stand, what past steps it would refuse.

#include <map>

#include "definitions.hpp"

namespace atlas::testing {

TEST_CASE("a simulation tells who would be stranded, and changes nothing", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  std::set<std::string> triaged;
  for (int i = 0; i < 3; ++i) triaged.insert(format_uuid(go(s, open_lead(s, rent, i), {"CRM_TRIAGED"}).id));
  open_lead(s, rent, 10);
  Dossier lost = open_lead(s, rent, 11);
  s.call(dossiers::transition,
         {.id = lost.id, .version = lost.version, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});
  open_lead(s, "CRM_LEAD_BUY", 12);
  workflow::Definition d = definition_of(s, rent);
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  const auto entries = s.call(audit::list, {}).items.size();

  auto out = s.call(workflow::simulate, {.case_type_code = rent, .definition = d});
  CHECK(out.records == 4);
  CHECK(out.stranded == 3);
  CHECK(std::set<std::string>(out.stranded_records.begin(), out.stranded_records.end()) == triaged);
  std::map<std::string, workflow::Standing> by_state;
  for (const auto& one : out.standing) by_state[one.state] = one;
  CHECK(by_state.size() == 3);
  CHECK(by_state["CRM_TRIAGED"].count == 3);
  CHECK_FALSE(by_state["CRM_TRIAGED"].goes_to);
  CHECK(by_state["CRM_NEW"].goes_to == "CRM_NEW");
  CHECK(by_state["CRM_CLOSED_LOST"].terminal);
  out = s.call(workflow::simulate,
               {.case_type_code = rent, .definition = d, .mapping = {{"CRM_TRIAGED", "CRM_CONTACTED"}}});
  CHECK(out.stranded == 0);
  for (const auto& one : out.standing)
    if (one.state == "CRM_TRIAGED") CHECK(one.goes_to == "CRM_CONTACTED");
  // The version in force strands nobody and would have allowed all that happened.
  out = s.call(workflow::simulate, {.case_type_code = rent});
  CHECK(out.stranded == 0);
  CHECK(out.steps == 4);
  CHECK(out.allowed == 4);
  CHECK(out.judged.empty());
  CHECK(s.call(audit::list, {}).items.size() == entries);
  auto agent = w.as("AGENT");
  CHECK(code_of([&] { agent.call(workflow::simulate, {.case_type_code = rent}); }) == ErrorCode::forbidden);
}

TEST_CASE("past steps are judged as far as the history tells", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  Dossier a = go(s, open_lead(s, rent, 1), {"CRM_TRIAGED", "CRM_CONTACTED"});
  a = s.call(dossiers::transition,
             {.id = a.id, .version = a.version, .to = "CRM_QUALIFIED", .comment = "seen"});
  a = go(s, a, {"CRM_ON_HOLD", "CRM_QUALIFIED", "CRM_VISIT_PLANNED"});
  Dossier b = go(s, open_lead(s, rent, 2), {"CRM_TRIAGED", "CRM_CONTACTED", "CRM_QUALIFIED"});
  s.call(dossiers::transition,
         {.id = b.id, .version = b.version, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});
  workflow::Definition d = definition_of(s, rent);
  const auto at = [&](const std::string& from, const std::string& to) -> workflow::Transition& {
    for (auto& t : d.transitions)
      if (t.from == from && t.to == to) return t;
    throw Error(ErrorCode::internal, "no such transition");
  };
  const auto judged = [&] {
    std::map<std::string, std::int64_t> out;
    const auto all = s.call(workflow::simulate, {.case_type_code = rent, .definition = d});
    CHECK(all.steps == 10);
    CHECK(all.allowed + all.refused + all.undecided == all.steps);
    CHECK_FALSE(all.roles_judged);
    for (const auto& j : all.judged) out[j.from + ">" + j.to + " " + j.verdict + " " + *j.why] += j.count;
    return out;
  };
  using Found = std::map<std::string, std::int64_t>;
  CHECK(judged().empty());
  at("CRM_CONTACTED", "CRM_QUALIFIED").needs = {"comment"};
  CHECK(judged() == Found{{"CRM_CONTACTED>CRM_QUALIFIED refused comment_missing", 1}});
  at("CRM_CONTACTED", "CRM_QUALIFIED").needs = {"qualification.notes"};
  CHECK(judged() == Found{{"CRM_CONTACTED>CRM_QUALIFIED undecided needs_not_recorded", 2}});
  at("CRM_CONTACTED", "CRM_QUALIFIED").needs.clear();
  at("CRM_CONTACTED", "CRM_QUALIFIED").guard = R"({"==":[{"var":"comment"},"seen"]})";
  CHECK(judged() == Found{{"CRM_CONTACTED>CRM_QUALIFIED refused guard", 1}});
  at("CRM_CONTACTED", "CRM_QUALIFIED").guard = R"({">":[{"var":"score"},50]})";
  CHECK(judged() == Found{{"CRM_CONTACTED>CRM_QUALIFIED undecided guard_not_recorded", 2}});
  d = definition_of(s, rent);
  std::erase_if(d.transitions, [](const auto& t) { return t.from == "CRM_NEW" && t.to == "CRM_TRIAGED"; });
  insert(d, "CRM_REASSIGNED", "CRM_NEW", "CRM_TRIAGED");
  CHECK(judged() == Found{{"CRM_NEW>CRM_TRIAGED refused no_transition", 2}});
  d = definition_of(s, rent);
  for (auto& state : d.states)
    if (state.code == "CRM_CLOSED_LOST") state.reason_dictionary = "B2B_LOST_REASON";
  CHECK(judged() == Found{{"CRM_QUALIFIED>CRM_CLOSED_LOST refused reason_unknown", 1}});
  d = definition_of(s, rent);
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  CHECK(judged() == Found{{"CRM_NEW>CRM_TRIAGED refused unknown_state", 2},
                          {"CRM_TRIAGED>CRM_CONTACTED refused unknown_state", 2}});
  // An override is no step.
  b = s.call(dossiers::get, {b.id});
  s.call(dossiers::override_status,
         {.id = b.id, .version = b.version, .to = "CRM_NEW", .justification = "by mistake"});
  CHECK(s.call(workflow::simulate, {.case_type_code = rent}).steps == 10);
}

TEST_CASE("what a dossier did before it was of this case type is not judged", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const Dossier d = open_lead(s, "CRM_LEAD", 1);
  const Dossier typed =
      s.call(dossiers::set_case_type, {.id = d.id, .version = d.version, .case_type_code = rent});
  go(s, typed, {"CRM_TRIAGED", "CRM_CONTACTED"});
  const auto out = s.call(workflow::simulate, {.case_type_code = rent});
  CHECK(out.judged_records == 1);
  CHECK(out.steps == 2);
  CHECK(out.allowed == 2);
}

TEST_CASE("a long history is judged page by page, once each", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  for (int i = 0; i < 23; ++i) go(s, open_lead(s, rent, i), {"CRM_TRIAGED", "CRM_CONTACTED"});
  workflow::SimulateInput in{.case_type_code = rent, .limit = 5};
  std::int64_t steps = 0, records = 0;
  int pages = 0;
  do {
    const auto page = s.call(workflow::simulate, in);
    CHECK(page.standing.empty() == (pages > 0));
    steps += page.steps;
    records += page.judged_records;
    in.after = page.next;
    ++pages;
  } while (in.after);
  CHECK(pages == 5);
  CHECK(steps == 46);
  CHECK(records == 23);
  in.after = "elsewhere";
  CHECK(code_of([&] { s.call(workflow::simulate, in); }) == ErrorCode::invalid_argument);
  workflow::Definition d = definition_of(s, rent);
  d.transitions.clear();
  CHECK(code_of([&] { s.call(workflow::simulate, {.case_type_code = rent, .definition = d}); }) ==
        ErrorCode::definition_invalid);
}

}  // namespace atlas::testing
