// Leads that come again, and how much of the truth equal numbers and addresses find.

#include <set>

#include "atlas/csv.hpp"
#include "atlas/dossiers.hpp"
#include "demo.hpp"
#include "lines.hpp"

namespace atlas::cli::demo {
namespace {

constexpr std::size_t examples = 6;
constexpr std::size_t file_limit = 256u << 20;

std::string key_of(const std::string& system, const std::string& id) { return system + "\n" + id; }

/// Ids that are one person, by a file of pairs whose first columns are id_a and id_b.
class Truth {
 public:
  explicit Truth(const std::string& path) {
    CsvReader reader(',', [&](std::size_t record, const std::vector<std::string>& cells) {
      if (record == 1 || cells.size() < 2) return;
      const std::size_t a = number(cells[0]), b = number(cells[1]);
      pairs_.emplace_back(a, b);
      parents_[root(a)] = root(b);
    });
    reader.feed(read_whole(path, file_limit));
    reader.finish();
  }
  bool same(const std::string& a, const std::string& b) { return root(number(a)) == root(number(b)); }
  std::int64_t pairs() const { return static_cast<std::int64_t>(pairs_.size()); }

  /// Pairs that came to one dossier.
  std::int64_t found(const Known& known, const std::string& system) const {
    std::int64_t n = 0;
    for (const auto& [a, b] : pairs_) {
      const Uuid* const one = known.dossier(system, ids_[a]);
      const Uuid* const other = known.dossier(system, ids_[b]);
      n += one && other && *one == *other;
    }
    return n;
  }

 private:
  std::size_t number(const std::string& id) {
    const auto [it, fresh] = numbers_.try_emplace(id, numbers_.size());
    if (fresh) {
      parents_.push_back(it->second);
      ids_.push_back(id);
    }
    return it->second;
  }
  std::size_t root(std::size_t n) {
    while (parents_[n] != n) n = parents_[n] = parents_[parents_[n]];
    return n;
  }
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::size_t> parents_;
  std::vector<std::string> ids_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

std::string_view in_words(sample::Twin twin) {
  using sample::Twin;
  switch (twin) {
    case Twin::phone_other_form:
      return "other form of number";
    case Twin::email_other_case:
      return "other case of e-mail";
    case Twin::name_reordered:
      return "names swapped";
    case Twin::name_mistyped:
      return "slip in the name";
    case Twin::name_other_script:
      return "another spelling";
    case Twin::new_phone:
      return "new number";
    case Twin::email_mistyped:
      return "slip in the e-mail";
    case Twin::household:
      return "household, not the same";
    default:
      return "";
  }
}

std::string reached_by(const sample::Lead& lead) { return lead.phone.empty() ? lead.email : lead.phone; }

}  // namespace

Known::Known(Session& session) {
  ListInput all;
  all.order = {"created_at"};
  all.limit = 1000;
  session.each(dossiers::list, all, [&](Dossier dossier) {
    const bool lead = dossier.case_type_code == "CRM_LEAD" || dossier.case_type_code == "CRM_LEAD_BUY";
    if (lead && dossier.status_code == "CRM_NEW") {
      if (!one_) one_ = dossier.id;
      if (!several_ && dossier.external_refs.size() > 1) several_ = dossier.id;
    }
    for (const ExternalRef& ref : dossier.external_refs)
      dossiers_.emplace(key_of(ref.source, ref.id), dossier.id);
    if (dossier.external_refs.size() > 1) groups_.push_back({dossier.id, std::move(dossier.external_refs)});
  });
}

const Uuid* Known::dossier(const std::string& system, const std::string& id) const {
  const auto it = dossiers_.find(key_of(system, id));
  return it == dossiers_.end() ? nullptr : &it->second;
}

void show_duplicates(Guide& guide, const Known& known, const sample::Agency& agency) {
  Table table({"came first", "", "came again", "", "what differs"});
  std::set<sample::Twin> shown;
  for (const Known::Group& group : known.groups()) {
    const ExternalRef &a = group.refs[0], &b = group.refs[1];
    if (shown.size() == examples || a.source != "leads" || b.source != "leads") continue;
    const sample::Lead first = agency.lead(std::stoll(a.id.substr(1))),
                       again = agency.lead(std::stoll(b.id.substr(1)));
    if (again.like != first.number || !shown.insert(again.twin).second) continue;
    table.row(
        {first.name, reached_by(first), again.name, reached_by(again), std::string(in_words(again.twin))});
  }
  guide.table(table);
}

void compare_with_truth(Guide& guide, const Known& known, const std::vector<TruthFile>& files) {
  Table table({"file", "came again", "truly the same", "true pairs", "brought together"});
  for (std::size_t column = 1; column < 5; ++column) table.align_right(column);
  for (const TruthFile& file : files) {
    Truth truth(file.pairs);
    std::int64_t met = 0, right = 0;
    for (const Known::Group& group : known.groups()) {
      const ExternalRef* first = nullptr;
      for (const ExternalRef& ref : group.refs) {
        if (ref.source != file.system) continue;
        if (first) {
          ++met;
          right += truth.same(first->id, ref.id);
        } else {
          first = &ref;
        }
      }
    }
    const std::int64_t found = truth.found(known, file.system);
    table.row({file.system, grouped(met), percent(right, met), grouped(truth.pairs()),
               percent(found, truth.pairs())});
    guide.fact(file.system + "_met", met);
    guide.fact(file.system + "_met_true", right);
    guide.fact(file.system + "_true_pairs", truth.pairs());
    guide.fact(file.system + "_true_pairs_found", found);
  }
  guide.table(table);
  guide.note("Equal numbers and addresses only: a household shares a number, and a slip hides a person.");
}

}  // namespace atlas::cli::demo
