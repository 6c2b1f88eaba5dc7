#pragma once
// What is kept of the search for duplicates: pairs that look like one, models, runs over the whole store.
// Included by duplicates.hpp.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/duplicates.hpp"

namespace atlas {

namespace duplicates {

/// OPEN: nobody has looked yet. CONFIRMED, DISMISSED: somebody has. MERGED: the two are one record. LAPSED:
/// the records were changed or archived and look alike no longer.
inline constexpr std::array<std::string_view, 5> signal_states{"OPEN", "CONFIRMED", "DISMISSED", "MERGED",
                                                               "LAPSED"};
inline constexpr std::array<std::string_view, 3> scan_states{"SCAN_RUNNING", "SCAN_DONE", "SCAN_CANCELLED"};
inline constexpr std::array<std::string_view, 2> scan_purposes{"SCAN", "ADOPTION"};

/// Events of a pair that asks for a look, and of one so sure that a machine could merge it.
inline constexpr std::string_view found_pair = "duplicate_signal.found";
inline constexpr std::string_view found_certain = "duplicate_signal.found_certain";

inline constexpr Rules probability_rule = decimal(6, 0, 1'000'000);
inline constexpr Rules bits_rule = decimal(3, -1'000'000'000, 1'000'000'000);

}  // namespace duplicates

/// Two records of a kind that may be one; at most one row per pair, `first_id` < `second_id`. The score is
/// that of the model in force when the pair was last weighed. What the fields contribute is made anew on
/// demand. The library's own notes: of them only that a pair was found, and what people decide, has an audit
/// entry.
struct DuplicateSignal : Entity {
  std::string entity_kind;
  Uuid first_id;
  Uuid second_id;
  std::string status_code = "OPEN";
  std::int64_t score = 0;  ///< 0..100
  Decimal probability;     ///< 0..1, six decimals
  Decimal weight;          ///< bits, three decimals
  std::string model_version;
  std::optional<Uuid> decided_by;
  std::optional<Timestamp> decided_at;
};
template <>
struct Describe<DuplicateSignal> {
  using T = DuplicateSignal;
  static constexpr std::string_view name = "duplicate_signal";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(duplicates::kinds), filterable),
      field<&T::first_id>("first_id", {}, filterable),
      field<&T::second_id>("second_id", {}, filterable),
      field<&T::status_code>("status_code", one_of(duplicates::signal_states), filterable),
      field<&T::score>("score", range(0, 100)),
      field<&T::probability>("probability", duplicates::probability_rule, filterable | sortable),
      field<&T::weight>("weight", duplicates::bits_rule),
      field<&T::model_version>("model_version", line(16, 16)),
      field<&T::decided_by>("decided_by", reference("user")),
      field<&T::decided_at>("decided_at")};
  static constexpr std::array keys{
      KeyDeclaration{"by_created", {"created_at"}},
      KeyDeclaration{"by_first", {"first_id", "second_id"}, true},
      KeyDeclaration{"by_second", {"second_id", "first_id"}},
      KeyDeclaration{"by_status", {"entity_kind", "status_code", "probability"}}};
};

/// A model learnt from the organisation's own records. Never changed; its parameters are in
/// DuplicateModelText. Equal records and equal settings give an equal `model_version`.
struct DuplicateModel : Entity {
  std::string entity_kind;
  std::int64_t number = 0;  ///< counts the models of a kind
  std::string model_version;
  std::string prior_version;  ///< of the model that the training began at
  std::int64_t records = 0;   ///< how many there were
  std::int64_t sample = 0;    ///< how many it was learnt from
  std::string sample_hash;    ///< SHA-256 of what it was learnt from: two trainings with one hash agree
  std::string phone_region;
  Decimal review_threshold;
  Decimal same_threshold;
  Decimal automatic_threshold;
  std::optional<Timestamp> adopted_at;
};
template <>
struct Describe<DuplicateModel> {
  using T = DuplicateModel;
  static constexpr std::string_view name = "duplicate_model";
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(duplicates::kinds), filterable),
      field<&T::number>("number", range(1, INT64_MAX)),
      field<&T::model_version>("model_version", line(16, 16)),
      field<&T::prior_version>("prior_version", line(16, 16)),
      field<&T::records>("records", range(0, INT64_MAX)),
      field<&T::sample>("sample", range(0, INT64_MAX)),
      field<&T::sample_hash>("sample_hash", line(64, 64)),
      field<&T::phone_region>("phone_region", formatted(Format::country, 2)),
      field<&T::review_threshold>("review_threshold", duplicates::probability_rule),
      field<&T::same_threshold>("same_threshold", duplicates::probability_rule),
      field<&T::automatic_threshold>("automatic_threshold", duplicates::probability_rule),
      field<&T::adopted_at>("adopted_at")};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_number", {"entity_kind", "number"}, true}};
};

