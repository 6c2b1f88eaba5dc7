#include "values.hpp"

#include <algorithm>
#include <cmath>

#include "atlas/matching.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"
#include "forms.hpp"
#include "photos.hpp"
#include "similarity.hpp"
#include "well_formed.hpp"

namespace atlas::matching {
namespace {

std::string joined(const std::vector<std::string>& tokens) {
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

bool is_number(std::string_view token) {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Well-formed, of bounded length, folded.
std::string folded(std::string_view cell) {
  cell = beginning_of(cell, value_bytes);
  if (is_utf8(cell)) return fold(cell);
  std::string clean;
  for (const char c : cell) {
    const auto byte = static_cast<unsigned char>(c);
    clean.push_back(byte >= 0x80 ? '?' : c);
  }
  return fold(clean);
}

Token token_of(std::string text, std::string_view counted) {
  Token token;
  token.hash = hash_of(counted, 2);
  token.text = std::move(text);
  return token;
}

// Parts that belong to the word behind them: ben moussa is benmoussa.
bool is_joined_part(std::string_view t) {
  return t == "ben" || t == "bel" || t == "bou" || t == "abou" || t == "abu" || t == "ibn" || t == "bin" ||
         t == "ait" || t == "ould" || t == "oulad" || t == "abd" || t == "abdel" || t == "mc" || t == "mac" ||
         t == "o" || t == "st" || t == "saint";
}

// elmehdi as a given name
std::string without_el(const std::string& word) {
  return word.size() >= 6 && word.starts_with("el") && !word.starts_with("eli") ? word.substr(2) : word;
}

struct NameWords {
  std::vector<std::string> all;   // as written, without honorifics
  std::vector<std::string> main;  // joined parts, without particles and articles
};

NameWords name_words(std::string_view text) {
  NameWords out;
  const std::vector<std::string> tokens = tokens_of(romanised(text));
  // Bel Haj is no pilgrim: behind such a part stands a name.
  for (const std::string& t : tokens)
    if (!is_honorific(t) || tokens.size() == 1 || (!out.all.empty() && is_joined_part(out.all.back())))
      out.all.push_back(t);
  // "Dr M.": the last is an initial.
  if (out.all.empty() && !tokens.empty() && tokens.back().size() == 1) out.all.push_back(tokens.back());
  if (out.all.empty()) out.all = tokens;
  if (out.all.size() > 16) out.all.resize(16);
  std::string open;
  for (std::size_t i = 0; i < out.all.size(); ++i) {
    const std::string& t = out.all[i];
    const bool last = i + 1 == out.all.size();
    if (!last && is_joined_part(t)) {
      open += t;
    } else if (!last && is_particle(t) && open.empty()) {
      continue;
    } else {
      out.main.push_back(open + t);
      open.clear();
    }
  }
  return out;
}

std::string without_article(const std::string& word) {
  if ((word.size() >= 6 && word.starts_with("el")) || (word.size() >= 7 && word.starts_with("al")))
    return word.substr(2);
  return word;
}

// text: letters as written, key: sounds of the formal names, extra: consonants, tokens: words, number: 1 when
// it is a title and no name, number2: what a nickname with a slip is short for.
void read_name(Value& value, std::string_view text, bool family) {
  NameWords words = name_words(text);
  if (words.all.empty()) return;
  value.present = true;
  value.number = std::all_of(words.all.begin(), words.all.end(), is_honorific) ? 1 : 0;
  value.text = joined(words.all);
  std::vector<std::string> keys;
  for (std::string& word : words.main) {
    const std::string bare = family ? without_article(word) : std::string(formal_name(without_el(word)));
    keys.push_back(sound_of(bare));
    value.tokens.push_back(token_of(bare, bare));
  }
  if (!family && words.main.size() == 1)
    if (const std::string_view formal = formal_name_near(words.main[0]); !formal.empty())
      value.number2 = static_cast<std::int64_t>(token_of({}, formal).hash);
  if (!family) {
    if (const std::string whole = joined(words.main); formal_name(whole) != whole)
      keys = {sound_of(formal_name(whole))};
  }
  value.key = joined(keys);
  for (const std::string& word : words.main)
    value.extra += skeleton_of(family ? without_article(word) : std::string(formal_name(word)));
}

// text: sorted words, key: sorted sounds, tokens: words, counted by sound.
void read_full_name(Value& value, std::string_view text) {
  NameWords words = name_words(text);
  if (words.all.empty()) return;
  value.present = true;
  std::vector<std::string> keys;
  for (std::string& word : words.main) {
    std::string bare = without_article(std::string(formal_name(word)));
    keys.push_back(sound_of(bare));
    word = bare;
  }
  for (const std::string& word : words.main) value.tokens.push_back(token_of(word, word));
  std::vector<std::string> sorted = words.main;
  std::sort(sorted.begin(), sorted.end());
  value.text = joined(sorted);
  std::sort(keys.begin(), keys.end());
  for (const std::string& k : keys) {
    value.key += k;
    value.extra += skeleton_of(k);
  }
}

bool is_unit(std::string_view word) {
  constexpr std::string_view units[] = {
      "m",   "m2",        "m3",  "mm",  "cm",  "km",  "ha", "in",  "inch", "ft",   "sqft",  "cuft", "kg",
      "g",   "mg",        "lb",  "lbs", "oz",  "l",   "cl", "ml",  "w",    "watt", "watts", "kw",   "v",
      "ah",  "mah",       "hz",  "khz", "mhz", "ghz", "gb", "go",  "mb",   "mo",   "tb",    "to",   "kb",
      "mp",  "megapixel", "p",   "i",   "k",   "x",   "dh", "dhs", "mad",  "eur",  "usd",   "pcs",  "pack",
      "ppm", "rpm",       "dpi", "ans", "h",   "min", "e",  "eme", "th",   "nd",   "st",    "rd"};
  return std::find(std::begin(units), std::end(units), word) != std::end(units);
}

// 92m2, 250gb, 1080p: a measure, not the name of a thing.
bool is_measure(std::string_view word) {
  const std::size_t at = word.find_first_not_of("0123456789");
  return at != 0 && at != std::string_view::npos && is_unit(word.substr(at));
}

// Which one of a series: II, 4.2, 2006. Neither a measure (42 inch, 7.1 channels) nor a part of a code
// (DR-22).
std::string ordinals_of(std::string_view text) {
  constexpr auto romans = std::to_array<std::pair<std::string_view, std::string_view>>({{"i", "1"},
                                                                                        {"ii", "2"},
                                                                                        {"iii", "3"},
                                                                                        {"iv", "4"},
                                                                                        {"vi", "6"},
                                                                                        {"vii", "7"},
                                                                                        {"viii", "8"},
                                                                                        {"ix", "9"}});
  constexpr auto counted = std::to_array<std::string_view>(
      {"cu",       "cubic",  "channel", "channels", "way",    "user",       "users", "zone",
       "zones",    "piece",  "pieces",  "inch",     "inches", "megapixels", "pixel", "disc",
       "discs",    "port",   "ports",   "year",     "years",  "bit",        "speed", "handset",
       "handsets", "bottle", "person",  "pk",       "count",  "ct",         "days",  "hours"});
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size() && found.size() < 8;) {
    if (!is_digit(text[i]) && !is_letter(text[i])) {
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < text.size() && (is_digit(text[i]) || is_letter(text[i]) ||
                               (text[i] == '.' && i + 1 < text.size() && i > from && is_digit(text[i - 1]) &&
                                is_digit(text[i + 1]))))
      ++i;
    std::string_view word = text.substr(from, i - from);
    const char before = from > 0 ? text[from - 1] : ' ', after = i < text.size() ? text[i] : ' ';
    if (before == '-' || before == '/' || before == '#' || after == '/' || after == '"' || after == '%')
      continue;
    if (word.size() > 1 && word[0] == 'v' && is_digit(word[1])) word.remove_prefix(1);
    if (is_digit(word[0])) {
      if (after == '-' || word.size() > 5 || std::any_of(word.begin(), word.end(), is_letter)) continue;
      std::size_t next = i;
      while (next < text.size() && text[next] == ' ') ++next;
      std::size_t end = next;
      while (end < text.size() && is_letter(text[end])) ++end;
      const std::string_view unit = text.substr(next, end - next);
      if (is_unit(unit) || std::find(counted.begin(), counted.end(), unit) != counted.end()) continue;
      if (word.ends_with(".0")) word.remove_suffix(2);
      found.emplace_back(word);
    } else if (from > 0) {
      for (const auto& [roman, number] : romans)
        if (word == roman) found.emplace_back(number);
    }
  }
  std::sort(found.begin(), found.end());
  std::string out;
  for (const std::string& number : found) out += number + " ";
  return out;
}

// text: words without fillers, tokens: the same, extra: which one of a series.
void read_title(Value& value, std::string_view text, std::size_t most) {
  std::vector<std::string> all = tokens_of(romanised(text));
  if (all.empty()) return;
  value.present = true;
  std::vector<std::string> main;
  for (std::string& t : all)
    if (!is_filler(t)) main.push_back(t);
  if (main.empty()) main = all;
  for (const std::string& t : main) {
    value.text += t;
    if (value.tokens.size() < most &&
        std::none_of(value.tokens.begin(), value.tokens.end(), [&](const Token& o) { return o.text == t; }))
      value.tokens.push_back(token_of(t, t));
  }
  value.text.resize(std::min<std::size_t>(value.text.size(), 512));
}

void read_email(Value& value, std::string_view text) {
  Mailbox box = mailbox_of(text);
  if (box.local.empty() || box.domain.empty()) {
    const std::vector<std::string> tokens = tokens_of(text);
    if (text.find('@') == std::string_view::npos && tokens.empty()) return;
    if (tokens.empty()) return;
    box.local = joined(tokens);
  }
  value.present = true;
  value.text = box.local + "@" + box.domain;
  if (box.domain == "gmail.com") std::erase_if(value.text, [](char c) { return c == '.'; });
  value.key = std::move(box.local);
  value.extra = std::move(box.domain);
}

// text: E.164, key: the last nine digits, extra: all digits, number: 1 when its country is guessed.
void read_phone(Value& value, std::string_view raw, std::string_view region) {
  const bool guessed = region.ends_with(guessed_region);
  if (guessed) region.remove_suffix(1);
  const bool marked = raw.ends_with(guessed_mark);
  if (marked) raw.remove_suffix(1);
  std::string plain = folded(raw);  // digits of every script
  std::string digits;
  for (const char c : plain)
    if (c >= '0' && c <= '9') digits.push_back(c);
  if (digits.size() < 5 || digits.size() > 30) return;
  const bool same = std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits[0]; });
  if (same) return;  // 0000000000 is nobody's
  value.present = true;
  constexpr std::size_t with_country = 11;
  const bool national = !trim(plain).starts_with('+') && !digits.starts_with("00") &&
                        (digits[0] == '0' || digits.size() < with_country);
  value.number = marked || (guessed && national) ? 1 : 0;
  std::optional<std::string> e164 = phone_e164(plain, region);
  if (!e164 && digits.size() >= 11 && digits[0] != '0') e164 = phone_e164("+" + digits, "ZZ");
  if (!e164 && digits.size() >= 9 && region != "ZZ") e164 = phone_e164(digits, region);
  if (e164) {
    value.text = *e164;
    digits = e164->substr(1);
  }
  while (digits.size() > 8 && digits[0] == '0') digits.erase(0, 1);
  value.extra = digits;
  value.key = digits.size() > 9 ? digits.substr(digits.size() - 9) : digits;
}

// tokens: words but the house's number, extra: that number, text: all.
void read_street(Value& value, std::string_view text) {
  std::vector<std::string> tokens = tokens_of(romanised(text));
  if (tokens.empty()) return;
  value.present = true;
  if (tokens.size() > 24) tokens.resize(24);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // The number of the house may carry a letter (12b, 12-14).
    if (value.extra.empty() && tokens[i][0] >= '0' && tokens[i][0] <= '9' && tokens[i].size() <= 6 &&
        (is_number(tokens[i]) || tokens[i].size() <= 4)) {
      if (!tokens[i].ends_with("th") && !tokens[i].ends_with("st") && !tokens[i].ends_with("nd") &&
          !tokens[i].ends_with("rd")) {
        value.extra = tokens[i];
        continue;
      }
    }
    std::string word(street_word(tokens[i]));
    value.tokens.push_back(token_of(word, word));
  }
  value.text = value.extra + "/";
  for (const Token& t : value.tokens) value.text += t.text;
}

