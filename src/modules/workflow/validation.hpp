#pragma once
// The parts of the validation of a definition.

#include <string>
#include <vector>

#include "atlas/workflow_operations.hpp"

namespace atlas::workflow {

/// What was found, bounded: a hostile definition gets no endless answer.
class Findings {
 public:
  void error(const char* code, std::string path, std::string message) {
    add("error", code, std::move(path), std::move(message));
  }
  void warning(const char* code, std::string path, std::string message) {
    add("warning", code, std::move(path), std::move(message));
  }
  std::vector<Finding> take() { return std::move(all_); }

 private:
  static constexpr std::size_t most = 200;
  void add(const char* severity, const char* code, std::string path, std::string message) {
    if (all_.size() < most) all_.push_back({severity, code, std::move(path), std::move(message)});
  }
  std::vector<Finding> all_;
};

/// A–Z, 0–9 and _, at most `longest`.
bool is_plain_code(std::string_view code, std::size_t longest) noexcept;

/// What a transition asks for and brings about: needs, guard, effects. `path` is that of the transition; `to`
/// the state that it leads to, null when that is not known.
void check_asked(const Transition& transition, const State* to, const std::string& path,
                 const Knowledge& known, Findings& out);
/// Its guard alone.
void check_guard(const Transition& transition, const State* to, const std::string& path,
                 const Knowledge& known, Findings& out);

}  // namespace atlas::workflow
