#include "atlas/context.hpp"

#include <algorithm>

#include "atlas/reference_codes.hpp"
#include "binding.hpp"
#include "change.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_match_keys = 4;

std::string default_action(const Schema& schema, bool is_new) {
  return std::string(schema.name) + (is_new ? ".created" : ".updated");
}

Entity& head_of(void* entity) { return *static_cast<Entity*>(entity); }
const Entity& head_of(const void* entity) { return *static_cast<const Entity*>(entity); }

/// Names the field that a unique key stands for.
[[noreturn]] void rethrow_unique(const Error& e, const Schema& schema) {
  const auto key = e.detail("key");
  for (const KeyDeclaration& k : schema.keys) {
    if (key && *key == json_string(k.name)) {
      throw Error(ErrorCode::conflict, "another record has this value").with("reason", "unique").with("field", k.fields[0]);
    }
  }
  throw Error(e);
}

std::vector<MatchKey> match_keys_of(const EntityInfo& info, const void* entity, std::span<const Normaliser* const> all) {
  std::vector<MatchKey> keys;
  if (!entity) return keys;
  for (const Normaliser* n : all) {
    std::vector<MatchKey> some;
    for (const auto& hook : info.match_keys) hook(entity, *n, some);
    if (some.size() > max_match_keys) some.resize(max_match_keys);
    keys.insert(keys.end(), some.begin(), some.end());
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace

Context::Context(UnitOfWork& unit, const OperationInfo* operation)
    : unit_(unit), operation_(operation), now_(unit.now()) {}

const Principal& Context::principal() const { return unit_.principal(); }
const Access& Context::access() const { return unit_.access(); }
const Uuid& Context::organisation() const { return unit_.organisation(); }
Uuid Context::new_id() { return unit_.kernel().ids.next(); }
void Context::random(std::span<std::uint8_t> out) { unit_.kernel().options.entropy->fill(out); }
std::string_view Context::correlation_id() const { return unit_.correlation_id(); }
const EntityInfo& Context::registry_entity(const Schema& schema) const { return unit_.kernel().registry->entity(schema); }
std::span<const Normaliser* const> Context::normalisers() const { return unit_.kernel().normalisers; }

Scope Context::scope_of(std::string_view permission) const {
  if (principal().kind == PrincipalKind::system || principal().kind == PrincipalKind::host) return scope_all;
  return granted(permission, access().roles, access().policy);
}

Scope Context::operation_scope() const {
  if (!operation_ || operation_->traits.permission.empty() || operation_->traits.permission == "HOST") return scope_all;
  const Scope scope = scope_of(operation_->traits.permission);
  return operation_->traits.or_permission.empty() ? scope : scope | scope_of(operation_->traits.or_permission);
}

void Context::require(std::string_view permission) const {
  if (scope_of(permission) == scope_none) {
    throw Error(ErrorCode::forbidden, "this needs a permission that you do not have").with("permission", permission);
  }
}

void Context::require_quota(std::string_view limit, std::int64_t used, std::optional<Timestamp> resets_at) const {
  const auto most = plan_limit(access().plan_key, limit);
  if (!most || used < *most) return;
  Error e = Error(ErrorCode::quota_exceeded, "the plan's limit is reached").with("limit", limit).with("used", used).with("most", *most);
  if (resets_at) throw Error(e).with("resets_at", format_timestamp(*resets_at));
  throw e;
}

bool Context::is_code(std::string_view dictionary, std::string_view code) const { return is_seeded_code(dictionary, code); }

Predicate Context::predicate_of(const EntityInfo& info, Scope scope) const {
  if (reaches(scope, scope_all)) return {};
  std::vector<Predicate> any;
  for (const auto& [bit, rule] : info.scopes) {
    if (reaches(scope, bit)) any.push_back(rule(principal(), access()));
  }
  // A scope that the entity does not know reaches nothing.
  if (any.empty()) return {.kind = Predicate::Kind::never};
  return any.size() == 1 ? std::move(any.front()) : Predicate::any_of(std::move(any));
}

bool Context::is_readable(const EntityInfo& info, std::string_view permission, std::string_view or_permission, const Uuid& id) {
  Scope scope = scope_of(permission);
  if (!or_permission.empty()) scope = scope | scope_of(or_permission);
  const Predicate mine = Predicate::all_of({Predicate::equals(0, Value::id(id)), predicate_of(info, scope)});
  return unit_.read().count(info.table, mine, 1, Query::primary_key) == 1;
}

bool Context::load(const EntityInfo& info, const Uuid& id, void* out, RowLock lock, bool scoped) {
  const Value primary[] = {Value::id(id)};
  ReadTransaction& tx = unit_.read();
  const bool found = tx.get(info.table, primary, [&](RowView row) { from_row(info, row, out); }, unit_.writes() ? lock : RowLock::none);
  if (!found) return false;
  head_of(out).org_id = organisation();
  if (!scoped) return true;
  Predicate scope = scope_predicate(info);
  if (scope.kind == Predicate::Kind::always) return true;
  return tx.count(info.table, Predicate::all_of({Predicate::equals(0, primary[0]), std::move(scope)}), 1, Query::primary_key) == 1;
}

void Context::insert(const EntityInfo& info, void* entity, const SaveOptions& options, bool scoped) {
  WriteTransaction& tx = unit_.write();
  Entity& head = head_of(entity);
  if (head.id.is_nil()) head.id = new_id();
  head.org_id = organisation();
  head.version = 1;
  head.created_at = head.updated_at = now_;
  if (!head.created_by && !principal().id.is_nil() && principal().kind == PrincipalKind::user) head.created_by = principal().id;
  if (head.subject_id.is_nil()) head.subject_id = unit_.create_subject();
  const std::string action = options.action.empty() ? default_action(*info.schema, true) : std::string(options.action);
  unit_.write_change(*this, info, nullptr, entity, action, options, difference_of_new(*info.schema, entity));
  if (!scoped) return;
  Predicate scope = scope_predicate(info);
  if (scope.kind == Predicate::Kind::always) return;
  const Predicate mine = Predicate::all_of({Predicate::equals(0, Value::id(head.id)), std::move(scope)});
  if (tx.count(info.table, mine, 1, Query::primary_key) == 0) {
    throw Error(ErrorCode::forbidden, "the new record would lie outside your scope").with("reason", "scope");
  }
}

void Context::save(const EntityInfo& info, const void* before, void* after, const SaveOptions& options, bool scoped) {
  if (scoped) {
    Predicate scope = scope_predicate(info);
    if (scope.kind != Predicate::Kind::always) {
      const Predicate mine = Predicate::all_of({Predicate::equals(0, Value::id(head_of(before).id)), std::move(scope)});
      if (unit_.read().count(info.table, mine, 1, Query::primary_key) == 0) {
        throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
      }
    }
  }
  Difference difference = difference_between(*info.schema, before, after);
  if (difference.empty() && !options.attach) return;
  Entity& head = head_of(after);
  head.version = head_of(before).version + 1;
  head.updated_at = now_;
  const std::string action = options.action.empty() ? default_action(*info.schema, false) : std::string(options.action);
  unit_.write_change(*this, info, before, after, action, options, std::move(difference));
}

void Context::note(const Schema& schema, const Uuid& entity, const Uuid& subject, std::string_view action, std::string payload) {
  const EntityInfo& info = registry_entity(schema);
  unit_.write_note(*this, info, entity, subject, action, std::move(payload));
}

void Context::note_organisation(std::string_view action, std::string payload) {
  AuditEntry& e = unit_.add_entry(std::string(action), "organisation", organisation());
  if (!payload.empty()) append_add(e.diff, "/payload", payload);
}

void UnitOfWork::write_change(Context& cx, const EntityInfo& info, const void* before, void* after, const std::string& action,
                              const SaveOptions& options, Difference difference) {
  WriteTransaction& tx = write();
  const Entity& head = head_of(after);
  BoundRow row;
  to_row(info, after, *kernel_.normalisers.front(), row);
  const Value primary[] = {Value::id(head.id)};
  try {
    if (!before) {
      tx.insert(info.table, row.values);
    } else {
      BoundRow old;
      to_row(info, before, *kernel_.normalisers.front(), old);
      std::vector<unsigned> columns;
      std::vector<Value> values;
      for (unsigned i = 1; i < info.width; ++i) {
        if (old.values[i] == row.values[i]) continue;
        columns.push_back(i);
        values.push_back(row.values[i]);
      }
      if (!tx.update(info.table, primary, columns, values)) {
        throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
      }
    }
  } catch (const Error& e) {
    if (e.code() == ErrorCode::conflict) rethrow_unique(e, *info.schema);
    throw;
  }
  write_derived(info, before, after);
  const std::optional<SubjectKey> key = subject_key(head.subject_id);
  AuditEntry& entry = add_entry(action, info.schema->name, head.id);
  const std::size_t at = pending_.size() - 1;
  entry.entity_hash = entity_hash(info, row.values, key ? &*key : nullptr);
  if (!entry.entity_hash) throw Error(ErrorCode::conflict, "the person's data was erased").with("reason", "erased");
  if (!options.payload.empty()) append_add(difference.clear, "/payload", options.payload);
  if (!difference.sealed.empty() && key) entry.sealed.push_back(seal_part(head.subject_id, *key, difference.sealed));

  AttachedRows attached;
  const ChangeView view{action, info.schema, head.id, head.subject_id, before, after, options.payload, now_, entry.actor.kind, principal_.id};
  for (const AttachHook& hook : kernel_.registry->attach_hooks()) hook(view, attached);
  if (options.attach) for (auto& r : options.attach->rows()) attached.rows().push_back(std::move(r));
  write_attached(cx, attached, head.subject_id, difference.clear);
  pending_[at].diff = std::move(difference.clear);
  if (info.affects_access) access_.reset(), load_access();
}

void UnitOfWork::write_note(Context& cx, const EntityInfo& info, const Uuid& entity, const Uuid& subject, std::string_view action,
                            std::string payload) {
  add_entry(std::string(action), info.schema->name, entity);
  const std::size_t at = pending_.size() - 1;
  std::string diff;
  if (!payload.empty()) append_add(diff, "/payload", payload);
  AttachedRows attached;
  const ChangeView view{action, info.schema, entity, subject, nullptr, nullptr, payload, now_, pending_[at].actor.kind, principal_.id};
  for (const AttachHook& hook : kernel_.registry->attach_hooks()) hook(view, attached);
  write_attached(cx, attached, subject, diff);
  pending_[at].diff = std::move(diff);
}

void UnitOfWork::write_attached(Context& cx, AttachedRows& attached, const Uuid& subject, std::string& diff) {
  for (auto& [schema, entity] : attached.rows()) {
    const EntityInfo& info = cx.registry_entity(*schema);
    Entity& head = head_of(entity.get());
    if (head.id.is_nil()) head.id = cx.new_id();
    head.org_id = organisation_;
    head.version = 1;
    head.created_at = head.updated_at = now_;
    if (!principal_.id.is_nil() && principal_.kind == PrincipalKind::user) head.created_by = principal_.id;
    if (head.subject_id.is_nil()) head.subject_id = subject;
    BoundRow row;
    to_row(info, entity.get(), *kernel_.normalisers.front(), row);
    write().insert(info.table, row.values);
    write_derived(info, nullptr, entity.get());
    const std::optional<SubjectKey> key = subject_key(head.subject_id);
    const auto hash = entity_hash(info, row.values, key ? &*key : nullptr);
    if (!hash) throw Error(ErrorCode::conflict, "the person's data was erased").with("reason", "erased");
    // The row has no entry of its own: its hash stands in the entry of the change that brought it.
    append_add(diff, "/attached/" + std::string(schema->name) + "/" + format_uuid(head.id), "\"" + hex(as_view(*hash)) + "\"");
  }
}

void UnitOfWork::write_derived(const EntityInfo& info, const void* before, const void* after) {
  if (!info.match_keys.empty()) {
    const auto old_keys = match_keys_of(info, before, kernel_.normalisers);
    const auto new_keys = match_keys_of(info, after, kernel_.normalisers);
    const Value id = Value::id(head_of(after).id);
    for (const MatchKey& k : old_keys) {
      if (std::binary_search(new_keys.begin(), new_keys.end(), k)) continue;
      const Value row[] = {Value::integer(k.kind), Value::integer(k.hash), id};
      write().erase(kernel_.tables.match_key, row);
    }
    for (const MatchKey& k : new_keys) {
      if (std::binary_search(old_keys.begin(), old_keys.end(), k)) continue;
      const Value row[] = {Value::integer(k.kind), Value::integer(k.hash), id};
      write().insert(kernel_.tables.match_key, row);
    }
  }
  if (info.searchable) {
    const Value primary[] = {Value::id(head_of(after).id)};
    const std::string tokens = search_tokens(info, after, *kernel_.normalisers.front());
    if (!before || tokens != search_tokens(info, before, *kernel_.normalisers.front())) write().index_text(info.table, primary, tokens);
  }
}

void UnitOfWork::rederive_match_keys(const EntityInfo& info, const Uuid& id, const void* entity) {
  const auto all = std::span(kernel_.normalisers);
  const auto now = match_keys_of(info, entity, all.first(1));
  for (const MatchKey& k : match_keys_of(info, entity, all)) {
    const Value row[] = {Value::integer(k.kind), Value::integer(k.hash), Value::id(id)};
    const bool wanted = std::binary_search(now.begin(), now.end(), k);
    const bool there = read().exists(kernel_.tables.match_key, row);
    if (wanted && !there) write().insert(kernel_.tables.match_key, row);
    if (!wanted && there) write().erase(kernel_.tables.match_key, row);
  }
}

void Context::lock(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  unit_.write().lock_names(names);
}

std::vector<Uuid> Context::matches(const MatchKey& key, std::size_t limit) {
  Query q;
  q.table = unit_.kernel().tables.match_key;
  q.where = Predicate::all_of({Predicate::equals(match_column::kind, Value::integer(key.kind)),
                               Predicate::equals(match_column::hash, Value::integer(key.hash))});
  q.key = Query::primary_key;
  q.order = {{match_column::entity_id, false}};
  q.limit = limit;
  std::vector<Uuid> ids;
  unit_.read().scan(q, [&](RowView row) {
    ids.push_back(row[match_column::entity_id].as_id());
    return true;
  });
  return ids;
}

void Context::scan(const EntityInfo& info, const Lookup& lookup, bool scoped, FunctionRef<void*()> make, FunctionRef<bool()> done) {
  Query q;
  q.table = info.table;
  q.where = lookup.where;
  if (scoped) q.where = Predicate::all_of({std::move(q.where), scope_predicate(info)});
  q.order = lookup.order;
  q.limit = lookup.limit;
  q.key = lookup.key.empty() ? Query::primary_key : static_cast<int>(unit_.kernel().registry->catalog()[info.table].key(lookup.key));
  q.lock = unit_.writes() ? lookup.lock : RowLock::none;
  unit_.read().scan(q, [&](RowView row) {
    void* entity = make();
    from_row(info, row, entity);
    head_of(entity).org_id = organisation();
    return done();
  });
}

void Context::schedule(std::string_view kind, Timestamp at) { unit_.schedule(kind, at); }

void Context::enter_new_organisation(const Uuid& org, std::string_view name) { unit_.enter_new(org, name); }

void Context::enter_organisation(const Uuid& org) {
  const Value primary[] = {Value::id(org)};
  if (!unit_.read().exists(unit_.kernel().tables.directory, primary)) throw Error(ErrorCode::not_found, "no such organisation");
  unit_.enter(org);
}

void Context::set_directory(std::string_view name, std::string_view status) {
  const Value primary[] = {Value::id(organisation())};
  const unsigned columns[] = {directory_column::name, directory_column::status};
  const Value values[] = {Value::text(name), Value::text(status)};
  unit_.write().update(unit_.kernel().tables.directory, primary, columns, values);
}

void Context::refused_in_bulk(std::string_view reason, std::int64_t count) {
  AuditEntry& e = unit_.add_entry("REFUSED", "", std::nullopt);
  std::string value = R"({"operation":)";
  value += json_string(operation_ ? operation_->traits.name : "");
  value += R"(,"reason":)" + json_string(reason) + R"(,"count":)" + std::to_string(count) + "}";
  append_add(e.diff, "/refusal", value);
}

}  // namespace atlas
