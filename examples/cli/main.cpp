// The atlas command: the library in a shell. Every option is declared here; the commands are beside.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>

#include "commands.hpp"

namespace atlas::cli {
namespace {

using Action = std::function<int(Shell&)>;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(',', from), list.size());
    if (end > from) items.push_back(list.substr(from, end - from));
    from = end + 1;
  }
  return items;
}

/// The command line as a tree of commands; parsing sets the action.
class CommandLine {
 public:
  explicit CommandLine(Globals& globals) : app_("The atlas library in a shell.", "atlas") {
    app_.set_version_flag("--version", std::string(version_string()));
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_option("--store", globals.store,
                    "the store: a file or a PostgreSQL URL (default: $ATLAS_STORE)");
    app_.add_option("--key-env", globals.key_env,
                    "environment variable that holds the key (default: ATLAS_KEY)");
    app_.add_option("--org", globals.org, "organisation, by id or name; not needed where there is one");
    app_.add_option("--user", globals.user, "act as this user (id); otherwise as the system");
    app_.add_option_function<std::string>(
        "--roles", [&globals](const std::string& list) { globals.roles = split(list); },
        "act with these roles instead of the user's own: A,B");
    app_.add_option("--transports", globals.transports,
                    "let due work send messages: settings as JSON, {} for the usual ones");
    app_.add_flag("--json", globals.json, "JSON also on a terminal");
    app_.add_flag("--no-color", globals.no_color, "no colours");
    app_.footer("Exit: 0 done, 1 an operation failed, 2 usage, 3 it ran but not all is well, 4 no store.");
    store_commands();
    call_commands();
    import_command();
    audit_commands();
    upkeep_commands();
    export_commands();
    workflow_commands();
    other_commands();
    sample_commands();
    dedup_command();
  }

  CLI::App& app() { return app_; }
  const Action& action() const { return action_; }

 private:
  /// A command without options of its own is `add(…)`; the others bind theirs to a member of this object.
  CLI::App* add(CLI::App& to, const char* name, const char* what, Action action) {
    CLI::App* command = to.add_subcommand(name, what);
    command->fallthrough();
    command->callback([this, action = std::move(action)] { action_ = action; });
    return command;
  }
  CLI::App* add(const char* name, const char* what, Action action) {
    return add(app_, name, what, std::move(action));
  }

  void store_commands() {
    auto* init = add("init", "create the store and its first organisation",
                     [this](Shell& s) { return run_init(s, init_); });
    init->add_option("--name", init_.name, "name of the organisation")->capture_default_str();
    init->add_option("--country", init_.country, "country: sets currency, language and time zone")
        ->capture_default_str();
    init->add_option("--currency", init_.currency, "ISO 4217");
    init->add_option("--locale", init_.locale, "such as fr-MA");
    init->add_option("--time-zone", init_.time_zone, "such as Africa/Casablanca");
    init->add_option("--type", init_.type, "kind of organisation")->capture_default_str();
    init->add_option("--plan", init_.plan, "plan")->capture_default_str();
    init->add_option("--admin-email", init_.admin_email, "the first administrator")->capture_default_str();
    init->add_option("--admin-name", init_.admin_name, "the administrator's name");
    add("organisations", "list the organisations of the store", run_organisations);
  }

  void call_commands() {
    auto* call = add("call", "run one operation", [this](Shell& s) { return run_call(s, call_); });
    call->add_option("OPERATION", call_.operation, "such as dossiers.create")->required();
    call->add_option("JSON", call_.params, "parameters; - reads standard input");
    auto* batch = add("batch", "run JSON lines {\"op\", \"params\"}, answer each in order",
                      [this](Shell& s) { return run_batch(s, batch_); });
    batch->add_option("FILE", batch_.file, "- is standard input")->capture_default_str();
    batch->add_flag("--atomic", batch_.atomic, "all or nothing: one transaction, ends at the first error");
    auto* operations = add("operations", "the catalogue, or one operation with its schemas",
                           [this](Shell& s) { return run_operations(s, operation_); });
    operations->add_option("NAME", operation_, "one operation");
  }

