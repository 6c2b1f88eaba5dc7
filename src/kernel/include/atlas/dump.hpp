#pragma once
// One organisation as text, to be taken to another store: ids, history and audit are the same there.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "atlas/id.hpp"
#include "atlas/kernel.hpp"

namespace atlas {

/// What was written or read.
struct DumpResult {
  Uuid organisation;
  std::int64_t rows = 0;      ///< of all tables
  std::int64_t entries = 0;   ///< of the audit among them
  std::int64_t subjects = 0;  ///< keys of data subjects
};

/// Gets each line of the text, with its line feed.
using DumpSink = std::function<void(std::string_view line)>;
/// Gives the next line without its line feed; false at the end. Throws what reading throws.
using DumpSource = std::function<bool(std::string& line)>;
/// Called now and then with the rows done so far.
using DumpProgress = std::function<void(std::int64_t rows)>;

/// Writes the organisation as JSON Lines (docs/format.md, "Dump"), in one snapshot where the store has them.
/// The same state gives the same bytes. It holds everything, the keys of data subjects too: keep it as you
/// keep the store. Stored results of idempotent calls are left out. Throws not_found.
DumpResult dump_organisation(Kernel& kernel, const Uuid& organisation, const DumpSink& sink,
                             const DumpProgress& progress = {});

/// Brings a dump into this store, all of it or nothing: the audit chain is verified and every record compared
/// with its last entry before the commit. Throws conflict when the organisation is here already,
/// invalid_argument (line, reason) for what is not a whole dump, not_supported for one of another schema
/// version or derivation, storage_corrupt (findings) when chain and records do not agree.
DumpResult load_organisation(Kernel& kernel, const DumpSource& source, const DumpProgress& progress = {});

}  // namespace atlas
