// Opening, creating, migrating: every way in which a file can be the wrong one has its own code, and none of
// them touches the file.

#include <sys/stat.h>

#include "../../sqlite/sqlite_fixture.hpp"
#include "atlas_sqlite3.h"

using namespace atlas;
using namespace atlas::testing;

namespace {

SqliteOptions with_passphrase(const std::string& path, const std::string& passphrase) {
  SqliteOptions options;
  options.path = path;
  options.passphrase = passphrase;
  return options;
}

SqliteOptions with_key(const std::string& path, std::uint8_t first = 1) {
  SqliteOptions options;
  options.path = path;
  options.raw_key = test_key(first);
  return options;
}

SqliteOptions plain(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  return options;
}

ErrorCode open_code(const SqliteOptions& options, const StoreOpening& opening = opening_of()) {
  return code_of([&] { open_sqlite(options, opening); });
}

// Runs SQL on a file with a connection of the test's own.
void run_sql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  char* message = nullptr;
  const int result = sqlite3_exec(db, sql, nullptr, nullptr, &message);
  INFO((message == nullptr ? "" : message));
  CHECK(result == SQLITE_OK);
  sqlite3_free(message);
  sqlite3_close(db);
}

std::vector<std::string> schema_of(const std::string& path) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  std::vector<std::string> out;
  sqlite3_exec(
      db, "SELECT type || name || tbl_name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1",
      [](void* rows, int, char** values, char**) {
        static_cast<std::vector<std::string>*>(rows)->emplace_back(values[0]);
        return 0;
      },
      &out, nullptr);
  sqlite3_close(db);
  return out;
}

}  // namespace

TEST_CASE("a passphrase opens what it made, and nothing else does") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const std::string secret = "Zerzura-plain-text";
  {
    const auto store = open_sqlite(with_passphrase(path, "correct horse"), opening_of());
    CHECK(store->capabilities().name == "sqlcipher");
    CHECK(store->capabilities().encrypted);
    CHECK(sqlite_vault_key(*store));
    add_person(*store, 1, secret);
    CHECK(bytes_of(path + "-wal").find(secret) == std::string::npos);
  }
  const std::string before = bytes_of(path);
  CHECK(before.find(secret) == std::string::npos);
  CHECK(before.find("CREATE TABLE") == std::string::npos);
  CHECK(bytes_of(key_file_path(path)).size() == key_header_size);
  struct stat state {};
  REQUIRE(::stat(key_file_path(path).c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);

  CHECK(open_code(with_passphrase(path, "wrong horse")) == ErrorCode::storage_wrong_key);
  CHECK(open_code(with_key(path)) == ErrorCode::storage_wrong_key);
  CHECK(open_code(plain(path)) == ErrorCode::storage_wrong_key);
  CHECK(open_code(with_passphrase(path, "")) == ErrorCode::invalid_argument);
  SqliteOptions both = with_key(path);
  both.passphrase = "correct horse";
  CHECK(open_code(both) == ErrorCode::invalid_argument);
  CHECK(bytes_of(path) == before);

  const auto store = open_sqlite(with_passphrase(path, "correct horse"), opening_of());
  CHECK(has_person(*store, 1));
}

TEST_CASE("SQLCipher's own shell would open the store by the passphrase") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  open_sqlite(with_passphrase(path, "correct horse"), opening_of());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_key(db, "correct horse", 13) == SQLITE_OK);
  CHECK(sqlite3_exec(db, "SELECT count(*) FROM person", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

TEST_CASE("a wrong key says nothing on standard error and nothing of itself in the message") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  { open_sqlite(with_key(path), opening_of()); }
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int kept = ::dup(2);
  ::dup2(ends[1], 2);
  std::string message;
  try {
    open_sqlite(with_passphrase(path, "hunter2-hunter2"), opening_of());
  } catch (const Error& error) {
    message = error.to_json();
  }
  // The key file was put aside: SQLCipher itself meets the wrong key.
  std::string damaged = bytes_of(path);
  damaged[200] = static_cast<char>(damaged[200] ^ 1);
  write_bytes(path, damaged);
  CHECK(open_code(with_key(path)) == ErrorCode::storage_corrupt);
  ::dup2(kept, 2);
  ::close(kept);
  ::close(ends[1]);
  char buffer[256];
  CHECK(::read(ends[0], buffer, sizeof buffer) == 0);
  ::close(ends[0]);
  CHECK(message.find("storage_wrong_key") != std::string::npos);
  CHECK(message.find("hunter2") == std::string::npos);
}

TEST_CASE("a key is never ignored: a plain database is refused when one is given") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  {
    const auto store = open_sqlite(plain(path), opening_of());
    CHECK(store->capabilities().name == "sqlite");
    CHECK_FALSE(sqlite_vault_key(*store));
    CHECK(code_of([&] { store->rekey("new"); }) == ErrorCode::not_supported);
    CHECK_FALSE(std::filesystem::exists(key_file_path(path)));
  }
  CHECK(bytes_of(path).starts_with("SQLite format 3"));
  CHECK(open_code(with_key(path)) == ErrorCode::storage_wrong_key);
  CHECK(open_code(with_passphrase(path, "p")) == ErrorCode::storage_wrong_key);
  CHECK_FALSE(std::filesystem::exists(key_file_path(path)));
  // A vault beside a plain store begins after the header.
  write_bytes(key_file_path(path), std::string(key_header_size, '\0') + "vault");
  CHECK(open_code(plain(path)) == ErrorCode::ok);
}

