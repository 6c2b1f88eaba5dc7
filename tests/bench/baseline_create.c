#include "baseline_create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atlas_sqlite3.h"

const char* const baseline_table_names[BASELINE_TABLES] = {"dossier",     "match_key",    "activity",
                                                           "audit_entry", "merkle_node",  "external_ref",
                                                           "import_row",  "status_change"};

struct baseline {
  sqlite3* db;
  sqlite3_stmt* begin;
  sqlite3_stmt* commit;
  sqlite3_stmt* head;
  sqlite3_stmt* step;
  sqlite3_stmt* insert[BASELINE_TABLES];
};

static int columns_of(sqlite3* db, const char* table) {
  char text[64];
  sqlite3_stmt* statement = NULL;
  int columns = 0;
  snprintf(text, sizeof text, "SELECT * FROM \"%s\"", table);
  if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK)
    columns = sqlite3_column_count(statement);
  sqlite3_finalize(statement);
  return columns;
}

static int prepare(sqlite3* db, const char* text, sqlite3_stmt** out) {
  return sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK;
}

static int prepare_insert(sqlite3* db, const char* table, sqlite3_stmt** out) {
  char text[512];
  int columns = columns_of(db, table);
  size_t size = (size_t)snprintf(text, sizeof text, "INSERT INTO \"%s\" VALUES (NULL", table);
  if (columns < 2 || size + 2 * (size_t)columns >= sizeof text) return 0;
  for (int i = 1; i < columns; ++i) size += (size_t)snprintf(text + size, sizeof text - size, ",?");
  snprintf(text + size, sizeof text - size, ")");
  return prepare(db, text, out);
}

static int set_up(baseline* store, const char* key, int sync) {
  char key_text[80];
  if (key != NULL) {
    snprintf(key_text, sizeof key_text, "x'%s'", key);
    if (sqlite3_key(store->db, key_text, (int)strlen(key_text)) != SQLITE_OK) return 0;
  }
  if (sqlite3_exec(store->db,
                   "PRAGMA cell_size_check = ON; PRAGMA cache_size = -32768; PRAGMA journal_mode = WAL;"
                   "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;"
                   "PRAGMA secure_delete = ON",
                   NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_exec(store->db, sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", NULL, NULL,
                   NULL) != SQLITE_OK) {
    return 0;
  }
  for (int i = 0; i < BASELINE_TABLES; ++i) {
    if (!prepare_insert(store->db, baseline_table_names[i], &store->insert[i])) return 0;
  }
  return prepare(store->db, "BEGIN IMMEDIATE", &store->begin) &&
         prepare(store->db, "COMMIT", &store->commit) &&
         prepare(store->db,
                 "UPDATE \"dossier\" SET version = ?3, updated_at = ?4, status_code = ?5, "
                 "last_activity_at = ?6 WHERE \"_org\" = ?1 AND id = ?2",
                 &store->step) &&
         prepare(
             store->db,
             "UPDATE \"chain_head\" SET seq = ?2, hash = ?3, frontier = ?4 WHERE \"_org\" = ?1 AND id = 0",
             &store->head);
}

baseline* baseline_open(const char* path, const char* key, int sync) {
  baseline* store = calloc(1, sizeof *store);
  if (store == NULL) return NULL;
  if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      !set_up(store, key, sync)) {
    baseline_close(store);
    return NULL;
  }
  return store;
}

void baseline_close(baseline* store) {
  if (store == NULL) return;
  sqlite3_finalize(store->begin);
  sqlite3_finalize(store->commit);
  sqlite3_finalize(store->head);
  sqlite3_finalize(store->step);
  for (int i = 0; i < BASELINE_TABLES; ++i) sqlite3_finalize(store->insert[i]);
  sqlite3_close(store->db);
  free(store);
}

static void bind(sqlite3_stmt* statement, int at, const baseline_cell* cell) {
  switch (cell->type) {
    case SQLITE_INTEGER:
      sqlite3_bind_int64(statement, at, cell->number);
      break;
    case SQLITE_TEXT:
      sqlite3_bind_text(statement, at, cell->bytes, cell->size, SQLITE_STATIC);
      break;
    case SQLITE_BLOB:
      sqlite3_bind_blob(statement, at, cell->bytes, cell->size, SQLITE_STATIC);
      break;
    default:
      sqlite3_bind_null(statement, at);
  }
}

static int run(sqlite3_stmt* statement) {
  const int done = sqlite3_step(statement) == SQLITE_DONE;
  if (!done) fprintf(stderr, "%s\n", sqlite3_errmsg(sqlite3_db_handle(statement)));
  sqlite3_reset(statement);
  return done;
}

static int take_step(baseline* store, const baseline_cell* org, const baseline_step* step) {
  bind(store->step, 1, org);
  bind(store->step, 2, &step->id);
  bind(store->step, 3, &step->version);
  bind(store->step, 4, &step->updated_at);
  bind(store->step, 5, &step->status_code);
  bind(store->step, 6, &step->last_activity_at);
  return run(store->step);
}

int baseline_write(baseline* store, const baseline_create* creates, int count) {
  if (!run(store->begin)) return 1;
  for (int i = 0; i < count; ++i) {
    if (creates[i].step != NULL && !take_step(store, &creates[i].org, creates[i].step)) return 1;
    for (int r = 0; r < creates[i].count; ++r) {
      const baseline_row* row = &creates[i].rows[r];
      sqlite3_stmt* insert = store->insert[row->table];
      for (int c = 0; c < row->count; ++c) bind(insert, c + 1, &row->cells[c]);
      if (!run(insert)) return 1;
    }
  }
  const baseline_create* last = &creates[count - 1];
  bind(store->head, 1, &last->org);
  bind(store->head, 2, &last->seq);
  bind(store->head, 3, &last->hash);
  bind(store->head, 4, &last->frontier);
  return run(store->head) && run(store->commit) ? 0 : 1;
}
