#pragma once
// What modules bring: entities, operations, hooks, scopes, due work. Filled once by the composition root,
// then constant.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "atlas/derivation.hpp"
#include "atlas/message_queue.hpp"
#include "atlas/operation.hpp"
#include "atlas/principal.hpp"
#include "atlas/publish_policy.hpp"
#include "atlas/query.hpp"
#include "atlas/schema.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/tenant_codes.hpp"

namespace atlas {

class Context;
struct KernelOptions;

/// A change as hooks see it. Pointers are to structs of `schema`; `before` is null for a new entity, both are
/// null for a note (Context::note).
struct ChangeView {
  std::string_view action;
  const Schema* schema = nullptr;
  Uuid entity_id;
  Uuid subject_id;
  const void* before = nullptr;
  const void* after = nullptr;
  std::string_view payload;  ///< JSON object of a note or of an action's particulars; "" when none
  Timestamp at;
  std::string_view actor_kind;
  Uuid actor_id;

  template <class T>
  const T* before_as() const {
    return static_cast<const T*>(before);
  }
  template <class T>
  const T* after_as() const {
    return static_cast<const T*>(after);
  }
};

/// Rows that hang on a change: written in its transaction, hashed into its audit entry.
class AttachedRows {
 public:
  /// A row of an attached entity; its common fields are filled by the kernel.
  template <class T>
  void add(T entity) {
    rows_.push_back({&schema_of<T>(), std::make_shared<T>(std::move(entity))});
  }
  struct Row {
    const Schema* schema;
    std::shared_ptr<void> entity;
  };
  std::vector<Row>& rows() { return rows_; }

 private:
  std::vector<Row> rows_;
};

/// What a record is found by: at most 4 hashes of 8 bytes per record.
struct MatchKey {
  std::int64_t kind = 0;  ///< Registered number of the rule that made it; never reused.
  std::int64_t hash = 0;
  friend auto operator<=>(const MatchKey&, const MatchKey&) = default;
};

/// Pure: the keys of one entity (empty when it should not be found), in the form of this normaliser.
using MatchKeyHook = std::function<void(const void* entity, const Normaliser&, std::vector<MatchKey>& out)>;
/// What a room does when a record of another room was written: its row, keys and audit entry stand already,
/// and the hook may read and write in the same transaction. `before` is null for a new record. Not for
/// bookkeeping.
using SavedHook = std::function<void(Context&, const void* before, const void* after)>;
/// Pure: rows that a change brings along.
using AttachHook = std::function<void(const ChangeView& change, AttachedRows& out)>;
/// The predicate of a scope over the entity's table, for this principal.
using ScopeRule = std::function<Predicate(const Principal& principal, const Access& access)>;

/// What rules may ask of a record besides its own fields: one value, as JSON.
using FactSource = std::function<std::string(Context&, const Uuid& entity)>;
/// The same from the record itself, as it is now or as a step would leave it: a struct of the entity.
using RecordFact = std::function<std::string(Context&, const Uuid& entity, const void* record)>;

/// Pure: the tokens of the paths by which the outside reaches a record before an organisation is known (none
/// when archived). The directory keeps their hashes; see Kernel::find_endpoint.
using EndpointHook = std::function<void(const void* entity, std::vector<std::string>& tokens)>;

/// One entity as the kernel keeps it.
struct EntityInfo {
  const Schema* schema = nullptr;
  TableId table = 0;
  bool affects_access = false;  ///< A change of it may change what a principal is allowed.
  std::map<Scope, ScopeRule> scopes;
  std::vector<MatchKeyHook> match_keys;
  std::vector<SavedHook> saved;
  /// Columns of the table, by field: see kernel/src binding.
  struct ColumnRef {
    const Field* field;
    unsigned first;   ///< column of the value (money: of the amount)
    int second = -1;  ///< money: of the currency
    int folded = -1;  ///< shadow column of a sortable text
  };
  std::vector<ColumnRef> columns;
  unsigned width = 0;
  std::shared_ptr<void> (*make)() = nullptr;  ///< a fresh struct of the schema
  bool searchable = false;
  /// Text fields with codes of several dictionaries (a reason, whichever list it is from).
  std::vector<std::pair<const Field*, std::vector<std::string_view>>> mixed_codes;
  const Field* external_refs = nullptr;  ///< the field of that name, where the entity has one
  bool bookkeeping = false;              ///< see Schema
  std::map<std::string, RecordFact, std::less<>> facts;
  EndpointHook endpoints;
  /// Column of `merged_into`, where the records of the entity can be merged; else -1. A record that has it
  /// is read as the one that it names, and refuses changes.
  int merged_into = -1;
  /// Its rows are the history of the record that they name: a merge leaves them where they are.
  bool stays_on_merge = false;
  const ColumnRef* column(std::string_view field) const noexcept;
};

/// Rows whose list of texts `field` holds `element`.
Predicate holds_element(const EntityInfo& info, std::string_view field, const std::string& element);

/// A typed object behind a pointer that knows how to die.
using AnyObject = std::unique_ptr<void, void (*)(void*)>;

/// What an operation does before its transaction, because it asks the host: `look` reads, authorised, in a
/// transaction of its own; `ask` runs after that has ended, with no lock of the library held. The handler
/// finds their object in Context::prepared; run again on a conflict, it finds the same. Such an operation
/// cannot be part of a batch or of another operation.
struct Preparation {
  std::function<std::shared_ptr<void>(Context&, const void* in)> look;
  std::function<void(void* prepared, const KernelOptions& host)> ask;
};

/// One operation as the kernel keeps it: what it states of itself, and how it is called without its types.
struct OperationInfo {
  OperationTraits traits;
  const Schema* input = nullptr;
  const Schema* output = nullptr;
  AnyObject (*make_input)() = nullptr;
  AnyObject (*make_output)() = nullptr;
  std::function<void(Context&, const void* in, void* out)> handler;
  std::optional<Preparation> preparation;
};

/// Work that time brings. Runs in its own transaction inside one organisation; returns when it is next due
/// (nothing: not before something queues it again).
using DueHandler = std::function<std::optional<Timestamp>(Context&)>;

/// Everything that modules brought. Filled by one thread before the kernel is built; afterwards constant and
/// thread-safe. Outlives every session.
class Registry {
 public:
  explicit Registry(const Catalog& catalog);
  Registry(const Registry&) = delete;

