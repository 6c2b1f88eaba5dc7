// Listings: drafting, changing, publishing, finding.

#include <algorithm>
#include <set>
#include <thread>

#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("a draft needs three members and names every wrong one", "[listings]") {
  World w("memory");
  auto s = w.admin();
  const Error e = error_of([&] {
    s.call_json(
        "listings.create",
        R"({"title":"AB","transaction_type_code":"TX_GIFT","price":{"amount":1.5,"currency":"MAD"},"lat":"91",
            "surface_m2":"0","energy":{"energy_class":"H"},"owner_party_id":"x","status_code":"ANN_PUBLISHED",
            "visibility":["PUB_MOON"],"external_refs":[{"source":"avito"}],"country_code":"XX"})");
  });
  CHECK(e.code() == ErrorCode::invalid_argument);
  CHECK(names(e, "/title", field_code::too_short));
  CHECK(names(e, "/transaction_type_code", field_code::not_a_code));
  CHECK(names(e, "/property_type_code", field_code::required));
  CHECK(names(e, "/price", field_code::not_money));
  CHECK(names(e, "/lat", field_code::out_of_range));
  CHECK(names(e, "/surface_m2", field_code::out_of_range));
  CHECK(names(e, "/energy/energy_class", field_code::not_a_code));
  CHECK(names(e, "/owner_party_id", field_code::not_an_id));
  CHECK(names(e, "/status_code", field_code::unknown_member));
  CHECK(names(e, "/visibility/0", field_code::not_a_code));
  CHECK(names(e, "/external_refs/0/id", field_code::required));
  const Listing l = s.call(listings::create, draft_of("Villa"));
  CHECK(l.status_code == "ANN_DRAFT");
  CHECK(l.country_code == "MA");
  CHECK(l.visibility == std::vector<std::string>{"PUB_PUBLIC_WEB"});
  CHECK(l.slug == "villa");
  CHECK(l.version == 1);
  CHECK(l.created_by == w.one.admin);
  CHECK_FALSE(l.published_at);
  const Error both = error_of([&] {
    s.call(listings::create, {.transaction_type_code = "TX_SALE",
                              .property_type_code = "PROP_LAND",
                              .title = "Terrain",
                              .lat = Decimal{335'000'000},
                              .owner_party_id = *parse_uuid("01900000-0000-7000-8000-000000000001")});
  });
  CHECK(names(both, "/lng", field_code::required));
  CHECK(names(both, "/owner_party_id", field_code::unknown_reference));
}

TEST_CASE("a listing keeps all that it is given", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string made = s.call_json(
      "listings.create",
      R"({"transaction_type_code":"TX_RENT","property_type_code":"PROP_STUDIO","title":"Studio à Lyon 3",
          "country_code":"FR","city":"Lyon","postal_code":"69003","lat":"45.7601234","lng":4.85,
          "surface_m2":23.5,"surface_habitable":"22.95","rooms":1,"floor":-1,"built_year":1968,
          "amenities":["lift","bike room"],"contact_name":"Mme Roy","contact_phone":"06 12 34 56 78",
          "price":{"amount":65000,"currency":"EUR"},
          "energy":{"number":"2469E0243971E","issued_on":"2024-03-05","energy_class":"E","climate_class":"B",
                    "cep":"306.38","eges":9.85,"altitude":"LT400","climate_zone":"H1c"},
          "fees":{"payer_code":"TENANT","amount":{"amount":30000,"currency":"EUR"}},
          "terms":{"charges":{"amount":4500,"currency":"EUR"},"furnished":true,"available_on":"2027-01-01"},
          "external_refs":[{"source":"erp","id":"77"}],"visibility":["PUB_AGENCY_PAGE"],
          "meta":{"colour":"red"}})");
  const auto id = parse_uuid(std::string_view(made).substr(made.find("\"id\":\"") + 6, 36));
  REQUIRE(id);
  if (w.backend != "memory") w.reopen();
  auto again = w.admin();
  const Listing l = again.call(listings::get, {*id});
  CHECK(to_json(l) == made);
  CHECK(l.lat == Decimal{457'601'234});
  CHECK(l.lng == Decimal{48'500'000});
  CHECK(l.surface_m2 == Decimal{2350});
  CHECK(l.floor == -1);
  CHECK(l.contact_phone == "+33612345678");
  CHECK(l.contact_phone_region_source == "record");
  CHECK(l.energy->issued_on == make_date(2024, 3, 5));
  CHECK(l.energy->eges == Decimal{985});
  CHECK(l.terms->furnished == true);
  CHECK_FALSE(l.coownership);
  CHECK(l.external_refs == std::vector<ExternalRef>{{"erp", "77"}});
  CHECK(l.slug == "studio-a-lyon-3");
  // The other system's number is one listing's.
  const Error taken = error_of([&] {
    again.call_json("listings.create",
                    R"({"transaction_type_code":"TX_SALE","property_type_code":"PROP_LAND","title":"Other",
                        "external_refs":[{"source":"erp","id":"77"}]})");
  });
  CHECK(taken.code() == ErrorCode::conflict);
  CHECK(again.call(listings::count, {}).count == 1);
}

