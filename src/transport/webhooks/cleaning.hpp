#pragma once
// Outside text made fit to keep; private to the room.

#include <string>
#include <string_view>

namespace atlas {

/// Longest text of a message that is kept, in bytes, and of everything else.
inline constexpr std::size_t longest_text = 20'000, longest_name = 255;

/// Valid UTF-8 without control characters but \n and \t (\r\n is \n), cut to `limit` bytes between code
/// points. Bytes that are no UTF-8 become U+FFFD.
std::string cleaned(std::string_view text, std::size_t limit);
/// On one line besides, trimmed.
std::string cleaned_line(std::string_view text, std::size_t limit = longest_name);

/// Is it an identifier as providers make them: 1 to 255 printable ASCII characters without spaces?
bool is_provider_id(std::string_view text) noexcept;

/// JSON text in which every lone surrogate escape and every byte that is no UTF-8 is U+FFFD: the reader is
/// strict, and one person's broken emoji would cost the whole delivery.
std::string repaired_json(std::string_view text);

}  // namespace atlas
