#include <array>

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include "core/base/memory.h"
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
  Sentinels sentinels_;
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

/// Whether the reference is quick about the reduction, so that large cases are affordable.
bool is_quick(const Kind& kind) {
  return kind.reduction == Reduction::max || kind.reduction == Reduction::mean ||
         kind.reduction == Reduction::min;
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

TEST_P(CpuParity, AgreesOnManySmallPlanes) {
  const Kind& kind = GetParam();
  Rotation engines;
  std::uint32_t n = 0;
  for (const std::int64_t planes : {4, 5, 8, 15, 16, 17, 33}) {
    for (const std::int64_t kernel : {1, 2, 3, 5, 7}) {
      for (const std::int64_t stride : {1, 2, 3, 7}) {
        const std::int64_t padding = n % 2 * (kernel / 2);
        const AxisSpec cols{kernel, stride, padding, padding + n % 2, 1 + n % 5 / 4, n % 3 == 0};
        const AxisSpec rows{kernel + n % 2, stride, padding, padding, 1, false};
        const GridCase grid_case{
            rows, cols, {1, planes, 8 + n % 7, 11 + n % 6}, static_cast<Fill>(n % kFills)};
        const LoweredPool pool = pool_of(grid_case, kind);
        const Tensor input = filled(grid_case.shape, grid_case.fill, n++);
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool)) << text(grid_case);
        const LoweredPool adaptive =
            adaptive_pool(grid_case.shape, 1 + n % 4, 1 + n % 9, kind.reduction);
        if (!is_quick(kind)) continue;
        ASSERT_TRUE(agrees(engines.run(input, adaptive, kind.winners), input, adaptive))
            << "adaptive, " << text(grid_case);
      }
    }
  }
}

/// Rows and columns enough for several tiles, each with blocks of rows and windows that straddle
/// them.
TEST_P(CpuParity, AgreesWhereLongWindowsShareRows) {
  const Kind& kind = GetParam();
  const bool quick = is_quick(kind);
  Rotation engines;
  std::uint32_t n = 0;
  for (const std::int64_t kernel : {9, 12, 15, 33}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      for (const Fill fill : {Fill::random, Fill::special, Fill::zeros, Fill::offset}) {
        const std::int64_t padding = n % 3 * kernel / 5;
        const GridCase grid_case{{kernel, stride, padding, padding},
                                 {1 + n % 9, 1 + n % 2, n % 2, n % 2},
                                 {1, 1, (quick ? 150 : 45) + n % 5, (quick ? 400 : 180) + n % 40},
                                 fill};
        const LoweredPool pool = pool_of(grid_case, kind);
        const Tensor input = filled(grid_case.shape, fill, n++);
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool)) << text(grid_case);
      }
    }
  }
}

/// So long along a line that fewer rows may be summed at a time.
TEST_P(CpuParity, AgreesWhereWindowsThatShareRowsAreLong) {
  const Kind& kind = GetParam();
  if (!is_quick(kind)) return;
  Rotation engines;
  std::uint32_t n = 0;
  for (const std::int64_t taps : {100, 127, 143, 160, 250, 333, 450, 512}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      for (const Fill fill : {Fill::random, Fill::offset, Fill::huge}) {
        const GridCase grid_case{{9 + n % 8, 1},
                                 {taps, stride, n % 3, 0},
                                 {1, 1, 41, taps + stride * 40 + n % 50},
                                 fill};
        const LoweredPool pool = pool_of(grid_case, kind);
        const Tensor input = filled(grid_case.shape, fill, n++);
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool)) << text(grid_case);
      }
    }
  }
}

/// Every length that doubling makes its windows of, and those around, of one row and of many.
TEST_P(CpuParity, AgreesOnEachLengthOfAWindowAlongALine) {
  const Kind& kind = GetParam();
  const CpuEngine engine(1);
  const Sentinels sentinels;
  const std::vector<std::int64_t> sets = instruction_sets();
  for (std::int64_t taps = 1; taps <= 165; taps += is_quick(kind) ? 1 : 41) {
    for (const Fill fill : {Fill::random, Fill::special, Fill::zeros, Fill::offset}) {
      const std::int64_t padding = taps % 3 * (taps / 2) / 2;
      const std::int64_t rows = taps % 5 == 0 ? 9 : 1;
      const GridCase grid_case{{rows, 1},
                               {taps, 1, padding, padding / 2},
                               {1, 1, 2 * rows, taps + 9 + 7 * taps % 83},
                               fill};
      const LoweredPool pool = pool_of(grid_case, kind);
      const Tensor input = filled(grid_case.shape, fill, static_cast<std::uint32_t>(taps));
      for (const std::int64_t set : sets) {
        const ForcedInstructionSet forced(set);
        ASSERT_TRUE(agrees(*engine.run(input, pool, {.winners = kind.winners}), input, pool))
            << text(grid_case) << " " << hwy::TargetName(set);
      }
    }
  }
}

