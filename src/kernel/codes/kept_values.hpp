#pragma once
// What rooms keep of organisations between calls, each under the stamp that the organisation's row had.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "atlas/function_ref.hpp"
#include "atlas/id.hpp"

namespace atlas {

/// Thread-safe. A stamp is never used twice, so what a transaction reads of its own changes and then rolls
/// back is never taken for what is stored.
class KeptValues {
 public:
  /// What is kept under this stamp, else what `make` makes.
  std::shared_ptr<void> get(const Uuid& org, std::string_view what, std::int64_t stamp,
                            FunctionRef<std::shared_ptr<void>()> make);

 private:
  struct Kept {
    std::int64_t stamp = 0;
    std::shared_ptr<void> value;
  };
  std::mutex mutex_;
  std::map<std::pair<Uuid, std::string>, Kept, std::less<>> kept_;
};

}  // namespace atlas
