#pragma once
// Tables of tests/data, a row a line.

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

inline std::vector<std::vector<std::string>> rows_of(const std::string& name, std::size_t width) {
  std::ifstream file(ATLAS_TEST_DATA "/" + name);
  REQUIRE(file);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '\t');) cells.push_back(cell);
    INFO(line);
    REQUIRE(cells.size() == width);
    rows.push_back(std::move(cells));
  }
  return rows;
}
