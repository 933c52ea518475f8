#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/canvas/picture.h"
#include "app/document.h"
#include "core/engines/engine.h"

namespace poolscope {

/// What a run depends on; two equal requests give the same evaluation.
struct RunRequest {
  Source source;
  Pipeline pipeline;
  std::string engine;

  bool same_as(const RunRequest& other) const;
};

/// A finished run: the trace and a picture a stage.
struct Evaluation {
  RunRequest request;
  std::uint64_t serial = 0;        ///< No two evaluations have the same one.
  const Engine* engine = nullptr;  ///< Null when the one asked for is not there.
  Trace trace = {};
  std::vector<std::shared_ptr<const Picture>> pictures = {};        ///< Of each stage's values.
  std::vector<std::shared_ptr<const Picture>> input_pictures = {};  ///< Of what each layer read.
  double seconds = 0.0;                        ///< Of the engine, all layers together.
  std::string engine_title = {};               ///< Of those that computed it: `CPU, 2 threads`.
  std::vector<std::string> engine_notes = {};  ///< What they say of it, each sentence once.
};

/// Runs a request to its end. `previous` lends pictures of tensors that did not change.
Evaluation evaluate(const RunRequest& request, const Evaluation* previous,
                    const std::atomic<bool>* cancelled);

/// Evaluates documents off the UI thread; the newest request wins, stale ones are dropped.
/// Thread: all public members belong to the UI thread.
class Runner {
 public:
  /// `finished` is called on the worker when an evaluation is ready (to wake the UI).
  explicit Runner(std::function<void()> finished);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Asks for an evaluation unless that very one is shown or under way.
  void request(const RunRequest& request);
  /// Takes over a finished evaluation; true when current() changed.
  bool poll();
  /// Blocks until nothing is under way (off-screen rendering and tests).
  void wait();

  const Evaluation* current() const { return current_.get(); }
  bool busy() const { return busy_; }
  /// Seconds since the run under way was asked for; 0 when there is none.
  double busy_seconds() const;
  /// Gives up the run under way; the last good evaluation stays. The same may be asked for again.
  void cancel();

 private:
  using Clock = std::chrono::steady_clock;

  void work(const std::stop_token& stop);

  std::function<void()> finished_;
  std::shared_ptr<const Evaluation> current_;
  std::optional<RunRequest> last_request_;
  bool busy_ = false;
  Clock::time_point busy_since_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<RunRequest> waiting_;       // guarded by mutex_
  std::shared_ptr<const Evaluation> done_;  // guarded by mutex_
  bool running_ = false;                    // guarded by mutex_
  Clock::time_point run_started_;           // guarded by mutex_
  std::atomic<bool> cancelled_ = false;
  std::jthread worker_;
};

}  // namespace poolscope
