// Export and import of reference codes.

#include <set>

#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "code_table.hpp"
#include "reference_rules.hpp"

namespace atlas::reference_data {
namespace {

Exported export_rows(Context& cx, const Export& in) {
  std::vector<Row> rows;
  for (Item& item : CodeTable(cx, in.dict_type).items("fr")) {
    rows.push_back({std::move(item.dict_type), std::move(item.code), std::move(item.labels), item.sort_order,
                    item.is_active, std::move(item.metadata), std::move(item.origin)});
  }
  Exported out;
  out.count = static_cast<std::int64_t>(rows.size());
  if (in.format == "csv")
    out.csv = write_csv(rows);
  else
    out.rows = std::move(rows);
  return out;
}

/// A row to take in, and where it stands in the input.
struct Line {
  const Row* row;
  std::string path;
};

/// One import, planned in memory and then written.
class Importer {
 public:
  explicit Importer(Context& cx) : edit_(cx), table_(cx, std::nullopt), size_(table_.size()) {}

  void plan(const Line& line, std::vector<FieldError>& errors) {
    const Row& row = *line.row;
    if (!met_.emplace(row.dict_type, row.code).second) {
      if (errors.size() < max_field_errors)
        errors.push_back({line.path + "/code", std::string(field_code::duplicate_member),
                          "the code is in the input already"});
      return;
    }
    const auto now = table_.item(row.dict_type, row.code, "fr");
    const std::size_t before = errors.size();
    check_row(row, now ? &*now : nullptr, line.path, errors);
    if (errors.size() != before) return;
    const ReferenceCode* old = table_.row(row.dict_type, row.code);
    ReferenceCode code = edit_.begin(old, row.dict_type, row.code);
    apply_row(row, code);
    if (!now && !code.sort_order) code.sort_order = next_order(row.dict_type);
    const ReferenceSeed* seed = find_seed(row.dict_type, row.code);
    if (seed) keep_differences(*seed, code);
    const Item after = merged(seed, &code, "fr");
    if (!now)
      ++result_.created;
    else if (after.labels == now->labels && after.sort_order == now->sort_order &&
             after.is_active == now->is_active && after.metadata == now->metadata)
      return;
    else
      ++result_.updated;
    if (!old) ++size_;
    todo_.emplace_back(old, std::move(code));
  }

  Imported finish(std::size_t rows, bool dry_run) {
    if (size_ > max_rows) {
      throw Error(ErrorCode::quota_exceeded, "the organisation would have more codes than it may have")
          .with("limit", "limits.reference.codes_max")
          .with("used", static_cast<std::int64_t>(table_.size()));
    }
    result_.rows = static_cast<std::int64_t>(rows);
    result_.unchanged = result_.rows - result_.created - result_.updated;
    if (dry_run) return result_;
    for (auto& [old, code] : todo_) edit_.write(old, std::move(code));
    edit_.finish();
    result_.applied = true;
    return result_;
  }

 private:
  std::int64_t next_order(const std::string& dictionary) {
    const auto [it, fresh] = last_order_.try_emplace(dictionary, 0);
    it->second = fresh ? table_.next_order(dictionary) : std::min(it->second + 10, max_sort_order);
    return it->second;
  }

  Edit edit_;
  CodeTable table_;
  std::size_t size_;
  Imported result_;
  std::set<std::pair<std::string, std::string>> met_;
  std::map<std::string, std::int64_t> last_order_;
  std::vector<std::pair<const ReferenceCode*, ReferenceCode>> todo_;
};

/// The rows of CSV have been through no rules yet.
void check_rules_of(const CsvRow& row, const std::string& path, std::vector<FieldError>& errors) {
  std::vector<FieldError> found;
  validate(
      schema_of<Row>(), &row.row, found, [](std::string_view, std::string_view) { return true; }, path);
  for (FieldError& e : found)
    if (errors.size() < max_field_errors) errors.push_back(std::move(e));
}

Imported import_rows(Context& cx, const Import& in) {
  if (in.rows.has_value() == in.csv.has_value()) {
    throw Error(ErrorCode::invalid_argument, "either rows or csv")
        .field(in.rows ? "/csv" : "/rows", in.rows ? field_code::unknown_member : field_code::required,
               "either rows or csv");
  }
  std::vector<FieldError> errors;
  std::vector<CsvRow> read;
  std::vector<Line> lines;
  if (in.csv) {
    read = read_csv(*in.csv, errors);
    for (const CsvRow& row : read) {
      const std::string path = "/csv/" + std::to_string(row.record);
      const std::size_t before = errors.size();
      if (row.row.dict_type.empty() || row.row.code.empty()) continue;  // told by read_csv
      check_rules_of(row, path, errors);
      if (errors.size() == before) lines.push_back({&row.row, path});
    }
  } else {
    for (std::size_t i = 0; i < in.rows->size(); ++i)
      lines.push_back({&(*in.rows)[i], "/rows/" + std::to_string(i)});
  }
  Importer importer(cx);
  for (const Line& line : lines) importer.plan(line, errors);
  throw_if_any(std::move(errors));
  return importer.finish(lines.size(), in.dry_run);
}

}  // namespace

void register_exchange(Registry& registry) {
  registry.operation(export_codes, export_rows);
  registry.operation(import_codes, import_rows);
}

}  // namespace atlas::reference_data
