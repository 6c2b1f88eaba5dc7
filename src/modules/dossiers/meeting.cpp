#include "meeting.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "atlas/text.hpp"
#include "dossier_rules.hpp"

namespace atlas::dossiers {
namespace {

/// Beyond this many records under one key it says nothing about a person.
constexpr std::size_t candidates_per_key = 64;

struct Candidate {
  Dossier dossier;
  std::vector<std::string> matched_on;
};

class Search {
 public:
  explicit Search(Context& cx) : cx_(cx), all_(cx.all<Dossier>()) {}

  /// Open dossiers under a key that really carry its value: 8 bytes of hash may lie.
  void look(const MatchKey& key, const char* name, const Dossier& wanted,
            FunctionRef<bool(const Dossier&)> same) {
    std::vector<Dossier> open;
    std::set<std::string> names;
    for (const Uuid& id : cx_.matches(key, candidates_per_key)) {
      auto found = all_.find(id, RowLock::update);
      if (!found || !is_open(cx_, *found) || !same(*found)) continue;
      names.insert(fold_key(found->contact_name));
      open.push_back(std::move(*found));
    }
    if (std::string_view(name) == "phone" && open.size() > shared_phone_limit && names.size() > 1) return;
    for (Dossier& d : open) {
      if (d.case_type_code != wanted.case_type_code || !listings_agree(d.listing_id, wanted.listing_id))
        continue;
      auto [it, fresh] = candidates_.try_emplace(d.id, Candidate{std::move(d), {}});
      auto& on = it->second.matched_on;
      if (std::find(on.begin(), on.end(), name) == on.end()) on.emplace_back(name);
    }
  }

  std::optional<Meeting> best() {
    if (candidates_.empty()) return std::nullopt;
    std::vector<Candidate*> sorted;
    for (auto& [id, c] : candidates_) sorted.push_back(&c);
    std::sort(sorted.begin(), sorted.end(), [](const Candidate* a, const Candidate* b) {
      if (a->matched_on.size() != b->matched_on.size()) return a->matched_on.size() > b->matched_on.size();
      if (a->dossier.last_activity_at != b->dossier.last_activity_at)
        return a->dossier.last_activity_at > b->dossier.last_activity_at;
      return a->dossier.id < b->dossier.id;
    });
    Meeting m{std::move(sorted.front()->dossier), std::move(sorted.front()->matched_on), {}};
    for (std::size_t i = 1; i < sorted.size(); ++i) m.also.push_back(format_uuid(sorted[i]->dossier.id));
    return m;
  }

 private:
  Context& cx_;
  Context::Repository<Dossier> all_;
  std::map<Uuid, Candidate> candidates_;
};

}  // namespace

std::optional<Meeting> meet(Context& cx, const Dossier& wanted) {
  std::vector<std::string> locks;
  if (wanted.phone) locks.push_back("dossier.phone:" + *wanted.phone);
  if (wanted.email) {
    for (const Normaliser* n : cx.normalisers())
      locks.push_back("dossier.email:" + n->fold_email(*wanted.email));
  }
  if (locks.empty()) return std::nullopt;
  cx.lock(std::move(locks));
  Search search(cx);
  if (wanted.phone) {
    search.look(phone_key(*wanted.phone), "phone", wanted,
                [&](const Dossier& d) { return d.phone == wanted.phone; });
  }
  if (wanted.email) {
    for (const Normaliser* n : cx.normalisers()) {
      const std::string email = n->fold_email(*wanted.email);
      search.look(email_key(email), "email", wanted,
                  [&](const Dossier& d) { return d.email && n->fold_email(*d.email) == email; });
    }
  }
  return search.best();
}

}  // namespace atlas::dossiers
