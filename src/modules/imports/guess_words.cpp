#include "guess_words.hpp"

#include <algorithm>
#include <array>

#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

struct Phrase {
  Concept about;
  std::string_view words;  // folded, one space between
};

constexpr Phrase phrases[] = {
    {Concept::id, "id"},
    {Concept::id, "ref"},
    {Concept::id, "reference"},
    {Concept::id, "numero"},
    {Concept::id, "identifiant"},
    {Concept::id, "code"},
    {Concept::id, "id annonce"},
    {Concept::id, "ref annonce"},
    {Concept::id, "id client"},
    {Concept::id, "listing id"},
    {Concept::id, "ad id"},
    {Concept::id, "uid"},
    {Concept::id, "external id"},
    {Concept::id, "مرجع"},
    {Concept::id, "المرجع"},
    {Concept::id, "رقم"},
    {Concept::id, "reference annonce"},
    {Concept::given_name, "prenom"},
    {Concept::given_name, "prenoms"},
    {Concept::given_name, "first name"},
    {Concept::given_name, "firstname"},
    {Concept::given_name, "given name"},
    {Concept::given_name, "forename"},
    {Concept::given_name, "الاسم الشخصي"},
    {Concept::given_name, "الاسم الاول"},
    {Concept::family_name, "nom de famille"},
    {Concept::family_name, "last name"},
    {Concept::family_name, "lastname"},
    {Concept::family_name, "surname"},
    {Concept::family_name, "family name"},
    {Concept::family_name, "patronyme"},
    {Concept::family_name, "الاسم العايلي"},
    {Concept::family_name, "الاسم العائلي"},
    {Concept::family_name, "النسب"},
    {Concept::family_name, "اللقب"},
    {Concept::full_name, "nom"},
    {Concept::full_name, "noms"},
    {Concept::full_name, "name"},
    {Concept::full_name, "nom complet"},
    {Concept::full_name, "nom et prenom"},
    {Concept::full_name, "nom prenom"},
    {Concept::full_name, "prenom nom"},
    {Concept::full_name, "nom prenoms"},
    {Concept::full_name, "full name"},
    {Concept::full_name, "fullname"},
    {Concept::full_name, "client"},
    {Concept::full_name, "contact"},
    {Concept::full_name, "contact name"},
    {Concept::full_name, "nom du client"},
    {Concept::full_name, "nom du contact"},
    {Concept::full_name, "nom contact"},
    {Concept::full_name, "customer"},
    {Concept::full_name, "prospect"},
    {Concept::full_name, "interlocuteur"},
    {Concept::full_name, "proprietaire"},
    {Concept::full_name, "الاسم"},
    {Concept::full_name, "الاسم الكامل"},
    {Concept::full_name, "اسم"},
    {Concept::full_name, "seller name"},
    {Concept::company, "societe"},
    {Concept::company, "entreprise"},
    {Concept::company, "raison sociale"},
    {Concept::company, "company"},
    {Concept::company, "organisation"},
    {Concept::company, "organization"},
    {Concept::company, "agence"},
    {Concept::company, "الشركه"},
    {Concept::company, "شركه"},
    {Concept::mobile, "mobile"},
    {Concept::mobile, "portable"},
    {Concept::mobile, "gsm"},
    {Concept::mobile, "tel portable"},
    {Concept::mobile, "tel mobile"},
    {Concept::mobile, "telephone portable"},
    {Concept::mobile, "telephone mobile"},
    {Concept::mobile, "cell"},
    {Concept::mobile, "cell phone"},
    {Concept::mobile, "whatsapp"},
    {Concept::mobile, "mobile phone"},
    {Concept::mobile, "الهاتف المحمول"},
    {Concept::mobile, "الجوال"},
    {Concept::mobile, "واتساب"},
    {Concept::phone, "telephone"},
    {Concept::phone, "tel"},
    {Concept::phone, "phone"},
    {Concept::phone, "telephone fixe"},
    {Concept::phone, "tel fixe"},
    {Concept::phone, "fixe"},
    {Concept::phone, "numero de telephone"},
    {Concept::phone, "numero telephone"},
    {Concept::phone, "n tel"},
    {Concept::phone, "num tel"},
    {Concept::phone, "n de tel"},
    {Concept::phone, "no de tel"},
    {Concept::phone, "numero de tel"},
    {Concept::phone, "num de tel"},
    {Concept::phone, "phone number"},
    {Concept::phone, "contact phone"},
    {Concept::phone, "هاتف"},
    {Concept::phone, "الهاتف"},
    {Concept::phone, "رقم الهاتف"},
    {Concept::phone, "coordonnees"},
    {Concept::email, "email"},
    {Concept::email, "e mail"},
    {Concept::email, "mail"},
    {Concept::email, "courriel"},
    {Concept::email, "adresse e mail"},
    {Concept::email, "adresse email"},
    {Concept::email, "adresse mail"},
    {Concept::email, "adresse electronique"},
    {Concept::email, "email address"},
    {Concept::email, "mel"},
    {Concept::email, "البريد الالكتروني"},
    {Concept::email, "البريد"},
    {Concept::email, "ايميل"},
    {Concept::city, "ville"},
    {Concept::city, "city"},
    {Concept::city, "commune"},
    {Concept::city, "localite"},
    {Concept::city, "town"},
    {Concept::city, "المدينه"},
    {Concept::city, "مدينه"},
    {Concept::city, "ville du bien"},
    {Concept::zone, "quartier"},
    {Concept::zone, "secteur"},
    {Concept::zone, "zone"},
    {Concept::zone, "district"},
    {Concept::zone, "arrondissement"},
    {Concept::zone, "neighborhood"},
    {Concept::zone, "neighbourhood"},
    {Concept::zone, "area name"},
    {Concept::zone, "الحي"},
    {Concept::zone, "حي"},
    {Concept::zone, "المنطقه"},
    {Concept::postal_code, "code postal"},
    {Concept::postal_code, "cp"},
    {Concept::postal_code, "postcode"},
    {Concept::postal_code, "postal code"},
    {Concept::postal_code, "zip"},
    {Concept::postal_code, "zip code"},
    {Concept::postal_code, "الرمز البريدي"},
    {Concept::address, "adresse"},
    {Concept::address, "address"},
    {Concept::address, "rue"},
    {Concept::address, "street"},
    {Concept::address, "adresse postale"},
    {Concept::address, "adresse complete"},
    {Concept::address, "adresse du bien"},
    {Concept::address, "street address"},
    {Concept::address, "العنوان"},
    {Concept::address, "عنوان"},
    {Concept::country, "pays"},
    {Concept::country, "country"},
    {Concept::country, "البلد"},
    {Concept::country, "code pays"},
    {Concept::country, "country code"},
    {Concept::title, "titre"},
    {Concept::title, "title"},
    {Concept::title, "intitule"},
    {Concept::title, "objet"},
    {Concept::title, "titre annonce"},
    {Concept::title, "titre de l annonce"},
    {Concept::title, "annonce"},
    {Concept::title, "libelle"},
    {Concept::title, "عنوان الاعلان"},
    {Concept::description, "description"},
    {Concept::description, "descriptif"},
    {Concept::description, "texte"},
    {Concept::description, "texte annonce"},
    {Concept::description, "details"},
    {Concept::description, "الوصف"},
    {Concept::description, "وصف"},
    {Concept::price, "prix"},
    {Concept::price, "price"},
    {Concept::price, "tarif"},
    {Concept::price, "montant"},
    {Concept::price, "prix de vente"},
    {Concept::price, "prix vente"},
    {Concept::price, "loyer"},
    {Concept::price, "prix demande"},
    {Concept::price, "valeur"},
    {Concept::price, "asking price"},
    {Concept::price, "prix dh"},
    {Concept::price, "prix mad"},
    {Concept::price, "prix eur"},
    {Concept::price, "rent"},
    {Concept::price, "loyer mensuel"},
    {Concept::price, "الثمن"},
    {Concept::price, "السعر"},
    {Concept::price, "ثمن"},
    {Concept::price, "price mad"},
    {Concept::price, "price text"},
    {Concept::price_of_unit, "prix m2"},
    {Concept::price_of_unit, "prix au m2"},
    {Concept::price_of_unit, "prix par m2"},
    {Concept::price_of_unit, "prix du m2"},
    {Concept::price_of_unit, "price per m2"},
    {Concept::price_of_unit, "price per sqm"},
    {Concept::price_of_unit, "prix metre carre"},
    {Concept::living_surface, "surface habitable"},
    {Concept::living_surface, "superficie habitable"},
    {Concept::living_surface, "living area"},
    {Concept::living_surface, "shab"},
    {Concept::surface, "surface"},
    {Concept::surface, "superficie"},
    {Concept::surface, "surface m2"},
    {Concept::surface, "m2"},
    {Concept::surface, "surface totale"},
    {Concept::surface, "area"},
    {Concept::surface, "size"},
    {Concept::surface, "sqm"},
    {Concept::surface, "total area"},
    {Concept::surface, "total area text"},
    {Concept::surface, "المساحه"},
    {Concept::surface, "مساحه"},
    {Concept::land_surface, "surface terrain"},
    {Concept::land_surface, "surface du terrain"},
    {Concept::land_surface, "superficie terrain"},
    {Concept::land_surface, "land area"},
    {Concept::land_surface, "lot size"},
    {Concept::land_surface, "مساحه الارض"},
    {Concept::rooms, "pieces"},
    {Concept::rooms, "nb pieces"},
    {Concept::rooms, "nombre de pieces"},
    {Concept::rooms, "nbre pieces"},
    {Concept::rooms, "rooms"},
    {Concept::rooms, "nb de pieces"},
    {Concept::rooms, "nombre pieces"},
    {Concept::rooms, "عدد الغرف"},
    {Concept::bedrooms, "chambres"},
    {Concept::bedrooms, "nb chambres"},
    {Concept::bedrooms, "nombre de chambres"},
    {Concept::bedrooms, "nbre chambres"},
    {Concept::bedrooms, "bedrooms"},
    {Concept::bedrooms, "nb de chambres"},
    {Concept::bedrooms, "beds"},
    {Concept::bedrooms, "غرف النوم"},
    {Concept::bedrooms, "عدد غرف النوم"},
    {Concept::bathrooms, "salles de bain"},
    {Concept::bathrooms, "salles de bains"},
    {Concept::bathrooms, "sdb"},
    {Concept::bathrooms, "nb sdb"},
    {Concept::bathrooms, "bathrooms"},
    {Concept::bathrooms, "baths"},
    {Concept::bathrooms, "nb de salles de bains"},
    {Concept::bathrooms, "عدد الحمامات"},
    {Concept::bathrooms, "الحمامات"},
    {Concept::floor, "etage"},
    {Concept::floor, "floor"},
    {Concept::floor, "niveau"},
    {Concept::floor, "etage du bien"},
    {Concept::floor, "الطابق"},
    {Concept::property_type, "type de bien"},
    {Concept::property_type, "type bien"},
    {Concept::property_type, "typebien"},
    {Concept::property_type, "nature du bien"},
    {Concept::property_type, "property type"},
    {Concept::property_type, "type"},
    {Concept::property_type, "categorie"},
    {Concept::property_type, "category"},
    {Concept::property_type, "bien"},
    {Concept::property_type, "نوع العقار"},
    {Concept::property_type, "النوع"},
    {Concept::transaction, "transaction"},
    {Concept::transaction, "type de transaction"},
    {Concept::transaction, "type transaction"},
    {Concept::transaction, "operation"},
    {Concept::transaction, "type offre"},
    {Concept::transaction, "type d offre"},
    {Concept::transaction, "offre"},
    {Concept::transaction, "vente location"},
    {Concept::transaction, "نوع العمليه"},
    {Concept::amenities, "equipements"},
    {Concept::amenities, "equipments"},
    {Concept::amenities, "amenities"},
    {Concept::amenities, "features"},
    {Concept::amenities, "prestations"},
    {Concept::amenities, "commodites"},
    {Concept::amenities, "options"},
    {Concept::amenities, "المرافق"},
    {Concept::built_year, "annee construction"},
    {Concept::built_year, "annee de construction"},
    {Concept::built_year, "year built"},
    {Concept::built_year, "built year"},
    {Concept::built_year, "سنه البناء"},
    {Concept::latitude, "lat"},
    {Concept::latitude, "latitude"},
    {Concept::longitude, "lng"},
    {Concept::longitude, "lon"},
    {Concept::longitude, "long"},
    {Concept::longitude, "longitude"},
    {Concept::mandate, "mandat"},
    {Concept::mandate, "numero de mandat"},
    {Concept::mandate, "n mandat"},
    {Concept::mandate, "mandate"},
    {Concept::mandate, "mandate number"},
    {Concept::mandate, "no mandat"},
    {Concept::budget, "budget"},
    {Concept::budget, "الميزانيه"},
    {Concept::budget_min, "budget min"},
    {Concept::budget_min, "budget minimum"},
    {Concept::budget_min, "prix min"},
    {Concept::budget_max, "budget max"},
    {Concept::budget_max, "budget maximum"},
    {Concept::budget_max, "prix max"},
    {Concept::lead_source, "source"},
    {Concept::lead_source, "origine"},
    {Concept::lead_source, "provenance"},
    {Concept::lead_source, "canal acquisition"},
    {Concept::lead_source, "lead source"},
    {Concept::lead_source, "المصدر"},
    {Concept::lead_source, "origine du contact"},
    {Concept::seen, "date"},
    {Concept::seen, "created"},
    {Concept::seen, "created at"},
    {Concept::seen, "date creation"},
    {Concept::seen, "date de creation"},
    {Concept::seen, "snapshot"},
    {Concept::seen, "posted at"},
    {Concept::seen, "date publication"},
    {Concept::seen, "date de publication"},
    {Concept::seen, "updated at"},
    {Concept::seen, "date maj"},
    {Concept::seen, "date contact"},
    {Concept::seen, "التاريخ"},
    {Concept::birth_date, "date de naissance"},
    {Concept::birth_date, "date naissance"},
    {Concept::birth_date, "naissance"},
    {Concept::birth_date, "ne le"},
    {Concept::birth_date, "birth date"},
    {Concept::birth_date, "birthdate"},
    {Concept::birth_date, "date of birth"},
    {Concept::birth_date, "dob"},
    {Concept::birth_date, "تاريخ الازدياد"},
    {Concept::birth_date, "تاريخ الميلاد"},
    {Concept::national_id, "cin"},
    {Concept::national_id, "cni"},
    {Concept::national_id, "cnie"},
    {Concept::national_id, "national id"},
    {Concept::national_id, "carte nationale"},
    {Concept::national_id, "piece identite"},
    {Concept::national_id, "piece d identite"},
    {Concept::national_id, "passeport"},
    {Concept::national_id, "رقم البطاقه"},
    {Concept::national_id, "البطاقه الوطنيه"},
    {Concept::role, "role"},
    {Concept::role, "qualite"},
    {Concept::role, "type de contact"},
    {Concept::role, "statut contact"},
    {Concept::role, "الصفه"},
    {Concept::locale, "langue"},
    {Concept::locale, "language"},
    {Concept::locale, "locale"},
    {Concept::locale, "lang"},
    {Concept::locale, "اللغه"},
    {Concept::notes, "notes"},
    {Concept::notes, "note"},
    {Concept::notes, "commentaire"},
    {Concept::notes, "commentaires"},
    {Concept::notes, "remarque"},
    {Concept::notes, "remarques"},
    {Concept::notes, "observations"},
    {Concept::notes, "observation"},
    {Concept::notes, "message"},
    {Concept::notes, "comment"},
    {Concept::notes, "comments"},
    {Concept::notes, "ملاحظات"},
    {Concept::case_type, "case type"},
    {Concept::case_type, "type de dossier"},
    {Concept::case_type, "projet"},
    {Concept::case_type, "type de projet"},
    {Concept::case_type, "demande"},
    {Concept::case_type, "type de demande"},
    {Concept::channel, "canal"},
    {Concept::channel, "channel"},
    {Concept::channel, "القناه"},
    {Concept::purpose, "finalite"},
    {Concept::purpose, "purpose"},
    {Concept::purpose, "consentement"},
    {Concept::purpose, "consent"},
    {Concept::purpose, "type de consentement"},
    {Concept::purpose, "الغرض"},
    {Concept::wording, "texte du consentement"},
    {Concept::wording, "texte consentement"},
    {Concept::wording, "wording"},
    {Concept::wording, "mention"},
    {Concept::wording, "formulation"},
    {Concept::wording, "consent text"},
    {Concept::wording_version, "version"},
    {Concept::wording_version, "wording version"},
    {Concept::wording_version, "version du texte"},
    {Concept::consent_date, "date consentement"},
    {Concept::consent_date, "date du consentement"},
    {Concept::consent_date, "consent date"},
    {Concept::consent_date, "granted at"},
    {Concept::consent_date, "consented at"},
    {Concept::consent_date, "date accord"},
    {Concept::evidence, "preuve"},
    {Concept::evidence, "evidence"},
    {Concept::evidence, "proof"},
    {Concept::evidence, "justificatif"},
};

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
    {Concept::description, "description", "qualification.notes", "", ""},
    {Concept::price, "price", "budget_max", "", ""},
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
};

struct Weight {
  Concept about;
  int listing, dossier, party, consent;
};
constexpr Weight weights[] = {
    {Concept::price, 25, 0, 0, 0},
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
};

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
    // Signs beyond ASCII: °, ’, –
    const std::string_view rest = std::string_view(folded).substr(i);
    const bool sign =
        rest.starts_with("°") || rest.starts_with("’") || rest.starts_with("–") || rest.starts_with("º");
    if (!letter || sign) {
      space = !out.empty();
      if (sign) i += rest.starts_with("°") || rest.starts_with("º") ? 1 : 2;
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

}  // namespace

HeaderMeaning meaning_of(std::string_view header) {
  if (header.size() > 200) return {};
  // Of a path, its last part says what it is.
  const std::size_t dot = header.find('.');
  const bool nested = dot != header.npos && dot + 1 < header.size() && header[dot + 1] != ' ';
  const std::string words = words_of(nested ? header.substr(dot + 1) : header);
  HeaderMeaning best;
  std::size_t best_words = 0;
  for (const Phrase& p : phrases) {
    const std::size_t count = word_count(p.words);
    int confidence = 0;
    if (words == p.words) {
      confidence = 95;
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
