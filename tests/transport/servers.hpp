#pragma once
// The fake providers that with_servers.py has started, and what they have received.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "atlas/inquiry.hpp"
#include "atlas/providers.hpp"

namespace servers {

inline std::string setting(const std::string& name) {
  const char* const value = std::getenv(("ATLAS_TEST_" + name).c_str());
  REQUIRE(value != nullptr);
  return value;
}
inline std::string address(const std::string& scheme, const std::string& name) {
  return scheme + "://127.0.0.1:" + setting(name + "_PORT");
}

/// What all servers have noted so far, oldest first.
inline std::vector<nlohmann::json> received() {
  std::ifstream log(setting("LOG"));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(log, line);) all.push_back(nlohmann::json::parse(line));
  return all;
}

constexpr std::int64_t ms = 1'000'000;

inline atlas::Outcome send(atlas::Transport& transport, const atlas::Envelope& envelope,
                           std::int64_t deadline_ms = 10'000) {
  atlas::Clock& clock = atlas::system_clock();
  atlas::Sending sending(clock, clock.monotonic_ns() + deadline_ms * ms);
  return atlas::send_guarded(transport, envelope, sending);
}

inline atlas::Findings ask(atlas::Transport& transport, const atlas::Inquiry& inquiry,
                           std::int64_t deadline_ms = 10'000) {
  atlas::Clock& clock = atlas::system_clock();
  atlas::Sending asking(clock, clock.monotonic_ns() + deadline_ms * ms);
  return atlas::ask_guarded(transport, inquiry, asking);
}

inline std::string kind(const atlas::Outcome& o) {
  return std::string(atlas::to_text(o.kind)) + " " + o.reason;
}

inline auto secret(std::string text) {
  return [text = std::move(text)](std::string_view name) {
    return name == "send" ? std::optional<atlas::Secret>(atlas::Secret(text)) : std::nullopt;
  };
}

inline atlas::ProviderOptions trusting() {
  atlas::ProviderOptions o;
  o.ca_file = setting("CERTIFICATE");
  return o;
}

}  // namespace servers
