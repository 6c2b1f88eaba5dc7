// Towns with their quarters, streets, kinds of property, portals, sources, mailboxes.

#include <array>

#include "words.hpp"

namespace atlas::sample {
namespace {

using namespace std::string_view_literals;

constexpr Town ma_towns[] = {
    {"Casablanca|Casa", "الدار البيضاء", "20000", 300, 14500,
     "Maârif|Gauthier|Racine|Bourgogne|Anfa|Aïn Diab|Oasis|Californie|Sidi Maârouf|Hay Hassani|Bouskoura|"
     "Belvédère|2 Mars|Val Fleuri|Roches Noires|Oulfa"},
    {"Rabat", "الرباط", "10000", 140, 14000,
     "Agdal|Hay Riad|Hassan|Souissi|Les Orangers|L'Océan|Aviation|Akkari"},
    {"Marrakech|Marrakesh", "مراكش", "40000", 150, 12500,
     "Guéliz|Hivernage|Targa|Médina|Palmeraie|Massira|Route de l'Ourika|Semlalia|Majorelle|Agdal"},
    {"Tanger|Tangier", "طنجة", "90000", 100, 11000,
     "Malabata|Iberia|Marshan|Centre Ville|Achakar|Boubana|Val Fleuri|Mesnana"},
    {"Fès|Fes", "فاس", "30000", 80, 8000,
     "Ville Nouvelle|Route d'Imouzzer|Narjiss|Saada|Médina|Atlas|Champs de Courses"},
    {"Agadir", "أكادير", "80000", 80, 10500,
     "Founty|Talborjt|Hay Mohammadi|Dakhla|Sonaba|Charaf|Haut Founty|Tilila"},
    {"Salé|Sale", "سلا", "11000", 55, 8500,
     "Tabriquet|Bettana|Hay Salam|Sala Al Jadida|Hay Karima|Bouknadel"},
    {"Kénitra|Kenitra", "القنيطرة", "14000", 45, 8000,
     "Maâmora|Bir Rami|Mimosas|Val Fleury|Centre Ville|Ouled Oujih"},
    {"Meknès|Meknes", "مكناس", "50000", 40, 7000, "Hamria|Marjane|Plaisance|Toulal|Wislane|Médina"},
    {"Mohammedia|Mohammédia", "المحمدية", "28800", 40, 11000,
     "La Corniche|Parc|El Alia|Monica|La Siesta|Wafa"},
    {"Tétouan|Tetouan", "تطوان", "93000", 30, 8500, "Wilaya|Martil|Cabo Negro|Safir|Touta|Mhannech"},
    {"El Jadida", "الجديدة", "24000", 25, 8000, "Plateau|Al Manar|Sidi Bouzid|Centre Ville|Najmat Al Janoub"},
    {"Oujda", "وجدة", "60000", 25, 6500, "Al Qods|Lazaret|Centre Ville|Hay Andalous|Village Touba"},
    {"Essaouira", "الصويرة", "44000", 18, 11500, "Médina|Ghazoua|Borj|La Lagune|Diabat"},
    {"Bouznika", "بوزنيقة", "13100", 15, 12000, "Bouznika Bay|Centre|Plage|Costa"},
};

constexpr Town fr_towns[] = {
    {"Paris", "باريس", "75011", 180, 9800,
     "Le Marais|Bastille|Belleville|Batignolles|Montmartre|Bercy|Passy|Grenelle|Montparnasse|Ménilmontant|"
     "La Villette|Butte-aux-Cailles"},
    {"Lyon", "ليون", "69003", 110, 4900,
     "Part-Dieu|Croix-Rousse|Presqu'île|Gerland|Monplaisir|Vaise|Confluence|Montchat"},
    {"Marseille", "مرسيليا", "13008", 110, 3600,
     "Le Prado|Endoume|La Plaine|Le Panier|Castellane|La Joliette|Mazargues|Saint-Barnabé|La Pointe Rouge"},
    {"Toulouse", "تولوز", "31000", 80, 3600,
     "Saint-Cyprien|Capitole|Les Carmes|Compans|Rangueil|Minimes|Purpan"},
    {"Bordeaux", "بوردو", "33000", 75, 4700,
     "Chartrons|Saint-Michel|Bastide|Caudéran|Saint-Augustin|Bacalan|Nansouty"},
    {"Nantes", "نانت", "44000", 65, 3900, "Île de Nantes|Chantenay|Doulon|Hauts-Pavés|Zola|Erdre|Malakoff"},
    {"Nice", "نيس", "06000", 60, 5300, "Cimiez|Libération|Le Port|Carré d'Or|Riquier|Saint-Roch|Gambetta"},
    {"Montpellier", "مونبلييه", "34000", 55, 3700,
     "Antigone|Port Marianne|Beaux-Arts|Boutonnet|Les Arceaux|Écusson"},
    {"Lille", "ليل", "59000", 55, 3700, "Vieux-Lille|Wazemmes|Vauban|Fives|Saint-Maurice|Bois-Blancs"},
    {"Strasbourg", "ستراسبورغ", "67000", 45, 3900,
     "Neudorf|Krutenau|Orangerie|Robertsau|Petite France|Esplanade"},
    {"Rennes", "رين", "35000", 45, 4000, "Thabor|Sainte-Thérèse|Cleunay|Beauregard|Villejean|Centre"},
    {"Toulon", "تولون", "83000", 35, 3200,
     "Le Mourillon|Saint-Jean-du-Var|Claret|Haute Ville|Cap Brun|La Rode"},
    {"Grenoble", "غرونوبل", "38000", 35, 2700, "Île Verte|Championnet|Europole|Saint-Bruno|Eaux-Claires"},
    {"Angers", "أنجي", "49000", 25, 3300, "La Doutre|Centre Ville|Madeleine|Belle-Beille|Justices"},
    {"Saint-Étienne|Saint-Etienne|St Etienne", "سانت إتيان", "42000", 25, 1400,
     "Centre Deux|Bellevue|Fauriel|Jacquard|Carnot"},
};

constexpr std::array ma_streets{"Bd Zerktouni"sv,        "Boulevard Mohammed V"sv,
                                "Avenue Hassan II"sv,    "Rue Ibn Batouta"sv,
                                "Avenue des FAR"sv,      "Bd d'Anfa"sv,
                                "Bd Ghandi"sv,           "Rue Moulay Youssef"sv,
                                "Avenue Mohammed VI"sv,  "Rue Al Qods"sv,
                                "Bd Abdelmoumen"sv,      "Rue Ibn Sina"sv,
                                "Avenue Annakhil"sv,     "Rue Oued Ziz"sv,
                                "Rue Jabal Toubkal"sv,   "Bd Al Massira Al Khadra"sv,
                                "Rue des Orangers"sv,    "Avenue de France"sv,
                                "Lot. Al Firdaous"sv,    "Résidence Al Amal"sv,
                                "Rue Ahmed Chaouki"sv,   "Avenue Fal Ould Oumeir"sv,
                                "Rue Tarik Ibn Ziad"sv,  "Bd Bir Anzarane"sv,
                                "Rue Patrice Lumumba"sv, "Avenue Allal El Fassi"sv,
                                "Rue Imam Malik"sv,      "Lot. Salam"sv};

constexpr std::array fr_streets{
    "rue de la République"sv, "avenue Jean Jaurès"sv, "rue Victor Hugo"sv,   "place de la Mairie"sv,
    "rue Pasteur"sv,          "boulevard Gambetta"sv, "rue des Lilas"sv,     "chemin des Vignes"sv,
    "rue du Moulin"sv,        "rue de l'Église"sv,    "avenue de la Gare"sv, "rue Émile Zola"sv,
    "impasse des Acacias"sv,  "rue des Écoles"sv,     "rue Jules Ferry"sv,   "cours Lafayette"sv,
    "allée des Tilleuls"sv,   "rue Saint-Michel"sv,   "boulevard Carnot"sv,  "rue de Verdun"sv,
    "quai de la Loire"sv,     "rue du 8 Mai 1945"sv,  "avenue Foch"sv,       "rue des Fleurs"sv,
    "route de Paris"sv,       "rue Condorcet"sv,      "place du Marché"sv,   "rue du Château"sv};

constexpr PropertyKind kinds[] = {
    {"PROP_APARTMENT", "Appartement", "شقة", "Apartment", 560, 520, 45, 180, 100, true},
    {"PROP_VILLA", "Villa", "فيلا", "Villa", 110, 30, 180, 600, 95, true},
    {"PROP_HOUSE", "Maison", "منزل", "House", 90, 250, 70, 240, 75, true},
    {"PROP_STUDIO", "Studio", "استوديو", "Studio", 70, 110, 18, 44, 115, true},
    {"PROP_RIAD", "Riad", "رياض", "Riad", 40, 0, 90, 400, 110, true},
    {"PROP_LAND", "Terrain", "أرض", "Plot of land", 60, 30, 120, 2000, 28, false},
    {"PROP_OFFICE", "Bureau", "مكتب", "Office", 40, 30, 30, 320, 105, false},
    {"PROP_SHOP", "Local commercial", "محل تجاري", "Shop", 30, 30, 25, 240, 130, false},
};

constexpr Portal ma_portals[] = {{"avito", "5#######", 420},      {"mubawab", "7######", 240},
                                 {"sarouty", "SR-#####", 110},    {"agenz", "AGZ#####", 90},
                                 {"facebook", "fb#########", 60}, {"agence", "AG-####", 180}};
constexpr Portal fr_portals[] = {{"leboncoin", "2#########", 330}, {"seloger", "1########", 260},
                                 {"bienici", "bi-#######", 130},   {"pap", "R4########", 90},
                                 {"logicimmo", "LI######", 60},    {"agence", "VM####", 190}};

constexpr Source lead_sources[] = {
    {"LEAD_SOURCE_FORM", "Site web|site|formulaire|Formulaire du site", 190, 300},
    {"LEAD_SOURCE_WHATSAPP", "WhatsApp|whatsapp|Whatsapp", 240, 30},
    {"LEAD_SOURCE_PHONE", "Téléphone|telephone|Appel|tél", 130, 190},
    {"LEAD_SOURCE_AVITO", "Avito|avito|avito.ma", 150, 0},
    {"LEAD_SOURCE_MUBAWAB", "Mubawab|mubawab", 70, 0},
    {"LEAD_SOURCE_EMAIL", "E-mail|email|mail", 40, 140},
    {"LEAD_SOURCE_FACEBOOK", "Facebook|fb|facebook", 70, 40},
    {"LEAD_SOURCE_INSTAGRAM", "Instagram|insta", 40, 20},
    {"LEAD_SOURCE_WALK_IN", "Passage|Passage à l'agence|walk-in", 30, 80},
    {"LEAD_SOURCE_REFERRAL", "Recommandation|recommandé|bouche à oreille", 30, 60},
    {"LEAD_SOURCE_PARTNER", "Partenaire|partenaire", 10, 140},
};

constexpr std::array ma_mail{"gmail.com"sv, "gmail.com"sv,   "gmail.com"sv, "hotmail.com"sv, "hotmail.fr"sv,
                             "yahoo.fr"sv,  "outlook.com"sv, "menara.ma"sv, "icloud.com"sv};
constexpr std::array fr_mail{"gmail.com"sv,   "gmail.com"sv,  "orange.fr"sv,  "free.fr"sv,  "hotmail.fr"sv,
                             "laposte.net"sv, "wanadoo.fr"sv, "outlook.fr"sv, "yahoo.fr"sv, "sfr.fr"sv};

}  // namespace

std::span<const Town> towns(Country country) {
  return country == Country::morocco ? std::span<const Town>(ma_towns) : std::span<const Town>(fr_towns);
}
Words streets(Country country) { return country == Country::morocco ? Words(ma_streets) : Words(fr_streets); }
std::span<const PropertyKind> property_kinds() { return kinds; }
std::span<const Portal> portals(Country country) {
  return country == Country::morocco ? std::span<const Portal>(ma_portals)
                                     : std::span<const Portal>(fr_portals);
}
std::span<const Source> sources() { return lead_sources; }
Words mail_domains(Country country) { return country == Country::morocco ? Words(ma_mail) : Words(fr_mail); }

}  // namespace atlas::sample
