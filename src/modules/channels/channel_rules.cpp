#include "channel_rules.hpp"

#include <algorithm>
#include <span>

#include "atlas/text.hpp"

namespace atlas::channels {
namespace {

constexpr std::string_view whatsapp = "CHAN_WHATSAPP", sms = "CHAN_SMS", email = "CHAN_EMAIL";

struct Provider {
  std::string_view name;
  std::array<std::string_view, 3> channels;  ///< "" = none
};
constexpr Provider providers[] = {{"TWILIO", {whatsapp, sms}},
                                  {"META", {whatsapp}},
                                  {"SMTP", {email}},
                                  {"FILE", {whatsapp, sms, email}},
                                  {"MEMORY", {whatsapp, sms, email}},
                                  {"HOST", {whatsapp, sms, email}}};

void wrong(std::vector<FieldError>& errors, std::string path, std::string_view code, std::string why) {
  errors.push_back({std::move(path), std::string(code), std::move(why)});
}

bool all_of(std::string_view text, bool (*is)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_e164(std::string_view s) {
  return s.size() >= 8 && s.size() <= 16 && s.front() == '+' && all_of(s.substr(1), is_digit);
}

void check_sender(const ChannelAccount& a, std::vector<FieldError>& errors) {
  if (a.provider == "META" && (!all_of(a.sender, is_digit) || a.sender.size() > 32))
    wrong(errors, "/sender", field_code::out_of_range, "a phone_number_id: digits");
  if (a.provider == "TWILIO" && !is_e164(a.sender) && !a.sender.starts_with("MG") &&
      (a.channel_code != sms || a.sender.size() > 15))
    wrong(errors, "/sender", field_code::not_a_phone_number, "a number in E.164 or a messaging service");
  if (a.provider == "SMTP" && a.sender.find('@') == std::string::npos)
    wrong(errors, "/sender", field_code::not_an_email, "an e-mail address");
}

bool is_url(std::string_view url, std::span<const std::string_view> schemes) {
  return std::any_of(schemes.begin(), schemes.end(),
                     [&](std::string_view s) { return url.starts_with(s) && url.size() > s.size(); }) &&
         url.find_first_of(" \"<>\\") == std::string_view::npos;
}

void check_urls(const ChannelAccount& a, bool by_host, std::vector<FieldError>& errors) {
  static constexpr std::string_view web[] = {"https://", "http://"};
  static constexpr std::string_view relay[] = {"smtp://", "smtps://"};
  if (a.public_url && !is_url(*a.public_url, web))
    wrong(errors, "/public_url", field_code::out_of_range, "a whole address, https://…");
  if (!a.base_url) return;
  if (a.provider == "SMTP") {
    if (!is_url(*a.base_url, relay))
      wrong(errors, "/base_url", field_code::out_of_range, "smtp://relay:587 or smtps://relay:465");
  } else if (!by_host) {
    // Whoever may set it makes the host's network send requests there.
    wrong(errors, "/base_url", field_code::out_of_range, "only the host points this provider elsewhere");
  } else if (!is_url(*a.base_url, web)) {
    wrong(errors, "/base_url", field_code::out_of_range, "a whole address, https://…");
  }
}

}  // namespace

void check_reference(std::string_view reference, const std::string& path, std::vector<FieldError>& errors) {
  const bool plain = std::all_of(reference.begin(), reference.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("._:/-").find(c) != std::string_view::npos;
  });
  if (!plain || reference.starts_with(sealed_prefix))
    wrong(errors, path, field_code::out_of_range, "a name of the host's: letters, digits and ._:/-");
}

void check_account(const ChannelAccount& a, bool by_host, std::vector<FieldError>& errors) {
  const auto* const p = std::find_if(std::begin(providers), std::end(providers),
                                     [&](const Provider& one) { return one.name == a.provider; });
  if (p != std::end(providers) &&
      std::find(p->channels.begin(), p->channels.end(), a.channel_code) == p->channels.end())
    wrong(errors, "/channel_code", field_code::out_of_range, "the provider does not serve this channel");
  check_sender(a, errors);
  check_urls(a, by_host, errors);
}

}  // namespace atlas::channels
