/*
 * A KvStore in C: ordered byte keys in the process's memory.
 *
 * The data is a treap whose nodes never change once others can see them: a writer copies the path to what it
 * changes. So a reader is one pointer, the root that was committed when it began; committing publishes
 * another root; rolling back forgets one. Nodes and pairs count who points at them; the counts are guarded by
 * the store's one mutex.
 *
 * What it does not promise: it is as durable as the process. It says so (durable = 0), and libatlas tells it
 * on.
 */
#define _POSIX_C_SOURCE 200809L
#include "kv_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct pair {
  long users;
  size_t key_size;
  size_t value_size;
  unsigned char bytes[]; /* key, then value */
} pair;

typedef struct node {
  long users;
  unsigned long priority; /* not less than that of its children */
  struct node* left;
  struct node* right;
  pair* content;
} node;

struct kv_store {
  pthread_mutex_t mutex;
  pthread_cond_t turn;
  node* root;                /* what is committed */
  unsigned long next_ticket; /* writers take one and wait until it is served */
  unsigned long serving;
  unsigned long seed; /* of the priorities */
};

typedef struct transaction {
  node* root;
  int writes;
  unsigned long ticket;
} transaction;

static int compare(const void* a, size_t a_size, const void* b, size_t b_size) {
  int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
  if (order != 0) return order;
  return a_size < b_size ? -1 : a_size > b_size;
}

static int compare_pair(const void* key, size_t key_size, const pair* p) {
  return compare(key, key_size, p->bytes, p->key_size);
}

/* ---- Nodes. The mutex is held by whoever calls what follows. ---- */

static node* keep(node* n) {
  if (n != NULL) ++n->users;
  return n;
}

static void drop(node* n) {
  while (n != NULL && --n->users == 0) {
    node* right = n->right;
    drop(n->left);
    if (--n->content->users == 0) free(n->content);
    free(n);
    n = right;
  }
}

static pair* make_pair(const void* key, size_t key_size, const void* value, size_t value_size) {
  pair* p = malloc(sizeof *p + key_size + value_size);
  if (p == NULL) return NULL;
  p->users = 1;
  p->key_size = key_size;
  p->value_size = value_size;
  memcpy(p->bytes, key, key_size);
  memcpy(p->bytes + key_size, value, value_size);
  return p;
}

/* A node of its own, which takes over its children. NULL, and children dropped, when memory is short. */
static node* make_node(unsigned long priority, node* left, node* right, pair* content) {
  node* n = malloc(sizeof *n);
  if (n == NULL) {
    drop(left);
    drop(right);
    return NULL;
  }
  n->users = 1;
  n->priority = priority;
  n->left = left;
  n->right = right;
  n->content = content;
  ++content->users;
  return n;
}

static node* copy_with(const node* n, node* left, node* right) {
  return make_node(n->priority, left, right, n->content);
}

/* Of what lies below n: less gets the keys before `key`, more those after it; the key itself goes to neither.
 * False when memory is short, with nothing in either. */
static int split(node* n, const void* key, size_t key_size, node** less, node** more) {
  int order;
  node* inner = NULL;
  *less = *more = NULL;
  if (n == NULL) return 1;
  order = compare_pair(key, key_size, n->content);
  if (order == 0) {
    *less = keep(n->left);
    *more = keep(n->right);
    return 1;
  }
  if (order < 0) {
    if (!split(n->left, key, key_size, less, &inner)) return 0;
    *more = copy_with(n, inner, keep(n->right));
    if (*more != NULL) return 1;
    drop(*less);
  } else {
    if (!split(n->right, key, key_size, &inner, more)) return 0;
    *less = copy_with(n, keep(n->left), inner);
    if (*less != NULL) return 1;
    drop(*more);
  }
  *less = *more = NULL;
  return 0;
}

