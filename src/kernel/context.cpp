#include "atlas/context.hpp"

#include <algorithm>

#include "atlas/tenant_codes.hpp"
#include "binding.hpp"
#include "change.hpp"
#include "merged.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

std::string default_action(const Schema& schema, bool is_new) {
  return std::string(schema.name) + (is_new ? ".created" : ".updated");
}

Entity& head_of(void* entity) { return *static_cast<Entity*>(entity); }
const Entity& head_of(const void* entity) { return *static_cast<const Entity*>(entity); }

}  // namespace

Context::Context(UnitOfWork& unit, const OperationInfo* operation)
    : unit_(unit), operation_(operation), now_(unit.now()) {}

const Principal& Context::principal() const { return unit_.principal(); }
const Access& Context::access() const { return unit_.access(); }
const Uuid& Context::organisation() const { return unit_.organisation(); }
Uuid Context::new_id() { return unit_.kernel().ids.next(); }
void Context::random(std::span<std::uint8_t> out) { unit_.kernel().options.entropy->fill(out); }
std::string_view Context::correlation_id() const { return unit_.correlation_id(); }
const EntityInfo& Context::registry_entity(const Schema& schema) const {
  return unit_.kernel().registry->entity(schema);
}
std::span<const Normaliser* const> Context::normalisers() const { return unit_.kernel().normalisers; }
bool Context::rederiving() const { return unit_.kernel().rederiving; }

Scope Context::scope_of(std::string_view permission) const {
  const PrincipalKind kind = principal().kind;
  if (kind == PrincipalKind::system || kind == PrincipalKind::host) return scope_all;
  // Only within the operations of webhooks; see Kernel::Impl::authorise.
  if (kind == PrincipalKind::provider) return scope_all;
  return granted(permission, access().roles, access().policy);
}

Scope Context::operation_scope() const {
  if (!operation_ || operation_->traits.permission.empty() || operation_->traits.permission == "HOST" ||
      operation_->traits.permission == provider_permission)
    return scope_all;
  if (operation_->traits.permission == public_permission) {
    // Everybody sees the same of it: what a visitor sees.
    const bool looks =
        principal().kind == PrincipalKind::public_site || scope_of("LISTING_READ_PUBLIC") != scope_none;
    return looks ? scope_public : scope_none;
  }
  const Scope scope = scope_of(operation_->traits.permission);
  return operation_->traits.or_permission.empty() ? scope
                                                  : scope | scope_of(operation_->traits.or_permission);
}

void Context::require(std::string_view permission) const {
  if (scope_of(permission) == scope_none) {
    throw Error(ErrorCode::forbidden, "this needs a permission that you do not have")
        .with("permission", permission);
  }
}

void Context::require_quota(std::string_view limit, std::int64_t used,
                            std::optional<Timestamp> resets_at) const {
  const auto most = plan_limit(access().plan_key, limit);
  if (!most || used < *most) return;
  Error e = Error(ErrorCode::quota_exceeded, "the plan's limit is reached")
                .with("limit", limit)
                .with("used", used)
                .with("most", *most);
  if (resets_at) throw Error(e).with("resets_at", format_timestamp(*resets_at));
  throw e;
}

bool Context::is_code(std::string_view dictionary, std::string_view code) const {
  return is_active_code(unit_.codes(), dictionary, code);
}

bool Context::knows_code(std::string_view dictionary, std::string_view code) const {
  return is_known_code(unit_.codes(), dictionary, code);
}

Predicate Context::predicate_of(const EntityInfo& info, Scope scope, const Principal& who,
                                const Access& allowed) {
  if (reaches(scope, scope_all)) return {};
  std::vector<Predicate> any;
  for (const auto& [bit, rule] : info.scopes) {
    if (reaches(scope, bit)) any.push_back(rule(who, allowed));
  }
  // A scope that the entity does not know reaches nothing.
  if (any.empty()) return {.kind = Predicate::Kind::never};
  return any.size() == 1 ? std::move(any.front()) : Predicate::any_of(std::move(any));
}

Context::Sight Context::sight_of(const Principal& somebody, std::string_view permission,
                                 std::string_view entity, const Uuid& id) {
  const Access theirs = unit_.kernel().registry->access().load(unit_.read(), somebody);
  Sight sight;
  sight.scope = granted(permission, theirs.roles, theirs.policy);
  if (entity.empty()) return sight;
  const auto& all = unit_.kernel().registry->entities();
  const auto found = all.find(entity);
  if (found == all.end()) throw Error(ErrorCode::not_found, "no such entity").with("entity", entity);
  const EntityInfo& info = found->second;
  const Value primary[] = {Value::id(id)};
  sight.exists = unit_.read().exists(info.table, primary);
  const Predicate theirs_only = Predicate::all_of(
      {Predicate::equals(0, primary[0]), predicate_of(info, sight.scope, somebody, theirs)});
  sight.visible = sight.exists && unit_.read().count(info.table, theirs_only, 1, Query::primary_key) == 1;
  return sight;
}

