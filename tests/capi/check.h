/* What the C tests share: a check that tells where, an engine with an organisation, and small helpers. */
#ifndef ATLAS_TEST_CHECK_H
#define ATLAS_TEST_CHECK_H

#include <atlas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program, so that ctest and the sanitizers see it. */
#define ATLAS_CHECK(condition)                                                \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

/* Misuse, told with an error object and this reason. */
#define ATLAS_CHECK_MISUSE(reason, call)                                                           \
  do {                                                                                             \
    atlas_error* error = (atlas_error*)1;                                                          \
    atlas_status status = (call);                                                                  \
    if (status != ATLAS_E_MISUSE || strcmp(atlas_error_code(error), "misuse") != 0 ||              \
        strstr(atlas_error_json(error), "\"reason\":\"" reason "\"") == NULL) {                    \
      fprintf(stderr, "%s:%d: %d %s\n", __FILE__, __LINE__, (int)status, atlas_error_json(error)); \
      exit(1);                                                                                     \
    }                                                                                              \
    atlas_error_free(error);                                                                       \
  } while (0)

/* Succeeds, without an error object. */
#define ATLAS_CHECK_OK(call)                                                                       \
  do {                                                                                             \
    atlas_error* error = (atlas_error*)1;                                                          \
    atlas_status status = (call);                                                                  \
    if (status != ATLAS_OK || error != NULL) {                                                     \
      fprintf(stderr, "%s:%d: %d %s\n", __FILE__, __LINE__, (int)status, atlas_error_json(error)); \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)

/* Fails with this status and an error object that says so. */
#define ATLAS_CHECK_FAILS(expected, call)                                                          \
  do {                                                                                             \
    atlas_error* error = (atlas_error*)1;                                                          \
    atlas_status status = (call);                                                                  \
    if (status != (expected) || atlas_error_status(error) != (expected) ||                         \
        strcmp(atlas_error_code(error), atlas_status_text(expected)) != 0) {                       \
      fprintf(stderr, "%s:%d: %d %s\n", __FILE__, __LINE__, (int)status, atlas_error_json(error)); \
      exit(1);                                                                                     \
    }                                                                                              \
    atlas_error_free(error);                                                                       \
  } while (0)

/* A store in memory with one organisation. */
typedef struct place {
  atlas_engine* engine;
  char org[40];
  char admin[40];
} place;

place open_place(const atlas_options* options);
/* In memory, with every default. */
place open_memory_place(void);
atlas_session* open_admin(const place* p);
/* Calls an operation that must succeed; the result is not wanted. */
void run(atlas_session* session, const char* operation, const char* params);
/* Opens a dossier under a phone of its own. */
void create_dossier(atlas_session* session, int number);
/* Copies a text member of a flat JSON object. */
void member(const char* json, const char* name, char* out, size_t size);

void test_exports(void);
void test_handles(void);
void test_events(void);
void test_ports(void);
void test_inbound(void);
void test_transports(void);

#endif
