// The permission matrix against a file transcribed from the tables of the domain; what its cells give; plans.

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/permission.hpp"
#include "atlas/principal.hpp"

namespace {

using namespace atlas;
using Cell = std::tuple<std::string, std::string, std::string>;  // permission, role, cell

std::set<Cell> expected_cells() {
  std::ifstream file(ATLAS_TEST_DATA "/permissions.tsv");
  REQUIRE(file);
  std::set<Cell> cells;
  std::string line;
  while (std::getline(file, line) && line.starts_with("#")) continue;
  REQUIRE(line == "permission\trole\tcell");
  while (std::getline(file, line)) {
    const auto first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    const bool fresh = cells
                           .emplace(line.substr(0, first), line.substr(first + 1, second - first - 1),
                                    line.substr(second + 1))
                           .second;
    INFO(line);
    REQUIRE(fresh);
  }
  return cells;
}

std::string listed(const std::set<Cell>& cells, const std::set<Cell>& without) {
  std::string text;
  for (const Cell& c : cells)
    if (!without.contains(c)) text += std::get<0>(c) + " " + std::get<1>(c) + ": " + std::get<2>(c) + "\n";
  return text;
}

// What the words of a cell mean.
unsigned meaning(const Cell& cell, const PolicySettings& s) {
  const auto& [permission, role, text] = cell;
  if (text == "by setting") return s.agents_see_all_dossiers ? scope_all : scope_none;
  if (text == "by policy" && role == "AGENT") return s.publish_by_agents ? scope_all : scope_none;
  if (text == "by policy" && role == "OWNER") return s.publish_by_owners ? scope_own : scope_none;
  if (permission == "DOSSIER_READ_ASSIGNED" && role == "AGENT") return scope_assigned;
  static const std::map<std::string, unsigned> fixed{{"no", scope_none},
                                                     {"yes", scope_all},
                                                     {"yes (assigned to its creator)", scope_all},
                                                     {"assigned", scope_assigned},
                                                     {"own", scope_own},
                                                     {"own listing's", scope_own},
                                                     {"own schedule", scope_own},
                                                     {"moderation scope", scope_moderation},
                                                     {"scope", scope_moderation},
                                                     {"group", scope_group},
                                                     {"read", scope_all}};
  INFO(permission << " " << role << ": " << text);
  REQUIRE(fixed.contains(text));
  return fixed.at(text);
}

unsigned given(const std::string& permission, std::vector<std::string> roles, const PolicySettings& s = {}) {
  return granted(permission, roles, s);
}

}  // namespace

TEST_CASE("The permission matrix is that of the domain", "[permission]") {
  const std::set<Cell> expected = expected_cells();
  std::set<Cell> actual;
  for (const PermissionRow& row : permission_matrix()) {
    const bool fresh =
        actual.emplace(std::string(row.permission), std::string(row.role), std::string(row.cell)).second;
    REQUIRE(fresh);
  }
  CHECK(listed(actual, expected) == "");
  CHECK(listed(expected, actual) == "");
  CHECK(expected.size() == 66 * 8);
}

TEST_CASE("A cell gives the scope that its words mean", "[permission]") {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const PolicySettings settings{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
    for (const Cell& cell : expected_cells()) {
      const auto& [permission, role, text] = cell;
      const unsigned scope = given(permission, {role}, settings), wanted = meaning(cell, settings);
      if (scope != wanted) FAIL_CHECK(permission << " " << role << " (" << text << ") gives " << scope);
    }
  }
}

TEST_CASE("Settings that nobody touched follow the documentation", "[permission]") {
  CHECK(given("DOSSIER_READ_ORG", {"AGENT"}) == scope_none);
  CHECK(given("LISTING_PUBLISH", {"AGENT"}) == scope_all);
  CHECK(given("LISTING_ARCHIVE", {"OWNER"}) == scope_none);
}

TEST_CASE("Roles add up, what is unknown gives nothing", "[permission]") {
  CHECK(given("DOCUMENT_READ", {"AGENT", "OWNER"}) == (scope_assigned | scope_own));
  CHECK(given("AUDIT_READ", {"MODERATOR", "COOP_MANAGER", "AGENT"}) ==
        (scope_moderation | scope_group | scope_assigned));
  CHECK(given("PARTY_WRITE", {"AUDITOR", "AGENT"}) == scope_assigned);
  CHECK(given("PARTY_READ", {}) == scope_none);
  for (const char* role : {"", "AGENT ", "agent", "ADMIN_ORGX", "TENANT_ROLE"}) {
    CHECK_FALSE(is_role(role));
    CHECK(given("PARTY_READ", {role}) == scope_none);
  }
  for (const char* permission :
       {"", "PARTY_", "party_read", "PARTY_READX", "USER_*", "HOST", "AAAA", "ZZZZ"}) {
    CHECK_FALSE(is_permission(permission));
    CHECK(given(permission, {"ADMIN_ORG"}) == scope_none);
  }
  CHECK(given("DOSSIER_UPDATE", {"TENANT_ROLE", "AGENT"}) == scope_assigned);
  for (const Cell& cell : expected_cells()) {
    CHECK(is_permission(std::get<0>(cell)));
    CHECK(is_role(std::get<1>(cell)));
  }
}

