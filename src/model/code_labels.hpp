#pragma once
// A row of a seeded dictionary's table.

#include <string_view>

namespace atlas::detail {

struct CodeLabels {
  std::string_view code, fr, en, ar;
};

}  // namespace atlas::detail
