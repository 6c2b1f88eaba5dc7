// Maps: what is refused by its path, what a record becomes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "atlas/consent.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/error.hpp"
#include "atlas/import_map.hpp"
#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "atlas/parties.hpp"
#include "atlas/schema.hpp"
#include "maps.hpp"

namespace {

using namespace atlas;
using namespace atlas::imports;

std::string whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

std::vector<std::string> refusals(const std::string& map) {
  try {
    read_import_map(map);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::invalid_argument);
    std::vector<std::string> out;
    for (const FieldError& f : e.fields()) out.push_back(f.path + " " + f.code);
    std::sort(out.begin(), out.end());
    return out;
  }
  return {};
}

// A map of listings with `columns` beside what is required.
std::string listing_map(const std::string& columns, const std::string& more = "") {
  return R"({"kind":"listings","columns":{"title":"t")" + (columns.empty() ? "" : "," + columns) +
         R"(},"constants":{"transaction_type_code":"TX_SALE","property_type_code":"PROP_VILLA"})" + more +
         "}";
}
// What `cell` in the column c becomes in `field`, without the rest of the record.
std::string made(const std::string& rule, const std::string& cell, const std::string& more = "") {
  Json record{{"t", "Une villa"}, {"c", Json::parse(cell)}};
  std::string out = mapped(listing_map(rule, more), record.dump()).at(0);
  if (!out.starts_with('{')) return out;
  const std::size_t end = out.rfind('}') + 1;
  Json input = Json::parse(out.substr(0, end));
  for (const char* name : {"property_type_code", "title", "transaction_type_code"})
    CHECK(input.erase(name) == 1);
  return input.dump() + out.substr(end);
}

TEST_CASE("a map that is wrong is refused by every path") {
  const std::pair<std::string, Lines> cases[] = {
      {"[]", {" wrong_type"}},
      {"{}", {"/kind required"}},
      {R"({"kind":"houses"})", {"/kind not_a_code"}},
      {R"({"kind":"listings"})",
       {"/columns/property_type_code required", "/columns/title required",
        "/columns/transaction_type_code required"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","surface":"s"},"colour":1})",
       {"/colour unknown_member", "/columns/surface unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n"},"format":"xlsx","encoding":"ebcdic",)"
       R"("separator":";;","currency":"DH","date_order":"year","time_zone":"Mars","phone_region":"ZZZ"})",
       {"/currency not_a_code", "/date_order not_a_code", "/encoding not_a_code", "/format not_a_code",
        "/phone_region not_a_code", "/separator wrong_type", "/time_zone not_a_code"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","columns":["a"]}}})",
       {"/columns/contact_name required", "/columns/contact_name/join required"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"columns":["a","b"]}}})",
       {"/columns/contact_name/join required"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"a","join":" "}}})",
       {"/columns/contact_name/join unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":""}}})",
       {"/columns/contact_name/column too_short"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":[]}}})",
       {"/columns/contact_name/column too_short"}},
      {R"({"kind":"dossiers","columns":{"contact_name":[]}})", {"/columns/contact_name too_short"}},
      {R"({"kind":"dossiers","columns":{"contact_name":3}})", {"/columns/contact_name wrong_type"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","trim":true}}})",
       {"/columns/contact_name/trim unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","parse":"price"}}})",
       {"/columns/contact_name/parse wrong_type"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","parse":"magic"}}})",
       {"/columns/contact_name/parse not_a_code"}},
      {R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","from_text":true}}})",
       {"/columns/contact_name/from_text unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","budget_max":{"column":"b","shorten":true}}})",
       {"/columns/budget_max/shorten unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","budget_max":{"column":"b","default":100}}})",
       {"/columns/budget_max/default wrong_type"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","source_code":{"column":"s","codes":{"Web":1}}}})",
       {"/columns/source_code/codes/Web wrong_type"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","source_code":{"column":"s",)"
       R"("codes":{"Web":"A_B","WEB":"C_D"}}}})",
       {"/columns/source_code/codes/Web duplicate_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","email":{"column":"e","if_unreadable":"cry"}}})",
       {"/columns/email/if_unreadable not_a_code"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","external_id":"id"}})", {"/source required"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n"},"constants":{"contact_name":"x",)"
       R"("nothing":1,"strict":"yes"}})",
       {"/constants/contact_name duplicate_member", "/constants/nothing unknown_member",
        "/constants/strict wrong_type"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n","meta.a b":"x","meta.":"y"}})",
       {"/columns/meta. unknown_member", "/columns/meta.a b unknown_member"}},
      {R"({"kind":"dossiers","columns":{"contact_name":"n"},"source":{"codes":{}}})",
       {"/source/column required"}},
      {R"({"kind":"consents","source":"x","columns":{"channel_code":"c","address":"a",)"
       R"("purpose_code":"p","source_code":"s","external_id":"id"}})",
       {"/columns/external_id unknown_member"}},
      {R"({"kind":"parties","columns":{"family_name":"n"}})", {"/columns/role_code required"}},
  };
  for (const auto& [map, expected] : cases) {
    INFO(map);
    CHECK(refusals(map) == expected);
  }
  CHECK_THROWS_AS(read_import_map("{"), Error);
  CHECK_THROWS_AS(read_import_map(R"({"kind":"dossiers","kind":"parties"})"), Error);
}

