#include "gate.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/crypto.hpp"
#include "atlas/text.hpp"

namespace atlas::inbound {
namespace {

constexpr std::size_t max_known = 10'000;

Error no_such_endpoint() { return Error(ErrorCode::not_found, "no such endpoint"); }

Error refused(const char* reason, const char* message) {
  return Error(ErrorCode::unauthenticated, message).with("reason", reason);
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
         });
}

/// The first of that name; "" when there is none.
std::string_view header(const Receive& in, std::string_view name) {
  for (const Header& h : in.headers)
    if (same_name(h.name, name)) return trim(h.value);
  return {};
}

/// The address that the provider was given, where the account tells it: behind a proxy the host sees another.
/// The query is always that of the request: it is signed as well.
std::string signed_url(const ChannelAccount& account, const std::string& url) {
  if (!account.public_url) return url;
  const std::string& told = *account.public_url;
  if (told.find('?') != std::string::npos) return told;
  const std::size_t query = url.find('?');
  return query == std::string::npos ? told : told + url.substr(query);
}

bool reads(std::string_view provider) { return provider == "TWILIO" || provider == "META"; }

bool leads_to(const ChannelAccount& account, const std::string& endpoint) {
  return equal_constant_time(account.endpoint, endpoint) ||
         (account.endpoint_previous && equal_constant_time(*account.endpoint_previous, endpoint));
}

std::optional<channels::StoredSecret> copy_of(const std::optional<channels::StoredSecret>& secret) {
  if (!secret) return std::nullopt;
  return channels::StoredSecret{secret->text.copy(), secret->reference};
}

}  // namespace

void KnownAccounts::remember(const Uuid& org, const Gate& gate) {
  auto known = std::make_shared<Known>(
      Known{org, gate.account, copy_of(gate.signing), copy_of(gate.signing_previous)});
  const std::lock_guard lock(mutex_);
  if (known_.size() >= max_known) known_.clear();
  known_[gate.account.id] = std::move(known);
}

std::shared_ptr<Gate> KnownAccounts::recall(const Principal& who, const Receive& in) const {
  if (in.method != "POST") return nullptr;
  std::shared_ptr<const Known> known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(who.id);
    if (found != known_.end()) known = found->second;
  }
  if (!known || known->org != who.org || !leads_to(known->account, in.endpoint)) return nullptr;
  auto gate = std::make_shared<Gate>();
  gate->recalled = true;
  gate->account = known->account;
  gate->signing = copy_of(known->signing);
  gate->signing_previous = copy_of(known->signing_previous);
  gate->request = in;
  return gate;
}

void check_recalled(Context& cx, const Gate& gate) {
  const auto now = cx.all<ChannelAccount>().find(gate.account.id);
  if (!now || now->version != gate.account.version)
    throw Error(ErrorCode::storage_conflict, "the channel account has changed meanwhile");
}

std::shared_ptr<Gate> open_gate(Context& cx, const Receive& in) {
  auto account = cx.all<ChannelAccount>().find(cx.principal().id);
  if (!account || account->archived_at || !reads(account->provider)) throw no_such_endpoint();
  if (!leads_to(*account, in.endpoint)) throw no_such_endpoint();
  auto gate = std::make_shared<Gate>();
  if (in.method == "GET") {
    gate->verify_token = channels::find_secret(cx, *account, "verify_token");
  } else {
    gate->signing = channels::find_secret(cx, *account, "signing");
    gate->signing_previous = channels::find_secret(cx, *account, "signing_previous");
  }
  gate->account = std::move(*account);
  gate->request = in;
  return gate;
}

void pass_gate(Gate& gate, Secrets* host) {
  const Receive& in = gate.request;
  const bool meta = gate.account.provider == "META";
  const auto known = [&](const std::optional<channels::StoredSecret>& stored) {
    auto secret = stored ? channels::reveal(*stored, host) : std::nullopt;
    return secret ? std::move(*secret) : Secret();
  };
  gate.url = signed_url(gate.account, in.url);
  if (in.method == "GET" && meta) {
    const Secret token = known(gate.verify_token);
    if (token.empty()) throw refused("no_secret", "the account has no verify token");
    gate.challenge = answer_meta_challenge(token.view(), query_of(in.url));
    if (!gate.challenge) throw refused("verify_token", "the verify token is another");
    return;
  }
  if (in.method != "POST") {
    throw Error(ErrorCode::invalid_argument, "the endpoint takes POST")
        .field("/method", field_code::out_of_range, "POST");
  }
  auto body = unbase64(in.body_base64);
  if (!body)
    throw Error(ErrorCode::invalid_argument, "the body is not base64")
        .field("/body_base64", field_code::wrong_type, "base64");
  if (body->size() > webhook_body_limit)
    throw Error(ErrorCode::invalid_argument, "the body is too large")
        .field("/body_base64", field_code::too_long, std::to_string(webhook_body_limit) + " bytes at most");
  gate.body = std::move(*body);
  const Secret current = known(gate.signing), previous = known(gate.signing_previous);
  if (current.empty() && previous.empty())
    throw refused("no_secret", "the account has no signing secret: nothing can be believed");
  const SigningSecrets secrets{current.view(), previous.view()};
  const bool right = meta ? verify_meta_body(secrets, gate.body, header(in, "X-Hub-Signature-256"))
                          : verify_twilio_request(secrets, gate.url, header(in, "Content-Type"), gate.body,
                                                  header(in, "X-Twilio-Signature"));
  if (!right) throw refused("signature", "the signature is not the provider's");
  gate.delivery = read_delivery(gate.account.provider, gate.url, gate.body);
}

Delivery read_delivery(std::string_view provider, std::string_view url, std::string_view body) {
  return provider == "META" ? parse_meta(body) : parse_twilio(url, body);
}

}  // namespace atlas::inbound
