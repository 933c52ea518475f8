#include "tests/values.h"

#include <cmath>

#include "tests/engines/every_engine.h"
#include "tests/engines/windows.h"

namespace poolscope {
namespace {

/// What the reductions do with values and windows off the beaten track.
class PoolValues : public EveryEngine {
 protected:
  /// One window over a whole row of values.
  PoolOutput row(const std::vector<float>& cells, Reduction reduction) const {
    const auto n = static_cast<std::int64_t>(cells.size());
    const Shape shape{1, 1, 1, n};
    return run(grid(1, n, cells), pool_of(shape, {.kernel = 1}, {.kernel = n}, reduction));
  }
  float max(const std::vector<float>& cells) const {
    return row(cells, Reduction::max).values.at(0, 0, 0, 0);
  }
  std::int64_t winner(const std::vector<float>& cells) const {
    return row(cells, Reduction::max).winners->at(0, 0, 0, 0);
  }
  float mean(const std::vector<float>& cells) const {
    return row(cells, Reduction::mean).values.at(0, 0, 0, 0);
  }
  float power(const std::vector<float>& cells, double exponent, bool magnitude = false) const {
    const auto n = static_cast<std::int64_t>(cells.size());
    LoweredPool pool = pool_of({1, 1, 1, n}, {.kernel = 1}, {.kernel = n}, Reduction::power);
    pool.divisor_override = 1;
    pool.exponent = exponent;
    pool.magnitude = magnitude;
    return run(grid(1, n, cells), pool).values.at(0, 0, 0, 0);
  }
};
POOLSCOPE_EVERY_ENGINE(PoolValues);

TEST_P(PoolValues, MaxKeepsTheLastNan) {
  EXPECT_TRUE(std::isnan(max({1, kNan, kInf, kNan, 7})));
  EXPECT_EQ(winner({1, kNan, kInf, kNan, 7}), 3);
}

TEST_P(PoolValues, MaxGivesATieToTheFirst) {
  EXPECT_EQ(winner({1, 5, 3, 5}), 1);
  EXPECT_EQ(winner({-0.0F, 0.0F, -0.0F}), 0);
}

TEST_P(PoolValues, MaxKeepsTheSignOfTheFirstZero) {
  EXPECT_TRUE(std::signbit(max({-1, -0.0F, 0.0F})));
  EXPECT_FALSE(std::signbit(max({-1, 0.0F, -0.0F})));
}

TEST_P(PoolValues, MaxOfNothingButMinusInfinityPointsAtTheFirstTap) {
  EXPECT_EQ(max({-kInf, -kInf}), -kInf);
  EXPECT_EQ(winner({-kInf, -kInf}), 0);
  const Tensor input = grid(2, 2, {-kInf, -kInf, -kInf, -kInf});
  const LoweredPool padded =
      pool_of(input.shape(), {.kernel = 3, .before = 1, .after = 1}, Reduction::max);
  EXPECT_EQ(winners(input, padded), (std::vector<std::int64_t>{0, 0, 0, 0}));
}

TEST_P(PoolValues, MaxWithoutATapInRangeHasNoWinner) {
  LoweredPool pool;
  pool.planes = {{{{-3, 2, 1, 1}, {0, 2, 1, 1}}, {{-1, 2, 3, 1}, {-2, 2, 5, 1}}}};
  const Tensor input = grid(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(values(input, pool), (std::vector<float>{-kInf, -kInf, 6, -kInf}));
  EXPECT_EQ(winners(input, pool), (std::vector<std::int64_t>{-1, -1, 5, -1}));
}

TEST_P(PoolValues, AWindowFarLargerThanThePlaneTakesNoLonger) {
  const Tensor input = grid(2, 2, {1, 4, 3, 2});
  const AxisSpec spec{
      .kernel = 4'000'000, .stride = 1'999'999, .before = 3'999'999, .after = 3'999'999};
  EXPECT_EQ(values(input, pool_of(input.shape(), spec, Reduction::max)),
            (std::vector<float>{1, 4, 4, 3, 4, 4, 3, 4, 4}));
}

TEST_P(PoolValues, PaddingNeverWins) {
  const Tensor input = grid(1, 3, {-5, -7, -9});
  const LoweredPool pool =
      pool_of(input.shape(), {.kernel = 1}, {.kernel = 3, .before = 1, .after = 1}, Reduction::max);
  EXPECT_EQ(values(input, pool), (std::vector<float>{-5, -5, -7}));
}

TEST_P(PoolValues, MeanOfOppositeInfinitiesIsNan) {
  EXPECT_TRUE(std::isnan(mean({kInf, 1, -kInf})));
  EXPECT_EQ(mean({kInf, 1, 2}), kInf);
  EXPECT_EQ(mean({-kInf, 1, 2}), -kInf);
}

TEST_P(PoolValues, MeanDoesNotOverflowOnTheWay) {
  EXPECT_FLOAT_EQ(mean({3e38F, 3e38F, 3e38F}), 3e38F);
  EXPECT_FLOAT_EQ(mean({3e38F, 3e38F, -3e38F}), 1e38F);
}

TEST_P(PoolValues, MeanKeepsDenormals) {
  EXPECT_EQ(mean({4e-45F, 4e-45F, 4e-45F, 4e-45F}), 4e-45F);
}

TEST_P(PoolValues, MeanWithoutADivisorIsNan) {
  LoweredPool pool;
  pool.planes = {{{{0, 1, 1, 1}}, {{-2, 2, 1, 0}, {0, 2, 1, 2}}}};
  pool.reduction = Reduction::mean;
  const auto means = values(grid(1, 2, {3, 4}), pool);
  EXPECT_TRUE(std::isnan(means[0]));
  EXPECT_EQ(means[1], 3.5F);
}

TEST_P(PoolValues, MeanDividesByTheOverride) {
  LoweredPool pool = pool_of({1, 1, 2, 2}, {.kernel = 2}, Reduction::mean);
  pool.divisor_override = -3;
  EXPECT_EQ(values(grid(2, 2, {1, 2, 3, 6}), pool), (std::vector<float>{-4}));
}

TEST_P(PoolValues, MeanCountsPaddingButNotTheOverhang) {
  const Tensor ones = grid(6, 6, std::vector<float>(36, 1.0F));
  const AxisSpec spec{.kernel = 3, .stride = 2, .before = 1, .after = 1, .ceil = true};
  const auto counted = values(ones, pool_of(ones.shape(), spec, Reduction::mean));
  const std::vector<float> corner{counted[0], counted[3], counted[15]};
  EXPECT_EQ(corner, (std::vector<float>{4.0F / 9, 2.0F / 6, 0.25F}));
  AxisSpec bare = spec;
  bare.count_padding = false;
  EXPECT_EQ(values(ones, pool_of(ones.shape(), bare, Reduction::mean)),
            std::vector<float>(16, 1.0F));
}

TEST_P(PoolValues, InfinityAndNanStayInTheirWindows) {
  std::vector<float> cells(40, 1.0F);
  cells[10] = kInf;
  cells[25] = kNan;
  const Tensor input = grid(1, 40, cells);
  const auto means =
      values(input, pool_of(input.shape(), {.kernel = 1}, {.kernel = 3}, Reduction::mean));
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (i >= 8 && i <= 10) {
      EXPECT_EQ(means[i], kInf) << i;
    } else if (i >= 23 && i <= 25) {
      EXPECT_TRUE(std::isnan(means[i])) << i;
    } else {
      EXPECT_EQ(means[i], 1.0F) << i;
    }
  }
}

TEST_P(PoolValues, PowerTwoIsTheRootOfTheSumOfSquares) {
  EXPECT_FLOAT_EQ(power({3, -4}, 2.0), 5.0F);
  EXPECT_FLOAT_EQ(power({3e30F, 4e30F}, 2.0), 5e30F);
}

TEST_P(PoolValues, PowerOneIsASumAndKeepsItsSign) { EXPECT_EQ(power({1, -4, 1}, 1.0), -2.0F); }

TEST_P(PoolValues, PowerOfANegativeSumIsNan) {
  EXPECT_TRUE(std::isnan(power({1, -2}, 3.0)));
  EXPECT_TRUE(std::isnan(power({1, -2}, 1.5)));
  EXPECT_FLOAT_EQ(power({-1, 2}, 3.0), std::cbrt(7.0F));
}

TEST_P(PoolValues, PowerOfMagnitudesIgnoresSigns) {
  EXPECT_FLOAT_EQ(power({1, -2}, 3.0, true), std::cbrt(9.0F));
  EXPECT_EQ(power({1, -2}, 1.0, true), 3.0F);
}

TEST_P(PoolValues, PowerScalesByItsGain) {
  LoweredPool pool = pool_of({1, 1, 1, 3}, {.kernel = 1}, {.kernel = 3}, Reduction::power);
  pool.gain = 4.0;
  EXPECT_FLOAT_EQ(values(grid(1, 3, {1, 2, 2}), pool).front(), std::sqrt(12.0F));
}

TEST_P(PoolValues, EachPlaneMayHaveItsOwnWindows) {
  LoweredPool pool;
  pool.planes = {{{{0, 1, 1, 1}}, {{0, 2, 1, 2}}}, {{{1, 1, 1, 1}}, {{1, 2, 1, 2}}}};
  const Tensor input =
      *Tensor::copy_of({1, 2, 2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11});
  EXPECT_EQ(values(input, pool), (std::vector<float>{2, 12}));
  EXPECT_EQ(winners(input, pool), (std::vector<std::int64_t>{1, 4}));
}

TEST_P(PoolValues, AnEmptyBatchGivesAnEmptyResult) {
  const Tensor input = *Tensor::copy_of({0, 3, 4, 4}, std::vector<float>{});
  const PoolOutput output =
      run(input, pool_of(input.shape(), {.kernel = 2, .stride = 2}, Reduction::max));
  EXPECT_EQ(output.values.shape(), (Shape{0, 3, 2, 2}));
}

TEST_P(PoolValues, WinnersAreGivenOnlyForMax) {
  EXPECT_FALSE(row({1, 2}, Reduction::mean).winners);
  EXPECT_TRUE(row({1, 2}, Reduction::max).winners);
}

TEST_P(PoolValues, ACancelledRunSaysSo) {
  const std::atomic<bool> cancelled = true;
  const Tensor input = grid(1, 2, {1, 2});
  const auto output = (*find_engine(GetParam()))
                          ->run(input, pool_of(input.shape(), {.kernel = 1}, Reduction::max),
                                {.cancelled = &cancelled});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "cancelled");
}

}  // namespace
}  // namespace poolscope
