// The wall between organisations.

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

/// The same ids in two organisations, told apart by their kind; one id in each that the other has not.
void fill(Case& c) {
  c.write(org_a(), [&](WriteTransaction& tx) {
    c.add(tx, {.id = 1, .kind = "a", .rank = 1, .label = "same"});
    c.add(tx, {.id = 2, .kind = "a", .rank = 2});
    c.add(tx, {.id = 3, .kind = "a", .rank = 3});
    c.add_part(tx, 1, 1, 1, "a");
    c.index(tx, 1, "shared alpha");
    c.index(tx, 3, "shared alpha");
  });
  c.write(org_b(), [&](WriteTransaction& tx) {
    c.add(tx, {.id = 1, .kind = "b", .rank = 10, .label = "same"});
    c.add(tx, {.id = 2, .kind = "b", .rank = 20});
    c.add(tx, {.id = 4, .kind = "b", .rank = 40});
    c.add_part(tx, 2, 1, 1, "b");
    c.index(tx, 1, "shared beta");
    c.index(tx, 4, "shared beta");
  });
}

void get(Case& c) {
  fill(c);
  c.read(org_a(), [&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::kind].view() == text("a"), "get() gives the organisation's own row");
    require(!c.has(tx, 4), "get() gives no row of another organisation");
  });
  c.read(org_b(), [&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::kind].view() == text("b"), "get() gives the organisation's own row");
    require(!c.has(tx, 3), "get() gives no row of another organisation");
  });
}

void scan(Case& c) {
  fill(c);
  for (const int key :
       {Query::any_key, Query::primary_key, thing::by_rank, thing::by_kind, thing::by_label}) {
    require_ids({1, 2, 3}, c.ids(c.query({}, {}, key), org_a()), "a scan gives the organisation's rows only");
    require_ids({4, 2, 1}, c.ids(c.query({}, {{thing::rank, true}}, key), org_b()), "a scan in an order");
    require_ids({}, c.ids(c.query(Predicate::equals(thing::kind, text("b")), {}, key), org_a()),
                "nothing of another organisation by its values");
  }
  // An alternative in the predicate must not open the wall.
  const Predicate either = Predicate::any_of(
      {Predicate::equals(thing::kind, text("b")), Predicate::equals(thing::rank, number(1))});
  require_ids({1}, c.ids(c.query(either), org_a()), "an alternative stays within the organisation");
  require_ids({1, 2, 3}, c.ids(c.query(Predicate::no(Predicate::equals(thing::kind, text("z")))), org_a()),
              "a negation stays within the organisation");
}

void count(Case& c) {
  fill(c);
  c.read(org_a(), [&](ReadTransaction& tx) {
    for (const int key : {Query::any_key, Query::primary_key, thing::by_kind}) {
      require(tx.count(c.things(), {}, 100, key) == 3, "count() counts the organisation's rows only");
    }
    require(tx.count(c.things(), Predicate::equals(thing::kind, text("b")), 100, Query::any_key) == 0,
            "count() counts nothing of another organisation");
  });
}

void aggregate(Case& c) {
  fill(c);
  c.read(org_a(), [&](ReadTransaction& tx) {
    const unsigned group[] = {thing::kind};
    const unsigned sums[] = {thing::rank};
    std::vector<OwnedRow> rows;
    tx.aggregate(c.things(), {}, group, sums, [&](RowView row) {
      rows.push_back(own(row));
      return true;
    });
    require(rows == std::vector<OwnedRow>{{text("a"), number(3), number(6)}},
            "aggregate() sums the organisation's rows only");
  });
}

void search(Case& c) {
  fill(c);
  c.read(org_a(), [&](ReadTransaction& tx) {
    require_ids({3, 1}, c.found(tx, {"shared"}), "a search finds the organisation's rows only");
    require_ids({}, c.found(tx, {"beta"}), "a search finds nothing of another organisation");
    require_ids({3, 1}, c.found(tx, {"sha"}, true), "a search by prefix finds the organisation's rows only");
  });
  c.write(org_b(), [&](WriteTransaction& tx) {
    c.index(tx, 1, "");
    require_ids({4}, c.found(tx, {"shared"}), "tokens are removed in the own organisation");
  });
  c.read(org_a(), [&](ReadTransaction& tx) {
    require_ids({3, 1}, c.found(tx, {"shared"}), "and in no other");
  });
}

void exists(Case& c) {
  fill(c);
  const Predicate has_part{Predicate::Kind::exists, 0,         {},
                           {Predicate{}},           c.parts(), {{thing::id, part::thing_id}}};
  require_ids({1}, c.ids(c.query(has_part), org_a()), "exists looks at the organisation's rows only");
  require_ids({2}, c.ids(c.query(has_part), org_b()), "exists looks at the organisation's rows only");
}

