#include "atlas/list_contains.hpp"

#include <string>

#include "binding.hpp"

namespace atlas {

Predicate list_contains(unsigned column, std::string_view element) {
  return Predicate::compare(Predicate::Kind::contains, column,
                            Value::text(join_list({std::string(element)})));
}

}  // namespace atlas
