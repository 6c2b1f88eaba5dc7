// The words of explanations.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "atlas/matching.hpp"

namespace atlas::matching {
namespace {

struct Label {
  std::string_view code, en, fr, ar;
};

constexpr auto labels = std::to_array<Label>({
    {"category", "category", "catégorie", "الفئة"},
    {"city", "town", "ville", "المدينة"},
    {"close_part", "close in part", "proche en partie", "متقارب جزئيا"},
    {"codes", "model numbers", "références", "أرقام الطراز"},
    {"contained", "one is part of the other", "l'un contient l'autre", "أحدهما جزء من الآخر"},
    {"date", "date", "date", "التاريخ"},
    {"different", "different", "différent", "مختلف"},
    {"email", "e-mail", "e-mail", "البريد الإلكتروني"},
    {"exact", "the same", "identique", "متطابق"},
    {"family_name", "family name", "nom de famille", "الاسم العائلي"},
    {"full_name", "name", "nom complet", "الاسم الكامل"},
    {"given_name", "given name", "prénom", "الاسم الشخصي"},
    {"house_number", "house number", "numéro de rue", "رقم المنزل"},
    {"identifier", "number", "identifiant", "رقم التعريف"},
    {"ignored", "not compared", "non comparé", "غير مقارن"},
    {"latitude", "latitude", "latitude", "خط العرض"},
    {"likely", "perhaps only related", "peut-être seulement liés", "قد تكون بينهما صلة فقط"},
    {"longitude", "longitude", "longitude", "خط الطول"},
    {"missing", "missing", "absent", "غير متوفر"},
    {"money", "price", "prix", "الثمن"},
    {"most_photos", "most photos the same", "la plupart des photos identiques", "معظم الصور متطابقة"},
    {"near", "near", "voisin", "قريب"},
    {"number", "number", "nombre", "العدد"},
    {"one_photo", "one photo the same", "une photo identique", "صورة واحدة متطابقة"},
    {"one_word", "one word in common", "un mot commun", "كلمة واحدة مشتركة"},
    {"order", "order of the names", "ordre des noms", "ترتيب الاسم"},
    {"other_country", "same digits, other country", "mêmes chiffres, autre pays", "نفس الأرقام، بلد آخر"},
    {"other_domain", "other domain", "autre domaine", "نطاق آخر"},
    {"other_number", "other house number", "autre numéro", "رقم منزل آخر"},
    {"part", "in part", "en partie", "جزئيا"},
    {"phone", "telephone", "téléphone", "الهاتف"},
    {"photos", "photos", "photos", "الصور"},
    {"place", "position", "position", "الموقع"},
    {"postcode", "postcode", "code postal", "الرمز البريدي"},
    {"prior", "before looking", "avant examen", "قبل الفحص"},
    {"region", "region", "région", "الجهة"},
    {"related", "household, office or namesake", "même foyer, bureau ou homonyme",
     "نفس الأسرة أو المكتب أو تشابه أسماء"},
    {"same_digits", "same digits", "mêmes chiffres", "نفس الأرقام"},
    {"same_form", "the same in another form", "identique sous une autre forme", "متطابق بصيغة أخرى"},
    {"several_photos", "several photos the same", "plusieurs photos identiques", "عدة صور متطابقة"},
    {"shared_word", "some words in common", "quelques mots communs", "كلمات مشتركة"},
    {"similar", "similar", "semblable", "متشابه"},
    {"straight", "in place", "à leur place", "في موضعه"},
    {"street", "address", "adresse", "العنوان"},
    {"swapped", "swapped", "inversés", "معكوس"},
    {"text", "text", "texte", "النص"},
    {"title", "title", "intitulé", "العنوان الرئيسي"},
    {"unlikely", "not merely related", "pas seulement liés", "ليست مجرد صلة"},
    {"within_1", "within 1 %", "à 1 % près", "في حدود 1 %"},
    {"within_10_km", "within 10 km", "à moins de 10 km", "في حدود 10 كلم"},
    {"within_15", "within 15 %", "à 15 % près", "في حدود 15 %"},
    {"within_150_m", "within 150 m", "à moins de 150 m", "في حدود 150 م"},
    {"within_1_km", "within 1 km", "à moins de 1 km", "في حدود 1 كلم"},
    {"within_40", "within 40 %", "à 40 % près", "في حدود 40 %"},
    {"within_5", "within 5 %", "à 5 % près", "في حدود 5 %"},
});

}  // namespace

std::string_view label(std::string_view code, std::string_view language) noexcept {
  const auto it = std::find_if(labels.begin(), labels.end(), [&](const Label& l) { return l.code == code; });
  if (it == labels.end()) return code;
  return language == "fr" ? it->fr : language == "ar" ? it->ar : it->en;
}

std::string sentence(const Contribution& contribution, std::string_view language) {
  char bits[32];
  std::snprintf(bits, sizeof bits, "%+.1f", contribution.bits);
  std::string out(label(contribution.kind, language));
  out += language == "fr" ? " : " : ": ";
  out += label(contribution.level, language);
  out += " (";
  out += bits;
  out += " bits)";
  return out;
}

}  // namespace atlas::matching