TEST_CASE("a map reads back as it was written") {
  for (const std::string name : {"ma-listings", "people"}) {
    const ImportMap map =
        read_import_map(whole_file(std::string(ATLAS_EXAMPLES) + "/maps/" + name + ".json"));
    const std::string written = to_json(map);
    CHECK(to_json(read_import_map(written)) == written);
    CHECK(to_json(read_import_map(to_json(map, false))) == written);
  }
  const std::string all =
      R"({"kind":"listings","note":"n","format":"csv","encoding":"windows-1252","separator":"tab",
    "source":{"column":["s","u"],"codes":{"a":"b"}},"phone_region":"FR","currency":"EUR",)"
      R"("date_order":"month_first",
    "time_zone":"Europe/Paris","columns":{"external_id":"id","seen_at":"d",)"
      R"("transaction_type_code":[{"column":"x","codes":{"v":"TX_SALE"}},
    {"column":"t","from_text":true,"default":"TX_RENT"}],"property_type_code":{"column":"p",)"
      R"("if_unreadable":"skip"},
    "title":{"columns":["a","b"],"join":" - ","shorten":true},"amenities":{"columns":["e","f"]},)"
      R"("rooms":{"column":"r","parse":"count"},
    "price":{"column":"c","default":{"amount":1,"currency":"EUR"}},"meta.b":"m","meta.a":"m"},)"
      R"("constants":{"city":"Nice"}})";
  const std::string written = to_json(read_import_map(all));
  CHECK(to_json(read_import_map(written)) == written);
  CHECK(parse_json(written) == parse_json(all));
}

