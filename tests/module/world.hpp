#pragma once
// A small world for module tests: an engine on one backend, two organisations, a user in each role.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "atlas/activities.hpp"
#include "atlas/audit.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/engine.hpp"
#include "atlas/listings.hpp"
#include "atlas/meta.hpp"
#include "atlas/organisations.hpp"
#include "atlas/parties.hpp"
#include "atlas/testing/fakes.hpp"
#include "atlas/users.hpp"
#ifdef ATLAS_WITH_POSTGRES
#include "atlas/postgres_store.hpp"
#endif

namespace atlas::testing {

/// Names of the backends that this run can open; PostgreSQL only beside a server.
inline std::vector<std::string> backends() {
  std::vector<std::string> all{"memory", "sqlite", "sqlcipher"};
#ifdef ATLAS_WITH_POSTGRES
  if (std::getenv("ATLAS_TEST_POSTGRES")) all.emplace_back("postgres");
#endif
  return all;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "atlas-module-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline Options options_of(const std::string& backend, const TemporaryFolder& folder,
                          const std::string& name = "store") {
  Options o;
  o.clock = std::make_shared<FakeClock>();
  if (backend == "memory") o.store = ":memory:";
  if (backend == "sqlite" || backend == "sqlcipher") o.store = folder.file(name + ".db");
  if (backend == "sqlcipher") o.raw_key = Key{1, 2, 3};
#ifdef ATLAS_WITH_POSTGRES
  if (backend == "postgres") {
    static int number = 0;
    const std::string schema = "module_" + std::to_string(::getpid()) + "_" + std::to_string(number++);
    o.make_store = [schema](const StoreOpening& opening) {
      return open_postgres(
          {.connection = std::getenv("ATLAS_TEST_POSTGRES"), .schema = schema, .connections = 12}, opening);
    };
  }
#endif
  return o;
}

struct Agency {
  Uuid org;
  Uuid admin;
  std::map<std::string, Uuid>
      users;  ///< by role: MANAGER, AGENT, OWNER, MODERATOR, AUDITOR; AGENT2 is a second agent
};

struct World {
  explicit World(const std::string& backend_name, const std::function<void(Options&)>& adjust = {})
      : backend(backend_name),
        options(adjusted(options_of(backend, folder), adjust)),
        engine(Options(options)) {
    clock = std::static_pointer_cast<FakeClock>(options.clock);
    one = make_agency("Agence Un");
    two = make_agency("Agence Deux");
  }

  Agency make_agency(const std::string& name) {
    Agency a;
    auto host = engine.host_session();
    const auto created =
        host.call(organisations::create, {.name = name,
                                          .default_country = "MA",
                                          .admin_email = "admin@" + std::to_string(agencies++) + ".example"});
    a.org = created.organisation->id;
    a.admin = created.admin_user_id;
    auto s = engine.session({.org = a.org, .user = a.admin});
    for (const char* role : {"MANAGER", "AGENT", "AGENT2", "OWNER", "MODERATOR", "AUDITOR"}) {
      const std::string code = std::string(role) == "AGENT2" ? "AGENT" : role;
      a.users[role] = s.call(users::create, {.email = std::string(role) + "@example.ma", .roles = {code}}).id;
    }
    return a;
  }

  Session admin() { return engine.session({.org = one.org, .user = one.admin}); }
  Session as(const std::string& role) { return engine.session({.org = one.org, .user = one.users.at(role)}); }
  Session other() { return engine.session({.org = two.org, .user = two.admin}); }

  /// Closes the engine and opens the same store again.
  void reopen() {
    Options again = options;
    engine = Engine(std::move(again));
  }

  static Options adjusted(Options o, const std::function<void(Options&)>& adjust) {
    if (adjust) adjust(o);
    return o;
  }

  std::string backend;
  TemporaryFolder folder;
  Options options;
  Engine engine;
  std::shared_ptr<FakeClock> clock;
  Agency one, two;
  int agencies = 0;
};

inline ErrorCode code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::ok;
}

/// The error that `f` throws; fails the test when it does not.
inline Error error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e;
  }
  FAIL("no error was thrown");
  return Error(ErrorCode::internal, "");
}

inline bool names(const Error& e, const std::string& path, std::string_view code) {
  for (const FieldError& f : e.fields())
    if (f.path == path && f.code == code) return true;
  return false;
}

inline std::string detail_of(const Error& e, std::string_view key) {
  return std::string(e.detail(key).value_or(""));
}

}  // namespace atlas::testing
