#pragma once
// The judges' own eyes: a second library on the same disk, read-only and without faults.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/engine.hpp"
#include "disk.hpp"
#include "model.hpp"

namespace atlas::simulation {

/// An audit entry as the judges need it.
struct SeenEntry {
  std::int64_t seq = 0;
  std::string action, kind;
  std::optional<Uuid> id;
  std::string leaf;  ///< base64
};

class Oracle {
 public:
  explicit Oracle(Options options) : engine_(std::move(options)) {}

  std::optional<Dossier> dossier(const Uuid& org, const Uuid& id);
  std::optional<Task> task(const Uuid& org, const Uuid& id);
  std::optional<User> user(const Uuid& org, const Uuid& id);
  std::vector<Dossier> dossiers(const Uuid& org);
  std::vector<Task> tasks(const Uuid& org);
  std::vector<User> users(const Uuid& org);
  std::vector<Activity> notes(const Uuid& org, const Uuid& dossier);
  /// Entries after `seq`. The events must say the same, or Failure.
  std::vector<SeenEntry> entries_after(const Uuid& org, std::int64_t seq);
  Session session(const Uuid& org) {
    return engine_.session({.org = org, .user = {}, .roles = {}, .kind = PrincipalKind::system});
  }

 private:
  Engine engine_;
};

}  // namespace atlas::simulation
