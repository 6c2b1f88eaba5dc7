#pragma once
// The frozen texts. Once released a text never changes; a new version is a new file.

#include <string_view>

namespace atlas {

extern const std::string_view migration_0001;
extern const std::string_view migration_0002;
extern const std::string_view migration_0003;
extern const std::string_view migration_0004;

}  // namespace atlas
