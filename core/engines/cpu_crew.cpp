#include "core/engines/cpu_crew.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#ifdef __linux__
#include <sched.h>
#endif

namespace poolscope::cpu {
namespace {

/// How long a helper waits for the next run; not at all after a long one, where to wake it again
/// takes little beside the run, and what comes next can have the thread.
constexpr auto kLinger = std::chrono::microseconds(500);
constexpr auto kLongRun = std::chrono::milliseconds(8);

#ifdef __linux__
int current_core() { return ::sched_getcpu(); }

/// Moves this thread to another core than that one. Linux likes to wake a thread on the core of the
/// one that woke it, where the two take turns, and for milliseconds finds it too warm to be moved.
void leave_core(int core) {
  cpu_set_t all;
  if (core < 0 || core >= CPU_SETSIZE || ::sched_getaffinity(0, sizeof(all), &all) != 0) return;
  cpu_set_t others = all;
  CPU_CLR(static_cast<std::size_t>(core), &others);
  if (CPU_COUNT(&others) == 0 || ::sched_setaffinity(0, sizeof(others), &others) != 0) return;
  ::sched_setaffinity(0, sizeof(all), &all);
}
#else
int current_core() { return -1; }
void leave_core(int) {}
#endif

/// The tiles that a thread takes first, so that a repeated run finds its data in the same cache.
struct alignas(64) Part {
  std::atomic<std::int64_t> next{0};
  std::int64_t end = 0;
  std::atomic<bool> has_helper{false};  ///< Whether one of the arena's threads takes it first.
};

}  // namespace

struct Crew::Shared {
  explicit Shared(int threads) : parts(static_cast<std::size_t>(threads)), arena(threads) {}

  /// Takes tiles of the run in work, its own part first.
  void work(std::size_t first) {
    for (std::size_t n = 0; n < parts.size(); ++n) {
      Part& part = parts[(first + n) % parts.size()];
      for (auto i = part.next.fetch_add(1); i < part.end; i = part.next.fetch_add(1)) {
        call.function(call.context, i);
      }
    }
  }

  /// Helps with each run that begins while it waits.
  void linger(std::size_t part) {
    auto until = std::chrono::steady_clock::now() + kLinger;
    std::uint64_t done = 0;
    while (!closed.load() && std::chrono::steady_clock::now() < until) {
      const std::uint64_t run = running.load();
      if (run == 0 || run == done) {
        std::this_thread::yield();
        continue;
      }
      if (const int core = caller_core.load(); core >= 0 && core == current_core())
        leave_core(core);
      const auto begin = std::chrono::steady_clock::now();
      inside.fetch_add(1);
      // Still running: its caller waits for those inside.
      if (running.load() == run) work(part);
      inside.fetch_sub(1);
      done = run;
      const auto end = std::chrono::steady_clock::now();
      if (end - begin > kLongRun) return;
      until = end + kLinger;
    }
  }

  Call call{};
  std::vector<Part> parts;
  std::atomic<std::uint64_t> running{0};  ///< Number of the run in work, 0 between runs.
  std::uint64_t runs = 0;
  std::atomic<int> inside{0};  ///< Helpers that may touch the run in work.
  std::atomic<int> caller_core{-1};
  std::atomic<bool> closed{false};
  std::mutex busy;
  oneapi::tbb::task_arena arena;
};

Crew::Crew(int threads) : threads_(threads), shared_(std::make_shared<Shared>(threads)) {}

Crew::~Crew() { shared_->closed = true; }

void Crew::share_work(std::int64_t count, Call call) {
  Shared& shared = *shared_;
  const std::unique_lock lock(shared.busy, std::try_to_lock);
  if (!lock) {
    shared.arena.execute([&] {
      oneapi::tbb::parallel_for(std::int64_t{0}, count,
                                [&](std::int64_t i) { call.function(call.context, i); });
    });
    return;
  }
  shared.call = call;
  const auto parts = static_cast<std::int64_t>(shared.parts.size());
  for (std::int64_t p = 0; p < parts; ++p) {
    Part& part = shared.parts[static_cast<std::size_t>(p)];
    part.next = count * p / parts;
    part.end = count * (p + 1) / parts;
  }
  shared.caller_core = current_core();
  shared.running = ++shared.runs;
  for (std::size_t p = 1; p < shared.parts.size(); ++p) {
    if (shared.parts[p].has_helper.exchange(true)) continue;
    shared.arena.enqueue([kept = shared_, p] {
      kept->linger(p);
      kept->parts[p].has_helper = false;
    });
  }
  shared.work(0);
  shared.running = 0;
  while (shared.inside.load() > 0) std::this_thread::yield();
}

}  // namespace poolscope::cpu
