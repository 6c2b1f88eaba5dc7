// One dossier in C++: what scenario.sh, scenario.c and scenario.py do in their languages.
#include <atlas/activities.hpp>
#include <atlas/audit.hpp>
#include <atlas/dossiers.hpp>
#include <atlas/engine.hpp>
#include <atlas/organisations.hpp>
#include <atlas/users.hpp>

#include <iostream>
#include <optional>
#include <stdexcept>

namespace {

using namespace atlas;

void expect(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

/// What the README shows: a lead comes in, and comes in again.
Dossier meet_twice(Session& agent) {
  const auto lead = agent.call(
      dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Nadia Amrani", .phone = "06 12 34 56 78"});
  const auto again = agent.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                   .contact_name = "N. Amrani",
                                                   .phone = "+212 612-345678",
                                                   .email = "nadia@example.com"});
  expect(lead.created && !again.created && again.dossier->id == lead.dossier->id,
         "the person was not met again");
  return *again.dossier;
}

/// A note, a task, two steps; a step that the workflow does not know is refused and changes nothing.
Dossier work_on(Session& agent, Dossier dossier) {
  agent.call(activities::add_note, {.id = dossier.id, .body = "Looks for three rooms."});
  agent.call(activities::add_task, {.id = dossier.id, .title = "Call back"});
  dossier = agent.call(dossiers::get, {.id = dossier.id});
  dossier =
      agent.call(dossiers::transition, {.id = dossier.id, .version = dossier.version, .to = "CRM_CONTACTED"});
  try {
    agent.call(dossiers::transition,
               {.id = dossier.id, .version = dossier.version, .to = "CRM_SIGNING_SCHEDULED"});
    expect(false, "a step that does not exist was taken");
  } catch (const Error& error) {
    expect(error.code() == ErrorCode::transition_not_allowed, "the refusal has another code");
  }
  return agent.call(dossiers::transition,
                    {.id = dossier.id, .version = dossier.version, .to = "CRM_QUALIFIED"});
}

/// Ten leads in one transaction; one of them cannot be reached and undoes only itself.
void import_visitors(Session& admin) {
  const BatchOutcome outcome = admin.batch([](Session& s) {
    for (int i = 0; i < 10; ++i) {
      dossiers::Create visitor{.contact_name = "Visitor " + std::to_string(i)};
      if (i != 5) visitor.phone = "+21261234560" + std::to_string(i);
      try {
        s.call(dossiers::create, visitor);
      } catch (const Error& error) {
        expect(error.code() == ErrorCode::invalid_argument, "another error than expected");
      }
    }
  });
  expect(outcome.calls == 10 && outcome.failed == 1, "the batch counted otherwise");
}

void run(const std::string& store, std::optional<std::string> passphrase) {
  Engine engine = open({.store = store, .passphrase = std::move(passphrase)});
  const auto made = engine.host_session().call(
      organisations::create, {.name = "Agence Atlas", .admin_email = "admin@agence.example"});
  Session admin = engine.session({.org = made.organisation->id, .user = made.admin_user_id});
  const User user = admin.call(users::create, {.email = "agent@agence.example", .roles = {"AGENT"}});
  Session agent = engine.session({.org = made.organisation->id, .user = user.id});

  const Dossier dossier = work_on(agent, meet_twice(agent));
  expect(dossier.status_code == "CRM_QUALIFIED", "the dossier is not where it should be");
  const auto timeline = agent.call(activities::timeline, {.dossier_id = dossier.id});
  expect(timeline.items.front().type_code == "ACT_STATUS_CHANGE", "the timeline does not tell the last step");

  import_visitors(admin);
  std::size_t seen = 0;
  admin.each(dossiers::list, {.limit = 3}, [&](Dossier) { ++seen; });
  expect(seen == 10, "the list is not whole");

  const auto proof = admin.call(audit::prove, {.seq = 3});
  const auto verified = admin.call(audit::verify, {.records = true});
  expect(verified.ok && verified.root == proof.root, "the audit does not add up");
  std::cout << "dossier " << format_uuid(dossier.id) << ": created, met, moved, proved\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: scenario STORE [PASSPHRASE]    STORE: a file, :memory: or a PostgreSQL URL\n";
    return 2;
  }
  try {
    run(argv[1], argc == 3 ? std::optional<std::string>(argv[2]) : std::nullopt);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
