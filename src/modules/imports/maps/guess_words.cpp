#include "guess_words.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

struct FieldOf {
  Concept about;
  std::string_view listing, dossier, party, consent;
};
constexpr FieldOf fields[] = {
    {Concept::id, "external_id", "external_id", "external_id", ""},
    {Concept::given_name, "contact_name", "contact_name", "given_name", ""},
    {Concept::family_name, "contact_name", "contact_name", "family_name", ""},
    {Concept::full_name, "contact_name", "contact_name", "family_name", ""},
    {Concept::company, "", "qualification.company", "organisation_name", ""},
    {Concept::phone, "contact_phone", "phone", "phones", "address"},
    {Concept::mobile, "contact_phone", "phone", "phones", "address"},
    {Concept::email, "", "email", "emails", "address"},
    {Concept::city, "city", "city", "meta.city", ""},
    {Concept::zone, "zone", "meta.zone", "meta.zone", ""},
    {Concept::postal_code, "postal_code", "meta.postal_code", "meta.postal_code", ""},
    {Concept::address, "address_text", "meta.address", "address", "address"},
    {Concept::country, "country_code", "phone_region", "phone_region", "phone_region"},
    {Concept::title, "title", "", "", ""},
    {Concept::description, "description", "qualification.notes", "", "wording"},
    {Concept::price, "price", "budget_max", "", ""},
    {Concept::rent, "price", "budget_max", "", ""},
    {Concept::carrez_surface, "surface_carrez", "", "", ""},
    {Concept::land_title, "land_title_code", "", "", ""},
    {Concept::energy_number, "energy.number", "", "", ""},
    {Concept::energy_date, "energy.issued_on", "", "", ""},
    {Concept::energy_class, "energy.energy_class", "", "", ""},
    {Concept::climate_class, "energy.climate_class", "", "", ""},
    {Concept::energy_use, "energy.cep", "", "", ""},
    {Concept::emissions, "energy.eges", "", "", ""},
    {Concept::energy_cost_min, "energy.annual_cost_min", "", "", ""},
    {Concept::energy_cost_max, "energy.annual_cost_max", "", "", ""},
    {Concept::energy_prices_year, "energy.prices_year", "", "", ""},
    {Concept::fees_payer, "fees.payer_code", "", "", ""},
    {Concept::fees_amount, "fees.amount", "", "", ""},
    {Concept::fees_percent, "fees.percent", "", "", ""},
    {Concept::fees_schedule, "fees.schedule_url", "", "", ""},
    {Concept::coownership, "coownership.applies", "", "", ""},
    {Concept::coownership_lots, "coownership.lots", "", "", ""},
    {Concept::coownership_charges, "coownership.annual_charges", "", "", ""},
    {Concept::coownership_procedure, "coownership.procedure", "", "", ""},
    {Concept::charges, "terms.charges", "", "", ""},
    {Concept::charges_included, "terms.charges_included", "", "", ""},
    {Concept::deposit, "terms.deposit", "", "", ""},
    {Concept::furnished, "terms.furnished", "", "", ""},
    {Concept::available, "terms.available_on", "", "", ""},
    {Concept::surface, "surface_m2", "meta.surface", "", ""},
    {Concept::living_surface, "surface_m2", "meta.surface", "", ""},
    {Concept::land_surface, "surface_terrain", "", "", ""},
    {Concept::rooms, "rooms", "meta.rooms", "", ""},
    {Concept::bedrooms, "bedrooms", "meta.bedrooms", "", ""},
    {Concept::bathrooms, "bathrooms", "", "", ""},
    {Concept::floor, "floor", "", "", ""},
    {Concept::property_type, "property_type_code", "meta.property_type", "", ""},
    {Concept::transaction, "transaction_type_code", "meta.transaction", "", ""},
    {Concept::amenities, "amenities", "", "", ""},
    {Concept::built_year, "built_year", "", "", ""},
    {Concept::latitude, "lat", "", "", ""},
    {Concept::longitude, "lng", "", "", ""},
    {Concept::mandate, "mandate_number", "", "", ""},
    {Concept::budget, "price", "budget_max", "meta.budget", ""},
    {Concept::budget_min, "", "budget_min", "", ""},
    {Concept::budget_max, "", "budget_max", "", ""},
    {Concept::lead_source, "meta.source", "source_code", "meta.source", "source_code"},
    {Concept::seen, "seen_at", "meta.created", "meta.created", "at"},
    {Concept::birth_date, "", "meta.birth_date", "birth_date", ""},
    {Concept::national_id, "", "meta.national_id", "national_id", ""},
    {Concept::role, "", "meta.role", "role_code", ""},
    {Concept::locale, "", "locale", "preferred_locale", "language"},
    {Concept::notes, "meta.notes", "qualification.notes", "meta.notes", ""},
    {Concept::case_type, "", "case_type_code", "", ""},
    {Concept::channel, "", "contact_channel_preferred", "", "channel_code"},
    {Concept::purpose, "", "", "", "purpose_code"},
    {Concept::wording, "", "", "", "wording"},
    {Concept::wording_version, "", "", "", "wording_version"},
    {Concept::consent_date, "", "", "", "at"},
    {Concept::evidence, "", "", "", "evidence.reference"},
    {Concept::evidence_kind, "", "", "", "evidence.kind"},
    {Concept::evidence_hash, "", "", "", "evidence.sha256"},
};

