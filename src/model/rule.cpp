#include "atlas/rule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "js_value.hpp"
#include "rule_machine.hpp"

namespace atlas::rules {
namespace {

using Arguments = std::span<const Value>;

[[noreturn]] void refuse(const char* reason, const char* message) {
  throw Error(ErrorCode::invalid_argument, message).with("reason", reason);
}

/// An argument that is not there is undefined.
const Json& at(Arguments a, std::size_t i) {
  static const Json nothing = js::undefined();
  return i < a.size() ? a[i].get() : nothing;
}

Value number(double n) { return Value(Json(n)); }
Value boolean(bool b) { return Value(Json(b)); }
Value text(std::string s) { return Value(Json(std::move(s))); }

/// -7 counts from no end: only whole positions inside the list.
std::optional<std::size_t> index_of(const std::string& key, std::size_t size) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  const bool whole = error == std::errc() && end == key.data() + key.size() && (key == "0" || key[0] != '0');
  return whole && index < size ? std::optional(index) : std::nullopt;
}

/// data[key]: where it lies, or in `made` what has no place of its own; null where it is undefined.
const Json* property(const Json& data, const std::string& key, Json& made) {
  if (data.is_object()) {
    const auto it = data.find(key);
    return it == data.end() ? nullptr : &*it;
  }
  if (data.is_array()) {
    if (key == "length") return &(made = static_cast<double>(data.size()));
    const auto i = index_of(key, data.size());
    return i ? &data[*i] : nullptr;
  }
  if (!data.is_string()) return nullptr;
  const std::u16string units = js::to_utf16(data.get_ref<const std::string&>());
  if (key == "length") return &(made = static_cast<double>(units.size()));
  const auto i = index_of(key, units.size());
  return i ? &(made = js::to_utf8(units.substr(*i, 1))) : nullptr;
}

/// The value under a dotted path, borrowed from `data` where it lies there; nothing where there is none.
std::optional<Value> look_up(const Value& data, const Json& name) {
  if (js::is_undefined(name) || name.is_null() || name == "") return Value(&data.get());
  const std::string path = js::to_string(name);
  const Json* here = &data.get();
  Json made;
  for (std::size_t begin = 0;;) {
    const std::size_t dot = path.find('.', begin);
    here = property(*here, path.substr(begin, dot - begin), made);
    if (!here) return std::nullopt;
    if (dot == std::string::npos) return here == &made ? Value(std::move(made)) : Value(here);
    begin = dot + 1;
  }
}

std::vector<Json> missing_of(const Value& data, const std::vector<Json>& keys) {
  std::vector<Json> missing;
  for (const Json& key : keys) {
    const auto found = look_up(data, key);
    if (!found || found->get().is_null() || found->get() == "") missing.push_back(key);
  }
  return missing;
}

/// missing("a", "b") and missing(["a", "b"]) are the same.
std::vector<Json> keys_of(Arguments a) {
  std::vector<Json> keys;
  if (!a.empty() && a[0].get().is_array())
    keys.assign(a[0].get().begin(), a[0].get().end());
  else
    for (const Value& v : a) keys.push_back(v.get());
  return keys;
}

Value substring(Arguments a) {
  const std::u16string s = js::to_utf16(js::to_string(at(a, 0)));
  const auto whole = [](const Json& v) {
    const double n = js::to_number(v);
    return std::isnan(n) ? 0 : std::clamp(std::trunc(n), -1e9, 1e9);
  };
  const auto size = static_cast<double>(s.size());
  double begin = whole(at(a, 1));
  if (begin < 0) begin = std::max(0.0, size + begin);
  begin = std::min(begin, size);
  double length = size - begin;
  if (a.size() > 2) {
    const double given = whole(a[2].get());
    length = given < 0 ? std::max(0.0, length + given) : std::min(length, given);
  }
  return text(js::to_utf8(s.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(length))));
}

