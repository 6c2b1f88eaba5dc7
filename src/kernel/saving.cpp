// Saving an entity: its row, what is derived from it, its audit entry, the rows that hang on it.

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/external_refs.hpp"
#include "binding.hpp"
#include "change.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_match_keys = 4;

const Entity& head_of(const void* entity) { return *static_cast<const Entity*>(entity); }
Entity& head_of(void* entity) { return *static_cast<Entity*>(entity); }

/// Names the field that a unique key stands for.
[[noreturn]] void rethrow_unique(const Error& e, const Schema& schema) {
  const auto key = e.detail("key");
  for (const KeyDeclaration& k : schema.keys) {
    if (key && *key == json_string(k.name)) {
      throw Error(ErrorCode::conflict, "another record has this value")
          .with("reason", "unique")
          .with("field", k.fields[0]);
    }
  }
  throw Error(e);
}

/// An archived record leaves its outside ids to whoever takes its place.
std::vector<ExternalRef> external_refs_of(const EntityInfo& info, const void* entity) {
  std::vector<ExternalRef> refs;
  if (!entity || head_of(entity).archived_at) return refs;
  const Field& f = *info.external_refs;
  const void* list = f.held->get(f.address(const_cast<void*>(entity)));
  if (list) refs = *static_cast<const std::vector<ExternalRef>*>(list);
  return refs;
}

/// May what the record is found by have changed with this field? Keys are made of what people say of it, and
/// end with its archiving: a step of a workflow, an assignment, a date of the library's own touches none.
bool is_told_by_people(const Field& f) {
  return f.has(updatable) || f.has(personal) || f.has(free_text) || f.has(searchable) ||
         f.name == "archived_at" || f.name == "merged_into";
}

bool has_changed(const EntityInfo& info, const void* before, const void* after,
                 bool (*of_interest)(const Field&)) {
  return !before || std::any_of(info.columns.begin(), info.columns.end(), [&](const auto& ref) {
    return of_interest(*ref.field) && !equal_field(*ref.field, before, after);
  });
}

[[noreturn]] void refuse_ref(std::size_t index, const char* message) {
  throw Error(ErrorCode::conflict, message)
      .with("reason", "unique")
      .with("field", "external_refs")
      .field("/external_refs/" + std::to_string(index), field_code::duplicate_member, message);
}

}  // namespace

std::vector<MatchKey> match_keys_of(const EntityInfo& info, const void* entity,
                                    std::span<const Normaliser* const> all) {
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

void UnitOfWork::write_row(const EntityInfo& info, const void* before, const void* after,
                           const BoundRow& row) {
  WriteTransaction& tx = write();
  const Value primary[] = {Value::id(head_of(after).id)};
  try {
    if (!before) {
      tx.insert(info.table, row.values);
    } else {
      std::vector<unsigned> columns;
      std::vector<Value> values;
      for (const auto& ref : info.columns) {
        if (equal_field(*ref.field, before, after)) continue;
        for (const int column : {static_cast<int>(ref.first), ref.second, ref.folded}) {
          if (column < 1) continue;  // the id never changes
          columns.push_back(static_cast<unsigned>(column));
          values.push_back(row.values[columns.back()]);
        }
      }
      if (!tx.update(info.table, primary, columns, values)) {
        throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
      }
    }
  } catch (const Error& e) {
    if (e.code() == ErrorCode::conflict) rethrow_unique(e, *info.schema);
    throw;
  }
}

void UnitOfWork::write_bookkeeping(const EntityInfo& info, const void* before, const void* after) {
  BoundRow row;
  to_row(info, after, *kernel_.normalisers.front(), row, before);
  write_row(info, before, after, row);
}

void UnitOfWork::write_change(Context& cx, const EntityInfo& info, const void* before, void* after,
                              const std::string& action, const SaveOptions& options, Difference difference) {
  const Entity& head = head_of(after);
  BoundRow row;
  to_row(info, after, *kernel_.normalisers.front(), row, before);
  write_row(info, before, after, row);
  write_derived(info, before, after);
  const std::optional<SubjectKey> key = subject_key(head.subject_id);
  AuditEntry& entry = add_entry(action, info.schema->name, head.id);
  const std::size_t at = pending_.size() - 1;
  entry.entity_hash = entity_hash(info, row.values, key ? &*key : nullptr);
  if (!entry.entity_hash)
    throw Error(ErrorCode::conflict, "the person's data was erased").with("reason", "erased");
  if (!options.payload.empty()) append_add(difference.clear, "/payload", options.payload);
  if (!difference.sealed.empty() && key)
    entry.sealed.push_back(seal_part(head.subject_id, *key, difference.sealed));

  AttachedRows attached;
  const ChangeView view{action, info.schema,     head.id, head.subject_id,  before,
                        after,  options.payload, now_,    entry.actor.kind, principal_.id};
  for (const AttachHook& hook : kernel_.registry->attach_hooks()) hook(view, attached);
  if (options.attach)
    for (auto& r : options.attach->rows()) attached.rows().push_back(std::move(r));
  write_attached(cx, attached, head.subject_id, difference.clear);
  pending_[at].diff = std::move(difference.clear);
  if (info.affects_access) access_.reset(), load_access();
}

void UnitOfWork::write_note(Context& cx, const EntityInfo& info, const Uuid& entity, const Uuid& subject,
                            std::string_view action, std::string payload) {
  add_entry(std::string(action), info.schema->name, entity);
  const std::size_t at = pending_.size() - 1;
  std::string diff;
  if (!payload.empty()) append_add(diff, "/payload", payload);
  AttachedRows attached;
  const ChangeView view{
      action,       info.schema, entity, subject, nullptr, nullptr, payload, now_, pending_[at].actor.kind,
      principal_.id};
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
    append_add(diff, "/attached/" + std::string(schema->name) + "/" + format_uuid(head.id),
               "\"" + hex(as_view(*hash)) + "\"");
  }
}

