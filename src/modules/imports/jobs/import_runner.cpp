#include "atlas/import_runner.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "import_job_runs.hpp"
#include "kept_records.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
/// One append holds at most so much, however many rows that is.
constexpr std::size_t append_bytes = 4u << 20;

/// What the reader and the mapper say of a row, as the operations take it.
Record to_record(const ImportRecord& from) {
  Record to;
  to.line = static_cast<std::int64_t>(from.line);
  to.refused = RowFault{std::string(from.refused), "", std::string(record_advice(from.refused))};
  return to;
}

Record to_record(const ImportRecord& from, MappedRecord& mapped) {
  Record to;
  to.line = static_cast<std::int64_t>(from.line);
  for (const MapWarning& w : mapped.warnings) {
    std::string text(w.code);
    if (!w.reason.empty()) text += ":" + std::string(w.reason);
    if (!w.field.empty()) text += " " + shortened(one_line(w.field), 200);
    to.warnings.push_back(std::move(text));
  }
  if (!mapped.is_refused()) {
    to.params = std::move(mapped.input);
    to.seen_at = mapped.seen_at;
    if (mapped.external) to.external_ref = ExternalRef{mapped.external->first, mapped.external->second};
    return to;
  }
  RowFault fault;
  const FieldError& first = mapped.errors.front();
  fault.reason = mapped.reasons.empty() ? first.code : std::string(mapped.reasons.front());
  fault.field = shortened(one_line(first.path), 200);
  for (const FieldError& e : mapped.errors) {
    if (!fault.message.empty()) fault.message += "; ";
    fault.message += e.path + ": " + e.message;
  }
  fault.message = shortened(one_line(fault.message), 500);
  to.refused = std::move(fault);
  return to;
}

[[noreturn]] void refuse_missing(const std::vector<std::pair<std::string, std::string>>& columns) {
  Error e(ErrorCode::invalid_argument, "the file does not have the columns that the map names");
  std::vector<FieldError> fields;
  for (const auto& [column, path] : columns)
    fields.push_back({path, std::string(field_code::unknown_reference), "no column \"" + column + "\""});
  throw Error(e).fields(std::move(fields)).with("reason", "missing_columns");
}

[[noreturn]] void refuse_guess(const Guess& guess) {
  std::vector<FieldError> fields;
  for (const std::string& name : guess.missing)
    fields.push_back({"/columns/" + name, std::string(field_code::required), "no column seems to hold it"});
  throw Error(ErrorCode::invalid_argument, "the map cannot be guessed: write one")
      .fields(std::move(fields))
      .with("reason", "no_map");
}

class Run {
 public:
  Run(Session& session, const RunOptions& options)
      : session_(session), options_(options), jobs_(session, options) {
    if (options.map) adopt(*options.map);
    ReaderOptions how;
    if (map_) how = map_->reader_options();
    reader_ = std::make_unique<ImportReader>([this](const ImportRecord& r) { take(r); }, how);
  }

  RunResult run(const ByteSource& source) {
    std::vector<char> piece(piece_bytes);
    try {
      while (const std::size_t n = source(piece)) {
        progress_.bytes += n;
        in_reader_ = true;
        reader_->feed({piece.data(), n});
        in_reader_ = false;
      }
      in_reader_ = true;
      reader_->finish();
    } catch (const Error& e) {
      // What the reader refuses it will refuse again: there is nothing to go on with.
      if (in_reader_ && e.code() == ErrorCode::invalid_argument && jobs_.is_open()) {
        in_reader_ = false;
        flush();
        jobs_.fail(e);
      }
      throw;
    }
    in_reader_ = false;
    if (!started_) start();
    flush();
    return jobs_.finish();
  }

