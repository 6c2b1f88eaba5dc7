#pragma once
// The judges' own eyes: a second library on the same disk, read-only and without faults.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/engine.hpp"
#include "common/disk.hpp"
#include "model.hpp"

namespace atlas::simulation {

/// An audit entry as the judges need it.
struct SeenEntry {
  std::int64_t seq = 0;
  std::string action, kind;
  std::optional<Uuid> id;
  Timestamp at;
  std::string leaf;  ///< base64
};

class Oracle {
 public:
  explicit Oracle(Options options) : clock_(options.clock), engine_(std::move(options)) {}

  std::optional<Dossier> dossier(const Uuid& org, const Uuid& id);
  std::optional<Task> task(const Uuid& org, const Uuid& id);
  std::optional<Party> party(const Uuid& org, const Uuid& id);
  std::optional<User> user(const Uuid& org, const Uuid& id);
  std::vector<Dossier> dossiers(const Uuid& org);
  std::vector<Task> tasks(const Uuid& org);
  std::vector<Party> parties(const Uuid& org);
  std::vector<User> users(const Uuid& org);
  std::vector<Activity> notes(const Uuid& org, const Uuid& dossier);
  /// Entries after `seq`. The events must say the same, or Failure.
  std::vector<SeenEntry> entries_after(const Uuid& org, std::int64_t seq);
  /// Events are kept for 30 days; of what is about that old nothing can be said.
  bool may_be_forgotten(const SeenEntry& entry) const;
  Session session(const Uuid& org) {
    return engine_.session({.org = org, .user = {}, .roles = {}, .kind = PrincipalKind::system});
  }

 private:
  std::shared_ptr<Clock> clock_;
  Engine engine_;
};

}  // namespace atlas::simulation
