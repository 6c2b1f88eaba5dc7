#include "kept_records.hpp"

namespace atlas::imports {

void KeptRecord::keep(const ImportRecord& record) {
  bytes_.clear();
  pieces_.clear();
  number_ = record.number;
  line_ = record.line;
  refused_ = record.refused;
  for (const ImportCell& cell : record.cells) {
    const std::size_t name = bytes_.size();
    bytes_ += cell.name;
    const std::size_t text = bytes_.size();
    bytes_ += cell.text;
    pieces_.push_back({name, cell.name.size(), text, cell.text.size(), cell.is_number, cell.is_element});
  }
}

ImportRecord KeptRecord::record(std::vector<ImportCell>& cells) const {
  cells.clear();
  const std::string_view all = bytes_;
  for (const Piece& p : pieces_) {
    cells.push_back(
        {all.substr(p.name, p.name_size), all.substr(p.text, p.text_size), p.is_number, p.is_element});
  }
  return {number_, line_, cells, refused_};
}

}  // namespace atlas::imports
