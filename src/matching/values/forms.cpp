#include "forms.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "similarity.hpp"

namespace atlas::matching {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

template <std::size_t N>
bool among(const std::array<std::string_view, N>& sorted, std::string_view word) noexcept {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

template <std::size_t N>
std::string_view looked_up(const std::array<Pair, N>& sorted, std::string_view word) noexcept {
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), word,
                                   [](const Pair& p, std::string_view w) { return p.first < w; });
  return it != sorted.end() && it->first == word ? it->second : word;
}

template <class T, std::size_t N>
constexpr std::array<T, N> sorted(std::array<T, N> table) {
  std::sort(table.begin(), table.end());
  return table;
}

constexpr auto honorifics = sorted(std::to_array<std::string_view>(
    {"m",        "mr",     "mrs",          "ms",   "miss",    "mme",  "mlle", "melle", "dr",      "doctor",
     "docteur",  "prof",   "pr",           "me",   "maitre",  "sir",  "hadj", "haj",   "hajj",    "elhaj",
     "monsieur", "madame", "mademoiselle", "herr", "frau",    "sr",   "sra",  "rev",   "jr",      "mister",
     "lalla",    "moulay", "si",           "capt", "captain", "lord", "lady", "baron", "baronet", "bt",
     "1st",      "2nd",    "3rd",          "4th",  "5th",     "6th",  "7th",  "8th",   "9th",     "10th"}));

constexpr auto particles = sorted(std::to_array<std::string_view>(
    {"el",    "al", "ben", "bel", "ibn", "bin",   "ait", "ould", "bou", "abou", "abu", "aboul",
     "oulad", "d",  "de",  "du",  "des", "la",    "le",  "les",  "von", "van",  "der", "den",
     "di",    "da", "do",  "dos", "del", "della", "of",  "y",    "und", "et",   "l",   "zu"}));

constexpr auto fillers = sorted(std::to_array<std::string_view>(
    {"ltd",  "limited", "inc",         "incorporated", "llc",      "llp",  "lp",
     "plc",  "corp",    "corporation", "co",           "company",  "gmbh", "ag",
     "sa",   "sarl",    "sas",         "sasu",         "eurl",     "sci",  "snc",
     "spa",  "srl",     "bv",          "nv",           "oy",       "ab",   "as",
     "aps",  "kg",      "pty",         "pte",          "sl",       "the",  "and",
     "of",   "et",      "de",          "du",           "des",      "la",   "le",
     "les",  "l",       "d",           "societe",      "ste",      "cie",  "a",
     "an",   "for",     "in",          "on",           "at",       "with", "und",
     "y",    "group",   "groupe",      "holding",      "holdings", "n",    "s",
     "by",   "to",      "au",          "aux",          "en",       "dans", "pour",
     "avec", "sur",     "un",          "une"}));