TEST_CASE("a cell becomes a field's value") {
  CHECK(made(R"("price":"c")", R"("1 850 000 DH")") == R"({"price":{"amount":185000000,"currency":"MAD"}})");
  CHECK(made(R"("price":"c")", "1850000") == R"({"price":{"amount":185000000,"currency":"MAD"}})");
  CHECK(made(R"("price":"c")", "185.125") == "/price not_money (too_many_decimals)");
  CHECK(made(R"("price":"c")", R"("185.125")") == R"({"price":{"amount":18512500,"currency":"MAD"}})");
  CHECK(made(R"("price":"c")", R"("100")", R"(,"currency":"EUR")") ==
        R"({"price":{"amount":10000,"currency":"EUR"}})");
  CHECK(made(R"("price":"c")", R"("120 millions")") == "/price not_money (ambiguous)");
  CHECK(made(R"("price":"c")", R"("Prix à consulter")") == "{}");
  CHECK(made(R"("price":"c")", "null") == "{}");
  CHECK(made(R"("price":"c")", "0") == "{} ~price zero_left_out");
  CHECK(made(R"("price":{"column":"c","if_unreadable":"skip"})", R"("120 millions")") ==
        "{} ~price left_out ambiguous");
  CHECK(made(R"("surface_m2":"c")", R"("1.200 m²")") ==
        R"({"surface_m2":1200} ~surface_m2 thousands_assumed)");
  CHECK(made(R"("bedrooms":"c")", R"("5+")") == R"({"bedrooms":5} ~bedrooms at_least)");
  CHECK(made(R"("floor":"c")", R"("RDC")") == R"({"floor":0})");
  CHECK(made(R"("lat":"c")", "33.573") == R"({"lat":33.573})");
  CHECK(made(R"("terms.furnished":"c")", R"("oui")") == R"({"terms":{"furnished":true}})");
  CHECK(made(R"("terms.available_on":"c")", R"("1/2/2025")") == R"({"terms":{"available_on":"2025-02-01"}})");
  CHECK(made(R"("terms.available_on":"c")", R"("1/2/2025")", R"(,"date_order":"month_first")") ==
        R"({"terms":{"available_on":"2025-01-02"}})");
  CHECK(made(R"("terms.available_on":"c")", R"("31/4/2025")") ==
        "/terms/available_on not_a_date (no_such_day)");
  CHECK(made(R"("country_code":"c")", R"("Maroc")") == R"({"country_code":"MA"})");
  CHECK(made(R"("country_code":"c")", R"("Atlantide")") == "/country_code not_a_code (unknown_word)");
  CHECK(made(R"("owner_party_id":"c")", R"("x")") == "/owner_party_id not_an_id (unreadable)");
  CHECK(made(R"("contact_phone":"c")", R"x("=\"0612345678\"")x") == R"({"contact_phone":"0612345678"})");
  CHECK(made(R"("contact_phone":"c")", R"("212612345678.0")") == R"({"contact_phone":"212612345678"})");
  CHECK(made(R"("city":"c")", R"("  Hay   Riad ")") == R"({"city":"Hay Riad"})");
  CHECK(made(R"("city":"c")", R"("N/A")") == "{}");
  CHECK(made(R"("description":"c")", R"("Un\r\nDeux\u0007\tTrois")") ==
        R"({"description":"Un\nDeux\tTrois"})");
  CHECK(made(R"("amenities":"c")", R"(["Balcon","Vue, mer","Balcon"])") ==
        R"({"amenities":["Balcon","Vue, mer"]})");
  CHECK(made(R"("amenities":"c")", R"("Balcon, Terrasse ,, Balcon")") ==
        R"({"amenities":["Balcon","Terrasse"]})");
  CHECK(made(R"("amenities":"c")", R"("Vue, mer; Balcon")") == R"({"amenities":["Vue, mer","Balcon"]})");
  CHECK(made(R"("amenities":"c")", "\"Balcon;" + std::string(70, 'x') + "\"") ==
        R"({"amenities":["Balcon"]} ~amenities left_out)");
  CHECK(made(R"("amenities":{"column":"c","codes":{"BALCON":"balcony"}})", R"(["Balcon"])") ==
        R"({"amenities":["balcony"]})");
  CHECK(made(R"("meta.age":"c","meta.b":"c")", R"("Neuf")") == R"({"meta":{"age":"Neuf","b":"Neuf"}})");
  CHECK(made(R"("zone":{"column":"c","codes":{"Toute la ville":""}})", R"("toute la VILLE")") == "{}");
  CHECK(made(R"("bedrooms":{"column":"c","default":1})", "null") == R"({"bedrooms":1})");
  CHECK(made(R"("bedrooms":{"column":"c","default":1})", R"("beaucoup")") ==
        "/bedrooms wrong_type (unreadable)");
}

TEST_CASE("titles: shortened before a word when the map asks, required always") {
  const std::string constants =
      R"(,"constants":{"transaction_type_code":"TX_SALE","property_type_code":"PROP_VILLA"}})";
  std::string title;
  for (int i = 0; i < 13; ++i) title += "Appartement ";
  const std::string file = "t\n" + title + "\n\"\"\n";
  const std::string rest = R"("property_type_code":"PROP_VILLA","title":")";
  std::string cut;
  for (int i = 0; i < 10; ++i) cut += (i > 0 ? " Appartement" : "Appartement");
  CHECK(mapped(R"({"kind":"listings","columns":{"title":{"column":"t","shorten":true}})" + constants, file) ==
        Lines{"{" + rest + cut + "…\",\"transaction_type_code\":\"TX_SALE\"} ~title shortened",
              "/title required (required)"});
  title.pop_back();
  CHECK(mapped(R"({"kind":"listings","columns":{"title":"t"})" + constants, file).at(0) ==
        "{" + rest + title + "\",\"transaction_type_code\":\"TX_SALE\"}");
}

