#include "model.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace atlas::simulation {
namespace {

struct Right {
  std::string_view operation;
  Reach admin, manager, agent, auditor;
};
constexpr Reach no = Reach::nothing, own = Reach::assigned, all = Reach::everything;
constexpr Right rights[] = {
    {"dossiers.create", all, all, all, no},
    {"dossiers.get", all, all, own, no},
    {"dossiers.list", all, all, own, no},
    {"dossiers.count", all, all, own, no},
    {"dossiers.history", all, all, own, no},
    {"dossiers.transitions", all, all, own, no},
    {"dossiers.update", all, all, own, no},
    {"dossiers.archive", all, all, own, no},
    {"dossiers.assign", all, all, no, no},
    {"dossiers.transition", all, all, own, no},
    {"dossiers.override_status", all, no, no, no},
    {"dossiers.add_note", all, all, own, no},
    {"dossiers.add_task", all, all, own, no},
    {"dossiers.add_party", all, all, own, no},
    {"parties.list", all, all, own, all},
    {"activities.timeline", all, all, own, all},
    {"tasks.get", all, all, own, all},
    {"tasks.list", all, all, own, all},
    {"tasks.count", all, all, own, all},
    {"tasks.update", all, all, own, no},
    {"users.list", all, no, no, no},
    {"users.disable", all, no, no, no},
    {"users.enable", all, no, no, no},
    {"audit.list", all, all, own, all},
    {"audit.verify", all, all, no, no},
    {"audit.checkpoint", all, all, no, no},
    {"events.list", all, all, own, all},
};

bool changes_records(std::string_view operation) {
  for (const std::string_view verb :
       {".create", ".update", ".archive", ".assign", ".transition", ".override_status", ".add_note",
        ".add_task", ".add_party", ".disable", ".enable"}) {
    if (operation.ends_with(verb)) return true;
  }
  return false;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

constexpr std::size_t shared_phone = 5;  // beyond it, and with different names, a phone is no key

struct Step {
  std::string_view from, to;
};
// docs: nominal path, no-show loop, counter-offer, pause. Closing lost is possible from every open state.
constexpr Step steps[] = {
    {"CRM_NEW", "CRM_CONTACTED"},
    {"CRM_CONTACTED", "CRM_QUALIFIED"},
    {"CRM_QUALIFIED", "CRM_VISIT_PLANNED"},
    {"CRM_VISIT_PLANNED", "CRM_VISIT_DONE"},
    {"CRM_VISIT_DONE", "CRM_OFFER_REQUESTED"},
    {"CRM_OFFER_REQUESTED", "CRM_OFFER_RECEIVED"},
    {"CRM_OFFER_RECEIVED", "CRM_NEGOTIATION"},
    {"CRM_NEGOTIATION", "CRM_SIGNING_SCHEDULED"},
    {"CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"},
    {"CRM_NEGOTIATION", "CRM_COUNTER_OFFER"},
    {"CRM_COUNTER_OFFER", "CRM_NEGOTIATION"},
    {"CRM_VISIT_PLANNED", "CRM_NO_SHOW"},
    {"CRM_NO_SHOW", "CRM_FOLLOW_UP"},
    {"CRM_FOLLOW_UP", "CRM_VISIT_PLANNED"},
    {"CRM_QUALIFIED", "CRM_ON_HOLD"},
};

}  // namespace

Reach reach_of(std::string_view role, std::string_view operation) {
  for (const Right& r : rights) {
    if (r.operation != operation) continue;
    if (role == "ADMIN_ORG") return r.admin;
    if (role == "MANAGER") return r.manager;
    if (role == "AGENT") return r.agent;
    if (role == "AUDITOR") return r.auditor;
  }
  return Reach::nothing;
}

Verdict OrgModel::admits(const Uuid& who, std::string_view operation) const {
  const auto it = users.find(who);
  if (it == users.end() || it->second.status_code != "USER_ACTIVE") return {ErrorCode::unauthenticated};
  if (reach_of(it->second.roles.front(), operation) == Reach::nothing) return {ErrorCode::forbidden};
  if (suspended && changes_records(operation)) return {ErrorCode::forbidden};
  return {};
}

bool OrgModel::sees(const Uuid& who, std::string_view operation, const Uuid& dossier) const {
  const auto it = dossiers.find(dossier);
  if (it == dossiers.end()) return false;
  const Reach reach = reach_of(role(who), operation);
  return reach == Reach::everything || (reach == Reach::assigned && it->second.assigned_to_user_id == who);
}

Verdict OrgModel::on_dossier(const Uuid& who, std::string_view operation, const Uuid& dossier,
                             std::optional<std::int64_t> version) const {
  if (Verdict v = admits(who, operation); !v.ok()) return v;
  if (!sees(who, operation, dossier)) return {ErrorCode::not_found};
  if (version && dossiers.at(dossier).version != *version) return {ErrorCode::conflict, "stale_version"};
  return {};
}

bool is_terminal(std::string_view status) {
  return status == "CRM_CLOSED_WON" || status == "CRM_CLOSED_LOST";
}
bool is_open(const Dossier& d) { return !d.archived_at && !is_terminal(d.status_code); }

std::optional<Meeting> meeting_of(const OrgModel& m, const Dossier& wanted) {
  std::size_t sharing = 0;
  std::set<std::string> names;
  for (const auto& [id, d] : m.dossiers) {
    if (!is_open(d) || !wanted.phone || d.phone != wanted.phone) continue;
    ++sharing;
    names.insert(lower(d.contact_name));
  }
  const bool phone_counts = sharing <= shared_phone || names.size() == 1;
  struct Candidate {
    const Dossier* dossier;
    std::vector<std::string> on;
  };
  std::vector<Candidate> found;
  for (const auto& [id, d] : m.dossiers) {
    if (!is_open(d) || d.case_type_code != wanted.case_type_code) continue;
    if (d.listing_id && wanted.listing_id && *d.listing_id != *wanted.listing_id) continue;
    Candidate c{&d, {}};
    if (phone_counts && wanted.phone && d.phone == wanted.phone) c.on.emplace_back("phone");
    if (wanted.email && d.email && lower(*d.email) == lower(*wanted.email)) c.on.emplace_back("email");
    if (!c.on.empty()) found.push_back(std::move(c));
  }
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    if (a.on.size() != b.on.size()) return a.on.size() > b.on.size();
    if (a.dossier->last_activity_at != b.dossier->last_activity_at)
      return a.dossier->last_activity_at > b.dossier->last_activity_at;
    return a.dossier->id < b.dossier->id;
  });
  Meeting meeting{found.front().dossier->id, found.front().on, {}};
  for (std::size_t i = 1; i < found.size(); ++i) meeting.also.push_back(found[i].dossier->id);
  return meeting;
}

