// Full text on SQLite: tokens wait in memory until the commit or a search, and follow savepoints as rows do.

#include <map>
#include <random>

#include "../../sqlite/sqlite_fixture.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr std::uint64_t org = 1;

class TextStore {
 public:
  TextStore() : store_(place_.open(opening_of())) {}

  std::unique_ptr<WriteTransaction> write(std::uint64_t organisation = org) {
    auto tx = store_->write(Durability::fast);
    tx->enter(uuid_of(organisation));
    return tx;
  }
  std::unique_ptr<ReadTransaction> read(std::uint64_t organisation = org) {
    auto tx = store_->read();
    tx->enter(uuid_of(organisation));
    return tx;
  }
  Store& store() { return *store_; }
  const std::string& path() const { return place_.options().path; }

 private:
  SqlitePlace place_{false};
  std::unique_ptr<Store> store_;
};

void index(WriteTransaction& tx, std::uint64_t n, std::string_view tokens) {
  const Uuid id = uuid_of(n);
  tx.index_text(person, std::vector<Value>{Value::id(id)}, tokens);
}

bool erase(WriteTransaction& tx, std::uint64_t n) {
  const Uuid id = uuid_of(n);
  return tx.erase(person, std::vector<Value>{Value::id(id)});
}

using Found = std::vector<std::uint64_t>;

Found find(ReadTransaction& tx, std::vector<std::string> words, bool prefix = false) {
  Found out;
  tx.search_text(person, words, prefix, std::nullopt, 100, [&](RowView row) {
    const Uuid id = row[0].as_id();
    std::uint64_t n = 0;
    for (std::size_t i = 8; i < 16; ++i) n = n << 8 | id.bytes[i];
    out.push_back(n);
    return true;
  });
  return out;
}

}  // namespace

TEST_CASE("tokens that were put before, between and after savepoints are found as the rows are") {
  TextStore store;
  {
    const auto tx = store.write();
    insert_person(*tx, 1, "one");
    index(*tx, 1, "outer");
    tx->savepoint();
    insert_person(*tx, 2, "two");
    index(*tx, 2, "inner");
    index(*tx, 1, "changed");
    CHECK(find(*tx, {"inner"}) == Found{2});  // flushes, inside the savepoint
    CHECK(find(*tx, {"outer"}).empty());
    CHECK(find(*tx, {"changed"}) == Found{1});
    tx->rollback_to();
    CHECK(find(*tx, {"inner"}).empty());
    CHECK(find(*tx, {"changed"}).empty());
    CHECK(find(*tx, {"outer"}) == Found{1});  // what the flush had written was undone with the savepoint
    tx->savepoint();
    index(*tx, 1, "kept");
    tx->savepoint();
    index(*tx, 1, "lost");
    tx->rollback_to();
    tx->release();
    tx->commit();
  }
  const auto tx = store.read();
  CHECK(find(*tx, {"kept"}) == Found{1});
  CHECK(find(*tx, {"lost"}).empty());
  CHECK(find(*tx, {"outer"}).empty());
}

TEST_CASE("a row may come after its tokens, and tokens do not outlive their row") {
  TextStore store;
  {
    const auto tx = store.write();
    index(*tx, 1, "early");
    CHECK(find(*tx, {"early"}).empty());  // no row, no result, and still waiting
    insert_person(*tx, 1, "one");
    CHECK(find(*tx, {"early"}) == Found{1});
    insert_person(*tx, 2, "two");
    index(*tx, 2, "gone");
    CHECK(erase(*tx, 2));
    insert_person(*tx, 2, "two again");  // under the same number inside SQLite
    CHECK(find(*tx, {"gone"}).empty());
    index(*tx, 3, "never");
    tx->commit();
  }
  {
    const auto tx = store.write();
    CHECK(find(*tx, {"early"}) == Found{1});
    CHECK(erase(*tx, 1));
    CHECK_FALSE(erase(*tx, 1));
    insert_person(*tx, 3, "three");
    CHECK(find(*tx, {"early"}).empty());
    CHECK(find(*tx, {"never"}).empty());  // the row was not there when its tokens were committed
    index(*tx, 2, "");
    tx->commit();
  }
  CHECK(store.store().check().empty());
}

