#include <array>

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include "core/engines/cpu_engine.h"
#include "tests/parity/grid.h"
#include "tests/parity/instruction_sets.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// Runs on one of several engines and instruction sets, in turn.
class Rotation {
 public:
  PoolOutput run(const Tensor& input, const LoweredPool& pool, bool winners) {
    ++turn_;
    const ForcedInstructionSet forced(sets_[turn_ % sets_.size()]);
    return *engines_[turn_ / sets_.size() % engines_.size()].run(input, pool, {.winners = winners});
  }

 private:
  oneapi::tbb::global_control seven_{oneapi::tbb::global_control::max_allowed_parallelism, 7};
  std::array<CpuEngine, 3> engines_{CpuEngine(1), CpuEngine(2), CpuEngine(7)};
  std::vector<std::int64_t> sets_ = instruction_sets();
  std::size_t turn_ = 0;
};

class CpuParity : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Grid, CpuParity, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Research, CpuParity, testing::ValuesIn(kResearchKinds),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Stochastic, CpuParity, testing::ValuesIn(kStochasticKinds),
                         [](const auto& kind) { return kind.param.name; });

/// Runs each case on the next engine.
GridRun in_turn(Rotation& engines) {
  return [&engines](const Tensor& input, const LoweredPool& pool, const RunOptions& options) {
    return engines.run(input, pool, options.winners);
  };
}

TEST_P(CpuParity, AgreesWithTheReference) {
  Rotation engines;
  // The reference takes its time with the others.
  const Reduction reduction = GetParam().reduction;
  const bool quick = reduction == Reduction::max || reduction == Reduction::mean;
  EXPECT_GE(compare_on_grid(GetParam(), quick ? 8 : 2, in_turn(engines)), quick ? 5000 : 1250);
}

TEST_P(CpuParity, AgreesWhereNoTwoWindowsShareARow) {
  const Kind& kind = GetParam();
  Rotation engines;
  std::uint32_t n = 0;
  for (const std::int64_t rows : {1, 2, 3, 7, 8, 9, 20, 63, 64, 65, 130}) {
    for (const std::int64_t cols : {1, 2, 3, 4, 5, 7, 31}) {
      for (int repeat = 0; repeat < 6; ++repeat, ++n) {
        const std::int64_t padding = n % 3 == 0 ? rows / 2 : 0;
        const GridCase grid_case{{rows, rows + n % 3, padding, padding, 1 + n % 2, n % 5 == 0},
                                 {cols, 1 + n % cols, cols / 2, n % 2, 1, n % 2 == 0},
                                 {1, 1 + n % 2, 2 * rows + n % 7, 64 + n % 90},
                                 static_cast<Fill>(n % kFills)};
        const LoweredPool pool = pool_of(grid_case, kind);
        const Tensor input = filled(grid_case.shape, grid_case.fill, n);
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool)) << text(grid_case);
      }
    }
  }
}

TEST_P(CpuParity, AgreesOnAdaptiveWindows) {
  Rotation engines;
  compare_on_adaptive_windows(GetParam(), in_turn(engines));
}

TEST_P(CpuParity, AgreesOnWindowsOfEachPlane) {
  Rotation engines;
  compare_on_windows_of_each_plane(GetParam(), in_turn(engines));
}

TEST(CpuWeightedParity, AgreesWithTheReference) {
  Rotation engines;
  compare_weighted_sums(in_turn(engines));
}

TEST_P(CpuParity, EachInstructionSetAgreesOnEachWidth) {
  const Kind& kind = GetParam();
  const CpuEngine engine(1);
  for (const std::int64_t set : instruction_sets()) {
    const ForcedInstructionSet forced(set);
    for (std::int64_t width = 1; width <= 50; ++width) {
      for (const std::int64_t kernel : {1, 2, 3, 6, 7}) {
        GridCase grid_case{{kernel, 1, kernel / 2, kernel / 2},
                           {kernel, 1 + width % 3, kernel / 2, kernel / 2},
                           {1, 1, 5, width},
                           static_cast<Fill>(width % kFills)};
        const LoweredPool pool = pool_of(grid_case, kind);
        const Tensor input = filled(grid_case.shape, grid_case.fill, 1);
        ASSERT_TRUE(agrees(*engine.run(input, pool, {.winners = kind.winners}), input, pool))
            << text(grid_case) << " " << hwy::TargetName(set);
      }
    }
  }
}

TEST_P(CpuParity, ThreadsNeverChangeAResult) {
  const Kind& kind = GetParam();
  const oneapi::tbb::global_control seven(oneapi::tbb::global_control::max_allowed_parallelism, 7);
  const CpuEngine one(1);
  const std::array<CpuEngine, 2> more{CpuEngine(2), CpuEngine(7)};
  const bool slides = kind.reduction == Reduction::max || kind.reduction == Reduction::mean;
  for (const std::int64_t kernel : {2, 3, 7, slides ? 31 : 9}) {
    const Shape shape = slides ? Shape{1, 2, 700, 620} : Shape{1, 2, 300, 220};
    const GridCase grid_case{{kernel, 1, 1, 1}, {kernel, 1, 1, 1}, shape, Fill::random};
    const LoweredPool pool = pool_of(grid_case, kind);
    const Tensor input = filled(grid_case.shape, grid_case.fill, 9);
    const PoolOutput expected = *one.run(input, pool, {.winners = kind.winners});
    for (const CpuEngine& engine : more) {
      ASSERT_TRUE(same_bits(*engine.run(input, pool, {.winners = kind.winners}), expected))
          << engine.title() << ", kernel " << kernel;
    }
  }
}

}  // namespace
}  // namespace poolscope