TEST_CASE("a missing or damaged key file is told apart from damage of the store") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  { open_sqlite(with_key(path), opening_of()); }
  const std::string keys = key_file_path(path);
  const std::string sound = bytes_of(keys);

  std::filesystem::remove(keys);
  CHECK(open_code(with_key(path)) == ErrorCode::storage_wrong_key);
  CHECK(open_code(plain(path)) == ErrorCode::storage_not_a_store);
  CHECK_FALSE(std::filesystem::exists(keys));

  // One copy of the header is enough, whichever it is.
  for (const std::size_t at : {std::size_t{20}, std::size_t{256 + 20}}) {
    std::string torn = sound;
    torn[at] = static_cast<char>(torn[at] ^ 4);
    write_bytes(keys, torn);
    CHECK(open_code(with_key(path)) == ErrorCode::ok);
  }
  std::string damaged = sound;
  damaged[20] = damaged[276] = 'x';
  write_bytes(keys, damaged);
  CHECK(open_code(with_key(path)) == ErrorCode::storage_corrupt);
  write_bytes(keys, sound.substr(0, 100));
  CHECK(open_code(with_key(path)) == ErrorCode::storage_corrupt);
  write_bytes(keys, sound);
  CHECK(open_code(with_key(path)) == ErrorCode::ok);

  std::string page = bytes_of(path);
  page[1000] = static_cast<char>(page[1000] ^ 1);
  write_bytes(path, page);
  CHECK(open_code(with_key(path)) == ErrorCode::storage_corrupt);
  CHECK(bytes_of(path) == page);
}

TEST_CASE("files that are no store are told so and left alone") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  StoreOpening existing = opening_of();
  existing.create = false;
  CHECK(open_code(plain(path), existing) == ErrorCode::storage_not_a_store);
  CHECK(open_code(with_key(path), existing) == ErrorCode::storage_not_a_store);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(key_file_path(path)));
  CHECK(open_code(plain(folder / "no/such/folder/store.db")) == ErrorCode::storage_io);
  CHECK(open_code(plain("")) == ErrorCode::invalid_argument);
  CHECK(open_code(plain(std::string("a\0b", 3))) == ErrorCode::invalid_argument);

  for (const std::string& content :
       {std::string("hello, I am a letter"), std::string(8192, 'x'), std::string("\0\1", 2)}) {
    write_bytes(path, content);
    CHECK(open_code(plain(path)) == ErrorCode::storage_not_a_store);
    CHECK(open_code(with_key(path)) == ErrorCode::storage_wrong_key);
    CHECK(bytes_of(path) == content);
  }
  std::filesystem::remove(path);
  run_sql(path, "CREATE TABLE theirs (x)");
  const std::string theirs = bytes_of(path);
  CHECK(open_code(plain(path)) == ErrorCode::storage_not_a_store);
  existing.read_only = true;
  CHECK(open_code(plain(path), existing) == ErrorCode::storage_not_a_store);
  CHECK(bytes_of(path) == theirs);
  write_bytes(path, "");  // an empty file is as good as none
  CHECK(open_code(plain(path)) == ErrorCode::ok);
}

