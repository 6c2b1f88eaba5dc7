// Rules by which people are told from their household and from who is called the same.

#include <catch2/catch.hpp>

#include "atlas/matching.hpp"
#include "similarity.hpp"

using namespace atlas::matching;

namespace {

// given, family, organisation, phones, emails, address, birth date, national id
Record party(std::string given, std::string family, std::string phone = "", std::string email = "",
             std::string address = "", std::string born = "") {
  return {{std::move(given), std::move(family), "", std::move(phone), std::move(email), std::move(address),
           std::move(born), ""}};
}

Contribution said_of(const Score& score, std::string_view field) {
  for (const Contribution& c : score.contributions)
    if (c.field == field) return c;
  return {};
}

}  // namespace

TEST_CASE("names that are one in another coat", "[matching]") {
  struct Row {
    FieldKind kind;
    const char *a, *b;
    bool alike;
  };
  const Row rows[] = {
      {FieldKind::family_name, "Bel Haj", "Bin Haj", true},
      {FieldKind::family_name, "Ben Hajj", "Bel Haj", true},
      {FieldKind::family_name, "Ait Rami", "Ramy", true},
      {FieldKind::family_name, "Bel Haj", "Bel Kadi", false},
      {FieldKind::family_name, "Ben Said", "Ben Omar", false},
      {FieldKind::given_name, "Caathy", "Catherine", true},
      {FieldKind::given_name, "Caathy", "Christine", false},
      {FieldKind::given_name, "Melle Nadia", "Nadia", true},
      {FieldKind::full_name, "Ahmad Ait Filali", "Ahmed Fplali", true},
      {FieldKind::full_name, "Ahmad Ait Filali", "Karim Fassi", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a, row.b);
    CHECK((similarity(row.kind, row.a, row.b).level > 0) == row.alike);
    CHECK(similarity(row.kind, row.a, row.b).level == similarity(row.kind, row.b, row.a).level);
  }
  CHECK(similarity(FieldKind::email, "<jean@dupont.fr>", "Jean@Dupont.fr").score == 1);
  CHECK(similarity(FieldKind::email, "Jean Dupont <jean@dupont.fr>", "jean@dupont.fr").score == 1);
}

TEST_CASE("a title in the place of a name, and half a name, say nothing", "[matching]") {
  const Model parties = Model::for_parties();
  for (const char* title : {"Mme", "M.", "Melle", "Dr"}) {
    CAPTURE(title);
    const Score score = atlas::matching::score(party(title, "Bourdon", "0661234567"),
                                               party("Alain", "Bourdon", "0661234567"), parties, "MA");
    CHECK(said_of(score, "given_name").bits == 0);
  }
  CHECK(said_of(score(party("Zineb", "Bourdon"), party("Alain", "Bourdon"), parties), "given_name").bits <
        -3);
  const Model dossiers = Model::for_dossiers();
  const auto name = [&](const char* a, const char* b) {
    return said_of(
               score(Record{{a, "0661234567", "", ""}}, Record{{b, "0661234567", "", ""}}, dossiers, "MA"),
               "contact_name")
        .bits;
  };
  CHECK(name("Zeroual", "Abdou") == 0);
  CHECK(name("G. Lancelot", "Ginette") == 0);
  CHECK(name("Karim Zeroual", "Abdou Tazi") < -3);
}

TEST_CASE("a name that nobody else has is somebody's all the same", "[matching]") {
  const Model dossiers = Model::for_dossiers();
  const Score one = score(Record{{"Stella Knockaert", "", "", ""}}, Record{{"Stella", "", "", ""}}, dossiers);
  CHECK(said_of(one, "contact_name").bits > 5);
  CHECK(said_of(one, "contact_name").bits < 14);
}

TEST_CASE("mailboxes made of one name are no sign that two of that name are one", "[matching]") {
  const Model parties = Model::for_parties();
  const auto mail = [&](const char* a, const char* b) {
    return said_of(score(party("Said", "El Ghazali", "", a), party("Said", "El Ghazali", "", b), parties),
                   "emails")
        .bits;
  };
  CHECK(mail("said.elghazali1731@menara.ma", "said_elghazali1115@yahoo.fr") < 0);
  CHECK(mail("said.elghazali1731@menara.ma", "said.elghazali1731@menara.ma") > 10);
}

TEST_CASE("in a household a common name agrees by chance, a rare one hardly", "[matching]") {
  const Model parties = Model::for_parties();
  const auto weight = [&](const char* given) {
    return score(party(given, "Laaroussi", "0661234567", "", "61 chemin de la Gare", "1938-10-24"),
                 party(given, "Laaroussi", "0661234567", "", "61 chemin de la Gare", "1954-02-13"), parties,
                 "MA")
        .weight;
  };
  CHECK(weight("Mohamed") + 1 < weight("Zoltan"));
}

TEST_CASE("a glance at two words never hides that they are like", "[matching]") {
  const char* words[] = {"martha", "marhta", "dwayne", "duane", "dixon", "dicksonx", "a", "ab", "zz", ""};
  for (const std::string_view a : words)
    for (const std::string_view b : words)
      for (const double least : {0.5, 0.7, 0.84, 0.95}) {
        CAPTURE(a, b, least);
        const double whole = jaro_winkler(a, b), glance = jaro_winkler(a, b, least);
        CHECK((whole >= least ? glance == whole : glance < least));
      }
}

TEST_CASE("what was learnt without anybody's word has to be surer for a machine", "[matching]") {
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) {
    std::string name = "Personne ";
    name += static_cast<char>('a' + i % 26);
    name += static_cast<char>('k' + i / 26);
    name += "otte";
    records.push_back({{name, "06612" + std::to_string(10'000 + 37 * (i / 2)), "", "Rabat"}});
  }
  const Model learnt = train(Model::for_dossiers(), records, {.phone_region = "MA"});
  REQUIRE(learnt.version() != Model::for_dossiers().version());
  CHECK(learnt.automatic_threshold() == Approx(0.99));
  CHECK(Model::for_dossiers().automatic_threshold() == Approx(0.95));
}