bool contains(const Json& item, const Json& in) {
  if (in.is_string()) {
    const auto& text = in.get_ref<const std::string&>();
    // Nothing is in the empty text, not even itself: it counts as false before anything is looked for.
    return !text.empty() && text.find(js::to_string(item)) != std::string::npos;
  }
  if (!in.is_array()) return false;
  return std::any_of(in.begin(), in.end(), [&](const Json& x) { return js::strictly_equal(x, item); });
}

Value extreme(Arguments a, double worst, bool (*better)(double, double)) {
  double best = worst;
  for (const Value& v : a) {
    const double n = js::to_number(v.get());
    if (std::isnan(n)) return number(n);
    if (better(n, best)) best = n;
  }
  return number(best);
}

Value merged(Arguments a, Budget& budget) {
  Json all = Json::array();
  for (const Value& v : a) {
    if (v.get().is_array())
      all.insert(all.end(), v.get().begin(), v.get().end());
    else
      all.push_back(v.get());
    budget.made(all.size() * sizeof(Json));
  }
  return Value(std::move(all));
}

Value concatenated(Arguments a, Budget& budget) {
  std::string all;
  for (const Value& v : a) {
    if (!v.get().is_null()) all += js::to_string(v.get());
    budget.made(all.size());
  }
  return text(std::move(all));
}

/// Operations whose arguments are all evaluated first.
struct Plain {
  std::string_view name;
  Value (*apply)(Arguments a, const Value& data, Budget& budget);
};
using V = Value;
constexpr Plain plain[] = {
    {"==", [](Arguments a, const V&, Budget&) { return boolean(js::loosely_equal(at(a, 0), at(a, 1))); }},
    {"===", [](Arguments a, const V&, Budget&) { return boolean(js::strictly_equal(at(a, 0), at(a, 1))); }},
    {"!=", [](Arguments a, const V&, Budget&) { return boolean(!js::loosely_equal(at(a, 0), at(a, 1))); }},
    {"!==", [](Arguments a, const V&, Budget&) { return boolean(!js::strictly_equal(at(a, 0), at(a, 1))); }},
    {">", [](Arguments a, const V&, Budget&) { return boolean(js::less(at(a, 1), at(a, 0))); }},
    {">=", [](Arguments a, const V&, Budget&) { return boolean(js::less_or_equal(at(a, 1), at(a, 0))); }},
    {"<",
     [](Arguments a, const V&, Budget&) {
       return boolean(js::less(at(a, 0), at(a, 1)) && (a.size() < 3 || js::less(at(a, 1), at(a, 2))));
     }},
    {"<=",
     [](Arguments a, const V&, Budget&) {
       return boolean(js::less_or_equal(at(a, 0), at(a, 1)) &&
                      (a.size() < 3 || js::less_or_equal(at(a, 1), at(a, 2))));
     }},
    {"!", [](Arguments a, const V&, Budget&) { return boolean(!is_truthy(at(a, 0))); }},
    {"!!", [](Arguments a, const V&, Budget&) { return boolean(is_truthy(at(a, 0))); }},
    {"%", [](Arguments a, const V&,
             Budget&) { return number(std::fmod(js::to_number(at(a, 0)), js::to_number(at(a, 1)))); }},
    {"+",
     [](Arguments a, const V&, Budget&) {
       double sum = 0;
       for (const Value& v : a) sum += js::parse_float(v.get());
       return number(sum);
     }},
    {"*",
     [](Arguments a, const V&, Budget&) {
       if (a.empty()) refuse("arguments", "a product of nothing");
       if (a.size() == 1) return a[0];
       double product = js::parse_float(a[0].get());
       for (const Value& v : a.subspan(1)) product *= js::parse_float(v.get());
       return number(product);
     }},
    {"-",
     [](Arguments a, const V&, Budget&) {
       const double first = js::to_number(at(a, 0));
       return number(a.size() < 2 ? -first : first - js::to_number(a[1].get()));
     }},
    {"/", [](Arguments a, const V&,
             Budget&) { return number(js::to_number(at(a, 0)) / js::to_number(at(a, 1))); }},
    {"min",
     [](Arguments a, const V&, Budget&) {
       return extreme(a, std::numeric_limits<double>::infinity(), [](double x, double y) { return x < y; });
     }},
    {"max",
     [](Arguments a, const V&, Budget&) {
       return extreme(a, -std::numeric_limits<double>::infinity(), [](double x, double y) { return x > y; });
     }},
    {"in", [](Arguments a, const V&, Budget&) { return boolean(contains(at(a, 0), at(a, 1))); }},
    {"cat", [](Arguments a, const V&, Budget& b) { return concatenated(a, b); }},
    {"substr", [](Arguments a, const V&, Budget&) { return substring(a); }},
    {"merge", [](Arguments a, const V&, Budget& b) { return merged(a, b); }},
    {"log", [](Arguments a, const V&, Budget&) { return a.empty() ? Value(Json()) : a[0]; }},
    {"var",
     [](Arguments a, const V& data, Budget&) {
       if (auto found = look_up(data, at(a, 0))) return std::move(*found);
       return a.size() > 1 ? a[1] : Value(Json());
     }},
    {"missing",
     [](Arguments a, const V& data, Budget&) { return Value(Json(missing_of(data, keys_of(a)))); }},
    {"missing_some",
     [](Arguments a, const V& data, Budget&) {
       const Json& options = at(a, 1);
       if (!options.is_array()) refuse("arguments", "missing_some needs a number and a list");
       auto missing = missing_of(data, {options.begin(), options.end()});
       const auto found = static_cast<double>(options.size() - missing.size());
       if (found >= js::to_number(at(a, 0))) missing.clear();
       return Value(Json(std::move(missing)));
     }},
};

