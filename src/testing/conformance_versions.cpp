// Opening: new, old, newer, foreign stores; migrations; what is kept when a store is closed.

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

const int newest = static_cast<int>(case_migrations().size());

void skip_unless_reopens(Case& c) { skip_unless(c.quirks().reopens, "the place forgets what was in it"); }

StoreOpening opening_at(int version) {
  StoreOpening opening;
  opening.migrations = case_migrations().first(static_cast<std::size_t>(version));
  return opening;
}

void fresh(Case& c) {
  for (int version = 1; version <= newest; ++version) {
    Case one(c.backend());
    const auto store = one.open(version);
    require(store->schema_version() == version, "a new store is of the newest version");
    require(store->catalog() == catalog_of(opening_at(version).migrations),
            "the catalog is that of the migrations");
    require(store->check().empty(), "check() finds nothing in a new store");
    store->maintain();
  }
}

void meta(Case& c) {
  const auto store = c.open(2);
  require(store->catalog()[store_meta_table].name == "store_meta", "store_meta is the first table");
  const auto tx = store->read();
  const Value name = text("schema_version");
  std::string value;
  require(tx->get(store_meta_table, {&name, 1}, [&](RowView row) { value = row[1].bytes(); }),
          "it has a row for the version");
  require(value == "2", "it holds the version");
}

void reopen(Case& c) {
  skip_unless_reopens(c);
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1, .kind = "kept", .label = "l"});
    c.index(tx, 1, "kept words");
    c.add_entry(tx, "e", 5);
  });
  {
    const auto tx = c.store().write(Durability::durable);
    tx->enter(org_a());
    c.add(*tx, {.id = 2});
    tx->commit();
  }
  {
    const auto tx = c.store().write(Durability::durable);
    tx->enter(org_a());
    c.add(*tx, {.id = 3});
  }
  for (int i = 0; i < 3; ++i) {
    c.close();
    require(c.has(1) && c.has(2), "what was committed is there when the store is opened again");
    require(!c.has(3), "what was not committed is not");
    require_ids({1}, c.found({"kept"}), "tokens are kept");
    c.read([&](ReadTransaction& tx) { require(c.amount_of(tx, "e") == 5, "the directory is kept"); });
    require(c.store().check().empty(), "check() finds nothing wrong");
  }
  c.write([&](WriteTransaction& tx) {
    require_error(ErrorCode::conflict, "unique keys are kept", [&] { c.add(tx, {.id = 4, .label = "l"}); });
  });
}

void create_refused(Case& c) {
  StoreOpening opening = opening_at(1);
  opening.create = false;
  require_error(ErrorCode::storage_not_a_store, "opening nothing without create",
                [&] { c.place().open(opening); });
  if (!c.quirks().reopens) return;
  c.open();
  require(c.place().open(opening)->schema_version() == 1, "without create a store that is there opens");
}

void read_only(Case& c) {
  skip_unless_reopens(c);
  c.add(std::vector<Thing>{{.id = 1}});
  c.close();
  StoreOpening opening = opening_at(1);
  opening.read_only = true;
  const auto store = c.place().open(opening);
  require_error(ErrorCode::storage_read_only, "write() on a store that is open for reading", [&] {
    const auto tx = store->write(Durability::fast);
    tx->enter(org_a());
    c.add(*tx, {.id = 2});
    tx->commit();
  });
  const auto tx = store->read();
  tx->enter(org_a());
  const Uuid id = numbered(1);
  const Value primary = Value::id(id);
  require(tx->exists(store->catalog().id("thing"), {&primary, 1}), "reading goes on");
}

void newer(Case& c) {
  skip_unless_reopens(c);
  c.open(newest);
  for (const bool migrate : {false, true}) {
    require_error(ErrorCode::storage_newer_version, "a store of a newer version",
                  [&] { c.open(1, migrate); });
  }
  require(c.open(newest)->schema_version() == newest, "the refused store is as it was");
}

void older(Case& c) {
  skip_unless_reopens(c);
  c.add(std::vector<Thing>{{.id = 1, .kind = "kept"}});
  c.close();
  require_error(ErrorCode::storage_needs_migration, "a store of an older version", [&] { c.open(newest); });
  require(c.has(1), "the refused store is as it was");
  c.close();
  StoreOpening opening = opening_at(newest);
  opening.migrate = true;
  opening.read_only = true;
  require_error(ErrorCode::storage_needs_migration, "an older store for reading only",
                [&] { c.place().open(opening); });
}

