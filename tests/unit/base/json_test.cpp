// Strict JSON and CSV: what is taken, what is refused, and that both can be written and read back.

#include <bit>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "atlas/csv.hpp"
#include "atlas/error.hpp"
#include "atlas/json.hpp"

namespace {

using namespace atlas;

// "" when accepted, else "reason field_code path".
std::string verdict(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
  } catch (const Error& e) {
    REQUIRE(e.code() == ErrorCode::invalid_argument);
    REQUIRE(e.fields().size() == 1);
    return nlohmann::json::parse(*e.detail("reason")).get<std::string>() + " " + e.fields()[0].code + " " +
           e.fields()[0].path;
  }
  return "";
}

TEST_CASE("JSON that RFC 8259 allows is taken") {
  for (const char* good : {"0",
                           "-0",
                           "-0.0",
                           "1e5",
                           "1E+5",
                           "1e-5",
                           "0.1",
                           "123456789012345678901234567890",
                           "true",
                           "null",
                           "\"\"",
                           "[]",
                           "{}",
                           " \t\r\n[ 1 , 2 ]\n",
                           "[[[]]]",
                           R"({"":0})",
                           R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})",
                           R"("\u0000\u001f\"\\\/\b\f\n\r\t")",
                           R"("\uD83D\uDE00")",
                           "\"\xf0\x9f\x98\x80\"",
                           "\"\x7f\"",
                           "\"\xef\xbf\xbf\"",
                           "\"\xf4\x8f\xbf\xbf\"",
                           R"({"a\u0000b":1,"a":2})",
                           R"("\uFFFE")",
                           "-9223372036854775808",
                           "18446744073709551615",
                           "1e-400"}) {
    INFO(good);
    CHECK(verdict(good) == "");
  }
  CHECK(parse_json("-9223372036854775808").get<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_json("18446744073709551615").get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_json("18446744073709551616").is_number_float());
  CHECK(parse_json("1.0").is_number_float());
  CHECK(parse_json("1e2").is_number_float());
  CHECK(parse_json("100").is_number_integer());
  CHECK(parse_json(R"("\uD83D\uDE00")").get<std::string>() == "\xf0\x9f\x98\x80");
  CHECK(parse_json(R"({"b":[1,{"c":null}],"a":"x"})").dump() == R"({"a":"x","b":[1,{"c":null}]})");
}

TEST_CASE("JSON that is not well-formed is refused") {
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {""sv, " "sv, "{"sv, "["sv, "]"sv, "[1,]"sv, "[,1]"sv, "[1 2]"sv, "[1"sv, "[1}"sv, "{\"a\":1"sv,
        "{\"a\"}"sv, "{\"a\":}"sv, "{a:1}"sv, "{'a':1}"sv, "{\"a\":1,}"sv, "{,}"sv, "{\"a\" 1}"sv, "{1:1}"sv,
        "{\"a\":1 \"b\":2}"sv, "{\"a\":1}}"sv, "[]]"sv, "1 2"sv, "{} {}"sv, "{}x"sv, "[]#"sv, "nul"sv,
        "TRUE"sv, "True"sv, "NaN"sv, "Infinity"sv, "-Infinity"sv, "undefined"sv, "01"sv, "-01"sv, "-"sv,
        "+1"sv, "1."sv, ".1"sv, "-.1"sv, "1e"sv, "1e+"sv, "1.e1"sv, "0x10"sv, "1_000"sv, "1,000"sv,
        "\xd9\xa1"sv, "2.-1"sv, "--1"sv, "1eE2"sv, "0e"sv,
        // strings
        "\""sv, "\"a"sv, "'a'"sv, "\"\\x41\""sv, "\"\\u12\""sv, "\"\\u12g4\""sv, "\"\\\""sv, "\"\\'\""sv,
        "\"\\a\""sv, "\"\t\""sv, "\"\n\""sv, "\"\x01\""sv, "\"\x1f\""sv, "\"\0\""sv, "\"a\"\"b\""sv,
        // surrogates
        "\"\\ud800\""sv, "\"\\udc00\""sv, "\"\\ud800\\ud800\""sv, "\"\\ud800x\""sv, "\"\\ud800\\n\""sv,
        "\"\\udc00\\ud800\""sv, "\"\\ud83d\\u0041\""sv, "\"\xed\xa0\x80\""sv, "\"\xed\xb0\x80\""sv,
        // UTF-8
        "\"\xff\""sv, "\"\x80\""sv, "\"\xc3\""sv, "\"\xc3(\""sv, "\"\xc0\x80\""sv, "\"\xc1\xbf\""sv,
        "\"\xe0\x80\x80\""sv, "\"\xe0\x9f\xbf\""sv, "\"\xf0\x8f\xbf\xbf\""sv, "\"\xf4\x90\x80\x80\""sv,
        "\"\xf5\x80\x80\x80\""sv, "\"\xe2\x82\""sv, "\"\xf0\x9f\x98\""sv, "{\"\xff\":1}"sv,
        // around the value
        "\xef\xbb\xbf{}"sv, "\xff\xfe{\0}\0"sv, "{}\0"sv, "{}\0garbage"sv, "\0"sv, "[1\0]"sv, "\0{}"sv,
        "{}\xc2\xa0"sv, "\xe2\x80\xa8{}"sv, "\f[]"sv, "\v[]"sv,
        // what other dialects allow
        "/* c */ {}"sv, "{} // c"sv, "[1,/* c */2]"sv, "{\"a\":0x1}"sv, "[1,\n#c\n2]"sv, "[undefined]"sv,
        "{\"a\":\"b\"\"c\":1}"sv}) {
    INFO(std::string(bad));
    CHECK(verdict(bad) == "syntax wrong_type ");
  }
  // Each proper beginning of a text is refused, and so is each single byte that means nothing.
  const std::string whole = R"({"a":[1.5e3,"\u00e9",true,null,{"b":-2}]})";
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(verdict(whole.substr(0, n)) == "syntax wrong_type ");
  for (int c = 0; c < 256; ++c)
    if (c < '0' || c > '9') CHECK(verdict(std::string(1, static_cast<char>(c))) == "syntax wrong_type ");
}

