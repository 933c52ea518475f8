#include <optional>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "core/engines/torch_room.h"
#include "tests/parity/grid.h"

namespace poolscope {
namespace {

const Engine& engine() { return (*torch_room())->engine(); }

std::optional<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                              const RunOptions& options) {
  EXPECT_EQ(engine().refuses(input.shape(), pool, options), std::nullopt);
  auto output = engine().run(input, pool, options);
  EXPECT_TRUE(output) << output.error().message;
  return *output;
}

class LibTorchEngine : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Grid, LibTorchEngine, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Research, LibTorchEngine, testing::ValuesIn(kResearchKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Stochastic, LibTorchEngine, testing::ValuesIn(kStochasticKinds),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(LibTorchEngine, AgreesWithTheReference) {
  EXPECT_GE(compare_on_grid(GetParam(), 2, run, kLibTorchBounds), 1250);
}

TEST_P(LibTorchEngine, AgreesOnAdaptiveWindows) {
  compare_on_adaptive_windows(GetParam(), run, kLibTorchBounds);
}

TEST_P(LibTorchEngine, AgreesOnWindowsOfEachPlane) {
  compare_on_windows_of_each_plane(GetParam(), run, kLibTorchBounds);
}

TEST(LibTorchWeightedSums, AgreeWithTheReference) { compare_weighted_sums(run, kLibTorchBounds); }

TEST(LibTorchRoom, IsTheEngineNamedTorch) {
  const Engine& torch = **find_engine("torch");
  EXPECT_EQ(torch.name(), "torch");
  EXPECT_EQ(torch.title().find("LibTorch " + (*torch_room())->version() + ", "), 0U);
}

TEST_P(LibTorchEngine, ThreadsNeverChangeAResult) {
  const Kind& kind = GetParam();
  for (const std::int64_t kernel : {2, 5}) {
    const GridCase grid_case{{kernel, 1, 1, 1}, {kernel, 1, 1, 1}, {1, 2, 200, 220}, Fill::random};
    const LoweredPool pool = pool_of(grid_case, kind);
    const Tensor input = filled(grid_case.shape, grid_case.fill, 9);
    at::set_num_threads(1);
    const PoolOutput expected = *run(input, pool, {.winners = kind.winners});
    for (const int threads : {2, 7}) {
      at::set_num_threads(threads);
      ASSERT_TRUE(same_bits(*run(input, pool, {.winners = kind.winners}), expected))
          << threads << " threads, kernel " << kernel;
    }
  }
}

}  // namespace
}  // namespace poolscope
