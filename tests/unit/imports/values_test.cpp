// Values as people write them: tables of texts and what they say, written by hand.

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/import_values.hpp"
#include "atlas/text.hpp"

namespace {

using namespace atlas;
using namespace atlas::imports;

// {202f} is that character.
std::string with_characters(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out.push_back(text[i]);
      continue;
    }
    const auto c = static_cast<unsigned>(std::stoul(text.substr(i + 1, end - i - 1), nullptr, 16));
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      out.push_back(static_cast<char>(0xc0 | c >> 6));
      out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else {
      out.push_back(static_cast<char>(0xe0 | c >> 12));
      out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    }
    i = end;
  }
  return out;
}

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const char* name, std::size_t cells) {
  std::ifstream file(std::string(ATLAS_TEST_DATA) + "/" + name);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    Row row;
    for (std::size_t at = 0;;) {
      const std::size_t tab = line.find('\t', at);
      row.push_back(with_characters(line.substr(at, tab - at)));
      if (tab == std::string::npos) break;
      at = tab + 1;
    }
    INFO(line);
    REQUIRE(row.size() == cells);
    rows.push_back(row);
  }
  return rows;
}

template <class T, class Write>
std::string told(const Reading<T>& r, Write&& write) {
  if (!r.refused.empty()) {
    CHECK_FALSE(r.value);
    CHECK(value_advice(r.refused) != value_advice(""));
    return "!" + std::string(r.refused);
  }
  if (!r.value) return "-";
  std::string out = write(*r.value);
  if (!r.warning.empty()) out.append(",").append(r.warning);
  return out;
}

std::string money(const Money& m) { return format_money(m); }
std::string surface(Decimal d) { return format_decimal(d, 2); }
std::string integer(std::int64_t n) { return std::to_string(n); }
std::string text(std::string_view s) { return std::string(s); }

TEST_CASE("prices as people write them") {
  const auto rows = rows_of("prices.tsv", 3);
  REQUIRE(rows.size() > 150);
  for (const Row& row : rows) {
    INFO(row[0] << ": " << row[1]);
    CHECK(told(read_price(row[1], *parse_currency(row[0])), money) == row[2]);
  }
}

TEST_CASE("surfaces as people write them") {
  const auto rows = rows_of("surfaces.tsv", 2);
  REQUIRE(rows.size() > 75);
  for (const Row& row : rows) {
    INFO(row[0]);
    CHECK(told(read_surface(row[0]), surface) == row[1]);
  }
}

TEST_CASE("surfaces inside titles") {
  const auto rows = rows_of("surfaces_in_text.tsv", 2);
  REQUIRE(rows.size() > 40);
  for (const Row& row : rows) {
    INFO(row[0]);
    CHECK(told(find_surface(row[0]), surface) == row[1]);
  }
}

TEST_CASE("counts, floors, dates, words") {
  using Reader = std::function<std::string(const std::string&)>;
  const Currency dirham = *parse_currency("MAD");
  const auto date = [](Date d) { return format_date(d); };
  const auto time = [](Timestamp t) { return format_timestamp(t); };
  const auto counted = [](Counted what) {
    return [what](const std::string& s) { return told(read_count(s, what), integer); };
  };
  const auto found = [](Counted what) {
    return [what](const std::string& s) { return told(find_count(s, what), integer); };
  };
  std::map<std::string, Reader> readers{
      {"things", counted(Counted::things)},
      {"rooms", counted(Counted::rooms)},
      {"bedrooms", counted(Counted::bedrooms)},
      {"bathrooms", counted(Counted::bathrooms)},
      {"rooms in text", found(Counted::rooms)},
      {"bedrooms in text", found(Counted::bedrooms)},
      {"bathrooms in text", found(Counted::bathrooms)},
      {"floor", [](const std::string& s) { return told(read_floor(s), integer); }},
      {"floor in text", [](const std::string& s) { return told(find_floor(s), integer); }},
      {"boolean",
       [](const std::string& s) {
         return told(read_boolean(s), [](bool b) { return b ? "true" : "false"; });
       }},
      {"decimal",
       [](const std::string& s) {
         return told(read_decimal(s, 7), [](Decimal d) { return format_decimal(d, 7); });
       }},
      {"integer", [](const std::string& s) { return told(read_integer(s), integer); }},
      {"date", [&](const std::string& s) { return told(read_date(s), date); }},
      {"date by month",
       [&](const std::string& s) { return told(read_date(s, DateOrder::month_first), date); }},
      {"time",
       [&](const std::string& s) {
         return told(read_time(s, DateOrder::day_first, "Africa/Casablanca"), time);
       }},
      {"time without zone", [&](const std::string& s) { return told(read_time(s), time); }},
      {"property", [](const std::string& s) { return told(find_property_type(s), text); }},
      {"transaction", [](const std::string& s) { return told(find_transaction_type(s), text); }},
      {"region", [](const std::string& s) { return told(read_region(s), text); }},
      {"line", [](const std::string& s) { return one_line(s); }},
      {"price in text", [&](const std::string& s) { return told(find_price(s, dirham), money); }},
  };
  for (const std::size_t most : {10, 12, 20})
    readers["short " + std::to_string(most)] = [most](const std::string& s) { return shortened(s, most); };
  for (const char* dictionary :
       {"LEAD_SOURCE", "PARTY_ROLE", "PROPERTY_TYPE", "TX_TYPE", "CHANNEL_TYPE", "CONSENT_TYPE"})
    readers[std::string("code ") + dictionary] = [dictionary](const std::string& s) {
      return told(read_code(s, dictionary), text);
    };
  const auto rows = rows_of("values.tsv", 3);
  REQUIRE(rows.size() > 250);
  for (const Row& row : rows) {
    INFO(row[0] << ": " << row[1]);
    REQUIRE(readers.contains(row[0]));
    CHECK(readers[row[0]](row[1]) == row[2]);
  }
}

TEST_CASE("a shortened text is never longer than asked") {
  const std::string title = "Appartement meublé à vendre, vue mer, شقة للبيع, très belle résidence";
  for (std::size_t most = 1; most <= 80; ++most) {
    const std::string cut = shortened(title, most);
    INFO(most << ": " << cut);
    CHECK(code_points(cut) <= most);
    CHECK(is_utf8(cut));
    CHECK((cut == title) == (code_points(title) <= most));
  }
}

TEST_CASE("long values are refused, not read") {
  const std::string digits(100'000, '9'), words(100'000, 'a');
  const Currency dirham = *parse_currency("MAD");
  CHECK(read_price(digits, dirham).refused == value_reason::too_long);
  CHECK(read_surface(words).refused == value_reason::too_long);
  CHECK(read_count(digits, Counted::things).refused == value_reason::too_long);
  CHECK(read_floor(digits).refused == value_reason::too_long);
  CHECK(read_date(digits).refused == value_reason::too_long);
  CHECK(read_boolean(words).refused == value_reason::too_long);
  CHECK(read_code(words, "LEAD_SOURCE").refused == value_reason::too_long);
  CHECK(read_region(words).refused == value_reason::too_long);
  // A long description is searched at its beginning.
  CHECK(find_surface("Appartement 95 m² " + words).value == Decimal{9500});
}

}  // namespace
