// Keys of data subjects: in a file of slots, among processes, through crashes and damage; and as rows of a
// store.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/kv_store.hpp"
#include "atlas/subject_keys.hpp"

namespace {

using namespace atlas;

constexpr Migration migrations[] = {
    {1, "subject keys", "table subject_key secure\n  id blob\n  wrapped blob\n  primary id\n"}};

Key key_of(std::uint8_t byte) {
  Key key;
  key.fill(byte);
  return key;
}
const std::optional<Key> no_key, first_key = key_of(1), second_key = key_of(2);

/// Runs `call` and gives the code it failed with, ok when it did not.
template <class Call>
ErrorCode code_of(Call&& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::ok;
}

bool same(const SubjectKey& a, const SubjectKey& b) { return a.seal == b.seal && a.mac == b.mac; }
bool same(const std::optional<SubjectKey>& a, const SubjectKey& b) { return a && same(*a, b); }

/// A folder of its own, a store to have transactions of, and the file.
struct Bench {
  Bench() {
    char name[] = "vault-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder = std::filesystem::absolute(name);
    path = (folder / "store.keys").string();
    StoreOpening opening;
    opening.migrations = migrations;
    store = open_memory_store(opening);
    tx = begin();
  }
  ~Bench() {
    tx.reset();
    ::chmod(path.c_str(), 0600);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::unique_ptr<WriteTransaction> begin(std::uint8_t org = 1) const {
    auto t = store->write(Durability::fast);
    Uuid id;
    id.bytes.fill(org);
    t->enter(id);
    return t;
  }
  std::unique_ptr<SubjectVault> open(const std::optional<Key>& key = first_key) const {
    return open_file_vault(path, key, system_entropy());
  }
  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<long>(bytes.size()));
  }
  std::vector<Subject> make(SubjectVault& vault, int n) const {
    std::vector<Subject> made;
    for (int i = 0; i < n; ++i) made.push_back(vault.create(*tx));
    return made;
  }
  int found(SubjectVault& vault, const std::vector<Subject>& subjects) const {
    return static_cast<int>(std::count_if(subjects.begin(), subjects.end(),
                                          [&](auto& s) { return same(vault.find(*tx, s.id), s.key); }));
  }

  std::filesystem::path folder;
  std::string path;
  std::unique_ptr<Store> store;
  std::unique_ptr<WriteTransaction> tx;
};

std::size_t slot_at(const Uuid& id) {
  const auto& b = id.bytes;
  const std::size_t slot = std::size_t{b[4]} << 26 | std::size_t{b[5]} << 18 |
                           std::size_t{b[6] & 0x0fu} << 14 | std::size_t{b[7]} << 6 | (b[8] & 0x3fu);
  return 1024 + slot * 96;
}

/// Runs `work` in a process of its own, which writes to the pipe it is given; gives what was written. With
/// `kill_after`, the process is killed once that many bytes came.
template <class Work>
std::string in_process(Work&& work, std::size_t kill_after = 0) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    try {
      work(ends[1]);
    } catch (...) {
      ::_exit(3);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> part;
  bool killed = false;
  for (ssize_t n; (n = ::read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(n));
    if (kill_after != 0 && text.size() >= kill_after && !killed) killed = ::kill(child, SIGKILL) == 0;
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (kill_after != 0)
    REQUIRE((killed && WIFSIGNALED(status)));
  else
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return text;
}

void say(int pipe, const Subject& s) {
  std::array<std::uint8_t, 80> line;
  std::copy(s.id.bytes.begin(), s.id.bytes.end(), line.begin());
  std::copy(s.key.seal.begin(), s.key.seal.end(), line.begin() + 16);
  std::copy(s.key.mac.begin(), s.key.mac.end(), line.begin() + 48);
  if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(4);
}

std::vector<Subject> heard(const std::string& text) {
  std::vector<Subject> all;
  for (std::size_t at = 0; at + 80 <= text.size(); at += 80) {
    Subject s;
    std::memcpy(s.id.bytes.data(), text.data() + at, 16);
    std::memcpy(s.key.seal.data(), text.data() + at + 16, 32);
    std::memcpy(s.key.mac.data(), text.data() + at + 48, 32);
    all.push_back(s);
  }
  return all;
}

}  // namespace

