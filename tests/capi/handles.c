/* Handles: of the wrong kind, closed, of a closed sibling, in use, in a forked child; and how an engine
 * closes. */
#define _POSIX_C_SOURCE 200809L
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void wrong_kinds(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_options* options = NULL;
  atlas_engine* engine = NULL;
  atlas_cursor* cursor = NULL;
  atlas_buffer* buffer = NULL;
  int64_t number = 0;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "{}", 2, &cursor, &error));

  ATLAS_CHECK_MISUSE("wrong_handle", atlas_call((atlas_session*)p.engine, "a", 1, NULL, 0, NULL, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_call((atlas_session*)cursor, "a", 1, NULL, 0, NULL, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_cursor_next((atlas_cursor*)session, &buffer, &error));
  ATLAS_CHECK_OK(atlas_metrics(p.engine, &buffer, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_close((atlas_engine*)session, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_pump((atlas_engine*)options, 1, &number, NULL, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_session_close((atlas_session*)cursor, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_cursor_close((atlas_cursor*)buffer, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_unsubscribe((atlas_subscription*)session, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_options_set_create((atlas_options*)p.engine, 1, &error));
  ATLAS_CHECK_MISUSE("wrong_handle", atlas_open((atlas_options*)p.engine, &engine, &error));
  ATLAS_CHECK(engine == NULL);
  atlas_buffer_free(buffer);
  atlas_options_free(options);
  ATLAS_CHECK_OK(atlas_cursor_close(cursor, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void wrong_frees(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  /* Frees of another kind do nothing, as do their readers. */
  atlas_buffer_free((atlas_buffer*)session);
  atlas_error_free((atlas_error*)session);
  atlas_options_free((atlas_options*)session);
  ATLAS_CHECK(atlas_buffer_data((atlas_buffer*)session) == NULL &&
              atlas_buffer_size((atlas_buffer*)session) == 0);
  ATLAS_CHECK(atlas_error_status((atlas_error*)session) == ATLAS_OK);
  create_dossier(session, 1);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void after_the_close(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_session* other = open_admin(&p);
  atlas_cursor* cursor = NULL;
  atlas_cursor* second = NULL;
  atlas_buffer* buffer = NULL;
  create_dossier(session, 1);
  create_dossier(session, 2);
  ATLAS_CHECK_OK(
      atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "{\"limit\": 1}", ATLAS_NUL, &cursor, &error));
  ATLAS_CHECK_OK(atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "{}", 2, &second, &error));
  ATLAS_CHECK_OK(atlas_cursor_next(cursor, &buffer, &error));
  atlas_buffer_free(buffer);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));

  /* The cursor of a closed session: every use is misuse, closing it is legal, once. */
  ATLAS_CHECK_MISUSE("closed", atlas_cursor_next(cursor, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  ATLAS_CHECK_MISUSE("closed", atlas_cursor_next(cursor, &buffer, &error));
  ATLAS_CHECK_OK(atlas_cursor_close(cursor, &error));
  ATLAS_CHECK_MISUSE("closed", atlas_cursor_close(cursor, &error));
  ATLAS_CHECK_MISUSE("closed", atlas_cursor_next(cursor, &buffer, &error));

  /* The closed session itself, while its engine is open. */
  ATLAS_CHECK_MISUSE("closed", atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_MISUSE("closed", atlas_batch_begin(session, &error));
  ATLAS_CHECK_MISUSE("closed", atlas_session_close(session, &error));

  /* An engine with a session stays open and works. */
  ATLAS_CHECK_MISUSE("sessions", atlas_close(p.engine, &error));
  ATLAS_CHECK_MISUSE("sessions", atlas_close(p.engine, &error));
  create_dossier(other, 3);
  ATLAS_CHECK_OK(atlas_session_close(other, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
  /* A cursor outlives both. */
  ATLAS_CHECK_MISUSE("closed", atlas_cursor_next(second, &buffer, &error));
  ATLAS_CHECK_OK(atlas_cursor_close(second, &error));
}

/* Closed handles are remembered, not for ever: neither crash nor growth without end. */
static void many_closed(void) {
  enum { many = 1000 };
  place p = open_memory_place();
  atlas_session* last = NULL;
  int i;
  for (i = 0; i < many; ++i) {
    last = open_admin(&p);
    ATLAS_CHECK_OK(atlas_session_close(last, &error));
  }
  ATLAS_CHECK_MISUSE("closed", atlas_session_close(last, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void batches(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_buffer* buffer = NULL;
  int64_t calls = 7, failed = 7;
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 1);
  ATLAS_CHECK_OK(atlas_batch_rollback(session, &error));
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 2);
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_FOUND, atlas_call(session, "dossiers.get", ATLAS_NUL,
                                                  "{\"id\": \"00000000-0000-7000-8000-000000000000\"}",
                                                  ATLAS_NUL, NULL, &error));
  ATLAS_CHECK_OK(atlas_batch_commit(session, &calls, &failed, &error));
  ATLAS_CHECK(calls == 2 && failed == 1);
  /* Closing the session rolls back what is open. */
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 3);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  session = open_admin(&p);
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.count", ATLAS_NUL, NULL, 0, &buffer, &error));
  ATLAS_CHECK(strncmp(atlas_buffer_data(buffer), "{\"count\":1,", 11) == 0);
  atlas_buffer_free(buffer);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void kinds_of_principals(void) {
  static const char* const agent[] = {"AGENT"};
  static const char* const nonsense[] = {"KING"};
  place p = open_memory_place();
  atlas_session* session = NULL;
  atlas_buffer* buffer = NULL;
  /* Roles that the host gives replace the stored ones. */
  ATLAS_CHECK_OK(
      atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin, 36, agent, 1, &session, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_FORBIDDEN, atlas_call(session, "audit.verify", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin, 36, nonsense, 1,
                                    &session, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_UNAUTHENTICATED,
                    atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  /* Nobody, as a user. */
  ATLAS_CHECK_OK(
      atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.org, 36, NULL, 0, &session, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_UNAUTHENTICATED,
                    atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  /* The organisation itself; the host sees no business data. */
  ATLAS_CHECK_OK(
      atlas_session_open(p.engine, ATLAS_PRINCIPAL_SYSTEM, p.org, 36, NULL, 0, NULL, 0, &session, &error));
  ATLAS_CHECK_OK(atlas_call(session, "audit.head", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(
      atlas_session_open(p.engine, ATLAS_PRINCIPAL_HOST, NULL, 0, NULL, 0, NULL, 0, &session, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_FORBIDDEN,
                    atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  /* A visitor sees the public side, and nothing else. */
  ATLAS_CHECK_OK(atlas_session_open(p.engine, ATLAS_PRINCIPAL_PUBLIC, p.org, 36, "203.0.113.7", ATLAS_NUL,
                                    NULL, 0, &session, &error));
  ATLAS_CHECK_OK(atlas_call(session, "portal.search", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_FORBIDDEN,
                    atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT,
                    atlas_session_open(p.engine, ATLAS_PRINCIPAL_PUBLIC, p.org, 36, "203.0.113.7", ATLAS_NUL,
                                       agent, 1, &session, &error));
  ATLAS_CHECK_OK(atlas_organisations(p.engine, &buffer, &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(buffer), p.org) != NULL &&
              strstr(atlas_buffer_data(buffer), "\"Atelier\"") != NULL);
  atlas_buffer_free(buffer);
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

/* What a child does with what it inherited is misuse, and harms the parent's store in no way. */
static void forked(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_cursor* cursor = NULL;
  atlas_buffer* buffer = NULL;
  int ended = 0;
  pid_t child;
  create_dossier(session, 1);
  ATLAS_CHECK_OK(atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "{}", 2, &cursor, &error));
  fflush(NULL);
  child = fork();
  ATLAS_CHECK(child >= 0);
  if (child == 0) {
    ATLAS_CHECK_MISUSE("fork", atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_cursor_next(cursor, &buffer, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_cursor_close(cursor, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_batch_begin(session, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_session_close(session, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_pump(p.engine, 1, NULL, NULL, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_metrics(p.engine, &buffer, &error));
    ATLAS_CHECK_MISUSE("fork", atlas_close(p.engine, &error));
    _exit(0);
  }
  ATLAS_CHECK(waitpid(child, &ended, 0) == child && WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
  create_dossier(session, 2);
  ATLAS_CHECK_OK(atlas_cursor_close(cursor, &error));
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void due_work_and_upkeep(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_buffer* buffer = NULL;
  int64_t done = -1, next_due = -1;
  int32_t version = 0;
  create_dossier(session, 1);
  ATLAS_CHECK_OK(atlas_pump(p.engine, 10, &done, &next_due, &error));
  ATLAS_CHECK(done >= 0 && next_due > 0);
  ATLAS_CHECK_OK(atlas_workers_start(p.engine, 2, &error));
  ATLAS_CHECK_MISUSE("workers", atlas_workers_start(p.engine, 1, &error));
  create_dossier(session, 2);
  ATLAS_CHECK_OK(atlas_workers_stop(p.engine, &error));
  ATLAS_CHECK_OK(atlas_workers_start(p.engine, 1, &error)); /* closing the engine stops it */
  ATLAS_CHECK_OK(atlas_schema_version(p.engine, &version, &error));
  ATLAS_CHECK(version >= 1);
  ATLAS_CHECK_OK(atlas_check(p.engine, &buffer, &error));
  ATLAS_CHECK(strncmp(atlas_buffer_data(buffer), "{\"ok\":true,", 11) == 0);
  ATLAS_CHECK(strstr(atlas_buffer_data(buffer), "\"findings\":[]") != NULL);
  atlas_buffer_free(buffer);
  ATLAS_CHECK_OK(atlas_metrics(p.engine, &buffer, &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(buffer), "atlas_calls_total{operation=\"dossiers.create\"} 2\n") !=
              NULL);
  atlas_buffer_free(buffer);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

void test_handles(void) {
  wrong_kinds();
  wrong_frees();
  after_the_close();
  many_closed();
  batches();
  kinds_of_principals();
  forked();
  due_work_and_upkeep();
}
