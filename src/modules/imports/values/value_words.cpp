// Words: nothing, property types, transactions, codes by their labels, countries, lines of text.

#include <algorithm>
#include <array>
#include <unordered_map>

#include "atlas/import_values.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/text.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_label_bytes = 500;

struct Advice {
  std::string_view reason, text;
};
constexpr Advice advices[] = {
    {value_reason::unreadable, "the value is not understood"},
    {value_reason::ambiguous, "the value can be understood in two ways"},
    {value_reason::range, "a range is no value"},
    {value_reason::several, "there is more than one value"},
    {value_reason::negative, "the value is negative"},
    {value_reason::out_of_range, "the value is too large"},
    {value_reason::unknown_unit, "the unit is not one that is read here"},
    {value_reason::per_unit, "the price is that of a unit (a square metre, a night), not of the whole"},
    {value_reason::too_many_decimals, "the currency has fewer decimals"},
    {value_reason::two_digit_year, "the year has two digits: which century is not said"},
    {value_reason::relative, "the date depends on when it was written"},
    {value_reason::no_such_day, "there is no such day; check the order of day and month"},
    {value_reason::unknown_word, "the word is not known; give its code in the map"},
    {value_reason::no_time_zone, "the time has no offset and no time zone was given"},
    {value_reason::too_long, "the value is too long"},
};

constexpr std::string_view nothings[] = {
    "",
    "-",
    "--",
    "---",
    "—",
    "–",
    ".",
    "..",
    "...",
    "?",
    "??",
    "n/a",
    "na",
    "n.a.",
    "n.a",
    "#n/a",
    "nan",
    "null",
    "none",
    "nil",
    "nc",
    "n.c.",
    "n.c",
    "nr",
    "n.r.",
    "inconnu",
    "inconnue",
    "unknown",
    "vide",
    "neant",
    "aucun prix",
    "sans prix",
    "prix non specifie",
    "non specifie",
    "non specifiee",
    "non precise",
    "non renseigne",
    "non renseignee",
    "non communique",
    "prix non communique",
    "prix a consulter",
    "a consulter",
    "prix sur demande",
    "sur demande",
    "nous consulter",
    "prix : nous consulter",
    "nous contacter",
    "contactez-nous",
    "contactez nous",
    "prix a debattre",
    "a debattre",
    "a negocier",
    "prix a negocier",
    "a definir",
    "a preciser",
    "on request",
    "price on request",
    "upon request",
    "poa",
    "p.o.a.",
    "tba",
    "tbd",
    "not specified",
    "not available",
    "not given",
    "ask for price",
    "غير محدد",
    "غير محدده",
    "الثمن غير محدد",
    "ثمن غير محدد",
    "بدون ثمن",
    "عند الطلب",
    "الثمن عند الطلب",
    "غير متوفر",
    "لا يوجد",
    "غير معروف",
    "للتفاوض",
};

