#include "atlas/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_note = 64 * 1024;
constexpr std::size_t max_signatures = 100;
constexpr std::string_view dash = "\u2014 ";  // em dash, space
constexpr char ed25519_type = '\x01';

[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::invalid_argument, std::string("not a checkpoint: ") + why);
}

/// Valid UTF-8 without control characters other than newline.
bool is_note_text(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  return std::none_of(text.begin(), text.end(), is_control) && is_utf8(text);
}

/// A key name: not empty, no plus, no space of any script, no control character.
bool is_key_name(std::string_view name) {
  static constexpr std::string_view refused[] = {"+",      " ",      "\n",     "\u0085", "\u00A0", "\u1680",
                                                 "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
                                                 "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028",
                                                 "\u2029", "\u202F", "\u205F", "\u3000"};
  return !name.empty() && is_note_text(name) &&
         std::none_of(std::begin(refused), std::end(refused),
                      [&](std::string_view s) { return name.find(s) != std::string_view::npos; });
}

std::string typed_key(const Key& public_key) {
  return std::string(1, ed25519_type).append(as_view(public_key));
}

std::string key_id(std::string_view name, const Key& public_key) {
  const Hash h = sha256(std::string(name).append("\n").append(typed_key(public_key)));
  return std::string(as_view(h).substr(0, 4));
}

struct Signature {
  std::string_view name;
  std::string key_id;
  std::string bytes;
};

struct Note {
  std::string_view text;  ///< With its final newline: what is signed.
  std::vector<Signature> signatures;
};

/// Takes the first line, without its newline. The text ends with one.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Note read_note(std::string_view note) {
  if (note.size() > max_note) refuse("too long");
  if (!is_note_text(note)) refuse("not clean UTF-8");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || note.back() != '\n') refuse("no blank line before the signatures");
  Note result;
  result.text = note.substr(0, blank + 1);
  for (std::string_view rest = note.substr(blank + 2); !rest.empty();) {
    std::string_view line = take_line(rest);
    if (!line.starts_with(dash)) refuse("a line after the text is no signature");
    line.remove_prefix(dash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) refuse("a signature line is incomplete");
    const std::string_view name = line.substr(0, space);
    const std::optional<std::string> bytes = unbase64(line.substr(space + 1));
    if (!is_key_name(name) || !bytes || bytes->size() < 5) refuse("a signature line is malformed");
    if (result.signatures.size() == max_signatures) refuse("too many signatures");
    result.signatures.push_back({name, bytes->substr(0, 4), bytes->substr(4)});
  }
  return result;
}

std::uint64_t read_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || (text.front() == '0' && text.size() > 1)) refuse("the size is no decimal number");
  return size;
}

Checkpoint read_body(std::string_view text) {
  if (std::count(text.begin(), text.end(), '\n') < 3) refuse("fewer than three lines");
  Checkpoint result;
  result.origin = take_line(text);
  if (result.origin.empty()) refuse("no origin");
  result.size = read_size(take_line(text));
  const std::optional<std::string> root = unbase64(take_line(text));
  if (!root || root->size() != result.root.size()) refuse("the root is no SHA-256 in base64");
  result.root = hash_from_bytes(*root);
  static constexpr std::string_view time_prefix = "time ";
  bool has_time = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) refuse("an empty extension line");
    if (!line.starts_with(time_prefix)) continue;
    const std::optional<Timestamp> at = parse_timestamp(line.substr(time_prefix.size()));
    if (!at || has_time) refuse("the time is no single RFC 3339 time");
    result.at = *at;
    has_time = true;
  }
  return result;
}

}  // namespace

std::string write_checkpoint(const Checkpoint& checkpoint, const std::optional<CheckpointSigner>& signer) {
  const bool one_line = is_note_text(checkpoint.origin) && checkpoint.origin.find('\n') == std::string::npos;
  if (checkpoint.origin.empty() || !one_line)
    throw Error(ErrorCode::invalid_argument, "a checkpoint's origin is one line of clean UTF-8");
  std::string note = checkpoint.origin;
  note.append("\n").append(std::to_string(checkpoint.size));
  note.append("\n").append(base64(as_view(checkpoint.root)));
  note.append("\ntime ").append(format_timestamp(checkpoint.at)).append("\n");
  return signer ? sign_note(note, *signer) : note.append("\n");
}

std::string sign_note(std::string_view text, const CheckpointSigner& signer) {
  if (!is_key_name(signer.name))
    throw Error(ErrorCode::invalid_argument, "a checkpoint key's name has no spaces and no plus");
  if (!is_note_text(text) || !text.ends_with('\n') || text.find("\n\n") != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument, "a note is lines of clean UTF-8, none of them empty");
  const auto signature = ed25519_sign(signer.seed, text);
  std::string bytes = key_id(signer.name, ed25519_public(signer.seed));
  bytes.append(reinterpret_cast<const char*>(signature.data()), signature.size());
  std::string note(text);
  note.append("\n").append(dash).append(signer.name).append(" ").append(base64(bytes)).append("\n");
  return note;
}

ReadCheckpoint read_checkpoint(std::string_view note) {
  const Note read = read_note(note);
  return {read_body(read.text), !read.signatures.empty()};
}

bool verify_checkpoint(std::string_view note, std::string_view name, const Key& public_key) {
  try {
    const Note read = read_note(note);
    const std::string id = key_id(name, public_key);
    bool verified = false;
    for (const Signature& s : read.signatures) {
      if (s.name != name || s.key_id != id) continue;
      // A known key with a wrong signature spoils the note, whatever else it carries.
      if (s.bytes.size() != 64 || !ed25519_verify(public_key, read.text, s.bytes)) return false;
      verified = true;
    }
    return verified;
  } catch (const Error& e) {
    if (e.code() == ErrorCode::invalid_argument) return false;
    throw;
  }
}

std::string verifier_key(std::string_view name, const Key& public_key) {
  if (!is_key_name(name))
    throw Error(ErrorCode::invalid_argument, "a checkpoint key's name has no spaces and no plus");
  return std::string(name)
      .append("+")
      .append(hex(key_id(name, public_key)))
      .append("+")
      .append(base64(typed_key(public_key)));
}

std::optional<VerifierKey> parse_verifier_key(std::string_view text) {
  const std::size_t first = text.find('+');
  if (text.size() > max_note || first == std::string_view::npos) return std::nullopt;
  // The key's base64 may contain a plus, the name and the id cannot.
  const std::size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, first);
  const std::optional<std::string> id = unhex(text.substr(first + 1, second - first - 1));
  const std::optional<std::string> key = unbase64(text.substr(second + 1));
  if (!is_key_name(name) || !id || !key || key->size() != 33 || key->front() != ed25519_type)
    return std::nullopt;
  VerifierKey result;
  result.name = name;
  std::copy(key->begin() + 1, key->end(), reinterpret_cast<char*>(result.public_key.data()));
  if (key_id(name, result.public_key) != *id) return std::nullopt;
  return result;
}

}  // namespace atlas
