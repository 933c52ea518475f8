#include <fmt/format.h>

#include "core/engines/opengl_engine.h"
#include "tests/parity/grid.h"

namespace poolscope {
namespace {

/// One engine for all tests: its shaders are compiled once. Errors of the driver and writes beside
/// an output fail a run.
const OpenGlEngine& engine() {
  static const OpenGlEngine* const made = new OpenGlEngine({.debug = true});
  return *made;
}

class GlParity : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const auto reason =
        engine().refuses({1, 1, 2, 2}, pool_of({{}, {}, {1, 1, 2, 2}, {}}, GetParam()),
                         {.winners = GetParam().winners});
    if (reason) GTEST_SKIP() << *reason;
  }

  /// The engine's result is within the bounds.
  static testing::AssertionResult holds(const Tensor& input, const LoweredPool& pool) {
    const RunOptions options{.winners = GetParam().winners};
    if (pool.reduction == Reduction::median && engine().refuses(input.shape(), pool, options)) {
      return testing::AssertionSuccess();  // Large windows are left to another engine.
    }
    const auto output = engine().run(input, pool, options);
    if (!output) return testing::AssertionFailure() << output.error().message;
    return agrees(*output, input, pool);
  }
};
INSTANTIATE_TEST_SUITE_P(GlGrid, GlParity, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(GlResearch, GlParity, testing::ValuesIn(kResearchKinds),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(GlParity, AgreesWithTheReference) {
  int compared = 0, failures = 0;
  for_each_case(1, [&](const GridCase& grid_case) {
    const LoweredPool pool = pool_of(grid_case, GetParam());
    if (pool.planes.front().rows.empty() || pool.planes.front().cols.empty() || failures > 5) {
      return;
    }
    const auto seed = static_cast<std::uint32_t>(compared);
    const auto agreed = holds(filled(grid_case.shape, grid_case.fill, seed), pool);
    EXPECT_TRUE(agreed) << text(grid_case);
    failures += agreed ? 0 : 1;
    ++compared;
  });
  EXPECT_GE(compared, 600);
}

TEST_P(GlParity, AgreesOnAdaptiveWindows) {
  std::uint32_t n = 0;
  for (const std::int64_t height : {1, 2, 5, 10, 13, 40}) {
    for (const std::int64_t width : {1, 7, 13, 33, 70}) {
      for (const std::int64_t outputs : {1, 2, 3, 7, 13, 36, 75}) {
        const Shape shape{1 + n % 2, 2, height, width};
        LoweredPool pool = adaptive_pool(shape, 1 + n % 9, outputs, GetParam().reduction);
        set_reduction(pool, GetParam());
        ASSERT_TRUE(holds(filled(shape, static_cast<Fill>(n % kFills), n), pool)) << fmt::format(
            "{}x{} to {}x{}, fill {}", height, width, 1 + n % 9, outputs, n % kFills);
        ++n;
      }
    }
  }
}

TEST_P(GlParity, AgreesOnWindowsOfEachPlane) {
  for (std::uint32_t n = 0; n < 200; ++n) {
    std::mt19937 random(n);
    const Shape shape{1 + n % 2, 1 + n % 3, 9, 14};
    const LoweredPool pool = scattered_pool(shape, random, GetParam());
    ASSERT_TRUE(holds(filled(shape, static_cast<Fill>(n % kFills), n), pool)) << n;
  }
}

/// Weighted sums, whose weights count every tap of a window.
TEST(GlWeightedParity, AgreesWithTheReference) {
  std::uint32_t n = 0;
  std::mt19937 random(1);
  for (const Border border : {Border::skip, Border::zero, Border::reflect}) {
    for (const std::int64_t kernel : {1, 2, 3, 4, 5, 7}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (int fill = 0; fill < kFills; ++fill) {
          const Shape shape{1 + n % 2, 1 + n % 3, 8 + n % 5, 9 + n % 23};
          const std::int64_t before = (kernel - 1) / 2;
          const AxisSpec cols{kernel, stride, before, kernel - 1 - before};
          const AxisSpec rows = n % 3 == 0 ? AxisSpec{3, 1, 1, 1} : cols;
          LoweredPool pool = pool_of(shape, rows, cols, Reduction::weighted);
          pool.border = border;
          for (std::int64_t tap = 0; tap < rows.kernel * kernel; ++tap) {
            pool.weights.push_back(
                n % 7 == 0 && tap == 1 ? 0.0F : static_cast<float>(random() % 17) - 5.5F);
          }
          const Tensor input = filled(shape, static_cast<Fill>(fill), n++);
          const auto output = engine().run(input, pool, {});
          ASSERT_TRUE(output) << output.error().message;
          ASSERT_TRUE(agrees(*output, input, pool))
              << fmt::format("border {}, kernel {}, stride {}, fill {}", static_cast<int>(border),
                             kernel, stride, fill);
        }
      }
    }
  }
}

}  // namespace
}  // namespace poolscope
