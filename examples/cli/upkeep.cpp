// migrate, backup, rekey, check.

#include <filesystem>

#include "atlas/json.hpp"
#include "commands.hpp"

namespace atlas::cli {
namespace {

std::optional<std::int64_t> number_of(const Error& error, std::string_view detail) {
  const auto text = error.detail(detail);
  if (!text || text->empty() || text->size() > 9) return std::nullopt;
  std::int64_t n = 0;
  for (const char c : *text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return n;
}

/// The schema version of a store that may be older than ours.
std::int64_t version_of(Options options) {
  try {
    return atlas::open(std::move(options)).schema_version();
  } catch (const Error& error) {
    const auto found = number_of(error, "found");
    if (error.code() != ErrorCode::storage_needs_migration || !found) throw StoreError{error};
    return *found;
  }
}

}  // namespace

int run_migrate(Shell& shell, bool dry_run) {
  // Reading the key removes it from the environment, so the options are made once.
  Options options = shell.options();
  const std::int64_t from = version_of(options);
  const std::int64_t to = current_schema_version();
  if (!dry_run && from < to) {
    options.migrate = true;
    Progress progress(shell.terminal, "migrating", 0);
    options.migration_progress = [&](std::size_t step, std::size_t) {
      progress.at(static_cast<std::int64_t>(step));
    };
    const Engine engine = shell.open(std::move(options));
  }
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("from").number(from).key("to").number(to);
  writer.key("migrated").boolean(!dry_run && from < to).key("steps").begin_array();
  for (const Migration& m : migrations()) {
    if (m.number > from) writer.string(std::to_string(m.number) + " " + std::string(m.name));
  }
  writer.end_array().end_object();
  shell.show(json);
  return done;
}

int run_backup(Shell& shell, const std::string& file) {
  Engine engine = shell.open();
  engine.backup(file);
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(file, ignored);
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("backup").string(file).key("bytes").number(static_cast<std::int64_t>(size));
  writer.key("person_keys").boolean(false).end_object();
  shell.show(json);
  if (shell.terminal.human()) {
    shell.terminal.out.line(shell.terminal.ink(
        Ink::faint,
        "The keys of persons are not in it. Keep a copy of the store's .keys file elsewhere;\n"
        "`atlas restore` asks for it."));
  }
  return done;
}

int run_rekey(Shell& shell, const std::string& new_key_env) {
  Options options = shell.options();
  const Secret next = key_from_environment(new_key_env);
  if (!next.passphrase) throw UsageError("the new key is a passphrase");
  Engine engine = shell.open(std::move(options));
  engine.rekey(*next.passphrase);
  shell.show(R"({"rekeyed":true})");
  return done;
}

int run_check(Shell& shell) {
  Engine engine = shell.open();
  CheckResult result;
  {
    Progress progress(shell.terminal, "checking organisations", 0);
    result = engine.check([&](std::size_t at, std::size_t) { progress.at(static_cast<std::int64_t>(at)); });
  }
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("ok").boolean(result.ok()).key("store").begin_array();
  for (const StoreFinding& f : result.store) {
    writer.begin_object().key("where").string(f.where).key("what").string(f.what).end_object();
  }
  writer.end_array().key("organisations").begin_array();
  for (const auto& o : result.organisations) {
    writer.begin_object().key("id").string(format_uuid(o.id)).key("name").string(o.name);
    writer.key("entries").number(o.entries).key("records").number(o.entities).key("findings").begin_array();
    for (const std::string& f : o.findings) writer.string(f);
    writer.end_array().end_object();
  }
  writer.end_array().end_object();
  shell.show(json);
  return result.ok() ? done : not_well;
}

}  // namespace atlas::cli
