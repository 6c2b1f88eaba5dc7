#pragma once
// What people read of states and transitions.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "atlas/context.hpp"
#include "atlas/workflow.hpp"

namespace atlas::workflow {

/// Labels in one language, with the organisation's own words for status codes.
class StateLabels {
 public:
  StateLabels(Context& cx, std::string locale);
  /// The state's own label, else that of its code as the organisation words it, else the seed's, else the
  /// code.
  std::string of(const State& state) const;
  /// The transition's own label, else that of the state it leads to.
  std::string of(const Transition& transition, std::string_view to_label) const;

 private:
  using Words = std::map<std::string, Labels, std::less<>>;
  std::string locale_;
  std::shared_ptr<const Words> words_;
};

/// The label in `locale` ("fr-MA" is "fr"), else French, English, Arabic; null when there is none.
const std::string* label_in(const Labels& labels, std::string_view locale) noexcept;

}  // namespace atlas::workflow