TEST_CASE("The key file keeps what it gave", "[vault]") {
  const Bench b;
  const auto key = GENERATE(as<std::optional<Key>>(), std::nullopt, key_of(1));
  std::vector<Subject> made;
  {
    const auto vault = b.open(key);
    made = b.make(*vault, 700);  // three blocks
    CHECK(b.found(*vault, made) == 700);
  }
  std::set<Uuid> ids;
  std::set<Key> keys;
  for (const Subject& s : made) {
    ids.insert(s.id);
    keys.insert(s.key.seal);
    keys.insert(s.key.mac);
    CHECK(s.id.bytes[6] >> 4 == 8);
    CHECK(s.id.bytes[8] >> 6 == 2);
  }
  CHECK(ids.size() == 700);
  CHECK(keys.size() == 1400);
  CHECK(std::is_sorted(made.begin(), made.end(), [](auto& x, auto& y) { return x.id < y.id; }));

  const auto vault = b.open(key);
  CHECK(b.found(*vault, made) == 700);
  struct stat status {};
  REQUIRE(::stat(b.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  // Unused slots were given back; none of the keys lies in the file.
  const std::string file = b.content();
  CHECK(file.size() == 1024 + 700 * 96);
  CHECK(file.find(std::string(made[5].key.seal.begin(), made[5].key.seal.end())) == std::string::npos);
  CHECK(file.substr(0, 512) == std::string(512, '\0'));

  const auto other = b.make(*vault, 1);
  CHECK(slot_at(other[0].id) == 1024 + 700 * 96);
}

TEST_CASE("An id that the vault did not give finds nothing and destroys nothing", "[vault]") {
  const Bench b;
  const auto vault = b.open();
  const Subject s = vault->create(*b.tx);
  CHECK_FALSE(vault->find(*b.tx, Uuid{}));
  for (std::size_t byte = 0; byte < 16; ++byte) {
    for (const unsigned bit : {0x01u, 0x80u}) {
      Uuid other = s.id;
      other.bytes[byte] = static_cast<std::uint8_t>(other.bytes[byte] ^ bit);
      CHECK_FALSE(vault->find(*b.tx, other));
      vault->destroy(*b.tx, other);
    }
  }
  Uuid far = s.id;  // a slot far behind the end of the file
  far.bytes[4] = 0xff;
  CHECK_FALSE(vault->find(*b.tx, far));
  CHECK(same(vault->find(*b.tx, s.id), s.key));
}

TEST_CASE("A destroyed key is gone from the file, for every process at once", "[vault]") {
  const Bench b;
  const auto vault = b.open(), second = b.open();
  const auto made = b.make(*vault, 3);
  CHECK(b.found(*second, made) == 3);  // now in its memory too
  const std::string before = b.content().substr(slot_at(made[1].id), 96);
  vault->destroy(*b.tx, made[1].id);
  const auto third = b.open();
  for (SubjectVault* v : {vault.get(), second.get(), third.get()}) {
    CHECK_FALSE(v->find(*b.tx, made[1].id));
    CHECK(b.found(*v, {made[0], made[2]}) == 2);
  }
  const std::string slot = b.content().substr(slot_at(made[1].id), 96);
  CHECK(before[0] == 1);
  CHECK(slot == std::string(1, '\2') + std::string(95, '\0'));
  CHECK(b.content().find(before.substr(4, 16)) == std::string::npos);
  vault->destroy(*b.tx, made[1].id);
  CHECK_FALSE(vault->find(*b.tx, made[1].id));
  CHECK(b.found(*vault, {made[0], made[2]}) == 2);
}

TEST_CASE("A key is needed, the right one, and is never ignored", "[vault]") {
  const Bench b;
  const auto make = [&](const std::optional<Key>& key) { return b.make(*b.open(key), 1); };
  SECTION("wrapped") {
    const auto made = make(first_key);
    const std::string file = b.content();
    CHECK(code_of([&] { b.open(second_key); }) == ErrorCode::storage_wrong_key);
    CHECK(code_of([&] { b.open(no_key); }) == ErrorCode::storage_wrong_key);
    CHECK(b.content() == file);
    CHECK(b.found(*b.open(first_key), made) == 1);
  }
  SECTION("in the clear") {
    const auto made = make(no_key);
    CHECK(code_of([&] { b.open(first_key); }) == ErrorCode::storage_wrong_key);
    CHECK(code_of([&] { b.open(Key{}); }) == ErrorCode::storage_wrong_key);
    CHECK(b.found(*b.open(no_key), made) == 1);
  }
}

TEST_CASE("The bytes of the key file are those of docs/format.md", "[vault]") {
  const Bench b;
  const std::optional<Key> key = GENERATE(as<std::optional<Key>>(), std::nullopt, key_of(1));
  const auto made = b.make(*b.open(key), 300);
  const std::string file = b.content(), identity = file.substr(512, 16), copy = file.substr(528, 64);
  CHECK(identity.substr(0, 12) == std::string("ATLASVLT\0\0\0\1", 12));
  CHECK(copy.substr(0, 4) == std::string(1, key ? '\1' : '\2') + std::string(3, '\0'));
  CHECK(file.substr(592, 432) == std::string(432, '\0'));

  const Key given = key.value_or(Key{});
  const Key wrapping = hkdf({reinterpret_cast<const char*>(given.data()), given.size()}, identity,
                            "atlas key file wrapping 1");
  const auto vault_key = unseal(wrapping, copy.substr(4), identity + copy[0]);
  REQUIRE(vault_key);
  Key opened;
  std::copy(vault_key->begin(), vault_key->end(), opened.begin());
  for (const std::size_t n : {0u, 1u, 299u}) {
    const Subject& s = made[n];
    const std::string slot = file.substr(1024 + 96 * n, 96);
    CHECK(slot.substr(0, 4) == std::string("\1\0\0\0", 4));
    const std::string number{0, 0, 0, 0, 0, 0, static_cast<char>(n >> 8), static_cast<char>(n & 0xff)};
    const auto seed = unseal(opened, slot.substr(4), identity + number);
    REQUIRE(seed);
    CHECK(seed->substr(0, 32) == std::string(s.key.seal.begin(), s.key.seal.end()));
    CHECK(seed->substr(32) == std::string(s.key.mac.begin(), s.key.mac.end()));
    CHECK(slot_at(s.id) == 1024 + 96 * n);
    CHECK(s.id.view().substr(0, 4) == identity.substr(12));
    CHECK(s.id.view().substr(9) == slot.substr(4, 7));
  }
}

TEST_CASE("Rewrapping changes the key and loses nothing wherever it stops", "[vault]") {
  const Bench b;
  using Change = std::pair<std::optional<Key>, std::optional<Key>>;
  const Change change = GENERATE(as<Change>(), Change{key_of(1), key_of(2)}, Change{std::nullopt, key_of(2)},
                                 Change{key_of(1), std::nullopt});
  const std::optional<Key>&from = change.first, &to = change.second;
  const std::optional<Key> third = key_of(3);
  const auto made = b.make(*b.open(from), 5);
  const std::string original = b.content();

  CHECK(code_of([&] { prepare_vault_rewrap(b.path, third, to, system_entropy()); }) ==
        ErrorCode::storage_wrong_key);
  CHECK(code_of([&] { finish_vault_rewrap(b.path, to); }) == ErrorCode::storage_wrong_key);
  CHECK(b.found(*b.open(from), made) == 5);

  prepare_vault_rewrap(b.path, from, third, system_entropy());  // given up
  prepare_vault_rewrap(b.path, from, to, system_entropy());
  const std::string prepared = b.content();
  prepare_vault_rewrap(b.path, from, to, system_entropy());  // done before
  CHECK(b.content() == prepared);
  CHECK(b.found(*b.open(from), made) == 5);
  CHECK(b.found(*b.open(to), made) == 5);
  CHECK(code_of([&] { b.open(third); }) == ErrorCode::storage_wrong_key);

  finish_vault_rewrap(b.path, to);
  finish_vault_rewrap(b.path, to);
  CHECK(b.found(*b.open(to), made) == 5);
  CHECK(code_of([&] { b.open(from); }) == ErrorCode::storage_wrong_key);

  // A write of either step that tears anywhere leaves the copy that stands.
  const std::string finished = b.content();
  for (std::size_t n = 0; n <= 160; n += 5) {
    b.put(original.substr(0, 512) + prepared.substr(512, n) + original.substr(512 + n));
    CHECK(b.found(*b.open(from), made) == 5);
    b.put(prepared.substr(0, 512) + finished.substr(512, n) + prepared.substr(512 + n));
    CHECK(b.found(*b.open(to), made) == 5);
  }
}

TEST_CASE("Rewrapping where there is no vault does nothing", "[vault]") {
  const Bench b;
  prepare_vault_rewrap(b.path, no_key, first_key, system_entropy());
  finish_vault_rewrap(b.path, first_key);
  CHECK_FALSE(std::filesystem::exists(b.path));
  b.put(std::string(512, 'K'));
  prepare_vault_rewrap(b.path, no_key, first_key, system_entropy());
  finish_vault_rewrap(b.path, first_key);
  CHECK(b.content() == std::string(512, 'K'));
}

TEST_CASE("The header of the store's key check is left alone", "[vault]") {
  const Bench b;
  const std::string check(512, 'K');
  b.put(check);
  const auto made = b.make(*b.open(), 2);
  CHECK(b.content().substr(0, 512) == check);
  std::string file = b.content();
  b.put(std::string(512, 'Q') + file.substr(512));
  CHECK(b.found(*b.open(), made) == 2);
}

TEST_CASE("A vault whose making was cut short is made anew", "[vault]") {
  const Bench b;
  b.open();
  const std::string whole = b.content();
  REQUIRE(whole.size() == 1024);
  const std::string no_magic = whole.substr(0, 512) + std::string(8, '\0') + whole.substr(520);
  for (const std::size_t size : {0u, 100u, 512u, 530u, 700u, 1023u, 1024u}) {
    b.put(no_magic.substr(0, size));
    const auto made = b.make(*b.open(second_key), 1);
    CHECK(b.found(*b.open(second_key), made) == 1);
  }
}

TEST_CASE("Damage is told from a wrong key, and stays where it is", "[vault]") {
  const Bench b;
  std::vector<Subject> made = b.make(*b.open(no_key), 3);
  const std::string whole = b.content();
  const auto with = [&](std::size_t at, char bits) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ bits);
    b.put(bytes);
  };
  const auto opens = [&] { return code_of([&] { b.open(no_key); }); };
  for (std::size_t at = 512; at < 512 + 80; ++at) {
    with(at, 0x20);
    const ErrorCode code = opens();
    INFO(at);
    if (at >= 520 && at < 524)
      CHECK(code == ErrorCode::storage_newer_version);
    else if (at >= 512 + 17 && at < 512 + 20)
      CHECK(code == ErrorCode::ok);  // reserved
    else
      CHECK(code == ErrorCode::storage_corrupt);
  }
  // A lost magic beside slots must never be taken for an empty file.
  b.put(whole.substr(0, 512) + std::string(512, '\0') + whole.substr(1024));
  CHECK(opens() == ErrorCode::storage_corrupt);

  const std::size_t slot = slot_at(made[1].id);
  for (std::size_t at = slot; at < slot + 96; ++at) {
    with(at, 0x20);
    const auto vault = b.open(no_key);
    INFO(at - slot);
    CHECK(b.found(*vault, {made[0], made[2]}) == 2);
    std::optional<SubjectKey> found;
    const ErrorCode code = code_of([&] { found = vault->find(*b.tx, made[1].id); });
    const std::size_t byte = at - slot;
    if (byte >= 1 && byte < 4)
      CHECK(same(found, made[1].key));  // reserved
    else if (byte >= 4 && byte < 11)
      CHECK((code == ErrorCode::ok && !found));  // no longer this subject's
    else
      CHECK(code == ErrorCode::storage_corrupt);
  }
  // A slot copied over another does not open there, nor does one that moved.
  std::string swapped = whole;
  swapped.replace(slot, 96, whole.substr(slot_at(made[0].id), 96));
  b.put(swapped);
  CHECK_FALSE(b.open(no_key)->find(*b.tx, made[1].id));
  Uuid forged = made[1].id;
  std::copy_n(made[0].id.bytes.begin() + 9, 7, forged.bytes.begin() + 9);
  CHECK(code_of([&] { b.open(no_key)->find(*b.tx, forged); }) == ErrorCode::storage_corrupt);
}

