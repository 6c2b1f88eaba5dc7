#pragma once
// The Store port: typed rows, keys, scans, locks, full text, migrations. Internal C++ interface; no stability
// promise. One conformance suite (tests/conformance) holds every backend to what is written here.
//
// Isolation that callers may rely on: a read transaction sees one snapshot or, on backends without one, only
// committed rows; a row read with RowLock::update does not change before the commit; unique keys and
// lock_names are how invariants across rows are kept. A backend may answer storage_conflict at any point of a
// write transaction: the caller runs everything again.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "atlas/function_ref.hpp"
#include "atlas/query.hpp"
#include "atlas/time.hpp"
#include "atlas/value.hpp"

namespace atlas {

/// What a commit promises. `durable`: on disk before commit() returns (and all earlier commits with it).
/// `fast`: survives a crash of the process, may lose the last moments at a power cut.
enum class Durability : std::uint8_t { durable, fast };

/// Gets a row whose values are valid during the call only.
using RowSink = FunctionRef<void(RowView)>;
/// The same; returning false ends the scan.
using ScanSink = FunctionRef<bool(RowView)>;

/// A transaction that reads. Ends when destroyed. One thread at a time. The sink of a scan may call nothing
/// of the same transaction, and its row is in the order of Table::columns.
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;

  /// Binds the transaction to an organisation: tenant tables are reachable only afterwards and only its rows.
  /// Once per transaction; a second call with another organisation is Error(internal). A directory table is
  /// reachable before and after.
  virtual void enter(const Uuid& organisation) = 0;

  /// The row with this primary key. False when there is none. RowLock other than none needs a
  /// WriteTransaction.
  virtual bool get(TableId table, RowView primary, RowSink sink, RowLock lock = RowLock::none) = 0;
  bool exists(TableId table, RowView primary) {
    return get(table, primary, [](RowView) {});
  }

  virtual void scan(const Query& query, ScanSink sink) = 0;

  /// Rows that fulfil `where`, counted up to `limit`. `key` as in Query.
  virtual std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) = 0;

  /// For each distinct combination of `group` columns: those values, the number of rows, then the sum of each
  /// of `sums` (integer columns; absent cells are left out; null when all are). Order of the groups: by their
  /// values, absent last. No rows: no group, also without `group` columns. Sums beyond 64 bits are
  /// Error(invalid_argument, out_of_range).
  virtual void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                         std::span<const unsigned> sums, ScanSink sink) = 0;

  /// Primary keys of rows whose tokens include every word of `words` (folded, at most 16; with `prefix_last`
  /// the last one by prefix), newest row first (by descending primary key), after `after` when given. Sees
  /// what this transaction indexed.
  virtual void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                           const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) = 0;

  /// The store's clock (leases): the database server's where there is one, else the engine's.
  virtual Timestamp now() = 0;
};

/// A transaction that writes. Destroying it without commit() rolls back. One thread at a time.
class WriteTransaction : public ReadTransaction {
 public:
  /// Row in the order of Table::columns. Throws conflict (reason "unique", "key" the key's name, "primary"
  /// for the primary key), after which the transaction is as before the call.
  virtual void insert(TableId table, RowView row) = 0;

  /// Sets the named columns (never of the primary key). False when there is no such row. Throws as insert.
  virtual bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) = 0;

  /// Removes the row and its search tokens. False when there is no such row.
  virtual bool erase(TableId table, RowView primary) = 0;

  /// Search tokens of a row: words separated by one space, already folded; replaces earlier ones; "" removes
  /// them. The row need not exist yet.
  virtual void index_text(TableId table, RowView primary, std::string_view tokens) = 0;

  /// Waits for and holds locks by name until the end of the transaction, within the organisation entered (or
  /// the directory). Taken in sorted order. A no-op where there is one writer.
  virtual void lock_names(std::span<const std::string> names) = 0;

  /// Marks a point to return to; nests. release() forgets the latest mark, rollback_to() undoes everything
  /// since it and forgets it.
  virtual void savepoint() = 0;
  virtual void release() = 0;
  virtual void rollback_to() = 0;

  /// After it only destruction is allowed. On an exception nothing was committed, save storage_unavailable,
  /// whose detail "outcome" is "unknown" when the connection was lost during the commit.
  virtual void commit() = 0;
};

/// What a backend can do; callers ask instead of knowing its name.
struct StoreCapabilities {
  std::string name;            ///< "memory", "sqlite", "sqlcipher", "postgres", "kv".
  bool snapshot_reads = true;  ///< A read transaction sees one state.
  bool concurrent_writers = false;
  bool many_processes = false;
  bool durable = true;  ///< Durability::durable survives a power cut.
  bool encrypted = false;
  bool backup = false;  ///< backup() works.
  bool server_clock = false;
};

/// One thing that check() found.
struct StoreFinding {
  std::string where;  ///< Table, file or page.
  std::string what;
};

/// A store that is open. Thread-safe; its transactions are not. Outlives them.
class Store {
 public:
  virtual ~Store() = default;
  virtual const StoreCapabilities& capabilities() const = 0;
  virtual const Catalog& catalog() const = 0;
  virtual int schema_version() const = 0;

  virtual std::unique_ptr<ReadTransaction> read() = 0;
  /// Waits for its turn where there is one writer (in order of arrival within this Store; a bounded wait for
  /// other processes, then storage_busy).
  virtual std::unique_ptr<WriteTransaction> write(Durability durability) = 0;

  /// A consistent copy at `path`, which must not exist. not_supported without the capability.
  virtual void backup(const std::string& path) = 0;
  /// Changes the passphrase; needs the store alone (storage_busy otherwise). not_supported without
  /// encryption.
  virtual void rekey(std::string_view new_passphrase) = 0;
  /// A key that survives rekey() and guards what a host keeps beside the store (the keys of data subjects).
  /// Nothing when the store itself has no key.
  virtual std::optional<Key> vault_key() const { return std::nullopt; }
  /// The backend's own integrity check.
  virtual std::vector<StoreFinding> check() = 0;
  /// Upkeep that may take a moment: statistics, checkpointing. Due work calls it.
  virtual void maintain() = 0;
};

/// How a backend opens its store.
struct StoreOpening {
  std::span<const Migration>
      migrations;        ///< All of them; must outlive the store. The newest is what we write.
  bool create = true;    ///< Make it when there is none (else storage_not_a_store).
  bool migrate = false;  ///< Bring an older one up to date, in one transaction, after a backup copy; else
                         ///< storage_needs_migration. A newer one is storage_newer_version.
  bool read_only = false;
  Clock* clock = &system_clock();
  Entropy* entropy = &system_entropy();
  /// Called with (step, of) while migrating.
  std::function<void(std::size_t, std::size_t)> progress;
};

/// Directory table that every backend creates by itself and that is no part of a migration:
/// `store_meta(name text primary, value text)`. It is always TableId 0 of catalog(), named "store_meta", and
/// holds "schema_version".
inline constexpr TableId store_meta_table = 0;

}  // namespace atlas
