#include "atlas/testing/conformance.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

const std::vector<StoreCase>& all_store_cases() {
  static const std::vector<StoreCase> cases = [] {
    std::vector<StoreCase> all;
    for (const std::span<const StoreCase> some :
         {row_cases(), predicate_cases(), scan_cases(), tenant_cases(), text_cases(), transaction_cases(),
          thread_cases(), version_cases(), random_cases()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return cases;
}

CaseResult judge(std::string_view name, FunctionRef<void()> run) {
  try {
    run();
    return {name, Outcome::passed, {}};
  } catch (const CaseSkipped& skipped) {
    return {name, Outcome::skipped, skipped.what()};
  } catch (const Error& error) {
    return {name, Outcome::failed,
            "an error, " + std::string(error_info(error.code()).text) + ": " + error.message()};
  } catch (const std::exception& failure) {
    return {name, Outcome::failed, failure.what()};
  } catch (...) {
    return {name, Outcome::failed, "something was thrown that is no exception of the library"};
  }
}

CaseResult run(const StoreCase& one, const StoreBackend& backend) {
  return judge(one.info.name, [&] {
    Case fixture(backend);
    one.run(fixture);
  });
}

CaseResult run(const KvCase& one, const KvStoreBackend& backend) {
  return judge(one.info.name, [&] {
    const std::unique_ptr<KvStore> store = backend.make();
    one.run(*store);
  });
}

template <class Cases, class Backend>
CaseResult run_named(const Cases& cases, std::string_view name, const Backend& backend) {
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const auto& one) { return one.info.name == name; });
  if (found == cases.end()) return {name, Outcome::failed, "there is no such case"};
  return run(*found, backend);
}

template <class Cases, class Backend>
std::vector<CaseResult> run_all(const Cases& cases, const Backend& backend, std::string_view only) {
  std::vector<CaseResult> results;
  for (const auto& one : cases) {
    if (one.info.name.starts_with(only)) results.push_back(run(one, backend));
  }
  return results;
}

template <class Cases>
std::vector<CaseInfo> infos(const Cases& cases) {
  std::vector<CaseInfo> result;
  for (const auto& one : cases) result.push_back(one.info);
  return result;
}

/// Prints what is worth it; true when nothing failed.
bool report(std::string_view backend, std::span<const CaseResult> results, bool verbose) {
  std::array<std::size_t, 3> counts{};
  for (const CaseResult& result : results) {
    static constexpr const char* words[] = {"ok", "FAILED", "skipped"};
    const auto outcome = static_cast<std::size_t>(result.outcome);
    ++counts[outcome];
    if (!verbose && result.outcome == Outcome::passed) continue;
    std::printf("%.*s: %-8s%.*s%s%s\n", static_cast<int>(backend.size()), backend.data(), words[outcome],
                static_cast<int>(result.name.size()), result.name.data(), result.message.empty() ? "" : ": ",
                result.message.c_str());
  }
  std::printf("%.*s: %zu passed, %zu failed, %zu skipped\n", static_cast<int>(backend.size()), backend.data(),
              counts[0], counts[1], counts[2]);
  std::fflush(stdout);
  return counts[1] == 0 && counts[0] > 0;
}

}  // namespace

std::vector<CaseInfo> store_cases() { return infos(all_store_cases()); }
std::vector<CaseInfo> kv_cases() { return infos(all_kv_cases()); }

CaseResult run_store_case(std::string_view name, const StoreBackend& backend) {
  return run_named(all_store_cases(), name, backend);
}

std::vector<CaseResult> run_store_conformance(const StoreBackend& backend, std::string_view only) {
  return run_all(all_store_cases(), backend, only);
}

CaseResult run_kv_case(std::string_view name, const KvStoreBackend& backend) {
  return run_named(all_kv_cases(), name, backend);
}

std::vector<CaseResult> run_kv_conformance(const KvStoreBackend& backend, std::string_view only) {
  return run_all(all_kv_cases(), backend, only);
}

int conformance_main(int argc, char** argv, std::span<const StoreBackend> stores,
                     std::span<const KvStoreBackend> kv_stores) {
  bool verbose = false;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--verbose") {
      verbose = true;
    } else if (argument == "--list") {
      for (const std::vector<CaseInfo>& cases : {store_cases(), kv_cases()}) {
        for (const CaseInfo& one : cases) {
          std::printf("%-40s %s\n", std::string(one.name).c_str(), std::string(one.promise).c_str());
        }
      }
      return 0;
    } else {
      only = argument;
    }
  }
  if (stores.empty() && kv_stores.empty()) return 77;
  bool kept = true;
  bool any = false;
  const auto add = [&](std::string_view name, const std::vector<CaseResult>& results) {
    if (results.empty()) return;
    any = true;
    kept = report(name, results, verbose) && kept;
  };
  for (const StoreBackend& backend : stores) add(backend.name, run_store_conformance(backend, only));
  for (const KvStoreBackend& backend : kv_stores) add(backend.name, run_kv_conformance(backend, only));
  return kept && any ? 0 : 1;
}

}  // namespace atlas::testing
