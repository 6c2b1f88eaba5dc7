#include <algorithm>
#include <array>

#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "model_data.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

constexpr std::array<std::string_view, 21> kinds{
    "ignored", "given_name", "family_name",  "full_name", "title",    "email",     "phone",
    "date",    "street",     "house_number", "city",      "postcode", "region",    "identifier",
    "money",   "number",     "category",     "text",      "latitude", "longitude", "photos"};

}  // namespace

std::string_view to_string(FieldKind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<FieldKind> parse_field_kind(std::string_view code) noexcept {
  const auto it = std::find(kinds.begin(), kinds.end(), code);
  if (it == kinds.end()) return std::nullopt;
  return static_cast<FieldKind>(it - kinds.begin());
}

}  // namespace atlas::matching
