// Changing the key and copying the store: the key file fits what lies beside it at every moment.

#include "../../sqlite/sqlite_fixture.hpp"
#include "store_key.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

SqliteOptions options_of(const std::string& path, std::optional<std::string> passphrase) {
  SqliteOptions options;
  options.path = path;
  options.busy_ms = 200;
  if (passphrase) {
    options.passphrase = std::move(passphrase);
  } else {
    options.raw_key = test_key();
  }
  return options;
}

constexpr std::string_view vault_bytes = "what the vault keeps behind the header";

}  // namespace

TEST_CASE("a new passphrase takes the old key's place; the vault and its key stay") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  std::optional<Key> vault;
  {
    const auto store = open_sqlite(options_of(path, {}), opening_of());
    vault = sqlite_vault_key(*store);
    REQUIRE(vault);
    for (std::uint64_t n = 0; n < 500; ++n) add_person(*store, n, "name " + std::to_string(n));
    const std::string keys = bytes_of(key_file_path(path));
    write_bytes(key_file_path(path), keys + std::string(vault_bytes));

    store->rekey("new passphrase");
    CHECK(persons(*store) == 500);
    add_person(*store, 1000, "after");
    CHECK(sqlite_vault_key(*store) == vault);
    CHECK(store->check().empty());
  }
  CHECK(bytes_of(key_file_path(path)).substr(key_header_size) == vault_bytes);
  CHECK_FALSE(std::filesystem::exists(path + ".rekey"));
  CHECK(code_of([&] { open_sqlite(options_of(path, {}), opening_of()); }) == ErrorCode::storage_wrong_key);
  const auto store = open_sqlite(options_of(path, "new passphrase"), opening_of());
  CHECK(persons(*store) == 501);
  CHECK(sqlite_vault_key(*store) == vault);
  CHECK(code_of([&] { store->rekey(""); }) == ErrorCode::invalid_argument);
}

TEST_CASE("a new key needs the store alone") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const auto store = open_sqlite(options_of(path, {}), opening_of());
  add_person(*store, 1, "Amal");
  {
    const auto reading = store->read();
    CHECK(code_of([&] { store->rekey("new"); }) == ErrorCode::storage_busy);
  }
  {
    const auto writing = store->write(Durability::fast);
    CHECK(code_of([&] { store->rekey("new"); }) == ErrorCode::storage_busy);
  }
  {
    StoreOpening opening = opening_of();
    opening.read_only = GENERATE(false, true);
    const auto other = open_sqlite(options_of(path, {}), opening);
    CHECK(code_of([&] { store->rekey("new"); }) == ErrorCode::storage_busy);
    CHECK(has_person(*other, 1));
  }
  CHECK(has_person(*store, 1));
  add_person(*store, 2, "Badr");
  store->rekey("new");
  CHECK(persons(*store) == 2);
}

TEST_CASE("a rekey that was cut short at any point leaves a store that opens") {
  const TestFolder folder;
  const std::string path = folder / "store.db";
  const std::string keys = key_file_path(path);
  {
    const auto store = open_sqlite(options_of(path, {}), opening_of());
    add_person(*store, 1, "Amal");
  }
  const std::string old_keys = bytes_of(keys);
  const std::string old_store = bytes_of(path);
  { open_sqlite(options_of(path, {}), opening_of())->rekey("new"); }
  const std::string new_store = bytes_of(path);

  // As rekey writes it: both entries.
  std::optional<KeyHeader> header = read_key_header(keys);
  REQUIRE(header);
  CHECK_FALSE(header->pending);
  KeyHeader both;
  write_bytes(keys, old_keys);
  both = *read_key_header(keys);
  both.pending = header->current;
  write_key_header(keys, both);

  write_bytes(path, old_store);  // before the exchange
  CHECK(code_of([&] { open_sqlite(options_of(path, "new"), opening_of()); }) == ErrorCode::storage_wrong_key);
  write_bytes(path + ".rekey", "half a copy");
  CHECK(has_person(*open_sqlite(options_of(path, {}), opening_of()), 1));
  CHECK_FALSE(read_key_header(keys)->pending);
  CHECK_FALSE(std::filesystem::exists(path + ".rekey"));
  write_key_header(keys, both);
  write_bytes(path, new_store);  // after it
  CHECK(code_of([&] { open_sqlite(options_of(path, {}), opening_of()); }) == ErrorCode::storage_wrong_key);
  const auto store = open_sqlite(options_of(path, "new"), opening_of());
  CHECK(has_person(*store, 1));
  CHECK(store->check().empty());
  store->backup(folder / "copy.db");
  CHECK(has_person(*open_sqlite(options_of(folder / "copy.db", "new"), opening_of()), 1));
  store->rekey("newer");
  CHECK(has_person(*store, 1));
}