void read_place(Value& value, std::string_view text) {
  const std::vector<std::string> tokens = tokens_of(romanised(text));
  if (tokens.empty()) return;
  value.present = true;
  for (const std::string& t : tokens) value.text += t == "st" || t == "ste" ? "saint" : t;
  value.key = value.text.size() > 3 ? sound_of(value.text) : std::string();
}

void read_codes(Value& value, std::string_view text) {
  // A word with a digit and a letter, or a long number; parts joined by a dash count joined too.
  std::string word;
  bool letter = false, digit = false;
  const auto end = [&] {
    const bool mixed = letter && digit && word.size() >= 4 && !is_measure(word);
    const bool long_number = digit && !letter && word.size() >= 5;
    if ((mixed || long_number) && word.size() <= 24 && value.tokens.size() < 12 &&
        std::none_of(value.tokens.begin(), value.tokens.end(),
                     [&](const Token& t) { return t.text == word; }))
      value.tokens.push_back(token_of(word, word));
    word.clear();
    letter = digit = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      digit = true;
      word.push_back(c);
    } else if (c >= 'a' && c <= 'z') {
      letter = true;
      word.push_back(c);
    } else if ((c == '-' || c == '/') && !word.empty()) {
      continue;
    } else {
      end();
    }
  }
  end();
  value.present = !value.tokens.empty();
}

