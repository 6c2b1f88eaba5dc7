#pragma once
// Keys of data subjects: personal data in the audit is sealed under them; destroying one erases the person.

#include <memory>
#include <optional>
#include <string>

#include "atlas/crypto.hpp"
#include "atlas/store.hpp"

namespace atlas {

/// What a data subject's personal data is sealed and hashed under.
struct SubjectKey {
  Key seal{};  ///< AES-256-GCM of sealed parts
  Key mac{};   ///< HMAC of personal values in the entity hash
};

/// A person or whoever else has personal data, known by nothing but an id.
struct Subject {
  Uuid id;
  SubjectKey key;
};

/// Makes, finds and destroys subject keys. Thread-safe.
class SubjectVault {
 public:
  virtual ~SubjectVault() = default;
  /// A new subject. Its key is as durable as the commit of `tx` before that commit returns.
  virtual Subject create(WriteTransaction& tx) = 0;
  /// Nothing when it was destroyed or never known.
  virtual std::optional<SubjectKey> find(ReadTransaction& tx, const Uuid& subject) = 0;
  /// For ever, in this place: older copies of the place may still hold it. The file vault does it at once,
  /// whether `tx` commits or not, so it is the last thing before a commit.
  virtual void destroy(WriteTransaction& tx, const Uuid& subject) = 0;
};

/// Keys in a file of fixed slots (docs/format.md, "Key file"), wrapped by a key that lies in it under
/// `wrapping` (the store's key; absent: in the clear). Backups of the store never contain it. Reserves slots
/// in blocks, so that a new subject costs no file write of its own. The file may be shared by processes.
/// Throws storage_wrong_key (also for a key where the file has none), storage_corrupt, storage_newer_version,
/// storage_busy, storage_io, and when it first needs to write storage_full or storage_read_only.
std::unique_ptr<SubjectVault> open_file_vault(const std::string& path, const std::optional<Key>& wrapping,
                                              Entropy& entropy);

/// Keys as rows of the store (table `subject_key`), wrapped by the host's key when given. Older backups of
/// the store still hold an erased person.
std::unique_ptr<SubjectVault> make_store_vault(TableId table, const std::optional<Key>& wrapping,
                                               Entropy& entropy);

/// Rewraps the file's vault key, in two steps so that a crash between them loses nothing: prepare() adds the
/// new wrapping, finish() drops every other one. Either may be repeated; where there is no vault they do
/// nothing. Errors as open_file_vault; a vault that is open elsewhere goes on.
void prepare_vault_rewrap(const std::string& path, const std::optional<Key>& old_wrapping,
                          const std::optional<Key>& new_wrapping, Entropy& entropy);
void finish_vault_rewrap(const std::string& path, const std::optional<Key>& new_wrapping);

}  // namespace atlas