std::uint64_t rows_of(ReadTransaction& tx, const Query& query) {
  std::uint64_t rows = 0;
  tx.scan(query, [&](RowView) { return ++rows > 0; });
  return rows;
}

void upgrade(Case& c) {
  skip_unless_reopens(c);
  for (const Uuid& org : {org_a(), org_b()}) {
    c.write(org, [&](WriteTransaction& tx) {
      for (std::uint64_t id = 1; id <= 300; ++id) {
        c.add(tx, {.id = id,
                   .kind = id % 2 == 0 ? "even" : "odd",
                   .rank = static_cast<std::int64_t>(id % 10),
                   .label = "l" + std::to_string(id)});
        c.index(tx, id, "w" + std::to_string(id % 5));
      }
      c.add_part(tx, 1, 1, 10, "t");
      c.add_part(tx, 1, 2, 20, "t");
      c.add_part(tx, 1, 3, {}, "t");
      c.add_part(tx, 1, 4, {}, "t");
    });
  }
  {
    const auto tx = c.store().write(Durability::fast);
    c.add_entry(*tx, "e", 5, "x");
    tx->commit();
  }
  c.close();
  std::vector<std::pair<std::size_t, std::size_t>> progress;
  StoreOpening opening = opening_at(newest);
  opening.migrate = true;
  opening.progress = [&](std::size_t step, std::size_t of) { progress.emplace_back(step, of); };
  const auto store = c.place().open(opening);
  require(store->schema_version() == newest, "the store is of the newest version");
  require(store->catalog() == catalog_of(case_migrations()), "the catalog is that of the migrations");
  require(!progress.empty() && progress.back().first == progress.back().second,
          "progress was told to its end");
  require(store->check().empty(), "check() finds nothing wrong after a migration");

  const TableId things = store->catalog().id("thing");
  const TableId parts = store->catalog().id("part");
  const Table& table = store->catalog()[things];
  const auto tx = store->write(Durability::fast);
  tx->enter(org_a());
  Query query;
  query.table = things;
  query.key = static_cast<int>(table.key("by_weight"));
  query.order = {{table.column("rank"), true}};
  query.where = Predicate::equals(table.column("weight"), number(0));
  require(rows_of(*tx, query) == 300,
          "an added column that is not null holds 0, and an added key has every row");
  query.where = Predicate::absent(table.column("colour"));
  query.key = Query::any_key;
  require(rows_of(*tx, query) == 300, "an added column that may be null is absent");
  query.where = Predicate::equals(table.column("kind"), text("even"));
  require(rows_of(*tx, query) == 150, "rows are kept");
  const std::vector<std::string> words = {"w3"};
  std::size_t found = 0;
  tx->search_text(things, words, false, {}, 1000, [&](RowView) { return ++found > 0; });
  require(found == 60, "tokens are kept");

  const Uuid id = numbered(1);
  const Value part_row[] = {Value::id(id), number(9), number(10), text("t")};
  const Error error =
      require_error(ErrorCode::conflict, "an added unique key holds", [&] { tx->insert(parts, part_row); });
  require(error.detail("key") == "\"by_amount\"", "and is named");
  const Value primary[] = {Value::id(id), number(1)};
  tx->index_text(parts, primary, "fresh tokens");
  const std::vector<std::string> fresh_words = {"fresh"};
  found = 0;
  tx->search_text(parts, fresh_words, false, {}, 10, [&](RowView row) {
    require(row.size() == 2 && row[1] == number(1), "a primary key of two columns is found whole");
    return ++found > 0;
  });
  require(found == 1, "added full text works");

  const TableId extra = store->catalog().id("extra");
  const Value extra_row[] = {Value::id(id), text("v")};
  tx->insert(extra, extra_row);
  require(tx->exists(extra, {extra_row, 1}), "an added table works");
  const Value new_row[] = {Value::id(id), text("k"), number(1),   null(),   null(),
                           null(),        null(),    text("red"), number(7)};
  const Value old_id = Value::id(id);
  require(tx->erase(things, {&old_id, 1}), "rows from before can be erased");
  tx->insert(things, new_row);
  const Value name = text("e");
  const TableId entries = store->catalog().id("entry");
  std::int64_t serial = -1;
  tx->get(entries, {&name, 1}, [&](RowView row) { serial = row[3].as_integer(); });
  require(serial == 0, "a directory table gets its column too");
  tx->commit();
  require(store->check().empty(), "check() finds nothing wrong after writing");
}