void read_one(Value& value, Comparator comparator, std::string_view cell, std::string_view region) {
  switch (comparator) {
    case Comparator::given_name:
      return read_name(value, folded(cell), false);
    case Comparator::family_name:
      return read_name(value, folded(cell), true);
    case Comparator::full_name:
      return read_full_name(value, folded(cell));
    case Comparator::title:
      read_title(value, folded(cell), 40);
      if (value.present) value.extra = ordinals_of(romanised(folded(cell)));
      return;
    case Comparator::text:
      return read_title(value, folded(cell), 120);
    case Comparator::email:
      return read_email(value, folded(cell));
    case Comparator::phone:
      return read_phone(value, cell.substr(0, 64), region);
    case Comparator::date:
      if (const auto date = read_date(folded(cell))) {
        value.present = true;
        value.number = *date;
        value.text = std::to_string(*date);
        if (*date % 10000 == 101) value.key = "0101";
      }
      return;
    case Comparator::street:
      return read_street(value, folded(cell));
    case Comparator::city:
    case Comparator::region:
      return read_place(value, folded(cell));
    case Comparator::category:
      return read_title(value, folded(cell), 8);
    case Comparator::postcode:
    case Comparator::identifier: {
      std::string text = folded(cell);
      // https://www.example.com/ and example.com
      for (const std::string_view start : {"http://", "https://", "www."})
        if (text.starts_with(start)) text.erase(0, start.size());
      value.text = joined(tokens_of(text));
      value.present = !value.text.empty();
      return;
    }
    case Comparator::money:
    case Comparator::number:
      if (const auto number = read_number(folded(cell))) {
        value.present = true;
        value.number = *number;
        value.text = std::to_string(*number);
      }
      return;
    case Comparator::codes:
      return read_codes(value, folded(cell));
    case Comparator::photos:
    case Comparator::order:
    case Comparator::place:
      return;
  }
}

}  // namespace