constexpr auto nicknames = sorted(std::to_array<Pair>({{"bill", "william"},
                                                       {"billy", "william"},
                                                       {"will", "william"},
                                                       {"willie", "william"},
                                                       {"wm", "william"},
                                                       {"liam", "william"},
                                                       {"bob", "robert"},
                                                       {"bobby", "robert"},
                                                       {"rob", "robert"},
                                                       {"robbie", "robert"},
                                                       {"dick", "richard"},
                                                       {"rick", "richard"},
                                                       {"richie", "richard"},
                                                       {"jim", "james"},
                                                       {"jimmy", "james"},
                                                       {"jas", "james"},
                                                       {"jack", "john"},
                                                       {"johnny", "john"},
                                                       {"jon", "john"},
                                                       {"jno", "john"},
                                                       {"tom", "thomas"},
                                                       {"tommy", "thomas"},
                                                       {"thos", "thomas"},
                                                       {"chas", "charles"},
                                                       {"charlie", "charles"},
                                                       {"chuck", "charles"},
                                                       {"geo", "george"},
                                                       {"ed", "edward"},
                                                       {"eddie", "edward"},
                                                       {"ned", "edward"},
                                                       {"ted", "edward"},
                                                       {"teddy", "edward"},
                                                       {"harry", "henry"},
                                                       {"hal", "henry"},
                                                       {"hank", "henry"},
                                                       {"fred", "frederick"},
                                                       {"freddie", "frederick"},
                                                       {"alf", "alfred"},
                                                       {"bert", "albert"},
                                                       {"sam", "samuel"},
                                                       {"sammy", "samuel"},
                                                       {"ben", "benjamin"},
                                                       {"benny", "benjamin"},
                                                       {"dan", "daniel"},
                                                       {"danny", "daniel"},
                                                       {"dave", "david"},
                                                       {"mike", "michael"},
                                                       {"mick", "michael"},
                                                       {"mickey", "michael"},
                                                       {"steve", "stephen"},
                                                       {"steven", "stephen"},
                                                       {"tony", "anthony"},
                                                       {"andy", "andrew"},
                                                       {"drew", "andrew"},
                                                       {"alex", "alexander"},
                                                       {"alexandre", "alexander"},
                                                       {"sandy", "alexander"},
                                                       {"nick", "nicholas"},
                                                       {"nicolas", "nicholas"},
                                                       {"pete", "peter"},
                                                       {"phil", "philip"},
                                                       {"phillip", "philip"},
                                                       {"philippe", "philip"},
                                                       {"greg", "gregory"},
                                                       {"joe", "joseph"},
                                                       {"joey", "joseph"},
                                                       {"jos", "joseph"},
                                                       {"matt", "matthew"},
                                                       {"matthieu", "mathieu"},
                                                       {"pat", "patrick"},
                                                       {"paddy", "patrick"},
                                                       {"larry", "lawrence"},
                                                       {"laurie", "lawrence"},
                                                       {"walt", "walter"},
                                                       {"kate", "catherine"},
                                                       {"katie", "catherine"},
                                                       {"kathy", "catherine"},
                                                       {"cathy", "catherine"},
                                                       {"katherine", "catherine"},
                                                       {"kathryn", "catherine"},
                                                       {"kitty", "catherine"},
                                                       {"liz", "elizabeth"},
                                                       {"lizzie", "elizabeth"},
                                                       {"beth", "elizabeth"},
                                                       {"betty", "elizabeth"},
                                                       {"eliza", "elizabeth"},
                                                       {"betsy", "elizabeth"},
                                                       {"elisabeth", "elizabeth"},
                                                       {"maggie", "margaret"},
                                                       {"meg", "margaret"},
                                                       {"peggy", "margaret"},
                                                       {"marguerite", "margaret"},
                                                       {"polly", "mary"},
                                                       {"molly", "mary"},
                                                       {"annie", "anne"},
                                                       {"nancy", "anne"},
                                                       {"anna", "anne"},
                                                       {"ann", "anne"},
                                                       {"sally", "sarah"},
                                                       {"sue", "susan"},
                                                       {"suzie", "susan"},
                                                       {"jenny", "jennifer"},
                                                       {"jen", "jennifer"},
                                                       {"debbie", "deborah"},
                                                       {"vicky", "victoria"},
                                                       {"becky", "rebecca"},
                                                       {"abby", "abigail"},
                                                       {"chris", "christopher"},
                                                       {"christophe", "christopher"},
                                                       {"isa", "isabelle"},
                                                       {"isabel", "isabelle"},
                                                       {"manu", "emmanuel"},
                                                       {"seb", "sebastien"},
                                                       {"fred", "frederick"},
                                                       {"frederic", "frederick"},
                                                       {"nico", "nicholas"},
                                                       {"vero", "veronique"},
                                                       {"cath", "catherine"},
                                                       {"steph", "stephanie"},
                                                       {"val", "valerie"},
                                                       {"domi", "dominique"},
                                                       {"gigi", "ghizlane"},
                                                       {"simo", "mohamed"},
                                                       {"med", "mohamed"},
                                                       {"mohd", "mohamed"},
                                                       {"moh", "mohamed"},
                                                       {"mohammed", "mohamed"},
                                                       {"mhamed", "mohamed"},
                                                       {"muhammad", "mohamed"},
                                                       {"mohammad", "mohamed"},
                                                       {"mouhamed", "mohamed"},
                                                       {"mehmet", "mohamed"},
                                                       {"fati", "fatima"},
                                                       {"fatma", "fatima"},
                                                       {"fatimazohra", "fatimazahra"},
                                                       {"fz", "fatimazahra"},
                                                       {"fatiza", "fatimazahra"},
                                                       {"abdou", "abdellah"},
                                                       {"abdallah", "abdellah"},
                                                       {"abdullah", "abdellah"},
                                                       {"hassane", "hassan"},
                                                       {"houcine", "hussein"},
                                                       {"hussain", "hussein"},
                                                       {"hocine", "hussein"},
                                                       {"husayn", "hussein"},
                                                       {"lhoucine", "hussein"},
                                                       {"lahcen", "hassan"},
                                                       {"said", "said"},
                                                       {"yusuf", "youssef"},
                                                       {"yousef", "youssef"},
                                                       {"youcef", "youssef"},
                                                       {"jp", "jeanpierre"},
                                                       {"jeff", "jeanfrancois"},
                                                       {"mimi", "mariam"},
                                                       {"meriem", "mariam"},
                                                       {"meryem", "mariam"},
                                                       {"maryam", "mariam"},
                                                       {"myriam", "mariam"},
                                                       {"khadi", "khadija"},
                                                       {"omar", "omar"},
                                                       {"umar", "omar"},
                                                       {"reda", "rida"},
                                                       {"ridha", "rida"},
                                                       {"mehdi", "mahdi"}}));

