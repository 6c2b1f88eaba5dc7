// A proof, a checkpoint, and four ways of tampering with copies of the store.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "atlas/audit.hpp"
#include "atlas/audit_trail.hpp"
#include "atlas/json.hpp"
#include "atlas/merkle.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/sqlite_store.hpp"
#include "commands.hpp"
#include "demo.hpp"

namespace atlas::cli::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t removed_entries = 5;

Hash to_hash(const std::string& base64_text) { return hash_from_bytes(unbase64(base64_text).value_or("")); }

Options options_of(const Tampering& with, int copy) {
  Options options;
  options.store = with.place.copy(copy);
  options.passphrase = with.passphrase;
  options.create = false;
  return options;
}

audit::Verified verify(Engine& engine, const Uuid& org, const audit::Verify& how) {
  return engine.session({.org = org, .kind = PrincipalKind::system}).call(audit::verify, how);
}

std::string first_finding(const audit::Verified& result) {
  if (result.findings.empty()) return "nothing";
  const audit::Finding& f = result.findings.front();
  return (f.seq > 0 ? "entry " + grouped(f.seq) + ": " : "") + (f.record.empty() ? "" : f.record + ": ") +
         f.what;
}

/// Whoever has the key can write what they like into the tables. `write` is given the open transaction.
template <class F>
void behind_the_library(Engine& engine, const Uuid& org, F&& write) {
  Store& store = engine.kernel().store();
  const auto tx = store.write(Durability::durable);
  tx->enter(org);
  write(*tx, store.catalog());
  tx->commit();
}

void set_text(WriteTransaction& tx, const Catalog& catalog, std::string_view table, const char* column,
              Value primary, std::string_view text) {
  const TableId id = catalog.id(table);
  const unsigned columns[] = {catalog[id].column(column)};
  const Value key[] = {primary}, values[] = {Value::text(text)};
  tx.update(id, key, columns, values);
}

/// Deletes the newest entries and winds the chain's head back, as if they had never been.
void cut_chain(WriteTransaction& tx, const Catalog& catalog, std::int64_t count) {
  const TableId audit = catalog.id("audit_entry"), head = catalog.id("chain_head");
  const unsigned seq = catalog[audit].column("seq"), leaf = catalog[audit].column("leaf_hash");
  std::vector<std::pair<std::int64_t, Hash>> entries;
  Query query;
  query.table = audit;
  query.order = {{seq, false}};
  query.key = Query::primary_key;
  tx.scan(query, [&](RowView row) {
    entries.emplace_back(row[seq].as_integer(), hash_from_bytes(row[leaf].bytes()));
    return true;
  });
  const std::size_t kept = entries.size() - static_cast<std::size_t>(count);
  merkle::Frontier frontier;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Value key[] = {Value::integer(entries[i].first)};
    if (i < kept)
      frontier.append(entries[i].second);
    else
      tx.erase(audit, key);
  }
  const std::string edge = frontier.serialise();
  const unsigned columns[] = {catalog[head].column("seq"), catalog[head].column("hash"),
                              catalog[head].column("frontier")};
  const Value key[] = {Value::integer(0)};
  const Value values[] = {Value::integer(entries[kept - 1].first),
                          Value::blob(as_view(entries[kept - 1].second)), Value::blob(edge)};
  tx.update(head, key, columns, values);
}

/// One bit in the middle of the file.
void flip_bit(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const auto at = static_cast<off_t>(fs::file_size(path) / 2);
  char byte = 0;
  const bool read = fd >= 0 && ::pread(fd, &byte, 1, at) == 1;
  byte = static_cast<char>(byte ^ 1);
  const bool written = read && ::pwrite(fd, &byte, 1, at) == 1;
  if (fd >= 0) ::close(fd);
  if (!written) throw Error(ErrorCode::storage_io, "the copy cannot be changed").with("file", path);
}

}  // namespace

