#include "deeds.hpp"

#include <algorithm>
#include <utility>

#include "common/failure.hpp"

namespace atlas::simulation {
namespace {

template <class T>
void require_same(const T& expected, const T& actual, std::string_view operation) {
  const std::string e = to_json(expected), a = to_json(actual);
  if (e == a) return;
  fail("model", std::string(operation) + " answered\n  " + a + "\nbut it must be\n  " + e);
}

bool is_active(const OrgModel& m, const Uuid& user) {
  const auto it = m.users.find(user);
  return it != m.users.end() && it->second.status_code == "USER_ACTIVE";
}

/// What all deeds share: the call, and its input and answer as text.
template <class In, class Out>
class Asked : public Deed {
 public:
  Asked(const Operation<In, Out>& op, In input) : op_(op), in_(std::move(input)) {}
  std::string_view operation() const override { return op_.traits.name; }
  std::string params() const override { return to_json(in_, {.skip_absent = true}); }
  std::string ask(Session& session, const std::optional<std::string>& key) override {
    out_ = session.call(op_, in_, key);
    return answer();
  }
  std::string answer() const override { return to_json(out_); }

 protected:
  const Operation<In, Out>& op_;
  In in_;
  Out out_{};
};

/// A change of one dossier that answers the dossier after it.
template <class In>
class DossierChange : public Asked<In, Dossier> {
 public:
  using Asked<In, Dossier>::Asked;
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    if (Verdict v = m.on_dossier(user, this->operation(), this->in_.id, this->in_.version); !v.ok()) return v;
    return verdict_on(m, m.dossiers.at(this->in_.id));
  }
  bool changes(const OrgModel& m, const Uuid&) const override {
    const auto it = m.dossiers.find(this->in_.id);
    return it != m.dossiers.end() && !action(it->second).empty();
  }
  void apply(OrgModel& m, const Uuid&, Oracle&) override {
    const Dossier before = m.dossiers.at(this->in_.id);
    const std::string what = action(before);
    Dossier expected = before;
    if (!what.empty()) {
      change(expected);
      ++expected.version;
      expected.updated_at = this->out_.updated_at;
      if (what == "dossier.archived")
        expected.archived_at = this->out_.updated_at;
      else
        expected.last_activity_at = this->out_.updated_at;
      m.log.push_back({what, "dossier", expected.id});
    }
    require_same(expected, this->out_, this->operation());
    if (expected.status_code != before.status_code) m.came_from[expected.id] = before.status_code;
    m.dossiers[expected.id] = expected;
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>&, Oracle& oracle) override {
    const auto found = oracle.dossier(m.id, this->in_.id);
    if (!found) fail("model", std::string(this->operation()) + " was written, but its dossier is not there");
    this->out_ = *found;
  }

 protected:
  virtual Verdict verdict_on(const OrgModel&, const Dossier&) const { return {}; }
  /// The audit's name for the change; "" when there is nothing to do.
  virtual std::string action(const Dossier& before) const = 0;
  virtual void change(Dossier& d) const = 0;
};

void set_phone(Dossier& d, const std::string& raw, const std::string& e164) {
  d.phone = e164;
  d.phone_raw = raw;
  d.phone_region_source = raw.starts_with('+') || raw.starts_with("00") ? "number" : "organisation";
}

class Update final : public DossierChange<dossiers::Update> {
 public:
  Update(dossiers::Update input, std::optional<std::string> e164)
      : DossierChange(dossiers::update, std::move(input)), e164_(std::move(e164)) {}

