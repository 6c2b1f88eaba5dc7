#include "atlas/catalog.hpp"

#include <algorithm>

#include "atlas/error.hpp"

namespace atlas {

namespace {

using Words = std::vector<std::string_view>;

/// Reads one migration line by line and changes the catalog as it goes.
class MigrationReader {
 public:
  MigrationReader(Catalog& catalog, const Migration& migration) : catalog_(catalog), migration_(migration) {}

  std::vector<MigrationStep> run() {
    std::string_view rest = migration_.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      ++line_;
      const bool indented = text.starts_with(' ') || text.starts_with('\t');
      const Words words = split(text);
      if (words.empty() || words[0].starts_with('#')) continue;
      if (indented) {
        body(words);
      } else {
        finish_table();
        statement(words);
      }
    }
    finish_table();
    if (steps_.empty()) fail("changes nothing");
    return std::move(steps_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorCode::internal, "Migration " + std::to_string(migration_.number) + ", line " +
                                         std::to_string(line_) + ": " + std::string(what) + ".");
  }

  Words split(std::string_view text) const {
    Words words;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == ' ' || text[i] == '\t') {
        ++i;
        continue;
      }
      const std::size_t end = std::min(text.find_first_of(" \t", i), text.size());
      words.push_back(text.substr(i, end - i));
      i = end;
    }
    return words;
  }

  std::string name(std::string_view word) const {
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    if (word.empty() || word.size() > 40 || !letter(word[0]) ||
        !std::all_of(word.begin(), word.end(), fits)) {
      fail("a name that does not fit");
    }
    return std::string(word);
  }

  void statement(const Words& words) {
    if (words[0] == "table") {
      begin_table(words);
    } else if (words.size() >= 3 && words[0] == "add" && words[1] == "column") {
      add_column(words);
    } else if (words.size() >= 3 && words[0] == "add" && (words[1] == "key" || words[1] == "unique")) {
      add_key(words);
    } else if (words.size() == 4 && words[0] == "drop" && words[1] == "key") {
      drop_key(words);
    } else if (words.size() == 3 && words[0] == "add" && words[1] == "full_text") {
      add_full_text(words);
    } else {
      fail("a statement that is not known");
    }
  }

  void begin_table(const Words& words) {
    if (words.size() < 2) fail("a table without a name");
    Table table;
    table.name = name(words[1]);
    if (table.name.starts_with("sqlite_") || table.name.starts_with("pg_")) fail("a reserved name");
    if (has_table(table.name)) fail("a table that exists");
    for (std::size_t i = 2; i < words.size(); ++i) {
      bool& flag = words[i] == "directory" ? table.tenant
                   : words[i] == "secure"  ? table.secure
                                           : table.full_text;
      if (words[i] != "directory" && words[i] != "secure" && words[i] != "full_text") fail("an unknown flag");
      if (flag == (words[i] != "directory")) fail("a flag given twice");
      flag = words[i] != "directory";
    }
    table.primary = 0;
    open_ = std::move(table);
  }

  void body(const Words& words) {
    if (!open_) fail("an indented line outside a table");
    if (words[0] == "primary") {
      if (open_->primary != 0) fail("a second primary key");
      if (words.size() < 2 || words.size() - 1 > open_->columns.size())
        fail("a primary key that does not fit");
      for (std::size_t i = 1; i < words.size(); ++i) {
        const Column& column = open_->columns[i - 1];
        if (column.name != words[i]) fail("a primary key that is not the first columns in order");
        if (column.nullable) fail("a primary key that may be null");
      }
      open_->primary = static_cast<unsigned>(words.size() - 1);
    } else if (words[0] == "key" || words[0] == "unique") {
      if (open_->primary == 0) fail("a key before the primary key");
      open_->keys.push_back(key(*open_, words[0] == "unique", words, 1));
    } else {
      if (open_->primary != 0) fail("a column after the primary key");
      open_->columns.push_back(column(*open_, words, 0));
    }
  }

  void finish_table() {
    if (!open_) return;
    if (open_->primary == 0) fail("a table without a primary key");
    if (catalog_.tables.size() >= 0xFFFF) fail("too many tables");
    catalog_.tables.push_back(std::move(*open_));
    open_.reset();
    push(MigrationStep::Kind::create_table, static_cast<TableId>(catalog_.tables.size() - 1));
  }

  Column column(const Table& table, const Words& words, std::size_t at) const {
    if (words.size() < at + 2 || words.size() > at + 3) fail("a column that does not parse");
    Column result;
    result.name = name(words[at]);
    static constexpr std::string_view reserved[] = {"primary", "key", "unique", "rowid", "oid"};
    if (std::find(std::begin(reserved), std::end(reserved), result.name) != std::end(reserved) ||
        (table.tenant && result.name == "org_id")) {
      fail("a reserved name");
    }
    for (const Column& other : table.columns) {
      if (other.name == result.name) fail("a column that exists");
    }
    const std::string_view type = words[at + 1];
    if (type == "integer") {
      result.type = ColumnType::integer;
    } else if (type == "text") {
      result.type = ColumnType::text;
    } else if (type == "blob") {
      result.type = ColumnType::blob;
    } else {
      fail("an unknown type");
    }
    if (words.size() == at + 3) {
      if (words[at + 2] != "null") fail("an unknown word after a column's type");
      result.nullable = true;
    }
    return result;
  }

  TableKey key(const Table& table, bool unique, const Words& words, std::size_t at) const {
    if (words.size() < at + 2) fail("a key without columns");
    TableKey result;
    result.name = name(words[at]);
    result.unique = unique;
    if (result.name == "primary") fail("a reserved name");
    for (const TableKey& other : table.keys) {
      if (other.name == result.name) fail("a key that exists");
    }
    for (std::size_t i = at + 1; i < words.size(); ++i) {
      const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                      [&](const Column& c) { return c.name == words[i]; });
      if (found == table.columns.end()) fail("a key over a column that is not there");
      const auto position = static_cast<unsigned>(found - table.columns.begin());
      if (std::find(result.columns.begin(), result.columns.end(), position) != result.columns.end()) {
        fail("a key that names a column twice");
      }
      result.columns.push_back(position);
    }
    return result;
  }

  void add_column(const Words& words) {
    const TableId id = existing(words[2]);
    Table& table = catalog_.tables[id];
    table.columns.push_back(column(table, words, 3));
    push(MigrationStep::Kind::add_column, id).position = static_cast<unsigned>(table.columns.size() - 1);
  }

  void add_key(const Words& words) {
    const TableId id = existing(words[2]);
    Table& table = catalog_.tables[id];
    table.keys.push_back(key(table, words[1] == "unique", words, 3));
    push(MigrationStep::Kind::add_key, id).position = static_cast<unsigned>(table.keys.size() - 1);
  }

  void drop_key(const Words& words) {
    const TableId id = existing(words[2]);
    Table& table = catalog_.tables[id];
    const auto found = std::find_if(table.keys.begin(), table.keys.end(),
                                    [&](const TableKey& k) { return k.name == words[3]; });
    if (found == table.keys.end()) fail("a key that is not there");
    const auto position = static_cast<unsigned>(found - table.keys.begin());
    TableKey dropped = std::move(*found);
    table.keys.erase(found);
    MigrationStep& step = push(MigrationStep::Kind::drop_key, id);
    step.position = position;
    step.dropped = std::move(dropped);
  }

  void add_full_text(const Words& words) {
    const TableId id = existing(words[2]);
    if (catalog_.tables[id].full_text) fail("a table that has full text");
    catalog_.tables[id].full_text = true;
    push(MigrationStep::Kind::set_full_text, id);
  }

  bool has_table(std::string_view table) const {
    return std::any_of(catalog_.tables.begin(), catalog_.tables.end(),
                       [&](const Table& t) { return t.name == table; });
  }

  /// A table that a migration may change: not store_meta, which every backend makes by itself.
  TableId existing(std::string_view table) const {
    if (!has_table(table) || catalog_.id(table) == 0) fail("a table that is not there");
    return catalog_.id(table);
  }

  MigrationStep& push(MigrationStep::Kind kind, TableId id) {
    MigrationStep& step = steps_.emplace_back();
    step.kind = kind;
    step.table = id;
    step.after = catalog_.tables[id];
    return step;
  }

  Catalog& catalog_;
  const Migration& migration_;
  int line_ = 0;
  std::optional<Table> open_;
  std::vector<MigrationStep> steps_;
};

}  // namespace

