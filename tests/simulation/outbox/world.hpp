#pragma once
// One simulated world of messages: hosts that accept and send, people who say yes and no, and providers that
// are slow, forget to answer, and tell everything twice.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atlas/inquiry.hpp"
#include "atlas/messages.hpp"
#include "atlas/transport.hpp"
#include "common/host.hpp"
#include "judge.hpp"

namespace atlas::simulation::post {

struct Settings {
  std::uint64_t seed = 1;
  std::uint64_t steps = 250;  ///< at most 2,000
  DiskFaults disk_faults;
  Spoiler spoil;                  ///< for worlds that are to be found out
  bool forgetful_tokens = false;  ///< the provider says that it knows our tokens, and does not
  bool lying_findings = false;    ///< a provider that is asked tells of another message
  bool leases_by_hosts = false;   ///< leases are measured by the clocks of the hosts
  std::function<void(const std::string& line)> show;
};

struct Summary {
  std::string trace_hash;
  std::uint64_t steps = 0, calls = 0, answers = 0, crashes = 0, unknown = 0, faults = 0;
  std::uint64_t messages = 0, handed = 0, uncertain = 0, webhooks = 0, blocked = 0;
};

class World {
 public:
  explicit World(Settings settings);
  ~World();
  /// Throws Failure when the judge is not content.
  Summary run();
  std::uint64_t step() const { return step_; }
  const std::deque<std::string>& last_steps() const { return last_; }

 private:
  enum class Outcome : std::uint8_t { yes, no, storage, unknown, crashed };
  struct Answer {
    Outcome outcome = Outcome::yes;
    std::optional<Error> error;
    bool yes() const { return outcome == Outcome::yes; }
  };
  /// How often a provider misbehaves, of a million calls.
  struct Mood {
    std::uint64_t fault = 0, slow = 0, crash = 0;
  };
  struct Wish {  ///< a send of which nobody knows whether it was accepted
    std::size_t org;
    messages::Send in;
    Ask ask;
    std::string key;
    Timestamp since;
  };
  struct Asked {  ///< a request for consent
    std::size_t org = 0;
    std::string channel, address, purpose, token;
  };
  class Line;
  class Vault;

  // setting up and the scheduler (world.cpp)
  void set_up();
  void set_up_org(Host& host, std::size_t org);
  void take_step();
  void step_of(Host& host);
  void meanwhile(std::int64_t longest);
  void tell_at_once();
  void pass_time();
  void disturb_clocks();
  void disturb_vault();
  bool ensure_up(Host& host);
  void bury(Host& host);
  Answer call(Host& host, Act& act, const std::function<void(Engine&)>& work);
  void note(std::string line);
  void drain();
  void tell_again();
  void verify();
  Session admin(Engine& engine, std::size_t org) const;

  // what clients, people and operators do (steps.cpp)
  void send(Host& host);
  void send_again(Host& host);
  void perform(Host& host, const Wish& wish);
  void pump(Host& host);
  void deliver(Host& host, std::size_t which);
  void somebody_writes();
  void change_consent(Host& host);
  void ask_for_consent(Host& host);
  void object(Host& host);
  void switch_account(Host& host);
  void switch_organisation(Host& host);
  void operate(Host& host);
  const Person& draw_person(std::size_t org);
  std::string draw_address(const Person& person, const std::string& channel) const;

  // what the providers do (line.cpp)
  atlas::Outcome hand_over(Host& host, std::size_t account, const Envelope& envelope, Sending& sending);
  atlas::Outcome misbehave(Host& host, Handed& h, Sending& sending);
  atlas::Outcome knock(Host& host, Handed& h, const Envelope& envelope, Sending& sending);
  Findings tell(Host& host, std::size_t account, const Inquiry& inquiry, Sending& asking);
  std::shared_ptr<Secrets> vault_of(Host& host);
  std::shared_ptr<const Transports> lines_of(Host& host);

  Settings settings_;
  testing::FakeClock clock_;
  Dice dice_, fate_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Ground> ground_;
  Provider provider_;
  Judge judge_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<int> busy_;   ///< calls that are open on each host
  std::vector<int> stuck_;  ///< of which at the beginning of a transaction
  std::vector<Act*> acts_;
  std::vector<Uuid> admins_;
  std::vector<Wish> wishes_;
  std::map<std::string, Uuid> sent_by_key_;
  std::vector<Asked> requests_;
  Mood mood_;
  bool skewed_ = false;              ///< the hosts' clocks differ
  std::vector<std::int64_t> skews_;  ///< of each host, now
  std::set<int> without_vault_;      ///< hosts that do not reach their secrets
  bool calm_ = false;
  std::optional<Failure> verdict_;  ///< of a judge who was asked where nothing may be thrown

  std::uint64_t step_ = 0, keys_ = 0;
  std::deque<std::string> last_;
  Sha256 trace_;
  Summary summary_;
};

}  // namespace atlas::simulation::post
