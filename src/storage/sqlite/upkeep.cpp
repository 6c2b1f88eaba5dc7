#include <unistd.h>

#include <algorithm>

#include "atlas/error.hpp"
#include "files.hpp"
#include "store.hpp"

namespace atlas {

namespace {

// The writer's turn.
class Turn {
 public:
  explicit Turn(TurnQueue& turns) : turns_(turns) { turns_.enter(); }
  ~Turn() { turns_.leave(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  TurnQueue& turns_;
};

// The lock that writers of other processes respect too.
class WriteLock {
 public:
  explicit WriteLock(Connection& connection) : connection_(connection) {
    connection_.run("BEGIN IMMEDIATE", "waiting to write");
  }
  ~WriteLock() { connection_.roll_back(); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  Connection& connection_;
};

// A check that stops at damage is a finding too.
template <class Work>
void finding_damage(std::vector<StoreFinding>& found, const std::string& where, Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::storage_corrupt && error.code() != ErrorCode::storage_io) throw;
    found.push_back({where, error.message()});
  }
}

}  // namespace

void copy_store(Connection& from, const ConnectionSpec& to) {
  Connection copy(to, nullptr);
  copy.ask("PRAGMA journal_mode = OFF");  // an unfinished copy is thrown away
  copy.set_durable(true);
  sqlite3_backup* backup = sqlite3_backup_init(copy.db(), "main", from.db(), "main");
  if (backup == nullptr) fail(copy.db(), sqlite3_errcode(copy.db()), "copying the store");
  const int stepped = sqlite3_backup_step(backup, -1);  // all pages within one snapshot
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) throw sqlite_error(stepped, "copying the store");
  check_ok(copy.db(), finished, "copying the store");
}

bool copy_key_header(const std::string& store, const std::string& copy, const StoreKey& key) {
  std::optional<KeyHeader> header = read_key_header(key_file_path(store));
  if (!header) throw Error(ErrorCode::storage_wrong_key, "The key file beside the store is missing.");
  if (!key_fits(header->current, key.key())) {
    throw Error(ErrorCode::storage_busy, "The store's key is being changed.");
  }
  header->pending.reset();
  return create_key_header(key_file_path(copy), *header);
}

void SqliteStore::backup(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw Error(ErrorCode::invalid_argument, "The copy's path is empty or no path.");
  }
  const std::string keys = key_file_path(path);
  if (file_exists(path) || file_exists(keys)) {
    throw Error(ErrorCode::invalid_argument, "There is a file at the copy's path already.");
  }
  std::unique_ptr<Connection> from = take_reader();
  try {
    from->roll_back();
    ConnectionSpec to = spec();
    to.path = path + ".partial";
    to.create = true;
    to.read_only = false;
    to.immutable = false;
    ::unlink(to.path.c_str());
    try {
      copy_store(*from, to);
      if (key_ && !copy_key_header(options_.path, path, *key_)) {
        throw Error(ErrorCode::invalid_argument, "There is a file at the copy's path already.");
      }
      if (!place(to.path, path)) {
        throw Error(ErrorCode::invalid_argument, "There is a file at the copy's path already.");
      }
    } catch (...) {
      ::unlink(to.path.c_str());
      throw;
    }
    sync_folder_of(path);
  } catch (...) {
    give_reader(std::move(from));
    throw;
  }
  give_reader(std::move(from));
}

std::vector<StoreFinding> SqliteStore::check() {
  std::vector<StoreFinding> found;
  const Turn turn(turns_);
  std::optional<WriteLock> lock;
  if (!read_only_) lock.emplace(writer());
  std::unique_ptr<Connection> connection;
  finding_damage(found, "file", [&] { connection = std::make_unique<Connection>(spec(), log_); });
  if (!connection) return found;
  finding_damage(found, "file", [&] { check_pages(*connection, found); });
  finding_damage(found, "schema", [&] { check_schema(*connection, found); });
  if (key_) {
    finding_damage(found, "keys", [&] {
      const std::optional<KeyHeader> header = read_key_header(key_file_path(options_.path));
      if (!header) {
        found.push_back({"keys", "The key file beside the store is missing."});
      } else if (!key_fits(header->current, key_->key())) {
        found.push_back({"keys", "The key file beside the store is not that of its key."});
      }
    });
  }
  return found;
}

void SqliteStore::check_pages(Connection& connection, std::vector<StoreFinding>& found) {
  if (key_) {
    // Reads the file past SQLite's cache. Another process may be moving its log into the file at this moment:
    // what is really damaged is still so a moment later.
    std::vector<std::string> damaged = connection.ask_all("PRAGMA cipher_integrity_check");
    if (!damaged.empty()) {
      const std::vector<std::string> again = connection.ask_all("PRAGMA cipher_integrity_check");
      std::erase_if(damaged, [&](const std::string& what) {
        return std::find(again.begin(), again.end(), what) == again.end();
      });
    }
    for (std::string& what : damaged) found.push_back({"page", std::move(what)});
  }
  for (std::string& what : connection.ask_all("PRAGMA integrity_check(100)")) {
    if (what != "ok") found.push_back({"file", std::move(what)});
  }
}

void SqliteStore::check_schema(Connection& connection, std::vector<StoreFinding>& found) const {
  std::vector<std::string> there = connection.ask_all("SELECT name FROM sqlite_schema ORDER BY name");
  std::sort(there.begin(), there.end());
  const auto need = [&](const std::string& table, const std::string& name, std::string_view kind) {
    if (!std::binary_search(there.begin(), there.end(), name)) {
      found.push_back({table, "The " + std::string(kind) + " " + name + " is missing."});
    }
  };
  need("_tenant", "_tenant", "table");
  for (const Table& table : core_.catalog.tables) {
    need(table.name, table.name, "table");
    need(table.name, sql::index_name(table, Query::primary_key), "index");
    for (std::size_t i = 0; i < table.keys.size(); ++i) {
      need(table.name, sql::index_name(table, static_cast<int>(i)), "index");
    }
    if (table.full_text) need(table.name, text_table(table), "table");
  }
  const std::string version = connection.ask("SELECT value FROM store_meta WHERE name = 'schema_version'");
  if (version != std::to_string(version_)) {
    found.push_back({"store_meta", "The schema version is not the one in the file's header."});
  }
}

void SqliteStore::maintain() {
  if (read_only_) return;
  const Turn turn(turns_);
  Connection& connection = writer();
  if (text_erased_.exchange(false)) {
    // Words of erased rows stay in the index's segments until these are merged.
    for (const Table& table : core_.catalog.tables) {
      if (!table.secure || !table.full_text) continue;
      const std::string text = sql::quoted(text_table(table));
      connection.run("INSERT INTO " + text + " (" + text + ") VALUES ('optimize')",
                     "tidying the search index");
    }
  }
  connection.run("PRAGMA optimize", "counting rows");
  connection.run("UPDATE sqlite_stat1 SET stat = stat || '" + std::string(no_skip_scan) +
                     "' WHERE idx IS NOT NULL AND instr(stat, '" + no_skip_scan + "') = 0",
                 "counting rows");
  // Readers that look at an older state keep part of the log; the next time will do.
  sqlite3_busy_timeout(connection.db(), 100);
  const int result =
      sqlite3_wal_checkpoint_v2(connection.db(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(connection.db(), options_.busy_ms);
  if ((result & 0xff) != SQLITE_BUSY) check_ok(connection.db(), result, "emptying the log");
}

}  // namespace atlas
