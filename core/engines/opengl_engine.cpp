#include "core/engines/opengl_engine.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// Runs of fewer taps do not wait for one that is under way.
constexpr std::int64_t kSmallRun = 1 << 16;

/// How many taps a run reads, at most.
std::int64_t most_taps(const OpenGlPlan& plan) {
  std::int64_t taps = 0;
  for (const OpenGlPass& pass : plan.passes) taps += pass.most_taps * pass.output.elements();
  return taps;
}

/// What lives in the worker's thread.
struct Device {
  Device(HeadlessContext made, OpenGlPooler pools)
      : context(std::move(made)), pooler(std::move(pools)) {}

  HeadlessContext context;
  std::optional<GlDebugLog> log;
  OpenGlPooler pooler;
};

Result<std::unique_ptr<Device>> open_device(const OpenGlOptions& options) {
  auto context = HeadlessContext::create({.debug = options.debug, .tells_loss = true});
  if (!context) return tl::unexpected(context.error());
  auto pooler = OpenGlPooler::create(options.limits);
  if (!pooler) return tl::unexpected(pooler.error());
  auto device = std::make_unique<Device>(std::move(*context), std::move(*pooler));
  if (options.debug) device->log.emplace();
  return device;
}

/// A new device instead of a lost one, whose objects must go before there is another context.
void reopen(Result<std::unique_ptr<Device>>& device, const OpenGlOptions& options) {
  device = failure("the OpenGL context was lost");
  device = open_device(options);
}

/// The result of a batch of no samples.
Result<PoolOutput> nothing(const Shape& shape, bool winners) {
  PoolOutput output{.values = Tensor(shape, {}), .engine = "opengl"};
  if (winners) output.winners = Indices(shape, {});
  return output;
}

Result<PoolOutput> run_on(OpenGlPooler& pooler, const Tensor& input, const LoweredPool& pool,
                          const RunOptions& options) {
  if (auto started = pooler.start(input, pool, options.winners); !started) {
    return tl::unexpected(started.error());
  }
  for (Result<bool> more = true; *more;) {
    more = pooler.step();
    if (!more) return tl::unexpected(more.error());
    if (options.is_cancelled()) return failure("cancelled");
  }
  return pooler.read(options);
}

}  // namespace

/// Owns the context in a thread of its own; other threads give it one task at a time.
struct OpenGlEngine::Worker {
  /// What other threads may know of the device.
  struct Known {
    bool opened = false;
    std::string fault;  ///< Why there is none; empty where there is.
    std::optional<GlInfo> info;
    OpenGlLimits limits;
  };
  using Task = std::function<void(Result<std::unique_ptr<Device>>&)>;

  explicit Worker(OpenGlOptions wanted) : options(std::move(wanted)) {}

  /// Runs a task in the worker's thread and waits for it.
  void run(const Task& task) {
    const std::scoped_lock turn(turns);
    start();
    std::unique_lock lock(mutex);
    waiting = &task;
    changed.notify_all();
    changed.wait(lock, [this] { return waiting == nullptr; });
  }

  void start() {
    std::call_once(started, [this] {
      begun = true;
      thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
    });
  }

  void work(const std::stop_token& stop) {
    auto device = open_device(options);
    publish(device);
    while (true) {
      std::unique_lock lock(mutex);
      if (!changed.wait(lock, stop, [this] { return waiting != nullptr; })) return;
      (*waiting)(device);
      waiting = nullptr;
      changed.notify_all();
    }
  }

  void publish(const Result<std::unique_ptr<Device>>& device) {
    {
      const std::scoped_lock lock(known_mutex);
      known.opened = true;
      if (device) known.info = (*device)->context.info();
      if (device) known.limits = (*device)->pooler.limits();
      if (!device) known.fault = device.error().message;
    }
    opened.notify_all();
  }

  /// What publish() told; waits for it.
  Known wait_until_opened() {
    start();
    std::unique_lock lock(known_mutex);
    opened.wait(lock, [this] { return known.opened; });
    return known;
  }

