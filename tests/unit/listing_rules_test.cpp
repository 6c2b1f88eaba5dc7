// The rules of listings against a table written by hand, and against hand-written expectations.

#include "listing_rules.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "atlas/schema_io.hpp"
#include "listing_law.hpp"

using namespace atlas;
using namespace atlas::listings;

namespace {

const std::string bare =
    R"({"transaction_type_code":"TX_SALE","property_type_code":"PROP_APARTMENT","title":"Appartement",
        "country_code":"MA"})";
const std::string full = merge_patch(bare, R"({
    "title":"Appartement F3 à Maârif",
    "description":"Bel appartement lumineux de trois pièces, proche du tramway.",
    "price":{"amount":185000000,"currency":"MAD"},"surface_m2":"96.5","city":"Casablanca","zone":"Maârif"})");

Listing listing_of(const std::string& json) {
  Listing l;
  copy_fields(from_json<Create>(json), l);
  return l;
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) out.push_back(cell);
  return out;
}

std::string told(const std::vector<FieldError>& errors) {
  std::string out;
  for (const FieldError& e : errors) out += (out.empty() ? "" : " ") + e.path + ":" + e.code;
  return out.empty() ? "-" : out;
}

std::string mention(const Listing& l, const std::string& code) {
  for (const Mention& m : mentions_of(l))
    if (m.code == code) return m.text;
  return "";
}

}  // namespace

TEST_CASE("what publishing wants is what the table says", "[listings]") {
  std::ifstream file(ATLAS_TEST_DATA "/publishing.tsv");
  REQUIRE(file);
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#') || line.starts_with("case\t")) continue;
    const auto row = cells(line);
    REQUIRE(row.size() == 5);
    CAPTURE(row[0]);
    const Listing l = listing_of(merge_patch(row[1] == "full" ? full : bare, row[2]));
    const PublishView view{std::stoll(row[3]), 3, make_date(2026, 11, 22)};
    CHECK(told(missing_to_publish(l, view)) == row[4]);
    ++rows;
  }
  CHECK(rows == 48);
}

TEST_CASE("a certificate is good for ten years less a day", "[listings]") {
  const Date issued = make_date(2022, 5, 10);
  CHECK(is_energy_valid(issued, make_date(2032, 5, 9)));
  CHECK_FALSE(is_energy_valid(issued, make_date(2032, 5, 10)));
  CHECK(is_energy_valid(make_date(2024, 2, 29), make_date(2034, 2, 28)));
  CHECK_FALSE(is_energy_valid(make_date(2024, 2, 29), make_date(2034, 3, 1)));
  CHECK_FALSE(is_energy_valid(make_date(2018, 1, 1), make_date(2024, 1, 1)));
}

TEST_CASE("the number of photos is a setting", "[listings]") {
  const Listing l = listing_of(full);
  CHECK(told(missing_to_publish(l, {0, 0, make_date(2026, 11, 22)})) == "-");
  CHECK(told(missing_to_publish(l, {4, 5, make_date(2026, 11, 22)})) == "/media:too_short");
}

TEST_CASE("quality: score and gaps add up, and what is added never lowers it", "[listings]") {
  struct Row {
    const char* patch;
    std::int64_t images;
  };
  const Row rows[] = {
      {"{}", 0},
      {"{}", 8},
      {R"({"property_type_code":"PROP_LAND"})", 3},
      {R"({"transaction_type_code":"TX_RENT"})", 3},
      {R"({"country_code":"FR","transaction_type_code":"TX_RENT"})", 5},
      {R"({"country_code":"FR","coownership":{"applies":true}})", 5},
  };
  for (const std::string& base : {bare, full}) {
    for (const Row& row : rows) {
      CAPTURE(base, row.patch, row.images);
      const Quality q = quality_of(listing_of(merge_patch(base, row.patch)), row.images);
      std::int64_t sum = q.score;
      for (std::size_t i = 0; i < q.gaps.size(); ++i) {
        sum += q.gaps[i].points;
        CHECK(q.gaps[i].points > 0);
        if (i > 0) CHECK(q.gaps[i - 1].points >= q.gaps[i].points);
      }
      CHECK(sum == 100);
      CHECK(quality_of(listing_of(merge_patch(base, row.patch)), row.images + 8).score >= q.score);
    }
  }
  // Nothing but the three members: no point at all, and photos and price weigh most.
  const Quality nothing = quality_of(listing_of(bare), 0);
  CHECK(nothing.score == 0);
  CHECK(nothing.gaps.front().points >= 8);
  const Quality best = quality_of(listing_of(merge_patch(full, R"({
    "title":"Appartement F3 de standing au cœur de Maârif","lat":"33.5883","lng":"-7.6114","rooms":3,
    "bedrooms":2,"bathrooms":1,"floor":4,"built_year":2012,"amenities":["lift","parking","balcony"],
    "mandate_number":"M-2026-014","land_title_code":"LAND_TITLED","description":")" +
                                                                   std::string(300, 'a') + R"("})")),
                                  8);
  CHECK(best.score == 100);
  CHECK(best.gaps.empty());
}

