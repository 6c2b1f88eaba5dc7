// Files as they come: separators, quotes, encodings, limits, and that nothing depends on how bytes are cut.

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/import_reader.hpp"

namespace {

using namespace atlas;
using namespace atlas::imports;
using namespace std::string_literals;

// What a reader tells, as text: "2: a=1 b=2", "3! too_many_cells", or "file: reason".
struct Told {
  std::vector<std::string> lines;
  FileFormat format{};
  TextEncoding encoding{};
  char separator = 0;
};

Told read(std::string_view bytes, ReaderOptions options = {}, std::size_t piece = 1u << 20) {
  Told out;
  ImportReader reader(
      [&](const ImportRecord& r) {
        std::string line = std::to_string(r.line);
        if (!r.refused.empty()) {
          CHECK(r.cells.empty());
          CHECK(record_advice(r.refused) != record_advice(""));
          line += "! " + std::string(r.refused);
        } else {
          line += ":";
          for (const ImportCell& c : r.cells) {
            line.append(" ")
                .append(c.name)
                .append(c.is_element  ? "[]="
                        : c.is_number ? "#="
                                      : "=")
                .append(c.text);
          }
        }
        out.lines.push_back(line);
        CHECK(r.number == out.lines.size());
      },
      options);
  try {
    for (std::size_t i = 0; i < bytes.size(); i += piece) reader.feed(bytes.substr(i, piece));
    reader.finish();
    CHECK(reader.records() == out.lines.size());
  } catch (const Error& e) {
    REQUIRE(e.code() == ErrorCode::invalid_argument);
    std::string reason(e.detail("reason").value_or("\"?\""));
    out.lines.push_back("file: " + reason.substr(1, reason.size() - 2));
    CHECK_THROWS_AS(reader.feed("x"), Error);
  }
  out.format = reader.format();
  out.encoding = reader.encoding();
  out.separator = reader.separator();
  return out;
}

using Lines = std::vector<std::string>;

struct Case {
  std::string bytes;
  Lines told;
};

void check_all(const std::vector<Case>& cases, ReaderOptions options = {}) {
  for (const Case& c : cases)
    for (const std::size_t piece : {1, 2, 3, 7, 100'000}) {
      INFO(c.bytes << " in pieces of " << piece);
      CHECK(read(c.bytes, options, piece).lines == c.told);
    }
}

TEST_CASE("CSV files") {
  check_all({
      {"a,b\n1,2\n3,4\n", {"2: a=1 b=2", "3: a=3 b=4"}},
      {"a;b\r\n1;2\r\n", {"2: a=1 b=2"}},
      {"a\tb\r1\t2\r3\t4", {"2: a=1 b=2", "3: a=3 b=4"}},
      {"a|b\n1|2", {"2: a=1 b=2"}},
      {" a , b \n1,2\n", {"2: a=1 b=2"}},
      {"\xef\xbb\xbf"
       "a,b\n1,2\n",
       {"2: a=1 b=2"}},
      {"a,b\n", {}},
      {"a,b", {}},
      {"\n\na,b\n\n1,2\n\n\n3,4\n", {"5: a=1 b=2", "8: a=3 b=4"}},
      // Ragged: what is missing is not there; what is too much must be empty.
      {"a,b,c\n1\n1,2\n,,3\n", {"2: a=1", "3: a=1 b=2", "4: a= b= c=3"}},
      {"a,b\n1,2,\n1,2, ,\n1,2,3\n4,5\n", {"2: a=1 b=2", "3: a=1 b=2", "4! too_many_cells", "5: a=4 b=5"}},
      // Quotes, line breaks in them, and the line where a record begins.
      {"a,b\n\"1\n2\",\"x\"\"y\"\n3,4\n", {"2: a=1\n2 b=x\"y", "4: a=3 b=4"}},
      {"a,b\n\"1\r\n\r\n2\",3\r\n4,5\r\n", {"2: a=1\r\n\r\n2 b=3", "5: a=4 b=5"}},
      {"a,b\n5\" pipe,2\n", {"2: a=5\" pipe b=2"}},
      {"a,b\n1,2\n\"3,4\n5,6\n", {"2: a=1 b=2", "3! open_quote"}},
      {"a,b\n\"1\",\"2\"", {"2: a=1 b=2"}},
      // A column without a name is left out, wherever it is.
      {",a,b\n0,1,2\n1,3,4\n", {"2: a=1 b=2", "3: a=3 b=4"}},
      {"a,b,\n1,2,3\n", {"2: a=1 b=2"}},
      {"a,b\n1,2\0\n3,4\n"s, {"2! nul_byte", "3: a=3 b=4"}},
      {"a,b\n1,é\n", {"2: a=1 b=é"}},
      {"prénom,المدينة\nÉlodie,الرباط\n", {"2: prénom=Élodie المدينة=الرباط"}},
      // Refused whole.
      {"", {"file: empty"}},
      {"  \r\n \n", {"file: empty"}},
      {"a,b,a\n1,2,3\n", {"file: duplicate_header"}},
      {"a, a \n1,2\n", {"file: duplicate_header"}},
      {",,\n1,2,3\n", {"file: no_header"}},
      {"\"a,b\n1,2\n", {"file: header"}},
  });
}

TEST_CASE("JSON Lines files") {
  check_all({
      {"{\"a\":1,\"b\":\"x\"}\n{\"a\":2.50}\n", {"1: a#=1 b=x", "2: a#=2.50"}},
      {"{\"a\":true,\"b\":null,\"c\":\"\"}", {"1: a=true c="}},
      {"{\"a\":{\"Surface habitable\":\"85\",\"c\":{\"d\":1}}}\n", {"1: a.Surface habitable=85 a.c.d#=1"}},
      {"{\"Nb. de chambres\":\"2\"}\n", {"1: Nb. de chambres=2"}},
      {"{\"l\":[\"x\",\"y\"],\"n\":[1],\"e\":[]}\n", {"1: l[]=x l[]=y n[]=1"}},
      {"{\"p\":[{\"u\":\"x\"},{\"u\":\"y\"}]}\n", {"1: p.0.u=x p.1.u=y"}},
      {"{\"p\":[[1,2],[3]]}\n", {"1: p.0[]=1 p.0[]=2 p.1[]=3"}},
      {"{\"a\":1}\r\n\r\n  \r\n{\"a\":2}\r{\"a\":3}", {"1: a#=1", "4: a#=2", "5: a#=3"}},
      {"\xef\xbb\xbf{\"a\":1}\n", {"1: a#=1"}},
      {"{\"a\":\"\\u00e9\\n\"}\n", {"1: a=é\n"}},
      {"{\"a\":12345678901234567890,\"b\":-3,\"c\":1e5}\n", {"1: a#=12345678901234567890 b#=-3 c#=1e5"}},
      {"{\"a\":1}\n{\"a\":\n{\"a\":3}\n", {"1: a#=1", "2! not_json", "3: a#=3"}},
      {"{\"a\":1}\n[1]\n3\nnull\n\"x\"\n{\"a\":1} x\n",
       {"1: a#=1", "2! not_an_object", "3! not_an_object", "4! not_an_object", "5! not_an_object",
        "6! not_json"}},
      {"{\"a\":1,\"a\":2}\n", {"1! duplicate_member"}},
      {"{\"a\":[1],\"a\":[2]}\n", {"1! duplicate_member"}},
      {"{\"a.b\":1,\"a\":{\"b\":2}}\n", {"1! duplicate_member"}},
      {"{\"a\":\"x\\u0000y\"}\n", {"1! nul_byte"}},
      {"{\"a\":\"x\0y\"}\n"s, {"1! nul_byte"}},
      {"{\"a\":\"\\ud800\"}\n", {"1! not_json"}},
      {"{\"a\":" + std::string(80, '[') + std::string(80, ']') + "}\n{}\n", {"1! too_deep", "2:"}},
      {"[{\"a\":1}]", {"file: json_array"}},
      {"[\n  {\"a\":1}\n]", {"file: json_array"}},
  });
}

TEST_CASE("what is no text of records is refused at once, with advice") {
  const std::pair<std::string, const char*> cases[] = {
      {"PK\x03\x04rest", "zip"},
      {"\x1f\x8b\x08rest", "gzip"},
      {"%PDF-1.7\n", "pdf"},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "spreadsheet"},
      {"SQLite format 3\0rest"s, "database"},
      {"<!DOCTYPE html><html>", "html"},
      {"\r\n <table><tr><td>", "html"},
      {"<?xml version=\"1.0\"?>", "xml"},
      {"\x89PNG\r\n", "image"},
      {"a\0,\0b\0\n\0"s, "binary"},
  };
  for (const auto& [bytes, reason] : cases)
    for (const std::size_t piece : {1, 1'000}) {
      INFO(reason);
      CHECK(read(bytes, {}, piece).lines == Lines{"file: "s + reason});
    }
}

TEST_CASE("encodings") {
  const Lines told{"2: nom=Zoé ville=Salé €"};
  const Told utf_8 = read("nom,ville\nZoé,Salé €\n");
  CHECK(utf_8.lines == told);
  CHECK(utf_8.encoding == TextEncoding::utf_8);
  for (const std::size_t piece : {1, 2, 1'000}) {
    const Told windows = read("nom,ville\nZo\xe9,Sal\xe9 \x80\n", {}, piece);
    CHECK(windows.lines == told);
    CHECK(windows.encoding == TextEncoding::windows_1252);
    const Told little = read("\xff\xfen\0o\0m\0\n\0Z\0o\0\xe9\0\n\0"s, {}, piece);
    CHECK(little.lines == Lines{"2: nom=Zoé"});
    CHECK(little.encoding == TextEncoding::utf_16_le);
    const Told big = read("\xfe\xff\0n\0o\0m\0\n\xd8\x3d\xde\x00\0\n"s, {}, piece);
    CHECK(big.lines == Lines{"2: nom=😀"});
    CHECK(big.encoding == TextEncoding::utf_16_be);
    // A surrogate alone, and half a character at the end.
    CHECK(read("\xff\xfen\0\n\0\x3d\xd8z\0\n\0o\0k\0\n\0z"s, {}, piece).lines ==
          Lines{"2! encoding", "3: n=ok", "4! encoding"});
  }
  // One broken byte among good UTF-8 refuses its record, not the accents of the others.
  CHECK(read("nom\nZoé\nZo\xe9\nSalé\n").lines == Lines{"2: nom=Zoé", "3! encoding", "4: nom=Salé"});
  CHECK(read("{\"a\":\"é\"}\n{\"a\":\"\xe9\"}\n{\"a\":\"é\"}\n").lines ==
        Lines{"1: a=é", "2! encoding", "3: a=é"});
  // Given, it is so.
  CHECK(read("n\n\xc3\xa9\n", {.encoding = TextEncoding::windows_1252}).lines == Lines{"2: n=Ã©"});
  CHECK(read("n\n\xe9\n", {.encoding = TextEncoding::utf_8}).lines == Lines{"2! encoding"});
  // Bytes that Windows-1252 does not have.
  CHECK(read("n\n\x81\nok\n", {.encoding = TextEncoding::windows_1252}).lines ==
        Lines{"2! encoding", "3: n=ok"});
  // The first accent may come long after the beginning.
  const std::string plain = "nom\n" + [] {
    std::string s;
    for (int i = 0; i < 20'000; ++i) s += "abcdef\n";
    return s;
  }();
  for (const std::size_t piece : {1'000, 65'536, 1'000'000}) {
    CHECK(read(plain + "Zo\xe9\n", {}, piece).lines.back() == "20002: nom=Zoé");
    CHECK(read(plain + "Zoé\n", {}, piece).lines.back() == "20002: nom=Zoé");
    CHECK(read(plain + "Zo\xe9", {}, piece).lines.back() == "20002: nom=Zoé");
  }
}

TEST_CASE("separators are guessed, with respect for quotes, or given") {
  const std::pair<const char*, char> cases[] = {
      {"a,b\n1,2\n", ','}, {"a;b\n1,5;2,5\n3,5;4,5\n", ';'},      {"a\tb\n1,5\t2\n", '\t'},
      {"a|b\n1|2\n", '|'}, {"\"a;b\",\"c;d\"\n\"e;f\",g\n", ','}, {"only\none\n", ','},
  };
  for (const auto& [bytes, separator] : cases) {
    INFO(bytes);
    CHECK(read(bytes).separator == separator);
  }
  CHECK(read("a,b;c\n1,2;3\n", {.separator = ';'}).lines == Lines{"2: a,b=1,2 c=3"});
  CHECK(read("a:b\n1:2\n", {.separator = ':'}).lines == Lines{"2: a=1 b=2"});
  CHECK_THROWS_AS(ImportReader([](const ImportRecord&) {}, {.separator = '"'}), Error);
  CHECK_THROWS_AS(ImportReader([](const ImportRecord&) {}, {.separator = '\n'}), Error);
  CHECK_THROWS_AS(ImportReader([](const ImportRecord&) {}, {.separator = '\xe9'}), Error);
  CHECK(read("{a\n1\n", {.format = FileFormat::csv}).lines == Lines{"2: {a=1"});
  CHECK(read("x\n{\"a\":1}\n", {.format = FileFormat::jsonl}).lines == Lines{"1! not_json", "2: a#=1"});
}

TEST_CASE("a record too large is one refused record, and nothing of it is held") {
  const std::string big(3u << 20, 'x');
  const std::string huge = "a,b\n1,2\n" + big + ",3\n\"" + big + "\n" + big + "\",4\n5,6\n";
  for (const std::size_t piece : {1'000, 100'000, 100'000'000})
    CHECK(read(huge, {}, piece).lines ==
          Lines{"2: a=1 b=2", "3! cell_too_long", "4! cell_too_long", "6: a=5 b=6"});
  std::string many = "a,b\n1";
  for (int i = 0; i < 300'000; ++i) many += ",";
  CHECK(read(many + "\n5,6\n").lines == Lines{"2! too_many_cells", "3: a=5 b=6"});
  std::string wide = "a";
  for (int i = 0; i < 600; ++i) wide += ",c" + std::to_string(i);
  std::string row;
  for (int i = 0; i < 600; ++i) row += std::string(2'000, 'y') + ",";
  CHECK(read(wide + "\n" + row + "z\n1\n").lines == Lines{"2! record_too_long", "3: a=1"});
  CHECK(read("{\"a\":1}\n{\"a\":\"" + big + "\"}\n{\"a\":2}\n").lines ==
        Lines{"1: a#=1", "2! record_too_long", "3: a#=2"});
  CHECK(read("{\"a\":\"" + std::string(300'000, 'x') + "\"}\n").lines == Lines{"1! cell_too_long"});
  std::string cells = "{\"a\":[1";
  for (int i = 0; i < 1'000; ++i) cells += ",1";
  CHECK(read(cells + "]}\n").lines == Lines{"1! too_many_cells"});
  std::string header = "a";
  for (int i = 0; i < 1'000; ++i) header += ",c" + std::to_string(i);
  CHECK(read(header + "\n1\n").lines == Lines{"file: header"});
  // 100 MB in one line, in pieces: what is read is let go.
  ImportReader reader(
      [](const ImportRecord& r) { CHECK((r.line == 2 ? r.refused == "cell_too_long" : r.line == 3)); });
  reader.feed("a,b\n");
  const std::string piece(1u << 20, 'z');
  for (int i = 0; i < 100; ++i) reader.feed(piece);
  reader.feed("\n1,2\n");
  reader.finish();
  CHECK(reader.records() == 2);
}

TEST_CASE("what the sink throws goes out, and the reader is done") {
  ImportReader reader([](const ImportRecord&) { throw Error(ErrorCode::cancelled, "enough"); });
  reader.feed("a\n1\n");
  CHECK_THROWS_AS(reader.finish(), Error);
  CHECK_THROWS_AS(reader.finish(), Error);
}

}  // namespace
