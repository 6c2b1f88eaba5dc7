#pragma once
// The job that a run feeds: begun or gone on with, in batches that are rolled back when it is a rehearsal.

#include <deque>
#include <optional>
#include <vector>

#include "atlas/import_runner.hpp"

namespace atlas::imports {

class JobRuns {
 public:
  JobRuns(Session& session, const RunOptions& options);
  ~JobRuns();
  JobRuns(const JobRuns&) = delete;

  void begin(const ImportMap& map);
  bool is_open() const { return open_; }
  /// Was the row done by an earlier run?
  bool is_done(std::uint64_t row) const { return static_cast<std::int64_t>(row) <= result_.resumed_rows; }
  /// Tells again why a row that is done was refused, when it was.
  void retell(const ImportRecord& record, const std::vector<std::string>& header);
  /// Number in the file of the next row.
  std::int64_t next_row() const { return done_ + 1; }
  /// Rows of the file; the answer's numbers are the file's too. Takes the records.
  Appended append(std::vector<Record>& records);
  void tell(ImportProgress& progress) const;
  RunResult finish();
  void fail(const Error& error);

 private:
  void start();
  bool resume();
  void end_stretch();
  bool rehearses_in_batch() const { return options_.dry_run && own_batch_; }

  Session& session_;
  const RunOptions& options_;
  Start start_;
  RunResult result_;
  bool open_ = false;
  bool own_batch_;              // a dry run may take a batch of its own
  std::int64_t done_ = 0;       // rows of the file
  std::int64_t stretch_ = 0;    // rows before this stretch of a rehearsal
  ImportJob counts_;            // of the stretches before
  std::deque<Reject> earlier_;  // refused rows of an earlier run
  std::optional<std::string> earlier_after_ = "0";
};

}  // namespace atlas::imports
