#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "app/background.h"

namespace poolscope {

/// A list made in the background whose items can be shown one by one as they come: nothing flickers
/// while the work is short, and long work fills in.
/// Thread: all public members belong to the UI thread.
template <class Key, class Item>
class Gathered {
 public:
  /// Null where an item is not there yet.
  using Items = std::vector<std::shared_ptr<const Item>>;

  /// Call once a frame. `work(cancelled, put)` gives `count` items by `put(index, item)`.
  template <class Work>
  void update(const Ui& ui, const Key& key, std::size_t count, Work work) {
    background_.update(
        ui, key,
        [key, count, work = std::move(work), table = table_](const std::atomic<bool>& cancelled) {
          table->begin(key, count);
          work(cancelled, [&](std::size_t i, Item item) {
            table->put(i, std::make_shared<const Item>(std::move(item)));
          });
          return table->items();
        });
    choose(key);
  }

  /// What is to be shown, and the key it belongs to: null before there is anything.
  const Items& items() const { return items_; }
  const Key* key() const { return key_ ? &*key_ : nullptr; }
  bool complete() const { return complete_; }

 private:
  /// Work that lasts no longer is shown only when it is done.
  static constexpr std::chrono::milliseconds kPatience{200};

  /// Written by the worker.
  class Table {
   public:
    void begin(const Key& key, std::size_t count) {
      const std::lock_guard lock(mutex_);
      key_ = key;
      items_.assign(count, nullptr);
      begun_ = std::chrono::steady_clock::now();
    }
    void put(std::size_t i, std::shared_ptr<const Item> item) {
      const std::lock_guard lock(mutex_);
      items_[i] = std::move(item);
    }
    Items items() const {
      const std::lock_guard lock(mutex_);
      return items_;
    }
    /// The items of `key` once they have been worked at for so long.
    std::optional<Items> long_awaited(const Key& key, std::chrono::milliseconds since) const {
      const std::lock_guard lock(mutex_);
      const bool is_long = std::chrono::steady_clock::now() - begun_ >= since;
      if (key_ != key || !is_long) return {};
      return items_;
    }

   private:
    mutable std::mutex mutex_;
    std::optional<Key> key_;
    Items items_;
    std::chrono::steady_clock::time_point begun_;
  };

  void choose(const Key& key) {
    const bool done = background_.shown_key() != nullptr && *background_.shown_key() == key;
    if (done && complete_ && key_ == key) return;
    if (done) {
      show(key, *background_.shown(), true);
    } else if (auto partial = table_->long_awaited(key, kPatience)) {
      show(key, std::move(*partial), false);
    }
  }
  void show(const Key& key, Items items, bool complete) {
    key_ = key;
    items_ = std::move(items);
    complete_ = complete;
  }

  std::shared_ptr<Table> table_ = std::make_shared<Table>();
  Background<Key, Items> background_;
  std::optional<Key> key_;
  Items items_;
  bool complete_ = false;
};

}  // namespace poolscope
