#include <random>

#include "structs.hpp"

using namespace atlas;
using namespace atlas::test;

namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t number(std::int64_t min, std::int64_t max) {
    return std::uniform_int_distribution<std::int64_t>(min, max)(engine_);
  }
  bool coin() { return number(0, 1) == 1; }
  std::string text() {
    static constexpr std::string_view parts[] = {"a", "é",  "ع",    "😀", "\"",    "\\",
                                                 "/", "\n", "\x01", " ", "\u2028"};
    std::string out = "t";
    for (std::int64_t n = number(0, 9); n > 0; --n)
      out.append(parts[static_cast<std::size_t>(number(0, 10))]);
    return out;
  }
  std::string json(int depth = 3) {
    const std::int64_t kind = number(depth > 0 ? 0 : 2, 7);
    std::string out;
    switch (kind) {
      case 0:
        for (std::int64_t n = number(0, 3); n > 0; --n)
          out.append(out.empty() ? "" : ",").append(json(depth - 1));
        return "[" + out + "]";
      case 1:
        for (std::int64_t n = number(0, 3); n > 0; --n)
          out.append(out.empty() ? "" : ",").append("\"k" + std::to_string(n) + "\":" + json(depth - 1));
        return "{" + out + "}";
      case 2:
        return "null";
      case 3:
        return coin() ? "true" : "false";
      case 4:
        return std::to_string(number(INT64_MIN, INT64_MAX));
      case 5:
        return std::to_string(number(-99, 99)) + ".50";
      case 6:
        return "1e" + std::to_string(number(-300, 300));
      default:
        return json_string(text());
    }
  }
  Uuid id() {
    Uuid u;
    for (auto& b : u.bytes) b = static_cast<std::uint8_t>(number(0, 255));
    return u;
  }
  Timestamp time() { return {number(-62135596800000000, 253402300799999999)}; }
  Date date() {
    return {static_cast<std::int32_t>(number(make_date(1, 1, 1).days, make_date(9999, 12, 31).days))};
  }
  Money money() { return {number(-max_money, max_money), *parse_currency(coin() ? "MAD" : "JPY")}; }
  Line line(int depth = 2) {
    Line l{.label = text(), .amount = std::nullopt, .parts = {}};
    if (coin()) l.amount = money();
    for (std::int64_t n = depth > 0 ? number(0, 2) : 0; n > 0; --n) l.parts.push_back(line(depth - 1));
    return l;
  }
  template <class T>
  void fill(T& o) {
    if (coin()) o.boolean = coin();
    if (coin()) o.integer = number(INT64_MIN, INT64_MAX);
    if (coin()) o.text = text();
    if (coin()) o.code = std::string(colours[static_cast<std::size_t>(number(0, 2))]);
    if (coin()) o.json = "{\"v\":" + json() + "}";
    if (coin()) o.id = id();
    if (coin()) o.time = time();
    if (coin()) o.date = date();
    if (coin()) o.money = money();
    if (coin()) o.decimal = Decimal{number(-999'999'999'999'999, 999'999'999'999'999)};
    if (coin()) o.text_list = std::vector<std::string>{text(), text()};
    if (coin()) o.object = line();
    if (coin()) o.object_list = std::vector<Line>{line(), line()};
  }

 private:
  std::mt19937 engine_;
};

template <class T>
void check_equal(const T& a, const T& b) {
  for (const Field& f : schema_of<T>().fields) {
    INFO(f.name);
    CHECK(equal_field(f, &a, &b));
  }
}

template <class T>
void check_round_trip(unsigned seed) {
  Random random(seed);
  T object{};
  random.fill(object);
  const std::string json = to_json(object, {.skip_absent = true});
  INFO(json);
  T again{};
  CHECK(told(read_errors<T>(json, &again)) == "");
  check_equal(object, again);
  CHECK(to_json(again, {.skip_absent = true}) == json);
  T copy{};
  copy_fields(object, copy);
  check_equal(object, copy);
}

}  // namespace

TEST_CASE("what is written is read again, and a copy is equal") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    check_round_trip<Optional>(seed);
    check_round_trip<Changes>(seed);
    Random random(seed);
    Plain plain;
    plain.money = random.money();  // a plain amount always has its currency
    random.fill(plain);
    Plain again;
    CHECK(told(read_errors<Plain>(to_json(plain), &again)) == "");
    check_equal(plain, again);
  }
}

