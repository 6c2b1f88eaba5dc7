#pragma once
// Imports: records from somebody else's file, taken in by the same operations as anybody's calls. A job can
// be resumed after a crash, and taken back.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/external_refs.hpp"
#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

namespace imports {

/// What a file may hold; each row runs `<kind>.create` (consents: `consents.grant`) or `<kind>.update`.
inline constexpr std::array<std::string_view, 4> kinds{"listings", "dossiers", "parties", "consents"};

inline constexpr std::array<std::string_view, 4> statuses{"IMPORT_RUNNING", "IMPORT_DONE", "IMPORT_REVERTED",
                                                          "IMPORT_FAILED"};

/// How a row ends: one of these, always.
inline constexpr std::array<std::string_view, 4> outcomes{"created", "updated", "duplicate", "refused"};

/// What a revert does: first the updates, then the creations, each from the last row to the first.
inline constexpr std::array<std::string_view, 2> revert_stages{"updated", "created"};

}  // namespace imports

/// How often a reason or a warning occurred; `field` is a JSON Pointer into the record, or empty.
struct ImportReason {
  std::string reason;
  std::string field;
  std::int64_t count = 0;
};
template <>
struct Describe<ImportReason> {
  using T = ImportReason;
  static constexpr std::string_view name = "import_reason";
  static constexpr std::array fields{field<&T::reason>("reason", line(1, 64)),
                                     field<&T::field>("field", line(0, 200)),
                                     field<&T::count>("count", range(0, INT64_MAX))};
};

/// One import. `created`, `updated`, `duplicate` and `refused` add up to `rows` at any time; `rows_done` is
/// the number of the last row that is done, from 1: where to go on after a crash.
struct ImportJob : Entity {
  std::string kind;
  std::optional<std::string> source;  ///< whose ids the external references are
  std::optional<std::string> file_name;
  std::optional<std::string> file_hash;  ///< SHA-256 of the file, 64 hex digits
  std::string map = "{}";                ///< how the rows were read, for whoever looks later
  bool dry_run = false;                  ///< everything was done, and undone
  std::string status_code = "IMPORT_RUNNING";
  std::int64_t rows = 0;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t duplicate = 0;  ///< known already, or met by what was there
  std::int64_t refused = 0;
  std::int64_t warnings = 0;  ///< rows, of any outcome, that were read with a doubt
  std::int64_t rows_done = 0;
  std::vector<ImportReason> reasons;         ///< of the refused rows
  std::vector<ImportReason> warning_counts;  ///< a row may have several
  Timestamp started_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> failure;  ///< why it is IMPORT_FAILED
  std::optional<Timestamp> reverted_at;
  std::optional<std::string> revert_stage;  ///< a revert is under way, and has reached this
  std::optional<std::int64_t> revert_row;   ///< of that stage the rows from this one on are done
  std::int64_t reverted_created = 0;        ///< archived
  std::int64_t reverted_updated = 0;        ///< got previous values back
  std::int64_t reverted_kept = 0;           ///< left, wholly or in part, as somebody changed them since
};
template <>
struct Describe<ImportJob> {
  using T = ImportJob;
  static constexpr std::string_view name = "import_job";
  static constexpr Rules counted = range(0, INT64_MAX);
  static constexpr std::array fields{
      field<&T::kind>("kind", one_of(imports::kinds), filterable),
      field<&T::source>("source", line(1, 64), filterable),
      field<&T::file_name>("file_name", line(1, 255), free_text),
      field<&T::file_hash>("file_hash", line(64, 64), filterable),
      field<&T::map>("map", json_object(64 * 1024)),
      field<&T::dry_run>("dry_run", {}, filterable),
      field<&T::status_code>("status_code", one_of(imports::statuses), filterable),
      field<&T::rows>("rows", counted),
      field<&T::created>("created", counted),
      field<&T::updated>("updated", counted),
      field<&T::duplicate>("duplicate", counted),
      field<&T::refused>("refused", counted),
      field<&T::warnings>("warnings", counted),
      field<&T::rows_done>("rows_done", counted),
      field<&T::reasons>("reasons", range(0, 500)),
      field<&T::warning_counts>("warning_counts", range(0, 500)),
      field<&T::started_at>("started_at", {}, filterable),
      field<&T::finished_at>("finished_at", {}, filterable),
      field<&T::failure>("failure", line(1, 64)),
      field<&T::reverted_at>("reverted_at", {}, filterable),
      field<&T::revert_stage>("revert_stage", one_of(imports::revert_stages)),
      field<&T::revert_row>("revert_row", counted),
      field<&T::reverted_created>("reverted_created", counted),
      field<&T::reverted_updated>("reverted_updated", counted),
      field<&T::reverted_kept>("reverted_kept", counted)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}},
                                   KeyDeclaration{"by_file", {"file_hash", "created_at"}}};
};

/// What became of one row. The library's own note: no audit entry, as the record has one.
struct ImportRow : Entity {
  Uuid job_id;
  std::int64_t row = 0;   ///< from 1, the header not counted
  std::int64_t line = 0;  ///< of the file, from 1, where it begins
  std::string outcome;
  std::optional<std::string> entity_kind;
  std::optional<Uuid> entity_id;
  std::optional<std::int64_t> entity_version;  ///< after this row
  std::optional<std::int64_t> undone_version;  ///< after a revert gave previous values back
  std::optional<Timestamp> seen_at;            ///< when its source says that it was so
  std::optional<std::string> reason;           ///< of a refusal: a stable code
  std::optional<std::string> field;            ///< JSON Pointer
  std::optional<std::string> message;
  std::vector<std::string> warnings;  ///< a code each, and the JSON Pointer of the field behind it
  std::optional<std::string> undo;    ///< JSON: by field, its value before and after, each as JSON text
};
template <>
struct Describe<ImportRow> {
  using T = ImportRow;
  static constexpr std::string_view name = "import_row";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::job_id>("job_id", reference("import_job")),
      field<&T::row>("row", range(1, INT64_MAX)),
      field<&T::line>("line", range(0, INT64_MAX)),
      field<&T::outcome>("outcome", one_of(imports::outcomes)),
      field<&T::entity_kind>("entity_kind", line(1, 64)),
      field<&T::entity_id>("entity_id"),
      field<&T::entity_version>("entity_version"),
      field<&T::undone_version>("undone_version"),
      field<&T::seen_at>("seen_at"),
      field<&T::reason>("reason", line(1, 64)),
      field<&T::field>("field", line(0, 200)),
      field<&T::message>("message", line(1, 500), free_text),
      field<&T::warnings>("warnings", formatted(Format::one_line, 300), sparse),
      field<&T::undo>("undo", json_object(1 << 20), personal)};
  static constexpr std::array keys{KeyDeclaration{"by_row", {"job_id", "row"}, true},
                                   KeyDeclaration{"by_outcome", {"job_id", "outcome", "row"}},
                                   KeyDeclaration{"by_entity", {"entity_id", "job_id"}}};
};

}  // namespace atlas

#include "atlas/import_operations.hpp"
