#pragma once
// What a handler sees: typed repositories bound to the organisation, the clock, the principal. Never the
// storage. Saving through it is what versions, audits and indexes; there is no other door.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/audit_entry.hpp"
#include "atlas/page.hpp"
#include "atlas/principal.hpp"
#include "atlas/registry.hpp"
#include "atlas/schema_io.hpp"

namespace atlas {

class UnitOfWork;

/// What a save says in the audit besides the difference.
struct SaveOptions {
  std::string_view action = {};    ///< audit and event; default "<entity>.created", ".updated", ".archived"
  std::string payload = {};        ///< JSON object of impersonal particulars for the hooks, kept in the audit
  AttachedRows* attach = nullptr;  ///< rows to write with it
};

/// What a rule asks of a table by field names; the kernel binds it.
struct Lookup {
  Predicate where;
  std::string_view key;  ///< declared key that serves it; "" = primary
  std::vector<Order> order;
  std::size_t limit = 1000;
  RowLock lock = RowLock::none;
};

/// An audit entry as readers see it: the personal patch unsealed where the key still exists.
struct StoredEntry {
  AuditEntry entry;
  Hash leaf{};
};

/// All that a handler sees: repositories bound to the organisation and the operation's scope, the clock, the
/// principal, randomness. One per call, on its thread; it may be built again when the call is run again, so a
/// handler keeps nothing outside of it.
class Context {
 public:
  explicit Context(UnitOfWork& unit, const OperationInfo* operation);
  Context(const Context&) = delete;

  const Principal& principal() const;
  const Access& access() const;
  const Uuid& organisation() const;
  /// The instant of this call; the same throughout.
  Timestamp now() const { return now_; }
  Uuid new_id();
  void random(std::span<std::uint8_t> out);
  std::string_view correlation_id() const;

  /// What the principal's roles give of a permission.
  Scope scope_of(std::string_view permission) const;
  /// The scope in which this call runs: its operation's permissions together. Everything where it asks for
  /// none.
  Scope operation_scope() const;
  /// Throws forbidden (permission) when it is nothing at all.
  void require(std::string_view permission) const;
  /// Throws quota_exceeded (limit, used) when `used` + 1 would pass the plan's limit.
  void require_quota(std::string_view limit, std::int64_t used,
                     std::optional<Timestamp> resets_at = {}) const;

  /// Records within the scope of the operation's permission.
  template <class T>
  class Repository;
  template <class T>
  Repository<T> repo();
  /// Every record of the organisation: for rules that must see all, never for answers.
  template <class T>
  Repository<T> all();

  /// Would the caller see this record under `permission` (or the other one, when not empty)?
  template <class T>
  bool readable(std::string_view permission, std::string_view or_permission, const Uuid& id) {
    return is_readable(registry_entity(schema_of<T>()), permission, or_permission, id);
  }

  /// What somebody else may see, for access.explain.
  struct Sight {
    Scope scope = scope_none;
    bool exists = false;   ///< there is such a record
    bool visible = false;  ///< and it lies within the scope
  };
  /// Throws unauthenticated as that principal's own call would; not_found for an unknown entity.
  Sight sight_of(const Principal& somebody, std::string_view permission, std::string_view entity,
                 const Uuid& id);

  /// An audit entry and event without a change of a row (an attempt, an export); hooks see it.
  void note(const Schema& schema, const Uuid& entity, const Uuid& subject, std::string_view action,
            std::string payload = "");

  /// The same about the organisation as a whole.
  void note_organisation(std::string_view action, std::string payload = "");

  /// Holds named locks to the end of the transaction; sorted by the kernel.
  void lock(std::vector<std::string> names);
  /// The normalisers in force: one, or two while a store is being re-derived (the current one first).
  std::span<const Normaliser* const> normalisers() const;
  /// Are there records whose derived values were made by older rules? Until they are brought over, what is
  /// not found by a key may be there all the same.
  bool rederiving() const;
  /// Ids of records that carry this match key, the smallest `limit` of them, in order.
  std::vector<Uuid> matches(const MatchKey& key, std::size_t limit);
  /// The match keys that a record has or, as it stands there, would have; sorted, at most 4 per normaliser.
  std::vector<MatchKey> match_keys_of(const EntityInfo& info, const void* entity) const;

  /// The record of T that another system calls by this id; nothing when there is none, or it is archived.
  template <class T>
  std::optional<Uuid> find_external(std::string_view source, std::string_view id) {
    return find_external(registry_entity(schema_of<T>()), source, id);
  }

