#pragma once

#include <cstdint>
#include <memory>

namespace poolscope::cpu {

/// Threads that share the tiles of a run. They are oneTBB's, but stay awake for a moment after a
/// run: to wake a thread takes longer than to pool a small feature map. Thread: share() may be
/// called from several threads at once.
class Crew {
 public:
  /// The calling thread of a run is one of them.
  explicit Crew(int threads);
  ~Crew();

  int threads() const { return threads_; }

  /// Calls run(i) for each i in [0, count), on any of the threads, and returns when all are done.
  template <class Run>
  void share(std::int64_t count, const Run& run) {
    share_work(count, {&run, [](const void* context, std::int64_t i) {
                         (*static_cast<const Run*>(context))(i);
                       }});
  }

 private:
  /// A function and what it is called with, for as long as a run lasts.
  struct Call {
    const void* context;
    void (*function)(const void* context, std::int64_t i);
  };
  struct Shared;

  void share_work(std::int64_t count, Call call);

  int threads_;
  std::shared_ptr<Shared> shared_;  ///< Helpers that linger may outlive the crew.
};

}  // namespace poolscope::cpu