/// Operations that decide which of their arguments are evaluated, and over what.
enum class Lazy { none, choose, all_of, any_of, filter, map, reduce, every, some, nobody };
struct LazyName {
  std::string_view name;
  Lazy what;
};
constexpr LazyName lazy[] = {{"if", Lazy::choose},     {"?:", Lazy::choose},     {"and", Lazy::all_of},
                             {"or", Lazy::any_of},     {"filter", Lazy::filter}, {"map", Lazy::map},
                             {"reduce", Lazy::reduce}, {"all", Lazy::every},     {"some", Lazy::some},
                             {"none", Lazy::nobody}};

const Plain* find_plain(std::string_view name) {
  const auto it =
      std::find_if(std::begin(plain), std::end(plain), [&](const Plain& p) { return p.name == name; });
  return it == std::end(plain) ? nullptr : it;
}
Lazy find_lazy(std::string_view name) {
  const auto it =
      std::find_if(std::begin(lazy), std::end(lazy), [&](const LazyName& l) { return l.name == name; });
  return it == std::end(lazy) ? Lazy::none : it->what;
}

}  // namespace

bool is_operation(const Json& rule) { return rule.is_object() && rule.size() == 1; }
bool is_known(std::string_view name) { return find_lazy(name) != Lazy::none || find_plain(name) != nullptr; }

void Budget::step() {
  if (++steps > limits.steps) refuse("steps", "the rule takes too many steps");
}
void Budget::made(std::size_t size) {
  bytes += size;
  if (bytes > limits.bytes) refuse("bytes", "the rule makes too much");
}
Budget::Deeper::Deeper(Budget& b) : budget(b) {
  if (++budget.depth > budget.limits.depth) refuse("depth", "the rule is nested too deeply");
}

