#include "kv_view.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "atlas/predicate.hpp"
#include "kv_codec.hpp"
#include "kv_cursor.hpp"

namespace atlas::kv {

namespace {

__extension__ using Wide = __int128;

/// A sum that cannot overflow before 2^64 rows.
struct Sum {
  Wide total = 0;
  bool any = false;
};

/// Lexicographic, absent values last.
struct GroupOrder {
  bool operator()(const OwnedRow& a, const OwnedRow& b) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Value left = a[i].view();
      const Value right = b[i].view();
      if (left.is_null() != right.is_null()) return right.is_null();
      if (const int order = compare(left, right); order != 0) return order < 0;
    }
    return false;
  }
};

/// Do the tokens (separated by one space) include the word?
bool has_word(std::string_view tokens, std::string_view word, bool prefix) {
  for (std::size_t at = 0; (at = tokens.find(word, at)) != std::string_view::npos; ++at) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || tokens[at - 1] == ' ';
    if (starts && (prefix || end == tokens.size() || tokens[end] == ' ')) return true;
  }
  return false;
}

}  // namespace

const Table& View::table(TableId id) const {
  if (id >= schema_.catalog.tables.size()) throw Error(ErrorCode::internal, "There is no such table.");
  return schema_.catalog[id];
}

void View::enter(const Uuid& organisation) {
  if (organisation_ && *organisation_ != organisation) {
    throw Error(ErrorCode::internal, "A transaction enters a second organisation.");
  }
  organisation_ = organisation;
}

std::optional<Uuid> View::scope(TableId id) const {
  if (!table(id).tenant) return std::nullopt;
  if (!organisation_)
    throw Error(ErrorCode::internal, "A tenant table is used before an organisation is entered.");
  return organisation_;
}

std::string View::row_key(TableId id, RowView primary) const {
  const Table& definition = table(id);
  std::string key = section_prefix(id, rows_section, scope(id));
  if (primary.size() < definition.primary) throw Error(ErrorCode::internal, "A primary key is incomplete.");
  append_primary(key, definition, primary);
  return key;
}

bool View::get(TableId id, RowView primary, RowSink sink) const {
  std::string bytes;
  if (!kv_->get(row_key(id, primary), bytes)) return false;
  std::vector<Value> row;
  decode_row(bytes, table(id), row);
  sink(row);
  return true;
}

void View::load(TableId id, int plan_key, std::string_view entry, std::string_view value, std::string& bytes,
                std::vector<Value>& row) const {
  const Table& definition = table(id);
  if (plan_key == Query::primary_key) {
    bytes.assign(value);
  } else {
    std::string key = section_prefix(id, rows_section, scope(id));
    entry.remove_prefix(key.size());
    for (const unsigned column : definition.keys[static_cast<std::size_t>(plan_key)].columns) {
      skip_key(entry, definition.columns[column].type);
    }
    key.append(entry);
    if (!kv_->get(key, bytes)) {
      throw Error(ErrorCode::storage_corrupt,
                  "A key of table " + definition.name + " names a row that is not there.");
    }
  }
  decode_row(bytes, definition, row);
}

bool View::fulfils(RowView row, const Condition& condition) const {
  for (const Constant& equal : condition.equals) {
    if (row[equal.column].is_null() || compare(row[equal.column], equal.value) != 0) return false;
  }
  return matches(condition.where, row, [&](const Predicate& exists, RowView outer) {
    std::vector<Constant> equals;
    for (const auto& [mine, theirs] : exists.on) {
      if (outer[mine].is_null()) return false;
      equals.push_back({theirs, outer[mine]});
    }
    return any_row(exists.table, {exists.children[0], equals});
  });
}

void View::each_row(TableId id, int key, const Condition& condition, ScanSink sink) const {
  const Plan plan = make_plan(schema_, id, scope(id), key, condition);
  std::string bytes;
  std::vector<Value> row;
  for (const Piece& piece : plan.pieces) {
    Cursor cursor(*kv_, piece.begin, piece.end, false);
    for (std::string_view entry, value; cursor.next(entry, value);) {
      load(id, plan.key, entry, value, bytes, row);
      if (fulfils(row, condition) && !sink(row)) return;
    }
  }
}

