/* A host in C: writes one organisation into a plain store and into one with a key, and sees that the key is
 * asked for. Built with WITH_SQLITE it also uses the system's SQLite, as many hosts do. */
#include <atlas.h>
#include <stdio.h>
#include <string.h>

#ifdef WITH_SQLITE
#include <sqlite3.h>
#endif

static const char create[] = "{\"name\": \"Zineb Consumer\", \"admin_email\": \"zineb@example.org\"}";

static int failed(const char* what, const atlas_error* error) {
  fprintf(stderr, "%s: %s\n", what, atlas_error_json(error));
  return 1;
}

/* Opens a store, with a passphrase unless that is NULL. */
static atlas_status open_store(const char* path, const char* passphrase, atlas_engine** engine,
                               atlas_error** error) {
  atlas_options* options = NULL;
  atlas_status status = atlas_options_new(&options, error);
  if (status == ATLAS_OK) status = atlas_options_set_store(options, path, ATLAS_NUL, error);
  if (status == ATLAS_OK && passphrase) status = atlas_options_set_key(options, passphrase, ATLAS_NUL, error);
  if (status == ATLAS_OK) status = atlas_open(options, engine, error);
  atlas_options_free(options);
  return status;
}

static int write_store(const char* path, const char* passphrase) {
  atlas_engine* engine = NULL;
  atlas_session* session = NULL;
  atlas_buffer* directory = NULL;
  atlas_error* error = NULL;
  int bad;
  if (open_store(path, passphrase, &engine, &error) != ATLAS_OK) return failed("open", error);
  if (atlas_session_open(engine, ATLAS_PRINCIPAL_HOST, NULL, 0, NULL, 0, NULL, 0, &session, &error) !=
      ATLAS_OK)
    return failed("session", error);
  if (atlas_call(session, "organisations.create", ATLAS_NUL, create, ATLAS_NUL, NULL, &error) != ATLAS_OK)
    return failed("create", error);
  if (atlas_organisations(engine, &directory, &error) != ATLAS_OK) return failed("directory", error);
  bad = strstr(atlas_buffer_data(directory), "Zineb Consumer") == NULL;
  atlas_buffer_free(directory);
  if (atlas_session_close(session, &error) != ATLAS_OK) return failed("close session", error);
  if (atlas_close(engine, &error) != ATLAS_OK) return failed("close", error);
  return bad;
}

static int refuses(const char* path, const char* passphrase) {
  atlas_engine* engine = NULL;
  atlas_error* error = NULL;
  const atlas_status status = open_store(path, passphrase, &engine, &error);
  atlas_error_free(error);
  return status == ATLAS_E_STORAGE_WRONG_KEY && engine == NULL;
}

int main(void) {
#ifdef WITH_SQLITE
  sqlite3* host = NULL;
  if (sqlite3_open("host.db", &host) != SQLITE_OK ||
      sqlite3_exec(host, "CREATE TABLE IF NOT EXISTS t(x)", NULL, NULL, NULL) != SQLITE_OK) {
    fprintf(stderr, "the host's own database failed\n");
    return 1;
  }
  printf("host's SQLite: %s\n", sqlite3_libversion());
#endif
  if (write_store("plain.db", NULL) != 0 || write_store("sealed.db", "a passphrase of the test") != 0)
    return 1;
  if (!refuses("sealed.db", "another passphrase") || !refuses("sealed.db", NULL)) {
    fprintf(stderr, "a store with a key opens without it\n");
    return 1;
  }
  printf("atlas %s\n", atlas_version_string());
#ifdef WITH_SQLITE
  sqlite3_close(host);
#endif
  return 0;
}
