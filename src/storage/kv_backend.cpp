// The Store port over any KvStore.

#include <charconv>
#include <map>

#include "atlas/kv_store.hpp"
#include "kv_codec.hpp"
#include "kv_cursor.hpp"
#include "kv_transactions.hpp"

namespace atlas {

namespace {

using namespace kv;

constexpr std::string_view version_name = "schema_version";

std::string version_key() {
  const Value name = Value::text(version_name);
  std::string key = section_prefix(store_meta_table, rows_section, {});
  append_primary(key, initial_catalog()[store_meta_table], {&name, 1});
  return key;
}

/// The version that the store was written with; nothing for an empty store. Throws storage_not_a_store for
/// bytes of somebody else, storage_corrupt for a version that is no number.
std::optional<int> read_version(KvTransaction& kv) {
  std::string bytes;
  if (!kv.get(version_key(), bytes)) {
    bool empty = true;
    kv.scan({}, {}, false, [&](std::string_view, std::string_view) { return empty = false; });
    if (!empty)
      throw Error(ErrorCode::storage_not_a_store, "What is stored there is no store of this library.");
    return std::nullopt;
  }
  std::vector<Value> row;
  decode_row(bytes, initial_catalog()[store_meta_table], row);
  const std::string_view text = row[1].bytes();
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version < 0) {
    throw Error(ErrorCode::storage_corrupt, "The store's schema version cannot be read.");
  }
  return version;
}

void write_version(KvTransaction& kv, int version) {
  const std::string text = std::to_string(version);
  const Value row[] = {Value::text(version_name), Value::text(text)};
  kv.put(version_key(), encode_row(row));
}

/// Fills a key that was added to a table with rows, for all organisations at once.
void build_key(KvTransaction& kv, const Schema& schema, const MigrationStep& step) {
  const Table& table = step.after;
  const TableKey& key = table.keys[step.position];
  const std::string rows = section_prefix(step.table, rows_section, {});
  const std::string entries = section_prefix(step.table, schema.sections[step.table][step.position], {});
  const std::size_t organisation_size = table.tenant ? sizeof(Uuid) : 0;
  std::vector<Value> row;
  Cursor cursor(kv, rows, successor(rows), false);
  for (std::string_view entry, value; cursor.next(entry, value);) {
    decode_row(value, table, row);
    if (!in_key(key, row)) continue;
    std::string added = entries + std::string(entry.substr(rows.size(), organisation_size));
    require_unique(kv, table, key, added, row);
    append_columns(added, key, row);
    append_primary(added, table, row);
    kv.put(added, {});
  }
}

void drop_section(KvTransaction& kv, TableId table, Section section) {
  const std::string prefix = section_prefix(table, section, {});
  std::vector<std::string> keys;
  kv.scan(prefix, successor(prefix), false, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) kv.erase(key);
}

class KvBackend final : public Store {
 public:
  KvBackend(std::shared_ptr<KvStore> kv, const StoreOpening& opening, std::string name)
      : kv_(std::move(kv)), read_only_(opening.read_only), clock_(*opening.clock) {
    capabilities_.name = std::move(name);
    capabilities_.durable = kv_->durable();
    catalog_of(opening.migrations);  // refuses numbers that do not follow each other
    version_ = static_cast<int>(opening.migrations.size());
    open(opening);
  }

  const StoreCapabilities& capabilities() const override { return capabilities_; }
  const Catalog& catalog() const override { return schema_.catalog; }
  int schema_version() const override { return version_; }

  std::unique_ptr<ReadTransaction> read() override { return make_read(kv_->begin_read(), schema_, clock_); }
  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    if (read_only_) throw Error(ErrorCode::storage_read_only, "The store is open for reading only.");
    return make_write(kv_->begin_write(), schema_, clock_, durability);
  }

  void backup(const std::string&) override {
    throw Error(ErrorCode::not_supported, "This store cannot copy itself.");
  }
  void rekey(std::string_view) override {
    throw Error(ErrorCode::not_supported, "This store is not encrypted.");
  }
  std::vector<StoreFinding> check() override;
  void maintain() override {}

