#pragma once
// Asking of a column that keeps a list of texts.

#include <string_view>

#include "atlas/query.hpp"

namespace atlas {

/// Is `element` one of the texts of the list that lies in `column`?
Predicate list_contains(unsigned column, std::string_view element);

}  // namespace atlas
