#pragma once
// The forms in which names, addresses and numbers are compared: what people write differently and mean alike.
// Input is folded text (atlas::fold); all functions are pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atlas::matching {

/// Letters of other scripts as Latin ones where a table knows them (Arabic, Greek, Cyrillic); the rest stays.
std::string romanised(std::string_view folded);

/// Runs of letters and digits; apostrophes join ("o'brien" → obrien) unless `split_apostrophes`.
std::vector<std::string> tokens_of(std::string_view folded);

/// "mr", "mme", "dr", …: says nothing of who it is.
bool is_honorific(std::string_view token) noexcept;
/// el, al, ben, de, le, van …: written, left out and joined as it pleases.
bool is_particle(std::string_view token) noexcept;

/// One sound, one spelling: transliterations of a name fall together (mohammed, mohamed; youssef, yusuf).
std::string sound_of(std::string_view token);
/// Consonants alone: what is left of a name whatever the script and the vowels.
std::string skeleton_of(std::string_view token);
/// The name that a nickname or a variant stands for, or the token itself.
std::string_view formal_name(std::string_view token) noexcept;
/// The same of a nickname with one slip (caathy); empty when it is like none.
std::string_view formal_name_near(std::string_view token) noexcept;

/// "av" → "avenue", "bd" → "boulevard", "st" → "street", …; the token itself when it is no abbreviation.
std::string_view street_word(std::string_view token) noexcept;
/// Legal forms and filler words of organisations' names: ltd, sarl, inc, the, …
bool is_filler(std::string_view token) noexcept;

/// A calendar date in the forms people write, or a year alone: year × 10000 + month × 100 + day, 0 for what
/// is unknown. Day first unless that cannot be.
std::optional<std::int64_t> read_date(std::string_view text);
/// A number with its thousands' marks, currency or unit around it, in thousandths.
std::optional<std::int64_t> read_number(std::string_view text);

/// A mailbox without its tag, mistyped big domains put right (dots at Gmail are left, they part words).
/// `local` and `domain`; both empty when there is no @.
struct Mailbox {
  std::string local, domain;
};
Mailbox mailbox_of(std::string_view folded);
/// Is it a house where everybody may have a mailbox? Two of them are two, however alike their names.
bool is_big_domain(std::string_view domain) noexcept;

}  // namespace atlas::matching
