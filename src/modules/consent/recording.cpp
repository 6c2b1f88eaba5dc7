#include "recording.hpp"

#include <algorithm>
#include <set>

#include "atlas/crypto.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/send_policy.hpp"

namespace atlas::consents {
namespace {

constexpr std::int64_t token_life = 30 * micros_per_day;

Error withdrawn_error(GrantRefusal why) {
  const bool older = why == GrantRefusal::older;
  return Error(ErrorCode::consent_withdrawn,
               older ? "the person has said no since" : "after a no only the person's own act counts")
      .with("reason", older ? "older_than_refusal" : "no_positive_act");
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Nobody links somebody else's consent to a dossier of their own to see it.
void require_reach(Context& cx, const Account& account, const ConsentEvent& e) {
  const Consent& c = account.consent();
  if (account.events().empty() || in_reach(cx, c.id, *c.address, e.party_id, e.dossier_id)) return;
  throw Error(ErrorCode::invalid_argument, "not an address of that dossier or party")
      .field("/address", field_code::unknown_reference, "not an address of that dossier or party");
}

Error bad_token(std::string_view code, const char* why) {
  return Error(ErrorCode::invalid_argument, why).field("/token", code, why);
}

std::string hash_of_token(std::string_view token) { return hex(as_view(sha256(token))); }

/// The request that the token was made for; throws invalid_argument.
ConsentEvent request_of(Context& cx, const std::string& token) {
  auto all = cx.all<ConsentEvent>();
  auto found =
      all.where({.where = Predicate::equals(all.column("token_hash"), Value::text(hash_of_token(token))),
                 .key = "by_token",
                 .limit = 1});
  if (found.empty()) throw bad_token(field_code::unknown_reference, "no request has this token");
  return std::move(found.front());
}

/// What a confirmation takes over from the request, and what it brings itself.
ConsentEvent confirmed(Context& cx, const ConsentEvent& request, ConsentEvent given) {
  if (cx.now() > request.created_at + token_life)
    throw bad_token(field_code::out_of_range, "the token's time is over");
  given.kind = "GRANTED";
  given.source_code = "CONSENT_SRC_DOUBLE_OPT_IN";
  given.request_id = request.id;
  given.wording = request.wording;
  given.wording_version = request.wording_version;
  given.language = request.language;
  given.hours = request.hours;
  if (!given.evidence) given.evidence = request.evidence;
  if (!given.party_id) given.party_id = request.party_id;
  if (!given.dossier_id) given.dossier_id = request.dossier_id;
  return given;
}

/// The grant that a token brought already. A link that is opened again changes nothing, least of all after a
/// withdrawal.
const ConsentEvent* grant_by(const Account& account, const Uuid& request) {
  for (const ConsentEvent& e : account.events())
    if (e.kind == "GRANTED" && e.request_id == request) return &e;
  return nullptr;
}

void check_expiry(const ConsentEvent& e, std::vector<FieldError>& errors) {
  if (e.expires_at && *e.expires_at <= e.at)
    errors.push_back({"/expires_at", std::string(field_code::out_of_range), "after the grant"});
}

/// `by_caller`: what it names lies within the caller's reach.
Recorded write_grant(Context& cx, const Grant& in, bool by_caller) {
  ConsentEvent e;
  copy_fields(in, e);
  e.kind = "GRANTED";
  std::vector<FieldError> errors;
  const bool by_token = in.source_code == "CONSENT_SRC_DOUBLE_OPT_IN";
  if (by_token && !in.token)
    errors.push_back({"/token", std::string(field_code::required), "the token of the request"});
  e.at = time_of(cx, in.at);
  if (!by_token) check_proof(e, errors);
  check_expiry(e, errors);
  throw_if_any(std::move(errors));
  if (by_caller) check_links(cx, in.party_id, in.dossier_id, true);
  const std::string address = read_address(cx, in.channel_code, in.address, in.phone_region);
  lock_addresses(cx, {address});
  Account account(cx, in.channel_code, address, in.purpose_code);
  if (by_caller) require_reach(cx, account, e);
  if (by_token) {
    const ConsentEvent request = request_of(cx, *in.token);
    if (request.consent_id != account.consent().id)
      throw bad_token(field_code::unknown_reference, "the token is of another request");
    if (const ConsentEvent* done = grant_by(account, request.id)) return recorded(cx, account, *done);
    e = confirmed(cx, request, std::move(e));
  }
  const ConsentEvent added = add_grant(cx, account, std::move(e));
  account.write();
  return recorded(cx, account, added);
}

Recorded confirm_request(Context& cx, const Confirm& in) {
  const ConsentEvent request = request_of(cx, in.token);
  auto all = cx.all<Consent>();
  const Consent found = all.get(request.consent_id);
  if (!found.address || !cx.readable<Consent>("CONSENT_RECORD", "", found.id))
    throw bad_token(field_code::unknown_reference, "no request has this token");
  lock_addresses(cx, {*found.address});
  Account account(cx, all.get(found.id, RowLock::update));
  if (const ConsentEvent* done = grant_by(account, request.id)) return recorded(cx, account, *done);
  ConsentEvent e;
  copy_fields(in, e);
  e.at = time_of(cx, in.at);
  std::vector<FieldError> errors;
  check_expiry(e, errors);
  throw_if_any(std::move(errors));
  const ConsentEvent added = add_grant(cx, account, confirmed(cx, request, std::move(e)));
  account.write();
  return recorded(cx, account, added);
}

Requested record_request(Context& cx, const Request& in) {
  ConsentEvent e;
  copy_fields(in, e);
  e.kind = "REQUESTED";
  e.at = time_of(cx, in.at);
  // Only somebody's own act may lead to a message that asks: its evidence, or the message it came by.
  std::vector<FieldError> errors;
  if (in.message_id && !in.evidence) {
    ConsentEvent by_message = e;
    by_message.source_code = "CONSENT_SRC_SMS_INBOUND";
    check_proof(by_message, errors);
  } else {
    ConsentEvent by_form = e;
    by_form.source_code = "CONSENT_SRC_FORM";
    check_proof(by_form, errors);
  }
  throw_if_any(std::move(errors));
  check_links(cx, in.party_id, in.dossier_id, true);
  const std::string address = read_address(cx, in.channel_code, in.address, in.phone_region);
  lock_addresses(cx, {address});
  Account account(cx, in.channel_code, address, in.purpose_code);
  require_reach(cx, account, e);
  std::array<std::uint8_t, 32> random{};
  cx.random(random);
  Requested out;
  out.token = hex({reinterpret_cast<const char*>(random.data()), random.size()});
  out.token_expires_at = cx.now() + token_life;
  e.token_hash = hash_of_token(out.token);
  const ConsentEvent added = account.add(std::move(e));
  account.write();
  Recorded r = recorded(cx, account, added);
  out.consent = std::move(r.consent);
  out.event_id = r.event_id;
  out.event_hash = std::move(r.event_hash);
  return out;
}

/// Purposes that the address was asked for on this channel, and those that everybody is asked for.
std::vector<std::string> purposes_of(Context& cx, const std::string& channel, const std::string& address) {
  std::set<std::string> purposes{"CONSENT_CONTACT", "CONSENT_MARKETING"};
  auto all = cx.all<Consent>();
  for (const Consent& c : all.where(
           {.where = Predicate::all_of({Predicate::equals(all.column("address"), Value::text(address)),
                                        Predicate::equals(all.column("channel_code"), Value::text(channel))}),
 .key = "by_address"}))
    purposes.insert(c.purpose_code);
  return {purposes.begin(), purposes.end()};
}

Withdrawn record_withdrawal(Context& cx, const Withdraw& in) {
  ConsentEvent e;
  copy_fields(in, e);
  e.kind = "WITHDRAWN";
  e.at = time_of(cx, in.at);
  std::vector<FieldError> errors;
  check_evidence(in.evidence, errors);
  throw_if_any(std::move(errors));
  check_links(cx, in.party_id, in.dossier_id, false);
  const std::string address = read_address(cx, in.channel_code, in.address, in.phone_region);
  lock_addresses(cx, {address});
  Withdrawn out;
  const auto channels =
      in.every_channel ? channels_like(in.channel_code) : std::vector<std::string>{in.channel_code};
  for (const std::string& channel : channels) {
    const auto purposes =
        in.purpose_code ? std::vector<std::string>{*in.purpose_code} : purposes_of(cx, channel, address);
    for (const std::string& purpose : purposes) {
      Account account(cx, channel, address, purpose);
      const ConsentEvent added =
          add_no(cx, account, e, in.purpose_code ? std::string_view(purpose) : every_purpose);
      account.write();
      out.items.push_back(recorded(cx, account, added));
    }
  }
  return out;
}

Recorded record_refusal(Context& cx, const Refuse& in) {
  ConsentEvent e;
  copy_fields(in, e);
  e.kind = "REFUSED";
  e.at = time_of(cx, in.at);
  std::vector<FieldError> errors;
  check_evidence(in.evidence, errors);
  throw_if_any(std::move(errors));
  check_links(cx, in.party_id, in.dossier_id, false);
  const std::string address = read_address(cx, in.channel_code, in.address, in.phone_region);
  lock_addresses(cx, {address});
  Account account(cx, in.channel_code, address, in.purpose_code);
  const ConsentEvent added = add_no(cx, account, std::move(e), in.purpose_code);
  account.write();
  if (in.channel_code == "CHAN_PHONE") {
    send_policy(cx).note_call(cx, {.address = address,
                                   .purpose_code = in.purpose_code,
                                   .at = added.at,
                                   .outcome = "refused",
                                   .party_id = added.party_id,
                                   .attempted = false});
  }
  return recorded(cx, account, added);
}

}  // namespace

Recorded record_grant(Context& cx, const Grant& in) { return write_grant(cx, in, false); }

void check_links(Context& cx, const std::optional<Uuid>& party, const std::optional<Uuid>& dossier,
                 bool needed) {
  std::vector<FieldError> errors;
  const std::string_view permission = cx.operation()->traits.permission;
  if (party && !cx.readable<Party>(permission, "", *party))
    errors.push_back({"/party_id", std::string(field_code::unknown_reference), "no such party"});
  if (dossier && !cx.readable<Dossier>(permission, "", *dossier))
    errors.push_back({"/dossier_id", std::string(field_code::unknown_reference), "no such dossier"});
  if (needed && !party && !dossier && !reaches(cx.operation_scope(), scope_all))
    errors.push_back({"/dossier_id", std::string(field_code::required), "the dossier that it belongs to"});
  throw_if_any(std::move(errors));
}

bool in_reach(Context& cx, const Uuid& consent, std::string_view address, const std::optional<Uuid>& party,
              const std::optional<Uuid>& dossier) {
  if (reaches(cx.operation_scope(), scope_all)) return true;
  if (!consent.is_nil() && cx.readable<Consent>(cx.operation()->traits.permission, "", consent)) return true;
  const auto lists = [&](const std::optional<Uuid>& id) {
    const auto found = id ? cx.all<Party>().find(*id) : std::nullopt;
    return found && (contains(found->phones, address) || contains(found->emails, address));
  };
  if (lists(party)) return true;
  const auto found = dossier ? cx.all<Dossier>().find(*dossier) : std::nullopt;
  return found && (found->phone == address || found->email == address || lists(found->party_id));
}

void check_evidence(const std::optional<ConsentEvidence>& evidence, std::vector<FieldError>& errors) {
  if (!evidence || !evidence->sha256) return;
  std::vector<FieldError> all;
  ConsentEvent e;
  e.evidence = evidence;
  check_proof(e, all);
  for (FieldError& f : all)
    if (f.path == "/evidence/sha256") errors.push_back(std::move(f));
}

ConsentEvent add_grant(Context& cx, Account& account, ConsentEvent given) {
  const Consent& c = account.consent();
  const auto suppressions = suppressions_of(cx, c.channel_code, *c.address, c.purpose_code);
  if (const auto why =
          refuses_grant(given.at, given.source_code.value_or(""), account.events(), suppressions))
    throw withdrawn_error(*why);
  account.lapse_if_over();
  if (account.state() == "none") {
    // Who gives consent was asked for it: what the person was shown.
    ConsentEvent asked;
    asked.kind = "REQUESTED";
    asked.at = given.at;
    asked.source_code = given.source_code;
    asked.wording = given.wording;
    asked.wording_version = given.wording_version;
    asked.language = given.language;
    asked.party_id = given.party_id;
    asked.dossier_id = given.dossier_id;
    account.add(std::move(asked));
  }
  return account.add(std::move(given));
}

ConsentEvent add_no(Context& cx, Account& account, ConsentEvent no, std::string_view suppressed_purpose) {
  // Whoever hears a no records it; what is out of their reach does not come within it by that.
  if (!account.events().empty() &&
      !in_reach(cx, account.consent().id, *account.consent().address, no.party_id, no.dossier_id)) {
    no.party_id.reset();
    no.dossier_id.reset();
  }
  const std::string_view state = account.state();
  if (state == "requested") no.kind = "REFUSED";
  if (state == "granted") no.kind = "WITHDRAWN";
  const Consent& c = account.consent();
  suppress(cx, c.channel_code, *c.address, suppressed_purpose, no.kind == "REFUSED" ? "refused" : "withdrawn",
           no.at);
  return account.add(std::move(no));
}

Recorded recorded(Context& cx, const Account& account, const ConsentEvent& event) {
  Recorded out;
  out.consent = account.consent();
  out.event_id = event.id;
  out.event_hash = event.hash;
  if (reaches(cx.operation_scope(), scope_all)) return out;
  const std::string_view permission = cx.operation()->traits.permission;
  auto& party = out.consent->party_id;
  auto& dossier = out.consent->dossier_id;
  if (party && !cx.readable<Party>(permission, "", *party)) party.reset();
  if (dossier && !cx.readable<Dossier>(permission, "", *dossier)) dossier.reset();
  return out;
}

Lapsed lapse_due(Context& cx, std::size_t limit) {
  auto all = cx.all<Consent>();
  const unsigned state = all.column("state"), expires = all.column("expires_at");
  // What was erased has no address left, and nothing to end.
  const Predicate granted = Predicate::all_of({Predicate::equals(state, Value::text("granted")),
                                               Predicate::no(Predicate::absent(all.column("address")))});
  const auto over =
      all.where({.where = Predicate::all_of({granted, Predicate::compare(Predicate::Kind::less_equal, expires,
                                                                         Value::integer(cx.now().micros))}),
                 .key = "by_state",
                 .order = {{expires, false}},
                 .limit = limit});
  std::vector<std::string> addresses;
  for (const Consent& c : over)
    if (c.address) addresses.push_back(*c.address);
  lock_addresses(cx, addresses);
  Lapsed out;
  for (const Consent& c : over) {
    auto again = all.find(c.id, RowLock::update);
    if (!again || !again->address) continue;
    Account account(cx, std::move(*again));
    account.lapse_if_over();
    account.write();
    ++out.count;
  }
  const auto left =
      all.where({.where = Predicate::all_of({granted, Predicate::no(Predicate::absent(expires))}),
                 .key = "by_state",
                 .order = {{expires, false}},
                 .limit = 1});
  if (!left.empty()) out.next = std::max(*left.front().expires_at, cx.now());
  return out;
}

void register_recording(Registry& registry) {
  registry.operation(request, record_request);
  registry.operation(grant, [](Context& cx, const Grant& in) { return write_grant(cx, in, true); });
  registry.operation(confirm, confirm_request);
  registry.operation(withdraw, record_withdrawal);
  registry.operation(refuse, record_refusal);
}

}  // namespace atlas::consents
