#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/mime.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";
constexpr std::size_t longest_line = 76;
constexpr std::string_view word_begin = "=?UTF-8?B?", word_end = "?=";

bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }

/// One line: every control character and line end a space.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }, ' ');
  return std::string(trim(out));
}

std::size_t code_point_size(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return std::min(size, text.size() - i);
}

}  // namespace

std::string encoded_header(std::string_view given, std::size_t column) {
  const std::string text = one_line(given);
  const bool looks_encoded = text.find("=?") != std::string::npos;
  if (std::all_of(text.begin(), text.end(), is_plain) && !looks_encoded &&
      text.size() + column <= longest_line)
    return text;
  std::string out;
  std::string chunk;
  const auto flush = [&] {
    if (chunk.empty()) return;
    if (!out.empty()) out += "\r\n ";
    out.append(word_begin).append(base64(chunk)).append(word_end);
    chunk.clear();
    column = 1;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = code_point_size(text, i);
    const std::size_t encoded = (chunk.size() + size + 2) / 3 * 4;
    // A word is at most 75 characters, and its line 76.
    if (column + word_begin.size() + encoded + word_end.size() > longest_line - 1) flush();
    chunk.append(text, i, size);
    i += size;
  }
  flush();
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() > longest_line - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool before_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool literal = (is_plain(c) || c == '\t') && c != '=' && !((c == ' ' || c == '\t') && before_end) &&
                         !(c == '.' && column == 0);
    if (literal) {
      put({&c, 1});
    } else {
      const auto byte = static_cast<unsigned char>(c);
      const char escape[]{'=', digits[byte >> 4], digits[byte & 15]};
      put({escape, 3});
    }
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string all = base64(bytes);
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += longest_line) {
    if (i > 0) out += "\r\n";
    out.append(all, i, longest_line);
  }
  return out;
}

}  // namespace atlas