TEST_CASE("slugs are the words of the title and what the city adds, folded, at most 80 bytes", "[listings]") {
  CHECK(slug_of("Appartement F3 à Maârif", "Casablanca") == "appartement-f3-a-maarif-casablanca");
  CHECK(slug_of("Villa à Rabat", "Rabat") == "villa-a-rabat");
  CHECK(slug_of("L'Œuvre de l'Aïd", "") == "l-oeuvre-de-l-aid");
  CHECK(slug_of("???", "") == "listing");
  CHECK(slug_of("شقة للبيع", "الرباط") == "شقه-للبيع-رباط");
  const std::string lengthy = slug_of(
      "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize", "Fès");
  CHECK(lengthy == "un-deux-trois-quatre-cinq-six-sept-huit-neuf-dix-onze-douze-treize-quatorze");
  const std::string one = slug_of(std::string(120, 'x'), "Lyon");
  CHECK(one == std::string(80, 'x'));
  std::string arabic;
  for (int i = 0; i < 60; ++i) arabic += "ش";
  CHECK(slug_of(arabic, "").size() == 80);
}

TEST_CASE("rules across fields hold from the first draft on", "[listings]") {
  const auto wrong = [](const char* patch) {
    std::vector<FieldError> errors;
    check_whole(listing_of(merge_patch(full, patch)), errors);
    return told(errors);
  };
  CHECK(wrong("{}") == "-");
  CHECK(wrong(R"({"lat":"33.5"})") == "/lng:required");
  CHECK(wrong(R"({"lng":"-7.5"})") == "/lat:required");
  CHECK(wrong(R"({"lat":"33.5","lng":"-7.5"})") == "-");
  CHECK(wrong(R"({"fees":{"amount":{"amount":1,"currency":"EUR"}}})") == "/fees/amount/currency:not_money");
  CHECK(wrong(R"({"energy":{"annual_cost_min":{"amount":2,"currency":"EUR"},
                            "annual_cost_max":{"amount":1,"currency":"EUR"}}})") ==
        "/energy/annual_cost_max:out_of_range");
}

TEST_CASE("a French advertisement carries the sentences of the law", "[listings]") {
  const Listing l = listing_of(merge_patch(full, R"({
    "country_code":"FR","price":{"amount":31500000,"currency":"EUR"},
    "energy":{"energy_class":"F","climate_class":"E","issued_on":"2024-03-05","prices_year":2023,
              "annual_cost_min":{"amount":120000,"currency":"EUR"},
              "annual_cost_max":{"amount":165050,"currency":"EUR"}},
    "fees":{"payer_code":"BUYER","amount":{"amount":1500000,"currency":"EUR"}},
    "coownership":{"applies":true,"lots":12,"annual_charges":{"amount":140000,"currency":"EUR"},
                   "procedure":false}})"));
  CHECK(mention(l, "energy_class") == "CLASSE ÉNERGIE F");
  CHECK(mention(l, "climate_class") == "CLASSE CLIMAT E");
  CHECK(mention(l, "excessive_consumption") == "Logement à consommation énergétique excessive : classe F");
  CHECK(mention(l, "annual_cost") ==
        "Montant estimé des dépenses annuelles d’énergie pour un usage standard : entre 1\u00a0200\u00a0€ et "
        "1\u00a0650,50\u00a0€ par an. Prix moyens des énergies de l’année 2023.");
  CHECK(mention(l, "risks") ==
        "Les informations sur les risques auxquels ce bien est exposé sont disponibles sur le site "
        "Géorisques : www.georisques.gouv.fr");
  // 15 000 of a price of 300 000 without them.
  CHECK(mention(l, "fees") ==
        "Honoraires TTC inclus à la charge de l’acquéreur : 5\u00a0% du prix hors honoraires.");
  CHECK(mention(l, "coownership") ==
        "Bien soumis au statut de la copropriété : 12 lots, charges annuelles moyennes du vendeur : "
        "1\u00a0400\u00a0€. Pas de procédure en cours contre le syndicat.");
  CHECK(mentions_of(listing_of(full)).empty());
}
