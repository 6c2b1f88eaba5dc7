#pragma once
// Counting: every row ends in exactly one of four ways.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/imports.hpp"

namespace atlas::imports {

/// Adds rows to the counts of a job.
class Tally {
 public:
  explicit Tally(ImportJob& job) : job_(job) {}

  void add(const ImportRow& row);

 private:
  ImportJob& job_;
};

/// Counts `times` more of (reason, field). Beyond the list's limit what is new counts as "other".
void count_reason(std::vector<ImportReason>& counts, std::string_view reason, std::string_view field,
                  std::int64_t times = 1);

}  // namespace atlas::imports
