#pragma once
// The organisation's rows of reference data: reading them, and changing them one caller at a time.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/organisations.hpp"
#include "atlas/reference.hpp"

namespace atlas::reference_data {

/// Rows that an organisation may have, removed ones too: what the checks of codes keep in memory is bounded.
inline constexpr std::size_t max_rows = 5'000;

/// Throws invalid_argument at /dict_type when there is no such dictionary.
void require_dictionary(std::string_view dictionary);

/// The rows of one dictionary or of all, archived ones too.
class CodeTable {
 public:
  CodeTable(Context& cx, const std::optional<std::string>& dictionary);
  /// Null when there is none; an archived one is given.
  const ReferenceCode* row(const std::string& dictionary, const std::string& code) const;
  /// The code as it is; nothing when there is none.
  std::optional<Item> item(const std::string& dictionary, const std::string& code,
                           std::string_view locale) const;
  /// In their order.
  std::vector<Item> items(std::string_view locale) const;
  /// A place after all others of a dictionary.
  std::int64_t next_order(std::string_view dictionary) const;
  std::size_t size() const { return rows_.size(); }

 private:
  std::optional<std::string> dictionary_;
  std::map<std::pair<std::string, std::string>, ReferenceCode> rows_;
};

/// One caller's changes. Others who change codes of the organisation wait from here to the commit.
class Edit {
 public:
  explicit Edit(Context& cx);
  /// A row to write `code` in: the present one, or an empty one in place of none or of an archived one.
  ReferenceCode begin(const ReferenceCode* old, const std::string& dictionary, const std::string& code) const;
  /// Writes it when it differs. Of a seed only the differences are kept, and none of them: the row is
  /// archived.
  void write(const ReferenceCode* old, ReferenceCode row);
  /// Archives it.
  void remove(const ReferenceCode& old);
  /// Gives the organisation its new stamp when anything was written. Last.
  void finish();

 private:
  Context& cx_;
  Organisation organisation_;
  bool changed_ = false;
};

/// Registers export and import.
void register_exchange(Registry& registry);

}  // namespace atlas::reference_data
