#pragma once
// What the library wrote, read back row by row: the baselines write the very same.

#include <atlas_sqlite3.h>

#include <cstring>
#include <functional>
#include <memory>

#include "baseline_create.h"
#include "bench_common.hpp"

namespace atlas::bench {

/// Rows of a file by number, read beside whoever writes it.
class RowReader {
 public:
  RowReader(const std::string& path, const std::string& key) {
    check(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READONLY, nullptr));
    const std::string text = "x'" + key + "'";
    if (!key.empty()) check(sqlite3_key(db_, text.data(), static_cast<int>(text.size())));
    for (int t = 0; t < BASELINE_TABLES; ++t) {
      after_[t] = number(std::string("SELECT coalesce(max(\"_rid\"), 0) FROM ") + baseline_table_names[t]);
    }
  }
  ~RowReader() { sqlite3_close(db_); }
  RowReader(const RowReader&) = delete;

  /// Cells and the bytes that they point to.
  struct Row {
    std::vector<std::unique_ptr<char[]>> bytes;
    std::vector<baseline_cell> cells;
  };

  /// One row, or one value, as text: to compare files by.
  std::string told(const std::string& query) {
    std::string out;
    each(query, [&](sqlite3_stmt* s) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, 0));
      out.append(text ? text : "").append(";");
    });
    return out;
  }
  /// What was added to a table since the last call.
  std::vector<Row> added(int table) {
    const std::string text = std::string("SELECT * FROM \"") + baseline_table_names[table] +
                             "\" WHERE \"_rid\" > " + std::to_string(after_[table]) + " ORDER BY \"_rid\"";
    std::vector<Row> out;
    each(text, [&](sqlite3_stmt* s) {
      after_[table] = sqlite3_column_int64(s, 0);
      out.push_back(row(s, 1));
    });
    return out;
  }
  Row head() {
    Row out;
    each("SELECT \"_org\", seq, hash, frontier FROM chain_head", [&](sqlite3_stmt* s) { out = row(s, 0); });
    return out;
  }

 private:
  void check(int result) {
    if (result != SQLITE_OK) throw Error(ErrorCode::internal, "the benchmark cannot read a store");
  }
  void each(const std::string& text, const std::function<void(sqlite3_stmt*)>& f) {
    sqlite3_stmt* s = nullptr;
    check(sqlite3_prepare_v2(db_, text.c_str(), -1, &s, nullptr));
    while (sqlite3_step(s) == SQLITE_ROW) f(s);
    check(sqlite3_finalize(s));
  }
  std::int64_t number(const std::string& text) {
    std::int64_t n = 0;
    each(text, [&](sqlite3_stmt* s) { n = sqlite3_column_int64(s, 0); });
    return n;
  }
  static Row row(sqlite3_stmt* s, int from) {
    Row out;
    for (int i = from; i < sqlite3_column_count(s); ++i) {
      baseline_cell cell{sqlite3_column_type(s, i), 0, 0, nullptr};
      if (cell.type == SQLITE_INTEGER) cell.number = sqlite3_column_int64(s, i);
      if (cell.type == SQLITE_TEXT || cell.type == SQLITE_BLOB) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(s, i));
        cell.size = sqlite3_column_bytes(s, i);
        const auto size = static_cast<std::size_t>(cell.size);
        cell.bytes = out.bytes.emplace_back(std::make_unique<char[]>(size + 1)).get();
        if (size > 0) std::memcpy(out.bytes.back().get(), bytes, size);
      }
      out.cells.push_back(cell);
    }
    return out;
  }

  sqlite3* db_ = nullptr;
  std::int64_t after_[BASELINE_TABLES] = {};
};

}  // namespace atlas::bench
