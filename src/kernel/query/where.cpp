#include "where.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "binding.hpp"

namespace atlas {
namespace {

constexpr int max_depth = 8;
constexpr int max_terms = 64;
constexpr std::size_t max_in = 1000;
constexpr std::size_t max_values =
    10'000;  // in all `in` lists together: stores bound the number of bound values

using Op = Predicate::Kind;

class WhereParser {
 public:
  WhereParser(const EntityInfo& info, const Context& cx, FieldFlags hidden)
      : info_(info), cx_(cx), hidden_(hidden) {}

  Predicate object(const Json& where, const std::string& path, int depth) {
    if (!where.is_object()) return fail(path, field_code::wrong_type, "must be an object");
    if (depth > max_depth) return fail(path, field_code::out_of_range, "nested deeper than 8");
    std::vector<Predicate> all;
    for (const auto& [name, value] : where.items()) {
      const std::string here = path + "/" + escape(name);
      if (name == "and" || name == "or")
        all.push_back(group(name == "and", value, here, depth));
      else if (name == "not")
        all.push_back(Predicate::no(object(value, here, depth + 1)));
      else
        all.push_back(member(name, value, here));
    }
    return all.size() == 1 ? std::move(all.front()) : Predicate::all_of(std::move(all));
  }

  std::vector<FieldError> errors;

 private:
  static std::string escape(const std::string& name) {
    std::string out;
    for (char c : name) {
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
    }
    return out;
  }

  Predicate fail(std::string path, std::string_view code, std::string message) {
    if (errors.size() < 100) errors.push_back({"/where" + path, std::string(code), std::move(message)});
    return {};
  }

  Predicate group(bool all, const Json& list, const std::string& path, int depth) {
    if (!list.is_array()) return fail(path, field_code::wrong_type, "must be an array of objects");
    std::vector<Predicate> children;
    std::size_t i = 0;
    for (const Json& child : list) {
      if (terms_ > max_terms) break;
      children.push_back(object(child, path + "/" + std::to_string(i++), depth + 1));
    }
    return all ? Predicate::all_of(std::move(children)) : Predicate::any_of(std::move(children));
  }

  Predicate member(const std::string& name, const Json& value, const std::string& path) {
    if (++terms_ > max_terms)
      return terms_ == max_terms + 1 ? fail(path, field_code::out_of_range, "more than 64 terms")
                                     : Predicate{};
    const EntityInfo::ColumnRef* ref = info_.column(name);
    if (!ref || ref->field->has(internal)) return fail(path, field_code::unknown_member, "no such field");
    if (!ref->field->has(filterable) || ref->field->has(hidden_)) {
      return fail(path, field_code::not_filterable, "this field cannot be filtered by");
    }
    if (value.is_null()) return Predicate::absent(ref->first);
    const bool money_value = ref->field->kind == Kind::money && value.is_object() && value.contains("amount");
    if (!value.is_object() || money_value) return comparison(*ref, Op::equal, value, path);
    std::vector<Predicate> all;
    for (const auto& [op, operand] : value.items())
      all.push_back(operation(*ref, op, operand, path + "/" + escape(op)));
    if (all.empty()) return fail(path, field_code::wrong_type, "names no comparison");
    return all.size() == 1 ? std::move(all.front()) : Predicate::all_of(std::move(all));
  }

  Predicate operation(const EntityInfo::ColumnRef& ref, const std::string& op, const Json& operand,
                      const std::string& path) {
    static constexpr std::array<std::pair<std::string_view, Op>, 6> simple{{{"eq", Op::equal},
                                                                            {"ne", Op::not_equal},
                                                                            {"gt", Op::greater},
                                                                            {"gte", Op::greater_equal},
                                                                            {"lt", Op::less},
                                                                            {"lte", Op::less_equal}}};
    for (const auto& [name, kind] : simple) {
      if (op != name) continue;
      if (operand.is_null()) {
        if (kind == Op::equal) return Predicate::absent(ref.first);
        if (kind == Op::not_equal) return Predicate::no(Predicate::absent(ref.first));
        return fail(path, field_code::wrong_type, "null has no order");
      }
      return comparison(ref, kind, operand, path);
    }
    if (op == "in" || op == "nin") return membership(ref, op == "nin", operand, path);
    if (op == "prefix") return prefix(ref, operand, path);
    if (op == "contains") return contains(ref, operand, path);
    return fail(path, field_code::unknown_member, "no such comparison");
  }

  Predicate membership(const EntityInfo::ColumnRef& ref, bool negate, const Json& list,
                       const std::string& path) {
    if (!list.is_array()) return fail(path, field_code::wrong_type, "must be an array");
    if (list.size() > max_in) return fail(path, field_code::too_long, "more than 1,000 values");
    values_ += list.size();
    if (values_ > max_values) return fail(path, field_code::too_long, "more than 10,000 values in all");
    Predicate in{.kind = Op::in, .column = ref.first};
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Predicate one = comparison(ref, Op::equal, list[i], path + "/" + std::to_string(i));
      if (one.kind == Op::equal)
        in.values.push_back(one.values.front());
      else if (one.kind == Op::all)
        return fail(path, field_code::not_filterable, "money is compared one by one");
    }
    return negate ? Predicate::no(std::move(in)) : in;
  }

