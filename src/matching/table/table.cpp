#include <algorithm>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "well_formed.hpp"

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

struct TableReader::State {
  std::optional<bool> has_header;
  std::string start;  // until the separator is known
  std::optional<CsvReader> reader;
  std::optional<Table> table;

  void begin() {
    constexpr CsvLimits limits{.record_bytes = 64u << 20};
    reader.emplace(
        guess_separator(std::string_view(start).substr(0, guess_bytes)),
        [this](std::size_t, std::vector<std::string> record) {
          for (std::string& cell : record)
            if (!is_utf8(cell)) cell = well_formed(cell);
          if (table)
            table->add(record);
          else
            table.emplace(record);
        },
        limits);
    reader->feed(start);
    start = {};
  }
  static constexpr std::size_t guess_bytes = 64u << 10;
};

TableReader::TableReader(std::optional<bool> has_header) : state_(std::make_unique<State>()) {
  state_->has_header = has_header;
}
TableReader::~TableReader() = default;

void TableReader::feed(std::string_view utf8) {
  if (state_->reader) return state_->reader->feed(utf8);
  state_->start += utf8;
  if (state_->start.size() >= State::guess_bytes) state_->begin();
}

Table TableReader::finish() {
  if (!state_->reader) state_->begin();
  state_->reader->finish();
  if (!state_->table) throw Error(ErrorCode::invalid_argument, "the file is empty");
  return with_header(std::move(*state_->table), state_->has_header);
}

}  // namespace atlas::matching