TEST_CASE("rules are tried in order, columns too") {
  const std::string map = R"({"kind":"listings","columns":{
      "transaction_type_code":{"column":"t","from_text":true,"default":"TX_SALE"},
      "property_type_code":[{"column":["type","kind"]},{"column":"t","from_text":true}],
      "title":["t",{"columns":["type","city"],"join":", "}],
      "surface_m2":[{"column":"s"},{"column":"t","from_text":true}]}})";
  CHECK(
      mapped(map,
             "t,type,kind,city,s\n"
             "Studio 35 m² à louer,,Villa,Fès,\n"
             "Studio 35 m²,,,,40\n"
             ",Villa,,Fès,\n"
             "Bel appartement 50 m²,Château,,,50-60 m²\n"
             "Bien,,,,50-60\n"
             "Vente ou location de villa,,,,\n") ==
      Lines{
          R"({"property_type_code":"PROP_VILLA","surface_m2":35,"title":"Studio 35 m² à louer",)"
          R"("transaction_type_code":"TX_RENT"})",
          R"({"property_type_code":"PROP_STUDIO","surface_m2":40,"title":"Studio 35 m²",)"
          R"("transaction_type_code":"TX_SALE"})",
          R"({"property_type_code":"PROP_VILLA","title":"Villa, Fès","transaction_type_code":"TX_SALE"})",
          R"({"property_type_code":"PROP_APARTMENT","surface_m2":50,"title":"Bel appartement 50 m²",)"
          R"("transaction_type_code":"TX_SALE"} ~property_type_code left_out unknown_word ~surface_m2 left_out range)",
          "/property_type_code required (required)/surface_m2 wrong_type (range)",
          R"({"property_type_code":"PROP_VILLA","title":"Vente ou location de villa",)"
          R"("transaction_type_code":"TX_SALE"} ~transaction_type_code left_out ambiguous)"});
}

