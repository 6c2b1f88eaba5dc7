#include "well_formed.hpp"

#include <algorithm>

#include "atlas/text.hpp"

namespace atlas::matching {

std::string_view beginning_of(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && most - end < 3 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::string well_formed(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const std::string_view character = text.substr(i, length);
    const bool good = is_utf8(character);
    out += good ? character : std::string_view("\xef\xbf\xbd");
    i += good ? character.size() : 1;
  }
  return out;
}

}  // namespace atlas::matching
