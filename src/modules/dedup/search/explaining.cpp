// Why are these two one: field by field, and along the pairs of a cluster.

#include <algorithm>
#include <cmath>
#include <set>

#include "sight.hpp"

namespace atlas::duplicates {
namespace {

/// A neighbourhood is looked through up to this many records.
constexpr std::size_t most_members = 300;
/// What people said weighs more than any model.
constexpr float decided_bits = 1000;

Decimal exact_units(double x) { return {std::llround(x * 1e12)}; }

/// Adds up in units as it does in bits.
Decimal bits_units(double bits) { return exact_units(std::clamp(bits, -999.0, 999.0)); }

Words words_of(const std::function<std::string(std::string_view)>& say) {
  return {.fr = say("fr"), .en = say("en"), .ar = say("ar")};
}

/// What is known around one record, and which of it is one.
class Neighbourhood {
 public:
  Neighbourhood(Context& cx, std::size_t kind, const Uuid& id) : cx_(cx), kind_(kind) {
    const matching::Model& model = model_in_force(cx, kind)->model;
    const Decimal same = probability_units(model.same_threshold());
    std::set<Uuid> members{id};
    std::vector<Uuid> open{id};
    std::map<Uuid, DuplicateSignal> signals;
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (DuplicateSignal& s : stored_signals(cx, open[i])) {
        if (s.entity_kind != kinds[kind] || s.status_code == "LAPSED" || s.status_code == "MERGED") continue;
        const Uuid other = s.first_id == open[i] ? s.second_id : s.first_id;
        const bool leads = s.status_code == "CONFIRMED" || (s.status_code == "OPEN" && s.probability >= same);
        if (leads && !members.contains(other)) {
          if (members.size() == most_members) {
            cut_ = true;
            continue;
          }
          members.insert(other);
          open.push_back(other);
        }
        signals.emplace(s.id, std::move(s));
      }
    }
    ids_.assign(members.begin(), members.end());
    for (auto& [signal_id, s] : signals) {
      if (!members.contains(s.first_id) || !members.contains(s.second_id)) continue;
      float weight = static_cast<float>(static_cast<double>(s.weight.units) / 1e3);
      if (s.status_code == "CONFIRMED") weight = decided_bits;
      if (s.status_code == "DISMISSED") weight = -decided_bits;
      pairs_.push_back({number_of_member(s.first_id), number_of_member(s.second_id), weight});
      signals_.push_back(std::move(s));
    }
    groups_ = matching::cluster(ids_.size(), pairs_, {.threshold = model.same_threshold()});
    own_ = groups_[number_of_member(id)];
  }

  bool cut() const { return cut_; }

  std::vector<Uuid> members() const {
    std::vector<Uuid> out;
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (groups_[i] == own_) out.push_back(ids_[i]);
    return out;
  }

  /// Inside the cluster, those that two readable records are in.
  std::vector<Step> pairs(const std::set<Uuid>& readable) const {
    std::vector<Step> out;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (groups_[pairs_[i].a] != own_ || groups_[pairs_[i].b] != own_) continue;
      const DuplicateSignal& s = signals_[i];
      if (readable.contains(s.first_id) && readable.contains(s.second_id))
        out.push_back({s.first_id, s.second_id, s.probability, s.status_code});
    }
    std::sort(out.begin(), out.end(), [](const Step& a, const Step& b) {
      return std::pair(a.first_id, a.second_id) < std::pair(b.first_id, b.second_id);
    });
    return out;
  }

  std::vector<Step> path(const Uuid& from, const Uuid& to) const {
    if (!std::binary_search(ids_.begin(), ids_.end(), to)) return {};
    const auto way = matching::path(number_of_member(from), number_of_member(to), pairs_, groups_);
    std::vector<Step> out;
    for (std::size_t i = 0; i + 1 < way.size(); ++i) {
      for (std::size_t k = 0; k < pairs_.size(); ++k) {
        const auto& p = pairs_[k];
        if (std::minmax(p.a, p.b) != std::minmax(way[i], way[i + 1])) continue;
        out.push_back({ids_[way[i]], ids_[way[i + 1]], signals_[k].probability, signals_[k].status_code});
        break;
      }
    }
    return out;
  }

 private:
  std::uint32_t number_of_member(const Uuid& id) const {
    return static_cast<std::uint32_t>(std::lower_bound(ids_.begin(), ids_.end(), id) - ids_.begin());
  }

  Context& cx_;
  std::size_t kind_;
  bool cut_ = false;
  std::vector<Uuid> ids_;
  std::vector<DuplicateSignal> signals_;
  std::vector<matching::WeightedPair> pairs_;
  std::vector<std::uint32_t> groups_;
  std::uint32_t own_ = 0;
};

/// The pair that the caller names, the smaller id first.
struct Pair {
  std::size_t kind = 0;
  Uuid first, second;
  std::optional<DuplicateSignal> signal;
};

