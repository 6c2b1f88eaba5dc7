// Any bytes as the URL, the body and the signature of a webhook: what is not signed is never right.

#include <cstdint>
#include <string>

#include "atlas/crypto.hpp"
#include "atlas/webhook.hpp"
#include "check.hpp"

// The first line is the URL (or a query), the second the signature, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  using namespace atlas;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return text;
  };
  const std::string_view url = line(), signature = line(), body = rest;
  const SigningSecrets none, secret{"a secret that no input holds", ""};
  for (const char* type : {"", "application/json", "application/x-www-form-urlencoded"}) {
    ATLAS_FUZZ_CHECK(!verify_twilio_request(none, url, type, body, signature));
    ATLAS_FUZZ_CHECK(!verify_twilio_request(secret, url, type, body, signature));
  }
  ATLAS_FUZZ_CHECK(!verify_meta_body(none, body, signature));
  ATLAS_FUZZ_CHECK(!verify_meta_body(secret, body, signature));
  const std::string right = "sha256=" + hex(as_view(hmac_sha256(secret.current, body)));
  ATLAS_FUZZ_CHECK(verify_meta_body(secret, body, right));
  ATLAS_FUZZ_CHECK(verify_meta_body({"another", secret.current}, body, right));
  ATLAS_FUZZ_CHECK(!answer_meta_challenge("", url));
  if (const auto challenge = answer_meta_challenge("token", url)) {
    ATLAS_FUZZ_CHECK(!challenge->empty() && challenge->size() <= 256);
    ATLAS_FUZZ_CHECK(challenge->find_first_of("<>&\"' \r\n") == std::string::npos);
  }
  if (const auto form = parse_form(body)) ATLAS_FUZZ_CHECK(form->size() <= 1'000);
  return 0;
}
