#pragma once
// The providers of a simulated world: what they were handed, what they took, what they tell of it, and what
// people write to them. Their log is the judge's.

#include <optional>
#include <string>
#include <vector>

#include "atlas/id.hpp"
#include "atlas/time.hpp"
#include "common/failure.hpp"

namespace atlas::simulation::post {

/// A number or address of an organisation's.
struct Account {
  std::size_t org = 0;
  Uuid id;
  std::string channel, provider, sender, endpoint;
  std::string secret, last_secret;  ///< what it signs with, and what it did before
  std::string password;             ///< what it wants to be called with; "" = anything
  std::string url;                  ///< where its webhooks go
  bool reports = false;             ///< it tells what became of a message
  bool takes_token = false;         ///< the same token twice is one message
  bool is_asked = false;            ///< it tells what became of a message when it is asked
};

/// One call of a transport.
struct Handed {
  std::size_t account = 0;
  std::string token, to, body;
  Uuid attempt;
  int host = 0;
  Timestamp at;
  bool taken = false;  ///< the provider has it and delivers it
  bool again = false;  ///< it had it already, by its token
  bool heard = false;  ///< the caller lived to hear the answer
  std::string answer;  ///< kind of outcome that was answered
  std::string named;   ///< the provider's id, of one that was taken
  bool tells_token = false;
  bool holds_account = false;  ///< later: it wants to hear nothing of the account
  std::optional<std::int64_t> retry_after_us;
  std::vector<std::string> reports;  ///< queued, sent, delivered, read, failed
  std::string told;                  ///< when it was asked: the state that it told last
};

/// What a person means by what they write.
enum class Meaning : std::uint8_t { talk, stop, stop_everything, start };

/// A person's message.
struct Written {
  std::size_t account = 0;
  std::string named, from, text;
  Meaning meaning = Meaning::talk;
  Timestamp at;   ///< to the second
  int taken = 0;  ///< how often the library has kept it
};

/// One request to an endpoint.
struct Webhook {
  std::size_t account = 0;
  std::string url, content_type, header, signed_text, body;
  std::vector<std::size_t> written;  ///< the messages that it brings
  std::string named;                 ///< the message of ours that it reports of; "" = of none
};

class Provider {
 public:
  explicit Provider(Dice& dice) : dice_(dice) {}

  std::vector<Account> accounts;
  std::vector<Handed> log;
  std::vector<Written> written;
  std::vector<Webhook> waiting;    ///< to be delivered, in any order
  std::vector<Webhook> delivered;  ///< at least once

  /// The message is the provider's now: names it, and decides what will be told of it.
  void take(Handed& h, Timestamp now);
  /// As the account signs it now, or did until a moment ago.
  std::string signature(const Webhook& w, bool by_last) const;
  /// Somebody writes to the account.
  void write(std::size_t account, const std::string& from, Meaning meaning, Timestamp now);

 private:
  void report(const Handed& h, const std::string& state, Timestamp at);
  void post_form(std::size_t account, const std::string& url,
                 std::vector<std::pair<std::string, std::string>> members, std::vector<std::size_t> brings,
                 std::string named);
  void post_json(std::size_t account, const std::string& value, std::vector<std::size_t> brings,
                 std::string named);

  Dice& dice_;
  std::size_t names_ = 0;
};

}  // namespace atlas::simulation::post