/// A migrated store and a new one must not differ.
void upgrade_in_steps(Case& c) {
  skip_unless_reopens(c);
  c.add(std::vector<Thing>{{.id = 1, .rank = 4}});
  c.close();
  c.open(2, true).reset();
  const auto store = c.open(newest, true);
  require(store->catalog() == catalog_of(case_migrations()), "two steps lead to the same catalog");
  const auto tx = store->read();
  tx->enter(org_a());
  Query query;
  query.table = store->catalog().id("thing");
  query.key = static_cast<int>(store->catalog()[query.table].key("by_weight"));
  query.where = Predicate::equals(store->catalog()[query.table].column("weight"), number(0));
  require(rows_of(*tx, query) == 1, "rows survive two migrations");
}

/// Two parts of one thing with one amount: the unique key of version 2 cannot be made.
void upgrade_fails_whole(Case& c) {
  skip_unless_reopens(c);
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1, .kind = "kept"});
    c.add_part(tx, 1, 1, 10, "t");
    c.add_part(tx, 1, 2, 10, "t");
  });
  c.close();
  bool refused = false;
  try {
    c.open(newest, true);
  } catch (const Error&) {
    refused = true;
  }
  require(refused, "a migration that cannot be done is refused");
  require(c.has(1), "the store is as it was before the migration");
  require(c.store().schema_version() == 1, "and of the version it was");
  require_ids({1}, c.ids(c.query(Predicate::equals(thing::kind, text("kept")), {}, thing::by_kind)),
              "with its keys");
}

void two_stores(Case& c) {
  skip_unless_reopens(c);
  skip_unless(c.quirks().opens_twice, "one store at a time");
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}});
  const auto other = c.open();
  {
    const auto tx = other->write(Durability::fast);
    tx->enter(org_a());
    require(c.rank_of(*tx, 1) == 1, "a second store sees what the first committed");
    c.set(*tx, 1, thing::rank, number(2));
    tx->commit();
  }
  c.read([&](ReadTransaction& tx) {
    require(c.rank_of(tx, 1) == 2, "and the first what the second committed");
  });
}

void clock(Case& c) {
  class Fixed final : public Clock {
   public:
    Timestamp now() override { return {1'234'567'890'123'456}; }
    std::int64_t monotonic_ns() override { return 0; }
  } fixed;
  StoreOpening opening = opening_at(1);
  opening.clock = &fixed;
  const auto store = c.place().open(opening);
  const Timestamp read = store->read()->now();
  const Timestamp written = store->write(Durability::fast)->now();
  if (store->capabilities().server_clock) {
    const std::int64_t apart = read.micros - system_clock().now().micros;
    require(apart < micros_per_day && apart > -micros_per_day, "the server's clock tells the time of day");
    require(written >= read, "and goes on");
  } else {
    require(read == fixed.now() && written == fixed.now(),
            "the store tells the time of the clock it was given");
  }
}

void unsupported(Case& c) {
  if (!c.capabilities().backup) {
    require_error(ErrorCode::not_supported, "backup() without the capability",
                  [&] { c.store().backup("nowhere"); });
  }
  if (!c.capabilities().encrypted) {
    require_error(ErrorCode::not_supported, "rekey() without encryption", [&] { c.store().rekey("new"); });
  }
  require(!c.capabilities().name.empty(), "a store has a name");
}

constexpr StoreCase cases[] = {
    {{"version.new", "a new store is of the newest version, with the catalog of its migrations"}, fresh},
    {{"version.meta", "store_meta holds the version"}, meta},
    {{"version.reopen", "what was committed is there when the store is opened again"}, reopen},
    {{"version.create_refused", "without create nothing is made"}, create_refused},
    {{"version.read_only", "a store open for reading refuses to write"}, read_only},
    {{"version.newer", "a store of a newer version is refused and left alone"}, newer},
    {{"version.older", "a store of an older version is refused without migrate and left alone"}, older},
    {{"version.upgrade", "a migration keeps rows, builds keys, adds columns and tables"}, upgrade},
    {{"version.upgrade_in_steps", "migrating step by step leads to the same"}, upgrade_in_steps},
    {{"version.upgrade_fails_whole", "a migration that fails changes nothing"}, upgrade_fails_whole},
    {{"store.opened_twice", "two stores over one place see each other's commits"}, two_stores},
    {{"store.clock", "now() is the given clock or the server's"}, clock},
    {{"store.unsupported", "what a backend cannot do is not_supported"}, unsupported},
};

}  // namespace

std::span<const StoreCase> version_cases() { return cases; }

}  // namespace atlas::testing
