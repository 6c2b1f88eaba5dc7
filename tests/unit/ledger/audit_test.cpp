// The audit entry: its bytes against values computed elsewhere (docs/format.md), and every way of tampering
// with it.

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

#include "atlas/audit_entry.hpp"
#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/merkle.hpp"

namespace {

using namespace atlas;
using namespace std::literals;

Uuid id(const char* text) { return parse_uuid(text).value(); }

AuditEntry sample() {
  AuditEntry e;
  e.org = id("018f3c1e-7b2a-7c3d-8e4f-000000000001");
  e.seq = 1;
  e.at = parse_timestamp("2026-11-22T09:30:00Z").value();
  e.actor = {"user", "018f3c1e-7b2a-7c3d-8e4f-5a6b7c8d9e0f", "", "AGENT,MANAGER"};
  e.action = "dossier.created";
  e.entity_kind = "dossier";
  e.entity_id = id("018f3c1e-7b2a-7c3d-8e4f-5a6b7c8d9e10");
  e.schema_version = 3;
  e.correlation_id = "c\u00e9\"\\\n\x01/\U0001F600";
  e.entity_hash = Hash{};
  e.entity_hash->fill(0x11);
  e.diff = R"([{"op":"add","path":"","value":{"status_code":"CRM_NEW"}}])";
  std::string counting;
  for (char c = 0; c < 40; ++c) counting.push_back(c);
  e.sealed = {{id("018f3c1e-7b2a-7c3d-8e4f-00000000000a"), counting},
              {id("018f3c1e-7b2a-7c3d-8e4f-00000000000b"), std::string(29, '\xff')}};
  return e;
}

constexpr const char* sample_header =
    R"({"action":"dossier.created","actor":{"id":"018f3c1e-7b2a-7c3d-8e4f-5a6b7c8d9e0f","kind":"user",)"
    R"("on_behalf_of":"","roles":"AGENT,MANAGER"},"at":"2026-11-22T09:30:00.000000Z",)"
    "\"correlation_id\":\"c\u00e9\\\"\\\\\\n\\u0001/\U0001F600\","
    R"("entity_hash":"1111111111111111111111111111111111111111111111111111111111111111",)"
    R"("entity_id":"018f3c1e-7b2a-7c3d-8e4f-5a6b7c8d9e10","entity_kind":"dossier","format":1,)"
    R"("org":"018f3c1e-7b2a-7c3d-8e4f-000000000001",)"
    R"("previous":"0000000000000000000000000000000000000000000000000000000000000000",)"
    R"("schema_version":3,"seq":1})";
constexpr const char* sample_leaf = "d7b0c50c418c8d5afacbc9791ff9893bea1270956f18ad36c71ab23c04004cd1";
constexpr const char* sample_sealed =
    "018f3c1e7b2a7c3d8e4f00000000000a00000028000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    "2021222324252627018f3c1e7b2a7c3d8e4f00000000000b0000001d"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

std::string leaf_hex(const AuditEntry& e) { return hex(as_view(leaf_hash(e))); }

bool is_corrupt(std::string_view blob) {
  try {
    decode_sealed(blob);
    return false;
  } catch (const Error& e) {
    REQUIRE(e.code() == ErrorCode::storage_corrupt);
    return true;
  }
}

}  // namespace

TEST_CASE("audit entry: header, leaf and sealed blob are the specified bytes") {
  AuditEntry e = sample();
  CHECK(canonical_header(e) == sample_header);
  CHECK(leaf_hex(e) == sample_leaf);
  CHECK(leaf_hash(sample_header, e.diff, e.sealed) == leaf_hash(e));
  CHECK(hex(encode_sealed(e.sealed)) == sample_sealed);

  e.entity_hash.reset();
  e.entity_id.reset();
  e.correlation_id = "x";
  e.diff.clear();
  e.sealed.clear();
  CHECK(leaf_hex(e) == "2fb959ca47715c5c4c8ecfe11eb19c142c2b08aae8fa9704e03655b8ffd61aec");
  CHECK(encode_sealed(e.sealed).empty());
}

TEST_CASE("audit entry: the example of docs/format.md is this one") {
  std::ifstream file(ATLAS_DOCS "/format.md");
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const std::string& line :
       {std::string(sample_header), sample().diff, std::string(sample_sealed), std::string(sample_leaf)})
    CHECK(text.find("```\n" + line + "\n```") != std::string::npos);
}

TEST_CASE("audit entry: the leaf is a leaf of RFC 9162 over the entry's parts") {
  const AuditEntry e = sample();
  const auto length = [](std::size_t n) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<char>(std::uint64_t{n} >> shift));
    return bytes;
  };
  const std::string header = canonical_header(e);
  std::string data = length(header.size()) + header + length(e.diff.size()) + e.diff;
  for (const SealedPart& part : e.sealed)
    data.append(as_view(sha256(std::string(part.subject.view()) + part.sealed)));
  CHECK(merkle::leaf_hash(data) == leaf_hash(e));
}

