// Maps that are guessed: what headers and contents mean, and what is never taken for a price.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "atlas/import_guess.hpp"
#include "atlas/import_map.hpp"
#include "atlas/json.hpp"
#include "maps.hpp"

namespace {

using namespace atlas;
using namespace atlas::imports;

Guess guessed(std::string_view file, std::optional<ImportKind> kind = {}) {
  Guesser guesser;
  bool first = true;
  ImportReader* at = nullptr;
  ImportReader reader([&](const ImportRecord& r) {
    if (first) guesser.header(at->header());
    first = false;
    guesser.add(r);
  });
  at = &reader;
  reader.feed(file);
  reader.finish();
  return guesser.guess(kind.value_or(guesser.guess_kind()));
}

std::string field_of(const Guess& guess, const std::string& column) {
  for (const GuessReason& r : guess.reasons) {
    if (r.column != column) continue;
    CHECK_FALSE(r.reason.empty());
    CHECK(r.confidence >= (r.field.empty() ? 0 : 50));
    return r.field;
  }
  return "?";
}

TEST_CASE("headers in three languages are understood") {
  struct Header {
    const char* name;
    const char* listing;
    const char* dossier;
  };
  const Header headers[] = {
      {"Prix", "price", "budget_max"},
      {"Prix (DH)", "price", "budget_max"},
      {"price_mad", "price", "budget_max"},
      {"الثمن", "price", "budget_max"},
      {"Prix au m²", "", ""},
      {"Surface", "surface_m2", "meta.surface"},
      {"Surface habitable (m²)", "surface_m2", "meta.surface"},
      {"المساحة", "surface_m2", "meta.surface"},
      {"Surface terrain", "surface_terrain", ""},
      {"Nb. de chambres", "bedrooms", "meta.bedrooms"},
      {"Étage", "floor", ""},
      {"Type de bien", "property_type_code", "meta.property_type"},
      {"Titre de l'annonce", "title", ""},
      {"Descriptif", "description", "qualification.notes"},
      {"Référence", "external_id", "external_id"},
      {"Quartier", "zone", "meta.zone"},
      {"Ville", "city", "city"},
      {"المدينة", "city", "city"},
      {"Code postal", "postal_code", "meta.postal_code"},
      {"Téléphone", "contact_phone", "phone"},
      {"N° de tél.", "contact_phone", "phone"},
      {"GSM", "contact_phone", "phone"},
      {"phoneNumber", "contact_phone", "phone"},
      {"رقم الهاتف", "contact_phone", "phone"},
      {"Adresse e-mail", "", "email"},
      {"Courriel", "", "email"},
      {"البريد الإلكتروني", "", "email"},
      {"Nom et prénom", "contact_name", "contact_name"},
      {"Full Name", "contact_name", "contact_name"},
      {"الاسم الكامل", "contact_name", "contact_name"},
      {"Budget max", "", "budget_max"},
      {"Budget d'achat", "price", "budget_max"},
      {"Date de naissance", "", "meta.birth_date"},
      {"Origine", "meta.source", "source_code"},
      {"Commentaires", "meta.notes", "qualification.notes"},
      {"Langue", "", "locale"},
      {"Prix en €", "price", "budget_max"},
      {"Prix de vente (€ FAI)", "price", "budget_max"},
      {"Prix FAI", "price", "budget_max"},
      {"Loyer", "price", "budget_max"},
      {"Loyer CC (€)", "price", "budget_max"},
      {"Loyer annuel", "", ""},
      {"Prix net vendeur", "", ""},
      {"Montant de la taxe foncière", "", ""},
      {"Taxe foncière", "", ""},
      {"Honoraires", "fees.amount", ""},
      {"Honoraires (€ TTC)", "fees.amount", ""},
      {"Montant des honoraires", "fees.amount", ""},
      {"Honoraires %", "fees.percent", ""},
      {"% honoraires", "fees.percent", ""},
      {"Honoraires à la charge de", "fees.payer_code", ""},
      {"Barème honoraires", "fees.schedule_url", ""},
      {"DPE", "energy.energy_class", ""},
      {"Classe énergie", "energy.energy_class", ""},
      {"Étiquette DPE", "energy.energy_class", ""},
      {"GES", "energy.climate_class", ""},
      {"Classe climat", "energy.climate_class", ""},
      {"Date du DPE", "energy.issued_on", ""},
      {"Date de réalisation du DPE", "energy.issued_on", ""},
      {"N° DPE", "energy.number", ""},
      {"Numéro de DPE", "energy.number", ""},
      {"Consommation énergie", "energy.cep", ""},
      {"Valeur GES", "energy.eges", ""},
      {"Dépenses énergie min", "energy.annual_cost_min", ""},
      {"Dépenses énergie max (€/an)", "energy.annual_cost_max", ""},
      {"Année prix énergie", "energy.prices_year", ""},
      {"Copropriété", "coownership.applies", ""},
      {"Nombre de lots", "coownership.lots", ""},
      {"Charges de copropriété", "coownership.annual_charges", ""},
      {"Charges annuelles", "coownership.annual_charges", ""},
      {"Charges de copropriété mensuelles", "", ""},
      {"Procédure en cours", "coownership.procedure", ""},
      {"Charges", "terms.charges", ""},
      {"Charges comprises", "terms.charges_included", ""},
      {"Dépôt de garantie", "terms.deposit", ""},
      {"Meublé", "terms.furnished", ""},
      {"Disponible le", "terms.available_on", ""},
      {"Surface Carrez", "surface_carrez", ""},
      {"Couleur des volets", "", ""},
      {"Âge du bien", "", ""},
  };
  for (const Header& h : headers) {
    INFO(h.name);
    const std::string file = std::string(h.name) + ";zzz\n;\n";
    CHECK(field_of(guessed(file, ImportKind::listings), h.name) == h.listing);
    CHECK(field_of(guessed(file, ImportKind::dossiers), h.name) == h.dossier);
  }
}

TEST_CASE("a file of leads is known by its columns, and its map applies") {
  const std::string file =
      "Nom;Prénom;Tél;GSM;Courriel;Ville;Budget;Type de bien;Commentaire;Créé\n"
      "Alami;Sara;0522112233;0661234567;sara@x.ma;Rabat;1 200 000 DH;Appartement;rappeler;31/12/2024\n"
      "Bennani;Ali;0522112234;;ali@x.ma;Fès;800 000 DH;Villa;ok;01/02/2024\n"
      "Idrissi;Nora;;0661234569;;;;;;\n";
  const Guess guess = guessed(file);
  CHECK(guess.map.kind == ImportKind::dossiers);
  CHECK(guess.missing.empty());
  CHECK(mapped(to_json(guess.map), file) ==
        Lines{R"({"budget_max":{"amount":120000000,"currency":"MAD"},"city":"Rabat",)"
              R"("contact_name":"Sara Alami","email":"sara@x.ma","meta":{"property_type":"Appartement"},)"
              R"("phone":"0661234567","qualification":{"notes":"rappeler"}})",
              R"({"budget_max":{"amount":80000000,"currency":"MAD"},"city":"Fès",)"
              R"("contact_name":"Ali Bennani","email":"ali@x.ma","meta":{"property_type":"Villa"},)"
              R"("phone":"0522112234","qualification":{"notes":"ok"}})",
              R"({"contact_name":"Nora Idrissi","phone":"0661234569"})"});
}

TEST_CASE("kinds, contents and orders are guessed") {
  CHECK(guessed("titre,prix,surface,ville\nVilla,1 MDH,300,Rabat\n").map.kind == ImportKind::listings);
  CHECK(guessed("nom,prenom,cin,date de naissance,role\nA,B,AB123,1980-01-01,Acquéreur\n").map.kind ==
        ImportKind::parties);
  CHECK(guessed("email,finalité,texte du consentement,date\na@x.ma,marketing,oui,2024-01-01\n").map.kind ==
        ImportKind::consents);
  // Of a consent the text is what the person was shown, and its proof has a kind and a hash.
  const Guess proof = guessed(
      "canal,adresse,finalité,texte,version,type de preuve,preuve,sha256\n"
      "SMS,0661234567,contact,J'accepte,1,form,f/1,aa\n",
      ImportKind::consents);
  CHECK(field_of(proof, "texte") == "wording");
  CHECK(field_of(proof, "type de preuve") == "evidence.kind");
  CHECK(field_of(proof, "preuve") == "evidence.reference");
  CHECK(field_of(proof, "sha256") == "evidence.sha256");
  // By what stands in them, where the names say nothing.
  std::string file = "a,b,c,d\n";
  for (int i = 0; i < 10; ++i)
    file +=
        "x" + std::to_string(i) + "@x.ma,06612345" + std::to_string(10 + i) + ",\"1 200 000 DH\",120 m²\n";
  const Guess by_content = guessed(file, ImportKind::listings);
  CHECK(field_of(by_content, "b") == "contact_phone");
  CHECK(field_of(by_content, "c") == "price");
  CHECK(field_of(by_content, "d") == "surface_m2");
  CHECK(field_of(guessed(file, ImportKind::dossiers), "a") == "email");
  CHECK(by_content.missing ==
        std::vector<std::string>{"transaction_type_code", "property_type_code", "title"});
  // A name that its contents belie counts for less.
  CHECK(field_of(guessed("nom,tel\nA,rouge\nB,vert\nC,bleu\nD,gris\n", ImportKind::dossiers), "tel").empty());
  CHECK(guessed("nom,date\nA,31/12/2024\nB,01/02/2024\n").map.date_order == DateOrder::day_first);
  CHECK(guessed("nom,date\nA,12/31/2024\nB,01/02/2024\n").map.date_order == DateOrder::month_first);
  CHECK_FALSE(guessed("nom,date\nA,11/12/2024\nB,2024-01-30\n").map.date_order);
  CHECK(parse_json(to_json(by_content)).contains("reasons"));
}

// The columns that a guessed map takes the price from.
std::vector<std::string> price_columns(const Guess& guess) {
  std::vector<std::string> out;
  for (const FieldRules& f : guess.map.fields)
    if (f.field == "price")
      for (const ColumnRule& r : f.rules)
        for (const std::string& c : r.columns)
          out.push_back(r.only_for.empty() ? c : c + " (" + r.only_for.front() + ")");
  return out;
}

TEST_CASE("amounts of other things are never the price") {
  // A file with one more column of amounts beside those of `header`; the price is given in the first row
  // only.
  const auto prices = [](const std::string& columns, const std::string& amounts) {
    std::string file = "titre;offre;" + columns + "\n";
    for (int i = 0; i < 4; ++i) file += "Appartement;Vente;" + amounts + "\n";
    return price_columns(guessed(file, ImportKind::listings));
  };
  using Columns = std::vector<std::string>;
  for (const std::string other : {"Honoraires",
                                  "Honoraires acquéreur",
                                  "Montant honoraires charge acquéreur",
                                  "Charges",
                                  "Charges copro",
                                  "Dépenses énergie min",
                                  "Estimation des coûts annuels d'énergie",
                                  "Taxe foncière",
                                  "Montant taxe foncière 2024",
                                  "Dépôt de garantie",
                                  "Caution demandée",
                                  "Frais de notaire estimés",
                                  "Prix net vendeur",
                                  "Prix d'achat initial",
                                  "Prix du m² dans le quartier",
                                  "Loyer annuel",
                                  "Valeur locative",
                                  "Budget travaux",
                                  "Apport",
                                  "Commission agence",
                                  "رسوم التحفيظ",
                                  "Divers",
                                  "xyz"}) {
    INFO(other);
    CHECK(prices("Prix;" + other, ";1 200 €") == Columns{"Prix"});
    const bool unknown = other == "Divers" || other == "xyz";
    CHECK(prices(other, "1 200 €") == (unknown ? Columns{other} : Columns{}));
    const Guess guess =
        guessed("titre;Prix;" + other + "\nA;;1 200 €\nB;;1 300 €\nC;;1 400 €\n", ImportKind::listings);
    for (const GuessReason& r : guess.reasons)
      if (r.column == other) CHECK(r.field != "price");
  }
  // Two unknown columns of amounts: which is the price is not known. One that says so is.
  CHECK(prices("a;b", "1 200 €;1 300 €").empty());
  CHECK(prices("a;Prix affiché sur le site internet", "1 200 €;1 300 €") ==
        Columns{"Prix affiché sur le site internet"});
  CHECK(prices("Prix;Montant affiché sur le site internet", "1 200 €;1 300 €") ==
        Columns{"Prix", "Montant affiché sur le site internet"});
  CHECK(prices("Prix;Loyer", ";1 200 €") == Columns{"Loyer (TX_RENT)", "Prix"});
  const std::string file =
      "titre;offre;prix;loyer;honoraires;taxe foncière\n"
      "Appartement;Vente;;800 €;9 000 €;1 100 €\n"
      "Appartement;Location;;800 €;400 €;1 100 €\n"
      "Appartement;Vente;200 000 €;;9 000 €;1 100 €\n";
  const auto lines = mapped(to_json(guessed(file, ImportKind::listings).map), file);
  REQUIRE(lines.size() == 3);
  CHECK_FALSE(Json::parse(lines[0]).contains("price"));
  CHECK(Json::parse(lines[1])["price"]["amount"] == 80'000);
  CHECK(Json::parse(lines[2])["price"]["amount"] == 20'000'000);
}

TEST_CASE("a French listing comes with all that the law asks for") {
  const std::string file =
      "Référence;Titre;Type de bien;Transaction;Prix FAI (€);Honoraires (€);Honoraires à la charge de;"
      "Surface Carrez;Classe énergie;GES;Date du DPE;N° DPE;Dépenses énergie min;Dépenses énergie max;"
      "Année prix énergie;Copropriété;Nombre de lots;Charges de copropriété;Procédure en cours;Taxe "
      "foncière\n"
      "F1;Appartement 3 pièces;Appartement;Vente;620 000€;20 000€;Acquéreur;72,5 m²;D;B;12/03/2024;"
      "2475E0123456A;1 200€;1 700€;2021;Oui;24;1 440€/an;Non;1 250€\n"
      "F2;Appartement 2 pièces;Appartement;Vente;250k€;;vendeur;41;à venir;;;;;;;oui;24;120€/mois;non;\n";
  const Guess guess = guessed(file);
  CHECK(guess.map.kind == ImportKind::listings);
  CHECK(guess.missing.empty());
  const auto lines = mapped(to_json(guess.map), file);
  REQUIRE(lines.size() == 2);
  const auto euros = [](int whole) { return Json{{"amount", whole * 100}, {"currency", "EUR"}}; };
  const Json first = Json::parse(lines[0]);
  CHECK(first["price"] == euros(620'000));
  CHECK(first["surface_carrez"] == 72.5);
  CHECK(first["fees"] == Json{{"payer_code", "BUYER"}, {"amount", euros(20'000)}});
  CHECK(first["energy"] == Json{{"number", "2475E0123456A"},
                                {"issued_on", "2024-03-12"},
                                {"energy_class", "D"},
                                {"climate_class", "B"},
                                {"annual_cost_min", euros(1'200)},
                                {"annual_cost_max", euros(1'700)},
                                {"prices_year", 2021}});
  CHECK(first["coownership"] ==
        Json{{"applies", true}, {"lots", 24}, {"annual_charges", euros(1'440)}, {"procedure", false}});
  // What cannot be read of the parts does not cost the listing.
  CHECK(lines[1].find("~energy.energy_class left_out unknown_word") != std::string::npos);
  CHECK(lines[1].find("~coownership.annual_charges left_out per_unit") != std::string::npos);
  const Json second = Json::parse(lines[1].substr(0, lines[1].rfind('}') + 1));
  CHECK(second["price"] == euros(250'000));
  CHECK(second["fees"] == Json{{"payer_code", "SELLER"}});
}

}  // namespace
