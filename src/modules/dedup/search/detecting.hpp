#pragma once
// Which pairs of records are kept as signals. What is kept is a function of the stored records and the model
// alone, whatever the order in which they came: two records are candidates when they share a match key among
// whose first `most_holders` (of people: `most_namesakes`) holders, by id, both are; a candidate is kept from
// the review threshold on.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models_in_force.hpp"
#include "record_values.hpp"

namespace atlas::duplicates {

/// What a look at some records came to.
struct Tally {
  std::int64_t compared = 0, found = 0, opened = 0, rescored = 0, decided = 0, lapsed = 0;
};

/// Weighs records of one kind within one transaction, in which no key of theirs changes meanwhile.
class Detector {
 public:
  Detector(Context& cx, std::size_t kind, const DuplicateSetup& row);

  /// Brings every pair of the record in step with what the records are now. `material`: dismissals of its
  /// pairs no longer hold.
  void look_at(const Record& record, bool material);
  /// With its keys.
  void look_at(const Record& record, const std::vector<MatchKey>& keys, bool material);
  /// The same for a record that has no pairs yet.
  void look_at_new(const Record& record, const std::vector<MatchKey>& keys);
  /// The same for its pairs with records of larger ids: over all records, every pair once. With `dry` nothing
  /// is written.
  void look_forward_from(const Record& record, bool dry);
  /// The record is archived, or merged: nobody needs to look at its pairs any more.
  void retire(const Uuid& id, const std::optional<Uuid>& merged_into);
  /// The merge of the record into the survivor was undone.
  void part(const Uuid& id, const Uuid& survivor);
  /// The record gained or lost keys: whoever it pushed over a key's cap, or back under it, is looked at too.
  void settle_caps(const Uuid& id, const std::vector<MatchKey>& before, const std::vector<MatchKey>& after);

  /// A new OPEN pair, not written.
  DuplicateSignal fresh(const Uuid& id, const Uuid& other, double weight) const;

  /// What all fields, and the extensions, say of two records.
  matching::Score score_of(const Record& a, const Record& b) const;

  const Tally& tally() const { return tally_; }
  const EntityInfo& info() const { return info_; }

 private:
  using Weights = std::map<Uuid, double>;
  /// The records that count under a key, and the one behind them.
  struct Holders {
    std::vector<Uuid> first;
    std::optional<Uuid> next;
  };
  const Holders& holders_of(const MatchKey& key);
  std::vector<Uuid> candidates_of(const Record& record, const std::vector<MatchKey>& keys);
  Weights weigh(const Record& record, const std::vector<MatchKey>& keys, bool forward);
  matching::PreparedRecord prepared(const Record& record) const;
  bool comes_first(const Record& a, const Record& b) const;
  double extra_bits(const Record& a, const Record& b) const;
  void settle(const Uuid& id, const std::vector<DuplicateSignal>& stored, Weights weights, bool material,
              bool dry);
  void reckon(const DuplicateSignal& before, std::optional<double> weight, bool material, bool dry);
  void weigh_into(DuplicateSignal& signal, double weight) const;
  void save(const DuplicateSignal* before, DuplicateSignal& after);

  Context& cx_;
  std::size_t kind_;
  std::size_t cap_;  ///< of holders of a key
  const EntityInfo& info_;
  const std::vector<Extension>& extensions_;
  std::shared_ptr<const InForce> in_force_;
  std::string region_;
  double least_;    ///< bits from which a pair is kept
  double certain_;  ///< bits from which a machine could merge it
  std::map<MatchKey, Holders> holders_;
  Tally tally_;
};

/// While one lives, what is written changes no record materially: a merge gives a record another face, not
/// another person.
class NoMaterialChange {
 public:
  explicit NoMaterialChange(Context& cx);
  ~NoMaterialChange();
  NoMaterialChange(const NoMaterialChange&) = delete;
  static bool is_on(Context& cx);

 private:
  Context& cx_;
  bool was_on_;
};

/// Pairs that the record is in, of any status; `forward`: only those where it comes first.
std::vector<DuplicateSignal> stored_signals(Context& cx, const Uuid& id, bool forward = false);

/// Writes a pair and tells whoever asked to be told; `before` is null for a new one.
void write_signal(Context& cx, const DuplicateSignal* before, DuplicateSignal& after);

/// A pair that nothing was known of, LAPSED, with the score that the two have now.
DuplicateSignal new_signal(Context& cx, std::size_t kind, const Uuid& one, const Record& other);

/// Hooks of the three kinds: keys, and looking at what was saved.
void register_detection(Registry& registry);

}  // namespace atlas::duplicates