TEST_CASE("audit entry: the hand-written header is RFC 8785 whatever the texts") {
  std::mt19937 random(20261122);  // NOLINT(cert-msc51-cpp): the same texts in every run
  const std::vector<std::string> pieces = {"a",      "\"",     "\\",     "/",          "\b",      "\f",
                                           "\n",     "\r",     "\t",     "\x01",       "\x1f",    "\x7f",
                                           "\u00e9", "\u2028", "\u062A", "\U0001F600", "{\"a\":", "\u0000"s};
  const auto text = [&] {
    std::string result;
    for (auto n = random() % 12; n > 0; --n) result += pieces[random() % pieces.size()];
    return result;
  };
  for (int round = 0; round < 500; ++round) {
    AuditEntry e = sample();
    e.actor = {text(), text(), text(), text()};
    e.action = text();
    e.entity_kind = text();
    e.correlation_id = text();
    e.seq = static_cast<std::int64_t>(random()) + 1;
    e.schema_version = static_cast<int>(random() % 1000);
    e.at.micros += random();
    if (random() % 2) e.entity_id.reset();
    if (random() % 2) e.entity_hash.reset();
    const std::string header = canonical_header(e);
    const Json json = parse_json(header);
    REQUIRE(canonical_json(json) == header);
    REQUIRE(json.at("action").get<std::string>() == e.action);
    REQUIRE(json.at("actor").at("kind").get<std::string>() == e.actor.kind);
    REQUIRE(json.at("actor").at("id").get<std::string>() == e.actor.id);
    REQUIRE(json.at("actor").at("on_behalf_of").get<std::string>() == e.actor.on_behalf_of);
    REQUIRE(json.at("actor").at("roles").get<std::string>() == e.actor.roles);
    REQUIRE(json.at("seq").get<std::int64_t>() == e.seq);
    REQUIRE(json.at("entity_id").is_null() == !e.entity_id);
    REQUIRE(json.at("entity_hash").is_null() == !e.entity_hash);
    REQUIRE(json.size() == 12);
  }
}

TEST_CASE("audit entry: every member is in the leaf, and each change gives another") {
  const std::vector<std::function<void(AuditEntry&)>> changes = {
      [](AuditEntry&) {},
      [](AuditEntry& e) { e.format = 2; },
      [](AuditEntry& e) { e.org.bytes[0] ^= 1; },
      [](AuditEntry& e) { e.seq = 2; },
      [](AuditEntry& e) { e.at.micros += 1; },
      [](AuditEntry& e) { e.actor.kind = "agent"; },
      [](AuditEntry& e) { e.actor.id.clear(); },
      [](AuditEntry& e) { e.actor.on_behalf_of = e.actor.id; },
      [](AuditEntry& e) { std::swap(e.actor.id, e.actor.on_behalf_of); },
      [](AuditEntry& e) { e.actor.roles = "AGENT"; },
      [](AuditEntry& e) { e.action = "dossier.updated"; },
      [](AuditEntry& e) { e.entity_kind = "dossie"; },
      [](AuditEntry& e) { e.entity_id->bytes[15] ^= 1; },
      [](AuditEntry& e) { e.entity_id.reset(); },
      [](AuditEntry& e) { e.schema_version = 4; },
      [](AuditEntry& e) { e.correlation_id.push_back('x'); },
      [](AuditEntry& e) { e.previous[31] ^= 1; },
      [](AuditEntry& e) { e.entity_hash->at(0) ^= 1; },
      [](AuditEntry& e) { e.entity_hash.reset(); },
      [](AuditEntry& e) { e.diff.clear(); },
      [](AuditEntry& e) { e.diff.push_back(' '); },
      [](AuditEntry& e) { e.sealed.clear(); },
      [](AuditEntry& e) { e.sealed.pop_back(); },
      [](AuditEntry& e) { e.sealed.push_back(e.sealed.back()); },
      [](AuditEntry& e) { std::swap(e.sealed[0], e.sealed[1]); },
      [](AuditEntry& e) { std::swap(e.sealed[0].subject, e.sealed[1].subject); },
      [](AuditEntry& e) { e.sealed[0].sealed.clear(); },
  };
  std::set<std::string> leaves;
  for (const auto& change : changes) {
    AuditEntry e = sample();
    change(e);
    CHECK(leaves.insert(leaf_hex(e)).second);
  }
  CHECK(leaves.size() == changes.size());
}

