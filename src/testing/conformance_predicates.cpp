// Which rows a predicate chooses.

#include <limits>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

using Kind = Predicate::Kind;

Predicate of(Kind kind, unsigned column, const Value& value) {
  return Predicate::compare(kind, column, value);
}

/// Every way to read must choose the same rows: scans by several keys, and count().
void require_chosen(Case& c, const Ids& expected, const Predicate& where, std::string_view what,
                    std::source_location at = std::source_location::current()) {
  for (const int key : {Query::any_key, Query::primary_key, thing::by_rank}) {
    require_ids(expected, c.ids(c.query(where, {{thing::id, false}}, key)), what, at);
  }
  c.read([&](ReadTransaction& tx) {
    const auto rows = tx.count(c.things(), where, 1000, Query::any_key);
    require(rows == static_cast<std::int64_t>(expected.size()), std::string(what) + ": count() differs", at);
  });
}

void numbers(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .score = -5}, {.id = 2, .score = 0}, {.id = 3, .score = 7}, {.id = 4}});
  require_chosen(c, {2}, of(Kind::equal, thing::score, number(0)), "equal");
  require_chosen(c, {1, 3}, of(Kind::not_equal, thing::score, number(0)), "not equal");
  require_chosen(c, {3}, of(Kind::greater, thing::score, number(0)), "greater");
  require_chosen(c, {2, 3}, of(Kind::greater_equal, thing::score, number(0)), "greater or equal");
  require_chosen(c, {1}, of(Kind::less, thing::score, number(0)), "less");
  require_chosen(c, {1, 2}, of(Kind::less_equal, thing::score, number(0)), "less or equal");
  require_chosen(c, {}, of(Kind::less, thing::score, number(std::numeric_limits<std::int64_t>::min())),
                 "less than all");
  require_chosen(c, {2, 3},
                 Predicate::all_of({of(Kind::greater, thing::score, number(-5)),
                                    of(Kind::less_equal, thing::score, number(7))}),
                 "a range");
  require_chosen(
      c, {2},
      Predicate::all_of(
          {of(Kind::greater, thing::score, number(-5)), of(Kind::greater_equal, thing::score, number(-7)),
           of(Kind::less, thing::score, number(7)), of(Kind::less_equal, thing::score, number(9))}),
      "several bounds: the tighter hold");
  require_chosen(
      c, {},
      Predicate::all_of({of(Kind::equal, thing::score, number(0)), of(Kind::equal, thing::score, number(7))}),
      "two values at once");
}

void texts(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "Z"},
                           {.id = 2, .kind = "a"},
                           {.id = 3, .kind = "aa"},
                           {.id = 4, .kind = "é"},
                           {.id = 5, .kind = "\U0001F3E0"},
                           {.id = 6, .kind = "\uFFFD"}});
  require_chosen(c, {2}, of(Kind::equal, thing::kind, text("a")), "equal text, not its neighbours");
  require_chosen(c, {}, of(Kind::equal, thing::kind, text("A")), "upper case is another text");
  require_chosen(c, {}, of(Kind::equal, thing::kind, text("a ")), "a space counts");
  require_chosen(c, {1}, of(Kind::less, thing::kind, text("a")), "upper case before lower: code points");
  require_chosen(c, {4, 5, 6}, of(Kind::greater, thing::kind, text("z")), "accents after z: code points");
  require_chosen(c, {5}, of(Kind::greater, thing::kind, text("\uFFFD")),
                 "beyond the first plane: code points");
}

void blobs(Case& c) {
  const std::string high = "\x80";
  c.add(std::vector<Thing>{{.id = 1, .data = std::string()},
                           {.id = 2, .data = std::string(1, '\0')},
                           {.id = 3, .data = "a"},
                           {.id = 4, .data = high},
                           {.id = 5}});
  require_chosen(c, {2}, of(Kind::equal, thing::data, blob(std::string_view("\0", 1))),
                 "equal to a zero byte");
  require_chosen(c, {1}, of(Kind::equal, thing::data, blob("")), "equal to the empty blob");
  require_chosen(c, {4}, of(Kind::greater, thing::data, blob("a")), "unsigned bytes");
  require_chosen(c, {1, 2, 3}, of(Kind::less, thing::data, blob(high)), "unsigned bytes, below");
}

