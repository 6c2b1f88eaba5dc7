// Sessions, calls, batches, cursors.

#include "guard.hpp"

using namespace atlas;
using namespace atlas::capi;

namespace {

constexpr std::size_t max_roles = 64;

Uuid to_id(std::string_view given, const char* path) {
  const std::optional<Uuid> id = parse_uuid(given);
  if (!id)
    throw Error(ErrorCode::invalid_argument, "that is no id").field(path, field_code::not_an_id, "a UUID");
  return *id;
}

void require_empty(std::string_view given, const char* path) {
  if (!given.empty()) {
    throw Error(ErrorCode::invalid_argument, "this kind of principal has none")
        .field(path, field_code::unknown_member, "empty for this kind");
  }
}

SessionOptions session_options(std::int32_t kind, std::string_view org, std::string_view user,
                               const char* const* roles, std::size_t role_count) {
  SessionOptions o;
  switch (kind) {
    case ATLAS_PRINCIPAL_USER:
      o.kind = PrincipalKind::user;
      o.org = to_id(org, "/org");
      o.user = to_id(user, "/user");
      break;
    case ATLAS_PRINCIPAL_SYSTEM:
      o.kind = PrincipalKind::system;
      o.org = to_id(org, "/org");
      require_empty(user, "/user");
      break;
    case ATLAS_PRINCIPAL_HOST:
      o.kind = PrincipalKind::host;
      require_empty(org, "/org");
      require_empty(user, "/user");
      break;
    case ATLAS_PRINCIPAL_PUBLIC:
      o.kind = PrincipalKind::public_site;
      o.org = to_id(org, "/org");
      o.client_address = std::string(user);
      break;
    default:
      throw Error(ErrorCode::invalid_argument, "that is no kind of principal")
          .field("/kind", field_code::out_of_range, "one of atlas_principal");
  }
  if (role_count > max_roles) throw misuse("size", "more roles than there are");
  if (roles == nullptr && role_count != 0)
    throw misuse("null_argument", "roles is NULL and role_count is not 0");
  if (role_count != 0 && o.kind != PrincipalKind::user) require_empty("roles", "/roles");
  for (std::size_t i = 0; i < role_count; ++i) {
    if (roles[i] == nullptr) throw misuse("null_argument", "a role is NULL");
    o.roles.emplace_back(roles[i]);
  }
  return o;
}

/// Counts one session of an engine, until it goes or is kept.
class CountedSession {
 public:
  explicit CountedSession(SharedEngine& state) : state_(&state) {
    const std::lock_guard lock(state.mutex);
    ++state.sessions;
  }
  ~CountedSession() {
    if (state_ == nullptr) return;
    const std::lock_guard lock(state_->mutex);
    --state_->sessions;
  }
  CountedSession(const CountedSession&) = delete;
  void keep() noexcept { state_ = nullptr; }

 private:
  SharedEngine* state_;
};

/// `body` with the session at work.
template <class Body>
atlas_status with_session(atlas_session* session, atlas_error** out_error, Body&& body) noexcept {
  return guard(out_error, [&] {
    const std::shared_ptr<SharedSession> state = checked(session).state;
    const SessionHold use(*state);
    body(use);
    return ATLAS_OK;
  });
}

}  // namespace

extern "C" {

atlas_status atlas_session_open(atlas_engine* engine, int32_t kind, const char* org, size_t org_len,
                                const char* user, size_t user_len, const char* const* roles,
                                size_t role_count, atlas_session** out_session,
                                atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    atlas_session*& out = emptied(out_session);
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    const SharedEngine::Use use(*state);
    const SessionOptions options =
        session_options(kind, text(org, org_len), text(user, user_len), roles, role_count);
    CountedSession counted(*state);
    auto handle = std::make_unique<atlas_session>();
    handle->state = std::make_shared<SharedSession>();
    handle->state->engine = state;
    handle->state->session =
        options.kind == PrincipalKind::host ? use->host_session() : use->session(options);
    counted.keep();
    out = handle.release();
    return ATLAS_OK;
  });
}