struct Weight {
  Concept about;
  int listing, dossier, party, consent;
};
constexpr Weight weights[] = {
    {Concept::price, 25, 0, 0, 0},
    {Concept::rent, 25, 0, 0, 0},
    {Concept::other_money, 5, 0, 0, 0},
    {Concept::carrez_surface, 15, 0, 0, 0},
    {Concept::land_title, 8, 0, 0, 0},
    {Concept::energy_number, 5, 0, 0, 0},
    {Concept::energy_date, 5, 0, 0, 0},
    {Concept::energy_class, 12, 0, 0, 0},
    {Concept::climate_class, 8, 0, 0, 0},
    {Concept::fees_payer, 5, 0, 0, 0},
    {Concept::fees_amount, 8, 0, 0, 0},
    {Concept::coownership, 5, 0, 0, 0},
    {Concept::coownership_lots, 8, 0, 0, 0},
    {Concept::coownership_charges, 8, 0, 0, 0},
    {Concept::charges, 8, 0, 0, 0},
    {Concept::deposit, 8, 0, 0, 0},
    {Concept::furnished, 5, 0, 0, 0},
    {Concept::surface, 20, 2, 0, 0},
    {Concept::living_surface, 20, 2, 0, 0},
    {Concept::land_surface, 10, 0, 0, 0},
    {Concept::title, 15, 0, 0, 0},
    {Concept::property_type, 20, 5, 0, 0},
    {Concept::transaction, 10, 5, 0, 0},
    {Concept::rooms, 10, 2, 0, 0},
    {Concept::bedrooms, 10, 2, 0, 0},
    {Concept::bathrooms, 10, 0, 0, 0},
    {Concept::floor, 10, 0, 0, 0},
    {Concept::description, 8, 2, 0, 0},
    {Concept::amenities, 8, 0, 0, 0},
    {Concept::mandate, 8, 0, 0, 0},
    {Concept::price_of_unit, 10, 0, 0, 0},
    {Concept::given_name, 0, 15, 15, 0},
    {Concept::family_name, 0, 15, 15, 0},
    {Concept::full_name, 2, 25, 22, 2},
    {Concept::phone, 2, 25, 20, 10},
    {Concept::mobile, 2, 25, 20, 10},
    {Concept::email, 0, 25, 20, 10},
    {Concept::city, 3, 3, 2, 0},
    {Concept::budget, 0, 20, 0, 0},
    {Concept::budget_min, 0, 15, 0, 0},
    {Concept::budget_max, 0, 15, 0, 0},
    {Concept::lead_source, 1, 10, 0, 2},
    {Concept::birth_date, 0, 2, 8, 0},
    {Concept::national_id, 0, 2, 30, 0},
    {Concept::role, 0, 0, 40, 0},
    {Concept::company, 0, 5, 8, 0},
    {Concept::address, 3, 1, 4, 0},
    {Concept::notes, 0, 8, 3, 0},
    {Concept::case_type, 0, 20, 0, 0},
    {Concept::channel, 0, 5, 0, 25},
    {Concept::purpose, 0, 0, 0, 40},
    {Concept::wording, 0, 0, 0, 40},
    {Concept::wording_version, 0, 0, 0, 10},
    {Concept::consent_date, 0, 0, 0, 25},
    {Concept::evidence, 0, 0, 0, 25},
    {Concept::evidence_kind, 0, 0, 0, 15},
    {Concept::evidence_hash, 0, 0, 0, 15},
};

