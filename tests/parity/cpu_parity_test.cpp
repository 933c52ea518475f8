#include <array>
#include <random>

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

TEST_P(CpuParity, AgreesWithTheReference) {
  const Kind& kind = GetParam();
  Rotation engines;
  int compared = 0;
  int failures = 0;
  // The reference takes its time with powers.
  const int repeats = kind.reduction == Reduction::power ? 3 : 8;
  for_each_case(repeats, [&](const GridCase& grid_case) {
    const LoweredPool pool = pool_of(grid_case, kind);
    if (pool.planes.front().rows.empty() || pool.planes.front().cols.empty() || failures > 5) {
      return;
    }
    const Tensor input =
        filled(grid_case.shape, grid_case.fill, static_cast<std::uint32_t>(compared));
    const auto agreed = agrees(engines.run(input, pool, kind.winners), input, pool);
    EXPECT_TRUE(agreed) << text(grid_case);
    failures += agreed ? 0 : 1;
    ++compared;
  });
  EXPECT_GE(compared, kind.reduction == Reduction::power ? 1800 : 5000);
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
  const Kind& kind = GetParam();
  Rotation engines;
  std::uint32_t n = 0;
  for (const std::int64_t height : {1, 2, 5, 10, 13, 40}) {
    for (const std::int64_t width : {1, 7, 13, 33, 70}) {
      for (const std::int64_t outputs : {1, 2, 3, 7, 13, 36, 75}) {
        const Shape shape{1 + n % 2, 2, height, width};
        LoweredPool pool = adaptive_pool(shape, 1 + n % 9, outputs, kind.reduction);
        pool.exponent = kind.exponent;
        pool.magnitude = kind.magnitude;
        const Tensor input = filled(shape, static_cast<Fill>(n % kFills), n);
        ASSERT_TRUE(agrees(engines.run(input, pool, kind.winners), input, pool)) << fmt::format(
            "{}x{} to {}x{}, fill {}", height, width, 1 + n % 9, outputs, n % kFills);
        ++n;
      }
    }
  }
}

TEST_P(CpuParity, AgreesOnWindowsOfEachPlane) {
  Rotation engines;
  for (std::uint32_t n = 0; n < 200; ++n) {
    std::mt19937 random(n);
    const Shape shape{1 + n % 2, 1 + n % 3, 9, 14};
    const LoweredPool pool = scattered_pool(shape, random, GetParam());
    const Tensor input = filled(shape, static_cast<Fill>(n % kFills), n);
    ASSERT_TRUE(agrees(engines.run(input, pool, GetParam().winners), input, pool)) << n;
  }
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
  for (const std::int64_t kernel : {2, 3, 7, 31}) {
    const GridCase grid_case{{kernel, 1, 1, 1}, {kernel, 1, 1, 1}, {1, 2, 700, 620}, Fill::random};
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
