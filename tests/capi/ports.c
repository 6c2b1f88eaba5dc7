/* What a host brings: tables of every size, clocks, entropy, keys, storage that fails, and who frees
 * user_data when. */
#include "check.h"
#include "kv_store.h"

static void count_free(void* user_data) { ++*(int*)user_data; }

static atlas_options* memory_options(void) {
  atlas_options* options = NULL;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, ":memory:", ATLAS_NUL, &error));
  return options;
}

/* ---- A clock that stands until it is told ---- */

static int64_t clock_now(void* user_data) { return *(int64_t*)user_data; }
static int64_t clock_monotonic(void* user_data) { return *(int64_t*)user_data * 1000; }

static void clocks(void) {
  enum { size = sizeof(atlas_clock) };
  int64_t now = 1795000000000000; /* 2026-11-18T11:06:40Z */
  struct {
    atlas_clock table;
    void* future[4];
  } newer;
  atlas_clock table;
  atlas_options* options = memory_options();
  atlas_session* session;
  atlas_buffer* result = NULL;
  place p;
  table.struct_size = size;
  table.now = clock_now;
  table.monotonic_ns = NULL;
  ATLAS_CHECK_MISUSE("null_argument", atlas_clock_set(options, NULL, &now, NULL, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_clock_set(options, &table, &now, NULL, &error));
  table.monotonic_ns = clock_monotonic;
  table.struct_size = 0;
  ATLAS_CHECK_MISUSE("size", atlas_clock_set(options, &table, &now, NULL, &error));
  table.struct_size = size - sizeof(void*);
  ATLAS_CHECK_MISUSE("size", atlas_clock_set(options, &table, &now, NULL, &error));
  table.struct_size = size + 1;
  ATLAS_CHECK_MISUSE("size", atlas_clock_set(options, &table, &now, NULL, &error));
  table.struct_size = (size_t)-1;
  ATLAS_CHECK_MISUSE("size", atlas_clock_set(options, &table, &now, NULL, &error));
  /* A table of a newer header is accepted; what it has beyond ours is not used. */
  memset(&newer, 0xFF, sizeof newer);
  newer.table = table;
  newer.table.struct_size = sizeof newer;
  ATLAS_CHECK_OK(atlas_clock_set(options, &newer.table, &now, NULL, &error));
  p = open_place(options);
  atlas_options_free(options);
  session = open_admin(&p);
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.create", ATLAS_NUL,
                            "{\"contact_name\": \"A\", \"phone\": \"0661000000\"}", ATLAS_NUL, &result,
                            &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(result), "\"created_at\":\"2026-11-18T11:06:40.000000Z\"") != NULL);
  atlas_buffer_free(result);
  now += 3600 * (int64_t)1000000;
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.create", ATLAS_NUL,
                            "{\"contact_name\": \"B\", \"phone\": \"0661000001\"}", ATLAS_NUL, &result,
                            &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(result), "\"created_at\":\"2026-11-18T12:06:40.000000Z\"") != NULL);
  atlas_buffer_free(result);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

/* ---- Entropy ---- */

typedef struct dice {
  uint64_t state;
  int fails;
} dice;

static atlas_status roll(void* user_data, uint8_t* out, size_t size) {
  dice* d = user_data;
  size_t i;
  if (d->fails) return ATLAS_E_STORAGE_IO;
  for (i = 0; i < size; ++i) {
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    out[i] = (uint8_t)(d->state >> 56);
  }
  return ATLAS_OK;
}

