#pragma once
// Inputs and outputs that all modules share: get, list, count, archive.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atlas/schema.hpp"

namespace atlas {

/// Names one record.
struct GetInput {
  Uuid id;
};
template <>
struct Describe<GetInput> {
  static constexpr std::string_view name = "get";
  static constexpr std::array fields{field<&GetInput::id>("id", {}, required)};
};

/// Names a record and the version that the caller has seen; a stale one is conflict.
struct ArchiveInput {
  Uuid id;
  std::int64_t version = 0;
};
template <>
struct Describe<ArchiveInput> {
  static constexpr std::string_view name = "archive";
  static constexpr std::array fields{field<&ArchiveInput::id>("id", {}, required),
                                     field<&ArchiveInput::version>("version", range(1, INT64_MAX), required)};
};

/// `where`: see the guide's page on predicates. `order`: at most two sort fields, "-" = descending; default
/// "-created_at". `after`: the `next` of the page before. Archived records only with `archived`. `scan`
/// allows a query that no index serves (ADMIN_ORG, MANAGER).
struct ListInput {
  std::string where = "{}";
  std::vector<std::string> order;
  std::int64_t limit = 100;
  std::optional<std::string> after;
  bool archived = false;
  bool scan = false;
};
template <>
struct Describe<ListInput> {
  static constexpr std::string_view name = "list";
  static constexpr std::array fields{field<&ListInput::where>("where", json_object(256 * 1024)),
                                     field<&ListInput::order>("order", range(0, 2)),
                                     field<&ListInput::limit>("limit", range(1, 1000)),
                                     field<&ListInput::after>("after", text(1, 4096)),
                                     field<&ListInput::archived>("archived"),
                                     field<&ListInput::scan>("scan")};
};

/// As ListInput, without order and pages.
struct CountInput {
  std::string where = "{}";
  bool exact = false;
  bool archived = false;
  bool scan = false;
};
template <>
struct Describe<CountInput> {
  static constexpr std::string_view name = "count";
  static constexpr std::array fields{
      field<&CountInput::where>("where", json_object(256 * 1024)), field<&CountInput::exact>("exact"),
      field<&CountInput::archived>("archived"), field<&CountInput::scan>("scan")};
};

/// Exact to 10,000, then `more` unless `exact` was asked.
struct Count {
  std::int64_t count = 0;
  bool more = false;
};
template <>
struct Describe<Count> {
  static constexpr std::string_view name = "count_result";
  static constexpr std::array fields{field<&Count::count>("count"), field<&Count::more>("more")};
};

/// Some records of a list.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;  ///< absent on the last page
};
/// Every page is described alike.
template <class T>
struct Describe<Page<T>> {
  static constexpr std::string_view name = "page";
  static constexpr std::array fields{field<&Page<T>::items>("items"), field<&Page<T>::next>("next")};
};

}  // namespace atlas
