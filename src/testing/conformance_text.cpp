// Full text.

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

void fill(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (std::uint64_t id = 1; id <= 6; ++id) c.add(tx, {.id = id});
    c.index(tx, 1, "villa marrakech piscine");
    c.index(tx, 2, "appartement marrakech");
    c.index(tx, 3, "villa agadir");
    c.index(tx, 4, "villanova marrakech villa villa");
    c.index(tx, 5, "فيلا مراكش 06");
  });
}

void words(Case& c) {
  fill(c);
  require_ids({4, 3, 1}, c.found({"villa"}), "rows with the word, newest first");
  require_ids({4, 1}, c.found({"villa", "marrakech"}), "rows with both words");
  require_ids({4, 1}, c.found({"marrakech", "villa"}), "in either order");
  require_ids({}, c.found({"villa", "paris"}), "not with only one of them");
  require_ids({}, c.found({"vill"}), "a part of a word is not the word");
  require_ids({}, c.found({"piscines"}), "a longer word is not the word");
  require_ids({5}, c.found({"فيلا"}), "a word in another script");
  require_ids({5}, c.found({"06"}), "digits are words");
  require_ids({}, c.found({"nothing"}), "a word that no row has");
  for (const char* syntax : {"villa*", "\"villa\"", "villa:*", "NOT", "-villa", "(villa", "villa'", "a&b"}) {
    require_ids({}, c.found({syntax}), "signs of a query language mean nothing");
  }
}

void prefix(Case& c) {
  fill(c);
  require_ids({4, 3, 1}, c.found({"vil"}, true), "the last word by prefix");
  require_ids({4, 3, 1}, c.found({"villa"}, true), "a whole word is its own prefix");
  require_ids({4}, c.found({"villan"}, true), "a longer prefix");
  require_ids({4, 1}, c.found({"marrakech", "vil"}, true), "the last by prefix, the others whole");
  require_ids({}, c.found({"vil", "marrakech"}, true), "only the last by prefix");
  require_ids({5}, c.found({"مرا"}, true), "a prefix in another script");
  require_ids({}, c.found({"x"}, true), "a prefix that no word has");
}

void pages(Case& c) {
  c.write([&](WriteTransaction& tx) {
    for (std::uint64_t id = 1; id <= 50; ++id) {
      c.add(tx, {.id = id});
      c.index(tx, id, id % 2 == 0 ? "even common" : "common odd");
    }
  });
  c.read([&](ReadTransaction& tx) {
    require_ids({50, 49, 48}, c.found(tx, {"common"}, false, {}, 3), "a limit");
    require_ids({47, 46}, c.found(tx, {"common"}, false, 48, 2), "after a row");
    require_ids({46, 44}, c.found(tx, {"common", "even"}, false, 48, 2), "after a row, two words");
    require_ids({46, 44}, c.found(tx, {"common", "ev"}, true, 48, 2), "after a row, by prefix");
    require_ids({47, 46}, c.found(tx, {"com"}, true, 48, 2), "after a row, one word by prefix");
    require_ids({}, c.found(tx, {"common"}, false, 1, 2), "after the last");
    std::size_t seen = 0;
    const std::vector<std::string> common = {"common"};
    tx.search_text(c.things(), common, false, {}, 100, [&](RowView) { return ++seen < 4; });
    require(seen == 4, "a sink that returns false ends it");
  });
}

void changes(Case& c) {
  fill(c);
  c.write([&](WriteTransaction& tx) {
    c.index(tx, 1, "riad fes");
    require_ids({4, 3}, c.found(tx, {"villa"}), "the transaction sees earlier tokens replaced");
    require_ids({1}, c.found(tx, {"riad"}), "and the new ones found");
    c.index(tx, 3, "");
    require_ids({4}, c.found(tx, {"villa"}), "tokens removed");
    c.index(tx, 6, "villa");
    require_ids({6, 4}, c.found(tx, {"villa"}), "tokens added");
  });
  require_ids({6, 4}, c.found({"villa"}), "the same after the commit");
  require_ids({1}, c.found({"riad", "fes"}), "the same after the commit");
  require_ids({}, c.found({"piscine"}), "replaced tokens are found no more");
  c.write([&](WriteTransaction& tx) {
    for (int i = 0; i < 3; ++i) c.index(tx, 1, i == 2 ? "last" : "first");
  });
  require_ids({1}, c.found({"last"}), "of several in one transaction the last counts");
  require_ids({}, c.found({"first"}), "and the others do not");
}

