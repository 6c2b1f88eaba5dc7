#include "url_forms.hpp"

#include <algorithm>

#include "atlas/webhook.hpp"

namespace atlas {
namespace {

/// The parts, each with the sign that introduces it.
struct Url {
  std::string scheme, user, host, port, path, query, fragment;
};

bool parse(std::string_view text, Url& url) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  url.scheme = text.substr(0, colon);
  std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  text.remove_prefix(colon + 3);
  const std::size_t fragment = text.find('#');
  if (fragment != std::string_view::npos) url.fragment = text.substr(fragment);
  text = text.substr(0, fragment);
  const std::size_t query = text.find('?');
  if (query != std::string_view::npos) url.query = text.substr(query);
  text = text.substr(0, query);
  const std::size_t path = text.find('/');
  if (path != std::string_view::npos) url.path = text.substr(path);
  text = text.substr(0, path);
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    url.user = text.substr(0, at + 1);
    text.remove_prefix(at + 1);
  }
  const std::size_t port = text.rfind(':');  // not one of an IPv6 address
  if (port != std::string_view::npos && text.find(']', port) == std::string_view::npos) {
    url.port = text.substr(port);
    text = text.substr(0, port);
  }
  url.host = text;
  return !url.host.empty();
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4], digits[byte & 15]};
}

/// As a parser of the WHATWG's standard writes it back: what it must not hold is escaped, the rest stays.
std::string parser_escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || special.find(c) != std::string_view::npos) {
      append_escaped(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

std::string with_bare_quotes(std::string text) {
  for (std::size_t i = text.find("%27"); i != std::string::npos; i = text.find("%27", i)) {
    text.replace(i, 3, "'");
  }
  return text;
}

/// encodeURIComponent: letters, digits and -_.!~*'() stay.
void append_component(std::string& out, std::string_view text) {
  constexpr std::string_view kept = "-_.!~*'()";
  for (const char c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alphanumeric || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
}

/// Read as a form and written anew, members of one name together, as `querystring` does.
std::string form_encoded(std::string_view query) {
  const auto members = parse_form(query.substr(std::min<std::size_t>(1, query.size())));
  if (!members || members->empty()) return std::string(query);
  std::string out;
  std::vector<bool> written(members->size());
  for (std::size_t i = 0; i < members->size(); ++i) {
    for (std::size_t k = i; k < members->size(); ++k) {
      if (written[k] || (*members)[k].first != (*members)[i].first) continue;
      written[k] = true;
      out += out.empty() ? '?' : '&';
      append_component(out, (*members)[k].first);
      out += '=';
      append_component(out, (*members)[k].second);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> signed_url_forms(std::string_view text) {
  std::vector<std::string> forms{std::string(text)};
  Url url;
  if (!parse(text, url)) return forms;
  const auto add = [&](std::string form) {
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(std::move(form));
  };
  const std::string standard_port = url.scheme == "https" ? ":443" : ":80";
  const std::string parsed_path = url.path.empty() ? "/" : parser_escaped(url.path, "\"<>`{}^");
  const std::string parsed_query = parser_escaped(url.query, "\"'<>");
  for (const std::string& port : {std::string(), url.port.empty() ? standard_port : url.port}) {
    const std::string origin = url.scheme + "://" + url.user + url.host + port;
    add(origin + url.path + url.query + url.fragment);
    add(origin + parsed_path + parsed_query + url.fragment);
    add(origin + parsed_path + with_bare_quotes(url.query) + url.fragment);
    add(origin + parsed_path + form_encoded(url.query) + url.fragment);
  }
  return forms;
}

}  // namespace atlas