TEST_CASE("equal_field sees each difference") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Random random(seed);
    Optional full;
    full.boolean = true;
    full.integer = 1;
    full.text = full.code = "RED";
    full.json = "{}";
    full.id = random.id();
    full.time = random.time();
    full.date = random.date();
    full.money = random.money();
    full.decimal = Decimal{1};
    full.text_list = std::vector<std::string>{"a"};
    full.object = random.line();
    full.object_list = std::vector<Line>{random.line()};
    const Optional none;
    for (const Field& f : schema_of<Optional>().fields) {
      INFO(f.name);
      CHECK_FALSE(equal_field(f, &full, &none));
      CHECK_FALSE(equal_field(f, &none, &full));
      CHECK(equal_field(f, &full, &full));
      CHECK(equal_field(f, &none, &none));
    }
  }
  Changes cleared, untouched;
  cleared.text = Change<std::string>::clear();
  cleared.object = Change<Line>::clear();
  CHECK_FALSE(equal_field(*schema_of<Changes>().find("text"), &cleared, &untouched));
  CHECK_FALSE(equal_field(*schema_of<Changes>().find("object"), &cleared, &untouched));
  Optional a, b;
  a.object_list = std::vector<Line>{{.label = "x"}, {.label = "y"}};
  b.object_list = std::vector<Line>{{.label = "x"}, {.label = "z"}};
  CHECK_FALSE(equal_field(*schema_of<Optional>().find("object_list"), &a, &b));
  b.object_list->resize(1);
  CHECK_FALSE(equal_field(*schema_of<Optional>().find("object_list"), &a, &b));
}

TEST_CASE("values are written exactly as the contracts say") {
  Plain p;
  p.text = "é\"\\\n\x01/";
  p.id.bytes[15] = 0xab;
  p.time = {1};
  p.date = make_date(2026, 11, 22);
  p.money = {-185000000, {{'M', 'A', 'D'}}};
  p.decimal = {8550};
  p.text_list = {"a", "b"};
  p.object.label = "x";
  p.object_list = {{.label = "y"}};
  p.json = "";
  CHECK(
      to_json(p) ==
      R"({"boolean":false,"integer":0,"text":"é\"\\\n\u0001/","code":"RED","json":{},)"
      R"("id":"00000000-0000-0000-0000-0000000000ab","time":"1970-01-01T00:00:00.000001Z","date":"2026-11-22",)"
      R"("money":{"amount":-185000000,"currency":"MAD"},"decimal":85.5,"text_list":["a","b"],)"
      R"("object":{"label":"x","amount":null,"parts":[]},)"
      R"("object_list":[{"label":"y","amount":null,"parts":[]}]})");
  CHECK(to_json(Optional{}, {.skip_absent = true}) == "{}");
  std::string one;
  write_field(one, *schema_of<Plain>().find("decimal"), &p);
  CHECK(one == "85.5");
}

TEST_CASE("members can be hidden, selected or left out") {
  Case c;
  c.contact_name = "Amina";
  c.phone = "0612345678";
  c.secret = "hidden";
  const std::string all = to_json(c);
  CHECK(all.find("hidden") == std::string::npos);
  CHECK(all.starts_with(R"({"id":"00000000-0000-0000-0000-000000000000","org_id":)"));
  CHECK(to_json(c, {.hide = contact}).find("0612345678") == std::string::npos);
  CHECK(to_json(c, {.hide = personal | contact}).find("Amina") == std::string::npos);
  const std::function<bool(const Field&)> only = [](const Field& f) { return f.has(updatable); };
  CHECK(to_json(c, {.skip_absent = true, .only = &only}) ==
        R"({"meta":{},"contact_name":"Amina","phone":"0612345678","needs":[],"settings":{}})");
  // The selection speaks of the outermost object only.
  Optional o;
  o.object.emplace().label = "x";
  const std::function<bool(const Field&)> object = [](const Field& f) { return f.name == "object"; };
  CHECK(to_json(o, {.skip_absent = true, .only = &object}) == R"({"object":{"label":"x","parts":[]}})");
}