void erased(Case& c) {
  fill(c);
  c.write([&](WriteTransaction& tx) {
    c.erase(tx, 3);
    require_ids({4, 1}, c.found(tx, {"villa"}), "an erased row is found no more");
  });
  require_ids({4, 1}, c.found({"villa"}), "an erased row is found no more after the commit");
  require_ids({}, c.found({"agadir"}), "by none of its words");
  c.write([&](WriteTransaction& tx) { c.add(tx, {.id = 3}); });
  require_ids({}, c.found({"agadir"}), "a new row of the same id does not inherit its tokens");
}

void undone(Case& c) {
  fill(c);
  {
    const auto tx = c.store().write(Durability::fast);
    tx->enter(org_a());
    c.index(*tx, 1, "gone");
    c.index(*tx, 6, "gone");
    require_ids({6, 1}, c.found(*tx, {"gone"}), "found within the transaction");
  }
  require_ids({}, c.found({"gone"}), "tokens of a transaction that was not committed are not found");
  require_ids({4, 3, 1}, c.found({"villa"}), "those from before are");
  c.write([&](WriteTransaction& tx) {
    c.index(tx, 2, "outer");
    tx.savepoint();
    c.index(tx, 2, "inner");
    c.index(tx, 3, "inner");
    require_ids({3, 2}, c.found(tx, {"inner"}), "found within the savepoint");
    tx.rollback_to();
    require_ids({}, c.found(tx, {"inner"}), "tokens since the savepoint are undone");
    require_ids({2}, c.found(tx, {"outer"}), "those from before the savepoint stand");
    tx.savepoint();
    c.index(tx, 6, "kept");
    tx.release();
  });
  require_ids({2}, c.found({"outer"}), "the same after the commit");
  require_ids({}, c.found({"inner"}), "the same after the commit");
  require_ids({6}, c.found({"kept"}), "tokens of a released savepoint are kept");
  require_ids({4, 3, 1}, c.found({"villa"}), "what the savepoint replaced is back");
}

void before_row(Case& c) {
  c.write([&](WriteTransaction& tx) {
    c.index(tx, 7, "early bird");
    c.add(tx, {.id = 7});
  });
  require_ids({7}, c.found({"early"}), "tokens may come before their row");
}

void many(Case& c) {
  std::string tokens;
  for (int i = 0; i < 3000; ++i) tokens += (i == 0 ? "w" : " w") + std::to_string(i);
  c.write([&](WriteTransaction& tx) {
    c.add(tx, {.id = 1});
    c.index(tx, 1, tokens);
  });
  require_ids({1}, c.found({"w0", "w2999", "w1500"}), "a long text");
  const std::vector<std::string> sixteen = {"w1", "w2",  "w3",  "w4",  "w5",  "w6",  "w7",  "w8",
                                            "w9", "w10", "w11", "w12", "w13", "w14", "w15", "w16"};
  require_ids({1}, c.found(sixteen), "sixteen words");
}

constexpr StoreCase cases[] = {
    {{"text.words", "a search finds the rows that have every word"}, words},
    {{"text.prefix", "the last word by prefix"}, prefix},
    {{"text.pages", "newest first, after a row, up to a limit"}, pages},
    {{"text.changes", "tokens are replaced and removed, and the transaction sees it"}, changes},
    {{"text.erased", "an erased row is found no more"}, erased},
    {{"text.undone", "tokens are undone with their transaction or savepoint"}, undone},
    {{"text.before_row", "tokens may come before their row"}, before_row},
    {{"text.many", "long texts and many words"}, many},
};

}  // namespace

std::span<const StoreCase> text_cases() { return cases; }

}  // namespace atlas::testing
