#pragma once
// What stands behind the handles of atlas.h. Every handle begins with a word that tells its kind, so that
// NULL, a handle of another kind and one that was closed are told apart before anything else of it is read.

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "atlas.h"
#include "atlas/engine.hpp"

namespace atlas::capi {

/// What a handle's word says after it was closed.
inline constexpr std::uint64_t closed_word = 0x6465736f6c632e61;

/// The beginning of every handle.
struct Handle {
  constexpr explicit Handle(std::uint64_t w) noexcept : word(w) {}
  std::atomic<std::uint64_t> word;
};

/// A host's user_data with the function that frees it: called once, when this goes away, unless released.
class UserData {
 public:
  UserData(void* data, atlas_free_fn free) noexcept : data_(data), free_(free) {}
  UserData(const UserData&) = delete;
  UserData& operator=(const UserData&) = delete;
  ~UserData() { free_now(); }
  void* get() const noexcept { return data_; }
  /// The caller keeps it: the registration failed.
  void release() noexcept { free_ = nullptr; }
  void free_now() noexcept {
    if (const atlas_free_fn free = std::exchange(free_, nullptr)) free(data_);
  }

 private:
  void* data_;
  atlas_free_fn free_;
};

/// The threads that are inside a callback of one engine, so that what would wait for itself is refused.
class CallbackThreads {
 public:
  bool contains_this() const;

  /// Notes this thread for as long as it lives.
  class Scope {
   public:
    explicit Scope(CallbackThreads& threads);
    ~Scope();
    Scope(const Scope&) = delete;

   private:
    CallbackThreads& threads_;
  };

 private:
  mutable std::mutex mutex_;
  std::vector<std::thread::id> threads_;
};

/// One subscription, shared by its handle, the engine and the calls that are running.
class SharedSubscription {
 public:
  SharedSubscription(atlas_event_fn callback, void* user_data, atlas_free_fn free,
                     std::shared_ptr<CallbackThreads> threads)
      : callback_(callback), user_data_(user_data, free), threads_(std::move(threads)) {}

  void fire(const Event& event);
  /// No new call begins after this.
  void end_new() noexcept;
  /// Returns when no call is running and user_data has been freed; from inside the callback at once.
  void end_and_wait();
  /// The registration failed: user_data stays the host's.
  void release() noexcept { user_data_.release(); }

  std::uint64_t id = 0;

 private:
  void leave() noexcept;
  void free_user_data(std::unique_lock<std::mutex>& lock) noexcept;

  const atlas_event_fn callback_;
  UserData user_data_;
  const std::shared_ptr<CallbackThreads> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread::id> running_;
  bool ended_ = false;
  bool freeing_ = false;
  bool freed_ = false;
};

/// An engine, shared by the handles that hang on it. It outlives atlas_close for their sake, without its
/// Engine.
class SharedEngine {
 public:
  /// Notes a call of the engine for as long as it lives; misuse when it is closed or in a forked child.
  class Use {
   public:
    explicit Use(SharedEngine& state);
    ~Use();
    Use(const Use&) = delete;
    Engine* operator->() const { return state_.engine.get(); }

   private:
    SharedEngine& state_;
  };

  void require_same_process() const;
  /// Keeps the shell of a closed handle for a while, so that a later use of it is seen.
  template <class H>
  void bury(H* handle) noexcept {
    bury(handle, [](Handle* h) { delete static_cast<H*>(h); });
  }
  void forget_buried() noexcept;

  const int pid;
  std::unique_ptr<Engine> engine;
  const std::shared_ptr<CallbackThreads> callbacks = std::make_shared<CallbackThreads>();
  std::mutex mutex;  ///< Guards what follows.
  bool closing = false;
  int running = 0;
  int sessions = 0;
  std::vector<std::shared_ptr<SharedSubscription>> subscriptions;
  std::mutex workers_mutex;
  bool workers = false;

  SharedEngine();

 private:
  using Buried = std::unique_ptr<Handle, void (*)(Handle*)>;
  void bury(Handle* handle, void (*destroy)(Handle*)) noexcept;
  std::vector<Buried> buried_;  ///< A ring.
  std::size_t next_buried_ = 0;
};

/// A session, shared by its handle and its cursors.
struct SharedSession {
  std::shared_ptr<SharedEngine> engine;
  std::optional<Session> session;  ///< Nothing once closed.
  std::atomic<bool> busy{false};
};

/// Holds a session for one call; misuse for a second thread, its own callbacks, a forked child, after its
/// close.
class SessionHold {
 public:
  explicit SessionHold(SharedSession& state);
  ~SessionHold() { state_.busy.store(false, std::memory_order_release); }
  SessionHold(const SessionHold&) = delete;
  Session* operator->() const { return &*state_.session; }

 private:
  SharedSession& state_;
};

}  // namespace atlas::capi

struct atlas_options : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x736e6f6974706f61;
  atlas_options() : Handle(kind_word) {}
  ~atlas_options();
  atlas::Options options;
};

struct atlas_engine : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x656e69676e652e61;
  atlas_engine() : Handle(kind_word) {}
  std::shared_ptr<atlas::capi::SharedEngine> state;
};

struct atlas_session : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x6e6f697373657361;
  atlas_session() : Handle(kind_word) {}
  std::shared_ptr<atlas::capi::SharedSession> state;
};

struct atlas_cursor : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x726f737275632e61;
  atlas_cursor() : Handle(kind_word) {}
  std::shared_ptr<atlas::capi::SharedSession> state;
  std::optional<atlas::Cursor> cursor;
};

struct atlas_subscription : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x6269726373627561;
  atlas_subscription() : Handle(kind_word) {}
  std::shared_ptr<atlas::capi::SharedEngine> engine;
  std::shared_ptr<atlas::capi::SharedSubscription> state;
};

struct atlas_buffer : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x7265666675622e61;
  explicit atlas_buffer(std::string t) : Handle(kind_word), text(std::move(t)) {}
  std::string text;
};

struct atlas_error : atlas::capi::Handle {
  static constexpr std::uint64_t kind_word = 0x2e726f7272652e61;
  constexpr atlas_error(atlas_status s, const char* c, const char* m, const char* j) noexcept
      : Handle(kind_word), status(s), code(c), message(m), json(j) {}
  atlas_status status;
  const char* code;
  const char* message;
  const char* json;
};
