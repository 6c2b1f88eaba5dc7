// Subscriptions: who is called, and when a host's user_data is free again.

#include <algorithm>

#include "atlas/json.hpp"
#include "guard.hpp"

namespace atlas::capi {
namespace {

std::string to_json(const Event& event) {
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("org_id").string(format_uuid(event.org)).key("sequence").number(event.sequence);
  w.key("type").string(event.type).key("entity_kind").string(event.entity_kind).key("entity_id");
  event.entity_id ? w.string(format_uuid(*event.entity_id)) : w.null();
  w.key("at").string(format_timestamp(event.at)).end_object();
  return json;
}

bool contains_this_thread(const std::vector<std::thread::id>& threads) {
  return std::find(threads.begin(), threads.end(), std::this_thread::get_id()) != threads.end();
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// "*", "dossier.*" or "dossier.status_changed".
void require_pattern(std::string_view pattern) {
  constexpr std::size_t longest = 128;
  bool fits = pattern == "*";
  if (!fits && pattern.size() <= longest) {
    const std::size_t dot = pattern.find('.');
    if (dot != std::string_view::npos) {
      const std::string_view verb = pattern.substr(dot + 1);
      fits = is_name(pattern.substr(0, dot)) && (verb == "*" || is_name(verb));
    }
  }
  if (!fits) {
    throw Error(ErrorCode::invalid_argument, "that is no pattern of event types")
        .field("/pattern", field_code::not_a_code, "\"*\", \"dossier.*\" or a full type");
  }
}

}  // namespace

void SharedSubscription::fire(const Event& event) {
  const std::string json = to_json(event);
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    running_.push_back(std::this_thread::get_id());
  }
  struct Leave {
    SharedSubscription& state;
    ~Leave() { state.leave(); }
  } const leave{*this};
  const CallbackThreads::Scope scope(*threads_);
  callback_(user_data_.get(), json.c_str(), json.size());
}

void SharedSubscription::leave() noexcept {
  std::unique_lock lock(mutex_);
  running_.erase(std::find(running_.begin(), running_.end(), std::this_thread::get_id()));
  if (ended_ && running_.empty() && !freeing_) free_user_data(lock);
  changed_.notify_all();
}

void SharedSubscription::end_new() noexcept {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

void SharedSubscription::end_and_wait() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  if (contains_this_thread(running_)) return;  // the last call to return frees user_data
  changed_.wait(lock, [&] { return running_.empty(); });
  if (!freeing_) free_user_data(lock);
  changed_.wait(lock, [&] { return freed_; });
}

/// The host's function runs without the lock.
void SharedSubscription::free_user_data(std::unique_lock<std::mutex>& lock) noexcept {
  freeing_ = true;
  lock.unlock();
  user_data_.free_now();
  lock.lock();
  freed_ = true;
  changed_.notify_all();
}

}  // namespace atlas::capi

using namespace atlas;
using namespace atlas::capi;

extern "C" {

atlas_status atlas_subscribe(atlas_engine* engine, const char* pattern, size_t pattern_len,
                             atlas_event_fn callback, void* user_data, atlas_free_fn free_user_data,
                             atlas_subscription** out_subscription, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    atlas_subscription*& out = emptied(out_subscription);
    const std::shared_ptr<SharedEngine> state = checked(engine).state;
    const SharedEngine::Use use(*state);
    require_function(callback);
    const std::string_view wanted = text(pattern, pattern_len);
    require_pattern(wanted);
    auto handle = std::make_unique<atlas_subscription>();
    handle->engine = state;
    handle->state =
        std::make_shared<SharedSubscription>(callback, user_data, free_user_data, state->callbacks);
    try {
      const std::lock_guard lock(state->mutex);
      state->subscriptions.reserve(state->subscriptions.size() + 1);
      handle->state->id =
          use->subscribe(std::string(wanted), [s = handle->state](const Event& event) { s->fire(event); });
      state->subscriptions.push_back(handle->state);
    } catch (...) {
      handle->state->release();
      throw;
    }
    out = handle.release();
    return ATLAS_OK;
  });
}

atlas_status atlas_unsubscribe(atlas_subscription* subscription, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    if (subscription == nullptr) return ATLAS_OK;
    atlas_subscription& handle = checked(subscription);
    const std::shared_ptr<SharedEngine> engine = handle.engine;
    const std::shared_ptr<SharedSubscription> state = handle.state;
    engine->require_same_process();
    state->end_new();
    {
      const std::lock_guard lock(engine->mutex);
      auto& all = engine->subscriptions;
      all.erase(std::remove(all.begin(), all.end(), state), all.end());
    }
    try {
      const SharedEngine::Use use(*engine);
      use->unsubscribe(state->id);
    } catch (const Error&) {
      // The engine was closed, or is being closed: nothing is registered with it any more.
    }
    state->end_and_wait();
    handle.engine.reset();
    handle.state.reset();
    engine->bury(subscription);
    return ATLAS_OK;
  });
}

}  // extern "C"