 private:
  Verdict verdict_on(const OrgModel&, const Dossier& d) const override {
    return d.archived_at ? Verdict{ErrorCode::conflict, "state"} : Verdict{};
  }
  std::string action(const Dossier&) const override { return "dossier.updated"; }
  void change(Dossier& d) const override {
    if (const auto* name = in_.contact_name.get()) d.contact_name = *name;
    if (const auto* city = in_.city.get())
      d.city = *city;
    else if (in_.city.is_clear())
      d.city.reset();
    if (const auto* listing = in_.listing_id.get()) d.listing_id = *listing;
    if (const auto* phone = in_.phone.get()) set_phone(d, *phone, *e164_);
  }
  std::optional<std::string> e164_;
};

class AssignTo final : public DossierChange<dossiers::Assign> {
 public:
  explicit AssignTo(dossiers::Assign input) : DossierChange(dossiers::assign, std::move(input)) {}

 private:
  Verdict verdict_on(const OrgModel& m, const Dossier& d) const override {
    if (d.archived_at) return {ErrorCode::conflict, "state"};
    return !in_.user_id || is_active(m, *in_.user_id) ? Verdict{} : Verdict{ErrorCode::invalid_argument};
  }
  std::string action(const Dossier& d) const override {
    return d.assigned_to_user_id == in_.user_id ? "" : "dossier.assigned";
  }
  void change(Dossier& d) const override { d.assigned_to_user_id = in_.user_id; }
};

class Archive final : public DossierChange<ArchiveInput> {
 public:
  explicit Archive(ArchiveInput input) : DossierChange(dossiers::archive, std::move(input)) {}

 private:
  std::string action(const Dossier& d) const override { return d.archived_at ? "" : "dossier.archived"; }
  void change(Dossier&) const override {}
};

class Transit final : public DossierChange<dossiers::TransitionInput> {
 public:
  explicit Transit(dossiers::TransitionInput input) : DossierChange(dossiers::transition, std::move(input)) {}

 private:
  Verdict verdict_on(const OrgModel& m, const Dossier& d) const override {
    if (d.archived_at) return {ErrorCode::conflict, "state"};
    return transition_verdict(m, d, *in_.to, in_.reason_code);
  }
  std::string action(const Dossier&) const override { return "dossier.status_changed"; }
  void change(Dossier& d) const override {
    d.status_code = *in_.to;
    d.loss_reason_code = d.status_code == "CRM_CLOSED_LOST" ? in_.reason_code : std::nullopt;
    d.won_reason_code = d.status_code == "CRM_CLOSED_WON" ? in_.reason_code : std::nullopt;
  }
};

class Override final : public DossierChange<dossiers::OverrideStatus> {
 public:
  explicit Override(dossiers::OverrideStatus input)
      : DossierChange(dossiers::override_status, std::move(input)) {}

 private:
  Verdict verdict_on(const OrgModel&, const Dossier& d) const override {
    if (d.archived_at || !is_terminal(d.status_code)) return {ErrorCode::conflict, "state"};
    if (in_.to == d.status_code) return {ErrorCode::invalid_argument};
    return reason_verdict(in_.to, in_.reason_code);
  }
  std::string action(const Dossier&) const override { return "dossier.status_overridden"; }
  void change(Dossier& d) const override {
    d.status_code = in_.to;
    d.loss_reason_code = d.status_code == "CRM_CLOSED_LOST" ? in_.reason_code : std::nullopt;
    d.won_reason_code = d.status_code == "CRM_CLOSED_WON" ? in_.reason_code : std::nullopt;
  }
};

class Create final : public Asked<dossiers::Create, dossiers::Created> {
 public:
  Create(dossiers::Create input, std::string e164)
      : Asked(dossiers::create, std::move(input)), e164_(std::move(e164)) {}

  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    if (Verdict v = m.admits(user, operation()); !v.ok()) return v;
    if (!in_.assigned_to_user_id) return {};
    if (m.role(user) == "AGENT" && *in_.assigned_to_user_id != user) return {ErrorCode::forbidden};
    return is_active(m, *in_.assigned_to_user_id) ? Verdict{} : Verdict{ErrorCode::invalid_argument};
  }
  bool changes(const OrgModel&, const Uuid&) const override { return true; }
  /// Whom an agent meets out of reach is not told, so that the model could not follow it before the commit.
  bool fits_batch(const OrgModel& m, const Uuid& user) const override { return m.role(user) != "AGENT"; }

