// The order of scans, and going on where a page ended.

#include <algorithm>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

using Kind = Predicate::Kind;
constexpr int every_key[] = {Query::any_key,  Query::primary_key,   thing::by_rank, thing::by_kind,
                             thing::by_score, thing::by_kind_score, thing::by_label};

void require_order(Case& c, const Ids& expected, std::vector<Order> order, std::string_view what,
                   std::source_location at = std::source_location::current()) {
  for (const int key : {Query::any_key, Query::primary_key, thing::by_rank, thing::by_kind}) {
    require_ids(expected, c.ids(c.query({}, order, key)), what, at);
  }
}

void order(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "b", .rank = 30},
                           {.id = 2, .kind = "a", .rank = -1},
                           {.id = 3, .kind = "B", .rank = 200},
                           {.id = 4, .kind = "é", .rank = 4}});
  require_order(c, {1, 2, 3, 4}, {}, "without an order: by primary key");
  require_order(c, {4, 3, 2, 1}, {{thing::id, true}}, "by primary key, descending");
  require_order(c, {2, 4, 1, 3}, {{thing::rank, false}}, "by number");
  require_order(c, {3, 1, 4, 2}, {{thing::rank, true}}, "by number, descending");
  require_order(c, {3, 2, 1, 4}, {{thing::kind, false}}, "by text: code points");
  require_order(c, {4, 1, 2, 3}, {{thing::kind, true}}, "by text, descending");
}

void ties(Case& c) {
  c.add(std::vector<Thing>{{.id = 3, .kind = "x", .rank = 1},
                           {.id = 1, .kind = "y", .rank = 1},
                           {.id = 2, .kind = "x", .rank = 1},
                           {.id = 4, .kind = "x", .rank = 0}});
  require_order(c, {4, 1, 2, 3}, {{thing::rank, false}}, "ties ascending");
  require_order(c, {3, 2, 1, 4}, {{thing::rank, true}}, "ties descending with the order");
  require_order(c, {2, 3, 4, 1}, {{thing::kind, false}}, "ties of text");
  require_order(c, {4, 2, 3, 1}, {{thing::kind, false}, {thing::rank, false}}, "two columns");
  require_order(c, {3, 2, 4, 1}, {{thing::kind, false}, {thing::rank, true}},
                "two directions: ties follow the last");
  require_order(c, {1, 4, 2, 3}, {{thing::kind, true}, {thing::rank, false}},
                "two directions, the other way");
  require_order(c, {1, 3, 2, 4}, {{thing::kind, true}, {thing::rank, true}}, "both descending");
}

void absent_last(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "a", .score = 5},
                           {.id = 2, .kind = "a"},
                           {.id = 3, .kind = "b", .score = -1},
                           {.id = 4, .kind = "b"},
                           {.id = 5, .kind = "b", .score = 9}});
  const auto by = [&](std::vector<Order> order, int key, const Ids& expected, const char* what) {
    require_ids(expected, c.ids(c.query({}, std::move(order), key)), what);
  };
  for (const int key : every_key) {
    by({{thing::score, false}}, key, {3, 1, 5, 2, 4}, "absent values last, ascending");
    by({{thing::score, true}}, key, {5, 1, 3, 4, 2}, "absent values last, descending");
    by({{thing::kind, false}, {thing::score, false}}, key, {1, 2, 3, 5, 4}, "second column, ascending");
    by({{thing::kind, true}, {thing::score, true}}, key, {5, 3, 4, 1, 2}, "second column, descending");
  }
  // Within one kind, as a list with a filter is read.
  for (const int key : {Query::any_key, thing::by_kind_score}) {
    const Predicate b = Predicate::equals(thing::kind, text("b"));
    require_ids({3, 5, 4}, c.ids(c.query(b, {{thing::score, false}}, key)),
                "behind an equal column, ascending");
    require_ids({5, 3, 4}, c.ids(c.query(b, {{thing::score, true}}, key)),
                "behind an equal column, descending");
  }
}

