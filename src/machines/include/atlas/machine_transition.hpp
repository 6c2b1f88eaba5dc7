#pragma once
// One row of a machine's table. Apart, because the compiled machines are C++17 and read only this.

#include <string_view>

namespace atlas::machines {

/// In state `from`, `event` leads to `to`. Codes live as long as the process.
struct Transition {
  std::string_view from;
  std::string_view event;
  std::string_view to;
};

}  // namespace atlas::machines