TEST_CASE("copying goes by name; absent leaves alone, null clears, free objects are merged") {
  CaseInput input;
  input.contact_name = "Amina";
  input.case_type_code = "CRM_LEAD";
  input.budget_min = Money{5, {{'M', 'A', 'D'}}};
  input.needs = {"NEED_CRM"};
  Case entity;
  entity.phone = "before";
  entity.secret = "kept";
  copy_fields(input, entity);
  CHECK(entity.contact_name == "Amina");
  CHECK(entity.case_type_code == "CRM_LEAD");
  CHECK(entity.budget_min == Money{5, {{'M', 'A', 'D'}}});
  CHECK(entity.needs == std::vector<std::string>{"NEED_CRM"});
  CHECK(entity.phone == "before");
  CHECK(entity.secret == "kept");

  entity.settings = R"({"a":1,"b":{"c":2,"d":3}})";
  CaseChanges changes;
  changes.phone = Change<std::string>::clear();
  changes.needs = Change<std::vector<std::string>>::clear();
  changes.settings = R"({"a":null,"b":{"d":4},"e":[null]})";
  copy_fields(schema_of<CaseChanges>(), &changes, schema_of<Case>(), &entity, true);
  CHECK(entity.contact_name == "Amina");
  CHECK_FALSE(entity.phone.has_value());
  CHECK(entity.needs.empty());
  CHECK(entity.settings == R"({"b":{"c":2,"d":4},"e":[null]})");
  copy_fields(changes, entity);
  CHECK(entity.settings == R"({"a":null,"b":{"d":4},"e":[null]})");
  changes.settings = Change<std::string>::clear();
  copy_fields(changes, entity);
  CHECK(entity.settings == "{}");
}

TEST_CASE("only what may be absent can be cleared") {
  const auto cleared = [](auto member) {
    CaseChanges c;
    c.*member = std::decay_t<decltype(c.*member)>::clear();
    std::vector<FieldError> errors;
    check_clearable(schema_of<CaseChanges>(), &c, schema_of<Case>(), errors);
    return told(errors);
  };
  CHECK(cleared(&CaseChanges::contact_name) == "/contact_name required");
  CHECK(cleared(&CaseChanges::phone) == "");
  CHECK(cleared(&CaseChanges::needs) == "");
  CHECK(cleared(&CaseChanges::settings) == "");
  CHECK(cleared(&CaseChanges::budget_min) == "");
  Changes all;
  for (const Field& f : schema_of<Changes>().fields) {
    if (f.held)
      f.held->clear(f.address(&all));
    else
      visit_scalar(f, &all, [](auto slot) { slot.clear(); });
  }
  std::vector<FieldError> errors;
  check_clearable(schema_of<Changes>(), &all, schema_of<Plain>(), errors);
  CHECK(errors.size() == 10);  // all but free JSON, the list of texts and the list of objects
  errors.clear();
  check_clearable(schema_of<Changes>(), &all, schema_of<Optional>(), errors);
  CHECK(errors.empty());
}

TEST_CASE("RFC 7396, appendix A, and exact numbers") {
  const char* rows[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", "{}"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      // Beyond the appendix: digits are kept, names compare by their characters, quotes inside texts are
      // text.
      {R"({"x":1.10,"y":12345678901234567890123})", R"({"z":1e5})",
       R"({"x":1.10,"y":12345678901234567890123,"z":1e5})"},
      {R"({"é":1})", R"({"\u00e9":2})", R"({"é":2})"},
      {R"({"a\"}":"}{\"[","b":[{"c":"]"}]})", R"({"b":null})", R"({"a\"}":"}{\"["})"},
  };
  for (const auto& row : rows) {
    INFO(row[0] << " + " << row[1]);
    CHECK(merge_patch(row[0], row[1]) == row[2]);
  }
  CHECK_THROWS_AS(merge_patch("{}", "{"), Error);
  CHECK_THROWS_AS(merge_patch("{}", R"({"a":1,"a":2})"), Error);
  // Against the parser's own implementation, where doubles do not matter.
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const std::string target = random.json(), patch = random.json();
    Json expected = Json::parse(target);
    expected.merge_patch(Json::parse(patch));
    CHECK(Json::parse(merge_patch(target, patch)) == expected);
  }
}