  void keep(const Tensor& tensor) {
    const std::scoped_lock lock(known_mutex);
    input = tensor;
  }

  bool is_busy() {
    const bool free = turns.try_lock();
    if (free) turns.unlock();
    return !free;
  }

  OpenGlOptions options;
  std::mutex turns;  ///< Held by the caller whose task runs.
  std::mutex mutex;
  std::condition_variable_any changed;
  const Task* waiting = nullptr;  // guarded by mutex
  std::mutex known_mutex;
  std::condition_variable opened;
  Known known;   // guarded by known_mutex
  Tensor input;  // of the last run; guarded by known_mutex
  std::once_flag started;
  std::atomic<bool> begun = false;
  std::jthread thread;  ///< Last: it ends before what it uses.
};

OpenGlEngine::OpenGlEngine(OpenGlOptions options)
    : worker_(std::make_unique<Worker>(std::move(options))) {}

OpenGlEngine::~OpenGlEngine() = default;

std::optional<GlInfo> OpenGlEngine::device() const {
  worker_->start();
  const std::scoped_lock lock(worker_->known_mutex);
  return worker_->known.info;
}

bool OpenGlEngine::may_be_hardware() {
  namespace fs = std::filesystem;
  std::error_code none;
  for (const char* node : {"/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg"}) {
    if (fs::exists(node, none)) return true;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator("/dev/dri", none)) {
    if (entry.path().filename().string().starts_with("render")) return true;
  }
  return false;
}

void OpenGlEngine::settle() const {
  if (worker_->begun) worker_->wait_until_opened();
}

bool OpenGlEngine::holds(const Tensor& input) const {
  const std::scoped_lock lock(worker_->known_mutex);
  return worker_->input.same_buffer(input);
}

std::string OpenGlEngine::title() const {
  const std::scoped_lock lock(worker_->known_mutex);
  return worker_->known.info ? fmt::format("OpenGL, {}", worker_->known.info->renderer) : "OpenGL";
}

std::optional<std::string> OpenGlEngine::refuses(const Shape& input, const LoweredPool& pool,
                                                 const RunOptions& options) const {
  if (auto cannot = opengl_cannot(pool)) return cannot;
  if (input.elements() == 0) return {};
  const Worker::Known known = worker_->wait_until_opened();
  if (!known.fault.empty()) return fmt::format("the run ({})", known.fault);
  const auto plan = plan_opengl(input, pool, options.winners, known.limits);
  if (!plan) return plan.error().message;
  if (most_taps(*plan) <= kSmallRun && worker_->is_busy()) return "a small run that would wait";
  return {};
}

Result<PoolOutput> OpenGlEngine::run(const Tensor& input, const LoweredPool& pool,
                                     const RunOptions& options) const {
  OpenGlTimes times;
  return run_timed(input, pool, options, times);
}

Result<PoolOutput> OpenGlEngine::run_timed(const Tensor& input, const LoweredPool& pool,
                                           const RunOptions& options, OpenGlTimes& times) const {
  if (auto cannot = opengl_cannot(pool)) return failure(fmt::format("OpenGL: no {}", *cannot));
  if (input.empty())
    return nothing(pool.output_shape(input.shape()), options.winners && pool.has_winners());
  Result<PoolOutput> output = failure("");
  worker_->run([&](auto& device) {
    if (!device) {
      output = tl::unexpected(device.error());
      return;
    }
    if (worker_->options.before_run) worker_->options.before_run();
    OpenGlPooler& pooler = (*device)->pooler;
    output = run_on(pooler, input, pool, options);
    if (!output) {
      if (pooler.context_is_there()) return;
      reopen(device, worker_->options);
      worker_->publish(device);
      return;
    }
    times = pooler.times();
    worker_->keep(input);
    output->engine = "opengl";
    const auto& log = (*device)->log;
    if (log && log->errors() > 0) output = failure("OpenGL: " + log->first_error());
    if (log && !pooler.guards_are_whole()) output = failure("OpenGL: a write beside the output");
  });
  return output;
}

}  // namespace poolscope