void absent(Case& c) {
  c.add(
      std::vector<Thing>{{.id = 1, .score = 1, .note = "n"}, {.id = 2}, {.id = 3, .score = 3, .note = "m"}});
  require_chosen(c, {2}, Predicate::absent(thing::score), "absent number");
  require_chosen(c, {2}, Predicate::absent(thing::note), "absent text");
  require_chosen(c, {1, 3}, Predicate::no(Predicate::absent(thing::score)), "present");
  require_chosen(c, {}, Predicate::absent(thing::kind), "a column that is never absent");
  for (const Kind kind :
       {Kind::equal, Kind::not_equal, Kind::less, Kind::less_equal, Kind::greater, Kind::greater_equal}) {
    for (const std::uint64_t id : c.ids(c.query(of(kind, thing::score, number(2))))) {
      require(id != 2, "a comparison with an absent cell is false");
    }
  }
}

void negation(Case& c) {
  c.add(std::vector<Thing>{
      {.id = 1, .score = 1, .note = "pre-x"}, {.id = 2}, {.id = 3, .score = 3, .note = "y"}});
  const auto no = [](Predicate p) { return Predicate::no(std::move(p)); };
  require_chosen(c, {2, 3}, no(of(Kind::equal, thing::score, number(1))), "not equal 1: true for absent");
  require_chosen(c, {1, 2}, no(of(Kind::not_equal, thing::score, number(1))),
                 "not unequal 1: true for absent");
  require_chosen(c, {1, 2}, no(of(Kind::greater, thing::score, number(2))), "not greater: true for absent");
  Predicate in{Kind::in, thing::score, {number(1), number(3)}, {}, 0, {}};
  require_chosen(c, {2}, no(in), "not in: true for absent");
  require_chosen(c, {2, 3}, no(of(Kind::prefix, thing::note, text("pre"))), "not prefix: true for absent");
  require_chosen(c, {2, 3}, no(of(Kind::contains, thing::note, text("x"))), "not contains: true for absent");
  require_chosen(c, {1}, no(no(of(Kind::equal, thing::score, number(1)))), "twice no");
  require_chosen(c, {2},
                 no(Predicate::any_of(
                     {of(Kind::equal, thing::score, number(1)), of(Kind::equal, thing::note, text("y"))})),
                 "neither: true for absent");
  require_chosen(c, {2, 3},
                 no(Predicate::all_of({of(Kind::equal, thing::score, number(1)),
                                       of(Kind::equal, thing::note, text("pre-x"))})),
                 "not both: true for absent");
}

void in_list(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "a", .rank = 1, .score = 5},
                           {.id = 2, .kind = "b", .rank = 2},
                           {.id = 3, .kind = "c", .rank = 3, .score = 6}});
  require_chosen(c, {1, 3}, {Kind::in, thing::kind, {text("c"), text("a"), text("zz"), text("a")}, {}, 0, {}},
                 "one of several texts, one of them twice");
  require_chosen(c, {}, {Kind::in, thing::kind, {}, {}, 0, {}}, "one of none");
  require_chosen(c, {1, 2, 3}, Predicate::no({Kind::in, thing::kind, {}, {}, 0, {}}), "not one of none");
  require_chosen(c, {3}, {Kind::in, thing::score, {number(6), number(7)}, {}, 0, {}},
                 "absent is not one of them");
  std::vector<OwnedValue> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(number(i * 2));
  require_chosen(c, {2}, {Kind::in, thing::rank, many, {}, 0, {}}, "one of a thousand");
}