TEST_CASE("people become dossiers and parties") {
  const std::string dossiers =
      R"({"kind":"dossiers","source":"crm","phone_region":{"column":"pays","codes":{"Sahara":"MA"}},)"
      R"("columns":{
      "external_id":"id","contact_name":{"columns":["prénom","nom"],"join":" "},)"
      R"("phone":{"column":["gsm","tél"]},"email":"mail",
      "source_code":"origine","locale":"langue","qualification.notes":"note",)"
      R"("qualification.needs":"besoins","utm.campaign":"camp","meta.cp":"cp"},
      "constants":{"case_type_code":"CRM_LEAD_BUY","strict":true}})";
  const std::string header = "id;prénom;nom;gsm;tél;mail;pays;origine;langue;note;besoins;camp;cp\n";
  CHECK(mapped(dossiers,
               header +
                   "7;Sara;El Ghazali;;0612345678;mailto:s@x.ma;Maroc;WhatsApp;français;\"a\nb\";Rapports, "
                   "Location;ete;20000\n"
                   "8;;Alami;0661;0522;;Sahara;;;;;;\n"
                   ";Ali;;;;a@x.ma;Mars;pigeon;;;;;\n"
                   "9;;;;;;;;;;;;\n") ==
        Lines{R"({"case_type_code":"CRM_LEAD_BUY","contact_name":"Sara El Ghazali","email":"s@x.ma",)"
              R"("external_refs":[{"id":"7","source":"crm"}],"locale":"fr","meta":{"cp":"20000"},)"
              R"("phone":"0612345678","phone_region":"MA","qualification":{"needs":["NEED_REPORTING",)"
              R"("NEED_RENTALS"],"notes":"a\nb"},"source_code":"LEAD_SOURCE_WHATSAPP","strict":true,)"
              R"("utm":{"campaign":"ete"}})",
              R"({"case_type_code":"CRM_LEAD_BUY","contact_name":"Alami","external_refs":[{"id":"8",)"
              R"("source":"crm"}],"phone":"0661","phone_region":"MA","strict":true})",
              "/source_code not_a_code (unknown_word) ~phone_region left_out unknown_word",
              "/contact_name required (required)"});
  const std::string parties =
      R"({"kind":"parties","columns":{"role_code":"rôle","family_name":"nom","given_name":"prénom",
      "phones":{"columns":["tél","gsm"]},"emails":"mails","birth_date":"né le"}})";
  CHECK(mapped(parties,
               "rôle;nom;prénom;tél;gsm;mails;né le\n"
               "Acquéreur;Alami;Ali;0522 11 22 33 / 0661 11 22 33;0661 11 22 33;a@x.ma, b@x.ma;12/10/1980\n"
               "roi;Alami;;;;;12/10/80\n") ==
        Lines{R"({"birth_date":"1980-10-12","emails":["a@x.ma","b@x.ma"],"family_name":"Alami",)"
              R"("given_name":"Ali","phones":["0522 11 22 33","0661 11 22 33"],"role_code":"BUYER"})",
              "/role_code not_a_code (unknown_word)/birth_date not_a_date (two_digit_year)"});
}

TEST_CASE("consents keep their proof") {
  const std::string map = R"({"kind":"consents","phone_region":"MA","time_zone":"Africa/Casablanca",)"
                          R"("columns":{"channel_code":"canal",
      "address":["tel","mail"],"purpose_code":{"column":"but"},"wording":"texte","wording_version":"v",)"
                          R"("language":"langue","at":"quand",
      "evidence.reference":"preuve"},"constants":{"source_code":"CONSENT_SRC_PAPER",)"
                          R"("evidence.kind":"scan"}})";
  CHECK(
      mapped(map,
             "canal,tel,mail,but,texte,v,langue,quand,preuve\n"
             "SMS,0612345678,,contact,J'accepte,3,fr,2024-12-16 18:38,f-12.pdf\n"
             "Courriel,,a@x.ma,marketing,J'accepte,3,fr_FR,16/12/2024,f-13.pdf\n"
             ",,,,,,,,\n") ==
      Lines{
          R"({"address":"0612345678","at":"2024-12-16T17:38:00.000000Z","channel_code":"CHAN_SMS",)"
          R"("evidence":{"kind":"scan","reference":"f-12.pdf"},"language":"fr","phone_region":"MA",)"
          R"("purpose_code":"CONSENT_CONTACT","source_code":"CONSENT_SRC_PAPER","wording":"J'accepte",)"
          R"("wording_version":"3"})",
          R"({"address":"a@x.ma","at":"2024-12-15T23:00:00.000000Z","channel_code":"CHAN_EMAIL",)"
          R"("evidence":{"kind":"scan","reference":"f-13.pdf"},"language":"fr-FR","phone_region":"MA",)"
          R"("purpose_code":"CONSENT_MARKETING","source_code":"CONSENT_SRC_PAPER","wording":"J'accepte",)"
          R"("wording_version":"3"} ~at midnight_assumed)",
          "/channel_code required (required)/address required (required)/purpose_code required (required)"});
}