  /// The id of the record that stands for `id`: another one where it was merged, whatever the scope.
  template <class T>
  Uuid stands_for(const Uuid& id) {
    return stands_for(registry_entity(schema_of<T>()), id);
  }

  /// Runs another operation of the catalogue in a savepoint of this transaction: authorised, validated and
  /// audited as if it had been called alone. On an error it is as if it had not run, and the error is the
  /// answer; only storage_… errors are thrown: then the store failed and not the operation, and the whole
  /// transaction is to be tried again. Refusals are not audited one by one: see refused_in_bulk.
  template <class In, class Out>
  std::optional<Error> attempt(const Operation<In, Out>& op, const In& in, Out& out) {
    return attempt_typed(op.traits.name, &in, &out);
  }
  /// The same through JSON. `result` gets the output.
  std::optional<Error> attempt_json(std::string_view operation, std::string_view params, std::string& result);

  /// Runs `work` and undoes everything it wrote: a dry run. What it throws passes through, undone as well.
  void rehearse(FunctionRef<void()> work);

  /// Runs `work` in a savepoint: when it throws, what it wrote is undone and the error is the answer;
  /// storage_… errors are thrown, as by attempt.
  std::optional<Error> tried(FunctionRef<void()> work);

  /// May `code` of the dictionary be used for new values?
  bool is_code(std::string_view dictionary, std::string_view code) const;
  /// Is it a code of the dictionary, perhaps one that is switched off? For filters.
  bool knows_code(std::string_view dictionary, std::string_view code) const;

  /// What a room keeps of this organisation between calls under the name `what`: made anew when `stamp` is
  /// another than the one it was kept under. The room gives the organisation's row another stamp, never one
  /// that it had before, in each transaction that changes what is kept. Other threads get the same object.
  std::shared_ptr<void> kept(std::string_view what, std::int64_t stamp,
                             FunctionRef<std::shared_ptr<void>()> make);

  /// Does the store let one transaction write at a time? Else what a stamp stands for may change unseen.
  bool has_one_writer() const;

  /// A value for such a stamp: as unlikely to come twice as an id.
  std::int64_t new_stamp();

  /// What rules may read of a record: its fields and the facts that rooms registered, as a JSON object.
  template <class T>
  std::string facts_of(const T& entity) {
    return facts_of(registry_entity(schema_of<T>()), &entity);
  }
  /// One of them, as JSON: a field or a registered fact. Nothing when there is none of this name.
  template <class T>
  std::optional<std::string> fact_of(std::string_view name, const T& entity) {
    return fact_of(registry_entity(schema_of<T>()), name, &entity);
  }

  /// Runs `work` after the commit, with no lock held; never when the call is rolled back.
  void after_commit(std::function<void()> work);

  /// Asks for due work of `kind` at `at` (the earliest wins). In the transaction.
  void schedule(std::string_view kind, Timestamp at);

  /// Enters a new organisation: organisations.create, the host's only way in. Once.
  void enter_new_organisation(const Uuid& org, std::string_view name);
  /// The host works on one organisation: throws not_found when it is not in the directory. Once.
  void enter_organisation(const Uuid& org);
  /// Keeps the directory's line in step with the organisation's row.
  void set_directory(std::string_view name, std::string_view status);

  /// Keeps `error`-free refusals of parts of a bulk call: one audit entry per reason with its count.
  void refused_in_bulk(std::string_view reason, std::int64_t count);

  /// What the operation's preparation left; throws internal when it has none. T is what `look` made.
  template <class T>
  T& prepared() {
    return *static_cast<T*>(prepared_object());
  }

  UnitOfWork& unit() { return unit_; }
  const OperationInfo* operation() const { return operation_; }
  const Registry& registry() const;

