#pragma once
// The audit entry, format 1: what is hashed, what is sealed, how entries chain. Pure; thread-safe.
// docs/format.md specifies the bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/crypto.hpp"
#include "atlas/id.hpp"
#include "atlas/time.hpp"

namespace atlas {

/// Version of the bytes below, and the header's member `format`.
inline constexpr int audit_format = 1;

/// Who did it, and on whose behalf, if anyone's. Kinds: `user`, `api_key`, `public`, `system`, `provider`,
/// `agent`, `host`.
struct Actor {
  std::string kind;
  std::string id;  ///< UUID text or "" where the kind has none.
  std::string on_behalf_of;
  std::string roles;  ///< Roles in force, sorted, comma-separated, when the host gave them; else "".
};

/// A personal part of an entry, readable only with the subject's key: an RFC 6902 patch under AES-256-GCM.
struct SealedPart {
  Uuid subject;
  std::string sealed;  ///< crypto.hpp's seal(): nonce ‖ ciphertext ‖ tag; the subject's bytes are its `aad`.
};

/// What was done, by whom, to what. Entries of an organisation form a chain and are the leaves of its tree.
struct AuditEntry {
  int format = audit_format;
  Uuid org;
  std::int64_t seq = 0;  ///< 1, 2, 3 … without a gap in the organisation.
  Timestamp at;
  Actor actor;
  std::string action;  ///< "dossier.created", "REFUSED", "ERASED", …
  std::string entity_kind;
  std::optional<Uuid> entity_id;
  int schema_version = 0;
  std::string correlation_id;
  Hash previous{};                  ///< Leaf hash of entry seq − 1; zeros for the first.
  std::optional<Hash> entity_hash;  ///< Of the entity after the change.
  std::string diff;  ///< RFC 6902 patch of the impersonal fields, canonical JSON; "" when none.
  std::vector<SealedPart> sealed;
};

/// The canonical header: RFC 8785 JSON of every member above but diff and sealed. Texts must be valid UTF-8.
std::string canonical_header(const AuditEntry& entry);

/// SHA-256(0x00 ‖ len(header) ‖ header ‖ len(diff) ‖ diff ‖ SHA-256 of each sealed part), lengths as 8 bytes
/// big-endian (so that no byte can wander from one part to the next). The hash of a sealed part covers
/// subject ‖ sealed.
Hash leaf_hash(const AuditEntry& entry);
/// The same from a header that is at hand already.
Hash leaf_hash(std::string_view header, std::string_view diff, const std::vector<SealedPart>& sealed);

/// The sealed parts as one blob for storage, and back. Throws storage_corrupt on bytes that do not fit.
std::string encode_sealed(const std::vector<SealedPart>& parts);
std::vector<SealedPart> decode_sealed(std::string_view blob);

/// One entry as a line of `audit export`, without its newline: all that recomputing the leaf needs, no key.
std::string export_line(const AuditEntry& entry);

}  // namespace atlas
