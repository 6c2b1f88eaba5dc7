// Any bytes as a workflow definition: refused by the reader, or judged, drawn and compared. The findings are
// bounded and point into it; one without errors holds together as steps and moves rely on.

#include <algorithm>

#include "atlas/reference_codes.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/text.hpp"
#include "atlas/workflow_definitions.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

bool is_code(std::string_view dictionary, std::string_view code) { return is_seeded_code(dictionary, code); }

bool is_fact(std::string_view path) { return path.substr(0, path.find('.')) == "score"; }

/// From each state that is no end a step leads on, and only to states that there are.
void check_sound(const workflow::Definition& d) {
  ATLAS_FUZZ_CHECK(d.state(d.initial().code) == &d.initial());
  for (const workflow::State& s : d.states) {
    bool left = false;
    for (const workflow::Transition& t : d.transitions) {
      if (t.from != s.code) continue;
      ATLAS_FUZZ_CHECK(t.to == workflow::previous_state || d.state(t.to));
      left = true;
    }
    ATLAS_FUZZ_CHECK(left != s.terminal);
  }
}

void check_findings(const std::vector<workflow::Finding>& findings) {
  ATLAS_FUZZ_CHECK(findings.size() <= 200);
  for (const workflow::Finding& f : findings) {
    ATLAS_FUZZ_CHECK(f.severity == "error" || f.severity == "warning");
    ATLAS_FUZZ_CHECK(f.path.empty() || f.path.front() == '/');
    ATLAS_FUZZ_CHECK(is_utf8(f.message) && !f.message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  workflow::Definition d;
  std::vector<FieldError> errors;
  try {
    read_object(schema_of<workflow::Definition>(),
                std::string_view(reinterpret_cast<const char*>(data), size), &d, errors);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
    return 0;
  }
  if (!errors.empty()) return 0;
  const auto code = [](std::string_view a, std::string_view b) { return is_code(a, b); };
  const auto fact = [](std::string_view path) { return is_fact(path); };
  const FunctionRef<bool(std::string_view)> facts(fact);
  workflow::Knowledge known{code};
  known.is_fact = &facts;
  const auto findings = workflow::findings_of(d, known);
  check_findings(findings);
  // What is known of less finds no more.
  ATLAS_FUZZ_CHECK(workflow::findings_of(d, code).size() <= findings.size());
  const bool sound = std::none_of(findings.begin(), findings.end(),
                                  [](const workflow::Finding& f) { return f.severity == "error"; });
  if (sound) check_sound(d);
  const workflow::Picture picture = workflow::picture_of(d);
  ATLAS_FUZZ_CHECK(picture.boxes.size() == d.states.size());
  ATLAS_FUZZ_CHECK(!workflow::to_dot(picture).empty() && !workflow::to_mermaid(picture).empty());
  const workflow::Definition empty;
  const auto gone = workflow::difference_of(d, empty), come = workflow::difference_of(empty, d);
  ATLAS_FUZZ_CHECK(gone.states.size() == d.states.size() && come.states.size() == d.states.size());
  if (sound) ATLAS_FUZZ_CHECK(workflow::difference_of(d, d).lines.empty());
  return 0;
}