TEST_CASE("an older store is migrated after a copy, a newer one refused") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const SqliteOptions options = encrypted ? with_key(path) : plain(path);
  {
    const auto store = open_sqlite(options, opening_of(1));
    add_person(*store, 1, "Amal");
    const auto tx = store->write(Durability::durable);
    tx->enter(uuid_of(1));
    const Uuid id = uuid_of(9);
    tx->insert(note, std::vector<Value>{Value::id(id), Value::text("body")});
    tx->commit();
  }
  CHECK(open_code(options, opening_of(2)) == ErrorCode::storage_needs_migration);
  StoreOpening migrate = opening_of(2);
  migrate.migrate = true;
  std::vector<std::size_t> progress;
  migrate.progress = [&](std::size_t step, std::size_t of) {
    CHECK(of == 6);
    progress.push_back(step);
  };
  SECTION("a migration that fails leaves the store as it was") {
    migrate.progress = [](std::size_t step, std::size_t) {
      if (step == 3) throw Error(ErrorCode::cancelled, "stop");
    };
    CHECK(open_code(options, migrate) == ErrorCode::cancelled);
    CHECK(open_code(options, opening_of(1)) == ErrorCode::ok);
  }
  SECTION("a migration that succeeds") {
    {
      const auto store = open_sqlite(options, migrate);
      CHECK(progress == std::vector<std::size_t>{1, 2, 3, 4, 5, 6});
      CHECK(store->schema_version() == 2);
      CHECK(has_person(*store, 1));
      const auto tx = store->read();
      tx->enter(uuid_of(1));
      const Uuid id = uuid_of(9);
      std::vector<OwnedValue> row;
      CHECK(tx->get(note, std::vector<Value>{Value::id(id)}, [&](RowView found) { row = own(found); }));
      REQUIRE(row.size() == 4);
      CHECK(row[2].view() == Value::integer(0));
      CHECK(row[3].is_null());
      CHECK(store->check().empty());
    }
    CHECK(open_code(options, opening_of(1)) == ErrorCode::storage_newer_version);
    SqliteOptions copy = options;
    copy.path = path + ".before-1";
    if (!encrypted) {
      open_sqlite(plain(folder / "new.db"), opening_of(2));
      CHECK(schema_of(path) == schema_of(folder / "new.db"));
    }
    const auto before = open_sqlite(copy, opening_of(1));
    CHECK(has_person(*before, 1));
  }
}

TEST_CASE("who has the store open while another migrates it is told so") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const auto old = open_sqlite(plain(path), opening_of(1));
  add_person(*old, 1, "Amal");
  {
    const auto reading = old->read();  // an older state goes on being read
    reading->enter(uuid_of(1));
    StoreOpening migrate = opening_of(2);
    migrate.migrate = true;
    CHECK(open_sqlite(plain(path), migrate)->schema_version() == 2);
    CHECK(reading->count(person, {}, 10, Query::primary_key) == 1);
  }
  CHECK(code_of([&] { old->read(); }) == ErrorCode::storage_newer_version);
  CHECK(code_of([&] { old->write(Durability::fast); }) == ErrorCode::storage_newer_version);
  CHECK(code_of([&] { old->write(Durability::fast); }) == ErrorCode::storage_newer_version);
}

TEST_CASE("many open a new store at once and find one") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const SqliteOptions options = encrypted ? with_key(path) : plain(path);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::vector<pid_t> children;
  for (std::uint64_t n = 1; n <= 6; ++n) {
    const pid_t child = ::fork();
    if (child == 0) {
      int result = 1;
      try {
        const auto store = open_sqlite(options, opening_of());
        for (std::uint64_t i = 0; i < 20; ++i) add_person(*store, n * 100 + i, std::to_string(n * 100 + i));
        result = 0;
      } catch (const Error& error) {
        result = static_cast<int>(error.code());
      }
      ::_exit(result);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  const auto store = open_sqlite(options, opening_of());
  CHECK(persons(*store) == 120);
  CHECK(store->check().empty());
}

TEST_CASE("a store that cannot be written is read, and says so when it is written to") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const SqliteOptions options = encrypted ? with_key(path) : plain(path);
  {
    const auto store = open_sqlite(options, opening_of());
    add_person(*store, 1, "Amal");
  }
  StoreOpening reading = opening_of();
  reading.read_only = true;
  {
    const auto store = open_sqlite(options, reading);
    CHECK(has_person(*store, 1));
    CHECK(code_of([&] { store->write(Durability::fast); }) == ErrorCode::storage_read_only);
    CHECK(store->check().empty());
    store->maintain();
    store->backup(folder / "copy.db");
  }
  // As somebody who may only read: root may do anything.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::permissions(entry.path(), std::filesystem::perms{0444});
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0555});
  const int result = in_child([&] {
    if (::geteuid() == 0 && (::setegid(65534) != 0 || ::seteuid(65534) != 0)) return 1;
    if (open_code(options) != ErrorCode::storage_read_only) return 2;
    const auto store = open_sqlite(options, reading);
    if (!has_person(*store, 1)) return 3;
    SqliteOptions fresh = options;
    fresh.path = folder / "fresh.db";
    const ErrorCode code = open_code(fresh);
    return code == ErrorCode::storage_read_only || code == ErrorCode::storage_io ? 0 : 4;
  });
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  CHECK(result == 0);
}
