/*
 * Every export with NULLs and with sizes that cannot be: an answer, never a crash, and outputs emptied. That
 * no export is missing here is checked by exports.py against capi/atlas.symbols.
 */
#include "check.h"

/* Not 0 and not ATLAS_NUL: larger than any text. */
#define ATLAS_GARBAGE ((size_t)-2)

static void* const stale = (void*)1;

static void plain_functions(void) {
  ATLAS_CHECK(atlas_version() == 100);
  ATLAS_CHECK(strcmp(atlas_version_string(), "0.1.0") == 0);
  ATLAS_CHECK(strcmp(atlas_status_text(ATLAS_OK), "ok") == 0);
  ATLAS_CHECK(strcmp(atlas_status_text(ATLAS_DONE), "done") == 0);
  ATLAS_CHECK(strcmp(atlas_status_text(ATLAS_E_STORAGE_WRONG_KEY), "storage_wrong_key") == 0);
  ATLAS_CHECK(strcmp(atlas_status_text(-1), "unknown") == 0 &&
              strcmp(atlas_status_text(INT32_MAX), "unknown") == 0);
  ATLAS_CHECK(strcmp(atlas_status_advice(12345), "") == 0 &&
              strlen(atlas_status_advice(ATLAS_E_CONFLICT)) > 10);
  ATLAS_CHECK(strlen(atlas_status_advice(ATLAS_DONE)) > 0);
  ATLAS_CHECK(atlas_status_http(ATLAS_E_NOT_FOUND) == 404 && atlas_status_http(INT32_MIN) == 500);
  ATLAS_CHECK(atlas_status_http(ATLAS_OK) == 200 && atlas_status_http(ATLAS_DONE) == 200);
  ATLAS_CHECK(atlas_buffer_data(NULL) == NULL && atlas_buffer_size(NULL) == 0);
  atlas_buffer_free(NULL);
  ATLAS_CHECK(atlas_error_status(NULL) == ATLAS_OK && strcmp(atlas_error_code(NULL), "") == 0);
  ATLAS_CHECK(strcmp(atlas_error_message(NULL), "") == 0 && strcmp(atlas_error_json(NULL), "") == 0);
  atlas_error_free(NULL);
  atlas_options_free(NULL);
}

