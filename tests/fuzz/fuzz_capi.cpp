// Any bytes at the C boundary: a program of calls over handles that are open, closed, of another kind or
// NULL, with texts out of the input. Nothing may crash; each answer is a status of the table, and its outputs
// keep to it.

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "atlas.h"
#include "check.hpp"

namespace {

/// The input as a stream of choices; at its end every choice is 0.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ == size_; }
  unsigned byte() { return at_ < size_ ? data_[at_++] : 0; }
  /// A text of the input, at most `most` bytes.
  std::string_view text(std::size_t most = 255) {
    const std::size_t wanted = byte() % (most + 1);
    const std::size_t length = wanted < size_ - at_ ? wanted : size_ - at_;
    const std::string_view taken(reinterpret_cast<const char*>(data_) + at_, length);
    at_ += length;
    return taken;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

constexpr std::array<std::string_view, 14> operations{
    "dossiers.create", "dossiers.list",     "dossiers.get", "dossiers.update",     "dossiers.transition",
    "dossiers.count",  "dossiers.add_note", "audit.verify", "activities.timeline", "meta.operations",
    "parties.create",  "events.list",       "audit.prove",  "organisations.get"};

void judge(atlas_status status, atlas_error* error) {
  ATLAS_FUZZ_CHECK((status == ATLAS_OK || status == ATLAS_DONE) == (error == nullptr));
  if (error != nullptr) {
    ATLAS_FUZZ_CHECK(atlas_error_status(error) == status);
    ATLAS_FUZZ_CHECK(std::strcmp(atlas_error_code(error), atlas_status_text(status)) == 0);
    ATLAS_FUZZ_CHECK(std::strcmp(atlas_error_code(error), "unknown") != 0);
    ATLAS_FUZZ_CHECK(atlas_error_json(error)[0] == '{');
    // A fault of ours, not of the input's.
    ATLAS_FUZZ_CHECK(status != ATLAS_E_INTERNAL && status != ATLAS_E_STORAGE_CORRUPT);
  }
  atlas_error_free(error);
}

void judge(atlas_status status, atlas_error* error, atlas_buffer* buffer) {
  ATLAS_FUZZ_CHECK((status == ATLAS_OK) == (buffer != nullptr));
  if (buffer != nullptr) ATLAS_FUZZ_CHECK(atlas_buffer_data(buffer)[atlas_buffer_size(buffer)] == '\0');
  atlas_buffer_free(buffer);
  judge(status, error);
}

void ignore_event(void*, const char* event, std::size_t size) {
  ATLAS_FUZZ_CHECK(std::strlen(event) == size);
}

/// One engine for the whole run, with a user whose id the input cannot guess.
struct World {
  atlas_engine* engine = nullptr;
  std::string org, admin;

  World() {
    atlas_options* options = nullptr;
    atlas_session* host = nullptr;
    atlas_buffer* made = nullptr;
    ATLAS_FUZZ_CHECK(atlas_options_new(&options, nullptr) == ATLAS_OK);
    ATLAS_FUZZ_CHECK(atlas_options_set_store(options, ":memory:", ATLAS_NUL, nullptr) == ATLAS_OK);
    // A session that waits for another's batch, in one thread, waits for ever: ended at once.
    ATLAS_FUZZ_CHECK(atlas_options_set_batch_limits(options, 1, 1, nullptr) == ATLAS_OK);
    ATLAS_FUZZ_CHECK(atlas_open(options, &engine, nullptr) == ATLAS_OK);
    atlas_options_free(options);
    ATLAS_FUZZ_CHECK(atlas_session_open(engine, ATLAS_PRINCIPAL_HOST, nullptr, 0, nullptr, 0, nullptr, 0,
                                        &host, nullptr) == ATLAS_OK);
    ATLAS_FUZZ_CHECK(atlas_call(host, "organisations.create", ATLAS_NUL,
                                R"({"name": "Fuzz", "admin_email": "a@example.com"})", ATLAS_NUL, &made,
                                nullptr) == ATLAS_OK);
    org = member(made, "\"id\":\"");
    admin = member(made, "\"admin_user_id\":\"");
    atlas_buffer_free(made);
    ATLAS_FUZZ_CHECK(atlas_session_close(host, nullptr) == ATLAS_OK);
  }

  static std::string member(const atlas_buffer* buffer, std::string_view key) {
    const std::string_view json(atlas_buffer_data(buffer), atlas_buffer_size(buffer));
    return std::string(json.substr(json.find(key) + key.size(), 36));
  }
};

/// What one input has opened. Closed handles stay in the lists: their use must be seen.
class Program {
 public:
  Program(World& world, Choices& choices) : world_(world), in_(choices) {}

  void run() {
    for (int step = 0; step < 64 && !in_.empty(); ++step) one_step();
    for (atlas_cursor* c : cursors_) atlas_cursor_close(c, nullptr);
    for (atlas_subscription* s : subscriptions_) atlas_unsubscribe(s, nullptr);
    for (atlas_session* s : sessions_) atlas_session_close(s, nullptr);
  }

 private:
  template <class H>
  H* any(const std::vector<H*>& handles) {
    const unsigned choice = in_.byte();
    // Now and then NULL, or a handle of another kind that is alive.
    if (choice == 255 || handles.empty()) return nullptr;
    if (choice == 254) return reinterpret_cast<H*>(world_.engine);
    return handles[choice % handles.size()];
  }

  std::string operation() {
    const unsigned choice = in_.byte();
    if (choice < 200) return std::string(operations[choice % operations.size()]);
    return std::string(in_.text());
  }

  void one_step() {
    atlas_error* error = nullptr;
    atlas_buffer* buffer = nullptr;
    atlas_status status = ATLAS_OK;
    switch (in_.byte() % 13) {
      case 0: {
        atlas_session* session = nullptr;
        status = atlas_session_open(world_.engine, ATLAS_PRINCIPAL_USER, world_.org.data(), 36,
                                    world_.admin.data(), 36, nullptr, 0, &session, &error);
        ATLAS_FUZZ_CHECK(status == ATLAS_OK);
        sessions_.push_back(session);
        judge(status, error);
        break;
      }
      case 1: {
        atlas_session* session = nullptr;
        const std::string_view org = in_.text(40), user = in_.text(40);
        const std::string role(in_.text(20));
        const char* const roles[] = {role.c_str()};
        status =
            atlas_session_open(world_.engine, static_cast<std::int32_t>(in_.byte()) - 8, org.data(),
                               org.size(), user.data(), user.size(), roles, in_.byte() % 2, &session, &error);
        ATLAS_FUZZ_CHECK((status == ATLAS_OK) == (session != nullptr));
        if (session != nullptr) sessions_.push_back(session);
        judge(status, error);
        break;
      }
      case 2:
      case 3:
      case 4: {
        atlas_session* session = any(sessions_);
        const std::string op = operation();
        const std::string_view params = in_.text();
        status = atlas_call(session, op.data(), op.size(), params.data(), params.size(), &buffer, &error);
        judge(status, error, buffer);
        break;
      }
      case 5:
        status = atlas_batch_begin(any(sessions_), &error);
        judge(status, error);
        break;
      case 6: {
        std::int64_t calls = 0, failed = 0;
        status = atlas_batch_commit(any(sessions_), &calls, &failed, &error);
        ATLAS_FUZZ_CHECK(failed <= calls && calls <= 64);
        judge(status, error);
        break;
      }
      case 7:
        status = atlas_batch_rollback(any(sessions_), &error);
        judge(status, error);
        break;
      case 8: {
        atlas_cursor* cursor = nullptr;
        const std::string op = operation();
        const std::string_view params = in_.text();
        status = atlas_cursor_open(any(sessions_), op.data(), op.size(), params.data(), params.size(),
                                   &cursor, &error);
        if (cursor != nullptr) cursors_.push_back(cursor);
        judge(status, error);
        break;
      }
      case 9: {
        status = atlas_cursor_next(any(cursors_), &buffer, &error);
        judge(status, error, buffer);
        break;
      }
      case 10: {
        // Of the closed ones only those that the engine still remembers are closed again: a few.
        if (in_.byte() % 2 == 0) {
          status = atlas_session_close(any(sessions_), &error);
          judge(status, error);
        } else {
          status = atlas_cursor_close(any(cursors_), &error);
          judge(status, error);
        }
        break;
      }
      case 11: {
        atlas_subscription* subscription = nullptr;
        const std::string_view pattern = in_.text(20);
        status = atlas_subscribe(world_.engine, pattern.data(), pattern.size(), ignore_event, nullptr,
                                 nullptr, &subscription, &error);
        if (subscription != nullptr) subscriptions_.push_back(subscription);
        judge(status, error);
        break;
      }
      default:
        status =
            atlas_pump(world_.engine, static_cast<std::int64_t>(in_.byte()) - 4, nullptr, nullptr, &error);
        judge(status, error);
        break;
    }
  }

  World& world_;
  Choices& in_;
  std::vector<atlas_session*> sessions_;
  std::vector<atlas_cursor*> cursors_;
  std::vector<atlas_subscription*> subscriptions_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A new world now and then, so that the store stays small.
  static World* world = nullptr;
  static int inputs = 0;
  if (world == nullptr || ++inputs % 200 == 0) {
    if (world != nullptr) ATLAS_FUZZ_CHECK(atlas_close(world->engine, nullptr) == ATLAS_OK);
    delete world;
    world = new World;
  }
  Choices choices(data, size);
  Program(*world, choices).run();
  return 0;
}
