#include "told.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "atlas/text.hpp"

namespace atlas::matching {
namespace {

constexpr std::size_t read_bytes = 4096, most_surfaces = 3;

bool among(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr auto surface_units = std::to_array<std::string_view>(
    {"m2", "m²", "sqm", "mq", "metres", "metre", "مترا", "متر", "م2", "م", "م²"});
constexpr auto room_words =
    std::to_array<std::string_view>({"pieces", "piece", "pieces,", "pcs", "pces", "rooms", "room", "p"});
constexpr auto bedroom_words =
    std::to_array<std::string_view>({"chambres", "chambre", "ch", "chbres", "chs", "bedrooms", "bedroom",
                                     "beds", "bed", "br", "غرف", "غرفه", "غرفة", "بيوت"});
constexpr auto bathroom_words = std::to_array<std::string_view>(
    {"bathrooms", "bathroom", "baths", "bath", "sdb", "sdbs", "حمامات", "حمام"});
constexpr auto floor_words = std::to_array<std::string_view>({"etage", "floor", "niveau"});
constexpr auto arabic_floors = std::to_array<std::string_view>({"الطابق", "طابق"});

struct Count {
  std::string_view word;
  std::int64_t n;
};
constexpr auto counts = std::to_array<Count>(
    {{"un", 1},      {"une", 1},      {"deux", 2},      {"trois", 3},     {"quatre", 4},    {"cinq", 5},
     {"six", 6},     {"one", 1},      {"two", 2},       {"three", 3},     {"four", 4},      {"five", 5},
     {"premier", 1}, {"deuxieme", 2}, {"troisieme", 3}, {"quatrieme", 4}, {"cinquieme", 5}, {"first", 1},
     {"second", 2},  {"third", 3},    {"fourth", 4},    {"fifth", 5},     {"الاول", 1},     {"الثاني", 2},
     {"الثالث", 3},  {"الرابع", 4},   {"الخامس", 5}});

constexpr auto property_words = std::to_array<std::string_view>(
    {"appartement", "appartements", "appart",   "appt",    "apt",      "apartment", "apartments", "flat",
     "maison",      "maisons",      "house",    "houses",  "home",     "villa",     "villas",     "studio",
     "duplex",      "triplex",      "loft",     "riad",    "terrain",  "immeuble",  "pavillon",   "condo",
     "townhouse",   "penthouse",    "bungalow", "chalet",  "longere",  "mas",       "logement",   "bureau",
     "bureaux",     "plateau",      "ferme",    "chambre", "chambres", "pieces",    "bedroom",    "bedrooms",
     "m2",          "vendre",       "vente",    "louer",   "location", "t1",        "t2",         "t3",
     "t4",          "t5",           "f1",       "f2",      "f3",       "f4",        "f5",         "شقة",
     "شقه",         "شقق",          "فيلا",     "منزل",    "دار",      "بيت",       "ارض",        "للبيع",
     "للكراء",      "للايجار",      "ستوديو",   "دوبلكس",  "عماره"});

// A word of the text and the number it begins with.
struct Word {
  std::string_view text;  // all of it
  std::int64_t number = -1;
  std::string_view unit;  // what is behind the number
};

bool is_end(char c) {
  return c == ' ' || c == ',' || c == ';' || c == '(' || c == ')' || c == '/' || c == '!' || c == ':' ||
         c == '-' || c == '\n' || c == '\t' || c == '\r' || c == '"' || c == '|' || c == '+';
}

std::vector<Word> words_of(std::string_view text) {
  constexpr std::size_t most = 700;
  std::vector<Word> out;
  for (std::size_t i = 0; i < text.size() && out.size() < most;) {
    if (is_end(text[i])) {
      ++i;
      continue;
    }
    std::size_t j = i;
    // A point or a comma between digits is of the number.
    while (j < text.size() &&
           !(is_end(text[j]) && !(text[j] == ',' && j > i && j + 1 < text.size() && text[j - 1] >= '0' &&
                                  text[j - 1] <= '9' && text[j + 1] >= '0' && text[j + 1] <= '9')))
      ++j;
    std::string_view word = text.substr(i, j - i);
    while (!word.empty() && word.back() == '.') word.remove_suffix(1);
    i = j;
    if (word.empty()) continue;
    Word w{word, -1, {}};
    std::size_t digits = 0;
    std::int64_t n = 0;
    while (digits < word.size() && digits < 7 && word[digits] >= '0' && word[digits] <= '9')
      n = n * 10 + (word[digits++] - '0');
    if (digits > 0) {
      w.number = n;
      std::size_t rest = digits;
      if (rest + 1 < word.size() && (word[rest] == '.' || word[rest] == ',') && word[rest + 1] >= '0' &&
          word[rest + 1] <= '9') {
        if (word[rest + 1] >= '5') ++w.number;
        ++rest;
        while (rest < word.size() && word[rest] >= '0' && word[rest] <= '9') ++rest;
      }
      w.unit = word.substr(rest);
      if (rest < word.size() && word[rest] >= '0' && word[rest] <= '9') w.number = -1;
    } else {
      for (const Count& count : counts)
        if (count.word == word) w.number = count.n;
    }
    out.push_back(w);
  }
  return out;
}

bool is_ordinal(std::string_view unit) {
  constexpr auto endings = std::to_array<std::string_view>(
      {"e", "er", "ere", "eme", "ieme", "nd", "nde", "rd", "st", "th", "ème"});
  return among(endings, unit);
}

// Calls put(what, value, first word, words).
template <class Put>
void read_told(const std::vector<Word>& words, Put&& put) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& w = words[i];
    const std::string_view next = i + 1 < words.size() ? words[i + 1].text : std::string_view();
    const bool digits = w.text[0] >= '0' && w.text[0] <= '9';
    if (w.number >= 0) {
      const bool joined = digits && !w.unit.empty();
      const std::string_view unit = joined ? w.unit : next;
      const std::size_t used = joined ? 1 : 2;
      if (digits && among(surface_units, unit)) {
        put('s', w.number, i, used);
      } else if (among(bedroom_words, unit)) {
        put('b', w.number, i, used);
      } else if (among(room_words, unit)) {
        put('r', w.number, i, used);
      } else if (among(bathroom_words, unit)) {
        put('w', w.number, i, used);
      } else if ((!digits || w.unit.empty() || is_ordinal(w.unit)) && among(floor_words, next)) {
        put('f', w.number, i, 2);
      }
    } else if (w.text.size() == 2 && (w.text[0] == 't' || w.text[0] == 'f' || w.text[0] == 'p') &&
               w.text[1] >= '1' && w.text[1] <= '9') {
      put('r', w.text[1] - '0', i, 1);
    } else if (w.text == "studio" || w.text == "ستوديو") {
      put('r', 1, i, 1);
    } else if (w.text == "rdc" || (w.text == "rez" && next == "de")) {
      put('f', 0, i, w.text == "rdc" ? 1 : 3);
    } else if (w.text == "ground" && next == "floor") {
      put('f', 0, i, 2);
    } else if ((among(arabic_floors, w.text) || w.text == "etage" || w.text == "floor") &&
               i + 1 < words.size() && words[i + 1].number >= 0 && words[i + 1].number < 60 &&
               (words[i + 1].unit.empty() || among(arabic_floors, w.text)) &&
               (among(arabic_floors, w.text) ||
                (words[i + 1].text[0] >= '0' && words[i + 1].text[0] <= '9'))) {
      put('f', words[i + 1].number, i, 2);
    }
  }
}

}  // namespace