TEST_CASE("audit entry: a flipped byte anywhere gives another leaf") {
  const AuditEntry original = sample();
  const std::string header = canonical_header(original);
  const Hash leaf = leaf_hash(original);
  const auto flip_each = [&](std::string& bytes, const std::function<Hash()>& hash) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (const int mask : {0x01, 0x20, 0x80}) {
        bytes[i] = static_cast<char>(bytes[i] ^ mask);
        REQUIRE(hash() != leaf);
        bytes[i] = static_cast<char>(bytes[i] ^ mask);
      }
    REQUIRE(hash() == leaf);
  };
  AuditEntry e = original;
  std::string changed = header;
  flip_each(changed, [&] { return leaf_hash(changed, e.diff, e.sealed); });
  flip_each(e.diff, [&] { return leaf_hash(header, e.diff, e.sealed); });
  for (SealedPart& part : e.sealed) {
    flip_each(part.sealed, [&] { return leaf_hash(header, e.diff, e.sealed); });
    std::string subject(part.subject.view());
    flip_each(subject, [&] {
      part.subject = uuid_from_bytes(subject);
      return leaf_hash(header, e.diff, e.sealed);
    });
  }
  // As it is stored: whatever still reads gives another leaf.
  std::string blob = encode_sealed(original.sealed);
  for (std::size_t i = 0; i < blob.size(); ++i) {
    blob[i] = static_cast<char>(blob[i] ^ 1);
    if (!is_corrupt(blob)) REQUIRE(leaf_hash(header, e.diff, decode_sealed(blob)) != leaf);
    blob[i] = static_cast<char>(blob[i] ^ 1);
  }
}

TEST_CASE("audit entry: no byte can wander from one part to the next") {
  const AuditEntry e = sample();
  const std::string header = canonical_header(e);
  const std::string both = header + e.diff;
  std::set<std::string> leaves;
  for (std::size_t cut = 0; cut <= both.size(); ++cut)
    leaves.insert(hex(as_view(leaf_hash(both.substr(0, cut), both.substr(cut), e.sealed))));
  CHECK(leaves.size() == both.size() + 1);

  // A sealed part's hash moved into the diff, as bytes; a part's first bytes moved into its subject's place.
  AuditEntry moved = e;
  moved.diff.append(as_view(sha256(std::string(e.sealed[0].subject.view()) + e.sealed[0].sealed)));
  moved.sealed.erase(moved.sealed.begin());
  CHECK(leaf_hash(moved) != leaf_hash(e));
  AuditEntry split = e;
  split.sealed[0].sealed = e.sealed[0].sealed.substr(0, 20);
  split.sealed.insert(split.sealed.begin() + 1, {e.sealed[0].subject, e.sealed[0].sealed.substr(20)});
  CHECK(leaf_hash(split) != leaf_hash(e));
  AuditEntry joined = e;
  joined.sealed = {{e.sealed[0].subject, encode_sealed(e.sealed).substr(20)}};
  CHECK(leaf_hash(joined) != leaf_hash(e));
}

TEST_CASE("audit entry: sealed parts come back as they were; bytes that do not fit are corrupt") {
  const AuditEntry e = sample();
  const std::string blob = encode_sealed(e.sealed);
  const auto parts = decode_sealed(blob);
  REQUIRE(parts.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(parts[i].subject == e.sealed[i].subject);
    CHECK(parts[i].sealed == e.sealed[i].sealed);
  }
  CHECK(decode_sealed("").empty());
  CHECK(decode_sealed(encode_sealed({SealedPart{}})).size() == 1);
  for (std::size_t size = 1; size < blob.size(); ++size)
    if (size != 60) CHECK(is_corrupt(blob.substr(0, size)));  // 60: the first part alone
  CHECK(is_corrupt(blob + "x"));
  CHECK(is_corrupt(std::string(16, '\0') + "\xff\xff\xff\xff"));
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp)
  for (int round = 0; round < 2000; ++round) {
    std::string noise(random() % 80, '\0');
    for (char& c : noise) c = random() % 3 ? '\0' : static_cast<char>(random());
    if (!is_corrupt(noise)) REQUIRE(encode_sealed(decode_sealed(noise)) == noise);
  }
}

TEST_CASE("audit entry: an exported line is canonical JSON and holds all that the leaf needs") {
  AuditEntry e = sample();
  const std::string line = export_line(e);
  CHECK(line.find('\n') == std::string::npos);
  const Json json = parse_json(line);
  CHECK(canonical_json(json) == line);
  CHECK(canonical_json(json.at("header")) == canonical_header(e));
  CHECK(canonical_json(json.at("diff")) == e.diff);
  CHECK(json.at("leaf") == sample_leaf);
  std::vector<SealedPart> parts;
  for (const Json& part : json.at("sealed"))
    parts.push_back({id(part.at("subject").get<std::string>().c_str()),
                     unbase64(part.at("data").get<std::string>()).value()});
  CHECK(leaf_hash(canonical_json(json.at("header")), canonical_json(json.at("diff")), parts) == leaf_hash(e));

  e.diff.clear();
  e.sealed.clear();
  const Json bare = parse_json(export_line(e));
  CHECK(bare.at("diff").is_null());
  CHECK(bare.at("sealed").empty());
  CHECK(bare.size() == 4);
}
