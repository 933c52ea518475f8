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

TEST_P(GlParity, AgreesOnWindowsOfEachPlane) { compare_on_windows_of_each_plane(GetParam(), run); }

TEST(GlWeightedParity, AgreesWithTheReference) { compare_weighted_sums(run); }

}  // namespace
}  // namespace poolscope
