#pragma once
// The library about itself: every operation with its schemas, every error.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace meta {

/// Which operations to tell of.
struct OperationsInput {
  std::optional<std::string> name;  ///< one operation only
};

/// What generates the reference, the Python stubs and OpenAPI.
struct OperationItem {
  std::string name;
  std::string summary;
  std::string permission;  ///< "" any principal, "HOST" the host only, "PUBLIC" the public side
  std::optional<std::string> feature;
  bool writes = false;
  bool lists = false;  ///< answers items and next
  std::string input;   ///< JSON Schema 2020-12
  std::string output;
};
/// The catalogue of the library `version`.
struct Operations {
  std::string version;
  std::vector<OperationItem> items;
};

/// A row of the error table; `number` is the C ABI's status.
struct ErrorItem {
  std::string code;
  std::int64_t number = 0;
  std::int64_t http = 0;
  std::string advice;
};
/// The error table, in the order of the numbers.
struct Errors {
  std::vector<ErrorItem> items;
};

}  // namespace meta

template <>
struct Describe<meta::OperationsInput> {
  using T = meta::OperationsInput;
  static constexpr std::string_view name = "meta.operations";
  static constexpr std::array fields{field<&T::name>("name", line(1, 200))};
};
template <>
struct Describe<meta::OperationItem> {
  using T = meta::OperationItem;
  static constexpr std::string_view name = "operation";
  static constexpr std::array fields{field<&T::name>("name"),
                                     field<&T::summary>("summary"),
                                     field<&T::permission>("permission"),
                                     field<&T::feature>("feature"),
                                     field<&T::writes>("writes"),
                                     field<&T::lists>("lists"),
                                     field<&T::input>("input", json_value()),
                                     field<&T::output>("output", json_value())};
};
template <>
struct Describe<meta::Operations> {
  using T = meta::Operations;
  static constexpr std::string_view name = "operations";
  static constexpr std::array fields{field<&T::version>("version"), field<&T::items>("items")};
};
template <>
struct Describe<meta::ErrorItem> {
  using T = meta::ErrorItem;
  static constexpr std::string_view name = "error";
  static constexpr std::array fields{field<&T::code>("code"), field<&T::number>("number"),
                                     field<&T::http>("http"), field<&T::advice>("advice")};
};
template <>
struct Describe<meta::Errors> {
  using T = meta::Errors;
  static constexpr std::string_view name = "errors";
  static constexpr std::array fields{field<&T::items>("items")};
};

namespace meta {

inline constexpr Operation<OperationsInput, Operations> operations{
    {.name = "meta.operations",
     .permission = "",
     .summary = "Every operation with its JSON Schemas, permission, and whether it writes."}};
inline constexpr Operation<Nothing, Errors> errors{
    {.name = "meta.errors", .permission = "", .summary = "The error table."}};

/// The same without a session, for generators.
Operations catalogue(const Registry& registry, const std::optional<std::string>& name);

/// Registers meta.operations and meta.errors.
void register_meta(Registry& registry);

}  // namespace meta
}  // namespace atlas