void write(Case& c) {
  fill(c);
  c.write(org_a(), [&](WriteTransaction& tx) {
    require(!c.set(tx, 4, thing::rank, number(0)), "update() does not reach another organisation");
    require(!c.erase(tx, 4), "erase() does not reach another organisation");
    require(c.set(tx, 1, thing::kind, text("changed")), "update() reaches the own row");
    require(c.erase(tx, 2), "erase() reaches the own row");
  });
  c.read(org_b(), [&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::kind].view() == text("b"),
            "the row of the same id elsewhere stands as it was");
    require(c.has(tx, 2) && c.has(tx, 4), "no row elsewhere was erased");
    require(c.rank_of(tx, 4) == 40, "no row elsewhere was changed");
  });
}

void unique(Case& c) {
  fill(c);  // both have the label "same" and the id 1
  c.write(org_a(), [&](WriteTransaction& tx) {
    require_error(ErrorCode::conflict, "a unique key holds within the organisation",
                  [&] { c.add(tx, {.id = 9, .label = "same"}); });
  });
}

void enter(Case& c) {
  fill(c);
  {
    const auto tx = c.store().read();
    require_error(ErrorCode::internal, "a tenant table before enter()", [&] { c.get(*tx, 1); });
  }
  {
    const auto tx = c.store().read();
    require_error(ErrorCode::internal, "a scan of a tenant table before enter()",
                  [&] { c.ids(*tx, c.query()); });
  }
  {
    const auto tx = c.store().write(Durability::fast);
    require_error(ErrorCode::internal, "an insert into a tenant table before enter()",
                  [&] { c.add(*tx, {.id = 8}); });
  }
  {
    const auto tx = c.store().read();
    tx->enter(org_a());
    tx->enter(org_a());  // the same again changes nothing
    require(c.has(*tx, 3), "after enter() its rows are there");
    require_error(ErrorCode::internal, "a second organisation", [&] { tx->enter(org_b()); });
  }
}

void directory(Case& c) {
  c.write(org_a(), [&](WriteTransaction& tx) { c.add_entry(tx, "one", 1, "x"); });
  {
    const auto tx = c.store().write(Durability::fast);
    c.add_entry(*tx, "two", 2);
    require(c.amount_of(*tx, "one") == 1, "the directory is reachable before enter()");
    tx->enter(org_b());
    require(c.amount_of(*tx, "two") == 2, "the directory is reachable after enter()");
    c.add_entry(*tx, "three", 3);
    require_error(ErrorCode::conflict, "a directory's unique key holds across organisations",
                  [&] { c.add_entry(*tx, "four", 1, "x"); });
    tx->commit();
  }
  const auto tx = c.store().read();
  require(tx->count(c.entries(), {}, 100, Query::any_key) == 3, "the directory is one for all");
}

/// A new transaction must not inherit the organisation of the one before it (a pooled connection might).
void forgotten(Case& c) {
  fill(c);
  for (int i = 0; i < 20; ++i) {
    c.read(i % 2 == 0 ? org_a() : org_b(), [&](ReadTransaction& tx) {
      require((*c.get(tx, 1))[thing::kind].view() == text(i % 2 == 0 ? "a" : "b"),
              "each transaction its own organisation");
    });
    c.write(i % 2 == 0 ? org_b() : org_a(), [&](WriteTransaction& tx) {
      require((*c.get(tx, 1))[thing::kind].view() == text(i % 2 == 0 ? "b" : "a"),
              "each transaction its own organisation");
    });
    const auto tx = c.store().read();
    require_error(ErrorCode::internal, "no organisation is left from before", [&] { c.get(*tx, 1); });
  }
}

constexpr StoreCase cases[] = {
    {{"tenant.get", "get() gives no row of another organisation"}, get},
    {{"tenant.scan", "scan() gives no row of another organisation"}, scan},
    {{"tenant.count", "count() counts no row of another organisation"}, count},
    {{"tenant.aggregate", "aggregate() sums no row of another organisation"}, aggregate},
    {{"tenant.search", "search_text() finds no row of another organisation"}, search},
    {{"tenant.exists", "exists looks at no row of another organisation"}, exists},
    {{"tenant.write", "update() and erase() reach no row of another organisation"}, write},
    {{"tenant.unique", "keys are unique within an organisation, not across"}, unique},
    {{"tenant.enter", "tenant tables need enter(), once"}, enter},
    {{"tenant.directory", "directory tables are one for all, before and after enter()"}, directory},
    {{"tenant.forgotten", "a transaction does not inherit an organisation"}, forgotten},
};

}  // namespace

std::span<const StoreCase> tenant_cases() { return cases; }

}  // namespace atlas::testing
