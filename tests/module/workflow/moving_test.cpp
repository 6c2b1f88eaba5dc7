// Running dossiers are moved to a published version; none is ever stranded.

#include <map>
#include <random>

#include "definitions.hpp"

namespace atlas::testing {

TEST_CASE("a published mapping moves the dossiers, some at a time, and says so everywhere", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const int many = static_cast<int>(workflow::moved_at_once) + 130;
  int number = 0;
  for (int i = 0; i < many; ++i) open_lead(s, rent, ++number);
  const Dossier triaged = go(s, open_lead(s, rent, ++number), {"CRM_TRIAGED"});
  const std::vector<std::string> to_visit{"CRM_TRIAGED", "CRM_CONTACTED", "CRM_QUALIFIED"};
  const Dossier held = go(s, go(s, open_lead(s, rent, ++number), to_visit), {"CRM_ON_HOLD"});
  Dossier lost = open_lead(s, rent, ++number);
  lost = s.call(dossiers::transition,
                {.id = lost.id, .version = lost.version, .to = "CRM_CLOSED_LOST", .reason_code = "OTHER"});

  workflow::Definition d = definition_of(s, rent);
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  drop(d, "CRM_QUALIFIED", "CRM_CONTACTED", "CRM_VISIT_PLANNED");
  d.transitions.push_back(step("T_HOLD", "CRM_VISIT_PLANNED", "CRM_ON_HOLD"));
  workflow::PublishInput in{.definition = d, .base_version = 1, .running = "MOVE"};
  const Error e = error_of([&] { s.call(workflow::publish, in); });
  CHECK(e.code() == ErrorCode::definition_invalid);
  CHECK(detail_of(e, "findings").find("mapping_missing") != std::string::npos);
  in.mapping = {{"CRM_TRIAGED", "CRM_CONTACTED"}, {"CRM_QUALIFIED", "CRM_VISIT_PLANNED"}};
  const auto done = s.call(workflow::publish, in);
  CHECK(done.to_move == many + 2);

  // Until it is their turn they stand where they stood, and can go on.
  CHECK(s.call(dossiers::get, {triaged.id}).workflow_version == 1);
  CHECK_FALSE(s.call(dossiers::transitions, {.id = triaged.id}).items.empty());
  CHECK(s.call(workflow::versions, {rent}).items[0].move_status == "RUNNING");
  w.engine.pump(1);
  const auto part = s.call(workflow::versions, {rent}).items[0];
  CHECK(part.moved >= static_cast<std::int64_t>(workflow::moved_at_once));
  CHECK(part.moved < many + 2);
  work(w);
  const auto all = s.call(workflow::versions, {rent}).items[0];
  CHECK(all.move_status == "DONE");
  CHECK(all.moved == many + 2);
  CHECK(all.kept == 0);
  CHECK(all.open_records == many + 2);

  const Dossier moved = s.call(dossiers::get, {triaged.id});
  CHECK(moved.status_code == "CRM_CONTACTED");
  CHECK(moved.workflow_version == 2);
  const auto history = s.call(dossiers::history, {.id = triaged.id}).items;
  REQUIRE(history.size() == 2);
  CHECK(history[1].transition_code == "@moved");
  CHECK(history[1].from_code == "CRM_TRIAGED");
  CHECK(history[1].to_code == "CRM_CONTACTED");
  CHECK(history[1].actor_kind == "system");
  std::size_t told = 0;
  for (const auto& line : s.call(activities::timeline, {.dossier_id = triaged.id}).items)
    told += line.type_code == "ACT_STATUS_CHANGE" ? 1 : 0;
  CHECK(told == 2);
  std::size_t audited = 0;
  for (const auto& entry : s.call(audit::list, {.entity_id = triaged.id}).items)
    audited += entry.action == "dossier.status_changed" ? 1 : 0;
  CHECK(audited == 2);

  // What was held resumes where its state went.
  const Dossier resumed = s.call(dossiers::get, {held.id});
  CHECK(resumed.status_code == "CRM_ON_HOLD");
  CHECK(resumed.workflow_version == 2);
  CHECK(go(s, resumed, {"CRM_VISIT_PLANNED"}).status_code == "CRM_VISIT_PLANNED");
  // What has ended stays what it was.
  CHECK(to_json(s.call(dossiers::get, {lost.id})) == to_json(lost));
  CHECK(w.engine.check().ok());
}

TEST_CASE("a mapping closes nothing, leads somewhere, and is said once", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  open_lead(s, rent, 1);
  workflow::Definition d = definition_of(s, rent);
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  const auto found = [&](std::vector<workflow::Mapping> mapping) {
    std::string out;
    for (const auto& f : s.call(workflow::publish, {.definition = d,
                                                   .base_version = 1,
                                                   .running = "MOVE",
                                                   .mapping = std::move(mapping),
                                                   .dry_run = true})
                             .findings)
      out += (out.empty() ? "" : " ") + f.severity + ":" + f.code + "@" + f.path;
    return out;
  };
  CHECK(found({}) == "error:mapping_missing@/mapping");
  CHECK(found({{"CRM_TRIAGED", "CRM_NEW"}}) == "");
  CHECK(found({{"CRM_TRIAGED", "CRM_CLOSED_LOST"}}) == "error:mapping_ends@/mapping/0/to");
  CHECK(found({{"CRM_TRIAGED", "CRM_TRIAGED"}}) == "error:mapping_target@/mapping/0/to");
  CHECK(found({{"CRM_TRIAGED", "CRM_NEW"}, {"CRM_TRIAGED", "CRM_CONTACTED"}}) ==
        "error:mapping_twice@/mapping/1/from");
  CHECK(found({{"CRM_TRIAGED", "CRM_NEW"}, {"CRM_CLOSED_LOST", "CRM_NEW"}}) ==
        "warning:mapping_unused@/mapping/1/from");
  // A state that becomes an end needs a way round it as well.
  d = definition_of(s, rent);
  for (auto& state : d.states)
    if (state.code == "CRM_REJECTED") state.terminal = true;
  std::erase_if(d.transitions, [](const auto& t) { return t.from == "CRM_REJECTED"; });
  CHECK(found({}) == "error:mapping_missing@/mapping");
  CHECK(found({{"CRM_REJECTED", "CRM_SCREENING"}}) == "");
  // One that is left only backwards is nowhere to be sent to.
  std::erase_if(d.transitions, [](const auto& t) { return t.from == "CRM_ON_HOLD" && t.to != "@previous"; });
  CHECK(found({{"CRM_REJECTED", "CRM_ON_HOLD"}}) == "error:mapping_previous@/mapping/0/to");
}

TEST_CASE("a newer publication takes over what an older one was moving", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  for (int i = 0; i < 5; ++i) go(s, open_lead(s, rent, i), {"CRM_TRIAGED"});
  workflow::Definition d = definition_of(s, rent);
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  s.call(workflow::publish,
         {.definition = d, .base_version = 1, .running = "MOVE", .mapping = {{"CRM_TRIAGED", "CRM_NEW"}}});
  // They stand in a state of version 1 still, so version 3 must say where they go.
  CHECK(code_of([&] {
          s.call(workflow::publish, {.definition = d, .base_version = 2, .running = "MOVE"});
        }) == ErrorCode::definition_invalid);
  s.call(
      workflow::publish,
      {.definition = d, .base_version = 2, .running = "MOVE", .mapping = {{"CRM_TRIAGED", "CRM_CONTACTED"}}});
  work(w);
  const auto versions = s.call(workflow::versions, {rent}).items;
  CHECK(versions[0].moved == 5);
  CHECK(versions[1].move_status == "SUPERSEDED");
  CHECK(versions[1].moved == 0);
  for (const Dossier& one : s.call(dossiers::list, {}).items) CHECK(one.status_code == "CRM_CONTACTED");
}

namespace {

const std::vector<std::string> pool{"CRM_NEW",       "CRM_TRIAGED",     "CRM_CONTACTED",
                                    "CRM_QUALIFIED", "CRM_PAUSED",      "CRM_ON_HOLD",
                                    "CRM_FOLLOW_UP", "CRM_CLOSED_LOST", "CRM_ARCHIVED"};

/// Some states of the pool, some ways between them: often unsound.
workflow::Definition any_definition(std::mt19937& random) {
  const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
  workflow::Definition d;
  d.case_type_code = rent;
  for (const std::string& code : pool) {
    const bool end = code == "CRM_CLOSED_LOST" || code == "CRM_ARCHIVED";
    if (end || chance(75))
      d.states.push_back({.code = code, .terminal = end, .category = end ? "DONE" : "OPEN"});
  }
  d.states.front().initial = true;
  for (const auto& from : d.states) {
    if (from.terminal) continue;
    for (const auto& to : d.states)
      if (from.code != to.code && chance(45))
        d.transitions.push_back(step(from.code + "__" + to.code, from.code, to.code));
    if (chance(25)) d.transitions.push_back(step(from.code + "__BACK", from.code, "@previous"));
  }
  return d;
}

}  // namespace

TEST_CASE("no sequence of publications strands a dossier", "[workflow]") {
  std::int64_t published = 0, moved = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    World w("memory");
    auto s = w.admin();
    std::vector<Uuid> all;
    std::int64_t version = 1;
    for (int deed = 0; deed < 70; ++deed) {
      const auto what = random() % 10;
      if (what < 2 || all.empty()) {
        all.push_back(open_lead(s, rent, deed).id);
      } else if (what < 6) {
        const Uuid id = all[random() % all.size()];
        const auto now = s.call(dossiers::transitions, {.id = id});
        if (now.items.empty()) continue;
        const auto& way = now.items[random() % now.items.size()];
        if (way.open)
          s.call(dossiers::transition,
                 {.id = id,
                  .version = now.version,
                  .transition_code = way.code,
                  .reason_code = way.reason_dictionary ? std::optional<std::string>("OTHER") : std::nullopt});
      } else if (what < 9) {
        workflow::PublishInput in{.definition = any_definition(random), .base_version = version};
        if (random() % 3) {
          in.running = "MOVE";
          std::vector<std::string> open;
          for (const auto& state : in.definition.states)
            if (!state.terminal) open.push_back(state.code);
          std::set<std::string> from(pool.begin(), pool.end());
          for (std::int64_t v = 1; v <= version; ++v)
            for (const auto& state : definition_of(s, rent, v).states) from.insert(state.code);
          for (const std::string& code : from)
            if (std::find(open.begin(), open.end(), code) == open.end() || random() % 8 == 0)
              in.mapping.push_back({code, open[random() % open.size()]});
        }
        try {
          version = s.call(workflow::publish, in).version;
          ++published;
        } catch (const Error& e) {
          REQUIRE(e.code() == ErrorCode::definition_invalid);
        }
      } else {
        w.engine.pump(random() % 2 ? 1 : 20);
      }
      // Each stands in a state of its version, and is out or has a way out.
      for (const Uuid& id : all) {
        const Dossier d = s.call(dossiers::get, {id});
        const auto own = definition_of(s, rent, d.workflow_version);
        const auto* state = own.state(d.status_code);
        CAPTURE(deed, d.status_code, d.workflow_version);
        REQUIRE(state);
        bool left = state->terminal;
        for (const auto& way : s.call(dossiers::transitions, {.id = id}).items)
          left = left || (way.closed_by != "previous" && own.state(way.to));
        REQUIRE(left);
      }
    }
    work(w);
    for (const auto& v : s.call(workflow::versions, {rent}).items) {
      CHECK(v.move_status != "RUNNING");
      CHECK((v.move_status != "DONE" || v.kept == 0));
      moved += v.moved;
    }
  }
  CHECK(published > 40);
  CHECK(moved > 40);
}

}  // namespace atlas::testing
