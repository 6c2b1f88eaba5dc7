// The guided tour: files of an agency come into an encrypted store, and what is done there can be proved.

#include "demo.hpp"

#include <unistd.h>

#include <csignal>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "atlas/audit.hpp"
#include "atlas/json.hpp"
#include "atlas/organisations.hpp"
#include "atlas/sqlite_store.hpp"
#include "atlas/users.hpp"
#include "commands.hpp"
#include "lines.hpp"
#include "sample_files.hpp"

namespace atlas::cli {
namespace demo {

namespace {

namespace fs = std::filesystem;

constexpr const char* contacts_file = "people.records.csv";
constexpr const char* signer_name = "demo-checkpoints";

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

void hold(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : ending_signals) sigaddset(&signals, signal);
  pthread_sigmask(how, &signals, nullptr);
}

/// examples/data below the present folder, or in the source tree that the command was built in; empty where
/// there is none.
std::string people_folder() {
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const fs::path& place : {fs::path("examples/data"), here / ".." / ".." / ".." / "examples" / "data",
                                here / ".." / "share" / "atlas" / "data"}) {
    if (fs::exists(place / contacts_file, failed)) return place.lexically_normal().string();
  }
  return {};
}

Place make_place(const std::string& given) {
  if (given.empty()) {
    std::string pattern = (fs::temp_directory_path() / "atlas-demo-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw Error(ErrorCode::storage_io, "no temporary folder can be made");
    return {pattern, false};
  }
  std::error_code failed;
  if (!fs::create_directories(given, failed))
    throw Error(ErrorCode::conflict, "the folder must not exist yet").with("folder", given);
  fs::permissions(given, fs::perms::owner_all, failed);
  return {given, true};
}

/// Takes a folder that nobody asked for away again, however the tour ends.
class Cleaning {
 public:
  explicit Cleaning(const Place& place) : place_(place) {}
  ~Cleaning() {
    std::error_code failed;
    if (!place_.kept) fs::remove_all(place_.folder, failed);
  }
  Cleaning(const Cleaning&) = delete;
  Cleaning& operator=(const Cleaning&) = delete;

 private:
  const Place& place_;
};

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

void copy_for_tampering(Engine& engine, const Place& place) {
  engine.backup(place.copy(1));
  for (int i = 2; i <= 4; ++i) {
    fs::copy_file(place.copy(1), place.copy(i));
    fs::copy_file(key_file_path(place.copy(1)), key_file_path(place.copy(i)));
  }
}

/// How the command is called from here.
std::string own_name() {
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  const fs::path near = fs::relative(self, failed);
  if (near.empty() || near.string().size() >= self.string().size()) return self.string();
  return near.has_parent_path() ? near.string() : "./" + near.string();
}

void what_next(Guide& guide, const Place& place, const VerifierKey& key) {
  guide.chapter("What to try next");
  if (!place.kept) {
    guide.line("atlas demo --dir agency           " +
               guide.terminal().ink(Ink::faint, "# the same, and keep the store"));
    guide.line("make run DATA=folder              " +
               guide.terminal().ink(Ink::faint, "# your own .csv and .jsonl files"));
    guide.line("atlas demo-data --out files --leads 100000");
    guide.line("atlas operations                  " +
               guide.terminal().ink(Ink::faint, "# what can be asked"));
    guide.note("# atlas is " + own_name());
    return;
  }
  guide.note("# the key is in the environment, never among the arguments");
  guide.line("export ATLAS_STORE=" + place.store() + " ATLAS_KEY=\"$(cat " + place.key() + ")\"");
  guide.line("alias atlas=" + own_name());
  guide.line();
  guide.line("atlas call dossiers.list '{\"where\": {\"status_code\": \"CRM_VISIT_PLANNED\"}}'");
  guide.line("atlas call listings.list '{\"where\": {\"status_code\": \"ANN_PUBLISHED\"}}'");
  guide.line(
      "atlas call dossiers.create '{\"contact_name\": \"Nadia Amrani\", \"phone\": \"06 12 34 56 78\"}'");
  guide.line("atlas audit verify --records --note " + place.note() + " --key '" +
             verifier_key(key.name, key.public_key) + "'");
  guide.line("atlas operations dossiers.create");
  guide.note("# when done: rm -r " + place.folder);
}

/// The files of the tour: an invented agency's, and the people of the source tree.
std::vector<Source> invented_files(Guide& guide, const Place& place, const sample::Plan& plan,
                                   const std::string& people) {
  fs::create_directories(place.files());
  write_sample_files(guide.terminal(), place.files(), plan);
  std::vector<Source> sources;
  for (const char* name : {"owners", "listings", "leads"})
    sources.push_back({place.files() + "/" + name + ".csv", std::string(name) + ".csv", name});
  if (!people.empty()) sources.push_back({people + "/" + contacts_file, contacts_file, "people"});
  return sources;
}

const Imported* listings_of(const std::vector<Imported>& imported) {
  for (const Imported& one : imported)
    if (one.job.kind == "listings") return &one;
  return nullptr;
}

}  // namespace

Held::Held() { hold(SIG_BLOCK); }
Held::~Held() { hold(SIG_UNBLOCK); }

void Guide::pulse() const {
  sigset_t waiting;
  sigpending(&waiting);
  for (const int signal : ending_signals)
    if (sigismember(&waiting, signal) == 1) throw Error(ErrorCode::cancelled, "the tour was broken off");
}

void Guide::title(std::string_view text, std::string_view below) {
  if (quiet_) return;
  terminal_.out.line("");
  terminal_.out.line("   " + terminal_.ink(Ink::bold, text));
  terminal_.out.line("   " + terminal_.ink(Ink::faint, below));
}

void Guide::chapter(std::string_view title) {
  pulse();
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

void Guide::bars(std::string_view title, const std::vector<std::pair<std::string, std::int64_t>>& counts) {
  if (quiet_ || counts.empty()) return;
  static constexpr std::string_view eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  constexpr std::int64_t widest = 40, parts = std::size(eighths);
  std::int64_t most = 1;
  for (const auto& [name, n] : counts) most = std::max(most, n);
  Table table({std::string(title), "", ""});
  table.align_right(1);
  for (const auto& [name, n] : counts) {
    // Whatever there is at all is seen.
    const std::int64_t length = std::max<std::int64_t>(n > 0, n * widest * parts / most);
    std::string bar;
    for (std::int64_t i = 0; i < length / parts; ++i) bar += "█";
    bar += eighths[length % parts];
    table.row({name, grouped(n), bar});
  }
  table.print(terminal_, "   ");
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

std::string percent(std::int64_t part, std::int64_t whole) {
  const std::int64_t tenths = whole > 0 ? (part * 1000 + whole / 2) / whole : 0;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

std::string several(std::int64_t n, std::string_view one) {
  return grouped(n) + " " + std::string(one) + (n == 1 ? "" : "s");
}

}  // namespace demo

int run_demo(Shell& shell, const DemoOptions& in) {
  using namespace demo;
  shell.terminal.settle(shell.globals.json, shell.globals.no_color, true);
  Guide guide(shell.terminal, shell.globals.json);
  const auto begin = std::chrono::steady_clock::now();
  const bool invented = in.data.empty();
  std::vector<Source> sources;
  if (!invented) sources = files_in(in.data);
  const std::string people = invented ? people_folder() : std::string();
  const Held held;
  const Place place = make_place(in.keep);
  const Cleaning cleaning(place);
  const sample::Plan plan{.seed = 1, .listings = 1'000, .leads = 4'000, .country = std::nullopt};
  const sample::Agency agency(plan);
  guide.fact("store", json_string(place.store()));
  guide.title("A morning at an estate agency", "libatlas " + std::string(version_string()) +
                                                   ": every line below is what the library answered");

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

  guide.chapter(invented ? "The agency's files come in" : "Your files come in");
  std::optional<Session> admin(engine->session({.org = cast.org, .user = cast.admin}));
  if (invented) sources = invented_files(guide, place, plan, people);
  const std::vector<Imported> imported = import_files(guide, *admin, sources);
  const Imported* const listings = listings_of(imported);
  if (invented && listings) import_next_day(guide, *admin, *listings, place, agency);

  guide.chapter("Duplicates met at the door");
  const Known known(*admin);
  if (invented) {
    show_duplicates(guide, known, agency);
    guide.line();
    std::vector<TruthFile> truth{{"leads", place.files() + "/truth_leads.csv"}};
    if (!people.empty()) truth.push_back({"people", people + "/people.pairs.csv"});
    compare_with_truth(guide, known, truth);
  } else {
    guide.line(several(static_cast<std::int64_t>(known.groups().size()), "dossier") +
               " had more than one row of the files come to them.");
  }

  guide.chapter("One listing is published, one is not");
  const std::optional<Uuid> published = show_publishing(guide, *admin);

  guide.chapter("One dossier, to a visit");
  const std::optional<Uuid> chosen = known.choose();
  tampering.dossier = chosen ? *chosen : walk_in(guide, *admin);
  tampering.seq = walk_dossier(guide, *engine, cast, tampering.dossier, published);
  if (invented) replay_histories(guide, *admin, known, agency, tampering.dossier);

  guide.chapter("A proof");
  prove_entry(guide, *admin, tampering.seq);
  guide.line();
  tampering.note = make_checkpoint(guide, *admin, place, key);

  guide.chapter("Tampering");
  copy_for_tampering(*engine, place);
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

  guide.chapter("What the agency has now");
  show_report(guide, *admin, place);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  guide.note("All of it took " + std::to_string(ms / 1000) + "." + std::to_string(ms / 100 % 10) + " s.");
  guide.fact("ms", ms);
  admin.reset();
  engine.reset();

  what_next(guide, place, key);
  if (shell.globals.json) shell.terminal.out.line(guide.facts());
  return guide.well() ? done : not_well;
}

}  // namespace atlas::cli
