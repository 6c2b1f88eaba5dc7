#include "routing.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/list_contains.hpp"
#include "atlas/message_store.hpp"
#include "atlas/organisations.hpp"
#include "atlas/parties.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "taking.hpp"

namespace atlas::inbound {
namespace {

constexpr std::size_t max_holders = 20;
constexpr std::size_t max_thorough = 1000;
constexpr std::size_t max_dossiers = 200;
constexpr std::int64_t recent_micros = 30 * micros_per_day;
constexpr std::string_view default_case_type = "CRM_LEAD";

bool is_open(Context& cx, const Dossier& d) {
  if (d.archived_at) return false;
  const auto definition = workflow::definition_for(cx, d.case_type_code, d.workflow_version);
  const auto* state = definition ? definition->state(d.status_code) : nullptr;
  return !state || !state->terminal;
}

/// By the keys of parties; 8 bytes of hash may lie.
std::vector<Party> holders_of(Context& cx, const std::string& address, std::size_t limit) {
  auto all = cx.all<Party>();
  std::vector<Party> out;
  for (const Uuid& id : cx.matches(parties::phone_key(address), limit)) {
    auto p = all.find(id);
    if (p && !p->archived_at && std::find(p->phones.begin(), p->phones.end(), address) != p->phones.end())
      out.push_back(std::move(*p));
  }
  return out;
}

/// By looking at every party, while those that an older version saved have no keys yet.
std::vector<Party> every_holder(Context& cx, const std::string& address, std::size_t limit) {
  auto all = cx.all<Party>();
  return all.where({.where = Predicate::all_of({list_contains(all.column("phones"), address),
                                                Predicate::absent(all.column("archived_at"))}),
                    .limit = limit});
}

/// Dossiers by what they say of themselves (contact, party), open or not, once each.
class Candidates {
 public:
  explicit Candidates(Context& cx) : cx_(cx), all_(cx.all<Dossier>()) {}

  void add_by(std::string_view column, std::string_view key, const Value& value) {
    for (Dossier& d : all_.where({.where = Predicate::equals(all_.column(column), value),
                      .key = key,
                      .order = {},
                      .limit = max_dossiers}))
      if (!d.archived_at) found_.emplace(d.id, std::move(d));
  }
  void add_linked(const Uuid& party) {
    auto links = cx_.all<PartyLink>();
    for (const PartyLink& l :
         links.where({.where = Predicate::equals(links.column("party_id"), Value::id(party)),
         .key = "by_party",
         .limit = max_dossiers})) {
      if (found_.contains(l.dossier_id)) continue;
      auto d = all_.find(l.dossier_id);
      if (d && !d->archived_at) found_.emplace(d->id, std::move(*d));
    }
  }
  std::map<Uuid, Dossier>& found() { return found_; }

