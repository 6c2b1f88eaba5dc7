// What transitions may ask for and bring about, each fault by a definition that has just that.

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "atlas/reference_codes.hpp"
#include "atlas/schema_io.hpp"
#include "definitions.hpp"

namespace atlas::testing {
namespace {

workflow::Definition sound() {
  workflow::Definition d;
  d.case_type_code = "CRM_LEAD";
  d.states = {
      {.code = "CRM_NEW", .initial = true},
      {.code = "CRM_CONTACTED"},
      {.code = "CRM_CLOSED_LOST", .terminal = true, .category = "LOST", .reason_dictionary = "LOSS_REASON"}};
  d.transitions = {step("T_A", "CRM_NEW", "CRM_CONTACTED"), step("T_B", "CRM_CONTACTED", "CRM_CLOSED_LOST")};
  return d;
}

std::string told(const std::vector<workflow::Finding>& findings) {
  std::string all;
  for (const auto& f : findings)
    all += (all.empty() ? "" : " ") + (f.severity == "error" ? f.code : f.severity + ":" + f.code) + "@" +
           f.path;
  return all;
}

/// What an organisation's own check finds with this in the first transition.
std::string of_transition(Session& s, const std::function<void(workflow::Transition&)>& change) {
  workflow::Definition d = sound();
  change(d.transitions[0]);
  return told(s.call(workflow::validate, {d}).findings);
}

std::string of_guard(Session& s, const std::string& rule) {
  return of_transition(s, [&](auto& t) { t.guard = rule; });
}

std::string of_effect(Session& s, const std::string& json) {
  return of_transition(s, [&](auto& t) {
    workflow::TransitionEffect e;
    std::vector<FieldError> errors;
    read_object(schema_of<workflow::TransitionEffect>(), json, &e, errors);
    REQUIRE(errors.empty());
    t.effects = {e};
  });
}

}  // namespace

TEST_CASE("needs and guards name facts that there are, and rules that can be answered", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  const auto needs = [&](const std::string& need) {
    return of_transition(s, [&](auto& t) { t.needs = {need}; });
  };
  for (const char* good :
       {"score", "qualification.notes", "budget_min.amount", "utm.source", "qualification.needs.0",
        "appointment.status_code=APPOINT_DONE", "documents.DOC_IDENTITY", "comment", "actor.id",
        "listing.city", "external_refs.0.source"})
    CHECK(needs(good) == "");
  for (const char* unknown : {"weather", "score.high", "qualification.weather", "budget_min.cents", "notes",
                              "external_refs.first.source", "subject_id"})
    CHECK(needs(unknown) == "unknown_fact@/transitions/0/needs/0");
  for (const char* bad : {"", ".", "a..b", "a b", "=x"}) {
    if (*bad != '\0') CHECK(needs(bad) == "bad_need@/transitions/0/needs/0");
  }
  CHECK(of_guard(s, R"({"and":[{">":[{"var":"score"},50]},{"!":{"var":"listing_id"}}]})") == "");
  CHECK(of_guard(s, R"({"some":[{"var":"appointments"},{"==":[{"var":"status_code"},"X"]}]})") == "");
  CHECK(of_guard(s, R"({"in":["MANAGER",{"var":"actor.roles"}]})") == "");
  CHECK(of_guard(s, R"({">":[{"var":"weather"},50]})") == "unknown_fact@/transitions/0/guard");
  CHECK(of_guard(s, R"({"missing":["score","rain","snow"]})") ==
        "unknown_fact@/transitions/0/guard unknown_fact@/transitions/0/guard");
  CHECK(of_guard(s, R"({"==":[1,2],"!":[1]})") == "bad_guard@/transitions/0/guard");
  CHECK(of_guard(s, "{}") == "bad_guard@/transitions/0/guard");
  CHECK(of_guard(s, R"({"exec":["rm"]})") == "unknown_operator@/transitions/0/guard");
  CHECK(of_guard(s, R"({"var":{"cat":["sc","ore"]}})") == "warning:facts_unchecked@/transitions/0/guard");
  std::string deep = R"({"var":"score"})";
  for (int i = 0; i < 30; ++i) deep = R"({"!":[)" + deep + "]}";
  CHECK(of_guard(s, deep) == "bad_guard@/transitions/0/guard");
  // Of the co-operative's entities nobody knows the facts yet.
  workflow::Definition coop = definition_of(s, "COOP_MEMBER");
  coop.transitions[0].needs = {"kyc.identity"};
  CHECK(told(s.call(workflow::validate, {coop}).findings) == "");
}

TEST_CASE("a guard that says the same whatever the facts are is told, clause by clause", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  struct Row {
    const char* rule;
    const char* found;  ///< "guard" for constant_guard; the path of each constant_clause
  };
  for (const Row& row : {
           Row{R"({"==":[{"var":"city"},"Rabat"]})", ""},
           Row{R"({"!":{"var":"city"}})", ""},
           Row{R"({"if":[{"var":"city"},true,false]})", ""},
           Row{R"({"if":[{"var":"city"},{"var":"email"},{"!!":[{"var":"phone"}]}]})", ""},
           Row{R"({"in":[{"var":"city"},["Rabat","Fes"]]})", ""},
           Row{R"({"missing":["city"]})", ""},
           Row{R"({"some":[{"var":"appointments"},{"==":[{"var":"type_code"},"APPOINT_VISIT"]}]})", ""},
           Row{"true", "guard"},
           Row{"false", "guard"},
           Row{"[]", "guard"},
           Row{R"("CRM_NEW")", "guard"},
           Row{R"({"==":[1,1]})", "guard"},
           Row{R"({"var":"city"})", ""},
           Row{R"({"and":[{"var":"city"},true]})", "/and/1"},
           Row{R"({"and":[{"var":"city"},false]})", "guard /and/1"},
           Row{R"({"or":[{"var":"city"},false]})", "/or/1"},
           Row{R"({"or":["city",{"var":"city"}]})", "guard /or/0"},
           Row{R"({"and":[{"var":"city"},{"==":[1,2]}]})", "guard /and/1"},
           Row{R"({"and":[{"var":"city"},{"==":[{"var":"email"},1],"!":[{"var":"phone"}]}]})", "/and/1"},
           Row{R"({"and":[{"var":"city"},{}]})", "/and/1"},
           Row{R"({"!":[true]})", "guard /!/0"},
           Row{R"({"!":{"a":1,"b":2}})", "guard /!"},
           Row{R"({"and":[{"var":"city"},{"!":{"or":[{"var":"email"},1]}}]})", "guard /and/1/!/or/1"},
           Row{R"({"if":[true,{"var":"city"},{"var":"email"}]})", "/if/0"},
           Row{R"({"if":[{"var":"city"},true,true]})", "guard"},
           Row{R"({"if":[{"var":"city"},true,"Rabat"]})", "guard"},
           Row{R"({"==":[{"var":"city"},{"cat":"Ra","var":"b"}]})", "/==/1"},
           Row{R"({"some":[{"var":"appointments"},true]})", "/some/1"},
       }) {
    CAPTURE(row.rule);
    std::string expected;
    std::istringstream paths(row.found);
    for (std::string path; paths >> path;) {
      expected += expected.empty() ? "" : " ";
      expected += path == "guard" ? "warning:constant_guard@/transitions/0/guard"
                                  : "warning:constant_clause@/transitions/0/guard" + path;
    }
    CHECK(of_guard(s, row.rule) == expected);
  }
  // Warned of, not refused: it may be meant to shut a way for a while.
  workflow::Definition d = sound();
  d.transitions[0].guard = "false";
  CHECK(s.call(workflow::validate, {d}).ok);
  CHECK(of_guard(s, R"({"==":[{"var":"reason_code"},"OTHER"]})") ==
        "warning:reason_unasked@/transitions/0/guard");
  CHECK(of_transition(s, [](auto& t) {
          t.needs = {"reason_code"};
          t.guard = R"({"==":[{"var":"reason_code"},"OTHER"]})";
        }) == "");
}

TEST_CASE("no effect tells an event of the library's own", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  const auto event = [&](const std::string& type) {
    return of_effect(s, R"({"kind_code":"EMIT_EVENT","event_type":")" + type + "\"}");
  };
  for (const char* own :
       {"dossier.created", "dossier.updated", "dossier.archived", "dossier.status_changed",
        "dossier.status_overridden", "dossier.merged", "dossier.assigned", "listing.sold", "party.created",
        "consent.granted", "message.sent", "outbox.alert", "media.added", "export.started",
        "organisation.workflows_changed", "workflow_definition.published"}) {
    CAPTURE(own);
    CHECK(event(own) == "reserved_event@/transitions/0/effects/0/event_type");
  }
  for (const char* free : {"dossier.demo_won", "dossier.file_checked", "agency.keys_handed_over", "a.b.c"}) {
    CAPTURE(free);
    CHECK(event(free) == "");
  }
  // It is named, and keeps a definition from being published.
  workflow::Definition d = sound();
  workflow::TransitionEffect effect;
  effect.kind_code = "EMIT_EVENT";
  effect.event_type = "dossier.status_changed";
  d.transitions[0].effects = {effect};
  CHECK(s.call(workflow::validate, {d}).findings.at(0).message.find("dossier.status_changed") !=
        std::string::npos);
  CHECK(code_of([&] { s.call(workflow::publish, {.definition = d, .base_version = 1}); }) ==
        ErrorCode::definition_invalid);
}