 private:
  void adopt(ImportMap map) {
    if (options_.kind && *options_.kind != map.kind) {
      throw Error(ErrorCode::invalid_argument, "the map is for another kind of record")
          .field("/kind", field_code::not_a_code, "the map is for " + std::string(to_string(map.kind)));
    }
    if (options_.source) map.source = {*options_.source, {}, {}};
    if (options_.phone_region) map.phone_region = {*options_.phone_region, {}, {}};
    map_ = std::move(map);
  }

  void take(const ImportRecord& record) {
    in_reader_ = false;
    if (!map_) {
      if (record.refused.empty()) guesser_.add(record);
      held_.emplace_back().keep(record);
      if (held_.size() == Guesser::enough) start();
    } else {
      if (!started_) start();
      handle(record);
    }
    in_reader_ = true;
  }

  /// The map is settled, the job begins, and what was held goes first.
  void start() {
    if (!map_) guess();
    if (reader_->format() == FileFormat::csv) {
      const auto missing = map_->missing_columns(reader_->header());
      if (!missing.empty()) refuse_missing(missing);
    }
    started_ = true;
    const Organisation org = session_.call(organisations::get);
    MapDefaults defaults;
    if (const auto currency = parse_currency(org.default_currency)) defaults.currency = *currency;
    defaults.time_zone = org.time_zone;
    mapper_.emplace(*map_, defaults);
    jobs_.begin(*map_);
    std::vector<ImportCell> cells;
    for (const KeptRecord& kept : held_) handle(kept.record(cells));
    held_ = {};
  }

  void guess() {
    guesser_.header(reader_->header());
    const ImportKind kind = options_.kind.value_or(guesser_.guess_kind());
    Guess found = guesser_.guess(kind);
    if (options_.guessed) options_.guessed(found);
    if (!found.missing.empty()) refuse_guess(found);
    adopt(std::move(found.map));
  }

  void handle(const ImportRecord& record) {
    if (jobs_.is_done(record.number)) {
      if (options_.rejected) jobs_.retell(record, reader_->header());
      return;
    }
    if (count_ == kept_.size()) kept_.emplace_back();
    KeptRecord& kept = kept_[count_++];
    if (options_.rejected) kept.keep(record);
    if (!record.refused.empty()) {
      records_.push_back(to_record(record));
    } else {
      mapper_->map(record, mapped_);
      records_.push_back(to_record(record, mapped_));
    }
    bytes_ += kept.size() + (records_.back().params ? records_.back().params->size() : 0);
    if (static_cast<std::int64_t>(records_.size()) >= options_.rows_per_call || bytes_ >= append_bytes)
      flush();
  }

  void flush() {
    if (records_.empty()) return;
    const std::int64_t first = jobs_.next_row();
    const Appended done = jobs_.append(records_);
    if (options_.rejected) {
      std::vector<ImportCell> cells;
      for (const Reject& reject : done.rejects) {
        const ImportRecord own = kept_[static_cast<std::size_t>(reject.row - first)].record(cells);
        options_.rejected({reject, own.cells, reader_->header()});
      }
    }
    records_.clear();
    count_ = 0;
    bytes_ = 0;
    if (!options_.progress) return;
    jobs_.tell(progress_);
    options_.progress(progress_);
  }

  Session& session_;
  const RunOptions& options_;
  JobRuns jobs_;
  std::optional<ImportMap> map_;
  std::optional<RecordMapper> mapper_;
  Guesser guesser_;
  std::unique_ptr<ImportReader> reader_;
  std::vector<KeptRecord> held_;  // until the map is known
  std::vector<Record> records_;   // of the next append
  std::vector<KeptRecord> kept_;  // their cells; the first `count_`
  MappedRecord mapped_;
  ImportProgress progress_;
  std::size_t count_ = 0, bytes_ = 0;
  bool started_ = false;
  bool in_reader_ = false;  // an error now is the reader's own
};

}  // namespace

RunResult run_import(Session& session, const ByteSource& source, const RunOptions& options) {
  return Run(session, options).run(source);
}

}  // namespace atlas::imports
