// The SQL text that both engines share: names, definitions, keyset conditions, two-valued negation.

#include <catch2/catch.hpp>

#include "atlas/error.hpp"
#include "atlas/sql.hpp"

namespace {

using namespace atlas;

const sql::Dialect dialect{
    .parameter = "$",
    .tenant_column = "org",
    .tenant_type = "uuid",
    .integer_type = "bigint",
    .text_type = "text",
    .blob_type = "bytea",
    .empty_text = "''",
    .empty_blob = "''",
    .contains = "strpos",
    .index_hints = true,
    .row_locks = true,
};

Catalog catalog() {
  static const Migration migrations[] = {{1, "first",
                                          "table item\n"
                                          "  id blob\n"
                                          "  state text\n"
                                          "  due integer null\n"
                                          "  rank integer\n"
                                          "  primary id\n"
                                          "  key by_state state due\n"
                                          "  key by_due due\n"
                                          "  unique by_rank rank\n"
                                          "table kind directory\n"
                                          "  name text\n"
                                          "  primary name\n"}};
  return catalog_of(migrations);
}

constexpr TableId item = 1, kind = 2;
constexpr unsigned id = 0, state = 1, due = 2, rank = 3;
const std::string columns = R"(t."id", t."state", t."due", t."rank")";

std::string where_of(const Predicate& where) {
  const Catalog tables = catalog();
  sql::Statement out;
  sql::append_where(dialect, tables, tables[item], "t", where, out);
  return out.text;
}

std::string rest_of(const sql::Statement& statement) {
  const std::size_t at = statement.text.find(" FROM ");
  CHECK(statement.text.substr(0, at) == "SELECT " + columns);
  return statement.text.substr(at + 1);
}

}  // namespace

TEST_CASE("names are quoted and bounded") {
  CHECK(sql::quoted("a\"b") == "\"a\"\"b\"");
  Catalog tables = catalog();
  CHECK(sql::index_name(tables[item], Query::primary_key) == "item___pk");
  CHECK(sql::index_name(tables[item], 1) == "item__by_due");
  Table wide = tables[item];
  wide.name = std::string(40, 'n');
  wide.keys[0].name = std::string(40, 'k');
  wide.keys[1].name = std::string(39, 'k') + "l";
  CHECK(sql::index_name(wide, 0).size() == 63);
  CHECK(sql::index_name(wide, 0) != sql::index_name(wide, 1));
}

TEST_CASE("tables get a unique index for the primary key and one for each other") {
  const std::vector<std::string> made = sql::create_table(dialect, catalog()[item]);
  REQUIRE(made.size() == 5);
  CHECK(
      made[0] ==
      R"(CREATE TABLE "item" ("org" uuid NOT NULL, "id" bytea NOT NULL, "state" text NOT NULL, "due" bigint, "rank" bigint NOT NULL))");
  CHECK(made[1] == R"(CREATE UNIQUE INDEX "item___pk" ON "item" ("org", "id"))");
  CHECK(made[2] == R"(CREATE INDEX "item__by_state" ON "item" ("org", "state", "due", "id"))");
  CHECK(made[3] == R"(CREATE INDEX "item__by_due" ON "item" ("org", "due", "id") WHERE "due" IS NOT NULL)");
  CHECK(made[4] == R"(CREATE UNIQUE INDEX "item__by_rank" ON "item" ("org", "rank"))");
  CHECK(sql::create_table(dialect, catalog()[kind])[1] ==
        R"(CREATE UNIQUE INDEX "kind___pk" ON "kind" ("name"))");
  CHECK(sql::add_column(dialect, catalog()[item], rank) ==
        R"(ALTER TABLE "item" ADD COLUMN "rank" bigint NOT NULL DEFAULT 0)");
  CHECK(sql::add_column(dialect, catalog()[item], due) == R"(ALTER TABLE "item" ADD COLUMN "due" bigint)");
}

