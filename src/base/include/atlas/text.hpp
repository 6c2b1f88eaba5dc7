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
/// Latin diacritics dropped, œ→oe, æ→ae, ß→ss, ø→o, ł→l, đ→d; Arabic hamza forms of alef → ا,
/// ى→ي, ة→ه, tatweel and harakat dropped, Arabic and Persian digits → 0-9; white space runs → one space,
/// trimmed. ASCII has a fast path. Stable for assigned characters across Unicode versions
/// (`folding_version` names the tables). Input must be valid UTF-8, else invalid_argument.
std::string fold(std::string_view text);

/// Words of the folded text (ICU word segmentation; letters and digits only). An Arabic word that begins
/// with the article ال (and has ≥ 3 further letters) is given without it.
std::vector<std::string> words(std::string_view text);

/// The folded text with everything but letters and digits removed: a key for names and e-mails.
std::string fold_key(std::string_view text);

/// Folded e-mail for exact matching: trimmed, case-folded, domain in lower-case ASCII/IDNA as given.
/// Nothing when `is_email` is false.
bool is_email(std::string_view text) noexcept;
std::string fold_email(std::string_view text);

/// White space trimmed at both ends (Unicode White_Space).
std::string_view trim(std::string_view text) noexcept;

/// What the derived values of a store depend on; see the derivation stamp.
struct TextVersions {
  int folding;          ///< Our tables.
  std::string unicode;  ///< ICU's Unicode version.
};
TextVersions text_versions();

}  // namespace atlas