atlas_status atlas_session_close(atlas_session* session, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    if (session == nullptr) return ATLAS_OK;
    const std::shared_ptr<SharedSession> state = checked(session).state;
    {
      const SessionHold use(*state);
      try {
        if (use->in_batch()) use->rollback_batch();
      } catch (const Error&) {
        // What could not be rolled back now is rolled back by the store itself: it was never committed.
      }
      state->session.reset();
    }
    const std::shared_ptr<SharedEngine> engine = state->engine;
    session->state.reset();
    engine->bury(session);
    const std::lock_guard lock(engine->mutex);
    --engine->sessions;
    return ATLAS_OK;
  });
}

atlas_status atlas_call(atlas_session* session, const char* operation, size_t operation_len,
                        const char* params, size_t params_len, atlas_buffer** out_result,
                        atlas_error** out_error) noexcept {
  empty_optional(out_result);
  return with_session(session, out_error, [&](const SessionHold& use) {
    // The buffer before the call: memory that is short afterwards must not hide what has been committed.
    auto result = out_result != nullptr ? std::make_unique<atlas_buffer>(std::string()) : nullptr;
    std::string json = use->call_json(text(operation, operation_len), text(params, params_len));
    if (result == nullptr) return;
    result->text = std::move(json);
    *out_result = result.release();
  });
}

atlas_status atlas_batch_begin(atlas_session* session, atlas_error** out_error) noexcept {
  return with_session(session, out_error, [](const SessionHold& use) { use->begin_batch(); });
}

atlas_status atlas_batch_commit(atlas_session* session, int64_t* out_calls, int64_t* out_failed,
                                atlas_error** out_error) noexcept {
  empty_optional(out_calls);
  empty_optional(out_failed);
  return with_session(session, out_error, [&](const SessionHold& use) {
    const BatchOutcome outcome = use->commit_batch();
    if (out_calls != nullptr) *out_calls = outcome.calls;
    if (out_failed != nullptr) *out_failed = outcome.failed;
  });
}

atlas_status atlas_batch_rollback(atlas_session* session, atlas_error** out_error) noexcept {
  return with_session(session, out_error, [](const SessionHold& use) { use->rollback_batch(); });
}

atlas_status atlas_cursor_open(atlas_session* session, const char* operation, size_t operation_len,
                               const char* params, size_t params_len, atlas_cursor** out_cursor,
                               atlas_error** out_error) noexcept {
  empty_optional(out_cursor);
  return with_session(session, out_error, [&](const SessionHold& use) {
    atlas_cursor*& out = emptied(out_cursor);
    auto handle = std::make_unique<atlas_cursor>();
    handle->cursor = use->cursor(text(operation, operation_len), text(params, params_len));
    handle->state = session->state;
    out = handle.release();
  });
}

atlas_status atlas_cursor_next(atlas_cursor* cursor, atlas_buffer** out_record,
                               atlas_error** out_error) noexcept {
  return guard(out_error, [&]() -> atlas_status {
    atlas_buffer*& out = emptied(out_record);
    atlas_cursor& handle = checked(cursor);
    const std::shared_ptr<SharedSession> state = handle.state;
    auto record = std::make_unique<atlas_buffer>(std::string());
    // The walk is the cursor's own: the session is held so that no other thread is in it. The engine's own
    // session is asked for each page by the cursor.
    const SessionHold use(*state);
    std::optional<std::string> json = handle.cursor->next();
    if (!json) return ATLAS_DONE;
    record->text = std::move(*json);
    out = record.release();
    return ATLAS_OK;
  });
}

atlas_status atlas_cursor_close(atlas_cursor* cursor, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    if (cursor == nullptr) return ATLAS_OK;
    const std::shared_ptr<SharedSession> state = checked(cursor).state;
    state->engine->require_same_process();
    if (state->busy.exchange(true, std::memory_order_acquire))
      throw misuse("busy", "the cursor's session is in use");
    cursor->cursor.reset();
    cursor->state.reset();
    state->busy.store(false, std::memory_order_release);
    state->engine->bury(cursor);
    return ATLAS_OK;
  });
}

}  // extern "C"
