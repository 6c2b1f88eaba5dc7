#pragma once
// A file's bytes as UTF-8 text, whatever encoding they are in.

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace atlas::imports {

/// Where bytes come from: fills in as many as there are room for or are to be had; 0 = the end. May throw.
using ByteSource = std::function<std::size_t(std::span<char>)>;

/// Gives the text of all bytes of `from` to `take`, in pieces of some hundred KiB: UTF-8, UTF-16 with its
/// mark or Windows-1252, told by the first 64 KiB; marks are dropped. What the encoding does not have comes
/// out as the byte FF. Throws invalid_argument with the detail `reason` and advice for what is no text
/// (`zip`, `spreadsheet`, `pdf`, `html`, `binary`, …).
void read_text(const ByteSource& from, const std::function<void(std::string_view)>& take);

}  // namespace atlas::imports