/// Outputs so large that they are written past the caches, in rows that end anywhere in a vector.
TEST(CpuParityOfLargeOutputs, AgreesWithTheReference) {
  Rotation engines;
  std::vector<Kind> kinds(std::begin(kKinds), std::end(kKinds));
  kinds.insert(kinds.end(), std::begin(kResearchKinds), std::end(kResearchKinds));
  std::erase_if(kinds, [](const Kind& kind) { return !is_quick(kind); });
  for (const Kind& kind : kinds) {
    for (const Fill fill : {Fill::random, Fill::special}) {
      const GridCase grid_case{{1, 1}, {31, 1, 15, 0}, {1, 1, 720, 3011}, fill};
      const LoweredPool pool = pool_of(grid_case, kind);
      const Tensor input = filled(grid_case.shape, fill, 1);
      for (std::size_t set = 0; set < instruction_sets().size(); ++set) {
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool))
            << kind.name << ", " << text(grid_case);
      }
    }
  }
}

/// One case by 1, 2 and 7 threads.
class ThreadCounts {
 public:
  testing::AssertionResult agree_on(const GridCase& grid_case, const Kind& kind) const {
    const LoweredPool pool = pool_of(grid_case, kind);
    const Tensor input = filled(grid_case.shape, grid_case.fill, 9);
    const PoolOutput expected = *engines_[0].run(input, pool, {.winners = kind.winners});
    for (const CpuEngine& engine : engines_) {
      const auto same = same_bits(*engine.run(input, pool, {.winners = kind.winners}), expected);
      if (!same)
        return testing::AssertionFailure()
               << same.message() << engine.title() << ", " << text(grid_case);
    }
    return testing::AssertionSuccess();
  }

 private:
  oneapi::tbb::global_control seven_{oneapi::tbb::global_control::max_allowed_parallelism, 7};
  std::array<CpuEngine, 3> engines_{CpuEngine(1), CpuEngine(2), CpuEngine(7)};
};

TEST_P(CpuParity, ThreadsNeverChangeAResult) {
  const Kind& kind = GetParam();
  const ThreadCounts threads;
  const bool quick = is_quick(kind);
  for (const std::int64_t kernel : {2, 3, 7, quick ? 31 : 9}) {
    for (const Fill fill : {Fill::random, Fill::special}) {
      const Shape shape = quick ? Shape{1, 2, 700, 620} : Shape{1, 2, 300, 220};
      const AxisSpec axis{kernel, 1, 1, 1};
      ASSERT_TRUE(threads.agree_on({axis, axis, shape, fill}, kind));
    }
  }
}

/// So long along a line that a scan takes two rows at once, and one; with blocks that bands cut.
TEST_P(CpuParity, ThreadsNeverChangeAResultOfLongWindows) {
  const Kind& kind = GetParam();
  if (!is_quick(kind)) return;
  const ThreadCounts threads;
  for (const AxisSpec& cols : {AxisSpec{333, 1}, {450, 2}, {63, 1}}) {
    ASSERT_TRUE(threads.agree_on({{31, 1, 5}, cols, {1, 1, 700, 900}, Fill::random}, kind));
  }
}

TEST_P(CpuParity, ThreadsNeverChangeAResultOfSmallPlanes) {
  const Kind& kind = GetParam();
  const ThreadCounts threads;
  for (const Shape& shape :
       {Shape{2, 96, 14, 14}, {1, 600, 7, 7}, {3, 5, 40, 33}, {1, 64, 20, 20}}) {
    for (const AxisSpec& axis :
         {AxisSpec{2, 2}, {3, 1, 1, 1}, {3, 2, 1, 1}, {5, 1, 2, 2}, {7, 7}}) {
      ASSERT_TRUE(threads.agree_on({axis, axis, shape, Fill::random}, kind));
    }
  }
}

}  // namespace
}  // namespace poolscope
