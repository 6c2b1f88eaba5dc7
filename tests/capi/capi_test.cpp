// What of the C API only C++ can see: its numbers against the error table, the KvStore of a C host under the
// conformance suite, and every byte that is taken given back, also when memory is short at any moment.

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "atlas.h"
#include "atlas/engine.hpp"
#include "atlas/testing/conformance.hpp"
#include "handles.hpp"
#include "kv_adapter.hpp"
#include "kv_store.h"

namespace {

// What operator new has given out and not got back, and when it is to fail. Counted for the whole program: a
// test asserts nothing between two readings.
std::atomic<std::int64_t> live{0};
std::atomic<std::int64_t> until_failure{-1};

void* allocate(std::size_t size) {
  if (until_failure.load(std::memory_order_relaxed) >= 0 && until_failure.fetch_sub(1) == 0)
    throw std::bad_alloc();
  void* p = std::malloc(size != 0 ? size : 1);
  if (p == nullptr) throw std::bad_alloc();
  live.fetch_add(1, std::memory_order_relaxed);
  return p;
}

void* allocate_or_null(std::size_t size) noexcept {
  try {
    return allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void release(void* p) noexcept {
  if (p == nullptr) return;
  live.fetch_sub(1, std::memory_order_relaxed);
  std::free(p);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
// The library's own would do, but a sanitizer brings others.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate_or_null(size); }
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }

namespace {

using namespace atlas;

void free_nothing(void*) {}

TEST_CASE("the numbers of the C API are those of the error table", "[capi]") {
  struct Pair {
    int number;
    const char* name;
  };
#define ATLAS_PAIR(name) \
  { ATLAS_##name, #name }
  const Pair pairs[] = {ATLAS_PAIR(OK),
                        ATLAS_PAIR(E_INVALID_ARGUMENT),
                        ATLAS_PAIR(E_UNAUTHENTICATED),
                        ATLAS_PAIR(E_FORBIDDEN),
                        ATLAS_PAIR(E_NOT_FOUND),
                        ATLAS_PAIR(E_CONFLICT),
                        ATLAS_PAIR(E_FEATURE_DISABLED),
                        ATLAS_PAIR(E_QUOTA_EXCEEDED),
                        ATLAS_PAIR(E_RATE_LIMITED),
                        ATLAS_PAIR(E_CONSENT_MISSING),
                        ATLAS_PAIR(E_CONSENT_WITHDRAWN),
                        ATLAS_PAIR(E_CONSENT_EXPIRED),
                        ATLAS_PAIR(E_OBJECTED),
                        ATLAS_PAIR(E_OUTSIDE_SESSION_WINDOW),
                        ATLAS_PAIR(E_FREQUENCY_CAP),
                        ATLAS_PAIR(E_TEMPLATE_INVALID),
                        ATLAS_PAIR(E_TRANSITION_NOT_ALLOWED),
                        ATLAS_PAIR(E_GUARD_FAILED),
                        ATLAS_PAIR(E_FIELDS_MISSING),
                        ATLAS_PAIR(E_DEFINITION_INVALID),
                        ATLAS_PAIR(E_STORAGE_BUSY),
                        ATLAS_PAIR(E_STORAGE_CONFLICT),
                        ATLAS_PAIR(E_STORAGE_UNAVAILABLE),
                        ATLAS_PAIR(E_STORAGE_FULL),
                        ATLAS_PAIR(E_STORAGE_READ_ONLY),
                        ATLAS_PAIR(E_STORAGE_IO),
                        ATLAS_PAIR(E_STORAGE_CORRUPT),
                        ATLAS_PAIR(E_STORAGE_WRONG_KEY),
                        ATLAS_PAIR(E_STORAGE_NOT_A_STORE),
                        ATLAS_PAIR(E_STORAGE_NEWER_VERSION),
                        ATLAS_PAIR(E_STORAGE_NEEDS_MIGRATION),
                        ATLAS_PAIR(E_BATCH_ABORTED),
                        ATLAS_PAIR(E_NOT_SUPPORTED),
                        ATLAS_PAIR(E_CANCELLED),
                        ATLAS_PAIR(E_MISUSE),
                        ATLAS_PAIR(E_INTERNAL)};
#undef ATLAS_PAIR
  const auto table = error_table();
  REQUIRE(std::size(pairs) == table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::string expected(table[i].code == ErrorCode::ok ? "" : "E_");
    for (const char c : table[i].text)
      expected.push_back(c == '_' ? '_' : static_cast<char>(std::toupper(c)));
    INFO(expected);
    CHECK(pairs[i].name == expected);
    CHECK(pairs[i].number == static_cast<int>(table[i].code));
    CHECK(atlas_status_text(pairs[i].number) == table[i].text);
    CHECK(atlas_status_advice(pairs[i].number) == table[i].advice);
    CHECK(atlas_status_http(pairs[i].number) == table[i].http);
    CHECK(table[i].code != static_cast<ErrorCode>(ATLAS_DONE));
  }
  CHECK(static_cast<int>(LogLevel::debug) == ATLAS_LOG_DEBUG);
  CHECK(static_cast<int>(LogLevel::info) == ATLAS_LOG_INFO);
  CHECK(static_cast<int>(LogLevel::warning) == ATLAS_LOG_WARNING);
  CHECK(static_cast<int>(LogLevel::error) == ATLAS_LOG_ERROR);
  CHECK(std::string(atlas_version_string()) == version_string());
}

TEST_CASE("a KvStore written in C keeps every promise of the port", "[capi]") {
  const testing::KvStoreBackend backend{
      "C", [] {
        return capi::make_host_kv(kv_store_table,
                                  std::make_shared<capi::UserData>(kv_store_new(), kv_store_free));
      }};
  const auto results = testing::run_kv_conformance(backend);
  REQUIRE(results.size() >= 7);
  for (const testing::CaseResult& r : results) {
    INFO(r.name << ": " << r.message);
    CHECK(r.outcome == testing::Outcome::passed);
  }
}

TEST_CASE("the whole Store over a KvStore written in C", "[capi]") {
  struct Place final : testing::StorePlace {
    std::shared_ptr<KvStore> kv =
        capi::make_host_kv(kv_store_table, std::make_shared<capi::UserData>(kv_store_new(), kv_store_free));
    std::unique_ptr<Store> open(const StoreOpening& opening) override { return open_kv_backend(kv, opening); }
  };
  const testing::StoreBackend backend{"kv in C",
                                      [] { return std::make_unique<Place>(); },
                                      {.reopens = true, .opens_twice = false, .large_value = 1'000'000}};
  int passed = 0;
  for (const testing::CaseResult& r : testing::run_store_conformance(backend)) {
    INFO(r.name << ": " << r.message);
    CHECK(r.outcome != testing::Outcome::failed);
    passed += r.outcome == testing::Outcome::passed;
  }
  CHECK(passed >= 20);
}

TEST_CASE("a scan's sink may throw through a store written in C", "[capi]") {
  const auto kv =
      capi::make_host_kv(kv_store_table, std::make_shared<capi::UserData>(kv_store_new(), kv_store_free));
  CHECK_FALSE(kv->durable());
  const auto tx = kv->begin_write();
  tx->put("a", "1");
  tx->put("b", "2");
  int seen = 0;
  CHECK_THROWS_AS(tx->scan("", "", false,
                           [&](std::string_view, std::string_view) -> bool {
                             ++seen;
                             throw Error(ErrorCode::cancelled, "enough");
                           }),
                  Error);
  CHECK(seen == 1);
  CHECK_THROWS_AS(tx->put(std::string(65 * 1024, 'k'), ""), Error);
  tx->commit(Durability::durable);
  CHECK_THROWS_AS(tx->put("c", ""), Error);
  CHECK_THROWS_AS(kv->begin_read()->erase("a"), Error);
  std::string value;
  CHECK((kv->begin_read()->get("b", value) && value == "2"));
}

/// Everything that has a handle, made, used, misused and given back.
struct Round {
  atlas_options* options = nullptr;
  atlas_engine* engine = nullptr;
  atlas_session* host = nullptr;
  atlas_session* session = nullptr;
  atlas_cursor* cursor = nullptr;
  atlas_subscription* subscription = nullptr;
  int freed = 0;

  static void on_event(void*, const char*, std::size_t) {}
  static void on_free(void* self) { ++static_cast<Round*>(self)->freed; }

  /// The id that a JSON text gives for a member.
  static std::string member(const atlas_buffer* buffer, const std::string& name) {
    const std::string_view json(atlas_buffer_data(buffer), atlas_buffer_size(buffer));
    const std::size_t at = json.find("\"" + name + "\":\"");
    return at == std::string_view::npos ? "" : std::string(json.substr(at + name.size() + 4, 36));
  }

  /// Refused for what is NULL: nothing is made that would be left behind.
  static bool misuse() {
    return atlas_options_new(nullptr, nullptr) == ATLAS_E_MISUSE &&
           atlas_open(nullptr, nullptr, nullptr) == ATLAS_E_MISUSE &&
           atlas_call(nullptr, "a", 1, nullptr, 0, nullptr, nullptr) == ATLAS_E_MISUSE;
  }

  bool open() {
    if (atlas_options_new(&options, nullptr) != ATLAS_OK) return false;
    if (kv_store_register(options, nullptr) != ATLAS_OK) return false;
    if (atlas_log_set(options, nullptr, this, free_nothing, nullptr) != ATLAS_OK) return false;
    return atlas_open(options, &engine, nullptr) == ATLAS_OK;
  }

  bool work() {
    atlas_buffer* result = nullptr;
    if (atlas_session_open(engine, ATLAS_PRINCIPAL_HOST, nullptr, 0, nullptr, 0, nullptr, 0, &host,
                           nullptr) != ATLAS_OK) {
      return false;
    }
    if (atlas_call(host, "organisations.create", ATLAS_NUL,
                   R"({"name": "Atelier", "admin_email": "a@example.com"})", ATLAS_NUL, &result,
                   nullptr) != ATLAS_OK) {
      return false;
    }
    const std::string org = member(result, "id"), admin = member(result, "admin_user_id");
    atlas_buffer_free(result);
    atlas_error* error = nullptr;
    return atlas_session_open(engine, ATLAS_PRINCIPAL_USER, org.c_str(), ATLAS_NUL, admin.c_str(), ATLAS_NUL,
                              nullptr, 0, &session, nullptr) == ATLAS_OK &&
           atlas_subscribe(engine, "*", 1, on_event, this, on_free, &subscription, nullptr) == ATLAS_OK &&
           atlas_call(session, "dossiers.create", ATLAS_NUL,
                      R"({"contact_name": "A", "phone": "0661000000"})", ATLAS_NUL, nullptr,
                      nullptr) == ATLAS_OK &&
           atlas_batch_begin(session, nullptr) == ATLAS_OK &&
           atlas_call(session, "dossiers.create", ATLAS_NUL,
                      R"({"contact_name": "B", "phone": "0661000001"})", ATLAS_NUL, nullptr,
                      nullptr) == ATLAS_OK &&
           atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, nullptr, 0, &cursor, nullptr) == ATLAS_OK &&
           atlas_cursor_next(cursor, &result, nullptr) == ATLAS_OK && (atlas_buffer_free(result), true) &&
           atlas_call(session, "dossiers.create", ATLAS_NUL, "{", ATLAS_NUL, nullptr, &error) ==
               ATLAS_E_INVALID_ARGUMENT &&
           (atlas_error_free(error), true) &&
           atlas_batch_commit(session, nullptr, nullptr, nullptr) == ATLAS_OK &&
           atlas_pump(engine, 10, nullptr, nullptr, nullptr) == ATLAS_OK;
  }

  bool close() {
    const bool closed = atlas_unsubscribe(subscription, nullptr) == ATLAS_OK &&
                        atlas_session_close(session, nullptr) == ATLAS_OK &&
                        atlas_cursor_next(cursor, nullptr, nullptr) == ATLAS_E_MISUSE &&
                        atlas_cursor_close(cursor, nullptr) == ATLAS_OK &&
                        atlas_session_close(host, nullptr) == ATLAS_OK &&
                        atlas_close(engine, nullptr) == ATLAS_OK;
    atlas_options_free(options);
    return closed;
  }
};

TEST_CASE("what was opened and closed leaves nothing behind", "[capi]") {
  const auto round = [] {
    Round r;
    const bool done = Round::misuse() && r.open() && r.work();
    return r.close() && done && r.freed == 1;
  };
  // The first rounds fill the caches of the libraries below.
  bool all_done = true;
  for (int i = 0; i < 3; ++i) all_done = round() && all_done;
  const std::int64_t before = live.load();
  for (int i = 0; i < 5; ++i) all_done = round() && all_done;
  const std::int64_t after = live.load();
  CHECK(all_done);
  CHECK(after == before);
}

/// Fails the first allocation, then the second, and so on, until the call succeeds; each failure is answered
/// with the static error object, and gives everything back.
template <class Call, class Undo>
void short_of_memory(const char* what, Call&& call, Undo&& undo) {
  std::int64_t failures = 0;
  for (;; ++failures) {
    REQUIRE(failures < 10'000);
    atlas_error* error = nullptr;
    const std::int64_t before = live.load();
    until_failure = failures;
    const atlas_status status = call(&error);
    const bool reached = until_failure.load() < 0;
    until_failure = -1;
    undo();
    const std::int64_t after = live.load();
    if (!reached) {
      REQUIRE(status == ATLAS_OK);
      break;
    }
    INFO(what << ", allocation " << failures);
    CHECK(status == ATLAS_E_INTERNAL);
    REQUIRE(error != nullptr);
    CHECK(std::string(atlas_error_json(error)).find("\"out_of_memory\"") != std::string::npos);
    atlas_error_free(error);
    atlas_error_free(error);  // static: freeing it is nothing
    CHECK(after == before);
  }
  CHECK(failures > 0);
}

TEST_CASE("memory that is short is an error object, not a crash", "[capi]") {
  atlas_options* made = nullptr;
  short_of_memory(
      "options", [&](atlas_error** error) { return atlas_options_new(&made, error); },
      [&] { atlas_options_free(made); });
  atlas_options* options = nullptr;
  REQUIRE(atlas_options_new(&options, nullptr) == ATLAS_OK);
  short_of_memory(
      "ports",
      [&](atlas_error** error) {
        const atlas_clock table{sizeof table, [](void*) -> std::int64_t { return 0; },
                                [](void*) -> std::int64_t { return 0; }};
        return atlas_clock_set(options, &table, nullptr, free_nothing, error);
      },
      [] {});
  atlas_options_free(options);
  Round r;
  REQUIRE(r.open());
  REQUIRE(r.work());
  const std::string id = "00000000-0000-7000-8000-000000000000";
  atlas_session* session = nullptr;
  short_of_memory(
      "session",
      [&](atlas_error** error) {
        const char* const roles[] = {"A role whose name does not fit into the text object itself"};
        return atlas_session_open(r.engine, ATLAS_PRINCIPAL_USER, id.c_str(), ATLAS_NUL, id.c_str(),
                                  ATLAS_NUL, roles, 1, &session, error);
      },
      [&] { atlas_session_close(session, nullptr); });
  CHECK(r.close());
}

TEST_CASE("an error that finds no memory for its object gives the static one", "[capi]") {
  Round r;
  REQUIRE(r.open());
  REQUIRE(r.work());
  bool seen_static = false, seen_own = false;
  for (std::int64_t n = 0; n < 40 && !seen_own; ++n) {
    atlas_error* error = nullptr;
    until_failure = n;
    const atlas_status status = atlas_call(nullptr, "a", 1, nullptr, 0, nullptr, &error);
    until_failure = -1;
    REQUIRE(error != nullptr);
    const std::string json = atlas_error_json(error);
    // The status tells the truth when there was memory for the exception at least.
    CHECK((status == ATLAS_E_MISUSE || status == ATLAS_E_INTERNAL));
    (json.find("out_of_memory") != std::string::npos ? seen_static : seen_own) = true;
    atlas_error_free(error);
  }
  CHECK(seen_static);
  CHECK(seen_own);
  CHECK(r.close());
}

}  // namespace
