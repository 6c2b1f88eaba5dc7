#pragma once
// The parts of the guided tour. demo.cpp leads through them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "atlas/imports.hpp"
#include "atlas/sample.hpp"
#include "shell.hpp"

namespace atlas::cli::demo {

/// Where the tour keeps its things. The keys and the note lie beside the store, never in it.
struct Place {
  std::string folder;
  bool kept = false;  ///< the folder was asked for; otherwise it goes when the tour ends
  std::string store() const { return folder + "/agency.db"; }
  std::string key() const { return folder + "/agency.key"; }
  std::string signing_key() const { return folder + "/checkpoint.key"; }
  std::string note() const { return folder + "/checkpoint.note"; }
  std::string files() const { return folder + "/files"; }
  std::string copy(int number) const { return folder + "/copy-" + std::to_string(number) + ".db"; }
};

/// Holds back the signals that end a program, so that nothing is left lying about.
class Held {
 public:
  Held();
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
};

/// Speaks to people, unless the tour was asked for JSON; then it only collects facts.
class Guide {
 public:
  Guide(Terminal& terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {}
  /// Throws Error(cancelled) when somebody wants the tour to end; the signal then waits until all is tidied.
  void pulse() const;
  void title(std::string_view text, std::string_view below);
  void chapter(std::string_view title);
  void line(std::string_view text = "");
  void note(std::string_view text);
  void table(const Table& table);
  /// Names with their counts and a bar each, the longest for the most.
  void bars(std::string_view title, const std::vector<std::pair<std::string, std::int64_t>>& counts);
  /// A green tick or a red cross before `text`.
  void verdict(bool good, std::string_view text);
  void fact(std::string name, std::string json) { facts_.emplace_back(std::move(name), std::move(json)); }
  void fact(std::string name, std::int64_t n) { fact(std::move(name), std::to_string(n)); }
  std::string facts() const;
  Terminal& terminal() { return terminal_; }
  bool well() const { return well_; }

 private:
  Terminal& terminal_;
  bool quiet_, well_ = true;
  int chapter_ = 0;
  std::vector<std::pair<std::string, std::string>> facts_;
};

/// People who meet in the tour.
struct Cast {
  Uuid org, admin, agent;
};

/// A file that comes in.
struct Source {
  std::string path;
  std::string name;    ///< of the file
  std::string system;  ///< whose ids it holds: the name without its ending
};
/// Every .csv and .jsonl file of a folder, by name. Throws Error(not_found) when there is none.
std::vector<Source> files_in(const std::string& folder);

/// A file that came in.
struct Imported {
  Source source;
  ImportJob job;
};
/// Imports each file; its kind and the meaning of its columns are guessed. One that cannot be is told of and
/// left.
std::vector<Imported> import_files(Guide& guide, Session& session, const std::vector<Source>& sources);
/// The same listings a day later, some at another price: nothing comes twice.
void import_next_day(Guide& guide, Session& session, const Imported& listings, const Place& place,
                     const sample::Agency& agency);

/// Dossiers by what the files called the leads: system, a line break, id.
class Known {
 public:
  explicit Known(Session& session);
  const Uuid* dossier(const std::string& system, const std::string& id) const;
  struct Group {
    Uuid dossier;
    std::vector<ExternalRef> refs;
  };
  /// Dossiers that several leads came to.
  const std::vector<Group>& groups() const { return groups_; }
  /// A new lead, to which several came where there is such a one; nothing when the files held none.
  std::optional<Uuid> choose() const { return several_ ? several_ : one_; }

 private:
  std::unordered_map<std::string, Uuid> dossiers_;
  std::vector<Group> groups_;
  std::optional<Uuid> several_, one_;
};
/// Examples of duplicates from the invented leads.
void show_duplicates(Guide& guide, const Known& known, const sample::Agency& agency);
/// The pairs of one system's ids that are one person: a CSV file with id_a and id_b.
struct TruthFile {
  std::string system, pairs;
};
/// Compares what was met with what is true.
void compare_with_truth(Guide& guide, const Known& known, const std::vector<TruthFile>& files);

/// Publishes one listing, which it returns, and is refused another.
std::optional<Uuid> show_publishing(Guide& guide, Session& session);

/// Opens a dossier for somebody who comes in by the door.
Uuid walk_in(Guide& guide, Session& session);
/// Leads one dossier along its workflow to a visit, of `listing` where there is one; returns the sequence of
/// the audit entry of its opening.
std::int64_t walk_dossier(Guide& guide, Engine& engine, const Cast& cast, const Uuid& dossier,
                          const std::optional<Uuid>& listing);
/// What happened to the invented leads, as operations; not to `except`.
void replay_histories(Guide& guide, Session& session, const Known& known, const sample::Agency& agency,
                      const Uuid& except);

void prove_entry(Guide& guide, Session& session, std::int64_t seq);
/// Makes a signed note, keeps it at place.note() and returns it.
std::string make_checkpoint(Guide& guide, Session& session, const Place& place, const VerifierKey& key);

struct Tampering {
  Place place;
  std::string passphrase;
  Uuid org, dossier;
  std::int64_t seq = 0;  ///< of the entry that is rewritten
  std::string note;
  VerifierKey key;
};
/// Copies the store four times, harms each copy in another way and shows what finds it. The store itself is
/// closed.
void tamper(Guide& guide, const Tampering& with);

/// What the agency has now, with bars.
void show_report(Guide& guide, Session& session, const Place& place);

/// "43.2 %" of part in whole.
std::string percent(std::int64_t part, std::int64_t whole);
/// `n` of something: "1 row", "12,345 rows".
std::string several(std::int64_t n, std::string_view one);

}  // namespace atlas::cli::demo
