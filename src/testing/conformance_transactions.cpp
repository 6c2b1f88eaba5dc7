// What a transaction sees and leaves behind: commits, rollbacks, savepoints, snapshots.

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

std::unique_ptr<WriteTransaction> begin(Case& c, Durability durability = Durability::fast) {
  auto tx = c.store().write(durability);
  tx->enter(org_a());
  return tx;
}

void commit(Case& c) {
  {
    const auto tx = begin(c, Durability::durable);
    c.add(*tx, {.id = 1});
    tx->commit();
  }
  {
    const auto tx = begin(c, Durability::fast);
    c.add(*tx, {.id = 2});
    tx->commit();
  }
  require(c.has(1) && c.has(2), "what was committed is there, durable or fast");
  { const auto tx = begin(c); }
  begin(c)->commit();  // nothing to commit is no error
  require(c.has(1), "an empty transaction changes nothing");
}

void rollback(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1, .label = "one"}, {.id = 2}});
  {
    const auto tx = begin(c);
    c.add(*tx, {.id = 3, .label = "three"});
    c.set(*tx, 1, thing::rank, number(99));
    c.set(*tx, 1, thing::label, text("changed"));
    c.erase(*tx, 2);
    c.add_entry(*tx, "e", 1);
    require_ids({1, 3}, c.ids(*tx, c.query()), "a transaction sees its own changes");
    require(c.rank_of(*tx, 1) == 99, "a transaction sees its own changes");
  }
  c.read([&](ReadTransaction& tx) {
    require_ids({1, 2}, c.ids(tx, c.query()),
                "a transaction destroyed without commit() leaves nothing behind");
    require(c.rank_of(tx, 1) == 1, "no update");
    require(!c.amount_of(tx, "e"), "no directory row");
    require(tx.count(c.things(), Predicate::equals(thing::label, text("one")), 9, thing::by_label) == 1,
            "nothing in keys");
  });
  c.write([&](WriteTransaction& tx) { c.add(tx, {.id = 4, .label = "three"}); });
}

void rollback_by_exception(Case& c) {
  struct Crash {};
  try {
    c.write([&](WriteTransaction& tx) {
      c.add(tx, {.id = 1});
      throw Crash{};
    });
  } catch (const Crash&) {
  }
  require(!c.has(1), "an exception on the way leaves nothing behind");
  c.add(std::vector<Thing>{{.id = 2}});
  require(c.has(2), "and the store goes on");
}

void own_writes(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (std::uint64_t id = 1; id <= 20; ++id) {
      c.add(tx, {.id = id,
                 .kind = "k",
                 .rank = static_cast<std::int64_t>(id % 3),
                 .score = static_cast<std::int64_t>(id)});
      const auto rows = tx.count(c.things(), Predicate::equals(thing::kind, text("k")), 100, thing::by_kind);
      require(rows == static_cast<std::int64_t>(id), "count() sees what the transaction inserted");
    }
    require_ids({2, 5, 8, 11, 14, 17, 20},
                c.ids(tx, c.query(Predicate::equals(thing::rank, number(2)), {}, thing::by_rank)),
                "a scan by a key sees what the transaction inserted");
    for (std::uint64_t id = 1; id <= 20; id += 2) c.erase(tx, id);
    c.set(tx, 20, thing::score, null());
    require_ids({18, 16, 14, 12, 10, 8, 6, 4, 2, 20},
                c.ids(tx, c.query({}, {{thing::score, true}}, thing::by_score)),
                "a scan sees what the transaction changed");
    std::int64_t sum = 0;
    const unsigned sums[] = {thing::score};
    tx.aggregate(c.things(), {}, {}, sums, [&](RowView row) {
      sum = row[1].as_integer();
      return true;
    });
    require(sum == 90, "aggregate() sees what the transaction changed");
  });
}

void committed_only(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}});
  const auto writer = begin(c);
  c.add(*writer, {.id = 2});
  c.set(*writer, 1, thing::rank, number(2));
  c.read([&](ReadTransaction& tx) {
    require_ids({1}, c.ids(tx, c.query()), "a reader sees no row that is not committed");
    require(c.rank_of(tx, 1) == 1, "a reader sees no change that is not committed");
  });
  writer->commit();
  c.read([&](ReadTransaction& tx) {
    require_ids({1, 2}, c.ids(tx, c.query()), "a reader that begins after the commit sees it");
    require(c.rank_of(tx, 1) == 2, "a reader that begins after the commit sees it");
  });
}

void snapshot(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}, {.id = 2, .rank = 1}});
  skip_unless(c.capabilities().snapshot_reads, "reads see committed rows, not one state");
  const auto reader = c.store().read();
  reader->enter(org_a());
  require(c.rank_of(*reader, 1) == 1, "the first read");
  c.write([&](WriteTransaction& tx) {
    c.set(tx, 1, thing::rank, number(2));
    c.set(tx, 2, thing::rank, number(2));
    c.add(tx, {.id = 3});
    c.index(tx, 1, "later");
  });
  require(c.rank_of(*reader, 2) == 1, "a reader sees one state whatever is committed meanwhile");
  require_ids({1, 2}, c.ids(*reader, c.query()), "in scans too");
  require_ids({}, c.found(*reader, {"later"}), "and in searches");
  require(reader->count(c.things(), {}, 9, Query::any_key) == 2, "and in counts");
}