TEST_CASE("row statements take the organisation, the primary key, then values") {
  const Catalog tables = catalog();
  const unsigned set[] = {rank, state};
  CHECK(sql::update_row(dialect, tables[item], set) ==
        R"(UPDATE "item" SET "rank" = $3, "state" = $4 WHERE "org" = $1 AND "id" = $2)");
  CHECK(sql::delete_row(dialect, tables[kind]) == R"(DELETE FROM "kind" WHERE "name" = $1)");
  CHECK(sql::insert_row(dialect, tables[kind]) == R"(INSERT INTO "kind" ("name") VALUES ($1))");
  CHECK(sql::get_row(dialect, tables[kind], RowLock::update_skip_locked) ==
        R"(SELECT "name" FROM "kind" WHERE "name" = $1 FOR UPDATE SKIP LOCKED)");
}

TEST_CASE("negation is carried down to comparisons that know absent cells") {
  using P = Predicate;
  const P late = P::compare(P::Kind::less, due, Value::integer(5));
  CHECK(where_of(late) == R"(t."due" < $1)");
  CHECK(where_of(P::no(late)) == R"((t."due" IS NULL OR t."due" >= $1))");
  CHECK(where_of(P::no(P::no(late))) == R"(t."due" < $1)");
  CHECK(where_of(P::no(P::equals(state, Value::text("a")))) == R"((t."state" <> $1))");
  CHECK(where_of(P::no(P::all_of({late, P::absent(due)}))) ==
        R"(((t."due" IS NULL OR t."due" >= $1) OR t."due" IS NOT NULL))");
  CHECK(where_of(P::absent(state)) == "FALSE");
  CHECK(where_of(P::equals(due, Value::null())) == "FALSE");
  CHECK(where_of(P::no(P::equals(due, Value::null()))) == "TRUE");
  CHECK(where_of(P::any_of({})) == "FALSE");
  CHECK(where_of(P::all_of({})) == "TRUE");
  P in{P::Kind::in, rank, {Value::integer(1), Value::null(), Value::integer(2), Value::integer(3)},
       {},          0,    {}};
  CHECK(where_of(in) == R"(t."rank" IN ($1, $2, $3, $4))");  // filled up to a power of two
  CHECK(where_of({P::Kind::in, rank, {Value::null()}, {}, 0, {}}) == "FALSE");
  CHECK(where_of({P::Kind::prefix, state, {Value::text("ab")}, {}, 0, {}}) ==
        R"((t."state" >= $1 AND t."state" < $2))");
  CHECK(where_of({P::Kind::contains, state, {Value::text("ab")}, {}, 0, {}}) ==
        R"(strpos(t."state", $1) > 0)");
  P exists{P::Kind::exists, 0, {}, {P::equals(rank, Value::integer(1))}, item, {{id, id}}};
  CHECK(
      where_of(P::no(exists)) ==
      R"(NOT EXISTS (SELECT 1 FROM "item" AS tx WHERE tx."org" = $1 AND tx."id" = t."id" AND tx."rank" = $2))");
}

TEST_CASE("an order without absent values continues by one row comparison") {
  Query query{.table = item,
              .order = {{rank, true}},
              .after = OwnedRow{Value::integer(7), Value::blob("x")},
              .limit = 10,
              .key = 2,
              .lock = RowLock::update};
  const auto statements = sql::scan(dialect, catalog(), query);
  REQUIRE(statements.size() == 1);
  CHECK(rest_of(statements[0]) ==
        R"(FROM "item" AS t INDEXED BY "item__by_rank" WHERE t."org" = $1 AND (t."rank", t."id") < ($2, $3) )"
        R"(ORDER BY t."rank" DESC, t."id" DESC LIMIT $4 FOR UPDATE OF t)");
  CHECK(statements[0].limit == 3);
  CHECK(statements[0].parameters[0].tenant);
}

