#pragma once
// What every storage backend is held to: one list of named cases for the Store port and one for the KvStore
// port. A case says which promise it looks at, and fails with a sentence; no test framework is needed to run
// it, so that a backend can also be judged by a program that expects it to fail.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/kv_store.hpp"
#include "atlas/store.hpp"

namespace atlas::testing {

/// An empty place where a store can be made: a file, a database schema, a map in memory. What is in it goes
/// away with the place.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  /// Opens the store that is in the place, or makes one. May be called again after the store was closed and,
  /// with StoreQuirks::opens_twice, before.
  virtual std::unique_ptr<Store> open(const StoreOpening& opening) = 0;
};

/// What a backend is excused from. Everything else follows from its StoreCapabilities.
struct StoreQuirks {
  bool reopens = true;                  ///< The place keeps its content when the store is closed.
  bool opens_twice = true;              ///< Two stores may be open over one place at once, in this process.
  std::size_t large_value = 8'000'000;  ///< Bytes of the largest value that is tried.
};

/// A backend under judgement. `new_place` gives a new empty place every time and is called from one thread.
struct StoreBackend {
  std::string name;
  std::function<std::unique_ptr<StorePlace>()> new_place;
  StoreQuirks quirks;
};

/// The same for the KvStore port: `make` gives a new, empty KvStore every time.
struct KvStoreBackend {
  std::string name;
  std::function<std::unique_ptr<KvStore>()> make;
};

/// How a case ended.
enum class Outcome : std::uint8_t { passed, failed, skipped };

/// A case's outcome, and why.
struct CaseResult {
  std::string_view name;
  Outcome outcome = Outcome::passed;
  std::string message;  ///< What failed, or why it was skipped.
};

/// A case's name ("area.promise") and the promise of the port that it looks at.
struct CaseInfo {
  std::string_view name;
  std::string_view promise;
};

/// Every case of the Store port, and of the KvStore port, in the order in which they run.
std::vector<CaseInfo> store_cases();
std::vector<CaseInfo> kv_cases();

/// Runs one case, or those whose name begins with `only` ("" = all). Throws nothing.
CaseResult run_store_case(std::string_view name, const StoreBackend& backend);
std::vector<CaseResult> run_store_conformance(const StoreBackend& backend, std::string_view only = "");
CaseResult run_kv_case(std::string_view name, const KvStoreBackend& backend);
std::vector<CaseResult> run_kv_conformance(const KvStoreBackend& backend, std::string_view only = "");

/// The `main` of a conformance program: runs the cases on every backend, prints one line for each that did
/// not pass and a summary. Arguments: `--list` prints the cases, `--verbose` every line, anything else is the
/// beginning of the names to run. Returns 0 when nothing failed, 1 when something did, 77 when nothing could
/// be run because `stores` and `kv_stores` are empty.
int conformance_main(int argc, char** argv, std::span<const StoreBackend> stores,
                     std::span<const KvStoreBackend> kv_stores = {});

}  // namespace atlas::testing
