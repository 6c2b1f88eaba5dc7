// What is wrong with a definition, each kind by a definition that has just that; and how it is drawn.

#include "atlas/machines.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/workflow_operations.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

workflow::Definition sound() {
  workflow::Definition d;
  d.case_type_code = "CRM_LEAD";
  d.states = {
      {.code = "CRM_NEW", .initial = true},
      {.code = "CRM_CONTACTED"},
      {.code = "CRM_CLOSED_LOST", .terminal = true, .category = "LOST", .reason_dictionary = "LOSS_REASON"}};
  d.transitions = {{"A", "CRM_NEW", "CRM_CONTACTED", {"AGENT"}, {}},
                   {"B", "CRM_CONTACTED", "CRM_CLOSED_LOST", {"AGENT"}, {}}};
  return d;
}

std::string codes(const workflow::Definition& d) {
  std::string all;
  for (const auto& f : workflow::findings_of(d, [](std::string_view dictionary, std::string_view code) {
         return is_seeded_code(dictionary, code);
       }))
    all += (all.empty() ? "" : " ") + (f.severity == "error" ? f.code : f.severity + ":" + f.code) + "@" +
           f.path;
  return all;
}

}  // namespace

TEST_CASE("each fault of a definition is found where it is", "[workflow]") {
  CHECK(codes(sound()) == "");
  auto d = sound();
  d.states[0].initial = false;
  CHECK(codes(d) ==
        "no_initial@/states unreachable_state@/states/0 unreachable_state@/states/1 "
        "unreachable_state@/states/2");
  d = sound();
  d.states[1].initial = true;
  CHECK(codes(d) == "several_initials@/states");
  d = sound();
  d.states.push_back({.code = "CRM_QUALIFIED"});
  CHECK(codes(d) == "unreachable_state@/states/3 dead_end@/states/3");
  d.transitions.push_back({"C", "CRM_CONTACTED", "CRM_QUALIFIED", {"AGENT"}, {}});
  CHECK(codes(d) == "dead_end@/states/3");
  d.transitions.push_back({"D", "CRM_QUALIFIED", "@previous", {"AGENT"}, {}});
  CHECK(codes(d) == "");
  d = sound();
  d.states.push_back(d.states[1]);
  CHECK(codes(d) == "duplicate_state@/states/3/code");
  d = sound();
  d.states[1].code = d.transitions[0].to = d.transitions[1].from = "CRM_DREAMING";
  CHECK(codes(d) == "unknown_code@/states/1/code");
  d = sound();
  d.case_type_code = "CRM_NOTHING";
  CHECK(codes(d) == "unknown_code@/case_type_code");
  d = sound();
  d.transitions.push_back({"C", "CRM_CLOSED_LOST", "CRM_NEW", {"AGENT"}, {}});
  CHECK(codes(d) == "leaves_terminal@/transitions/2/from");
  d = sound();
  d.transitions.push_back({"C", "CRM_NEW", "CRM_MOON", {"AGENT"}, {}});
  d.transitions.push_back({"D", "CRM_SUN", "CRM_NEW", {"AGENT"}, {}});
  CHECK(codes(d) == "unknown_state@/transitions/2/to unknown_state@/transitions/3/from");
  d = sound();
  d.transitions[0].roles = {"AGENT", "KING"};
  CHECK(codes(d) == "unknown_role@/transitions/0/roles/1");
  d.transitions[0].roles.clear();
  CHECK(codes(d) == "warning:nobody@/transitions/0/roles");
  d = sound();
  d.transitions.push_back({"C", "CRM_NEW", "CRM_CONTACTED", {"MANAGER", "AGENT"}, {}});
  CHECK(codes(d) == "alike@/transitions/2");
  d.transitions[2].roles = {"MANAGER"};
  CHECK(codes(d) == "");
  d.transitions[2].code = "A";
  CHECK(codes(d) == "duplicate_code@/transitions/2/code");
  d = sound();
  d.states[2].reason_dictionary = "MEDIA_TYPE";
  CHECK(codes(d) == "unknown_reasons@/states/2/reason_dictionary");
  d.states[2].reason_dictionary.reset();
  CHECK(codes(d) == "warning:no_reason@/states/2");
  d = sound();
  d.states.push_back({.code = "COOP_LOT"});
  CHECK(codes(d).find("coop_purity@/states/3/code") != std::string::npos);
}

TEST_CASE("the seeded definitions have no errors, and operations tell and judge them", "[workflow]") {
  World w("memory");
  auto s = w.as("AGENT");
  const auto all = s.call(workflow::list, {});
  CHECK(all.items.size() == 19);
  for (const auto& item : all.items) {
    CAPTURE(item.case_type_code);
    const auto d = s.call(workflow::get, {item.case_type_code});
    CHECK(static_cast<std::int64_t>(d.states.size()) == item.states);
    const auto judged = s.call(workflow::validate, {d});
    CHECK(judged.ok);
    CHECK(judged.findings.empty());
  }
  CHECK(code_of([&] { s.call(workflow::get, {"CRM_NOTHING"}); }) == ErrorCode::not_found);
  auto d = sound();
  d.transitions.clear();
  CHECK_FALSE(s.call(workflow::validate, {d}).ok);
  // A status of the organisation's own is one.
  d = sound();
  d.states[1].code = d.transitions[0].to = d.transitions[1].from = "CRM_DREAMING";
  CHECK_FALSE(s.call(workflow::validate, {d}).ok);
  w.admin().call_json("reference.create",
                      R"({"dict_type":"CASE_STATUS","code":"CRM_DREAMING","labels":{"fr":"Rêve"}})");
  CHECK(s.call(workflow::validate, {d}).ok);
  CHECK(s.call(workflow::machines, {}).items.size() == machines::all().size());
}

TEST_CASE("a picture has every state and arrow, and survives any text", "[workflow]") {
  workflow::Definition d = sound();
  d.transitions[0].code = "say \"hi\"";
  const std::string dot = workflow::to_dot(workflow::picture_of(d));
  CHECK(dot.find(R"("CRM_NEW" -> "CRM_CONTACTED" [label="say \"hi\""];)") != std::string::npos);
  CHECK(dot.find(R"("CRM_CLOSED_LOST" [peripheries=2];)") != std::string::npos);
  const std::string mermaid = workflow::to_mermaid(workflow::picture_of(*workflow::seeded("CRM_LEAD_BUY")));
  CHECK(mermaid.find("  [*] --> CRM_NEW\n") != std::string::npos);
  CHECK(mermaid.find("  CRM_ON_HOLD --> CRM_QUALIFIED: back\n") != std::string::npos);
  CHECK(mermaid.find("  CRM_CLOSED_WON --> [*]\n") != std::string::npos);
  for (const auto& m : workflow::compiled_machines()) {
    const auto p = workflow::picture_of(m);
    CHECK(p.arrows.size() == m.transitions.size());
    CHECK(p.boxes.front().code == m.initial);
  }
}
