/*
 * atlas.h: libatlas in C99. CRM rules for real-estate agencies, embedded: no server, no hidden thread.
 *
 * CONVENTIONS. They hold for every function below and are not repeated there.
 *
 *  1. Status. A function that can fail returns an atlas_status: ATLAS_OK (0), one of the ATLAS_E_ numbers,
 *     or ATLAS_DONE where it is named (the end of a walk, which is no error). Numbers are never reused.
 *  2. Errors. The last argument is where to put an error object: NULL, or the address of a pointer. It is
 *     set to NULL on success and to an object that the caller frees (atlas_error_free) on failure. When
 *     memory is short it is a static object, which atlas_error_free accepts as well.
 *  3. Outputs. Every out-parameter is emptied first (NULL, 0) and filled only on success.
 *  4. Text in is UTF-8, a pointer and a length in bytes; ATLAS_NUL as length: it ends at its NUL. NULL
 *     with length 0 is the empty text. Nothing that was passed in is kept: the library copies what it
 *     needs.
 *  5. Text out is a buffer that the caller owns (atlas_buffer_free), NUL-terminated besides its size. The
 *     texts of an error object live as long as the object. What a callback gets lives until it returns.
 *  6. Handles are of distinct types, each with its own way to close. Closing or freeing NULL does nothing.
 *     A handle is not used after it was closed. NULL, a handle of another kind, one that was closed a
 *     short while ago while its engine is open, a child forked by the process and a session in use
 *     elsewhere are ATLAS_E_MISUSE, with a reason in the details, wherever that can be seen; it changes
 *     nothing.
 *  7. Life. Sessions are closed before their engine (else atlas_close is misuse), in any order; a cursor
 *     or a subscription may be closed before or after its session or engine, and is of no more use in
 *     between.
 *  8. Threads, one phrase on each function: "thread-safe"; "one thread at a time per X": X may move
 *     between threads but is never used by two at once (a second one gets misuse).
 *  9. Callbacks are a function, its user_data, and a function that frees user_data (or NULL), called
 *     exactly once when the library will not use user_data any more, also after a failed atlas_open. If
 *     the registration itself fails, it is not called and user_data stays the caller's. An event's
 *     callback comes with no lock of the library held and may call it; all others may come within a
 *     transaction and call nothing of the library. They come on any thread that calls the library, and on
 *     workers.
 * 10. Tables of functions that the caller implements start with struct_size, set to sizeof of the table;
 *     later versions grow at the end. A table of a newer header is accepted, its new members are not used.
 *     Their promise is weaker than that of the functions: a minor version may ask for more.
 * 11. Times are microseconds since 1970-01-01T00:00:00Z in int64_t; inside JSON they are RFC 3339 texts.
 * 12. Operations, their parameters and results: see the operation reference, or call "meta.operations".
 */
#ifndef ATLAS_H
#define ATLAS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ATLAS_API __attribute__((visibility("default")))
#else
#define ATLAS_API
#endif

