// Rules of reference data, without a store.

#include "reference_rules.hpp"

#include <catch2/catch.hpp>

using namespace atlas;
using namespace atlas::reference_data;

namespace {

bool names(const std::vector<FieldError>& errors, std::string_view path, std::string_view code) {
  return std::any_of(errors.begin(), errors.end(),
                     [&](const FieldError& e) { return e.path == path && e.code == code; });
}

}  // namespace

TEST_CASE("labels: the language asked for, else French, English, Arabic, the code") {
  const Labels all{"un", "one", "واحد"};
  CHECK(label_in(all, "fr-MA", "X") == "un");
  CHECK(label_in(all, "en", "X") == "one");
  CHECK(label_in(all, "ar-MA", "X") == "واحد");
  CHECK(label_in(all, "de", "X") == "un");
  CHECK(label_in({.fr = {}, .en = "one", .ar = "واحد"}, "fr", "X") == "one");
  CHECK(label_in({.fr = {}, .en = {}, .ar = "واحد"}, "en", "X") == "واحد");
  CHECK(label_in({}, "fr", "X") == "X");
}

TEST_CASE("codes: capitals, digits, underscores, 1 to 64") {
  for (const char* good : {"A", "A1", "_", "2_ROOMS", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"})
    CHECK(is_code_text(good));
  for (const char* bad : {"", "a", "A B", "A-B", "É", "A\n"}) CHECK_FALSE(is_code_text(bad));
  CHECK(is_code_text(std::string(64, 'Z')));
  CHECK_FALSE(is_code_text(std::string(65, 'Z')));
}

TEST_CASE("seeds stand ten apart, in the order of their dictionary") {
  CHECK(seed_order(*find_seed("TX_TYPE", "TX_SALE")) == 10);
  CHECK(seed_order(*find_seed("TX_TYPE", "TX_RENT")) == 20);
  CHECK(seed_order(*find_seed("LOSS_REASON", "OTHER")) == 120);
}

TEST_CASE("a code is its seed with what the organisation changed of it") {
  const ReferenceSeed* seed = find_seed("TX_TYPE", "TX_SALE");
  ReferenceCode row;
  row.dict_type = "TX_TYPE";
  row.code = "TX_SALE";
  row.version = 3;
  row.labels.fr = "À vendre";
  Item item = merged(seed, &row, "fr");
  CHECK(item.label == "À vendre");
  CHECK(item.labels.en == "Sale");
  CHECK(item.sort_order == 10);
  CHECK(item.origin == "override");
  CHECK(item.version == 3);
  row.archived_at = Timestamp{1};
  item = merged(seed, &row, "fr");
  CHECK(item.label == "Vente");
  CHECK(item.origin == "default");
  CHECK(item.version == 0);
  row.archived_at.reset();
  CHECK(keep_differences(*seed, row));
  row.labels = {"Vente", "For sale", "بيع"};
  row.sort_order = 10;
  CHECK(keep_differences(*seed, row));
  CHECK(row.labels == Labels{{}, "For sale", {}});
  CHECK_FALSE(row.sort_order);
  row.labels.en = "Sale";
  CHECK_FALSE(keep_differences(*seed, row));
  row.is_active = false;
  CHECK(keep_differences(*seed, row));
}

TEST_CASE("CSV: read as written, with a spreadsheet's guards taken off again") {
  const std::vector<Row> rows{
      {"LEAD_SOURCE", "RADIO", Labels{"=1+1", "a,\"b\"\nc", {}}, -5, true, R"({"a":[1,2]})", "tenant"},
      {"LEAD_SOURCE", "PRESS", Labels{{}, {}, "جريدة"}, {}, {}, {}, {}}};
  const std::string text = write_csv(rows);
  std::vector<FieldError> errors;
  const auto back = read_csv(text, errors);
  CHECK(errors.empty());
  REQUIRE(back.size() == 2);
  CHECK(back[0].record == 2);
  CHECK(back[0].row.labels == rows[0].labels);
  CHECK(back[0].row.sort_order == -5);
  CHECK(back[0].row.is_active == true);
  CHECK(back[0].row.metadata == rows[0].metadata);
  CHECK(back[1].row.labels == rows[1].labels);
  CHECK_FALSE(back[1].row.sort_order);
  CHECK_FALSE(back[1].row.is_active);
  CHECK_FALSE(back[1].row.metadata);
}

TEST_CASE("CSV: what cannot be read is named by record and column") {
  struct Sample {
    std::string_view text, path, code;
  };
  const Sample samples[] = {
      {"", "/csv", field_code::required},
      {"dict_type\nX\n", "/csv/1/code", field_code::required},
      {"code,dict_type,size\n", "/csv/1/3", field_code::unknown_member},
      {"code,code,dict_type\n", "/csv/1/2", field_code::duplicate_member},
      {"code,dict_type\nA,B,C\n", "/csv/2/3", field_code::unknown_member},
      {"code,dict_type\n\nA,\n", "/csv/2/dict_type", field_code::required},
      {"code,dict_type,sort_order\nA,B,1.5\n", "/csv/2/sort_order", field_code::wrong_type},
      {"code,dict_type,sort_order\nA,B,99999999999999999999\n", "/csv/2/sort_order", field_code::wrong_type},
      {"code,dict_type,is_active\nA,B,yes\n", "/csv/2/is_active", field_code::wrong_type},
      {"code,dict_type,metadata\nA,B,{\"a\":1}}\n", "/csv/2/metadata", field_code::wrong_type},
      {"code,dict_type,label_fr\nA,B,\xff\n", "/csv/2/label_fr", field_code::wrong_type},
  };
  for (const Sample& s : samples) {
    CAPTURE(s.text);
    std::vector<FieldError> errors;
    read_csv(s.text, errors);
    CHECK(names(errors, s.path, s.code));
  }
  std::vector<FieldError> errors;
  CHECK_THROWS_AS(read_csv("code,dict_type\n\"A", errors), Error);
}

TEST_CASE("the closed dictionaries are dictionaries, each once, with a reason") {
  std::vector<std::string_view> met;
  for (const ClosedDictionary& d : closed_dictionaries) {
    CAPTURE(d.name);
    CHECK(is_reference_dictionary(d.name));
    CHECK_FALSE(d.reason.empty());
    CHECK(std::find(met.begin(), met.end(), d.name) == met.end());
    met.push_back(d.name);
  }
  CHECK_FALSE(find_closed_dictionary("LEAD_SOURCE"));
  CHECK_FALSE(is_reference_dictionary("COLOURS"));
}
