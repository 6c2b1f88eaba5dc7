#pragma once
// Checkpoints: tree heads as C2SP signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Pure;
// thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/crypto.hpp"
#include "atlas/time.hpp"

namespace atlas {

/// The head of an organisation's tree at a moment.
struct Checkpoint {
  std::string origin;  ///< "libatlas/audit/<organisation id>"
  std::uint64_t size = 0;
  Hash root{};
  Timestamp at;  ///< Extension line "time <RFC 3339>".
};

/// Signing key of checkpoints. The name is the note's key name; the seed comes from the host and never lies
/// in the store.
struct CheckpointSigner {
  std::string name;
  Key seed;
};

/// The note's text; with a signer, its signature line (key id = first 4 bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖
/// public key)). Without one the note ends after the blank line, and reads back with is_signed = false.
/// Throws invalid_argument for an origin or a name that a note cannot carry.
std::string write_checkpoint(const Checkpoint& checkpoint, const std::optional<CheckpointSigner>& signer);

/// A signed note over any other text: clean UTF-8 that ends with a newline and has no empty line. Errors as
/// write_checkpoint.
std::string sign_note(std::string_view text, const CheckpointSigner& signer);

/// A parsed note. `is_signed` tells that it carries signatures, not that they are valid.
struct ReadCheckpoint {
  Checkpoint checkpoint;
  bool is_signed = false;
};

/// Parses a note of any origin, at most 64 KiB and 100 signatures; hostile input. A note without a `time`
/// line has `at` zero. Throws invalid_argument.
ReadCheckpoint read_checkpoint(std::string_view note);

/// Has the note a valid signature of this key under this name? Signatures of other keys are passed over, a
/// wrong one of this key is not. Looks at the signature alone, not at what the text says.
bool verify_checkpoint(std::string_view note, std::string_view name, const Key& public_key);

/// A checkpoint key's public half and the name it signs under.
struct VerifierKey {
  std::string name;
  Key public_key;
};

/// The C2SP verifier key text: name+hex(key id)+base64(0x01 ‖ public key), and back; nothing when the text
/// does not hold together.
std::string verifier_key(std::string_view name, const Key& public_key);
std::optional<VerifierKey> parse_verifier_key(std::string_view text);

}  // namespace atlas
