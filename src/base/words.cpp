#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>

#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "utf8.hpp"

namespace atlas {
namespace {

// Letters, digits and the marks that belong to letters (vowel signs of Indic scripts, for one).
bool is_word_char(char32_t c) {
  if (c < 0x80) return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z');
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

// Scripts that write spaces between words: there, UAX #29 never breaks inside a run of letters and digits.
constexpr bool is_spaced_script(char32_t c) {
  return c < 0x700 || (c >= 0x1e00 && c <= 0x206f) || (c >= 0x20a0 && c <= 0x20cf);
}

// ال and at least three letters: the definite article goes, so that البيت and بيت meet.
std::string_view without_article(std::string_view word) {
  constexpr std::string_view article = "\xd8\xa7\xd9\x84";
  if (!word.starts_with(article) || code_points(word) < 5) return word;
  return word.substr(article.size());
}

// The runs of word characters in `segment`.
void add_runs(std::string_view segment, std::vector<std::string>& out) {
  std::size_t begin = 0, at = 0;
  const auto end_run = [&](std::size_t end) {
    if (end > begin) out.emplace_back(without_article(segment.substr(begin, end - begin)));
  };
  while (at < segment.size()) {
    const std::size_t here = at;
    if (is_word_char(utf8::next(segment, at))) continue;
    end_run(here);
    begin = at;
  }
  end_run(segment.size());
}

void add_segmented(std::string_view folded, std::vector<std::string>& out) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> words(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "the Unicode data cannot be used");
  const auto text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(folded.data(), static_cast<std::int32_t>(folded.size())));
  words->setText(text);
  for (std::int32_t begin = words->first(), end = words->next(); end != icu::BreakIterator::DONE;
       begin = end, end = words->next()) {
    std::string segment;
    text.tempSubStringBetween(begin, end).toUTF8String(segment);
    add_runs(segment, out);
  }
}

}  // namespace

std::vector<std::string> words(std::string_view text) {
  const std::string folded = fold(text);
  std::vector<std::string> out;
  bool spaced = true;
  for (std::size_t i = 0; spaced && i < folded.size();) spaced = is_spaced_script(utf8::next(folded, i));
  if (spaced)
    add_runs(folded, out);
  else
    add_segmented(folded, out);
  return out;
}

std::string fold_key(std::string_view text) {
  const std::string folded = fold(text);
  std::string out;
  out.reserve(folded.size());
  for (std::size_t i = 0; i < folded.size();) {
    const std::size_t begin = i;
    if (is_word_char(utf8::next(folded, i))) out.append(folded, begin, i - begin);
  }
  return out;
}

}  // namespace atlas
