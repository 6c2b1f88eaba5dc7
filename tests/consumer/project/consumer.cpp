// A host in C++: writes one organisation into a plain store and into one with a key, and sees that the key is
// asked for. Built with WITH_SQLITE it also uses the system's SQLite, as many hosts do.
#include <atlas/engine.hpp>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#ifdef WITH_SQLITE
#include <sqlite3.h>
#endif

namespace {

void write_store(const std::string& path, std::optional<std::string> passphrase) {
  atlas::Engine engine = atlas::open({.store = path, .passphrase = std::move(passphrase)});
  engine.host_session().call_json("organisations.create",
                                  R"({"name": "Zineb Consumer", "admin_email": "zineb@example.org"})");
  const auto organisations = engine.organisations();
  if (organisations.size() != 1 || organisations[0].name != "Zineb Consumer")
    throw std::runtime_error("the organisation is not there");
}

bool refuses(const std::string& path, std::optional<std::string> passphrase) {
  try {
    atlas::open({.store = path, .passphrase = std::move(passphrase)});
    return false;
  } catch (const atlas::Error& error) {
    return error.code() == atlas::ErrorCode::storage_wrong_key;
  }
}

}  // namespace

int main() {
  try {
#ifdef WITH_SQLITE
    sqlite3* host = nullptr;
    if (sqlite3_open("host.db", &host) != SQLITE_OK ||
        sqlite3_exec(host, "CREATE TABLE IF NOT EXISTS t(x)", nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error("the host's own database failed");
    std::cout << "host's SQLite: " << sqlite3_libversion() << '\n';
#endif
    write_store("plain.db", {});
    write_store("sealed.db", "a passphrase of the test");
    if (!refuses("sealed.db", "another passphrase") || !refuses("sealed.db", {}))
      throw std::runtime_error("a store with a key opens without it");
    std::cout << "atlas " << atlas::version_string() << '\n';
#ifdef WITH_SQLITE
    sqlite3_close(host);
#endif
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