TEST_CASE("A torn block is stepped over", "[vault]") {
  const Bench b;
  const auto before = b.make(*b.open(), 2);
  const std::string whole = b.content();
  for (const std::size_t torn : {1u, 95u, 96u, 97u, 1000u}) {
    b.put(whole + std::string(torn, '\7'));
    const auto vault = b.open();
    const auto after = b.make(*vault, 300);
    CHECK(b.found(*vault, before) == 2);
    CHECK(b.found(*b.open(), after) == 300);
    CHECK(slot_at(after[0].id) >= whole.size() + torn);
  }
}

TEST_CASE("No room: nothing is given, nothing is left, and it goes on when there is room", "[vault]") {
  const Bench b;
  const std::string ids = in_process([&](int pipe) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto vault = b.open();
    rlimit limit{10'000, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(5);
    if (code_of([&] { vault->create(*b.tx); }) != ErrorCode::storage_full) ::_exit(6);
    if (b.content().size() != 1024) ::_exit(7);
    limit.rlim_cur = RLIM_INFINITY;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(8);
    say(pipe, vault->create(*b.tx));
  });
  const auto made = heard(ids);
  CHECK(made.size() == 1);
  CHECK(b.found(*b.open(), made) == 1);
}

TEST_CASE("What cannot be a key file is refused by its own code", "[vault]") {
  const Bench b;
  SECTION("a folder that is not there") {
    CHECK(code_of([&] {
            open_file_vault((b.folder / "no" / "store.keys").string(), no_key, system_entropy());
          }) == ErrorCode::storage_io);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(b.path.c_str(), 0600) == 0);
    CHECK(code_of([&] { b.open(); }) == ErrorCode::storage_not_a_store);
  }
  SECTION("removed while open") {
    const auto vault = b.open();
    std::filesystem::remove(b.path);
    CHECK(code_of([&] { vault->create(*b.tx); }) == ErrorCode::storage_io);
  }
}

