/*
 * One agency's morning, through the C API alone: an organisation, a dossier, the same person met again, a
 * note, a status, a batch, a walk, the events of all that, and the audit that proves it.
 *
 *   scenario [STORE [PASSPHRASE]]      STORE: a file's path, ":memory:" (default) or a PostgreSQL URL
 *   scenario --kv                      the same over the storage of kv_store.c
 *
 * Prints what it does and ends with 0, or with 1 and what went wrong.
 */
#include <atlas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv_store.h"

/* An error ends the program: its whole object is for people to read here. */
static void must(atlas_status status, atlas_error* error, const char* what) {
  if (status == ATLAS_OK) return;
  fprintf(stderr, "%s failed: %s\n", what, atlas_error_json(error));
  atlas_error_free(error);
  exit(1);
}

static void expect(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

/* [call] */
/* Calls an operation and returns its result, which the caller frees. */
static atlas_buffer* call(atlas_session* session, const char* operation, const char* params) {
  atlas_buffer* result = NULL;
  atlas_error* error = NULL;
  atlas_status status = atlas_call(session, operation, ATLAS_NUL, params, ATLAS_NUL, &result, &error);
  must(status, error, operation);
  return result;
}
/* [/call] */

/* Copies a text or number member of a flat JSON object. Enough for this example; a program uses its JSON
 * library. */
static void member(const char* json, const char* name, char* out, size_t size) {
  char key[64];
  const char* at;
  size_t length;
  snprintf(key, sizeof key, "\"%s\":", name);
  at = strstr(json, key);
  expect(at != NULL, name);
  at += strlen(key);
  if (*at == '"') {
    ++at;
    length = strcspn(at, "\"");
  } else {
    length = strcspn(at, ",}]");
  }
  expect(length < size, "a member fits");
  memcpy(out, at, length);
  out[length] = '\0';
}

/* [event] */
/* Events come on the thread that commits; this program has one. */
static void on_event(void* user_data, const char* event, size_t event_size) {
  char type[64];
  int* seen = user_data;
  expect(strlen(event) == event_size, "an event ends at its size");
  member(event, "type", type, sizeof type);
  printf("  event: %s\n", type);
  ++*seen;
}
/* [/event] */

static void on_unsubscribed(void* user_data) {
  int* seen = user_data;
  *seen += 1000;
}

/* [open] */
static atlas_engine* open_engine(const char* store, const char* passphrase) {
  atlas_error* error = NULL;
  atlas_options* options = NULL;
  atlas_engine* engine = NULL;
  must(atlas_options_new(&options, &error), error, "options");
  if (strcmp(store, "--kv") == 0) {
    must(kv_store_register(options, &error), error, "registering the storage");
  } else {
    must(atlas_options_set_store(options, store, ATLAS_NUL, &error), error, "store");
  }
  if (passphrase != NULL) must(atlas_options_set_key(options, passphrase, ATLAS_NUL, &error), error, "key");
  must(atlas_open(options, &engine, &error), error, "open");
  atlas_options_free(options);
  return engine;
}
/* [/open] */

/* The organisation comes with its first administrator. */
static void create_organisation(atlas_engine* engine, char org[40], char admin[40]) {
  atlas_error* error = NULL;
  atlas_session* host = NULL;
  atlas_buffer* result;
  must(atlas_session_open(engine, ATLAS_PRINCIPAL_HOST, NULL, 0, NULL, 0, NULL, 0, &host, &error), error,
       "host");
  result = call(host, "organisations.create",
                "{\"name\": \"Agence Zellige\", \"default_country\": \"MA\", \"admin_email\": "
                "\"a.idrissi@example.com\"}");
  member(atlas_buffer_data(result), "id", org, 40);
  member(atlas_buffer_data(result), "admin_user_id", admin, 40);
  atlas_buffer_free(result);
  must(atlas_session_close(host, &error), error, "closing the host's session");
  printf("organisation %s\n", org);
}

/* A dossier, and the same person again: written otherwise, met all the same. */
static void meet_the_same_person(atlas_session* session, char dossier[40]) {
  char again[40], version[24], created[8], params[400];
  atlas_buffer* result = call(session, "dossiers.create",
                              "{\"contact_name\": \"Salma Bennani\", \"phone\": \"06 12 34 56 78\", "
                              "\"case_type_code\": \"CRM_LEAD_BUY\","
                              " \"idempotency_key\": \"form-1\"}");
  member(atlas_buffer_data(result), "id", dossier, 40);
  member(atlas_buffer_data(result), "created", created, sizeof created);
  expect(strcmp(created, "true") == 0, "the first one is opened");
  atlas_buffer_free(result);

  result = call(
      session, "dossiers.create",
      "{\"contact_name\": \"S. BENNANI\", \"phone\": \"+212612345678\", \"email\": \"salma@example.com\","
      " \"case_type_code\": \"CRM_LEAD_BUY\"}");
  member(atlas_buffer_data(result), "id", again, sizeof again);
  member(atlas_buffer_data(result), "created", created, sizeof created);
  expect(strcmp(again, dossier) == 0 && strcmp(created, "false") == 0, "the second one is met");
  printf("dossier %s, met again by its phone\n", dossier);
  atlas_buffer_free(result);

  snprintf(params, sizeof params, "{\"id\": \"%s\", \"body\": \"Cherche un riad avec patio.\"}", dossier);
  atlas_buffer_free(call(session, "dossiers.add_note", params));

  snprintf(params, sizeof params, "{\"id\": \"%s\"}", dossier);
  result = call(session, "dossiers.get", params);
  member(atlas_buffer_data(result), "version", version, sizeof version);
  atlas_buffer_free(result);
  snprintf(params, sizeof params, "{\"id\": \"%s\", \"version\": %s, \"to\": \"CRM_CONTACTED\"}", dossier,
           version);
  result = call(session, "dossiers.transition", params);
  expect(strstr(atlas_buffer_data(result), "\"status_code\":\"CRM_CONTACTED\"") != NULL,
         "the status changed");
  atlas_buffer_free(result);
}

/* [refused] */
/* What is refused is told whole, and changes nothing. */
static void be_refused(atlas_session* session, const char* dossier) {
  atlas_error* error = NULL;
  atlas_buffer* result = NULL;
  char params[200];
  snprintf(params, sizeof params, "{\"id\": \"%s\", \"version\": 1, \"to\": \"CRM_QUALIFIED\"}", dossier);
  expect(atlas_call(session, "dossiers.transition", ATLAS_NUL, params, ATLAS_NUL, &result, &error) ==
             ATLAS_E_CONFLICT,
         "an old version is a conflict");
  expect(result == NULL && atlas_error_status(error) == ATLAS_E_CONFLICT, "no result, but an error");
  printf("refused: %s\n", atlas_error_message(error));
  atlas_error_free(error);
}
/* [/refused] */

/* [batch] */
/* Three calls, one transaction; the one that fails undoes only itself. */
static void run_batch(atlas_session* session) {
  atlas_error* error = NULL;
  int64_t calls = 0, failed = 0;
  must(atlas_batch_begin(session, &error), error, "begin");
  atlas_buffer_free(
      call(session, "dossiers.create", "{\"contact_name\": \"Youssef\", \"phone\": \"0661000001\"}"));
  expect(atlas_call(session, "dossiers.get", ATLAS_NUL, "{\"id\": \"00000000-0000-7000-8000-000000000000\"}",
                    ATLAS_NUL, NULL, NULL) == ATLAS_E_NOT_FOUND,
         "no such dossier");
  atlas_buffer_free(
      call(session, "dossiers.create", "{\"contact_name\": \"Nadia\", \"phone\": \"0661000002\"}"));
  must(atlas_batch_commit(session, &calls, &failed, &error), error, "commit");
  expect(calls == 3 && failed == 1, "three calls, one failed");
  printf("batch: %ld calls, %ld failed\n", (long)calls, (long)failed);
}
/* [/batch] */

/* [walk] */
/* Record by record, whatever the list's length. */
static int walk(atlas_session* session, const char* operation, const char* params, const char* shown) {
  atlas_error* error = NULL;
  atlas_cursor* cursor = NULL;
  atlas_buffer* record = NULL;
  atlas_status status;
  int records = 0;
  must(atlas_cursor_open(session, operation, ATLAS_NUL, params, ATLAS_NUL, &cursor, &error), error,
       operation);
  while ((status = atlas_cursor_next(cursor, &record, &error)) == ATLAS_OK) {
    char text[200];
    member(atlas_buffer_data(record), shown, text, sizeof text);
    printf("  %s: %s\n", shown, text);
    atlas_buffer_free(record);
    ++records;
  }
  if (status != ATLAS_DONE) must(status, error, operation);
  must(atlas_cursor_close(cursor, &error), error, "closing the cursor");
  return records;
}
/* [/walk] */

/* The chain holds, and one entry can be proved to somebody who has nothing but the root. */
static void audit(atlas_session* session) {
  char ok[8], index[24];
  atlas_buffer* result = call(session, "audit.verify", "{\"records\": true}");
  member(atlas_buffer_data(result), "ok", ok, sizeof ok);
  expect(strcmp(ok, "true") == 0, "the audit verifies");
  atlas_buffer_free(result);
  result = call(session, "audit.prove", "{\"seq\": 2}");
  member(atlas_buffer_data(result), "index", index, sizeof index);
  expect(strcmp(index, "1") == 0, "entry 2 is leaf 1");
  printf("audit verified; entry 2 proved in %u bytes\n", (unsigned)atlas_buffer_size(result));
  atlas_buffer_free(result);
}

int main(int argc, char** argv) {
  atlas_error* error = NULL;
  atlas_engine* engine = open_engine(argc > 1 ? argv[1] : ":memory:", argc > 2 ? argv[2] : NULL);
  atlas_session* session = NULL;
  atlas_subscription* subscription = NULL;
  char org[40], admin[40], dossier[40], params[200];
  int events = 0;
  int64_t done = 0, next_due = 0;

  printf("libatlas %s\n", atlas_version_string());
  create_organisation(engine, org, admin);
  must(atlas_session_open(engine, ATLAS_PRINCIPAL_USER, org, ATLAS_NUL, admin, ATLAS_NUL, NULL, 0, &session,
                          &error),
       error, "session");
  must(atlas_subscribe(engine, "dossier.*", ATLAS_NUL, on_event, &events, on_unsubscribed, &subscription,
                       &error),
       error, "subscribe");

  meet_the_same_person(session, dossier);
  be_refused(session, dossier);
  run_batch(session);
  printf("timeline:\n");
  snprintf(params, sizeof params, "{\"dossier_id\": \"%s\", \"oldest_first\": true}", dossier);
  expect(walk(session, "activities.timeline", params, "type_code") >= 4, "opened, met, noted, moved");
  printf("dossiers:\n");
  expect(walk(session, "dossiers.list", "{\"limit\": 2}", "contact_name") == 3, "three dossiers, two a page");
  audit(session);

  must(atlas_pump(engine, 100, &done, &next_due, &error), error, "pump");
  printf("pump: %ld jobs, %s\n", (long)done,
         next_due == ATLAS_NEVER ? "nothing is waiting" : "more is due later");

  expect(events >= 4, "events came");
  must(atlas_unsubscribe(subscription, &error), error, "unsubscribe");
  expect(events >= 1000, "user_data was freed");
  expect(atlas_close(engine, NULL) == ATLAS_E_MISUSE, "an engine with a session stays open");
  must(atlas_session_close(session, &error), error, "closing the session");
  must(atlas_close(engine, &error), error, "close");
  printf("done\n");
  return 0;
}
