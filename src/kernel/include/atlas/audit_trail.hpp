#pragma once
// Reading the audit of the organisation at hand: entries, proofs, verification, checkpoints. For the audit
// module.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atlas/checkpoint.hpp"
#include "atlas/context.hpp"

namespace atlas {

/// Something that does not add up. `seq` 0 = the whole chain; `entity` names a record that is not as its last
/// entry says.
struct AuditFinding {
  std::int64_t seq = 0;
  std::string entity;  ///< "dossier/<id>" or ""
  std::string what;
};

/// The outcome of a verification; all is well when there are no findings.
struct AuditVerification {
  std::int64_t entries = 0;            ///< looked at
  std::int64_t entities = 0;           ///< records compared with their last entry
  Hash root{};                         ///< of the entries as they lie in the store
  std::vector<AuditFinding> findings;  ///< at most 100
};

/// Which entries to read. Keyset by sequence.
struct AuditFilter {
  std::int64_t after = 0;  ///< entries with a greater sequence (descending: smaller; 0 = from the newest)
  std::int64_t limit = 100;
  bool descending = false;
  std::optional<Uuid> entity_id;
  std::vector<std::string> actions;  ///< empty = all
  std::optional<Timestamp> from;
  std::optional<Timestamp> until;
  bool scan = false;  ///< a filter on actions or times may read the whole chain
};

/// Number of entries and root of the tree over them.
struct TreeHead {
  std::int64_t size = 0;
  Hash root{};
};

/// The audit of the organisation that `cx` is bound to, within its transaction. Does not outlive it. Hashes
/// and proofs are those of RFC 9162; see docs/format.md.
class AuditTrail {
 public:
  explicit AuditTrail(Context& cx);

  TreeHead head();
  /// The root that the first `size` entries have now. Throws invalid_argument beyond the head.
  Hash root(std::int64_t size);
  /// Throws not_found. Within the scope of the operation's permission.
  StoredEntry entry(std::int64_t seq);
  /// The leaf hash of an entry of the chain, whatever the scope: it tells nothing of the entry.
  Hash leaf(std::int64_t seq);
  void entries(const AuditFilter& filter, FunctionRef<bool(StoredEntry&&)> sink);
  /// The sealed patches that can still be opened, as one JSON array; "" when there are none.
  std::string personal_patch(const StoredEntry& entry);

  std::vector<Hash> inclusion(std::int64_t seq, std::int64_t size);
  std::vector<Hash> consistency(std::int64_t size1, std::int64_t size2);

  /// Recomputes every leaf, link, kept node and the head; with `entities`, compares every record with its
  /// last entry.
  AuditVerification verify(bool entities);
  /// Adds what a note says that the chain does not: cut, rewritten, or signed by another key.
  void verify_note(const std::string& note, const std::optional<VerifierKey>& key, AuditVerification& result);

  /// A note over the present head, signed when the engine has a signer.
  std::string checkpoint();
  /// A note over another text, of the engine's signer; nothing when it has none.
  std::optional<std::string> sign(std::string_view text) const;
  std::string origin() const;

 private:
  Predicate scope() const;
  Context& cx_;
};

}  // namespace atlas
