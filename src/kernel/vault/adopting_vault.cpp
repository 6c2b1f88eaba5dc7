#include "adopting_vault.hpp"

#include <array>
#include <cstring>
#include <string>

#include "atlas/error.hpp"

namespace atlas {
namespace {

constexpr std::string_view associated = "atlas adopted subject 1";

struct Adopted {
  Uuid local;
  std::string sealed;
};

std::optional<Adopted> row_of(ReadTransaction& tx, TableId table, const Uuid& subject) {
  std::optional<Adopted> found;
  const std::array primary{Value::id(subject)};
  tx.get(table, primary, [&](RowView row) { found = Adopted{row[1].as_id(), std::string(row[2].bytes())}; });
  return found;
}

std::string additional(const Uuid& subject) { return std::string(associated) + std::string(subject.view()); }

}  // namespace

std::optional<SubjectKey> AdoptingVault::find(ReadTransaction& tx, const Uuid& subject) {
  if (auto key = own_->find(tx, subject)) return key;
  const auto row = row_of(tx, table_, subject);
  if (!row) return std::nullopt;
  const auto local = own_->find(tx, row->local);
  if (!local) return std::nullopt;
  auto plain = unseal(local->seal, row->sealed, additional(subject));
  SubjectKey key;
  if (!plain || plain->size() != key.seal.size() + key.mac.size())
    throw Error(ErrorCode::storage_corrupt, "the key of an adopted subject is damaged");
  std::memcpy(key.seal.data(), plain->data(), key.seal.size());
  std::memcpy(key.mac.data(), plain->data() + key.seal.size(), key.mac.size());
  wipe(plain->data(), plain->size());
  return key;
}

void AdoptingVault::destroy(WriteTransaction& tx, const Uuid& subject) {
  if (const auto row = row_of(tx, table_, subject)) {
    const std::array primary{Value::id(subject)};
    tx.erase(table_, primary);
    own_->destroy(tx, row->local);
    return;
  }
  own_->destroy(tx, subject);
}

void AdoptingVault::adopt(WriteTransaction& tx, const Uuid& subject, const SubjectKey& key) {
  if (own_->find(tx, subject) || row_of(tx, table_, subject)) return;
  const Subject local = own_->create(tx);
  std::string plain(key.seal.size() + key.mac.size(), '\0');
  std::memcpy(plain.data(), key.seal.data(), key.seal.size());
  std::memcpy(plain.data() + key.seal.size(), key.mac.data(), key.mac.size());
  const std::string sealed = seal(local.key.seal, plain, additional(subject), entropy_);
  wipe(plain.data(), plain.size());
  const std::array row{Value::id(subject), Value::id(local.id), Value::blob(sealed)};
  tx.insert(table_, row);
}

}  // namespace atlas
