/* Subscriptions: who hears what and when, what a callback may do, and when user_data is freed. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "check.h"

/* What a subscriber remembers. */
typedef struct listener {
  const place* p;
  atlas_session* committing;
  atlas_subscription* own;
  int heard;
  int freed;
  int nested;
  char last[400];
} listener;

static void on_event(void* user_data, const char* event, size_t event_size) {
  listener* l = user_data;
  ATLAS_CHECK(strlen(event) == event_size && event_size < sizeof l->last);
  memcpy(l->last, event, event_size + 1);
  ++l->heard;
}

static void on_free(void* user_data) {
  listener* l = user_data;
  ++l->freed;
}

static listener nobody(const place* p) {
  listener l;
  memset(&l, 0, sizeof l);
  l.p = p;
  return l;
}

static void patterns(void) {
  static const char* const wrong[] = {"",          "dossier",         "dossier.",    ".created",
                                      "*.created", "dossier.cre*",    "dossier.*.x", "Dossier.*",
                                      "**",        "dossier.created "};
  static const char* const right[] = {"*", "dossier.*", "dossier.created", "party.*"};
  static const int expected[] = {2, 2, 2, 0}; /* events that two new dossiers make for each */
  place p = open_memory_place();
  atlas_session* session = open_admin(&p);
  atlas_subscription* subscriptions[4];
  listener listeners[4];
  size_t i;
  for (i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    atlas_subscription* none = (atlas_subscription*)1;
    listener l = nobody(&p);
    ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT,
                      atlas_subscribe(p.engine, wrong[i], ATLAS_NUL, on_event, &l, on_free, &none, &error));
    ATLAS_CHECK(none == NULL && l.freed == 0); /* a failed registration leaves user_data to the caller */
  }
  for (i = 0; i < 4; ++i) {
    listeners[i] = nobody(&p);
    ATLAS_CHECK_OK(atlas_subscribe(p.engine, right[i], ATLAS_NUL, on_event, &listeners[i], on_free,
                                   &subscriptions[i], &error));
  }
  create_dossier(session, 1);
  create_dossier(session, 2);
  for (i = 0; i < 4; ++i) {
    if (listeners[i].heard != expected[i]) fprintf(stderr, "%s heard %d\n", right[i], listeners[i].heard);
    ATLAS_CHECK(listeners[i].heard == expected[i]);
    ATLAS_CHECK_OK(atlas_unsubscribe(subscriptions[i], &error));
    ATLAS_CHECK(listeners[i].freed == 1);
  }
  ATLAS_CHECK(strstr(listeners[2].last, "\"type\":\"dossier.created\"") != NULL);
  ATLAS_CHECK(strstr(listeners[2].last, p.org) != NULL && strstr(listeners[2].last, "\"sequence\":") != NULL);
  ATLAS_CHECK(strstr(listeners[2].last, "Contact") == NULL); /* nothing personal */
  create_dossier(session, 3);
  for (i = 0; i < 4; ++i) ATLAS_CHECK(listeners[i].heard == expected[i] && listeners[i].freed == 1);
  ATLAS_CHECK_MISUSE("closed", atlas_unsubscribe(subscriptions[0], &error));

  /* Nothing is told of what was rolled back; of a batch after its commit. */
  listeners[0] = nobody(&p);
  ATLAS_CHECK_OK(
      atlas_subscribe(p.engine, "*", 1, on_event, &listeners[0], on_free, &subscriptions[0], &error));
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 4);
  ATLAS_CHECK_OK(atlas_batch_rollback(session, &error));
  ATLAS_CHECK(listeners[0].heard == 0);
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 4);
  create_dossier(session, 5);
  ATLAS_CHECK(listeners[0].heard == 0);
  ATLAS_CHECK_OK(atlas_batch_commit(session, NULL, NULL, &error));
  ATLAS_CHECK(listeners[0].heard == 2);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));

  /* The engine closes first: that ends the subscription, whose handle is still to be closed. */
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
  ATLAS_CHECK(listeners[0].freed == 1);
  ATLAS_CHECK_OK(atlas_unsubscribe(subscriptions[0], &error));
  ATLAS_CHECK(listeners[0].freed == 1);
}

/* From within a callback: its own session is in use, the engine cannot be closed, others work. */
static void on_event_call_back(void* user_data, const char* event, size_t event_size) {
  listener* l = user_data;
  atlas_session* other;
  on_event(user_data, event, event_size);
  if (l->nested++ > 0) return; /* what the inner call commits is told as well */
  ATLAS_CHECK_MISUSE("busy", atlas_call(l->committing, "dossiers.list", ATLAS_NUL, NULL, 0, NULL, &error));
  ATLAS_CHECK_MISUSE("busy", atlas_session_close(l->committing, &error));
  ATLAS_CHECK_MISUSE("busy", atlas_batch_begin(l->committing, &error));
  ATLAS_CHECK_MISUSE("callback", atlas_close(l->p->engine, &error));
  ATLAS_CHECK_MISUSE("callback", atlas_workers_stop(l->p->engine, &error));
  other = open_admin(l->p);
  create_dossier(other, 1001);
  ATLAS_CHECK_OK(atlas_session_close(other, &error));
}