std::vector<std::string> ways_out(std::string_view status, std::string_view before) {
  std::vector<std::string> out;
  if (is_terminal(status)) return out;
  for (const Step& s : steps)
    if (s.from == status) out.emplace_back(s.to);
  // No way leads back to an end that was overridden.
  if (status == "CRM_ON_HOLD" && !is_terminal(before)) out.emplace_back(before);
  out.emplace_back("CRM_CLOSED_LOST");
  return out;
}

Verdict transition_verdict(const OrgModel& m, const Dossier& d, const std::string& to,
                           const std::optional<std::string>& reason) {
  const auto from = m.came_from.find(d.id);
  const auto ways = ways_out(d.status_code, from == m.came_from.end() ? "" : from->second);
  if (std::find(ways.begin(), ways.end(), to) == ways.end()) return {ErrorCode::transition_not_allowed};
  return reason_verdict(to, reason);
}

Verdict reason_verdict(const std::string& to, const std::optional<std::string>& reason) {
  if (!is_terminal(to)) return reason ? Verdict{ErrorCode::invalid_argument} : Verdict{};
  if (!reason) return {ErrorCode::fields_missing};
  const bool fits = to == "CRM_CLOSED_LOST" ? *reason == "NO_RESPONSE" || *reason == "OTHER"
                                            : *reason == "SIGNED" || *reason == "OTHER";
  return fits ? Verdict{} : Verdict{ErrorCode::invalid_argument};
}

}  // namespace atlas::simulation
