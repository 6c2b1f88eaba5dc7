#pragma once
// The store: one writer that its transactions take in turn, and a pool of readers.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "atlas/sqlite_store.hpp"
#include "connection.hpp"
#include "reading.hpp"
#include "store_key.hpp"

namespace atlas {

/// Lets one in at a time, in order of arrival. Thread-safe.
class TurnQueue {
 public:
  void enter();
  /// False when it is not the caller's turn within `ms`.
  bool enter_within(int ms);
  void leave();
  /// How many wait.
  std::size_t waiting();

 private:
  struct Waiter {
    std::condition_variable turn;
    bool called = false;
  };
  std::mutex mutex_;
  std::deque<Waiter*> waiting_;
  bool taken_ = false;
};

/// What opening found out.
struct OpenedStore {
  SqliteOptions options;  ///< The path is absolute; no secrets.
  StoreOpening opening;
  std::optional<StoreKey> key;
  Catalog catalog;
  int version = 0;
  bool immutable = false;
  std::unique_ptr<Connection> writer;  ///< Null in a store opened to be read; that has a reader.
  std::unique_ptr<Connection> reader;
  std::shared_ptr<StatementLog> log;
};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(OpenedStore opened);
  ~SqliteStore() override;

  const StoreCapabilities& capabilities() const override { return capabilities_; }
  const Catalog& catalog() const override { return core_.catalog; }
  int schema_version() const override { return version_; }
  std::unique_ptr<ReadTransaction> read() override;
  std::unique_ptr<WriteTransaction> write(Durability durability) override;
  void backup(const std::string& path) override;
  void rekey(std::string_view new_passphrase) override;
  std::optional<Key> vault_key() const override { return key_ ? std::optional(key_->vault()) : std::nullopt; }
  std::vector<StoreFinding> check() override;
  void maintain() override;

  StoreCore& core() { return core_; }
  const std::shared_ptr<StatementLog>& log() const { return log_; }
  std::optional<Key> vault_key();
  /// For the tests; nobody may be writing.
  Connection& writer_connection() { return *writer_; }

  // For the transactions.
  std::unique_ptr<Connection> take_reader();
  void give_reader(std::unique_ptr<Connection> connection) noexcept;
  void give_writer() noexcept { turns_.leave(); }
  void text_erased() noexcept { text_erased_ = true; }

 private:
  ConnectionSpec spec() const;
  Connection& writer();
  void leave_reader() noexcept;
  void exchange_key(const StoreKey& next);
  void check_pages(Connection& connection, std::vector<StoreFinding>& found);
  void check_schema(Connection& connection, std::vector<StoreFinding>& found) const;

  SqliteOptions options_;
  Entropy* entropy_;
  StoreCore core_;
  int version_;
  std::optional<StoreKey> key_;
  bool read_only_;
  bool immutable_;
  std::shared_ptr<StatementLog> log_;
  StoreCapabilities capabilities_;

  TurnQueue turns_;
  std::unique_ptr<Connection> writer_;
  std::atomic<bool> text_erased_ = false;

  std::mutex readers_mutex_;
  std::condition_variable readers_changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  unsigned reading_ = 0;       ///< Connections taken.
  bool readers_shut_ = false;  ///< While the file is being replaced.
};

inline constexpr int writer_cache_kib = 32'768;

/// The settings of the connection that writes.
void set_up_writer(Connection& connection, const Catalog& catalog);

/// Copies the whole of `from` into a new file; it has the key of `to`.
void copy_store(Connection& from, const ConnectionSpec& to);

/// Puts the header of a store's key file beside a copy, without which the copy's key could not be checked; no
/// subject's key goes along. False when there is a file of that name.
bool copy_key_header(const std::string& store, const std::string& copy, const StoreKey& key);

/// Throws storage_newer_version when another process has migrated the store that is open here.
void check_version(Connection& connection, int expected);

std::unique_ptr<WriteTransaction> begin_write(SqliteStore& store, Connection& connection,
                                              Durability durability);

}  // namespace atlas