/// The parameters of a model: values are in it as 8-byte hashes only.
struct DuplicateModelText : Entity {
  Uuid model_id;
  std::string document;
};
template <>
struct Describe<DuplicateModelText> {
  using T = DuplicateModelText;
  static constexpr std::string_view name = "duplicate_model_text";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::model_id>("model_id", reference("duplicate_model")),
      field<&T::document>("document", json_object(256 * 1024 * 1024), internal)};
  static constexpr std::array keys{KeyDeclaration{"by_model", {"model_id"}, true}};
};

/// How duplicates of a kind are looked for. Without a row: as records are written, by the built-in model.
/// `meta` holds `review_threshold` (six decimals, an integer) where the organisation has chosen one.
struct DuplicateSetup : Entity {
  std::string entity_kind;
  bool detects = true;           ///< as records are written
  std::optional<Uuid> model_id;  ///< absent: the built-in one
  std::int64_t stamp = 0;        ///< another one whenever the model is another
};
template <>
struct Describe<DuplicateSetup> {
  using T = DuplicateSetup;
  static constexpr std::string_view name = "duplicate_setup";
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(duplicates::kinds), filterable),
      field<&T::detects>("detects"), field<&T::model_id>("model_id", reference("duplicate_model")),
      field<&T::stamp>("stamp", {}, internal)};
  static constexpr std::array keys{KeyDeclaration{"by_kind", {"entity_kind"}, true}};
};

/// One run over all records of a kind, in the background, a batch at a time: `after_id` is how far it is.
/// With `dry_run` it counts and changes nothing.
struct DuplicateScan : Entity {
  std::string entity_kind;
  std::string purpose = "SCAN";
  std::string status_code = "SCAN_RUNNING";
  bool dry_run = false;
  std::string model_version;
  std::int64_t total = 0;     ///< records when it began
  std::int64_t scanned = 0;   ///< records
  std::int64_t compared = 0;  ///< pairs
  std::int64_t found = 0;     ///< pairs above the review threshold
  std::int64_t opened = 0;    ///< of them new, or LAPSED before
  std::int64_t rescored = 0;  ///< pairs whose score is another one now
  std::int64_t decided = 0;   ///< pairs decided by people, which stand whatever the score
  std::int64_t lapsed = 0;    ///< OPEN pairs that look alike no longer
  std::optional<Uuid> after_id;
  std::optional<Timestamp> finished_at;
};
template <>
struct Describe<DuplicateScan> {
  using T = DuplicateScan;
  static constexpr std::string_view name = "duplicate_scan";
  static constexpr bool bookkeeping = true;
  static constexpr Rules counted = range(0, INT64_MAX);
  static constexpr std::array fields{
      field<&T::entity_kind>("entity_kind", one_of(duplicates::kinds), filterable),
      field<&T::purpose>("purpose", one_of(duplicates::scan_purposes), filterable),
      field<&T::status_code>("status_code", one_of(duplicates::scan_states), filterable),
      field<&T::dry_run>("dry_run"),
      field<&T::model_version>("model_version", line(16, 16)),
      field<&T::total>("total", counted),
      field<&T::scanned>("scanned", counted),
      field<&T::compared>("compared", counted),
      field<&T::found>("found", counted),
      field<&T::opened>("opened", counted),
      field<&T::rescored>("rescored", counted),
      field<&T::decided>("decided", counted),
      field<&T::lapsed>("lapsed", counted),
      field<&T::after_id>("after_id"),
      field<&T::finished_at>("finished_at")};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}}};
};

}  // namespace atlas
