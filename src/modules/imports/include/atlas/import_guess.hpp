#pragma once
// Guessing the map of a file nobody described: by the names of its columns in French, English and Arabic, and
// by what stands in them. Every choice has its reason, so that a person can see and correct it. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/import_map.hpp"

namespace atlas::imports {

/// Why a column was taken for a field, or for none.
struct GuessReason {
  std::string column;
  std::string field;   ///< empty: left alone
  int confidence = 0;  ///< 0..100
  std::string reason;  ///< a sentence
};

/// A map and how it came about.
struct Guess {
  ImportMap map;
  std::vector<GuessReason> reasons;  ///< one a column, in the file's order
  /// Required fields that no column seems to hold: the map needs them before it is used.
  std::vector<std::string> missing;
};

/// Collects the first records of a file. One thread at a time.
class Guesser {
 public:
  static constexpr std::size_t enough = 200;

  Guesser();
  ~Guesser();
  Guesser(Guesser&&) noexcept;
  Guesser& operator=(Guesser&&) noexcept;

  /// The columns in the file's order, when they are known (CSV): also those that are never filled.
  void header(const std::vector<std::string>& names);
  /// A good record; those after `enough` are let go.
  void add(const ImportRecord& record);

  /// How well the columns fit each kind, 0..100, best first.
  std::vector<std::pair<ImportKind, int>> kinds() const;
  /// The kind that fits best; listings when nothing fits.
  ImportKind guess_kind() const;
  Guess guess(ImportKind kind) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// {"map": …, "reasons": [{"column", "field", "confidence", "reason"}], "missing": […]}.
std::string to_json(const Guess& guess);

}  // namespace atlas::imports