TEST_CASE("the id elsewhere and the time of a sighting come beside the input") {
  const ImportMap map = read_import_map(
      listing_map(R"("external_id":"id","seen_at":"vu")", R"(,"source":{"column":"portail"})"));
  RecordMapper mapper(map, {dirham, "Africa/Casablanca"});
  MappedRecord out;
  const auto give = [&](const std::vector<ImportCell>& cells) {
    mapper.map({.number = 1, .line = 1, .cells = cells, .refused = {}}, out);
  };
  give({{"t", "Villa"}, {"id", " 12 "}, {"portail", "avito"}, {"vu", "2024-12-16"}});
  CHECK(out.external == std::pair<std::string, std::string>("avito", "12"));
  REQUIRE(out.seen_at);
  CHECK(format_timestamp(*out.seen_at) == "2024-12-15T23:00:00.000000Z");
  give({{"t", "Villa"}, {"id", ""}, {"portail", "avito"}, {"vu", "hier"}});
  CHECK_FALSE(out.external);
  CHECK_FALSE(out.seen_at);
  REQUIRE(out.warnings.size() == 1);
  CHECK(out.warnings[0].reason == value_reason::relative);
  give({{"t", "Villa"}, {"id", "12"}});
  REQUIRE(out.is_refused());
  CHECK(out.errors[0].path == "/external_refs");
}

TEST_CASE("columns that a file lacks are told before it is read") {
  const ImportMap map =
      read_import_map(R"({"kind":"dossiers","source":{"column":"portail"},"columns":{"external_id":"id",
      "contact_name":{"columns":["prénom","nom"],"join":" "},"phone":{"column":["gsm","tél"]},)"
                      R"("email":["mail",{"column":"courriel"}],"city":"ville"}})");
  using Missing = std::vector<std::pair<std::string, std::string>>;
  CHECK(map.missing_columns({"id", "portail", "prénom", "nom", "tél", "courriel", "ville"}).empty());
  CHECK(map.missing_columns({"id", "nom"}) == Missing{{"/source/column", "portail"},
                                                      {"/columns/contact_name", "prénom"},
                                                      {"/columns/phone", "gsm"},
                                                      {"/columns/email/0", "mail"},
                                                      {"/columns/email/1", "courriel"},
                                                      {"/columns/city", "ville"}});
}

// What the operation takes under a name of the table.
const Field* field_at(const Schema& schema, std::string_view name) {
  const std::size_t dot = name.find('.');
  const Field* field = schema.find(name.substr(0, dot));
  if (!field || dot == name.npos) return field;
  return field->nested ? field_at(*field->nested(), name.substr(dot + 1)) : nullptr;
}

ValueShape shape_of_kind(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return ValueShape::integer;
    case Kind::decimal:
      return ValueShape::decimal;
    case Kind::money:
      return ValueShape::money;
    case Kind::boolean:
      return ValueShape::boolean;
    case Kind::date:
      return ValueShape::date;
    case Kind::time:
      return ValueShape::time;
    case Kind::text_list:
      return ValueShape::texts;
    default:
      return ValueShape::text;
  }
}

TEST_CASE("the fields of a map are those of the operations") {
  const std::pair<ImportKind, const Schema*> kinds[] = {
      {ImportKind::listings, &schema_of<listings::Create>()},
      {ImportKind::dossiers, &schema_of<dossiers::Create>()},
      {ImportKind::parties, &schema_of<parties::Create>()},
      {ImportKind::consents, &schema_of<consents::Grant>()}};
  for (const auto& [kind, schema] : kinds) {
    CHECK(schema->name == operation_of(kind));
    CHECK(schema->find("phone_region"));
    CHECK((schema->find("external_refs") != nullptr) == (kind != ImportKind::consents));
    for (const TargetField& target : target_fields(kind)) {
      INFO(target.name);
      const Field* field = field_at(*schema, target.name);
      REQUIRE(field);
      CHECK(shape_of(target.parse) == shape_of_kind(field->kind));
      CHECK(target.dictionary == field->rules.dictionary);
      if (field->kind == Kind::decimal) CHECK(target.scale == field->rules.scale);
      if (target.max_length > 0) CHECK(target.max_length == field->rules.max);
      if (field->has(required)) CHECK(target.is_required);
      // A closed list is read by words, and all of it can be said.
      if (kind == ImportKind::listings) CHECK(target.choices.empty() == field->rules.choices.empty());
      for (const Choice& c : target.choices)
        CHECK(std::count(field->rules.choices.begin(), field->rules.choices.end(), c.value) == 1);
      for (const std::string_view value :
           target.choices.empty() ? std::span<const std::string_view>() : field->rules.choices)
        CHECK(std::any_of(target.choices.begin(), target.choices.end(),
                          [&](const Choice& c) { return c.value == value; }));
    }
  }
}

