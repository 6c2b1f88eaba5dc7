/* The baseline that the library is measured against: what a careful programmer would write in C to store the
 * very same rows in the very same tables of the same SQLite: prepared statements, WAL, one connection. It
 * validates nothing, derives nothing, hashes nothing and looks for no duplicate; its rows come ready made. */
#ifndef ATLAS_BENCH_BASELINE_CREATE_H
#define ATLAS_BENCH_BASELINE_CREATE_H

#ifdef __cplusplus
extern "C" {
#endif

enum baseline_table {
  BASELINE_DOSSIER,
  BASELINE_MATCH_KEY,
  BASELINE_ACTIVITY,
  BASELINE_AUDIT_ENTRY,
  BASELINE_MERKLE_NODE,
  BASELINE_EXTERNAL_REF,
  BASELINE_IMPORT_ROW,
  BASELINE_STATUS_CHANGE,
  BASELINE_TABLES
};
extern const char* const baseline_table_names[BASELINE_TABLES];

/* A cell as SQLite types it: SQLITE_NULL, SQLITE_INTEGER, SQLITE_TEXT or SQLITE_BLOB. */
typedef struct baseline_cell {
  int type;
  int size;
  long long number;
  const char* bytes;
} baseline_cell;

/* All columns of a row but its number. */
typedef struct baseline_row {
  enum baseline_table table;
  int count;
  const baseline_cell* cells;
} baseline_row;

/* A dossier's step: what changes in its row. */
typedef struct baseline_step {
  baseline_cell id, version, updated_at, status_code, last_activity_at;
} baseline_step;

/* The rows of one create, or of one step, and the organisation's chain head after it. */
typedef struct baseline_create {
  const baseline_row* rows;
  int count;
  baseline_cell org, seq, hash, frontier;
  const baseline_step* step; /* NULL: none */
} baseline_create;

typedef struct baseline baseline;

/* `key`: the raw key in hexadecimal, or NULL. `sync`: a durable commit. NULL on failure. */
baseline* baseline_open(const char* path, const char* key, int sync);
void baseline_close(baseline* store);

/* Writes `count` creates in one transaction; the head once. 0 on success. */
int baseline_write(baseline* store, const baseline_create* creates, int count);

#ifdef __cplusplus
}
#endif
#endif