bool Context::is_readable(const EntityInfo& info, std::string_view permission, std::string_view or_permission,
                          const Uuid& id) {
  Scope scope = scope_of(permission);
  if (!or_permission.empty()) scope = scope | scope_of(or_permission);
  const Predicate mine = Predicate::all_of({Predicate::equals(0, Value::id(id)), predicate_of(info, scope)});
  return unit_.read().count(info.table, mine, 1, Query::primary_key) == 1;
}

bool Context::load(const EntityInfo& info, const Uuid& id, void* out, RowLock lock, bool scoped) {
  const Value primary[] = {Value::id(id)};
  ReadTransaction& tx = unit_.read();
  bool merged = false;
  const bool found = tx.get(
      info.table, primary,
      [&](RowView row) {
        merged = scoped && info.merged_into >= 0 && !row[static_cast<unsigned>(info.merged_into)].is_null();
        if (!merged) from_row(info, row, out);
      },
      unit_.writes() ? lock : RowLock::none);
  if (!found) return false;
  if (merged) return load_survivor(info, id, out);
  head_of(out).org_id = organisation();
  if (!scoped) return true;
  Predicate scope = scope_predicate(info);
  if (scope.kind == Predicate::Kind::always) return true;
  return tx.count(info.table, Predicate::all_of({Predicate::equals(0, primary[0]), std::move(scope)}), 1,
                  Query::primary_key) == 1;
}

bool Context::load_survivor(const EntityInfo& info, const Uuid& merged, void* out) {
  const Uuid survivor = survivor_of(unit_, info, merged).value();
  if (!load(info, survivor, out, RowLock::none, true)) return false;
  if (operation_ && operation_->traits.effect == Effect::writes) {
    throw Error(ErrorCode::conflict, "the record was merged into another")
        .with("reason", "merged")
        .with("into", format_uuid(survivor));
  }
  unit_.redirected_from() = merged;
  return true;
}

Uuid Context::stands_for(const EntityInfo& info, const Uuid& id) {
  const auto survivor = survivor_of(unit_, info, id);
  if (survivor) unit_.redirected_from() = id;
  return survivor.value_or(id);
}

void Context::insert(const EntityInfo& info, void* entity, const SaveOptions& options, bool scoped) {
  WriteTransaction& tx = unit_.write();
  Entity& head = head_of(entity);
  if (head.id.is_nil()) head.id = new_id();
  head.org_id = organisation();
  follow_references(unit_, info, nullptr, entity);
  head.version = 1;
  head.created_at = head.updated_at = now_;
  if (!head.created_by && !principal().id.is_nil() && principal().kind == PrincipalKind::user)
    head.created_by = principal().id;
  if (info.bookkeeping) return unit_.write_bookkeeping(info, nullptr, entity);
  if (head.subject_id.is_nil()) head.subject_id = unit_.create_subject();
  const std::string action =
      options.action.empty() ? default_action(*info.schema, true) : std::string(options.action);
  unit_.write_change(*this, info, nullptr, entity, action, options, difference_of_new(*info.schema, entity));
  Predicate scope = scoped ? scope_predicate(info) : Predicate{};
  if (scope.kind != Predicate::Kind::always) {
    const Predicate mine = Predicate::all_of({Predicate::equals(0, Value::id(head.id)), std::move(scope)});
    if (tx.count(info.table, mine, 1, Query::primary_key) == 0) {
      throw Error(ErrorCode::forbidden, "the new record would lie outside your scope")
          .with("reason", "scope");
    }
  }
  tell_of(info, nullptr, entity);
}

void Context::tell_of(const EntityInfo& info, const void* before, const void* after) {
  for (const SavedHook& hook : info.saved) hook(*this, before, after);
}

void Context::save(const EntityInfo& info, const void* before, void* after, const SaveOptions& options,
                   bool scoped) {
  if (scoped) {
    Predicate scope = scope_predicate(info);
    if (scope.kind != Predicate::Kind::always) {
      const Predicate mine =
          Predicate::all_of({Predicate::equals(0, Value::id(head_of(before).id)), std::move(scope)});
      if (unit_.read().count(info.table, mine, 1, Query::primary_key) == 0) {
        throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
      }
    }
  }
  follow_references(unit_, info, before, after);
  Difference difference = difference_between(*info.schema, before, after);
  if (difference.empty() && !options.attach) return;
  Entity& head = head_of(after);
  head.version = head_of(before).version + 1;
  head.updated_at = now_;
  if (info.bookkeeping) return unit_.write_bookkeeping(info, before, after);
  const std::string action =
      options.action.empty() ? default_action(*info.schema, false) : std::string(options.action);
  unit_.write_change(*this, info, before, after, action, options, std::move(difference));
  tell_of(info, before, after);
}