constexpr auto street_words = sorted(std::to_array<Pair>(
    {{"av", "avenue"},       {"ave", "avenue"},       {"aven", "avenue"},     {"bd", "boulevard"},
     {"bld", "boulevard"},   {"blvd", "boulevard"},   {"boul", "boulevard"},  {"bvd", "boulevard"},
     {"r", "rue"},           {"st", "street"},        {"str", "street"},      {"rd", "road"},
     {"dr", "drive"},        {"ln", "lane"},          {"ct", "court"},        {"crt", "court"},
     {"pl", "place"},        {"sq", "square"},        {"hwy", "highway"},     {"pkwy", "parkway"},
     {"cres", "crescent"},   {"cr", "crescent"},      {"cct", "circuit"},     {"cir", "circle"},
     {"tce", "terrace"},     {"ter", "terrace"},      {"res", "residence"},   {"imm", "immeuble"},
     {"apt", "appartement"}, {"appt", "appartement"}, {"app", "appartement"}, {"apartment", "appartement"},
     {"bat", "batiment"},    {"ch", "chemin"},        {"che", "chemin"},      {"all", "allee"},
     {"imp", "impasse"},     {"rte", "route"},        {"q", "quai"},          {"qu", "quartier"},
     {"quart", "quartier"},  {"fbg", "faubourg"},     {"fg", "faubourg"},     {"lot", "lotissement"},
     {"n", "north"},         {"s", "south"},          {"e", "east"},          {"w", "west"},
     {"ne", "northeast"},    {"nw", "northwest"},     {"se", "southeast"},    {"sw", "southwest"},
     {"ste", "suite"},       {"fl", "floor"},         {"first", "1st"},       {"second", "2nd"},
     {"third", "3rd"},       {"fourth", "4th"},       {"fifth", "5th"},       {"sixth", "6th"},
     {"seventh", "7th"},     {"eighth", "8th"},       {"ninth", "9th"},       {"tenth", "10th"},
     {"mt", "mount"},        {"saint", "st"},         {"sainte", "st"},       {"hay", "hay"}}));

constexpr auto big_domains = std::to_array<std::string_view>(
    {"gmail.com", "hotmail.com", "hotmail.fr", "yahoo.fr", "yahoo.com", "outlook.com", "outlook.fr",
     "orange.fr", "wanadoo.fr", "laposte.net", "live.fr", "menara.ma", "icloud.com", "free.fr", "sfr.fr"});