TEST_CASE("every plain member of a listing's parts can come from a file") {
  for (const std::string part : {"energy", "fees", "coownership", "terms"}) {
    const Field* field = schema_of<listings::Create>().find(part);
    REQUIRE(field);
    for (const Field& member : field->nested()->fields) {
      INFO(part << "." << member.name);
      CHECK(find_target(ImportKind::listings, part + "." + std::string(member.name)));
    }
  }
}

TEST_CASE("the parts of a listing as people write them") {
  struct Cell {
    const char* field;
    const char* text;
    const char* value;  // JSON of the member, or the refusal
  };
  const Cell cells[] = {
      {"energy.energy_class", "D", R"("D")"},
      {"energy.energy_class", "d", R"("D")"},
      {"energy.energy_class", "A", R"("A")"},
      {"energy.energy_class", "Classe A", R"("A")"},
      {"energy.energy_class", "D (210 kWh/m²/an)", R"("D")"},
      {"energy.energy_class", "D - 1 210,5", R"("D")"},
      {"energy.energy_class", "Étiquette énergie : E", R"("E")"},
      {"energy.climate_class", "GES : B", R"("B")"},
      {"energy.energy_class", "à venir", "!unknown_word"},
      {"energy.energy_class", "H", "!unknown_word"},
      {"energy.energy_class", "D ou E", "!unknown_word"},
      {"energy.energy_class", "vierge", "!unknown_word"},
      {"energy.energy_class", "210", "!unknown_word"},
      {"energy.energy_class", "NC", ""},
      {"energy.issued_on", "12/03/2024", R"("2024-03-12")"},
      {"energy.number", "2475E0123456A", R"("2475E0123456A")"},
      {"energy.kind", "Neuf", R"("NEW")"},
      {"energy.altitude", "400-800 m", R"("400_800")"},
      {"energy.altitude", "LT400", R"("LT400")"},
      {"energy.annual_cost_min", "1 200 € / an", R"({"amount":120000,"currency":"EUR"})"},
      {"energy.annual_cost_max", "1 700€", R"({"amount":170000,"currency":"EUR"})"},
      {"energy.annual_cost_max", "100 € par mois", "!per_unit"},
      {"energy.annual_cost_max", "entre 1200 et 1700 €", "!range"},
      {"energy.prices_year", "2021", "2021"},
      {"energy.exemption_code", "Monument historique", R"("DPE_EXEMPT_MONUMENT")"},
      {"fees.payer_code", "Acquéreur", R"("BUYER")"},
      {"fees.payer_code", "à la charge de l'acquéreur", R"("BUYER")"},
      {"fees.payer_code", "Honoraires à la charge du vendeur", R"("SELLER")"},
      {"fees.payer_code", "locataire", R"("TENANT")"},
      {"fees.payer_code", "50% vendeur 50% acquéreur", "!unknown_word"},
      {"fees.payer_code", "NONE", R"("NONE")"},
      {"fees.amount", "12 000€ TTC", R"({"amount":1200000,"currency":"EUR"})"},
      {"fees.amount", "5 %", "!unreadable"},
      {"fees.percent", "5", "5"},
      {"fees.percent", "4,5 %", "4.5"},
      {"fees.percent", "6% TTC", "6"},
      {"fees.percent", "0,5 %", "0.5"},
      {"fees.percent", "0,05", "!ambiguous"},
      {"fees.percent", "5 % HT", "!unreadable"},
      {"fees.percent", "-5 %", "!negative"},
      {"fees.percent", "%5", "!unreadable"},
      {"fees.percent", "5 %%", "!unreadable"},
      {"fees.percent", "500", "!out_of_range"},
      {"coownership.applies", "Oui", "true"},
      {"coownership.lots", "24 lots", "24"},
      {"coownership.lots", "24", "24"},
      {"coownership.annual_charges", "1 440 €/an", R"({"amount":144000,"currency":"EUR"})"},
      {"coownership.annual_charges", "120 €/mois", "!per_unit"},
      {"coownership.procedure", "non", "false"},
      {"terms.charges", "60€/mois", R"({"amount":6000,"currency":"EUR"})"},
      {"terms.charges", "720 € / an", "!per_unit"},
      {"terms.deposit", "900€", R"({"amount":90000,"currency":"EUR"})"},
      {"land_title_code", "Titré", R"("LAND_TITLED")"},
      {"land_title_code", "Melkia", R"("LAND_UNTITLED")"},
  };
  for (const Cell& c : cells) {
    INFO(c.field << ": " << c.text);
    const std::string field = c.field, got = made("\"" + field + "\":\"c\"", Json(c.text).dump());
    if (*c.value == '!') {
      CHECK(got.ends_with("(" + std::string(c.value + 1) + ")"));
      CHECK(got.front() == '/');
      continue;
    }
    REQUIRE(got.front() == '{');
    std::string pointer = "/" + field;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const Json::json_pointer at(pointer);
    const Json input = Json::parse(got);
    if (*c.value == 0)
      CHECK(input.empty());
    else
      CHECK(input.at(at).dump() == c.value);
  }
}

