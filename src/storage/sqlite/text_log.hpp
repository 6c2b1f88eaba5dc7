#pragma once
// Search tokens wait in memory until the transaction commits or searches: written row by row, the full-text
// index would be flushed at every savepoint.

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "plans.hpp"

namespace atlas {

class TextLog {
 public:
  TextLog(Connection& connection, const std::vector<TablePlan>& plans)
      : connection_(connection), plans_(plans), fresh_(plans.size(), nothing_fresh) {}

  /// Tokens for the row with this primary key, which may not be there yet; "" removes them.
  void put(TableId table, std::int64_t tenant, RowView primary, std::string_view tokens);
  /// A row was written under a new number.
  void inserted(TableId table, std::int64_t row);
  /// The row is gone, and with it what was to be written for it.
  void erased(TableId table, std::int64_t tenant, RowView primary, std::int64_t row);

  bool waits() const { return log_.size() > flushed_; }
  /// Writes what waits. Tokens of rows that are not there wait on, or with `last` are dropped.
  void flush(bool last);

  /// The same stack of marks as the transaction's savepoints; undoing one also takes back what was flushed
  /// since, as SQLite does with the rows.
  void mark() { marks_.push_back({log_.size(), flushed_}); }
  void release() { marks_.pop_back(); }
  void undo();

 private:
  struct Change {
    TableId table = 0;
    bool erased = false;
    std::int64_t tenant = 0;
    std::int64_t row = 0;  ///< Of an erased one.
    std::string primary;
    std::string tokens;
    std::string key() const;
  };
  struct Mark {
    std::size_t size;
    std::size_t flushed;
  };
  static constexpr std::int64_t nothing_fresh = std::numeric_limits<std::int64_t>::max();
  static constexpr std::size_t most_bytes = 16 << 20;

  bool write(const Change& change);

  Connection& connection_;
  const std::vector<TablePlan>& plans_;
  std::vector<Change> log_;
  std::size_t flushed_ = 0;  ///< Changes before it are written.
  std::size_t bytes_ = 0;    ///< Of tokens since the last flush, about.
  std::vector<Mark> marks_;
  std::vector<std::int64_t> fresh_;  ///< By table: rows from this number on are new since the last flush.
};

/// The word as the index knows it: behind the tenant's number, so that tenants share no posting list.
std::string indexed_word(std::int64_t tenant, std::string_view word);

/// Calls `each` with every word: separated by whatever the tokenizer separates by.
template <class Each>
void for_each_word(std::string_view text, Each&& each) {
  const auto separates = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  for (std::size_t i = 0; i < text.size();) {
    if (separates(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !separates(text[end])) ++end;
    each(text.substr(i, end - i));
    i = end;
  }
}

}  // namespace atlas
