#pragma once
// Folded text as numbers, words and signs; private to the room.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas::imports {

/// An exact non-negative number, `units / 10^scale`, of at most 18 digits.
struct Number {
  std::int64_t units = 0;
  int scale = 0;
};

enum class TokenKind : std::uint8_t { number, word, sign };

struct Token {
  TokenKind kind;
  std::string_view text;  ///< in the folded text
  bool glued;             ///< no space before it
  // Numbers:
  Number number{};
  std::string_view refused{};  ///< a code of value_reason: the separators make no sense, too many digits
  /// "1.850": three digits behind its only separator; `number` has them as thousands.
  bool could_be_decimal = false;
  bool leading_zero = false;  ///< "0661…"

  bool is(std::string_view t) const { return text == t; }
  bool is_word(std::string_view t) const { return kind == TokenKind::word && text == t; }
  bool is_sign(char c) const { return kind == TokenKind::sign && text.size() == 1 && text[0] == c; }
};

/// A hyphen, dash or minus of any kind.
bool is_dash(const Token& t);

template <std::size_t N>
bool among(const std::string_view (&words)[N], std::string_view text) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

/// The same number with its three digits as decimals.
Number as_decimal(const Number& n);
/// `n * 10^power`, as whole units of that; nothing when it does not come out whole or is beyond 18 digits.
bool scaled(const Number& n, int power, std::int64_t& out);

/// The tokens of a text. Folding turns spaces of every kind into one, digits of every script into 0-9, and
/// m² into m2; a power or fraction behind a digit ("5²", "2½") makes the text unreadable.
class Tokens {
 public:
  /// `most`: where to stop reading a long text.
  explicit Tokens(std::string_view text, std::size_t most = 4'096);
  bool unreadable() const { return unreadable_; }
  const std::string& folded() const { return folded_; }
  std::span<const Token> all() const { return tokens_; }

 private:
  void read();
  std::size_t number(std::size_t at, bool glued);
  std::string folded_;
  std::vector<Token> tokens_;
  bool unreadable_ = false;
};

}  // namespace atlas::imports
