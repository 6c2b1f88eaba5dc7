// Rows one by one, unique keys, aggregates.

#include <limits>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

void insert_get(Case& c) {
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1,
               .kind = "house",
               .rank = 7,
               .score = -3,
               .label = "l1",
               .note = "",
               .data = std::string(3, '\0')});
    c.add(tx, {.id = 2});
  });
  c.read([&](ReadTransaction& tx) {
    const auto first = c.get(tx, 1);
    require(first && first->size() == thing::columns, "a row comes back whole");
    require((*first)[thing::kind].view() == text("house"), "text comes back");
    require((*first)[thing::rank].view() == number(7), "a number comes back");
    require((*first)[thing::score].view() == number(-3), "a negative number comes back");
    require((*first)[thing::note].view() == text(""), "empty text is not null");
    require((*first)[thing::data].view() == blob(std::string_view("\0\0\0", 3)),
            "a blob of zeros comes back");
    const auto second = c.get(tx, 2);
    for (const unsigned column : {thing::score, thing::label, thing::note, thing::data}) {
      require(second && (*second)[column].is_null(), "null comes back as null");
    }
    require(!c.get(tx, 3), "a row that was never written is not there");
  });
}

void all_values(Case& c) {
  static constexpr std::int64_t numbers[] = {0,
                                             1,
                                             -1,
                                             127,
                                             128,
                                             -129,
                                             65536,
                                             -4294967297,
                                             std::numeric_limits<std::int64_t>::max(),
                                             std::numeric_limits<std::int64_t>::min()};
  static constexpr std::string_view texts[] = {"",    " ",     "a'b\"c\\d;--", "%_*?[x]",
                                               "été", "وكالة", "\U0001F3E0",   "line\nbreak\ttab"};
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte.push_back(static_cast<char>(i));
  c.write([&](WriteTransaction& tx) {
    std::uint64_t id = 0;
    for (const std::int64_t n : numbers) c.add(tx, {.id = ++id, .rank = n, .score = n});
    for (const std::string_view t : texts)
      c.add(tx, {.id = ++id, .kind = std::string(t), .note = std::string(t)});
    c.add(tx, {.id = ++id, .data = every_byte});
  });
  c.read([&](ReadTransaction& tx) {
    std::uint64_t id = 0;
    for (const std::int64_t n : numbers) {
      const auto row = c.get(tx, ++id);
      require(row && (*row)[thing::rank].view() == number(n) && (*row)[thing::score].view() == number(n),
              "every 64-bit number comes back");
    }
    for (const std::string_view t : texts) {
      const auto row = c.get(tx, ++id);
      require(row && (*row)[thing::kind].view() == text(t) && (*row)[thing::note].view() == text(t),
              "every text comes back");
    }
    const auto row = c.get(tx, ++id);
    require(row && (*row)[thing::data].view() == blob(every_byte), "every byte comes back");
  });
}

void large_values(Case& c) {
  std::string large(c.quirks().large_value, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>(i);
  const std::string tall(c.quirks().large_value / 8, 'n');
  c.write([&](WriteTransaction& tx) { c.add(tx, {.id = 1, .note = tall, .data = large}); });
  c.read([&](ReadTransaction& tx) {
    const auto row = c.get(tx, 1);
    require(row && (*row)[thing::data].view().bytes() == large, "a large blob comes back");
    require((*row)[thing::note].view().bytes() == tall, "a large text comes back");
  });
  c.write([&](WriteTransaction& tx) {
    require(c.set(tx, 1, thing::data, null()), "a large value can be cleared");
  });
  c.read([&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::data].is_null(), "a cleared value is null");
  });
}

void update(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "old", .rank = 1, .score = 1, .note = "kept"},
                           {.id = 2, .kind = "old"}});
  c.write([&](WriteTransaction& tx) {
    const Uuid id = numbered(1);
    const Value primary = Value::id(id);
    const unsigned columns[] = {thing::score, thing::kind};
    const Value values[] = {null(), text("new")};
    require(tx.update(c.things(), {&primary, 1}, columns, values), "update() finds the row");
    require(!c.set(tx, 9, thing::rank, number(1)), "update() of a row that is not there is false");
  });
  c.read([&](ReadTransaction& tx) {
    const auto row = c.get(tx, 1);
    require((*row)[thing::kind].view() == text("new") && (*row)[thing::score].is_null(),
            "update() sets its columns");
    require((*row)[thing::rank].view() == number(1) && (*row)[thing::note].view() == text("kept"),
            "update() leaves the other columns");
    require((*c.get(tx, 2))[thing::kind].view() == text("old"), "update() leaves the other rows");
    require(!c.has(tx, 9), "update() makes no row");
  });
  // The keys follow: what was found by the old value is found by the new one only.
  require_ids({2}, c.ids(c.query(Predicate::equals(thing::kind, text("old")), {}, thing::by_kind)),
              "by the old value");
  require_ids({1}, c.ids(c.query(Predicate::equals(thing::kind, text("new")), {}, thing::by_kind)),
              "by the new value");
}