TEST_CASE("A scope reaches what its rule says; one without a rule reaches nothing", "[permission]") {
  EntityInfo info;
  info.scopes[scope_assigned] = [](const Principal& p, const Access&) {
    return Predicate::equals(7, Value::id(p.id));
  };
  const Principal somebody{.id = Uuid{{1}}};
  const auto kind = [&](Scope scope) { return Context::predicate_of(info, scope, somebody, {}).kind; };
  CHECK(kind(scope_all) == Predicate::Kind::always);
  CHECK(kind(scope_all | scope_own) == Predicate::Kind::always);
  CHECK(kind(scope_assigned) == Predicate::Kind::equal);
  CHECK(kind(scope_assigned | scope_own) == Predicate::Kind::equal);
  CHECK(kind(scope_own) == Predicate::Kind::never);
  CHECK(kind(scope_none) == Predicate::Kind::never);
}

TEST_CASE("Kinds of principals have the names that the audit knows", "[principal]") {
  const std::vector<std::pair<PrincipalKind, std::string>> names{
      {PrincipalKind::user, "user"},          {PrincipalKind::api_key, "api_key"},
      {PrincipalKind::public_site, "public"}, {PrincipalKind::system, "system"},
      {PrincipalKind::provider, "provider"},  {PrincipalKind::agent, "agent"},
      {PrincipalKind::host, "host"}};
  for (const auto& [kind, name] : names) CHECK(to_string(kind) == name);
}

TEST_CASE("Plans have the features and limits of the price list", "[plan]") {
  for (const char* plan :
       {"plan.free", "plan.pro_starter", "plan.pro_growth", "plan.promoter", "plan.enterprise"})
    CHECK(is_plan(plan));
  CHECK_FALSE(is_plan("plan.gold"));
  CHECK_FALSE(is_plan(""));

  const auto in = [](const char* feature) {
    std::string plans;
    for (const char* plan : {"free", "pro_starter", "pro_growth", "promoter", "enterprise"})
      if (plan_has_feature("plan." + std::string(plan), feature)) plans += std::string(plan) + " ";
    return plans;
  };
  CHECK(in("core.search") == "free pro_starter pro_growth promoter enterprise ");
  CHECK(in("core.listings") == "free pro_starter pro_growth promoter enterprise ");
  for (const char* core :
       {"core.identity", "core.dossiers", "core.appointments", "core.timeline", "core.audit", "core.consent"})
    CHECK(in(core) == "pro_starter pro_growth promoter enterprise ");
  CHECK(in("module.trust.basic") == "pro_starter pro_growth promoter enterprise ");
  CHECK(in("module.developers") == "promoter enterprise ");
  CHECK(in("addon.export") == "pro_growth enterprise ");
  CHECK(in("addon.reporting_plus") == "pro_growth enterprise ");
  for (const char* extra : {"module.trust.kyc", "module.rentals", "module.financing", "module.invest",
                            "module.neighbourhoods", "module.pm", "module.concierge", "module.coop",
                            "addon.boost", "addon.verified", "addon.integrations", "exp.anything"})
    CHECK(in(extra) == "enterprise ");
  for (const char* unknown : {"", "core.", "core.*", "core.nothing", "core", "*", "exp.", "module.trust"})
    CHECK(in(unknown) == "");
  CHECK_FALSE(plan_has_feature("plan.gold", "core.search"));

  using Limit = std::optional<std::int64_t>;
  const char *const seats = "limits.users.seats_max", *const published = "limits.listings.published_max",
                    *const dossiers = "limits.dossiers.monthly_max";
  CHECK(plan_limit("plan.free", published) == Limit(3));
  CHECK(plan_limit("plan.pro_starter", seats) == Limit(3));
  CHECK(plan_limit("plan.pro_starter", published) == Limit(50));
  CHECK(plan_limit("plan.pro_starter", dossiers) == Limit(300));
  CHECK(plan_limit("plan.pro_growth", seats) == Limit(10));
  CHECK(plan_limit("plan.pro_growth", published) == Limit(200));
  CHECK(plan_limit("plan.pro_growth", dossiers) == Limit(1500));
  for (const char* limit : {seats, published, dossiers, "limits.exports.monthly_max",
                            "limits.boosts.monthly_max", "limits.trust.duplicate_threshold"}) {
    CHECK(plan_limit("plan.enterprise", limit) == std::nullopt);
    CHECK(plan_limit("plan.gold", limit) == Limit(0));
  }
  CHECK(plan_limit("plan.enterprise", "limits.unknown") == Limit(0));
}
