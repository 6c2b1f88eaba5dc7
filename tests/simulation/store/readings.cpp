// What clients read, and what the answers must be.

#include <algorithm>

#include "atlas/audit.hpp"
#include "simulation.hpp"

namespace atlas::simulation {
namespace {

const std::vector<std::string>& listed_statuses() {
  static const std::vector<std::string> codes{"CRM_NEW", "CRM_CONTACTED", "CRM_CLOSED_LOST"};
  return codes;
}

}  // namespace

/// Did the call succeed as it must? Throws Failure where it succeeded or was refused against the rules.
bool Simulation::answered(const Answer& a, const Verdict& v, const Client& client,
                          std::string_view operation) {
  if (a.outcome == Outcome::storage || a.outcome == Outcome::crashed) return false;
  if (a.outcome == Outcome::unknown || a.outcome == Outcome::aborted)
    fail("answers", std::string(operation) + " reads, and answered " + a.error->to_json());
  require_verdict(v, a, client, operation);
  return a.outcome == Outcome::yes;
}

template <class In, class Out>
bool Simulation::read(Host& host, const Client& client, const Operation<In, Out>& op, const In& in, Out& out,
                      const Verdict& verdict) {
  const OrgModel& m = models_[client.org];
  const Answer a = ask(host, client, op.traits.name, [&] {
    Session s = host.engine().session({.org = m.id, .user = client.user, .roles = {}});
    out = s.call(op, in);
    return to_json(out);
  });
  if (a.outcome == Outcome::yes) judge_answer(m, client, a.text, false);
  return answered(a, verdict, client, op.traits.name);
}

void Simulation::read_step(Host& host) {
  switch (dice_.below(10)) {
    case 0:
    case 1:
    case 2:
      return read_one(host);
    case 3:
    case 4:
      return read_list(host);
    case 5:
      return read_count(host);
    case 6:
      return dice_.chance(500'000) ? read_tasks(host) : read_parties(host);
    case 7:
      return read_timeline(host);
    case 8:
      return read_audit(host);
    default:
      return read_events(host);
  }
}

void Simulation::read_one(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  const Uuid id = draw_dossier(m, client.org, client.user);
  Dossier out;
  if (!read(host, client, dossiers::get, {id}, out, m.on_dossier(client.user, "dossiers.get", id, {})))
    return;
  if (to_json(out) != to_json(m.dossiers.at(id))) {
    fail("model",
         "dossiers.get answered\n  " + to_json(out) + "\nbut it must be\n  " + to_json(m.dossiers.at(id)));
  }
}

namespace {

/// A question about dossiers, as the library and as the model understand it.
struct Question {
  std::string where;
  std::function<bool(const Dossier&)> fits;
};

}  // namespace

static Question draw_question(Dice& dice, const std::vector<Uuid>& people, const std::string& phone) {
  switch (dice.below(4)) {
    case 0: {
      const std::string status = dice.pick(listed_statuses());
      return {R"({"status_code":")" + status + "\"}",
              [status](const Dossier& d) { return d.status_code == status; }};
    }
    case 1: {
      const Uuid user = dice.pick(people);
      return {R"({"assigned_to_user_id":")" + format_uuid(user) + "\"}",
              [user](const Dossier& d) { return d.assigned_to_user_id == user; }};
    }
    case 2:
      return {R"({"phone":")" + phone + "\"}", [phone](const Dossier& d) { return d.phone == phone; }};
    default:
      return {"{}", [](const Dossier&) { return true; }};
  }
}

void Simulation::read_list(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  const Question q = draw_question(dice_, people_[client.org], draw_phone(client.org).second);
  ListInput in;
  in.where = q.where;
  in.limit = 1000;
  in.archived = dice_.chance(300'000);
  Page<Dossier> page;
  if (!read(host, client, dossiers::list, in, page, m.admits(client.user, "dossiers.list"))) return;
  std::set<Uuid> wanted;
  for (const auto& [id, d] : m.dossiers)
    if (m.sees(client.user, "dossiers.list", id) && q.fits(d) && (in.archived || !d.archived_at))
      wanted.insert(id);
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    const Dossier& d = page.items[i];
    if (wanted.erase(d.id) != 1)
      fail("model", "dossiers.list " + q.where + " has one too many: " + to_json(d));
    if (to_json(d) != to_json(m.dossiers.at(d.id)))
      fail("model", "dossiers.list shows\n  " + to_json(d) + "\nfor\n  " + to_json(m.dossiers.at(d.id)));
    if (i > 0 && page.items[i - 1].created_at < d.created_at) fail("model", "dossiers.list is not in order");
  }
  if (!wanted.empty())
    fail("model", "dossiers.list " + q.where + " leaves out " + format_uuid(*wanted.begin()));
}

