#pragma once
// What every command stands on: the global options, the store, the session, the way results are shown.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/engine.hpp"
#include "terminal.hpp"

namespace atlas::cli {

/// What the command exits with; docs/guide/command-line.md tells them to people.
enum Exit : int { done = 0, failed = 1, usage = 2, not_well = 3, no_store = 4 };

/// The command line asks for something that cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The store could not be opened.
struct StoreError {
  Error cause;
};

/// Options that stand before any command.
struct Globals {
  std::string store;
  std::string key_env;
  std::string org;
  std::string user;
  std::vector<std::string> roles;
  std::string transports;  ///< settings of the library's own transports; "" = nothing is sent
  bool json = false;
  bool no_color = false;
};

/// A passphrase or a raw key, wiped when it goes.
struct Secret {
  Secret() = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret();
  std::optional<std::string> passphrase;
  std::optional<Key> raw;
};

/// The key in the environment variable `name`: a passphrase, or `raw:` and 64 hexadecimal digits. The
/// variable is removed, so that no process started later inherits it. Throws UsageError when it is not set or
/// no key.
Secret key_from_environment(const std::string& name);

class Shell {
 public:
  Globals globals;
  Terminal terminal;

  /// Options for the store at hand, its key included; they never create nor migrate unless the caller says
  /// so.
  Options options();
  /// Opens the store. Throws StoreError.
  Engine open(Options options);
  Engine open() { return open(options()); }

  /// The organisation that --org names, or the only one.
  Uuid organisation(Engine& engine) const;
  /// The session that --org, --user and --roles describe; without a user the system's.
  Session session(Engine& engine) const;

  /// Shows a result: as one line of JSON, or readably on a terminal.
  void show(std::string_view json);

 private:
  void check_principal() const;
};

/// Renders an operation's result for people: `items` as a table, anything else member by member.
void render(Terminal& terminal, std::string_view json);

/// Renders an error object for people, on standard error.
void render_error(Terminal& terminal, const Error& error);

}  // namespace atlas::cli