  void import_command() {
    auto* command = add("import", "records from a CSV or JSON Lines file; exit 3 when rows were refused",
                        [this](Shell& s) { return run_import(s, import_); });
    command->add_option("KIND", import_.kind, "listings, dossiers, parties, consents; auto = guessed");
    command->add_option("FILE", import_.file, "the file; - is standard input");
    command->add_option("--map", import_.map, "which column fills which field (JSON); guessed without it");
    command->add_flag("--dry-run", import_.dry_run, "only say what would be done");
    command->add_option("--rejects", import_.rejects, "write the refused rows here, as CSV with the reasons");
    command->add_option("--source", import_.source, "the system whose ids the file holds");
    command->add_option("--phone-region", import_.phone_region, "country of national telephone numbers");
    command->add_option("--revert", import_.revert, "take an import back, by its id");
  }

  void audit_commands() {
    CLI::App* audit = app_.add_subcommand("audit", "look at, prove and verify the audit");
    audit->fallthrough();
    audit->require_subcommand(1);
    add(*audit, "head", "size and root of the tree", run_audit_head);
    auto* verify = add(*audit, "verify", "recompute the chain; exit 3 when it does not add up",
                       [this](Shell& s) { return run_audit_verify(s, verify_); });
    verify->add_option("--note", verify_.note, "a checkpoint made earlier");
    verify->add_option("--key", verify_.key, "the verifier key that must have signed it");
    verify->add_flag("--records", verify_.records, "compare every record with its last entry");
    auto* prove = add(*audit, "prove", "inclusion proof of an entry",
                      [this](Shell& s) { return run_audit_prove(s, from_, size_); });
    prove->add_option("SEQ", from_, "sequence of the entry")->required()->check(CLI::PositiveNumber);
    prove->add_option("--size", size_, "in the tree of this size")->check(CLI::PositiveNumber);
    auto* consistency = add(*audit, "consistency", "proof that a later tree continues an earlier one",
                            [this](Shell& s) { return run_audit_consistency(s, from_, to_); });
    consistency->add_option("N", from_, "size of the earlier tree")->required()->check(CLI::PositiveNumber);
    consistency->add_option("M", to_, "size of the later tree")->required()->check(CLI::PositiveNumber);
    add(*audit, "export", "every entry as a line for the stand-alone verifier", run_audit_export);
    auto* checkpoint = add(*audit, "checkpoint", "a note of the present head, to be kept elsewhere",
                           [this](Shell& s) { return run_audit_checkpoint(s, file_, signer_); });
    checkpoint->add_option("--key-file", file_, "sign with this key (see audit keygen)");
    checkpoint->add_option("--name", signer_, "name of the key")->capture_default_str();
    auto* keygen = add(*audit, "keygen", "make a key that signs checkpoints",
                       [this](Shell& s) { return run_audit_keygen(s, file_, signer_); });
    keygen->add_option("FILE", file_, "where to put it; must not exist")->required();
    keygen->add_option("--name", signer_, "name of the key")->capture_default_str();
  }