void by_key(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 1; id <= 60; ++id) {
    Thing row{.id = id,
              .kind = std::string(1, static_cast<char>('a' + id % 4)),
              .rank = static_cast<std::int64_t>(id * 7 % 20)};
    if (id % 3 != 0) row.score = static_cast<std::int64_t>(id % 5) - 2;
    if (id % 2 == 0) row.label = "label " + std::to_string(id);
    rows.push_back(std::move(row));
  }
  c.add(rows);
  const std::vector<Predicate> wheres = {
      {},
      Predicate::equals(thing::kind, text("b")),
      {Kind::in, thing::kind, {text("d"), text("a"), text("q")}, {}, 0, {}},
      Predicate::compare(Kind::greater, thing::score, number(-1)),
      Predicate::all_of({Predicate::equals(thing::kind, text("c")), Predicate::absent(thing::score)}),
      Predicate::all_of({{Kind::in, thing::kind, {text("a"), text("c")}, {}, 0, {}},
                         Predicate::compare(Kind::less_equal, thing::score, number(1))}),
      Predicate::compare(Kind::prefix, thing::label, text("label 1")),
      Predicate::all_of({Predicate::compare(Kind::greater_equal, thing::rank, number(5)),
                         Predicate::compare(Kind::less, thing::rank, number(15))})};
  const std::vector<std::vector<Order>> orders = {{},
                                                  {{thing::score, true}},
                                                  {{thing::rank, false}},
                                                  {{thing::kind, true}, {thing::score, true}},
                                                  {{thing::rank, true}, {thing::kind, false}}};
  for (const Predicate& where : wheres) {
    for (const std::vector<Order>& ordered : orders) {
      const Ids expected = c.ids(c.query(where, ordered, Query::primary_key));
      for (const int key : every_key) {
        require_ids(expected, c.ids(c.query(where, ordered, key)),
                    "the same rows in the same order by every key");
        Query limited = c.query(where, ordered, key);
        limited.limit = 4;
        require_ids({expected.begin(), expected.begin() + std::min<std::ptrdiff_t>(4, std::ssize(expected))},
                    c.ids(limited), "a limit gives the beginning");
      }
    }
  }
}

void limits(Case& c) {
  c.add(std::vector<Thing>{{.id = 1}, {.id = 2}, {.id = 3}});
  Query query = c.query();
  query.limit = 2;
  require_ids({1, 2}, c.ids(query), "a limit");
  query.limit = 0;
  require_ids({}, c.ids(query), "a limit of none");
  c.read([&](ReadTransaction& tx) {
    std::size_t seen = 0;
    tx.scan(c.query(), [&](RowView) { return ++seen < 2; });
    require(seen == 2, "a sink that returns false ends the scan");
    require_ids({1, 2, 3}, c.ids(tx, c.query()), "the transaction goes on after a scan that was ended");
  });
}

void sink_throws(Case& c) {
  c.add(std::vector<Thing>{{.id = 1}, {.id = 2}});
  struct Stop {};
  c.write([&](WriteTransaction& tx) {
    bool thrown = false;
    try {
      tx.scan(c.query(), [](RowView) -> bool { throw Stop{}; });
    } catch (const Stop&) {
      thrown = true;
    }
    require(thrown, "what a sink throws passes through");
    require_ids({1, 2}, c.ids(tx, c.query()), "the transaction goes on");
    c.add(tx, {.id = 3});
  });
  require(c.has(3), "and commits");
}

OwnedRow position(const std::vector<Order>& order, const OwnedRow& row) {
  OwnedRow after;
  for (const Order& column : order) after.push_back(row[column.column]);
  after.push_back(row[thing::id]);
  return after;
}

/// Reads page by page, with `between` before each page but the first.
Ids paged(Case& c, Query query, std::size_t size, FunctionRef<void(std::size_t)> between) {
  Ids all;
  query.limit = size;
  for (std::size_t page = 1; page < 1000; ++page) {
    OwnedRow last;
    std::size_t rows = 0;
    c.read([&](ReadTransaction& tx) {
      tx.scan(query, [&](RowView row) {
        last = own(row);
        all.push_back(number_of(row[thing::id]));
        ++rows;
        return true;
      });
    });
    require(rows <= size, "a page is not longer than its limit");
    if (rows < size) return all;
    query.after = position(query.order, last);
    between(page);
  }
  require(false, "paging comes to an end");
  return all;
}

void paging(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 1; id <= 47; ++id) {
    Thing row{.id = id, .kind = id % 3 == 0 ? "x" : "y", .rank = static_cast<std::int64_t>(id % 4)};
    if (id % 5 != 0) row.score = static_cast<std::int64_t>(id % 3);
    rows.push_back(row);
  }
  c.add(rows);
  const std::vector<std::vector<Order>> orders = {{},
                                                  {{thing::id, true}},
                                                  {{thing::rank, false}},
                                                  {{thing::rank, true}},
                                                  {{thing::score, false}},
                                                  {{thing::score, true}},
                                                  {{thing::kind, false}, {thing::score, true}},
                                                  {{thing::kind, true}, {thing::score, false}},
                                                  {{thing::score, true}, {thing::rank, false}}};
  for (const std::vector<Order>& ordered : orders) {
    for (const int key :
         {Query::any_key, Query::primary_key, thing::by_rank, thing::by_score, thing::by_kind_score}) {
      for (const Predicate& where : {Predicate{}, Predicate::equals(thing::kind, text("y"))}) {
        const Query query = c.query(where, ordered, key);
        const Ids whole = c.ids(query);
        for (const std::size_t size : {1u, 2u, 7u, 46u, 47u}) {
          require_ids(whole, paged(c, query, size, [](std::size_t) {}), "pages together are the whole scan");
        }
      }
    }
  }
}