void erase(Case& c) {
  c.add(std::vector<Thing>{{.id = 1}, {.id = 2}, {.id = 3}});
  c.write([&](WriteTransaction& tx) {
    require(c.erase(tx, 2), "erase() finds the row");
    require(!c.erase(tx, 2), "a second erase() is false");
    require(!c.has(tx, 2), "an erased row is gone at once");
  });
  require(!c.has(2) && c.has(1) && c.has(3), "exactly the erased row is gone");
  for (const int key : {Query::primary_key, Query::any_key, thing::by_rank, thing::by_kind}) {
    require_ids({1, 3}, c.ids(c.query({}, {}, key)), "an erased row is in no key");
  }
}

void existing_primary(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "first", .label = "a"}});
  c.write([&](WriteTransaction& tx) {
    const Error error = require_error(ErrorCode::conflict, "insert() of a primary key that is there",
                                      [&] { c.add(tx, {.id = 1, .kind = "second", .label = "b"}); });
    require(error.detail("reason") == "\"unique\"", "the reason is \"unique\"");
    require(error.detail("key") == "\"primary\"", "the key is \"primary\"");
    c.add(tx, {.id = 2, .label = "b"});  // the transaction goes on
  });
  c.read([&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::kind].view() == text("first"), "the row that was there stands");
    require(c.has(tx, 2), "the transaction goes on after a conflict");
  });
}

void composite_primary(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (const std::uint64_t id : {1u, 2u}) {
      for (const std::int64_t position : {2, -1, 10}) c.add_part(tx, id, position, position * 10, "t");
    }
    require_error(ErrorCode::conflict, "the same pair again", [&] { c.add_part(tx, 1, 10, 0, "t"); });
    const Uuid id = numbered(1);
    const Value primary[] = {Value::id(id), number(2)};
    require(tx.erase(c.parts(), primary), "erase() by both columns");
  });
  c.read([&](ReadTransaction& tx) {
    Query query;
    query.table = c.parts();
    query.key = Query::primary_key;
    std::vector<std::pair<std::uint64_t, std::int64_t>> rows;
    tx.scan(query, [&](RowView row) {
      rows.emplace_back(number_of(row[0]), row[1].as_integer());
      return true;
    });
    require(rows == decltype(rows){{1, -1}, {1, 10}, {2, -1}, {2, 2}, {2, 10}},
            "rows come by the columns of the primary key in order");
    const Uuid id = numbered(2);
    const Value primary[] = {Value::id(id), number(10)};
    std::int64_t amount = 0;
    require(tx.get(c.parts(), primary, [&](RowView row) { amount = row[part::amount].as_integer(); }) &&
                amount == 100,
            "get() by both columns");
  });
}

void unique_insert(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .label = "taken"}});
  c.write([&](WriteTransaction& tx) {
    const Error error = require_error(ErrorCode::conflict, "insert() of a value that a unique key has",
                                      [&] { c.add(tx, {.id = 2, .label = "taken"}); });
    require(error.detail("reason") == "\"unique\"" && error.detail("key") == "\"by_label\"",
            "the error names the key");
    require(error.message().find("taken") == std::string::npos, "the error does not repeat the value");
    require(!c.has(tx, 2), "nothing of the row was written");
    c.add(tx, {.id = 3, .label = "free"});
    require_error(ErrorCode::conflict, "a value inserted by the same transaction",
                  [&] { c.add(tx, {.id = 4, .label = "free"}); });
  });
  require(!c.has(2) && c.has(3) && !c.has(4), "what did not conflict is committed");
}

void unique_update(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .label = "one"}, {.id = 2, .rank = 5, .label = "two"}});
  c.write([&](WriteTransaction& tx) {
    require_error(ErrorCode::conflict, "update() to a value that a unique key has",
                  [&] { c.set(tx, 2, thing::label, text("one")); });
    require((*c.get(tx, 2))[thing::label].view() == text("two"), "the row is as before the call");
    require(c.set(tx, 2, thing::label, text("two")), "update() to its own value is no conflict");
    require(c.set(tx, 1, thing::label, text("three")), "a value may change");
    require(c.set(tx, 2, thing::label, text("one")), "a value that was freed may be taken");
  });
  c.read([&](ReadTransaction& tx) {
    require((*c.get(tx, 1))[thing::label].view() == text("three"), "the first took its new value");
    require((*c.get(tx, 2))[thing::label].view() == text("one"), "the second took the freed value");
  });
}

void unique_freed(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .label = "x"}});
  c.write([&](WriteTransaction& tx) {
    c.erase(tx, 1);
    c.add(tx, {.id = 2, .label = "x"});
  });
  require(c.has(2), "an erased row frees its unique value");
}

