// A change of the passphrase: the store is copied under the new key and the copy takes its place. At every
// moment the key file fits the file that lies there, since it holds both keys' entries until the exchange is
// done.

#include <unistd.h>

#include <chrono>

#include "atlas/error.hpp"
#include "files.hpp"
#include "store.hpp"

namespace atlas {

namespace {

Error in_use() { return Error(ErrorCode::storage_busy, "The store is in use: a new key needs it alone."); }

// Only the last connection to a file may leave the write-ahead log; after that an exclusive lock keeps others
// out.
void take_alone(Connection& connection) {
  try {
    if (connection.ask("PRAGMA journal_mode = DELETE") != "delete") throw in_use();
    connection.ask("PRAGMA locking_mode = EXCLUSIVE");
    connection.run("BEGIN EXCLUSIVE");
    connection.run("COMMIT");
    if (connection.ask("PRAGMA journal_mode") != "delete") throw in_use();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::storage_busy) throw in_use();
    throw;
  }
}

}  // namespace

void SqliteStore::rekey(std::string_view new_passphrase) {
  if (!key_) throw Error(ErrorCode::not_supported, "The store is not encrypted.");
  if (read_only_) throw Error(ErrorCode::storage_read_only, "The store was opened to be read only.");
  if (new_passphrase.empty()) throw Error(ErrorCode::invalid_argument, "An empty passphrase is no key.");

  std::array<std::uint8_t, 16> salt{};
  entropy_->fill(salt);
  const std::string_view salt_view(reinterpret_cast<const char*>(salt.data()), salt.size());
  Key derived = derive_store_key(new_passphrase, salt_view, key_rounds);
  const StoreKey next(derived, salt_view, key_->vault());
  wipe(derived.data(), derived.size());

  if (!turns_.enter_within(options_.busy_ms)) throw in_use();
  const auto reopen = [this] {
    writer_.reset();
    {
      const std::lock_guard lock(readers_mutex_);
      readers_shut_ = false;
      readers_changed_.notify_all();
    }
    turns_.leave();
  };
  try {
    {
      std::unique_lock lock(readers_mutex_);
      readers_shut_ = true;
      if (!readers_changed_.wait_for(lock, std::chrono::milliseconds(options_.busy_ms),
                                     [this] { return reading_ == 0; })) {
        throw in_use();
      }
      idle_.clear();
    }
    take_alone(writer());
    exchange_key(next);
  } catch (...) {
    reopen();
    throw;
  }
  reopen();
}

void SqliteStore::exchange_key(const StoreKey& next) {
  const std::string keys = key_file_path(options_.path);
  std::optional<KeyHeader> header = read_key_header(keys);
  if (!header) throw Error(ErrorCode::storage_wrong_key, "The key file beside the store is missing.");
  header->pending = make_key_entry(KeyKind::passphrase, next.salt(), &next.key(), next.vault(), *entropy_);
  write_key_header(keys, *header);

  ConnectionSpec to = spec();
  to.path = options_.path + ".rekey";
  to.key = &next;
  to.create = true;
  ::unlink(to.path.c_str());
  try {
    copy_store(*writer_, to);
    if (::rename(to.path.c_str(), options_.path.c_str()) != 0) {
      throw Error(ErrorCode::storage_io, "The copy under the new key cannot take the store's place.");
    }
  } catch (...) {
    ::unlink(to.path.c_str());
    throw;
  }
  {
    const std::lock_guard lock(readers_mutex_);
    key_ = next;
  }
  sync_folder_of(options_.path);
  header->current = *header->pending;
  header->pending.reset();
  write_key_header(keys, *header);
}

}  // namespace atlas
