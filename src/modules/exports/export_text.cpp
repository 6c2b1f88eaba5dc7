#include "export_text.hpp"

#include <vector>

#include "atlas/csv.hpp"
#include "atlas/schema_io.hpp"

namespace atlas::exports {
namespace {

bool is_number(Kind kind) { return kind == Kind::integer || kind == Kind::decimal || kind == Kind::money; }

/// What a spreadsheet would run, made harmless; csv_record does the same to whole records, numbers included.
std::string harmless(std::string text) {
  const bool runs =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return runs ? "'" + text : text;
}

void money_cells(const Field& f, const void* record, std::vector<std::string>& cells) {
  std::string amount, currency;
  visit_scalar(f, record, [&](auto slot) {
    if constexpr (std::is_same_v<decltype(slot), Slot<Money>>) {
      const Money* m = slot.get();
      if (!m) return;
      amount = format_money(*m);
      amount.resize(amount.find(' '));
      currency = m->currency.view();
    }
  });
  cells.push_back(std::move(amount));
  cells.push_back(std::move(currency));
}

/// The value as operations write it, without the quotes of a text.
std::string cell(const Field& f, const void* record) {
  if (!is_present(f, record)) return {};
  std::string text;
  const bool plain = visit_scalar(f, record, [&](auto slot) {
    if constexpr (std::is_same_v<decltype(slot), Slot<std::string>>) {
      if (const std::string* s = slot.get()) text = *s;
    }
  });
  if (plain && (f.kind == Kind::text || f.kind == Kind::code || f.kind == Kind::json)) return text;
  write_field(text, f, record, {.skip_absent = true});
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

std::string csv_header(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& f : schema.fields) {
    if (f.has(internal)) continue;
    names.emplace_back(f.name);
    if (f.kind == Kind::money) names.push_back(std::string(f.name) + "_currency");
  }
  return csv_record(names);
}

std::string csv_line(const Schema& schema, const void* record) {
  std::vector<std::string> cells;
  for (const Field& f : schema.fields) {
    if (f.has(internal)) continue;
    if (f.kind == Kind::money)
      money_cells(f, record, cells);
    else
      cells.push_back(is_number(f.kind) ? cell(f, record) : harmless(cell(f, record)));
  }
  return csv_record(cells);
}

std::string json_line(const Schema& schema, const void* record) {
  std::string line;
  write_object(line, schema, record);
  return line + "\n";
}

}  // namespace atlas::exports
