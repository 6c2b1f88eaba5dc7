#include "shell.hpp"

#include <cstdlib>
#include <cstring>

#include "atlas/own_transports.hpp"

namespace atlas::cli {
namespace {

constexpr std::string_view raw_prefix = "raw:";
constexpr const char* default_key_variable = "ATLAS_KEY";

}  // namespace

Secret::~Secret() {
  if (passphrase) wipe(passphrase->data(), passphrase->size());
  if (raw) wipe(raw->data(), raw->size());
}

Secret key_from_environment(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (!value || !*value) throw UsageError("the environment variable " + name + " holds no key");
  Secret secret;
  const std::string_view text(value);
  if (text.starts_with(raw_prefix)) {
    auto bytes = unhex(text.substr(raw_prefix.size()));
    if (!bytes || bytes->size() != sizeof(Key)) {
      throw UsageError("the raw key in " + name + " is not 64 hexadecimal digits");
    }
    std::memcpy(secret.raw.emplace().data(), bytes->data(), sizeof(Key));
    wipe(bytes->data(), bytes->size());
  } else {
    secret.passphrase = text;
  }
  wipe(value, std::strlen(value));
  ::unsetenv(name.c_str());
  return secret;
}

Options Shell::options() {
  std::string store = globals.store;
  if (const char* from = std::getenv("ATLAS_STORE"); store.empty() && from) store = from;
  if (store.empty()) throw UsageError("which store? Name it with --store PATH or in ATLAS_STORE");
  Options options;
  options.store = store;
  options.create = false;
  const char* usual = std::getenv(default_key_variable);
  const bool given = !globals.key_env.empty();
  if (given || (usual && *usual)) {
    Secret secret = key_from_environment(given ? globals.key_env : default_key_variable);
    options.passphrase = std::move(secret.passphrase);
    options.raw_key = secret.raw;
  }
  if (!globals.transports.empty()) {
    auto transports = std::make_shared<Transports>();
    try {
      add_own_transports(*transports, globals.transports);
    } catch (const Error& error) {
      throw UsageError("--transports: " + error.message());
    }
    options.transports = std::move(transports);
  }
  return options;
}

Engine Shell::open(Options options) {
  check_principal();
  try {
    return atlas::open(std::move(options));
  } catch (const Error& error) {
    throw StoreError{error};
  }
}

void Shell::check_principal() const {
  if (!globals.roles.empty() && globals.user.empty()) throw UsageError("--roles goes with --user");
}

Uuid Shell::organisation(Engine& engine) const {
  const std::vector<OrganisationEntry> all = engine.organisations();
  if (globals.org.empty()) {
    if (all.size() == 1) return all.front().id;
    throw UsageError(all.empty() ? "the store has no organisation yet: `atlas init` makes one"
                                 : "the store has several organisations: name one with --org");
  }
  const auto id = parse_uuid(globals.org);
  std::optional<Uuid> found;
  for (const OrganisationEntry& o : all) {
    if (id ? o.id != *id : o.name != globals.org) continue;
    if (found) throw UsageError("several organisations have this name: name one by its id");
    found = o.id;
  }
  if (!found) throw Error(ErrorCode::not_found, "the store has no such organisation");
  return *found;
}

Session Shell::session(Engine& engine) const {
  SessionOptions options;
  options.org = organisation(engine);
  if (globals.user.empty()) {
    options.kind = PrincipalKind::system;
  } else {
    const auto user = parse_uuid(globals.user);
    if (!user) throw UsageError("--user is the id of a user");
    options.user = *user;
    options.roles = globals.roles;
  }
  return engine.session(options);
}

void Shell::show(std::string_view json) {
  if (terminal.human())
    render(terminal, json);
  else
    terminal.out.line(json);
}

}  // namespace atlas::cli
