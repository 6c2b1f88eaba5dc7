#include "conformance_case.hpp"

#include <exception>
#include <mutex>
#include <thread>

namespace atlas::testing {

namespace {

constexpr std::string_view first_tables = R"(
table thing full_text
  id blob
  kind text
  rank integer
  score integer null
  label text null
  note text null
  data blob null
  primary id
  key by_rank rank
  key by_kind kind rank
  key by_score score
  key by_kind_score kind score
  unique by_label label
table part
  thing_id blob
  position integer
  amount integer null
  tag text
  primary thing_id position
  key by_tag tag
table entry directory
  name text
  amount integer
  extra text null
  primary name
  key by_amount amount
  unique by_extra extra amount
)";

constexpr std::string_view second_tables = R"(
# One of everything that a migration can do.
add column thing colour text null
add column thing weight integer
add key thing by_weight weight rank
add unique part by_amount thing_id amount
drop key thing by_kind
add full_text part
table extra secure
  id blob
  value text
  primary id
)";

constexpr std::string_view third_tables = R"(
add column entry serial integer
)";

constexpr Migration migrations[] = {
    {1, "first", first_tables}, {2, "second", second_tables}, {3, "third", third_tables}};

std::string list(const Ids& ids) {
  std::string out = "[";
  for (std::size_t i = 0; i < ids.size() && i < 40; ++i) out += (i == 0 ? "" : " ") + std::to_string(ids[i]);
  return out + (ids.size() > 40 ? " …]" : "]");
}

template <class T>
Value nullable_number(const std::optional<T>& n) {
  return n ? number(*n) : null();
}

}  // namespace

void require(bool kept, std::string_view what, std::source_location where) {
  if (kept) return;
  std::string_view file = where.file_name();
  file.remove_prefix(file.rfind('/') + 1);
  throw CaseFailure(std::string(what) + " (" + std::string(file) + ":" + std::to_string(where.line()) + ")");
}

void skip_unless(bool concerned, std::string_view why) {
  if (!concerned) throw CaseSkipped(std::string(why));
}

Error require_error(ErrorCode code, std::string_view what, FunctionRef<void()> call,
                    std::source_location where) {
  try {
    call();
  } catch (const Error& error) {
    require(error.code() == code,
            std::string(what) + ": another error, " + std::string(error_info(error.code()).text) + ": " +
                error.message(),
            where);
    return error;
  }
  require(false, std::string(what) + ": no error", where);
  std::terminate();
}

void require_ids(const Ids& expected, const Ids& given, std::string_view what, std::source_location where) {
  if (expected == given) return;
  require(false, std::string(what) + ": expected " + list(expected) + ", got " + list(given), where);
}

