#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <benchmark/benchmark.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "core/base/keep_memory.h"
#include "core/engines/cpu_engine.h"
#include "core/engines/opengl_engine.h"
#include "tests/bench/contender.h"

namespace poolscope::bench {
namespace {

class Cpu final : public Contender {
 public:
  explicit Cpu(const Task& task)
      : task_(task),
        keep_(static_cast<std::size_t>(task.pool.output_shape(task.row.shape).elements()) *
              sizeof(float)),
        engine_(task.threads) {}

  bool run() override {
    // Given back first, so that the run finds it: as the program does while results follow one
    // another.
    values_ = Tensor();
    auto output = engine_.run(task_.input, task_.pool, {});
    if (!output) return false;
    values_ = std::move(output->values);
    return true;
  }
  std::vector<float> values() const override {
    return {values_.values().begin(), values_.values().end()};
  }

 private:
  const Task& task_;
  KeepMemory keep_;
  CpuEngine engine_;
  Tensor values_;
};

/// The GPU's own time of the computation: uploads, shaders being compiled and reading back are not
/// in it.
class OpenGl final : public Contender {
 public:
  explicit OpenGl(const Task& task) : task_(task) {}

  static const OpenGlEngine& engine() {
    static const OpenGlEngine* const made = new OpenGlEngine;
    return *made;
  }
  bool run() override {
    auto output = engine().run_timed(task_.input, task_.pool, {}, times_);
    if (!output) return false;
    values_ = std::move(output->values);
    return true;
  }
  std::optional<double> own_seconds() const override { return times_.compute; }
  std::vector<float> values() const override {
    return {values_.values().begin(), values_.values().end()};
  }

 private:
  const Task& task_;
  OpenGlTimes times_;
  Tensor values_;
};

/// A pass over the input that shares it out to the threads in one piece each.
class Pass : public Contender {
 public:
  explicit Pass(const Task& task) : task_(task), arena_(task.threads) {}

  bool run() final {
    const std::int64_t size = task_.input.shape().elements();
    const std::int64_t part = (size + task_.threads - 1) / task_.threads;
    arena_.execute([&] {
      oneapi::tbb::parallel_for(
          0, task_.threads,
          [&](int i) {
            const std::int64_t begin = std::min(i * part, size);
            visit(begin, task_.input.values().subspan(
                             static_cast<std::size_t>(begin),
                             static_cast<std::size_t>(std::min(begin + part, size) - begin)));
          },
          oneapi::tbb::static_partitioner());
    });
    return true;
  }
  std::vector<float> values() const final { return {}; }

 private:
  /// Takes the cells from `begin` on.
  virtual void visit(std::int64_t begin, std::span<const float> cells) = 0;

  const Task& task_;
  oneapi::tbb::task_arena arena_;
};

class Memcpy final : public Pass {
 public:
  explicit Memcpy(const Task& task)
      : Pass(task), copy_(*Buffer<float>::allocate(task.input.shape().elements())) {}

 private:
  void visit(std::int64_t begin, std::span<const float> cells) override {
    std::memcpy(copy_.data() + begin, cells.data(), cells.size_bytes());
  }

  Buffer<float> copy_;
};

class Read final : public Pass {
 public:
  using Pass::Pass;

 private:
  void visit(std::int64_t, std::span<const float> cells) override {
    // So many sums that no addition waits for another one: memory alone sets the pace.
    std::array<float, 32> sums{};
    for (; cells.size() >= sums.size(); cells = cells.subspan(sums.size())) {
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cells[i];
    }
    benchmark::DoNotOptimize(sums);
  }
};

}  // namespace

std::unique_ptr<Contender> make_cpu(const Task& task) { return std::make_unique<Cpu>(task); }
std::unique_ptr<Contender> make_opengl(const Task& task) {
  if (OpenGl::engine().refuses(task.row.shape, task.pool, {})) return nullptr;
  const bool software = OpenGl::engine().device()->is_software;
  if (software && std::getenv("POOLSCOPE_BENCH_SOFTWARE_GL") == nullptr) return nullptr;
  return std::make_unique<OpenGl>(task);
}
std::unique_ptr<Contender> make_memcpy(const Task& task) { return std::make_unique<Memcpy>(task); }
std::unique_ptr<Contender> make_read(const Task& task) { return std::make_unique<Read>(task); }

}  // namespace poolscope::bench
