#pragma once
// A file through a map, for tests.

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/import_map.hpp"
#include "atlas/json.hpp"

namespace atlas::imports {

inline const Currency dirham = *parse_currency("MAD");

// What the records of a file become: the input as JSON, or "/path code (reason)", with "~field code"
// warnings.
inline std::vector<std::string> mapped(const std::string& map_text, std::string_view file,
                                       MapDefaults defaults = {dirham, "Africa/Casablanca"}) {
  const ImportMap map = read_import_map(map_text);
  RecordMapper mapper(map, std::move(defaults));
  MappedRecord out;
  std::vector<std::string> lines;
  ImportReader reader(
      [&](const ImportRecord& r) {
        REQUIRE(r.refused.empty());
        mapper.map(r, out);
        std::string line;
        REQUIRE(out.errors.size() == out.reasons.size());
        for (std::size_t i = 0; i < out.errors.size(); ++i)
          line += out.errors[i].path + " " + out.errors[i].code + " (" + std::string(out.reasons[i]) + ")";
        if (out.is_refused())
          CHECK(out.input.empty());
        else
          line = parse_json(out.input).dump();
        for (const MapWarning& w : out.warnings) {
          line.append(" ~").append(w.field).append(" ").append(w.code);
          if (!w.reason.empty()) line.append(" ").append(w.reason);
        }
        lines.push_back(line);
      },
      map.reader_options());
  reader.feed(file);
  reader.finish();
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace atlas::imports