#ifdef __cplusplus
#define ATLAS_NOEXCEPT noexcept
extern "C" {
#else
#define ATLAS_NOEXCEPT
#endif

/* Length of a text that ends at its NUL. */
#define ATLAS_NUL ((size_t)-1)
/* A time that does not come. */
#define ATLAS_NEVER INT64_MAX

/* ---- Status ---- */

/* ATLAS_OK, ATLAS_DONE or one of ATLAS_E_…; the text of each is in atlas_status_text(). */
typedef int32_t atlas_status;

/* The numbers of atlas_status. */
enum atlas_status_number {
  ATLAS_OK = 0,
  ATLAS_E_INVALID_ARGUMENT = 1,
  ATLAS_E_UNAUTHENTICATED = 2,
  ATLAS_E_FORBIDDEN = 3,
  ATLAS_E_NOT_FOUND = 4,
  ATLAS_E_CONFLICT = 5,
  ATLAS_E_FEATURE_DISABLED = 6,
  ATLAS_E_QUOTA_EXCEEDED = 7,
  ATLAS_E_RATE_LIMITED = 8,
  ATLAS_E_CONSENT_MISSING = 20,
  ATLAS_E_CONSENT_WITHDRAWN = 21,
  ATLAS_E_CONSENT_EXPIRED = 22,
  ATLAS_E_OBJECTED = 23,
  ATLAS_E_OUTSIDE_SESSION_WINDOW = 24,
  ATLAS_E_FREQUENCY_CAP = 25,
  ATLAS_E_TEMPLATE_INVALID = 26,
  ATLAS_E_TRANSITION_NOT_ALLOWED = 30,
  ATLAS_E_GUARD_FAILED = 31,
  ATLAS_E_FIELDS_MISSING = 32,
  ATLAS_E_DEFINITION_INVALID = 33,
  ATLAS_E_STORAGE_BUSY = 40,
  ATLAS_E_STORAGE_CONFLICT = 41,
  ATLAS_E_STORAGE_UNAVAILABLE = 42,
  ATLAS_E_STORAGE_FULL = 43,
  ATLAS_E_STORAGE_READ_ONLY = 44,
  ATLAS_E_STORAGE_IO = 45,
  ATLAS_E_STORAGE_CORRUPT = 46,
  ATLAS_E_STORAGE_WRONG_KEY = 47,
  ATLAS_E_STORAGE_NOT_A_STORE = 48,
  ATLAS_E_STORAGE_NEWER_VERSION = 49,
  ATLAS_E_STORAGE_NEEDS_MIGRATION = 50,
  ATLAS_E_BATCH_ABORTED = 60,
  ATLAS_E_NOT_SUPPORTED = 61,
  ATLAS_E_CANCELLED = 62,
  ATLAS_E_MISUSE = 63,
  ATLAS_E_INTERNAL = 99,
  ATLAS_DONE = 100
};

/* The stable text of a status, as in the error object: "invalid_argument"; "ok", "done"; "unknown" for a
 * number that is none. Static. Thread-safe. Since 0.1. */
ATLAS_API const char* atlas_status_text(atlas_status status) ATLAS_NOEXCEPT;
/* What the caller can do about it, one English sentence; "" for an unknown number. Static. Thread-safe. Since
 * 0.1. */
ATLAS_API const char* atlas_status_advice(atlas_status status) ATLAS_NOEXCEPT;
/* What an HTTP server answers with it: 200 to 507; 500 for an unknown number. Thread-safe. Since 0.1. */
ATLAS_API int32_t atlas_status_http(atlas_status status) ATLAS_NOEXCEPT;

/* ---- Version ---- */

/* The library's version: major * 10000 + minor * 100 + patch. Thread-safe. Since 0.1. */
ATLAS_API int32_t atlas_version(void) ATLAS_NOEXCEPT;
/* The same as text, "0.1.0". Static. Thread-safe. Since 0.1. */
ATLAS_API const char* atlas_version_string(void) ATLAS_NOEXCEPT;

/* ---- Handles ---- */

/* How a store is opened. */
typedef struct atlas_options atlas_options;
/* An open store with everything above it. Any number per process. */
typedef struct atlas_engine atlas_engine;
/* A principal at work. */
typedef struct atlas_session atlas_session;
/* A walk over a list. */
typedef struct atlas_cursor atlas_cursor;
/* A subscription to events. */
typedef struct atlas_subscription atlas_subscription;
/* A text that the caller owns. */
typedef struct atlas_buffer atlas_buffer;
/* What went wrong. */
typedef struct atlas_error atlas_error;

/* ---- Memory ---- */

/* The buffer's bytes, with a NUL after the last; NULL for NULL. Valid until the buffer is freed. Thread-safe.
 * Since 0.1. */
ATLAS_API const char* atlas_buffer_data(const atlas_buffer* buffer) ATLAS_NOEXCEPT;
/* Their number, without the NUL; 0 for NULL. Thread-safe. Since 0.1. */
ATLAS_API size_t atlas_buffer_size(const atlas_buffer* buffer) ATLAS_NOEXCEPT;
/* Frees a buffer. Thread-safe. Since 0.1. */
ATLAS_API void atlas_buffer_free(atlas_buffer* buffer) ATLAS_NOEXCEPT;

/* The status that the failed function returned; ATLAS_OK for NULL. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_error_status(const atlas_error* error) ATLAS_NOEXCEPT;
/* Its text, "not_found"; "" for NULL. Static. Thread-safe. Since 0.1. */
ATLAS_API const char* atlas_error_code(const atlas_error* error) ATLAS_NOEXCEPT;
/* One line for people, without personal data, keys or SQL; "" for NULL. Thread-safe. Since 0.1. */
ATLAS_API const char* atlas_error_message(const atlas_error* error) ATLAS_NOEXCEPT;
/* The whole: {"code", "message", "details", "correlation_id"}; "" for NULL. Thread-safe. Since 0.1. */
ATLAS_API const char* atlas_error_json(const atlas_error* error) ATLAS_NOEXCEPT;
/* Frees an error object. Thread-safe. Since 0.1. */
ATLAS_API void atlas_error_free(atlas_error* error) ATLAS_NOEXCEPT;

/* ---- Options ---- */

/* What a commit promises: on the disk before the answer (the default), or surviving a crash of the process
 * only. */
enum atlas_durability { ATLAS_DURABLE = 0, ATLAS_FAST = 1 };

/* Where the keys of data subjects lie: beside a file store, inside any other (automatic); in `<store>.keys`;
 * in the store itself, whose older backups then still hold an erased person. */
enum atlas_subject_keys {
  ATLAS_SUBJECT_KEYS_AUTOMATIC = 0,
  ATLAS_SUBJECT_KEYS_BESIDE = 1,
  ATLAS_SUBJECT_KEYS_INSIDE = 2
};

/* New options with every default. Freed by atlas_options_free. May serve several atlas_open.
 * Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_options_new(atlas_options** out_options, atlas_error** out_error) ATLAS_NOEXCEPT;
/* Wipes and frees options. Engines opened with them go on. One thread at a time per options. Since 0.1. */
ATLAS_API void atlas_options_free(atlas_options* options) ATLAS_NOEXCEPT;

/* Which store: a file's path, ":memory:", or a PostgreSQL URL. Required, save with atlas_kvstore_register.
 * Errors: misuse. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_store(atlas_options* options, const char* store, size_t store_len,
                                               atlas_error** out_error) ATLAS_NOEXCEPT;
/* The passphrase of an encrypted file store; replaces a raw key. An empty one is invalid_argument.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_key(atlas_options* options, const char* passphrase,
                                             size_t passphrase_len, atlas_error** out_error) ATLAS_NOEXCEPT;
/* The same as a raw key of exactly 32 bytes (misuse otherwise), which costs no derivation; replaces a
 * passphrase. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_raw_key(atlas_options* options, const uint8_t* key, size_t key_size,
                                                 atlas_error** out_error) ATLAS_NOEXCEPT;
/* Make the store when there is none? Default 1. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_create(atlas_options* options, int32_t create,
                                                atlas_error** out_error) ATLAS_NOEXCEPT;
/* Bring an older store up to date, after a backup copy? Default 0: storage_needs_migration.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_migrate(atlas_options* options, int32_t migrate,
                                                 atlas_error** out_error) ATLAS_NOEXCEPT;
/* Open to read only? Default 0. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_read_only(atlas_options* options, int32_t read_only,
                                                   atlas_error** out_error) ATLAS_NOEXCEPT;
/* ATLAS_DURABLE (default) or ATLAS_FAST; anything else is invalid_argument. What must be durable always is.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_durability(atlas_options* options, int32_t durability,
                                                    atlas_error** out_error) ATLAS_NOEXCEPT;
/* One of atlas_subject_keys; anything else is invalid_argument. One thread at a time per options. Since 0.1.
 */
ATLAS_API atlas_status atlas_options_set_subject_keys(atlas_options* options, int32_t where,
                                                      atlas_error** out_error) ATLAS_NOEXCEPT;
/* Signs checkpoints: a name for the key and its Ed25519 seed of exactly 32 bytes (misuse otherwise). Without
 * it checkpoints are unsigned and say so. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_checkpoint_key(atlas_options* options, const char* name,
                                                        size_t name_len, const uint8_t* seed,
                                                        size_t seed_size,
                                                        atlas_error** out_error) ATLAS_NOEXCEPT;
/* How long to wait for another process that writes, 0 to 3,600,000 ms (default 5,000); else invalid_argument.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_busy_ms(atlas_options* options, int64_t busy_ms,
                                                 atlas_error** out_error) ATLAS_NOEXCEPT;
/* After how long an idle (default 5,000 ms) or an old (default 60,000 ms) batch may be rolled back by whoever
 * waits for the writer; 1 to 86,400,000 each, else invalid_argument. One thread at a time per options. Since
 * 0.1. */
ATLAS_API atlas_status atlas_options_set_batch_limits(atlas_options* options, int64_t idle_ms, int64_t max_ms,
                                                      atlas_error** out_error) ATLAS_NOEXCEPT;
/* The longest parameters of a call, 1,024 to 1,073,741,824 bytes (default 16 MiB); else invalid_argument.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_max_request_bytes(atlas_options* options, int64_t bytes,
                                                           atlas_error** out_error) ATLAS_NOEXCEPT;
/* Calls a second per principal; 0 (default): no limit; negative: invalid_argument.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_calls_per_second(atlas_options* options, int64_t calls,
                                                          atlas_error** out_error) ATLAS_NOEXCEPT;
/* Leads and reports a minute per address of the public side (default 30); 0: no limit; negative:
 * invalid_argument. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_options_set_public_calls_per_minute(atlas_options* options, int64_t calls,
                                                                 atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Ports: what a host may bring ---- */
/* Set on options; they belong to the options and to every engine opened with them, and are freed (convention
 * 9) when the last of these has gone, or at once when set again. A port's functions are called from many
 * threads at once unless said otherwise, call nothing of this library, and never throw or jump. */

/* Frees user_data. */
typedef void (*atlas_free_fn)(void* user_data);

/* Gets the pairs of a scan. Returns 0 to stop, anything else to go on. Given by the library to scan(). */
typedef int32_t (*atlas_kv_sink)(void* sink_data, const void* key, size_t key_size, const void* value,
                                 size_t value_size);

/* A host's storage: an ordered store of byte keys (at most 64 KiB) and values (at most 64 MiB) with one
 * writer at a time. Order: by unsigned bytes, shorter first. Serialisable: a reader sees one committed state
 * for as long as it lasts, a writer its own changes. A transaction is used by one thread at a time; different
 * ones run side by side. Functions return ATLAS_OK, ATLAS_DONE where said, or an ATLAS_E_STORAGE_ number,
 * which reaches the caller of the operation; any other number does as ATLAS_E_STORAGE_IO. All functions are
 * required. */
typedef struct atlas_kvstore {
  size_t struct_size;
  /* Nonzero: what commit() was asked to make durable survives a power cut. Honesty is the store's. */
  int32_t durable;
  /* Begins a transaction that reads (write = 0), or one that writes, after the writer before it has ended.
   * Sets *out_tx to anything but NULL. */
  atlas_status (*begin)(void* user_data, int32_t write, void** out_tx);
  /* Sets *out_value to the value of a key, or answers ATLAS_DONE when it is absent. The value stays valid
   * until the next call on this transaction, save for calls of get() from within a scan, which leave the
   * scan's pair valid. */
  atlas_status (*get)(void* user_data, void* tx, const void* key, size_t key_size, const void** out_value,
                      size_t* out_value_size);
  /* Sets a key's value; only in a transaction that writes. */
  atlas_status (*put)(void* user_data, void* tx, const void* key, size_t key_size, const void* value,
                      size_t value_size);
  /* Removes a key; one that is absent is ATLAS_OK. */
  atlas_status (*erase)(void* user_data, void* tx, const void* key, size_t key_size);
  /* Gives sink every pair with begin <= key < end (end_size = 0: no end), ascending or descending, until it
   * returns 0, which is ATLAS_OK too. The sink may call get() on the same transaction. */
  atlas_status (*scan)(void* user_data, void* tx, const void* begin, size_t begin_size, const void* end,
                       size_t end_size, int32_t descending, atlas_kv_sink sink, void* sink_data);
  /* Makes the changes visible, and durable if asked. On failure nothing was changed. Afterwards only end().
   */
  atlas_status (*commit)(void* user_data, void* tx, int32_t durable);
  /* Ends a transaction: rolls back what was not committed, lets the next writer go on, frees tx. */
  void (*end)(void* user_data, void* tx);
} atlas_kvstore;

/* Uses a host's KvStore instead of a file; the store's name is then only a name. Misuse: a struct_size that
 * cannot be, a function that is NULL. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_kvstore_register(atlas_options* options, const atlas_kvstore* table,
                                              void* user_data, atlas_free_fn free_user_data,
                                              atlas_error** out_error) ATLAS_NOEXCEPT;

/* A clock. Both functions are required. */
typedef struct atlas_clock {
  size_t struct_size;
  /* UTC now, in microseconds since 1970. May jump. Outside the years 1 to 9999 calls fail. */
  int64_t (*now)(void* user_data);
  /* Nanoseconds that never go back; only differences mean anything. */
  int64_t (*monotonic_ns)(void* user_data);
} atlas_clock;

/* Replaces the machine's clock. Misuse: a struct_size that cannot be, a function that is NULL.
 * One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_clock_set(atlas_options* options, const atlas_clock* table, void* user_data,
                                       atlas_free_fn free_user_data, atlas_error** out_error) ATLAS_NOEXCEPT;

/* Fills out with size random bytes and returns ATLAS_OK; anything else makes the call that needed them fail
 * as internal. Ids and nonces come from it: bytes that repeat endanger what is sealed. */
typedef atlas_status (*atlas_entropy_fn)(void* user_data, uint8_t* out, size_t size);
/* Replaces the machine's entropy. Misuse: a NULL function. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_entropy_set(atlas_options* options, atlas_entropy_fn fill, void* user_data,
                                         atlas_free_fn free_user_data,
                                         atlas_error** out_error) ATLAS_NOEXCEPT;

/* Writes the 32 bytes of a key that the host keeps and returns ATLAS_OK, or ATLAS_DONE when it has none of
 * this name, which means the built-in way; anything else makes atlas_open fail with storage_unavailable.
 * Names: "store" (the file's raw key), "subjects" (wraps the keys of data subjects), "checkpoint" (the
 * Ed25519 seed that signs checkpoints). Asked at open. */
typedef atlas_status (*atlas_key_fn)(void* user_data, const char* name, uint8_t out_key[32]);
/* Brings a key store. Misuse: a NULL function. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_keystore_set(atlas_options* options, atlas_key_fn key, void* user_data,
                                          atlas_free_fn free_user_data,
                                          atlas_error** out_error) ATLAS_NOEXCEPT;

/* Writes the secret that a channel account names into out (of `capacity` bytes), its size into *out_size, and
 * returns ATLAS_OK; ATLAS_DONE when there is none of this name. Anything else counts as none: then nothing is
 * sent and no signature is right. Asked each time a secret is needed. `reference` is the organisation's id,
 * "/", and the name that the account has for it. */
typedef atlas_status (*atlas_secret_fn)(void* user_data, const char* reference, char* out, size_t capacity,
                                        size_t* out_size);
/* Where the secrets of channel accounts come from. NULL takes it away. One thread at a time per options.
 * Since 0.1. */
ATLAS_API atlas_status atlas_secrets_set(atlas_options* options, atlas_secret_fn secret, void* user_data,
                                         atlas_free_fn free_user_data,
                                         atlas_error** out_error) ATLAS_NOEXCEPT;

/* One value of a provider's template; see atlas_envelope. */
typedef struct atlas_template_value {
  const char* name;       /* of a named placeholder; "" = by position */
  const char* value;      /* text; or a URL or media id when media_type is given */
  const char* part;       /* "header", "body" or "button" */
  int32_t button;         /* its position, from 0 */
  const char* media_type; /* "" = text */
} atlas_template_value;

/* A file that goes with a message. */
typedef struct atlas_media {
  const char* url; /* public address, or the provider's media id */
  const char* media_type;
  const char* file_name;
  const void* content; /* e-mail: the bytes */
  size_t content_size;
} atlas_media;

/* One message, ready to leave. The library fills it in; texts are NUL-terminated UTF-8, "" when there is
 * none, and live until send() returns. Holds personal data: a transport keeps none of it. */
typedef struct atlas_envelope {
  size_t struct_size;
  const char* account_id;
  const char* provider;
  const char* sender;
  const char* business_id;
  const char* base_url;
  const char* status_callback;
  const char* channel_code; /* CHAN_WHATSAPP, CHAN_SMS, CHAN_EMAIL */
  const char* to;           /* E.164 with +, or an e-mail address */
  const char* to_name;
  const char* subject;
  const char* body;
  const char* html;
  const char* reply_to;
  const char* unsubscribe_url;
  const char* token;              /* the same for every attempt of one message */
  const char* template_reference; /* "" = no template */
  const char* template_language;
  const atlas_template_value* template_values;
  size_t template_value_count;
  const atlas_media* media;
  size_t media_count;
} atlas_envelope;

/* The call of send() that is running: given by the library, of use until it returns, on its thread. */
typedef struct atlas_sending {
  size_t struct_size;
  void* call; /* to be passed to the functions */
  /* To be called just before the first byte of the message leaves. 0: the deadline has passed, send nothing
   * and answer ATLAS_OUTCOME_NOT_TAKEN. */
  int32_t (*begin)(void* call);
  /* Nanoseconds until the deadline; 0 when it has passed. */
  int64_t (*remaining_ns)(void* call);
  /* The account's secret of a name ("send"), or NULL. Lives until send() returns. */
  const char* (*secret)(void* call, const char* name);
} atlas_sending;

/* How an attempt ended. */
enum atlas_outcome_kind {
  ATLAS_OUTCOME_UNKNOWN = 0,     /* it may have been taken or not: never sent again blindly */
  ATLAS_OUTCOME_ACCEPTED = 1,    /* the provider has it, under provider_id */
  ATLAS_OUTCOME_NOT_TAKEN = 2,   /* certainly not taken, may be tried again */
  ATLAS_OUTCOME_LATER = 3,       /* certainly not taken, and not before some time: spends no attempt */
  ATLAS_OUTCOME_REJECTED = 4,    /* never as it is */
  ATLAS_OUTCOME_UNREACHABLE = 5, /* this address cannot be reached on this channel */
  ATLAS_OUTCOME_OPTED_OUT = 6,   /* the person has opposed at the provider: a withdrawal */
  ATLAS_OUTCOME_ACCOUNT = 7      /* the account or its configuration: it is paused, the message waits */
};

/* An outcome, filled in by the transport; zeroed when it gets it. Texts end at their NUL, and hold no secret
 * and no personal data. */
typedef struct atlas_outcome {
  size_t struct_size;
  int32_t kind;           /* ATLAS_OUTCOME_ */
  int32_t alarm;          /* nonzero: somebody should look */
  int64_t retry_after_us; /* NOT_TAKEN, LATER: not again before that; 0 = the library's schedule */
  char provider_id[256];  /* ACCEPTED: what reports will name; required */
  char reason[64];        /* lower_snake code */
  char provider_code[64];
  char provider_text[256];
  /* Nonzero, with a retry_after_us: it is the account that the provider wants to hear nothing of, so that its
   * other messages wait as well, at most an hour. */
  int32_t whole_account;
} atlas_outcome;

/* One attempt of which nobody knows whether it left, as the provider may find it: by its own id where that is
 * known, by our token where it keeps tokens, else by whom it went to and when. Filled in by the library;
 * texts as in atlas_envelope, and personal data likewise. */
typedef struct atlas_inquiry {
  size_t struct_size;
  const char* account_id;
  const char* provider;
  const char* sender;
  const char* business_id;
  const char* base_url;
  const char* channel_code;
  const char* provider_id; /* "" = the provider never told */
  const char* token;       /* the envelope's */
  const char* to;
  const char* body; /* as it was handed over; "" with a template */
  int64_t from_us;  /* the attempt began and ended between them: microseconds since 1970 */
  int64_t until_us;
} atlas_inquiry;

/* How far a message has come, as the provider tells. */
enum atlas_delivery_state {
  ATLAS_DELIVERY_QUEUED = 0, /* the provider has it */
  ATLAS_DELIVERY_SENT = 1,
  ATLAS_DELIVERY_DELIVERED = 2,
  ATLAS_DELIVERY_READ = 3,
  ATLAS_DELIVERY_FAILED = 4
};

/* A message that the provider has and that fits; zeroed when the transport gets it. */
typedef struct atlas_finding {
  size_t struct_size;
  int32_t state;         /* ATLAS_DELIVERY_ */
  int64_t at_us;         /* when the provider made it, microseconds since 1970; 0 = not told */
  char provider_id[256]; /* required */
  char token[160];       /* "" = the provider keeps none */
  char error_code[64];   /* FAILED */
  char error_text[256];
} atlas_finding;

/* A transport: hands messages to a provider. Called from many threads at once, with no lock of the library
 * held; may block until the deadline. */
typedef struct atlas_transport {
  size_t struct_size;
  /* Nonzero: sending the same token twice delivers once, so that an unknown outcome may be tried again. */
  int32_t takes_idempotency_token;
  /* Nonzero: send() always calls sending->begin() before the first byte; then a failure before that call is
   * NOT_TAKEN. Otherwise every failure is UNKNOWN. */
  int32_t marks_begin;
  /* Hands the message over once, fills *outcome and returns ATLAS_OK. Any other status: it failed. */
  atlas_status (*send)(void* user_data, const atlas_envelope* envelope, const atlas_sending* sending,
                       atlas_outcome* outcome);
  /* May be NULL: the provider cannot be asked. Otherwise: asks it about a message, sends nothing, fills in at
   * most `capacity` findings, sets *out_count to how many there are (more than capacity is no answer) and
   * returns ATLAS_OK. Any other status: it did not answer. Several findings are several messages; those that
   * the library knows are left out, and nothing is made of more than one. */
  atlas_status (*ask)(void* user_data, const atlas_inquiry* inquiry, const atlas_sending* asking,
                      atlas_finding* findings, size_t capacity, size_t* out_count);
} atlas_transport;

/* Sends the messages of a provider ("TWILIO", "META", "SMTP", "FILE", "MEMORY", "HOST") on a channel ("" =
 * every channel that has no transport of its own). Misuse: a struct_size that cannot be, a function that is
 * NULL; invalid_argument: no provider. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_transport_register(atlas_options* options, const char* provider,
                                                size_t provider_size, const char* channel_code,
                                                size_t channel_code_size, const atlas_transport* table,
                                                void* user_data, atlas_free_fn free_user_data,
                                                atlas_error** out_error) ATLAS_NOEXCEPT;

/* Adds the library's own transports: TWILIO, META and SMTP, and FILE if a directory is named. Settings: a
 * JSON object or nothing, with `directory`, `proxy`, `ca_file`, `connect_timeout_ms`, `allow_plain`,
 * `meta_version`. Errors: invalid_argument; not_supported where the library was built without them and no
 * directory is named. They follow the clock that is set by then. One thread at a time per options. Since
 * 0.1. */
ATLAS_API atlas_status atlas_transport_use_own(atlas_options* options, const char* settings,
                                               size_t settings_size, atlas_error** out_error) ATLAS_NOEXCEPT;

/* Levels of log lines. */
enum atlas_log_level { ATLAS_LOG_DEBUG = 0, ATLAS_LOG_INFO = 1, ATLAS_LOG_WARNING = 2, ATLAS_LOG_ERROR = 3 };
/* Gets a log line: NUL-terminated, without personal data. */
typedef void (*atlas_log_fn)(void* user_data, int32_t level, const char* line, size_t line_size);
/* Where log lines go; without it nowhere. NULL takes it away. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_log_set(atlas_options* options, atlas_log_fn log, void* user_data,
                                     atlas_free_fn free_user_data, atlas_error** out_error) ATLAS_NOEXCEPT;

/* Gets the text of a checkpoint (a C2SP signed note, NUL-terminated) that due work made; to be kept
 * elsewhere. */
typedef void (*atlas_checkpoint_fn)(void* user_data, const char* note, size_t note_size);
/* Where checkpoints go. NULL takes it away. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_checkpoint_set(atlas_options* options, atlas_checkpoint_fn checkpoint,
                                            void* user_data, atlas_free_fn free_user_data,
                                            atlas_error** out_error) ATLAS_NOEXCEPT;

/* Told while a store is migrated: step of `of`. */
typedef void (*atlas_progress_fn)(void* user_data, size_t step, size_t of);
/* Who is told of a migration's progress. NULL takes it away. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_progress_set(atlas_options* options, atlas_progress_fn progress, void* user_data,
                                          atlas_free_fn free_user_data,
                                          atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Engine ---- */

/* Opens or creates the store. The options stay the caller's. Errors: invalid_argument (no store named), the
 * storage_ numbers, not_supported. Closed by atlas_close. One thread at a time per options. Since 0.1. */
ATLAS_API atlas_status atlas_open(const atlas_options* options, atlas_engine** out_engine,
                                  atlas_error** out_error) ATLAS_NOEXCEPT;
/* Stops workers, ends subscriptions (their handles are still to be closed), closes the store and frees the
 * engine. Misuse, after which it is still open: live sessions; a call of the engine that is running; from
 * within a callback of the engine; in a forked child. Thread-safe, and nobody uses the engine afterwards.
 * Since 0.1. */
ATLAS_API atlas_status atlas_close(atlas_engine* engine, atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Sessions ---- */

/* Kinds of principals. */
enum atlas_principal {
  ATLAS_PRINCIPAL_USER = 1,   /* a user of an organisation */
  ATLAS_PRINCIPAL_SYSTEM = 2, /* the organisation itself: imports, upkeep; no user */
  ATLAS_PRINCIPAL_HOST = 3,   /* creates organisations; no organisation, no business data */
  ATLAS_PRINCIPAL_PUBLIC = 4  /* a visitor of an organisation's public side */
};

/* Opens a session. `kind`: one of atlas_principal. `org`: the organisation's id; empty for the host. `user`:
 * the user's id; of the public the visitor's IP address, for rate limits (empty: not told, all such visitors
 * share one limit); empty for the others. `roles`: role_count NUL-terminated codes that replace the stored
 * ones of a user (an identity provider decides), at most 64; NULL and 0: the stored ones. Who the principal
 * is, is looked up at each call, which answers unauthenticated if it is nobody. Errors: invalid_argument (an
 * id that is none, one that the kind does not have). Closed by atlas_session_close. Thread-safe. Since 0.1.
 */
ATLAS_API atlas_status atlas_session_open(atlas_engine* engine, int32_t kind, const char* org, size_t org_len,
                                          const char* user, size_t user_len, const char* const* roles,
                                          size_t role_count, atlas_session** out_session,
                                          atlas_error** out_error) ATLAS_NOEXCEPT;
/* Rolls back an open batch and closes the session. Its cursors are of no more use but are still to be closed.
 * Misuse: while it is in use, such as from an event callback of its own commit.
 * One thread at a time per session. Since 0.1. */
ATLAS_API atlas_status atlas_session_close(atlas_session* session, atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Calls ---- */

/* Calls an operation ("dossiers.create") with a JSON object (empty = {}) and gives its result, a JSON object;
 * out_result may be NULL. It happened whole or not at all. A write accepts "idempotency_key" among its
 * parameters. Errors: any, with details; not_found for an unknown operation. One thread at a time per
 * session. Since 0.1. */
ATLAS_API atlas_status atlas_call(atlas_session* session, const char* operation, size_t operation_len,
                                  const char* params, size_t params_len, atlas_buffer** out_result,
                                  atlas_error** out_error) ATLAS_NOEXCEPT;

/* Begins a batch: the session's calls until commit or rollback are one transaction. Each runs in a savepoint:
 * one that fails undoes itself and the batch goes on. At most one per session (misuse). On a store with one
 * writer it holds the writer, see atlas_options_set_batch_limits; when it was rolled back by others, every
 * later call and the commit are batch_aborted. Errors: storage_. One thread at a time per session. Since 0.1.
 */
ATLAS_API atlas_status atlas_batch_begin(atlas_session* session, atlas_error** out_error) ATLAS_NOEXCEPT;
/* Commits, and tells how many calls the batch had and how many of them failed (either may be NULL). The batch
 * has ended whatever is answered. Calls that were refused for the form of their parameters are not counted.
 * Errors: batch_aborted, storage_; misuse without a batch. One thread at a time per session. Since 0.1. */
ATLAS_API atlas_status atlas_batch_commit(atlas_session* session, int64_t* out_calls, int64_t* out_failed,
                                          atlas_error** out_error) ATLAS_NOEXCEPT;
/* Undoes the whole batch. Misuse without one. One thread at a time per session. Since 0.1. */
ATLAS_API atlas_status atlas_batch_rollback(atlas_session* session, atlas_error** out_error) ATLAS_NOEXCEPT;

/* Opens a walk over a `list` operation, record by record without one big buffer: keysets, not a snapshot,
 * each page its own short read, authorised anew. `limit` among the parameters is the size of a page. Records
 * that do not change are seen exactly once. Errors: not_found, invalid_argument (the operation is no list);
 * what is wrong with the parameters is told by the first atlas_cursor_next. One thread at a time per session.
 * Since 0.1. */
ATLAS_API atlas_status atlas_cursor_open(atlas_session* session, const char* operation, size_t operation_len,
                                         const char* params, size_t params_len, atlas_cursor** out_cursor,
                                         atlas_error** out_error) ATLAS_NOEXCEPT;
/* The next record as a JSON object, or ATLAS_DONE at the end (and ever after). Misuse: its session was
 * closed. Errors: as atlas_call. One thread at a time per session. Since 0.1. */
ATLAS_API atlas_status atlas_cursor_next(atlas_cursor* cursor, atlas_buffer** out_record,
                                         atlas_error** out_error) ATLAS_NOEXCEPT;
/* Closes a cursor, before or after its session. One thread at a time per session. Since 0.1. */
ATLAS_API atlas_status atlas_cursor_close(atlas_cursor* cursor, atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Time ---- */

/* Runs at most max_jobs (from 1) due jobs, and tells how many it ran and when the next is due (ATLAS_NEVER:
 * nothing is waiting); either may be NULL. Returns at once when nothing is due. Errors: invalid_argument,
 * storage_. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_pump(atlas_engine* engine, int64_t max_jobs, int64_t* out_done,
                                  int64_t* out_next_due, atlas_error** out_error) ATLAS_NOEXCEPT;
/* Starts `count` (1 to 64) threads that pump until they are stopped: as atlas_pump does, one job after the
 * other, with 0.2 s of rest when nothing is due. What fails goes to the log (atlas_log_set) and is tried
 * again, after up to 10 s while the store does not answer. Misuse: they run already. Thread-safe. Since
 * 0.1. */
ATLAS_API atlas_status atlas_workers_start(atlas_engine* engine, int32_t count,
                                           atlas_error** out_error) ATLAS_NOEXCEPT;
/* Waits until each has finished the job that it has begun and ends them; nothing when none run. A job that
 * sends hands over at most 32 messages and no longer than their lease (2 minutes). Misuse from within a
 * callback of the engine, transports included. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_workers_stop(atlas_engine* engine, atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Events ---- */

/* Gets a committed change as the JSON object {"org_id", "sequence", "type", "entity_kind", "entity_id",
 * "at"}, NUL-terminated, without personal data. Called after the commit, on the committing thread, for
 * commits of this engine only; order across threads is not promised, the sequence is in the event. It may use
 * other sessions and may end its own subscription; the session that is committing answers misuse to it. */
typedef void (*atlas_event_fn)(void* user_data, const char* event, size_t event_size);
/* Subscribes to "*", "dossier.*" or a full type such as "dossier.status_changed"; anything of another shape
 * is invalid_argument. A convenience on top of the operation "events.list". Closed by atlas_unsubscribe.
 * Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_subscribe(atlas_engine* engine, const char* pattern, size_t pattern_len,
                                       atlas_event_fn callback, void* user_data, atlas_free_fn free_user_data,
                                       atlas_subscription** out_subscription,
                                       atlas_error** out_error) ATLAS_NOEXCEPT;
/* Ends a subscription and frees its handle. Returns when no call of the callback is running, and user_data
 * has been freed; from inside the callback: at once, and user_data is freed after the last call has returned.
 * Also after the engine was closed, which ended it. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_unsubscribe(atlas_subscription* subscription,
                                         atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Upkeep ---- */

/* A consistent copy of the store at `path`, which must not exist, with the same key and without the keys of
 * data subjects that lie beside it. Errors: storage_, not_supported. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_backup(atlas_engine* engine, const char* path, size_t path_len,
                                    atlas_error** out_error) ATLAS_NOEXCEPT;
/* Changes the passphrase. Needs the store alone, else storage_busy; not_supported without encryption; an
 * empty one is invalid_argument. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_rekey(atlas_engine* engine, const char* passphrase, size_t passphrase_len,
                                   atlas_error** out_error) ATLAS_NOEXCEPT;
/* Checks the store's integrity and, for every organisation, chain and records. Reads everything. Answers
 * ATLAS_OK also when something was found: {"ok", "store": [{"where", "what"}], "organisations": [{"id",
 * "name", "entries", "entities", "findings": ["…"]}]}. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_check(atlas_engine* engine, atlas_buffer** out_result,
                                   atlas_error** out_error) ATLAS_NOEXCEPT;
/* The schema version of the open store. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_schema_version(atlas_engine* engine, int32_t* out_version,
                                            atlas_error** out_error) ATLAS_NOEXCEPT;
/* Counters in the Prometheus text format, version 0.0.4. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_metrics(atlas_engine* engine, atlas_buffer** out_text,
                                     atlas_error** out_error) ATLAS_NOEXCEPT;
/* The directory of the store, by name: {"items": [{"id", "name", "status_code"}]}. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_organisations(atlas_engine* engine, atlas_buffer** out_result,
                                           atlas_error** out_error) ATLAS_NOEXCEPT;

/* ---- Webhooks ---- */

/* One header of a request, both NUL-terminated. */
typedef struct atlas_header {
  const char* name;
  const char* value;
} atlas_header;

/* A provider's request to an endpoint of a channel account: `endpoint` is the last part of the path,
 * `method` GET or POST, `url` as the host saw it (whole, or from the path on), all NUL-terminated; the body's
 * raw bytes. The answer is to be sent back as it is: {"status": 200, "content_type", "body", "messages",
 * "statuses", "duplicates", "rejected": [{"index", "reason"}]}; the counts tell what was in it. Of a request
 * that is right the status is 200 whatever it holds: what cannot be taken is kept (inbound.failures). Errors:
 * not_found (no such endpoint), unauthenticated (not the provider's), invalid_argument (another method, too
 * large), storage_ (nothing was taken; the provider sends it again): answer with atlas_status_http of the
 * status. Thread-safe. Since 0.1. */
ATLAS_API atlas_status atlas_inbound(atlas_engine* engine, const char* endpoint, const char* method,
                                     const char* url, const atlas_header* headers, size_t header_count,
                                     const char* body, size_t body_len, atlas_buffer** out_response,
                                     atlas_error** out_error) ATLAS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
