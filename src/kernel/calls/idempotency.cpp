#include "idempotency.hpp"

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_result = 64 * 1024;
constexpr std::int64_t keep_micros = 48 * micros_per_hour;

/// Parameters without the key, in one form.
Hash hash_of(std::string_view params) {
  Json j = parse_json(params.empty() ? "{}" : params);
  j.erase("idempotency_key");
  return sha256(canonical_json(j));
}

/// Of a large result only the ids are kept.
std::string ids_of(std::string_view result) {
  const Json whole = Json::parse(result);
  Json ids = Json::object();
  for (const auto& [name, value] : whole.items())
    if ((name == "id" || name.ends_with("_id")) && value.is_string()) ids[name] = value;
  return ids.dump();
}

}  // namespace

Idempotency::Idempotency(UnitOfWork& unit, const OperationInfo& op, std::string_view key,
                         std::string_view params)
    : unit_(unit), operation_(op.traits.name), key_(key), params_hash_(hash_of(params)) {
  const Principal& who = unit.principal();
  principal_ = std::string(to_string(who.kind)) + (who.id.is_nil() ? "" : ":" + format_uuid(who.id));
  const std::string name = "idempotency:" + principal_ + ":" + operation_ + ":" + key_;
  unit.write().lock_names(std::span(&name, 1));
  const Value primary[] = {Value::text(principal_), Value::text(operation_), Value::text(key_)};
  bool mismatch = false;
  std::string sealed;
  const bool found = unit.read().get(unit.kernel().tables.idempotency, primary, [&](RowView row) {
    mismatch = row[idempotency_column::params_hash].bytes() != as_view(params_hash_);
    sealed = row[idempotency_column::result].bytes();
  });
  if (!found) return;
  if (mismatch) {
    throw Error(ErrorCode::conflict, "this idempotency key was used with other parameters")
        .with("reason", "idempotency_mismatch");
  }
  stored_ = unit.open_result(sealed, name);
  if (!stored_)
    throw Error(ErrorCode::conflict, "the stored result was erased with the person it is about")
        .with("reason", "erased");
}

std::optional<std::string> Idempotency::replay() {
  if (!stored_) return std::nullopt;
  std::string text = *stored_;
  text.pop_back();
  text += text.size() > 1 ? R"(,"replayed":true})" : R"("replayed":true})";
  return text;
}

void Idempotency::remember(std::string_view result) {
  const std::string kept = result.size() > max_result ? ids_of(result) : std::string(result);
  const std::string name = "idempotency:" + principal_ + ":" + operation_ + ":" + key_;
  const std::string sealed = unit_.seal_result(kept, name);
  const Value row[] = {Value::text(principal_), Value::text(operation_),
                       Value::text(key_),       Value::blob(as_view(params_hash_)),
                       Value::blob(sealed),     Value::integer(unit_.now().micros)};
  unit_.write().insert(unit_.kernel().tables.idempotency, row);
  unit_.schedule("idempotency.purge", unit_.now() + keep_micros);
}

std::size_t purge_results(UnitOfWork& unit, std::size_t limit) {
  Query q;
  q.table = unit.kernel().tables.idempotency;
  q.where = Predicate::compare(Predicate::Kind::less_equal, idempotency_column::created_at,
                               Value::integer(unit.now().micros - keep_micros));
  q.order = {{idempotency_column::created_at, false}};
  q.key = unit.kernel().tables.idempotency_by_created;
  q.limit = limit;
  std::vector<OwnedRow> old;
  unit.read().scan(q, [&](RowView row) {
    old.push_back(own(row.first(3)));
    return true;
  });
  for (const OwnedRow& row : old) unit.write().erase(q.table, views(row));
  return old.size();
}

}  // namespace atlas
