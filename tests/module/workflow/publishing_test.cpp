// An organisation's own workflows: published, kept from others, compared, refused.

#include <atomic>
#include <thread>

#include "definitions.hpp"

namespace atlas::testing {
namespace {

void add_status(Session& s, const std::string& code) {
  s.call_json("reference.create",
              R"({"dict_type":"CASE_STATUS","code":")" + code + R"(","labels":{"fr":"Vérifié"}})");
}

std::vector<std::string> ways(Session& s, const Uuid& id) {
  std::vector<std::string> out;
  for (const auto& way : s.call(dossiers::transitions, {.id = id}).items) out.push_back(way.to);
  std::sort(out.begin(), out.end());
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("an agency adds two states to its rentals, and dossiers in flight go on", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  auto other = w.other();
  const Dossier before = go(s, open_lead(s, rent, 1), {"CRM_TRIAGED", "CRM_CONTACTED"});
  CHECK(before.workflow_version == 1);

  add_status(s, "CRM_FILE_CHECKED");
  workflow::Definition d = definition_of(s, rent);
  CHECK(d.version == 1);
  insert(d, "CRM_FILE_CHECKED", "CRM_CONTACTED", "CRM_QUALIFIED");
  insert(d, "CRM_REASSIGNED", "CRM_QUALIFIED", "CRM_VISIT_PLANNED");
  const auto tried = s.call(workflow::publish, {.definition = d, .base_version = 1, .dry_run = true});
  CHECK(tried.ok);
  CHECK(tried.version == 2);
  CHECK(tried.changes.states.size() == 2);
  CHECK(tried.changes.transitions.size() == 4);
  CHECK(definition_of(s, rent).version == 1);
  const auto done = s.call(workflow::publish, {.definition = d, .base_version = 1, .note = "essai"});
  CHECK(done.version == 2);
  CHECK(done.findings.empty());
  REQUIRE(done.standing.size() == 1);
  CHECK(done.standing[0].state == "CRM_CONTACTED");
  CHECK(done.standing[0].count == 1);

  // The one in flight stays on its version, the next one takes the new; either goes on.
  CHECK_FALSE(has(ways(s, before.id), "CRM_FILE_CHECKED"));
  CHECK(go(s, before, {"CRM_QUALIFIED", "CRM_VISIT_PLANNED"}).workflow_version == 1);
  Dossier fresh = open_lead(s, rent, 2);
  CHECK(fresh.workflow_version == 2);
  fresh = go(s, fresh, {"CRM_TRIAGED", "CRM_CONTACTED"});
  CHECK(has(ways(s, fresh.id), "CRM_FILE_CHECKED"));
  fresh = go(s, fresh, {"CRM_FILE_CHECKED", "CRM_QUALIFIED", "CRM_REASSIGNED", "CRM_VISIT_PLANNED"});
  CHECK(fresh.status_code == "CRM_VISIT_PLANNED");

  const auto versions = s.call(workflow::versions, {rent});
  REQUIRE(versions.items.size() == 2);
  CHECK(versions.items[0].version == 2);
  CHECK(versions.items[0].is_active);
  CHECK(versions.items[0].origin == "tenant");
  CHECK(versions.items[0].note == "essai");
  CHECK(versions.items[0].published_by == w.one.admin);
  CHECK(versions.items[0].open_records == 1);
  CHECK(versions.items[1].origin == "default");
  CHECK_FALSE(versions.items[1].is_active);
  CHECK(versions.items[1].open_records == 1);
  auto owner = w.as("OWNER");
  CHECK_FALSE(owner.call(workflow::versions, {rent}).items[0].open_records);
  for (const auto& item : s.call(workflow::list, {}).items) {
    CHECK(item.version == (item.case_type_code == rent ? 2 : 1));
    CHECK(item.origin == (item.case_type_code == rent ? "tenant" : "default"));
  }
  // The old version can still be read, a version that never was cannot.
  CHECK(definition_of(s, rent, 1).states.size() + 2 == definition_of(s, rent).states.size());
  CHECK(code_of([&] { definition_of(s, rent, 3); }) == ErrorCode::not_found);

  // The other agency sees nothing of it.
  CHECK(definition_of(other, rent).version == 1);
  CHECK(code_of([&] { definition_of(other, rent, 2); }) == ErrorCode::not_found);
  CHECK(other.call(workflow::versions, {rent}).items.size() == 1);
  const Dossier theirs = open_lead(other, rent, 3);
  CHECK(theirs.workflow_version == 1);

  CHECK(w.engine.check().ok());
  if (backend == "memory") return;
  // Nor does it matter which engine asks.
  w.reopen();
  auto again = w.admin();
  CHECK(definition_of(again, rent).version == 2);
  CHECK(has(ways(again, go(again, open_lead(again, rent, 4), {"CRM_TRIAGED", "CRM_CONTACTED"}).id),
            "CRM_FILE_CHECKED"));
  CHECK(w.engine.check().ok());
}

TEST_CASE("what has errors is not published, and says all of them", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  workflow::Definition d = definition_of(s, rent);
  d.states.push_back({.code = "CRM_MARS"});
  d.transitions.push_back(step("T_A", "CRM_NEW", "CRM_VENUS", {"KING"}));
  const Error e = error_of([&] { s.call(workflow::publish, {.definition = d, .base_version = 1}); });
  CHECK(e.code() == ErrorCode::definition_invalid);
  const std::string findings = detail_of(e, "findings");
  for (const char* code : {"unknown_code", "unreachable_state", "dead_end", "unknown_state", "unknown_role"})
    CHECK(findings.find("\"" + std::string(code) + "\"") != std::string::npos);
  const auto tried = s.call(workflow::publish, {.definition = d, .base_version = 1, .dry_run = true});
  CHECK_FALSE(tried.ok);
  CHECK(tried.findings.size() == 5);
  CHECK(s.call(workflow::versions, {rent}).items.size() == 1);

  // Who may, and from which version on.
  d = definition_of(s, rent);
  for (const char* role : {"MANAGER", "AGENT", "AUDITOR"}) {
    auto u = w.as(role);
    CHECK(code_of([&] { u.call(workflow::publish, {.definition = d, .base_version = 1}); }) ==
          ErrorCode::forbidden);
  }
  for (const std::int64_t base : {0, 2}) {
    const Error stale = error_of([&] { s.call(workflow::publish, {.definition = d, .base_version = base}); });
    CHECK(stale.code() == ErrorCode::conflict);
    CHECK(detail_of(stale, "current") == "1");
  }
  // What a batch took back was never there.
  s.begin_batch();
  CHECK(s.call(workflow::publish, {.definition = d, .base_version = 1}).version == 2);
  CHECK(definition_of(s, rent).version == 2);
  s.rollback_batch();
  CHECK(definition_of(s, rent).version == 1);
  CHECK(open_lead(s, rent, 1).workflow_version == 1);
}

TEST_CASE("of two who publish at once one is told that it came late", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto first = w.admin();
  workflow::Definition d = definition_of(first, rent);
  std::atomic<int> published{0}, late{0}, ready{0};
  const auto publisher = [&] {
    auto s = w.admin();
    for (int round = 1; round <= 5; ++round) {
      ++ready;
      while (ready < 2 * round) std::this_thread::yield();
      try {
        s.call(workflow::publish, {.definition = d, .base_version = round});
        ++published;
      } catch (const Error& e) {
        if (e.code() == ErrorCode::conflict && detail_of(e, "reason") == "\"stale_version\"") ++late;
      }
    }
  };
  std::thread a(publisher), b(publisher);
  a.join();
  b.join();
  CHECK(published == 5);
  CHECK(late == 5);
  const auto versions = first.call(workflow::versions, {rent});
  REQUIRE(versions.items.size() == 6);
  int active = 0;
  for (const auto& v : versions.items) active += v.is_active ? 1 : 0;
  CHECK(active == 1);
  CHECK(versions.items.front().is_active);
}

TEST_CASE("two versions are compared part by part, for programs and for people", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  workflow::Definition d = definition_of(s, rent);
  insert(d, "CRM_REASSIGNED", "CRM_CONTACTED", "CRM_QUALIFIED");
  drop(d, "CRM_TRIAGED", "CRM_NEW", "CRM_CONTACTED");
  auto& changed = d.transitions.front();
  const std::string from = changed.from, code = changed.code;
  changed.roles = {"MANAGER"};
  changed.guard = R"({">":[{"var":"score"},50]})";
  const auto difference =
      s.call(workflow::diff, {.case_type_code = rent, .from_version = 1, .definition = d});
  REQUIRE(difference.states.size() == 2);
  CHECK(difference.states[0].change == "REMOVED");
  CHECK(difference.states[0].code == "CRM_TRIAGED");
  CHECK(difference.states[1].change == "ADDED");
  CHECK(difference.states[1].code == "CRM_REASSIGNED");
  CHECK_FALSE(difference.to_version);
  std::size_t removed = 0, added = 0;
  for (const auto& t : difference.transitions) {
    removed += t.change == "REMOVED" ? 1 : 0;
    added += t.change == "ADDED" ? 1 : 0;
    if (t.change != "CHANGED") continue;
    CHECK(t.from == from);
    CHECK(t.code == code);
    REQUIRE(t.members.size() == 2);
    CHECK(t.members[0].member == "roles");
    CHECK(t.members[0].before == R"(["ADMIN_ORG","MANAGER","AGENT"])");
    CHECK(t.members[0].after == R"(["MANAGER"])");
    CHECK(t.members[1].member == "guard");
    CHECK(t.members[1].before == "null");
  }
  CHECK(removed == 3);  // to and from CRM_TRIAGED, and from there to lost
  CHECK(added == 3);
  CHECK(has(difference.lines, "- state CRM_TRIAGED"));
  CHECK(has(difference.lines, "+ transition T_PAST_CRM_TRIAGED of CRM_NEW to CRM_CONTACTED"));
  s.call(workflow::publish, {.definition = d, .base_version = 1});
  const auto stored = s.call(workflow::diff, {.case_type_code = rent, .from_version = 1, .to_version = 2});
  CHECK(stored.lines == difference.lines);
  CHECK(stored.to_version == 2);
  CHECK(s.call(workflow::diff, {.case_type_code = rent, .from_version = 2}).lines.empty());
  CHECK(code_of([&] { s.call(workflow::diff, {.case_type_code = rent, .from_version = 7}); }) ==
        ErrorCode::not_found);
}

TEST_CASE("a case type of one's own runs on a workflow of one's own", "[workflow]") {
  World w("memory");
  auto s = w.admin();
  s.call_json("reference.create",
              R"({"dict_type":"CASE_TYPE","code":"CRM_SEASONAL_LET","labels":{"en":"Seasonal let"}})");
  CHECK(code_of([&] { open_lead(s, "CRM_SEASONAL_LET", 1); }) == ErrorCode::invalid_argument);
  workflow::Definition d;
  d.case_type_code = "CRM_SEASONAL_LET";
  d.states = {
      {.code = "CRM_NEW", .initial = true},
      {.code = "CRM_CLOSED_WON", .terminal = true, .category = "WON", .reason_dictionary = "WON_REASON"}};
  d.transitions = {step("T_BOOK", "CRM_NEW", "CRM_CLOSED_WON")};
  CHECK(s.call(workflow::publish, {.definition = d, .base_version = 0}).version == 1);
  const Dossier let = open_lead(s, "CRM_SEASONAL_LET", 1);
  CHECK(let.workflow_version == 1);
  CHECK(let.status_code == "CRM_NEW");
  // Dossiers do not run on the co-operative's workflows.
  CHECK(code_of([&] { open_lead(s, "COOP_GROUP", 2); }) == ErrorCode::invalid_argument);
}

TEST_CASE("a code that a definition names is in use, and a definition goes along in a dump", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  add_status(s, "CRM_FILE_CHECKED");
  s.call_json("reference.create",
              R"({"dict_type":"TASK_CATEGORY","code":"CHECK_FILE","labels":{"fr":"Vérifier"}})");
  s.call_json("reference.create",
              R"({"dict_type":"DOC_TYPE","code":"DOC_CHECKED","labels":{"fr":"Contrôle"}})");
  workflow::Definition d = definition_of(s, rent);
  insert(d, "CRM_FILE_CHECKED", "CRM_CONTACTED", "CRM_QUALIFIED");
  workflow::TransitionEffect task{.kind_code = "CREATE_TASK", .title = "Voir", .category_code = "CHECK_FILE"};
  workflow::TransitionEffect paper{.kind_code = "REQUIRE_DOCUMENT", .document_type_code = "DOC_CHECKED"};
  d.transitions.back().effects = {task, paper};
  s.call(workflow::publish, {.definition = d, .base_version = 1});
  for (const auto& [dictionary, code] :
       std::vector<std::pair<std::string, std::string>>{{"CASE_STATUS", "CRM_FILE_CHECKED"},
                                                        {"TASK_CATEGORY", "CHECK_FILE"},
                                                        {"DOC_TYPE", "DOC_CHECKED"}}) {
    CAPTURE(code);
    const Error e = error_of([&] {
      s.call_json("reference.remove", R"({"dict_type":")" + dictionary + R"(","code":")" + code + "\"}");
    });
    CHECK(e.code() == ErrorCode::conflict);
    CHECK(detail_of(e, "where").find("\"workflow_definition\"") != std::string::npos);
  }
  std::vector<std::string> lines;
  w.engine.dump(w.one.org,
                [&](std::string_view line) { lines.emplace_back(line.substr(0, line.size() - 1)); });
  World there("memory");
  there.engine.load([&, at = std::size_t{0}](std::string& line) mutable {
    if (at == lines.size()) return false;
    line = lines[at++];
    return true;
  });
  auto elsewhere = there.engine.session({.org = w.one.org, .user = w.one.admin});
  CHECK(to_json(definition_of(elsewhere, rent)) == to_json(definition_of(s, rent)));
  CHECK(definition_of(elsewhere, rent).version == 2);
  CHECK(there.engine.check().ok());
}

}  // namespace atlas::testing
