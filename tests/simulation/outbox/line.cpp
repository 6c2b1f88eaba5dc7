// The line between a host and the providers: what is handed over, and everything that may go wrong with it.

#include <algorithm>
#include <stdexcept>

#include "world.hpp"

namespace atlas::simulation::post {
namespace {

constexpr std::int64_t longest_lease = 120 * micros_per_second;

}  // namespace

/// A transport of one host.
class World::Line final : public Transport {
 public:
  Line(World& world, Host& host, bool takes_token, bool is_asked)
      : world_(world), host_(host), takes_token_(takes_token), is_asked_(is_asked) {}
  atlas::Outcome send(const Envelope& envelope, Sending& sending) override {
    const auto id = parse_uuid(envelope.account.id);
    for (std::size_t i = 0; i < world_.provider_.accounts.size(); ++i)
      if (id == world_.provider_.accounts[i].id) return world_.hand_over(host_, i, envelope, sending);
    return atlas::Outcome::rejected("no_account");
  }
  bool takes_idempotency_token() const noexcept override { return takes_token_; }
  bool marks_begin() const noexcept override { return true; }
  bool answers_inquiries() const noexcept override { return is_asked_; }
  Findings ask(const Inquiry& inquiry, Sending& asking) override {
    const auto id = parse_uuid(inquiry.account.id);
    for (std::size_t i = 0; i < world_.provider_.accounts.size(); ++i)
      if (id == world_.provider_.accounts[i].id) return world_.tell(host_, i, inquiry, asking);
    return {};
  }