  void apply(OrgModel& m, const Uuid& user, Oracle& oracle) override {
    const Dossier wanted = wish(m, user);
    if (const auto meeting = meeting_of(m, wanted))
      apply_meeting(m, user, oracle, *meeting, wanted);
    else
      apply_new(m, user, wanted);
  }

  void recover(const OrgModel& m, const Uuid& user, const std::vector<SeenEntry>& entries,
               Oracle& oracle) override {
    out_ = {};
    const auto found = entries.front().id ? oracle.dossier(m.id, *entries.front().id) : std::nullopt;
    if (!found) fail("model", "dossiers.create was written, but its dossier is not there");
    out_.created = entries.front().action == "dossier.created";
    const auto meeting = meeting_of(m, wish(m, user));
    if (meeting) out_.matched_on = meeting->matched_on;
    if (out_.created || may_see(m, user, found->id)) {
      out_.dossier = found;
      if (meeting && !out_.created) out_.also = also(m, user, *meeting);
    }
  }

 private:
  Dossier wish(const OrgModel& m, const Uuid& user) const {
    Dossier d;
    d.org_id = m.id;
    d.version = 1;
    d.created_by = user;
    d.case_type_code = in_.case_type_code;
    d.status_code = "CRM_NEW";
    d.source_code = in_.source_code;
    d.contact_name = in_.contact_name;
    if (in_.phone) set_phone(d, *in_.phone, e164_);
    if (in_.email) {
      d.email = in_.email;
      std::transform(d.email->begin(), d.email->end(), d.email->begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
    d.listing_id = in_.listing_id;
    d.city = in_.city;
    d.assigned_to_user_id = in_.assigned_to_user_id;
    if (!d.assigned_to_user_id && m.role(user) == "AGENT") d.assigned_to_user_id = user;
    return d;
  }
  static bool may_see(const OrgModel& m, const Uuid& user, const Uuid& id) {
    return m.sees(user, "dossiers.get", id);
  }
  static std::optional<std::vector<std::string>> also(const OrgModel& m, const Uuid& user,
                                                      const Meeting& meeting) {
    std::vector<std::string> ids;
    for (const Uuid& id : meeting.also)
      if (may_see(m, user, id)) ids.push_back(format_uuid(id));
    return ids.empty() ? std::nullopt : std::optional(ids);
  }

  /// How alike two dossiers are is not the model's business; of whom the answer may speak is.
  void check_resemblances(const OrgModel& m, const Uuid& user, const Dossier& wanted) const {
    if (!out_.possible_duplicates) return;
    for (const dossiers::PossibleDuplicate& other : *out_.possible_duplicates) {
      const auto known = m.dossiers.find(other.id);
      if (known == m.dossiers.end() || known->second.archived_at || !may_see(m, user, other.id))
        fail("scope", "dossiers.create names a dossier that is not there or not for the caller: " + answer());
      if (known->second.case_type_code != wanted.case_type_code || other.score < 0 || other.score > 100)
        fail("model", "dossiers.create takes a dossier of another kind for a duplicate: " + answer());
    }
  }

  void apply_new(OrgModel& m, const Uuid& user, Dossier wanted) {
    if (!out_.created || !out_.dossier)
      fail("meeting", "dossiers.create met a dossier where a new one must be opened: " + answer());
    wanted.id = out_.dossier->id;
    wanted.created_at = wanted.updated_at = wanted.last_activity_at = out_.dossier->created_at;
    dossiers::Created expected;
    expected.dossier = wanted;
    expected.created = true;
    check_resemblances(m, user, wanted);
    expected.possible_duplicates = out_.possible_duplicates;
    require_same(expected, out_, operation());
    if (m.dossiers.contains(wanted.id)) fail("model", "a new dossier has the id of another");
    m.log.push_back({"dossier.created", "dossier", wanted.id});
    m.dossiers[wanted.id] = std::move(wanted);
  }

  void apply_meeting(OrgModel& m, const Uuid& user, Oracle& oracle, const Meeting& meeting,
                     const Dossier& wanted) {
    if (out_.created) {
      fail("meeting", "a second open dossier was opened beside " + format_uuid(meeting.dossier) +
                          ", which must be met: " + answer());
    }
    Dossier& known = m.dossiers.at(meeting.dossier);
    const bool shown = may_see(m, user, known.id);
    if (shown != out_.dossier.has_value())
      fail("scope", "dossiers.create shows a dossier met or hides it against the caller's scope");
    const std::optional<Dossier> actual = shown ? out_.dossier : oracle.dossier(m.id, known.id);
    if (!actual) fail("model", "the dossier met is gone");
    Dossier expected = known;
    if (!expected.listing_id) expected.listing_id = wanted.listing_id;
    if (!expected.phone && wanted.phone) set_phone(expected, *wanted.phone_raw, *wanted.phone);
    if (!expected.email) expected.email = wanted.email;
    if (!expected.city) expected.city = wanted.city;
    ++expected.version;
    expected.updated_at = expected.last_activity_at = actual->updated_at;
    require_same(expected, *actual, operation());
    dossiers::Created told;
    if (shown) {
      told.dossier = expected;
      told.also = also(m, user, meeting);
    }
    told.matched_on = meeting.matched_on;
    known = std::move(expected);
    require_same(told, out_, operation());
    m.log.push_back({"dossier.duplicate_met", "dossier", known.id});
  }

  std::string e164_;
};

/// What is archived takes nothing more.
Verdict on_live_dossier(const OrgModel& m, const Uuid& user, std::string_view operation, const Uuid& id) {
  if (Verdict v = m.on_dossier(user, operation, id, std::nullopt); !v.ok()) return v;
  return m.dossiers.at(id).archived_at ? Verdict{ErrorCode::conflict, "state"} : Verdict{};
}

class Note final : public Asked<activities::AddNote, Activity> {
 public:
  explicit Note(activities::AddNote input) : Asked(activities::add_note, std::move(input)) {}
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    return on_live_dossier(m, user, operation(), in_.id);
  }
  bool changes(const OrgModel&, const Uuid&) const override { return true; }
  void apply(OrgModel& m, const Uuid& user, Oracle&) override {
    Activity expected;
    expected.id = out_.id;
    expected.org_id = m.id;
    expected.version = 1;
    expected.created_by = user;
    expected.created_at = expected.updated_at = expected.occurred_at = out_.occurred_at;
    expected.dossier_id = in_.id;
    expected.type_code = "ACT_NOTE";
    expected.visibility = in_.visibility;
    expected.body = in_.body;
    expected.actor_kind = "user";
    expected.actor_id = user;
    require_same(expected, out_, operation());
    if (m.notes.contains(out_.id)) fail("model", "a new note has the id of another");
    m.log.push_back({"activity.note_added", "activity", out_.id});
    m.log.push_back({"dossier.updated", "dossier", in_.id});
    Dossier& d = m.dossiers.at(in_.id);
    ++d.version;
    d.updated_at = d.last_activity_at = out_.occurred_at;
    m.notes[out_.id] = std::move(expected);
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>& entries,
               Oracle& oracle) override {
    for (const Activity& a : oracle.notes(m.id, in_.id)) {
      if (entries.front().id != a.id) continue;
      out_ = a;
      return;
    }
    fail("model", "dossiers.add_note was written, but its note is not there");
  }
};

class NewTask final : public Asked<activities::AddTask, Task> {
 public:
  explicit NewTask(activities::AddTask input) : Asked(activities::add_task, std::move(input)) {}
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    if (Verdict v = on_live_dossier(m, user, operation(), in_.id); !v.ok()) return v;
    return !in_.assigned_to_user_id || is_active(m, *in_.assigned_to_user_id)
               ? Verdict{}
               : Verdict{ErrorCode::invalid_argument};
  }
  bool changes(const OrgModel&, const Uuid&) const override { return true; }
  void apply(OrgModel& m, const Uuid& user, Oracle&) override {
    Task expected;
    expected.id = out_.id;
    expected.org_id = m.id;
    expected.version = 1;
    expected.created_by = user;
    expected.created_at = expected.updated_at = out_.created_at;
    expected.dossier_id = in_.id;
    expected.title = in_.title;
    expected.category_code = in_.category_code;
    expected.assigned_to_user_id =
        in_.assigned_to_user_id ? in_.assigned_to_user_id : m.dossiers.at(in_.id).assigned_to_user_id;
    require_same(expected, out_, operation());
    if (m.tasks.contains(out_.id)) fail("model", "a new task has the id of another");
    m.log.push_back({"task.created", "task", out_.id});
    m.tasks[out_.id] = std::move(expected);
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>& entries,
               Oracle& oracle) override {
    const auto found = entries.front().id ? oracle.task(m.id, *entries.front().id) : std::nullopt;
    if (!found) fail("model", "dossiers.add_task was written, but its task is not there");
    out_ = *found;
  }
};

