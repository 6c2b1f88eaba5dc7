#include "oracle.hpp"

#include "atlas/audit.hpp"
#include "common/failure.hpp"

namespace atlas::simulation {
namespace {

template <class T, class Op>
std::optional<T> found(Session session, const Op& op, const Uuid& id) {
  try {
    return session.call(op, {id});
  } catch (const Error& e) {
    if (e.code() != ErrorCode::not_found) throw;
    return std::nullopt;
  }
}

template <class T, class Op>
std::vector<T> listed(Session session, const Op& op) {
  std::vector<T> out;
  ListInput all;
  all.limit = 1000;
  all.archived = true;
  session.each(op, std::move(all), [&](T&& item) { out.push_back(std::move(item)); });
  return out;
}

}  // namespace

std::optional<Dossier> Oracle::dossier(const Uuid& org, const Uuid& id) {
  return found<Dossier>(session(org), dossiers::get, id);
}
std::optional<Task> Oracle::task(const Uuid& org, const Uuid& id) {
  return found<Task>(session(org), activities::get_task, id);
}
std::optional<Party> Oracle::party(const Uuid& org, const Uuid& id) {
  return found<Party>(session(org), parties::get, id);
}
std::optional<User> Oracle::user(const Uuid& org, const Uuid& id) {
  return found<User>(session(org), users::get, id);
}
std::vector<Dossier> Oracle::dossiers(const Uuid& org) {
  return listed<Dossier>(session(org), dossiers::list);
}
std::vector<Task> Oracle::tasks(const Uuid& org) {
  return listed<Task>(session(org), activities::list_tasks);
}
std::vector<Party> Oracle::parties(const Uuid& org) { return listed<Party>(session(org), parties::list); }
std::vector<User> Oracle::users(const Uuid& org) { return listed<User>(session(org), users::list); }

std::vector<Activity> Oracle::notes(const Uuid& org, const Uuid& dossier) {
  Session s = session(org);
  activities::Timeline in;
  in.dossier_id = dossier;
  in.type_codes = {"ACT_NOTE"};
  in.limit = 1000;
  return s.call(activities::timeline, in).items;
}

bool Oracle::may_be_forgotten(const SeenEntry& entry) const {
  return entry.at < clock_->now() + -29 * micros_per_day;
}

std::vector<SeenEntry> Oracle::entries_after(const Uuid& org, std::int64_t seq) {
  Session s = session(org);
  std::vector<SeenEntry> out;
  audit::ListEntries in;
  in.oldest_first = true;
  in.limit = 1000;
  if (seq > 0) in.after = std::to_string(seq);
  for (;;) {
    auto page = s.call(audit::list, in);
    for (const audit::Entry& e : page.items)
      out.push_back({e.seq, e.action, e.entity_kind.value_or(""), e.entity_id, e.at, e.leaf_hash});
    if (!page.next) break;
    in.after = page.next;
  }
  std::size_t at = 0;
  for (std::int64_t after = seq;;) {
    const auto page = s.call(audit::events, {.after = after, .types = {}, .limit = 1000});
    for (const audit::EventItem& e : page.items) {
      while (at < out.size() && out[at].seq < e.sequence && may_be_forgotten(out[at])) ++at;
      if (at == out.size() || e.sequence != out[at].seq || e.type != out[at].action ||
          e.entity_id != out[at].id) {
        fail("events", "events.list does not say what the audit says at entry " + std::to_string(e.sequence));
      }
      ++at;
    }
    if (page.items.empty()) break;
    after = page.last;
  }
  while (at < out.size() && may_be_forgotten(out[at])) ++at;
  if (at != out.size()) fail("events", "events.list ends before the audit does");
  return out;
}

}  // namespace atlas::simulation