/* One tree of two whose keys do not interleave. NULL of something: memory is short (*ok = 0). */
static node* join(node* left, node* right, int* ok) {
  node* inner;
  node* joined;
  if (left == NULL) return keep(right);
  if (right == NULL) return keep(left);
  if (left->priority >= right->priority) {
    inner = join(left->right, right, ok);
    joined = *ok ? copy_with(left, keep(left->left), inner) : NULL;
  } else {
    inner = join(left, right->left, ok);
    joined = *ok ? copy_with(right, inner, keep(right->right)) : NULL;
  }
  if (joined == NULL) *ok = 0;
  return joined;
}

/* The tree with the pair in it, or NULL when memory is short. */
static node* with_pair(node* n, unsigned long priority, pair* content) {
  const void* key = content->bytes;
  node* left;
  node* right;
  int order;
  if (n == NULL) return make_node(priority, NULL, NULL, content);
  order = compare_pair(key, content->key_size, n->content);
  if (order == 0) return make_node(n->priority, keep(n->left), keep(n->right), content);
  if (priority > n->priority) {
    if (!split(n, key, content->key_size, &left, &right)) return NULL;
    return make_node(priority, left, right, content);
  }
  if (order < 0) {
    left = with_pair(n->left, priority, content);
    return left == NULL ? NULL : copy_with(n, left, keep(n->right));
  }
  right = with_pair(n->right, priority, content);
  return right == NULL ? NULL : copy_with(n, keep(n->left), right);
}

/* The tree without the key, which is in it. */
static node* without(node* n, const void* key, size_t key_size, int* ok) {
  int order = compare_pair(key, key_size, n->content);
  node* child;
  node* result;
  if (order == 0) return join(n->left, n->right, ok);
  child = without(order < 0 ? n->left : n->right, key, key_size, ok);
  if (!*ok) return NULL;
  result = order < 0 ? copy_with(n, child, keep(n->right)) : copy_with(n, keep(n->left), child);
  if (result == NULL) *ok = 0;
  return result;
}

/* xorshift64*: any sequence does, as long as keys do not choose their own priority. */
static unsigned long next_priority(kv_store* store) {
  unsigned long x = store->seed;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  store->seed = x;
  return x;
}

/* ---- What libatlas calls ---- */

/* A transaction keeps its root, so what hangs on it is there and does not change: reading takes no lock. */
static const pair* find(const node* n, const void* key, size_t key_size) {
  while (n != NULL) {
    int order = compare_pair(key, key_size, n->content);
    if (order == 0) return n->content;
    n = order < 0 ? n->left : n->right;
  }
  return NULL;
}

static atlas_status begin(void* user_data, int32_t write, void** out_tx) {
  kv_store* store = user_data;
  transaction* tx = malloc(sizeof *tx);
  if (tx == NULL) return ATLAS_E_STORAGE_UNAVAILABLE;
  tx->writes = write != 0;
  tx->ticket = 0;
  pthread_mutex_lock(&store->mutex);
  if (tx->writes) {
    tx->ticket = store->next_ticket++;
    while (store->serving != tx->ticket) pthread_cond_wait(&store->turn, &store->mutex);
  }
  tx->root = keep(store->root);
  pthread_mutex_unlock(&store->mutex);
  *out_tx = tx;
  return ATLAS_OK;
}

static atlas_status get(void* user_data, void* tx, const void* key, size_t key_size, const void** out_value,
                        size_t* out_value_size) {
  const pair* found = find(((transaction*)tx)->root, key, key_size);
  (void)user_data;
  if (found == NULL) return ATLAS_DONE;
  *out_value = found->bytes + found->key_size;
  *out_value_size = found->value_size;
  return ATLAS_OK;
}

/* The transaction's root becomes another one. NULL: memory was short, nothing changed. */
static atlas_status replace_root(transaction* tx, node* root, int ok) {
  if (!ok) return ATLAS_E_STORAGE_FULL;
  drop(tx->root);
  tx->root = root;
  return ATLAS_OK;
}