TEST_CASE("a rule can be for the listings of one transaction") {
  const std::string map = R"({"kind":"listings","columns":{"title":"t","transaction_type_code":"offre",)"
                          R"("price":[{"column":"loyer","only_for":"TX_RENT"},"prix"],)"
                          R"("terms.charges":{"column":"charges","only_for":["TX_RENT"]}},)"
                          R"("constants":{"property_type_code":"PROP_VILLA"}})";
  CHECK(to_json(read_import_map(to_json(read_import_map(map)))) == to_json(read_import_map(map)));
  const std::string head = R"("property_type_code":"PROP_VILLA","title":"Villa","transaction_type_code":")";
  const std::string mad = R"(,"currency":"MAD"})";
  CHECK(mapped(map,
               "t,offre,prix,loyer,charges\n"
               "Villa,Vente,1000,20,3\n"
               "Villa,Vente,,20,3\n"
               "Villa,Location,1000,20,3\n"
               "Villa,Location,1000,,\n") ==
        Lines{R"({"price":{"amount":100000)" + mad + "," + head + R"(TX_SALE"})", "{" + head + R"(TX_SALE"})",
              R"({"price":{"amount":2000)" + mad + "," + R"("property_type_code":"PROP_VILLA",)" +
                  R"("terms":{"charges":{"amount":300)" + mad +
                  R"(},"title":"Villa","transaction_type_code":"TX_RENT"})",
              R"({"price":{"amount":100000)" + mad + "," + head + R"(TX_RENT"})"});
  CHECK(refusals(listing_map(R"("price":{"column":"c","only_for":[]})")) ==
        Lines{"/columns/price/only_for too_long"});
  CHECK(refusals(listing_map(R"("price":{"column":"c","only_for":3})")) ==
        Lines{"/columns/price/only_for wrong_type"});
  CHECK(refusals(listing_map(R"("city":{"column":"c","parse":"choice"})")) ==
        Lines{"/columns/city/parse wrong_type"});
  CHECK(refusals(R"({"kind":"dossiers","columns":{"contact_name":{"column":"n","only_for":"TX_RENT"}}})") ==
        Lines{"/columns/contact_name/only_for unknown_member"});
}

}  // namespace