  Predicate prefix(const EntityInfo::ColumnRef& ref, const Json& operand, const std::string& path) {
    if (!operand.is_string()) return fail(path, field_code::wrong_type, "must be a text");
    const auto& text = operand.get_ref<const std::string&>();
    if (ref.folded >= 0) {
      std::vector<Predicate> any;
      for (const Normaliser* n : cx_.normalisers()) {
        any.push_back(
            Predicate::compare(Op::prefix, static_cast<unsigned>(ref.folded), Value::text(n->fold(text))));
      }
      return any.size() == 1 ? std::move(any.front()) : Predicate::any_of(std::move(any));
    }
    if (ref.field->kind != Kind::text && ref.field->kind != Kind::code)
      return fail(path, field_code::wrong_type, "only texts have a prefix");
    return Predicate::compare(Op::prefix, ref.first, Value::text(text));
  }

  Predicate contains(const EntityInfo::ColumnRef& ref, const Json& operand, const std::string& path) {
    if (ref.field->kind != Kind::text_list) return fail(path, field_code::wrong_type, "only lists contain");
    if (!operand.is_string()) return fail(path, field_code::wrong_type, "must be a text");
    return Predicate::compare(Op::contains, ref.first, Value::text(join_list({operand.get<std::string>()})));
  }

  Predicate comparison(const EntityInfo::ColumnRef& ref, Op op, const Json& v, const std::string& path) {
    const Field& f = *ref.field;
    const auto cmp = [&](const Value& value) { return Predicate::compare(op, ref.first, value); };
    const bool ordered = op != Op::equal && op != Op::not_equal;
    switch (f.kind) {
      case Kind::boolean:
        if (!v.is_boolean() || ordered) break;
        return cmp(Value::integer(v.get<bool>() ? 1 : 0));
      case Kind::integer:
        if (!v.is_number_integer()) break;
        return cmp(Value::integer(v.get<std::int64_t>()));
      case Kind::text:
      case Kind::code: {
        if (!v.is_string()) break;
        const auto& text = v.get_ref<const std::string&>();
        if (f.kind == Kind::code && !known_code(f, text))
          return fail(path, field_code::not_a_code, "no such code");
        if (ordered && ref.folded >= 0) {
          return Predicate::compare(op, static_cast<unsigned>(ref.folded),
                                    Value::text(cx_.normalisers().front()->fold(text)));
        }
        return cmp(Value::text(text));
      }
      case Kind::id: {
        if (!v.is_string() || ordered) break;
        const auto id = parse_uuid(v.get_ref<const std::string&>());
        if (!id) return fail(path, field_code::not_an_id, "not an id");
        return cmp(Value::id(*id));
      }
      case Kind::time: {
        if (!v.is_string()) break;
        const auto t = parse_timestamp(v.get_ref<const std::string&>());
        if (!t) return fail(path, field_code::not_a_time, "not an RFC 3339 time");
        return cmp(Value::integer(t->micros));
      }
      case Kind::date: {
        if (!v.is_string()) break;
        const auto d = parse_date(v.get_ref<const std::string&>());
        if (!d) return fail(path, field_code::not_a_date, "not a date");
        return cmp(Value::integer(d->days));
      }
      case Kind::decimal: {
        const auto d = v.is_string()   ? parse_decimal(v.get_ref<const std::string&>(), f.rules.scale)
                       : v.is_number() ? parse_decimal(v.dump(), f.rules.scale)
                                       : std::nullopt;
        if (!d) break;
        return cmp(Value::integer(d->units));
      }
      case Kind::money: {
        // Money compares only within its currency.
        if (!v.is_object() || v.size() != 2 || !v.contains("amount") || !v["amount"].is_number_integer() ||
            !v.contains("currency") || !v["currency"].is_string()) {
          return fail(path, field_code::not_money, "not money");
        }
        const auto currency = parse_currency(v["currency"].get_ref<const std::string&>());
        if (!currency) return fail(path + "/currency", field_code::not_money, "not an ISO 4217 code");
        Predicate amount = cmp(Value::integer(v["amount"].get<std::int64_t>()));
        Predicate same = Predicate::equals(static_cast<unsigned>(ref.second), Value::text(currency->view()));
        if (op == Op::not_equal) {
          amount.kind = Op::equal;
          return Predicate::all_of({Predicate::no(Predicate::absent(ref.first)),
                                    Predicate::no(Predicate::all_of({std::move(same), std::move(amount)}))});
        }
        return Predicate::all_of({std::move(same), std::move(amount)});
      }
      default:
        return fail(path, field_code::not_filterable, "this field cannot be compared");
    }
    return fail(path, field_code::wrong_type, "of another type than the field");
  }

