#pragma once
// Every statement that a store prepared, asked of EXPLAIN QUERY PLAN: it names the key that the query
// declared and uses more of it than the organisation.

#include <string>
#include <vector>

#include "atlas/sql.hpp"
#include "sqlite_statements.hpp"

namespace atlas::testing {

struct PlanFault {
  std::string text;
  std::string plan;
  std::string why;
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The conditions of a statement that must all hold: what stands in no parentheses behind WHERE.
inline std::string outer_conditions(const std::string& text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = text.find(" WHERE "); i < text.size(); ++i) {
    if (text[i] == ')') --depth;
    if (depth < 0) break;
    if (depth == 0) out += text[i];
    if (text[i] == '(') ++depth;
  }
  const std::size_t end = out.find(" ORDER BY ");
  return out.substr(0, end);
}

/// The first column behind the organisation of an index of `catalog`.
inline std::string first_column(const Catalog& catalog, const std::string& index) {
  for (const Table& table : catalog.tables) {
    if (sql::index_name(table, Query::primary_key) == index) return table.columns[0].name;
    for (std::size_t i = 0; i < table.keys.size(); ++i) {
      if (sql::index_name(table, static_cast<int>(i)) == index)
        return table.columns[table.keys[i].columns[0]].name;
    }
  }
  return {};
}

/// Does the statement ask something that the key can begin with: its first column compared, or the order?
inline bool asks_for(const std::string& text, const std::string& column) {
  const std::string name = "t.\"" + column + "\"";
  const std::string conditions = outer_conditions(text);
  for (const char* comparison : {" = ?", " > ?", " >= ?", " < ?", " <= ?", " IN ("}) {
    if (has(conditions, name + comparison)) return true;
  }
  return has(text, " ORDER BY " + name);
}

/// What is wrong with one plan; "" when nothing is.
inline std::string fault_of(const Catalog& catalog, const StatementPlan& plan) {
  const bool row_statement = plan.text.starts_with("UPDATE ") || plan.text.starts_with("DELETE FROM ") ||
                             plan.text.starts_with("SELECT \"");
  const std::size_t hint = plan.text.find(" INDEXED BY \"");
  if ((!row_statement && hint == std::string::npos) || has(plan.text, "__text\"")) return "";
  if (plan.steps.empty()) return "it cannot be prepared";
  std::string steps;
  for (const std::string& step : plan.steps) steps += step + "; ";
  const bool tenant = has(plan.text, "\"_org\" = ");
  const bool more = has(steps, tenant ? "(_org=? AND " : "=?)") || has(steps, ">?") || has(steps, "<?");
  if (row_statement) return more ? "" : "one row is looked for by reading many";
  const std::size_t begin = hint + 13;
  const std::string index = plan.text.substr(begin, plan.text.find('"', begin) - begin);
  if (!has(steps, "INDEX " + index)) return "it does not name the declared key";
  const bool ordered = has(plan.text, " ORDER BY ") && !has(steps, "USE TEMP B-TREE FOR ORDER BY");
  if (!more && !ordered && asks_for(plan.text, first_column(catalog, index))) {
    return "it uses nothing of the key but the organisation";
  }
  return "";
}

/// All faults of what `store` prepared.
inline std::vector<PlanFault> plan_faults(Store& store) {
  std::vector<PlanFault> out;
  for (const StatementPlan& plan : sqlite_statements(store)) {
    const std::string why = fault_of(store.catalog(), plan);
    if (why.empty()) continue;
    std::string steps;
    for (const std::string& step : plan.steps) steps += step + "; ";
    out.push_back({plan.text, steps, why});
  }
  return out;
}

}  // namespace atlas::testing
