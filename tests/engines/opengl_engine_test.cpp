#include "core/engines/opengl_engine.h"

#include <future>
#include <thread>
#include <utility>

#include <glad/egl.h>

#include "core/engines/engine_list.h"
#include "tests/engines/windows.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// A device that can see 8 KiB at once, so that everything is cut into chunks.
OpenGlLimits small_limits() {
  OpenGlLimits limits;
  limits.block_bytes = 8192;
  limits.block_alignment = 256;
  limits.groups = 16;
  limits.slice_bytes = 1024;
  limits.slice_taps = 2000;
  return limits;
}

class GlEngine : public testing::Test {
 protected:
  void SetUp() override {
    const auto reason =
        OpenGlEngine().refuses({1, 1, 4, 4}, pool_of({1, 1, 4, 4}, {}, Reduction::max), {});
    ASSERT_FALSE(reason) << *reason;
  }
};

TEST_F(GlEngine, CutsRunsIntoWhatTheDeviceHolds) {
  const OpenGlEngine engine({.limits = small_limits(), .debug = true});
  for (const Shape shape : {Shape{2, 5, 9, 7}, Shape{1, 2, 60, 40}, Shape{3, 1, 1, 400}}) {
    for (const AxisSpec spec : {AxisSpec{2, 2}, AxisSpec{3, 1, 1, 1}, AxisSpec{1, 1}}) {
      const AxisSpec rows = shape.h == 1 ? AxisSpec{1, 1} : spec;
      for (const Reduction reduction : {Reduction::max, Reduction::mean}) {
        const LoweredPool pool = pool_of(shape, rows, spec, reduction);
        const Tensor input = filled(shape, Fill::special, 3);
        const auto output = engine.run(input, pool, {.winners = true});
        ASSERT_TRUE(output) << output.error().message;
        EXPECT_TRUE(agrees(*output, input, pool));
      }
    }
  }
}

TEST_F(GlEngine, RefusesARowOfWindowsThatTheDeviceCannotSee) {
  const OpenGlEngine engine({.limits = small_limits(), .debug = true});
  const Shape shape{1, 1, 60, 40};
  const LoweredPool pool = adaptive_pool(shape, 1, 1, Reduction::max);
  const auto reason = engine.refuses(shape, pool, {});
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("60 rows of 40 cells"), std::string::npos) << *reason;
  EXPECT_FALSE(engine.run(filled(shape, Fill::random, 1), pool, {}));
}

TEST_F(GlEngine, RefusesWhatTheMemoryDoesNotHold) {
  OpenGlLimits limits;
  limits.memory_bytes = 3 << 20;
  const OpenGlEngine engine({.limits = limits});
  const Shape small{1, 1, 500, 500}, large{1, 1, 800, 800};
  EXPECT_FALSE(engine.refuses(small, pool_of(small, {2, 2}, Reduction::max), {}));
  const auto reason = engine.refuses(large, pool_of(large, {2, 2}, Reduction::max), {});
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("more than the 3 MiB that the GPU has"), std::string::npos) << *reason;
}

TEST_F(GlEngine, StopsWhenCancelled) {
  const OpenGlEngine engine;
  const std::atomic<bool> cancelled = true;
  const Shape shape{1, 1, 64, 64};
  const auto output = engine.run(filled(shape, Fill::random, 1),
                                 pool_of(shape, {2, 2}, Reduction::max), {.cancelled = &cancelled});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "cancelled");
}

TEST_F(GlEngine, RunsFromSeveralThreadsTakeTurns) {
  const OpenGlEngine engine({.debug = true});
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (std::uint32_t n = 0; n < 4; ++n) {
    threads.emplace_back([&, n] {
      for (std::uint32_t i = 0; i < 10; ++i) {
        const Shape shape{1, 1, 20 + n, 30 + i};
        const LoweredPool pool = pool_of(shape, {3, 1 + n % 2, 1, 1}, Reduction::max);
        const Tensor input = filled(shape, Fill::special, n + i);
        const auto output = engine.run(input, pool, {.winners = true});
        good += output && agrees(*output, input, pool) ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good, 40);
}

TEST_F(GlEngine, UploadsATensorOnce) {
  const OpenGlEngine engine;
  const Shape shape{1, 1, 512, 512};
  const Tensor input = filled(shape, Fill::random, 1);
  OpenGlTimes first, second;
  ASSERT_TRUE(engine.run_timed(input, pool_of(shape, {2, 2}, Reduction::max), {}, first));
  const LoweredPool other = pool_of(shape, {3, 1}, Reduction::mean);
  const auto output = engine.run_timed(input, other, {}, second);
  ASSERT_TRUE(output);
  EXPECT_TRUE(agrees(*output, input, other));
  EXPECT_GT(first.upload, 0.0);
  EXPECT_EQ(second.upload, 0.0);
  EXPECT_GT(second.compute, 0.0);
  EXPECT_GT(second.read, 0.0);
}

TEST_F(GlEngine, LeavesWhatItCannotDoToTheCpuEngineVisibly) {
  const Shape shape{1, 1, 9, 9};
  const auto output =
      (*find_engine("opengl"))
          ->run(filled(shape, Fill::random, 1), pool_of(shape, {3, 1}, Reduction::stochastic), {});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->engine, "cpu");
  ASSERT_EQ(output->notes.size(), 1U);
  EXPECT_EQ(output->notes[0].find("opengl leaves "), 0U) << output->notes[0];
}

TEST_F(GlEngine, LeavesSmallRunsToOthersWhileItIsBusy) {
  std::promise<void> begun, go_on;
  const OpenGlEngine engine({.before_run = [&] {
    begun.set_value();
    go_on.get_future().wait();
  }});
  const Shape small{1, 1, 30, 30}, large{1, 1, 600, 600};
  const auto reason = [&engine](const Shape& shape) {
    return engine.refuses(shape, pool_of(shape, {3, 1}, Reduction::max), {});
  };
  EXPECT_FALSE(reason(small));
  std::jthread other([&] {
    EXPECT_TRUE(
        engine.run(filled(small, Fill::random, 1), pool_of(small, {3, 1}, Reduction::max), {}));
  });
  begun.get_future().wait();
  EXPECT_EQ(reason(small), "a small run that would wait");
  EXPECT_FALSE(reason(large));
  go_on.set_value();
  other.join();
  EXPECT_FALSE(reason(small));
}

TEST_F(GlEngine, ALostContextFailsItsRunAndIsMadeAnew) {
  bool take_away = true;
  const OpenGlEngine engine({.before_run = [&take_away] {
    if (!std::exchange(take_away, false)) return;
    eglMakeCurrent(eglGetCurrentDisplay(), EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  }});
  const Shape shape{1, 1, 30, 30};
  const Tensor input = filled(shape, Fill::special, 1);
  const LoweredPool pool = pool_of(shape, {3, 1}, Reduction::max);
  const auto lost = engine.run(input, pool, {});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().message, "the OpenGL context was lost");
  const auto output = engine.run(input, pool, {});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_TRUE(agrees(*output, input, pool));
}

TEST_F(GlEngine, TellsItsDevice) {
  const OpenGlEngine engine;
  EXPECT_EQ(engine.title(), "OpenGL");
  while (!engine.device()) std::this_thread::yield();
  EXPECT_EQ(engine.title(), "OpenGL, " + engine.device()->renderer);
  EXPECT_EQ(engine.device()->is_software,
            engine.device()->renderer.find("llvmpipe") != std::string::npos);
}

}  // namespace
}  // namespace poolscope
