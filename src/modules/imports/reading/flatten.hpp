#pragma once
// One line of JSON Lines as cells; private to the room.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/import_reader.hpp"

namespace atlas::imports {

/// A JSON object's values by their paths. Reused from line to line.
class Flattened {
 public:
  /// The record's refusal (a code of record_reason), empty when it is good; then `cells` holds it.
  std::string_view read(std::string_view line, const ReaderLimits& limits);
  const std::vector<ImportCell>& cells() const noexcept { return cells_; }

 private:
  friend class FlatteningReader;
  struct Place {
    std::size_t name, name_size, text, text_size;
    std::size_t group;  // which occurrence of the member: an array's elements share one
    bool is_number, is_element;
  };
  std::string bytes_;  // names and texts, one after another
  std::vector<Place> places_;
  std::vector<ImportCell> cells_;
  std::vector<std::size_t> order_;
};

}  // namespace atlas::imports
