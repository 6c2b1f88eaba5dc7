#pragma once
// From a JSON scalar to the value of a field.

#include <cstdint>
#include <string>
#include <string_view>

#include "atlas/schema.hpp"

namespace atlas::detail {

struct Scalar {
  enum class Type : std::uint8_t { null, boolean, integer, large, real, string } type;
  bool boolean = false;
  std::int64_t integer = 0;
  std::uint64_t large = 0;      // an integer beyond int64
  std::string* text = nullptr;  // of a string, or of a number that is no 64-bit integer
};

/// What is wrong with a value.
struct Fault {
  std::string_view code;
  std::string message;
};

/// Stores the value, or says why not and leaves the member as it was. Free JSON is not its business, save
/// `null`.
bool set_scalar(const Field& field, void* object, const Scalar& value, Fault& fault);

/// A sentence that says what a field of the kind wants.
const char* expected(Kind kind);
/// The field code of a value that is none of the kind.
std::string_view type_code(Kind kind);

}  // namespace atlas::detail