 private:
  World& world_;
  Host& host_;
  bool takes_token_, is_asked_;
};

/// Where one host finds the secrets that lie outside of the store, if it does.
class World::Vault final : public Secrets {
 public:
  Vault(World& world, Host& host) : world_(world), host_(host) {}
  std::optional<Secret> secret(std::string_view reference) override {
    if (world_.without_vault_.contains(host_.number())) {
      // What fails is not what is unknown, and both are to be borne.
      if (!world_.calm_ && reference.find("/send-") != std::string_view::npos && world_.fate_.chance(800'000))
        throw Error(ErrorCode::storage_unavailable, "The vault is shut.");
      return std::nullopt;
    }
    for (const Account& a : world_.provider_.accounts) {
      if (a.password.empty()) continue;
      const std::string at = format_uuid(world_.judge_.orgs[a.org]) + "/", name = std::to_string(a.org);
      if (reference == at + "send-" + name) return Secret(a.password);
      if (reference == at + "signing-" + name) return Secret(a.secret);
      if (reference == at + "last-" + name && !a.last_secret.empty()) return Secret(a.last_secret);
    }
    return std::nullopt;
  }

 private:
  World& world_;
  Host& host_;
};

std::shared_ptr<Secrets> World::vault_of(Host& host) { return std::make_shared<Vault>(*this, host); }

std::shared_ptr<const Transports> World::lines_of(Host& host) {
  auto all = std::make_shared<Transports>();
  all->add("TWILIO", "", std::make_shared<Line>(*this, host, settings_.forgetful_tokens, true));
  all->add("META", "", std::make_shared<Line>(*this, host, false, false));
  all->add("MEMORY", "", std::make_shared<Line>(*this, host, true, false));
  return all;
}

atlas::Outcome World::hand_over(Host& host, std::size_t account, const Envelope& envelope, Sending& sending) {
  if (host.dead()) return atlas::Outcome::unknown("dead");
  Handed h;
  h.account = account;
  h.token = envelope.token;
  h.to = envelope.to;
  h.body = envelope.body;
  h.host = host.number();
  h.at = clock_.now();
  // A judge's verdict may not be taken for a fault of the line: it is told after the call.
  try {
    h.attempt = judge_.handing(host.number(), h, envelope.body).id;
  } catch (const Failure& f) {
    if (!verdict_) verdict_ = f;
    return atlas::Outcome::unknown("judged");
  }
  ++summary_.handed;
  if (calm_ || !fate_.chance(mood_.slow)) {
    clock_.advance(static_cast<std::int64_t>(fate_.below(200'000)));
  } else {
    clock_.advance(static_cast<std::int64_t>(fate_.below(20 * micros_per_second)));
  }
  const std::size_t index = provider_.log.size();
  provider_.log.push_back(h);
  atlas::Outcome answer = knock(host, h, envelope, sending);
  h.heard = !host.dead();
  if (h.heard && h.answer.empty()) h.answer = to_text(answer.kind);
  // Others may have been handed over meanwhile: the log has grown.
  provider_.log[index] = h;
  note("  host " + std::to_string(host.number()) + " hands over " + h.token.substr(24) + ": " +
       (h.heard ? h.answer : "the process dies") + (h.taken ? ", taken as " + h.named : ""));
  return answer;
}

/// Whoever does not say the password is not let in.
atlas::Outcome World::knock(Host& host, Handed& h, const Envelope& envelope, Sending& sending) {
  const std::size_t index = provider_.log.size() - 1;
  const std::string password = provider_.accounts[h.account].password;
  if (password.empty()) return misbehave(host, h, sending);
  // It may be replaced while it is fetched.
  if (!calm_ && fate_.chance(5'000)) provider_.accounts[h.account].password += "'";
  std::optional<Secret> said;
  try {
    said = envelope.account.secret("send");
  } catch (const Error&) {
    h.answer = "not_taken";  // as it will be taken, since nothing has begun
    provider_.log[index] = h;
    throw;
  }
  if (!said) return atlas::Outcome::account("secret_missing");
  if (said->view() == password) return misbehave(host, h, sending);
  if (!sending.begin()) return atlas::Outcome::not_taken("deadline");
  return atlas::Outcome::account("authentication_failed", "190");
}

/// What the provider has of the person's, since then and until then; if it answers, and if it shows it yet.
Findings World::tell(Host& host, std::size_t account, const Inquiry& inquiry, Sending& asking) {
  if (host.dead()) return {};
  if (!asking.begin()) return {false, "deadline", {}, {}};
  if (!calm_ && fate_.chance(mood_.fault)) {
    if (fate_.chance(300'000)) throw std::runtime_error("the line is down");
    return {false, "timeout", {}, {}};
  }
  Findings out;
  out.answered = true;
  if (!calm_ && fate_.chance(200'000)) return out;
  std::vector<std::size_t> fit;
  for (std::size_t i = 0; i < provider_.log.size(); ++i) {
    const Handed& h = provider_.log[i];
    const bool fits = h.taken && h.account == account && h.to == inquiry.to && inquiry.from <= h.at &&
                      h.at <= inquiry.until && h.body == inquiry.body;
    const bool lies = settings_.lying_findings && h.taken && h.account == account;
    if (fits || lies) fit.push_back(i);
  }
  if (settings_.lying_findings && fit.size() > 1) fit = {fit[fate_.below(fit.size())]};
  for (const std::size_t i : fit) {
    Handed& h = provider_.log[i];
    const std::string state = h.reports.empty() ? "sent" : fate_.pick(h.reports);
    h.told = state;
    Finding f;
    f.provider_id = h.named;
    f.at = h.at;
    for (const DeliveryState s : {DeliveryState::queued, DeliveryState::sent, DeliveryState::delivered,
                                  DeliveryState::read, DeliveryState::failed})
      if (to_text(s) == state) f.state = s;
    if (f.state == DeliveryState::failed) f.error_code = "30003";
    out.found.push_back(std::move(f));
  }
  note("  asked about " + inquiry.token.substr(inquiry.token.size() - 12) + ": " +
       std::to_string(out.found.size()) + " found");
  return out;
}

atlas::Outcome World::misbehave(Host& host, Handed& h, Sending& sending) {
  const std::size_t index = provider_.log.size() - 1;
  const auto take = [&] {
    provider_.take(h, clock_.now());
    provider_.log[index] = h;
    if (!h.taken) return;
    try {
      judge_.taken(h);
    } catch (const Failure& f) {
      if (!verdict_) verdict_ = f;
    }
  };
  const auto wait = [&](std::int64_t longest) { meanwhile(longest); };
  if (!calm_ && fate_.chance(mood_.crash)) {
    if (fate_.chance(500'000) && sending.begin()) take();
    host.end();
    return atlas::Outcome::unknown("the process has ended");
  }
  const std::uint64_t roll = calm_ || !fate_.chance(mood_.fault) ? 99 : fate_.below(16);
  if (roll == 0) {
    h.answer = "not_taken";
    provider_.log[index] = h;
    throw std::runtime_error("the line is down before anything was said");
  }
  if (!sending.begin()) return atlas::Outcome::not_taken("deadline");
  switch (roll) {
    case 1:  // no answer, and nothing was taken
      wait(30 * micros_per_second);
      return atlas::Outcome::unknown("timeout");
    case 2:  // no answer, and it was taken
      take();
      wait(30 * micros_per_second);
      return atlas::Outcome::unknown("timeout");
    case 3:
      if (fate_.chance(500'000)) take();
      h.answer = "unknown";
      provider_.log[index] = h;
      throw std::runtime_error("connection reset");
    case 4: {
      atlas::Outcome later = atlas::Outcome::later(
          "rate_limited", static_cast<std::int64_t>(5 + fate_.below(600)) * micros_per_second);
      later.provider_code = "http 429";
      h.retry_after_us = later.retry_after_us;
      h.holds_account = later.whole_account = fate_.chance(500'000);
      return later;
    }
    case 5:
    case 6:
      return atlas::Outcome::not_taken("http 503");
    case 7:
      return atlas::Outcome::rejected("bad_parameter", "21211");
    case 8:
      return atlas::Outcome::unreachable("no_such_number", "30003");
    case 9:
      if (fate_.chance(600'000)) break;
      return atlas::Outcome::opted_out("21610");
    case 10:
      if (fate_.chance(700'000)) break;
      return atlas::Outcome::account("credentials", "20003");
    case 11:  // an answer without a name
      take();
      h.answer = "unknown";
      return atlas::Outcome::accepted("");
    case 12:  // the answer comes after the lease has ended
    case 13:
      take();
      clock_.advance(longest_lease);
      wait(30 * micros_per_second);
      return atlas::Outcome::accepted(h.named);
    case 14:  // a refusal that comes as late
      clock_.advance(longest_lease);
      wait(30 * micros_per_second);
      return atlas::Outcome::rejected("bad_parameter", "21211");
    case 15:  // the reports are quicker than the answer
      take();
      tell_at_once();
      wait(2 * micros_per_second);
      return atlas::Outcome::accepted(h.named);
    default:
      break;
  }
  take();
  return atlas::Outcome::accepted(h.named);
}

}  // namespace atlas::simulation::post
