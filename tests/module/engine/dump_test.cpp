// An organisation goes to another store and is the same there: ids, history, audit, keys of persons.

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "world.hpp"

namespace atlas::testing {
namespace {

std::vector<std::string> dump_of(Engine& engine, const Uuid& org) {
  std::vector<std::string> lines;
  engine.dump(org, [&](std::string_view line) { lines.emplace_back(line.substr(0, line.size() - 1)); });
  return lines;
}

DumpSource source_of(const std::vector<std::string>& lines) {
  return [&lines, at = std::size_t{0}](std::string& line) mutable {
    if (at == lines.size()) return false;
    line = lines[at++];
    return true;
  };
}

/// A year in the life of a small agency.
Uuid live(World& w) {
  auto s = w.admin();
  const auto first = s.call(dossiers::create, {.contact_name = "Nadia Berrada",
                                               .phone = "0612345678",
                                               .email = "nadia@example.ma",
                                               .external_refs = {{"erp", "1"}}});
  s.call(dossiers::create, {.contact_name = "N. Berrada", .phone = "06 12 34 56 78"});
  s.call(activities::add_note, {.id = first.dossier->id, .body = "Cherche un T3 à Agdal"});
  auto d = s.call(dossiers::get, {first.dossier->id});
  d = s.call(dossiers::transition, {.id = d.id, .version = d.version, .to = "CRM_CONTACTED"});
  const Party p =
      s.call(parties::create, {.role_code = "OWNER", .family_name = "Œuvrard", .phones = {"0522112233"}});
  s.call(parties::archive, {p.id, p.version});
  return d.id;
}

void make_like(std::vector<std::string>& lines, const std::function<bool(Json&)>& change) {
  for (std::string& line : lines) {
    Json j = Json::parse(line);
    if (!change(j)) continue;
    line = j.dump();
    return;
  }
  FAIL("nothing to change");
}

}  // namespace

TEST_CASE("an organisation that was dumped and loaded is the same", "[dump]") {
  const auto from = GENERATE(from_range(backends()));
  const auto to = GENERATE(from_range(backends()));
  CAPTURE(from, to);
  World a(from);
  const Uuid dossier = live(a);
  const auto lines = dump_of(a.engine, a.one.org);
  World b(to);
  const DumpResult loaded = b.engine.load(source_of(lines));
  CHECK(loaded.organisation == a.one.org);
  CHECK(loaded.subjects > 0);
  CHECK(dump_of(b.engine, a.one.org) == lines);
  CHECK(b.engine.check().ok());

  auto there = b.engine.session({.org = a.one.org, .user = a.one.admin});
  CHECK(to_json(there.call(dossiers::get, {dossier})) == to_json(a.admin().call(dossiers::get, {dossier})));
  // What was personal in the audit can still be read, the duplicate is still met, and life goes on.
  CHECK(there.call(activities::timeline, {.dossier_id = dossier}).items.size() ==
        a.admin().call(activities::timeline, {.dossier_id = dossier}).items.size());
  const auto met = there.call(dossiers::create, {.contact_name = "Nadia", .phone = "+212612345678"});
  CHECK_FALSE(met.created);
  CHECK(met.dossier->id == dossier);
  CHECK(b.engine.check().ok());
  // A second time it is here already.
  CHECK(code_of([&] { b.engine.load(source_of(lines)); }) == ErrorCode::conflict);
}

TEST_CASE("a dump that was changed, cut or mixed is refused whole", "[dump]") {
  World a("memory");
  live(a);
  const auto whole = dump_of(a.engine, a.one.org);
  World b("memory");
  const auto refused = [&](std::vector<std::string> lines) {
    const ErrorCode code = code_of([&] { b.engine.load(source_of(lines)); });
    CHECK(b.engine.organisations().size() == 2);
    return code;
  };
  for (std::size_t keep : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1})
    CHECK(refused({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)}) ==
          ErrorCode::invalid_argument);
  auto more = whole;
  more.push_back(whole.back());
  CHECK(refused(more) == ErrorCode::invalid_argument);
  auto changed = whole;
  make_like(changed, [](Json& j) { return j.is_array() && j.size() > 20 && (j[2] = 7, true); });
  CHECK(refused(changed) == ErrorCode::invalid_argument);
  auto older = whole;
  make_like(older, [](Json& j) { return j.is_object() && (j["schema_version"] = 1, true); });
  CHECK(refused(older) == ErrorCode::not_supported);
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    auto missing = whole;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(refused(missing) != ErrorCode::ok);
  }
  CHECK_NOTHROW(b.engine.load(source_of(whole)));
}

TEST_CASE("a change that also mends the dump's hash is found by the audit", "[dump]") {
  World a("memory");
  live(a);
  auto lines = dump_of(a.engine, a.one.org);
  // The name of the contact, as somebody who knows the format would put it.
  for (std::string& line : lines) {
    const auto at = line.find("Nadia Berrada");
    if (line.front() == '[' && at != std::string::npos) line.replace(at, 13, "Nadia Bennani");
  }
  Sha256 hash;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) hash.update(lines[i] + "\n");
  Json end = Json::parse(lines.back());
  end["sha256"] = hex(as_view(hash.finish()));
  lines.back() = end.dump();
  World b("memory");
  CHECK(code_of([&] { b.engine.load(source_of(lines)); }) == ErrorCode::storage_corrupt);
  CHECK(b.engine.organisations().size() == 2);
}

}  // namespace atlas::testing
