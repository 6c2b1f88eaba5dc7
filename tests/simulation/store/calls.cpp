// Calls, and what becomes of them: acknowledged, refused, failed, or nobody knows.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/organisations.hpp"
#include "simulation.hpp"

namespace atlas::simulation {
namespace {

bool blames_storage(ErrorCode code) {
  return code >= ErrorCode::storage_busy && code <= ErrorCode::storage_io &&
         code != ErrorCode::storage_read_only;
}

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::unauthenticated || code == ErrorCode::forbidden ||
         code == ErrorCode::transition_not_allowed || code == ErrorCode::fields_missing;
}

}  // namespace

Simulation::Answer Simulation::ask(Host& host, const Client& client, std::string_view operation,
                                   const std::function<std::string()>& call, bool interleave) {
  ++summary_.calls;
  const std::string where = at(host, client, operation);
  const std::uint64_t faults = host.faults();
  if (interleave && !nested_) host.allow_interleaving([this, &host] { meanwhile(host); });
  Answer a;
  try {
    a.text = call();
    ++summary_.answers;
  } catch (const Error& e) {
    a.error = e;
    const bool excused = host.faults() > faults;
    if (e.code() == ErrorCode::storage_unavailable && e.detail("outcome"))
      a.outcome = Outcome::unknown;
    else if (e.code() == ErrorCode::batch_aborted)
      a.outcome = Outcome::aborted;
    else if (blames_storage(e.code()))
      a.outcome = Outcome::storage;
    else
      a.outcome = Outcome::no;
    // Without a fault there is one reason to fail: another host is writing.
    const bool waits = e.code() == ErrorCode::storage_busy && (nested_ || batch_);
    if ((a.outcome == Outcome::storage || a.outcome == Outcome::unknown) && !excused && !waits) {
      fail("answers", where + " failed without a cause: " + e.to_json());
    }
  } catch (const testing::Crash&) {
    a.outcome = Outcome::crashed;
  }
  host.forbid_interleaving();
  std::string line = where + " -> ";
  if (a.outcome == Outcome::crashed)
    line += "the process dies";
  else if (a.error)
    line += std::string(error_info(a.error->code()).text) + " " + a.error->message();
  else
    line += a.text;
  note(line);
  if (a.error) {
    judge_answer(models_[client.org], client, a.error->to_json(), false);
    if (is_refusal(a.error->code())) ++refusals_[client.org];
  }
  if (a.outcome == Outcome::unknown || a.outcome == Outcome::crashed) {
    ++refusals_[client.org];  // it may have been one
    ++summary_.unknown;
  }
  if (a.outcome == Outcome::crashed) {
    ++summary_.crashes;
    crash_seen_ = true;
    if (batch_ && batch_host_ == &host) drop_batch();  // with its process
    host.die();
  }
  return a;
}

void Simulation::require_verdict(const Verdict& v, const Answer& a, const Client& client,
                                 std::string_view operation) {
  const ErrorCode got = a.error ? a.error->code() : ErrorCode::ok;
  bool same = got == v.code;
  if (same && !v.reason.empty()) same = a.error->detail("reason") == "\"" + v.reason + "\"";
  if (same) return;
  const std::string_view judge = v.code == ErrorCode::not_found && got == ErrorCode::ok ? "scope"
                                 : v.reason == "stale_version"                          ? "versions"
                                                                                        : "answers";
  fail(std::string(judge), std::string(models_[client.org].role(client.user)) + " " + std::string(operation) +
                               " answered " + (a.error ? a.error->to_json() : a.text) + "\nbut it must be " +
                               std::string(error_info(v.code).text) + " " + v.reason);
}

namespace {
std::string name_of(const std::string& key, const Uuid& user, std::string_view operation) {
  return format_uuid(user) + " " + std::string(operation) + " " + key;
}

bool same_but_for_resemblances(const std::string& a, const std::string& b) {
  const auto bare = [](const std::string& text) {
    nlohmann::json answer = nlohmann::json::parse(text);
    answer.erase("possible_duplicates");
    return answer;
  };
  return bare(a) == bare(b);
}
}  // namespace

void Simulation::require_no(const OrgModel& m, const Wish& wish, const Answer& a) {
  const auto& [client, deed, key, since] = wish;
  const bool replay = m.answers.contains(name_of(key, client.user, deed->operation()));
  require_verdict(replay ? m.admits(client.user, deed->operation()) : deed->verdict(m, client.user), a,
                  client, deed->operation());
}

