#include <clocale>
#include <cstring>

#include "atlas/text.hpp"
#include "structs.hpp"

using namespace atlas;
using namespace atlas::test;

namespace {

// The detail `reason` of a text that is refused whole, "" when it is not.
std::string refusal(std::string_view json, std::size_t max_bytes = 16u << 20) {
  CaseInput c;
  std::vector<FieldError> errors;
  try {
    read_object(schema_of<CaseInput>(), json, &c, errors, nullptr, max_bytes);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(e.fields().size() == 1);
    return std::string(e.detail("reason").value_or("none"));
  }
  return "";
}

std::string repeated(std::string_view part, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out.append(part);
  return out;
}

}  // namespace

TEST_CASE("every kind of field is read in every holder") {
  const std::string json = R"({"boolean":true,"integer":-5,"text":"Été \u0041\ud83d\ude00","code":"BLUE",
    "json":{"a":[1,2.50,{"b":null}],"n":-0.10e3},"id":"0190a3b4-C5D6-7e8f-9012-3456789abcde",
    "time":"2026-11-22T10:30:00.5+01:00","date":"2024-02-29","money":{"currency":"MAD","amount":185000000},
    "decimal":85.5,"text_list":["a","b"],"object":{"label":"x","amount":null},
    "object_list":[{"label":"y","parts":[{"label":"z"}]},{"label":"w","amount":{"amount":-1,"currency":"EUR"}}]})";

  Plain p;
  CHECK(told(read_errors<Plain>(json, &p)) == "");
  CHECK(p.boolean);
  CHECK(p.integer == -5);
  CHECK(p.text == "Été A😀");
  CHECK(p.code == "BLUE");
  CHECK(p.json == R"({"a":[1,2.50,{"b":null}],"n":-0.10e3})");  // digits are kept as they came
  CHECK(format_uuid(p.id) == "0190a3b4-c5d6-7e8f-9012-3456789abcde");
  CHECK(format_timestamp(p.time) == "2026-11-22T09:30:00.500000Z");
  CHECK(format_date(p.date) == "2024-02-29");
  CHECK(p.money == Money{185000000, {{'M', 'A', 'D'}}});
  CHECK(p.decimal.units == 8550);
  CHECK(p.text_list == std::vector<std::string>{"a", "b"});
  CHECK(p.object.label == "x");
  REQUIRE(p.object_list.size() == 2);
  REQUIRE(p.object_list[0].parts.size() == 1);
  CHECK(p.object_list[0].parts[0].label == "z");
  CHECK(p.object_list[1].amount->amount == -1);

  Optional o;
  CHECK(told(read_errors<Optional>(json, &o)) == "");
  Changes c;
  CHECK(told(read_errors<Changes>(json, &c)) == "");
  const std::string written = to_json(p);
  CHECK(to_json(o) == written);
  CHECK(to_json(c) == written);
}

TEST_CASE("absent and null differ in a Change and nowhere else") {
  Changes c;
  CHECK(told(read_errors<Changes>("{}", &c)) == "");
  for (const Field& f : schema_of<Changes>().fields) CHECK_FALSE(is_present(f, &c));
  CHECK(to_json(c, {.skip_absent = true}) == "{}");

  std::string nulls = "{";
  for (const Field& f : schema_of<Changes>().fields) {
    if (nulls.size() > 1) nulls += ',';
    nulls += json_string(f.name) + ":null";
  }
  nulls += '}';
  CHECK(told(read_errors<Changes>(nulls, &c)) == "");
  CHECK(c.boolean.is_clear());
  CHECK(c.object.is_clear());
  CHECK(c.object_list.is_clear());
  CHECK(c.json.is_clear());
  CHECK(to_json(c, {.skip_absent = true}) == nulls);

  Optional o;
  o.text = "before";
  o.object.emplace().label = "before";
  CHECK(told(read_errors<Optional>(nulls, &o)) == "");
  CHECK_FALSE(o.text.has_value());
  CHECK_FALSE(o.object.has_value());

  Plain p;
  CHECK(read_errors<Plain>(nulls, &p).size() == schema_of<Plain>().fields.size());
  CHECK(told(read_errors<CaseInput>(R"({"contact_name":null})")) == "/contact_name required");
  CHECK(told(read_errors<CaseInput>(R"({"contact_name":"x","anything":null})")) == "");
}