class NewParty final : public Asked<dossiers::AddParty, Party> {
 public:
  NewParty(dossiers::AddParty input, std::string e164)
      : Asked(dossiers::add_party, std::move(input)), e164_(std::move(e164)) {}
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    return on_live_dossier(m, user, operation(), in_.id);
  }
  bool changes(const OrgModel&, const Uuid&) const override { return true; }
  void apply(OrgModel& m, const Uuid& user, Oracle&) override {
    Party expected;
    expected.id = out_.id;
    expected.org_id = m.id;
    expected.version = 1;
    expected.created_by = user;
    expected.created_at = expected.updated_at = out_.created_at;
    expected.role_code = in_.party.role_code;
    expected.family_name = in_.party.family_name;
    expected.phones = {e164_};
    require_same(expected, out_, operation());
    if (m.parties.contains(out_.id)) fail("model", "a new party has the id of another");
    m.log.push_back({"party.created", "party", out_.id});
    m.log.push_back({"dossier.party_linked", "party_link", {}});
    m.dossier_of[out_.id] = in_.id;
    m.parties[out_.id] = std::move(expected);
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>& entries,
               Oracle& oracle) override {
    const auto found = entries.front().id ? oracle.party(m.id, *entries.front().id) : std::nullopt;
    if (!found) fail("model", "dossiers.add_party was written, but its party is not there");
    out_ = *found;
  }

 private:
  std::string e164_;
};