constexpr bool is_vowel(char c) noexcept { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

// Letters of Arabic (as `fold` leaves them), Greek and Cyrillic; "" = nothing.
struct Letter {
  char32_t from;
  std::string_view to;
};
constexpr auto letters = std::to_array<Letter>({
    {0x3b1, "a"},  {0x3b2, "v"},  {0x3b3, "g"},  {0x3b4, "d"},  {0x3b5, "e"},  {0x3b6, "z"},  {0x3b7, "i"},
    {0x3b8, "th"}, {0x3b9, "i"},  {0x3ba, "k"},  {0x3bb, "l"},  {0x3bc, "m"},  {0x3bd, "n"},  {0x3be, "x"},
    {0x3bf, "o"},  {0x3c0, "p"},  {0x3c1, "r"},  {0x3c2, "s"},  {0x3c3, "s"},  {0x3c4, "t"},  {0x3c5, "y"},
    {0x3c6, "f"},  {0x3c7, "ch"}, {0x3c8, "ps"}, {0x3c9, "o"},  {0x430, "a"},  {0x431, "b"},  {0x432, "v"},
    {0x433, "g"},  {0x434, "d"},  {0x435, "e"},  {0x436, "zh"}, {0x437, "z"},  {0x438, "i"},  {0x439, "i"},
    {0x43a, "k"},  {0x43b, "l"},  {0x43c, "m"},  {0x43d, "n"},  {0x43e, "o"},  {0x43f, "p"},  {0x440, "r"},
    {0x441, "s"},  {0x442, "t"},  {0x443, "u"},  {0x444, "f"},  {0x445, "kh"}, {0x446, "ts"}, {0x447, "ch"},
    {0x448, "sh"}, {0x449, "sh"}, {0x44a, ""},   {0x44b, "y"},  {0x44c, ""},   {0x44d, "e"},  {0x44e, "yu"},
    {0x44f, "ya"}, {0x621, ""},   {0x624, "ou"}, {0x626, "i"},  {0x627, "a"},  {0x628, "b"},  {0x629, "a"},
    {0x62a, "t"},  {0x62b, "t"},  {0x62c, "j"},  {0x62d, "h"},  {0x62e, "kh"}, {0x62f, "d"},  {0x630, "d"},
    {0x631, "r"},  {0x632, "z"},  {0x633, "s"},  {0x634, "ch"}, {0x635, "s"},  {0x636, "d"},  {0x637, "t"},
    {0x638, "d"},  {0x639, "a"},  {0x63a, "gh"}, {0x641, "f"},  {0x642, "k"},  {0x643, "k"},  {0x644, "l"},
    {0x645, "m"},  {0x646, "n"},  {0x647, "h"},  {0x648, "ou"}, {0x64a, "i"},  {0x67e, "p"},  {0x686, "ch"},
    {0x6a4, "v"},  {0x6af, "g"},  {0x6ad, "g"},
});

// The code point at `i` of text that `fold` made; moves behind it.
char32_t code_point(std::string_view s, std::size_t& i) noexcept {
  const auto byte = [&](std::size_t k) { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0u; };
  const char32_t lead = byte(i++);
  if (lead < 0xc0) return lead;
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  char32_t c = lead & (0x3fu >> more);
  for (std::size_t k = 0; k < more && i < s.size(); ++k) c = c << 6 | (byte(i++) & 0x3fu);
  return c;
}

constexpr bool is_word_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
         (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string romanised(std::string_view folded) {
  if (std::all_of(folded.begin(), folded.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(folded);
  std::string out;
  out.reserve(folded.size());
  bool begins = true;
  for (std::size_t i = 0; i < folded.size();) {
    const std::size_t from = i;
    const char32_t c = code_point(folded, i);
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
      begins = c == ' ';
      continue;
    }
    // Punctuation and symbols of the general blocks part words.
    if ((c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f) || c == 0xa0 || c == 0xb7 ||
        c == 0x60c || c == 0x61b || c == 0x61f) {
      out.push_back(c == 0x2019 || c == 0x2018 ? '\'' : ' ');
      begins = true;
      continue;
    }
    // The Arabic article is a particle of its own.
    if (begins && c == 0x627 && i + 3 < folded.size()) {
      std::size_t next = i;
      if (code_point(folded, next) == 0x644) {
        std::size_t letters_after = 0;
        for (std::size_t k = next; k < folded.size() && folded[k] != ' ';) {
          code_point(folded, k);
          ++letters_after;
        }
        if (letters_after >= 3) {
          out += "al ";
          i = next;
          begins = false;
          continue;
        }
      }
    }
    begins = false;
    const auto it = std::lower_bound(letters.begin(), letters.end(), c,
                                     [](const Letter& l, char32_t w) { return l.from < w; });
    if (it != letters.end() && it->from == c)
      out += it->to;
    else
      out += folded.substr(from, i - from);
  }
  return out;
}

std::vector<std::string> tokens_of(std::string_view folded) {
  constexpr std::size_t most = 400;
  std::vector<std::string> out;
  std::string token;
  for (std::size_t i = 0; i <= folded.size(); ++i) {
    const char c = i < folded.size() ? folded[i] : ' ';
    if (is_word_byte(c)) {
      if (token.size() < compared_bytes) token.push_back(c);
    } else if (c == '\'' || c == '`') {
      // joined: o'brien is obrien, arnie's is arnies
    } else if (!token.empty()) {
      out.push_back(std::move(token));
      token.clear();
      if (out.size() == most) break;
    }
  }
  return out;
}

bool is_honorific(std::string_view token) noexcept { return among(honorifics, token); }
bool is_particle(std::string_view token) noexcept { return among(particles, token); }
bool is_filler(std::string_view token) noexcept { return among(fillers, token); }
std::string_view formal_name(std::string_view token) noexcept { return looked_up(nicknames, token); }
std::string_view formal_name_near(std::string_view token) noexcept {
  constexpr std::size_t least = 5;
  if (token.size() < least || formal_name(token) != token) return {};
  for (const auto& [nickname, formal] : nicknames)
    if (nickname.size() >= least && nickname[0] == token[0] && formal != token &&
        damerau(token, nickname, 1) <= 1)
      return formal;
  return {};
}
std::string_view street_word(std::string_view token) noexcept { return looked_up(street_words, token); }

std::string sound_of(std::string_view token) {
  std::string out;
  const auto put = [&](char c) {
    if (out.empty() || out.back() != c) out.push_back(c);
  };
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    const char n = i + 1 < token.size() ? token[i + 1] : '\0';
    switch (c) {
      case 'o':
        if (n == 'u' || n == 'o' || n == 'w') ++i;
        put('u');
        break;
      case 'w':
        put('u');
        break;
      case 'e':
        if (n == 'e') {
          ++i;
          put('i');
        } else if (n == 'i' || n == 'y') {
          ++i;
          put('a');
        } else if (i + 1 < token.size()) {  // a last e is mute
          put('a');
        }
        break;
      case 'a':
        if (n == 'i' || n == 'y') ++i;
        put('a');
        break;
      case 'y':
        put('i');
        break;
      case 'p':
        if (n == 'h') {
          ++i;
          put('f');
        } else {
          put('p');
        }
        break;
      case 'c':
        if (n == 'h') {
          ++i;
          put('S');
        } else if (n == 'e' || n == 'i' || n == 'y') {
          put('s');
        } else {
          if (n == 'k') ++i;
          put('k');
        }
        break;
      case 's':
        if (n == 'h') {
          ++i;
          put('S');
        } else {
          put('s');
        }
        break;
      case 'k':
        if (n == 'h') {
          ++i;
          put('X');
        } else {
          put('k');
        }
        break;
      case 'q':
        if (n == 'u') ++i;
        put('k');
        break;
      case 'g':
        if (n == 'h') ++i;
        put('g');
        break;
      case 'd':
        if (n == 'h' || n == 'j') ++i;
        put(n == 'j' ? 'j' : 'd');
        break;
      case 't':
        if (n == 'h') ++i;
        put('t');
        break;
      case 'h':
        if (i + 1 < token.size()) put('h');  // a last h is mute
        break;
      default:
        put(c);
    }
  }
  return out.empty() ? std::string(token) : out;
}

std::string skeleton_of(std::string_view token) {
  const std::string sound = sound_of(token);
  std::string out;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const char c = sound[i];
    if (is_vowel(c)) continue;
    if (out.empty() || out.back() != c) out.push_back(c);
  }
  return out.empty() ? sound : out;
}

std::optional<std::int64_t> read_date(std::string_view text) {
  std::array<std::int64_t, 3> numbers{};
  std::array<std::size_t, 3> widths{};
  std::size_t count = 0;
  int month_name = 0;
  constexpr auto months = std::to_array<std::pair<std::string_view, int>>({{"jan", 1},
                                                                           {"feb", 2},
                                                                           {"fev", 2},
                                                                           {"fe", 2},
                                                                           {"mar", 3},
                                                                           {"apr", 4},
                                                                           {"avr", 4},
                                                                           {"may", 5},
                                                                           {"mai", 5},
                                                                           {"jun", 6},
                                                                           {"juin", 6},
                                                                           {"jul", 7},
                                                                           {"juil", 7},
                                                                           {"aug", 8},
                                                                           {"aou", 8},
                                                                           {"sep", 9},
                                                                           {"oct", 10},
                                                                           {"nov", 11},
                                                                           {"dec", 12}});
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      if (count == 3) break;  // a time of day may follow
      std::size_t width = 0;
      for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && width < 9; ++i, ++width)
        numbers[count] = numbers[count] * 10 + (text[i] - '0');
      widths[count++] = width;
    } else if (c >= 'a' && c <= 'z') {
      const std::string_view rest = text.substr(i);
      for (const auto& [name, number] : months)
        if (rest.starts_with(name)) month_name = number;
      while (i < text.size() && text[i] >= 'a' && text[i] <= 'z') ++i;
    } else {
      ++i;
    }
  }
  std::int64_t y = 0, m = 0, d = 0;
  if (count == 1 && widths[0] == 8) {
    y = numbers[0] / 10000, m = numbers[0] / 100 % 100, d = numbers[0] % 100;
    if (y < 1000 || y > 2200) d = numbers[0] / 1000000, m = numbers[0] / 10000 % 100, y = numbers[0] % 10000;
  } else if (count == 1 && widths[0] == 4 && month_name == 0) {
    y = numbers[0];
  } else if (count == 2 && month_name != 0) {
    d = numbers[0], m = month_name, y = numbers[1];
    if (widths[0] == 4) std::swap(d, y);
  } else if (count == 3) {
    if (widths[0] == 4) {
      y = numbers[0], m = numbers[1], d = numbers[2];
    } else {
      d = numbers[0], m = numbers[1], y = numbers[2];
      if (m > 12 && d <= 12) std::swap(d, m);
      if (widths[2] <= 2) y += y > 30 ? 1900 : 2000;
    }
  } else {
    return std::nullopt;
  }
  if (y < 1000 || y > 2200 || m > 31 || d > 31) return std::nullopt;
  return y * 10000 + m * 100 + d;
}

