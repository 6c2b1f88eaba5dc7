#include "atlas/publish_policy.hpp"

#include "unit_of_work.hpp"

namespace atlas {

std::vector<PublishRefusal> publish_refusals(Context& cx, const PublishFacts& facts) {
  std::vector<PublishRefusal> out;
  for (const auto& policy : cx.unit().kernel().registry->publish_policies()) policy->object(cx, facts, out);
  return out;
}

}  // namespace atlas