  void upkeep_commands() {
    auto* inbound = add("inbound", "take a provider's request from FILE (- = standard input), its raw body",
                        [this](Shell& s) { return run_inbound(s, webhook_); });
    inbound->add_option("endpoint", webhook_.endpoint, "the endpoint of a channel account")->required();
    inbound->add_option("body", webhook_.file, "the body (default: none)");
    inbound->add_option("--method", webhook_.method, "GET or POST (default: POST)");
    inbound->add_option("--url", webhook_.url, "as the provider called it");
    inbound->add_option("--header", webhook_.headers, "Name: value; may come again")->take_all();
    auto* pump = add("pump", "run what is due", [this](Shell& s) { return run_pump(s, until_); });
    pump->add_option("--until", until_, "go on until this time (RFC 3339)");
    auto* workers =
        add("workers", "run what is due until a signal", [this](Shell& s) { return run_workers(s, count_); });
    workers->add_option("N", count_, "threads")->capture_default_str()->check(CLI::Range(1, 256));
    add("metrics", "figures of every organisation's outbox, as Prometheus text",
        [](Shell& s) { return run_metrics(s); });
    auto* migrate = add("migrate", "bring an older store up to date, after a backup copy",
                        [this](Shell& s) { return run_migrate(s, dry_run_); });
    migrate->add_flag("--dry-run", dry_run_, "only say what would be done");
    auto* backup = add("backup", "a consistent copy, without the keys of persons",
                       [this](Shell& s) { return run_backup(s, file_); });
    backup->add_option("FILE", file_, "where to; must not exist")->required();
    auto* restore =
        add("restore", "make --store from a backup", [this](Shell& s) { return run_restore(s, restore_); });
    restore->add_option("FILE", restore_.file, "the backup")->required();
    restore->add_option("--keys", restore_.keys, "the .keys file that was beside the store");
    restore->add_flag("--without-keys", restore_.without_keys,
                      "leave what only the keys of persons open closed");
    auto* rekey =
        add("rekey", "change the passphrase", [this](Shell& s) { return run_rekey(s, new_key_env_); });
    rekey->add_option("--new-key-env", new_key_env_, "environment variable that holds the new one")
        ->required();
    add("check", "check the file, every chain and every record", run_check);
  }

  void export_commands() {
    auto* out = add("export", "listings, dossiers, parties or consents as CSV or JSON Lines",
                    [this](Shell& s) { return run_export(s, export_); });
    auto* what = out->add_option_group("records", "what is exported");
    what->add_option("KIND", export_.kind, "listings, dossiers, parties or consents");
    what->add_flag("--content", export_.content, "what all records say, without how they came to say it");
    what->require_option(1);
    out->add_option("--format", export_.format, "csv or jsonl")
        ->capture_default_str()
        ->check(CLI::IsMember({"csv", "jsonl"}));
    out->add_option("--where", export_.where, "only records that fulfil this predicate (JSON)");
    out->add_option("--out", export_.file, "a new file; - is standard output")->capture_default_str();
    out->add_flag("--archived", export_.archived, "archived records too");
    auto* dump = add("dump", "one organisation whole: records, history, audit and the keys of its persons",
                     [this](Shell& s) { return run_dump(s, file_); });
    dump->add_option("FILE", file_, "a new file; - is standard output")->required();
    auto* load = add("load", "bring a dumped organisation into this store",
                     [this](Shell& s) { return run_load(s, file_); });
    load->add_option("FILE", file_, "the dump; - is standard input")->required();
  }

