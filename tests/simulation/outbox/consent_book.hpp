#pragma once
// What people have said, in the order in which it was committed: a model of consent in plain maps. It knows
// nothing of how the library keeps it.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "atlas/time.hpp"

namespace atlas::simulation::post {

/// What a message is, as the person who asked for it said.
struct Ask {
  std::string channel, address, purpose;
  std::string kind = "ordinary";
  std::string template_code;  ///< "" = free form
  std::string body;
  std::int64_t priority = 2;
  bool urgent = false;
  std::optional<Timestamp> not_before, expires_at;
};

/// Of one organisation.
class ConsentBook {
 public:
  void granted(const std::string& channel, const std::string& address, const std::string& purpose,
               std::optional<Timestamp> expires_at, Timestamp at);
  void requested(const std::string& channel, const std::string& address, const std::string& purpose);
  /// purpose "" = every one.
  void refused(const std::string& channel, const std::string& address, const std::string& purpose,
               Timestamp at);
  /// The parties who share the address of somebody who wants nothing any more, by name.
  void objected(const std::string& party, const std::vector<std::string>& addresses, Timestamp at);
  void lifted(const std::string& party);
  /// A person's message that is no opt-out.
  void wrote(const std::string& channel, const std::string& address, Timestamp at);
  /// A message left.
  void left(const Ask& ask, const std::string& message, Timestamp at);

  /// Why the message may not leave at this time; "" = it may.
  std::string forbids(const Ask& ask, const std::string& message, Timestamp now) const;
  bool is_objected(const std::string& address) const;
  bool window_is_open(const std::string& channel, const std::string& address, const std::string& purpose,
                      Timestamp now) const;
  /// Has nobody at this address ever said no?
  bool never_refused(const std::string& address) const { return !said_no_.contains(address); }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  ///< channel, address, purpose
  using Place = std::pair<std::string, std::string>;              ///< channel, address
  struct Left {
    std::string message, kind, purpose;
    Timestamp at;
  };
  struct Said {
    bool yes = false, asked = false;
    std::optional<Timestamp> expires_at, last_no;
    Timestamp granted_at;
  };

  std::map<Key, Said> said_;
  std::map<Place, Timestamp> last_message_, last_no_;
  std::map<Place, int> noes_;
  std::map<std::string, std::vector<std::string>> objections_;  ///< of a party: its addresses
  std::map<std::string, Timestamp> objected_at_;                ///< by address
  std::map<Place, std::set<std::string>> confirmations_;
  std::map<std::string, std::vector<Left>> left_;  ///< by address
  std::set<std::string> said_no_;
};

}  // namespace atlas::simulation::post
