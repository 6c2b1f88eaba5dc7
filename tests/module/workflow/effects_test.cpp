// What steps bring about besides the status: now, later, and not if the record has moved on.

#include "atlas/documents.hpp"
#include "atlas/workflow_nudges.hpp"
#include "steps.hpp"

namespace atlas::testing {
namespace {

workflow::TransitionEffect effect(std::string kind) {
  workflow::TransitionEffect e;
  e.kind_code = std::move(kind);
  return e;
}

std::vector<Task> tasks_of(Session& s, const Uuid& dossier) {
  return s.call(activities::list_tasks, {.where = R"({"dossier_id":")" + format_uuid(dossier) + "\"}"}).items;
}

void add_document(Session& s, const Uuid& dossier, const char* type) {
  s.call(documents::create, {.owner_kind = "dossier",
                             .owner_id = dossier,
                             .type_code = type,
                             .storage_ref = "files/1",
                             .content_hash = std::string(64, 'a')});
}

std::vector<std::string> events_of(Session& s, const Uuid& dossier) {
  std::vector<std::string> out;
  for (const auto& e : s.call(audit::list, {.entity_id = dossier, .oldest_first = true}).items)
    out.push_back(e.action);
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("a step brings tasks and events, for whom the definition says", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  auto task = effect("CREATE_TASK");
  task.title = "Rappeler demain";
  task.category_code = "CALL_BACK";
  task.delay = "P1D";
  auto mine = effect("CREATE_TASK");
  mine.title = "Relire";
  mine.category_code = "REVIEW_DOCS";
  mine.assign_to = "ACTOR";
  auto nobodys = effect("CREATE_TASK");
  nobodys.title = "Ranger";
  nobodys.assign_to = "NOBODY";
  auto event = effect("EMIT_EVENT");
  event.event_type = "dossier.greeted";
  named(flow, "GO").effects = {task, mine, nobodys, event};
  publish(admin, flow);
  Dossier d = open_lead(s, lead, 1);
  d = s.call(dossiers::assign, {.id = d.id, .version = d.version, .user_id = w.one.users.at("AGENT")});
  d = take(s, d, "GO");
  CHECK(s.call(dossiers::get, {d.id}).version == d.version);
  auto tasks = tasks_of(s, d.id);
  REQUIRE(tasks.size() == 3);
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.title < b.title; });
  CHECK(tasks[0].title == "Ranger");
  CHECK(tasks[0].category_code == "OTHER");
  CHECK_FALSE(tasks[0].assigned_to_user_id);
  CHECK(tasks[1].title == "Rappeler demain");
  CHECK(tasks[1].category_code == "CALL_BACK");
  CHECK(tasks[1].due_at == w.clock->now() + micros_per_day);
  CHECK(tasks[1].assigned_to_user_id == w.one.users.at("AGENT"));
  CHECK(tasks[2].category_code == "REVIEW_DOCS");
  CHECK(tasks[2].assigned_to_user_id == w.one.users.at("MANAGER"));
  CHECK(has(events_of(admin, d.id), "dossier.greeted"));
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a step that fails brings nothing", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  auto task = effect("CREATE_TASK");
  task.title = "Rappeler";
  auto nudge = effect("SCHEDULE_NUDGE");
  nudge.delay = "PT1H";
  nudge.title = "Relancer";
  auto event = effect("EMIT_EVENT");
  event.event_type = "dossier.greeted";
  named(flow, "GO").effects = {task, nudge, event};
  named(flow, "GO").guard = R"({"==":[{"var":"city"},"Rabat"]})";
  publish(admin, flow);
  const Dossier d = open_lead(s, lead, 1);
  const auto before = events_of(admin, d.id);
  CHECK(code_of([&] { take(s, d, "GO", R"({"city":"Fes"})"); }) == ErrorCode::guard_failed);
  CHECK(tasks_of(s, d.id).empty());
  CHECK(events_of(admin, d.id) == before);
  CHECK(s.call(dossiers::history, {d.id}).items.empty());
  w.clock->advance(2 * micros_per_hour);
  work(w);
  CHECK(tasks_of(s, d.id).empty());
}

