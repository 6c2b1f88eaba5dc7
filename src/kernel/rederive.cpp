// Derived values are stamped with what made them. A store with another stamp is opened all the same: both
// forms are written and looked up, and due work brings the rest over, record by record.

#include <charconv>

#include "binding.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::string_view stamp_name = "derivation";
constexpr std::string_view work = "derivation.rederive";
constexpr std::size_t at_once = 500;

std::optional<std::string> read_meta(ReadTransaction& tx, std::string_view name) {
  std::optional<std::string> value;
  const Value primary[] = {Value::text(name)};
  tx.get(store_meta_table, primary, [&](RowView row) { value = std::string(row[1].bytes()); });
  return value;
}

void write_meta(WriteTransaction& tx, std::string_view name, std::string_view value) {
  const Value primary[] = {Value::text(name)};
  const unsigned columns[] = {1};
  const Value values[] = {Value::text(value)};
  if (tx.update(store_meta_table, primary, columns, values)) return;
  const Value row[] = {Value::text(name), Value::text(value)};
  tx.insert(store_meta_table, row);
}

int version_of(std::string_view stamp) {
  int version = 0;
  std::from_chars(stamp.data(), stamp.data() + stamp.size(), version);
  return version;
}

std::string progress_name(const Uuid& org) { return "derivation:" + format_uuid(org); }

/// Names of the entities whose rows carry derived values, in order.
std::vector<const EntityInfo*> derived_entities(const Registry& registry) {
  std::vector<const EntityInfo*> out;
  for (const auto& [name, info] : registry.entities()) {
    const bool shadows =
        std::any_of(info.columns.begin(), info.columns.end(), [](const auto& c) { return c.folded >= 0; });
    if (shadows || info.searchable || !info.match_keys.empty()) out.push_back(&info);
  }
  return out;
}

/// Brings the next records of one organisation over; true when there are none left.
bool rederive_some(UnitOfWork& unit) {
  Kernel::Impl& kernel = unit.kernel();
  const auto entities = derived_entities(*kernel.registry);
  const std::string progress = read_meta(unit.read(), progress_name(unit.organisation())).value_or("");
  const std::size_t slash = progress.find('/');
  const std::string at = progress.substr(0, slash);
  std::size_t i = 0;
  while (i < entities.size() && !at.empty() && entities[i]->schema->name != at) ++i;
  if (i == entities.size()) return true;
  const EntityInfo& info = *entities[i];
  Query q;
  q.table = info.table;
  q.key = Query::primary_key;
  q.limit = at_once;
  q.lock = RowLock::update;
  if (slash != std::string::npos) {
    const auto id = parse_uuid(std::string_view(progress).substr(slash + 1));
    if (id) q.after = OwnedRow{Value::id(*id)};
  }
  std::vector<OwnedRow> rows;
  unit.read().scan(q, [&](RowView row) {
    rows.push_back(own(row));
    return true;
  });
  for (const OwnedRow& row : rows) unit.rederive(info, views(row));
  std::string next;
  if (rows.size() == at_once)
    next = std::string(info.schema->name) + "/" + format_uuid(rows.back().front().view().as_id());
  else if (i + 1 < entities.size())
    next = std::string(entities[i + 1]->schema->name) + "/";
  else
    next = "done";
  write_meta(unit.write(), progress_name(unit.organisation()), next);
  return next == "done";
}

/// Every organisation done: the new stamp is the store's. True when it is.
bool finish_if_all_done(UnitOfWork& unit) {
  Kernel::Impl& kernel = unit.kernel();
  std::vector<std::string> names;
  Query q;
  q.table = kernel.tables.directory;
  q.key = Query::primary_key;
  unit.read().scan(q, [&](RowView row) {
    names.push_back(progress_name(row[directory_column::id].as_id()));
    return true;
  });
  for (const std::string& name : names)
    if (read_meta(unit.read(), name) != "done") return false;
  for (const std::string& name : names) {
    const Value primary[] = {Value::text(name)};
    unit.write().erase(store_meta_table, primary);
  }
  write_meta(unit.write(), stamp_name, derivation_stamp(*kernel.normalisers.front()));
  kernel.log(LogLevel::info, "derived values are all in the present form");
  return true;
}

}  // namespace

void Kernel::Impl::open_derivation() {
  std::vector<const Normaliser*> known = options.normalisers;
  if (known.empty()) {
    for (const Normaliser& n : atlas::normalisers()) known.push_back(&n);
  }
  const Normaliser& current = *known.back();
  normalisers = {&current};
  registry->due(std::string(work), [this](Context& cx) -> std::optional<Timestamp> {
    if (!rederive_some(cx.unit())) return cx.now();
    if (finish_if_all_done(cx.unit())) cx.after_commit([this] { rederiving = false; });
    return std::nullopt;
  });
  const std::string stamp = derivation_stamp(current);
  std::optional<std::string> stored;
  {
    const auto tx = store->read();
    stored = read_meta(*tx, stamp_name);
  }
  if (stored == stamp) return;
  rederiving = true;
  if (stored && version_of(*stored) > current.version) {
    throw Error(ErrorCode::storage_newer_version, "the store's derived values are those of a newer library")
        .with("derivation", *stored);
  }
  if (stored) {
    for (const Normaliser* n : known)
      if (n->version == version_of(*stored) && n != &current) normalisers.push_back(n);
  }
  try {
    const auto tx = store->write(Durability::durable);
    std::vector<Uuid> all;
    Query q;
    q.table = tables.directory;
    q.key = Query::primary_key;
    tx->scan(q, [&](RowView row) {
      all.push_back(row[directory_column::id].as_id());
      return true;
    });
    if (!stored || all.empty()) {
      write_meta(*tx, stamp_name, stamp);
      rederiving = false;
    } else {
      for (const Uuid& org : all) {
        const Value primary[] = {Value::id(org), Value::text(work)};
        if (tx->exists(tables.due, primary)) continue;
        const Value row[] = {primary[0], primary[1], Value::integer(options.clock->now().micros)};
        tx->insert(tables.due, row);
      }
    }
    tx->commit();
  } catch (const Error& e) {
    // A store opened to be read keeps its form; both are looked up.
    if (e.code() != ErrorCode::storage_read_only) throw;
  }
}

void UnitOfWork::rederive(const EntityInfo& info, RowView row) {
  const Normaliser& current = *kernel_.normalisers.front();
  const Uuid id = row[0].as_id();
  const std::shared_ptr<void> entity = info.make();
  from_row(info, row, entity.get());
  BoundRow fresh;
  to_row(info, entity.get(), current, fresh);
  std::vector<unsigned> columns;
  std::vector<Value> values;
  for (const auto& ref : info.columns) {
    if (ref.folded < 0) continue;
    const auto column = static_cast<unsigned>(ref.folded);
    if (fresh.values[column] == row[column]) continue;
    columns.push_back(column);
    values.push_back(fresh.values[column]);
  }
  const Value primary[] = {Value::id(id)};
  if (!columns.empty()) write().update(info.table, primary, columns, values);
  if (info.searchable) write().index_text(info.table, primary, search_tokens(info, entity.get(), current));
  rederive_match_keys(info, id, entity.get());
}

}  // namespace atlas
