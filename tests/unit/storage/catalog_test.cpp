#include <catch2/catch.hpp>

#include "atlas/catalog.hpp"
#include "atlas/error.hpp"
#include "atlas/predicate.hpp"

using namespace atlas;

namespace {

Catalog read(std::string_view text) {
  const Migration migration{1, "one", text};
  return catalog_of({&migration, 1});
}

void refuse(std::string_view text, std::string_view why) {
  INFO(text);
  try {
    read(text);
    FAIL("was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::internal);
    CHECK_THAT(error.message(), Catch::Contains(std::string(why)));
  }
}

constexpr std::string_view small = "table t\n  id blob\n  n integer null\n  primary id\n";

}  // namespace

TEST_CASE("a table is read from its text") {
  const Catalog catalog = read(R"(
# a comment
table dossier full_text
  id blob
  # another
  name text
  rank integer null
	tabbed blob null
  primary id name
  key by_rank rank id
  unique by_name name
table directory_entry directory secure
  name text
  primary name
)");
  REQUIRE(catalog.tables.size() == 3);
  CHECK(catalog == [&] {
    Catalog expected = initial_catalog();
    Table dossier;
    dossier.name = "dossier";
    dossier.columns = {{"id", ColumnType::blob, false},
                       {"name", ColumnType::text, false},
                       {"rank", ColumnType::integer, true},
                       {"tabbed", ColumnType::blob, true}};
    dossier.primary = 2;
    dossier.keys = {{"by_rank", {2, 0}, false}, {"by_name", {1}, true}};
    dossier.full_text = true;
    Table entry;
    entry.name = "directory_entry";
    entry.tenant = false;
    entry.columns = {{"name", ColumnType::text, false}};
    entry.secure = true;
    expected.tables.push_back(dossier);
    expected.tables.push_back(entry);
    return expected;
  }());
  CHECK(catalog.id("store_meta") == 0);
  CHECK(catalog.id("dossier") == 1);
  CHECK(catalog[1].column("rank") == 2);
  CHECK(catalog[1].key("by_name") == 1);
  CHECK_THROWS_AS(catalog.id("nothing"), Error);
  CHECK_THROWS_AS(catalog[1].column("nothing"), Error);
  CHECK_THROWS_AS(catalog[1].key("nothing"), Error);
}

TEST_CASE("migrations follow each other and tell their steps") {
  Catalog catalog;
  const auto made = apply(
      catalog, {1, "one", "table t\n  id blob\n  n integer\n  primary id\n  key by_n n\n  key by_id id\n"});
  REQUIRE(made.size() == 1);
  CHECK(made[0].kind == MigrationStep::Kind::create_table);
  CHECK(made[0].table == 1);

  const auto steps = apply(catalog, {2, "two",
                                     "add column t label text null\n"
                                     "add column t weight integer\n"
                                     "add unique t by_label label n\n"
                                     "drop key t by_n\n"
                                     "add full_text t\n"
                                     "add key t by_weight weight"});
  REQUIRE(steps.size() == 6);
  CHECK(steps[0].kind == MigrationStep::Kind::add_column);
  CHECK(steps[0].position == 2);
  CHECK(steps[0].after.columns.size() == 3);
  CHECK(steps[1].position == 3);
  CHECK(steps[2].kind == MigrationStep::Kind::add_key);
  CHECK(steps[2].position == 2);
  CHECK(steps[2].after.keys[2].unique);
  CHECK(steps[3].kind == MigrationStep::Kind::drop_key);
  CHECK(steps[3].position == 0);
  CHECK(steps[3].dropped == TableKey{"by_n", {1}, false});
  CHECK(steps[4].kind == MigrationStep::Kind::set_full_text);
  CHECK(steps[5].position == 2);
  CHECK(catalog[1].keys.size() == 3);
  CHECK(catalog[1].full_text);

  const Catalog before = catalog;
  CHECK_THROWS_AS(apply(catalog, {3, "three", "add column t more text\nadd column t more text"}), Error);
  CHECK(catalog == before);

  const Migration gap[] = {{1, "one", small}, {3, "three", "add full_text t"}};
  CHECK_THROWS_AS(catalog_of(gap), Error);
  const Migration late[] = {{2, "two", small}};
  CHECK_THROWS_AS(catalog_of(late), Error);
  CHECK(catalog_of({}) == initial_catalog());
}

TEST_CASE("texts that do not parse or fit are refused with their line") {
  refuse("", "changes nothing");
  refuse("# only a comment\n", "changes nothing");
  refuse("table\n", "without a name");
  refuse("tabel t\n", "not known");
  refuse("  id blob\n", "outside a table");
  refuse("table t\n  id blob\n", "without a primary key");
  refuse("table t\n  primary id\n", "does not fit");
  refuse("table t\n  id blob\n  primary\n", "does not fit");
  refuse("table t\n  id blob\n  n integer\n  primary n\n", "first columns");
  refuse("table t\n  id blob null\n  primary id\n", "may be null");
  refuse("table t\n  id blob\n  primary id\n  primary id\n", "second primary");
  refuse("table t\n  id blob\n  primary id\n  late text\n", "after the primary key");
  refuse("table t\n  id blob\n  key by_id id\n  primary id\n", "before the primary key");
  refuse("table t\n  id uuid\n  primary id\n", "unknown type");
  refuse("table t\n  id blob nil\n  primary id\n", "unknown word");
  refuse("table t\n  id blob null extra\n  primary id\n", "does not parse");
  refuse("table t\n  id\n  primary id\n", "does not parse");
  refuse("table t\n  id blob\n  id text\n  primary id\n", "exists");
  refuse("table t fast\n  id blob\n  primary id\n", "unknown flag");
  refuse("table t secure secure\n  id blob\n  primary id\n", "twice");
  refuse("table T\n  id blob\n  primary id\n", "name");
  refuse("table 1t\n  id blob\n  primary id\n", "name");
  refuse("table t;drop\n  id blob\n  primary id\n", "name");
  refuse("table " + std::string(41, 't') + "\n  id blob\n  primary id\n", "name");
  refuse("table sqlite_x\n  id blob\n  primary id\n", "reserved");
  refuse("table store_meta\n  id blob\n  primary id\n", "exists");
  refuse("table t\n  org_id blob\n  primary org_id\n", "reserved");
  refuse("table t\n  rowid blob\n  primary rowid\n", "reserved");
  refuse(std::string(small) + "  key by_x x\n", "not there");
  refuse(std::string(small) + "  key by_n n n\n", "twice");
  refuse(std::string(small) + "  key by_n\n", "without columns");
  refuse(std::string(small) + "  key by_n n\n  unique by_n n\n", "exists");
  refuse(std::string(small) + "  key primary n\n", "reserved");
  refuse(std::string(small) + std::string(small), "exists");
  refuse(std::string(small) + "add column u x text\n", "not there");
  refuse(std::string(small) + "add column t n text\n", "exists");
  refuse(std::string(small) + "add column t x\n", "does not parse");
  refuse(std::string(small) + "drop key t by_n\n", "not there");
  refuse(std::string(small) + "drop column t n\n", "not known");
  refuse(std::string(small) + "add full_text t\nadd full_text t\n", "has full text");
  refuse("add column store_meta x text null\n", "not there");
  refuse(std::string(small) + "add column t x unknown\n", "line 5");
  CHECK_NOTHROW(read("table t directory\n  org_id blob\n  primary org_id\n"));
  CHECK_NOTHROW(read("table " + std::string(40, 't') + "\n  id blob\n  primary id\n"));
}

TEST_CASE("values compare within their type") {
  CHECK(compare(Value::integer(-1), Value::integer(1)) < 0);
  CHECK(compare(Value::integer(5), Value::integer(5)) == 0);
  CHECK(compare(Value::text("b"), Value::text("a")) > 0);
  CHECK(compare(Value::text("a"), Value::text("aa")) < 0);
  CHECK(compare(Value::blob("\x7F"), Value::blob("\x80")) < 0);
  CHECK(Value::text("a") != Value::blob("a"));
  const OwnedRow owned = own(std::vector<Value>{Value::null(), Value::text("t"), Value::integer(3)});
  CHECK(own(views(owned)) == owned);
}

TEST_CASE("a predicate must fit its table") {
  const Catalog catalog = read(
      "table t\n  id blob\n  n integer null\n  s text\n  primary id\ntable u\n  id blob\n  primary id\n");
  using Kind = Predicate::Kind;
  const auto valid = [&](const Predicate& p) { require_valid(catalog, 1, p); };
  CHECK_NOTHROW(valid(Predicate::equals(1, Value::integer(1))));
  CHECK_NOTHROW(valid(Predicate::equals(1, Value::null())));
  CHECK_NOTHROW(valid({Kind::exists, 0, {}, {Predicate{}}, 2, {{0, 0}}}));
  CHECK_THROWS_AS(valid(Predicate::equals(3, Value::integer(1))), Error);
  CHECK_THROWS_AS(valid(Predicate::equals(1, Value::text("1"))), Error);
  CHECK_THROWS_AS(valid(Predicate::compare(Kind::prefix, 1, Value::integer(1))), Error);
  CHECK_THROWS_AS(valid({Kind::less, 1, {}, {}, 0, {}}), Error);
  CHECK_THROWS_AS(valid({Kind::negation, 0, {}, {}, 0, {}}), Error);
  CHECK_THROWS_AS(valid({Kind::exists, 0, {}, {Predicate{}}, 9, {}}), Error);
  CHECK_THROWS_AS(valid({Kind::exists, 0, {}, {}, 2, {}}), Error);
  CHECK_THROWS_AS(valid({Kind::exists, 0, {}, {Predicate{}}, 2, {{1, 0}}}), Error);
  CHECK_THROWS_AS(require_valid(catalog, 7, {}), Error);
  Predicate deep;
  for (int i = 0; i < 70; ++i) deep = Predicate::no(std::move(deep));
  CHECK_THROWS_AS(valid(deep), Error);

  const std::vector<Value> row = {Value::blob("i"), Value::null(), Value::text("s")};
  CHECK(matches(Predicate::no(Predicate::equals(1, Value::integer(1))), row));
  CHECK_FALSE(matches(Predicate::equals(1, Value::null()), row));
  CHECK_THROWS_AS(matches({Kind::exists, 0, {}, {Predicate{}}, 2, {{0, 0}}}, row), Error);
}
