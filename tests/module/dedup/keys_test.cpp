// The keys under which records are found, as they lie in stores: pinned.

#include <cinttypes>
#include <fstream>

#include "atlas/derivation.hpp"
#include "room.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// "51:0123456789abcdef,…", sorted.
std::string told(const std::vector<MatchKey>& keys) {
  std::string out;
  for (const MatchKey& key : keys) {
    char text[48];
    std::snprintf(text, sizeof text, "%s%" PRId64 ":%016" PRIx64, out.empty() ? "" : ",", key.kind,
                  static_cast<std::uint64_t>(key.hash));
    out += text;
  }
  return out;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == '\t')
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

}  // namespace

TEST_CASE("the keys of a record are those that stores hold", "[dedup][keys]") {
  Room room;
  std::ifstream file(ATLAS_TEST_DATA "/match_keys.tsv");
  REQUIRE(file);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = cells_of(line);
    if (cells[0] == "key_rules") {
      const std::string stamp = derivation_stamp(normalisers().front());
      CHECK(stamp.substr(stamp.rfind('/') + 1) == cells.at(1));
      continue;
    }
    REQUIRE(cells.size() == 3);
    CAPTURE(line);
    const std::string kind = cells[0] == "dossiers.create"  ? "dossier"
                             : cells[0] == "parties.create" ? "party"
                                                            : "listing";
    // Each alone: a dossier would meet the one before.
    room.session->begin_batch();
    const std::string answer = room.session->call_json(cells[0], cells[1]);
    const auto at = answer.find("\"id\":\"");
    REQUIRE(at != std::string::npos);
    const Uuid id = parse_uuid(answer.substr(at + 6, 36)).value();
    std::string keys;
    room.in_a_room([&](Context& cx) {
      const EntityInfo& info = cx.registry().entity(kind);
      const auto record = info.make();
      REQUIRE(cx.load(info, id, record.get(), RowLock::none, false));
      const auto made = cx.match_keys_of(info, record.get());
      CHECK(made.size() <= 4);
      keys = told(made);
      // And they lie in the store.
      for (const MatchKey& key : made) CHECK(cx.matches(key, 10) == std::vector<Uuid>{id});
    });
    room.session->rollback_batch();
    CHECK((keys.empty() ? "-" : keys) == cells[2]);
    ++rows;
  }
  CHECK(rows >= 12);
}