void UnitOfWork::write_derived(const EntityInfo& info, const void* before, const void* after) {
  if (!info.match_keys.empty()) memory_.written.reset();
  if (!info.match_keys.empty() && has_changed(info, before, after, is_told_by_people)) {
    auto old_keys = match_keys_of(info, before, kernel_.normalisers);
    auto new_keys = match_keys_of(info, after, kernel_.normalisers);
    const Value id = Value::id(head_of(after).id);
    for (const MatchKey& k : old_keys) {
      if (std::binary_search(new_keys.begin(), new_keys.end(), k)) continue;
      const Value row[] = {Value::integer(k.kind), Value::integer(k.hash), id};
      write().erase(kernel_.tables.match_key, row);
      memory_.removed(k);
    }
    for (const MatchKey& k : new_keys) {
      if (std::binary_search(old_keys.begin(), old_keys.end(), k)) continue;
      const Value row[] = {Value::integer(k.kind), Value::integer(k.hash), id};
      write().insert(kernel_.tables.match_key, row);
      memory_.added(k, head_of(after).id);
    }
    memory_.written = WrittenKeys{head_of(after).id, std::move(old_keys), std::move(new_keys)};
  }
  if (info.external_refs) write_external_refs(info, before, after);
  if (info.endpoints) write_endpoints(info, before, after);
  if (info.searchable && has_changed(info, before, after, [](const Field& f) { return f.has(searchable); })) {
    const Value primary[] = {Value::id(head_of(after).id)};
    const std::string tokens = search_tokens(info, after, *kernel_.normalisers.front());
    if (!before || tokens != search_tokens(info, before, *kernel_.normalisers.front()))
      write().index_text(info.table, primary, tokens);
  }
}

void UnitOfWork::write_external_refs(const EntityInfo& info, const void* before, const void* after) {
  const auto old_refs = external_refs_of(info, before);
  const auto new_refs = external_refs_of(info, after);
  const auto has = [](const std::vector<ExternalRef>& all, const ExternalRef& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const Value kind = Value::text(info.schema->name);
  for (const ExternalRef& r : old_refs) {
    if (has(new_refs, r)) continue;
    const Value primary[] = {kind, Value::text(r.source), Value::text(r.id)};
    write().erase(kernel_.tables.external_ref, primary);
  }
  for (std::size_t i = 0; i < new_refs.size(); ++i) {
    const ExternalRef& r = new_refs[i];
    if (std::find(new_refs.begin(), new_refs.begin() + static_cast<std::ptrdiff_t>(i), r) !=
        new_refs.begin() + static_cast<std::ptrdiff_t>(i))
      refuse_ref(i, "the same reference twice");
    if (has(old_refs, r)) continue;
    const Value row[] = {kind, Value::text(r.source), Value::text(r.id), Value::id(head_of(after).id)};
    try {
      write().insert(kernel_.tables.external_ref, row);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::conflict) refuse_ref(i, "another record has this reference");
      throw;
    }
  }
}

void UnitOfWork::write_endpoints(const EntityInfo& info, const void* before, const void* after) {
  std::vector<std::string> old_tokens, new_tokens;
  if (before) info.endpoints(before, old_tokens);
  info.endpoints(after, new_tokens);
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const std::string& token : old_tokens) {
    if (has(new_tokens, token)) continue;
    const Hash hash = sha256(token);
    const Value primary[] = {Value::blob(as_view(hash))};
    write().erase(kernel_.tables.endpoint, primary);
  }
  for (const std::string& token : new_tokens) {
    if (has(old_tokens, token)) continue;
    const Hash hash = sha256(token);
    const Value row[] = {Value::blob(as_view(hash)), Value::id(organisation_), Value::id(head_of(after).id)};
    write().insert(kernel_.tables.endpoint, row);
  }
}

void UnitOfWork::rederive_match_keys(const EntityInfo& info, const Uuid& id, const void* entity) {
  memory_.forget_holders();
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

}  // namespace atlas