void Simulation::read_count(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  const Question q = draw_question(dice_, people_[client.org], draw_phone(client.org).second);
  Count out;
  CountInput in;
  in.where = q.where;
  if (!read(host, client, dossiers::count, in, out, m.admits(client.user, "dossiers.count"))) return;
  std::int64_t wanted = 0;
  for (const auto& [id, d] : m.dossiers)
    wanted += m.sees(client.user, "dossiers.count", id) && q.fits(d) && !d.archived_at;
  if (out.count != wanted) {
    fail("model", "dossiers.count " + q.where + " answered " + std::to_string(out.count) + ", it must be " +
                      std::to_string(wanted));
  }
}

void Simulation::read_tasks(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  ListInput in;
  in.limit = 1000;
  Page<Task> page;
  if (!read(host, client, activities::list_tasks, in, page, m.admits(client.user, "tasks.list"))) return;
  std::set<Uuid> wanted;
  const bool all = reach_of(m.role(client.user), "tasks.list") == Reach::everything;
  for (const auto& [id, t] : m.tasks)
    if (all || m.sees(client.user, "tasks.list", t.dossier_id)) wanted.insert(id);
  for (const Task& t : page.items) {
    if (wanted.erase(t.id) != 1) fail("scope", "tasks.list has one too many: " + to_json(t));
    if (to_json(t) != to_json(m.tasks.at(t.id)))
      fail("model", "tasks.list shows\n  " + to_json(t) + "\nfor\n  " + to_json(m.tasks.at(t.id)));
  }
  if (!wanted.empty()) fail("model", "tasks.list leaves out " + format_uuid(*wanted.begin()));
}

void Simulation::read_parties(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  ListInput in;
  in.limit = 1000;
  Page<Party> page;
  if (!read(host, client, parties::list, in, page, m.admits(client.user, "parties.list"))) return;
  std::set<Uuid> wanted;
  const bool all = reach_of(m.role(client.user), "parties.list") == Reach::everything;
  for (const auto& [id, p] : m.parties)
    if (all || m.sees(client.user, "parties.list", m.dossier_of.at(id))) wanted.insert(id);
  for (const Party& p : page.items) {
    if (wanted.erase(p.id) != 1) fail("scope", "parties.list has one too many: " + to_json(p));
    if (to_json(p) != to_json(m.parties.at(p.id)))
      fail("model", "parties.list shows\n  " + to_json(p) + "\nfor\n  " + to_json(m.parties.at(p.id)));
  }
  if (!wanted.empty()) fail("model", "parties.list leaves out " + format_uuid(*wanted.begin()));
}