void paging_under_writes(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 10; id <= 300; id += 10) {
    Thing row{.id = id, .rank = static_cast<std::int64_t>(id % 70)};
    if (id % 40 != 0) row.score = static_cast<std::int64_t>(id % 90);
    rows.push_back(row);
  }
  c.add(rows);
  std::uint64_t fresh = 1;
  for (const std::vector<Order>& ordered :
       std::vector<std::vector<Order>>{{}, {{thing::rank, true}}, {{thing::score, true}}}) {
    const Ids stay = [&] {
      Ids all = c.ids(c.query({}, ordered));
      std::erase_if(all, [](std::uint64_t id) { return id % 10 != 0; });
      return all;
    }();
    Ids seen = paged(c, c.query({}, ordered, Query::any_key), 4, [&](std::size_t) {
      // Rows come and go everywhere while the pages are read.
      c.write([&](WriteTransaction& tx) {
        for (int i = 0; i < 3; ++i, fresh += 7) {
          const std::uint64_t id = fresh % 297;
          if (id % 10 == 0) continue;
          if (c.has(tx, id)) {
            c.erase(tx, id);
          } else {
            c.add(tx, {.id = id,
                       .rank = static_cast<std::int64_t>(id % 70),
                       .score = static_cast<std::int64_t>(id % 90)});
          }
        }
      });
    });
    std::erase_if(seen, [](std::uint64_t id) { return id % 10 != 0; });
    require_ids(stay, seen, "rows that do not change are seen exactly once, in order");
  }
}

void after_gone(Case& c) {
  c.add(std::vector<Thing>{
      {.id = 1, .rank = 1}, {.id = 2, .rank = 2}, {.id = 3, .rank = 2}, {.id = 4, .rank = 3}});
  Query query = c.query({}, {{thing::rank, false}}, thing::by_rank);
  const Uuid last = numbered(2);
  query.after = OwnedRow{number(2), Value::id(last)};
  c.write([&](WriteTransaction& tx) { c.erase(tx, 2); });
  require_ids({3, 4}, c.ids(query), "going on after a row that is gone");
}

void prefix_then_order(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 1; id <= 200; ++id) {
    rows.push_back(
        {.id = id, .kind = "k" + std::to_string(id % 7), .rank = static_cast<std::int64_t>(id * 37 % 101)});
  }
  c.add(rows);
  Predicate several{Kind::in, thing::kind, {text("k1"), text("k4"), text("k6")}, {}, 0, {}};
  for (const bool descending : {false, true}) {
    Ids expected;
    std::vector<Thing> chosen;
    for (const Thing& row : rows) {
      if (row.kind == "k1" || row.kind == "k4" || row.kind == "k6") chosen.push_back(row);
    }
    std::sort(chosen.begin(), chosen.end(), [&](const Thing& a, const Thing& b) {
      return descending ? std::pair(b.rank, b.id) < std::pair(a.rank, a.id)
                        : std::pair(a.rank, a.id) < std::pair(b.rank, b.id);
    });
    for (const Thing& row : chosen) expected.push_back(row.id);
    const Query query = c.query(several, {{thing::rank, descending}}, thing::by_kind);
    require_ids(expected, c.ids(query), "one of several kinds, in one order");
    require_ids(expected, paged(c, query, 9, [](std::size_t) {}), "the same in pages");
  }
}

constexpr StoreCase cases[] = {
    {{"scan.order", "rows come in the order asked for, text by code points"}, order},
    {{"scan.ties", "ties come by primary key in the direction of the last order column"}, ties},
    {{"scan.absent_last", "absent values come last in either direction"}, absent_last},
    {{"scan.by_key", "every key gives the same rows in the same order"}, by_key},
    {{"scan.limit", "a scan ends at its limit or when the sink says so"}, limits},
    {{"scan.sink_throws", "what a sink throws passes through and harms nothing"}, sink_throws},
    {{"scan.paging", "pages together are the whole scan"}, paging},
    {{"scan.paging_under_writes", "rows that stay are seen exactly once while others come and go"},
     paging_under_writes},
    {{"scan.after_gone", "a scan goes on after a row that is gone"}, after_gone},
    {{"scan.merged", "several values of a key's first column, in one order"}, prefix_then_order},
};

}  // namespace

std::span<const StoreCase> scan_cases() { return cases; }

}  // namespace atlas::testing
