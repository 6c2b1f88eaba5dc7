#include "broken_predicates.hpp"

#include <algorithm>

namespace atlas::testing {

namespace {

using Kind = Predicate::Kind;

bool is_comparison(Kind kind) {
  return kind >= Kind::equal && kind <= Kind::contains && kind != Kind::is_null;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

Predicate until_wildcard(Predicate p) {
  const std::string_view bytes = p.values[0].view().bytes();
  const std::string kept(bytes.substr(0, bytes.find_first_of("%_")));
  p.values[0] = Value::text(kept);
  return p;
}

}  // namespace

Predicate misread(Breakage breakage, const Table& table, const Predicate& predicate, int depth) {
  Predicate p = predicate;
  if (p.kind != Kind::exists) {
    for (Predicate& child : p.children) child = misread(breakage, table, child, depth + 1);
  }
  const Kind kind = p.kind;
  switch (breakage) {
    case Breakage::less_equal_is_less:
      if (kind == Kind::less_equal) p.kind = Kind::less;
      break;
    case Breakage::text_ignores_case:
      if (kind == Kind::equal && table.columns[p.column].type == ColumnType::text) {
        const std::string_view bytes = predicate.values[0].view().bytes();
        p.kind = Kind::in;
        p.values = {Value::text(bytes), Value::text(upper(bytes)), Value::text(lower(bytes))};
      }
      break;
    case Breakage::blobs_signed:
      if (kind == Kind::less && table.columns[p.column].type == ColumnType::blob &&
          p.values[0].view().bytes() >= std::string_view("\x80")) {
        return {Kind::never, 0, {}, {}, 0, {}};
      }
      break;
    case Breakage::not_equal_true_for_absent:
      if (kind == Kind::not_equal) return Predicate::any_of({p, Predicate::absent(p.column)});
      break;
    case Breakage::negation_three_valued:
      if (kind == Kind::negation && is_comparison(p.children[0].kind)) {
        const unsigned column = p.children[0].column;
        return Predicate::all_of({p, Predicate::no(Predicate::absent(column))});
      }
      break;
    case Breakage::in_looks_at_first:
      if (kind == Kind::in && p.values.size() > 1) p.values.resize(1);
      break;
    case Breakage::prefix_has_wildcards:
      return kind == Kind::prefix ? until_wildcard(p) : p;
    case Breakage::contains_has_wildcards:
      return kind == Kind::contains ? until_wildcard(p) : p;
    case Breakage::any_of_none_is_true:
      if (kind == Kind::any && p.children.empty()) return {};
      break;
    case Breakage::exists_ignores_condition:
      if (kind == Kind::exists) p.children[0] = {};
      break;
    case Breakage::depth_is_cut:
      if (depth > 16) return {};
      break;
    default:
      break;
  }
  return p;
}

}  // namespace atlas::testing
