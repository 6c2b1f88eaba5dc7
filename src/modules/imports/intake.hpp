#pragma once
// How a row of each kind becomes a record, is compared with one, is taken back.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/imports.hpp"

namespace atlas::imports {

/// What became of a row that was not refused. `undo` as in ImportRow; empty where nothing was changed.
struct Taken {
  std::string_view outcome;
  Uuid id;  ///< nil: a record that the caller may not see
  std::int64_t version = 0;
  Uuid subject;
  std::string undo;
  std::vector<std::string> warnings;
};

/// A record as a revert finds it.
struct Present {
  std::int64_t version = 0;
  bool archived = false;
};

/// What a revert of an update did: the members that got their previous value back, and those that did not, as
/// somebody gave them another one since.
struct Undone {
  std::vector<std::string> restored, kept;
  std::int64_t version = 0;  ///< of the record since, when something was restored
};

/// One kind. Stateless.
class Intake {
 public:
  virtual ~Intake() = default;
  virtual std::string_view entity() const = 0;
  /// Permission of the operation that creates.
  virtual std::string_view permission() const = 0;
  /// Runs the operation that the row stands for. The error of one that was refused; throws what is no fault
  /// of the row (storage, internal).
  virtual std::optional<Error> take(Context& cx, const ImportJob& job, const Record& record,
                                    Taken& out) const = 0;

  /// False: nothing of this kind is ever undone.
  virtual bool can_revert() const { return true; }
  virtual std::optional<Present> find(Context& cx, const Uuid& id) const = 0;
  virtual std::optional<Error> archive(Context& cx, const Uuid& id, std::int64_t version) const = 0;
  /// Gives the members of `undo` their previous values where they still have those of the import. With
  /// `apply` false it only says what it would do. The record exists and is not archived.
  virtual std::optional<Error> undo(Context& cx, const Uuid& id, const std::string& undo, bool apply,
                                    Undone& out) const = 0;
};

/// The intake of a kind; `name` is one of `kinds`.
const Intake& intake_of(std::string_view name);

/// Has a row brought the record in a later state than that of `seen_at`?
bool is_overtaken(Context& cx, const Uuid& entity, Timestamp seen_at);

/// Throws again an error that is no fault of the row: of the store, of ours.
void rethrow_unless_refusal(const Error& error);

/// The reason, field and message by which a refused row is listed.
RowFault fault_of(const Error& error);

}  // namespace atlas::imports
