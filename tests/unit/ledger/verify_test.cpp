// The stand-alone verifier of examples/verify, run on exports and notes that the ledger wrote and on tampered
// ones.

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "atlas/audit_entry.hpp"
#include "atlas/checkpoint.hpp"
#include "atlas/merkle.hpp"

namespace {

using namespace atlas;

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "atlas-verify-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string write(const char* name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string read(const char* name) const {
    std::ostringstream text;
    text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  std::string at(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct Log {
  std::vector<AuditEntry> entries;
  std::string export_text(std::size_t from = 0) const {
    std::string text;
    for (std::size_t i = from; i < entries.size(); ++i) text += export_line(entries[i]) + "\n";
    return text;
  }
};

const CheckpointSigner& signer() {
  static const CheckpointSigner s{"auditor.example/2026", sha256("a seed for tests")};
  return s;
}

Log some_log(std::size_t count) {
  Log log;
  Hash previous{};
  for (std::size_t i = 0; i < count; ++i) {
    AuditEntry e;
    e.org.bytes.fill(0x42);
    e.seq = static_cast<std::int64_t>(i) + 1;
    e.at.micros = 1'790'000'000'000'000 + static_cast<std::int64_t>(i);
    e.actor.kind = i % 2 ? "user" : "system";
    e.action = i % 3 ? "dossier.updated" : "REFUSED";
    e.entity_kind = "dossier";
    e.correlation_id = "quotes \" \\ and {[ \u00e9 \u2028 \U0001F600 ,\"org\":\"";
    e.previous = previous;
    if (i % 3)
      e.diff =
          R"([{"op":"replace","path":"/a]}","value":"x\"]},\"header\":{"},{"op":"remove","path":"/\u2028"}])";
    for (std::size_t part = 0; part < i % 4; ++part) {
      e.sealed.emplace_back();
      e.sealed.back().subject.bytes.fill(static_cast<std::uint8_t>(part + 1));
      e.sealed.back().sealed = std::string(28 + i, static_cast<char>(0xF0 + part));
    }
    previous = leaf_hash(e);
    log.entries.push_back(e);
  }
  return log;
}

std::string note_of(const Log& log, std::size_t size) {
  merkle::Frontier frontier;
  for (std::size_t i = 0; i < size; ++i) frontier.append(leaf_hash(log.entries[i]));
  Checkpoint c;
  c.origin = "libatlas/audit/42424242-4242-4242-4242-424242424242";
  c.size = size;
  c.root = frontier.root();
  c.at.micros = 1'790'000'000'000'000;
  return write_checkpoint(c, signer());
}

/// What the verifier answers: its exit code, and what it says.
std::pair<int, std::string> verify(const Directory& dir, const std::string& text, const std::string& note,
                                   const std::string& key) {
  const std::string command = std::string("'") + ATLAS_PYTHON + "' '" + ATLAS_VERIFY_AUDIT + "' '" +
                              dir.write("export", text) + "' '" + dir.write("note", note) + "' '" + key +
                              "' > '" + dir.at("said") + "' 2>&1";
  const int status = std::system(command.c_str());
  return {WEXITSTATUS(status), dir.read("said")};
}

}  // namespace

TEST_CASE("verify: a complete export and its signed checkpoint are verified without the library") {
  const Directory dir;
  const std::string key = verifier_key(signer().name, ed25519_public(signer().seed));
  const Log log = some_log(13);
  for (const std::size_t size : {13, 8, 1, 0}) {
    const auto [code, said] = verify(dir, log.export_text(), note_of(log, size), key);
    INFO(said);
    CHECK(code == 0);
    CHECK(said.starts_with("verified: " + std::to_string(size) + " entries"));
  }
}

TEST_CASE("verify: tampering is named by its line") {
  const Directory dir;
  const std::string key = verifier_key(signer().name, ed25519_public(signer().seed));
  const Log log = some_log(9);
  const std::string note = note_of(log, 9);
  const auto refused = [&](const std::string& text, const std::string& with_note, const std::string& with_key,
                           const std::string& why) {
    const auto [code, said] = verify(dir, text, with_note, with_key);
    INFO(said);
    CHECK(code == 1);
    CHECK(said.find(why) != std::string::npos);
  };
  const auto changed = [&](auto change) {
    Log other = log;
    change(other.entries);
    return other.export_text();
  };
  std::string flipped = log.export_text();
  flipped[flipped.find("REFUSED", flipped.size() / 2)] = 'r';
  refused(flipped, note, key, "entry 7: it was altered");
  refused(log.export_text().substr(0, log.export_text().size() - 1), note, key, "entry 9");
  refused(changed([](auto& e) { e[4].diff = "[]"; }), note, key, "entry 6: it does not follow");
  refused(changed([](auto& e) {
            e[8].sealed.clear();
            e[8].action = "x";
          }),
          note, key, "not those of the checkpoint");
  refused(changed([](auto& e) { e.pop_back(); }), note, key, "ends at entry 8");
  refused(changed([](auto& e) { e.erase(e.begin() + 3); }), note, key, "entry 4");
  refused(changed([](auto& e) { std::swap(e[2], e[3]); }), note, key, "entry 3");
  refused(changed([](auto& e) { e.insert(e.begin() + 2, e[1]); }), note, key, "entry 3");
  refused(changed([](auto& e) { e[0].org.bytes.fill(0x43); }), note, key, "entry 1: it is not of");
  refused("", note, key, "ends at entry 0");
  refused("\n", note, key, "entry 1");
  refused("{\"diff\":" + std::string(100'000, '[') + "\n", note, key, "entry 1");

  // A log written anew from an altered entry is whole in itself; only the signed head tells.
  Log rewritten = log;
  rewritten.entries[5].action = "nothing happened";
  for (std::size_t i = 6; i < rewritten.entries.size(); ++i)
    rewritten.entries[i].previous = leaf_hash(rewritten.entries[i - 1]);
  refused(rewritten.export_text(), note, key, "not those of the checkpoint");

  std::string bad_note = note;
  bad_note[bad_note.find("\n9\n") + 1] = '8';
  refused(log.export_text(), bad_note, key, "signature is wrong");
  refused(log.export_text(), note.substr(0, note.rfind("\u2014")), key, "not signed");
  const Key other = ed25519_public(sha256("another seed"));
  refused(log.export_text(), note, verifier_key(signer().name, other), "not signed");
  refused(log.export_text(), note, verifier_key("someone.else", ed25519_public(signer().seed)), "not signed");
  refused(log.export_text(), note, "nonsense", "NOT VERIFIED");
}