void unique_null(Case& c) {
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1});
    c.add(tx, {.id = 2});
    // A unique key over two columns ignores a row with either of them null.
    c.add_entry(tx, "a", 1);
    c.add_entry(tx, "b", 1);
    c.add_entry(tx, "c", 1, "x");
    c.add_entry(tx, "d", 2, "x");
    require_error(ErrorCode::conflict, "both columns equal", [&] { c.add_entry(tx, "e", 2, "x"); });
  });
  require(c.has(1) && c.has(2), "null is no value that a unique key has");
}

void aggregate(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "b", .rank = 1, .score = 10},
                           {.id = 2, .kind = "a", .rank = 2, .score = -4},
                           {.id = 3, .kind = "b", .rank = 3},
                           {.id = 4, .kind = "a", .rank = 4, .score = 1},
                           {.id = 5, .kind = "c", .rank = 5},
                           {.id = 6, .kind = "c", .rank = 60, .score = 3, .note = "out"}});
  c.read([&](ReadTransaction& tx) {
    const unsigned group[] = {thing::kind};
    const unsigned sums[] = {thing::score, thing::rank};
    std::vector<OwnedRow> rows;
    tx.aggregate(c.things(), Predicate::compare(Predicate::Kind::less, thing::rank, number(50)), group, sums,
                 [&](RowView row) {
                   rows.push_back(own(row));
                   return true;
                 });
    const std::vector<OwnedRow> expected = {{text("a"), number(2), number(-3), number(6)},
                                            {text("b"), number(2), number(10), number(4)},
                                            {text("c"), number(1), null(), number(5)}};
    require(rows == expected,
            "groups in order, each with its number of rows and its sums without absent cells");

    rows.clear();
    tx.aggregate(c.things(), {}, {}, sums, [&](RowView row) {
      rows.push_back(own(row));
      return true;
    });
    require(rows == std::vector<OwnedRow>{{number(6), number(10), number(75)}}, "no group column: one group");

    const unsigned by_score[] = {thing::score};
    std::size_t seen = 0;
    tx.aggregate(c.things(), {}, by_score, {}, [&](RowView row) {
      require(row.size() == 2 && row[0].is_null() == (seen == 4), "the group of absent values is the last");
      return ++seen < 100;
    });
    require(seen == 5, "one group for each value and one for absent");
    seen = 0;
    tx.aggregate(c.things(), {}, group, {}, [&](RowView) { return ++seen < 2; });
    require(seen == 2, "a sink that returns false ends it");
    const auto none = [](RowView) -> bool { throw CaseFailure("a group of no rows"); };
    tx.aggregate(c.things(), Predicate::equals(thing::kind, text("z")), group, {}, none);
    tx.aggregate(c.things(), Predicate::equals(thing::kind, text("z")), {}, sums, none);
  });
}

void aggregate_overflow(Case& c) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  c.add(std::vector<Thing>{
      {.id = 1, .score = most}, {.id = 2, .score = 1}, {.id = 3, .kind = "x", .score = most}});
  c.read([&](ReadTransaction& tx) {
    const unsigned sums[] = {thing::score};
    std::int64_t sum = 0;
    tx.aggregate(c.things(), Predicate::equals(thing::kind, text("x")), {}, sums, [&](RowView row) {
      sum = row[1].as_integer();
      return true;
    });
    require(sum == most, "a sum of 64 bits is exact");
  });
  c.read([&](ReadTransaction& tx) {
    const unsigned sums[] = {thing::score};
    require_error(ErrorCode::invalid_argument, "a sum beyond 64 bits",
                  [&] { tx.aggregate(c.things(), {}, {}, sums, [](RowView) { return true; }); });
  });
}

constexpr StoreCase cases[] = {
    {{"rows.insert_get", "a row that was inserted comes back cell by cell"}, insert_get},
    {{"rows.all_values", "every number, text and blob comes back as it was given"}, all_values},
    {{"rows.large_values", "large values come back"}, large_values},
    {{"rows.update", "update sets the named columns of the one row, and its keys follow"}, update},
    {{"rows.erase", "erase takes the one row out of every key"}, erase},
    {{"rows.existing_primary", "a second row of one primary key is a conflict that names \"primary\""},
     existing_primary},
    {{"rows.composite_primary", "a primary key of several columns"}, composite_primary},
    {{"unique.insert", "a unique key refuses a second row on insert, and the transaction goes on"},
     unique_insert},
    {{"unique.update", "a unique key refuses a second row on update"}, unique_update},
    {{"unique.freed", "erasing a row frees its unique values"}, unique_freed},
    {{"unique.null", "a unique key ignores rows with a null in it"}, unique_null},
    {{"aggregate.groups", "groups in order, counts and sums without absent cells"}, aggregate},
    {{"aggregate.overflow", "a sum beyond 64 bits is invalid_argument"}, aggregate_overflow},
};

}  // namespace

std::span<const StoreCase> row_cases() { return cases; }

}  // namespace atlas::testing