static void on_event_unsubscribe(void* user_data, const char* event, size_t event_size) {
  listener* l = user_data;
  on_event(user_data, event, event_size);
  ATLAS_CHECK_OK(atlas_unsubscribe(l->own, &error));
  ATLAS_CHECK(l->freed == 0); /* still in use: by this very call */
}

static void within_callbacks(void) {
  place p = open_memory_place();
  listener l = nobody(&p);
  l.committing = open_admin(&p);
  ATLAS_CHECK_OK(atlas_subscribe(p.engine, "dossier.created", ATLAS_NUL, on_event_call_back, &l, on_free,
                                 &l.own, &error));
  create_dossier(l.committing, 1);
  ATLAS_CHECK(l.heard == 2 && l.nested == 2);
  ATLAS_CHECK_OK(atlas_unsubscribe(l.own, &error));
  ATLAS_CHECK(l.freed == 1);

  l.heard = l.freed = 0;
  ATLAS_CHECK_OK(
      atlas_subscribe(p.engine, "*", ATLAS_NUL, on_event_unsubscribe, &l, on_free, &l.own, &error));
  ATLAS_CHECK_OK(atlas_batch_begin(l.committing, &error));
  create_dossier(l.committing, 2);
  create_dossier(l.committing, 3);
  ATLAS_CHECK_OK(atlas_batch_commit(l.committing, NULL, NULL, &error));
  ATLAS_CHECK(l.heard == 1 && l.freed == 1);
  ATLAS_CHECK_OK(atlas_session_close(l.committing, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

/* Subscribing and unsubscribing while others commit: after atlas_unsubscribe nobody touches user_data again.
 */
enum { rounds = 60, writers = 2 };

typedef struct guarded {
  pthread_mutex_t mutex;
  int alive;
  int heard;
} guarded;

static void on_guarded(void* user_data, const char* event, size_t event_size) {
  guarded* g = user_data;
  (void)event;
  (void)event_size;
  pthread_mutex_lock(&g->mutex);
  ATLAS_CHECK(g->alive == 1);
  ++g->heard;
  pthread_mutex_unlock(&g->mutex);
}

static void free_guarded(void* user_data) {
  guarded* g = user_data;
  pthread_mutex_lock(&g->mutex);
  ATLAS_CHECK(g->alive == 1);
  g->alive = 0;
  pthread_mutex_unlock(&g->mutex);
}

typedef struct writer {
  const place* p;
  int number;
} writer;

static pthread_mutex_t stop_mutex = PTHREAD_MUTEX_INITIALIZER;
static int stopped;

static int is_stopped(void) {
  int now;
  pthread_mutex_lock(&stop_mutex);
  now = stopped;
  pthread_mutex_unlock(&stop_mutex);
  return now;
}

static void* write_on(void* data) {
  writer* w = data;
  atlas_session* session = open_admin(w->p);
  int i;
  for (i = 0; !is_stopped(); ++i) create_dossier(session, w->number * 100000 + i);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  return NULL;
}

static void across_threads(void) {
  place p = open_memory_place();
  pthread_t threads[writers];
  writer work[writers];
  int i, heard = 0;
  for (i = 0; i < writers; ++i) {
    work[i].p = &p;
    work[i].number = i + 1;
    ATLAS_CHECK(pthread_create(&threads[i], NULL, write_on, &work[i]) == 0);
  }
  for (i = 0; i < rounds; ++i) {
    static const struct timespec moment = {0, 500000};
    guarded g;
    atlas_subscription* subscription = NULL;
    ATLAS_CHECK(pthread_mutex_init(&g.mutex, NULL) == 0);
    g.alive = 1;
    g.heard = 0;
    ATLAS_CHECK_OK(atlas_subscribe(p.engine, "*", 1, on_guarded, &g, free_guarded, &subscription, &error));
    nanosleep(&moment, NULL);
    ATLAS_CHECK_OK(atlas_unsubscribe(subscription, &error));
    ATLAS_CHECK(g.alive == 0);
    heard += g.heard;
    ATLAS_CHECK(pthread_mutex_destroy(&g.mutex) == 0);
  }
  pthread_mutex_lock(&stop_mutex);
  stopped = 1;
  pthread_mutex_unlock(&stop_mutex);
  for (i = 0; i < writers; ++i) ATLAS_CHECK(pthread_join(threads[i], NULL) == 0);
  ATLAS_CHECK(heard > 0);
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

void test_events(void) {
  patterns();
  within_callbacks();
  across_threads();
}
