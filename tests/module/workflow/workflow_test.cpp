// What a definition allows, decided without a store: who may, whereto, and why.

#include "atlas/workflow.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Two ways from NEW to DONE, one for agents and one for managers; a way back; a way to a state that is not
/// there.
workflow::Definition definition() {
  workflow::Definition d;
  d.case_type_code = "TEST";
  d.states = {{.code = "NEW", .initial = true},
              {.code = "HELD", .category = "PAUSED"},
              {.code = "DONE", .terminal = true, .category = "LOST", .reason_dictionary = "LOSS_REASON"}};
  d.transitions = {{"AGENT_ENDS", "NEW", "DONE", {"AGENT"}, {}},
                   {"MANAGER_ENDS", "NEW", "DONE", {"MANAGER"}, {}},
                   {"HOLD", "NEW", "HELD", {"AGENT", "MANAGER"}, {}},
                   {"RESUME", "HELD", "@previous", {"MANAGER"}, {}},
                   {"ASTRAY", "HELD", "NOWHERE", {"MANAGER"}, {}}};
  return d;
}

workflow::Decision decide(const workflow::Definition& d, const workflow::Step& step,
                          const std::vector<std::string>& roles) {
  return workflow::decide(
      d, step, roles,
      [](std::string_view dictionary, std::string_view code) {
        return dictionary == "LOSS_REASON" && code == "PRICE";
      },
      [] {
        return std::string(R"({"notes":"seen","appointment":{"status_code":"APPOINT_DONE"},"empty":""})");
      });
}

}  // namespace

TEST_CASE("a transition is taken by the roles that it names", "[workflow]") {
  const auto d = definition();
  const auto end = [&](const std::vector<std::string>& roles) {
    return decide(d, {.from = "NEW", .to = "DONE", .reason_code = "PRICE"}, roles).transition->code;
  };
  CHECK(end({"AGENT"}) == "AGENT_ENDS");
  CHECK(end({"MANAGER"}) == "MANAGER_ENDS");
  CHECK(end({"OWNER", "MANAGER"}) == "MANAGER_ENDS");
  for (const std::vector<std::string>& roles : {std::vector<std::string>{}, {"OWNER"}, {"agent"}}) {
    const Error e = error_of([&] { end(roles); });
    CHECK(e.code() == ErrorCode::forbidden);
    CHECK(detail_of(e, "reason") == "\"role\"");
  }
  // Named, it is that one and no other.
  CHECK(code_of([&] {
          decide(d, {.from = "NEW", .transition_code = "MANAGER_ENDS", .reason_code = "PRICE"}, {"AGENT"});
        }) == ErrorCode::forbidden);
}

TEST_CASE("a transition waits for the facts that it needs, all of them told at once", "[workflow]") {
  workflow::Definition d = definition();
  const auto needs = [&](std::vector<std::string> all) {
    d.transitions[0].needs = std::move(all);
    return workflow::Step{.from = "NEW", .transition_code = "AGENT_ENDS"};
  };
  auto step =
      needs({"notes", "empty", "nothing.here", "appointment.status_code=APPOINT_CANCELLED", "notes.deeper"});
  const Error e = error_of([&] { decide(d, step, {"AGENT"}); });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(e.fields().size() == 5);
  for (const char* path :
       {"/empty", "/nothing/here", "/appointment/status_code", "/notes/deeper", "/reason_code"})
    CHECK(names(e, path, field_code::required));
  step = needs({"notes", "appointment", "appointment.status_code=APPOINT_DONE"});
  step.reason_code = "PRICE";
  CHECK(decide(d, step, {"AGENT"}).to == "DONE");
}

TEST_CASE("what the definition does not have is not allowed, and what it has is told", "[workflow]") {
  const auto d = definition();
  const std::vector<std::string> roles{"MANAGER"};
  const workflow::Step impossible[] = {{.from = "NEW", .to = "NEW"},
                                       {.from = "NEW", .transition_code = "RESUME"},
                                       {.from = "NEW", .transition_code = "HOLD", .to = "DONE"},
                                       {.from = "NEW"},
                                       {.from = "DONE", .to = "NEW"},
                                       {.from = "HELD", .transition_code = "RESUME"},  // nothing was before
                                       {.from = "HELD", .to = "NEW", .previous = "DONE"}};
  for (const auto& step : impossible)
    CHECK(code_of([&] { decide(d, step, roles); }) == ErrorCode::transition_not_allowed);
  const Error e = error_of([&] { decide(d, impossible[0], roles); });
  CHECK(detail_of(e, "from") == "\"NEW\"");
  CHECK(detail_of(e, "possible") == R"(["AGENT_ENDS","MANAGER_ENDS","HOLD"])");
  CHECK(decide(d, {.from = "HELD", .transition_code = "RESUME", .previous = "NEW"}, roles).to == "NEW");
  CHECK(decide(d, {.from = "HELD", .to = "NEW", .previous = "NEW"}, roles).transition->code == "RESUME");
  // A definition at odds with itself is our fault, not the caller's.
  CHECK(code_of([&] { decide(d, {.from = "HELD", .transition_code = "ASTRAY"}, roles); }) ==
        ErrorCode::internal);
  workflow::Definition headless = d;
  headless.states[0].initial = false;
  CHECK(d.initial().code == "NEW");
  CHECK(code_of([&] { headless.initial(); }) == ErrorCode::internal);
}

TEST_CASE("an end that asks for a reason gets one of its dictionary", "[workflow]") {
  const auto d = definition();
  const auto end = [&](std::optional<std::string_view> reason) {
    return error_of([&] { decide(d, {.from = "NEW", .to = "DONE", .reason_code = reason}, {"AGENT"}); });
  };
  CHECK(end({}).code() == ErrorCode::fields_missing);
  CHECK(names(end({}), "/reason_code", field_code::required));
  CHECK(end("WEATHER").code() == ErrorCode::invalid_argument);
  CHECK(names(end("WEATHER"), "/reason_code", field_code::not_a_code));
  CHECK(decide(d, {.from = "NEW", .to = "HELD"}, {"AGENT"}).to == "HELD");
}

TEST_CASE("the seeded workflows hold together", "[workflow]") {
  for (const char* type : {"CRM_LEAD", "CRM_LEAD_BUY"}) {
    const auto* d = workflow::seeded(type);
    REQUIRE(d);
    int initial = 0;
    for (const auto& s : d->states) {
      CAPTURE(s.code);
      initial += s.initial ? 1 : 0;
      bool out = false, in = s.initial;
      for (const auto& t : d->transitions) {
        out |= t.from == s.code;
        in |= t.to == s.code;
      }
      CHECK(out != s.terminal);
      CHECK(in);
    }
    CHECK(initial == 1);
    for (const auto& t : d->transitions) {
      CAPTURE(t.code);
      CHECK(d->state(t.from));
      CHECK((t.to == "@previous" || d->state(t.to)));
      CHECK_FALSE(t.roles.empty());
    }
  }
  CHECK_FALSE(workflow::seeded("CRM_NOTHING"));
}
