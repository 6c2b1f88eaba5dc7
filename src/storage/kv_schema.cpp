#include "kv_schema.hpp"

#include <algorithm>

#include "kv_codec.hpp"

namespace atlas::kv {

void Schema::follow(const MigrationStep& step) {
  if (step.kind == MigrationStep::Kind::create_table) {
    catalog.tables.push_back(step.after);
    std::vector<Section>& numbers = sections.emplace_back();
    Section next = 1;
    for (std::size_t i = 0; i < step.after.keys.size(); ++i) numbers.push_back(next++);
    next_section.push_back(next);
    return;
  }
  catalog.tables[step.table] = step.after;
  std::vector<Section>& numbers = sections[step.table];
  if (step.kind == MigrationStep::Kind::add_key) {
    numbers.push_back(next_section[step.table]++);
  } else if (step.kind == MigrationStep::Kind::drop_key) {
    dropped_section = numbers[step.position];
    numbers.erase(numbers.begin() + step.position);
  }
}

std::string section_prefix(TableId table, Section section, const std::optional<Uuid>& organisation) {
  std::string out = {static_cast<char>(table >> 8), static_cast<char>(table), static_cast<char>(section >> 8),
                     static_cast<char>(section)};
  if (organisation) out.append(organisation->view());
  return out;
}

void append_primary(std::string& out, const Table& table, RowView row) {
  for (unsigned i = 0; i < table.primary; ++i) append_key(out, row[i]);
}

void append_columns(std::string& out, const TableKey& key, RowView row) {
  for (const unsigned column : key.columns) append_key(out, row[column]);
}

bool judged_unique(const TableKey& key, RowView row) {
  return key.unique && std::none_of(key.columns.begin(), key.columns.end(),
                                    [&](unsigned column) { return row[column].is_null(); });
}

}  // namespace atlas::kv