std::optional<std::int64_t> read_number(std::string_view text) {
  // The first run of digits with marks between; the last mark parts decimals unless three digits follow it.
  std::size_t from = 0;
  while (from < text.size() && (text[from] < '0' || text[from] > '9')) ++from;
  if (from == text.size()) return std::nullopt;
  const bool negative = from > 0 && text[from - 1] == '-';
  std::int64_t whole = 0, fraction = 0, scale = 1000;
  std::string digits;
  std::string marks;
  std::vector<std::size_t> at;
  std::size_t i = from;
  for (; i < text.size() && digits.size() < 15; ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else if ((c == '.' || c == ',' || c == ' ' || c == '\'') && i + 1 < text.size() && text[i + 1] >= '0' &&
               text[i + 1] <= '9') {
      marks.push_back(c);
      at.push_back(digits.size());
    } else {
      break;
    }
  }
  std::size_t whole_digits = digits.size();
  if (!marks.empty()) {
    const std::size_t after = digits.size() - at.back();
    const bool repeated = std::count(marks.begin(), marks.end(), marks.back()) > 1;
    if (marks.back() != ' ' && !repeated &&
        (after != 3 || at.back() > 3 || (marks.back() == '.' && digits[0] == '0')))
      whole_digits = at.back();
  }
  for (std::size_t k = 0; k < digits.size(); ++k) {
    if (k < whole_digits) {
      whole = whole * 10 + (digits[k] - '0');
    } else if (scale > 1) {
      scale /= 10;
      fraction += (digits[k] - '0') * scale;
    }
  }
  const std::int64_t value = whole * 1000 + fraction;
  return negative ? -value : value;
}

bool is_big_domain(std::string_view domain) noexcept {
  return std::find(big_domains.begin(), big_domains.end(), domain) != big_domains.end();
}

Mailbox mailbox_of(std::string_view folded) {
  const std::size_t at = folded.rfind('@');
  if (at == std::string_view::npos) return {};
  std::string local(folded.substr(0, at)), domain(folded.substr(at + 1));
  // "Jean Dupont <jean@example.com>": what the angles hold.
  if (const std::size_t angle = local.rfind('<'); angle != std::string::npos) local.erase(0, angle + 1);
  if (const std::size_t angle = domain.find('>'); angle != std::string::npos) domain.resize(angle);
  std::erase(local, ' ');
  std::erase(domain, ' ');
  if (const std::size_t plus = local.find('+'); plus != std::string::npos && plus > 0) local.resize(plus);
  for (const std::string_view big : big_domains) {
    if (domain == big) break;
    if (domain.size() >= 6 && damerau(domain, big, 1) <= 1 && domain.front() == big.front()) {
      domain = big;
      break;
    }
  }
  if (domain == "googlemail.com") domain = "gmail.com";
  return {std::move(local), std::move(domain)};
}

}  // namespace atlas::matching
