#pragma once
// One request over libcurl, and whether a byte of it may have left; private to the room.

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/provider_codes.hpp"
#include "atlas/providers.hpp"

namespace atlas {

/// A list of header lines, wiped when it goes.
class HeaderLines {
 public:
  HeaderLines() = default;
  ~HeaderLines();
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  /// Throws std::bad_alloc.
  void add(const std::string& line);
  curl_slist* get() const noexcept { return lines_; }

 private:
  curl_slist* lines_ = nullptr;
};

/// Handles kept for the caches in them (names, TLS sessions); never for their connections: a reused
/// connection that dies makes libcurl send the request again by itself.
class HandlePool {
 public:
  HandlePool();
  ~HandlePool();
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;

  /// A handle with the options that every request has: no signals, no redirects, no reuse, verification on,
  /// deadlines. Back in the pool when it goes.
  class Lease {
   public:
    Lease(HandlePool& pool, CURL* handle) : pool_(&pool), handle_(handle) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    CURL* get() const noexcept { return handle_; }

   private:
    HandlePool* pool_;
    CURL* handle_;
  };
  /// Throws Error(internal) when libcurl has no handle.
  Lease lease(const ProviderOptions& options, const Sending& sending);

 private:
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

/// Is `url` of one of the schemes `plain` and `secure` (`http://`, `https://`), without user, query and
/// fragment, and its plain form only where options or a loopback host allow it?
bool is_allowed_url(std::string_view url, std::string_view plain, std::string_view secure,
                    const ProviderOptions& options);
/// Is the host of the URL this machine?
bool is_loopback(std::string_view url);

/// What a request was refused for before its first byte left: name_lookup, connection_refused, tls, …
Outcome not_begun(CURLcode code);

/// curl_easy_perform that raises no signal.
CURLcode perform(CURL* handle);

/// libcurl's callback before the first byte of a request: asks `sending` (passed as its data).
int before_request(void* sending, char*, char*, int, int) noexcept;

/// One request: a POST of `body`, or a GET without one. `answer` = what the provider said, if it said
/// anything; otherwise what that means is in `outcome`.
struct Exchange {
  std::optional<HttpAnswer> answer;
  Outcome outcome;
};
Exchange request(HandlePool& pool, const ProviderOptions& options, Sending& sending, const std::string& url,
                 HeaderLines& headers, const std::string* body);

/// Printable ASCII without spaces, 1 to 1,024 characters: fit for a header.
bool is_header_token(std::string_view text) noexcept;
/// The account's secret `send`, if it has a fit one.
std::optional<Secret> send_secret(const SendingAccount& account);
/// Letters, digits, `_` and `-`: fit for a path.
bool is_path_segment(std::string_view text) noexcept;
/// `+` and 5 to 15 digits.
bool is_e164(std::string_view text) noexcept;

}  // namespace atlas