bool View::any_row(TableId id, const Condition& condition) const {
  bool found = false;
  each_row(id, Query::any_key, condition, [&](RowView) {
    found = true;
    return false;
  });
  return found;
}

void View::scan(const Query& query, ScanSink sink) const { scan_ordered(*this, query, sink); }

std::int64_t View::count(TableId id, const Predicate& where, std::int64_t limit, int key) const {
  require_valid(schema_.catalog, id, where);
  std::int64_t rows = 0;
  if (limit <= 0) return 0;
  each_row(id, key, {where}, [&](RowView) { return ++rows < limit; });
  return rows;
}

void View::aggregate(TableId id, const Predicate& where, std::span<const unsigned> group,
                     std::span<const unsigned> sums, ScanSink sink) const {
  require_valid(schema_.catalog, id, where);
  struct Group {
    std::int64_t rows = 0;
    std::vector<Sum> sums;
  };
  std::map<OwnedRow, Group, GroupOrder> groups;
  OwnedRow of;
  each_row(id, Query::any_key, {where}, [&](RowView row) {
    of.clear();
    for (const unsigned column : group) of.emplace_back(row[column]);
    Group& found = groups[of];
    ++found.rows;
    found.sums.resize(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (row[sums[i]].is_null()) continue;
      found.sums[i].total += row[sums[i]].as_integer();
      found.sums[i].any = true;
    }
    return true;
  });
  for (const auto& [values, found] : groups) {
    std::vector<Value> out = views(values);
    out.push_back(Value::integer(found.rows));
    for (const Sum& sum : found.sums) {
      const auto narrow = static_cast<std::int64_t>(sum.total);
      if (narrow != sum.total) {
        throw Error(ErrorCode::invalid_argument, "A sum is larger than 64 bits hold.")
            .field("", field_code::out_of_range, "The sum is too large.");
      }
      out.push_back(sum.any ? Value::integer(narrow) : Value::null());
    }
    if (!sink(out)) return;
  }
}

void View::search_text(TableId id, std::span<const std::string> words, bool prefix_last,
                       const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) const {
  const Table& definition = table(id);
  if (!definition.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
  if (words.size() > 16) throw Error(ErrorCode::internal, "More than 16 words are searched.");
  if (words.empty() || limit == 0) return;
  const std::optional<Uuid> organisation = scope(id);
  const std::string tokens_prefix = section_prefix(id, tokens_section, organisation);
  const std::string rows_prefix = section_prefix(id, rows_section, organisation);
  std::string after_primary;
  if (after) append_primary(after_primary, definition, views(*after));

  std::string bytes;
  std::vector<Value> primary(definition.primary);
  std::vector<std::string> storage(definition.primary);
  // Gives the row to the sink if it is there and has all words. False when the search ends.
  const auto consider = [&](std::string_view encoded) {
    if (!kv_->get(tokens_prefix + std::string(encoded), bytes)) return true;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!has_word(bytes, words[i], prefix_last && i + 1 == words.size())) return true;
    }
    if (!kv_->get(rows_prefix + std::string(encoded), bytes)) return true;
    for (unsigned i = 0; i < definition.primary; ++i) {
      primary[i] = take_key(encoded, definition.columns[i].type, storage[i]);
    }
    return sink(primary) && --limit > 0;
  };

  std::string begin = section_prefix(id, postings_section, organisation);
  if (words.size() > 1 || !prefix_last) {
    append_key(begin, Value::text(words[0]));
    const std::size_t word_size = begin.size();
    Cursor cursor(*kv_, begin, after ? begin + after_primary : successor(begin), true);
    for (std::string_view entry, value; cursor.next(entry, value);) {
      if (!consider(entry.substr(word_size))) return;
    }
    return;
  }
  // One word by prefix: the postings of several words, put into the order of the rows.
  append_key_prefix(begin, words[0]);
  const std::size_t section_size = tokens_prefix.size();
  std::set<std::string, std::greater<>> found;
  Cursor cursor(*kv_, begin, successor(begin), false);
  for (std::string_view entry, value; cursor.next(entry, value);) {
    entry.remove_prefix(section_size);
    skip_key(entry, ColumnType::text);
    if (!after || entry < after_primary) found.emplace(entry);
  }
  for (const std::string& encoded : found) {
    if (!consider(encoded)) return;
  }
}

}  // namespace atlas::kv