TEST_CASE("JSON limits: duplicates, depth, size, numbers") {
  CHECK(verdict(R"({"a":1,"a":1})") == "duplicate_member duplicate_member /a");
  CHECK(verdict(R"({"x":[0,{"b/~":{"a":1,"c":2,"a":3}}]})") ==
        "duplicate_member duplicate_member /x/1/b~1~0/a");
  CHECK(verdict(R"({"a":1,"\u0061":2})") == "duplicate_member duplicate_member /a");
  CHECK(verdict(R"([[],{"a":[],"a":[]}])") == "duplicate_member duplicate_member /1/a");
  const JsonLimits bare{.depth = 512, .refuse_duplicate_members = false};
  CHECK(parse_json(R"({"a":{"b":1},"c":0,"a":[2]})", bare).dump() == R"({"a":[2],"c":0})");

  CHECK(verdict("1e999") == "number_out_of_range out_of_range ");
  CHECK(verdict("[1,{\"a\":-1e400}]") == "number_out_of_range out_of_range /1/a");
  CHECK(verdict(std::string(400, '9')) == "number_out_of_range out_of_range ");

  const auto nested = [](std::size_t n, char open, char close) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text.append(open == '{' ? "{\"a\":" : "[");
    text.append("0");
    return text.append(n, close);
  };
  CHECK(verdict(nested(64, '[', ']')) == "");
  CHECK(verdict(nested(65, '[', ']')) == "depth out_of_range ");
  CHECK(verdict(nested(64, '{', '}')) == "");
  CHECK(verdict(nested(65, '{', '}')) == "depth out_of_range ");
  CHECK(verdict(nested(512, '[', ']'), bare) == "");
  CHECK(verdict(nested(513, '[', ']'), bare) == "depth out_of_range ");
  CHECK(verdict(std::string(1'000'000, '[')) == "depth out_of_range ");

  CHECK(verdict("[1,2]", {.size = 5}) == "");
  CHECK(verdict("[1,2] ", {.size = 5}) == "size too_long ");
  CHECK(verdict("", {.size = 0}) == "syntax wrong_type ");
}

TEST_CASE("a refusal tells the place and never the text") {
  try {
    parse_json(R"({"phone":"0612345678",secret})");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.to_json().find("at byte 23") != std::string::npos);
    CHECK(e.to_json().find("0612345678") == std::string::npos);
    CHECK(e.to_json().find("secret") == std::string::npos);
  }
}

TEST_CASE("random bytes and random changes never do more than be refused") {
  std::mt19937 random(17);
  const std::string seed =
      R"({"op":"dossiers.create","params":{"a":[1,-2.5e3,true,null,"\ud83d\ude00é"],"b":{"c":{}}}})";
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seed;
    for (std::size_t k = 0, n = 1 + random() % 3; k < n; ++k)
      text[random() % text.size()] = static_cast<char>(random());
    if (verdict(text) != "") continue;
    ++accepted;
    // What is accepted can be written and read again as the same.
    const Json value = parse_json(text);
    REQUIRE(parse_json(value.dump()) == value);
  }
  CHECK(accepted > 100);
}

