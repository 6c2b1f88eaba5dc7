#include "events.hpp"

#include <algorithm>

namespace atlas {

bool event_matches(std::string_view pattern, std::string_view type) noexcept {
  if (pattern == "*") return true;
  if (pattern.ends_with(".*")) {
    pattern.remove_suffix(1);
    return type.starts_with(pattern);
  }
  return pattern == type;
}

std::uint64_t EventHub::subscribe(std::string pattern, std::function<void(const Event&)> callback) {
  auto s = std::make_shared<Subscription>();
  s->pattern = std::move(pattern);
  s->callback = std::move(callback);
  const std::lock_guard lock(mutex_);
  s->id = next_++;
  subscriptions_.push_back(s);
  count_ = subscriptions_.size();
  return s->id;
}

void EventHub::unsubscribe(std::uint64_t id) {
  std::shared_ptr<Subscription> s;
  {
    const std::lock_guard lock(mutex_);
    const auto it =
        std::find_if(subscriptions_.begin(), subscriptions_.end(), [&](auto& x) { return x->id == id; });
    if (it == subscriptions_.end()) return;
    s = *it;
    subscriptions_.erase(it);
    count_ = subscriptions_.size();
  }
  std::unique_lock lock(s->mutex);
  s->ended = true;
  const auto self = std::this_thread::get_id();
  // From inside the callback: the shared pointer held by publish() frees it when the call has returned.
  if (std::find(s->running.begin(), s->running.end(), self) != s->running.end()) return;
  s->idle.wait(lock, [&] { return s->running.empty(); });
}

void EventHub::publish(const std::vector<Event>& events) {
  std::vector<std::shared_ptr<Subscription>> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    subscriptions = subscriptions_;
  }
  const auto self = std::this_thread::get_id();
  for (const Event& event : events) {
    for (const auto& s : subscriptions) {
      if (!event_matches(s->pattern, event.type)) continue;
      {
        const std::lock_guard lock(s->mutex);
        if (s->ended) continue;
        s->running.push_back(self);
      }
      try {
        s->callback(event);
      } catch (...) {
        ++failures_;
      }
      const std::lock_guard lock(s->mutex);
      s->running.erase(std::find(s->running.begin(), s->running.end(), self));
      s->idle.notify_all();
    }
  }
}

void EventHub::run(const std::vector<std::function<void()>>& work) {
  for (const auto& w : work) {
    try {
      w();
    } catch (...) {
      ++failures_;
    }
  }
}

}  // namespace atlas
