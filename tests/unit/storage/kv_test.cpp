// KvBackend: its keys, what it reads to answer, what it says of damage.

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include "atlas/kv_store.hpp"
#include "atlas/testing/fakes.hpp"
#include "kv_codec.hpp"
#include "kv_schema.hpp"

using namespace atlas;

namespace {

constexpr Migration migrations[] = {{1, "one", R"(
table item full_text
  id blob
  kind text
  rank integer
  due integer null
  label text null
  primary id
  key by_kind kind rank
  key by_due due
  unique by_label label
)"}};

Uuid numbered(std::uint64_t n) {
  Uuid id;
  for (unsigned i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

/// Counts the pairs that scans give and the keys that are fetched.
class CountingKv final : public KvStore {
 public:
  explicit CountingKv(std::shared_ptr<KvStore> inner) : inner_(std::move(inner)) {}
  std::unique_ptr<KvTransaction> begin_read() override {
    return std::make_unique<Counting>(inner_->begin_read(), *this);
  }
  std::unique_ptr<KvTransaction> begin_write() override {
    return std::make_unique<Counting>(inner_->begin_write(), *this);
  }
  bool durable() const override { return inner_->durable(); }
  std::size_t touched = 0;

 private:
  class Counting final : public KvTransaction {
   public:
    Counting(std::unique_ptr<KvTransaction> inner, CountingKv& counts)
        : inner_(std::move(inner)), counts_(counts) {}
    bool get(std::string_view key, std::string& value) override {
      ++counts_.touched;
      return inner_->get(key, value);
    }
    void put(std::string_view key, std::string_view value) override { inner_->put(key, value); }
    void erase(std::string_view key) override { inner_->erase(key); }
    void scan(std::string_view begin, std::string_view end, bool descending,
              FunctionRef<bool(std::string_view, std::string_view)> sink) override {
      inner_->scan(begin, end, descending, [&](std::string_view key, std::string_view value) {
        ++counts_.touched;
        return sink(key, value);
      });
    }
    void commit(Durability durability) override { inner_->commit(durability); }

   private:
    std::unique_ptr<KvTransaction> inner_;
    CountingKv& counts_;
  };
  std::shared_ptr<KvStore> inner_;
};

struct Fixture {
  std::shared_ptr<KvStore> memory = make_memory_kv();
  std::shared_ptr<CountingKv> kv = std::make_shared<CountingKv>(memory);
  std::unique_ptr<Store> store = open_kv_backend(kv, {.migrations = migrations});

  void fill(std::uint64_t rows) {
    const auto tx = store->write(Durability::fast);
    tx->enter(numbered(77));
    for (std::uint64_t n = 1; n <= rows; ++n) {
      const Uuid id = numbered(n);
      const std::string kind = "kind " + std::to_string(n % 10);
      const std::string label = "label " + std::to_string(n);
      const Value row[] = {Value::id(id), Value::text(kind), Value::integer(static_cast<std::int64_t>(n)),
                           n % 100 == 0 ? Value::integer(static_cast<std::int64_t>(n)) : Value::null(),
                           Value::text(label)};
      tx->insert(1, row);
      tx->index_text(1, row, "word w" + std::to_string(n));
    }
    tx->commit();
  }

  /// Rows that the query gives, and what had to be touched for it.
  std::pair<std::size_t, std::size_t> cost(const Query& query) {
    const auto tx = store->read();
    tx->enter(numbered(77));
    kv->touched = 0;
    std::size_t rows = 0;
    tx->scan(query, [&](RowView) { return ++rows > 0; });
    return {rows, kv->touched};
  }
};

std::string key_of(std::initializer_list<Value> values) {
  std::string key;
  for (const Value& value : values) kv::append_key(key, value);
  return key;
}

}  // namespace

TEST_CASE("keys are ordered as their values and come back") {
  const std::string nul("\0", 1), nul_nul("\0\0", 2), a_nul("a\0", 2), nul_ff("\0\xFF", 2);
  const std::vector<std::string> ascending = {
      key_of({Value::integer(std::numeric_limits<std::int64_t>::min())}),
      key_of({Value::integer(-256)}),
      key_of({Value::integer(-1)}),
      key_of({Value::integer(0)}),
      key_of({Value::integer(1)}),
      key_of({Value::integer(256)}),
      key_of({Value::integer(std::numeric_limits<std::int64_t>::max())}),
      key_of({Value::null()})};
  CHECK(std::is_sorted(ascending.begin(), ascending.end()));
  const std::vector<std::string_view> bytes = {"",    nul,     nul_nul, nul_ff, "\x01", "a",
                                               a_nul, "a\x01", "ab",    "b",    "\xFF"};
  std::vector<std::string> keys;
  for (const std::string_view value : bytes) {
    // What follows a value must not disturb its order.
    for (const std::int64_t n : {-5, 5}) keys.push_back(key_of({Value::blob(value), Value::integer(n)}));
  }
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  std::string storage;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string_view rest = keys[i];
    CHECK(kv::take_key(rest, ColumnType::blob, storage) == Value::blob(bytes[i / 2]));
    std::string_view skipped = keys[i];
    kv::skip_key(skipped, ColumnType::blob);
    CHECK(skipped == rest);
    CHECK(kv::take_key(rest, ColumnType::integer, storage) == Value::integer(i % 2 == 0 ? -5 : 5));
    CHECK(rest.empty());
  }
  CHECK(kv::successor("ab") == "ac");
  CHECK(kv::successor("a\xFF\xFF") == "b");
  for (const char* cut : {"", "\x07", "\x01",
                          "\x01"
                          "abc",
                          "\x01"
                          "a\x02"}) {
    std::string_view rest = cut;
    CHECK_THROWS_AS(kv::take_key(rest, ColumnType::text, storage), Error);
    rest = cut;
    CHECK_THROWS_AS(kv::skip_key(rest, ColumnType::integer), Error);
  }
}

TEST_CASE("the bytes are those that docs/format.md tells") {
  const auto hex = [](std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
      for (const int shift : {4, 0})
        out.push_back("0123456789abcdef"[static_cast<std::uint8_t>(c) >> shift & 15]);
    }
    return out;
  };
  CHECK(hex(key_of({Value::integer(1)})) == "018000000000000001");
  CHECK(hex(key_of({Value::integer(-1)})) == "017fffffffffffffff");
  CHECK(hex(key_of({Value::text("ab"), Value::null()})) == "016162000102");
  CHECK(hex(key_of({Value::blob(std::string_view("a\0b", 3))})) == "016100ff620001");
  CHECK(hex(kv::section_prefix(258, 3, {})) == "01020003");
  CHECK(hex(kv::section_prefix(1, kv::tokens_section, numbered(255))) ==
        "0001fffd000000000000000000000000000000ff");
  const std::vector<Value> row = {Value::null(), Value::integer(300), Value::integer(-3), Value::text("ab"),
                                  Value::blob("c")};
  CHECK(hex(kv::encode_row(row)) == "0001d804010502026162030163");
}

TEST_CASE("rows come back, short ones filled up, damaged ones refused") {
  const Catalog catalog = catalog_of(migrations);
  const Table& table = catalog[1];
  const std::vector<Value> row = {Value::blob("id"), Value::text(""),
                                  Value::integer(std::numeric_limits<std::int64_t>::min()), Value::null(),
                                  Value::text("label")};
  const std::string bytes = kv::encode_row(row);
  std::vector<Value> decoded;
  kv::decode_row(bytes, table, decoded);
  CHECK(decoded == row);
  const std::string shorter = kv::encode_row(std::span(row).first(1));
  kv::decode_row(shorter, table, decoded);
  CHECK(decoded[1] == Value::text(""));
  CHECK(decoded[2] == Value::integer(0));
  CHECK(decoded[3].is_null());
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    try {
      kv::decode_row(std::string_view(bytes).substr(0, i), table, decoded);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::storage_corrupt);
    }
  }
  CHECK_THROWS_AS(kv::decode_row("\x09", table, decoded), Error);
  CHECK_THROWS_AS(
      kv::decode_row(std::string("\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12), table, decoded),
      Error);
  CHECK_THROWS_AS(kv::decode_row(std::string(6, '\0'), table, decoded), Error);
}

TEST_CASE("a key that serves a query is read no further than the query needs") {
  Fixture f;
  f.fill(5000);
  Query query;
  query.table = 1;
  query.limit = 10;
  using Kind = Predicate::Kind;
  const Predicate kind = Predicate::equals(1, Value::text("kind 3"));
  const auto cheap = [&](const char* what, std::size_t rows) {
    INFO(what);
    const auto [given, touched] = f.cost(query);
    CHECK(given == rows);
    CHECK(touched < 100);
  };
  query.key = 0;
  query.where = kind;
  query.order = {{2, true}};
  cheap("newest of a kind", 10);
  query.order = {{2, false}};
  query.after = OwnedRow{Value::integer(2503), Value::id(numbered(2503))};
  cheap("a page in the middle", 10);
  query.order = {{2, true}};
  cheap("a page in the middle, descending", 10);
  query.after.reset();
  query.where = Predicate::all_of({kind, Predicate::compare(Kind::greater, 2, Value::integer(4960))});
  cheap("a range at the end", 4);
  query.where = Predicate::all_of({kind, Predicate::compare(Kind::greater_equal, 2, Value::integer(4993))});
  cheap("a closed range", 1);
  query.where = {Kind::in, 1, {Value::text("kind 1"), Value::text("kind 2"), Value::text("none")}, {}, 0, {}};
  query.order = {{2, true}};
  cheap("two kinds merged", 10);
  query.key = 2;
  query.where = Predicate::compare(Kind::prefix, 4, Value::text("label 499"));
  query.order = {{4, true}};
  cheap("a prefix", 10);
  query.where = Predicate::equals(4, Value::text("label 77"));
  cheap("a unique value", 1);
  query.key = Query::primary_key;
  query.where = {};
  query.order = {{0, true}};
  cheap("the newest rows", 10);
  query.where = Predicate::equals(0, Value::id(numbered(9)));
  cheap("one row", 1);
  query.where = {Kind::never, 0, {}, {}, 0, {}};
  cheap("nothing", 0);
  query.key = Query::any_key;
  query.where = Predicate::all_of({Predicate::compare(Kind::contains, 4, Value::text("1")),
                                   Predicate::equals(4, Value::text("label 1"))});
  cheap("a key that the backend chooses", 1);
  query.key = 1;
  query.order = {{3, true}};
  query.where = Predicate::no(Predicate::absent(3));
  cheap("a partial key, present values", 10);

  const auto tx = f.store->read();
  tx->enter(numbered(77));
  f.kv->touched = 0;
  CHECK(tx->count(1, kind, 20, 0) == 20);
  CHECK(f.kv->touched < 200);
  f.kv->touched = 0;
  std::size_t rows = 0;
  const std::vector<std::string> words = {"word"};
  tx->search_text(1, words, false, {}, 10, [&](RowView) { return ++rows > 0; });
  CHECK(rows == 10);
  CHECK(f.kv->touched < 100);
}

TEST_CASE("check() names what is missing or too much") {
  Fixture f;
  f.fill(20);
  CHECK(f.store->check().empty());
  const auto damage = [&](kv::Section section, bool erase) {
    Fixture copy;
    copy.fill(20);
    const std::string prefix = kv::section_prefix(1, section, numbered(77));
    const auto tx = copy.memory->begin_write();
    std::string key;
    tx->scan(prefix, kv::successor(prefix), false, [&](std::string_view found, std::string_view) {
      key = found;
      return false;
    });
    REQUIRE(!key.empty());
    if (erase) {
      tx->erase(key);
    } else {
      tx->put(key, "\x09");
    }
    tx->commit(Durability::fast);
    const auto findings = copy.store->check();
    CHECK(!findings.empty());
    return findings.empty() ? StoreFinding{} : findings[0];
  };
  CHECK(damage(1, true).what == "a row is missing in a key");
  CHECK(damage(kv::rows_section, true).what == "a key has another number of rows than its table");
  CHECK(damage(kv::rows_section, false).what == "a row cannot be read");
  CHECK(damage(1, true).where == "item");
}

TEST_CASE("bytes of somebody else and damaged versions are refused") {
  const auto open = [](std::string_view key, std::string_view value) {
    std::shared_ptr<KvStore> kv = make_memory_kv();
    const auto tx = kv->begin_write();
    tx->put(key, value);
    tx->commit(Durability::fast);
    try {
      open_kv_backend(kv, {.migrations = migrations});
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::ok;
  };
  CHECK(open("somebody", "else") == ErrorCode::storage_not_a_store);
  const Value name = Value::text("schema_version");
  std::string key = kv::section_prefix(store_meta_table, kv::rows_section, {});
  kv::append_key(key, name);
  const auto version = [&](std::string_view text) {
    return kv::encode_row(std::vector<Value>{name, Value::text(text)});
  };
  CHECK(open(key, version("1")) == ErrorCode::ok);
  CHECK(open(key, version("0")) == ErrorCode::storage_needs_migration);
  CHECK(open(key, version("2")) == ErrorCode::storage_newer_version);
  for (const char* text : {"", "x", "-1", "1x", "99999999999999999999"}) {
    CHECK(open(key, version(text)) == ErrorCode::storage_corrupt);
  }
  CHECK(open(key, "\x09") == ErrorCode::storage_corrupt);
}

TEST_CASE("misuse is an internal error, not damage") {
  Fixture f;
  f.fill(3);
  const auto internal = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code() == ErrorCode::internal;
    }
    return false;
  };
  const auto tx = f.store->write(Durability::fast);
  tx->enter(numbered(77));
  const Uuid id = numbered(1);
  const Value good[] = {Value::id(id), Value::text("k"), Value::integer(1), Value::null(), Value::null()};
  CHECK(internal([&] { tx->insert(1, std::span(good).first(4)); }));
  CHECK(internal([&] { tx->insert(9, good); }));
  const Value bad[] = {Value::id(id), Value::null(), Value::integer(1), Value::null(), Value::null()};
  CHECK(internal([&] { tx->insert(1, bad); }));
  const Value wrong[] = {Value::id(id), Value::integer(1), Value::integer(1), Value::null(), Value::null()};
  CHECK(internal([&] { tx->insert(1, wrong); }));
  const unsigned primary_column = 0;
  CHECK(internal([&] { tx->update(1, good, {&primary_column, 1}, good); }));
  CHECK(internal([&] { tx->release(); }));
  CHECK(internal([&] { tx->rollback_to(); }));
  CHECK(internal([&] { tx->index_text(0, good, "x"); }));
  Query query;
  query.table = 1;
  query.after = OwnedRow{};
  CHECK(internal([&] { tx->scan(query, [](RowView) { return true; }); }));
  query.after.reset();
  query.order = {{9, false}};
  CHECK(internal([&] { tx->scan(query, [](RowView) { return true; }); }));
  tx->commit();
  CHECK(internal([&] { tx->erase(1, std::span(good).first(1)); }));
  CHECK(internal([&] { tx->commit(); }));
  const auto kv = make_memory_kv();
  CHECK(internal([&] { kv->begin_read()->put("a", "b"); }));
  CHECK(internal([&] { kv->begin_read()->erase("a"); }));
  CHECK(internal([&] { kv->begin_read()->commit(Durability::fast); }));
  try {
    kv->begin_write()->put(std::string(65 * 1024, 'k'), "");
    FAIL("a key beyond the limit was taken");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
  }
}
