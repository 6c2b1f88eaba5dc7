#pragma once
// Backends that keep every promise of the Store port but one. The conformance suite must fail each of them,
// in the case that looks at that promise: this is how the suite itself is judged.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/testing/conformance.hpp"

namespace atlas::testing {

/// One promise dropped, and the case that must notice.
struct BrokenStore {
  std::string_view what;                  ///< What the backend does wrong.
  std::string_view caught_by;             ///< Name of the case.
  int breakage;                           ///< Which decorator.
  bool needs_concurrent_writers = false;  ///< Shows only where several transactions write at once.
};

/// Every case of store_cases() is named at least once.
std::span<const BrokenStore> broken_stores();

/// `backend` with one promise dropped.
StoreBackend break_backend(const StoreBackend& backend, const BrokenStore& broken);

/// What the suite said of a broken backend.
struct BrokenVerdict {
  const BrokenStore* broken;
  bool judged;          ///< False where the sound backend does not pass the case or cannot show the fault.
  bool caught;          ///< The case failed, as it must.
  std::string message;  ///< What the case said.
};

/// Runs the case meant for each broken store over `backend`, which must itself be sound. A fault that shows
/// only in a race is given five attempts. With `only_concurrent` those that need several writers at once, for
/// a backend that is slow to judge with all.
std::vector<BrokenVerdict> judge_broken_stores(const StoreBackend& backend, bool only_concurrent = false);

/// The same for the KvStore port: every case of kv_cases() is named.
struct BrokenKvStore {
  std::string_view what;
  std::string_view caught_by;
  int breakage;
};
std::span<const BrokenKvStore> broken_kv_stores();
KvStoreBackend break_kv_backend(const KvStoreBackend& backend, const BrokenKvStore& broken);

/// The `main` of a program that judges them: prints those that were not caught. `--verbose` prints all.
/// Returns 0 when every broken store that could be judged was caught and at least one was, else 1.
int broken_stores_main(int argc, char** argv, const StoreBackend& backend, bool only_concurrent = false);
int broken_kv_stores_main(int argc, char** argv, const KvStoreBackend& backend);

}  // namespace atlas::testing
