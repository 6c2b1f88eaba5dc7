#pragma once
// Writes that clients ask for. A deed can be asked for again when nobody knows what became of it; it says
// what must come of it, and carries its effect over to the model.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/schema_io.hpp"
#include "atlas/session.hpp"
#include "model.hpp"
#include "oracle.hpp"

namespace atlas::simulation {

class Deed {
 public:
  virtual ~Deed() = default;
  virtual std::string_view operation() const = 0;
  virtual std::string params() const = 0;
  /// Calls the library; keeps the answer and gives it as text. Throws what the call throws.
  virtual std::string ask(Session& session, const std::optional<std::string>& key) = 0;
  /// What must come of it, when asked by `user` now.
  virtual Verdict verdict(const OrgModel& m, const Uuid& user) const = 0;
  /// Would it change anything? What changes nothing leaves no entry in the audit.
  virtual bool changes(const OrgModel& m, const Uuid& user) const = 0;
  /// The answer was yes: is it the right one? Then the model changes with it. Throws Failure.
  virtual void apply(OrgModel& m, const Uuid& user, Oracle& oracle) = 0;
  /// Nobody heard the answer, but these entries of the audit are new: restores it from the store.
  virtual void recover(const OrgModel& m, const Uuid& user, const std::vector<SeenEntry>& entries,
                       Oracle& oracle) = 0;
  /// The answer as text, after ask() or recover().
  virtual std::string answer() const = 0;
  /// It may stand in a batch: its effect can be followed without looking at the store.
  virtual bool fits_batch(const OrgModel&, const Uuid&) const { return true; }
};

/// `listing_id`s and the like are drawn by whoever makes the input.
std::shared_ptr<Deed> create_dossier(dossiers::Create input, std::string e164);
std::shared_ptr<Deed> update_dossier(dossiers::Update input, std::optional<std::string> e164);
std::shared_ptr<Deed> assign_dossier(dossiers::Assign input);
std::shared_ptr<Deed> archive_dossier(ArchiveInput input);
std::shared_ptr<Deed> take_transition(dossiers::TransitionInput input);
std::shared_ptr<Deed> override_status(dossiers::OverrideStatus input);
std::shared_ptr<Deed> add_note(activities::AddNote input);
std::shared_ptr<Deed> add_task(activities::AddTask input);
std::shared_ptr<Deed> add_party(dossiers::AddParty input, std::string e164);
std::shared_ptr<Deed> update_task(activities::UpdateTask input);
std::shared_ptr<Deed> set_user(ArchiveInput input, bool active);

}  // namespace atlas::simulation
