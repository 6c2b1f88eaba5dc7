#include "cleaning.hpp"

#include <algorithm>

#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Bytes of the well-formed sequence at `i`; 0 when there is none.
std::size_t sequence_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (size == 0 || i + size > text.size() || !is_utf8(text.substr(i, size))) return 0;
  return size;
}

/// The value of `\uXXXX` at `i`; -1 when there is none.
int unicode_escape(std::string_view text, std::size_t i) {
  if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return -1;
  int value = 0;
  for (const char c : text.substr(i + 2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high(int c) { return c >= 0xd800 && c < 0xdc00; }
bool is_low(int c) { return c >= 0xdc00 && c < 0xe000; }

}  // namespace

std::string cleaned(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < limit;) {
    const std::size_t size = sequence_at(text, i);
    const std::string_view c = size == 0 ? replacement : text.substr(i, size);
    const auto byte = static_cast<unsigned char>(c[0]);
    const bool control = c.size() == 1 ? (byte < 0x20 && c[0] != '\n' && c[0] != '\t') || byte == 0x7f
                                       : byte == 0xc2 && static_cast<unsigned char>(c[1]) < 0xa0;
    if (!control) {
      if (out.size() + c.size() > limit) break;
      out += c;
    }
    i += std::max<std::size_t>(size, 1);
  }
  return out;
}

std::string cleaned_line(std::string_view text, std::size_t limit) {
  std::string out = cleaned(text, limit);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return std::string(trim(out));
}

bool is_provider_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string repaired_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const int c = unicode_escape(text, i);
      if (c < 0) {
        // The next byte belongs to the backslash, unless it is the beginning of something that is no ASCII.
        const std::size_t size = static_cast<unsigned char>(text[i + 1]) < 0x80 ? 2 : 1;
        out += text.substr(i, size);
        i += size;
      } else if (is_high(c) && is_low(unicode_escape(text, i + 6))) {
        out += text.substr(i, 12);
        i += 12;
      } else if (is_high(c) || is_low(c)) {
        out += replacement;
        i += 6;
      } else {
        out += text.substr(i, 6);
        i += 6;
      }
      continue;
    }
    const std::size_t size = sequence_at(text, i);
    out += size == 0 ? replacement : text.substr(i, size);
    i += std::max<std::size_t>(size, 1);
  }
  return out;
}

}  // namespace atlas
