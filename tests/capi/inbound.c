/* Webhooks through the C boundary. */
#include "check.h"

static void make_account(const place* p, char* endpoint, size_t size) {
  static const char* const slots[2] = {"signing", "verify_token"};
  static const char* const values[2] = {"app-secret", "verify-me"};
  atlas_session* session = open_admin(p);
  atlas_buffer* made = NULL;
  char id[40], params[400];
  int i;
  ATLAS_CHECK_OK(atlas_call(session, "channels.create", ATLAS_NUL,
                            "{\"channel_code\": \"CHAN_WHATSAPP\", \"provider\": \"META\", \"sender\": "
                            "\"106540352242922\"}",
                            ATLAS_NUL, &made, &error));
  member(atlas_buffer_data(made), "id", id, sizeof id);
  member(atlas_buffer_data(made), "endpoint", endpoint, size);
  atlas_buffer_free(made);
  for (i = 0; i < 2; ++i) {
    snprintf(params, sizeof params, "{\"id\": \"%s\", \"version\": %d, \"slot\": \"%s\", \"value\": \"%s\"}",
             id, i + 1, slots[i], values[i]);
    run(session, "channels.set_secret", params);
  }
  ATLAS_CHECK_OK(atlas_session_close(session, &error));
}

void test_inbound(void) {
  /* HMAC-SHA256 of the body under "app-secret", computed elsewhere. */
  static const char body[] = "{\"object\":\"whatsapp_business_account\",\"entry\":[]}";
  static const atlas_header right[] = {
      {"Content-Type", "application/json"},
      {"x-hub-signature-256", "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f"}};
  static const atlas_header wrong[] = {
      {"x-hub-signature-256", "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904e"}};
  static const atlas_header broken[] = {{"x-hub-signature-256", NULL}};
  static const char question[] =
      "/hooks/e?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me";
  char endpoint[80];
  atlas_buffer* answer = NULL;
  place p = open_memory_place();
  make_account(&p, endpoint, sizeof endpoint);

  ATLAS_CHECK_OK(atlas_inbound(p.engine, endpoint, "GET", question, NULL, 0, NULL, 0, &answer, &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(answer), "\"body\":\"1158201444\"") != NULL);
  ATLAS_CHECK(strstr(atlas_buffer_data(answer), "\"status\":200") != NULL);
  atlas_buffer_free(answer);
  ATLAS_CHECK_OK(atlas_inbound(p.engine, endpoint, "POST", "/hooks/e", right, 2, body, sizeof body - 1,
                               &answer, &error));
  ATLAS_CHECK(strstr(atlas_buffer_data(answer), "\"messages\":0") != NULL);
  atlas_buffer_free(answer);
  answer = (atlas_buffer*)1;
  ATLAS_CHECK_FAILS(ATLAS_E_UNAUTHENTICATED, atlas_inbound(p.engine, endpoint, "POST", "/hooks/e", wrong, 1,
                                                           body, sizeof body - 1, &answer, &error));
  ATLAS_CHECK(answer == NULL);
  ATLAS_CHECK(atlas_status_http(ATLAS_E_UNAUTHENTICATED) == 401);
  ATLAS_CHECK_FAILS(ATLAS_E_NOT_FOUND, atlas_inbound(p.engine, "nowhere", "POST", "/", right, 2, body,
                                                     sizeof body - 1, &answer, &error));
  ATLAS_CHECK_FAILS(ATLAS_E_INVALID_ARGUMENT, atlas_inbound(p.engine, endpoint, "PUT", "/", right, 2, body,
                                                            sizeof body - 1, &answer, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_inbound(p.engine, NULL, "POST", "/", right, 2, body,
                                                    sizeof body - 1, &answer, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_inbound(p.engine, endpoint, "POST", "/", NULL, 2, body,
                                                    sizeof body - 1, &answer, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_inbound(p.engine, endpoint, "POST", "/", broken, 1, body,
                                                    sizeof body - 1, &answer, &error));
  ATLAS_CHECK_MISUSE("null_argument",
                     atlas_inbound(p.engine, endpoint, "POST", "/", right, 2, NULL, 1, &answer, &error));
  ATLAS_CHECK_MISUSE("null_argument", atlas_inbound(p.engine, endpoint, "POST", "/", right, 2, body,
                                                    sizeof body - 1, NULL, &error));
  ATLAS_CHECK_MISUSE("size", atlas_inbound(p.engine, endpoint, "POST", "/", right, (size_t)-2, body,
                                           sizeof body - 1, &answer, &error));
  ATLAS_CHECK_OK(atlas_close(p.engine, &error));
}