  void workflow_commands() {
    CLI::App* workflows = app_.add_subcommand("workflows", "look at workflows and machines, check one's own");
    workflows->fallthrough();
    workflows->require_subcommand(1);
    auto* show = add(*workflows, "show", "a case type's workflow, or a compiled machine; needs no store",
                     [this](Shell& s) { return run_workflows_show(s, workflow_); });
    show->add_option("NAME", workflow_.name, "such as CRM_LEAD_RENT or appointment; without it: the names");
    show->add_option("--format", workflow_.format, "table, dot, mermaid or json")
        ->check(CLI::IsMember({"table", "dot", "mermaid", "json"}));
    show->add_option("--version", workflow_.version, "this version; with --store the organisation's");
    auto* validate = add(*workflows, "validate", "what is wrong with a definition; exit 3 when it has errors",
                         [this](Shell& s) { return run_workflows_validate(s, workflow_); });
    validate->add_option("FILE", workflow_.file, "the definition (JSON); - is standard input")->required();
    auto* versions = add(*workflows, "versions", "the versions of a workflow, and how far moving has come",
                         [this](Shell& s) { return run_workflows_versions(s, workflow_); });
    versions->add_option("NAME", workflow_.name, "a case type")->required();
    auto* diff = add(*workflows, "diff", "what two versions differ in",
                     [this](Shell& s) { return run_workflows_diff(s, workflow_); });
    diff->add_option("NAME", workflow_.name, "a case type")->required();
    diff->add_option("FILE", workflow_.file, "a definition instead of --to");
    diff->add_option("--from", workflow_.from, "default 1");
    diff->add_option("--to", workflow_.to, "default the active version");
    auto* publish = add(*workflows, "publish", "make a definition the active version of its case type",
                        [this](Shell& s) { return run_workflows_publish(s, workflow_); });
    publish->add_option("FILE", workflow_.file, "the definition (JSON); - is standard input")->required();
    publish->add_flag("--dry-run", workflow_.dry_run, "only say what would be done; exit 3 with errors");
    publish->add_option("--base", workflow_.version, "the version it is made from; default the file's own");
    publish->add_flag("--move", workflow_.move, "move running records to it");
    publish->add_option("--map", workflow_.mapping, "OLD=NEW: where records of a state go; may be repeated");
    publish->add_option("--note", workflow_.note, "why");
    auto* simulate =
        add(*workflows, "simulate", "try a definition on the records; exit 3 when some would be stranded",
            [this](Shell& s) { return run_workflows_simulate(s, workflow_); });
    simulate->add_option("FILE", workflow_.file, "the definition (JSON); - is standard input")->required();
    simulate->add_option("--map", workflow_.mapping, "OLD=NEW: where records of a state go; may be repeated");
  }

  void other_commands() {
    auto* tries = add(
        "try", "one pure function over JSON lines: json, phone, proof, csv, rule, signature; or over photos",
        [this](Shell& s) {
          if (kind_ == "photo") return run_try_photos(s, try_files_);
          if (try_files_.size() > 1) throw UsageError("one FILE of JSON lines");
          return run_try(s, kind_, try_files_.front());
        });
    tries->add_option("KIND", kind_, "json, phone, proof, csv, rule, signature or photo")->required();
    tries->add_option("FILE", try_files_, "- is standard input; of photos several")->capture_default_str();
    auto* bench = add("bench", "the benchmarks, as a table of ratios",
                      [this](Shell& s) { return run_bench(s, bench_, arguments_); });
    bench->add_option("NAME", bench_, "one benchmark");
    bench->add_option("ARGUMENTS", arguments_, "for the benchmark");
    auto* demo = add("demo", "the guided tour: files come in, work is done and proved",
                     [this](Shell& s) { return run_demo(s, demo_); });
    demo->add_option("--data", demo_.data,
                     "folder of your own .csv and .jsonl files (default: an invented agency)");
    demo->add_option("--dir", demo_.keep,
                     "folder that the store stays in; must not exist (default: nothing is kept)");
  }

  void sample_commands() {
    auto* data = add("demo-data", "write the files of an invented agency, of any size",
                     [this](Shell& s) { return run_demo_data(s, demo_data_); });
    data->add_option("--out", demo_data_.out, "folder for the files")->required();
    data->add_option("--listings", demo_data_.listings, "how many")->capture_default_str();
    data->add_option("--leads", demo_data_.leads, "how many")->capture_default_str();
    data->add_option("--seed", demo_data_.seed, "the same gives the same files")->capture_default_str();
    data->add_option("--country", demo_data_.country, "MA, FR or both")->capture_default_str();
    data->add_flag("--force", demo_data_.force, "write over files that are there");
  }