  bool known_code(const Field& f, const std::string& code) const {
    if (!f.rules.dictionary.empty()) return cx_.knows_code(f.rules.dictionary, code);
    return f.rules.choices.empty() ||
           std::find(f.rules.choices.begin(), f.rules.choices.end(), code) != f.rules.choices.end();
  }

  const EntityInfo& info_;
  const Context& cx_;
  FieldFlags hidden_;
  int terms_ = 0;
  std::size_t values_ = 0;
};

/// Columns that the top level of the condition binds: to one value, or to several.
void bound_columns(const Predicate& p, std::vector<unsigned>& equal, std::vector<unsigned>& loose) {
  switch (p.kind) {
    case Op::all:
      for (const Predicate& child : p.children) bound_columns(child, equal, loose);
      break;
    case Op::equal:
      equal.push_back(p.column);
      break;
    case Op::in:
    case Op::greater:
    case Op::greater_equal:
    case Op::less:
    case Op::less_equal:
    case Op::prefix:
      loose.push_back(p.column);
      break;
    default:
      break;
  }
}

bool has(const std::vector<unsigned>& columns, unsigned c) {
  return std::find(columns.begin(), columns.end(), c) != columns.end();
}

/// Does some alternative condition of the top level have a key for each of its branches? The backend then
/// joins them.
bool is_served_by_branches(const Table& table, const Predicate& p) {
  if (p.kind == Op::all)
    return std::any_of(p.children.begin(), p.children.end(),
                       [&](const Predicate& c) { return is_served_by_branches(table, c); });
  if (p.kind != Op::any || p.children.empty()) return false;
  return std::all_of(p.children.begin(), p.children.end(), [&](const Predicate& branch) {
    std::vector<unsigned> bound;
    bound_columns(branch, bound, bound);
    return std::any_of(table.keys.begin(), table.keys.end(),
                       [&](const TableKey& k) { return has(bound, k.columns.front()); });
  });
}

bool is_unconditional(const Predicate& p) {
  return p.kind == Op::always ||
         (p.kind == Op::all && std::all_of(p.children.begin(), p.children.end(), is_unconditional));
}

}  // namespace

Predicate parse_where(const EntityInfo& info, std::string_view json, const Context& cx, FieldFlags hidden) {
  WhereParser parser(info, cx, hidden);
  Predicate p = parser.object(parse_json(json), "", 0);
  throw_if_any(std::move(parser.errors));
  return p;
}

unsigned order_column(const EntityInfo::ColumnRef& ref) {
  return ref.folded >= 0 ? static_cast<unsigned>(ref.folded) : ref.first;
}

std::vector<OrderTerm> parse_order(const EntityInfo& info, const std::vector<std::string>& order,
                                   FieldFlags hidden) {
  std::vector<OrderTerm> out;
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::string_view name = order[i];
    const bool descending = name.starts_with('-');
    if (descending) name.remove_prefix(1);
    const auto* ref = info.column(name);
    if (!ref || !ref->field->has(sortable) || ref->field->has(hidden)) {
      errors.push_back(
          {"/order/" + std::to_string(i), std::string(field_code::not_filterable), "not a field to sort by"});
    } else {
      out.push_back({ref, descending});
    }
  }
  throw_if_any(std::move(errors));
  if (out.empty()) out.push_back({info.column("created_at"), true});
  return out;
}

std::optional<int> choose_key(const Table& table, const Predicate& asked, const Predicate& scope,
                              const std::vector<Order>& order) {
  std::vector<unsigned> equal, loose;
  bound_columns(asked, equal, loose);
  bound_columns(scope, equal, loose);
  if (has(equal, 0) || has(loose, 0)) return Query::primary_key;
  const bool free = is_unconditional(asked);
  std::optional<int> best;
  int best_score = 0;
  for (std::size_t k = 0; k < table.keys.size(); ++k) {
    const auto& columns = table.keys[k].columns;
    std::size_t bound = 0;
    while (bound < columns.size() && has(equal, columns[bound])) ++bound;
    // Walks in the asked order when what follows the bound columns is the order; ties fall to the primary
    // key.
    bool ordered = columns.size() - bound <= order.size();
    for (std::size_t i = bound; ordered && i < columns.size(); ++i)
      ordered = columns[i] == order[i - bound].column;
    ordered = ordered && columns.size() - bound == order.size() &&
              std::all_of(order.begin(), order.end(),
                          [&](const Order& o) { return o.descending == order.front().descending; });
    // A partial key leaves out rows whose first column is absent: never serve an unbound walk by a nullable
    // column.
    const bool partial = bound == 0 && table.columns[columns.front()].nullable;
    const bool ranged = bound < columns.size() && has(loose, columns[bound]);
    int score = 0;
    if (bound > 0)
      score = 4 * static_cast<int>(bound) + (ordered ? 3 : 0) + (ranged ? 2 : 0);
    else if (ranged)
      score = ordered ? 3 : 2;
    else if (free && ordered && !partial)
      score = 1;
    if (score > best_score) {
      best_score = score;
      best = static_cast<int>(k);
    }
  }
  if (!best && is_served_by_branches(table, asked)) return Query::any_key;
  return best;
}

}  // namespace atlas