unsigned Table::column(std::string_view column_name) const {
  for (unsigned i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column_name) return i;
  }
  throw Error(ErrorCode::internal, "Table " + name + " has no column " + std::string(column_name) + ".");
}

unsigned Table::key(std::string_view key_name) const {
  for (unsigned i = 0; i < keys.size(); ++i) {
    if (keys[i].name == key_name) return i;
  }
  throw Error(ErrorCode::internal, "Table " + name + " has no key " + std::string(key_name) + ".");
}

TableId Catalog::id(std::string_view name) const {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].name == name) return static_cast<TableId>(i);
  }
  throw Error(ErrorCode::internal, "There is no table " + std::string(name) + ".");
}

Catalog initial_catalog() {
  Table meta;
  meta.name = "store_meta";
  meta.tenant = false;
  meta.columns = {{"name", ColumnType::text, false}, {"value", ColumnType::text, false}};
  Catalog catalog;
  catalog.tables.push_back(std::move(meta));
  return catalog;
}

std::vector<MigrationStep> apply(Catalog& catalog, const Migration& migration) {
  if (catalog.tables.empty()) catalog = initial_catalog();
  Catalog changed = catalog;
  std::vector<MigrationStep> steps = MigrationReader(changed, migration).run();
  catalog = std::move(changed);
  return steps;
}

Catalog catalog_of(std::span<const Migration> migrations) {
  Catalog catalog = initial_catalog();
  int expected = 1;
  for (const Migration& migration : migrations) {
    if (migration.number != expected++) {
      throw Error(ErrorCode::internal, "The migrations are not numbered 1, 2, 3 without a gap.");
    }
    apply(catalog, migration);
  }
  return catalog;
}

}  // namespace atlas