struct WordCode {
  std::string_view word, code;
  bool weak = false;  // often only comes with something else: a garage, land
};
// Folded, one word; what takes two is found by its first.
constexpr WordCode property_words[] = {
    {"appartement", "PROP_APARTMENT"},
    {"appartements", "PROP_APARTMENT"},
    {"appart", "PROP_APARTMENT"},
    {"apparts", "PROP_APARTMENT"},
    {"appt", "PROP_APARTMENT"},
    {"appts", "PROP_APARTMENT"},
    {"apt", "PROP_APARTMENT"},
    {"apartment", "PROP_APARTMENT"},
    {"apartments", "PROP_APARTMENT"},
    {"apart", "PROP_APARTMENT"},
    {"apartement", "PROP_APARTMENT"},
    {"flat", "PROP_APARTMENT"},
    {"flats", "PROP_APARTMENT"},
    {"condo", "PROP_APARTMENT"},
    {"penthouse", "PROP_APARTMENT"},
    {"loft", "PROP_APARTMENT"},
    {"شقه", "PROP_APARTMENT"},
    {"شقق", "PROP_APARTMENT"},
    {"برطمه", "PROP_APARTMENT"},
    {"duplex", "PROP_APARTMENT", true},
    {"triplex", "PROP_APARTMENT", true},
    {"studio", "PROP_STUDIO"},
    {"studios", "PROP_STUDIO"},
    {"studette", "PROP_STUDIO"},
    {"استوديو", "PROP_STUDIO"},
    {"ستوديو", "PROP_STUDIO"},
    {"maison", "PROP_HOUSE"},
    {"maisons", "PROP_HOUSE"},
    {"pavillon", "PROP_HOUSE"},
    {"house", "PROP_HOUSE"},
    {"houses", "PROP_HOUSE"},
    {"townhouse", "PROP_HOUSE"},
    {"منزل", "PROP_HOUSE"},
    {"منازل", "PROP_HOUSE"},
    {"دار", "PROP_HOUSE"},
    {"villa", "PROP_VILLA"},
    {"villas", "PROP_VILLA"},
    {"فيلا", "PROP_VILLA"},
    {"فيلات", "PROP_VILLA"},
    {"فيلل", "PROP_VILLA"},
    {"riad", "PROP_RIAD"},
    {"riads", "PROP_RIAD"},
    {"ryad", "PROP_RIAD"},
    {"رياض", "PROP_RIAD"},
    {"immeuble", "PROP_BUILDING"},
    {"immeubles", "PROP_BUILDING"},
    {"building", "PROP_BUILDING"},
    {"عماره", "PROP_BUILDING"},
    {"عمارات", "PROP_BUILDING"},
    {"terrain", "PROP_LAND"},
    {"terrains", "PROP_LAND"},
    {"parcelle", "PROP_LAND"},
    {"land", "PROP_LAND"},
    {"plot", "PROP_LAND"},
    {"ارض", "PROP_LAND"},
    {"اراضي", "PROP_LAND"},
    {"بقعه", "PROP_LAND"},
    {"بقع", "PROP_LAND"},
    {"ferme", "PROP_FARM"},
    {"fermes", "PROP_FARM"},
    {"farm", "PROP_FARM"},
    {"ضيعه", "PROP_FARM"},
    {"مزرعه", "PROP_FARM"},
    {"فيرمه", "PROP_FARM"},
    {"bureau", "PROP_OFFICE"},
    {"bureaux", "PROP_OFFICE"},
    {"office", "PROP_OFFICE", true},
    {"offices", "PROP_OFFICE", true},
    {"مكتب", "PROP_OFFICE"},
    {"مكاتب", "PROP_OFFICE"},
    {"magasin", "PROP_SHOP"},
    {"magasins", "PROP_SHOP"},
    {"boutique", "PROP_SHOP"},
    {"local", "PROP_SHOP", true},
    {"locaux", "PROP_SHOP", true},
    {"shop", "PROP_SHOP"},
    {"محل", "PROP_SHOP"},
    {"محلات", "PROP_SHOP"},
    {"entrepot", "PROP_WAREHOUSE"},
    {"hangar", "PROP_WAREHOUSE"},
    {"depot", "PROP_WAREHOUSE", true},
    {"warehouse", "PROP_WAREHOUSE"},
    {"مستودع", "PROP_WAREHOUSE"},
    {"هنكار", "PROP_WAREHOUSE"},
    {"parking", "PROP_PARKING", true},
    {"parkings", "PROP_PARKING", true},
    {"garage", "PROP_PARKING", true},
    {"garages", "PROP_PARKING", true},
    {"box", "PROP_PARKING", true},
    {"كراج", "PROP_PARKING", true},
    {"مراب", "PROP_PARKING", true},
};
// What stands behind these only comes with the dwelling, or lies near it.
constexpr std::string_view with_words[] = {"avec",    "with", "et",  "and",  "plus", "sans",
                                           "without", "مع",   "و",   "دون",  "بدون", "pres",
                                           "proche",  "near", "sur", "dans", "in",   "cote"};

