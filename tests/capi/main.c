/* The C API from C, against libatlas.so and nothing else. */
#include "check.h"

static atlas_buffer* call(atlas_session* session, const char* operation, const char* params) {
  atlas_buffer* result = NULL;
  ATLAS_CHECK_OK(atlas_call(session, operation, ATLAS_NUL, params, ATLAS_NUL, &result, &error));
  return result;
}

void run(atlas_session* session, const char* operation, const char* params) {
  atlas_buffer_free(call(session, operation, params));
}

void member(const char* json, const char* name, char* out, size_t size) {
  char key[64];
  const char* at;
  size_t length;
  snprintf(key, sizeof key, "\"%s\":\"", name);
  at = strstr(json, key);
  ATLAS_CHECK(at != NULL);
  at += strlen(key);
  length = strcspn(at, "\"");
  ATLAS_CHECK(length < size);
  memcpy(out, at, length);
  out[length] = '\0';
}

place open_place(const atlas_options* options) {
  place p;
  atlas_session* host = NULL;
  atlas_buffer* result;
  ATLAS_CHECK_OK(atlas_open(options, &p.engine, &error));
  ATLAS_CHECK_OK(
      atlas_session_open(p.engine, ATLAS_PRINCIPAL_HOST, NULL, 0, NULL, 0, NULL, 0, &host, &error));
  result =
      call(host, "organisations.create", "{\"name\": \"Atelier\", \"admin_email\": \"admin@example.com\"}");
  member(atlas_buffer_data(result), "id", p.org, sizeof p.org);
  member(atlas_buffer_data(result), "admin_user_id", p.admin, sizeof p.admin);
  atlas_buffer_free(result);
  ATLAS_CHECK_OK(atlas_session_close(host, &error));
  return p;
}

place open_memory_place(void) {
  place p;
  atlas_options* options = NULL;
  ATLAS_CHECK_OK(atlas_options_new(&options, &error));
  ATLAS_CHECK_OK(atlas_options_set_store(options, ":memory:", ATLAS_NUL, &error));
  p = open_place(options);
  atlas_options_free(options);
  return p;
}

atlas_session* open_admin(const place* p) {
  atlas_session* session = NULL;
  ATLAS_CHECK_OK(atlas_session_open(p->engine, ATLAS_PRINCIPAL_USER, p->org, ATLAS_NUL, p->admin, ATLAS_NUL,
                                    NULL, 0, &session, &error));
  return session;
}

void create_dossier(atlas_session* session, int number) {
  char params[120];
  snprintf(params, sizeof params, "{\"contact_name\": \"Contact %d\", \"phone\": \"+2126%08d\"}", number,
           number);
  run(session, "dossiers.create", params);
}

int main(void) {
  test_exports();
  test_handles();
  test_events();
  test_ports();
  test_inbound();
  test_transports();
  puts("all is well");
  return 0;
}
