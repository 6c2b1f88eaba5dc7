#pragma once
// A value made ready for comparing. What a comparison looks at is computed here once for each distinct value.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comparators.hpp"

namespace atlas::matching {

struct Token {
  std::string text;
  std::uint64_t hash = 0;  ///< of the form in which it is counted
  float bits = 0;          ///< How much it says when two share it: −log2 of its frequency.
};

/// Which member holds what depends on the comparator; see values.cpp.
struct Value {
  bool present = false;
  std::string text;   ///< Equal: the same beyond spelling.
  std::string key;    ///< Equal: the same in another form.
  std::string extra;  ///< Consonants of a name, domain of a mailbox, number of a house.
  std::vector<Token> tokens;
  std::vector<Value> more;  ///< Further values of the same field: a second telephone.
  std::int64_t number = 0, number2 = 0;
  float bits = 0;      ///< −log2 of the frequency of `text`.
  float key_bits = 0;  ///< −log2 of the frequency of `key`.
  std::uint64_t text_hash() const;
  std::uint64_t key_hash() const;
};

/// Behind a country of national numbers that nobody told: FR?
inline constexpr char guessed_region = '?';

/// Reads the cells that a comparison takes together. `cells` may hold empty ones.
Value make_value(Comparator comparator, std::span<const std::string_view> cells,
                 std::string_view phone_region);

/// The name that stands in a mailbox of two words or more (samira.bennassoudi702), else a missing value.
Value name_of_mailbox(Comparator comparator, const Value& email);

/// Calls `visit(hash)` for everything in the value whose frequency counts, each once.
template <class Visit>
void for_each_counted(const Value& value, Visit&& visit) {
  if (!value.present) return;
  if (!value.text.empty()) visit(value.text_hash());
  if (!value.key.empty()) visit(value.key_hash());
  for (const Token& token : value.tokens) visit(token.hash);
  for (const Value& other : value.more) {
    if (!other.text.empty()) visit(other.text_hash());
    if (!other.key.empty()) visit(other.key_hash());
  }
}

}  // namespace atlas::matching