Pair pair_of(Context& cx, const Explain& in) {
  Pair out;
  if (in.id) {
    out.signal = cx.repo<DuplicateSignal>().get(*in.id);
    out.kind = number_of(out.signal->entity_kind);
    out.first = out.signal->first_id;
    out.second = out.signal->second_id;
    return out;
  }
  if (!in.entity_kind || !in.first_id || !in.second_id) {
    throw Error(ErrorCode::invalid_argument, "which pair?")
        .field("/id", field_code::required, "or entity_kind, first_id and second_id");
  }
  if (*in.first_id == *in.second_id) {
    throw Error(ErrorCode::invalid_argument, "a record is not compared with itself")
        .field("/second_id", field_code::out_of_range, "another record than the first");
  }
  out.kind = number_of(*in.entity_kind);
  out.first = std::min(*in.first_id, *in.second_id);
  out.second = std::max(*in.first_id, *in.second_id);
  for (DuplicateSignal& s : stored_signals(cx, out.first, true))
    if (s.second_id == out.second) out.signal = std::move(s);
  return out;
}

std::string verdict_of(double p, const matching::Model& model, double review) {
  if (p >= model.automatic_threshold()) return "automatic";
  if (p >= model.same_threshold()) return "same";
  return p >= review ? "review" : "different";
}

WouldChange told_change(const matching::Change& change, const matching::Score& score) {
  std::string kind = change.field;
  for (const matching::Contribution& c : score.contributions)
    if (c.field == change.field) kind = c.kind;
  return {.field = change.field,
          .level = change.level,
          .probability = probability_units(change.probability),
          .words = words_of([&](std::string_view language) {
            return std::string(matching::label(kind, language)) + ": " +
                   std::string(matching::label(change.level, language));
          })};
}

Explained explain_pair(Context& cx, const Explain& in) {
  const Pair pair = pair_of(cx, in);
  const EntityInfo& info = cx.registry().entity(kinds[pair.kind]);
  std::array<Record, 2> records;
  for (const std::size_t i : {0u, 1u}) {
    const Uuid& id = i == 0 ? pair.first : pair.second;
    if (may_read(cx, pair.kind, id)) records[i] = load_record(cx, info, id, RowLock::none);
    if (!records[i]) throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
  }
  const DuplicateSetup row = setup_of(cx, pair.kind);
  const auto in_force = model_in_force(cx, pair.kind, row);
  const matching::Score score = Detector(cx, pair.kind, row).score_of(records[0], records[1]);
  Explained out;
  if (pair.signal) out.signal = told(cx, *pair.signal);
  out.entity_kind = kinds[pair.kind];
  out.first_id = pair.first;
  out.second_id = pair.second;
  out.model_version = in_force->version;
  out.prior = bits_units(score.prior);
  out.weight = bits_units(score.weight);
  out.probability = exact_units(score.probability);
  out.verdict = verdict_of(score.probability, in_force->model, review_threshold_of(row, in_force->model));
  for (const matching::Contribution& c : score.contributions) {
    const bool hidden = is_hidden(cx, pair.kind, c.field);
    out.contributions.push_back(
        {.field = c.field,
         .kind = c.kind,
         .level = c.level,
         .value_first = hidden ? "" : c.value_a,
         .value_second = hidden ? "" : c.value_b,
         .bits = bits_units(c.bits),
         .words = words_of([&](std::string_view language) { return matching::sentence(c, language); })});
  }
  for (const matching::Change& change :
       matching::what_would_change(score, in_force->model, in_force->model.same_threshold()))
    out.would_change.push_back(told_change(change, score));
  auto path = Neighbourhood(cx, pair.kind, pair.first).path(pair.first, pair.second);
  const bool seen = std::all_of(path.begin(), path.end(),
                                [&](const Step& s) { return may_read(cx, pair.kind, s.second_id); });
  if (seen) out.path = std::move(path);
  return out;
}

Cluster cluster_of(Context& cx, const ClusterOf& in) {
  const std::size_t kind = number_of(in.entity_kind);
  const EntityInfo& info = cx.registry().entity(in.entity_kind);
  if (!may_read(cx, kind, in.id))
    throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
  const Neighbourhood around(cx, kind, in.id);
  Cluster out;
  std::set<Uuid> readable;
  for (const Uuid& id : around.members()) {
    if (!may_read(cx, kind, id)) {
      ++out.hidden;
      continue;
    }
    readable.insert(id);
    out.members.push_back(format_uuid(id));
  }
  out.pairs = around.pairs(readable);
  out.cut = around.cut();
  return out;
}

}  // namespace

void register_explaining(Registry& registry) {
  registry.operation(explain, explain_pair);
  registry.operation(cluster, cluster_of);
}

}  // namespace atlas::duplicates