// The bytes of a sign beyond ASCII (°, º, €, ’, –, ،); 0 for letters.
std::size_t sign_at(std::string_view text) {
  if (text.starts_with("°") || text.starts_with("º") || text.starts_with("،")) return 2;
  if (text.size() < 3 || text[0] != '\xe2') return 0;
  const auto next = static_cast<unsigned char>(text[1]);
  return next <= 0x83 ? 3 : 0;  // punctuation and currencies
}

// "firstName", "Prix_DH", "N° tél." → first name, prix dh, n tel
std::string words_of(std::string_view header) {
  std::string parted;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool upper = header[i] >= 'A' && header[i] <= 'Z';
    const bool after_lower = i > 0 && header[i - 1] >= 'a' && header[i - 1] <= 'z';
    if (upper && after_lower) parted.push_back(' ');
    parted.push_back(header[i]);
  }
  const std::string folded = fold(parted);
  std::string out;
  bool space = false;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const char c = folded[i];
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    const std::string_view rest = std::string_view(folded).substr(i);
    if (c == '%') {
      if (!out.empty()) out.push_back(' ');
      out += "pourcent";
      space = true;
      continue;
    }
    const std::size_t sign = sign_at(rest);
    if (!letter || sign > 0) {
      space = !out.empty();
      i += sign > 1 ? sign - 1 : 0;
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    out.push_back(c);
  }
  return out;
}

std::size_t word_count(std::string_view words) {
  return words.empty() ? 0 : static_cast<std::size_t>(std::count(words.begin(), words.end(), ' ')) + 1;
}

bool contains_words(std::string_view text, std::string_view words) {
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    if ((at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ')) return true;
  }
  return false;
}

bool has_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains_words(text, word); });
}

// Of a path, its last part says what it is.
bool is_path(std::string_view header) {
  const std::size_t dot = header.find('.');
  return dot != header.npos && dot + 1 < header.size() && header[dot + 1] != ' ';
}
std::string words_of_header(std::string_view header) {
  return words_of(is_path(header) ? header.substr(header.find('.') + 1) : header);
}

// Behind a name, the unit of its amounts: "prix en euros", "honoraires dh ttc".
std::string_view without_unit(std::string_view words) {
  constexpr std::string_view units[] = {"en", "dh", "dhs", "mad", "eur", "euro", "euros", "ttc"};
  for (std::size_t space = words.rfind(' '); space != words.npos; space = words.rfind(' ')) {
    const std::string_view last = words.substr(space + 1);
    if (std::find(std::begin(units), std::end(units), last) == std::end(units)) break;
    words = words.substr(0, space);
  }
  return words;
}

// Words of amounts that are not the price of the property.
constexpr std::string_view not_the_price[] = {
    "honoraires",  "honoraire", "frais",     "fees",       "fee",         "commission",   "charge",
    "charges",     "taxe",      "taxes",     "tax",        "fonciere",    "impot",        "impots",
    "depot",       "garantie",  "caution",   "deposit",    "depense",     "depenses",     "cout",
    "couts",       "cost",      "costs",     "energie",    "energetique", "energetiques", "energy",
    "dpe",         "ges",       "ademe",     "notaire",    "travaux",     "apport",       "mensualite",
    "credit",      "pret",      "net",       "hors",       "achat",       "acquisition",  "ancien",
    "initial",     "barre",     "moyen",     "estimation", "estime",      "locative",     "revenu",
    "revenus",     "rapport",   "rendement", "syndic",     "copropriete", "m2",           "sqm",
    "metre",       "nuit",      "jour",      "semaine",    "annuel",      "annuelle",     "an",
    "min",         "max",       "minimum",   "maximum",    "garage",      "parking",      "cave",
    "reservation", "acompte",   "arrhes",    "assurance",  "reduction",   "remise",       "baisse",
    "ضريبه",       "رسوم",      "ضمان",      "عموله"};