/* The same clock and the same bytes: the same organisation. */
static void one_organisation(char org[40]) {
  int64_t now = 1795000000000000;
  dice d;
  atlas_clock table;
  atlas_options* options = memory_options();
  place p;
  d.state = 42;
  d.fails = 0;
  table.struct_size = sizeof table;
  table.now = clock_now;
  table.monotonic_ns = clock_monotonic;
  ATLAS_CHECK_OK(atlas_clock_set(options, &table, &now, NULL, &error));
  ATLAS_CHECK_OK(atlas_entropy_set(options, roll, &d, NULL, &error));
  p = open_place(options);
  memcpy(org, p.org, 40);
  atlas_options_free(options);
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

static void entropy(void) {
  char first[40], second[40];
  dice d;
  atlas_options* options = memory_options();
  atlas_engine* engine = NULL;
  atlas_session* host = NULL;
  one_organisation(first);
  one_organisation(second);
  ATLAS_CHECK(strcmp(first, second) == 0);
  /* A source that fails fails what needs it, and nothing else. */
  d.state = 1;
  d.fails = 0;
  ATLAS_CHECK_OK(atlas_entropy_set(options, roll, &d, NULL, &error));
  ATLAS_CHECK_OK(atlas_open(options, &engine, &error));
  ATLAS_CHECK_OK(atlas_session_open(engine, ATLAS_PRINCIPAL_HOST, NULL, 0, NULL, 0, NULL, 0, &host, &error));
  d.fails = 1;
  ATLAS_CHECK_FAILS(
      ATLAS_E_INTERNAL,
      atlas_call(host, "organisations.create", ATLAS_NUL,
                 "{\"name\": \"Atelier\", \"admin_email\": \"a@example.com\"}", ATLAS_NUL, NULL, &error));
  d.fails = 0;
  run(host, "organisations.create", "{\"name\": \"Atelier\", \"admin_email\": \"a@example.com\"}");
  ATLAS_CHECK_OK(atlas_session_close(host, &error));
  ATLAS_CHECK_OK(atlas_close(engine, &error));
  atlas_options_free(options);
}

/* ---- Keys ---- */

typedef struct key_box {
  atlas_status answer;
  int asked;
  uint8_t first_byte;
} key_box;

static atlas_status give_key(void* user_data, const char* name, uint8_t out_key[32]) {
  key_box* box = user_data;
  ++box->asked;
  if (box->answer != ATLAS_OK) return box->answer;
  if (strcmp(name, "store") != 0) return ATLAS_DONE;
  memset(out_key, box->first_byte, 32);
  return ATLAS_OK;
}

static void remove_store(const char* path) {
  static const char* const suffixes[] = {"", "-wal", "-shm", ".keys"};
  size_t i;
  for (i = 0; i < sizeof suffixes / sizeof *suffixes; ++i) {
    char file[300];
    snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
    remove(file);
  }
}

static void keys(void) {
  static const char path[] = "capi_ports.db", copy[] = "capi_ports_copy.db";
  key_box box;
  atlas_options* options = NULL;
  atlas_engine* engine = NULL;
  place p;
  remove_store(path);
  remove_store(copy);
  box.answer = ATLAS_OK;
  box.asked = 0;
  box.first_byte = 7;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, path, ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_keystore_set(options, give_key, &box, NULL, &error));
  p = open_place(options);
  ATLAS_CHECK(box.asked >= 2);
  ATLAS_CHECK_OK(atlas_backup(p.engine, copy, ATLAS_NUL, &error));
  ATLAS_CHECK(atlas_backup(p.engine, copy, ATLAS_NUL, NULL) != ATLAS_OK); /* it is there already */
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
  box.first_byte = 8;
  ATLAS_CHECK_FAILS(ATLAS_E_STORAGE_WRONG_KEY, atlas_open(options, &engine, &error));
  box.answer = ATLAS_DONE;
  ATLAS_CHECK_FAILS(ATLAS_E_STORAGE_WRONG_KEY, atlas_open(options, &engine, &error));
  box.answer = ATLAS_E_FORBIDDEN;
  ATLAS_CHECK_FAILS(ATLAS_E_STORAGE_UNAVAILABLE, atlas_open(options, &engine, &error));
  ATLAS_CHECK(engine == NULL);
  atlas_options_free(options);
  remove_store(path);

  /* A passphrase, changed; the old one is the wrong one then. */
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, path, ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_options_set_key(options, "before", ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_open(options, &engine, &error));
  ATLAS_CHECK_OK(atlas_rekey(engine, "after", ATLAS_NUL, &error));
  ATLAS_CHECK_OK(atlas_close(engine, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_STORAGE_WRONG_KEY, atlas_open(options, &engine, &error));
  ATLAS_CHECK_OK(atlas_options_set_key(options, "after", 5, &error));
  ATLAS_CHECK_OK(atlas_open(options, &engine, &error));
  ATLAS_CHECK_OK(atlas_close(engine, &error));
  atlas_options_free(options);
  remove_store(path);
  remove_store(copy);
}

/* ---- Log, checkpoints ---- */

typedef struct paper {
  int lines;
  int notes;
  char note[2000];
} paper;

static void on_log(void* user_data, int32_t level, const char* line, size_t line_size) {
  paper* to = user_data;
  ATLAS_CHECK(level >= ATLAS_LOG_DEBUG && level <= ATLAS_LOG_ERROR && strlen(line) == line_size);
  ++to->lines;
}

static void on_checkpoint(void* user_data, const char* note, size_t note_size) {
  paper* to = user_data;
  ATLAS_CHECK(strlen(note) == note_size && note_size < sizeof to->note);
  memcpy(to->note, note, note_size + 1);
  ++to->notes;
}

static void log_and_checkpoints(void) {
  static const uint8_t seed[32] = {9};
  int64_t now = 1795000000000000, done = 0;
  int i;
  paper to;
  atlas_clock table;
  atlas_options* options = memory_options();
  atlas_session* session;
  place p;
  memset(&to, 0, sizeof to);
  table.struct_size = sizeof table;
  table.now = clock_now;
  table.monotonic_ns = clock_monotonic;
  ATLAS_CHECK_OK(atlas_clock_set(options, &table, &now, NULL, &error));
  ATLAS_CHECK_OK(atlas_log_set(options, on_log, &to, NULL, &error));
  ATLAS_CHECK_OK(atlas_checkpoint_set(options, on_checkpoint, &to, NULL, &error));
  ATLAS_CHECK_OK(atlas_options_set_checkpoint_key(options, "atelier", ATLAS_NUL, seed, sizeof seed, &error));
  ATLAS_CHECK_OK(atlas_options_set_batch_limits(options, 1, 1, &error));
  p = open_place(options);
  atlas_options_free(options);
  session = open_admin(&p);
  create_dossier(session, 1);
  for (i = 0; i < 3; ++i) {
    now += 26 * 3600 * (int64_t)1000000;
    ATLAS_CHECK_OK(atlas_pump(p.engine, 100, &done, NULL, &error));
  }
  ATLAS_CHECK(to.notes >= 1);
  ATLAS_CHECK(strstr(to.note, p.org) != NULL && strstr(to.note, "\xE2\x80\x94 atelier ") != NULL);
  /* A batch that somebody else had to end is worth a line. */
  ATLAS_CHECK_OK(atlas_batch_begin(session, &error));
  create_dossier(session, 2);
  now += 10 * (int64_t)1000000;
  {
    atlas_session* other = open_admin(&p);
    create_dossier(other, 3);
    ATLAS_CHECK_OK(atlas_session_close(other, &error));
  }
  ATLAS_CHECK_FAILS(ATLAS_E_BATCH_ABORTED, atlas_batch_commit(session, NULL, NULL, &error));
  ATLAS_CHECK(to.lines >= 1);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}

/* ---- Storage ---- */

/* kv_store.c with a switch that makes it fail. */
typedef struct faulty {
  kv_store* inner;
  atlas_status fail_put;
  atlas_status fail_commit;
  atlas_status fail_begin;
  int open;
  int freed;
} faulty;

static atlas_status faulty_begin(void* user_data, int32_t write, void** out_tx) {
  faulty* f = user_data;
  if (f->fail_begin != ATLAS_OK) return f->fail_begin;
  ++f->open;
  return kv_store_table.begin(f->inner, write, out_tx);
}
static atlas_status faulty_get(void* user_data, void* tx, const void* key, size_t key_size,
                               const void** out_value, size_t* out_value_size) {
  return kv_store_table.get(((faulty*)user_data)->inner, tx, key, key_size, out_value, out_value_size);
}
static atlas_status faulty_put(void* user_data, void* tx, const void* key, size_t key_size, const void* value,
                               size_t value_size) {
  faulty* f = user_data;
  if (f->fail_put != ATLAS_OK) return f->fail_put;
  return kv_store_table.put(f->inner, tx, key, key_size, value, value_size);
}
static atlas_status faulty_erase(void* user_data, void* tx, const void* key, size_t key_size) {
  return kv_store_table.erase(((faulty*)user_data)->inner, tx, key, key_size);
}
static atlas_status faulty_scan(void* user_data, void* tx, const void* begin, size_t begin_size,
                                const void* end, size_t end_size, int32_t descending, atlas_kv_sink sink,
                                void* sink_data) {
  return kv_store_table.scan(((faulty*)user_data)->inner, tx, begin, begin_size, end, end_size, descending,
                             sink, sink_data);
}
static atlas_status faulty_commit(void* user_data, void* tx, int32_t durable) {
  faulty* f = user_data;
  if (f->fail_commit != ATLAS_OK) return f->fail_commit;
  return kv_store_table.commit(f->inner, tx, durable);
}
static void faulty_end(void* user_data, void* tx) {
  faulty* f = user_data;
  --f->open;
  kv_store_table.end(f->inner, tx);
}
static void faulty_free(void* user_data) {
  faulty* f = user_data;
  ATLAS_CHECK(f->open == 0); /* every transaction was ended before */
  kv_store_free(f->inner);
  ++f->freed;
}

static atlas_kvstore faulty_table(void) {
  atlas_kvstore table;
  memset(&table, 0, sizeof table);
  table.struct_size = sizeof table;
  table.begin = faulty_begin;
  table.get = faulty_get;
  table.put = faulty_put;
  table.erase = faulty_erase;
  table.scan = faulty_scan;
  table.commit = faulty_commit;
  table.end = faulty_end;
  return table;
}

static atlas_status create_failing(atlas_session* session) {
  return atlas_call(session, "dossiers.create", ATLAS_NUL,
                    "{\"contact_name\": \"C\", \"phone\": \"0661000009\"}", ATLAS_NUL, NULL, NULL);
}

static void storage(void) {
  faulty f;
  atlas_kvstore table = faulty_table();
  atlas_options* options = NULL;
  atlas_session* session;
  atlas_buffer* result = NULL;
  place p;
  memset(&f, 0, sizeof f);
  f.inner = kv_store_new();
  ATLAS_CHECK(f.inner != NULL);
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_kvstore_register(options, NULL, &f, faulty_free, &error));
  table.commit = NULL;
  ATLAS_CHECK_MISUSE("null_argument", atlas_kvstore_register(options, &table, &f, faulty_free, &error));
  table.commit = faulty_commit;
  table.struct_size = sizeof table - sizeof(void*);
  ATLAS_CHECK_MISUSE("size", atlas_kvstore_register(options, &table, &f, faulty_free, &error));
  table.struct_size = 1u << 20;
  ATLAS_CHECK_MISUSE("size", atlas_kvstore_register(options, &table, &f, faulty_free, &error));
  ATLAS_CHECK(f.freed == 0);
  table.struct_size = sizeof table;
  ATLAS_CHECK_OK(atlas_kvstore_register(options, &table, &f, faulty_free, &error));
  p = open_place(options);
  atlas_options_free(options);
  ATLAS_CHECK(f.freed == 0); /* the engine has it */
  session = open_admin(&p);
  create_dossier(session, 1);

  f.fail_put = ATLAS_E_STORAGE_FULL;
  ATLAS_CHECK(create_failing(session) == ATLAS_E_STORAGE_FULL);
  f.fail_put = 12345; /* no number of ours */
  ATLAS_CHECK(create_failing(session) == ATLAS_E_STORAGE_IO);
  f.fail_put = ATLAS_OK;
  f.fail_commit = ATLAS_E_STORAGE_UNAVAILABLE;
  ATLAS_CHECK(create_failing(session) == ATLAS_E_STORAGE_UNAVAILABLE);
  f.fail_commit = ATLAS_E_STORAGE_CONFLICT; /* tried again a few times, then told */
  ATLAS_CHECK(create_failing(session) == ATLAS_E_STORAGE_CONFLICT);
  f.fail_commit = ATLAS_OK;
  f.fail_begin = ATLAS_E_STORAGE_BUSY;
  ATLAS_CHECK(create_failing(session) == ATLAS_E_STORAGE_BUSY);
  f.fail_begin = ATLAS_OK;
  ATLAS_CHECK(f.open == 0);

  /* Nothing of all that is left: one dossier, and the audit holds. */
  ATLAS_CHECK_OK(atlas_call(session, "dossiers.count", ATLAS_NUL, NULL, 0, &result, &error));
  ATLAS_CHECK(strncmp(atlas_buffer_data(result), "{\"count\":1,", 11) == 0);
  atlas_buffer_free(result);
  ATLAS_CHECK_OK(atlas_check(p.engine, &result, &error));
  ATLAS_CHECK(strncmp(atlas_buffer_data(result), "{\"ok\":true,", 11) == 0);
  atlas_buffer_free(result);
  create_dossier(session, 2);
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
  ATLAS_CHECK(f.freed == 1);
}

