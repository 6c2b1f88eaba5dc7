#pragma once
// One transaction's worth of work: the store's transaction, the audit entries and events it will leave.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/store.hpp"
#include "kernel_impl.hpp"

namespace atlas {

class UnitOfWork {
 public:
  UnitOfWork(Kernel::Impl& kernel, const Principal& principal, Effect effect, Durability durability);
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
  Timestamp now() const { return now_; }
  const std::string& correlation_id() const { return correlation_id_; }
  const Access& access() const;
  void forget_access() { access_.reset(); }
  void load_access();

  void enter(const Uuid& org);

  /// An entry without sequence and chain; those come at commit.
  AuditEntry& add_entry(std::string action, std::string_view entity_kind, std::optional<Uuid> entity_id);
  const std::vector<AuditEntry>& pending() const { return pending_; }

  void savepoint();
  void release();
  void rollback_to();

  /// Writes the entries, commits. The events are left in `pending()`.
  void commit();

 private:
  Kernel::Impl& kernel_;
  Principal principal_;
  Uuid organisation_;
  std::unique_ptr<ReadTransaction> read_;
  std::unique_ptr<WriteTransaction> write_;
  std::optional<Access> access_;
  std::vector<AuditEntry> pending_;
  std::vector<std::size_t> marks_;
  Timestamp now_;
  std::string correlation_id_;
};

}  // namespace atlas