constexpr std::string_view sale_words[] = {"vente",   "ventes", "vends", "vend",    "sale", "sell",
                                           "selling", "buy",    "achat", "acheter", "بيع",  "شراء"};
constexpr std::string_view rent_words[] = {"location", "locations", "louer", "loue",  "rent",    "rental",
                                           "letting",  "lease",     "كراء",  "ايجار", "للايجار", "تاجير"};

// Said beside the labels. Folded.
struct DictionaryWord {
  std::string_view dictionary, word, code;
};
constexpr DictionaryWord dictionary_words[] = {
    {"LEAD_SOURCE", "tel", "LEAD_SOURCE_PHONE"},
    {"LEAD_SOURCE", "phone", "LEAD_SOURCE_PHONE"},
    {"LEAD_SOURCE", "appel", "LEAD_SOURCE_PHONE"},
    {"LEAD_SOURCE", "call", "LEAD_SOURCE_PHONE"},
    {"LEAD_SOURCE", "texto", "LEAD_SOURCE_SMS"},
    {"LEAD_SOURCE", "email", "LEAD_SOURCE_EMAIL"},
    {"LEAD_SOURCE", "mail", "LEAD_SOURCE_EMAIL"},
    {"LEAD_SOURCE", "e-mail", "LEAD_SOURCE_EMAIL"},
    {"LEAD_SOURCE", "website", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "web", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "site", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "site web", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "site internet", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "formulaire", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "form", "LEAD_SOURCE_FORM"},
    {"LEAD_SOURCE", "wa", "LEAD_SOURCE_WHATSAPP"},
    {"LEAD_SOURCE", "fb", "LEAD_SOURCE_FACEBOOK"},
    {"LEAD_SOURCE", "insta", "LEAD_SOURCE_INSTAGRAM"},
    {"LEAD_SOURCE", "passage", "LEAD_SOURCE_WALK_IN"},
    {"LEAD_SOURCE", "walk in", "LEAD_SOURCE_WALK_IN"},
    {"LEAD_SOURCE", "agence", "LEAD_SOURCE_WALK_IN"},
    {"LEAD_SOURCE", "visite agence", "LEAD_SOURCE_WALK_IN"},
    {"LEAD_SOURCE", "parrainage", "LEAD_SOURCE_REFERRAL"},
    {"LEAD_SOURCE", "bouche a oreille", "LEAD_SOURCE_REFERRAL"},
    {"LEAD_SOURCE", "avito.ma", "LEAD_SOURCE_AVITO"},
    {"LEAD_SOURCE", "mubawab.ma", "LEAD_SOURCE_MUBAWAB"},
    {"LEAD_SOURCE", "autre", "LEAD_SOURCE_OTHER"},
    {"LEAD_SOURCE", "other", "LEAD_SOURCE_OTHER"},
    {"LEAD_SOURCE", "portal", "LEAD_SOURCE_OTHER"},
    {"LEAD_SOURCE", "portail", "LEAD_SOURCE_OTHER"},
    {"LEAD_SOURCE", "import", "LEAD_SOURCE_OTHER"},
    {"LEAD_SOURCE", "importation", "LEAD_SOURCE_OTHER"},
    {"CHANNEL_TYPE", "email", "CHAN_EMAIL"},
    {"CHANNEL_TYPE", "mail", "CHAN_EMAIL"},
    {"CHANNEL_TYPE", "courrier electronique", "CHAN_EMAIL"},
    {"CHANNEL_TYPE", "tel", "CHAN_PHONE"},
    {"CHANNEL_TYPE", "phone", "CHAN_PHONE"},
    {"CHANNEL_TYPE", "appel", "CHAN_PHONE"},
    {"CHANNEL_TYPE", "call", "CHAN_PHONE"},
    {"CHANNEL_TYPE", "texto", "CHAN_SMS"},
    {"CHANNEL_TYPE", "wa", "CHAN_WHATSAPP"},
    {"CONSENT_TYPE", "contact", "CONSENT_CONTACT"},
    {"CONSENT_TYPE", "etre contacte", "CONSENT_CONTACT"},
    {"CONSENT_TYPE", "newsletter", "CONSENT_MARKETING"},
    {"CONSENT_TYPE", "prospection", "CONSENT_MARKETING"},
    {"CONSENT_TYPE", "publicite", "CONSENT_MARKETING"},
    {"CONSENT_TYPE", "offres", "CONSENT_MARKETING"},
    {"CONSENT_SOURCE", "form", "CONSENT_SRC_FORM"},
    {"CONSENT_SOURCE", "site", "CONSENT_SRC_FORM"},
    {"CONSENT_SOURCE", "website", "CONSENT_SRC_FORM"},
    {"CONSENT_SOURCE", "papier", "CONSENT_SRC_PAPER"},
    {"CONSENT_SOURCE", "whatsapp", "CONSENT_SRC_WHATSAPP_INBOUND"},
    {"CONSENT_SOURCE", "sms", "CONSENT_SRC_SMS_INBOUND"},
    {"CONSENT_SOURCE", "double opt-in", "CONSENT_SRC_DOUBLE_OPT_IN"},
    {"PARTY_ROLE", "acheteur", "BUYER"},
    {"PARTY_ROLE", "acquereuse", "BUYER"},
    {"PARTY_ROLE", "bailleur", "LANDLORD"},
    {"PARTY_ROLE", "lessor", "LANDLORD"},
    {"PARTY_ROLE", "lessee", "TENANT"},
    {"PARTY_ROLE", "proprio", "OWNER"},
    {"CASE_TYPE", "achat", "CRM_LEAD_BUY"},
    {"CASE_TYPE", "acheter", "CRM_LEAD_BUY"},
    {"CASE_TYPE", "buy", "CRM_LEAD_BUY"},
    {"CASE_TYPE", "louer", "CRM_LEAD_RENT"},
    {"CASE_TYPE", "rent", "CRM_LEAD_RENT"},
    {"CASE_TYPE", "lead", "CRM_LEAD"},
};