TEST_CASE("words are what stands between spaces, whatever the script") {
  TextStore store;
  {
    const auto tx = store.write();
    insert_person(*tx, 1, "one");
    index(*tx, 1, "o'brien a@b.example \"quoted\" +212612345678 دار البيضاء 5xfoo d\u2019oeuvre");
    insert_person(*tx, 2, "two");
    index(*tx, 2, "brien b example quoted dar 1xfoo oeuvre");
    tx->commit();
  }
  const auto tx = store.read();
  CHECK(find(*tx, {"o'brien"}) == Found{1});
  CHECK(find(*tx, {"brien"}) == Found{2});
  CHECK(find(*tx, {"a@b.example"}) == Found{1});
  CHECK(find(*tx, {"a@b"}).empty());
  CHECK(find(*tx, {"a@b"}, true) == Found{1});
  CHECK(find(*tx, {"\"quoted\""}) == Found{1});
  CHECK(find(*tx, {"+2126"}, true) == Found{1});
  CHECK(find(*tx, {"البيضاء"}) == Found{1});
  CHECK(find(*tx, {"البي"}, true) == Found{1});
  CHECK(find(*tx, {"d\u2019oeuvre"}) == Found{1});
  CHECK(find(*tx, {"foo"}).empty());  // the tenant's number is no part of a word
  CHECK(find(*tx, {"brien", "b"}) == Found{2});
  CHECK(find(*tx, {"brien", "o'"}, true).empty());
  CHECK(find(*tx, {}).empty());
  CHECK(find(*tx, {""}, true).empty());
  CHECK(find(*tx, {"*"}).empty());
  CHECK(find(*tx, {"\" OR \""}).empty());
  CHECK(code_of([&] { find(*tx, std::vector<std::string>(17, "w")); }) == ErrorCode::internal);
}

TEST_CASE("organisations share no words, nor each other's numbers after an undo") {
  TextStore store;
  {
    // The number that was given to an organisation goes away with the savepoint or the transaction.
    const auto tx = store.write(7);
    tx->savepoint();
    insert_person(*tx, 1, "undone");
    index(*tx, 1, "shared");
    tx->rollback_to();
    CHECK(find(*tx, {"shared"}).empty());
    CHECK(tx->count(person, {}, 10, Query::primary_key) == 0);
    insert_person(*tx, 1, "undone too");
  }
  for (const std::uint64_t organisation : {8, 7, 9}) {
    const auto tx = store.write(organisation);
    CHECK(find(*tx, {"shared"}).empty());
    insert_person(*tx, organisation, "same name");  // unique within each
    index(*tx, organisation, "shared");
    tx->commit();
  }
  for (const std::uint64_t organisation : {7, 8, 9}) {
    const auto tx = store.read(organisation);
    CHECK(find(*tx, {"shared"}) == Found{organisation});
    CHECK(find(*tx, {"sh"}, true) == Found{organisation});
  }
  CHECK(find(*store.read(10), {"shared"}).empty());
}

TEST_CASE("many tokens in one transaction are written before they fill the memory") {
  TextStore store;
  std::string tokens;
  for (int i = 0; i < 4000; ++i) tokens += "word" + std::to_string(i) + " ";
  {
    const auto tx = store.write();
    for (std::uint64_t n = 1; n <= 600; ++n) {
      insert_person(*tx, n, "name " + std::to_string(n));
      index(*tx, n, tokens);
      if (n % 100 == 0) index(*tx, n - 1, "replaced");
    }
    tx->commit();
  }
  const auto tx = store.read();
  CHECK(find(*tx, {"replaced"}) == Found{599, 499, 399, 299, 199, 99});
  CHECK(find(*tx, {"word3999", "word0"}).size() == 100);  // the limit
}