TEST_CASE("what the sources call their events about dossiers is reserved", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  std::set<std::string> types;
  const std::regex named(R"re("(dossier\.[a-z_]+)")re");
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(ATLAS_TEST_DATA) + "/../../src")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator it(text.begin(), text.end(), named), end; it != end; ++it) {
      // Those of the seeded demonstration are a definition's.
      if (!(*it)[1].str().starts_with("dossier.demo_")) types.insert((*it)[1]);
    }
  }
  CHECK(types.size() >= 6);
  for (const std::string& type : types) {
    CAPTURE(type);
    CHECK(of_effect(s, R"({"kind_code":"EMIT_EVENT","event_type":")" + type + "\"}") ==
          "reserved_event@/transitions/0/effects/0/event_type");
  }
}

TEST_CASE("an effect has the parameters of its kind and no other", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  const std::string at = "@/transitions/0/effects/0/";
  struct Case {
    const char* json;
    const char* found;
  };
  for (const Case& c : {
           Case{R"({"kind_code":"CREATE_TASK","title":"Call","category_code":"CALL_BACK","delay":"P1DT2H",)"
                R"("assign_to":"NOBODY"})",
                ""},
           Case{R"({"kind_code":"SCHEDULE_NUDGE","delay":"PT45M"})", ""},
           Case{R"({"kind_code":"REQUIRE_DOCUMENT","document_type_code":"DOC_IDENTITY"})", ""},
           Case{R"({"kind_code":"EMIT_EVENT","event_type":"dossier.file_checked"})", ""},
           Case{R"({"kind_code":"QUEUE_MESSAGE","template_code":"WELCOME","channel_code":"CHAN_SMS",)"
                R"("purpose_code":"CONSENT_CONTACT"})",
                ""},
           Case{R"({"kind_code":"CREATE_APPOINTMENT","appointment_type_code":"APPOINT_VISIT"})", ""},
           Case{R"({"kind_code":"MOVE_APPOINTMENT"})", ""},
           Case{R"({"kind_code":"CANCEL_APPOINTMENT"})", ""},
           Case{R"({"kind_code":"LAUNCH_ROCKET"})", "unknown_effect kind_code"},
           Case{R"({"kind_code":"CREATE_TASK","title":"x","category_code":"DANCE"})",
                "unknown_code category_code"},
           Case{R"({"kind_code":"CREATE_TASK","title":"x","assign_to":"KING"})",
                "effect_parameter assign_to"},
           Case{R"({"kind_code":"CREATE_TASK","title":"x","delay":"soon"})", "effect_parameter delay"},
           Case{R"({"kind_code":"CREATE_TASK","title":"x","delay":"P400D"})", "effect_parameter delay"},
           Case{R"({"kind_code":"CREATE_TASK","title":"x","event_type":"a.b"})",
                "effect_parameter event_type"},
           Case{R"({"kind_code":"SCHEDULE_NUDGE","title":"x"})", "effect_parameter delay"},
           Case{R"({"kind_code":"REQUIRE_DOCUMENT"})", "effect_parameter document_type_code"},
           Case{R"({"kind_code":"REQUIRE_DOCUMENT","document_type_code":"DOC_MOON"})",
                "unknown_code document_type_code"},
           Case{R"({"kind_code":"EMIT_EVENT"})", "effect_parameter event_type"},
           Case{R"({"kind_code":"EMIT_EVENT","event_type":"Dossier Won"})", "effect_parameter event_type"},
           Case{R"({"kind_code":"QUEUE_MESSAGE","channel_code":"CHAN_SMS"})",
                "effect_parameter template_code"},
           Case{R"({"kind_code":"QUEUE_MESSAGE","template_code":"A","channel_code":"CHAN_PHONE"})",
                "effect_parameter channel_code"},
           Case{R"({"kind_code":"QUEUE_MESSAGE","template_code":"A","channel_code":"CHAN_PIGEON"})",
                "unknown_code channel_code"},
           Case{R"({"kind_code":"QUEUE_MESSAGE","template_code":"A","channel_code":"CHAN_SMS",)"
                R"("purpose_code":"CONSENT_FUN"})",
                "unknown_code purpose_code"},
           Case{R"({"kind_code":"CREATE_APPOINTMENT","appointment_type_code":"APPOINT_MOON"})",
                "unknown_code appointment_type_code"},
           Case{R"({"kind_code":"CANCEL_APPOINTMENT","title":"x"})", "effect_parameter title"},
       }) {
    CAPTURE(c.json);
    std::string expected = c.found;
    if (!expected.empty()) expected.replace(expected.find(' '), 1, at);
    std::string found = of_effect(s, c.json);
    // Nobody has written these templates yet, which is no error.
    if (std::string_view(c.json).find("\"template_code\"") != std::string_view::npos) {
      const std::string warned = "warning:unknown_template" + at + "template_code";
      REQUIRE(found.ends_with(warned));
      found.resize(found.size() - warned.size());
      if (found.ends_with(' ')) found.pop_back();
    }
    CHECK(found == expected);
  }
}