static void nothing_but_null(void) {
  ATLAS_CHECK(atlas_options_new(NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_store(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_key(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_raw_key(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_create(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_migrate(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_read_only(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_durability(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_subject_keys(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_checkpoint_key(NULL, NULL, 0, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_busy_ms(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_batch_limits(NULL, 0, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_max_request_bytes(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_calls_per_second(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_options_set_public_calls_per_minute(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_kvstore_register(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_clock_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_entropy_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_keystore_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_log_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_checkpoint_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_progress_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_secrets_set(NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_transport_register(NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_transport_use_own(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_inbound(NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_open(NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_close(NULL, NULL) == ATLAS_OK);
  ATLAS_CHECK(atlas_session_open(NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_session_close(NULL, NULL) == ATLAS_OK);
  ATLAS_CHECK(atlas_call(NULL, NULL, 0, NULL, 0, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_batch_begin(NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_batch_commit(NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_batch_rollback(NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_cursor_open(NULL, NULL, 0, NULL, 0, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_cursor_next(NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_cursor_close(NULL, NULL) == ATLAS_OK);
  ATLAS_CHECK(atlas_pump(NULL, 0, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_workers_start(NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_workers_stop(NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_subscribe(NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_unsubscribe(NULL, NULL) == ATLAS_OK);
  ATLAS_CHECK(atlas_backup(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_rekey(NULL, NULL, 0, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_check(NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_schema_version(NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_metrics(NULL, NULL, NULL) == ATLAS_E_MISUSE);
  ATLAS_CHECK(atlas_organisations(NULL, NULL, NULL) == ATLAS_E_MISUSE);
}

/* A NULL handle, everything else as it should be: the error says what, the outputs are emptied. */
static void null_handles(void) {
  atlas_engine* engine = stale;
  atlas_session* session = stale;
  atlas_cursor* cursor = stale;
  atlas_subscription* subscription = stale;
  atlas_buffer* buffer = stale;
  int64_t a = 7, b = 7;
  int32_t version = 7;
  ATLAS_CHECK_MISUSE("null_argument", atlas_open(NULL, &engine, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_session_open(NULL, 1, "", 0, "", 0, NULL, 0, &session, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_call(NULL, "dossiers.list", ATLAS_NUL, "{}", 2, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_cursor_open(NULL, "dossiers.list", ATLAS_NUL, "{}", 2, &cursor, &error));
  buffer = stale;
  ATLAS_CHECK_MISUSE("null_argument", atlas_cursor_next(NULL, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  ATLAS_CHECK_MISUSE("null_argument", atlas_batch_begin(NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_batch_commit(NULL, &a, &b, &error));
  ATLAS_CHECK(a == 0 && b == 0);
  ATLAS_CHECK_MISUSE("null_argument", atlas_batch_rollback(NULL, &error));
  a = b = 7;
  ATLAS_CHECK_MISUSE("null_argument", atlas_pump(NULL, 1, &a, &b, &error));
  ATLAS_CHECK(a == 0 && b == 0);
  ATLAS_CHECK_MISUSE("null_argument", atlas_subscribe(NULL, "*", 1, NULL, NULL, NULL, &subscription, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_schema_version(NULL, &version, &error));
  buffer = stale;
  ATLAS_CHECK_MISUSE("null_argument", atlas_check(NULL, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  buffer = stale;
  ATLAS_CHECK_MISUSE("null_argument", atlas_metrics(NULL, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  buffer = stale;
  ATLAS_CHECK_MISUSE("null_argument", atlas_organisations(NULL, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  ATLAS_CHECK_MISUSE("null_argument", atlas_backup(NULL, "x", 1, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_rekey(NULL, "x", 1, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_workers_start(NULL, 1, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_workers_stop(NULL, &error));
  ATLAS_CHECK(engine == NULL && session == NULL && cursor == NULL && subscription == NULL && version == 0);
}

static void bad_options(void) {
  static const uint8_t key[32] = {1};
  atlas_options* options = NULL;
  atlas_engine* engine = stale;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_options_set_store(options, NULL, 5, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_options_set_store(options, NULL, ATLAS_NUL, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_store(options, "x", ATLAS_GARBAGE, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_key(options, "x", ATLAS_GARBAGE, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_key(options, NULL, 0, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_options_set_raw_key(options, NULL, 32, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_raw_key(options, key, 31, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_raw_key(options, key, ATLAS_GARBAGE, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_checkpoint_key(options, "k", 1, key, 33, &error));
  ATLAS_CHECK_MISUSE("size", atlas_options_set_checkpoint_key(options, "k", ATLAS_GARBAGE, key, 32, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT,
                    atlas_options_set_checkpoint_key(options, "", 0, key, 32, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_durability(options, 2, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_subject_keys(options, -1, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_busy_ms(options, -1, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_batch_limits(options, 0, 10, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_batch_limits(options, 10, INT64_MAX, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_max_request_bytes(options, 1023, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_calls_per_second(options, INT64_MIN, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_options_set_public_calls_per_minute(options, -1, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_entropy_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_keystore_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK_OK(atlas_secrets_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_transport_register(options, "HOST", ATLAS_NUL, NULL, 0, NULL, NULL, NULL, &error));
  ATLAS_CHECK_MISUSE("size", atlas_transport_use_own(options, "{}", ATLAS_GARBAGE, &error));
  ATLAS_CHECK_OK(atlas_log_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK_OK(atlas_checkpoint_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK_OK(atlas_progress_set(options, NULL, NULL, NULL, &error));
  /* No store was named. */
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_open(options, &engine, &error));
  ATLAS_CHECK(engine == NULL);
  /* A key for a store that can have none, and a place where no store can be. */
  ATLAS_CHECK_OK(atlas_options_set_store(options, ":memory:", ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_options_set_key(options, "first a passphrase", ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_options_set_raw_key(options, key, sizeof key, &error));
  ATLAS_CHECK_OK(atlas_options_set_key(options, "then another", ATLAS_NUL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_SUPPORTED, atlas_open(options, &engine, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, "/nowhere/at/all.db", ATLAS_NUL, &error));
  ATLAS_CHECK(atlas_open(options, &engine, NULL) != ATLAS_OK && engine == NULL);
  atlas_options_free(options);
}

static void bad_arguments(void) {
  static const char* const no_role[] = {NULL};
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_session* other = stale;
  atlas_cursor* cursor = stale;
  atlas_subscription* subscription = stale;
  atlas_buffer* buffer = stale;
  int64_t number = 7;

  ATLAS_CHECK_MISUSE("size", atlas_call(session, "dossiers.list", ATLAS_GARBAGE, "{}", 2, &buffer, &error));
  ATLAS_CHECK(buffer == NULL);
  ATLAS_CHECK_MISUSE("size",
                     atlas_call(session, "dossiers.list", ATLAS_NUL, "{}", ATLAS_GARBAGE, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_call(session, NULL, 3, "{}", 2, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, ATLAS_NUL, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_FOUND, atlas_call(session, NULL, 0, NULL, 0, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_FOUND, atlas_call(session, "dossiers.lis", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT,
                    atlas_call(session, "dossiers.list", ATLAS_NUL, "{", 1, NULL, &error));
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.list and more", 13, "{}garbage", 2, &buffer, &error));
  ATLAS_CHECK(strlen(atlas_buffer_data(buffer)) == atlas_buffer_size(buffer) &&
              atlas_buffer_size(buffer) > 2);
  atlas_buffer_free(buffer);

  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "{}", 2, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT,
                    atlas_cursor_open(session, "dossiers.get", ATLAS_NUL, "{}", 2, &cursor, &error));
  ATLAS_CHECK(cursor == NULL);
  ATLAS_CHECK_OK(atlas_cursor_open(session, "dossiers.list", ATLAS_NUL, "not JSON", 8, &cursor, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_cursor_next(cursor, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_cursor_next(cursor, &buffer, &error));
  ATLAS_CHECK_OK(atlas_cursor_close(cursor, &error));

  ATLAS_CHECK_MISUSE("batch", atlas_batch_commit(session, NULL, NULL, &error));
  ATLAS_CHECK_MISUSE("batch", atlas_batch_rollback(session, &error));
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  ATLAS_CHECK_MISUSE("batch", atlas_batch_begin(session, &error));
  ATLAS_CHECK_OK(atlas_batch_rollback(session, &error));

  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_session_open(p.engine, 0, p.org, ATLAS_NUL, p.admin,
                                                                 ATLAS_NUL, NULL, 0, &other, &error));
  ATLAS_CHECK(other == NULL);
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 35,
                                                                 p.admin, 36, NULL, 0, &other, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_session_open(p.engine, ATLAS_PRINCIPAL_HOST, p.org, 36,
                                                                 NULL, 0, NULL, 0, &other, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_session_open(p.engine, ATLAS_PRINCIPAL_SYSTEM, p.org, 36,
                                                                 p.admin, 36, NULL, 0, &other, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin,
                                                         36, NULL, 1, &other, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin,
                                                         36, no_role, 1, &other, &error));
  ATLAS_CHECK_MISUSE("size", atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin, 36,
                                                no_role, ATLAS_GARBAGE, &other, &error));
  ATLAS_CHECK_MISUSE("size", atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, ATLAS_GARBAGE, p.admin,
                                                36, NULL, 0, &other, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_session_open(p.engine, ATLAS_PRINCIPAL_USER, p.org, 36, p.admin,
                                                         36, NULL, 0, NULL, &error));

  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_pump(p.engine, 0, &number, NULL, &error));
  ATLAS_CHECK(number == 0);
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_pump(p.engine, INT64_MIN, NULL, NULL, &error));
  ATLAS_CHECK_OK(atlas_pump(p.engine, INT64_MAX, NULL, NULL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_workers_start(p.engine, 0, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_workers_start(p.engine, INT32_MAX, &error));
  ATLAS_CHECK_OK(atlas_workers_stop(p.engine, &error));
  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_subscribe(p.engine, "*", 1, NULL, NULL, NULL, &subscription, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_backup(p.engine, NULL, 0, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_backup(p.engine, "a\0b", 3, &error));
  ATLAS_CHECK_MISUSE("size", atlas_backup(p.engine, "x", ATLAS_GARBAGE, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_SUPPORTED, atlas_backup(p.engine, "copy.db", ATLAS_NUL, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_rekey(p.engine, "", 0, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_SUPPORTED, atlas_rekey(p.engine, "new", ATLAS_NUL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_check(p.engine, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_metrics(p.engine, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_organisations(p.engine, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_schema_version(p.engine, NULL, &error));

  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

/* Errors carry everything there is to say. */
static void errors_tell_all(void) {
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_error* told = NULL;
  ATLAS_CHECK(atlas_call(session, "dossiers.create", ATLAS_NUL,
                         "{\"contact_name\": \"\", \"phone\": \"12\", \"nope\": 1}", ATLAS_NUL, NULL,
                         &told) == ATLAS_E_INVALID_ARGUMENT);
  ATLAS_CHECK(strstr(atlas_error_json(told), "\"path\":\"/contact_name\"") != NULL);
  ATLAS_CHECK(strstr(atlas_error_json(told), "\"code\":\"unknown_member\"") != NULL);
  ATLAS_CHECK(strlen(atlas_error_message(told)) > 0 && strchr(atlas_error_message(told), '\n') == NULL);
  atlas_error_free(told);
  ATLAS_CHECK(atlas_call(session, "dossiers.get", ATLAS_NUL,
                         "{\"id\": \"00000000-0000-7000-8000-000000000000\"}", ATLAS_NUL, NULL,
                         &told) == ATLAS_E_NOT_FOUND);
  ATLAS_CHECK(strstr(atlas_error_json(told), "\"correlation_id\":\"") != NULL);
  atlas_error_free(told);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

void test_exports(void) {
  plain_functions();
  nothing_but_null();
  null_handles();
  bad_options();
  bad_arguments();
  errors_tell_all();
}
