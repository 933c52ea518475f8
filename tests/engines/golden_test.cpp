#include "tests/engines/every_engine.h"
#include "tests/engines/windows.h"

namespace poolscope {
namespace {

/// The worked grids of the lessons.
class Golden : public EveryEngine {};
POOLSCOPE_EVERY_ENGINE(Golden);

Tensor grid_6x6() {
  return grid(6, 6, {1, 3, 2, 4,  6,  8,  5, 6, 7, 8, 9, 10, 4, 3, 2, 1, 0, 1,
                     7, 8, 9, 10, 11, 12, 6, 5, 4, 3, 2, 1,  0, 1, 2, 3, 4, 5});
}

Tensor grid_4x4() { return grid(4, 4, {1, 3, 2, 4, 5, 6, 1, 2, 7, 2, 8, 3, 4, 5, 9, 0}); }

LoweredPool tiled_2x2(const Tensor& input, Reduction reduction) {
  return pool_of(input.shape(), {.kernel = 2, .stride = 2}, reduction);
}

TEST_P(Golden, MaxOfTheSixBySixGrid) {
  EXPECT_EQ(values(grid_6x6(), tiled_2x2(grid_6x6(), Reduction::max)),
            (std::vector<float>{6, 8, 10, 8, 10, 12, 6, 4, 5}));
}

TEST_P(Golden, MeanOfTheSixBySixGrid) {
  EXPECT_EQ(values(grid_6x6(), tiled_2x2(grid_6x6(), Reduction::mean)),
            (std::vector<float>{3.75, 5.25, 8.25, 5.5, 5.5, 6, 3, 3, 3}));
}

TEST_P(Golden, MaxOfTheFourByFourGrid) {
  EXPECT_EQ(values(grid_4x4(), tiled_2x2(grid_4x4(), Reduction::max)),
            (std::vector<float>{6, 4, 7, 9}));
}

TEST_P(Golden, MeanOfTheFourByFourGrid) {
  EXPECT_EQ(values(grid_4x4(), tiled_2x2(grid_4x4(), Reduction::mean)),
            (std::vector<float>{3.75, 2.25, 4.5, 5}));
}

}  // namespace
}  // namespace poolscope
