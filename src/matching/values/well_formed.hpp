#pragma once
// Text of outside as UTF-8 that can be shown and compared.

#include <string>
#include <string_view>

namespace atlas::matching {

/// The beginning of `text`, at most `most` bytes and no character of it cut.
std::string_view beginning_of(std::string_view text, std::size_t most) noexcept;

/// `text` with U+FFFD for each byte that is no part of a character.
std::string well_formed(std::string_view text);

}  // namespace atlas::matching
