/* A KvStore in C: the smallest storage that libatlas runs on. See kv_store.c. */
#ifndef ATLAS_EXAMPLE_KV_STORE_H
#define ATLAS_EXAMPLE_KV_STORE_H

#include <atlas.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kv_store kv_store;

/* An empty store, or NULL when memory is short. */
kv_store* kv_store_new(void);
/* Frees it; no transaction may be open. */
void kv_store_free(void* store);
/* The functions that libatlas calls, with the store as their user_data. */
extern const atlas_kvstore kv_store_table;
/* Makes an empty store and gives it to the options, which free it. */
atlas_status kv_store_register(atlas_options* options, atlas_error** out_error);

#ifdef __cplusplus
}
#endif
#endif