void savepoints(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}, {.id = 2, .label = "two"}});
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 10});
    tx.savepoint();
    c.add(tx, {.id = 11, .label = "eleven"});
    c.set(tx, 1, thing::rank, number(5));
    c.erase(tx, 2);
    tx.rollback_to();
    require_ids({1, 2, 10}, c.ids(tx, c.query()), "rows since the savepoint are undone");
    require(c.rank_of(tx, 1) == 1, "updates since the savepoint are undone");
    require_ids({2}, c.ids(tx, c.query(Predicate::equals(thing::label, text("two")), {}, thing::by_label)),
                "keys too");
    c.add(tx, {.id = 12, .label = "eleven"});
    tx.savepoint();
    c.add(tx, {.id = 13});
    tx.release();
    c.add(tx, {.id = 14});
  });
  require_ids({1, 2, 10, 12, 13, 14}, c.ids(c.query()), "what was not undone is committed");
}

void nested_savepoints(Case& c) {
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1, .rank = 0});
    tx.savepoint();
    c.set(tx, 1, thing::rank, number(1));
    tx.savepoint();
    c.set(tx, 1, thing::rank, number(2));
    tx.savepoint();
    c.set(tx, 1, thing::rank, number(3));
    tx.rollback_to();
    require(c.rank_of(tx, 1) == 2, "the innermost is undone");
    c.set(tx, 1, thing::rank, number(4));
    tx.release();
    require(c.rank_of(tx, 1) == 4, "a released savepoint keeps its changes");
    tx.rollback_to();
    require(c.rank_of(tx, 1) == 0, "but the one around it undoes them");
    c.add(tx, {.id = 2});
  });
  require_ids({1, 2}, c.ids(c.query()), "the transaction goes on after savepoints");
  {
    const auto tx = begin(c);
    tx->savepoint();
    c.add(*tx, {.id = 3});
    tx->release();
    tx->savepoint();
    c.add(*tx, {.id = 4});
  }
  require_ids({1, 2}, c.ids(c.query()), "a rollback undoes released and open savepoints");
}

void conflict_in_savepoint(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .label = "x"}});
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 2});
    tx.savepoint();
    c.add(tx, {.id = 3});
    require_error(ErrorCode::conflict, "a unique key", [&] { c.add(tx, {.id = 4, .label = "x"}); });
    require(c.has(tx, 3), "a conflict undoes nothing but itself");
    tx.rollback_to();
    tx.savepoint();
    require_error(ErrorCode::conflict, "a unique key", [&] { c.set(tx, 2, thing::label, text("x")); });
    c.add(tx, {.id = 5});
    tx.release();
  });
  require_ids({1, 2, 5}, c.ids(c.query()), "savepoints hold around conflicts");
}

void locks(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .rank = 1}, {.id = 2, .rank = 2}, {.id = 3, .rank = 3}});
  c.write([&](WriteTransaction& tx) {
    require(c.rank_of(tx, 1, RowLock::update) == 1, "get() with a lock gives the row");
    require(!c.get(tx, 9, RowLock::update), "get() with a lock of a row that is not there");
    Query query = c.query(Predicate::compare(Predicate::Kind::greater, thing::rank, number(1)),
                          {{thing::rank, true}}, thing::by_rank);
    query.lock = RowLock::update;
    require_ids({3, 2}, c.ids(tx, query), "a scan with locks gives the rows in order");
    query.lock = RowLock::update_skip_locked;
    query.limit = 1;
    require_ids({3}, c.ids(tx, query), "one's own locks are not skipped");
    const std::vector<std::string> names = {"b", "a", "b"};
    tx.lock_names(names);
    tx.lock_names(names);  // held already
    c.set(tx, 3, thing::rank, number(4));
  });
  const auto tx = c.store().read();
  tx->enter(org_a());
  require_error(ErrorCode::internal, "a lock in a read transaction", [&] { c.get(*tx, 1, RowLock::update); });
}

void many_rows(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (std::uint64_t id = 1; id <= 3000; ++id) {
      c.add(tx, {.id = id * 7919 % 3001,
                 .kind = id % 2 == 0 ? "even" : "odd",
                 .rank = static_cast<std::int64_t>(id % 100)});
    }
  });
  const Ids all = c.ids(c.query());
  require(all.size() == 3000 && all.front() == 1 && all.back() == 3000, "every row, in order");
  c.write([&](WriteTransaction& tx) {
    for (std::uint64_t id = 1; id <= 3000; ++id) {
      if (id % 3 != 0) require(c.erase(tx, id), "every row can be erased");
    }
  });
  const Ids left = c.ids(c.query());
  require(left.size() == 1000 && left.front() == 3 && left.back() == 3000, "exactly the others are left");
  require(c.store().check().empty(), "check() finds nothing wrong");
}

constexpr StoreCase cases[] = {
    {{"transaction.commit", "what was committed is there"}, commit},
    {{"transaction.rollback", "a transaction destroyed without commit() leaves nothing behind"}, rollback},
    {{"transaction.exception", "an exception on the way leaves nothing behind"}, rollback_by_exception},
    {{"transaction.own_writes", "a transaction sees its own changes"}, own_writes},
    {{"transaction.committed_only", "a reader sees only what is committed"}, committed_only},
    {{"transaction.snapshot", "a read transaction sees one state"}, snapshot},
    {{"transaction.locks", "reading with locks gives the rows; a read transaction may not"}, locks},
    {{"transaction.many_rows", "thousands of rows in one transaction"}, many_rows},
    {{"savepoint.rollback", "rollback_to() undoes everything since the mark"}, savepoints},
    {{"savepoint.nested", "savepoints nest"}, nested_savepoints},
    {{"savepoint.conflict", "a conflict within a savepoint undoes only itself"}, conflict_in_savepoint},
};

}  // namespace

std::span<const StoreCase> transaction_cases() { return cases; }

}  // namespace atlas::testing