Told told_in(std::string_view folded) {
  Told out;
  const std::vector<Word> words = words_of(folded.substr(0, read_bytes));
  const auto once = [](std::optional<std::int64_t>& to, std::int64_t n, std::int64_t least,
                       std::int64_t most) {
    if (!to && n >= least && n <= most) to = n;
  };
  read_told(words, [&](char what, std::int64_t n, std::size_t, std::size_t) {
    constexpr std::int64_t most_rooms = 30, most_floors = 60, least_surface = 8, most_surface = 100'000;
    switch (what) {
      case 's':
        if (n >= least_surface && n <= most_surface && out.surfaces.size() < most_surfaces &&
            std::find(out.surfaces.begin(), out.surfaces.end(), n) == out.surfaces.end())
          out.surfaces.push_back(n);
        break;
      case 'r':
        once(out.rooms, n, 1, most_rooms);
        break;
      case 'b':
        once(out.bedrooms, n, 1, most_rooms);
        break;
      case 'w':
        once(out.bathrooms, n, 1, most_rooms);
        break;
      default:
        once(out.floor, n, 0, most_floors);
    }
  });
  return out;
}

std::string without_measures(std::string_view folded) {
  const std::vector<Word> words = words_of(folded.substr(0, read_bytes));
  std::vector<bool> drop(words.size());
  read_told(words, [&](char, std::int64_t, std::size_t from, std::size_t used) {
    for (std::size_t i = from; i < from + used && i < words.size(); ++i) drop[i] = true;
  });
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (drop[i]) continue;
    if (!out.empty()) out += ' ';
    out += words[i].text;
  }
  return out;
}

bool is_property_word(std::string_view word) noexcept { return among(property_words, word); }

}  // namespace atlas::matching