void Simulation::read_timeline(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  activities::Timeline in;
  in.dossier_id = draw_dossier(m, client.org, client.user);
  in.limit = 1000;
  in.oldest_first = dice_.chance(500'000);
  Verdict v = m.admits(client.user, "activities.timeline");
  const bool agent = m.role(client.user) == "AGENT";
  if (v.ok() && !m.sees(client.user, "activities.timeline", in.dossier_id)) v = {ErrorCode::not_found};
  Page<Activity> page;
  if (!read(host, client, activities::timeline, in, page, v)) return;
  std::map<Uuid, const Activity*> wanted;
  for (const auto& [id, note] : m.notes)
    if (note.dossier_id == in.dossier_id) wanted[id] = &note;
  bool opened = false;
  for (const Activity& a : page.items) {
    if (a.dossier_id != in.dossier_id)
      fail(agent ? "scope" : "model", "a timeline has a line of another dossier");
    opened = opened || a.payload.find("dossier.created") != std::string::npos;
    if (a.type_code != "ACT_NOTE") continue;
    const auto it = wanted.find(a.id);
    if (it == wanted.end() || to_json(*it->second) != to_json(a))
      fail("model", "a timeline has a note that nobody wrote: " + to_json(a));
    wanted.erase(it);
  }
  if (!wanted.empty()) fail("model", "a timeline leaves out the note " + format_uuid(wanted.begin()->first));
  if (!opened) fail("model", "a timeline does not begin with the dossier's opening");
}

void Simulation::read_audit(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  audit::ListEntries in;
  in.limit = 40;
  Page<audit::Entry> page;
  if (!read(host, client, audit::list, in, page, m.admits(client.user, "audit.list"))) return;
  const bool all = reach_of(m.role(client.user), "audit.list") == Reach::everything;
  for (std::size_t i = 1; i < page.items.size(); ++i) {
    const std::int64_t step = page.items[i - 1].seq - page.items[i].seq;
    if (step < 1 || (all && step != 1)) fail("audit", "audit.list is not newest first, or leaves one out");
  }
}

void Simulation::read_events(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  audit::ListEvents in;
  in.after = static_cast<std::int64_t>(dice_.below(leaves_[client.org].size() + 1));
  in.limit = 1000;
  audit::EventPage page;
  if (!read(host, client, audit::events, in, page, m.admits(client.user, "events.list"))) return;
  const bool all = reach_of(m.role(client.user), "events.list") == Reach::everything;
  std::size_t at = 0;
  for (const SeenEntry& e : oracle_->entries_after(m.id, in.after)) {
    // An agent hears of what is assigned to him; of organisation and users he hears nothing.
    const bool forgotten = oracle_->may_be_forgotten(e);
    const bool mine = e.kind == "dossier" && e.id && m.sees(client.user, "events.list", *e.id);
    const bool here = at < page.items.size() && page.items[at].sequence == e.seq;
    if (!here && !forgotten && (all || mine))
      fail("events", "events.list leaves out " + std::to_string(e.seq) + " " + e.action);
    if (here && page.items[at].type != e.action) fail("events", "an event has another type than its entry");
    if (here) ++at;
  }
  if (at != page.items.size()) fail("events", "events.list tells of what the audit does not know");
}

void Simulation::verify(Host& host) {
  const Client client = draw_client();
  audit::Verified out;
  if (!read(host, client, audit::verify, {.records = dice_.chance(500'000), .checkpoint = {}, .key = {}}, out,
            models_[client.org].admits(client.user, "audit.verify"))) {
    return;
  }
  if (!out.ok) fail("audit", "audit.verify found: " + to_json(out));
}

void Simulation::make_checkpoint(Host& host) {
  const Client client = draw_client();
  const OrgModel& m = models_[client.org];
  audit::CheckpointMade out;
  const Answer a = ask(host, client, "audit.checkpoint", [&] {
    Session s = host.engine().session({.org = m.id, .user = client.user, .roles = {}});
    out = s.call(audit::checkpoint, {});
    return to_json(out);
  });
  if (a.outcome == Outcome::unknown) return;
  if (!answered(a, m.admits(client.user, "audit.checkpoint"), client, "audit.checkpoint")) return;
  judge_answer(m, client, a.text, false);
  notes_.emplace_back(client.org, out.note);
}

void Simulation::start_walk() {
  if (walks_.size() >= 3) return;
  Walk w{draw_client(), std::nullopt, {}, {}};
  const OrgModel& m = models_[w.client.org];
  for (const auto& [id, d] : m.dossiers)
    if (!d.archived_at && m.sees(w.client.user, "dossiers.list", id)) w.must_see.insert(id);
  walks_.push_back(std::move(w));
}

/// A walk owes its client only what was there and in reach all the time.
void Simulation::refresh_walks() {
  for (Walk& w : walks_) {
    const OrgModel& m = models_[w.client.org];
    std::erase_if(w.must_see, [&](const Uuid& id) {
      return m.dossiers.at(id).archived_at || !m.sees(w.client.user, "dossiers.list", id);
    });
  }
}

/// The next page of a walk that goes on over many steps, hosts and crashes.
void Simulation::walk_on(Host& host) {
  if (walks_.empty()) return start_walk();
  const std::size_t i = dice_.below(walks_.size());
  const auto end = [&] { walks_.erase(walks_.begin() + static_cast<std::ptrdiff_t>(i)); };
  const Client client = walks_[i].client;
  const OrgModel& m = models_[client.org];
  ListInput in;
  in.limit = 4;
  in.after = walks_[i].after;
  Page<Dossier> page;
  const Verdict v = m.admits(client.user, "dossiers.list");
  if (!read(host, client, dossiers::list, in, page, v)) {
    if (!v.ok()) end();
    return;
  }
  Walk& w = walks_[i];
  for (const Dossier& d : page.items) {
    if (!w.seen.insert(d.id).second) fail("model", "a walk sees " + format_uuid(d.id) + " twice");
    if (!m.sees(client.user, "dossiers.list", d.id)) fail("scope", "a walk shows " + format_uuid(d.id));
    w.must_see.erase(d.id);
  }
  w.after = page.next;
  if (page.next) return;
  if (!w.must_see.empty()) fail("model", "a walk leaves out " + format_uuid(*w.must_see.begin()));
  end();
}

void Simulation::pump(Host& host) {
  const std::uint64_t faults = host.faults();
  try {
    const PumpResult r = host.engine().pump(20);
    note("host " + std::to_string(host.number()) + " pumps: " + std::to_string(r.done) + " done, " +
         std::to_string(r.failed) + " failed");
    if (r.failed > 0 && host.faults() == faults && !batch_ && !nested_)
      fail("answers", "due work failed without a cause");
  } catch (const Error& e) {
    note("host " + std::to_string(host.number()) + " pumps: " + std::string(error_info(e.code()).text));
    if (host.faults() == faults && !batch_ && !nested_)
      fail("answers", "pump failed without a cause: " + e.to_json());
    for (std::uint64_t& r : refusals_) ++r;
  } catch (const testing::Crash&) {
    note("host " + std::to_string(host.number()) + " dies while pumping");
    ++summary_.crashes;
    crash_seen_ = true;
    host.die();
  }
}

}  // namespace atlas::simulation