std::uint64_t Value::text_hash() const { return hash_of(text, 1); }
std::uint64_t Value::key_hash() const { return hash_of(key, 3); }

Value make_value(Comparator comparator, std::span<const std::string_view> cells,
                 std::string_view phone_region) {
  Value value;
  if (comparator == Comparator::place) {
    if (cells.size() < 2) return value;
    const auto lat = read_number(folded(cells[0])), lng = read_number(folded(cells[1]));
    // In thousandths of a degree a building is lost: read the fraction by itself.
    const auto exact = [](std::string_view cell) {
      double sign = 1, whole = 0, scale = 0;
      for (const char c : cell) {
        if (c == '-') sign = -1;
        if (c == '.' || c == ',') scale = 1;
        if (c >= '0' && c <= '9') {
          if (scale > 0) {
            scale /= 10;
            whole += (c - '0') * scale;
          } else {
            whole = whole * 10 + (c - '0');
          }
        }
      }
      return sign * whole;
    };
    if (!lat || !lng) return value;
    const double y = exact(cells[0].substr(0, 32)), x = exact(cells[1].substr(0, 32));
    if (std::abs(y) > 90 || std::abs(x) > 180 || (y == 0 && x == 0)) return value;
    value.present = true;
    value.number = std::llround(y * 1e7);
    value.number2 = std::llround(x * 1e7);
    return value;
  }
  if (comparator == Comparator::photos) {
    read_photos(value, cells[0]);
    return value;
  }
  const bool one_text = comparator == Comparator::street || comparator == Comparator::codes ||
                        comparator == Comparator::text || comparator == Comparator::title;
  if (one_text && cells.size() > 1) {
    std::string all;
    for (const std::string_view cell : cells) {
      if (!all.empty()) all += ' ';
      all += beginning_of(cell, value_bytes);
    }
    std::replace(all.begin(), all.end(), value_separator, ' ');
    read_one(value, comparator, all, phone_region);
    return value;
  }
  constexpr std::size_t most = 6;
  for (std::string_view cell : cells) {
    for (bool more = true; more && value.more.size() < most;) {
      const std::size_t end = cell.find(value_separator);
      more = end != std::string_view::npos;
      const std::string_view part = cell.substr(0, end);
      if (more) cell.remove_prefix(end + 1);
      if (part.empty()) continue;
      if (!value.present) {
        read_one(value, comparator, part, phone_region);
        continue;
      }
      Value other;
      read_one(other, comparator, part, phone_region);
      const auto same = [&](const Value& v) { return v.text == other.text && v.key == other.key; };
      if (other.present && !same(value) && std::none_of(value.more.begin(), value.more.end(), same))
        value.more.push_back(std::move(other));
    }
  }
  return value;
}

Value name_of_mailbox(Comparator comparator, const Value& email) {
  std::string name;
  for (const char c : email.key) {
    if (c >= '0' && c <= '9') continue;
    name.push_back(c == '.' || c == '_' || c == '-' ? ' ' : c);
  }
  const std::string_view words = trim(name);
  if (words.find(' ') == std::string_view::npos || words.size() < 6) return {};
  const std::string_view cells[] = {words};
  return make_value(comparator, cells, "ZZ");
}

}  // namespace atlas::matching