Uuid numbered(std::uint64_t n) {
  Uuid id;
  for (unsigned i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

std::uint64_t number_of(const Value& id) {
  std::uint64_t n = 0;
  for (const char c : id.bytes().substr(8)) n = n << 8 | static_cast<std::uint8_t>(c);
  return n;
}

std::span<const Migration> case_migrations() { return migrations; }

StorePlace& Case::place() {
  if (!place_) place_ = backend_.new_place();
  return *place_;
}

std::unique_ptr<Store> Case::open(int version, bool migrate) {
  StoreOpening opening;
  opening.migrations = case_migrations().first(static_cast<std::size_t>(version));
  opening.migrate = migrate;
  return place().open(opening);
}

Store& Case::store() {
  if (!store_) store_ = open();
  return *store_;
}

void Case::write(const Uuid& organisation, FunctionRef<void(WriteTransaction&)> body) {
  for (int attempt = 1;; ++attempt) {
    try {
      const auto tx = store().write(Durability::fast);
      tx->enter(organisation);
      body(*tx);
      tx->commit();
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::storage_conflict || attempt == 50) throw;
    }
  }
}

void Case::read(const Uuid& organisation, FunctionRef<void(ReadTransaction&)> body) {
  const auto tx = store().read();
  tx->enter(organisation);
  body(*tx);
}

void Case::add(WriteTransaction& tx, const Thing& row) {
  const Uuid id = numbered(row.id);
  const Value values[] = {Value::id(id),
                          text(row.kind),
                          number(row.rank),
                          nullable_number(row.score),
                          row.label ? text(*row.label) : null(),
                          row.note ? text(*row.note) : null(),
                          row.data ? blob(*row.data) : null()};
  tx.insert(things(), values);
}

void Case::add(std::span<const Thing> rows, const Uuid& organisation) {
  write(organisation, [&](WriteTransaction& tx) {
    for (const Thing& row : rows) add(tx, row);
  });
}

void Case::add_part(WriteTransaction& tx, std::uint64_t thing_id, std::int64_t position,
                    std::optional<std::int64_t> amount, std::string_view tag) {
  const Uuid id = numbered(thing_id);
  const Value values[] = {Value::id(id), number(position), nullable_number(amount), text(tag)};
  tx.insert(parts(), values);
}

void Case::add_entry(WriteTransaction& tx, std::string_view name, std::int64_t amount,
                     std::optional<std::string_view> extra) {
  const Value values[] = {text(name), number(amount), extra ? text(*extra) : null()};
  tx.insert(entries(), values);
}

bool Case::set(WriteTransaction& tx, std::uint64_t id, unsigned column, const Value& value) {
  const Uuid key = numbered(id);
  const Value primary = Value::id(key);
  return tx.update(things(), {&primary, 1}, {&column, 1}, {&value, 1});
}

bool Case::erase(WriteTransaction& tx, std::uint64_t id) {
  const Uuid key = numbered(id);
  const Value primary = Value::id(key);
  return tx.erase(things(), {&primary, 1});
}

std::optional<OwnedRow> Case::get(ReadTransaction& tx, std::uint64_t id, RowLock lock) {
  const Uuid key = numbered(id);
  const Value primary = Value::id(key);
  std::optional<OwnedRow> row;
  const bool there = tx.get(
      things(), {&primary, 1}, [&](RowView view) { row = own(view); }, lock);
  require(there == row.has_value(), "get() says what it gives to its sink");
  return row;
}

bool Case::has(std::uint64_t id, const Uuid& organisation) {
  bool there = false;
  read(organisation, [&](ReadTransaction& tx) { there = has(tx, id); });
  return there;
}

std::int64_t Case::rank_of(ReadTransaction& tx, std::uint64_t id, RowLock lock) {
  const std::optional<OwnedRow> row = get(tx, id, lock);
  require(row.has_value(), "a row that was written is there");
  return (*row)[thing::rank].view().as_integer();
}

std::optional<std::int64_t> Case::amount_of(ReadTransaction& tx, std::string_view name, RowLock lock) {
  const Value primary = text(name);
  std::optional<std::int64_t> amount;
  tx.get(
      entries(), {&primary, 1}, [&](RowView row) { amount = row[entry::amount].as_integer(); }, lock);
  return amount;
}

Query Case::query(Predicate where, std::vector<Order> order, int key) {
  Query query;
  query.table = things();
  query.where = std::move(where);
  query.order = std::move(order);
  query.key = key;
  return query;
}

Ids Case::ids(ReadTransaction& tx, const Query& query) {
  Ids result;
  tx.scan(query, [&](RowView row) {
    require(row.size() >= thing::columns, "a scan gives whole rows");
    result.push_back(number_of(row[thing::id]));
    return true;
  });
  return result;
}

Ids Case::ids(const Query& query, const Uuid& organisation) {
  Ids result;
  read(organisation, [&](ReadTransaction& tx) { result = ids(tx, query); });
  return result;
}

Ids Case::found(ReadTransaction& tx, std::vector<std::string> words, bool prefix,
                std::optional<std::uint64_t> after, std::size_t limit) {
  std::optional<OwnedRow> start;
  Uuid key;
  if (after) {
    key = numbered(*after);
    start = OwnedRow{Value::id(key)};
  }
  Ids result;
  tx.search_text(things(), words, prefix, start, limit, [&](RowView primary) {
    require(primary.size() == 1, "a search gives primary keys");
    result.push_back(number_of(primary[0]));
    return true;
  });
  return result;
}

Ids Case::found(std::vector<std::string> words, bool prefix) {
  Ids result;
  read([&](ReadTransaction& tx) { result = found(tx, words, prefix); });
  return result;
}

void Case::index(WriteTransaction& tx, std::uint64_t id, std::string_view tokens) {
  const Uuid key = numbered(id);
  const Value primary = Value::id(key);
  tx.index_text(things(), {&primary, 1}, tokens);
}

void in_threads(std::size_t count, const std::function<void(std::size_t)>& body) {
  std::mutex mutex;
  std::exception_ptr first;
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace atlas::testing
