#pragma once
// Records that must outlive the reader's call: until the map is known, or until their rows are done.

#include <string>
#include <vector>

#include "atlas/import_reader.hpp"

namespace atlas::imports {

/// A copy of a record in one piece of memory; reused.
class KeptRecord {
 public:
  void keep(const ImportRecord& record);
  /// The record again. Valid until the next keep.
  ImportRecord record(std::vector<ImportCell>& cells) const;
  std::size_t size() const { return bytes_.size(); }

 private:
  struct Piece {
    std::size_t name, name_size, text, text_size;
    bool is_number, is_element;
  };
  std::string bytes_;
  std::vector<Piece> pieces_;
  std::uint64_t number_ = 0, line_ = 0;
  std::string_view refused_;  // of the closed list of codes
};

}  // namespace atlas::imports
