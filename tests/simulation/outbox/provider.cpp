#include "provider.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "atlas/crypto.hpp"
#include "atlas/json.hpp"

namespace atlas::simulation::post {
namespace {

std::string mac(const EVP_MD* algorithm, const std::string& key, const std::string& data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  HMAC(algorithm, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string escaped(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

const char* words(Meaning meaning, Dice& dice) {
  static const std::vector<const char*> talk{"Bonjour, est-ce encore libre ?", "On se voit à 15h",
                                             "ne vous arrêtez pas"};
  static const std::vector<const char*> stop{"STOP", "stop svp", "Arrêtez", "unsubscribe"};
  switch (meaning) {
    case Meaning::talk:
      return dice.pick(talk);
    case Meaning::stop:
      return dice.pick(stop);
    case Meaning::stop_everything:
      return "STOP TOUT";
    case Meaning::start:
      return "START";
  }
  return "";
}

}  // namespace

void Provider::take(Handed& h, Timestamp now) {
  const Account& a = accounts[h.account];
  if (a.takes_token) {
    for (const Handed& earlier : log) {
      if (!earlier.taken || earlier.token != h.token || earlier.account != h.account) continue;
      h.again = true;
      h.named = earlier.named;
      return;
    }
  }
  h.taken = true;
  h.named = (a.provider == "META"     ? "wamid."
             : a.provider == "TWILIO" ? "SM"
                                      : "m") +
            std::to_string(++names_);
  if (!a.reports) return;
  h.tells_token = a.provider == "TWILIO" || dice_.chance(700'000);
  static const std::vector<std::vector<std::string>> fates{{"sent", "delivered"},
                                                           {"sent", "delivered"},
                                                           {"sent", "delivered", "read"},
                                                           {"sent", "failed"},
                                                           {"failed"},
                                                           {"delivered"},
                                                           {"queued"},
                                                           {"queued", "sent", "delivered"},
                                                           {"queued", "failed"},
                                                           {"sent", "failed", "delivered"}};
  h.reports = dice_.pick(fates);
  Timestamp at = now;
  for (const std::string& state : h.reports) {
    at = at + static_cast<std::int64_t>(dice_.below(5)) * micros_per_second;
    report(h, state, at);
    if (dice_.chance(150'000)) waiting.push_back(waiting.back());
  }
}

void Provider::report(const Handed& h, const std::string& state, Timestamp at) {
  const Account& a = accounts[h.account];
  if (a.provider == "TWILIO") {
    std::vector<std::pair<std::string, std::string>> form{
        {"AccountSid", "AC1"}, {"MessageSid", h.named}, {"MessageStatus", state}, {"To", h.to}};
    if (state == "failed") form.insert(form.begin() + 1, {"ErrorCode", "30003"});
    return post_form(h.account, a.url + "?token=" + h.token, std::move(form), {}, h.named);
  }
  std::string value = R"("statuses":[{"id":)" + json_string(h.named) + R"(,"status":)" +
                      json_string(state == "queued" ? "accepted" : state) + R"(,"timestamp":")" +
                      std::to_string(at.micros / micros_per_second) + R"(","recipient_id":)" +
                      json_string(h.to.substr(1));
  if (h.tells_token) value += R"(,"biz_opaque_callback_data":)" + json_string(h.token);
  if (state == "failed") value += R"(,"errors":[{"code":131026,"title":"Message undeliverable"}])";
  post_json(h.account, value + "}]", {}, h.named);
}

void Provider::write(std::size_t account, const std::string& from, Meaning meaning, Timestamp now) {
  const Account& a = accounts[account];
  Written w;
  w.account = account;
  w.named = (a.provider == "META" ? "wamid.in" : "SMin") + std::to_string(++names_);
  w.from = from;
  w.text = words(meaning, dice_);
  w.meaning = meaning;
  w.at = {now.micros / micros_per_second * micros_per_second};
  written.push_back(w);
  const std::vector<std::size_t> brings{written.size() - 1};
  if (a.provider == "TWILIO") {
    post_form(account, a.url,
              {{"AccountSid", "AC1"},
               {"Body", w.text},
               {"From", from},
               {"MessageSid", w.named},
               {"NumMedia", "0"},
               {"SmsStatus", "received"},
               {"To", a.sender}},
              brings, {});
  } else {
    post_json(account,
              R"("contacts":[{"profile":{"name":"Amina"},"wa_id":)" + json_string(from.substr(1)) +
                  R"(}],"messages":[{"from":)" + json_string(from.substr(1)) + R"(,"id":)" +
                  json_string(w.named) + R"(,"timestamp":")" +
                  std::to_string(w.at.micros / micros_per_second) + R"(","type":"text","text":{"body":)" +
                  json_string(w.text) + "}}]",
              brings, {});
  }
  if (dice_.chance(200'000)) waiting.push_back(waiting.back());
}

/// Twilio's rule: the URL, then each member's name and value in the order of the names.
void Provider::post_form(std::size_t account, const std::string& url,
                         std::vector<std::pair<std::string, std::string>> members,
                         std::vector<std::size_t> brings, std::string named) {
  std::sort(members.begin(), members.end());
  std::string signed_text = url, body;
  for (const auto& [name, value] : members) {
    signed_text += name + value;
    body += (body.empty() ? "" : "&") + name + "=" + escaped(value);
  }
  waiting.push_back({account, url, "application/x-www-form-urlencoded", "X-Twilio-Signature", signed_text,
                     body, std::move(brings), std::move(named)});
}

void Provider::post_json(std::size_t account, const std::string& value, std::vector<std::size_t> brings,
                         std::string named) {
  const Account& a = accounts[account];
  const std::string body =
      R"({"object":"whatsapp_business_account","entry":[{"id":"WABA","changes":[{"field":"messages","value":{)"
      R"("messaging_product":"whatsapp","metadata":{"phone_number_id":")" +
      a.sender + R"("},)" + value + "}}]}]}";
  waiting.push_back({account, a.url, "application/json", "X-Hub-Signature-256", body, body, std::move(brings),
                     std::move(named)});
}

std::string Provider::signature(const Webhook& w, bool by_last) const {
  const Account& a = accounts[w.account];
  const std::string& secret = by_last && !a.last_secret.empty() ? a.last_secret : a.secret;
  return a.provider == "TWILIO" ? base64(mac(EVP_sha1(), secret, w.signed_text))
                                : "sha256=" + hex(mac(EVP_sha256(), secret, w.signed_text));
}

}  // namespace atlas::simulation::post
