/* A message from its acceptance to a transport written in C, and the secret that goes with it. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "check.h"

typedef struct provider {
  volatile int sent;
  atlas_outcome absurd; /* answered as it is, when its struct_size is not 0 */
  atlas_engine* engine; /* when it is not NULL send() tries to end what it runs in */
  int32_t kind;
  char to[40];
  char body[80];
  char secret[40];
  char reference[80];
} provider;

static atlas_status send_one(void* user_data, const atlas_envelope* envelope, const atlas_sending* sending,
                             atlas_outcome* outcome) {
  provider* p = user_data;
  const char* secret = sending->secret(sending->call, "send");
  if (!sending->begin(sending->call)) {
    outcome->kind = ATLAS_OUTCOME_NOT_TAKEN;
    return ATLAS_OK;
  }
  ATLAS_CHECK(sending->remaining_ns(sending->call) > 0);
  ++p->sent;
  snprintf(p->to, sizeof p->to, "%s", envelope->to);
  snprintf(p->body, sizeof p->body, "%s", envelope->body);
  snprintf(p->secret, sizeof p->secret, "%s", secret != NULL ? secret : "none");
  if (p->absurd.struct_size != 0) {
    *outcome = p->absurd;
    return ATLAS_OK;
  }
  if (p->engine != NULL) {
    ATLAS_CHECK_MISUSE("callback", atlas_workers_stop(p->engine, &error));
    ATLAS_CHECK_MISUSE("sessions", atlas_close(p->engine, &error));
  }
  outcome->kind = p->kind;
  snprintf(outcome->provider_id, sizeof outcome->provider_id, "c-%d", p->sent);
  snprintf(outcome->reason, sizeof outcome->reason, "content");
  return ATLAS_OK;
}

static atlas_status give_secret(void* user_data, const char* reference, char* out, size_t capacity,
                                size_t* out_size) {
  static const char secret[] = "s3cret";
  provider* p = user_data;
  snprintf(p->reference, sizeof p->reference, "%s", reference);
  if (capacity < sizeof secret) return ATLAS_E_INTERNAL;
  memcpy(out, secret, sizeof secret - 1);
  *out_size = sizeof secret - 1;
  return ATLAS_OK;
}

/* Queues a message. */
static void send_message(atlas_session* session, const char* dossier, char id[40]) {
  atlas_buffer* result = NULL;
  char params[300];
  snprintf(params, sizeof params,
           "{\"dossier_id\": \"%s\", \"channel_code\": \"CHAN_SMS\", \"purpose_code\": \"CONSENT_CONTACT\", "
           "\"body\": \"Bonjour\", \"urgent\": true}",
           dossier);
  ATLAS_CHECK_OK(atlas_call(session, "messages.send", ATLAS_NUL, params, ATLAS_NUL, &result, &error));
  member(atlas_buffer_data(result), "id", id, 40);
  atlas_buffer_free(result);
}

static void pump_all(const place* p) {
  int64_t done = 0;
  do {
    ATLAS_CHECK_OK(atlas_pump(p->engine, 100, &done, NULL, &error));
  } while (done > 0);
}

/* A message's state and the provider's id. */
static void look(atlas_session* session, const char* id, char state[40], char provider_id[40]) {
  atlas_buffer* result = NULL;
  char params[80];
  snprintf(params, sizeof params, "{\"id\": \"%s\"}", id);
  ATLAS_CHECK_OK(atlas_call(session, "messages.get", ATLAS_NUL, params, ATLAS_NUL, &result, &error));
  member(atlas_buffer_data(result), "status_code", state, 40);
  provider_id[0] = '\0';
  if (strstr(atlas_buffer_data(result), "\"provider_message_id\":\"") != NULL)
    member(atlas_buffer_data(result), "provider_message_id", provider_id, 40);
  atlas_buffer_free(result);
}

static void send_and_pump(const place* p, atlas_session* session, const char* dossier, char state[40],
                          char provider_id[40]) {
  char id[40];
  send_message(session, dossier, id);
  pump_all(p);
  look(session, id, state, provider_id);
}

/* Texts without an end, kinds and waits that do not exist: the library goes on, and the message is in a state
 * that is true. */
static void absurd_outcomes(const place* p, atlas_session* session, const char* dossier, provider* to) {
  static const struct {
    int32_t kind;
    int64_t wait;
    int fill;
    const char* state;
  } rows[] = {{ATLAS_OUTCOME_ACCEPTED, 0, 'x', "UNCERTAIN"},
              {ATLAS_OUTCOME_ACCEPTED, 0, 0xFF, "UNCERTAIN"},
              {ATLAS_OUTCOME_ACCEPTED, 0, 0, "UNCERTAIN"},
              {INT32_MIN, INT64_MIN, 0xFF, "UNCERTAIN"},
              {INT32_MAX, INT64_MAX, '\n', "UNCERTAIN"},
              {256 + ATLAS_OUTCOME_ACCEPTED, 0, 'x', "UNCERTAIN"},
              {ATLAS_OUTCOME_REJECTED, INT64_MIN, 0xC3, "FAILED"},
              {ATLAS_OUTCOME_UNREACHABLE, -1, 1, "FAILED"},
              {ATLAS_OUTCOME_NOT_TAKEN, INT64_MAX, 0xFF, "QUEUED"}};
  char state[40], provider_id[40];
  size_t i;
  for (i = 0; i < sizeof rows / sizeof *rows; ++i) {
    memset(&to->absurd, rows[i].fill, sizeof to->absurd);
    to->absurd.struct_size = (size_t)-1;
    to->absurd.kind = rows[i].kind;
    to->absurd.retry_after_us = rows[i].wait;
    send_and_pump(p, session, dossier, state, provider_id);
    if (strcmp(state, rows[i].state) != 0) fprintf(stderr, "row %d: %s\n", (int)i, state);
    ATLAS_CHECK(strcmp(state, rows[i].state) == 0);
  }
  memset(&to->absurd, 0, sizeof to->absurd);
}