void prefix(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .note = "100%"},
                           {.id = 2, .note = "100 euros"},
                           {.id = 3, .note = "a_c"},
                           {.id = 4, .note = "abc"},
                           {.id = 5, .note = "Abc"},
                           {.id = 6},
                           {.id = 7, .note = "a\\c"},
                           {.id = 8, .note = "éa"},
                           {.id = 9, .note = "a*?["},
                           {.id = 10, .note = ""}});
  require_chosen(c, {1, 2}, of(Kind::prefix, thing::note, text("100")), "prefix");
  require_chosen(c, {1}, of(Kind::prefix, thing::note, text("100%")), "% is a letter like any other");
  require_chosen(c, {3}, of(Kind::prefix, thing::note, text("a_")), "_ is a letter like any other");
  require_chosen(c, {7}, of(Kind::prefix, thing::note, text("a\\")), "\\ is a letter like any other");
  require_chosen(c, {9}, of(Kind::prefix, thing::note, text("a*")), "* is a letter like any other");
  require_chosen(c, {5}, of(Kind::prefix, thing::note, text("A")), "upper case is another letter");
  require_chosen(c, {8}, of(Kind::prefix, thing::note, text("é")), "letters of several bytes");
  require_chosen(c, {1, 2, 3, 4, 5, 7, 8, 9, 10}, of(Kind::prefix, thing::note, text("")),
                 "the empty prefix: all present");
  require_chosen(c, {}, of(Kind::prefix, thing::note, text("abcd")), "longer than the text");
}

void contains(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .note = "50% off"},
                           {.id = 2, .note = "50 off"},
                           {.id = 3, .note = "a_b"},
                           {.id = 4, .note = "aXb"},
                           {.id = 5},
                           {.id = 6, .note = "back\\slash"},
                           {.id = 7, .note = "Off"}});
  require_chosen(c, {1, 2}, of(Kind::contains, thing::note, text("off")), "in the middle, by case");
  require_chosen(c, {1}, of(Kind::contains, thing::note, text("0% ")), "% is a letter like any other");
  require_chosen(c, {3}, of(Kind::contains, thing::note, text("_")), "_ is a letter like any other");
  require_chosen(c, {6}, of(Kind::contains, thing::note, text("\\s")), "\\ is a letter like any other");
  require_chosen(c, {1, 2, 3, 4, 6, 7}, of(Kind::contains, thing::note, text("")), "nothing: all present");
}

void logic(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "a", .rank = 1},
                           {.id = 2, .kind = "a", .rank = 2},
                           {.id = 3, .kind = "b", .rank = 1}});
  const Predicate a = of(Kind::equal, thing::kind, text("a"));
  const Predicate one = of(Kind::equal, thing::rank, number(1));
  require_chosen(c, {1, 2, 3}, {}, "always");
  require_chosen(c, {}, {Kind::never, 0, {}, {}, 0, {}}, "never");
  require_chosen(c, {1, 2, 3}, Predicate::all_of({}), "all of none");
  require_chosen(c, {}, Predicate::any_of({}), "any of none");
  require_chosen(c, {1}, Predicate::all_of({a, one}), "and");
  require_chosen(c, {1, 2, 3}, Predicate::any_of({a, one}), "or");
  require_chosen(c, {2, 3},
                 Predicate::any_of({Predicate::all_of({a, Predicate::no(one)}),
                                    Predicate::all_of({Predicate::no(a), one})}),
                 "either, not both");
  require_chosen(c, {1, 2}, Predicate::all_of({a, Predicate::all_of({Predicate::any_of({one, a})})}),
                 "nested");
}

Predicate has_part(Case& c, Predicate child) {
  return {Kind::exists, 0, {}, {std::move(child)}, c.parts(), {{thing::id, part::thing_id}}};
}

