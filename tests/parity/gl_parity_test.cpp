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
    ASSERT_FALSE(reason) << *reason;
  }
};
INSTANTIATE_TEST_SUITE_P(GlGrid, GlParity, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(GlResearch, GlParity, testing::ValuesIn(kResearchKinds),
                         [](const auto& kind) { return kind.param.name; });

std::optional<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                              const RunOptions& options) {
  if (pool.reduction == Reduction::median && engine().refuses(input.shape(), pool, options)) {
    return {};  // Large windows are left to another engine.
  }
  auto output = engine().run(input, pool, options);
  EXPECT_TRUE(output) << output.error().message;
  return output.value_or(PoolOutput{});
}

TEST_P(GlParity, AgreesWithTheReference) { EXPECT_GE(compare_on_grid(GetParam(), 1, run), 600); }

TEST_P(GlParity, AgreesOnAdaptiveWindows) { compare_on_adaptive_windows(GetParam(), run); }

/// The reductions that have passes of their own for long windows.
class GlLongWindows : public GlParity {};
INSTANTIATE_TEST_SUITE_P(GlGrid, GlLongWindows,
                         testing::Values(kKinds[0], kKinds[1], kKinds[2], kResearchKinds[1]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(GlLongWindows, AgreesOnLargePlanesCutIntoChunks) {
  OpenGlLimits limits;
  limits.block_bytes = 1 << 16;
  limits.slice_taps = 50'000;
  const OpenGlEngine small({.limits = limits, .debug = true});
  for (int fill = 0; fill < kFills; ++fill) {
    const Shape shape{1, 2, 130 + fill, 120 - fill};
    const Tensor input = filled(shape, static_cast<Fill>(fill), 7);
    for (const AxisSpec& spec :
         {AxisSpec{3, 1, 1, 1}, AxisSpec{31, 1, 15, 15}, AxisSpec{63, 5, 9, 9}}) {
      LoweredPool pool = pool_of(shape, spec, spec, GetParam().reduction);
      set_reduction(pool, GetParam());
      if (small.refuses(shape, pool, {})) continue;
      const auto output = small.run(input, pool, {.winners = GetParam().winners});
      ASSERT_TRUE(output) << output.error().message;
      ASSERT_TRUE(agrees(*output, input, pool)) << spec.kernel << ", fill " << fill;
    }
  }
}

TEST_P(GlParity, AgreesWhereTheDriverFlushesDenormals) {
  OpenGlLimits limits;
  limits.flushes_denormals = true;
  limits.block_bytes = 1 << 24;
  const OpenGlEngine flushing({.limits = limits, .debug = true});
  const auto run_flushing = [&](const Tensor& input, const LoweredPool& pool) {
    const auto output = flushing.run(input, pool, {.winners = GetParam().winners});
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_TRUE(agrees(*output, input, pool));
  };
  for (const Fill fill : {Fill::denormals, Fill::special, Fill::zeros}) {
    for (const AxisSpec& spec :
         {AxisSpec{1, 1}, AxisSpec{2, 2}, AxisSpec{3, 1, 1, 1}, AxisSpec{9, 1, 4, 4}}) {
      const Shape shape{1, 2, 20, 40};
      LoweredPool pool = pool_of(shape, spec, GetParam().reduction);
      set_reduction(pool, GetParam());
      run_flushing(filled(shape, fill, 3), pool);
      pool = adaptive_pool(shape, 1, 1, GetParam().reduction);
      set_reduction(pool, GetParam());
      run_flushing(filled(shape, fill, 4), pool);
    }
  }
}

TEST_P(GlParity, AgreesOnGlobalWindows) {
  for (int fill = 0; fill < kFills; ++fill) {
    for (const Shape& shape : {Shape{2, 40, 7, 7}, Shape{1, 2, 90, 110}, Shape{1, 1, 1, 3000}}) {
      const Tensor input = filled(shape, static_cast<Fill>(fill), 5);
      LoweredPool pool = adaptive_pool(shape, 1, 1, GetParam().reduction);
      set_reduction(pool, GetParam());
      const auto output = run(input, pool, {.winners = GetParam().winners});
      if (!output) continue;
      ASSERT_TRUE(agrees(*output, input, pool)) << shape.h << "x" << shape.w << ", fill " << fill;
    }
  }
}

TEST_P(GlParity, AgreesOnWindowsOfEachPlane) { compare_on_windows_of_each_plane(GetParam(), run); }

TEST(GlWeightedParity, AgreesWithTheReference) { compare_weighted_sums(run); }

}  // namespace
}  // namespace poolscope