static atlas_status put(void* user_data, void* begun, const void* key, size_t key_size, const void* value,
                        size_t value_size) {
  kv_store* store = user_data;
  transaction* tx = begun;
  node* root;
  atlas_status status;
  pair* content = make_pair(key, key_size, value, value_size);
  if (content == NULL) return ATLAS_E_STORAGE_FULL;
  pthread_mutex_lock(&store->mutex);
  root = with_pair(tx->root, next_priority(store), content);
  status = replace_root(tx, root, root != NULL);
  if (--content->users == 0) free(content);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

static atlas_status erase(void* user_data, void* begun, const void* key, size_t key_size) {
  kv_store* store = user_data;
  transaction* tx = begun;
  node* root;
  atlas_status status;
  int ok = 1;
  if (find(tx->root, key, key_size) == NULL) return ATLAS_OK;
  pthread_mutex_lock(&store->mutex);
  root = without(tx->root, key, key_size, &ok);
  status = replace_root(tx, root, ok);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

typedef struct range {
  const void* begin;
  size_t begin_size;
  const void* end;
  size_t end_size; /* 0: no end */
  int descending;
  atlas_kv_sink sink;
  void* sink_data;
} range;

/* In order; 0 once the sink has had enough. */
static int visit(const node* n, const range* r) {
  int from_begin, before_end;
  if (n == NULL) return 1;
  from_begin = compare_pair(r->begin, r->begin_size, n->content) <= 0;
  before_end = r->end_size == 0 || compare_pair(r->end, r->end_size, n->content) > 0;
  if (r->descending ? before_end : from_begin) {
    if (!visit(r->descending ? n->right : n->left, r)) return 0;
  }
  if (from_begin && before_end) {
    const pair* p = n->content;
    if (r->sink(r->sink_data, p->bytes, p->key_size, p->bytes + p->key_size, p->value_size) == 0) return 0;
  }
  if (r->descending ? from_begin : before_end) return visit(r->descending ? n->left : n->right, r);
  return 1;
}

static atlas_status scan(void* user_data, void* tx, const void* begin_key, size_t begin_size,
                         const void* end_key, size_t end_size, int32_t descending, atlas_kv_sink sink,
                         void* sink_data) {
  range r;
  (void)user_data;
  r.begin = begin_key;
  r.begin_size = begin_size;
  r.end = end_key;
  r.end_size = end_size;
  r.descending = descending != 0;
  r.sink = sink;
  r.sink_data = sink_data;
  visit(((transaction*)tx)->root, &r);
  return ATLAS_OK;
}

static atlas_status commit(void* user_data, void* begun, int32_t durable) {
  kv_store* store = user_data;
  transaction* tx = begun;
  node* old;
  (void)durable; /* this store says that it has none */
  pthread_mutex_lock(&store->mutex);
  old = store->root;
  store->root = keep(tx->root);
  drop(old);
  pthread_mutex_unlock(&store->mutex);
  return ATLAS_OK;
}

static void end(void* user_data, void* begun) {
  kv_store* store = user_data;
  transaction* tx = begun;
  pthread_mutex_lock(&store->mutex);
  drop(tx->root);
  if (tx->writes) {
    ++store->serving;
    pthread_cond_broadcast(&store->turn);
  }
  pthread_mutex_unlock(&store->mutex);
  free(tx);
}

const atlas_kvstore kv_store_table = {sizeof(atlas_kvstore), 0, begin, get, put, erase, scan, commit, end};

kv_store* kv_store_new(void) {
  kv_store* store = calloc(1, sizeof *store);
  if (store == NULL) return NULL;
  pthread_mutex_init(&store->mutex, NULL);
  pthread_cond_init(&store->turn, NULL);
  store->seed = 0x9E3779B9UL;
  return store;
}

void kv_store_free(void* user_data) {
  kv_store* store = user_data;
  if (store == NULL) return;
  drop(store->root);
  pthread_cond_destroy(&store->turn);
  pthread_mutex_destroy(&store->mutex);
  free(store);
}

atlas_status kv_store_register(atlas_options* options, atlas_error** out_error) {
  kv_store* store = kv_store_new();
  atlas_status status = atlas_kvstore_register(options, &kv_store_table, store, kv_store_free, out_error);
  if (status != ATLAS_OK) kv_store_free(store);
  return status;
}
