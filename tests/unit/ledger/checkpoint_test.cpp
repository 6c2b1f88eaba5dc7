// Checkpoints against notes that other implementations signed, and against hostile ones.

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "atlas/checkpoint.hpp"
#include "atlas/error.hpp"

namespace {

using namespace atlas;
using namespace std::literals;

// The key and the note of the reference implementation's documentation (Go's sumdb/note).
constexpr const char* reference_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* reference_note =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
// Seed of that key; the checkpoint was signed with OpenSSL's command.
constexpr const char* reference_seed = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";
constexpr const char* signed_checkpoint =
    "libatlas/audit/018f3c1e-7b2a-7c3d-8e4f-000000000001\n"
    "8\n"
    "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    "time 2026-11-22T09:30:00.000000Z\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08gow9Gh00Fy1UmFNIbeUeyahhObhNRWY7mcsjPWlu+vmLLeUUZtwLulb30szYKPc4S+67bgkwfWshZ0jZ4njTZ7QU=\n";
// The example of the signed-note specification's test suite: another key, another name.
constexpr const char* other_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr const char* other_note =
    "This is an example message.\n"
    "\n"
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

Key key_from_hex(const char* text) { return hash_from_bytes(unhex(text).value()); }

Checkpoint sample() {
  Checkpoint c;
  c.origin = "libatlas/audit/018f3c1e-7b2a-7c3d-8e4f-000000000001";
  c.size = 8;
  c.root = key_from_hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  c.at = parse_timestamp("2026-11-22T09:30:00Z").value();
  return c;
}

bool is_refused(std::string_view note) {
  try {
    read_checkpoint(note);
    return false;
  } catch (const Error& e) {
    REQUIRE(e.code() == ErrorCode::invalid_argument);
    REQUIRE(e.message().size() < 120);
    return true;
  }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("checkpoint: notes signed elsewhere verify, under their key and name alone") {
  const auto peter = parse_verifier_key(reference_key);
  const auto other = parse_verifier_key(other_key);
  REQUIRE(peter);
  REQUIRE(other);
  CHECK(peter->name == "PeterNeumann");
  CHECK(verifier_key(peter->name, peter->public_key) == reference_key);
  CHECK(verifier_key(other->name, other->public_key) == other_key);
  CHECK(peter->public_key == ed25519_public(key_from_hex(reference_seed)));

  CHECK(verify_checkpoint(reference_note, peter->name, peter->public_key));
  CHECK(verify_checkpoint(other_note, other->name, other->public_key));
  CHECK_FALSE(verify_checkpoint(reference_note, other->name, other->public_key));
  CHECK_FALSE(verify_checkpoint(reference_note, "PeterNeuman", peter->public_key));
  CHECK_FALSE(verify_checkpoint(reference_note, peter->name, other->public_key));
}

TEST_CASE("checkpoint: a written note is byte for byte the signed one, and reads back") {
  const CheckpointSigner signer{"PeterNeumann", key_from_hex(reference_seed)};
  CHECK(write_checkpoint(sample(), signer) == signed_checkpoint);
  const ReadCheckpoint read = read_checkpoint(signed_checkpoint);
  CHECK(read.is_signed);
  CHECK(read.checkpoint.origin == sample().origin);
  CHECK(read.checkpoint.size == 8);
  CHECK(read.checkpoint.root == sample().root);
  CHECK(read.checkpoint.at == sample().at);
  CHECK(verify_checkpoint(signed_checkpoint, signer.name, ed25519_public(signer.seed)));

  const std::string bare = write_checkpoint(sample(), std::nullopt);
  CHECK(std::string_view(signed_checkpoint).substr(0, bare.size()) == bare);
  CHECK(bare.ends_with("Z\n\n"));
  CHECK_FALSE(read_checkpoint(bare).is_signed);
  CHECK(read_checkpoint(bare).checkpoint.root == sample().root);
  CHECK_FALSE(verify_checkpoint(bare, signer.name, ed25519_public(signer.seed)));

  Checkpoint largest = sample();
  largest.size = ~0ull;
  CHECK(read_checkpoint(write_checkpoint(largest, signer)).checkpoint.size == ~0ull);
}

TEST_CASE("checkpoint: any flipped bit, and any cut, loses the signature") {
  const Key key = ed25519_public(key_from_hex(reference_seed));
  const std::string note = signed_checkpoint;
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = note;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      INFO("byte " << i << " bit " << bit);
      REQUIRE_FALSE(verify_checkpoint(bad, "PeterNeumann", key));
    }
  for (std::size_t size = 0; size < note.size(); ++size)
    REQUIRE_FALSE(verify_checkpoint(note.substr(0, size), "PeterNeumann", key));
}

TEST_CASE("checkpoint: signatures of unknown keys are passed over, a wrong one of the known key is not") {
  const Key key = ed25519_public(key_from_hex(reference_seed));
  const std::string note = signed_checkpoint;
  const std::string unknown = "\u2014 witness.example/w1 AAAAAAEC\n";
  const std::string wrong =
      "\u2014 PeterNeumann " + base64(unhex("c74f20a3").value() + std::string(64, 'x')) + "\n";
  const std::string short_one = "\u2014 PeterNeumann " + base64(unhex("c74f20a3").value() + "x") + "\n";
  const std::string own_line = note.substr(note.rfind("\u2014"));
  CHECK(verify_checkpoint(note + unknown, "PeterNeumann", key));
  CHECK(verify_checkpoint(replaced(note, "\u2014", unknown + "\u2014"), "PeterNeumann", key));
  CHECK(verify_checkpoint(note + own_line, "PeterNeumann", key));
  CHECK_FALSE(verify_checkpoint(note + wrong, "PeterNeumann", key));
  CHECK_FALSE(verify_checkpoint(note + short_one, "PeterNeumann", key));
  CHECK(read_checkpoint(note + unknown).is_signed);
  std::string many = note;
  for (int i = 0; i < 99; ++i) many += unknown;
  CHECK(verify_checkpoint(many, "PeterNeumann", key));
  CHECK_FALSE(verify_checkpoint(many + unknown, "PeterNeumann", key));
}

TEST_CASE("checkpoint: what is no checkpoint is refused with invalid_argument") {
  const std::string root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
  const auto body = [&](const std::string& size, const std::string& root_text, const std::string& more = "") {
    return "origin\n" + size + "\n" + root_text + "\n" + more + "\n";
  };
  REQUIRE_FALSE(is_refused(body("1", root)));
  REQUIRE_FALSE(is_refused(body("0", root)));
  REQUIRE_FALSE(is_refused(body("18446744073709551615", root)));
  REQUIRE_FALSE(is_refused(body("1", root, "anything else\n")));
  REQUIRE_FALSE(is_refused("\u062A\u00e9\U0001F600 origin\n1\n" + root + "\n\n"));
  CHECK(read_checkpoint(body("1", root)).checkpoint.at == Timestamp{});

  for (const char* size :
       {"", "01", "00", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "18446744073709551616"})
    CHECK(is_refused(body(size, root)));
  for (const std::string& text :
       {""s, root.substr(1), root.substr(0, 43), root + "=", root + " ", "AA=="s, root + "AA=="})
    CHECK(is_refused(body("1", text)));
  CHECK(is_refused(body("1", root, "time 2026-11-22T09:30:00Z\ntime 2026-11-22T09:30:00Z\n")));
  CHECK(is_refused(body("1", root, "time yesterday\n")));
  CHECK(is_refused(body("1", root, "time \n")));
  CHECK(is_refused(body("1", root, "\nmore\n")));  // an empty line in the text
  for (const std::string& note :
       {""s, "\n"s, "\n\n"s, "\n\n\n"s, "origin\n\n"s, "origin\n1\n\n"s, "origin\n1\n" + root + "\n",
        "\n1\n" + root + "\n\n", "origin\n1\n" + root + "\n\n\n", "origin\r\n1\r\n" + root + "\r\n\r\n",
        "or\tigin\n1\n" + root + "\n\n", "or\0igin\n1\n"s + root + "\n\n", "or\xff\n1\n" + root + "\n\n",
        "or\xc0\xaf\n1\n" + root + "\n\n", "or\xed\xa0\x80\n1\n" + root + "\n\n",
        "or\xf4\x90\x80\x80\n1\n" + root + "\n\n", "or\xe2\x80\n1\n" + root + "\n\n"})
    CHECK(is_refused(note));
  const std::string start = body("1", root);
  for (const std::string& line :
       {"x\n"s, "- name AAAAAAEC\n"s, "\u2014name AAAAAAEC\n"s, "\u2014 name\n"s, "\u2014 name \n"s,
        "\u2014  AAAAAAEC\n"s, "\u2014 name AAAAAA==\n"s, "\u2014 name AAAAAAE\n"s,
        "\u2014 na+me AAAAAAEC\n"s, "\u2014 na\u00A0me AAAAAAEC\n"s, "\u2014 name AAAAAAEC extra\n"s,
        "\u2014 name AAAAAAEC"s})
    CHECK(is_refused(start + line));
  CHECK_FALSE(is_refused(start + "\u2014 name AAAAAAEC\n"));
  CHECK(is_refused(body("1", root, std::string(70'000, 'x') + "\n")));
}

TEST_CASE("checkpoint: noise is refused or read, never worse") {
  std::mt19937 random(42);  // NOLINT(cert-msc51-cpp)
  const std::vector<std::string> pieces = {"origin",
                                           "\n",
                                           "\n\n",
                                           "1",
                                           "0",
                                           "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
                                           "\u2014 ",
                                           "name ",
                                           "AAAAAAEC",
                                           "time ",
                                           "2026-11-22T09:30:00Z",
                                           "\xff",
                                           " "};
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string note = round % 2 ? "origin\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n" : "";
    for (auto n = random() % 8; n > 0; --n) note += pieces[random() % pieces.size()];
    if (!is_refused(note)) ++read;
    REQUIRE_FALSE(verify_checkpoint(note, "name", Key{}));
  }
  CHECK(read > 100);
}

TEST_CASE("checkpoint: names and origins that a note cannot carry are refused when writing") {
  const Key seed = key_from_hex(reference_seed);
  for (const std::string& name : {""s, "a b"s, "a+b"s, "a\nb"s, "a\u2003b"s, "a\u00A0b"s, "a\tb"s, "\xff"s}) {
    CHECK_THROWS_AS(write_checkpoint(sample(), CheckpointSigner{name, seed}), Error);
    CHECK_THROWS_AS(verifier_key(name, ed25519_public(seed)), Error);
  }
  for (const std::string& origin : {""s, "a\nb"s, "a\n"s, "a\0b"s, "\xff"s}) {
    Checkpoint c = sample();
    c.origin = origin;
    CHECK_THROWS_AS(write_checkpoint(c, std::nullopt), Error);
  }
}

TEST_CASE("checkpoint: verifier keys that do not hold together are refused") {
  const std::string key = reference_key;
  REQUIRE(parse_verifier_key(key));
  for (const std::string& bad :
       {""s, "+"s, "++"s, "name"s, key.substr(0, 21), key.substr(1), key + "=", key + "A",
        replaced(key, "c74f", "c74e"), replaced(key, "c74f20a3", "c74f20"), replaced(key, "c74f20a3", ""),
        replaced(key, "ARpc", "AhpC"), replaced(key, "ARpc", "ARpd"), replaced(key, "Peter", "Peter "),
        "PeterNeumann+c74f20a3+AQ=="s, std::string(100'000, '+')})
    CHECK_FALSE(parse_verifier_key(bad));
}