TEST_CASE("a document that a step asks for keeps the next ones closed until it is there", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  flow.states.push_back({.code = "CRM_ON_HOLD", .category = "PAUSED"});
  flow.transitions.push_back(step("HOLD", "CRM_CONTACTED", "CRM_ON_HOLD"));
  flow.transitions.push_back(step("RESUME", "CRM_ON_HOLD", "@previous"));
  auto identity = effect("REQUIRE_DOCUMENT");
  identity.document_type_code = "DOC_IDENTITY";
  identity.title = "Demander la pièce d'identité";
  auto payslip = effect("REQUIRE_DOCUMENT");
  payslip.document_type_code = "DOC_PAYMENT_PROOF";
  named(flow, "GO").effects = {identity, payslip};
  publish(admin, flow);

  Dossier d = take(s, open_lead(s, lead, 1), "GO");
  REQUIRE(tasks_of(s, d.id).size() == 1);
  CHECK(tasks_of(s, d.id)[0].category_code == "REQUEST_DOCS");
  const auto on = way_of(s, d.id, "ON");
  CHECK(on.closed_by == "fields");
  CHECK(on.missing == std::vector<std::string>{"documents.DOC_IDENTITY", "documents.DOC_PAYMENT_PROOF"});
  // Giving up, pausing and going back wait for nothing.
  CHECK(way_of(s, d.id, "LOSE_CONTACTED").open);
  CHECK(way_of(s, d.id, "HOLD").open);
  const Error e = error_of([&] { take(s, d, "ON"); });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(names(e, "/documents/DOC_IDENTITY", field_code::required));
  CHECK(names(e, "/documents/DOC_PAYMENT_PROOF", field_code::required));
  // A pause does not make it forgotten.
  d = take(s, take(s, d, "HOLD"), "RESUME", "{}");
  add_document(s, d.id, "DOC_IDENTITY");
  add_document(s, d.id, "DOC_OTHER");
  CHECK(way_of(s, d.id, "ON").missing == std::vector<std::string>{"documents.DOC_PAYMENT_PROOF"});
  add_document(s, d.id, "DOC_PAYMENT_PROOF");
  CHECK(way_of(s, d.id, "ON").open);
  CHECK(take(s, d, "ON").status_code == "CRM_QUALIFIED");
}

TEST_CASE("a nudge comes up after its time if the record still stands there, also after a restart",
          "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  workflow::Definition flow = short_flow();
  auto nudge = effect("SCHEDULE_NUDGE");
  nudge.delay = "P2D";
  nudge.title = "Relancer";
  nudge.category_code = "CALL_BACK";
  named(flow, "GO").effects = {nudge};
  Dossier stays, leaves, returns, closed;
  {
    auto admin = w.admin();
    flow.transitions.push_back(step("BACK", "CRM_QUALIFIED", "CRM_CONTACTED"));
    publish(admin, flow);
    auto s = w.as("MANAGER");
    stays = take(s, open_lead(s, lead, 1), "GO");
    stays = s.call(dossiers::assign,
                   {.id = stays.id, .version = stays.version, .user_id = w.one.users.at("AGENT")});
    leaves = take(s, take(s, open_lead(s, lead, 2), "GO"), "ON");
    returns = take(s, take(s, take(s, open_lead(s, lead, 3), "GO"), "ON"), "BACK");
    closed = take(s, open_lead(s, lead, 4), "GO");
    s.call(dossiers::archive, {.id = closed.id, .version = closed.version});
  }
  w.clock->advance(micros_per_day);
  work(w);
  {
    auto s = w.as("MANAGER");
    CHECK(tasks_of(s, stays.id).empty());
  }
  if (backend != "memory") w.reopen();
  w.clock->advance(micros_per_day);
  work(w);
  auto s = w.as("MANAGER");
  const auto tasks = tasks_of(s, stays.id);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].title == "Relancer");
  CHECK(tasks[0].category_code == "CALL_BACK");
  CHECK(tasks[0].assigned_to_user_id == w.one.users.at("AGENT"));
  for (const Dossier* gone : {&leaves, &returns, &closed}) CHECK(tasks_of(s, gone->id).empty());
  // Once, not again.
  w.clock->advance(10 * micros_per_day);
  work(w);
  CHECK(tasks_of(s, stays.id).size() == 1);
  auto admin = w.admin();
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a message that cannot leave does not hold up a step, and the timeline says why", "[workflow]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto admin = w.admin();
  auto s = w.as("MANAGER");
  workflow::Definition flow = short_flow();
  auto message = effect("QUEUE_MESSAGE");
  message.template_code = "NOWHERE_TO_BE_FOUND";
  message.channel_code = "CHAN_EMAIL";
  named(flow, "GO").effects = {message};
  publish(admin, flow);
  const Dossier d = take(s, open_lead(s, lead, 1), "GO");
  CHECK(d.status_code == "CRM_CONTACTED");
  std::vector<std::string> told;
  for (const auto& line : s.call(activities::timeline, {.dossier_id = d.id}).items)
    if (line.payload.find("dossier.message_not_queued") != std::string::npos) told.push_back(line.payload);
  REQUIRE(told.size() == 1);
  const auto payload = nlohmann::json::parse(told[0]);
  CHECK(payload["template_code"] == "NOWHERE_TO_BE_FOUND");
  CHECK(payload["reason"] == "unknown_template");
}

}  // namespace atlas::testing
