// Any bytes to the CSV reader: the same records however they are cut, and again after being written.

#include <array>
#include <cstdint>
#include <optional>

#include "atlas/csv.hpp"
#include "atlas/error.hpp"
#include "check.hpp"

namespace {

using namespace atlas;
using Rows = std::vector<std::vector<std::string>>;

std::optional<Rows> read(std::string_view text, char separator, std::size_t piece) {
  Rows rows;
  try {
    CsvReader reader(separator,
                     [&](std::size_t, const std::vector<std::string>& fields) { rows.push_back(fields); },
                     {.record_bytes = 4096, .fields = 64});
    for (std::size_t i = 0; i < text.size(); i += piece) reader.feed(text.substr(i, piece));
    reader.finish();
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument);
    return std::nullopt;
  }
  return rows;
}

}  // namespace

// The first byte chooses the separator and the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  if (size == 0) return 0;
  constexpr std::array<char, 4> separators{',', ';', '\t', '|'};
  const char separator = separators[data[0] % 4];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto whole = read(text, separator, size);
  ATLAS_FUZZ_CHECK(read(text, separator, 1u + data[0] / 4u) == whole);
  ATLAS_FUZZ_CHECK(std::string_view(",;\t|").find(guess_separator(text)) != std::string_view::npos);
  if (!whole) return 0;
  std::string written;
  bool within_limits = true;
  for (const auto& row : *whole) {
    const std::string record = csv_record(row, separator);
    within_limits = within_limits && record.size() <= 4096;
    written += record;
    // A neutralised cell is never a formula.
    for (const std::string& cell : row) {
      const std::string safe = csv_record({cell, ""}, separator, true);
      const std::size_t first = safe[0] == '"' ? 1 : 0;
      ATLAS_FUZZ_CHECK(cell.empty() ||
                       std::string_view("=+-@\t").find(safe[first]) == std::string_view::npos ||
                       separator == safe[first]);
    }
  }
  if (within_limits) ATLAS_FUZZ_CHECK(read(written, separator, 7) == whole);
  return 0;
}
