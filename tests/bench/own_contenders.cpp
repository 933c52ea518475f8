#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "core/engines/cpu_engine.h"
#include "core/engines/opengl_engine.h"
#include "tests/bench/contender.h"

namespace poolscope::bench {
namespace {

class Cpu final : public Contender {
 public:
  explicit Cpu(const Task& task) : task_(task), engine_(task.threads) {}

  bool run() override {
    // Given back first, so that the run finds it: what a steady loop of a user does.
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

class Memcpy final : public Contender {
 public:
  explicit Memcpy(const Task& task)
      : task_(task),
        copy_(*Buffer<float>::allocate(task.input.shape().elements())),
        arena_(task.threads) {}

  bool run() override {
    const std::int64_t part = (copy_.size() + task_.threads - 1) / task_.threads;
    arena_.execute([&] {
      oneapi::tbb::parallel_for(
          0, task_.threads,
          [&](int i) {
            const std::int64_t begin = std::min(i * part, copy_.size());
            const std::int64_t end = std::min(begin + part, copy_.size());
            std::memcpy(copy_.data() + begin, task_.input.data() + begin,
                        static_cast<std::size_t>(end - begin) * sizeof(float));
          },
          oneapi::tbb::static_partitioner());
    });
    return true;
  }
  std::vector<float> values() const override { return {}; }

 private:
  const Task& task_;
  Buffer<float> copy_;
  oneapi::tbb::task_arena arena_;
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

}  // namespace poolscope::bench
