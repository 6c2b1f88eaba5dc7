#include "detecting.hpp"

#include <algorithm>
#include <cmath>

#include "atlas/dossiers.hpp"
#include "atlas/in_transaction.hpp"
#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "atlas/parties.hpp"

namespace atlas::duplicates {
namespace {

/// No record has more pairs than its keys lead to; this bounds what extensions add.
constexpr std::size_t most_pairs = 2000;

/// The new record, written last, that looks like nothing. Nil once any pair was written.
struct Unlike {
  Uuid id;
};

struct MaterialChanges {
  bool off = false;
};

bool is_alive(const void* record) { return record && !static_cast<const Entity*>(record)->archived_at; }

double bits_of_probability(double p) { return std::log2(p / (1 - p)); }

bool shown(const DuplicateSignal& s) { return s.status_code != "LAPSED"; }

std::vector<DuplicateSignal> of_side(Context& cx, const char* column, const char* key, const Uuid& id) {
  auto all = cx.all<DuplicateSignal>();
  return all.where(
      {.where = Predicate::equals(all.column(column), Value::id(id)), .key = key, .limit = most_pairs});
}

}  // namespace

NoMaterialChange::NoMaterialChange(Context& cx) : cx_(cx), was_on_(is_on(cx)) {
  in_transaction<MaterialChanges>(cx).off = true;
}
NoMaterialChange::~NoMaterialChange() { in_transaction<MaterialChanges>(cx_).off = was_on_; }
bool NoMaterialChange::is_on(Context& cx) { return in_transaction<MaterialChanges>(cx).off; }

std::vector<DuplicateSignal> stored_signals(Context& cx, const Uuid& id, bool forward) {
  auto out = of_side(cx, "first_id", "by_first", id);
  if (forward) return out;
  auto second = of_side(cx, "second_id", "by_second", id);
  std::move(second.begin(), second.end(), std::back_inserter(out));
  return out;
}

std::vector<DuplicateSignal> signals_of(Context& cx, const Uuid& id) {
  if (in_transaction<Unlike>(cx).id == id) return {};
  auto out = stored_signals(cx, id);
  std::erase_if(out, [](const DuplicateSignal& s) { return !shown(s); });
  std::sort(out.begin(), out.end(), [](const DuplicateSignal& a, const DuplicateSignal& b) {
    if (a.probability != b.probability) return a.probability > b.probability;
    return std::pair(a.first_id, a.second_id) < std::pair(b.first_id, b.second_id);
  });
  return out;
}

void write_signal(Context& cx, const DuplicateSignal* before, DuplicateSignal& after) {
  in_transaction<Unlike>(cx).id = {};
  auto all = cx.all<DuplicateSignal>();
  if (before)
    all.save(*before, after);
  else
    all.insert(after);
  for (const Extension& e : search_of(cx).extensions[number_of(after.entity_kind)])
    if (e.changed) e.changed(cx, before, after);
}

Detector::Detector(Context& cx, std::size_t kind, const DuplicateSetup& row)
    : cx_(cx),
      kind_(kind),
      cap_(kind == listing_kind ? most_holders : most_namesakes),
      info_(cx.registry().entity(kinds[kind])),
      extensions_(search_of(cx).extensions[kind]),
      in_force_(model_in_force(cx, kind, row)),
      region_(cx.access().default_country.empty() ? "ZZ" : cx.access().default_country),
      least_(bits_of_probability(review_threshold_of(row, in_force_->model))),
      certain_(bits_of_probability(in_force_->model.automatic_threshold())) {}

matching::PreparedRecord Detector::prepared(const Record& record) const {
  return {all_values_of(cx_, kind_, record.get()), in_force_->model, region_};
}

double Detector::extra_bits(const Record& a, const Record& b) const {
  double bits = 0;
  std::vector<matching::Contribution> said;
  for (const Extension& e : extensions_)
    if (e.evidence) e.evidence(cx_, a.get(), b.get(), said);
  for (const matching::Contribution& c : said) bits += c.bits;
  return bits;
}

bool Detector::comes_first(const Record& a, const Record& b) const {
  return all_values_of(cx_, kind_, a.get()).values <= all_values_of(cx_, kind_, b.get()).values;
}

matching::Score Detector::score_of(const Record& a, const Record& b) const {
  if (!comes_first(a, b)) {
    matching::Score score = score_of(b, a);
    for (matching::Contribution& c : score.contributions) std::swap(c.value_a, c.value_b);
    return score;
  }
  matching::Score score = matching::score(prepared(a), prepared(b), in_force_->model);
  // The mark is no part of the number.
  for (const auto& [record, value] :
       {std::pair(&a, &matching::Contribution::value_a), std::pair(&b, &matching::Contribution::value_b)}) {
    const auto phone = guessed_phone_of(kind_, record->get());
    if (!phone) continue;
    for (matching::Contribution& c : score.contributions)
      if (c.field == in_force_->model.fields()[*phone].name && (c.*value).ends_with(matching::guessed_mark))
        (c.*value).pop_back();
  }
  std::vector<matching::Contribution> said;
  for (const Extension& e : extensions_)
    if (e.evidence) e.evidence(cx_, a.get(), b.get(), said);
  for (matching::Contribution& c : said) {
    score.weight += c.bits;
    score.contributions.push_back(std::move(c));
  }
  score.probability = matching::probability_of_weight(score.weight);
  return score;
}

const Detector::Holders& Detector::holders_of(const MatchKey& key) {
  const auto known = holders_.find(key);
  if (known != holders_.end()) return known->second;
  Holders& out = holders_[key];
  out.first = cx_.matches(key, cap_ + 1);
  if (out.first.size() > cap_) {
    out.next = out.first.back();
    out.first.pop_back();
  }
  return out;
}

std::vector<Uuid> Detector::candidates_of(const Record& record, const std::vector<MatchKey>& keys) {
  const Uuid& id = head_of(record.get()).id;
  std::vector<Uuid> out;
  for (const MatchKey& key : keys) {
    const auto& first = holders_of(key).first;
    if (std::binary_search(first.begin(), first.end(), id)) out.insert(out.end(), first.begin(), first.end());
  }
  for (const Extension& e : extensions_)
    if (e.candidates) e.candidates(cx_, record.get(), out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  std::erase(out, id);
  if (out.size() > most_pairs) out.resize(most_pairs);
  return out;
}

Detector::Weights Detector::weigh(const Record& record, const std::vector<MatchKey>& keys, bool forward) {
  Weights out;
  const Uuid& id = head_of(record.get()).id;
  std::vector<Uuid> others = candidates_of(record, keys);
  if (forward) std::erase_if(others, [&](const Uuid& other) { return other < id; });
  if (others.empty()) return out;
  const matching::Record values = all_values_of(cx_, kind_, record.get());
  const matching::PreparedRecord own(values, in_force_->model, region_);
  for (const Uuid& other : others) {
    const Record found = load_record(cx_, info_, other, RowLock::none);
    if (!is_alive(found.get()) || gate_of(kind_, found.get()) != gate_of(kind_, record.get())) continue;
    ++tally_.compared;
    const matching::Record their_values = all_values_of(cx_, kind_, found.get());
    const matching::PreparedRecord its(their_values, in_force_->model, region_);
    // In an order that does not depend on who came first.
    const bool ahead = values.values <= their_values.values;
    const double weight = matching::weight_of(ahead ? own : its, ahead ? its : own, in_force_->model) +
                          extra_bits(ahead ? record : found, ahead ? found : record);
    if (weight >= least_) out.emplace(other, weight);
  }
  return out;
}

void Detector::weigh_into(DuplicateSignal& signal, double weight) const {
  const double p = matching::probability_of_weight(weight);
  signal.probability = probability_units(p);
  signal.weight = weight_units(weight);
  signal.score = std::llround(p * 100);
  signal.model_version = in_force_->version;
}

void Detector::save(const DuplicateSignal* before, DuplicateSignal& after) {
  write_signal(cx_, before, after);
  const auto asks = [](const DuplicateSignal& s) { return s.status_code == "OPEN"; };
  const auto is_certain = [&](const DuplicateSignal& s) {
    return static_cast<double>(s.weight.units) / 1e3 >= certain_;
  };
  if (!asks(after)) return;
  const bool certain = is_certain(after);
  if (before && asks(*before) && is_certain(*before) >= certain) return;
  std::string payload;
  JsonWriter w(payload);
  // Without the two: whoever may see one of them reads it as well.
  w.begin_object().key("entity_kind").string(after.entity_kind);
  w.key("probability").raw(format_decimal(after.probability, 6));
  w.key("model_version").string(after.model_version).end_object();
  cx_.note(schema_of<DuplicateSignal>(), after.id, after.subject_id, certain ? found_certain : found_pair,
           std::move(payload));
}

DuplicateSignal Detector::fresh(const Uuid& id, const Uuid& other, double weight) const {
  DuplicateSignal out;
  out.entity_kind = kinds[kind_];
  out.first_id = std::min(id, other);
  out.second_id = std::max(id, other);
  weigh_into(out, weight);
  return out;
}

void Detector::reckon(const DuplicateSignal& before, std::optional<double> weight, bool material, bool dry) {
  DuplicateSignal after = before;
  if (weight) {
    weigh_into(after, *weight);
    ++tally_.found;
  }
  const std::string& was = before.status_code;
  const bool decided = was == "CONFIRMED" || was == "MERGED" || (was == "DISMISSED" && !material);
  if (decided) {
    ++tally_.decided;
    // What was said of the two before they were merged was said of other values.
    if (was == "MERGED" && material) after.decided_by.reset(), after.decided_at.reset();
  } else {
    after.status_code = weight ? "OPEN" : "LAPSED";
    after.decided_by.reset();
    after.decided_at.reset();
    if (weight && was == "LAPSED") ++tally_.opened;
    if (!weight && was != "LAPSED") ++tally_.lapsed;
  }
  if (weight && after.weight != before.weight) ++tally_.rescored;
  // A lapsed pair keeps the score that it had.
  const bool same = after.status_code == before.status_code && after.weight == before.weight &&
                    after.model_version == before.model_version && after.decided_at == before.decided_at;
  if (same || dry) return;
  save(&before, after);
}

void Detector::settle(const Uuid& id, const std::vector<DuplicateSignal>& stored, Weights weights,
                      bool material, bool dry) {
  for (const DuplicateSignal& s : stored) {
    const Uuid& other = s.first_id == id ? s.second_id : s.first_id;
    const auto it = weights.find(other);
    if (it == weights.end()) {
      reckon(s, std::nullopt, material, dry);
    } else {
      reckon(s, it->second, material, dry);
      weights.erase(it);
    }
  }
  for (const auto& [other, weight] : weights) {
    ++tally_.found;
    ++tally_.opened;
    if (dry) continue;
    DuplicateSignal signal = fresh(id, other, weight);
    save(nullptr, signal);
  }
}

void Detector::look_at(const Record& record, const std::vector<MatchKey>& keys, bool material) {
  const Uuid& id = head_of(record.get()).id;
  settle(id, stored_signals(cx_, id), weigh(record, keys, false), material, false);
}

void Detector::look_at(const Record& record, bool material) {
  look_at(record, cx_.match_keys_of(info_, record.get()), material);
}

void Detector::look_at_new(const Record& record, const std::vector<MatchKey>& keys) {
  settle(head_of(record.get()).id, {}, weigh(record, keys, false), false, false);
}

void Detector::look_forward_from(const Record& record, bool dry) {
  const Uuid& id = head_of(record.get()).id;
  settle(id, stored_signals(cx_, id, true), weigh(record, cx_.match_keys_of(info_, record.get()), true),
         false, dry);
}

void Detector::retire(const Uuid& id, const std::optional<Uuid>& merged_into) {
  for (const DuplicateSignal& s : stored_signals(cx_, id)) {
    DuplicateSignal after = s;
    const Uuid& other = s.first_id == id ? s.second_id : s.first_id;
    if (merged_into == other)
      after.status_code = "MERGED";
    else if (s.status_code == "OPEN")
      after.status_code = "LAPSED";
    if (after.status_code != s.status_code) save(&s, after);
  }
}

void Detector::part(const Uuid& id, const Uuid& survivor) {
  for (const DuplicateSignal& s : stored_signals(cx_, id)) {
    if (s.status_code != "MERGED" || (s.first_id != survivor && s.second_id != survivor)) continue;
    DuplicateSignal after = s;
    after.status_code = "LAPSED";
    save(&s, after);
  }
}

void Detector::settle_caps(const Uuid& id, const std::vector<MatchKey>& before,
                           const std::vector<MatchKey>& after) {
  std::vector<Uuid> moved;
  for (const MatchKey& key : before) {
    if (std::binary_search(after.begin(), after.end(), key)) continue;
    const auto& first = holders_of(key).first;
    if (first.size() == cap_ && id < first.back()) moved.push_back(first.back());
  }
  for (const MatchKey& key : after) {
    if (std::binary_search(before.begin(), before.end(), key)) continue;
    const Holders& holders = holders_of(key);
    if (holders.next && id < *holders.next) moved.push_back(*holders.next);
  }
  std::sort(moved.begin(), moved.end());
  moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
  for (const Uuid& other : moved) {
    const Record record = load_record(cx_, info_, other, RowLock::none);
    if (is_alive(record.get())) look_at(record, false);
  }
}

namespace {

/// A record of `T` was written; `before` is null for a new one.
template <class T>
void look_at_saved(Context& cx, std::size_t kind, const T* before, const T& after) {
  const bool was_alive = is_alive(before), alive = is_alive(&after);
  if (!was_alive && !alive) return;
  // What nobody compares does not matter; the most frequent change.
  const bool same = before && compared_text(kind, before) == compared_text(kind, &after);
  const bool weighs_same = same && guessed_phone_of(kind, before) == guessed_phone_of(kind, &after);
  if (weighs_same && was_alive && alive) return;
  const DuplicateSetup row = setup_in_transaction(cx, kind);
  if (!before) in_transaction<Unlike>(cx).id = after.id;
  if (!row.detects && alive && was_alive == (before != nullptr)) return;
  std::vector<MatchKey> old_keys, new_keys;
  if (const WrittenKeys* written = written_keys(cx, after.id)) {
    if (was_alive) old_keys = written->before;
    if (alive) new_keys = written->after;
  } else {
    const EntityInfo& info = cx.registry().entity(kinds[kind]);
    if (was_alive) old_keys = cx.match_keys_of(info, before);
    if (alive) new_keys = cx.match_keys_of(info, &after);
  }
  Detector detector(cx, kind, row);
  // Two writers of one person wait for each other, so that the second sees the first.
  if (!cx.has_one_writer()) {
    std::vector<std::string> names;
    for (const MatchKey& key : new_keys)
      names.push_back("duplicates:" + std::to_string(key.kind) + ":" + std::to_string(key.hash));
    if (!names.empty()) cx.lock(std::move(names));
  }
  // Borrowed: it is only read.
  const Record record(std::shared_ptr<void>(), const_cast<T*>(&after));
  if (alive && before && before->merged_into) detector.part(after.id, *before->merged_into);
  if (alive && !before)
    detector.look_at_new(record, new_keys);
  else if (alive)
    detector.look_at(record, new_keys, was_alive && !same && !NoMaterialChange::is_on(cx));
  else
    detector.retire(after.id, after.merged_into);
  if (row.detects) detector.settle_caps(after.id, old_keys, new_keys);
}

template <class T>
void follow(Registry& registry, std::size_t kind) {
  const std::shared_ptr<const InForce> built_in = registry.part<Search>().built_in[kind];
  registry.match_keys(kinds[kind],
                      [kind, built_in](const void* entity, const Normaliser&, std::vector<MatchKey>& out) {
                        append_keys(kind, built_in->model, entity, out);
                      });
  registry.saved(kinds[kind], [kind](Context& cx, const void* before, const void* after) {
    look_at_saved(cx, kind, static_cast<const T*>(before), *static_cast<const T*>(after));
  });
}

}  // namespace

void look_again(Context& cx, std::string_view kind_name, const Uuid& id, bool material) {
  const std::size_t kind = number_of(kind_name);
  const DuplicateSetup row = setup_of(cx, kind);
  if (!row.detects) return;
  Detector detector(cx, kind, row);
  const Record record = load_record(cx, detector.info(), id, RowLock::none);
  if (is_alive(record.get())) detector.look_at(record, material && !NoMaterialChange::is_on(cx));
}

std::optional<matching::Score> score_of(Context& cx, const DuplicateSignal& signal) {
  const std::size_t kind = number_of(signal.entity_kind);
  const Detector detector(cx, kind, setup_of(cx, kind));
  const Record first = load_record(cx, detector.info(), signal.first_id, RowLock::none);
  const Record second = load_record(cx, detector.info(), signal.second_id, RowLock::none);
  if (!is_alive(first.get()) || !is_alive(second.get())) return std::nullopt;
  return detector.score_of(first, second);
}

DuplicateSignal new_signal(Context& cx, std::size_t kind, const Uuid& one, const Record& other) {
  const Detector detector(cx, kind, setup_of(cx, kind));
  const Record mine = load_record(cx, detector.info(), one, RowLock::none);
  if (!mine) throw Error(ErrorCode::internal, "a record of a pair is gone");
  DuplicateSignal out = detector.fresh(one, head_of(other.get()).id, detector.score_of(mine, other).weight);
  out.status_code = "LAPSED";
  write_signal(cx, nullptr, out);
  return out;
}

void register_detection(Registry& registry) {
  follow<Dossier>(registry, dossier_kind);
  follow<Party>(registry, party_kind);
  follow<Listing>(registry, listing_kind);
}

}  // namespace atlas::duplicates