/* Threads of the library send, and a transport cannot end what it runs in. */
static void workers_send(const place* p, atlas_session* session, const char* dossier, provider* to) {
  char id[40], state[40] = "", provider_id[40];
  const int before = to->sent;
  int tries;
  to->engine = p->engine;
  to->kind = ATLAS_OUTCOME_REJECTED;
  ATLAS_CHECK_OK(atlas_workers_start(p->engine, 3, &error));
  send_message(session, dossier, id);
  for (tries = 0; tries < 2000 && strcmp(state, "FAILED") != 0; ++tries) {
    const struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
    look(session, id, state, provider_id);
  }
  ATLAS_CHECK(strcmp(state, "FAILED") == 0 && to->sent == before + 1);
  ATLAS_CHECK_OK(atlas_workers_stop(p->engine, &error));
  ATLAS_CHECK_OK(atlas_workers_stop(p->engine, &error)); /* nothing when none run */
  send_message(session, dossier, id);
  look(session, id, state, provider_id);
  ATLAS_CHECK(strcmp(state, "QUEUED") == 0);
  to->engine = NULL;
  pump_all(p);
  look(session, id, state, provider_id);
  ATLAS_CHECK(strcmp(state, "FAILED") == 0);
}

void test_transports(void) {
  provider to;
  atlas_transport table;
  atlas_options* options = NULL;
  atlas_session* session;
  atlas_buffer* result = NULL;
  char dossier[40], state[40], provider_id[40];
  place p;
  memset(&to, 0, sizeof to);
  memset(&table, 0, sizeof table);
  table.struct_size = sizeof table;
  table.marks_begin = 1;
  table.send = send_one;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, ":memory:", ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_secrets_set(options, give_secret, &to, NULL, &error));
  ATLAS_CHECK_OK(atlas_transport_register(options, "HOST", ATLAS_NUL, NULL, 0, &table, &to, NULL, &error));
  p = open_place(options);
  atlas_options_free(options);
  session = open_admin(&p);
  run(session, "channels.create",
      "{\"channel_code\": \"CHAN_SMS\", \"provider\": \"HOST\", \"sender\": \"+212500000000\", "
      "\"secret_refs\": {\"send\": \"relay\"}}");
  run(session, "consents.grant",
      "{\"channel_code\": \"CHAN_SMS\", \"address\": \"+212600000001\", \"purpose_code\": "
      "\"CONSENT_CONTACT\", "
      "\"source_code\": \"CONSENT_SRC_FORM\", \"wording\": \"J'accepte\", \"wording_version\": \"1\", "
      "\"language\": \"fr\", \"evidence\": {\"kind\": \"web_form\", \"reference\": "
      "\"https://agence.example\", "
      "\"sha256\": \"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"}}");
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.create", ATLAS_NUL,
                            "{\"contact_name\": \"Salma\", \"phone\": \"+212600000001\"}", ATLAS_NUL, &result,
                            &error));
  member(atlas_buffer_data(result), "id", dossier, sizeof dossier);
  atlas_buffer_free(result);

  to.kind = ATLAS_OUTCOME_ACCEPTED;
  send_and_pump(&p, session, dossier, state, provider_id);
  ATLAS_CHECK(to.sent == 1 && strcmp(state, "SENT") == 0 && strcmp(provider_id, "c-1") == 0);
  ATLAS_CHECK(strcmp(to.to, "+212600000001") == 0 && strcmp(to.body, "Bonjour") == 0);
  ATLAS_CHECK(strcmp(to.secret, "s3cret") == 0 && strcmp(to.reference + 36, "/relay") == 0 &&
              strncmp(to.reference, p.org, 36) == 0);

  to.kind = ATLAS_OUTCOME_REJECTED;
  send_and_pump(&p, session, dossier, state, provider_id);
  ATLAS_CHECK(to.sent == 2 && strcmp(state, "FAILED") == 0);
  to.kind = ATLAS_OUTCOME_UNKNOWN;
  send_and_pump(&p, session, dossier, state, provider_id);
  ATLAS_CHECK(to.sent == 3 && strcmp(state, "UNCERTAIN") == 0);
  to.kind = ATLAS_OUTCOME_ACCEPTED;
  workers_send(&p, session, dossier, &to);
  absurd_outcomes(&p, session, dossier, &to);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}
