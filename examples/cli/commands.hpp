#pragma once
// The commands. Each takes its own options, runs to the end and returns what to exit with; errors are thrown.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shell.hpp"

namespace atlas::cli {

struct InitOptions {
  std::string name = "Agency";
  std::string country = "MA";
  std::string currency, locale, time_zone;
  std::string type = "ORG_AGENCY";
  std::string plan = "plan.enterprise";
  std::string admin_email = "admin@agency.example";
  std::string admin_name;
};
int run_init(Shell& shell, const InitOptions& options);
int run_organisations(Shell& shell);

struct CallOptions {
  std::string operation;
  std::string params;  ///< JSON, "-" for standard input, "" for {}
};
int run_call(Shell& shell, const CallOptions& options);

struct BatchOptions {
  std::string file = "-";
  bool atomic = false;
};
int run_batch(Shell& shell, const BatchOptions& options);

/// The catalogue, or one operation with its schemas; needs no store.
int run_operations(Shell& shell, const std::string& name);

int run_audit_head(Shell& shell);
struct VerifyOptions {
  std::string note, key;
  bool records = false;
};
int run_audit_verify(Shell& shell, const VerifyOptions& options);
int run_audit_prove(Shell& shell, std::int64_t seq, std::optional<std::int64_t> size);
int run_audit_consistency(Shell& shell, std::int64_t from, std::int64_t to);
int run_audit_export(Shell& shell);
/// Signs with the seed in `key_file`; without one the note is unsigned.
int run_audit_checkpoint(Shell& shell, const std::string& key_file, const std::string& name);
/// Makes a signing key in a new file that only its owner reads, and prints the verifier key.
int run_audit_keygen(Shell& shell, const std::string& file, const std::string& name);

struct ImportOptions {
  std::string kind;  ///< or "auto"
  std::string file;
  std::string map, rejects, source, phone_region;
  std::string revert;  ///< the id of an import to take back, instead of a file
  bool dry_run = false;
};
int run_import(Shell& shell, const ImportOptions& options);

/// A request to an endpoint: "Name: value" headers, the body from a file ("-" = standard input, "" = none).
struct Webhook {
  std::string endpoint, file, method = "POST", url;
  std::vector<std::string> headers;
};
int run_inbound(Shell& shell, const Webhook& webhook);
int run_pump(Shell& shell, const std::string& until);
int run_workers(Shell& shell, unsigned count);
int run_metrics(Shell& shell);

int run_migrate(Shell& shell, bool dry_run);
int run_backup(Shell& shell, const std::string& file);
struct RestoreOptions {
  std::string file, keys;
  bool without_keys = false;
};
int run_restore(Shell& shell, const RestoreOptions& options);
struct ExportOptions {
  std::string kind;
  std::string format = "csv";
  std::string where = "{}";
  std::string file = "-";
  bool archived = false;
  bool content = false;  ///< of everything, instead of one kind
};
int run_export(Shell& shell, const ExportOptions& options);
/// One whole organisation to a new file, and back into a store that has it not.
int run_dump(Shell& shell, const std::string& file);
int run_load(Shell& shell, const std::string& file);

int run_rekey(Shell& shell, const std::string& new_key_env);
int run_check(Shell& shell);

struct WorkflowOptions {
  std::string name;    ///< a case type or a compiled machine; "" = their names
  std::string format;  ///< table, dot, mermaid, json; "" = table for people, else json
  std::string file;
  std::optional<std::int64_t> version;  ///< show: of the organisation's; publish: the one it is made from
  std::optional<std::int64_t> from, to;
  bool dry_run = false, move = false;
  std::vector<std::string> mapping;  ///< OLD=NEW
  std::string note;
};
int run_workflows_show(Shell& shell, const WorkflowOptions& options);
/// Exit 3 when the definition has errors.
int run_workflows_validate(Shell& shell, const WorkflowOptions& options);
int run_workflows_versions(Shell& shell, const WorkflowOptions& options);
int run_workflows_diff(Shell& shell, const WorkflowOptions& options);
/// Exit 3 when a dry run finds errors.
int run_workflows_publish(Shell& shell, const WorkflowOptions& options);
/// Exit 3 when records would be stranded.
int run_workflows_simulate(Shell& shell, const WorkflowOptions& options);

int run_try_photos(Shell& shell, const std::vector<std::string>& files);
int run_try(Shell& shell, const std::string& kind, const std::string& file);

int run_bench(Shell& shell, const std::string& name, const std::vector<std::string>& arguments);

struct DemoOptions {
  std::string data;  ///< a folder of one's own .csv and .jsonl files; "" = an invented agency
  std::string keep;  ///< the folder of the store; "" = a temporary one that is removed
};
int run_demo(Shell& shell, const DemoOptions& options);

struct DemoDataOptions {
  std::string out;
  std::int64_t listings = 1'000;
  std::int64_t leads = 10'000;
  std::int64_t seed = 1;
  std::string country = "both";  ///< MA, FR or both
  bool force = false;            ///< write over files that are there
};
/// Writes the files of an invented agency.
int run_demo_data(Shell& shell, const DemoDataOptions& options);

struct DedupOptions {
  std::string file, link;
  std::string out;  ///< "" or "-" = standard output; the summary then goes to standard error
  std::string truth, id, source, within, phone_region;
  std::string listings, header;      ///< "" = guessed, "yes" or "no"
  std::vector<std::string> kinds;    ///< COLUMN=KIND
  std::vector<std::string> explain;  ///< none, or two ids
  std::optional<double> threshold;
  bool review = false;
};
/// Duplicates in a file, or matches between two; needs no store.
int run_dedup(Shell& shell, const DedupOptions& options);

/// Writes a new file that only its owner reads; throws Error(conflict) when it is there.
void write_private_file(const std::string& path, std::string_view text);

}  // namespace atlas::cli
