// Every place of the store in which a record's id can stand, against a table written by hand: so that a table
// that comes later cannot be forgotten by merges.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "references.hpp"
#include "room.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

struct Expected {
  std::set<std::string> kinds;
  std::string on_merge;
};
using IdColumn = std::pair<std::string, std::string>;

std::map<IdColumn, Expected> expected() {
  std::ifstream file(ATLAS_TEST_DATA "/merge_references.tsv");
  REQUIRE(file);
  std::map<IdColumn, Expected> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells(line);
    std::string table, column, kinds, on_merge;
    REQUIRE(cells >> table >> column >> kinds >> on_merge);
    Expected e{{}, on_merge};
    std::istringstream list(kinds);
    for (std::string kind; kinds != "-" && std::getline(list, kind, ',');) e.kinds.insert(kind);
    CHECK(out.emplace(IdColumn{table, column}, e).second);
  }
  return out;
}

struct Planted {
  duplicates::Place place;
  Uuid id;
};

std::string name_of(const duplicates::Place& place) {
  return std::string(place.entity->schema->name) + "." + std::string(place.field->name);
}

Uuid new_record(Session& s, const std::string& kind, const std::string& n) {
  if (kind == "party") return s.call(parties::create, {.role_code = "BUYER", .family_name = "P" + n}).id;
  if (kind == "listing")
    return s
        .call(listings::create, {.transaction_type_code = "TX_SALE",
                                 .property_type_code = "PROP_APARTMENT",
                                 .title = "Appartement " + n})
        .id;
  return s.call(dossiers::create, {.contact_name = "D" + n, .phone = "06123456" + n}).dossier->id;
}

std::int64_t version_of(Session& s, const std::string& kind, const Uuid& id) {
  if (kind == "party") return s.call(parties::get, {.id = id}).version;
  if (kind == "listing") return s.call(listings::get, {.id = id}).version;
  return s.call(dossiers::get, {.id = id}).version;
}

}  // namespace

TEST_CASE("every column of the store that can hold an id is known to merges", "[dedup][catalogue]") {
  Room b;
  const auto all = expected();
  std::set<IdColumn> there;
  for (const Table& table : b.registry->catalog().tables) {
    if (table.name == "store_meta") continue;
    for (const atlas::Column& c : table.columns)
      if (c.type == ColumnType::blob && c.name != "created_by" && c.name != "subject_id")
        there.emplace(table.name, c.name);
  }
  for (const IdColumn& c : there) {
    CAPTURE(c.first, c.second);
    CHECK(all.contains(c));
  }
  for (const auto& [c, e] : all) {
    CAPTURE(c.first, c.second);
    CHECK(there.contains(c));
  }
  // Merges turn what the table says, and nothing else.
  for (const std::string_view kind : duplicates::kinds) {
    std::set<IdColumn> turned;
    for (const auto& place : duplicates::places_of(*b.registry, kind))
      if (!place.nested) turned.emplace(place.entity->schema->name, place.field->name);
    std::set<IdColumn> wanted;
    for (const auto& [c, e] : all)
      if (e.on_merge == "turned" && e.kinds.contains(std::string(kind))) wanted.insert(c);
    CAPTURE(kind);
    for (const IdColumn& c : wanted) {
      CAPTURE(c.first, c.second);
      CHECK(turned.contains(c));
    }
    for (const IdColumn& c : turned) {
      CAPTURE(c.first, c.second);
      CHECK(wanted.contains(c));
    }
  }
  // A field that says to which kind its ids lead cannot hide in a table that stays.
  for (const auto& [name, info] : b.registry->entities()) {
    for (const Field& f : info.schema->fields) {
      if (f.kind != Kind::id || f.rules.refers_to.empty()) continue;
      const auto it = all.find({name, std::string(f.name)});
      if (it == all.end()) continue;
      const bool mergeable =
          f.rules.refers_to == "dossier" || f.rules.refers_to == "party" || f.rules.refers_to == "listing";
      CAPTURE(name, f.name);
      CHECK(mergeable == it->second.kinds.contains(std::string(f.rules.refers_to)));
    }
  }
}

TEST_CASE("a row in each table that names the loser names the survivor, and the loser again", "[dedup]") {
  const std::string kind = GENERATE(as<std::string>(), "dossier", "party", "listing");
  CAPTURE(kind);
  Room b;
  Session& s = *b.session;
  const Uuid survivor = new_record(s, kind, "11"), loser = new_record(s, kind, "22");
  std::vector<Planted> planted;
  b.in_a_room([&](Context& cx) {
    planted.clear();
    for (const duplicates::Place& place : duplicates::places_of(cx.registry(), kind)) {
      if (place.nested) continue;  // attendees: see the merge of parties
      const auto row = place.entity->make();
      duplicates::set_value(*place.field, row.get(), duplicates::json_id(loser));
      if (place.kind_field) duplicates::set_value(*place.kind_field, row.get(), "\"" + kind + "\"");
      cx.insert(*place.entity, row.get(), {}, false);
      planted.push_back({place, static_cast<Entity*>(row.get())->id});
    }
  });
  CHECK(planted.size() >= (kind == "listing" ? 5 : 8));
  b.clock.advance(micros_per_second);
  const auto all_name = [&](const Uuid& id) {
    b.in_a_room([&](Context& cx) {
      for (const Planted& p : planted) {
        CAPTURE(name_of(p.place));
        const auto row = duplicates::load_record(cx, *p.place.entity, p.id);
        REQUIRE(row);
        CHECK(duplicates::value_of(*p.place.field, row.get()) == duplicates::json_id(id));
      }
    });
  };
  all_name(loser);
  const auto merged = s.call(duplicates::merge, {.entity_kind = kind,
                                                 .survivor_id = survivor,
                                                 .survivor_version = version_of(s, kind, survivor),
                                                 .loser_id = loser,
                                                 .loser_version = version_of(s, kind, loser)});
  all_name(survivor);
  const auto undone = s.call(duplicates::undo, {.merge_id = merged.merge->id});
  for (const MergeConflict& c : undone.conflicts) UNSCOPED_INFO(c.kind + " " + c.field);
  CHECK(undone.conflicts.empty());
  all_name(loser);
}
