#pragma once
// One transaction's worth of work: the store's transaction, the audit entries and events it will leave.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/store.hpp"
#include "change.hpp"
#include "kernel_impl.hpp"
#include "transaction_memory.hpp"

namespace atlas {

struct BoundRow;

/// The store failed, not the work: whoever began the transaction must hear of it and try again. To go on
/// without the work would lose what nobody refused.
bool is_storage_failure(const Error& e);

/// The keys of a record by all its hooks and by each of the normalisers; sorted, none of them twice.
std::vector<MatchKey> match_keys_of(const EntityInfo& info, const void* entity,
                                    std::span<const Normaliser* const> all);

class UnitOfWork {
 public:
  UnitOfWork(Kernel::Impl& kernel, const Principal& principal, Effect effect, Durability durability,
             std::unique_ptr<WriterGate::Pass> pass);
  ~UnitOfWork();
  UnitOfWork(const UnitOfWork&) = delete;

  Kernel::Impl& kernel() { return kernel_; }
  const Principal& principal() const { return principal_; }
  const Uuid& organisation() const { return organisation_; }
  bool writes() const { return write_ != nullptr; }
  ReadTransaction& read();
  /// Throws internal in a unit that only reads: a read operation has no way to write.
  WriteTransaction& write();

  /// Begins one call: its instant, its correlation id; loads what the principal may do.
  void begin_call(std::string correlation_id);
  /// Goes on for another of the same organisation.
  void serve(const Principal& principal);
  Timestamp now() const { return now_; }
  const std::string& correlation_id() const { return correlation_id_; }
  const Access& access() const;
  void forget_access() { access_.reset(); }
  void load_access();
  /// What the organisation made of the reference codes; null where it has none of its own.
  const TenantCodes* codes() { return shared_codes().get(); }
  const std::shared_ptr<const TenantCodes>& shared_codes();

  void enter(const Uuid& org);
  /// Due work: from the directory into the organisation whose turn it is.
  void become(const Principal& principal);

  /// An entry without sequence and chain; those come at commit.
  AuditEntry& add_entry(std::string action, std::string_view entity_kind, std::optional<Uuid> entity_id);
  /// What was committed, for subscribers. After commit().
  std::vector<Event> events() const;
  /// How far it has come: entries, and work for after the commit.
  struct Position {
    std::size_t entries = 0, work = 0;
  };
  Position position() const { return {pending_.size(), after_commit_.size()}; }

  // Writing an entity and what hangs on it (context.cpp).
  void write_change(Context& cx, const EntityInfo& info, const void* before, void* after,
                    const std::string& action, const SaveOptions& options, Difference difference);
  /// The row alone.
  void write_bookkeeping(const EntityInfo& info, const void* before, const void* after);
  /// The merged record that the call under way asked for and got the survivor of.
  std::optional<Uuid>& redirected_from() { return redirected_from_; }
  const std::optional<Uuid>& redirected_from() const { return redirected_from_; }
  void write_note(Context& cx, const EntityInfo& info, const Uuid& entity, const Uuid& subject,
                  std::string_view action, std::string payload);
  /// Brings one record's derived values into the present form.
  void rederive(const EntityInfo& info, RowView row);
  Uuid create_subject();
  TransactionMemory& memory() { return memory_; }
  void schedule(std::string_view kind, Timestamp at);
  void after_commit(std::function<void()> work) { after_commit_.push_back(std::move(work)); }
  /// The operation that was called, while others run within it; null outside of any.
  const OperationInfo* outermost() const { return outermost_; }
  class Within {
   public:
    Within(UnitOfWork& unit, const OperationInfo& op) : unit_(unit), first_(!unit.outermost_) {
      if (first_) unit.outermost_ = &op;
    }
    ~Within() {
      if (first_) unit_.outermost_ = nullptr;
    }
    Within(const Within&) = delete;

   private:
    UnitOfWork& unit_;
    bool first_;
  };
  void prepare(void* object) { prepared_ = object; }
  void* prepared() const { return prepared_; }
  std::vector<std::function<void()>> take_after_commit() { return std::move(after_commit_); }
  void enter_new(const Uuid& org, std::string_view name);
  /// Stored results are sealed under the organisation's subject, like personal data.
  std::string seal_result(std::string_view text, std::string_view name);
  std::optional<std::string> open_result(std::string_view sealed, std::string_view name);

  /// Runs an operation in a savepoint; the error of one that failed. See Context::attempt.
  std::optional<Error> attempt(const OperationInfo& op, const void* in, void* out, std::string* json,
                               const NotedCodes& codes);
  void savepoint();
  void release();
  void rollback_to();

  /// The directory's lines of an entity that has endpoints.
  void write_endpoints(const EntityInfo& info, const void* before, const void* after);

  /// Writes the entries, commits.
  void commit();

 private:
  void write_attached(Context& cx, AttachedRows& attached, const Uuid& subject, std::string& diff);
  void write_row(const EntityInfo& info, const void* before, const void* after, const BoundRow& row);
  void write_derived(const EntityInfo& info, const void* before, const void* after);
  void write_external_refs(const EntityInfo& info, const void* before, const void* after);
  void rederive_match_keys(const EntityInfo& info, const Uuid& id, const void* entity);
  std::optional<SubjectKey> subject_key(const Uuid& subject);
  SealedPart seal_part(const Uuid& subject, const SubjectKey& key, std::string_view patch);

  Kernel::Impl& kernel_;
  std::unique_ptr<WriterGate::Pass> pass_;  ///< left after the transaction has ended
  Principal principal_;
  Uuid organisation_;
  std::unique_ptr<ReadTransaction> read_;
  std::unique_ptr<WriteTransaction> write_;
  std::optional<Access> access_;
  std::shared_ptr<const TenantCodes> codes_;
  std::int64_t codes_stamp_ = 0;
  std::vector<AuditEntry> pending_;
  std::vector<Position> marks_;
  std::vector<std::function<void()>> after_commit_;
  const OperationInfo* outermost_ = nullptr;
  void* prepared_ = nullptr;
  std::optional<std::pair<Uuid, SubjectKey>> last_subject_;  ///< a record and what hangs on it share one
  std::optional<Uuid> redirected_from_;
  TransactionMemory memory_;
  Timestamp now_;
  std::string correlation_id_;
};

}  // namespace atlas