TEST_CASE("slugs are unique in the organisation and stay", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  std::set<std::string> slugs;
  for (int i = 0; i < 5; ++i) slugs.insert(s.call(listings::create, whole_of("Appartement F3")).slug);
  CHECK(slugs.size() == 5);
  CHECK(slugs.contains("appartement-f3-casablanca"));
  for (const std::string& slug : slugs) CHECK(slug.starts_with("appartement-f3-casablanca"));
  CHECK(w.other().call(listings::create, whole_of("Appartement F3")).slug == "appartement-f3-casablanca");
  const auto page = s.call(listings::list, {.where = R"({"slug":"appartement-f3-casablanca"})"});
  REQUIRE(page.items.size() == 1);
  const Listing renamed = s.call(listings::update, {.id = page.items[0].id,
                                                    .version = page.items[0].version,
                                                    .title = std::string("Villa neuve"),
                                                    .city = std::string("Rabat")});
  CHECK(renamed.slug == "appartement-f3-casablanca");
}

TEST_CASE("of concurrent drafts with one title each gets a slug", "[listings][threads]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      try {
        auto s = w.admin();
        for (int i = 0; i < 5; ++i) s.call(listings::create, draft_of("Same title"));
      } catch (const Error&) {
        ++failed;
      }
    });
  }
  for (auto& t : threads) t.join();
  CHECK(failed == 0);
  std::set<std::string> slugs;
  for (const Listing& l : w.admin().call(listings::list, {}).items) slugs.insert(l.slug);
  CHECK(slugs.size() == 20);
}

TEST_CASE("an update changes what it names; prices leave a trace", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Listing l = s.call(listings::create, whole_of("Appartement F3"));
  w.clock->advance(micros_per_second);
  Listing after = s.call(listings::update, {.id = l.id,
                                            .version = l.version,
                                            .price = dirhams(1'790'000),
                                            .rooms = std::int64_t{3},
                                            .zone = Change<std::string>::clear(),
                                            .energy = ListingEnergy{.energy_class = "C"}});
  CHECK(after.version == 2);
  CHECK(after.price == dirhams(1'790'000));
  CHECK(after.rooms == 3);
  CHECK_FALSE(after.zone);
  CHECK(after.city == "Casablanca");
  CHECK(after.energy->energy_class == "C");
  const Error stale =
      error_of([&] { s.call(listings::update, {.id = l.id, .version = 1, .title = std::string("Stale")}); });
  CHECK(stale.code() == ErrorCode::conflict);
  CHECK(detail_of(stale, "current") == "2");
  CHECK(names(error_of([&] {
                s.call(listings::update, {.id = l.id, .version = 2, .title = Change<std::string>::clear()});
              }),
              "/title", field_code::required));
  w.clock->advance(micros_per_second);
  after = s.call(
      listings::update,
      {.id = l.id, .version = 2, .price = Change<Money>::clear(), .energy = Change<ListingEnergy>::clear()});
  CHECK_FALSE(after.energy);
  w.clock->advance(micros_per_second);
  after = s.call(listings::update,
                 {.id = l.id, .version = 3, .price = dirhams(1'700'000), .price_source = "import"});
  // The same again changes nothing.
  CHECK(s.call(listings::update, {.id = l.id, .version = 4, .price = dirhams(1'700'000)}).version == 4);
  const auto prices = s.call(listings::price_history, {.id = l.id}).items;
  REQUIRE(prices.size() == 3);
  CHECK(prices[0].from == dirhams(1'850'000));
  CHECK(prices[0].to == dirhams(1'790'000));
  CHECK(prices[0].source == "user");
  CHECK_FALSE(prices[1].to);
  CHECK_FALSE(prices[2].from);
  CHECK(prices[2].source == "import");
  CHECK(prices[0].at < prices[1].at);
  const auto first = s.call(listings::price_history, {.id = l.id, .limit = 2});
  CHECK(first.items.size() == 2);
  REQUIRE(first.next);
  CHECK(s.call(listings::price_history, {.id = l.id, .limit = 2, .after = first.next}).items.size() == 1);
}

TEST_CASE("a failed change of a price leaves no trace", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Listing l = published(s, "Appartement F3");
  const Error e = error_of([&] {
    s.call(listings::update,
           {.id = l.id, .version = l.version, .price = dirhams(1), .city = Change<std::string>::clear()});
  });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(names(e, "/city", field_code::required));
  CHECK(s.call(listings::price_history, {.id = l.id}).items.empty());
  CHECK(s.call(listings::get, {l.id}).price == dirhams(1'850'000));
}