 private:
  Context& cx_;
  Context::Repository<Dossier> all_;
  std::map<Uuid, Dossier> found_;
};

/// The open dossier that last wrote to the address; nothing when none has lately.
const Dossier* lately_written(Context& cx, const std::vector<const Dossier*>& open,
                              const std::string& channel, const std::string& address) {
  auto messages = cx.all<Message>();
  const unsigned occurred = messages.column("occurred_at");
  const auto recent = messages.where(
      {.where = Predicate::all_of({Predicate::equals(messages.column("address"), Value::text(address)),
                                   Predicate::compare(Predicate::Kind::greater_equal, occurred,
                                                      Value::integer((cx.now() + -recent_micros).micros))}),
       .key = "by_address",
       .order = {{occurred, true}},
       .limit = max_dossiers});
  for (const Message& m : recent) {
    if (m.direction != "OUTBOUND" || m.channel_code != channel || m.status_code == "CANCELLED") continue;
    for (const Dossier* d : open)
      if (m.dossier_id == d->id) return d;
  }
  return nullptr;
}

bool later(const Dossier& a, const Dossier& b) {
  return a.last_activity_at != b.last_activity_at ? a.last_activity_at > b.last_activity_at : a.id < b.id;
}

/// Of several that list the address, the one that the dossier knows; else the one it was last about.
std::optional<Uuid> party_of(const std::vector<Party>& holders, const std::map<Uuid, Dossier>& dossiers,
                             const Dossier* chosen) {
  const auto holds = [&](const Uuid& id) {
    return std::any_of(holders.begin(), holders.end(), [&](const Party& p) { return p.id == id; });
  };
  if (chosen && chosen->party_id && (holders.empty() || holds(*chosen->party_id))) return chosen->party_id;
  const Dossier* last = nullptr;
  for (const auto& [id, d] : dossiers)
    if (d.party_id && (!last || later(d, *last))) last = &d;
  if (!chosen && last) return last->party_id;
  return holders.empty() ? std::nullopt : std::optional(holders.front().id);
}

/// The dossier of the message that it answers, and whose message that was.
struct Answered {
  Dossier dossier;
  std::optional<Uuid> party_id;
};

std::optional<Answered> answered_by(Context& cx, const ChannelAccount& account, const InboundMessage& message,
                                    const std::string& address) {
  if (message.context_id.empty() || message.context_id.size() > 255) return std::nullopt;
  auto answered = messages::find_by_provider_id(cx, account.id, message.context_id);
  // Nobody is led into another person's dossier by an id.
  if (!answered || !answered->dossier_id || answered->address != address) return std::nullopt;
  auto d = cx.all<Dossier>().find(*answered->dossier_id);
  if (!d || d->archived_at) return std::nullopt;
  const auto party = answered->party_id ? answered->party_id : d->party_id;
  return Answered{std::move(*d), party};
}

std::string case_type_of(Context& cx) {
  const auto organisation = cx.all<Organisation>().get(cx.organisation());
  const Json settings = Json::parse(organisation.settings, nullptr, false);
  const auto inbound = settings.is_object() ? settings.find("inbound") : settings.end();
  if (!settings.is_object() || inbound == settings.end() || !inbound->is_object())
    return std::string(default_case_type);
  const auto type = inbound->find("case_type_code");
  if (type == inbound->end() || !type->is_string()) return std::string(default_case_type);
  const auto& code = type->get_ref<const std::string&>();
  // A code that was switched off, or has no workflow, must not lose anybody's message.
  return workflow::active_definition(cx, code) ? code : std::string(default_case_type);
}

std::string name_of(const InboundMessage& message, const std::string& address) {
  std::string name;
  for (const char c : message.profile_name) name += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  name = std::string(trim(name));
  if (name.empty()) return address;
  // At most 200 code points, and no half of one.
  std::size_t points = 0, end = 0;
  for (; end < name.size(); ++end) {
    if ((static_cast<unsigned char>(name[end]) & 0xc0) != 0x80 && ++points > 200) break;
  }
  name.resize(end);
  return name;
}

}  // namespace

Route find_route(Context& cx, const ChannelAccount& account, const InboundMessage& message,
                 const std::string& address, bool thorough) {
  Route route;
  Candidates candidates(cx);
  candidates.add_by("phone", "by_phone", Value::text(address));
  const std::size_t limit = thorough ? max_thorough : max_holders;
  auto holders = cx.rederiving() ? every_holder(cx, address, limit) : holders_of(cx, address, limit);
  for (const Party& p : holders) route.holders.push_back(p.id);
  if (const auto answered = answered_by(cx, account, message, address)) {
    route.dossier_id = answered->dossier.id;
    route.party_id = answered->party_id;
    route.subject_id = answered->dossier.subject_id;
    return route;
  }
  for (const Party& p : holders) {
    candidates.add_by("party_id", "by_party", Value::id(p.id));
    candidates.add_linked(p.id);
  }
  std::vector<const Dossier*> open;
  for (const auto& [id, d] : candidates.found())
    if (is_open(cx, d)) open.push_back(&d);
  const Dossier* chosen = open.size() > 1 ? lately_written(cx, open, message.channel_code, address) : nullptr;
  if (!chosen && !open.empty())
    chosen = *std::min_element(open.begin(), open.end(),
                               [](const Dossier* a, const Dossier* b) { return later(*a, *b); });
  route.party_id = party_of(holders, candidates.found(), chosen);
  if (chosen) {
    route.dossier_id = chosen->id;
    route.subject_id = chosen->subject_id;
  } else if (route.party_id) {
    if (const auto p = cx.all<Party>().find(*route.party_id)) route.subject_id = p->subject_id;
  }
  return route;
}

void open_route(Context& cx, const InboundMessage& message, const std::string& address, Route& route) {
  const std::string name = name_of(message, address);
  if (!route.party_id) {
    parties::Create who;
    who.role_code = "OTHER";
    who.family_name = name;
    who.phones = {address};
    Party p = parties::make_party(cx, who);
    cx.all<Party>().insert(p);
    route.party_id = p.id;
    route.subject_id = p.subject_id;
  }
  dossiers::Create wanted;
  wanted.case_type_code = case_type_of(cx);
  wanted.source_code = std::string(lead_source(message.channel_code));
  wanted.contact_name = name;
  wanted.phone = address;
  wanted.contact_channel_preferred = message.channel_code;
  wanted.party_id = route.party_id;
  dossiers::Opened opened;
  if (const auto error = cx.tried([&] { opened = dossiers::open_or_meet(cx, wanted); })) {
    // How many dossiers a plan has is no reason to lose what somebody wrote.
    if (error->code() == ErrorCode::quota_exceeded) return;
    throw Error(*error);
  }
  route.dossier_id = opened.dossier.id;
  route.subject_id = opened.dossier.subject_id;
  PartyLink link;
  link.dossier_id = opened.dossier.id;
  link.party_id = *route.party_id;
  link.role_code = "OTHER";
  link.subject_id = opened.dossier.subject_id;
  if (opened.created) cx.all<PartyLink>().insert(link, {.action = "dossier.party_linked"});
}

}  // namespace atlas::inbound
