// Opening and closing, due work, upkeep.

#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "guard.hpp"

using namespace atlas;
using namespace atlas::capi;

namespace {

constexpr std::size_t max_headers = 10'000;

/// The host's options for one engine: its callbacks note the threads they run on, secrets are wiped with it.
struct EngineOptions {
  EngineOptions(const Options& given, const std::shared_ptr<CallbackThreads>& threads) : options(given) {
    if (options.log) {
      options.log = [log = std::move(options.log), threads](LogLevel level, std::string_view line) {
        const CallbackThreads::Scope scope(*threads);
        log(level, line);
      };
    }
    if (options.checkpoint) {
      options.checkpoint = [checkpoint = std::move(options.checkpoint), threads](const std::string& note) {
        const CallbackThreads::Scope scope(*threads);
        checkpoint(note);
      };
    }
  }
  ~EngineOptions() {
    if (options.passphrase) wipe_text(*options.passphrase);
    if (options.raw_key) wipe(options.raw_key->data(), options.raw_key->size());
    if (options.checkpoint_signer) {
      wipe(options.checkpoint_signer->seed.data(), options.checkpoint_signer->seed.size());
    }
  }
  EngineOptions(const EngineOptions&) = delete;
  Options options;
};

/// `body` with the engine at work; an engine call counts as running until it returns.
template <class Body>
atlas_status with_engine(atlas_engine* engine, atlas_error** out_error, Body&& body) noexcept {
  return guard(out_error, [&] {
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    const SharedEngine::Use use(*state);
    body(use);
    return ATLAS_OK;
  });
}

std::string to_json(const CheckResult& result) {
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("ok").boolean(result.ok()).key("store").begin_array();
  for (const StoreFinding& f : result.store) {
    w.begin_object().key("where").string(f.where).key("what").string(f.what).end_object();
  }
  w.end_array().key("organisations").begin_array();
  for (const CheckResult::Organisation& o : result.organisations) {
    w.begin_object().key("id").string(format_uuid(o.id)).key("name").string(o.name);
    w.key("entries").number(o.entries).key("entities").number(o.entities).key("findings").begin_array();
    for (const std::string& finding : o.findings) w.string(finding);
    w.end_array().end_object();
  }
  w.end_array().end_object();
  return json;
}

std::string to_json(const std::vector<OrganisationEntry>& organisations) {
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("items").begin_array();
  for (const OrganisationEntry& o : organisations) {
    w.begin_object().key("id").string(format_uuid(o.id)).key("name").string(o.name);
    w.key("status_code").string(o.status_code).end_object();
  }
  w.end_array().end_object();
  return json;
}

void refuse_inside_callback(const SharedEngine& state) {
  if (state.callbacks->contains_this()) {
    throw misuse("callback", "a callback cannot wait for the engine that is calling it");
  }
}

}  // namespace

extern "C" {

atlas_status atlas_open(const atlas_options* options, atlas_engine** out_engine,
                        atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    atlas_engine*& out = emptied(out_engine);
    const auto state = std::make_shared<SharedEngine>();
    EngineOptions own(checked(options).options, state->callbacks);
    auto handle = std::make_unique<atlas_engine>();
    state->engine = std::make_unique<Engine>(own.options);
    handle->state = state;
    out = handle.release();
    return ATLAS_OK;
  });
}

atlas_status atlas_close(atlas_engine* engine, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    if (engine == nullptr) return ATLAS_OK;
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    state->require_same_process();
    refuse_inside_callback(*state);
    std::vector<std::shared_ptr<SharedSubscription>> subscriptions;
    {
      const std::lock_guard lock(state->mutex);
      if (state->closing) throw misuse("closed", "the engine was closed");
      if (state->sessions > 0) {
        throw misuse("sessions", "sessions are open: close them first").with("sessions", state->sessions);
      }
      if (state->running > 0) throw misuse("busy", "a call of the engine is running");
      state->closing = true;
    }
    try {
      state->engine->stop_workers();
    } catch (...) {  // on a worker, within a transport: it would wait for itself
      const std::lock_guard lock(state->mutex);
      state->closing = false;
      throw;
    }
    engine->word.store(closed_word, std::memory_order_release);
    {
      const std::lock_guard lock(state->mutex);
      subscriptions.swap(state->subscriptions);
    }
    for (const auto& subscription : subscriptions) {
      subscription->end_new();
      state->engine->unsubscribe(subscription->id);
      subscription->end_and_wait();
    }
    state->engine.reset();
    state->forget_buried();
    delete engine;
    return ATLAS_OK;
  });
}

