// Reference codes as CSV.

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "atlas/csv.hpp"
#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/text.hpp"
#include "reference_rules.hpp"

namespace atlas::reference_data {
namespace {

constexpr std::array<std::string_view, 9> columns{
    "dict_type", "code", "label_fr", "label_en", "label_ar", "sort_order", "is_active", "metadata", "origin"};
enum Column : std::size_t { dict_type, code, label_fr, label_en, label_ar, sort_order, is_active, metadata };

/// What write_csv put before a cell that a spreadsheet would run.
std::string_view without_guard(std::string_view cell) {
  const bool guarded = cell.size() > 1 && cell[0] == '\'' &&
                       std::string_view("=+-@\t\r").find(cell[1]) != std::string_view::npos;
  return guarded ? cell.substr(1) : cell;
}

std::optional<bool> read_boolean(std::string_view cell) {
  const std::string folded = fold(cell);
  if (folded == "true" || folded == "1") return true;
  if (folded == "false" || folded == "0") return false;
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(std::string_view cell) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), n);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return n;
}

class Reader {
 public:
  explicit Reader(std::vector<FieldError>& errors) : errors_(errors) {}

  void record(std::size_t number, const std::vector<std::string>& cells) {
    if (number == 1) return header(cells);
    CsvRow out;
    out.record = number;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view text = without_guard(trim(cells[i]));
      if (text.empty()) continue;
      if (i >= order_.size()) {
        wrong(number, std::to_string(i + 1), field_code::unknown_member, "a cell beyond the header");
        break;
      }
      if (!is_utf8(text))
        wrong(number, columns[order_[i]], field_code::wrong_type, "a text in UTF-8 is expected");
      else
        cell(number, order_[i], std::string(text), out.row);
    }
    if (out.row.dict_type.empty()) wrong(number, "dict_type", field_code::required, "it must be given");
    if (out.row.code.empty()) wrong(number, "code", field_code::required, "it must be given");
    rows.push_back(std::move(out));
  }

  bool has_header() const { return !order_.empty(); }
  std::vector<CsvRow> rows;

 private:
  void wrong(std::size_t number, std::string_view name, std::string_view what, std::string message) {
    if (errors_.size() >= max_field_errors) return;
    errors_.push_back(
        {"/csv/" + std::to_string(number) + "/" + std::string(name), std::string(what), std::move(message)});
  }

  void header(const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto it = std::find(columns.begin(), columns.end(), trim(cells[i]));
      const auto column = static_cast<std::size_t>(it - columns.begin());
      if (it == columns.end())
        wrong(1, std::to_string(i + 1), field_code::unknown_member, "no such column");
      else if (std::find(order_.begin(), order_.end(), column) != order_.end())
        wrong(1, std::to_string(i + 1), field_code::duplicate_member, "a column is given twice");
      order_.push_back(std::min(column, columns.size() - 1));
    }
    for (const Column c : {dict_type, code}) {
      if (std::find(order_.begin(), order_.end(), c) == order_.end())
        wrong(1, columns[c], field_code::required, "the header lacks this column");
    }
  }

  void cell(std::size_t number, std::size_t column, std::string text, Row& row) {
    const auto labels = [&]() -> Labels& { return row.labels ? *row.labels : row.labels.emplace(); };
    switch (column) {
      case dict_type:
        row.dict_type = std::move(text);
        break;
      case code:
        row.code = std::move(text);
        break;
      case label_fr:
        labels().fr = std::move(text);
        break;
      case label_en:
        labels().en = std::move(text);
        break;
      case label_ar:
        labels().ar = std::move(text);
        break;
      case sort_order:
        row.sort_order = read_integer(text);
        if (!row.sort_order) wrong(number, columns[column], field_code::wrong_type, "an integer is expected");
        break;
      case is_active:
        row.is_active = read_boolean(text);
        if (!row.is_active)
          wrong(number, columns[column], field_code::wrong_type, "true or false is expected");
        break;
      case metadata:
        try {
          row.metadata = parse_json(text).dump();
        } catch (const Error&) {
          wrong(number, columns[column], field_code::wrong_type, "a JSON object is expected");
        }
        break;
      default:
        break;  // origin: told, not asked
    }
  }

  std::vector<FieldError>& errors_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::string write_csv(const std::vector<Row>& rows) {
  std::string out = csv_record({columns.begin(), columns.end()});
  for (const Row& r : rows) {
    const Labels labels = r.labels.value_or(Labels{});
    const std::string metadata_cell = r.metadata.value_or("{}");
    out += csv_record({r.dict_type, r.code, labels.fr.value_or(""), labels.en.value_or(""),
                       labels.ar.value_or(""), r.sort_order ? std::to_string(*r.sort_order) : "",
                       r.is_active ? (*r.is_active ? "true" : "false") : "",
                       metadata_cell == "{}" ? "" : metadata_cell, r.origin.value_or("")},
                      ',', true);
  }
  return out;
}

std::vector<CsvRow> read_csv(std::string_view text, std::vector<FieldError>& errors) {
  Reader reader(errors);
  CsvReader csv(
      guess_separator(text.substr(0, 4096)),
      [&](std::size_t number, const std::vector<std::string>& cells) { reader.record(number, cells); },
      {.record_bytes = 64 * 1024, .fields = 64});
  csv.feed(text);
  csv.finish();
  if (!reader.has_header())
    errors.push_back({"/csv", std::string(field_code::required), "a header with dict_type and code"});
  return std::move(reader.rows);
}

}  // namespace atlas::reference_data