class TaskChange final : public Asked<activities::UpdateTask, Task> {
 public:
  explicit TaskChange(activities::UpdateTask input) : Asked(activities::update_task, std::move(input)) {}
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    if (Verdict v = m.admits(user, operation()); !v.ok()) return v;
    const auto it = m.tasks.find(in_.id);
    if (it == m.tasks.end() || !m.sees(user, operation(), it->second.dossier_id))
      return {ErrorCode::not_found};
    return it->second.version == in_.version ? Verdict{} : Verdict{ErrorCode::conflict, "stale_version"};
  }
  bool changes(const OrgModel& m, const Uuid&) const override {
    const auto it = m.tasks.find(in_.id);
    return it != m.tasks.end() && to_json(changed(it->second)) != to_json(it->second);
  }
  void apply(OrgModel& m, const Uuid& user, Oracle&) override {
    const bool differs = changes(m, user);
    Task& known = m.tasks.at(in_.id);
    Task expected = changed(known);
    if (differs) {
      ++expected.version;
      expected.updated_at = out_.updated_at;
      m.log.push_back({expected.status_code != known.status_code ? "task.status_changed" : "task.updated",
                       "task", known.id});
    }
    require_same(expected, out_, operation());
    known = std::move(expected);
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>&, Oracle& oracle) override {
    const auto found = oracle.task(m.id, in_.id);
    if (!found) fail("model", "tasks.update was written, but its task is not there");
    out_ = *found;
  }

 private:
  Task changed(Task t) const {
    if (const auto* title = in_.title.get()) t.title = *title;
    if (const auto* status = in_.status_code.get()) t.status_code = *status;
    return t;
  }
};

