#pragma once
// What a record is called elsewhere: the key of an import's upsert.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/schema.hpp"

namespace atlas {

/// The id of a record in another system. An entity that has a field `external_refs` of these is found by
/// them (Context::find_external); (source, id) is unique per organisation and entity kind among records that
/// are not archived.
struct ExternalRef {
  std::string source;  ///< the other system: "avito", "erp", …; compared as written
  std::string id;
  friend bool operator==(const ExternalRef&, const ExternalRef&) = default;
};
template <>
struct Describe<ExternalRef> {
  static constexpr std::string_view name = "external_ref";
  static constexpr std::array fields{field<&ExternalRef::source>("source", line(1, 64), required),
                                     field<&ExternalRef::id>("id", line(1, 200), required)};
};

/// How many of them a record may have.
inline constexpr Rules external_ref_count = range(0, 16);

}  // namespace atlas