TEST_CASE("the JSON Schema of an input says what its reader checks") {
  const Json schema = Json::parse(json_schema(schema_of<CaseInput>(), true, true));
  CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema.at("type") == "object");
  CHECK(schema.at("additionalProperties") == false);
  CHECK(schema.at("required") == Json::array({"contact_name"}));
  const Json& p = schema.at("properties");
  CHECK(p.at("contact_name") ==
        Json::parse(
            R"({"type":"string","minLength":1,"maxLength":200,"x-format":"one_line","x-personal":true})"));
  CHECK(p.at("email") ==
        Json::parse(R"({"type":["string","null"],"minLength":1,"maxLength":200,"format":"email",
                                         "x-personal":true})"));
  CHECK(p.at("source_code") ==
        Json::parse(R"({"type":["string","null"],"x-dictionary":"LEAD_SOURCE","minLength":1,
                                               "maxLength":64})"));
  CHECK(p.at("listing_id") ==
        Json::parse(R"({"type":["string","null"],"format":"uuid","x-refers-to":"listing"})"));
  CHECK(p.at("budget_min") == Json::parse(R"({"type":["object","null"],"properties":{
      "amount":{"type":"integer","minimum":0,"maximum":999999999999999},
      "currency":{"type":"string","pattern":"^[A-Z]{3}$"}},"required":["amount","currency"],
      "additionalProperties":false,"x-money":true})"));
  CHECK(
      p.at("surface_m2") ==
      Json::parse(R"({"type":["number","string","null"],"minimum":0.01,"maximum":1000000,"x-decimals":2})"));
  CHECK(p.at("needs") ==
        Json::parse(R"({"type":"array","maxItems":10000,"uniqueItems":true,"items":{"type":"string",
      "x-dictionary":"NEED_TYPE","minLength":1,"maxLength":64}})"));
  CHECK(p.at("meta") == Json::parse(R"({"type":"object","x-max-bytes":16384})"));
  CHECK(p.at("anything") == Json::parse(R"({"x-max-bytes":100})"));
  CHECK(p.at("idempotency_key") == Json::parse(R"({"type":"string","minLength":1,"maxLength":128})"));
  CHECK_FALSE(
      Json::parse(json_schema(schema_of<CaseInput>(), true)).at("properties").contains("idempotency_key"));
}

TEST_CASE("the JSON Schema of an output lists what is always there, and nothing hidden") {
  const Json schema = Json::parse(json_schema(schema_of<Case>(), false));
  CHECK_FALSE(schema.contains("additionalProperties"));
  CHECK(schema.at("required") == Json::array({"id", "org_id", "version", "created_at", "updated_at", "meta",
                                              "contact_name", "case_type_code", "needs", "settings"}));
  CHECK_FALSE(schema.at("properties").contains("secret"));
  CHECK(schema.at("properties").at("created_at") ==
        Json::parse(R"({"type":"string","format":"date-time","x-filterable":true,"x-sortable":true})"));
  const Json all = Json::parse(json_schema(schema_of<Optional>(), false)).at("properties");
  CHECK(all.at("boolean") == Json::parse(R"({"type":["boolean","null"]})"));
  CHECK(all.at("integer") == Json::parse(R"({"type":["integer","null"],"minimum":-5,"maximum":1000})"));
  CHECK(all.at("code") == Json::parse(R"({"type":["string","null"],"enum":["RED","GREEN","BLUE",null]})"));
  CHECK(all.at("date") == Json::parse(R"({"type":["string","null"],"format":"date"})"));
  CHECK(all.at("decimal") ==
        Json::parse(R"({"type":["number","null"],"minimum":-10,"maximum":1000,"x-decimals":2})"));
  const Json inner = Json::parse(R"({"title":"line","type":"object","properties":{
      "label":{"type":"string","minLength":1,"maxLength":10,"x-format":"one_line"},
      "amount":{"type":["object","null"],"properties":{
          "amount":{"type":"integer","minimum":-999999999999999,"maximum":999999999999999},
          "currency":{"type":"string","pattern":"^[A-Z]{3}$"}},"required":["amount","currency"],
          "additionalProperties":false,"x-money":true},
      "parts":{"type":"array","maxItems":2,"items":{"title":"line","type":"object"}}},
      "required":["label","parts"]})");
  CHECK(all.at("object") == Json{{"anyOf", {inner, {{"type", "null"}}}}});
  CHECK(all.at("object_list") == Json{{"type", {"array", "null"}}, {"maxItems", 4}, {"items", inner}});
}

TEST_CASE("fields are found by name; an input takes the entity's rules") {
  const Schema& schema = schema_of<Case>();
  REQUIRE(schema.find("contact_name"));
  CHECK(schema.find("contact_name")->name == "contact_name");
  CHECK(schema.find("id") == &schema.fields[0]);
  CHECK(schema.find("nothing") == nullptr);
  CHECK(schema.find("") == nullptr);
  const Field& like = *schema_of<CaseChanges>().find("contact_name");
  CHECK(like.rules.max == 200);
  CHECK(like.has(personal));
  CHECK_FALSE(like.has(required));
  CHECK(like.holder == Holder::change);
}
