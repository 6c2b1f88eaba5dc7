#pragma once
// An organisation's own reference codes, as the checks of inputs ask for them: which it added, which it
// switched off. The kernel keeps what it has read and knows by a stamp in the organisation's row whether that
// still holds.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/store.hpp"

namespace atlas {

class Context;

/// What an organisation says of codes; of a code that is not here it says nothing, and the seeds decide.
class TenantCodes {
 public:
  void add(std::string_view dictionary, std::string_view code, bool active);
  /// May the code be used for new values? Nothing: see the seeds.
  std::optional<bool> is_active(std::string_view dictionary, std::string_view code) const noexcept;

 private:
  std::map<std::string, std::map<std::string, bool, std::less<>>, std::less<>> dictionaries_;
};

/// Reads them. The module that owns reference codes registers it, and gives the organisation another
/// `reference_stamp` (never one that it had before) in each transaction that changes them.
class CodeSource {
 public:
  virtual ~CodeSource() = default;
  /// Those of the organisation that `tx` has entered.
  virtual TenantCodes load(ReadTransaction& tx) = 0;
};

/// May `code` be used for new values, and is it known at all (perhaps switched off)? `tenant` is null where
/// the organisation has none of its own.
bool is_active_code(const TenantCodes* tenant, std::string_view dictionary, std::string_view code) noexcept;
bool is_known_code(const TenantCodes* tenant, std::string_view dictionary, std::string_view code) noexcept;

/// Records that carry a code in one field, archived ones too.
struct CodeUse {
  std::string entity;
  std::string field;
  std::int64_t count = 0;
  bool more = false;  ///< there are more than were counted
};
/// Where the organisation's records carry `code`: in fields of this dictionary, in lists of it, inside
/// objects, and in fields that Registry::holds_codes names. Counts at most 1,000 for each field; may read
/// whole tables.
std::vector<CodeUse> code_uses(Context& cx, std::string_view dictionary, std::string_view code);

}  // namespace atlas
