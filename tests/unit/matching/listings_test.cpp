// Advertisements of property by the built-in model: the double in other words, and the flat next door.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "atlas/matching.hpp"

using namespace atlas::matching;

namespace {

/// Photos that a hash each stands for; `noise` bits are changed, as by saving again.
std::string photos(std::initializer_list<std::uint64_t> hashes, std::uint64_t noise = 0) {
  std::string out;
  for (const std::uint64_t h : hashes) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(h ^ noise));
    if (!out.empty()) out += value_separator;
    out += digits;
  }
  return out;
}

constexpr std::uint64_t saved_again = 0x0000'0000'0100'0003;  // three of 64 bits

struct Flat {
  std::string title, description, price = "1850000", surface = "96.50", rooms = "4", floor = "3",
                                  city = "Casablanca", zone = "Maârif", property = "PROP_APARTMENT",
                                  transaction = "TX_SALE", bedrooms = "3", bathrooms = "2", pictures;
  Record record() const {
    return {{title, description, price, surface, rooms, floor, city, zone, "", "", "", "+212522112233",
             property, transaction, bedrooms, bathrooms, pictures}};
  }
};

Flat original() {
  return {.title = "Bel appartement lumineux au Maârif",
          .description =
              "À deux pas du tramway, bel appartement traversant de trois chambres avec terrasse "
              "plein sud, cuisine équipée, parking en sous-sol et ascenseur.",
          .pictures = photos({0x1111222233334444, 0x5555666677778888, 0x9999aaaabbbbcccc})};
}

double chance(const Flat& a, const Flat& b) {
  const Model model = Model::for_listings();
  const double p = score(a.record(), b.record(), model, "MA").probability;
  CHECK(p == score(b.record(), a.record(), model, "MA").probability);
  return p;
}

bool meet(const Flat& a, const Flat& b) {
  const Model model = Model::for_listings();
  for (const std::uint64_t x : keys_of(a.record(), model, "MA"))
    for (const std::uint64_t y : keys_of(b.record(), model, "MA"))
      if (x == y) return true;
  return false;
}

}  // namespace

TEST_CASE("the same flat in other words, the price moved, the photos saved again, is found", "[listings]") {
  const Flat first = original();
  Flat again = first;
  again.title = "Casablanca centre : T4 avec terrasse";
  again.description =
      "Vente d'un quatre pièces en étage, séjour double, trois belles chambres. Idéal famille. "
      "Visites sur rendez-vous avec notre conseiller.";
  again.price = "1905500";
  again.pictures = photos({0x1111222233334444, 0x5555666677778888, 0x9999aaaabbbbcccc}, saved_again);
  CHECK(meet(first, again));
  CHECK(chance(first, again) > 0.9);
  // Without photos at all it is worth a look.
  Flat bare = again;
  bare.pictures.clear();
  CHECK(chance(first, bare) > 0.2);
}

TEST_CASE("the flat next door is another one, although the agency wrote the same", "[listings]") {
  const Flat first = original();
  Flat next_door = first;
  next_door.floor = "5";
  next_door.surface = "104.00";
  next_door.price = "2050000";
  CHECK(chance(first, next_door) < 0.2);
  // With the development's pictures only, and other numbers of rooms, surely.
  next_door.bedrooms = "2";
  next_door.rooms = "3";
  CHECK(chance(first, next_door) < 0.05);
  next_door.pictures = photos({0x0123456789abcdef, 0xfedcba9876543210});
  CHECK(chance(first, next_door) < 0.01);
}

TEST_CASE("type and kind of transaction speak strongly and forbid nothing", "[listings]") {
  const Flat first = original();
  const double same = chance(first, first);
  CHECK(same > 0.99);
  Flat to_let = first;
  to_let.transaction = "TX_RENT";
  to_let.price = "9500";
  CHECK(chance(first, to_let) < same);
  Flat studio = first;
  studio.property = "PROP_STUDIO";
  CHECK(chance(first, studio) > 0.9);
  Flat elsewhere = first;
  elsewhere.city = "Marrakech";
  elsewhere.zone = "Guéliz";
  elsewhere.pictures.clear();
  elsewhere.title = "Appartement à vendre";
  elsewhere.description = "Au calme, proche des écoles.";
  CHECK(chance(first, elsewhere) < 0.05);
}

TEST_CASE("sets of photos are compared photo by photo", "[listings]") {
  const std::string four =
      photos({0x1111222233334444, 0x5555666677778888, 0x9999aaaabbbbcccc, 0x0123456789abcdef});
  struct Row {
    std::string other;
    int level;  // 3 = most
  };
  const std::string content(64, 'a'), other_content(64, 'b');
  for (const Row& row :
       {Row{four, 3}, Row{photos({0x1111222233334444, 0x5555666677778888}, saved_again), 3},
        Row{photos({0x9999aaaabbbbcccc, 0x5555666677778888, 0x00ff00ff00ff00ff, 0xf0f0f0f00f0f0f0f,
                    0x3c3c3c3cc3c3c3c3, 0x6666999966669999}),
            3},
        Row{photos({0x1111222233334444}), 1}, Row{photos({0x00ff00ff00ff00ff}), 0},
        // Two that are like one of the other set are one.
        Row{photos({0x1111222233334444, 0x1111222233334445}), 1}, Row{"", 0}, Row{"no hash", 0}}) {
    CAPTURE(row.other);
    CHECK(similarity(FieldKind::photos, four, row.other).level == row.level);
    CHECK(similarity(FieldKind::photos, row.other, four).level == row.level);
  }
  CHECK(similarity(FieldKind::photos, content, content).level == 1);
  CHECK(similarity(FieldKind::photos, content, other_content).level == 0);
  // A set of any size costs little, and none is read beyond a hundred.
  std::string many;
  for (std::uint64_t i = 0; i < 5000; ++i) many += photos({i * 0x9e3779b97f4a7c15}) + value_separator;
  CHECK(similarity(FieldKind::photos, many, four).level == 0);
}

TEST_CASE("a listing is found again by where it is and how large, or by its own words", "[listings]") {
  const Flat first = original();
  CHECK(keys_of(first.record(), Model::for_listings(), "MA").size() == 3);
  Flat other = first;
  other.title = "Autre";
  other.zone = "Autre";
  other.description = "Tout autre texte ici présent";
  CHECK(meet(first, other));  // town and surface
  other.surface = "97.20";
  CHECK(meet(first, other));  // to the square metre
  other.surface = "80";
  CHECK_FALSE(meet(first, other));
  other.zone = first.zone;
  CHECK(meet(first, other));  // quarter, bedrooms, floor
  other.floor = "7";
  CHECK_FALSE(meet(first, other));
  other.description = first.description;
  CHECK(meet(first, other));  // rare words
}
