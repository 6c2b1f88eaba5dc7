// What people write differently and mean alike, and the distances between what they write.

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "atlas/text.hpp"
#include "forms.hpp"
#include "header_words.hpp"
#include "model_data.hpp"
#include "similarity.hpp"

using namespace atlas::matching;

namespace {

// The level that two texts reach, as its code.
std::string level(Comparator kind, std::string_view a, std::string_view b, std::string_view region = "MA") {
  ModelData model;
  Comparison comparison;
  comparison.comparator = kind;
  comparison.fields = {0};
  comparison.total = 1000;
  comparison.set_default_shares();
  model.comparisons.push_back(comparison);
  Value x = make_value(kind, std::array{a}, region), y = make_value(kind, std::array{b}, region);
  assign_bits(x, comparison);
  assign_bits(y, comparison);
  const Value *row_x = &x, *row_y = &y;
  Outcomes one, other;
  compare_rows(model, &row_x, &row_y, one);
  compare_rows(model, &row_y, &row_x, other);
  CHECK(one[0].level == other[0].level);  // seen from either side
  CHECK(one[0].bits == other[0].bits);
  if (one[0].level < 0) return "missing";
  return std::string(info_of(kind).levels[static_cast<std::size_t>(one[0].level)].code);
}

}  // namespace

TEST_CASE("values of each kind reach the level that people would give them") {
  using enum Comparator;
  struct Row {
    Comparator kind;
    std::string_view a, b, level;
  };
  constexpr Row rows[] = {
      {given_name, "Fatima", "FATIMA", "exact"},
      {given_name, "Mohammed", "Mohamed", "same_form"},
      {given_name, "Mhamed", "Mohamed", "same_form"},
      {given_name, "Youssef", "Yusuf", "same_form"},
      {given_name, "Bob", "Robert", "same_form"},
      {given_name, "Mme Fatima", "Fatima", "exact"},
      {given_name, "Jean-Pierre", "Jean Pierre", "exact"},
      {given_name, "M", "Mohamed", "part"},
      {given_name, "Jean", "Jean-Pierre", "part"},
      {given_name, "Karim", "Sophie", "different"},
      {family_name, "El Harrak", "Harrak", "same_form"},
      {family_name, "Ben Moussa", "Benmoussa", "exact"},
      {family_name, "Le Goff", "Legoff", "exact"},
      {family_name, "Dupont", "Dupotn", "similar"},
      {family_name, "Alaoui", "Bennani", "different"},
      {full_name, "Youssef El Alaoui", "EL ALAOUI Youssef", "exact"},
      {full_name, "Jean Martin", "Jean Paul Martin", "contained"},
      {full_name, "Sara Bennani", "Omar Bennani", "shared_word"},
      {full_name, "محمد العلوي", "Mohamed Alaoui", "same_form"},
      {email, "Jean.Dupont+immo@gmail.com", "jeandupont@googlemail.com", "exact"},
      {email, "sara@gmail.com", "sara@gmial.com", "exact"},
      {email, "jean.dupont@gmail.com", "jean_dupont@yahoo.fr", "near"},
      {email, "a.alaoui@orange.fr", "zineb@yahoo.fr", "different"},
      {phone, "06 61 23 45 67", "+212661234567", "exact"},
      {phone, "00212 661-234-567", "661234567", "exact"},
      {phone, "+33661234567", "+212661234567", "other_country"},
      {phone, "0661234567", "0661234576", "similar"},
      {phone, "0661234567", "0537112233", "different"},
      {phone, "0000000000", "0000000000", "missing"},
      {date, "1980-02-09", "09/02/1980", "exact"},
      {date, "1980-02-09", "1980-09-02", "similar"},
      {date, "1980-02-09", "1981-02-09", "similar"},
      {date, "1980-02-09", "1955-11-27", "different"},
      {street, "82, R. Jean Jaurès", "82 Rue Jean Jaurès", "exact"},
      {street, "12 Bd Zerktouni", "12 boulevard Zerktuni", "same_form"},
      {street, "12 Bd Zerktouni", "84 boulevard Zerktouni", "other_number"},
      {city, "Saint-Denis", "St Denis", "exact"},
      {city, "Marrakech", "Marrakesh", "similar"},
      {postcode, "20100", "20110", "similar"},
      {identifier, "AB-123456", "ab123456", "exact"},
      {identifier, "7172652", "7172562", "similar"},
      {money, "1 250 000 DH", "1250000", "exact"},
      {money, "1 250 000 DH", "1.287.500", "within_5"},
      {title, "Café de la Gare SARL", "cafe de la gare", "exact"},
      {title, "Arnie Morton's of Chicago", "Arnie Mortons Chicago", "exact"},
  };
  for (const Row& row : rows) {
    INFO(row.a << " | " << row.b);
    CHECK(level(row.kind, row.a, row.b) == row.level);
  }
}

TEST_CASE("distances keep their bounds") {
  CHECK(jaro_winkler("martha", "marhta") == Approx(0.9611).margin(1e-4));
  CHECK(jaro_winkler("dixon", "dicksonx") == Approx(0.8133).margin(1e-4));
  CHECK(jaro_winkler("", "") == 0);
  CHECK(damerau("ca", "ac", 2) == 1);
  CHECK(damerau("kitten", "sitting", 5) == 3);
  CHECK(damerau("kitten", "sitting", 1) == 2);
  CHECK(trigram_dice("night", "night") == 1);
  const std::string words[] = {
      "", "a", "ab", "alaoui", "alaouii", std::string(300, 'x'), std::string(300, 'y')};
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      CHECK(jaro_winkler(a, b) == jaro_winkler(b, a));
      CHECK(damerau(a, b, 3) == damerau(b, a, 3));
      CHECK(trigram_dice(a, b) == trigram_dice(b, a));
      CHECK(jaro_winkler(a, b) <= 1);
    }
  }
}

TEST_CASE("dates, numbers and headers are read as people write them") {
  CHECK(read_date("12 mars 1975") == 19750312);
  CHECK(read_date("19750312") == 19750312);
  CHECK(read_date("1862") == 18620000);
  CHECK_FALSE(read_date("hello"));
  CHECK(read_number("1 234,50 €") == 1'234'500);
  CHECK(read_number("$1,234.00") == 1'234'000);
  CHECK(read_number("85 m2") == 85'000);
  struct Row {
    std::string_view header;
    FieldKind kind;
  };
  constexpr Row rows[] = {
      {"date_of_birth", FieldKind::date},
      {"soc_sec_id", FieldKind::identifier},
      {"givenName", FieldKind::given_name},
      {"Prénom", FieldKind::given_name},
      {"first_and_surname", FieldKind::full_name},
      {"postcode_fake", FieldKind::postcode},
      {"street_number", FieldKind::house_number},
      {"address_1", FieldKind::street},
      {"Téléphone 2", FieldKind::phone},
      {"phone2", FieldKind::phone},
      {"birth_place", FieldKind::city},
      {"manufacturer", FieldKind::category},
      {"المدينة", FieldKind::city},
      {"Raison sociale", FieldKind::title},
      {"Client e-mail", FieldKind::email},
  };
  for (const Row& row : rows) {
    INFO(row.header);
    const auto meaning = meaning_of_header(row.header);
    REQUIRE(meaning);
    CHECK(to_string(meaning->kind) == to_string(row.kind));
  }
  for (const std::string_view header : {"id", "rec_id", "cluster", "unique_id", "created_at"}) {
    INFO(header);
    const auto meaning = meaning_of_header(header);
    REQUIRE(meaning);
    CHECK(meaning->meta);
  }
}