struct Country {
  std::string_view name, code;
};
constexpr Country countries[] = {
    {"maroc", "MA"},
    {"morocco", "MA"},
    {"marruecos", "MA"},
    {"المغرب", "MA"},
    {"france", "FR"},
    {"فرنسا", "FR"},
    {"algerie", "DZ"},
    {"algeria", "DZ"},
    {"الجزاير", "DZ"},
    {"tunisie", "TN"},
    {"tunisia", "TN"},
    {"تونس", "TN"},
    {"espagne", "ES"},
    {"spain", "ES"},
    {"اسبانيا", "ES"},
    {"belgique", "BE"},
    {"belgium", "BE"},
    {"suisse", "CH"},
    {"switzerland", "CH"},
    {"canada", "CA"},
    {"allemagne", "DE"},
    {"germany", "DE"},
    {"italie", "IT"},
    {"italy", "IT"},
    {"pays-bas", "NL"},
    {"netherlands", "NL"},
    {"royaume-uni", "GB"},
    {"united kingdom", "GB"},
    {"uk", "GB"},
    {"etats-unis", "US"},
    {"usa", "US"},
    {"luxembourg", "LU"},
    {"portugal", "PT"},
    {"senegal", "SN"},
    {"emirats arabes unis", "AE"},
};

std::string label_key(std::string_view dictionary, std::string_view folded) {
  std::string key(dictionary);
  key.push_back('\n');
  return key.append(folded);
}

