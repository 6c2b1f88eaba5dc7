// The guided tour: contacts become dossiers in an encrypted store, and what is done to them can be proved.

#include "demo.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "atlas/audit.hpp"
#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "atlas/sqlite_store.hpp"
#include "atlas/users.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace demo {

namespace {

namespace fs = std::filesystem;

constexpr const char* contacts_file = "people.records.csv";
constexpr const char* signer_name = "demo-checkpoints";

/// The folder of the contacts: as given, below the present folder, or in the source tree that the command was
/// built in.
std::string find_data(const std::string& given) {
  std::error_code failed;
  std::vector<fs::path> places{given};
  if (given.empty()) {
    const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
    places = {"examples/data", here / ".." / ".." / ".." / "examples" / "data",
              here / ".." / "share" / "atlas" / "data"};
  }
  for (const fs::path& place : places) {
    if (fs::exists(place / contacts_file, failed)) return place.lexically_normal().string();
  }
  throw Error(ErrorCode::not_found,
              std::string("there is no ") + contacts_file + "; name its folder with --data");
}

Place make_place(const std::string& given) {
  if (given.empty()) {
    std::string pattern = (fs::temp_directory_path() / "atlas-demo-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw Error(ErrorCode::storage_io, "no temporary folder can be made");
    return {pattern};
  }
  std::error_code failed;
  if (!fs::create_directories(given, failed))
    throw Error(ErrorCode::conflict, "the folder must not exist yet").with("folder", given);
  fs::permissions(given, fs::perms::owner_all, failed);
  return {given};
}

/// 32 random bytes as hexadecimal digits, also written into a file that only its owner reads.
std::string make_secret(const std::string& path) {
  Key bytes{};
  system_entropy().fill(bytes);
  std::string text = hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  wipe(bytes.data(), bytes.size());
  write_private_file(path, text + "\n");
  return text;
}

CheckpointSigner make_signer(const Place& place) {
  std::string text = make_secret(place.signing_key());
  const auto bytes = unhex(text).value_or("");
  wipe(text.data(), text.size());
  CheckpointSigner signer{signer_name, {}};
  std::copy(bytes.begin(), bytes.end(), signer.seed.begin());
  return signer;
}

Cast make_cast(Engine& engine) {
  organisations::Create in;
  in.name = "Agence Atlas";
  in.admin_email = "admin@agence-atlas.example";
  const organisations::Created made = engine.host_session().call(organisations::create, in);
  Cast cast;
  cast.org = made.organisation->id;
  cast.admin = made.admin_user_id;
  users::Create agent;
  agent.email = "agent@agence-atlas.example";
  agent.roles = {"AGENT"};
  cast.agent = engine.session({.org = cast.org, .user = cast.admin}).call(users::create, agent).id;
  return cast;
}

void show_encryption(Guide& guide, const Place& place) {
  const std::string head = read_whole(place.store(), std::size_t{1} << 32).substr(0, 15);
  guide.verdict(head != "SQLite format 3",
                "the file does not begin like a database: " + hex(head).substr(0, 16) + "…");
  Options wrong;
  wrong.store = place.store();
  wrong.passphrase = "not the key";
  wrong.create = false;
  try {
    const Engine engine(std::move(wrong));
    guide.verdict(false, "it opens with another key");
  } catch (const Error& error) {
    guide.verdict(error.code() == ErrorCode::storage_wrong_key,
                  "another key is refused: " + std::string(error_info(error.code()).text));
  }
}

/// A dossier that was met again, so that its timeline has something to tell.
Uuid choose_dossier(const Import& import) {
  for (const Outcome& outcome : import.outcomes) {
    if (outcome.dossier && !outcome.opened && outcome.matched_on.size() == 2) return *outcome.dossier;
  }
  for (const Outcome& outcome : import.outcomes) {
    if (outcome.dossier) return *outcome.dossier;
  }
  throw Error(ErrorCode::invalid_argument, "the file has no contact that can be reached");
}

void copy_for_tampering(Engine& engine, const Place& place) {
  engine.backup(place.copy(1));
  for (int i = 2; i <= 4; ++i) {
    fs::copy_file(place.copy(1), place.copy(i));
    fs::copy_file(key_file_path(place.copy(1)), key_file_path(place.copy(i)));
  }
}

void what_next(Guide& guide, const Place& place, const VerifierKey& key) {
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  const fs::path near = fs::relative(self, failed);
  const std::string atlas =
      !near.empty() && near.string().size() < self.string().size() ? near.string() : self.string();
  guide.chapter("What to try next");
  guide.note("# the key is in the environment, never among the arguments");
  guide.line("export ATLAS_STORE=" + place.store() + " ATLAS_KEY=\"$(cat " + place.key() + ")\"");
  guide.line("alias atlas=" + atlas);
  guide.line();
  guide.line("atlas call dossiers.list '{\"where\": {\"status_code\": \"CRM_QUALIFIED\"}}'");
  guide.line(
      "atlas call dossiers.create '{\"contact_name\": \"Nadia Amrani\", \"phone\": \"06 12 34 56 78\"}'");
  guide.line("atlas audit verify --records --note " + place.note() + " --key '" +
             verifier_key(key.name, key.public_key) + "'");
  guide.line("atlas operations            " + guide.terminal().ink(Ink::faint, "# what can be asked"));
  guide.line("atlas operations dossiers.create");
  guide.note("# when done: rm -r " + place.folder);
}

}  // namespace

void Guide::chapter(std::string_view title) {
  if (quiet_) return;
  terminal_.out.line("");
  terminal_.out.line(terminal_.ink(Ink::blue, std::to_string(++chapter_) + "  ") +
                     terminal_.ink(Ink::bold, title));
  terminal_.out.line("");
  terminal_.out.flush();
}

void Guide::line(std::string_view text) {
  if (!quiet_) terminal_.out.line(text.empty() ? std::string() : "   " + std::string(text));
}

void Guide::note(std::string_view text) {
  if (!quiet_) terminal_.out.line("   " + terminal_.ink(Ink::faint, text));
}

void Guide::table(const Table& table) {
  if (!quiet_ && !table.empty()) table.print(terminal_, "   ");
}

void Guide::verdict(bool good, std::string_view text) {
  well_ = well_ && good;
  if (!quiet_) {
    terminal_.out.line("   " + (good ? terminal_.ink(Ink::green, "✓ ") : terminal_.ink(Ink::red, "✗ ")) +
                       std::string(text));
  }
}

std::string Guide::facts() const {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("ok").boolean(well_);
  for (const auto& [name, value] : facts_) writer.key(name).raw(value);
  writer.end_object();
  return json;
}

}  // namespace demo

