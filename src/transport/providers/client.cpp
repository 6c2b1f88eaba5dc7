#include "client.hpp"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <new>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::size_t idle_handles = 8;
constexpr std::int64_t ns_per_ms = 1'000'000;

/// Once a process, before the first handle; libcurl counts, and is never cleaned up under other users of it.
void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(ErrorCode::internal, "libcurl could not be started");
}

/// A peer that closes while TLS writes raises SIGPIPE, which ends a host that does not expect it. Held back
/// on this thread only, and taken away if it was ours.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    was_pending_ = is_pending();
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec at_once{0, 0};
    if (!was_pending_ && is_pending()) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  static bool is_pending() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
  }
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

struct Receiver {
  const ProviderOptions* options;
  HttpAnswer answer;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& r = *static_cast<Receiver*>(user);
  try {
    if (r.answer.body.size() + size > r.options->answer_limit) {
      r.too_large = true;
      return 0;
    }
    r.answer.body.append(data, size);
    return size;
  } catch (...) {
    return 0;
  }
}

/// Seconds, or a date.
std::optional<std::int64_t> retry_after(std::string_view text, Clock& clock) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    constexpr std::int64_t longest = 30 * 24 * 3'600;
    return std::clamp<std::int64_t>(seconds, 0, longest) * micros_per_second;
  }
  const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(date) * micros_per_second - clock.now().micros);
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& r = *static_cast<Receiver*>(user);
  try {
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {  // of the last answer: interim ones go before
      r.answer.retry_after_us.reset();
      return size;
    }
    constexpr std::string_view name = "retry-after:";
    const bool same =
        line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
          return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
        });
    if (same)
      r.answer.retry_after_us =
          retry_after(trim(line.substr(name.size())), r.options->clock ? *r.options->clock : system_clock());
    return size;
  } catch (...) {
    return 0;
  }
}

/// The authority of a URL whose scheme is known.
std::string_view authority(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

HeaderLines::~HeaderLines() {
  for (curl_slist* line = lines_; line != nullptr; line = line->next)
    wipe(line->data, std::char_traits<char>::length(line->data));
  curl_slist_free_all(lines_);
}

void HeaderLines::add(const std::string& line) {
  curl_slist* const longer = curl_slist_append(lines_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  lines_ = longer;
}

HandlePool::HandlePool() { start_libcurl(); }

HandlePool::~HandlePool() {
  for (CURL* handle : idle_) curl_easy_cleanup(handle);
}

HandlePool::Lease::~Lease() {
  curl_easy_reset(handle_);
  const std::lock_guard lock(pool_->mutex_);
  if (pool_->idle_.size() < idle_handles) {
    pool_->idle_.push_back(handle_);
  } else {
    curl_easy_cleanup(handle_);
  }
}

HandlePool::Lease HandlePool::lease(const ProviderOptions& options, const Sending& sending) {
  CURL* handle = nullptr;
  {
    const std::lock_guard lock(mutex_);
    idle_.reserve(idle_handles);
    if (!idle_.empty()) {
      handle = idle_.back();
      idle_.pop_back();
    }
  }
  if (handle == nullptr) handle = curl_easy_init();
  if (handle == nullptr) throw Error(ErrorCode::internal, "libcurl has no handle");
  const std::int64_t remaining_ms = std::max<std::int64_t>(1, sending.remaining_ns() / ns_per_ms);
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_PROXY, options.proxy.c_str());
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(remaining_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(remaining_ms, options.connect_timeout_ms)));
  return {*this, handle};
}

bool is_loopback(std::string_view url) {
  std::string_view host = authority(url);
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1";
}

bool is_allowed_url(std::string_view url, std::string_view plain, std::string_view secure,
                    const ProviderOptions& options) {
  const bool is_secure = url.starts_with(secure), is_plain = url.starts_with(plain);
  if ((!is_secure && !is_plain) || url.size() > 1'024) return false;
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= 0x20 || c >= 0x7f; })) return false;
  const std::string_view host = authority(url);
  if (host.empty() || url.find_first_of("@?#\\") != std::string_view::npos) return false;
  return is_secure || options.allow_plain || is_loopback(url);
}

Outcome not_begun(CURLcode code) {
  Outcome o = Outcome::not_taken("connection_failed");
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      o.reason = "name_lookup";
      break;
    case CURLE_COULDNT_CONNECT:
      o.reason = "connection_refused";
      break;
    case CURLE_OPERATION_TIMEDOUT:
      o.reason = "connect_timeout";
      break;
    case CURLE_ABORTED_BY_CALLBACK:
      o.reason = "deadline";
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      o.reason = "certificate";
      o.alarm = true;
      break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      o.reason = "tls";
      break;
    default:
      break;
  }
  o.provider_code = "connection " + std::to_string(static_cast<int>(code));
  return o;
}

CURLcode perform(CURL* handle) {
  const NoBrokenPipe no_broken_pipe;
  return curl_easy_perform(handle);
}

int before_request(void* sending, char*, char*, int, int) noexcept {
  return static_cast<Sending*>(sending)->begin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

Exchange request(HandlePool& pool, const ProviderOptions& options, Sending& sending, const std::string& url,
                 HeaderLines& headers, const std::string* body) {
  const auto lease = pool.lease(options, sending);
  CURL* const handle = lease.get();
  Receiver receiver{&options, {}, false};
  headers.add("Expect:");  // the body goes at once
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTPHEADER, headers.get());
  if (body != nullptr) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, body->c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, &receiver);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &receiver);
  set(CURLOPT_PREREQFUNCTION, before_request);
  set(CURLOPT_PREREQDATA, &sending);
  const CURLcode code = perform(handle);
  if (!sending.begun()) return {std::nullopt, not_begun(code)};
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // Interim answers (1xx) say nothing of the message.
  if (status < 200)
    return {std::nullopt,
            Outcome::unknown(code == CURLE_OPERATION_TIMEDOUT ? "no_answer_in_time" : "no_answer")};
  receiver.answer.status = static_cast<int>(status);
  receiver.answer.complete = code == CURLE_OK && !receiver.too_large;
  return {std::move(receiver.answer), {}};
}

bool is_header_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 1'024 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<Secret> send_secret(const SendingAccount& account) {
  if (!account.secret) return std::nullopt;
  auto secret = account.secret("send");
  if (!secret || !is_header_token(secret->view())) return std::nullopt;
  return secret;
}

bool is_path_segment(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

bool is_e164(std::string_view text) noexcept {
  return text.starts_with('+') && text.size() >= 6 && text.size() <= 16 &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace atlas
