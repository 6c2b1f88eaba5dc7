#pragma once
// What strangers write.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/error.hpp"

namespace atlas::portal {

/// Wrong when there is nothing but white space in it, or a control character other than tab and line ends.
/// What looks like HTML is text like any other.
void check_plain(const std::string& text, std::string_view path, std::vector<FieldError>& errors);
inline void check_plain(const std::optional<std::string>& text, std::string_view path,
                        std::vector<FieldError>& errors) {
  if (text) check_plain(*text, path, errors);
}

/// What a visitor is told of what they sent: the same for the same parts.
std::string reference_of(std::initializer_list<std::string_view> parts);

}  // namespace atlas::portal