void Simulation::accept(OrgModel& m, const Wish& wish, const std::string& text) {
  const auto& [client, deed, key, since] = wish;
  const std::string name = name_of(key, client.user, deed->operation());
  const auto earlier = m.answers.find(name);
  Answer yes;
  yes.text = text;
  if (earlier != m.answers.end()) {
    ++summary_.replays;
    require_verdict(m.admits(client.user, deed->operation()), yes, client, deed->operation());
    // What a dossier looked like when it was opened is not to be restored: it counts from the first time
    // heard.
    const bool first_heard = m.unheard.erase(name) > 0;
    if (first_heard ? !same_but_for_resemblances(earlier->second, text) : earlier->second != text) {
      fail("model", std::string(deed->operation()) + " was asked for again and answered\n  " + text +
                        "\ninstead of\n  " + earlier->second);
    }
    earlier->second = text;
    judge_answer(m, client, text, true);
    return;
  }
  require_verdict(deed->verdict(m, client.user), yes, client, deed->operation());
  const std::size_t before = m.log.size();
  deed->apply(m, client.user, *oracle_);
  for (std::size_t i = before; i < m.log.size(); ++i) {
    if (!m.log[i].id.is_nil()) owner_of_[m.log[i].id] = client.org;
    if (m.log[i].action == "dossier.duplicate_met") ++summary_.meetings;
  }
  m.answers[name] = deed->answer();
  judge_answer(m, client, text, false);
  refresh_walks();
}

bool Simulation::settle_unknown(const Wish& wish) {
  const auto& [client, deed, key, since] = wish;
  OrgModel& m = models_[client.org];
  const std::string name = name_of(key, client.user, deed->operation());
  const bool written = look(client.org, [&](const std::vector<SeenEntry>& entries) {
    if (m.answers.contains(name))
      fail("model", std::string(deed->operation()) + " had a second effect when it was asked for again");
    deed->recover(m, client.user, entries, *oracle_);
    accept(m, wish, deed->answer());
    m.unheard.insert(name);
  });
  note(written ? "  it was written" : "  it was not written");
  return written;
}

