#include "structs.hpp"

using namespace atlas;
using namespace atlas::test;

namespace {

CaseInput good() {
  CaseInput c;
  c.contact_name = "Fatima Zahra El Amrani";
  return c;
}

std::string repeated(std::string_view part, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out.append(part);
  return out;
}

template <class T>
std::string wrong_with(T CaseInput::*member, T value) {
  CaseInput c = good();
  c.*member = std::move(value);
  return told(rule_errors(c));
}

}  // namespace

TEST_CASE("texts: length in code points, what a line may have, formats") {
  CHECK(told(rule_errors(good())) == "");
  struct Row {
    std::optional<std::string> CaseInput::*member;
    std::string value;
    const char* expected;
  };
  const auto city = &CaseInput::city, email = &CaseInput::email, phone = &CaseInput::phone,
             note = &CaseInput::note, locale = &CaseInput::locale, zone = &CaseInput::time_zone,
             country = &CaseInput::country, region = &CaseInput::region, currency = &CaseInput::currency;
  const std::string nul(1, '\0');
  const Row rows[] = {
      {city, repeated("é", 100), ""},
      {city, repeated("😀", 100), ""},
      {city, repeated("😀", 101), "/city too_long"},
      {city, repeated("a", 101), "/city too_long"},
      {city, "", "/city too_short"},
      {city, " \t ", "/city out_of_range"},
      {city, "   ", "/city too_short"},
      {city, "\u00a0\u3000", "/city too_short"},
      {city, "a\nb", "/city out_of_range"},
      {city, "a\tb", "/city out_of_range"},
      {city, "a\x7f", "/city out_of_range"},
      {city, "a\u0085", "/city out_of_range"},
      {city, "a\u2028b", "/city out_of_range"},
      {city, "a\u2029b", "/city out_of_range"},
      {city, "a\u00a0b", ""},
      {city, "\u2027\u202a", ""},
      {city, "a" + nul, "/city out_of_range"},
      {city, "\xff", "/city wrong_type"},
      {note, "two\nlines\tand\r\nmore", ""},
      {note,
       "a\x1f"
       "b",
       "/note out_of_range"},
      {note, "a" + nul + "b", "/note out_of_range"},
      {note, repeated("ع", 20'000), ""},
      {note, repeated("ع", 20'001), "/note too_long"},
      {phone, "06 12 34 56 78", ""},
      {phone, "٠٦١٢٣٤٥٦٧٨", ""},
      {phone, "see the card", ""},  // kept raw; its module warns
      {phone, "06\n12", "/phone out_of_range"},
      {phone, repeated("1", 65), "/phone too_long"},
      {email, "a@example.ma", ""},
      {email, "a@", "/email not_an_email"},
      {email, "a b@example.ma", "/email not_an_email"},
      {locale, "fr", ""},
      {locale, "fr-MA", ""},
      {locale, "ar-MA", ""},
      {locale, "FR", "/locale not_a_code"},
      {locale, "fr_MA", "/locale not_a_code"},
      {locale, "fr-ma", "/locale not_a_code"},
      {locale, "fr-XY", "/locale not_a_code"},
      {locale, "fr-", "/locale not_a_code"},
      {locale, "french", "/locale not_a_code"},
      {locale, "fr-Latn-MA", "/locale not_a_code"},
      {zone, "Africa/Casablanca", ""},
      {zone, "Europe/Paris", ""},
      {zone, "Mars/Olympus", "/time_zone not_a_code"},
      {zone, "GMT+25", "/time_zone not_a_code"},
      {country, "MA", ""},
      {country, "FR", ""},
      {country, "AX", ""},
      {country, "ma", "/country not_a_code"},
      {country, "AA", "/country not_a_code"},
      {country, "AM", ""},
      {country, "DA", "/country not_a_code"},  // stands across two codes of the table
      {country, "MAR", "/country not_a_code"},
      {region, "ZZ", ""},
      {region, "MA", ""},
      {region, "QQ", "/region not_a_code"},
      {currency, "MAD", ""},
      {currency, "EUR", ""},
      {currency, "XXX", "/currency not_a_code"},
      {currency, "eur", "/currency not_a_code"},
  };
  for (const Row& row : rows) {
    INFO(row.value.substr(0, 40));
    CHECK(wrong_with(row.member, std::optional(row.value)) == row.expected);
  }
  CaseInput empty;
  CHECK(told(rule_errors(empty)) == "/contact_name too_short");
}

TEST_CASE("codes are asked of their dictionary or found in the closed list") {
  CHECK(wrong_with(&CaseInput::source_code, std::optional<std::string>("LEAD_SOURCE_PHONE")) == "");
  CHECK(wrong_with(&CaseInput::source_code, std::optional<std::string>("PHONE")) ==
        "/source_code not_a_code");
  CHECK(wrong_with(&CaseInput::source_code, std::optional<std::string>("")) == "/source_code required");
  CHECK(wrong_with(&CaseInput::source_code, std::optional<std::string>("LEAD" + repeated("_X", 31))) ==
        "/source_code not_a_code");
  CHECK(wrong_with(&CaseInput::source_code, std::optional<std::string>("LEAD\n")) ==
        "/source_code not_a_code");
  Optional o;
  o.code = "GREEN";
  CHECK(told(rule_errors(o)) == "");
  o.code = "green";
  const auto errors = rule_errors(o);
  CHECK(told(errors) == "/code not_a_code");
  CHECK(errors[0].message == "one of RED, GREEN, BLUE");
}

TEST_CASE("numbers, money, times and dates have their ranges") {
  Optional o;
  const auto expect = [&o](std::string_view expected) {
    CHECK(told(rule_errors(o)) == expected);
    o = Optional{};
  };
  o.integer = -5;
  expect("");
  o.integer = -6;
  expect("/integer out_of_range");
  o.integer = 1001;
  expect("/integer out_of_range");
  o.decimal = Decimal{-1000};
  expect("");
  o.decimal = Decimal{-1001};
  expect("/decimal out_of_range");
  o.decimal = Decimal{100'001};
  expect("/decimal out_of_range");
  o.money = Money{max_money, {{'E', 'U', 'R'}}};
  expect("");
  o.money = Money{max_money + 1, {{'E', 'U', 'R'}}};
  expect("/money not_money");
  o.money = Money{1, {{'E', 'U', 'X'}}};
  expect("/money not_money");
  o.money = Money{};
  expect("/money not_money");
  o.time = Timestamp{253402300799999999};
  expect("");
  o.time = Timestamp{253402300800000000};
  expect("/time not_a_time");
  o.time = Timestamp{-62135596800000001};
  expect("/time not_a_time");
  o.date = make_date(9999, 12, 31);
  expect("");
  o.date = Date{make_date(9999, 12, 31).days + 1};
  expect("/date not_a_date");
  o.date = Date{make_date(1, 1, 1).days - 1};
  expect("/date not_a_date");
  CHECK(wrong_with(&CaseInput::budget_min, std::optional(Money{-1, {{'M', 'A', 'D'}}})) ==
        "/budget_min out_of_range");
  CHECK(wrong_with(&CaseInput::surface_m2, std::optional(Decimal{0})) == "/surface_m2 out_of_range");
}

TEST_CASE("lists: how many, each element, none twice") {
  using List = std::vector<std::string>;
  CHECK(wrong_with(&CaseInput::needs, List{}) == "");
  CHECK(wrong_with(&CaseInput::needs, List{"NEED_CRM", "NEED_PORTAL"}) == "");
  CHECK(wrong_with(&CaseInput::needs, List{"NEED_CRM", "CRM", ""}) ==
        "/needs/1 not_a_code, /needs/2 not_a_code");
  CHECK(wrong_with(&CaseInput::needs, List{"NEED_CRM", "NEED_CRM"}) == "/needs/1 duplicate_member");
  CHECK(wrong_with(&CaseInput::needs, List(10'001, "NEED_CRM")) == "/needs too_long");
  CHECK(wrong_with(&CaseInput::emails, List{"a@b.ma", "nobody"}) == "/emails/1 not_an_email");
  Plain p;
  p.object.label = "x";
  const auto expect = [&p](std::string_view expected) { CHECK(told(rule_errors(p)) == expected); };
  p.text = "x";
  p.money = {1, {{'M', 'A', 'D'}}};
  expect("");
  p.text_list = {"a", "b", "c"};
  expect("");
  p.text_list = {"a", "b", "c", "d"};
  expect("/text_list too_long");
  p.text_list = {"", "a\nb", "a\x1f"};
  expect("/text_list/0 too_short, /text_list/1 out_of_range, /text_list/2 out_of_range");
  p.text_list = {repeated("é", 500), repeated("é", 501)};
  expect("/text_list/1 too_long");
}

TEST_CASE("free JSON is measured in bytes and read strictly") {
  const auto meta = [](std::string text) { return wrong_with(&CaseInput::meta, std::move(text)); };
  CHECK(meta("{}") == "");
  CHECK(meta("") == "");
  CHECK(meta(R"({"a": [1, 2]})") == "");
  CHECK(meta("[]") == "/meta wrong_type");
  CHECK(meta("null") == "/meta wrong_type");
  CHECK(meta("{") == "/meta wrong_type");
  CHECK(meta(R"({"a":1,"a":2})") == "/meta duplicate_member");
  CHECK(meta(R"({"a":"\u0000"})") == "/meta out_of_range");
  CHECK(meta("{\"a\":\"" + repeated("x", 16 * 1024 - 8) + "\"}") == "");
  CHECK(meta("{\"a\":\"" + repeated("x", 16 * 1024 - 7) + "\"}") == "/meta too_long");
  CHECK(meta("{\"a\":" + repeated("[", 64) + repeated("]", 64) + "}") == "/meta out_of_range");
  const auto anything = [](std::string text) {
    return wrong_with(&CaseInput::anything, std::optional(std::move(text)));
  };
  CHECK(anything("[]") == "");
  CHECK(anything("1.5") == "");
  CHECK(anything("nul") == "/anything wrong_type");
  CHECK(anything("\"" + repeated("x", 99) + "\"") == "/anything too_long");
}

TEST_CASE("objects inside are validated with their path; a required id is not nil") {
  Plain p;
  p.text = "x";
  p.object.label = "";
  p.object.parts = {{.label = "ok"}, {.label = "much too long a label"}};
  p.object_list = {{.label = "ok"}, {.label = "a", .amount = Money{1, {{'?', '?', '?'}}}}};
  CHECK(told(rule_errors(p)) ==
        "/object/label too_short, /object/parts/1/label too_long, /object_list/1/amount not_money");
  p.object.label = "a";
  p.object.parts.assign(3, {.label = "b"});
  p.object_list.assign(5, {.label = "b"});
  CHECK(told(rule_errors(p)) == "/object/parts too_long, /object_list too_long");
  CaseChanges changes;
  CHECK(told(rule_errors(changes)) == "/id required");
  changes.id.bytes[0] = 1;
  CHECK(told(rule_errors(changes)) == "");
  changes.phone = "a\nb";
  changes.contact_name = "";
  CHECK(told(rule_errors(changes)) == "/contact_name too_short, /phone out_of_range");

  std::vector<FieldError> errors{{"/outer/0/phone", "wrong_type", "said before"}};
  validate(schema_of<CaseChanges>(), &changes, errors, any_code, "/outer/0");
  CHECK(told(errors) == "/outer/0/phone wrong_type, /outer/0/contact_name too_short");  // each path once
}

TEST_CASE("a hundred wrong fields are enough") {
  CaseInput c = good();
  for (int i = 0; i < 500; ++i) c.needs.push_back("x" + std::to_string(i));
  CHECK(rule_errors(c).size() == max_field_errors);
}