  void dedup_command() {
    auto* dedup = add("dedup", "duplicates in a CSV file, or matches between two; needs no store",
                      [this](Shell& s) { return run_dedup(s, dedup_); });
    dedup->add_option("FILE", dedup_.file, "the records; - is standard input")->required();
    dedup->add_option("--link", dedup_.link, "match FILE with this file");
    dedup->add_option("--out", dedup_.out, "write the pairs here (default: standard output)");
    dedup->add_option("--truth", dedup_.truth, "true pairs (id_a,id_b): tells how good the result is");
    dedup->add_option("--explain", dedup_.explain, "why are these two the same, or not: ID_A ID_B")
        ->expected(2);
    dedup->add_flag("--review", dedup_.review, "also the pairs that a person should look at");
    dedup->add_option("--id", dedup_.id, "column of the ids (default: id, else the row's number)");
    dedup->add_option("--source", dedup_.source, "column that tells two lists apart (default: source)");
    dedup->add_option("--within", dedup_.within, "are there matches inside one list?")
        ->check(CLI::IsMember({"yes", "no"}));
    dedup->add_option("--kind", dedup_.kinds, "what a column holds, such as tel_2=phone; may be repeated");
    dedup->add_option("--listings", dedup_.listings, "are these advertisements of property?")
        ->check(CLI::IsMember({"yes", "no"}));
    dedup->add_option("--header", dedup_.header, "does the first line name the columns?")
        ->check(CLI::IsMember({"yes", "no"}));
    dedup->add_option("--phone-region", dedup_.phone_region, "country of national telephone numbers");
    dedup->add_option("--threshold", dedup_.threshold, "probability from which two are the same");
  }

  CLI::App app_;
  Action action_;
  InitOptions init_;
  CallOptions call_;
  BatchOptions batch_;
  ImportOptions import_;
  VerifyOptions verify_;
  RestoreOptions restore_;
  ExportOptions export_;
  WorkflowOptions workflow_;
  DemoOptions demo_;
  DedupOptions dedup_;
  DemoDataOptions demo_data_;
  Webhook webhook_;
  std::string operation_, file_, until_, new_key_env_, kind_, bench_;
  std::vector<std::string> try_files_{"-"};
  std::string signer_ = "libatlas";
  std::vector<std::string> arguments_;
  std::int64_t from_ = 0, to_ = 0;
  std::optional<std::int64_t> size_;
  unsigned count_ = 1;
  bool dry_run_ = false;
};

void tell(Terminal& terminal, const Error& error) {
  if (terminal.human_errors())
    render_error(terminal, error);
  else
    terminal.say(error.to_json());
}

/// Runs the action; what it throws becomes a message and an exit code. What was answered before comes out
/// first.
int run(Shell& shell, const Action& action) {
  const auto flush_quietly = [&] {
    try {
      shell.terminal.out.flush();
    } catch (const OutputLost&) {
    }
  };
  try {
    const int code = action(shell);
    shell.terminal.out.flush();
    return code;
  } catch (const UsageError& error) {
    flush_quietly();
    shell.terminal.say(std::string("atlas: ") + error.what());
    return usage;
  } catch (const StoreError& error) {
    flush_quietly();
    tell(shell.terminal, error.cause);
    return no_store;
  } catch (const Error& error) {
    flush_quietly();
    tell(shell.terminal, error);
    return failed;
  } catch (const OutputLost& error) {
    if (!error.quiet) shell.terminal.say(std::string("atlas: ") + error.what());
    return not_well;
  } catch (const std::exception&) {
    flush_quietly();
    tell(shell.terminal, Error(ErrorCode::internal, "something went wrong inside the command"));
    return failed;
  }
}

int start(int argc, char** argv) {
  // A reader that leaves is noticed at the next write.
  std::signal(SIGPIPE, SIG_IGN);
  Shell shell;
  CommandLine command_line(shell.globals);
  try {
    command_line.app().parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> rest = command_line.app().remaining(true);
    if (!rest.empty() && error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError)) {
      shell.terminal.say("atlas: there is no command \"" + harmless(rest.front()) + "\"; --help lists them");
      return usage;
    }
    return command_line.app().exit(error, std::cout, std::cerr) == 0 ? done : usage;
  }
  shell.terminal.settle(shell.globals.json, shell.globals.no_color);
  return run(shell, command_line.action());
}

}  // namespace
}  // namespace atlas::cli

int main(int argc, char** argv) { return atlas::cli::start(argc, argv); }
