// audit head, verify, prove, consistency, export, checkpoint, keygen.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "atlas/audit.hpp"
#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t note_limit = 64 * 1024;

CheckpointSigner read_signer(const std::string& file, const std::string& name) {
  std::string text = read_whole(file, 1024);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto seed = unhex(text);
  wipe(text.data(), text.size());
  if (!seed || seed->size() != sizeof(Key)) {
    throw Error(ErrorCode::invalid_argument,
                "a signing key is 64 hexadecimal digits, as `audit keygen` writes them");
  }
  CheckpointSigner signer{name, {}};
  std::memcpy(signer.seed.data(), seed->data(), sizeof(Key));
  wipe(seed->data(), seed->size());
  return signer;
}

template <class In, class Out>
Out audit_call(Shell& shell, const Operation<In, Out>& operation, const In& in) {
  Engine engine = shell.open();
  return shell.session(engine).call(operation, in);
}

}  // namespace

void write_private_file(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    throw Error(ErrorCode::conflict, "the file is there already").with("file", path);
  if (fd < 0) throw Error(ErrorCode::storage_io, "the file cannot be made").with("file", path);
  const ssize_t n = ::write(fd, text.data(), text.size());
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (n == static_cast<ssize_t>(text.size()) && synced) return;
  ::unlink(path.c_str());
  throw Error(ErrorCode::storage_io, "the file cannot be written").with("file", path);
}

int run_audit_head(Shell& shell) {
  shell.show(to_json(audit_call(shell, audit::head, {})));
  return done;
}

int run_audit_verify(Shell& shell, const VerifyOptions& in) {
  if (!in.key.empty() && in.note.empty()) throw UsageError("--key goes with --note");
  audit::Verify verify;
  verify.records = in.records;
  if (!in.note.empty()) verify.checkpoint = read_whole(in.note, note_limit);
  if (!in.key.empty()) verify.key = in.key;
  const audit::Verified result = audit_call(shell, audit::verify, verify);
  Terminal& terminal = shell.terminal;
  if (!terminal.human()) {
    terminal.out.line(to_json(result));
    return result.ok ? done : not_well;
  }
  terminal.out.line(grouped(result.entries) + " entries" +
                    (in.records ? ", " + grouped(result.records) + " records" : "") + ", root " +
                    result.root);
  if (result.ok) {
    terminal.out.line(terminal.ink(Ink::green, "everything adds up"));
    return done;
  }
  terminal.out.line(terminal.ink(Ink::red, "something does not add up:"));
  Table table({"entry", "record", "what"});
  for (const auto& f : result.findings) table.row({f.seq > 0 ? std::to_string(f.seq) : "", f.record, f.what});
  table.print(terminal, "  ");
  return not_well;
}

int run_audit_prove(Shell& shell, std::int64_t seq, std::optional<std::int64_t> size) {
  shell.show(to_json(audit_call(shell, audit::prove, {.seq = seq, .size = size})));
  return done;
}

int run_audit_consistency(Shell& shell, std::int64_t from, std::int64_t to) {
  shell.show(to_json(audit_call(shell, audit::consistency, {.from = from, .to = to})));
  return done;
}

int run_audit_export(Shell& shell) {
  Engine engine = shell.open();
  Session session = shell.session(engine);
  audit::Export page{.after = 0, .limit = 1000};
  for (;;) {
    const audit::Exported lines = session.call(audit::export_entries, page);
    for (const std::string& line : lines.lines) shell.terminal.out.line(line);
    if (!lines.next) return done;
    page.after = *lines.next;
  }
}

int run_audit_checkpoint(Shell& shell, const std::string& key_file, const std::string& name) {
  Options options = shell.options();
  if (!key_file.empty()) options.checkpoint_signer = read_signer(key_file, name);
  Engine engine = shell.open(std::move(options));
  const audit::CheckpointMade made = shell.session(engine).call(audit::checkpoint, {});
  // The note itself: it is a text to be kept, on a terminal as in a file.
  if (shell.globals.json)
    shell.terminal.out.line(to_json(made));
  else
    shell.terminal.out.write(made.note);
  return done;
}

int run_audit_keygen(Shell& shell, const std::string& file, const std::string& name) {
  Key seed{};
  system_entropy().fill(seed);
  std::string text = hex({reinterpret_cast<const char*>(seed.data()), seed.size()}) + "\n";
  const Key public_key = ed25519_public(seed);
  wipe(seed.data(), seed.size());
  write_private_file(file, text);
  wipe(text.data(), text.size());
  std::string json;
  JsonWriter(json)
      .begin_object()
      .key("key_file")
      .string(file)
      .key("verifier_key")
      .string(verifier_key(name, public_key))
      .end_object();
  shell.show(json);
  return done;
}

}  // namespace atlas::cli