const std::unordered_map<std::string, std::string_view>& labels() {
  static const auto table = [] {
    std::unordered_map<std::string, std::string_view> t;
    for (const ReferenceSeed& s : reference_seeds()) {
      // Two codes of one label: the label names neither.
      for (const std::string_view label : {s.label_fr, s.label_en, s.label_ar, s.code}) {
        const auto [at, is_new] = t.emplace(label_key(s.dictionary, fold(label)), s.code);
        if (!is_new && at->second != s.code) at->second = {};
      }
    }
    for (const DictionaryWord& w : dictionary_words) t.emplace(label_key(w.dictionary, w.word), w.code);
    return t;
  }();
  return table;
}

bool is_code_shape(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'A' && text[0] <= 'Z' &&
         text.find('_') != text.npos && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Reading<std::string_view> no(std::string_view reason) {
  return {.value = {}, .refused = reason, .warning = {}};
}

// Without the article and the prefixes that Arabic writes against the word.
std::string_view bare(std::string_view word) {
  for (const std::string_view prefix : {"وال", "بال", "لل", "ال"})
    if (word.starts_with(prefix) && word.size() >= prefix.size() + 4) return word.substr(prefix.size());
  return word;
}

}  // namespace

std::string_view value_advice(std::string_view reason) noexcept {
  for (const Advice& a : advices)
    if (a.reason == reason) return a.text;
  return "the value cannot be used";
}

bool says_nothing(std::string_view text) {
  text = trim(text);
  if (text.empty()) return true;
  // Longer than all the ways of saying nothing, or beginning with a digit: not worth folding.
  if (text.size() > 64 || (text[0] >= '0' && text[0] <= '9')) return false;
  return among(nothings, fold(text));
}

Reading<std::string_view> find_property_type(std::string_view text) {
  const Tokens tokens(text);
  const auto t = tokens.all();
  std::string_view weak;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i].kind != TokenKind::word) continue;
    const std::string_view word = bare(t[i].text);
    const auto* found =
        std::find_if(std::begin(property_words), std::end(property_words),
                     [&](const WordCode& w) { return w.word == word || w.word == t[i].text; });
    if (found == std::end(property_words)) {
      // "T3", "F4": a flat of so many rooms.
      const bool flat =
          word.size() == 2 && (word[0] == 't' || word[0] == 'f') && word[1] >= '1' && word[1] <= '9';
      if (flat && weak.empty() && i == 0) return {.value = "PROP_APARTMENT", .refused = {}, .warning = {}};
      if (flat && weak.empty()) weak = "PROP_APARTMENT";
      continue;
    }
    std::size_t before = i;
    while (before > 0 && t[before - 1].kind == TokenKind::number) --before;
    const bool comes_with = before > 0 && (t[before - 1].is("+") || among(with_words, t[before - 1].text));
    if (!found->weak && !comes_with) return {.value = found->code, .refused = {}, .warning = {}};
    if (weak.empty() && !comes_with) weak = found->code;
  }
  if (!weak.empty()) return {.value = weak, .refused = {}, .warning = {}};
  return {};
}

Reading<std::string_view> find_transaction_type(std::string_view text) {
  const Tokens tokens(text);
  const auto t = tokens.all();
  // "à vendre", "for sale" are surer than "location", which is also a place.
  bool sale = false, rent = false, sure_sale = false, sure_rent = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i].kind != TokenKind::word) continue;
    const std::string_view w = t[i].text, bared = bare(w);
    const std::string_view before = i > 0 ? t[i - 1].text : std::string_view();
    const bool led = before == "a" || before == "for" || before == "to";
    if (w == "vendre" || (w == "sale" && led) || w == "للبيع" || w == "ليلبيع")
      sure_sale = true;
    else if ((w == "louer" && led) || (w == "rent" && led) || (w == "let" && before == "to") ||
             w == "للكراء" || w == "للايجار" || w == "ليلكراء")
      sure_rent = true;
    sale = sale || among(sale_words, w) || among(sale_words, bared);
    rent = rent || among(rent_words, w) || among(rent_words, bared);
  }
  if (sure_sale != sure_rent)
    return {.value = sure_sale ? "TX_SALE" : "TX_RENT", .refused = {}, .warning = {}};
  sale = sale || sure_sale;
  rent = rent || sure_rent;
  if (sale && rent) return no(value_reason::ambiguous);
  if (!sale && !rent) return {};
  return {.value = sale ? "TX_SALE" : "TX_RENT", .refused = {}, .warning = {}};
}

