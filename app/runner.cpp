#include "app/runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "app/actions.h"
#include "core/base/keep_memory.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

/// A stale run shorter than this still lands, so that a dragged slider shows pictures on its way.
constexpr std::chrono::milliseconds kPatience{250};

/// While one run follows another, as a slider is dragged, the memory of old results serves the new
/// ones: fresh pages cost more time than a layer over them does. After a pause it is given back.
constexpr std::size_t kKeptWhileRunning = std::size_t{1} << 30;
constexpr std::chrono::seconds kPause{1};

/// The picture of a tensor, lent by this run or the one before where they have it.
std::shared_ptr<const Picture> picture_of(const Tensor& tensor, const Evaluation& run,
                                          const Evaluation* previous) {
  for (const Evaluation* lender : {&run, previous}) {
    for (std::size_t i = 0; lender != nullptr && i < lender->pictures.size(); ++i) {
      if (lender->trace.stages[i].values.same_buffer(tensor)) return lender->pictures[i];
    }
  }
  return make_picture(tensor);
}

/// The pipeline's input, taken from the previous run where the source is the same.
Result<Tensor> input_of(const RunRequest& request, const Evaluation* previous) {
  const bool same = previous != nullptr && !previous->trace.stages.empty() &&
                    previous->request.source.luma == request.source.luma &&
                    previous->request.source.array.tensor.same_buffer(request.source.array.tensor);
  if (same) return previous->trace.stages.front().values;
  return pipeline_input(request.source);
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

/// The titles of the engines that ran, in order; of the one asked for where none did.
std::string engines_that_ran(const Evaluation& run) {
  std::vector<std::string> titles;
  for (const Stage& stage : run.trace.stages) {
    if (stage.engine.empty()) continue;
    const auto engine = find_engine(stage.engine);
    add_once(titles, engine ? (*engine)->title() : stage.engine);
  }
  if (titles.empty()) titles.push_back(run.engine->title());
  return fmt::format("{}", fmt::join(titles, " + "));
}

}  // namespace

bool RunRequest::same_as(const RunRequest& other) const {
  return source.array.tensor.same_buffer(other.source.array.tensor) &&
         source.array.form == other.source.array.form && source.luma == other.source.luma &&
         pipeline == other.pipeline && engine == other.engine;
}

Evaluation evaluate(const RunRequest& request, const Evaluation* previous,
                    const std::atomic<bool>* cancelled) {
  static std::atomic<std::uint64_t> serial = 0;
  Evaluation result;
  result.request = request;
  result.serial = ++serial;
  const auto engine = find_engine(request.engine);
  const auto input = input_of(request, previous);
  if (!engine || !input) {
    result.trace.error = engine ? input.error() : engine.error();
    return result;
  }
  result.engine = *engine;
  result.trace = run_pipeline(**engine, request.pipeline, *input, request.source.array.form,
                              {.winners = false, .cancelled = cancelled});
  result.engine_title = engines_that_ran(result);
  for (const Stage& stage : result.trace.stages) {
    result.seconds += stage.seconds;
    for (const std::string& note : stage.engine_notes) add_once(result.engine_notes, note);
    result.pictures.push_back(picture_of(stage.values, result, previous));
    result.input_pictures.push_back(picture_of(stage.input, result, previous));
  }
  return result;
}

Runner::Runner(std::function<void()> finished)
    : finished_(std::move(finished)),
      worker_([this](const std::stop_token& stop) { work(stop); }) {}

Runner::~Runner() {
  cancel();
  worker_.request_stop();
}

void Runner::request(const RunRequest& request) {
  if (last_request_ && last_request_->same_as(request)) return;
  last_request_ = request;
  if (!busy_) busy_since_ = Clock::now();
  busy_ = true;
  {
    const std::lock_guard lock(mutex_);
    waiting_ = request;
  }
  changed_.notify_all();
}

bool Runner::poll() {
  const std::lock_guard lock(mutex_);
  busy_ = waiting_.has_value() || running_;
  if (waiting_ && running_ && Clock::now() - run_started_ > kPatience) cancelled_ = true;
  if (!done_) return false;
  current_ = std::move(done_);
  done_.reset();
  return true;
}

void Runner::wait() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_ && !running_; });
  }
  poll();
}

double Runner::busy_seconds() const {
  if (!busy_) return 0.0;
  return std::chrono::duration<double>(Clock::now() - busy_since_).count();
}

void Runner::cancel() {
  const std::lock_guard lock(mutex_);
  waiting_.reset();
  last_request_.reset();
  cancelled_ = true;
}

void Runner::work(const std::stop_token& stop) {
  std::shared_ptr<const Evaluation> previous;
  std::optional<KeepMemory> keep;
  while (true) {
    RunRequest request;
    {
      std::unique_lock lock(mutex_);
      const auto asked = [this] { return waiting_.has_value(); };
      if (!changed_.wait_for(lock, stop, kPause, asked)) keep.reset();
      if (!changed_.wait(lock, stop, asked)) return;
      request = std::move(*waiting_);
      waiting_.reset();
      running_ = true;
      run_started_ = Clock::now();
      cancelled_ = false;
    }
    if (!keep) keep.emplace(kKeptWhileRunning);
    auto result =
        std::make_shared<const Evaluation>(evaluate(request, previous.get(), &cancelled_));
    {
      const std::lock_guard lock(mutex_);
      running_ = false;
      if (!cancelled_) done_ = previous = result;
    }
    changed_.notify_all();
    if (finished_) finished_();
  }
}

}  // namespace poolscope
