#include "atlas/webhook.hpp"

namespace atlas {
namespace {

constexpr std::size_t member_limit = 1'000;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i] == '+' ? ' ' : text[i]);
  }
  return out;
}

}  // namespace

std::optional<std::vector<NameValue>> parse_form(std::string_view text) {
  std::vector<NameValue> form;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view member = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (member.empty()) continue;
    if (form.size() == member_limit) return std::nullopt;
    const std::size_t equals = member.find('=');
    form.emplace_back(unescaped(member.substr(0, equals)), equals == std::string_view::npos
                                                               ? std::string()
                                                               : unescaped(member.substr(equals + 1)));
  }
  return form;
}

std::string_view form_value(const std::vector<NameValue>& form, std::string_view name) noexcept {
  for (const auto& [n, value] : form) {
    if (n == name) return value;
  }
  return {};
}

std::string_view query_of(std::string_view url) noexcept {
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

}  // namespace atlas
