// Cryptography against the vectors of its specifications, and against tampering.

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"

namespace {

using namespace atlas;

std::string bytes(std::string_view hex_text) { return *unhex(hex_text); }

Key key_of(std::string_view hex_text) { return hash_from_bytes(bytes(hex_text)); }

template <std::size_t N>
std::string hex_of(const std::array<std::uint8_t, N>& a) {
  return hex({reinterpret_cast<const char*>(a.data()), a.size()});
}

class FixedEntropy : public Entropy {
 public:
  explicit FixedEntropy(std::string text) : text_(std::move(text)) {}
  void fill(std::span<std::uint8_t> out) override {
    REQUIRE(out.size() == text_.size());
    std::copy(text_.begin(), text_.end(), out.begin());
  }

 private:
  std::string text_;
};

TEST_CASE("SHA-256 (FIPS 180-4)") {
  CHECK(hex_of(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex_of(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256(std::string_view()) == sha256(""));
  // In pieces of any size.
  const std::string text(1'000, 'x');
  for (const std::size_t piece : {1, 7, 63, 64, 65, 999}) {
    Sha256 h;
    for (std::size_t i = 0; i < text.size(); i += piece) h.update(std::string_view(text).substr(i, piece));
    CHECK(h.finish() == sha256(text));
  }
  CHECK(hash_from_bytes(as_view(sha256("abc"))) == sha256("abc"));
  CHECK_THROWS_AS(hash_from_bytes("short"), Error);
}

TEST_CASE("HMAC-SHA256 (RFC 4231)") {
  const auto mac = [](const std::string& key, std::string_view data) {
    return hex_of(hmac_sha256(key, data));
  };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(mac(bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd')) ==
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(mac(std::string(131, '\xaa'),
            "This is a test using a larger than block-size key and a larger than block-size data. The key "
            "needs "
            "to be hashed before being used by the HMAC algorithm.") ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
  CHECK(mac("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(mac(std::string(64, 'k'), "d") != mac(std::string(65, 'k'), "d"));
}

TEST_CASE("HKDF-SHA256 (RFC 5869)") {
  std::string ikm, salt, info;
  for (int i = 0; i < 80; ++i) {
    ikm.push_back(static_cast<char>(i));
    salt.push_back(static_cast<char>(0x60 + i));
    info.push_back(static_cast<char>(0xb0 + i));
  }
  CHECK(hex_of(hkdf(std::string(22, '\x0b'), bytes("000102030405060708090a0b0c"),
                    bytes("f0f1f2f3f4f5f6f7f8f9"))) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  CHECK(hex_of(hkdf(ikm, salt, info)) == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  CHECK(hex_of(hkdf(std::string(22, '\x0b'), "", "")) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  CHECK(hkdf("s", {}, "a") != hkdf("s", {}, "b"));
}

TEST_CASE("PBKDF2-HMAC-SHA512") {
  CHECK(hex_of(pbkdf2("password", "salt", 1)) ==
        "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252");
  CHECK(hex_of(pbkdf2("password", "salt", 4096)) ==
        "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5");
  CHECK_THROWS_AS(pbkdf2("password", "salt", 0), Error);
}

TEST_CASE("AES-256-GCM: the specification's test case 16, and the layout") {
  const Key key = key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string nonce = bytes("cafebabefacedbaddecaf888"),
                    aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                    plain = bytes(
                        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809"
                        "532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  FixedEntropy entropy(nonce);
  CHECK(hex(seal(key, plain, aad, entropy)) == hex(nonce) +
                                                   "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2"
                                                   "555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e"
                                                   "6393ba7a0abcc9f662"
                                                   "76fc6ece0f4e1768cddf8853bb2d551b");
  CHECK(unseal(key, seal(key, plain, aad, entropy), aad) == plain);
}

TEST_CASE("a sealed text opens whole or not at all") {
  Key key = sha256("k");
  for (const std::size_t size : {0, 1, 15, 16, 17, 1'000}) {
    std::string plain(size, 'p');
    const std::string sealed = seal(key, plain, "aad", system_entropy());
    CHECK(sealed.size() == size + 28);
    CHECK(unseal(key, sealed, "aad") == plain);
    CHECK_FALSE(unseal(key, sealed, "aad "));
    CHECK_FALSE(unseal(key, sealed, ""));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      if (unseal(key, changed, "aad")) FAIL("byte " << i << " of " << size);
    }
    for (std::size_t n = 0; n < std::min<std::size_t>(sealed.size(), 60); ++n)
      if (unseal(key, std::string_view(sealed).substr(0, n), "aad")) FAIL("cut at " << n);
  }
  const std::string sealed = seal(key, "p", {}, system_entropy());
  CHECK(unseal(key, sealed, {}) == "p");
  CHECK(sealed != seal(key, "p", {}, system_entropy()));
  key[31] ^= 1;
  CHECK_FALSE(unseal(key, sealed, {}));
}

TEST_CASE("Ed25519 (RFC 8032 §7.1)") {
  struct Vector {
    const char *seed, *key, *message, *signature;
  };
  for (const Vector& v : {Vector{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                                 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a"
                                 "33bacc61e39701cf9b46bd25bf"
                                 "5f0595bbe24655141438e7a100b"},
                          Vector{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                                 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                                 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e1"
                                 "5996e458f3613d0f11d8c387b2"
                                 "eaeb4302aeeb00d291612bb0c00"},
                          Vector{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                                 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                                 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d1"
                                 "6f290ae67f760984dc6594a7c1"
                                 "5e9716ed28dc027beceea1ec40a"}}) {
    const Key seed = key_of(v.seed);
    const std::string message = bytes(v.message), signature = bytes(v.signature);
    CHECK(hex_of(ed25519_public(seed)) == v.key);
    CHECK(hex_of(ed25519_sign(seed, message)) == v.signature);
    CHECK(ed25519_verify(key_of(v.key), message, signature));
    CHECK_FALSE(ed25519_verify(key_of(v.key), message + "x", signature));
    CHECK_FALSE(ed25519_verify(key_of(v.key), message, signature.substr(1)));
    CHECK_FALSE(ed25519_verify(key_of(v.key), message, signature + '\0'));
    CHECK_FALSE(ed25519_verify(key_of(v.key), message, {}));
    for (std::size_t i = 0; i < signature.size(); ++i) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 0x40);
      if (ed25519_verify(key_of(v.key), message, changed)) FAIL("byte " << i);
    }
  }
  CHECK_FALSE(ed25519_verify(Key{}, "m", std::string(64, '\xff')));
}

TEST_CASE("comparison and wiping") {
  CHECK(equal_constant_time("", ""));
  CHECK(equal_constant_time(std::string_view(), ""));
  CHECK(equal_constant_time("abc", std::string("abc")));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
  std::string secret = "secret";
  wipe(secret.data(), secret.size());
  CHECK(secret == std::string(6, '\0'));
  wipe(nullptr, 0);
}

TEST_CASE("base64 (RFC 4648 §10) and nothing beside it") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff\xbf", "+/+/"}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(base64(plain) == encoded);
    CHECK(unbase64(encoded) == plain);
  }
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", " Zm9v",
                          "Zm9v====", "Zg==Zg==", "Z=g=", "Zm9-", "Zm9_", "=Zm9", "Zm9vYg=a"})
    CHECK_FALSE(unbase64(bad));
  std::mt19937 random(5);
  for (int i = 0; i < 2'000; ++i) {
    std::string data(random() % 50, '\0');
    for (char& c : data) c = static_cast<char>(random());
    REQUIRE(unbase64(base64(data)) == data);
    REQUIRE(unhex(hex(data)) == data);
  }
  // Of all texts of four characters with a given beginning exactly one decodes to each value.
  std::set<std::string> seen;
  for (int c = 0; c < 256; ++c) {
    const std::string text = {'Q', static_cast<char>(c), '=', '='};
    if (const auto plain = unbase64(text)) CHECK(seen.insert(*plain).second);
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("hexadecimal") {
  CHECK(hex("\x01\xab\xff") == "01abff");
  CHECK(unhex("01ABff") == "\x01\xab\xff");
  CHECK(unhex("") == "");
  for (const char* bad : {"0", "0g", "0x01", "01 2", "-1"}) CHECK_FALSE(unhex(bad));
}

}  // namespace