TEST_CASE("a definition ends, has bounds, and has codes that are codes", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  const auto found = [&](const workflow::Definition& d) {
    return told(s.call(workflow::validate, {d}).findings);
  };
  CHECK(found(sound()) == "");
  auto d = sound();
  d.states[2] = {.code = "CRM_CLOSED_LOST"};
  d.transitions.push_back(step("T_C", "CRM_CLOSED_LOST", "CRM_NEW"));
  CHECK(found(d) == "warning:no_ending@/states");
  d = sound();
  d.states.push_back({.code = "CRM_QUALIFIED"});
  d.states.push_back({.code = "CRM_FOLLOW_UP"});
  d.transitions.push_back(step("T_C", "CRM_NEW", "CRM_QUALIFIED"));
  d.transitions.push_back(step("T_D", "CRM_QUALIFIED", "CRM_FOLLOW_UP"));
  d.transitions.push_back(step("T_E", "CRM_FOLLOW_UP", "CRM_QUALIFIED"));
  CHECK(found(d) == "warning:endless@/states/3 warning:endless@/states/4");
  d = sound();
  d.states[0].terminal = true;
  CHECK(found(d).find("initial_ends@/states/0") != std::string::npos);
  d = sound();
  d.transitions[0].code = "call them";
  CHECK(found(d) == "bad_code@/transitions/0/code");
  d.transitions[0].code = "OVERRIDE";
  CHECK(found(d) == "bad_code@/transitions/0/code");
  d = sound();
  d.states.clear();
  d.transitions.clear();
  CHECK(found(d) == "no_states@/states");
  d = sound();
  const std::string long_rule = R"({"==":[{"var":"city"},")" + std::string(7'000, 'x') + "\"]}";
  for (int i = 0; i < 40; ++i) {
    d.transitions.push_back(step("T_" + std::to_string(i), "CRM_NEW", "CRM_CONTACTED", {"OWNER"}));
    d.transitions.back().guard = long_rule;
  }
  CHECK(found(d) == "too_large@");
  d.transitions.resize(2);
  for (int i = 0; i < 600; ++i) d.transitions.push_back(d.transitions[0]);
  CHECK(code_of([&] { found(d); }) == ErrorCode::invalid_argument);
  d.transitions.resize(400);
  CHECK(s.call(workflow::validate, {d}).findings.size() == 200);
}

}  // namespace atlas::testing