TEST_CASE("a copy is whole, has the same key, and takes no subject's key along") {
  const bool encrypted = GENERATE(false, true);
  const TestFolder folder;
  SqliteOptions options = options_of(folder / "store.db", "words");
  if (!encrypted) options.passphrase.reset();
  const auto store = open_sqlite(options, opening_of());
  for (std::uint64_t n = 0; n < 300; ++n) add_person(*store, n, "name " + std::to_string(n));
  if (encrypted) {
    write_bytes(key_file_path(options.path),
                bytes_of(key_file_path(options.path)) + std::string(vault_bytes));
  }
  {
    // A transaction under way is no part of the copy and does not delay it.
    const auto writing = store->write(Durability::fast);
    writing->enter(uuid_of(1));
    insert_person(*writing, 1000, "unfinished");
    store->backup(folder / "copy.db");
    writing->commit();
  }
  CHECK(code_of([&] { store->backup(folder / "copy.db"); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { store->backup(folder / "no/folder/copy.db"); }) == ErrorCode::storage_io);
  CHECK(code_of([&] { store->backup(""); }) == ErrorCode::invalid_argument);
  SqliteOptions copied = options;
  copied.path = folder / "copy.db";
  CHECK(std::filesystem::exists(key_file_path(copied.path)) == encrypted);
  if (encrypted) CHECK(bytes_of(key_file_path(copied.path)).size() == key_header_size);
  const auto copy = open_sqlite(copied, opening_of());
  CHECK(persons(*copy) == 300);
  CHECK(copy->check().empty());
  CHECK(persons(*store) == 301);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK(entry.path().extension() != ".partial");
  }
}

TEST_CASE("key headers: entries, damage, versions") {
  const TestFolder folder;
  const std::string path = folder / "keys";
  CHECK_FALSE(read_key_header(path));
  CHECK(code_of([&] {
          KeyHeader none;
          write_key_header(path, none);
        }) == ErrorCode::storage_io);

  const Key key = test_key(1);
  const Key vault = test_key(100);
  const std::string salt(16, 's');
  KeyHeader header;
  header.current = make_key_entry(KeyKind::passphrase, salt, &key, vault, system_entropy());
  CHECK(create_key_header(path, header));
  CHECK_FALSE(create_key_header(path, header));
  const std::optional<KeyHeader> read = read_key_header(path);
  REQUIRE(read);
  CHECK(read->current.kind == KeyKind::passphrase);
  CHECK(read->current.rounds == key_rounds);
  CHECK(read->current.salt_view() == salt);
  CHECK(key_fits(read->current, key));
  CHECK_FALSE(key_fits(read->current, vault));
  CHECK(open_vault_key(read->current, &key) == vault);
  CHECK_FALSE(open_vault_key(read->current, &vault));
  CHECK_FALSE(open_vault_key(read->current, nullptr));

  const KeyEntry plain = make_key_entry(KeyKind::plain, {}, nullptr, vault, system_entropy());
  CHECK(open_vault_key(plain, nullptr) == vault);
  CHECK_FALSE(key_fits(plain, key));

  // A write that was torn anywhere leaves the header before it or the one after it.
  const std::string before = bytes_of(path);
  KeyHeader next = *read;
  next.current = make_key_entry(KeyKind::raw, std::string(16, 't'), &vault, vault, system_entropy());
  write_key_header(path, next);
  const std::string after = bytes_of(path);
  for (std::size_t cut = 0; cut <= key_header_size; cut += 7) {
    write_bytes(path, after.substr(0, cut) + before.substr(cut));
    const std::optional<KeyHeader> found = read_key_header(path);
    REQUIRE(found);
    CHECK((found->current.kind == KeyKind::raw || found->current.kind == KeyKind::passphrase));
  }
  // No byte can be changed unseen in both copies.
  for (std::size_t i = 0; i < 256; ++i) {
    std::string changed = after;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    changed[i + 256] = static_cast<char>(changed[i + 256] ^ 0x10);
    write_bytes(path, changed);
    CHECK(code_of([&] { read_key_header(path); }) == ErrorCode::storage_corrupt);
  }
  std::string newer = after.substr(0, 248);
  newer[8] = 2;
  const Hash sum = sha256(newer);
  newer += std::string(as_view(sum).substr(0, 8));
  write_bytes(path, newer + newer);
  CHECK(code_of([&] { read_key_header(path); }) == ErrorCode::storage_newer_version);
}

TEST_CASE("deriving a key is what takes time, and happens once") {
  // As Python's hashlib computes it.
  const Key key = derive_store_key("password", "saltsaltsaltsalt", 256'000);
  CHECK(hex({reinterpret_cast<const char*>(key.data()), key.size()}) ==
        "bc07447f90c4884cbcff1bdf2dc6dd8261dcf9d0b9a1ff6ee84232630cb12ca4");
}
