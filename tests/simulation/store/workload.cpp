// What clients ask for: few people and few telephones, so that they meet; right and wrong requests.

#include "simulation.hpp"

namespace atlas::simulation {
namespace {

constexpr std::uint64_t percent = 10'000;

const std::vector<std::string>& first_names() {
  static const std::vector<std::string> names{"Amina", "Brahim", "Chloe", "Driss"};
  return names;
}
const std::vector<std::string>& cities() {
  static const std::vector<std::string> names{"Rabat", "Lyon", "Tanger"};
  return names;
}
const std::vector<std::string>& statuses() {
  static const std::vector<std::string> codes{"CRM_NEW",           "CRM_CONTACTED",  "CRM_QUALIFIED",
                                              "CRM_VISIT_PLANNED", "CRM_ON_HOLD",    "CRM_NEGOTIATION",
                                              "CRM_CLOSED_WON",    "CRM_CLOSED_LOST"};
  return codes;
}

/// An id that no record has.
Uuid nobody() {
  Uuid id;
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  id.bytes[15] = 201;
  return id;
}

}  // namespace

Simulation::Client Simulation::draw_client() {
  const std::size_t org = dice_.below(models_.size());
  // Administrator, manager, two agents, auditor: those who work most come most often.
  static const std::vector<std::size_t> shifts{0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4};
  return {org, people_[org][dice_.pick(shifts)]};
}

/// Mostly one of the organisation's own, sometimes the other's, sometimes nobody's.
Uuid Simulation::draw_dossier(const OrgModel& m, std::size_t org, const Uuid& user) {
  if (m.role(user) == "AGENT" && dice_.chance(70 * percent)) {
    std::vector<Uuid> mine;
    for (const auto& [id, d] : m.dossiers)
      if (d.assigned_to_user_id == user) mine.push_back(id);
    if (!mine.empty()) return dice_.pick(mine);
  }
  const OrgModel& from = dice_.chance(4 * percent) ? models_[1 - org] : m;
  if (from.dossiers.empty() || dice_.chance(2 * percent)) return nobody();
  auto it = from.dossiers.begin();
  // The newer ones more often: they are open.
  const std::size_t n = from.dossiers.size(), last = std::min<std::size_t>(n, 12);
  std::advance(it, static_cast<std::ptrdiff_t>(dice_.chance(70 * percent) ? n - 1 - dice_.below(last)
                                                                          : dice_.below(n)));
  return it->first;
}

std::int64_t Simulation::draw_version(const OrgModel& m, const Uuid& dossier) {
  const auto it = m.dossiers.find(dossier);
  const std::int64_t version = it == m.dossiers.end() ? 1 : it->second.version;
  if (dice_.chance(92 * percent)) return version;
  return version > 1 && dice_.chance(70 * percent) ? version - 1 : version + 1;
}

std::string Simulation::draw_name(std::size_t org) { return dice_.pick(first_names()) + " " + markers_[org]; }

/// As people write it, and in E.164. Some numbers are known in both organisations.
std::pair<std::string, std::string> Simulation::draw_phone(std::size_t org) {
  const std::uint64_t n = dice_.below(5);
  const std::string area = n == 0 ? "660" : org == 0 ? "661" : "662";
  const std::string end = "2345" + std::to_string(60 + n);
  const std::string e164 = "+212" + area + end;
  switch (dice_.below(4)) {
    case 0:
      return {e164, e164};
    case 1:
      return {"0" + area + end, e164};
    case 2:
      return {"00212 " + area + "-" + end, e164};
    default:
      return {"0" + area.substr(0, 1) + " " + area.substr(1) + " " + end.substr(0, 3) + " " + end.substr(3),
              e164};
  }
}

std::string Simulation::new_key() { return "key-" + std::to_string(++keys_); }

std::shared_ptr<Deed> Simulation::draw_create(std::size_t org) {
  dossiers::Create in;
  in.case_type_code = dice_.chance(80 * percent) ? "CRM_LEAD_BUY" : "CRM_LEAD";
  in.contact_name = draw_name(org);
  std::string e164;
  const bool phone = dice_.chance(75 * percent);
  if (phone) std::tie(in.phone, e164) = draw_phone(org);
  if (!phone || dice_.chance(40 * percent)) {
    in.email = (dice_.chance(500'000) ? "Client" : "client") + std::to_string(dice_.below(5)) + "@" +
               markers_[org] + ".example";
  }
  if (dice_.chance(40 * percent)) in.listing_id = listings_[org][dice_.below(listings_[org].size())];
  if (dice_.chance(30 * percent)) in.city = dice_.pick(cities());
  if (dice_.chance(30 * percent)) in.assigned_to_user_id = dice_.pick(people_[org]);
  return create_dossier(std::move(in), std::move(e164));
}

std::shared_ptr<Deed> Simulation::draw_update(const OrgModel& m, std::size_t org, const Uuid& user) {
  dossiers::Update in;
  in.id = draw_dossier(m, org, user);
  in.version = draw_version(m, in.id);
  std::optional<std::string> e164;
  switch (dice_.below(4)) {
    case 0:
      in.contact_name = draw_name(org);
      break;
    case 1:
      in.city = dice_.chance(70 * percent) ? Change<std::string>(dice_.pick(cities()))
                                           : Change<std::string>::clear();
      break;
    case 2:
      in.listing_id = listings_[org][dice_.below(listings_[org].size())];
      break;
    default: {
      auto [raw, number] = draw_phone(org);
      in.phone = raw;
      e164 = number;
    }
  }
  return update_dossier(std::move(in), std::move(e164));
}

std::shared_ptr<Deed> Simulation::draw_deed(const OrgModel& m, const Uuid& user, std::size_t org) {
  const std::uint64_t roll = dice_.below(100);
  if (m.dossiers.size() < 3 || roll < 34) return draw_create(org);
  if (roll < 46) return draw_update(m, org, user);
  const Uuid id = draw_dossier(m, org, user);
  if (roll < 54) {
    std::optional<Uuid> to;
    if (dice_.chance(85 * percent)) to = dice_.pick(people_[org]);
    return assign_dossier({id, draw_version(m, id), to});
  }
  if (roll < 70) {
    const auto it = m.dossiers.find(id);
    const auto from = m.came_from.find(id);
    std::vector<std::string> ways;
    if (it != m.dossiers.end())
      ways = ways_out(it->second.status_code, from == m.came_from.end() ? "" : from->second);
    dossiers::TransitionInput in;
    in.id = id;
    in.version = draw_version(m, id);
    in.to = ways.empty() || dice_.chance(20 * percent) ? dice_.pick(statuses()) : dice_.pick(ways);
    // Mostly where one is taken, seldom where none is.
    if (dice_.chance((is_terminal(*in.to) ? 80 : 10) * percent))
      in.reason_code = dice_.pick(std::vector<std::string>{"NO_RESPONSE", "SIGNED", "OTHER"});
    return take_transition(std::move(in));
  }
  if (roll < 80) return add_note({id, "note " + std::to_string(dice_.below(1'000)) + " of " + markers_[org]});
  if (roll < 83) {
    dossiers::AddParty in;
    in.id = id;
    in.party.role_code = "BUYER";
    in.party.family_name = draw_name(org);
    auto [raw, e164] = draw_phone(org);
    in.party.phones = {raw};
    return add_party(std::move(in), e164);
  }
  if (roll < 87) {
    activities::AddTask in;
    in.id = id;
    in.title = "task " + std::to_string(dice_.below(1'000)) + " of " + markers_[org];
    in.category_code = "CALL_BACK";
    if (dice_.chance(30 * percent)) in.assigned_to_user_id = dice_.pick(people_[org]);
    return add_task(std::move(in));
  }
  if (roll < 92 && !m.tasks.empty()) {
    auto it = m.tasks.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(dice_.below(m.tasks.size())));
    activities::UpdateTask in;
    in.id = it->first;
    in.version = it->second.version + (dice_.chance(8 * percent) ? 1 : 0);
    if (dice_.chance(50 * percent))
      in.status_code = dice_.chance(500'000) ? "TASK_DONE" : "TASK_TODO";
    else
      in.title = "task " + std::to_string(dice_.below(1'000)) + " of " + markers_[org];
    return update_task(std::move(in));
  }
  if (roll < 94) return archive_dossier({id, draw_version(m, id)});
  if (roll < 96)
    return override_status({id, draw_version(m, id), dice_.pick(statuses()), "it was closed by mistake"});
  const Uuid& who = dice_.pick(people_[org]);
  const User& u = m.user(who);
  // Those who are shut out come back soon, or nobody would be left to work.
  const bool active = u.status_code != "USER_ACTIVE" || dice_.chance(10 * percent);
  return set_user({who, u.version + (dice_.chance(5 * percent) ? 1 : 0)}, active);
}

void Simulation::write_step(Host& host) {
  const Client client = draw_client();
  const std::shared_ptr<Deed> deed = draw_deed(models_[client.org], client.user, client.org);
  perform(host, {client, deed, new_key(), clock_.now()}, false);
}

}  // namespace atlas::simulation
