// From a score on that the organisation or its plan sets, a listing is published only on a manager's word.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "parts.hpp"

namespace atlas::listing_duplicates {
namespace {

constexpr std::string_view threshold_limit = "limits.trust.duplicate_threshold";
constexpr std::string_view reason = "duplicate_suspected";

/// `settings.trust.duplicate_threshold`, 0..100; nothing when it is no integer.
std::optional<std::int64_t> threshold_by_setting(Context& cx) {
  const Json settings = Json::parse(cx.all<Organisation>().get(cx.organisation()).settings, nullptr, false);
  if (!settings.is_object()) return std::nullopt;
  const auto trust = settings.find("trust");
  if (trust == settings.end() || !trust->is_object()) return std::nullopt;
  const auto value = trust->find("duplicate_threshold");
  if (value == trust->end() || !value->is_number_integer()) return std::nullopt;
  return std::clamp(value->get<std::int64_t>(), std::int64_t{0}, std::int64_t{100});
}

/// From this score on a listing is held to be a duplicate: the plan's or the organisation's, the stricter.
std::optional<std::int64_t> duplicate_threshold(Context& cx) {
  const auto by_plan = plan_limit(cx.access().plan_key, threshold_limit);
  const auto by_setting = threshold_by_setting(cx);
  if (by_plan && by_setting) return std::min(*by_plan, *by_setting);
  return by_plan ? by_plan : by_setting;
}

class DuplicatePolicy final : public PublishPolicy {
 public:
  void object(Context& cx, const PublishFacts& facts, std::vector<PublishRefusal>& out) const override {
    if (facts.entity != "listing") return;
    const auto threshold = duplicate_threshold(cx);
    if (!threshold) return;
    const auto doubt = doubt_of(cx, facts.id);
    if (!doubt || doubt->signal.score < *threshold) return;
    const Listing listing = cx.all<Listing>().get(facts.id);
    if (listing.duplicate_override && listing.duplicate_override->score >= doubt->signal.score) return;
    out.push_back({std::string(reason), "it looks like another listing (score " +
                                            std::to_string(doubt->signal.score) + ", refused from " +
                                            std::to_string(*threshold) + " on; pair " +
                                            format_uuid(doubt->signal.id) + "): " + doubt->in_words +
                                            "; a manager may override this"});
  }
};

Listing override_score(Context& cx, const listings::OverrideDuplicate& in) {
  auto listings = cx.repo<Listing>();
  const Listing before = listings.get_for_update(in.id, in.version);
  const auto doubt = doubt_of(cx, in.id);
  if (!doubt) {
    throw Error(ErrorCode::conflict, "nothing was found that this listing would be a duplicate of")
        .with("reason", "state");
  }
  Listing after = before;
  after.duplicate_score = doubt->signal.score;
  after.duplicate_explanation = doubt->explanation;
  after.duplicate_override = DuplicateOverride{.by = cx.principal().user(),
                                               .at = cx.now(),
                                               .score = doubt->signal.score,
                                               .justification = in.justification};
  listings.save(before, after, {.action = "listing.duplicate_overridden"});
  return after;
}

}  // namespace

void register_publishing(Registry& registry) {
  registry.publish_policy(std::make_unique<DuplicatePolicy>());
  registry.operation(listings::override_duplicate, override_score);
}

}  // namespace atlas::listing_duplicates
