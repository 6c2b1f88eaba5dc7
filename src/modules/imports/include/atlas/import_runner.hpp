#pragma once
// Running an import: reads a file, maps its records, sends them through a session a thousand at a time. What
// it holds does not grow with the file.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/import_guess.hpp"
#include "atlas/import_map.hpp"
#include "atlas/imports.hpp"
#include "atlas/session.hpp"

namespace atlas::imports {

/// Gives the next bytes of the file, at least one; none at its end.
using ByteSource = std::function<std::size_t(std::span<char> to)>;

/// A row that was refused, with its own cells as far as they could be read. Valid during the call.
struct RejectedRow {
  const Reject& why;
  std::span<const ImportCell> cells;
  const std::vector<std::string>& header;  ///< of a CSV file
};

/// Where an import is. `rows` counts those of earlier runs too.
struct ImportProgress {
  std::uint64_t bytes = 0;  ///< read of the file
  std::int64_t rows = 0;
  std::int64_t created = 0, updated = 0, duplicate = 0, refused = 0;
};

/// How a file is imported. Callbacks are called on the caller's thread, between operations.
struct RunOptions {
  std::optional<ImportKind> kind;  ///< that of the map, else guessed
  std::optional<ImportMap> map;    ///< else guessed
  std::optional<std::string> file_name;
  /// SHA-256 of the whole file. With it an import of the same file with the same map that was broken off is
  /// gone on with.
  std::optional<std::string> file_hash;
  std::optional<std::string> source;        ///< whose ids the file holds: in place of what the map says
  std::optional<std::string> phone_region;  ///< ISO 3166: in place of what the map says
  /// Everything is done, and undone: exactly what an import would do, for files of up to `rehearsal_rows`
  /// rows; of a longer one each stretch of so many rows does not know of the one before. Holds the writer of
  /// a single-writer store for a stretch. In a batch of the caller's it is exact within each call of append.
  bool dry_run = false;
  std::int64_t rehearsal_rows = 50'000;
  std::int64_t rows_per_call = max_rows_per_call;
  std::function<void(const ImportProgress&)> progress;
  std::function<void(const RejectedRow&)> rejected;
  /// Told before the first row where the map was guessed; what it throws ends the import.
  std::function<void(const Guess&)> guessed;
};

/// What an import did. `job` has the counts; after a dry run it is not in the store.
struct RunResult {
  ImportJob job;
  std::int64_t resumed_rows = 0;  ///< done by an earlier run
  bool exact = true;              ///< false: a dry run that was longer than `rehearsal_rows`
};

/// Imports a file through `session`, which needs IMPORT_RUN and what its rows need. Throws invalid_argument
/// when the file cannot be one (see ImportReader), the map does not fit it (a `field` per column that it
/// lacks, detail `reason` "missing_columns"), or could not be guessed (detail `missing`). A file that turns
/// out unreadable later leaves the job as IMPORT_FAILED; any other error leaves it to be gone on with.
RunResult run_import(Session& session, const ByteSource& source, const RunOptions& options);

}  // namespace atlas::imports