TEST_CASE("a value of another type is named with its path") {
  struct Row {
    const char* field;
    const char* value;
    const char* code;  // "" = accepted
  };
  const Row rows[] = {
      {"boolean", "1", "wrong_type"},
      {"boolean", R"("true")", "wrong_type"},
      {"boolean", "{}", "wrong_type"},
      {"boolean", "[true]", "wrong_type"},
      {"integer", "1.0", "wrong_type"},
      {"integer", "1e2", "wrong_type"},
      {"integer", R"("1")", "wrong_type"},
      {"integer", "true", "wrong_type"},
      {"integer", "-0", ""},
      {"integer", "9223372036854775807", ""},
      {"integer", "-9223372036854775808", ""},
      {"integer", "9223372036854775808", "out_of_range"},
      {"integer", "18446744073709551615", "out_of_range"},
      {"integer", "18446744073709551616", "out_of_range"},
      {"integer", "-9223372036854775809", "out_of_range"},
      {"text", "1", "wrong_type"},
      {"text", "{}", "wrong_type"},
      {"text", R"(["a"])", "wrong_type"},
      {"text", R"("")", ""},
      {"code", "false", "wrong_type"},
      {"json", "[]", "wrong_type"},
      {"json", "1", "wrong_type"},
      {"json", R"("{}")", "wrong_type"},
      {"id", "1", "wrong_type"},
      {"id", R"("")", "not_an_id"},
      {"id", R"("0190a3b4c5d67e8f90123456789abcde")", "not_an_id"},
      {"id", R"("{190a3b4-c5d6-7e8f-9012-3456789abcd}")", "not_an_id"},
      {"id", R"("0190a3b4-c5d6-7e8f-9012-3456789abcdg")", "not_an_id"},
      {"id", "[]", "not_an_id"},
      {"time", "1700000000", "wrong_type"},
      {"time", R"("2026-11-22T10:30:00")", "not_a_time"},
      {"time", R"("2026-11-22T10:30:60Z")", "not_a_time"},
      {"time", R"("2026-11-22T10:30:00.1234567Z")", "not_a_time"},
      {"time", R"("2026-02-29T10:30:00Z")", "not_a_time"},
      {"time", R"("2026-11-22")", "not_a_time"},
      {"time", "{}", "not_a_time"},
      {"date", R"("2026-02-29")", "not_a_date"},
      {"date", R"("2026-2-9")", "not_a_date"},
      {"date", R"("2026-11-22T00:00:00Z")", "not_a_date"},
      {"date", "20261122", "wrong_type"},
      {"money", "100", "not_money"},
      {"money", R"("100 MAD")", "not_money"},
      {"money", "[100]", "not_money"},
      {"money", "{}", "not_money"},
      {"money", R"({"amount":1})", "not_money"},
      {"money", R"({"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":1.0,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":1e3,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":"1","currency":"MAD"})", "not_money"},
      {"money", R"({"amount":null,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":999999999999999,"currency":"MAD"})", ""},
      {"money", R"({"amount":-999999999999999,"currency":"MAD"})", ""},
      {"money", R"({"amount":1000000000000000,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":-1000000000000000,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":99999999999999999999,"currency":"MAD"})", "not_money"},
      {"money", R"({"amount":1,"currency":"mad"})", "not_money"},
      {"money", R"({"amount":1,"currency":"XXX"})", "not_money"},
      {"money", R"({"amount":1,"currency":504})", "not_money"},
      {"money", R"({"amount":{},"currency":[]})", "not_money"},
      {"decimal", "85", ""},
      {"decimal", R"("85.50")", ""},
      {"decimal", "-7.6", ""},
      {"decimal", "0.001", "out_of_range"},
      {"decimal", R"("0.001")", "out_of_range"},
      {"decimal", "1e2", "out_of_range"},
      {"decimal", "12345678901234567890", "out_of_range"},
      {"decimal", R"("1e2")", "wrong_type"},
      {"decimal", R"("")", "wrong_type"},
      {"decimal", R"("1,5")", "wrong_type"},
      {"decimal", R"("NaN")", "wrong_type"},
      {"decimal", "true", "wrong_type"},
      {"decimal", "{}", "wrong_type"},
      {"text_list", R"("a")", "wrong_type"},
      {"text_list", "{}", "wrong_type"},
      {"text_list", "[]", ""},
      {"object", "[]", "wrong_type"},
      {"object", R"("x")", "wrong_type"},
      {"object_list", "{}", "wrong_type"},
      {"object_list", "1", "wrong_type"},
      {"object_list", "[]", ""},
  };
  for (const Row& row : rows) {
    INFO(row.field << " " << row.value);
    const std::string json = std::string("{\"") + row.field + "\":" + row.value + "}";
    const std::string expected = *row.code ? std::string("/") + row.field + " " + row.code : "";
    CHECK(told(read_errors<Plain>(json)) == expected);
    CHECK(told(read_errors<Optional>(json)) == expected);
    Changes c;
    CHECK(told(read_errors<Changes>(json, &c)) == expected);
  }
}

