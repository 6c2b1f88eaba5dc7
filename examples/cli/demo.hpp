#pragma once
// The parts of the guided tour. demo.cpp leads through them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell.hpp"

namespace atlas::cli::demo {

/// Where the tour keeps its things. The keys and the note lie beside the store, never in it.
struct Place {
  std::string folder;
  std::string store() const { return folder + "/agency.db"; }
  std::string key() const { return folder + "/agency.key"; }
  std::string signing_key() const { return folder + "/checkpoint.key"; }
  std::string note() const { return folder + "/checkpoint.note"; }
  std::string copy(int number) const { return folder + "/copy-" + std::to_string(number) + ".db"; }
};

/// Speaks to people, unless the tour was asked for JSON; then it only collects facts.
class Guide {
 public:
  Guide(Terminal& terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {}
  void chapter(std::string_view title);
  void line(std::string_view text = "");
  void note(std::string_view text);
  void table(const Table& table);
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

/// One row of the contacts file.
struct Contact {
  std::string id, source, name, phone, email, city, country;
};

/// What became of a contact.
struct Outcome {
  std::optional<Uuid> dossier;  ///< absent: refused
  bool opened = false;
  std::vector<std::string> matched_on;
};

struct Import {
  std::vector<Contact> contacts;
  std::vector<Outcome> outcomes;  ///< one for each contact
  std::map<std::string, std::int64_t> refusals;
  std::int64_t opened = 0, met = 0, refused = 0;
};

/// People who meet in the tour.
struct Cast {
  Uuid org, admin, agent;
};

std::vector<Contact> read_contacts(const std::string& path);
/// Opens a dossier for each contact, 500 to a transaction.
Import open_dossiers(Guide& guide, Session& session, std::vector<Contact> contacts);
/// Examples of duplicates met, and how many of them the file of true pairs in `data` confirms.
void show_duplicates(Guide& guide, const Import& import, const std::string& data);

/// Leads one dossier along its workflow; returns the sequence of the audit entry of its opening.
std::int64_t walk_dossier(Guide& guide, Engine& engine, const Cast& cast, const Uuid& dossier);

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

/// "43.2 %" of part in whole.
std::string percent(std::int64_t part, std::int64_t whole);

}  // namespace atlas::cli::demo