constexpr std::string_view by_month[] = {"mensuel",     "mensuelle",     "mensuels",      "mensuelles",
                                         "mois",        "month",         "monthly",       "trimestre",
                                         "trimestriel", "trimestrielle", "trimestrielles"};
constexpr std::string_view by_year[] = {"annuel", "annuelle", "annuels", "annuelles",
                                        "an",     "annee",    "year",    "yearly"};
constexpr std::string_view rent_words[] = {"loyer", "rent", "كراء", "الكراء"};
constexpr std::string_view the_price[] = {"prix", "price", "montant", "tarif",
                                          "ثمن",  "الثمن", "السعر",   "سعر"};

// The meaning of a header that is known, against what the rest of it says.
Concept in_its_period(Concept about, std::string_view words) {
  switch (about) {
    case Concept::coownership_charges:
    case Concept::energy_cost_min:
    case Concept::energy_cost_max:
      return has_any(words, by_month) ? Concept::other_money : about;
    case Concept::charges:
    case Concept::rent:
      return has_any(words, by_year) ? Concept::other_money : about;
    default:
      return about;
  }
}

}  // namespace

PriceWords price_words_of(std::string_view header) {
  if (header.size() > 200) return PriceWords::nothing;
  const std::string words = words_of_header(header);
  if (has_any(words, not_the_price)) return PriceWords::another;
  if (has_any(words, rent_words)) return PriceWords::rent;
  return has_any(words, the_price) ? PriceWords::price : PriceWords::nothing;
}

HeaderMeaning meaning_of(std::string_view header) {
  if (header.size() > 200) return {};
  const bool nested = is_path(header);
  const std::string words = words_of_header(header);
  const std::string_view bare = without_unit(words);
  const bool is_another = has_any(words, not_the_price);
  HeaderMeaning best;
  std::size_t best_words = 0;
  for (const HeaderPhrase& p : header_phrases()) {
    const std::size_t count = word_count(p.words);
    int confidence = 0;
    const bool of_price = p.about == Concept::price || p.about == Concept::budget || p.about == Concept::rent;
    if (words == p.words || bare == p.words) {
      confidence = 95;
    } else if (of_price && is_another) {
      continue;
    } else if (p.words.size() > 2 && contains_words(words, p.words)) {
      // The more of the header it explains, the better; a single word of five is a chance.
      const auto extra = static_cast<int>(word_count(words) - count);
      confidence = std::max(0, 80 - (count > 1 ? 10 : 15) * extra);
    }
    if (nested) confidence = std::max(0, confidence - 5);
    if (confidence > best.confidence ||
        (confidence == best.confidence && confidence > 0 && count > best_words)) {
      best = {p.about, confidence};
      best_words = count;
    }
  }
  best.about = in_its_period(best.about, words);
  return best.confidence >= 55 ? best : HeaderMeaning{};
}

std::string_view field_for(ImportKind kind, Concept about) {
  for (const FieldOf& f : fields) {
    if (f.about != about) continue;
    switch (kind) {
      case ImportKind::listings:
        return f.listing;
      case ImportKind::dossiers:
        return f.dossier;
      case ImportKind::parties:
        return f.party;
      case ImportKind::consents:
        return f.consent;
    }
  }
  return {};
}

int weight_for(ImportKind kind, Concept about) {
  for (const Weight& w : weights) {
    if (w.about != about) continue;
    const std::array<int, 4> of{w.listing, w.dossier, w.party, w.consent};
    return of[static_cast<std::size_t>(kind)];
  }
  return 0;
}

}  // namespace atlas::imports
