// Any bytes as a file to import: the same records however they are cut, and nothing that they hold breaks the
// mapping, the values or the guess.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/import_guess.hpp"
#include "atlas/import_map.hpp"
#include "atlas/import_reader.hpp"
#include "atlas/import_values.hpp"
#include "atlas/json.hpp"
#include "atlas/text.hpp"
#include "check.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace atlas;
using namespace atlas::imports;

constexpr ReaderLimits small{.record_bytes = 2'048, .cell_bytes = 512, .columns = 32};

struct Read {
  std::vector<std::string> records;
  bool refused = false;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, const ReaderOptions& options, std::size_t piece) {
  Read out;
  try {
    ImportReader reader(
        [&](const ImportRecord& r) {
          std::string told =
              std::to_string(r.number) + ":" + std::to_string(r.line) + ":" + std::string(r.refused);
          ATLAS_FUZZ_CHECK(r.refused.empty() || r.cells.empty());
          ATLAS_FUZZ_CHECK(r.cells.size() <= small.columns);
          for (const ImportCell& c : r.cells) {
            ATLAS_FUZZ_CHECK(is_utf8(c.text) && is_utf8(c.name));
            ATLAS_FUZZ_CHECK(c.text.size() <= small.cell_bytes);
            told.append("\x1f").append(c.name).append("\x1e").append(c.text);
            told.push_back(static_cast<char>('0' + c.is_number + 2 * c.is_element));
          }
          out.records.push_back(told);
        },
        options);
    for (std::size_t i = 0; i < bytes.size(); i += piece) reader.feed(bytes.substr(i, piece));
    reader.finish();
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
    out.refused = true;
  }
  return out;
}

template <class T>
void check(const Reading<T>& r) {
  ATLAS_FUZZ_CHECK(!r.value || r.refused.empty());
}

// Every reader of values answers, and what it answers can be written.
void read_values(std::string_view text) {
  const Currency dirham = *parse_currency("MAD");
  for (const auto& price : {read_price(text, dirham), find_price(text, dirham)}) {
    check(price);
    if (price.value) ATLAS_FUZZ_CHECK(price.value->amount >= 0 && price.value->amount <= max_money);
  }
  for (const auto& surface : {read_surface(text), find_surface(text)}) {
    check(surface);
    if (surface.value)
      ATLAS_FUZZ_CHECK(surface.value->units >= 0 && parse_decimal(format_decimal(*surface.value, 2), 2));
  }
  for (const Counted what : {Counted::things, Counted::rooms, Counted::bedrooms, Counted::bathrooms}) {
    check(read_count(text, what));
    check(find_count(text, what));
  }
  check(read_floor(text));
  check(find_floor(text));
  check(read_boolean(text));
  check(read_decimal(text, 7));
  check(read_integer(text));
  for (const DateOrder order : {DateOrder::day_first, DateOrder::month_first}) {
    const auto date = read_date(text, order);
    check(date);
    if (date.value) ATLAS_FUZZ_CHECK(parse_date(format_date(*date.value)) == date.value);
    const auto time = read_time(text, order, "Africa/Casablanca");
    check(time);
    if (time.value) ATLAS_FUZZ_CHECK(parse_timestamp(format_timestamp(*time.value)) == time.value);
  }
  check(find_property_type(text));
  check(find_transaction_type(text));
  check(read_code(text, "LEAD_SOURCE"));
  check(read_region(text));
  const std::string line = one_line(text);
  ATLAS_FUZZ_CHECK(is_utf8(line) && one_line(line) == line);
  const std::string cut = shortened(text, 10);
  ATLAS_FUZZ_CHECK(is_utf8(cut) && code_points(cut) <= 10);
}

// A map with each parser on the columns a, b and c, which files of the corpus have.
const ImportMap& map_of_all() {
  static const ImportMap map = read_import_map(R"({
    "kind": "listings", "source": {"column": "b"}, "phone_region": {"column": "c"},
    "columns": {
      "external_id": "a", "seen_at": "b",
      "transaction_type_code": {"column": "a", "from_text": true, "default": "TX_SALE"},
      "property_type_code": [{"column": "b"}, {"column": "a", "from_text": true, "default": "PROP_VILLA"}],
      "title": [{"columns": ["a", "b"], "join": " ", "shorten": true}, "c"],
      "description": "b", "price": ["a", {"column": "b", "from_text": true}],
      "surface_m2": [{"column": "b", "if_unreadable": "skip"}, {"column": "c", "from_text": true}],
      "rooms": "a", "bedrooms": "b", "floor": "c", "lat": "a", "built_year": "c",
      "amenities": {"columns": ["a", "b", "c"]}, "country_code": "c", "contact_phone": "b",
      "terms.furnished": "a", "terms.available_on": "b", "meta.x": "c"
    }})");
  return map;
}

void map_records(std::string_view bytes, const ReaderOptions& options) {
  RecordMapper mapper(map_of_all(), {*parse_currency("MAD"), "Africa/Casablanca"});
  Guesser guesser;
  MappedRecord out;
  try {
    ImportReader reader(
        [&](const ImportRecord& r) {
          if (!r.refused.empty()) return;
          guesser.add(r);
          mapper.map(r, out);
          ATLAS_FUZZ_CHECK(out.errors.size() == out.reasons.size());
          ATLAS_FUZZ_CHECK(out.is_refused() == out.input.empty());
          if (!out.is_refused()) ATLAS_FUZZ_CHECK(parse_json(out.input).is_object());
          for (const ImportCell& c : r.cells) read_values(c.text);
        },
        options);
    reader.feed(bytes);
    reader.finish();
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
  }
  const Guess guess = guesser.guess(guesser.guess_kind());
  if (guess.missing.empty()) {
    const std::string written = to_json(guess.map);
    ATLAS_FUZZ_CHECK(to_json(read_import_map(written)) == written);
  }
}

}  // namespace

// The first byte chooses what is said of the file and the size of the pieces; a file may also be a map.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  ReaderOptions options{.limits = small};
  if (data[0] & 1) options.format = data[0] & 2 ? FileFormat::csv : FileFormat::jsonl;
  if (data[0] & 4) options.encoding = static_cast<TextEncoding>(data[0] >> 3 & 3);
  const Read whole = read(bytes, options, bytes.size() + 1);
  ATLAS_FUZZ_CHECK(read(bytes, options, 1) == whole);
  ATLAS_FUZZ_CHECK(read(bytes, options, 2u + data[0] / 16u) == whole);
  map_records(bytes, options);
  try {
    const std::string written = to_json(read_import_map(bytes));
    ATLAS_FUZZ_CHECK(to_json(read_import_map(written)) == written);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
  }
  return 0;
}