void Simulation::perform(Host& host, const Wish& wish, bool again) {
  const auto& [client, deed, key, since] = wish;
  const Answer a = ask(
      host, client, deed->operation(),
      [&] {
        Session s = host.engine().session({.org = models_[client.org].id, .user = client.user, .roles = {}});
        return deed->ask(s, key);
      },
      true);
  OrgModel& m = models_[client.org];
  bool keep = !again;
  switch (a.outcome) {
    case Outcome::yes:
      accept(m, wish, a.text);
      keep = keep && dice_.chance(200'000);
      break;
    case Outcome::no:
      require_no(m, wish, a);
      return;
    case Outcome::storage:
      break;
    case Outcome::unknown:
    case Outcome::crashed:
      // What changes nothing leaves no trace to tell by; its key is not used again.
      if (!settle_unknown(wish) && !deed->changes(m, client.user)) {
        std::erase_if(wishes_, [&](const Wish& w) { return w.key == key; });
        return;
      }
      break;
    case Outcome::aborted:
      fail("answers", "a call outside a batch answered batch_aborted");
  }
  if (keep) wishes_.push_back(wish);
}

void Simulation::retry(Host& host) {
  if (wishes_.empty()) return read_step(host);
  const std::size_t i = dice_.below(wishes_.size());
  const Wish wish = wishes_[i];
  if (dice_.chance(600'000)) wishes_.erase(wishes_.begin() + static_cast<std::ptrdiff_t>(i));
  perform(host, wish, true);
}

/// The same key with other parameters.
void Simulation::wrong_key(Host& host) {
  if (wishes_.empty()) return read_step(host);
  const Wish& wish = dice_.pick(wishes_);
  const OrgModel& m = models_[wish.client.org];
  const std::string name = name_of(wish.key, wish.client.user, wish.deed->operation());
  if (!m.answers.contains(name)) return read_step(host);
  const std::shared_ptr<Deed> other = draw_deed(m, wish.client.user, wish.client.org);
  if (other->operation() != wish.deed->operation() || other->params() == wish.deed->params())
    return read_step(host);
  const Client client = wish.client;
  const std::string key = wish.key;
  const Answer a = ask(host, client, other->operation(), [&] {
    Session s = host.engine().session({.org = m.id, .user = client.user, .roles = {}});
    return other->ask(s, key);
  });
  if (a.outcome == Outcome::unknown || a.outcome == Outcome::crashed) {
    look(client.org, {});  // whatever happened: nothing was written
    return;
  }
  if (a.outcome == Outcome::storage) return;
  Verdict v = m.admits(client.user, other->operation());
  if (v.ok()) v = {ErrorCode::conflict, "idempotency_mismatch"};
  require_verdict(v, a, client, other->operation());
}

/// The host suspends an organisation, or lets it work again.
void Simulation::switch_organisation(Host& host, std::size_t org) {
  const Client client{org, people_[org].front()};
  const std::string status = models_[org].suspended ? "ORG_ACTIVE" : "ORG_SUSPENDED";
  const Answer a = ask(host, client, "organisations.set_status " + status, [&] {
    Session s = host.engine().host_session();
    return to_json(s.call(organisations::set_status, {.id = models_[org].id, .status_code = status}));
  });
  const auto stands = [&] {
    models_[org].suspended = !models_[org].suspended;
    models_[org].log.push_back({"organisation.status_changed", "organisation", models_[org].id});
  };
  if (a.outcome == Outcome::no || a.outcome == Outcome::aborted) {
    fail("answers", "the host may not switch an organisation: " + a.error->to_json());
  }
  if (a.outcome == Outcome::yes) stands();
  if (a.outcome == Outcome::unknown || a.outcome == Outcome::crashed) {
    look(org, [&](const std::vector<SeenEntry>&) { stands(); });
  }
}

void Simulation::drop_batch() {
  batch_.reset();
  batch_host_ = nullptr;
}

void Simulation::begin_batch(Host& host) {
  const Client client = draw_client();
  host.batch.emplace(
      host.engine().session({.org = models_[client.org].id, .user = client.user, .roles = {}}));
  const Answer a = ask(host, client, "begin_batch", [&] {
    host.batch->begin_batch();
    return std::string("begun");
  });
  if (a.outcome == Outcome::yes) {
    batch_ = OpenBatch{client, models_[client.org], 0, 1 + dice_.below(6), false};
    batch_host_ = &host;
    ++summary_.batches;
  } else if (a.outcome == Outcome::no) {
    fail("answers", "a batch is refused: " + a.error->to_json());
  } else {
    host.batch.reset();
  }
}

/// Somebody else on the same host wants to write, and the batch has been idle for longer than it may.
void Simulation::outwait_batch(Host& host) {
  note("the batch is left alone for six seconds");
  clock_.advance(6 * micros_per_second);
  batch_->may_be_aborted = true;
  const std::uint64_t answers = summary_.answers;
  write_step(host);
  if (batch_ && summary_.answers > answers) batch_->is_aborted = true;
}

void Simulation::batch_step(Host& host) {
  if (batch_->calls >= batch_->wanted) return end_batch(host);
  if (dice_.chance(30'000)) return outwait_batch(host);
  ++batch_->calls;
  const Client client = batch_->client;
  const std::shared_ptr<Deed> deed = draw_deed(batch_->model, client.user, client.org);
  if (!deed->fits_batch(batch_->model, client.user)) return;
  const std::optional<std::string> key = new_key();
  const std::uint64_t faults = host.faults();
  const Answer a = ask(host, client, "(batch) " + std::string(deed->operation()),
                       [&] { return deed->ask(*host.batch, key); });
  if (a.outcome == Outcome::crashed) return;
  // Undoing a refused call may fail too, and the caller is told of the refusal.
  if (host.faults() > faults) batch_->may_be_aborted = true;
  const Wish wish{client, deed, *key, clock_.now()};
  const bool works = a.outcome == Outcome::yes || a.outcome == Outcome::no;
  if (works && batch_->is_aborted)
    fail("answers", "a batch goes on after it was rolled back for another writer");
  if (a.outcome == Outcome::yes) return accept(batch_->model, wish, a.text);
  if (a.outcome == Outcome::no) return require_no(batch_->model, wish, a);
  if (a.outcome == Outcome::aborted) {
    if (!batch_->may_be_aborted) fail("answers", "a batch was aborted without a cause");
    end_batch(host);
  }
}

void Simulation::end_batch(Host& host) {
  const bool commits = dice_.chance(800'000);
  OpenBatch open = std::move(*batch_);
  drop_batch();
  const Client client = open.client;
  const Answer a = ask(host, client, commits ? "commit_batch" : "rollback_batch", [&] {
    if (!commits) {
      host.batch->rollback_batch();
      return std::string("rolled back");
    }
    const BatchOutcome o = host.batch->commit_batch();
    return std::to_string(o.calls) + " calls, " + std::to_string(o.failed) + " failed";
  });
  if (a.outcome == Outcome::no) fail("answers", "the end of a batch answered " + a.error->to_json());
  if (a.outcome == Outcome::aborted && !open.may_be_aborted)
    fail("answers", "a batch was aborted without a cause");
  host.batch.reset();
  const auto stands = [&] {
    models_[client.org] = std::move(open.model);
    refresh_walks();
  };
  if (a.outcome == Outcome::yes && commits && open.is_aborted)
    fail("answers", "a batch that was rolled back was committed");
  if (a.outcome == Outcome::yes && commits) return stands();
  if (!commits || (a.outcome != Outcome::unknown && a.outcome != Outcome::crashed)) return;
  const bool written = look(client.org, [&](const std::vector<SeenEntry>&) { stands(); });
  note(written ? "  it was written" : "  it was not written");
}

}  // namespace atlas::simulation
