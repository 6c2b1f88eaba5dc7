#include <algorithm>

#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"

namespace atlas::matching {

Table::Table(std::vector<std::string> header) : header_(std::move(header)) {
  if (header_.empty()) throw Error(ErrorCode::invalid_argument, "the table has no columns");
}

void Table::add(std::span<const std::string> cells) {
  if (rows() >= 0xfffffffe) throw Error(ErrorCode::invalid_argument, "the table has too many rows");
  for (std::size_t c = 0; c < header_.size(); ++c) {
    if (c < cells.size()) bytes_ += cells[c];
    ends_.push_back(bytes_.size());
  }
}

std::string_view Table::cell(std::size_t row, std::size_t column) const noexcept {
  const std::size_t i = row * header_.size() + column;
  return std::string_view(bytes_).substr(ends_[i], ends_[i + 1] - ends_[i]);
}

std::optional<std::size_t> Table::column(std::string_view name) const {
  const auto folded = [](std::string_view s) { return is_utf8(s) ? fold(s) : std::string(s); };
  const std::string wanted = folded(name);
  for (std::size_t c = 0; c < header_.size(); ++c)
    if (folded(header_[c]) == wanted) return c;
  return std::nullopt;
}

}  // namespace atlas::matching