void Context::note(const Schema& schema, const Uuid& entity, const Uuid& subject, std::string_view action,
                   std::string payload) {
  const EntityInfo& info = registry_entity(schema);
  unit_.write_note(*this, info, entity, subject, action, std::move(payload));
}

void Context::note_organisation(std::string_view action, std::string payload) {
  AuditEntry& e = unit_.add_entry(std::string(action), "organisation", organisation());
  if (!payload.empty()) append_add(e.diff, "/payload", payload);
}

void Context::lock(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  unit_.write().lock_names(names);
}

std::optional<Uuid> Context::find_external(const EntityInfo& info, std::string_view source,
                                           std::string_view id) {
  const Value primary[] = {Value::text(info.schema->name), Value::text(source), Value::text(id)};
  std::optional<Uuid> found;
  unit_.read().get(unit_.kernel().tables.external_ref, primary,
                   [&](RowView row) { found = row[ref_column::entity_id].as_id(); });
  return found;
}

std::vector<Uuid> Context::matches(const MatchKey& key, std::size_t limit) {
  // Where others write at the same time, what was read a moment ago is old.
  const bool keeps = unit_.writes() && has_one_writer();
  if (const auto* known = keeps ? unit_.memory().holders(key, limit) : nullptr)
    return {known->begin(), known->begin() + static_cast<std::ptrdiff_t>(std::min(limit, known->size()))};
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
  if (keeps) unit_.memory().remember(key, limit, ids);
  return ids;
}

std::vector<MatchKey> Context::match_keys_of(const EntityInfo& info, const void* entity) const {
  return atlas::match_keys_of(info, entity, unit_.kernel().normalisers);
}

void Context::scan(const EntityInfo& info, const Lookup& lookup, bool scoped, FunctionRef<void*()> make,
                   FunctionRef<bool()> done) {
  Query q;
  q.table = info.table;
  q.where = lookup.where;
  if (scoped) q.where = Predicate::all_of({std::move(q.where), scope_predicate(info)});
  q.order = lookup.order;
  q.limit = lookup.limit;
  q.key = lookup.key.empty()
              ? Query::primary_key
              : static_cast<int>(unit_.kernel().registry->catalog()[info.table].key(lookup.key));
  q.lock = unit_.writes() ? lookup.lock : RowLock::none;
  unit_.read().scan(q, [&](RowView row) {
    void* entity = make();
    from_row(info, row, entity);
    head_of(entity).org_id = organisation();
    return done();
  });
}

void* Context::prepared_object() {
  void* const object = unit_.prepared();
  if (!object) throw Error(ErrorCode::internal, "the operation was not prepared");
  return object;
}

std::shared_ptr<void> Context::kept(std::string_view what, std::int64_t stamp,
                                    FunctionRef<std::shared_ptr<void>()> make) {
  return unit_.kernel().kept.get(organisation(), what, stamp, make);
}

bool Context::has_one_writer() const { return !unit_.kernel().store->capabilities().concurrent_writers; }

std::int64_t Context::new_stamp() {
  const Uuid id = new_id();
  std::uint64_t n = 0;
  std::size_t i = 0;
  for (const char c : id.view())
    n ^= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << (8 * (i++ % 8));
  return static_cast<std::int64_t>((n & INT64_MAX) | 1);
}

void Context::tally(const EntityInfo& info, const Predicate& where,
                    std::initializer_list<std::string_view> fields, FunctionRef<void(RowView)> sink) {
  std::vector<unsigned> group;
  for (const std::string_view name : fields) {
    const auto* ref = info.column(name);
    if (!ref) throw Error(ErrorCode::internal, "no such field to count by").with("field", name);
    group.push_back(ref->first);
  }
  unit_.read().aggregate(info.table, where, group, {}, [&](RowView row) {
    sink(row);
    return true;
  });
}

void Context::after_commit(std::function<void()> work) { unit_.after_commit(std::move(work)); }

void Context::schedule(std::string_view kind, Timestamp at) { unit_.schedule(kind, at); }

void Context::enter_new_organisation(const Uuid& org, std::string_view name) { unit_.enter_new(org, name); }

void Context::enter_organisation(const Uuid& org) {
  const Value primary[] = {Value::id(org)};
  if (!unit_.read().exists(unit_.kernel().tables.directory, primary))
    throw Error(ErrorCode::not_found, "no such organisation");
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
