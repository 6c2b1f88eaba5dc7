#pragma once
// The files of an invented agency on disk.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/sample.hpp"
#include "terminal.hpp"

namespace atlas::cli {

/// A file that was written.
struct SampleFile {
  std::string name;
  std::int64_t records = 0;
  std::uintmax_t bytes = 0;
};

/// Names of all of them.
const std::vector<std::string>& sample_file_names();

/// Writes the files into a folder that exists, over those that are there, with a progress bar. Each takes its
/// name when it is whole. What is held does not grow with the plan. Throws Error(storage_full, storage_io).
std::vector<SampleFile> write_sample_files(const Terminal& terminal, const std::string& folder,
                                           const sample::Plan& plan);

}  // namespace atlas::cli