// ---- the canonical form
// -------------------------------------------------------------------------------------

std::string canonical(std::string_view text) { return canonical_json(parse_json(text)); }

TEST_CASE("the examples of RFC 8785") {
  CHECK(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]})") ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  CHECK(
      canonical(
          R"({"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
                      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
                      "\u00f6": "Latin Small Letter O With Diaeresis"})") ==
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
      "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
      "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
  CHECK(canonical(R"({"b":{},"a":[],"aa":[{"z":1,"y":[2]}],"":0})") ==
        R"({"":0,"a":[],"aa":[{"y":[2],"z":1}],"b":{}})");
  CHECK(canonical("\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\"") == "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\"");
}

TEST_CASE("numbers are written as ECMAScript does (RFC 8785, appendix B)") {
  const std::pair<std::uint64_t, const char*> vectors[] = {{0x0000000000000000, "0"},
                                                           {0x8000000000000000, "0"},
                                                           {0x0000000000000001, "5e-324"},
                                                           {0x8000000000000001, "-5e-324"},
                                                           {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                           {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                           {0x4340000000000000, "9007199254740992"},
                                                           {0xc340000000000000, "-9007199254740992"},
                                                           {0x4430000000000000, "295147905179352830000"},
                                                           {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                           {0x44b52d02c7e14af6, "1e+23"},
                                                           {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                           {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                           {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                           {0x444b1ae4d6e2ef50, "1e+21"},
                                                           {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                           {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                           {0x41b3de4355555553, "333333333.3333332"},
                                                           {0x41b3de4355555554, "333333333.33333325"},
                                                           {0x41b3de4355555555, "333333333.3333333"},
                                                           {0x41b3de4355555556, "333333333.3333334"},
                                                           {0x41b3de4355555557, "333333333.33333343"},
                                                           {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                           {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : vectors) CHECK(canonical_json(Json(std::bit_cast<double>(bits))) == text);
  CHECK(canonical("1.0") == "1");
  CHECK(canonical("100") == "100");
  CHECK(canonical("1e2") == "100");
  CHECK(canonical("-12.50") == "-12.5");
  CHECK(canonical("9007199254740992") == "9007199254740992");
  CHECK(canonical("-9007199254740992") == "-9007199254740992");
  for (const char* bad :
       {"9007199254740993", "-9007199254740993", "18446744073709551615", "[{\"a\":-9223372036854775808}]"})
    CHECK_THROWS_AS(canonical(bad), Error);
  CHECK_THROWS_AS(canonical_json(Json(std::numeric_limits<double>::infinity())), Error);
  CHECK_THROWS_AS(canonical_json(Json(std::numeric_limits<double>::quiet_NaN())), Error);
  CHECK_THROWS_AS(canonical_json(Json::binary({1})), Error);
  std::mt19937_64 random(23);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!(value - value == 0)) continue;  // not finite
    const std::string text = canonical_json(Json(value));
    REQUIRE(std::strtod(text.c_str(), nullptr) == value);
    REQUIRE(text.size() <= 25);
  }
}

TEST_CASE("members are ordered by UTF-16 code units and the form is a fixed point") {
  const auto to_utf16 = [](const std::string& s) {
    std::u16string out;
    for (std::size_t i = 0; i < s.size();) {
      const auto b = [&](std::size_t k) { return static_cast<unsigned char>(s[i + k]) & 0x3fu; };
      const auto lead = static_cast<unsigned char>(s[i]);
      const std::size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      const std::uint32_t c = n == 1   ? lead
                              : n == 2 ? (lead & 0x1fu) << 6 | b(1)
                              : n == 3 ? (lead & 0xfu) << 12 | b(1) << 6 | b(2)
                                       : (lead & 7u) << 18 | b(1) << 12 | b(2) << 6 | b(3);
      if (c < 0x10000) {
        out.push_back(static_cast<char16_t>(c));
      } else {
        out.push_back(static_cast<char16_t>(0xd7c0 + (c >> 10)));
        out.push_back(static_cast<char16_t>(0xdc00 + (c & 0x3ff)));
      }
      i += n;
    }
    return out;
  };
  const std::string parts[] = {"a",
                               "b",
                               "\xc3\xa9",
                               "\xe2\x82\xac",
                               "\xed\x9f\xbf",
                               "\xee\x80\x80",
                               "\xef\xac\xb3",
                               "\xef\xbf\xbd",
                               "\xf0\x90\x80\x80",
                               "\xf0\x9f\x98\x80",
                               "\xf4\x8f\xbf\xbd"};
  std::mt19937 random(29);
  for (int i = 0; i < 500; ++i) {
    Json object = Json::object();
    for (int k = 0; k < 12; ++k) {
      std::string name;
      for (std::size_t n = random() % 4; n > 0; --n) name += parts[random() % std::size(parts)];
      object[name] = k;
    }
    const std::string text = canonical_json(object);
    REQUIRE(canonical(text) == text);
    const auto ordered = nlohmann::ordered_json::parse(text);
    std::u16string last;
    bool first = true;
    for (const auto& [name, value] : ordered.items()) {
      const std::u16string now = to_utf16(name);
      REQUIRE((first || last < now));
      last = now;
      first = false;
    }
  }
}

TEST_CASE("the writer puts commas where they belong") {
  std::string out = "x";
  JsonWriter w(out);
  w.begin_object()
      .key("a")
      .number(-1)
      .key("b")
      .begin_array()
      .boolean(true)
      .boolean(false)
      .null()
      .begin_object();
  w.end_object()
      .begin_array()
      .end_array()
      .string("q\"\\\n\x01é")
      .raw("{\"r\":1}")
      .end_array()
      .key("c\t")
      .null();
  w.key("d").number(std::numeric_limits<std::int64_t>::min()).end_object();
  CHECK(out ==
        "x{\"a\":-1,\"b\":[true,false,null,{},[],\"q\\\"\\\\\\n\\u0001é\",{\"r\":1}],\"c\\t\":null,"
        "\"d\":-9223372036854775808}");
  for (int c = 0; c < 128; ++c) {
    const std::string text(1, static_cast<char>(c));
    CHECK(parse_json(json_string(text)).get<std::string>() == text);
  }
}

// ---- CSV
// ----------------------------------------------------------------------------------------------------

using Rows = std::vector<std::vector<std::string>>;

Rows read_csv(std::string_view text, char separator = ',', std::size_t piece = 1'000'000,
              CsvLimits limits = {}) {
  Rows rows;
  CsvReader reader(
      separator,
      [&](std::size_t record, const std::vector<std::string>& fields) {
        rows.push_back(fields);
        REQUIRE(record == rows.size());
      },
      limits);
  for (std::size_t i = 0; i < text.size(); i += piece) reader.feed(text.substr(i, piece));
  reader.finish();
  return rows;
}

std::string csv_refusal(std::string_view text, CsvLimits limits = {}) {
  try {
    read_csv(text, ',', 3, limits);
  } catch (const Error& e) {
    REQUIRE(e.code() == ErrorCode::invalid_argument);
    return std::string(*e.detail("reason")) + " " + std::string(*e.detail("record"));
  }
  return "";
}

TEST_CASE("CSV as people and portals write it, in pieces of any size") {
  const std::pair<std::string, Rows> cases[] = {
      {"", {}},
      {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"a\r\r\nb", {{"a"}, {"b"}}},
      {"\xef\xbb\xbf"
       "a,b",
       {{"a", "b"}}},
      {"\xef\xbb\xbf\"a\",b", {{"a", "b"}}},
      {"\xef\xbb"
       "a",
       {{"\xef\xbb"
         "a"}}},
      {"\xef", {{"\xef"}}},
      {"\xef\xbb\xbf", {}},
      {"a\n\xef\xbb\xbf"
       "b",
       {{"a"},
        {"\xef\xbb\xbf"
         "b"}}},
      {"\n\r\n\na\n\n\nb\n\n", {{"a"}, {"b"}}},
      {",", {{"", ""}}},
      {"a,\n,b\n,,", {{"a", ""}, {"", "b"}, {"", "", ""}}},
      {"\"\"", {{""}}},
      {"\"\"\n\"\"", {{""}, {""}}},
      {"\"a,b\",\"c\nd\",\"e\r\nf\"", {{"a,b", "c\nd", "e\r\nf"}}},
      {"\"a\"\"b\",\"\"\"\",\"\"\"c\"\"\"", {{"a\"b", "\"", "\"c\""}}},
      {"a\"b,5'4\"\n", {{"a\"b", "5'4\""}}},
      {"\"a\"b,\"c\" ,d", {{"ab", "c ", "d"}}},
      {"\"a\"b\"c", {{"ab\"c"}}},
      {" \"a\",b", {{" \"a\"", "b"}}},
      {std::string("a\0b,c", 5), {{std::string("a\0b", 3), "c"}}},
      {"x\n \ny", {{"x"}, {" "}, {"y"}}},
  };
  for (const auto& [text, rows] : cases)
    for (const std::size_t piece : {1, 2, 3, 5, 100}) {
      INFO(text);
      CHECK(read_csv(text, ',', piece) == rows);
    }
  CHECK(read_csv("a;b,c;\"d;e\"", ';') == Rows{{"a", "b,c", "d;e"}});
  CHECK(read_csv("a\tb", '\t') == Rows{{"a", "b"}});
  CHECK_THROWS_AS(CsvReader('"', nullptr), Error);
  CHECK_THROWS_AS(CsvReader('\n', nullptr), Error);
}

TEST_CASE("CSV limits name the record") {
  CHECK(csv_refusal("a\n\"b") == "\"open_quote\" 2");
  CHECK(csv_refusal("\"") == "\"open_quote\" 1");
  CHECK(csv_refusal("a\nbbbb\nccccc", {.record_bytes = 5}) == "");
  CHECK(csv_refusal("a\nbbbb\ncccccc", {.record_bytes = 5}) == "\"record_bytes\" 3");
  CHECK(csv_refusal("\"\n\n\n\n\n\n", {.record_bytes = 5}) == "\"record_bytes\" 1");
  CHECK(csv_refusal("\n\n\n\n\n\n\n\n", {.record_bytes = 5}) == "");
  CHECK(csv_refusal("1,2,3\n1,2,3,4", {.fields = 3}) == "\"fields\" 2");
  CHECK(csv_refusal("1,2,3\n1,2,3", {.fields = 3}) == "");
  CHECK(csv_refusal(std::string(2'000'000, 'x')) == "\"record_bytes\" 1");
}

TEST_CASE("the separator is guessed from what is even") {
  CHECK(guess_separator("a,b,c\n1,2,3\n") == ',');
  CHECK(guess_separator("nom;prix\nVilla;1,5\nRiad, Fès;2,75\n") == ';');
  CHECK(guess_separator("a\tb\n1,2\t3\n") == '\t');
  CHECK(guess_separator("a|b|c\n1|2|3") == '|');
  CHECK(guess_separator("\xef\xbb\xbfid;ville\r\n1;Rabat\r\n") == ';');
  CHECK(guess_separator("\"a;b\",\"c;d\"\n\"e;f\",g\n") == ',');
  CHECK(guess_separator("\"a \"\"x\"\"; b\",c\n\"d\",e\n") == ',');
  CHECK(guess_separator("only one column\nand another\n") == ',');
  CHECK(guess_separator("") == ',');
  CHECK(guess_separator("\n\n\n") == ',');
  CHECK(guess_separator("a;b") == ';');
  // Commas in every title, the semicolon is the even one.
  CHECK(guess_separator("id;titre;prix\n1;Appt, 3 pièces, vue;10\n2;Villa, jardin;20\n3;Riad;30\n") == ';');
  CHECK(guess_separator(std::string(1'000'000, ';') + "\n") == ';');
}

TEST_CASE("what is written as CSV reads back the same") {
  CHECK(csv_record({"a", "b c", "d,e", "f\"g", "h\ni"}) == "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\"\r\n");
  CHECK(csv_record({"a;b", "c,d"}, ';') == "\"a;b\";c,d\r\n");
  CHECK(csv_record({""}) == "\"\"\r\n");
  CHECK(csv_record({"=1+1", "+33", "-2", "@x", "\tx", "\rx", "a=b", ""}, ',', true) ==
        "'=1+1,'+33,'-2,'@x,'\tx,\"'\rx\",a=b,\r\n");
  std::mt19937 random(31);
  const std::string alphabet[] = {"a", ",", ";", "\"", "\n", "\r", "\r\n", " ", "\xef\xbb\xbf",
                                  "é", "=", "'"};
  for (int i = 0; i < 3'000; ++i) {
    Rows rows;
    std::string text;
    const char separator = random() % 2 ? ',' : ';';
    for (std::size_t r = 1 + random() % 4; r > 0; --r) {
      std::vector<std::string> row(1 + random() % 4);
      for (std::string& cell : row)
        for (std::size_t n = random() % 6; n > 0; --n) cell += alphabet[random() % std::size(alphabet)];
      text += csv_record(row, separator);
      rows.push_back(std::move(row));
    }
    REQUIRE(read_csv(text, separator, 1 + random() % 9) == rows);
  }
}

}  // namespace
