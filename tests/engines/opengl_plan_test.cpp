#include "core/engines/opengl_plan.h"

#include <gtest/gtest.h>

#include "tests/engines/windows.h"

namespace poolscope {
namespace {

OpenGlPlan plan_of(const Shape& shape, const LoweredPool& pool, bool winners = false) {
  auto plan = plan_opengl(shape, pool, winners, {.block_bytes = 1 << 27});
  EXPECT_TRUE(plan) << plan.error().message;
  return *plan;
}

std::vector<OpenGlKernel> kernels(const OpenGlPlan& plan) {
  std::vector<OpenGlKernel> found;
  for (const OpenGlPass& pass : plan.passes) found.push_back(pass.kernel);
  return found;
}

using enum OpenGlKernel;
using Kernels = std::vector<OpenGlKernel>;
constexpr Shape kPhoto{1, 1, 512, 512};

TEST(OpenGlPlan, ReadsSmallSlidingWindowsIntoTiles) {
  for (const AxisSpec& spec :
       {AxisSpec{2, 2}, AxisSpec{3, 1, 1, 1}, AxisSpec{3, 2}, AxisSpec{7, 1}}) {
    EXPECT_EQ(kernels(plan_of(kPhoto, pool_of(kPhoto, spec, Reduction::max))), Kernels{tile});
    EXPECT_EQ(kernels(plan_of(kPhoto, pool_of(kPhoto, spec, Reduction::mean))), Kernels{tile});
  }
  EXPECT_EQ(kernels(plan_of(kPhoto, pool_of(kPhoto, {3, 1}, Reduction::max), true)), Kernels{cell});
}

TEST(OpenGlPlan, SlidesLongWindowsAlongEachAxis) {
  for (const std::int64_t kernel : {9, 31, 63, 127}) {
    const auto pool = pool_of(kPhoto, {kernel, 1, kernel / 2, kernel / 2}, Reduction::max);
    EXPECT_EQ(kernels(plan_of(kPhoto, pool)), (Kernels{slide, slide})) << kernel;
    EXPECT_EQ(kernels(plan_of(kPhoto, pool, true)), (Kernels{slide, slide})) << kernel;
  }
}

TEST(OpenGlPlan, ReadsTilingWindowsOnce) {
  const Shape photo{1, 1, 4096, 4096};
  EXPECT_EQ(kernels(plan_of(photo, pool_of(photo, {16, 16}, Reduction::mean))), Kernels{cell});
}

TEST(OpenGlPlan, SharesFewLargeWindowsAmongGroups) {
  const Shape maps{1, 2048, 7, 7};
  EXPECT_EQ(kernels(plan_of(maps, adaptive_pool(maps, 1, 1, Reduction::mean))), Kernels{group});
  const Shape photo{1, 1, 4096, 4096};
  EXPECT_EQ(kernels(plan_of(photo, adaptive_pool(photo, 1, 1, Reduction::max))),
            (Kernels{group, group}));
}

TEST(OpenGlPlan, LeavesOtherReductionsToOneInvocationACell) {
  for (const Reduction reduction : {Reduction::median, Reduction::power, Reduction::softmax}) {
    EXPECT_EQ(kernels(plan_of(kPhoto, pool_of(kPhoto, {9, 1}, reduction))), Kernels{cell});
  }
}

TEST(OpenGlPlan, ChunksCoverTheOutputOnce) {
  OpenGlLimits limits;
  limits.block_bytes = 1 << 16;
  limits.slice_taps = 100'000;
  for (const Shape shape : {Shape{3, 4, 30, 50}, Shape{1, 2, 300, 100}}) {
    for (const std::int64_t kernel : {2, 5, 20}) {
      const auto plan =
          plan_opengl(shape, pool_of(shape, {kernel, 1}, Reduction::max), false, limits);
      ASSERT_TRUE(plan) << plan.error().message;
      for (const OpenGlPass& pass : plan->passes) {
        std::int64_t rows = 0;
        for (const OpenGlChunk& chunk : pass.chunks) {
          EXPECT_EQ(chunk.plane * pass.output.h + chunk.row, rows);
          EXPECT_LE(chunk.source_rows * shape.w * 4, limits.block_bytes);
          rows += chunk.planes * chunk.rows;
        }
        EXPECT_EQ(rows, shape.planes() * pass.output.h);
      }
    }
  }
}

TEST(OpenGlPlan, RefusesWhatOneInvocationCannotRead) {
  const Shape photo{1, 1, 512, 512};
  const auto plan = plan_opengl(photo, adaptive_pool(photo, 1, 1, Reduction::softmax), false, {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "a window of 262144 taps; at most 16384");
}

TEST(OpenGlPlan, RefusesReductionsWithoutBounds) {
  LoweredPool pool;
  EXPECT_FALSE(opengl_cannot(pool));
  pool.reduction = Reduction::power;
  EXPECT_FALSE(opengl_cannot(pool));
  pool.exponent = 2.5;
  EXPECT_EQ(opengl_cannot(pool), "a power of 2.5");
  pool.exponent = 9.0;
  EXPECT_EQ(opengl_cannot(pool), "a power of 9");
  pool.reduction = Reduction::stochastic;
  EXPECT_EQ(opengl_cannot(pool), "stochastic pooling");
  pool.reduction = Reduction::log_sum_exp;
  pool.scale = 0.01;
  EXPECT_EQ(opengl_cannot(pool), "a log-sum-exp with a scale of 0.01");
}

}  // namespace
}  // namespace poolscope