Reading<std::string> read_code(std::string_view text, std::string_view dictionary) {
  text = trim(text);
  const auto refused = [](std::string_view reason) {
    return Reading<std::string>{.value = {}, .refused = reason, .warning = {}};
  };
  if (text.size() > max_label_bytes) return refused(value_reason::too_long);
  if (is_code_shape(text)) return {.value = std::string(text), .refused = {}, .warning = {}};
  const auto& table = labels();
  const auto at = table.find(label_key(dictionary, fold(text)));
  if (at != table.end()) {
    if (at->second.empty()) return refused(value_reason::ambiguous);
    return {.value = std::string(at->second), .refused = {}, .warning = {}};
  }
  if (says_nothing(text)) return {};
  if (dictionary == "PROPERTY_TYPE" || dictionary == "TX_TYPE") {
    const auto found = dictionary == "TX_TYPE" ? find_transaction_type(text) : find_property_type(text);
    if (found.value) return {.value = std::string(*found.value), .refused = {}, .warning = {}};
    if (!found.refused.empty()) return refused(found.refused);
  }
  return refused(value_reason::unknown_word);
}

Reading<std::string> read_region(std::string_view text) {
  text = trim(text);
  if (text.size() == 2) {
    std::string code(text);
    for (char& c : code)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    const bool letters = code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
    if (letters && code != "UK") return {.value = code, .refused = {}, .warning = {}};
  }
  if (says_nothing(text)) return {};
  if (text.size() > 100) return {.value = {}, .refused = value_reason::too_long, .warning = {}};
  const std::string folded = fold(text);
  for (const Country& c : countries)
    if (c.name == folded) return {.value = std::string(c.code), .refused = {}, .warning = {}};
  return {.value = {}, .refused = value_reason::unknown_word, .warning = {}};
}

std::string one_line(std::string_view text) {
  text = trim(text);
  // Most are one already.
  bool plain = true;
  for (std::size_t i = 0; i < text.size() && plain; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    plain = c > 0x20 || (c == 0x20 && text[i - 1] != ' ');
    plain = plain && c != 0x7f && !(c == 0xc2 && static_cast<unsigned char>(text[i + 1]) <= 0xa0) &&
            c != 0xe1 && !(c == 0xe2 && static_cast<unsigned char>(text[i + 1]) <= 0x81) && c != 0xe3;
  }
  if (plain) return std::string(text);
  std::string out;
  bool space = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t size = 1;
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead >= 0xc0) size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const std::string_view c = text.substr(i, size);
    i += size;
    const bool control =
        lead < 0x20 || lead == 0x7f || (lead == 0xc2 && static_cast<unsigned char>(c[1]) < 0xa0);
    if (control || trim(c).empty()) {
      space = !out.empty();
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    out.append(c);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  text = trim(text);
  if (most == 0 || code_points(text) <= most) return std::string(text);
  // One for the ellipsis.
  std::size_t at = 0, kept = 0, word_end = 0;
  while (kept < most - 1 && at < text.size()) {
    if (text[at] == ' ') word_end = at;
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    ++kept;
  }
  if (at < text.size() && text[at] == ' ') word_end = at;
  // A word longer than half of it all is cut.
  const std::size_t end = word_end * 2 >= at ? word_end : at;
  std::string_view cut = trim(text.substr(0, end));
  while (!cut.empty() && std::string_view(" ,;:-.").find(cut.back()) != std::string_view::npos)
    cut.remove_suffix(1);
  return std::string(cut) + "…";
}

}  // namespace atlas::imports
