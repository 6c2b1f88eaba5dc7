// Sentences of ads, enquiries and agents.

#include <algorithm>
#include <array>
#include <initializer_list>

#include "words.hpp"

namespace atlas::sample {
namespace {

using namespace std::string_view_literals;

constexpr std::array fr_titles{"{type} {deal} à {zone}, {city}"sv,
                               "{type} de {surface} m² {deal} - {zone}"sv,
                               "{city} {zone} : {type} {surface} m²"sv,
                               "{type} {rooms} pièces {deal} {zone} {city}"sv,
                               "Belle opportunité : {type} {surface} m² à {zone}"sv,
                               "{deal} {type} {zone} {city}"sv,
                               "{type} bien situé, {zone}, {surface} m²"sv,
                               "EXCLUSIVITÉ {type} {zone} {city}"sv,
                               "{zone} - {type} lumineux de {surface} m²"sv,
                               "{type} {deal} proche commodités {zone}"sv};
constexpr std::array ar_titles{"{type} {deal} ب{city}"sv, "{type} {deal} {surface} متر مربع {city}"sv,
                               "{deal} {type} في {city} حي {zone}"sv, "{type} ممتاز {deal} {zone}"sv,
                               "{type} مساحته {surface} م² {deal} ب{city}"sv};
constexpr std::array en_titles{"{type} {deal} in {zone}, {city}"sv, "{surface} sqm {type} {deal} - {zone}"sv,
                               "Bright {type} {deal}, {city} {zone}"sv,
                               "{city}: {type} {deal}, {surface} m², {zone}"sv};

constexpr std::array fr_openings{
    "Au cœur de {zone} à {city}, {type} de {surface} m² {deal}."sv,
    "Nous vous proposons {deal} ce bien ({type}) de {surface} m² situé à {zone}, {city}."sv,
    "À {city}, quartier {zone}, découvrez ce bien de {surface} m² au calme."sv,
    "{type} {deal} dans une rue calme de {zone}, à deux pas des commerces de {city}."sv,
    "L'agence vous présente en exclusivité un bien de {surface} m² à {zone}."sv,
    "Emplacement recherché : {zone}, {city}. {type} d'une superficie de {surface} m²."sv,
    "Idéal première acquisition ou investissement, {type} {deal} à {zone}."sv,
    "Particulier vend ou loue : {type} {surface} m², {zone}, sans intermédiaire."sv};
constexpr std::array fr_sentences{"Séjour lumineux ouvert sur un balcon sans vis-à-vis."sv,
                                  "Cuisine équipée et aménagée, nombreux rangements."sv,
                                  "Chambre parentale avec dressing et salle d'eau."sv,
                                  "Double exposition, très ensoleillé toute la journée."sv,
                                  "Immeuble sécurisé avec gardien, ascenseur et interphone."sv,
                                  "Place de parking en sous-sol et cave comprises."sv,
                                  "À proximité immédiate des écoles, du tramway et des commerces."sv,
                                  "Faibles charges de copropriété, aucun travaux à prévoir."sv,
                                  "Climatisation réversible et double vitrage partout."sv,
                                  "Belle hauteur sous plafond, parquet ancien et cheminée."sv,
                                  "Grande terrasse exposée plein sud avec vue dégagée."sv,
                                  "Jardin arboré et possibilité de construire une piscine."sv,
                                  "Résidence récente avec espaces verts et aire de jeux."sv,
                                  "Salon marocain, séjour européen et hall d'entrée spacieux."sv,
                                  "Titre foncier disponible, visite sur rendez-vous."sv,
                                  "Prix négociable après visite, urgent pour cause de départ."sv,
                                  "Chauffage central et eau chaude solaire."sv,
                                  "Fibre optique, porte blindée et volets électriques."sv,
                                  "Le bien sera libre de toute occupation à la signature."sv,
                                  "Rénové avec goût par un architecte, matériaux de qualité."sv,
                                  "Idéalement placé à cinq minutes de la gare et des grands axes."sv,
                                  "Bon rendement locatif, locataire en place possible."sv,
                                  "Toilettes séparées, buanderie et cellier."sv,
                                  "Copropriété bien tenue, ravalement effectué."sv,
                                  "Plans et diagnostics remis sur simple demande."sv,
                                  "À voir sans tarder, coup de cœur assuré !"sv,
                                  "Double salon, trois façades et garage pour deux voitures."sv,
                                  "Vue sur le parc depuis toutes les pièces principales."sv};
constexpr std::array ar_openings{"{type} {deal} في حي {zone} بمدينة {city}، المساحة {surface} متر مربع."sv,
                                 "نعرض عليكم {type} {deal} ب{city} في موقع ممتاز قريب من جميع المرافق."sv,
                                 "فرصة لا تعوض: {type} {deal} مساحته {surface} متر مربع."sv};
constexpr std::array ar_sentences{
    "صالون كبير ومطبخ مجهز وحمام حديث."sv,    "مشمسة طوال اليوم وبعيدة عن الضجيج."sv,
    "إقامة محروسة مع مصعد وموقف للسيارات."sv, "قريبة من المدارس والأسواق ومحطة الترامواي."sv,
    "الثمن قابل للتفاوض بعد المعاينة."sv,     "الوثائق جاهزة والملكية محفظة."sv,
    "واجهتان وشرفة تطل على الحديقة."sv,       "صالحة للسكن أو للاستثمار."sv,
    "التشطيبات من النوع الرفيع."sv,           "للاستفسار المرجو الاتصال أو إرسال رسالة."sv};
constexpr std::array en_openings{"{type} {deal} in the heart of {zone}, {city}, {surface} sqm."sv,
                                 "We are pleased to offer this bright {type} of {surface} sqm in {zone}."sv,
                                 "Close to everything: {type} {deal}, {zone}, {city}."sv};
constexpr std::array en_sentences{"Sunny living room with a balcony and open views."sv,
                                  "Fully fitted kitchen and plenty of storage."sv,
                                  "Secure building with lift, concierge and parking."sv,
                                  "Walking distance to schools, shops and the tram."sv,
                                  "Recently renovated with quality materials."sv,
                                  "Low service charges and no work to be done."sv,
                                  "Air conditioning, fibre internet and double glazing."sv,
                                  "Title deed available, viewings by appointment."sv,
                                  "Large south-facing terrace, perfect for families."sv,
                                  "Good rental yield for investors."sv};

constexpr std::array short_texts{"À saisir"sv,  "Appelez-moi"sv, "Voir photos"sv,
                                 "شقة جميلة"sv, "urgent"sv,      "Prix à discuter"sv};

constexpr std::array fr_messages{
    "Bonjour, je suis intéressé par votre annonce, est-elle toujours disponible ?"sv,
    "Bonjour, serait-il possible de visiter ce bien samedi matin ? Merci."sv,
    "Quel est le dernier prix ? Paiement comptant."sv,
    "Pouvez-vous me rappeler après 18 h s'il vous plaît."sv,
    "Je cherche un bien similaire avec un balcon et un parking, budget flexible."sv,
    "Bonjour, y a-t-il un ascenseur ? Quelles sont les charges mensuelles ?"sv,
    "Merci de m'envoyer plus de photos et l'adresse exacte."sv,
    "Nous sommes une famille avec deux enfants, nous voudrions emménager à la rentrée."sv,
    "Mon financement est accordé par la banque, je peux faire une offre rapidement."sv,
    "Est-ce que le prix est négociable ?"sv,
    "Bonjour je souhaite plus d'informations sur ce bien. Cordialement"sv,
    "Investisseur, je cherche du rendement locatif. Le bien est-il loué ?"sv};
constexpr std::array ar_messages{"السلام عليكم، هل العرض مازال متوفرا؟"sv, "ما هو آخر ثمن من فضلكم؟"sv,
                                 "أريد زيارة الشقة يوم السبت إن أمكن."sv, "المرجو الاتصال بي على الواتساب."sv,
                                 "هل توجد صور أخرى؟ شكرا"sv};
constexpr std::array dar_messages{
    "salam wach mazal kayn ?"sv, "salam chhal akhir taman ?"sv, "bghit nchofo had simana 3afak"sv,
    "fin jat bdabt ? ou wach fiha ascenseur"sv, "salam khoya 3tini numero dyal lmoul"sv};
constexpr std::array en_messages{"Hello, is this property still available? I would like to book a viewing."sv,
                                 "Hi, what are the monthly charges? Is the price negotiable?"sv,
                                 "We are relocating in September and looking for something near a school."sv,
                                 "Please call me back, I am abroad until Friday."sv};

constexpr std::array early_notes{"Appel : budget confirmé, cherche trois pièces avec ascenseur."sv,
                                 "A visité deux biens avec un confrère, hésite sur le quartier."sv,
                                 "Préfère être rappelé le soir, parle arabe et français."sv,
                                 "Ne veut pas de rez-de-chaussée. Parking indispensable."sv,
                                 "Doit d'abord vendre son appartement actuel."sv,
                                 "Réside à l'étranger, visite en vidéo possible."sv,
                                 "Messagerie, deuxième tentative. Message laissé."sv,
                                 "Envoyé trois fiches par WhatsApp, attend son retour."sv};
constexpr std::array visit_notes{"Visite très positive, revient avec son conjoint samedi."sv,
                                 "Trouve le prix au-dessus du marché, attend une baisse."sv,
                                 "A demandé le règlement de copropriété et les diagnostics."sv,
                                 "Séjour apprécié, cuisine jugée trop petite."sv,
                                 "Veut comparer avec un bien dans le quartier voisin."sv,
                                 "Clés à prendre chez le gardien, code communiqué."sv};
constexpr std::array offer_notes{"Offre orale à 5 % sous le prix, propriétaire informé."sv,
                                 "Accord de principe de la banque reçu, apport de 20 %."sv,
                                 "Le propriétaire tient à son prix, marge de 2 % au plus."sv,
                                 "Notaire désigné, pièces d'identité reçues."sv,
                                 "Demande que la cuisine équipée soit comprise."sv};
constexpr std::array early_tasks{"CALL_BACK|Rappeler le client"sv, "SEND_MESSAGE|Envoyer la fiche du bien"sv,
                                 "SEND_MESSAGE|Proposer trois biens du même quartier"sv};
constexpr std::array visit_tasks{"PREPARE_VISIT|Confirmer la visite et les clés"sv,
                                 "FOLLOW_UP_VISIT|Recueillir l'avis après la visite"sv};
constexpr std::array offer_tasks{"REQUEST_DOCS|Demander l'attestation de financement"sv,
                                 "NEGOTIATE|Présenter l'offre au propriétaire"sv,
                                 "SCHEDULE_SIGNING|Fixer la date chez le notaire"sv};

Words by_stage(std::string_view state, Words early, Words visit, Words offer) {
  const auto one_of = [&](std::initializer_list<std::string_view> codes) {
    return std::find(codes.begin(), codes.end(), state) != codes.end();
  };
  if (one_of({"CRM_VISIT_PLANNED", "CRM_VISIT_DONE", "CRM_NO_SHOW", "CRM_FOLLOW_UP"})) return visit;
  if (one_of({"CRM_OFFER_REQUESTED", "CRM_OFFER_RECEIVED", "CRM_NEGOTIATION", "CRM_COUNTER_OFFER",
              "CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"}))
    return offer;
  return early;
}

Words by_language(std::string_view language, Words french, Words arabic, Words english) {
  return language == "ar" ? arabic : language == "en" ? english : french;
}

}  // namespace

Words title_forms(std::string_view language) {
  return by_language(language, fr_titles, ar_titles, en_titles);
}
Words opening_sentences(std::string_view language) {
  return by_language(language, fr_openings, ar_openings, en_openings);
}
Words other_sentences(std::string_view language) {
  return by_language(language, fr_sentences, ar_sentences, en_sentences);
}
Words short_descriptions() { return short_texts; }
Words lead_messages(std::string_view language) {
  return language == "dar" ? Words(dar_messages)
                           : by_language(language, fr_messages, ar_messages, en_messages);
}
Words agent_notes(std::string_view state) { return by_stage(state, early_notes, visit_notes, offer_notes); }
Words agent_tasks(std::string_view state) { return by_stage(state, early_tasks, visit_tasks, offer_tasks); }

}  // namespace atlas::sample