void exists(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (const std::uint64_t id : {1u, 2u, 3u, 4u})
      c.add(tx, {.id = id, .score = id == 3 ? std::nullopt : std::optional<std::int64_t>(id)});
    c.add_part(tx, 1, 1, 5, "red");
    c.add_part(tx, 1, 2, 6, "blue");
    c.add_part(tx, 2, 1, {}, "blue");
    c.add_part(tx, 3, 9, 3, "red");
    c.add_part(tx, 99, 1, 1, "red");
  });
  require_chosen(c, {1, 2, 3}, has_part(c, {}), "a row in the other table");
  require_chosen(c, {4}, Predicate::no(has_part(c, {})), "no row in the other table");
  require_chosen(c, {1, 3}, has_part(c, of(Kind::equal, part::tag, text("red"))), "with a condition");
  require_chosen(c, {1}, has_part(c, of(Kind::greater, part::amount, number(4))), "absent there is false");
  require_chosen(c, {2, 3}, has_part(c, Predicate::no(of(Kind::greater, part::amount, number(4)))),
                 "absent there, negated");
  require_chosen(c, {1},
                 Predicate::all_of({has_part(c, of(Kind::equal, part::tag, text("red"))),
                                    has_part(c, of(Kind::equal, part::tag, text("blue")))}),
                 "two of them");
  // Joined by a column that may be absent on this side and on that.
  const Predicate by_amount{Kind::exists, 0, {}, {Predicate{}}, c.parts(), {{thing::score, part::amount}}};
  require_chosen(c, {1}, by_amount, "absent joins nothing");
  require_chosen(c, {2, 3, 4}, Predicate::no(by_amount), "absent joins nothing, negated");
  // By two columns, and nested: a part whose thing has a blue part.
  const Predicate both{Kind::exists, 0,
                       {},           {Predicate{}},
                       c.parts(),    {{thing::id, part::thing_id}, {thing::score, part::position}}};
  require_chosen(c, {1}, both, "joined by two columns");
  const Predicate blue{Kind::exists, 0,
                       {},           {of(Kind::equal, part::tag, text("blue"))},
                       c.parts(),    {{part::thing_id, part::thing_id}}};
  require_chosen(c, {1}, has_part(c, Predicate::all_of({of(Kind::equal, part::tag, text("red")), blue})),
                 "nested");
}

void many_terms(Case& c) {
  c.add(std::vector<Thing>{{.id = 1, .kind = "a"}, {.id = 2, .kind = "b"}});
  Predicate deep = of(Kind::equal, thing::kind, text("a"));
  for (int i = 0; i < 20; ++i) deep = Predicate::no(Predicate::all_of({std::move(deep)}));
  require_chosen(c, {1}, deep, "forty levels deep");
  std::vector<Predicate> wide;
  for (int i = 0; i < 64; ++i) wide.push_back(of(Kind::not_equal, thing::rank, number(i + 1)));
  require_chosen(c, {1, 2}, Predicate::all_of(std::move(wide)), "sixty-four terms");
}

void count_limit(Case& c) {
  std::vector<Thing> rows;
  for (std::uint64_t id = 1; id <= 25; ++id) rows.push_back({.id = id, .kind = id % 2 == 0 ? "even" : "odd"});
  c.add(rows);
  c.read([&](ReadTransaction& tx) {
    const Predicate odd = of(Kind::equal, thing::kind, text("odd"));
    for (const int key : {Query::any_key, Query::primary_key, thing::by_kind}) {
      require(tx.count(c.things(), odd, 1000, key) == 13, "all that fulfil the predicate");
      require(tx.count(c.things(), odd, 13, key) == 13, "as many as the limit");
      require(tx.count(c.things(), odd, 5, key) == 5, "not more than the limit");
      require(tx.count(c.things(), {}, 1000, key) == 25, "all rows");
    }
    require(tx.count(c.parts(), {}, 1000, Query::any_key) == 0, "an empty table");
  });
}

constexpr StoreCase cases[] = {
    {{"predicate.numbers", "numbers compare as numbers"}, numbers},
    {{"predicate.texts", "text compares by code points"}, texts},
    {{"predicate.blobs", "blobs compare by unsigned bytes"}, blobs},
    {{"predicate.absent", "a comparison with an absent cell is false"}, absent},
    {{"predicate.negation", "negation of a comparison with an absent cell is true"}, negation},
    {{"predicate.in", "one of several values"}, in_list},
    {{"predicate.prefix", "prefix compares bytes, without wildcards"}, prefix},
    {{"predicate.contains", "contains compares bytes, without wildcards"}, contains},
    {{"predicate.logic", "all, any, always, never"}, logic},
    {{"predicate.exists", "exists looks into another table by paired columns"}, exists},
    {{"predicate.many_terms", "deep and wide predicates"}, many_terms},
    {{"count.limit", "count() counts up to its limit by any key"}, count_limit},
};

}  // namespace

std::span<const StoreCase> predicate_cases() { return cases; }

}  // namespace atlas::testing