TEST_CASE("what is wrong inside is told with a JSON Pointer, all of it at once") {
  CHECK(
      told(read_errors<Optional>(
          R"({"object":{"lable":1,"parts":[{"label":"a"},{"label":2,"x~y/z":[{"label":{}}]},3]},"text":5})")) ==
      "/object/lable unknown_member, /object/parts/1/label wrong_type, /object/parts/1/x~0y~1z "
      "unknown_member, "
      "/object/parts too_long, /object/label required, /text wrong_type");
  CHECK(told(read_errors<Optional>(R"({"text_list":["a",1,null,["b"],{}]})")) ==
        "/text_list/1 wrong_type, /text_list/2 wrong_type, /text_list too_long");
  CHECK(told(read_errors<Optional>(R"({"object_list":[1,{"label":"a"},[],null]})")) ==
        "/object_list/0 wrong_type, /object_list/2 wrong_type, /object_list/3 wrong_type");
  CHECK(told(read_errors<Optional>(R"({"money":{"amount":1,"currency":"MAD","cents":2,"amount":3}})")) ==
        "/money/cents unknown_member, /money/amount duplicate_member");
  CHECK(told(read_errors<Plain>("[]")) == " wrong_type");
  CHECK(told(read_errors<Plain>("null")) == " wrong_type");
  CHECK(told(read_errors<Plain>(R"([{"text":1}])")) == " wrong_type");
}

TEST_CASE("a member is given once and must be known") {
  CHECK(told(read_errors<Optional>(R"({"text":"a","text":"b"})")) == "/text duplicate_member");
  CHECK(told(read_errors<Optional>(R"({"text":1,"te\u0078t":"b"})")) ==
        "/text wrong_type, /text duplicate_member");
  CHECK(told(read_errors<Optional>(R"({"text":null,"text":null})")) == "/text duplicate_member");
  CHECK(told(read_errors<Optional>(R"({"object":{"label":"a"},"object":{"label":1}})")) ==
        "/object duplicate_member");
  CHECK(told(read_errors<Optional>(R"({"Text":"a","org_id":"b","":1})")) ==
        "/Text unknown_member, /org_id unknown_member, / unknown_member");
  // The first one stands; a refused input is not used anyway.
  Optional o;
  read_errors<Optional>(R"({"text":"a","text":"b"})", &o);
  CHECK(o.text == "a");
  // Inside free JSON too, at any depth.
  CHECK(told(read_errors<Optional>(R"({"json":{"a":1,"b":[0,{"c/d":{},"c/d":2}],"a":3}})")) ==
        "/json/b/1/c~1d duplicate_member, /json/a duplicate_member");
  // What is stored and never shown is not there for a reader.
  CHECK(told(read_errors<Case>(R"({"contact_name":"x","secret":"y"})")) == "/secret unknown_member");
}

TEST_CASE("missing members are told where they are missed") {
  CHECK(told(read_errors<CaseInput>("{}")) == "/contact_name required");
  CHECK(told(read_errors<CaseInput>(R"({"contact_name":5})")) == "/contact_name wrong_type");
  CHECK(told(read_errors<Optional>(R"({"object":{},"object_list":[{"parts":[{}]}]})")) ==
        "/object/label required, /object_list/0/parts/0/label required, /object_list/0/label required");
}