TEST_CASE("A vault waits for another process that holds the file", "[vault]") {
  const Bench b;
  b.open();
  const int held = ::open(b.path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(held, LOCK_EX) == 0);
  std::atomic<bool> opened = false;
  std::thread other([&] {
    b.open();
    opened = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK_FALSE(opened);
  ::close(held);
  other.join();
  CHECK(opened);
}

TEST_CASE("A key file that may not be written can still be read", "[vault]") {
  const Bench b;
  const auto made = b.make(*b.open(), 2);
  // Permissions do not bind the superuser: another user looks.
  const std::string answer = in_process([&](int pipe) {
    if (::geteuid() == 0) {
      ::chmod(b.folder.c_str(), 0755);
      if (::chown(b.path.c_str(), 65534, 65534) != 0 || ::chmod(b.path.c_str(), 0400) != 0 ||
          ::setgid(65534) != 0 || ::setuid(65534) != 0)
        ::_exit(5);
    } else {
      ::chmod(b.path.c_str(), 0400);
    }
    const auto vault = b.open();
    std::string text;
    text += b.found(*vault, made) == 2 ? "found " : "lost ";
    text += code_of([&] { vault->create(*b.tx); }) == ErrorCode::storage_read_only ? "refused " : "made ";
    text += code_of([&] { vault->destroy(*b.tx, made[0].id); }) == ErrorCode::storage_read_only ? "refused"
                                                                                                : "gone";
    if (::write(pipe, text.data(), text.size()) < 0) ::_exit(6);
  });
  CHECK(answer == "found refused refused");
}

TEST_CASE("Two processes share the file", "[vault]") {
  const Bench b;
  const auto mine = b.open();
  std::vector<Subject> own = b.make(*mine, 100);
  std::vector<Subject> theirs;
  for (int round = 0; round < 3; ++round) {
    const auto more = heard(in_process([&](int pipe) {
      const auto vault = b.open();
      for (int i = 0; i < 300; ++i) say(pipe, vault->create(*b.tx));
      if (b.found(*vault, own) != static_cast<int>(own.size())) ::_exit(5);
    }));
    CHECK(more.size() == 300);
    theirs.insert(theirs.end(), more.begin(), more.end());
    const auto next = b.make(*mine, 200);
    own.insert(own.end(), next.begin(), next.end());
  }
  CHECK(b.found(*mine, theirs) == 900);
  CHECK(b.found(*b.open(), own) == 700);
  std::set<Uuid> ids;
  for (const auto* all : {&own, &theirs})
    for (const Subject& s : *all) ids.insert(s.id);
  CHECK(ids.size() == 1600);
}

TEST_CASE("A process killed at any moment takes no key along that it gave", "[vault]") {
  const Bench b;
  std::vector<Subject> all;
  for (std::size_t round = 1; round <= 10; ++round) {
    const auto told = heard(in_process(
        [&](int pipe) {
          const auto vault = b.open();
          for (;;) say(pipe, vault->create(*b.tx));
        },
        round * 7'000));
    all.insert(all.end(), told.begin(), told.end());
    const auto vault = b.open();
    CHECK(b.found(*vault, all) == static_cast<int>(all.size()));
    all.push_back(vault->create(*b.tx));
  }
  std::set<Uuid> ids;
  for (const Subject& s : all) ids.insert(s.id);
  CHECK(ids.size() == all.size());
}

TEST_CASE("Many threads share a vault", "[vault]") {
  const Bench b;
  const auto vault = b.open();
  std::array<std::vector<Subject>, 4> made;
  std::array<int, 4> lost{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < made.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 400; ++i) {
        made[t].push_back(vault->create(*b.tx));
        const Subject& s = made[t][static_cast<std::size_t>(i / 2)];
        const auto found = vault->find(*b.tx, s.id);
        if (i % 3 == 0 && found) vault->destroy(*b.tx, s.id);
        if (found && !same(*found, s.key)) ++lost[t];
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(lost == std::array<int, 4>{});
  std::set<Uuid> ids;
  for (const auto& some : made)
    for (const Subject& s : some) ids.insert(s.id);
  CHECK(ids.size() == 1600);
}

TEST_CASE("Keys as rows of the store", "[vault]") {
  Bench b;
  const TableId table = b.store->catalog().id("subject_key");
  const auto key = GENERATE(as<std::optional<Key>>(), std::nullopt, key_of(1));
  const auto vault = make_store_vault(table, key, system_entropy());
  const auto made = b.make(*vault, 20);
  CHECK(b.found(*vault, made) == 20);
  CHECK(std::is_sorted(made.begin(), made.end(), [](auto& x, auto& y) { return x.id < y.id; }));
  CHECK_FALSE(vault->find(*b.tx, Uuid{}));
  b.tx->commit();
  b.tx.reset();
  b.tx = b.begin();

  std::vector<std::string> rows;
  for (const Subject& s : made) {
    const Value primary[] = {Value::id(s.id)};
    REQUIRE(b.tx->get(table, primary, [&](RowView row) { rows.emplace_back(row[1].bytes()); }));
  }
  const std::string raw(made[0].key.seal.begin(), made[0].key.seal.end());
  CHECK((rows[0].find(raw) == std::string::npos) == key.has_value());
  CHECK(rows[0].size() == (key ? 93u : 65u));

  const auto again = make_store_vault(table, key, system_entropy());
  CHECK(b.found(*again, made) == 20);
  again->destroy(*b.tx, made[3].id);
  again->destroy(*b.tx, made[3].id);
  CHECK_FALSE(vault->find(*b.tx, made[3].id));
  CHECK(b.found(*again, made) == 19);
  CHECK(same(again->find(*b.tx, made[4].id), made[4].key));

  // With another key, or none, or one where none is needed.
  for (const auto& other : {no_key, first_key, second_key}) {
    if (other == key) continue;
    const auto wrong = make_store_vault(table, other, system_entropy());
    CHECK(code_of([&] { wrong->find(*b.tx, made[4].id); }) == ErrorCode::storage_wrong_key);
  }
  // Damaged rows, and one laid over another.
  const auto put = [&](const std::string& bytes) {
    const Value primary[] = {Value::id(made[5].id)}, values[] = {Value::blob(bytes)};
    const unsigned columns[] = {1};
    REQUIRE(b.tx->update(table, primary, columns, values));
    return code_of([&] { vault->find(*b.tx, made[5].id); });
  };
  CHECK(put("") == ErrorCode::storage_corrupt);
  CHECK(put("\7" + rows[5].substr(1)) == ErrorCode::storage_corrupt);
  const ErrorCode damaged = key ? ErrorCode::storage_wrong_key : ErrorCode::storage_corrupt;
  CHECK(put(rows[5].substr(0, 60)) == damaged);
  CHECK(put(rows[5] + "x") == damaged);
  if (key) CHECK(put(rows[6]) == damaged);
  CHECK(put(rows[5]) == ErrorCode::ok);

  // Of its transaction: what is rolled back never was; another organisation sees none of it.
  const Subject lost = vault->create(*b.tx);
  b.tx.reset();
  b.tx = b.begin();
  CHECK_FALSE(vault->find(*b.tx, lost.id));
  CHECK(same(vault->find(*b.tx, made[3].id), made[3].key));
  b.tx.reset();
  b.tx = b.begin(2);
  CHECK_FALSE(vault->find(*b.tx, made[4].id));
}
