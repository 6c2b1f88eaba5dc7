// Rules over facts: the operators by a table written by hand, bounds, explanations.

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/rule.hpp"

namespace atlas {
namespace {

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) out.push_back(cell);
  return out;
}

std::string refused(const Json& rule, const Json& data, const RuleLimits& limits = {}) {
  try {
    evaluate_rule(rule, data, limits);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::invalid_argument);
    return std::string(e.detail("reason").value_or(""));
  }
  return "";
}

}  // namespace

TEST_CASE("every operator answers as the table says", "[rule]") {
  std::ifstream file(std::string(ATLAS_TEST_DATA) + "/rules.tsv");
  REQUIRE(file);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto row = cells(line);
    REQUIRE(row.size() == 3);
    CAPTURE(line);
    ++rows;
    const Json rule = Json::parse(row[0]), data = Json::parse(row[1]);
    if (row[2] == "error")
      CHECK(!refused(rule, data).empty());
    else
      CHECK(evaluate_rule(rule, data).dump() == Json::parse(row[2]).dump());
  }
  CHECK(rows > 180);
}

TEST_CASE("a rule is bounded in depth, steps and what it makes", "[rule]") {
  Json deep = true;
  for (int i = 0; i < 100; ++i) deep = Json{{"!", Json::array({deep})}};
  CHECK(refused(deep, nullptr) == "\"depth\"");
  const Json many = Json::parse(R"({"map":[{"var":""},{"map":[{"var":"a"},1]}]})");
  Json data = Json::array();
  for (int i = 0; i < 300; ++i) data.push_back(Json{{"a", Json(std::vector<int>(100, 1))}});
  CHECK(refused(many, data) == "\"steps\"");
  CHECK(
      refused(
          Json::parse(
              R"({"reduce":[{"var":""},{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"xxxxxxxx"]})"),
          Json(std::vector<int>(40, 1))) == "\"bytes\"");
}

TEST_CASE("what a rule reads and does not know is told", "[rule]") {
  const auto names = names_of_rule(Json::parse(
      R"({"and":[{"==":[{"var":"listing.price"},1]},{"missing":["email","phone"]},{"some":[{"var":"parties"},{"var":"role"}]},
          {"nope":[{"var":["score",0]}]},{"missing_some":[1,["a","b"]]},{"var":{"cat":["x"]}}]})"));
  CHECK(names.facts ==
        std::vector<std::string>{"listing.price", "email", "phone", "parties", "score", "a", "b", ""});
  CHECK(names.unknown_operations == std::vector<std::string>{"nope"});
}

TEST_CASE("a rule that fails says which clause, over which facts", "[rule]") {
  const Json rule = Json::parse(
      R"({"and":[{">=":[{"var":"budget"},100]},{"or":[{"var":"phone"},{"var":"email"}]},{"if":[{"var":"vip"},true,{"==":[{"var":"stage"},"B"]}]}]})");
  CHECK(explain_rule(rule, Json::parse(R"({"budget":200,"email":"a","stage":"B"})")).empty());
  const auto failed = explain_rule(rule, Json::parse(R"({"budget":50,"stage":"A"})"));
  REQUIRE(failed.size() == 4);
  CHECK(failed[0].pointer == "/and/0");
  CHECK(failed[0].facts == R"({"budget":50})");
  CHECK(failed[1].pointer == "/and/1/or/0");
  CHECK(failed[2].pointer == "/and/1/or/1");
  CHECK(failed[2].clause == R"({"var":"email"})");
  CHECK(failed[3].pointer == "/and/2/if/2");
  CHECK(failed[3].facts == R"({"stage":"A"})");
}

}  // namespace atlas
