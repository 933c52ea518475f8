#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "app/ui.h"

namespace poolscope {

/// What a panel shows but a frame has no time to compute: made on another thread whenever its key
/// changes. The last result stays until the new one is there; the newest key wins.
/// Thread: all public members belong to the UI thread.
template <class Key, class Value>
class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() { cancel(); }

  /// Call once a frame. `work(cancelled)` gives the Value of `key`; it may stop early, with any
  /// value, once `cancelled` (a const std::atomic<bool>&) is set.
  template <class Work>
  void update(const Ui& ui, const Key& key, Work work) {
    if (running_.valid()) {
      if (running_key_ != key) cancel();
      if (running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return ui.wait_for_work();
      }
      Value value = running_.get();
      if (!*cancelled_) shown_.emplace(*running_key_, std::move(value));
    }
    if (shown_ && shown_->first == key) return;
    running_key_ = key;
    cancelled_ = std::make_shared<std::atomic<bool>>(false);
    running_ = std::async(std::launch::async, [work = std::move(work), cancelled = cancelled_] {
      return work(static_cast<const std::atomic<bool>&>(*cancelled));
    });
    ui.wait_for_work();
  }

  /// The newest result; null before the first one.
  const Value* shown() const { return shown_ ? &shown_->second : nullptr; }
  /// The key of shown(); null before the first result.
  const Key* shown_key() const { return shown_ ? &shown_->first : nullptr; }
  bool busy() const { return running_.valid(); }
  /// Gives up what is under way.
  void cancel() {
    if (cancelled_) *cancelled_ = true;
  }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_;
  std::optional<Key> running_key_;
  std::future<Value> running_;  // Waits for its thread when it goes.
  std::optional<std::pair<Key, Value>> shown_;
};

}  // namespace poolscope