Value Machine::run(const Json& rule, const Value& data) {
  const Budget::Deeper deeper(budget_);
  budget_.step();
  if (rule.is_array()) {
    Json list = Json::array();
    for (const Json& item : rule) list.push_back(run(item, data).get());
    budget_.made(list.size() * sizeof(Json));
    return Value(std::move(list));
  }
  if (!is_operation(rule)) return Value(&rule);
  const auto& [name, given] = *rule.get_ref<const Json::object_t&>().begin();
  const std::span<const Json> arguments = given.is_array()
                                              ? std::span<const Json>(given.get_ref<const Json::array_t&>())
                                              : std::span<const Json>(&given, 1);
  const Lazy how = find_lazy(name);
  if (how == Lazy::choose) {
    std::size_t i = 0;
    for (; i + 1 < arguments.size(); i += 2)
      if (is_truthy(run(arguments[i], data).get())) return run(arguments[i + 1], data);
    return i < arguments.size() ? run(arguments[i], data) : Value(Json());
  }
  if (how == Lazy::all_of || how == Lazy::any_of) {
    Value last{Json()};
    for (const Json& argument : arguments) {
      last = run(argument, data);
      if (is_truthy(last.get()) == (how == Lazy::any_of)) break;
    }
    return last;
  }
  if (how != Lazy::none) return over_list(static_cast<int>(how), arguments, data);
  const Plain* operation = find_plain(name);
  if (!operation) {
    throw Error(ErrorCode::invalid_argument, "the rule names an operation that there is not")
        .with("reason", "unknown_operation")
        .with("operation", std::string_view(name).substr(0, 64));
  }
  std::vector<Value> values;
  values.reserve(arguments.size());
  for (const Json& argument : arguments) values.push_back(run(argument, data));
  return operation->apply(values, data, budget_);
}

Value Machine::over_list(int what, std::span<const Json> arguments, const Value& data) {
  static const Json nothing;
  const auto how = static_cast<Lazy>(what);
  const Value list = arguments.empty() ? Value(Json()) : run(arguments[0], data);
  const Json& logic = arguments.size() > 1 ? arguments[1] : nothing;
  const bool is_list = list.get().is_array();
  if (how == Lazy::reduce) {
    Value sum = arguments.size() > 2 ? run(arguments[2], data) : Value(Json());
    if (!is_list) return sum;
    for (const Json& item : list.get()) {
      const Value scope(Json{{"current", item}, {"accumulator", sum.get()}});
      sum = Value(Json(run(logic, scope).get()));
      budget_.made(sizeof(Json));
    }
    return sum;
  }
  Json out = Json::array();
  std::size_t held = 0;
  if (is_list) {
    for (const Json& item : list.get()) {
      const Value one = run(logic, Value(&item));
      const bool holds = is_truthy(one.get());
      held += holds ? 1 : 0;
      if (how == Lazy::map)
        out.push_back(one.get());
      else if (how == Lazy::filter && holds)
        out.push_back(item);
      else if ((how == Lazy::every && !holds) || (how == Lazy::some && holds) ||
               (how == Lazy::nobody && holds))
        return boolean(how == Lazy::some);
      budget_.made(sizeof(Json));
    }
  }
  const bool any = is_list && !list.get().empty();
  if (how == Lazy::every) return boolean(any && held == list.get().size());
  if (how == Lazy::some) return boolean(false);
  if (how == Lazy::nobody) return boolean(true);
  return Value(std::move(out));
}

}  // namespace atlas::rules

namespace atlas {
namespace {

/// What JSON cannot say becomes null, whole numbers lose their point.
Json plain_json(const Json& v) {
  if (v.is_discarded()) return Json();
  if (v.is_number_float()) {
    const double n = v.get<double>();
    if (!std::isfinite(n)) return Json();
    if (n == std::trunc(n) && std::fabs(n) < 9.2e18) return Json(static_cast<std::int64_t>(n));
    return v;
  }
  if (!v.is_array() && !v.is_object()) return v;
  Json out = v;
  for (Json& item : out) item = plain_json(item);
  return out;
}

}  // namespace

bool is_truthy(const Json& v) {
  if (v.is_discarded() || v.is_null()) return false;
  if (v.is_boolean()) return v.get<bool>();
  if (v.is_number()) return v.get<double>() != 0 && !std::isnan(v.get<double>());
  if (v.is_string()) return !v.get_ref<const std::string&>().empty();
  return !v.is_array() || !v.empty();
}

Json evaluate_rule(const Json& rule, const Json& data, const RuleLimits& limits) {
  rules::Budget budget(limits);
  return plain_json(rules::Machine(budget).run(rule, rules::Value(&data)).get());
}

}  // namespace atlas
