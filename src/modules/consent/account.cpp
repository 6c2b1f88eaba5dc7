#include "account.hpp"

#include <algorithm>

#include "atlas/consent_rules.hpp"
#include "atlas/crypto.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/organisation_mac.hpp"

namespace atlas::consents {
namespace {

constexpr std::size_t max_events = 100'000;

bool is_email(std::string_view channel) { return channel == "CHAN_EMAIL"; }

/// The address in every form under which it may lie in the store.
std::vector<std::string> forms_of(Context& cx, std::string_view channel, std::string_view address) {
  std::vector<std::string> forms{std::string(address)};
  if (!is_email(channel)) return forms;
  for (const Normaliser* n : cx.normalisers()) {
    std::string form = n->fold_email(address);
    if (!form.empty() && std::find(forms.begin(), forms.end(), form) == forms.end())
      forms.push_back(std::move(form));
  }
  return forms;
}

std::string address_hash(Context& cx, std::string_view channel, std::string_view address) {
  std::string data(channel);
  data.append("\n").append(address);
  return hex(as_view(organisation_mac(cx, "suppression", data)));
}

/// Whose keys seal it: the party's, else the dossier's; nil = a new subject of its own.
Uuid subject_for(Context& cx, const Consent& c) {
  if (c.party_id) {
    if (const auto party = cx.all<Party>().find(*c.party_id)) return party->subject_id;
  }
  if (c.dossier_id) {
    if (const auto dossier = cx.all<Dossier>().find(*c.dossier_id)) return dossier->subject_id;
  }
  return {};
}

std::string action_of(std::string_view kind) {
  std::string action = "consent.";
  for (const char c : kind) action += static_cast<char>(c - 'A' + 'a');
  return action;
}

}  // namespace

std::string read_address(Context& cx, std::string_view channel, std::string_view raw,
                         const std::optional<std::string>& region) {
  auto address = is_email(channel)
                     ? std::optional(cx.normalisers().front()->fold_email(raw))
                     : normal_address(channel, raw, region.value_or(cx.access().default_country));
  if (address && !address->empty()) return std::move(*address);
  throw is_email(channel) ? Error(ErrorCode::invalid_argument, "not an e-mail address")
                                .field("/address", field_code::not_an_email, "not an e-mail address")
                          : Error(ErrorCode::invalid_argument, "not a telephone number")
                                .field("/address", field_code::not_a_phone_number, "not a telephone number");
}

Timestamp time_of(Context& cx, const std::optional<Timestamp>& at) {
  if (!at) return cx.now();
  if (*at > cx.now() + clock_skew) {
    throw Error(ErrorCode::invalid_argument, "that time has not come")
        .field("/at", field_code::out_of_range, "not in the future");
  }
  return std::min(*at, cx.now());
}

void lock_addresses(Context& cx, const std::vector<std::string>& addresses) {
  std::vector<std::string> names;
  for (const std::string& address : addresses) names.push_back("consent:" + address);
  if (!names.empty()) cx.lock(std::move(names));
}

std::vector<std::string> channels_like(std::string_view channel) {
  if (is_email(channel)) return {"CHAN_EMAIL"};
  return {"CHAN_WHATSAPP", "CHAN_SMS", "CHAN_PHONE"};
}

std::optional<Consent> find_consent(Context& cx, std::string_view channel, std::string_view address,
                                    std::string_view purpose) {
  auto all = cx.all<Consent>();
  for (const std::string& form : forms_of(cx, channel, address)) {
    auto found = all.where(
        {.where = Predicate::all_of({Predicate::equals(all.column("address"), Value::text(form)),
                                     Predicate::equals(all.column("channel_code"), Value::text(channel)),
                                     Predicate::equals(all.column("purpose_code"), Value::text(purpose))}),
         .key = "by_address",
         .limit = 1,
         .lock = RowLock::update});
    if (!found.empty()) return std::move(found.front());
  }
  return std::nullopt;
}

std::vector<ConsentEvent> events_of(Context& cx, const Uuid& consent) {
  auto all = cx.all<ConsentEvent>();
  return all.where({.where = Predicate::equals(all.column("consent_id"), Value::id(consent)),
                    .key = "by_consent",
                    .order = {{all.column("number"), false}},
                    .limit = max_events});
}

std::vector<Suppression> suppressions_of(Context& cx, std::string_view channel, std::string_view address,
                                         std::string_view purpose) {
  auto all = cx.all<Suppression>();
  std::vector<Suppression> out;
  for (const std::string& form : forms_of(cx, channel, address)) {
    const std::string hash = address_hash(cx, channel, form);
    for (Suppression& s :
         all.where({.where = Predicate::equals(all.column("address_hash"), Value::text(hash)),
         .key = "by_address"})) {
      if (s.purpose_code == purpose || s.purpose_code == every_purpose) out.push_back(std::move(s));
    }
  }
  return out;
}

void suppress(Context& cx, std::string_view channel, std::string_view address, std::string_view purpose,
              std::string_view reason, Timestamp at) {
  auto all = cx.all<Suppression>();
  const std::string hash = address_hash(cx, channel, address);
  const auto found = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("address_hash"), Value::text(hash)),
                                   Predicate::equals(all.column("purpose_code"), Value::text(purpose))}),
       .key = "by_address",
       .limit = 1,
       .lock = RowLock::update});
  if (!found.empty()) {
    Suppression after = found.front();
    if (at <= after.at) return;
    after.at = at;
    after.reason = reason;
    all.save(found.front(), after);
    return;
  }
  Suppression s;
  s.subject_id = cx.access().org_subject;
  s.address_hash = hash;
  s.channel_code = channel;
  s.purpose_code = purpose;
  s.reason = reason;
  s.at = at;
  all.insert(s);
}