class UserSwitch final : public Asked<ArchiveInput, User> {
 public:
  UserSwitch(ArchiveInput input, bool active)
      : Asked(active ? users::enable : users::disable, std::move(input)), active_(active) {}
  Verdict verdict(const OrgModel& m, const Uuid& user) const override {
    if (Verdict v = m.admits(user, operation()); !v.ok()) return v;
    const auto it = m.users.find(in_.id);
    if (it == m.users.end()) return {ErrorCode::not_found};
    if (it->second.version != in_.version) return {ErrorCode::conflict, "stale_version"};
    // There is one administrator in the simulated organisations.
    const bool last =
        !active_ && it->second.status_code == "USER_ACTIVE" && it->second.roles.front() == "ADMIN_ORG";
    return last ? Verdict{ErrorCode::conflict, "in_use"} : Verdict{};
  }
  bool changes(const OrgModel& m, const Uuid&) const override {
    const auto it = m.users.find(in_.id);
    return it != m.users.end() && it->second.status_code != wanted();
  }
  void apply(OrgModel& m, const Uuid& user, Oracle&) override {
    const bool differs = changes(m, user);
    User expected = m.users.at(in_.id);
    if (differs) {
      expected.status_code = wanted();
      ++expected.version;
      expected.updated_at = out_.updated_at;
      m.log.push_back({active_ ? "user.enabled" : "user.disabled", "user", in_.id});
    }
    require_same(expected, out_, operation());
    m.users[in_.id] = std::move(expected);
  }
  void recover(const OrgModel& m, const Uuid&, const std::vector<SeenEntry>&, Oracle& oracle) override {
    const auto found = oracle.user(m.id, in_.id);
    if (!found) fail("model", "a user who was switched is gone");
    out_ = *found;
  }

 private:
  std::string wanted() const { return active_ ? "USER_ACTIVE" : "USER_DISABLED"; }
  bool active_;
};

}  // namespace

std::shared_ptr<Deed> create_dossier(dossiers::Create input, std::string e164) {
  return std::make_shared<Create>(std::move(input), std::move(e164));
}
std::shared_ptr<Deed> update_dossier(dossiers::Update input, std::optional<std::string> e164) {
  return std::make_shared<Update>(std::move(input), std::move(e164));
}
std::shared_ptr<Deed> assign_dossier(dossiers::Assign input) {
  return std::make_shared<AssignTo>(std::move(input));
}
std::shared_ptr<Deed> archive_dossier(ArchiveInput input) {
  return std::make_shared<Archive>(std::move(input));
}
std::shared_ptr<Deed> take_transition(dossiers::TransitionInput input) {
  return std::make_shared<Transit>(std::move(input));
}
std::shared_ptr<Deed> override_status(dossiers::OverrideStatus input) {
  return std::make_shared<Override>(std::move(input));
}
std::shared_ptr<Deed> add_note(activities::AddNote input) { return std::make_shared<Note>(std::move(input)); }
std::shared_ptr<Deed> add_task(activities::AddTask input) {
  return std::make_shared<NewTask>(std::move(input));
}
std::shared_ptr<Deed> add_party(dossiers::AddParty input, std::string e164) {
  return std::make_shared<NewParty>(std::move(input), std::move(e164));
}
std::shared_ptr<Deed> update_task(activities::UpdateTask input) {
  return std::make_shared<TaskChange>(std::move(input));
}
std::shared_ptr<Deed> set_user(ArchiveInput input, bool active) {
  return std::make_shared<UserSwitch>(std::move(input), active);
}

}  // namespace atlas::simulation