  // Type-erased core of Repository.
  bool load(const EntityInfo& info, const Uuid& id, void* out, RowLock lock, bool scoped);
  void insert(const EntityInfo& info, void* entity, const SaveOptions& options, bool scoped);
  void save(const EntityInfo& info, const void* before, void* after, const SaveOptions& options, bool scoped);
  void scan(const EntityInfo& info, const Lookup& lookup, bool scoped, FunctionRef<void*()> make,
            FunctionRef<bool()> done);
  /// Lists as `ListInput` says; `append` gives room for the next item. Returns `next`.
  std::optional<std::string> list(const EntityInfo& info, const ListInput& input, Predicate extra,
                                  bool scoped, FunctionRef<void*()> append);
  Count count(const EntityInfo& info, const CountInput& input, Predicate extra, bool scoped);
  /// For each distinct combination of the values of `fields` among the organisation's records that fulfil
  /// `where`: those values, then how many there are. Reads the whole table.
  void tally(const EntityInfo& info, const Predicate& where, std::initializer_list<std::string_view> fields,
             FunctionRef<void(RowView)> sink);
  Predicate scope_predicate(const EntityInfo& info) const { return predicate_of(info, operation_scope()); }
  Predicate predicate_of(const EntityInfo& info, Scope scope) const {
    return predicate_of(info, scope, principal(), access());
  }
  static Predicate predicate_of(const EntityInfo& info, Scope scope, const Principal& principal,
                                const Access& access);
  bool is_readable(const EntityInfo& info, std::string_view permission, std::string_view or_permission,
                   const Uuid& id);
  const EntityInfo& registry_entity(const Schema& schema) const;
  std::optional<Uuid> find_external(const EntityInfo& info, std::string_view source, std::string_view id);
  Uuid stands_for(const EntityInfo& info, const Uuid& id);
  std::string facts_of(const EntityInfo& info, const void* entity);
  std::optional<std::string> fact_of(const EntityInfo& info, std::string_view name, const void* entity);
  std::optional<Error> attempt_typed(std::string_view operation, const void* in, void* out);

 private:
  void* prepared_object();
  bool load_survivor(const EntityInfo& info, const Uuid& merged, void* out);
  void tell_of(const EntityInfo& info, const void* before, const void* after);
  UnitOfWork& unit_;
  const OperationInfo* operation_;
  Timestamp now_;
};

/// Typed access to one entity within a call.
template <class T>
class Context::Repository {
 public:
  Repository(Context& cx, bool scoped)
      : cx_(cx), info_(cx.registry_entity(schema_of<T>())), scoped_(scoped) {}

  std::optional<T> find(const Uuid& id, RowLock lock = RowLock::none) {
    T entity{};
    if (!cx_.load(info_, id, &entity, lock, scoped_)) return std::nullopt;
    return entity;
  }
  /// Throws not_found.
  T get(const Uuid& id, RowLock lock = RowLock::none) {
    auto entity = find(id, lock);
    if (!entity) throw Error(ErrorCode::not_found, std::string(schema_of<T>().name) + " not found");
    return std::move(*entity);
  }
  /// Locked, and at this version; else not_found, or conflict (stale_version, current).
  T get_for_update(const Uuid& id, std::int64_t version) {
    T entity = get(id, RowLock::update);
    if (entity.version != version) {
      throw Error(ErrorCode::conflict, "the record has changed since it was read")
          .with("reason", "stale_version")
          .with("current", entity.version);
    }
    return entity;
  }
  /// Fills the common fields (an id that is set is kept), writes, audits, indexes.
  void insert(T& entity, const SaveOptions& options = {}) { cx_.insert(info_, &entity, options, scoped_); }
  /// Writes what differs; `after` gets the next version. No difference: nothing is written.
  void save(const T& before, T& after, const SaveOptions& options = {}) {
    cx_.save(info_, &before, &after, options, scoped_);
  }
  T archive(const Uuid& id, std::int64_t version) {
    T before = get_for_update(id, version);
    if (before.archived_at) return before;
    T after = before;
    after.archived_at = cx_.now();
    save(before, after, {.action = archived_action()});
    return after;
  }
  std::vector<T> where(const Lookup& lookup) {
    std::vector<T> out;
    cx_.scan(
        info_, lookup, scoped_, [&]() -> void* { return &out.emplace_back(); }, [] { return true; });
    return out;
  }
  Page<T> list(const ListInput& input, Predicate extra = {}) {
    Page<T> page;
    page.next = cx_.list(info_, input, std::move(extra), scoped_,
                         [&]() -> void* { return &page.items.emplace_back(); });
    return page;
  }
  Count count(const CountInput& input, Predicate extra = {}) {
    return cx_.count(info_, input, std::move(extra), scoped_);
  }

  /// Position of a field's column, for Lookup predicates.
  unsigned column(std::string_view field) const { return info_.column(field)->first; }

 private:
  std::string_view archived_action() {
    static const std::string action = std::string(schema_of<T>().name) + ".archived";
    return action;
  }
  Context& cx_;
  const EntityInfo& info_;
  bool scoped_;
};

/// Declared and described in the class.
template <class T>
Context::Repository<T> Context::repo() {
  return {*this, true};
}
/// As well.
template <class T>
Context::Repository<T> Context::all() {
  return {*this, false};
}

}  // namespace atlas
