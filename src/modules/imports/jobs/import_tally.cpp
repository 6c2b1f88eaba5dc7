#include "import_tally.hpp"

#include <algorithm>

namespace atlas::imports {
namespace {

constexpr std::size_t most_reasons = 200;

}  // namespace

void count_reason(std::vector<ImportReason>& counts, std::string_view reason, std::string_view field,
                  std::int64_t times) {
  const auto find = [&] {
    return std::find_if(counts.begin(), counts.end(),
                        [&](const ImportReason& r) { return r.reason == reason && r.field == field; });
  };
  auto at = find();
  if (at == counts.end() && counts.size() >= most_reasons) {
    reason = "other";
    field = "";
    at = find();
  }
  if (at == counts.end()) at = counts.insert(at, {std::string(reason), std::string(field), 0});
  at->count += times;
}

void Tally::add(const ImportRow& row) {
  ++job_.rows;
  if (row.outcome == "created") ++job_.created;
  if (row.outcome == "updated") ++job_.updated;
  if (row.outcome == "duplicate") ++job_.duplicate;
  if (row.outcome == "refused") {
    ++job_.refused;
    count_reason(job_.reasons, row.reason.value_or(""), row.field.value_or(""));
  }
  if (!row.warnings.empty()) ++job_.warnings;
  for (const std::string_view warning : row.warnings) {
    const std::size_t end = std::min(warning.find(' '), warning.size());
    count_reason(job_.warning_counts, warning.substr(0, end),
                 warning.substr(std::min(end + 1, warning.size())));
  }
}

}  // namespace atlas::imports