  /// Registers an entity; its table must be in the catalog and fit the schema, else Error(internal).
  template <class T>
  EntityInfo& entity() {
    EntityInfo& info = add_entity(schema_of<T>());
    info.make = []() -> std::shared_ptr<void> { return std::make_shared<T>(); };
    return info;
  }
  void scope(std::string_view entity, Scope scope, ScopeRule rule);
  void match_keys(std::string_view entity, MatchKeyHook hook);
  void saved(std::string_view entity, SavedHook hook);
  /// Called for every change of every entity.
  void attach(AttachHook hook) { attach_hooks_.push_back(std::move(hook)); }
  /// Says that a text field holds codes of these dictionaries, although its rules name none.
  void holds_codes(std::string_view entity, std::string_view field,
                   std::vector<std::string_view> dictionaries);
  /// A fact about each record of an entity, which rules and workflows of it may ask for by name.
  void fact(std::string_view entity, std::string name, FactSource source);
  void fact(std::string_view entity, std::string name, RecordFact source);
  void due(std::string kind, DueHandler handler);
  /// Adds the part before the transaction to an operation that is registered.
  void prepare(std::string_view operation, Preparation preparation);
  void endpoints(std::string_view entity, EndpointHook hook);
  void access(std::unique_ptr<AccessSource> source) { access_ = std::move(source); }
  /// One more say in publishing; see PublishPolicy.
  void publish_policy(std::unique_ptr<PublishPolicy> policy) { policies_.push_back(std::move(policy)); }
  /// Who says what may be sent; see SendPolicy.
  void send_policy(std::unique_ptr<SendPolicy> policy) { send_policy_ = std::move(policy); }
  void codes(std::unique_ptr<CodeSource> source) { codes_ = std::move(source); }
  /// Where rules leave messages; see MessageQueue.
  void message_queue(std::unique_ptr<MessageQueue> queue) { message_queue_ = std::move(queue); }
  /// What a room keeps for the rooms above it to add to while everything is registered: one object of each
  /// type, made when it is first asked for.
  template <class T>
  T& part() {
    std::shared_ptr<void>& kept = parts_[typeid(T)];
    if (!kept) kept = std::make_shared<T>();
    return *static_cast<T*>(kept.get());
  }

  template <class In, class Out, class Handler>
  void operation(const Operation<In, Out>& op, Handler handler) {
    OperationInfo info;
    info.traits = op.traits;
    info.input = &schema_of<In>();
    info.output = &schema_of<Out>();
    info.make_input = [] { return AnyObject(new In(), [](void* p) { delete static_cast<In*>(p); }); };
    info.make_output = [] { return AnyObject(new Out(), [](void* p) { delete static_cast<Out*>(p); }); };
    info.handler = [handler = std::move(handler)](Context& cx, const void* in, void* out) {
      *static_cast<Out*>(out) = handler(cx, *static_cast<const In*>(in));
    };
    add_operation(std::move(info));
  }

  const Catalog& catalog() const { return catalog_; }
  /// Null when there is none.
  const OperationInfo* find_operation(std::string_view name) const noexcept;
  const EntityInfo& entity(std::string_view name) const;
  const EntityInfo& entity(const Schema& schema) const { return entity(schema.name); }
  const std::map<std::string, EntityInfo, std::less<>>& entities() const { return entities_; }
  const std::map<std::string, OperationInfo, std::less<>>& operations() const { return operations_; }
  const std::vector<AttachHook>& attach_hooks() const { return attach_hooks_; }
  const std::map<std::string, DueHandler, std::less<>>& due_handlers() const { return due_; }
  AccessSource& access() const;
  const std::vector<std::unique_ptr<PublishPolicy>>& publish_policies() const { return policies_; }
  /// Null: nothing may be sent.
  const SendPolicy* send_policy() const noexcept { return send_policy_.get(); }
  /// Null: there are the seeds alone.
  CodeSource* codes() const noexcept { return codes_.get(); }
  /// Null: nothing can be queued.
  const MessageQueue* message_queue() const noexcept { return message_queue_.get(); }
  /// Null when no room has it.
  template <class T>
  const T* find_part() const {
    const auto it = parts_.find(typeid(T));
    return it == parts_.end() ? nullptr : static_cast<const T*>(it->second.get());
  }

 private:
  EntityInfo& add_entity(const Schema& schema);
  void add_operation(OperationInfo info);

  const Catalog& catalog_;
  std::map<std::string, EntityInfo, std::less<>> entities_;
  std::map<std::string, OperationInfo, std::less<>> operations_;
  std::vector<AttachHook> attach_hooks_;
  std::map<std::string, DueHandler, std::less<>> due_;
  std::unique_ptr<AccessSource> access_;
  std::vector<std::unique_ptr<PublishPolicy>> policies_;
  std::unique_ptr<SendPolicy> send_policy_;
  std::unique_ptr<CodeSource> codes_;
  std::unique_ptr<MessageQueue> message_queue_;
  std::map<std::type_index, std::shared_ptr<void>> parts_;
};

}  // namespace atlas