TEST_CASE("lists go by status, city, owner, price and time; the rest by a scan that one asks for",
          "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Uuid owner = s.call(parties::create, {.role_code = "OWNER", .family_name = "Alami"}).id;
  for (int i = 0; i < 6; ++i) {
    listings::Create in = whole_of("Appartement " + std::to_string(i));
    in.city = i % 2 ? "Rabat" : "Casablanca";
    in.price = dirhams(1'000'000 + 100'000 * ((i * 5) % 6));
    if (i == 4) in.owner_party_id = owner;
    s.call(listings::create, in);
    w.clock->advance(micros_per_second);
  }
  const auto found = [&](const std::string& where, const std::vector<std::string>& order = {}) {
    std::vector<std::string> titles;
    for (const Listing& l : s.call(listings::list, {.where = where, .order = order}).items)
      titles.push_back(l.title.substr(12));
    return titles;
  };
  using Titles = std::vector<std::string>;
  CHECK(found("{}") == Titles{"5", "4", "3", "2", "1", "0"});
  CHECK(found(R"({"city":"Rabat"})") == Titles{"5", "3", "1"});
  CHECK(found(R"({"status_code":"ANN_DRAFT","city":"Casablanca"})") == Titles{"4", "2", "0"});
  CHECK(found(R"({"owner_party_id":")" + format_uuid(owner) + "\"}") == Titles{"4"});
  CHECK(found(R"({"transaction_type_code":"TX_SALE","status_code":"ANN_DRAFT",
                  "price":{"lte":{"amount":120000000,"currency":"MAD"}}})",
              {"price"}) == Titles{"0", "5", "4"});
  CHECK(found(R"({"status_code":"ANN_PUBLISHED"})").empty());
  CHECK(code_of([&] { found(R"({"rooms":3})"); }) == ErrorCode::invalid_argument);
  CHECK(s.call(listings::list, {.where = R"({"rooms":null})", .scan = true}).items.size() == 6);
  CHECK(code_of([&] { found(R"({"contact_phone":"+212612345678"})"); }) == ErrorCode::invalid_argument);
  CHECK(s.call(listings::count, {.where = R"({"city":"Rabat"})"}).count == 3);
}

TEST_CASE("full text finds what holds every word, newest first, page by page", "[listings][search]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  for (int i = 0; i < 7; ++i) {
    listings::Create in = whole_of("Appartement " + std::to_string(i));
    if (i % 2) in.description = "Grande terrasse, vue sur l’Océan, à deux pas de l'école.";
    in.zone = i == 3 ? "Ain Diab" : "Maârif";
    s.call(listings::create, in);
    w.clock->advance(micros_per_second);
  }
  w.other().call(listings::create, whole_of("Appartement ailleurs avec terrasse"));
  const auto found = [&](const std::string& query, const std::string& where = "{}") {
    std::vector<std::string> titles;
    for (const Listing& l : s.call(listings::search, {.query = query, .where = where}).items)
      titles.push_back(l.title.substr(12));
    return titles;
  };
  using Titles = std::vector<std::string>;
  CHECK(found("ocean TERRASSE") == Titles{"5", "3", "1"});
  CHECK(found("maarif ocean") == Titles{"5", "1"});
  CHECK(found("ter") == Titles{"5", "3", "1"});
  CHECK(found("ter ").empty());
  CHECK(found("piscine").empty());
  CHECK(found("ecole", R"({"zone":"Ain Diab"})") == Titles{"3"});
  Titles walked;
  std::optional<std::string> after;
  do {
    const auto page = s.call(listings::search, {.query = "appartement", .limit = 3, .after = after});
    for (const Listing& l : page.items) walked.push_back(l.title.substr(12));
    after = page.next;
  } while (after);
  CHECK(walked == Titles{"6", "5", "4", "3", "2", "1", "0"});
  const auto page = s.call(listings::search, {.query = "appartement", .limit = 3});
  CHECK(code_of([&] { s.call(listings::search, {.query = "autre", .limit = 3, .after = page.next}); }) ==
        ErrorCode::invalid_argument);
  CHECK(names(error_of([&] { s.call(listings::search, {.query = "?!"}); }), "/query", field_code::too_short));
  CHECK(names(error_of([&] { s.call(listings::search, {.query = "a b c d e f g h i j k l m n o p q"}); }),
              "/query", field_code::too_long));
  // What is renamed or archived is found no more.
  const Uuid id = s.call(listings::search, {.query = "diab"}).items.at(0).id;
  s.call(listings::update, {.id = id, .version = 1, .zone = std::string("Gauthier")});
  CHECK(found("diab").empty());
  s.call(listings::archive, {.id = id, .version = 2});
  CHECK(found("gauthier").empty());
  CHECK(s.call(listings::search, {.query = "gauthier", .archived = true}).items.size() == 1);
}