void prove_entry(Guide& guide, Session& session, std::int64_t seq) {
  const audit::Proof proof = session.call(audit::prove, {.seq = seq});
  std::vector<Hash> path;
  for (const std::string& hash : proof.proof) path.push_back(to_hash(hash));
  const Hash root = to_hash(proof.root), leaf = to_hash(proof.leaf_hash);
  const auto index = static_cast<std::uint64_t>(proof.index), size = static_cast<std::uint64_t>(proof.size);
  Hash other = leaf;
  other[0] ^= 1;
  const bool proved = merkle::verify_inclusion(index, size, root, leaf, path);
  const bool other_refused = !merkle::verify_inclusion(index, size, root, other, path);
  guide.line("Entry " + grouped(seq) + " of " + grouped(proof.size) + " is the opening of that dossier. " +
             std::to_string(path.size()) + " hashes lead from it to the root");
  guide.line(proof.root + ":");
  guide.verdict(proved, "the proof holds, computed without the store (RFC 9162)");
  guide.verdict(other_refused, "with one bit of the entry changed it does not");
  guide.fact("proof_hashes", static_cast<std::int64_t>(path.size()));
  guide.fact("proof_valid", proved && other_refused ? "true" : "false");
}

std::string make_checkpoint(Guide& guide, Session& session, const Place& place, const VerifierKey& key) {
  const audit::CheckpointMade made = session.call(audit::checkpoint, {});
  write_private_file(place.note(), made.note);
  guide.line("A checkpoint is a signed note of the tree's head, kept away from the store:");
  guide.line();
  for (std::size_t from = 0; from < made.note.size();) {
    const std::size_t end = std::min(made.note.find('\n', from), made.note.size());
    guide.note("  " + made.note.substr(from, end - from));
    from = end + 1;
  }
  guide.line();
  guide.verdict(verify_checkpoint(made.note, key.name, key.public_key),
                "its signature is that of " + verifier_key(key.name, key.public_key));
  return made.note;
}

void tamper(Guide& guide, const Tampering& with) {
  std::int64_t caught = 0;
  guide.line("Four copies of the store, each harmed in another way:");
  guide.line();
  const auto tell = [&](const std::string& what, bool found, const std::string& command,
                        const std::string& says) {
    caught += found;
    guide.verdict(found, what);
    guide.note("  " + command + ": " + harmless(says));
  };
  {
    flip_bit(with.place.copy(1));
    std::vector<StoreFinding> findings;
    try {
      Engine engine(options_of(with, 1));
      findings = engine.kernel().store().check();
    } catch (const Error& error) {
      findings.push_back({"file", error.message()});
    }
    tell("A thief of the file flips one bit.", !findings.empty(), "atlas check",
         findings.empty() ? "nothing" : findings.front().what);
  }
  {
    Engine engine(options_of(with, 2));
    behind_the_library(engine, with.org, [&](WriteTransaction& tx, const Catalog& catalog) {
      set_text(tx, catalog, "audit_entry", "diff", Value::integer(with.seq), "[]");
    });
    const audit::Verified result = verify(engine, with.org, {});
    const bool named = !result.ok && result.findings.front().seq == with.seq;
    tell("An insider with the key rewrites audit entry " + grouped(with.seq) + ".", named,
         "atlas audit verify", first_finding(result));
  }
  {
    Engine engine(options_of(with, 3));
    behind_the_library(engine, with.org, [&](WriteTransaction& tx, const Catalog& catalog) {
      set_text(tx, catalog, "dossier", "contact_name", Value::id(with.dossier), "Somebody Else");
    });
    const audit::Verified result = verify(engine, with.org, {.records = true});
    const bool named =
        !result.ok && result.findings.front().record.find(format_uuid(with.dossier)) != std::string::npos;
    tell("An insider with the key changes the name in the dossier, and no audit entry.", named,
         "atlas audit verify --records", first_finding(result));
  }
  {
    Engine engine(options_of(with, 4));
    behind_the_library(engine, with.org, [&](WriteTransaction& tx, const Catalog& catalog) {
      cut_chain(tx, catalog, removed_entries);
    });
    const audit::Verified alone = verify(engine, with.org, {});
    audit::Verify with_note;
    with_note.checkpoint = with.note;
    with_note.key = verifier_key(with.key.name, with.key.public_key);
    const audit::Verified noted = verify(engine, with.org, with_note);
    tell("A careful insider removes the last " + std::to_string(removed_entries) +
             " entries and winds the chain's head back.",
         !noted.ok, "atlas audit verify --note", first_finding(noted));
    if (alone.ok) guide.note("  Without the checkpoint the shorter chain would add up.");
    guide.fact("cut_found_without_checkpoint", alone.ok ? "false" : "true");
  }
  guide.fact("tampered", 4);
  guide.fact("caught", caught);
}

}  // namespace atlas::cli::demo
