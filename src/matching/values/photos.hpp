#pragma once
// Sets of photos: how many of them are the same, however they were saved.

#include <string_view>

#include "model_data.hpp"

namespace atlas::matching {

/// Hashes joined by value_separator: 16 hexadecimal digits of what a photo shows, or 64 of its content. At
/// most 100 count; what is neither is passed over.
void read_photos(Value& value, std::string_view cell);

/// 0 most of the smaller set (two at least), 1 several, 2 one, 3 none.
Outcome compare_photos(const Value& a, const Value& b);

}  // namespace atlas::matching
