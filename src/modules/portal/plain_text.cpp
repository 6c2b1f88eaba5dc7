#include "plain_text.hpp"

#include "atlas/crypto.hpp"
#include "atlas/text.hpp"

namespace atlas::portal {
namespace {

bool has_control(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    const bool layout = c == '\t' || c == '\n' || c == '\r';
    if ((c < 0x20 && !layout) || c == 0x7f) return true;
    // C1 controls are two bytes: C2 80 to C2 9F.
    if (c == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

void check_plain(const std::string& text, std::string_view path, std::vector<FieldError>& errors) {
  if (trim(text).empty())
    errors.push_back({std::string(path), std::string(field_code::too_short), "nothing is written there"});
  else if (has_control(text))
    errors.push_back({std::string(path), std::string(field_code::wrong_type), "no control characters"});
}

std::string reference_of(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all.append(std::to_string(part.size())).append(":").append(part);
  return hex(as_view(sha256(all)).substr(0, 8));
}

}  // namespace atlas::portal
