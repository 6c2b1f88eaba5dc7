#include "photos.hpp"

#include <algorithm>
#include <cstring>

#include "atlas/crypto.hpp"
#include "atlas/matching.hpp"
#include "atlas/photo_hash.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

constexpr std::size_t most_photos = 100;
constexpr std::size_t shown_bytes = 8, content_bytes = 32;
// A photo that so many have (a mark of the agency, "no photo yet") is nobody's.
constexpr float nobodys_bits = 4;

bool is_same(const Token& a, const Token& b) {
  if (a.text.size() != b.text.size()) return false;
  if (a.text.size() != shown_bytes) return a.text == b.text;
  std::uint64_t x = 0, y = 0;
  std::memcpy(&x, a.text.data(), sizeof x);
  std::memcpy(&y, b.text.data(), sizeof y);
  return photo_distance(x, y) <= same_photo_distance;
}

}  // namespace

void read_photos(Value& value, std::string_view cell) {
  while (!cell.empty() && value.tokens.size() < most_photos) {
    const std::size_t end = std::min(cell.find(value_separator), cell.size());
    const std::string_view digits = cell.substr(0, end);
    cell.remove_prefix(std::min(end + 1, cell.size()));
    if (digits.size() != 2 * shown_bytes && digits.size() != 2 * content_bytes) continue;
    auto bytes = unhex(digits);
    if (!bytes) continue;
    Token token;
    token.hash = hash_of(*bytes, 2);
    token.text = std::move(*bytes);
    const auto known = [&](const Token& t) { return t.hash == token.hash; };
    if (std::none_of(value.tokens.begin(), value.tokens.end(), known))
      value.tokens.push_back(std::move(token));
  }
  value.present = !value.tokens.empty();
}

Outcome compare_photos(const Value& a, const Value& b) {
  const auto own = [](const Token& t) { return t.bits >= nobodys_bits; };
  const auto shared = [&](const Value& x, const Value& y) {
    return std::count_if(x.tokens.begin(), x.tokens.end(), [&](const Token& t) {
      return own(t) && std::any_of(y.tokens.begin(), y.tokens.end(),
                                   [&](const Token& o) { return own(o) && is_same(t, o); });
    });
  };
  const auto count_a = std::count_if(a.tokens.begin(), a.tokens.end(), own);
  const auto count_b = std::count_if(b.tokens.begin(), b.tokens.end(), own);
  const auto smaller = std::min(count_a, count_b);
  if (smaller == 0) return {};
  // Two of one set may be like one of the other: counted from the side where they are fewer.
  const auto common = std::min(shared(a, b), shared(b, a));
  if (common == 0) return {3, -1};
  if (common == 1) return {2, -1};
  return {static_cast<std::int8_t>(2 * common >= smaller ? 0 : 1), -1};
}

}  // namespace atlas::matching
