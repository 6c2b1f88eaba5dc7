#include "tenants.hpp"

namespace atlas {

const std::string create_tenant_table =
    "CREATE TABLE \"_tenant\" (num INTEGER PRIMARY KEY, org BLOB NOT NULL UNIQUE) STRICT";

std::int64_t Tenants::find(Connection& connection, const Uuid& organisation, bool trust) {
  {
    const std::shared_lock lock(mutex_);
    const auto found = numbers_.find(organisation);
    if (found != numbers_.end()) return found->second;
  }
  std::int64_t number = unknown_tenant;
  {
    Use query = connection.use("SELECT num FROM \"_tenant\" WHERE org = ?1");
    query.bind(Value::id(organisation));
    if (query.step()) number = query.number(0);
  }
  if (trust && number != unknown_tenant) remember(organisation, number);
  return number;
}

void Tenants::remember(const Uuid& organisation, std::int64_t number) {
  const std::unique_lock lock(mutex_);
  numbers_.emplace(organisation, number);
}

std::int64_t add_tenant(Connection& connection, const Uuid& organisation) {
  Use insert = connection.use("INSERT INTO \"_tenant\" (org) VALUES (?1)");
  insert.bind(Value::id(organisation)).step();
  return sqlite3_last_insert_rowid(connection.db());
}

}  // namespace atlas
