#pragma once
// The judge of sending: looks at each commit as it reaches the disk and at the providers' log, and holds both
// against what was asked for and the book of consent.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consent_book.hpp"
#include "provider.hpp"
#include "watch.hpp"

namespace atlas::simulation::post {

/// What somebody is doing while a commit happens. The innermost of those that are open is the one who
/// commits.
struct Act {
  std::string what;
  int host = 0;
  std::size_t org = 0;
  Ask ask;               ///< of a message that it accepts
  Uuid subject;          ///< the message that an operator decides about
  bool resends = false;  ///< an uncertain one, by choice
  bool brings = false;   ///< it is a webhook
  std::size_t last_written = SIZE_MAX;
  /// What it changes in the model, once it is on the disk.
  std::function<void(Timestamp)> effect;
  std::string shows_in;  ///< kind of the consent event, or table, that its effect shows in
  bool done = false;
  std::vector<Uuid> accepted;
};

/// A party as the world made it.
struct Person {
  std::size_t org = 0;
  std::string name;
  Uuid party, dossier;
  std::vector<std::string> addresses;
};

struct Attempt {
  Uuid id, account;
  std::string status = "STARTED", named;
  Timestamp started;
  int host = 0;
  bool handed = false, late = false;
};

/// A message as it stands on the disk.
struct Letter {
  Uuid id;
  std::size_t org = 0;
  Ask ask;
  std::string status = "QUEUED", place = "QUEUED";
  std::int64_t token = 0;
  Timestamp next_at, lease_until;
  bool is_asked = false;  ///< its provider is to be asked at next_at
  int claimed_by = -1;
  bool waits_again = false;  ///< tried, and to be tried again
  bool hurried = false;      ///< an operator wants it tried at once
  bool known_taken = false;  ///< its provider has told of it, and was heard
  int resends = 0;
  std::vector<Attempt> attempts;
  std::vector<std::string> told;  ///< the audit's actions
  std::string lane() const;
};

class Judge {
 public:
  Judge(Provider& provider, Clock& clock) : provider_(provider), clock_(clock) {}

  std::vector<Uuid> orgs;
  std::vector<ConsentBook> books;
  std::vector<Person> people;
  std::map<Uuid, Letter> letters;
  std::set<Uuid> paused, suspended;
  std::function<void(const std::string& line)> tell;  ///< of each change, for people who look for a cause
  bool clock_jumps = false;
  /// By how much a host's clock is off now, and by how much two of them may differ.
  std::function<std::int64_t(int host)> skew = [](int) { return std::int64_t{0}; };
  std::int64_t blur = 0;
  bool frozen = false;  ///< nothing may change any more: what comes has come before

  void seen(const Commit& commit, Act& act);
  /// A transport of that host is called; the attempt that it is for.
  Attempt& handing(int host, const Handed& h, const std::string& body);
  /// A provider took a message.
  void taken(const Handed& h);
  /// A webhook of that message was answered: from here on the library knows of it, if it could.
  void told(const std::string& named);
  /// Everything has come to rest: is it as the providers' log says?
  void judge_ends() const;

  Letter* letter(const std::string& token);

 private:
  void entry(const Change& c);
  void message(const Change& c, const Commit& commit, Act& act);
  void received(const Change& c, const Commit& commit, Act& act);
  void place(const Change& c, const Commit& commit, Act& act);
  void started(const Change& c, const Commit& commit, Act& act);
  void answered(const Change& c, const Commit& commit, const Act& act);
  void consent(const Change& c, const Commit& commit, Act& act);
  void move(Letter& l, const std::string& to, Act& act);
  void judge_claim(const Letter& l, Timestamp now) const;
  void judge_end(const Letter& l) const;
  std::size_t org_of(const Uuid& id) const;

  Provider& provider_;
  Clock& clock_;
  std::map<Uuid, Uuid> attempt_of_;                          ///< attempt → message
  std::set<std::pair<std::size_t, std::string>> strangers_;  ///< who wrote, by organisation
  std::map<Uuid, Timestamp> held_;  ///< accounts whose providers want to hear nothing before
};

}  // namespace atlas::simulation::post