TEST_CASE("erased content of secure tables leaves the file") {
  TextStore store;
  const std::string secret = "zerzurasecret";
  {
    const auto tx = store.write();
    for (std::uint64_t n = 1; n <= 50; ++n) {
      insert_person(*tx, n, secret + std::to_string(n));
      index(*tx, n, secret + std::to_string(n));
    }
    tx->commit();
  }
  store.store().maintain();
  CHECK(bytes_of(store.path()).find(secret) != std::string::npos);
  {
    const auto tx = store.write();
    for (std::uint64_t n = 1; n <= 50; ++n) CHECK(erase(*tx, n));
    tx->commit();
  }
  store.store().maintain();
  CHECK(bytes_of(store.path()).find(secret) == std::string::npos);
  CHECK(bytes_of(store.path() + "-wal").find(secret) == std::string::npos);
}

TEST_CASE("savepoints in any nesting undo rows and tokens as a model does") {
  struct Row {
    std::string name;
    std::string word;
    bool operator==(const Row&) const = default;
  };
  using Model = std::map<std::uint64_t, Row>;
  TextStore store;
  std::mt19937 random(11);
  Model committed;
  int undone = 0;
  for (int round = 0; round < 150; ++round) {
    auto tx = store.write();
    Model model = committed;
    std::vector<Model> marks;
    for (int step = 0; step < 40; ++step) {
      const std::uint64_t n = 1 + random() % 12;
      const bool there = model.contains(n);
      const std::string word = "w" + std::to_string(random() % 5);
      switch (random() % 9) {
        case 0:
        case 1:
        case 2: {
          const std::string name = "name " + std::to_string(n) + " " + std::to_string(random());
          if (!there) {
            insert_person(*tx, n, name);
            model[n] = {name, ""};
          } else {
            CHECK(code_of([&] { insert_person(*tx, n, name); }) == ErrorCode::conflict);
          }
          break;
        }
        case 3:
          if (there) {
            index(*tx, n, word);
            model[n].word = word;
          }
          break;
        case 4: {
          const Uuid id = uuid_of(n);
          const std::string name = "renamed " + std::to_string(random());
          const unsigned columns[] = {1};
          CHECK(tx->update(person, std::vector<Value>{Value::id(id)}, columns,
                           std::vector<Value>{Value::text(name)}) == there);
          if (there) model[n].name = name;
          break;
        }
        case 5:
          CHECK(erase(*tx, n) == there);
          model.erase(n);
          break;
        case 6: {
          Found expected;
          for (const auto& [number, row] : model) {
            if (row.word == word) expected.insert(expected.begin(), number);
          }
          CHECK(find(*tx, {word}) == expected);
          break;
        }
        case 7:
          if (marks.size() < 4) {
            tx->savepoint();
            marks.push_back(model);
          }
          break;
        default:
          if (marks.empty()) break;
          if (random() % 2 == 0) {
            tx->release();
          } else {
            tx->rollback_to();
            model = marks.back();
            ++undone;
          }
          marks.pop_back();
      }
    }
    if (random() % 4 != 0) {
      tx->commit();
      committed = model;
    }
    tx.reset();
    const auto reading = store.read();
    Model found;
    reading->scan({.table = person}, [&](RowView row) {
      std::uint64_t n = 0;
      for (std::size_t i = 8; i < 16; ++i) n = n << 8 | row[0].as_id().bytes[i];
      found[n].name = std::string(row[1].bytes());
      return true;
    });
    for (int w = 0; w < 5; ++w) {
      const std::string word = "w" + std::to_string(w);
      for (const std::uint64_t n : find(*reading, {word})) found[n].word = word;
    }
    REQUIRE(found == committed);
  }
  CHECK(undone > 100);
  CHECK(store.store().check().empty());
}
