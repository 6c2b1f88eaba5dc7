#include "atlas/principal.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace atlas {

std::string_view to_string(PrincipalKind kind) noexcept {
  switch (kind) {
    case PrincipalKind::user:
      return "user";
    case PrincipalKind::api_key:
      return "api_key";
    case PrincipalKind::public_site:
      return "public";
    case PrincipalKind::system:
      return "system";
    case PrincipalKind::provider:
      return "provider";
    case PrincipalKind::agent:
      return "agent";
    case PrincipalKind::host:
      return "host";
  }
  return "unknown";
}

namespace {

// Every feature there is: a key that is not here is in no plan, not even in the one that has everything.
constexpr std::string_view features[] = {"core.identity",
                                         "core.listings",
                                         "core.search",
                                         "core.dossiers",
                                         "core.appointments",
                                         "core.timeline",
                                         "core.audit",
                                         "core.consent",
                                         "module.trust.basic",
                                         "module.trust.kyc",
                                         "module.developers",
                                         "module.rentals",
                                         "module.financing",
                                         "module.invest",
                                         "module.neighbourhoods",
                                         "module.pm",
                                         "module.concierge",
                                         "module.coop",
                                         "addon.boost",
                                         "addon.verified",
                                         "addon.export",
                                         "addon.reporting_plus",
                                         "addon.integrations"};
constexpr std::string_view experimental = "exp.";  // names of experiments come and go

constexpr std::string_view limits[] = {"limits.users.seats_max",           "limits.listings.published_max",
                                       "limits.dossiers.monthly_max",      "limits.exports.monthly_max",
                                       "limits.trust.duplicate_threshold", "limits.boosts.monthly_max"};

struct Limit {
  std::string_view name;
  std::int64_t value;
};

struct Plan {
  std::string_view key;
  std::span<const std::string_view> features;  // "*" = everything, "core.*" = all that begin so
  std::span<const Limit> limits;               // absent = unlimited
};

constexpr std::string_view free_features[] = {"core.search", "core.listings"};
constexpr std::string_view starter_features[] = {"core.*", "module.trust.basic"};
constexpr std::string_view growth_features[] = {"core.*", "module.trust.basic", "addon.export",
                                                "addon.reporting_plus"};
constexpr std::string_view promoter_features[] = {"core.*", "module.developers", "module.trust.basic"};
constexpr std::string_view all_features[] = {"*"};

constexpr Limit free_limits[] = {{"limits.listings.published_max", 3}};
constexpr Limit starter_limits[] = {{"limits.users.seats_max", 3},
                                    {"limits.listings.published_max", 50},
                                    {"limits.dossiers.monthly_max", 300}};
constexpr Limit growth_limits[] = {{"limits.users.seats_max", 10},
                                   {"limits.listings.published_max", 200},
                                   {"limits.dossiers.monthly_max", 1500}};

constexpr Plan plans[] = {
    {"plan.free", free_features, free_limits},
    {"plan.pro_starter", starter_features, starter_limits},
    {"plan.pro_growth", growth_features, growth_limits},
    {"plan.promoter", promoter_features, {}},
    {"plan.enterprise", all_features, {}},
};

const Plan* find_plan(std::string_view key) noexcept {
  const auto it =
      std::find_if(std::begin(plans), std::end(plans), [&](const Plan& p) { return p.key == key; });
  return it == std::end(plans) ? nullptr : it;
}

bool includes(std::string_view pattern, std::string_view feature) noexcept {
  if (pattern.back() != '*') return pattern == feature;
  pattern.remove_suffix(1);
  return feature.starts_with(pattern);
}

bool is_known(std::string_view feature) noexcept {
  return std::find(std::begin(features), std::end(features), feature) != std::end(features) ||
         (feature.starts_with(experimental) && feature.size() > experimental.size());
}

}  // namespace

bool plan_has_feature(std::string_view plan_key, std::string_view feature) noexcept {
  const Plan* const plan = find_plan(plan_key);
  return plan && is_known(feature) &&
         std::any_of(plan->features.begin(), plan->features.end(),
                     [&](std::string_view pattern) { return includes(pattern, feature); });
}

std::optional<std::int64_t> plan_limit(std::string_view plan_key, std::string_view limit) noexcept {
  const Plan* const plan = find_plan(plan_key);
  // What is not known is denied: neither a misspelt plan nor a misspelt limit is without bounds.
  if (!plan || std::find(std::begin(limits), std::end(limits), limit) == std::end(limits)) return 0;
  for (const Limit& l : plan->limits)
    if (l.name == limit) return l.value;
  return std::nullopt;
}

bool is_plan(std::string_view plan_key) noexcept { return find_plan(plan_key) != nullptr; }

}  // namespace atlas
