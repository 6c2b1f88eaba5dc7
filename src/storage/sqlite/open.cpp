#include <algorithm>
#include <filesystem>

#include "atlas/error.hpp"
#include "files.hpp"
#include "migrate.hpp"
#include "store.hpp"

namespace atlas {

namespace {

std::string absolute_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos || path.size() > 4'000) {
    throw Error(ErrorCode::invalid_argument, "The store's path is empty or no path.");
  }
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  if (failed) throw Error(ErrorCode::storage_io, "The store's path cannot be resolved.");
  return absolute.lexically_normal().string();
}

[[noreturn]] void refuse_version(std::int64_t found, int newest) {
  const bool newer = found > newest;
  throw Error(newer ? ErrorCode::storage_newer_version : ErrorCode::storage_needs_migration,
              newer ? "The store was written by a newer version of the library."
                    : "The store was written by an older version of the library.")
      .with("found", found)
      .with("expected", std::int64_t{newest});
}

class Opener {
 public:
  Opener(const SqliteOptions& options, const StoreOpening& opening) : secrets_(options) {
    secrets_.path = absolute_path(options.path);
    out_.options = secrets_;
    out_.options.passphrase.reset();
    out_.options.raw_key.reset();
    out_.opening = opening;
    out_.catalog = catalog_of(opening.migrations);
    out_.version = newest_version(opening.migrations);
    out_.log = std::make_shared<StatementLog>();
  }
  ~Opener() {
    if (secrets_.passphrase) wipe(secrets_.passphrase->data(), secrets_.passphrase->size());
    if (secrets_.raw_key) wipe(secrets_.raw_key->data(), secrets_.raw_key->size());
  }

  std::unique_ptr<Store> open() {
    // Where another process replaces the file under our hands (rekey), we begin again.
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (try_open()) return std::make_unique<SqliteStore>(std::move(out_));
    }
    throw Error(ErrorCode::storage_busy, "The store's file is being replaced by another process.");
  }

 private:
  bool create() const { return out_.opening.create && !out_.opening.read_only; }

  ConnectionSpec spec() const {
    ConnectionSpec spec;
    spec.path = out_.options.path;
    spec.key = out_.key ? &*out_.key : nullptr;
    spec.create = create();
    spec.read_only = out_.opening.read_only;
    spec.busy_ms = out_.options.busy_ms;
    spec.cache_kib = out_.opening.read_only ? spec.cache_kib : writer_cache_kib;
    return spec;
  }

  std::unique_ptr<Connection> connect() {
    try {
      return std::make_unique<Connection>(spec(), out_.log);
    } catch (const Error& error) {
      // Reading a write-ahead log needs files beside the store. Where there is none and no folder to make one
      // in, nobody writes either.
      const bool beside =
          error.code() == ErrorCode::storage_io || error.code() == ErrorCode::storage_read_only;
      if (!out_.opening.read_only || !beside || file_exists(out_.options.path + "-wal")) throw;
    }
    ConnectionSpec immutable = spec();
    immutable.immutable = true;
    out_.immutable = true;
    return std::make_unique<Connection>(immutable, out_.log);
  }

  bool try_open() {
    out_.key = find_store_key(secrets_, create(), *out_.opening.entropy);
    std::unique_ptr<Connection> connection = connect();
    StoreState state = state_of(*connection);
    if (!state.ours() && !state.empty) {
      throw Error(ErrorCode::storage_not_a_store, "The file is a database of another program.");
    }
    if (out_.opening.read_only) {
      if (!state.ours()) throw Error(ErrorCode::storage_not_a_store, "The file holds no store yet.");
      if (state.version != out_.version) refuse_version(state.version, out_.version);
      if (!out_.immutable && connection->moved()) return false;
      // Stays open: it tells others that the store is in use.
      out_.reader = std::move(connection);
      return true;
    }
    if (sqlite3_db_readonly(connection->db(), "main") != 0) {
      throw Error(ErrorCode::storage_read_only, "The store's file cannot be written.");
    }
    if (connection->moved()) return false;
    settle_rekey();
    if (state.empty) {
      if (!create()) throw Error(ErrorCode::storage_not_a_store, "The file holds no store yet.");
      create_store(*connection, out_.opening, out_.options.busy_ms);
      state = state_of(*connection);
    } else if (state.version < out_.version && out_.opening.migrate) {
      migrate_store(*connection, out_.opening, [this](int version) { keep_copy(version); });
      state = state_of(*connection);
    }
    if (state.version != out_.version) refuse_version(state.version, out_.version);
    // A new connection: statistics are read when the schema is.
    connection.reset();
    connection = connect();
    set_up_writer(*connection, out_.catalog);
    if (connection->moved()) return false;
    out_.writer = std::move(connection);
    return true;
  }

  // A change of the key that was cut short: the file that was opened tells how far it came. (One that is
  // under way in another process has either exchanged the files, and writes the same, or keeps us from
  // opening.)
  void settle_rekey() const {
    if (!out_.key) return;
    const std::string keys = key_file_path(out_.options.path);
    std::optional<KeyHeader> header = read_key_header(keys);
    if (!header || !header->pending) return;
    if (key_fits(*header->pending, out_.key->key())) header->current = *header->pending;
    header->pending.reset();
    write_key_header(keys, *header);
    ::unlink((out_.options.path + ".rekey").c_str());
  }

  // The copy that a migration leaves behind: whole, or not there.
  void keep_copy(int version) const {
    const std::string path = out_.options.path + ".before-" + std::to_string(version);
    ConnectionSpec to = spec();
    to.path = path + ".partial";
    to.create = true;
    ::unlink(to.path.c_str());
    try {
      Connection from(spec(), nullptr);
      copy_store(from, to);
      if (out_.key) {
        ::unlink(key_file_path(path).c_str());  // of an attempt that was cut short
        copy_key_header(out_.options.path, path, *out_.key);
      }
      if (::rename(to.path.c_str(), path.c_str()) != 0) {
        throw Error(ErrorCode::storage_io, "The copy before the migration cannot be given its name.");
      }
    } catch (...) {
      ::unlink(to.path.c_str());
      throw;
    }
    sync_folder_of(path);
  }

  SqliteOptions secrets_;
  OpenedStore out_;
};

}  // namespace

void set_up_writer(Connection& connection, const Catalog& catalog) {
  if (connection.ask("PRAGMA journal_mode") != "wal") connection.ask("PRAGMA journal_mode = WAL");
  connection.ask("PRAGMA wal_autocheckpoint = 4000");
  connection.ask("PRAGMA journal_size_limit = 67108864");
  // A setting of connections, not of tables: one secure table makes all of them so. Pages that are freed are
  // overwritten; they are written in the same transaction anyhow.
  const bool secure =
      std::any_of(catalog.tables.begin(), catalog.tables.end(), [](const Table& t) { return t.secure; });
  connection.ask(secure ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF");
}

std::unique_ptr<Store> open_sqlite(const SqliteOptions& options, const StoreOpening& opening) {
  return Opener(options, opening).open();
}

}  // namespace atlas
