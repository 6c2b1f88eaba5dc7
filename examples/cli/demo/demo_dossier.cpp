// One dossier along its workflow to a visit, its timeline; and what happened to the others.

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "atlas/activities.hpp"
#include "atlas/appointments.hpp"
#include "atlas/audit.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "demo.hpp"

namespace atlas::cli::demo {
namespace {

std::string text_of(const Json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_string() ? it->get<std::string>() : "";
}

/// A line of the timeline in words.
std::string told(const Activity& line) {
  if (line.body) return "“" + *line.body + "”";
  const Json payload = Json::parse(line.payload, nullptr, false);
  if (!payload.is_object()) return "";
  if (line.type_code == "ACT_STATUS_CHANGE") return text_of(payload, "from") + " → " + text_of(payload, "to");
  if (line.type_code == "ACT_TASK")
    return "task " + text_of(payload, "category_code") + ", " + text_of(payload, "status_code");
  if (line.type_code == "ACT_APPOINTMENT_LOG")
    return "visit on " + text_of(payload, "starts_at").substr(0, 16) + ", " +
           text_of(payload, "confirm_status_code");
  const std::string event = text_of(payload, "event");
  if (event == "dossier.duplicate_met") {
    std::string by;
    for (const Json& key : payload.value("matched_on", Json::array()))
      by += (by.empty() ? "" : " and ") + key.get<std::string>();
    return "the same person came again, known by " + by;
  }
  if (event == "dossier.created") return "opened";
  if (event == "dossier.assigned") return "given to the agent";
  return event;
}

void show_timeline(Guide& guide, Session& session, const Cast& cast, const Uuid& dossier) {
  activities::Timeline in;
  in.dossier_id = dossier;
  in.oldest_first = true;
  const Page<Activity> lines = session.call(activities::timeline, in);
  Table table({"time (UTC)", "who", "kind", "what"});
  for (const Activity& line : lines.items) {
    const bool agent = line.actor_id && *line.actor_id == cast.agent;
    const bool admin = line.actor_id && *line.actor_id == cast.admin;
    table.row({format_timestamp(line.occurred_at).substr(11, 12),
               agent   ? "agent"
               : admin ? "administrator"
                       : line.actor_kind,
               line.type_code, told(line)});
  }
  guide.table(table);
  guide.fact("timeline", static_cast<std::int64_t>(lines.items.size()));
}

/// The day after tomorrow at ten, agreed upon.
void plan_visit(Session& agent, const Uuid& dossier, const std::optional<Uuid>& listing) {
  constexpr std::int64_t days = 2, hour = 10;
  const std::int64_t today = system_clock().now().micros / micros_per_day * micros_per_day;
  appointments::Create visit;
  visit.dossier_id = dossier;
  visit.listing_id = listing;
  visit.type_code = "APPOINT_VISIT";
  visit.starts_at = Timestamp{today + days * micros_per_day + hour * micros_per_hour};
  const Appointment made = agent.call(appointments::create, visit);
  agent.call(appointments::confirm, {.id = made.id, .version = made.version});
}

/// Tries what the workflow does not allow.
void show_refusal(Guide& guide, Session& agent, const Dossier& dossier) {
  dossiers::TransitionInput leap;
  leap.id = dossier.id;
  leap.version = dossier.version;
  leap.to = "CRM_CLOSED_WON";
  leap.reason_code = "WON_REASON_OTHER";
  try {
    agent.call(dossiers::transition, leap);
    guide.verdict(false, "a new lead could be closed as won");
  } catch (const Error& error) {
    guide.verdict(error.code() == ErrorCode::transition_not_allowed,
                  "From " + dossier.status_code + " straight to CRM_CLOSED_WON is refused: " +
                      std::string(error_info(error.code()).text) + ".");
    const Json possible = Json::parse(error.detail("possible").value_or("[]"), nullptr, false);
    std::string ways;
    for (const Json& way : possible) {
      if (way.is_string()) ways += (ways.empty() ? "" : ", ") + way.get<std::string>();
    }
    guide.note("The error names the transitions that are open:");
    guide.note(ways);
    guide.fact("refused_with", json_string(error_info(error.code()).text));
  }
}

}  // namespace

Uuid walk_in(Guide& guide, Session& session) {
  guide.note("The files held no new lead. Somebody comes in by the door.");
  dossiers::Create in;
  in.contact_name = "Nadia Amrani";
  in.phone = "+212 612-345678";
  in.source_code = "LEAD_SOURCE_WALK_IN";
  return session.call(dossiers::create, in).dossier->id;
}

std::int64_t walk_dossier(Guide& guide, Engine& engine, const Cast& cast, const Uuid& id,
                          const std::optional<Uuid>& listing) {
  Session admin = engine.session({.org = cast.org, .user = cast.admin});
  Session agent = engine.session({.org = cast.org, .user = cast.agent});
  Dossier dossier = admin.call(dossiers::get, {.id = id});
  dossier = admin.call(dossiers::assign, {.id = id, .version = dossier.version, .user_id = cast.agent});
  guide.line("An agent takes the dossier of " + harmless(dossier.contact_name) + ":");

  dossiers::TransitionInput step;
  step.id = id;
  step.version = dossier.version;
  step.to = "CRM_CONTACTED";
  dossier = agent.call(dossiers::transition, step);
  agent.call(activities::add_note,
             {.id = id, .body = "Looks for three rooms near the tramway, can visit on Saturdays."});
  activities::AddTask task;
  task.id = id;
  task.title = "Propose three flats";
  agent.call(activities::add_task, task);
  dossier = agent.call(dossiers::get, {.id = id});
  show_refusal(guide, agent, dossier);
  step.version = dossier.version;
  step.to = "CRM_QUALIFIED";
  dossier = agent.call(dossiers::transition, step);
  plan_visit(agent, id, listing);
  step.version = agent.call(dossiers::get, {.id = id}).version;
  step.to = "CRM_VISIT_PLANNED";
  dossier = agent.call(dossiers::transition, step);
  guide.fact("walked_to", json_string(dossier.status_code));
  guide.line();
  show_timeline(guide, agent, cast, id);

  audit::ListEntries first;
  first.entity_id = id;
  first.limit = 1;
  first.oldest_first = true;
  const Page<audit::Entry> entries = admin.call(audit::list, first);
  return entries.items.at(0).seq;
}

void replay_histories(Guide& guide, Session& session, const Known& known, const sample::Agency& agency,
                      const Uuid& except) {
  constexpr std::int64_t per_transaction = 250;
  std::unordered_set<Uuid> walked{except};
  std::int64_t steps = 0, open = 0;
  const auto begin = std::chrono::steady_clock::now();
  Progress progress(guide.terminal(), "leads worked on", agency.plan().leads);
  for (std::int64_t i = 1; i <= agency.plan().leads; ++i) {
    const Uuid* const id = known.dossier("leads", sample::record_id('L', i));
    const std::vector<sample::Step> history = agency.history(i);
    // Two leads of one dossier have one story.
    if (!id || history.empty() || !walked.insert(*id).second) continue;
    for (const sample::Step& step : history) {
      if (!session.in_batch()) session.begin_batch();
      Json params = Json::parse(step_params(step));
      params["id"] = format_uuid(*id);
      if (step.operation == "dossiers.transition")
        params["version"] = session.call(dossiers::get, {.id = *id}).version;
      session.call_json(step.operation, params.dump());
      ++steps;
      if (++open == per_transaction) {
        session.commit_batch();
        open = 0;
      }
    }
    progress.at(i);
    guide.pulse();
  }
  if (session.in_batch()) session.commit_batch();
  progress.finish();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  guide.line();
  guide.line("Weeks of work on " + several(static_cast<std::int64_t>(walked.size()) - 1, "other dossier") +
             ": " + several(steps, "step") + ", notes and tasks, " +
             grouped(steps * 1000 / std::max<std::int64_t>(ms, 1)) + " a second.");
  guide.fact("history_steps", steps);
}

}  // namespace atlas::cli::demo
