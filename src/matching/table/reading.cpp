// From rows to ids and values.

#include <cctype>
#include <map>
#include <unordered_map>

#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "pairing.hpp"
#include "pipeline.hpp"
#include "similarity.hpp"

namespace atlas::matching {

std::vector<std::string> ids_of(const Table& table, std::size_t column) {
  std::vector<std::string> ids;
  ids.reserve(table.rows());
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (column == no_column) {
      ids.push_back(std::to_string(r + 1));
      continue;
    }
    const std::string_view id = table.cell(r, column);
    if (id.empty())
      throw Error(ErrorCode::invalid_argument, "row " + std::to_string(r + 1) + " has no id")
          .field("/id", field_code::required, "is empty in row " + std::to_string(r + 1));
    if (!seen.emplace(id, r).second)
      throw Error(ErrorCode::invalid_argument,
                  "two rows have the same id, the second is row " + std::to_string(r + 1))
          .field("/id", field_code::out_of_range, "is doubled in row " + std::to_string(r + 1));
    ids.emplace_back(id);
  }
  return ids;
}

// Country of national numbers: that of most numbers which say it themselves.
std::string guess_region(const Table& table, std::span<const Column> columns) {
  std::map<std::string, std::size_t> seen;
  constexpr std::pair<std::string_view, std::string_view> prefixes[] = {
      {"+33", "FR"}, {"0033", "FR"}, {"+212", "MA"}, {"00212", "MA"}, {"+44", "GB"},
      {"+1", "US"},  {"+61", "AU"},  {"+34", "ES"},  {"+49", "DE"},   {"+32", "BE"},
      {"+41", "CH"}, {"+213", "DZ"}, {"+216", "TN"}, {"+39", "IT"}};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != FieldKind::phone) continue;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      const std::string_view cell = trim(table.cell(r, c));
      if (cell.size() < 8 || (cell[0] != '+' && cell[0] != '0')) continue;
      for (const auto& [prefix, region] : prefixes)
        if (cell.starts_with(prefix)) ++seen[std::string(region)];
    }
  }
  std::string best = "ZZ";
  std::size_t most = 0;
  for (const auto& [region, count] : seen)
    if (count > most) best = region, most = count;
  return best;
}

// "FR", "France", "Maroc" as a country of telephone numbers; empty when it is none.
std::string region_of(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() == 2 && std::isalpha(static_cast<unsigned char>(cell[0])) &&
      std::isalpha(static_cast<unsigned char>(cell[1]))) {
    std::string code{static_cast<char>(cell[0] & ~0x20), static_cast<char>(cell[1] & ~0x20)};
    return code;
  }
  if (!is_utf8(cell) || cell.size() > 40) return {};
  const std::string name = fold(cell);
  if (name == "france") return "FR";
  if (name == "maroc" || name == "morocco" || name == "المغرب") return "MA";
  if (name == "united kingdom" || name == "england" || name == "uk") return "GB";
  if (name == "usa" || name == "united states") return "US";
  if (name == "belgique" || name == "belgium") return "BE";
  if (name == "espagne" || name == "spain") return "ES";
  return {};
}

std::vector<Crowd> set_crowds_aside(std::vector<std::uint32_t>& order,
                                    std::span<const std::uint64_t> hashes) {
  std::vector<Crowd> crowds;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i + 1;
    while (j < order.size() && hashes[order[j]] == hashes[order[i]]) ++j;
    const std::size_t stay = j - i > most_alike ? i + 2 : j;
    if (stay < j) {
      Crowd& crowd = crowds.emplace_back();
      crowd.record = static_cast<std::uint32_t>(kept);
      crowd.rows.assign(order.begin() + static_cast<std::ptrdiff_t>(stay),
                        order.begin() + static_cast<std::ptrdiff_t>(j));
    }
    for (; i < stay; ++i) order[kept++] = order[i];
    i = j;
  }
  order.resize(kept);
  return crowds;
}

void read_rows(Batch& batch, std::span<const Source> sources, std::span<const std::uint32_t> order,
               std::span<const std::string> regions) {
  const std::size_t width = batch.model.comparisons.size();
  batch.records = order.size();
  batch.values.assign(order.size() * width, nullptr);
  batch.pools.clear();
  batch.pools.resize(width);
  std::vector<std::string_view> cells;
  std::string key;
  for (std::size_t c = 0; c < width; ++c) {
    const Comparison& comparison = batch.model.comparisons[c];
    if (comparison.comparator == Comparator::order) continue;
    std::unordered_map<std::string, const Value*> known;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::uint32_t record = order[i];
      const bool second = sources.size() > 1 && record >= sources[0].table->rows();
      const Source& source = sources[second ? 1 : 0];
      const std::size_t row = second ? record - sources[0].table->rows() : record;
      cells.clear();
      key.clear();
      bool any = false;
      for (const std::uint8_t f : comparison.fields) {
        const std::size_t column = source.columns[f];
        const std::string_view cell =
            column == no_column ? std::string_view() : trim(source.table->cell(row, column));
        cells.push_back(cell);
        any = any || !cell.empty();
        key += cell;
        key += '\x1e';
      }
      if (!any) continue;
      const std::string_view region = comparison.comparator == Comparator::phone && !regions.empty()
                                          ? std::string_view(regions[record])
                                          : std::string_view(batch.model.phone_region);
      if (comparison.comparator == Comparator::phone) key += region;
      const auto [it, fresh] = known.try_emplace(key, nullptr);
      if (fresh) {
        Value value = make_value(comparison.comparator, cells, region);
        if (value.present) it->second = &batch.pools[c].emplace_back(std::move(value));
      }
      batch.values[i * width + c] = it->second;
    }
  }
  for (std::size_t i = 0; i < order.size(); ++i)
    name_by_mailbox(batch.model, batch.values.data() + i * width, [&](std::size_t c, Value value) {
      return &batch.pools[c].emplace_back(std::move(value));
    });
}

void name_by_mailbox(const ModelData& model, const Value** row,
                     const std::function<const Value*(std::size_t, Value)>& keep) {
  std::size_t name = max_comparisons, mailbox = max_comparisons;
  for (std::size_t c = 0; c < model.comparisons.size(); ++c) {
    const Comparator kind = model.comparisons[c].comparator;
    if (kind == Comparator::given_name || kind == Comparator::family_name || kind == Comparator::full_name) {
      if (row[c] != nullptr && row[c]->present) return;
      if (name == max_comparisons) name = c;
    }
    if (kind == Comparator::email && row[c] != nullptr && row[c]->present) mailbox = c;
  }
  if (name == max_comparisons || mailbox == max_comparisons) return;
  Value value = name_of_mailbox(model.comparisons[name].comparator, *row[mailbox]);
  if (value.present) row[name] = keep(name, std::move(value));
}

}  // namespace atlas::matching
