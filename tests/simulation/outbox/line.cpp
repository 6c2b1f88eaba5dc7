// The line between a host and the providers: what is handed over, and everything that may go wrong with it.

#include <stdexcept>

#include "world.hpp"

namespace atlas::simulation::post {
namespace {

constexpr std::int64_t longest_lease = 120 * micros_per_second;

}  // namespace

/// A transport of one host.
class World::Line final : public Transport {
 public:
  Line(World& world, Host& host, bool takes_token) : world_(world), host_(host), takes_token_(takes_token) {}
  atlas::Outcome send(const Envelope& envelope, Sending& sending) override {
    const auto id = parse_uuid(envelope.account.id);
    for (std::size_t i = 0; i < world_.provider_.accounts.size(); ++i)
      if (id == world_.provider_.accounts[i].id) return world_.hand_over(host_, i, envelope, sending);
    return atlas::Outcome::rejected("no_account");
  }
  bool takes_idempotency_token() const noexcept override { return takes_token_; }
  bool marks_begin() const noexcept override { return true; }

 private:
  World& world_;
  Host& host_;
  bool takes_token_;
};

std::shared_ptr<const Transports> World::lines_of(Host& host) {
  auto all = std::make_shared<Transports>();
  all->add("TWILIO", "", std::make_shared<Line>(*this, host, settings_.forgetful_tokens));
  all->add("META", "", std::make_shared<Line>(*this, host, false));
  all->add("MEMORY", "", std::make_shared<Line>(*this, host, true));
  return all;
}

atlas::Outcome World::hand_over(Host& host, std::size_t account, const Envelope& envelope, Sending& sending) {
  if (host.dead()) return atlas::Outcome::unknown("dead");
  Handed h;
  h.account = account;
  h.token = envelope.token;
  h.to = envelope.to;
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
  atlas::Outcome answer = misbehave(host, h, sending);
  h.heard = !host.dead();
  if (h.heard && h.answer.empty()) h.answer = to_text(answer.kind);
  // Others may have been handed over meanwhile: the log has grown.
  provider_.log[index] = h;
  note("  host " + std::to_string(host.number()) + " hands over " + h.token.substr(24) + ": " +
       (h.heard ? h.answer : "the process dies") + (h.taken ? ", taken as " + h.named : ""));
  return answer;
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
