#pragma once
// Which transition a step means, and what it asks for.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/json.hpp"
#include "atlas/workflow.hpp"

namespace atlas::workflow {

/// The first transition that fits what the caller asks for and that one of `roles` may take. Throws
/// transition_not_allowed (with `possible`), forbidden (reason role).
Decision choose(const Definition& definition, const Step& step, const std::vector<std::string>& roles);

/// Can "@previous" be `previous`? What was an end (it was overridden) or is gone cannot.
bool leads_back(const Definition& definition, std::optional<std::string_view> previous) noexcept;

/// A need that is not fulfilled, and where the call would say it.
struct Missing {
  std::string need;
  std::string path;
};
/// Does it need a reason, whether or not the state that it leads to asks for one?
bool needs_reason(const Transition& transition) noexcept;

/// What else the chosen transition asks for. Throws fields_missing with every one of `missing` and the
/// reason; invalid_argument for a reason of another kind, or where neither the state nor the transition asks
/// for one.
void demand(const Definition& definition, const Decision& choice, std::optional<std::string_view> reason_code,
            const std::vector<Missing>& missing,
            FunctionRef<bool(std::string_view dictionary, std::string_view code)> is_code);

/// Is `need` fulfilled by the value at its path? Null, an empty text or list, another value than the one it
/// asks for: it is not.
bool fulfils(const Json& facts, std::string_view need);

/// "qualification.notes" is "/qualification/notes".
std::string pointer_of(std::string_view need);

}  // namespace atlas::workflow