int run_demo(Shell& shell, const DemoOptions& in) {
  using namespace demo;
  shell.terminal.settle(shell.globals.json, shell.globals.no_color, true);
  Guide guide(shell.terminal, shell.globals.json);
  const std::string data = find_data(in.data);
  std::vector<Contact> contacts = read_contacts(data + "/" + contacts_file);
  const Place place = make_place(in.keep);
  guide.fact("store", json_string(place.store()));

  guide.chapter("An encrypted store");
  Tampering tampering;
  tampering.place = place;
  tampering.passphrase = make_secret(place.key());
  const CheckpointSigner signer = make_signer(place);
  const VerifierKey key{signer.name, ed25519_public(signer.seed)};
  std::optional<Engine> engine(
      std::in_place,
      Options{.store = place.store(), .passphrase = tampering.passphrase, .checkpoint_signer = signer});
  const Cast cast = make_cast(*engine);
  guide.line(place.store() + ": an organisation, its administrator, an agent.");
  show_encryption(guide, place);

  guide.chapter(grouped(static_cast<std::int64_t>(contacts.size())) + " contacts become dossiers");
  std::optional<Session> admin(engine->session({.org = cast.org, .user = cast.admin}));
  const Import import = open_dossiers(guide, *admin, std::move(contacts));

  guide.chapter("Duplicates met at the door");
  show_duplicates(guide, import, data);

  guide.chapter("One dossier");
  tampering.dossier = choose_dossier(import);
  tampering.seq = walk_dossier(guide, *engine, cast, tampering.dossier);

  guide.chapter("A proof");
  prove_entry(guide, *admin, tampering.seq);
  guide.line();
  tampering.note = make_checkpoint(guide, *admin, place, key);

  guide.chapter("Tampering");
  copy_for_tampering(*engine, place);
  admin.reset();
  engine.reset();
  // The keys of persons are never in a backup; comparing records needs them.
  std::filesystem::copy_file(key_file_path(place.store()), key_file_path(place.copy(3)),
                             std::filesystem::copy_options::overwrite_existing);
  tampering.org = cast.org;
  tampering.key = key;
  tamper(guide, tampering);
  for (int i = 1; i <= 4; ++i) {
    for (const char* ending : {"", ".keys", "-wal", "-shm"}) std::filesystem::remove(place.copy(i) + ending);
  }
  wipe(tampering.passphrase.data(), tampering.passphrase.size());

  what_next(guide, place, key);
  if (shell.globals.json) shell.terminal.out.line(guide.facts());
  return guide.well() ? done : not_well;
}

}  // namespace atlas::cli
