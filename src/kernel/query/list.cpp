// Lists and counts: predicates, order, keyset pages.

#include <nlohmann/json.hpp>

#include "binding.hpp"
#include "unit_of_work.hpp"
#include "visibility.hpp"
#include "where.hpp"

namespace atlas {
namespace {

constexpr std::int64_t count_limit = 10'000;

Error bad_after() {
  return Error(ErrorCode::invalid_argument, "the page token does not belong to this list")
      .field("/after", field_code::out_of_range, "not a token of this list");
}

/// What a page token is bound to.
std::string binding_of(const Context& cx, const EntityInfo& info, const ListInput& in) {
  std::string text(cx.operation() ? cx.operation()->traits.name : info.schema->name);
  text += '\n';
  text += in.where;
  for (const std::string& o : in.order) text += "\n" + o;
  text += in.archived ? "\n1\n" : "\n0\n";
  text += cx.principal().id.view();
  return base64(as_view(sha256(text)).substr(0, 12));
}

std::string encode_after(const std::string& binding, const OwnedRow& row) {
  Json values = Json::array();
  for (const OwnedValue& owned : row) {
    const Value v = owned.view();
    switch (v.type()) {
      case ValueType::null:
        values.push_back(nullptr);
        break;
      case ValueType::integer:
        values.push_back(v.as_integer());
        break;
      case ValueType::text:
        values.push_back("t" + std::string(v.bytes()));
        break;
      case ValueType::blob:
        values.push_back("b" + hex(v.bytes()));
        break;
    }
  }
  return base64(Json{{"b", binding}, {"v", std::move(values)}}.dump());
}

OwnedRow decode_after(const std::string& token, const std::string& binding, std::size_t width) {
  const auto text = unbase64(token);
  if (!text) throw bad_after();
  Json j;
  try {
    j = parse_json(*text);
  } catch (const Error&) {
    throw bad_after();
  }
  if (!j.is_object() || !j.contains("b") || !j["b"].is_string() ||
      j["b"].get_ref<const std::string&>() != binding || !j.contains("v") || !j["v"].is_array() ||
      j["v"].size() != width) {
    throw bad_after();
  }
  OwnedRow row;
  for (const Json& v : j["v"]) {
    if (v.is_null())
      row.emplace_back(Value::null());
    else if (v.is_number_integer())
      row.emplace_back(Value::integer(v.get<std::int64_t>()));
    else if (v.is_string() && v.get_ref<const std::string&>().starts_with('t'))
      row.emplace_back(Value::text(v.get_ref<const std::string&>().substr(1)));
    else if (v.is_string() && v.get_ref<const std::string&>().starts_with('b')) {
      const auto bytes = unhex(v.get_ref<const std::string&>().substr(1));
      if (!bytes) throw bad_after();
      row.emplace_back(Value::blob(*bytes));
    } else {
      throw bad_after();
    }
  }
  return row;
}

void require_scan(const Context& cx) {
  const auto& roles = cx.access().roles;
  for (const std::string& role : roles)
    if (role == "ADMIN_ORG" || role == "MANAGER") return;
  if (cx.principal().kind == PrincipalKind::system) return;
  throw Error(ErrorCode::forbidden, "only an administrator or manager may ask for a scan")
      .with("reason", "scan");
}

Error not_served() {
  return Error(ErrorCode::invalid_argument,
               "no index serves this query; add `\"scan\": true` or another condition")
      .field("/where", field_code::not_filterable, "no index serves this query");
}

Predicate with_archived(const EntityInfo& info, Predicate p, bool archived) {
  if (archived) return p;
  return Predicate::all_of({std::move(p), Predicate::absent(info.column("archived_at")->first)});
}

}  // namespace

std::optional<std::string> Context::list(const EntityInfo& info, const ListInput& in, Predicate extra,
                                         bool scoped, FunctionRef<void*()> append) {
  const FieldFlags hidden = hidden_from(operation_scope());
  const std::string where = in.where.empty() ? "{}" : in.where;
  Predicate asked = Predicate::all_of({parse_where(info, where, *this, hidden), std::move(extra)});
  Predicate scope = scoped ? scope_predicate(info) : Predicate{};
  Query q;
  q.table = info.table;
  for (const OrderTerm& term : parse_order(info, in.order, hidden))
    q.order.push_back({order_column(*term.column), term.descending});
  if (in.scan) require_scan(*this);
  const Table& table = unit_.kernel().registry->catalog()[info.table];
  const auto key = choose_key(table, asked, scope, q.order);
  if (!key && !in.scan) throw not_served();
  q.key = in.scan && !key ? Query::any_key : *key;
  q.where = with_archived(info, Predicate::all_of({std::move(asked), std::move(scope)}), in.archived);
  q.limit = static_cast<std::size_t>(in.limit) + 1;
  const std::string binding = binding_of(*this, info, in);
  if (in.after) q.after = decode_after(*in.after, binding, q.order.size() + 1);

  std::size_t seen = 0;
  OwnedRow last;
  bool more = false;
  unit_.read().scan(q, [&](RowView row) {
    if (seen == static_cast<std::size_t>(in.limit)) {
      more = true;
      return false;
    }
    ++seen;
    void* item = append();
    from_row(info, row, item);
    static_cast<Entity*>(item)->org_id = organisation();
    if (seen == static_cast<std::size_t>(in.limit)) {
      for (const Order& o : q.order) last.emplace_back(row[o.column]);
      last.emplace_back(row[0]);
    }
    return true;
  });
  if (!more) return std::nullopt;
  return encode_after(binding, last);
}

Count Context::count(const EntityInfo& info, const CountInput& in, Predicate extra, bool scoped) {
  const std::string where = in.where.empty() ? "{}" : in.where;
  Predicate asked =
      Predicate::all_of({parse_where(info, where, *this, hidden_from(operation_scope())), std::move(extra)});
  Predicate scope = scoped ? scope_predicate(info) : Predicate{};
  if (in.scan) require_scan(*this);
  const Table& table = unit_.kernel().registry->catalog()[info.table];
  const auto key = choose_key(table, asked, scope, {{info.column("created_at")->first, true}});
  if (!key && !in.scan) throw not_served();
  const Predicate p =
      with_archived(info, Predicate::all_of({std::move(asked), std::move(scope)}), in.archived);
  const std::int64_t limit = in.exact ? std::numeric_limits<std::int64_t>::max() : count_limit + 1;
  const std::int64_t n = unit_.read().count(info.table, p, limit, key ? *key : Query::any_key);
  if (!in.exact && n > count_limit) return {count_limit, true};
  return {n, false};
}

}  // namespace atlas
