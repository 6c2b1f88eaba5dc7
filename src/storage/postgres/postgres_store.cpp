#include "atlas/postgres_store.hpp"

#include <algorithm>

#include "pool.hpp"
#include "schema.hpp"
#include "transaction.hpp"

namespace atlas {

namespace {

using postgres::Connection;
using postgres::Parameters;
using postgres::Pool;
using postgres::Transaction;

void check_schema_name(const std::string& name) {
  const bool fits = !name.empty() && name.size() <= 63 && (name[0] < '0' || name[0] > '9') &&
                    !name.starts_with("pg_") && std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                    });
  if (!fits)
    throw Error(ErrorCode::invalid_argument, "The name of the schema is not one that the store takes.");
}

class PostgresStore final : public Store {
 public:
  PostgresStore(const PostgresOptions& options, const StoreOpening& opening)
      : read_only_(opening.read_only), pool_(options, opening.read_only) {
    check_schema_name(options.schema);
    shared_.options = options;
    shared_.options.connection.clear();  // the pool alone knows it
    shared_.catalog = catalog_of(opening.migrations);
    for (const Table& table : shared_.catalog.tables) shared_.rows.emplace_back(table);
    version_ = static_cast<int>(opening.migrations.size());

    const auto lease = pool_.lend();
    postgres::prepare_schema(**lease, options, opening);
    Parameters none;
    capabilities_.name = "postgres";
    capabilities_.concurrent_writers = true;
    capabilities_.many_processes = true;
    capabilities_.durable = (*lease)->run_once("SELECT current_setting('fsync')", none).text(0, 0) == "on";
    capabilities_.server_clock = true;
  }

  const StoreCapabilities& capabilities() const override { return capabilities_; }
  const Catalog& catalog() const override { return shared_.catalog; }
  int schema_version() const override { return version_; }

  std::unique_ptr<ReadTransaction> read() override {
    return std::make_unique<Transaction>(shared_, pool_.lend(), Transaction::Kind::reading);
  }

  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    if (read_only_) throw Error(ErrorCode::storage_read_only, "The store was opened for reading.");
    const auto kind = durability == Durability::fast ? Transaction::Kind::fast : Transaction::Kind::durable;
    return std::make_unique<Transaction>(shared_, pool_.lend(), kind);
  }

  void backup(const std::string&) override {
    throw Error(ErrorCode::not_supported, "A PostgreSQL store is backed up with the database's own tools.");
  }

  void rekey(std::string_view) override {
    throw Error(ErrorCode::not_supported,
                "A PostgreSQL store has no passphrase; the database's disk may have one.");
  }

  std::vector<StoreFinding> check() override { return postgres::check_schema(**pool_.lend(), shared_); }

  void maintain() override {
    if (read_only_) return;
    const auto lease = pool_.lend();
    Parameters none;
    for (const Table& table : shared_.catalog.tables) {
      // Old versions of rows that are secure leave the pages now and not some day.
      const std::string name = sql::quoted(table.name);
      (*lease)->run_once(table.secure ? "VACUUM (ANALYZE) " + name : "ANALYZE " + name, none);
      if (table.full_text) {
        const std::string words = sql::quoted(postgres::words_table(table));
        (*lease)->run_once((table.secure ? "VACUUM (ANALYZE) " : "ANALYZE ") + words, none);
      }
    }
  }

 private:
  const bool read_only_;
  postgres::Shared shared_;
  int version_ = 0;
  StoreCapabilities capabilities_;
  Pool pool_;
};

}  // namespace

std::unique_ptr<Store> open_postgres(const PostgresOptions& options, const StoreOpening& opening) {
  return std::make_unique<PostgresStore>(options, opening);
}

}  // namespace atlas
