#include "migrations.hpp"

#include <array>

#include "atlas/engine.hpp"

namespace atlas {

std::span<const Migration> migrations() {
  static const std::array<Migration, 4> all{{{1, "frame", migration_0001},
                                             {2, "first rooms", migration_0002},
                                             {3, "pipelines and messages", migration_0003},
                                             {4, "duplicates and settings", migration_0004}}};
  return all;
}

int current_schema_version() { return migrations().back().number; }
std::string_view version_string() { return ATLAS_VERSION; }

}  // namespace atlas