/* ---- Who frees when ---- */

static void on_progress(void* user_data, size_t step, size_t of) {
  (void)user_data;
  ATLAS_CHECK(step <= of);
}

static void frees(void) {
  int clock = 0, dice_freed = 0, key = 0, log = 0, note = 0, progress = 0;
  atlas_clock table;
  atlas_options* options = memory_options();
  atlas_engine* engine = NULL;
  table.struct_size = sizeof table;
  table.now = clock_now;
  table.monotonic_ns = clock_monotonic;
  /* Set again: the one before is freed at once. */
  ATLAS_CHECK_OK(atlas_clock_set(options, &table, &clock, count_free, &error));
  ATLAS_CHECK_OK(atlas_clock_set(options, &table, &clock, count_free, &error));
  ATLAS_CHECK(clock == 1);
  ATLAS_CHECK_OK(atlas_entropy_set(options, roll, &dice_freed, count_free, &error));
  ATLAS_CHECK_OK(atlas_keystore_set(options, give_key, &key, count_free, &error));
  ATLAS_CHECK_OK(atlas_log_set(options, on_log, &log, count_free, &error));
  ATLAS_CHECK_OK(atlas_log_set(options, NULL, NULL, NULL, &error));
  ATLAS_CHECK(log == 1);
  ATLAS_CHECK_OK(atlas_checkpoint_set(options, on_checkpoint, &note, count_free, &error));
  ATLAS_CHECK_OK(atlas_progress_set(options, on_progress, &progress, count_free, &error));
  atlas_options_free(options);
  ATLAS_CHECK(clock == 2 && dice_freed == 1 && key == 1 && note == 1 && progress == 1);

  /* Two engines over the same options: freed with the last of the three. */
  options = memory_options();
  log = 0;
  ATLAS_CHECK_OK(atlas_log_set(options, on_log, &log, count_free, &error));
  {
    atlas_engine* second = NULL;
    ATLAS_CHECK_OK(atlas_open(options, &engine, &error));
    ATLAS_CHECK_OK(atlas_open(options, &second, &error));
    atlas_options_free(options);
    ATLAS_CHECK_OK(atlas_close(engine, &error));
    ATLAS_CHECK(log == 0);
    ATLAS_CHECK_OK(atlas_close(second, &error));
    ATLAS_CHECK(log == 1);
  }
  /* An open that fails leaves them to the options. */
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_log_set(options, on_log, &log, count_free, &error));
  ATLAS_CHECK(atlas_open(options, &engine, NULL) == ATLAS_E_INVALID_ARGUMENT && log == 1);
  atlas_options_free(options);
  ATLAS_CHECK(log == 2);
}

void test_ports(void) {
  clocks();
  entropy();
  keys();
  log_and_checkpoints();
  storage();
  frees();
}