TEST_CASE("an order that begins with a column that may be absent is two statements") {
  Query query{.table = item, .order = {{due, false}}, .key = 1};
  auto statements = sql::scan(dialect, catalog(), query);
  REQUIRE(statements.size() == 2);
  CHECK(rest_of(statements[0]) == R"(FROM "item" AS t INDEXED BY "item__by_due" WHERE t."org" = $1 AND )"
                                  R"(t."due" IS NOT NULL ORDER BY t."due", t."id")");
  // Rows without the column are not in the key.
  CHECK(rest_of(statements[1]) == R"(FROM "item" AS t INDEXED BY "item___pk" WHERE t."org" = $1 AND )"
                                  R"(t."due" IS NULL ORDER BY t."id")");
  query.after = OwnedRow{Value::null(), Value::blob("x")};
  statements = sql::scan(dialect, catalog(), query);
  REQUIRE(statements.size() == 1);
  CHECK(rest_of(statements[0]) == R"(FROM "item" AS t INDEXED BY "item___pk" WHERE t."org" = $1 AND )"
                                  R"(t."due" IS NULL AND t."id" > $2 ORDER BY t."id")");
  query.where = Predicate::compare(Predicate::Kind::greater, due, Value::integer(1));
  query.after.reset();
  CHECK(sql::scan(dialect, catalog(), query).size() == 1);
}

TEST_CASE("mixed directions and absent values in the middle continue by cases") {
  Query query{.table = item,
              .order = {{state, true}, {due, false}},
              .after = OwnedRow{Value::text("s"), Value::integer(1), Value::blob("x")},
              .key = Query::any_key};
  const auto statements = sql::scan(dialect, catalog(), query);
  REQUIRE(statements.size() == 1);
  CHECK(
      rest_of(statements[0]) ==
      R"(FROM "item" AS t WHERE t."org" = $1 AND t."state" <= $2 AND (t."state" < $2 OR (t."state" = $2 AND )"
      R"((t."due" > $3 OR t."due" IS NULL OR (t."due" = $3 AND (t."id" > $4))))) )"
      R"(ORDER BY t."state" DESC, t."due" NULLS LAST, t."id")");
}

TEST_CASE("a key that may lack rows gives way; what does not fit is refused") {
  const Catalog tables = catalog();
  CHECK(sql::count(dialect, tables, item, {}, 5, 1).text.find("item___pk") != std::string::npos);
  CHECK_THROWS_AS(
      sql::scan(dialect, tables, {.table = item, .where = Predicate::equals(rank, Value::text("1"))}), Error);
  CHECK_THROWS_AS(sql::scan(dialect, tables, {.table = item, .order = {{9, false}}}), Error);
  CHECK_THROWS_AS(sql::scan(dialect, tables, {.table = item, .after = OwnedRow{}}), Error);
  const unsigned by_text[] = {state};
  CHECK_THROWS_AS(sql::aggregate(dialect, tables, item, {}, {}, by_text), Error);
}

TEST_CASE("the text after a prefix is the next by code points") {
  CHECK(sql::after_prefix("a") == "b");
  CHECK(sql::after_prefix("az") == "a{");
  CHECK(sql::after_prefix("\x7f") == "\xc2\x80");
  CHECK(sql::after_prefix("\xdf\xbf") == "\xe0\xa0\x80");
  CHECK(sql::after_prefix("\xed\x9f\xbf") == "\xee\x80\x80");  // past the surrogates
  CHECK(sql::after_prefix("\xef\xbf\xbf") == "\xf0\x90\x80\x80");
  CHECK(sql::after_prefix("a\xf4\x8f\xbf\xbf") == "b");  // the last code point has none after it
  CHECK(sql::after_prefix("\xf4\x8f\xbf\xbf").empty());
  CHECK(sql::after_prefix("a\xff\xff") == "b");
  CHECK(sql::after_prefix("a\xc3") == "a\xc4");
}

TEST_CASE("the halves of a sum are joined exactly") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const auto split = [](std::initializer_list<std::int64_t> numbers) {
    std::int64_t high = 0;
    std::int64_t low = 0;
    for (const std::int64_t n : numbers) {
      high += n >> 32;
      low += n & 0xffffffff;
    }
    return sql::join_sum(high, low);
  };
  CHECK(split({1, -1, 5}) == 5);
  CHECK(split({most, most, least, least}) == -2);
  CHECK(split({most}) == most);
  CHECK(split({least}) == least);
  CHECK_THROWS_AS(split({most, 1}), Error);
  CHECK_THROWS_AS(split({least, -1}), Error);
}