TEST_CASE("free JSON is kept as compact text") {
  const auto captured = [](const std::string& value) {
    CaseInput c;
    CHECK(told(read_errors<CaseInput>(R"({"contact_name":"x","anything": )" + value + " }", &c)) == "");
    return c.anything.value_or("nothing");
  };
  CHECK(captured("[ ]") == "[]");
  CHECK(captured("{ }") == "{}");
  CHECK(captured(R"( [ 1 , -2 , [ ] , { "a" : true , "b" : [ null , false ] } , "x" ] )") ==
        R"([1,-2,[],{"a":true,"b":[null,false]},"x"])");
  CHECK(captured("1.10") == "1.10");
  CHECK(captured("1E-7") == "1E-7");
  CHECK(captured("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(captured("18446744073709551615") == "18446744073709551615");
  CHECK(captured(R"("\u00e9\/\n\"")") == "\"é/\\n\\\"\"");
  CHECK(captured("true") == "true");

  CHECK(told(read_errors<CaseInput>(R"({"contact_name":"x","meta":{"a":["b\u0000"],"c\u001f":1}})")) ==
        "/meta/a/0 out_of_range, /meta/c\x1f out_of_range");
}

TEST_CASE("numbers keep their digits whatever the host's locale") {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  bool found = false;
  for (const char* name : {"fr_FR.UTF-8", "fr_FR.utf8", "de_DE.UTF-8", "fr_FR"})
    found = found || std::setlocale(LC_NUMERIC, name);
  CaseInput c;
  CHECK(told(read_errors<CaseInput>(R"({"contact_name":"x","surface_m2":85.25,"anything":[1.5]})", &c)) ==
        "");
  CHECK(c.surface_m2->units == 8525);
  CHECK(c.anything == "[1.5]");
  std::setlocale(LC_NUMERIC, before.c_str());
  if (!found) WARN("no locale with a decimal comma on this machine");
}

TEST_CASE("text that is not strict JSON is refused whole, without quoting it") {
  const std::string x(R"("contact_name":"x")");
  struct Row {
    std::string json;
    const char* reason;
  };
  const Row rows[] = {
      {"", "\"syntax\""},
      {" ", "\"syntax\""},
      {"{", "\"syntax\""},
      {"{" + x, "\"syntax\""},
      {"{" + x + "}}", "\"syntax\""},
      {"{" + x + "} {}", "\"syntax\""},
      {"{" + x + ",}", "\"syntax\""},
      {"{'contact_name':'x'}", "\"syntax\""},
      {"{contact_name:\"x\"}", "\"syntax\""},
      {"{" + x + "} // done", "\"syntax\""},
      {"/* hi */{" + x + "}", "\"syntax\""},
      {"{\"contact_name\":\"x\ny\"}", "\"syntax\""},
      {"{\"contact_name\":\"\\x41\"}", "\"syntax\""},
      {"{\"contact_name\":\"\\ud83d\"}", "\"syntax\""},
      {"{\"contact_name\":\"\\ude00\\ud83d\"}", "\"syntax\""},
      {"{\"contact_name\":\"\xff\"}", "\"syntax\""},
      {"{\"contact_name\":\"\xc0\xaf\"}", "\"syntax\""},
      {"{\"contact_name\":\"\xed\xa0\x80\"}", "\"syntax\""},
      {"{\"contact_name\":\"\xf4\x90\x80\x80\"}", "\"syntax\""},
      {"{\"contact_name\":\"\xe2\x82\"}", "\"syntax\""},
      {"\xef\xbb\xbf{" + x + "}", "\"syntax\""},
      {"{" + x + "}" + std::string(1, '\0'), "\"syntax\""},
      {std::string("{\"contact_name\":\"") + '\0' + "\"}", "\"syntax\""},
      {"{\"surface_m2\":01}", "\"syntax\""},
      {"{\"surface_m2\":.5}", "\"syntax\""},
      {"{\"surface_m2\":5.}", "\"syntax\""},
      {"{\"surface_m2\":+5}", "\"syntax\""},
      {"{\"surface_m2\":NaN}", "\"syntax\""},
      {"{\"surface_m2\":0x10}", "\"syntax\""},
      {"{\"surface_m2\":1e999}", "\"number_out_of_range\""},
      {"{\"anything\":" + repeated("[", 64) + repeated("]", 64) + "}", "\"depth\""},
      {repeated("[", 100'000), "\"depth\""},
      {repeated("{\"a\":", 100'000), "\"depth\""},
      {"{\"unknown\":" + repeated("[", 100'000), "\"depth\""},
  };
  for (const Row& row : rows) {
    INFO(row.json.substr(0, 60));
    CHECK(refusal(row.json) == row.reason);
  }
  CHECK(refusal("{" + x + ",\"anything\":" + repeated("[", 63) + repeated("]", 63) + "}") == "");
  CHECK(refusal("{" + x + "}", 10) == "\"size\"");
  CHECK(refusal("{" + x + "}", 20) == "");
  try {
    read_errors<CaseInput>(R"({"contact_name":"Amina Berrada" oops)");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.to_json().find("Amina") == std::string::npos);
    CHECK(e.to_json().find("oops") == std::string::npos);
  }
}

TEST_CASE("hostile amounts stay bounded") {
  std::string many = "{";
  for (int i = 0; i < 5000; ++i) many += (i ? ",\"u" : "\"u") + std::to_string(i) + "\":" + std::to_string(i);
  CHECK(read_errors<CaseInput>(many + "}").size() == max_field_errors);

  const auto long_name =
      read_errors<CaseInput>("{\"contact_name\":\"x\",\"" + repeated("é", 100'000) + "\":1}");
  REQUIRE(long_name.size() == 1);
  CHECK(long_name[0].path.size() <= 201);
  CHECK(is_utf8(long_name[0].path));

  CaseInput c;
  CHECK(told(read_errors<CaseInput>(
            "{\"contact_name\":\"x\",\"needs\":[\"a\"" + repeated(",\"a\"", 100'000) + "]}", &c)) ==
        "/needs too_long");
  CHECK(c.needs.size() == static_cast<std::size_t>(default_max_elements));

  Optional o;
  CHECK(told(read_errors<Optional>("{\"object_list\":[{\"label\":\"a\"}" + repeated(",{}", 100'000) + "]}",
                                   &o)) ==
        "/object_list/1/label required, /object_list/2/label required, /object_list/3/label required, "
        "/object_list too_long");
  CHECK(o.object_list->size() == 4);
}

TEST_CASE("the idempotency key is taken from the root alone") {
  const auto key_of = [](const std::string& json, std::string* wrong = nullptr) {
    std::optional<std::string> key;
    CaseInput c;
    std::vector<FieldError> errors;
    read_object(schema_of<CaseInput>(), json, &c, errors, &key);
    if (wrong)
      *wrong = told(errors);
    else
      CHECK(told(errors) == "");
    return key;
  };
  CHECK(key_of(R"({"contact_name":"x","idempotency_key":"abc"})") == "abc");
  CHECK(key_of(R"({"contact_name":"x"})") == std::nullopt);
  CHECK(key_of(R"({"contact_name":"x","idempotency_key":null})") == std::nullopt);
  CHECK(key_of("{\"contact_name\":\"x\",\"idempotency_key\":\"" + repeated("k", 128) + "\"}")->size() == 128);
  CHECK(key_of(R"({"contact_name":"x","meta":{"idempotency_key":"inner"}})") == std::nullopt);
  const std::pair<std::string, std::string> wrong_keys[] = {
      {"1", "wrong_type"},    {"{}", "wrong_type"},          {R"([["a"]])", "wrong_type"},
      {R"("")", "too_short"}, {R"("a\nb")", "out_of_range"}, {"\"" + repeated("é", 65) + "\"", "too_long"}};
  for (const auto& [value, code] : wrong_keys) {
    std::string wrong;
    CHECK(key_of(R"({"contact_name":"x","idempotency_key":)" + value + "}", &wrong) == std::nullopt);
    CHECK(wrong == "/idempotency_key " + code);
  }
  std::string wrong;
  key_of(R"({"contact_name":"x","idempotency_key":"a","idempotency_key":"b"})", &wrong);
  CHECK(wrong == "/idempotency_key duplicate_member");
  CHECK(told(read_errors<CaseInput>(R"({"contact_name":"x","idempotency_key":"a"})")) ==
        "/idempotency_key unknown_member");
}

TEST_CASE("from_json reads and applies the rules") {
  CHECK(from_json<CaseInput>(R"({"contact_name":"x"})").contact_name == "x");
  try {
    from_json<CaseInput>(R"({"contact_name":"","city":" "})");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(told(e.fields()) == "/contact_name too_short, /city too_short");
    CHECK(e.message() == "2 fields are wrong");
  }
  CHECK_THROWS_AS(from_json<CaseInput>("{}"), Error);
}
