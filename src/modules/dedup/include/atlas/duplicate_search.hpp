#pragma once
// Looking for duplicates: as records are written and over the whole store; what rooms may add to it, and its
// operations. Included by duplicates.hpp.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/duplicate_signals.hpp"
#include "atlas/matching.hpp"

namespace atlas {
namespace duplicates {

/// Two records are candidates when they share a match key and both are among its first so many holders by id.
/// What more records share says little of any two of them; whoever comes later is found by its other keys.
inline constexpr std::size_t most_holders = 50;
/// The same for dossiers and parties: of people whose name so many have, the name alone says nothing.
inline constexpr std::size_t most_namesakes = 20;
/// By kind, the probability from which people are shown a pair unless their organisation chooses another: so
/// that of those shown last one in four is a true one. Listings of one building are looked at from the
/// model's own threshold on.
inline constexpr std::array<double, 3> least_shown{0.25, 0.25, 0};

/// What a room adds to the search among the records of one kind. All are called inside the transaction that
/// writes the record, or that looks through the store, for records that are neither archived nor merged; what
/// they answer must depend on stored records alone.
struct Extension {
  /// Appends values of the model's last fields, which the record itself does not hold (photos of a listing).
  std::function<void(Context&, const void* record, std::vector<std::string>& values)> values;
  /// Appends ids of more candidates for `record`, at most a few hundred; symmetric: whoever names b for a
  /// names a for b.
  std::function<void(Context&, const void* record, std::vector<Uuid>& out)> candidates;
  /// Appends what else speaks for or against two records being one; symmetric but for the values shown. The
  /// bits are added to the model's.
  std::function<void(Context&, const void* a, const void* b, std::vector<matching::Contribution>& out)>
      evidence;
  /// A pair was found, weighed anew, decided or let go; `before` is null for a new one.
  std::function<void(Context&, const DuplicateSignal* before, const DuplicateSignal& now)> changed;
};
/// While rooms are registered. The kinds are those of `kinds`.
void extend_search(Registry& registry, std::string_view kind, Extension extension);

/// Looks again at all pairs of a record, because something changed that an extension reads. `material`: as
/// much as if a compared field had changed, so that a dismissal no longer holds. Nothing happens when there
/// is no such record, or it is archived.
void look_again(Context& cx, std::string_view kind, const Uuid& id, bool material);

/// Every pair of the record but those LAPSED, the likeliest first.
std::vector<DuplicateSignal> signals_of(Context& cx, const Uuid& id);

/// What speaks for and against a pair now, by the model in force; nothing when one of the two is gone.
std::optional<matching::Score> score_of(Context& cx, const DuplicateSignal& signal);

/// A pair as callers see it: the id of a record that the caller may not read is absent, so that only its
/// existence is told.
struct Signal {
  Uuid id;
  std::string entity_kind;
  std::optional<Uuid> first_id;
  std::optional<Uuid> second_id;
  std::string status_code;
  std::int64_t score = 0;
  Decimal probability;
  Decimal weight;
  std::string model_version;
  Timestamp found_at;
  std::optional<Uuid> decided_by;
  std::optional<Timestamp> decided_at;
};

/// Pairs of a kind, the likeliest first. `record_id`: those of one record, whatever their kind says.
struct ListSignals {
  std::string entity_kind;
  std::string status_code = "OPEN";
  std::optional<Uuid> record_id;
  Decimal min_probability;
  std::int64_t limit = 100;
  std::optional<std::string> after;
};

/// Names a pair: by its signal, or any two records of a kind.
struct Explain {
  std::optional<Uuid> id;
  std::optional<std::string> entity_kind;
  std::optional<Uuid> first_id;
  std::optional<Uuid> second_id;
};

/// The same words in the three languages.
struct Words {
  std::string fr;
  std::string en;
  std::string ar;
};

/// What one comparison says. Bits have 12 decimals.
struct FieldEvidence {
  std::string field;
  std::string kind;
  std::string level;
  std::string value_first;
  std::string value_second;
  Decimal bits;
  Words words;
};

/// What would carry the pair over the threshold or below it.
struct WouldChange {
  std::string field;
  std::string level;
  Decimal probability;
  Words words;
};

/// One step of the way between two records of a cluster.
struct Step {
  Uuid first_id;
  Uuid second_id;
  Decimal probability;
  std::string status_code;
};

/// `prior` + the bits of `contributions` = `weight`, and `probability` = 2^weight / (1 + 2^weight), by the
/// model in force. `verdict`: "automatic", "same", "review" or "different". `path`: from the first record to
/// the second over pairs of their cluster such that the weakest is as strong as can be; empty where they are
/// in no cluster together.
struct Explained {
  std::optional<Signal> signal;
  std::string entity_kind;
  Uuid first_id;
  Uuid second_id;
  std::string model_version;
  Decimal prior;
  Decimal weight;
  Decimal probability;
  std::string verdict;
  std::vector<FieldEvidence> contributions;
  std::vector<WouldChange> would_change;
  std::vector<Step> path;
};

/// Decides about a pair, by the id of its signal.
struct Decide {
  Uuid id;
};

/// The records that are one with this one.
struct ClusterOf {
  std::string entity_kind;
  Uuid id;
};
/// `members` in the order of their ids, among them the one asked for; `pairs` are those inside. `hidden`: how
/// many more members lie outside of the caller's scope. `cut`: the neighbourhood is larger than is looked
/// through.
struct Cluster {
  std::vector<std::string> members;
  std::vector<Step> pairs;
  std::int64_t hidden = 0;
  bool cut = false;
};

/// Looks through all records of a kind, in the background (pump).
struct Scan {
  std::string entity_kind;
  bool dry_run = false;
};

/// Learns a model from at most `sample` records, without labels. The same records give the same model.
struct Train {
  std::string entity_kind;
  std::int64_t sample = 50'000;
};

/// Names a model.
struct GetModel {
  Uuid id;
  bool document = false;  ///< its parameters too
};
/// One model; `document` only when asked for.
struct ModelDetails {
  DuplicateModel model;
  std::optional<std::string> document;
};

/// Takes a model for the kind's, or the built-in one again, and weighs all pairs by it, in the background.
struct Adopt {
  std::string entity_kind;
  std::optional<Uuid> model_id;
};

/// How a kind is looked through; what is absent stays. `review_threshold`: the probability from which people
/// are shown a pair, null for that of the kind; another one weighs all pairs anew, in the background.
struct Configure {
  std::string entity_kind;
  std::optional<bool> detects;  ///< as records are written
  Change<Decimal> review_threshold;
};
/// Names a kind.
struct OfKind {
  std::string entity_kind;
};
/// How duplicates of a kind are looked for. `model_id` absent: by the built-in model.
struct Setup {
  std::string entity_kind;
  bool detects = true;
  std::optional<Uuid> model_id;
  std::string model_version;
  Decimal review_threshold;
  Decimal same_threshold;
  Decimal automatic_threshold;
};

inline constexpr Rules kind_rule = one_of(kinds);
inline constexpr Rules shown_rule = decimal(6, 10'000, 990'000);
inline constexpr Rules exact_bits = decimal(12, -999'999'999'999'999, 999'999'999'999'999);

}  // namespace duplicates

template <>
struct Describe<duplicates::Signal> {
  using Out = duplicates::Signal;
  using T = DuplicateSignal;
  static constexpr std::string_view name = "duplicates.signal";
  static constexpr std::array fields{field<&Out::id>("id"),
                                     like<&Out::entity_kind, T>("entity_kind"),
                                     field<&Out::first_id>("first_id"),
                                     field<&Out::second_id>("second_id"),
                                     like<&Out::status_code, T>("status_code"),
                                     like<&Out::score, T>("score"),
                                     like<&Out::probability, T>("probability"),
                                     like<&Out::weight, T>("weight"),
                                     like<&Out::model_version, T>("model_version"),
                                     field<&Out::found_at>("found_at"),
                                     field<&Out::decided_by>("decided_by"),
                                     field<&Out::decided_at>("decided_at")};
};
template <>
struct Describe<duplicates::ListSignals> {
  using In = duplicates::ListSignals;
  static constexpr std::string_view name = "duplicates.list";
  static constexpr std::array fields{
      field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required),
      field<&In::status_code>("status_code", one_of(duplicates::signal_states)),
      field<&In::record_id>("record_id"),
      field<&In::min_probability>("min_probability", duplicates::probability_rule),
      field<&In::limit>("limit", range(1, 1000)),
      field<&In::after>("after", text(1, 4096))};
};
template <>
struct Describe<duplicates::Explain> {
  using In = duplicates::Explain;
  static constexpr std::string_view name = "duplicates.explain";
  static constexpr std::array fields{field<&In::id>("id", reference("duplicate_signal")),
                                     field<&In::entity_kind>("entity_kind", duplicates::kind_rule),
                                     field<&In::first_id>("first_id"), field<&In::second_id>("second_id")};
};
template <>
struct Describe<duplicates::Words> {
  using Out = duplicates::Words;
  static constexpr std::string_view name = "duplicates.words";
  static constexpr std::array fields{field<&Out::fr>("fr"), field<&Out::en>("en"), field<&Out::ar>("ar")};
};
template <>
struct Describe<duplicates::FieldEvidence> {
  using Out = duplicates::FieldEvidence;
  static constexpr std::string_view name = "duplicates.field_evidence";
  static constexpr std::array fields{field<&Out::field>("field"),
                                     field<&Out::kind>("kind"),
                                     field<&Out::level>("level"),
                                     field<&Out::value_first>("value_first"),
                                     field<&Out::value_second>("value_second"),
                                     field<&Out::bits>("bits", duplicates::exact_bits),
                                     field<&Out::words>("words")};
};
template <>
struct Describe<duplicates::WouldChange> {
  using Out = duplicates::WouldChange;
  static constexpr std::string_view name = "duplicates.would_change";
  static constexpr std::array fields{field<&Out::field>("field"), field<&Out::level>("level"),
                                     field<&Out::probability>("probability", duplicates::probability_rule),
                                     field<&Out::words>("words")};
};
template <>
struct Describe<duplicates::Step> {
  using Out = duplicates::Step;
  static constexpr std::string_view name = "duplicates.step";
  static constexpr std::array fields{field<&Out::first_id>("first_id"), field<&Out::second_id>("second_id"),
                                     field<&Out::probability>("probability", duplicates::probability_rule),
                                     field<&Out::status_code>("status_code")};
};
template <>
struct Describe<duplicates::Explained> {
  using Out = duplicates::Explained;
  static constexpr std::string_view name = "duplicates.explained";
  static constexpr std::array fields{field<&Out::signal>("signal"),
                                     field<&Out::entity_kind>("entity_kind"),
                                     field<&Out::first_id>("first_id"),
                                     field<&Out::second_id>("second_id"),
                                     field<&Out::model_version>("model_version"),
                                     field<&Out::prior>("prior", duplicates::exact_bits),
                                     field<&Out::weight>("weight", duplicates::exact_bits),
                                     field<&Out::probability>("probability", duplicates::exact_bits),
                                     field<&Out::verdict>("verdict"),
                                     field<&Out::contributions>("contributions"),
                                     field<&Out::would_change>("would_change"),
                                     field<&Out::path>("path")};
};
template <>
struct Describe<duplicates::Decide> {
  using In = duplicates::Decide;
  static constexpr std::string_view name = "duplicates.decide";
  static constexpr std::array fields{field<&In::id>("id", reference("duplicate_signal"), required)};
};
template <>
struct Describe<duplicates::ClusterOf> {
  using In = duplicates::ClusterOf;
  static constexpr std::string_view name = "duplicates.cluster_of";
  static constexpr std::array fields{field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required),
                                     field<&In::id>("id", {}, required)};
};
template <>
struct Describe<duplicates::Cluster> {
  using Out = duplicates::Cluster;
  static constexpr std::string_view name = "duplicates.cluster";
  static constexpr std::array fields{field<&Out::members>("members"), field<&Out::pairs>("pairs"),
                                     field<&Out::hidden>("hidden"), field<&Out::cut>("cut")};
};
template <>
struct Describe<duplicates::Scan> {
  using In = duplicates::Scan;
  static constexpr std::string_view name = "duplicates.scan";
  static constexpr std::array fields{field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required),
                                     field<&In::dry_run>("dry_run")};
};
template <>
struct Describe<duplicates::Train> {
  using In = duplicates::Train;
  static constexpr std::string_view name = "duplicates.train";
  static constexpr std::array fields{field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required),
                                     field<&In::sample>("sample", range(100, 200'000))};
};
template <>
struct Describe<duplicates::GetModel> {
  using In = duplicates::GetModel;
  static constexpr std::string_view name = "duplicates.get_model";
  static constexpr std::array fields{field<&In::id>("id", reference("duplicate_model"), required),
                                     field<&In::document>("document")};
};
template <>
struct Describe<duplicates::ModelDetails> {
  using Out = duplicates::ModelDetails;
  static constexpr std::string_view name = "duplicates.model_details";
  static constexpr std::array fields{
      field<&Out::model>("model", {}, flatten),
      field<&Out::document>("document", json_object(256 * 1024 * 1024), omit_absent)};
};
template <>
struct Describe<duplicates::Adopt> {
  using In = duplicates::Adopt;
  static constexpr std::string_view name = "duplicates.adopt";
  static constexpr std::array fields{field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required),
                                     field<&In::model_id>("model_id", reference("duplicate_model"))};
};
template <>
struct Describe<duplicates::Configure> {
  using In = duplicates::Configure;
  static constexpr std::string_view name = "duplicates.configure";
  static constexpr std::array fields{
      field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required), field<&In::detects>("detects"),
      field<&In::review_threshold>("review_threshold", duplicates::shown_rule)};
};
template <>
struct Describe<duplicates::OfKind> {
  using In = duplicates::OfKind;
  static constexpr std::string_view name = "duplicates.of_kind";
  static constexpr std::array fields{field<&In::entity_kind>("entity_kind", duplicates::kind_rule, required)};
};
template <>
struct Describe<duplicates::Setup> {
  using Out = duplicates::Setup;
  static constexpr std::string_view name = "duplicates.setup";
  static constexpr std::array fields{
      field<&Out::entity_kind>("entity_kind"),
      field<&Out::detects>("detects"),
      field<&Out::model_id>("model_id"),
      field<&Out::model_version>("model_version"),
      field<&Out::review_threshold>("review_threshold", duplicates::probability_rule),
      field<&Out::same_threshold>("same_threshold", duplicates::probability_rule),
      field<&Out::automatic_threshold>("automatic_threshold", duplicates::probability_rule)};
};
namespace duplicates {

inline constexpr Operation<ListSignals, Page<Signal>> list{
    {.name = "duplicates.list",
     .permission = "DUPLICATE_READ",
     .summary = "Pairs of records that may be one, the likeliest first, page by page."}};
inline constexpr Operation<Explain, Explained> explain{
    {.name = "duplicates.explain",
     .permission = "DUPLICATE_READ",
     .summary = "What speaks for and against two records being one, field by field, and what would change "
                "it."}};
inline constexpr Operation<ClusterOf, Cluster> cluster{
    {.name = "duplicates.cluster",
     .permission = "DUPLICATE_READ",
     .summary = "All records that are one with this one, without those that hang on a weak bridge."}};
inline constexpr Operation<Decide, Signal> confirm{
    {.name = "duplicates.confirm",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Says that the two records of a pair are one; merging them is another step."}};
inline constexpr Operation<Decide, Signal> dismiss{
    {.name = "duplicates.dismiss",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Says that the two are not one; holds until a compared field of either changes."}};
inline constexpr Operation<Scan, DuplicateScan> scan{
    {.name = "duplicates.scan",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Looks through all records of a kind in the background, or only counts what it would find."}};
inline constexpr Operation<ListInput, Page<DuplicateScan>> scans{
    {.name = "duplicates.scans",
     .permission = "DUPLICATE_DECIDE",
     .summary = "Runs over the whole store, page by page."}};
inline constexpr Operation<GetInput, DuplicateScan> get_scan{
    {.name = "duplicates.get_scan",
     .permission = "DUPLICATE_DECIDE",
     .summary = "One run over the whole store, and how far it is."}};
inline constexpr Operation<GetInput, DuplicateScan> cancel_scan{
    {.name = "duplicates.cancel_scan",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Ends a run before it is through; what it found stays."}};
inline constexpr Operation<Train, DuplicateModel> train{
    {.name = "duplicates.train",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Learns a model from the organisation's own records; it is used once it is adopted."}};
inline constexpr Operation<ListInput, Page<DuplicateModel>> models{
    {.name = "duplicates.models",
     .permission = "DUPLICATE_READ",
     .summary = "Models learnt so far, page by page."}};
inline constexpr Operation<GetModel, ModelDetails> get_model{
    {.name = "duplicates.get_model",
     .permission = "DUPLICATE_READ",
     .summary = "One model, with its parameters when asked for."}};
inline constexpr Operation<Adopt, DuplicateScan> adopt{
    {.name = "duplicates.adopt",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Takes a model for a kind's; the run that weighs all pairs by it reports what changed."}};
inline constexpr Operation<Configure, Setup> configure{
    {.name = "duplicates.configure",
     .permission = "DUPLICATE_DECIDE",
     .effect = Effect::writes,
     .summary = "Switches the search among new and changed records of a kind off or on; once it is on again, "
                "a scan finds what was missed."}};
inline constexpr Operation<OfKind, Setup> setup{
    {.name = "duplicates.setup",
     .permission = "DUPLICATE_READ",
     .summary = "How duplicates of a kind are looked for, and the thresholds in force."}};

}  // namespace duplicates
}  // namespace atlas