atlas_status atlas_pump(atlas_engine* engine, int64_t max_jobs, int64_t* out_done, int64_t* out_next_due,
                        atlas_error** out_error) noexcept {
  empty_optional(out_done);
  empty_optional(out_next_due);
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    if (max_jobs < 1) {
      throw Error(ErrorCode::invalid_argument, "a pump runs at least one job")
          .field("/max_jobs", field_code::out_of_range, "from 1");
    }
    const PumpResult result = use->pump(max_jobs);
    if (out_done != nullptr) *out_done = result.done;
    if (out_next_due != nullptr) *out_next_due = result.next_due ? result.next_due->micros : ATLAS_NEVER;
  });
}

atlas_status atlas_workers_start(atlas_engine* engine, int32_t count, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    const SharedEngine::Use use(*state);
    if (count < 1 || count > 64) {
      throw Error(ErrorCode::invalid_argument, "that is no number of workers")
          .field("/count", field_code::out_of_range, "1 to 64");
    }
    refuse_inside_callback(*state);
    const std::lock_guard lock(state->workers_mutex);
    if (state->workers) throw misuse("workers", "workers run already");
    state->workers = true;
    try {
      use->start_workers(static_cast<unsigned>(count));
    } catch (...) {
      use->stop_workers();
      state->workers = false;
      throw;
    }
    return ATLAS_OK;
  });
}

atlas_status atlas_workers_stop(atlas_engine* engine, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    const SharedEngine::Use use(*state);
    refuse_inside_callback(*state);
    // Not under the mutex: a worker that asks for it, within a transport, must be refused and not wait.
    use->stop_workers();
    const std::lock_guard lock(state->workers_mutex);
    state->workers = false;
    return ATLAS_OK;
  });
}

atlas_status atlas_backup(atlas_engine* engine, const char* path, size_t path_len,
                          atlas_error** out_error) noexcept {
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    const std::string target(text(path, path_len));
    if (target.empty() || target.find('\0') != std::string::npos) {
      throw Error(ErrorCode::invalid_argument, "that is no path")
          .field("/path", field_code::required, "a path");
    }
    use->backup(target);
  });
}

atlas_status atlas_rekey(atlas_engine* engine, const char* passphrase, size_t passphrase_len,
                         atlas_error** out_error) noexcept {
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    const std::string_view key = text(passphrase, passphrase_len);
    if (key.empty()) {
      throw Error(ErrorCode::invalid_argument, "the passphrase is empty")
          .field("/passphrase", field_code::too_short, "not empty");
    }
    use->rekey(key);
  });
}

atlas_status atlas_check(atlas_engine* engine, atlas_buffer** out_result, atlas_error** out_error) noexcept {
  empty_optional(out_result);
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    atlas_buffer*& out = emptied(out_result);
    out = to_buffer(to_json(use->check()));
  });
}

atlas_status atlas_schema_version(atlas_engine* engine, int32_t* out_version,
                                  atlas_error** out_error) noexcept {
  empty_optional(out_version);
  return with_engine(engine, out_error,
                     [&](const SharedEngine::Use& use) { emptied(out_version) = use->schema_version(); });
}

atlas_status atlas_metrics(atlas_engine* engine, atlas_buffer** out_text, atlas_error** out_error) noexcept {
  empty_optional(out_text);
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    atlas_buffer*& out = emptied(out_text);
    out = to_buffer(use->metrics_text());
  });
}

atlas_status atlas_organisations(atlas_engine* engine, atlas_buffer** out_result,
                                 atlas_error** out_error) noexcept {
  empty_optional(out_result);
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    atlas_buffer*& out = emptied(out_result);
    out = to_buffer(to_json(use->organisations()));
  });
}

atlas_status atlas_inbound(atlas_engine* engine, const char* endpoint, const char* method, const char* url,
                           const atlas_header* headers, size_t header_count, const char* body,
                           size_t body_len, atlas_buffer** out_response, atlas_error** out_error) noexcept {
  empty_optional(out_response);
  return with_engine(engine, out_error, [&](const SharedEngine::Use& use) {
    atlas_buffer*& out = emptied(out_response);
    if (endpoint == nullptr || method == nullptr || url == nullptr)
      throw misuse("null_argument", "endpoint, method and url are needed");
    if (headers == nullptr && header_count != 0)
      throw misuse("null_argument", "the headers are NULL and their number is not 0");
    if (header_count > max_headers) throw misuse("size", "no request has that many headers");
    WebhookRequest request;
    request.endpoint = endpoint;
    request.method = method;
    request.url = url;
    request.body = text(body, body_len);
    request.headers.reserve(header_count);
    for (size_t i = 0; i < header_count; ++i) {
      if (headers[i].name == nullptr || headers[i].value == nullptr)
        throw misuse("null_argument", "a header is NULL");
      request.headers.emplace_back(headers[i].name, headers[i].value);
    }
    out = to_buffer(to_json(use->inbound(request)));
  });
}

}  // extern "C"
