// Any bytes as one table or two to look for duplicates in, with a header or without, as advertisements or
// not: it ends, the pairs are of the tables, and weights add up. The first byte says which.

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "check.hpp"

using namespace atlas;

namespace {

std::optional<matching::Table> read(std::string_view bytes) {
  constexpr std::size_t most_rows = 24;
  std::optional<matching::Table> table;
  CsvReader reader(',',
                   [&](std::size_t, const std::vector<std::string>& record) {
                     if (!table)
                       table.emplace(record);
                     else if (table->rows() < most_rows)
                       table->add(record);
                   },
                   {.record_bytes = 4096, .fields = 12});
  reader.feed(bytes);
  reader.finish();
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  constexpr std::uint8_t two_tables = 1, headless = 2, listings = 4;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Text means one table as it is.
  const std::uint8_t how = size > 0 && data[0] < 8 ? data[0] : 0;
  if (how != 0) bytes.remove_prefix(1);
  try {
    matching::DedupOptions options;
    options.review = true;
    if ((how & listings) != 0) options.listings = true;
    const std::size_t half = (how & two_tables) != 0 ? bytes.size() / 2 : bytes.size();
    auto first = read(bytes.substr(0, half)), second = read(bytes.substr(half));
    if (!first) return 0;
    if ((how & headless) != 0) first = matching::with_header(std::move(*first));
    if ((how & two_tables) == 0) second.reset();
    const matching::Table* other = second ? &*second : nullptr;
    const matching::DedupResult result = matching::dedup(*first, other, options);
    const std::size_t rows = first->rows() + (second ? second->rows() : 0);
    for (const matching::FoundPair& pair : result.pairs) {
      ATLAS_FUZZ_CHECK(pair.a < rows && pair.b < rows && pair.a != pair.b);
      ATLAS_FUZZ_CHECK(!second || (pair.a < first->rows() && pair.b >= first->rows()));
      ATLAS_FUZZ_CHECK(pair.probability >= 0 && pair.probability <= 1);
      const matching::Score score = matching::explain(result, *first, other, pair.a, pair.b);
      double sum = score.prior;
      for (const matching::Contribution& part : score.contributions) sum += part.bits;
      ATLAS_FUZZ_CHECK(std::abs(sum - score.weight) < 1e-9);
    }
  } catch (const Error& error) {
    ATLAS_FUZZ_CHECK(error.code() == ErrorCode::invalid_argument);
  }
  return 0;
}
