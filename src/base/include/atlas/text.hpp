#pragma once
// Unicode text: validity, folding, segmentation. All functions are thread-safe and locale-free.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// Is it well-formed UTF-8 (no surrogates, no overlong forms, ≤ U+10FFFF)?
bool is_utf8(std::string_view text) noexcept;

/// Number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text) noexcept;

/// The form in which text is compared, ordered and searched: NFKC_Casefold, then our own frozen tables:
/// Latin diacritics dropped, œ→oe, æ→ae, ß→ss, ø→o, ł→l, đ ð→d, þ→th, ı→i, ħ→h, ŧ→t; Arabic hamza forms of
/// alef and alef wasla → ا, ى ی→ي, ک→ك, ة→ه, tatweel and harakat dropped, Arabic and Persian digits → 0-9;
/// white space runs → one space, trimmed. Text of common Latin and Arabic letters has a fast path.
/// Idempotent, and stable for assigned characters across Unicode versions (`text_versions().folding` names
/// the tables). Input must be valid UTF-8 of at most 256 MiB, else invalid_argument.
std::string fold(std::string_view text);

/// Words of the folded text: ICU word segmentation, then the runs of letters, their marks, and digits
/// ("l'Aïd" → l, aid). An Arabic word that begins with the article ال (and has ≥ 3 further letters) is given
/// without it.
std::vector<std::string> words(std::string_view text);

/// The folded text with everything but letters and digits removed: a key for names and e-mails.
std::string fold_key(std::string_view text);

/// Is it one mailbox as people have them: dot-atom (RFC 5322, 6531) of at most 64 bytes, a domain with a dot
/// and no number as its top level, 254 bytes in all, nothing around it?
bool is_email(std::string_view text) noexcept;
/// For exact matching: trimmed, NFKC_Casefold, otherwise as given (no dots or tags removed, no IDNA).
/// Empty when that is no e-mail.
std::string fold_email(std::string_view text);

/// White space trimmed at both ends (Unicode White_Space). Bytes that are no UTF-8 are no white space.
std::string_view trim(std::string_view text) noexcept;

/// What the derived values of a store depend on; see the derivation stamp.
struct TextVersions {
  int folding;          ///< Our tables.
  std::string unicode;  ///< ICU's Unicode version.
};
TextVersions text_versions();

}  // namespace atlas
