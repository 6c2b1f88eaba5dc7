#pragma once
// Subjects that came from another store, beside the vault's own.

#include <memory>

#include "atlas/subject_keys.hpp"

namespace atlas {

/// A vault that also knows subjects by the ids they had elsewhere. Such a subject's key is a row of the store
/// (table `adopted_subject`), sealed under the key of a subject of the vault's own: erasing that one,
/// wherever the vault keeps it, erases the adopted one for good, in older copies of the store too.
class AdoptingVault final : public SubjectVault {
 public:
  AdoptingVault(std::unique_ptr<SubjectVault> own, TableId table, Entropy& entropy)
      : own_(std::move(own)), table_(table), entropy_(entropy) {}

  Subject create(WriteTransaction& tx) override { return own_->create(tx); }
  std::optional<SubjectKey> find(ReadTransaction& tx, const Uuid& subject) override;
  void destroy(WriteTransaction& tx, const Uuid& subject) override;
  /// Takes in a subject with its key; one that is known already stays as it is.
  void adopt(WriteTransaction& tx, const Uuid& subject, const SubjectKey& key);

 private:
  std::unique_ptr<SubjectVault> own_;
  TableId table_;
  Entropy& entropy_;
};

}  // namespace atlas
