#include "atlas/audit_entry.hpp"

#include <charconv>
#include <concepts>

#include "atlas/error.hpp"
#include "atlas/json.hpp"

namespace atlas {
namespace {

void append_integer(std::string& out, std::int64_t n) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out.append(digits, end);
}

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    out.push_back(digits[b >> 4]);
    out.push_back(digits[b & 15]);
  }
}

void append_big_endian(std::string& out, std::unsigned_integral auto n) {
  for (int shift = 8 * (int(sizeof n) - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(n >> shift));
}

Hash sealed_hash(const SealedPart& part) {
  std::string bytes;
  bytes.reserve(16 + part.sealed.size());
  bytes.append(part.subject.view()).append(part.sealed);
  return sha256(bytes);
}

[[noreturn]] void corrupt() {
  throw Error(ErrorCode::storage_corrupt, "the sealed parts of an audit entry do not fit their lengths");
}

}  // namespace

// By hand, not through a document: the members are known, and so is their order (RFC 8785 sorts by UTF-16
// units).
std::string canonical_header(const AuditEntry& entry) {
  std::string out;
  out.reserve(640);
  out.append(R"({"action":)");
  append_json_string(out, entry.action);
  out.append(R"(,"actor":{"id":)");
  append_json_string(out, entry.actor.id);
  out.append(R"(,"kind":)");
  append_json_string(out, entry.actor.kind);
  out.append(R"(,"on_behalf_of":)");
  append_json_string(out, entry.actor.on_behalf_of);
  out.append(R"(,"roles":)");
  append_json_string(out, entry.actor.roles);
  out.append(R"(},"at":")");
  out.append(format_timestamp(entry.at));
  out.append(R"(","correlation_id":)");
  append_json_string(out, entry.correlation_id);
  out.append(R"(,"entity_hash":)");
  if (entry.entity_hash) {
    out.push_back('"');
    append_hex(out, as_view(*entry.entity_hash));
    out.push_back('"');
  } else {
    out.append("null");
  }
  out.append(R"(,"entity_id":)");
  if (entry.entity_id) {
    out.push_back('"');
    out.append(format_uuid(*entry.entity_id));
    out.push_back('"');
  } else {
    out.append("null");
  }
  out.append(R"(,"entity_kind":)");
  append_json_string(out, entry.entity_kind);
  out.append(R"(,"format":)");
  append_integer(out, entry.format);
  out.append(R"(,"org":")");
  out.append(format_uuid(entry.org));
  out.append(R"(","previous":")");
  append_hex(out, as_view(entry.previous));
  out.append(R"(","schema_version":)");
  append_integer(out, entry.schema_version);
  out.append(R"(,"seq":)");
  append_integer(out, entry.seq);
  out.push_back('}');
  return out;
}

Hash leaf_hash(std::string_view header, std::string_view diff, const std::vector<SealedPart>& sealed) {
  std::string bytes;
  bytes.reserve(1 + 8 + header.size() + 8 + diff.size() + 32 * sealed.size());
  bytes.push_back('\0');
  append_big_endian(bytes, std::uint64_t{header.size()});
  bytes.append(header);
  append_big_endian(bytes, std::uint64_t{diff.size()});
  bytes.append(diff);
  for (const SealedPart& part : sealed) bytes.append(as_view(sealed_hash(part)));
  return sha256(bytes);
}

Hash leaf_hash(const AuditEntry& entry) {
  return leaf_hash(canonical_header(entry), entry.diff, entry.sealed);
}

std::string encode_sealed(const std::vector<SealedPart>& parts) {
  std::string blob;
  std::size_t size = 0;
  for (const SealedPart& part : parts) size += 16 + 4 + part.sealed.size();
  blob.reserve(size);
  for (const SealedPart& part : parts) {
    if (part.sealed.size() > UINT32_MAX) throw Error(ErrorCode::internal, "a sealed part is too long");
    blob.append(part.subject.view());
    append_big_endian(blob, static_cast<std::uint32_t>(part.sealed.size()));
    blob.append(part.sealed);
  }
  return blob;
}

std::vector<SealedPart> decode_sealed(std::string_view blob) {
  std::vector<SealedPart> parts;
  while (!blob.empty()) {
    if (blob.size() < 20) corrupt();
    SealedPart& part = parts.emplace_back();
    part.subject = uuid_from_bytes(blob.substr(0, 16));
    std::uint32_t size = 0;
    for (const char c : blob.substr(16, 4)) size = size << 8 | static_cast<unsigned char>(c);
    blob.remove_prefix(20);
    if (size > blob.size()) corrupt();
    part.sealed = blob.substr(0, size);
    blob.remove_prefix(size);
  }
  return parts;
}

std::string export_line(const AuditEntry& entry) {
  const std::string header = canonical_header(entry);
  std::string out;
  out.reserve(header.size() + entry.diff.size() + 160);
  out.append(R"({"diff":)").append(entry.diff.empty() ? "null" : entry.diff);
  out.append(R"(,"header":)").append(header);
  out.append(R"(,"leaf":")");
  append_hex(out, as_view(leaf_hash(header, entry.diff, entry.sealed)));
  out.append(R"(","sealed":[)");
  bool first = true;
  for (const SealedPart& part : entry.sealed) {
    if (!first) out.push_back(',');
    first = false;
    out.append(R"({"data":")").append(base64(part.sealed));
    out.append(R"(","subject":")").append(format_uuid(part.subject)).append(R"("})");
  }
  out.append("]}");
  return out;
}

}  // namespace atlas
