// Any bytes as a table to look for duplicates in: it ends, the pairs are of the table, and weights add up.

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "check.hpp"

using namespace atlas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  constexpr std::size_t most_rows = 24;
  matching::Table table;
  try {
    bool header = false;
    CsvReader reader(',',
                     [&](std::size_t, const std::vector<std::string>& record) {
                       if (!header)
                         table = matching::Table(record);
                       else if (table.rows() < most_rows)
                         table.add(record);
                       header = true;
                     },
                     {.record_bytes = 4096, .fields = 12});
    reader.feed(std::string_view(reinterpret_cast<const char*>(data), size));
    reader.finish();
    matching::DedupOptions options;
    options.review = true;
    const matching::DedupResult result = matching::dedup(table, nullptr, options);
    for (const matching::FoundPair& pair : result.pairs) {
      ATLAS_FUZZ_CHECK(pair.a < table.rows() && pair.b < table.rows() && pair.a != pair.b);
      ATLAS_FUZZ_CHECK(pair.probability >= 0 && pair.probability <= 1);
      const matching::Score score = matching::explain(result, table, nullptr, pair.a, pair.b);
      double sum = score.prior;
      for (const matching::Contribution& part : score.contributions) sum += part.bits;
      ATLAS_FUZZ_CHECK(std::abs(sum - score.weight) < 1e-9);
    }
  } catch (const Error& error) {
    ATLAS_FUZZ_CHECK(error.code() == ErrorCode::invalid_argument);
  }
  return 0;
}
