// The judges: tenant wall, scope, audit, records, history.

#include <algorithm>

#include "atlas/audit.hpp"
#include "common/naive_tree.hpp"
#include "simulation.hpp"

namespace atlas::simulation {
namespace {

/// Calls `found` with every id in the text.
template <class F>
void each_id(const std::string& text, F&& found) {
  for (std::size_t i = 8; i + 28 <= text.size(); ++i) {
    if (text[i] != '-' || text[i + 5] != '-' || text[i + 10] != '-' || text[i + 15] != '-') continue;
    if (const auto id = parse_uuid(std::string_view(text).substr(i - 8, 36))) found(*id);
  }
}

Hash hash_of(const std::string& text) {
  const auto bytes = unbase64(text);
  if (!bytes || bytes->size() != 32) fail("audit", "not a hash: " + text);
  return hash_from_bytes(*bytes);
}

/// Size and root, by the lines of a C2SP note.
std::pair<std::size_t, std::string> read_note(const std::string& note) {
  const std::size_t size = note.find('\n') + 1, root = note.find('\n', size) + 1;
  return {std::stoul(note.substr(size)), note.substr(root, note.find('\n', root) - root)};
}

}  // namespace

void Simulation::judge_answer(const OrgModel& m, const Client& client, const std::string& text,
                              bool replayed) {
  if (text.find(markers_[1 - client.org]) != std::string::npos)
    fail("wall", "an answer names somebody of the other organisation: " + text);
  for (const char* number : {"+212661", "+212662"}) {
    const bool theirs = (number[6] == '1') != (client.org == 0);
    if (theirs && text.find(number) != std::string::npos)
      fail("wall", "an answer has a telephone of the other organisation: " + text);
  }
  // A replay repeats what its caller was told when it was his.
  const bool agent = !replayed && m.role(client.user) == "AGENT";
  each_id(text, [&](const Uuid& id) {
    const auto owner = owner_of_.find(id);
    if (owner != owner_of_.end() && owner->second != client.org)
      fail("wall", "an answer has an id of the other organisation: " + text);
    if (!agent) return;
    const auto task = m.tasks.find(id);
    const auto note = m.notes.find(id);
    const auto party = m.dossier_of.find(id);
    const Uuid dossier = party != m.dossier_of.end() ? party->second
                         : task != m.tasks.end()     ? task->second.dossier_id
                         : note != m.notes.end()     ? note->second.dossier_id
                                                     : id;
    if (m.dossiers.contains(dossier) && !m.sees(client.user, "dossiers.get", dossier)) {
      fail("scope", "an agent is told of a dossier that is not his: " + format_uuid(id) + " in " + text);
    }
  });
}

bool Simulation::look(std::size_t org, const std::function<void(const std::vector<SeenEntry>&)>& pending) {
  std::vector<std::string>& leaves = leaves_[org];
  std::vector<SeenEntry> rest;
  const auto require = [&](const SeenEntry& e) {
    const auto& log = models_[org].log;
    const ExpectedEntry& wanted = log.at(log_seen_[org]);
    if (e.action != wanted.action || (!wanted.id.is_nil() && e.id != wanted.id)) {
      fail("audit", "entry " + std::to_string(e.seq) + " is " + e.action + " of " +
                        (e.id ? format_uuid(*e.id) : "nothing") + ", but what was acknowledged next is " +
                        wanted.action + " of " + format_uuid(wanted.id));
    }
    ++log_seen_[org];
  };
  for (SeenEntry& e : oracle_->entries_after(models_[org].id, static_cast<std::int64_t>(leaves.size()))) {
    if (e.seq != static_cast<std::int64_t>(leaves.size()) + 1)
      fail("audit", "the sequence has a gap before " + std::to_string(e.seq));
    leaves.push_back(e.leaf);
    trace_.update(e.leaf);
    if (e.action == "REFUSED")
      ++refusals_seen_[org];
    else if (e.action.starts_with("duplicate_signal.found"))
      continue;  // how alike two records are is not the model's business
    else if (log_seen_[org] < models_[org].log.size())
      require(e);
    else
      rest.push_back(std::move(e));
  }
  if (log_seen_[org] < models_[org].log.size()) {
    const ExpectedEntry& lost = models_[org].log[log_seen_[org]];
    fail("model", "acknowledged and not in the audit: " + lost.action + " of " + format_uuid(lost.id));
  }
  // A refusal is one entry, and one more when it also tells of those before it.
  if (refusals_seen_[org] > 2 * refusals_[org])
    fail("audit", "more refusals in the audit than were answered");
  if (rest.empty()) return false;
  if (!pending)
    fail("model", "written and never acknowledged: " + rest.front().action + ", entry " +
                      std::to_string(rest.front().seq));
  pending(rest);
  for (const SeenEntry& e : rest) {
    if (log_seen_[org] == models_[org].log.size())
      fail("model", "an operation wrote more than it says: " + e.action);
    require(e);
  }
  if (log_seen_[org] != models_[org].log.size()) fail("model", "an operation was written in part");
  return true;
}

/// Every record of the store is that of the model, and the other way round.
void Simulation::judge_records(std::size_t org) {
  const OrgModel& m = models_[org];
  const auto compare = [](const auto& wanted, const auto& found, const char* kind) {
    if (wanted.size() != found.size()) {
      fail("model", std::string("the store has ") + std::to_string(found.size()) + " of " + kind +
                        ", there must be " + std::to_string(wanted.size()));
    }
    for (const auto& r : found) {
      const auto it = wanted.find(r.id);
      if (it == wanted.end())
        fail("model", std::string("the store has a ") + kind + " too many: " + to_json(r));
      if (to_json(it->second) != to_json(r))
        fail("model", std::string("the store has the ") + kind + "\n  " + to_json(r) +
                          "\nbut it must be\n  " + to_json(it->second));
    }
  };
  compare(m.dossiers, oracle_->dossiers(m.id), "dossier");
  compare(m.tasks, oracle_->tasks(m.id), "task");
  compare(m.parties, oracle_->parties(m.id), "party");
  compare(m.users, oracle_->users(m.id), "user");
}

/// The chain is whole, and every checkpoint ever made is one of its pasts.
void Simulation::judge_history(std::size_t org) {
  Session s = oracle_->session(models_[org].id);
  const auto v = s.call(audit::verify, {.records = true, .checkpoint = {}, .key = {}});
  if (!v.ok) fail("audit", "after a crash or at the end audit.verify found: " + to_json(v));
  std::vector<Hash> leaves;
  for (const std::string& leaf : leaves_[org]) leaves.push_back(hash_of(leaf));
  if (v.entries != static_cast<std::int64_t>(leaves.size()))
    fail("audit", "the audit has another length than what was seen");
  const Hash head = naive_root(leaves);
  if (hash_of(v.root) != head) fail("audit", "the head is not the root of the leaves");
  for (const auto& [whose, note] : notes_) {
    if (whose != org) continue;
    const auto [size, root] = read_note(note);
    if (size > leaves.size()) fail("audit", "a checkpoint counts more entries than there are");
    if (hash_of(root) != naive_root(std::span(leaves).first(size)))
      fail("audit", "an earlier checkpoint is not a past of this audit");
    const auto c = s.call(audit::consistency, {.from = static_cast<std::int64_t>(size), .to = {}});
    std::vector<Hash> proof;
    for (const std::string& h : c.proof) proof.push_back(hash_of(h));
    if (proof != naive_consistency(size, leaves) || hash_of(c.root2) != head)
      fail("audit", "a consistency proof does not prove");
  }
  const std::size_t index = fate_.below(leaves.size());
  const auto p = s.call(audit::prove, {.seq = static_cast<std::int64_t>(index) + 1, .size = {}});
  std::vector<Hash> path;
  for (const std::string& h : p.proof) path.push_back(hash_of(h));
  if (path != naive_path(index, leaves) || hash_of(p.leaf_hash) != leaves[index])
    fail("audit", "an inclusion proof does not prove");
}

void Simulation::judge_all() {
  for (std::size_t org = 0; org < models_.size(); ++org) {
    look(org, {});
    judge_records(org);
    judge_history(org);
  }
}

}  // namespace atlas::simulation
