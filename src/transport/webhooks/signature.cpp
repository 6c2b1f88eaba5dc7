#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "atlas/crypto.hpp"
#include "atlas/text.hpp"
#include "atlas/webhook.hpp"
#include "url_forms.hpp"

namespace atlas {
namespace {

constexpr std::size_t longest_url = 8'192;
constexpr std::size_t longest_signature = 256;

/// HMAC-SHA1, which this provider's scheme prescribes and nothing else here uses. Empty when it failed.
std::string hmac_sha1(std::string_view key, std::string_view data) {
  std::array<unsigned char, 20> out{};
  std::size_t size = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(), out.size(),
                &size) == nullptr ||
      size != out.size())
    return {};
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

/// Does one of the secrets give the signature for one of the URL's forms followed by `tail`? Every
/// combination is tried, so that the time tells nothing of which was right.
bool verify_twilio(const SigningSecrets& secrets, std::string_view url, std::string_view tail,
                   std::string_view signature) {
  if (url.empty() || url.size() > longest_url || signature.empty() || signature.size() > longest_signature)
    return false;
  bool valid = false;
  const auto forms = signed_url_forms(url);
  for (const std::string_view secret : {secrets.current, secrets.previous}) {
    if (secret.empty()) continue;
    for (const std::string& form : forms) {
      const std::string mac = hmac_sha1(secret, form + std::string(tail));
      const bool same = !mac.empty() && equal_constant_time(base64(mac), signature);
      valid = valid || same;
    }
  }
  return valid;
}

bool same_media_type(std::string_view content_type, std::string_view expected) {
  content_type = trim(content_type.substr(0, content_type.find(';')));
  return std::equal(
      content_type.begin(), content_type.end(), expected.begin(), expected.end(),
      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

}  // namespace

bool verify_twilio_form(const SigningSecrets& secrets, std::string_view url,
                        const std::vector<NameValue>& form, std::string_view signature) {
  std::vector<const NameValue*> sorted;
  sorted.reserve(form.size());
  for (const NameValue& member : form) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return *a < *b; });
  std::string tail;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && *sorted[i] == *sorted[i - 1]) continue;
    tail += sorted[i]->first;
    tail += sorted[i]->second;
  }
  return verify_twilio(secrets, url, tail, signature);
}

bool verify_twilio_body(const SigningSecrets& secrets, std::string_view url, std::string_view body,
                        std::string_view signature) {
  const auto query = parse_form(query_of(url));
  if (!query) return false;
  const std::string_view told = form_value(*query, "bodySHA256");
  const bool same_body = equal_constant_time(hex(as_view(sha256(body))), told);
  return verify_twilio(secrets, url, {}, signature) && same_body;
}

bool verify_twilio_request(const SigningSecrets& secrets, std::string_view url, std::string_view content_type,
                           std::string_view body, std::string_view signature) {
  if (same_media_type(content_type, "application/x-www-form-urlencoded")) {
    const auto form = parse_form(body);
    return form && verify_twilio_form(secrets, url, *form, signature);
  }
  if (body.empty() && query_of(url).find("bodySHA256=") == std::string_view::npos)
    return verify_twilio_form(secrets, url, {}, signature);
  return verify_twilio_body(secrets, url, body, signature);
}

bool verify_meta_body(const SigningSecrets& secrets, std::string_view body, std::string_view signature) {
  constexpr std::string_view scheme = "sha256=";
  if (!signature.starts_with(scheme)) return false;
  const auto told = unhex(signature.substr(scheme.size()));
  if (!told || told->size() != Hash{}.size()) return false;
  bool valid = false;
  for (const std::string_view secret : {secrets.current, secrets.previous}) {
    if (secret.empty()) continue;
    const bool same = equal_constant_time(as_view(hmac_sha256(secret, body)), *told);
    valid = valid || same;
  }
  return valid;
}

std::optional<std::string> answer_meta_challenge(std::string_view verify_token, std::string_view query) {
  constexpr std::size_t longest_challenge = 256;
  const auto form = parse_form(query);
  if (!form || verify_token.empty()) return std::nullopt;
  const bool same = equal_constant_time(verify_token, form_value(*form, "hub.verify_token"));
  const std::string_view challenge = form_value(*form, "hub.challenge");
  // It goes back as it is: nothing that a browser could take for a page.
  const bool plain = !challenge.empty() && challenge.size() <= longest_challenge &&
                     std::all_of(challenge.begin(), challenge.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              c == '-' || c == '_' || c == '.';
                     });
  if (!same || form_value(*form, "hub.mode") != "subscribe" || !plain) return std::nullopt;
  return std::string(challenge);
}

}  // namespace atlas