 private:
  void open(const StoreOpening& opening) {
    const std::optional<int> found = read_version(*kv_->begin_read());
    if (!found && (!opening.create || opening.read_only)) {
      throw Error(ErrorCode::storage_not_a_store, "There is no store there.");
    }
    if (found) refuse_version(*found, opening);
    if (found == version_) {
      for (const Migration& migration : opening.migrations)
        schema_.migrate(migration, [](const MigrationStep&) {});
      return;
    }
    const std::unique_ptr<KvTransaction> kv = kv_->begin_write();
    // Somebody else may have been first.
    const int from = read_version(*kv).value_or(0);
    if (from > version_) refuse_version(from, opening);
    migrate(*kv, opening, from);
    write_version(*kv, version_);
    kv->commit(Durability::durable);
  }

  void refuse_version(int found, const StoreOpening& opening) const {
    if (found > version_) {
      throw Error(ErrorCode::storage_newer_version,
                  "The store was written by a newer version of the library.")
          .with("found", found)
          .with("known", version_);
    }
    if (found < version_ && (!opening.migrate || opening.read_only)) {
      throw Error(ErrorCode::storage_needs_migration,
                  "The store was written by an older version of the library.")
          .with("found", found)
          .with("wanted", version_);
    }
  }

  void migrate(KvTransaction& kv, const StoreOpening& opening, int from) {
    std::size_t steps = 0;
    Catalog counted = initial_catalog();
    for (const Migration& migration : opening.migrations) {
      const std::size_t of = apply(counted, migration).size();
      if (migration.number > from) steps += of;
    }
    std::size_t done = 0;
    for (const Migration& migration : opening.migrations) {
      schema_.migrate(migration, [&](const MigrationStep& step) {
        if (migration.number <= from) return;
        // Tables begin empty and columns get their value when a row is read.
        if (step.kind == MigrationStep::Kind::add_key) build_key(kv, schema_, step);
        if (step.kind == MigrationStep::Kind::drop_key) drop_section(kv, step.table, schema_.dropped_section);
        if (opening.progress) opening.progress(++done, steps);
      });
    }
  }

  std::shared_ptr<KvStore> kv_;
  bool read_only_;
  Clock& clock_;
  StoreCapabilities capabilities_;
  Schema schema_;
  int version_ = 0;
};

std::vector<StoreFinding> KvBackend::check() {
  std::vector<StoreFinding> findings;
  const std::unique_ptr<KvTransaction> kv = kv_->begin_read();
  for (std::size_t i = 0; i < schema_.catalog.tables.size(); ++i) {
    const auto id = static_cast<TableId>(i);
    const Table& table = schema_.catalog[id];
    const auto report = [&](const char* what) { findings.push_back({table.name, what}); };
    std::vector<std::int64_t> expected(table.keys.size());
    const std::string rows = section_prefix(id, rows_section, {});
    const std::size_t organisation_size = table.tenant ? sizeof(Uuid) : 0;
    std::vector<Value> row;
    std::string bytes;
    Cursor cursor(*kv, rows, successor(rows), false);
    for (std::string_view entry, value; cursor.next(entry, value);) {
      const std::string_view organisation = entry.substr(rows.size(), organisation_size);
      try {
        decode_row(value, table, row);
      } catch (const Error&) {
        report("a row cannot be read");
        continue;
      }
      std::string own;
      append_primary(own, table, row);
      if (entry.substr(rows.size() + organisation.size()) != own) report("a row lies under another key");
      for (std::size_t k = 0; k < table.keys.size(); ++k) {
        if (!in_key(table.keys[k], row)) continue;
        ++expected[k];
        std::string key = section_prefix(id, schema_.sections[i][k], {}) + std::string(organisation);
        append_columns(key, table.keys[k], row);
        if (!kv->get(key + own, bytes)) report("a row is missing in a key");
      }
    }
    for (std::size_t k = 0; k < table.keys.size(); ++k) {
      const std::string prefix = section_prefix(id, schema_.sections[i][k], {});
      std::int64_t entries = 0;
      kv->scan(prefix, successor(prefix), false,
               [&](std::string_view, std::string_view) { return ++entries > 0; });
      if (entries != expected[k]) report("a key has another number of rows than its table");
    }
  }
  return findings;
}

}  // namespace

std::unique_ptr<Store> open_kv_backend(std::shared_ptr<KvStore> kv, const StoreOpening& opening,
                                       std::string name) {
  return std::make_unique<KvBackend>(std::move(kv), opening, std::move(name));
}

std::unique_ptr<Store> open_memory_store(const StoreOpening& opening) {
  return open_kv_backend(make_memory_kv(), opening, "memory");
}

}  // namespace atlas