Account::Account(Context& cx, std::string_view channel, std::string_view address, std::string_view purpose)
    : cx_(cx) {
  if (auto found = find_consent(cx, channel, address, purpose)) {
    before_ = consent_ = std::move(*found);
    events_ = events_of(cx, consent_.id);
    stored_ = events_.size();
    return;
  }
  consent_.id = cx.new_id();
  consent_.org_id = cx.organisation();
  consent_.channel_code = channel;
  consent_.address = std::string(address);
  consent_.purpose_code = purpose;
}

Account::Account(Context& cx, Consent consent) : cx_(cx), before_(consent), consent_(std::move(consent)) {
  events_ = events_of(cx, consent_.id);
  stored_ = events_.size();
}

std::string_view Account::state() const { return replay(events_); }

const ConsentEvent& Account::add(ConsentEvent e) {
  e.id = cx_.new_id();
  e.org_id = cx_.organisation();
  e.created_at = cx_.now();
  e.consent_id = consent_.id;
  if (!events_.empty()) e.previous_hash = events_.back().hash;
  e.number = static_cast<std::int64_t>(events_.size()) + 1;
  e.actor_kind = to_string(cx_.principal().kind);
  if (!cx_.principal().id.is_nil()) e.actor_id = cx_.principal().id;
  std::array<std::uint8_t, 16> nonce{};
  cx_.random(nonce);
  e.nonce = hex({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
  e.hash = event_hash(consent_, e);
  if (e.party_id) consent_.party_id = e.party_id;
  if (e.dossier_id) consent_.dossier_id = e.dossier_id;
  if (e.kind == "GRANTED") consent_.expires_at = e.expires_at;
  events_.push_back(std::move(e));
  return events_.back();
}

void Account::lapse_if_over() {
  if (state() != "granted" || !consent_.expires_at || *consent_.expires_at > cx_.now()) return;
  ConsentEvent over;
  over.kind = "EXPIRED";
  over.at = *consent_.expires_at;
  add(std::move(over));
}

void Account::write() {
  if (events_.size() == stored_) return;
  keep_standing(consent_, events_);
  consent_.events = events_.back().number;
  if (consent_.subject_id.is_nil()) consent_.subject_id = subject_for(cx_, consent_);
  AttachedRows rows;
  std::string payload;
  JsonWriter json(payload);
  json.begin_object().key("events").begin_array();
  for (std::size_t i = stored_; i < events_.size(); ++i) {
    const ConsentEvent& e = events_[i];
    json.begin_object().key("id").string(format_uuid(e.id)).key("number").number(e.number);
    json.key("kind").string(e.kind).key("hash").string(e.hash).end_object();
    rows.add(e);
  }
  json.end_array().end_object();
  const std::string action = action_of(events_.back().kind);
  const SaveOptions options{.action = action, .payload = payload, .attach = &rows};
  if (stored_ == 0 && before_.id.is_nil())
    cx_.all<Consent>().insert(consent_, options);
  else
    cx_.all<Consent>().save(before_, consent_, options);
  before_ = consent_;
  stored_ = events_.size();
  if (consent_.state == "granted" && consent_.expires_at)
    cx_.schedule("consent.expiry", std::max(*consent_.expires_at, cx_.now()));
}

}  // namespace atlas::consents
