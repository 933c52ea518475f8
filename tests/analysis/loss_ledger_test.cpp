#include "core/analysis/loss_ledger.h"

#include <algorithm>
#include <cmath>

#include "tests/analysis/labs.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Values rebuilt_values(std::string_view layer, const Tensor& input, Rebuild way) {
  return values_of(*rebuilt(pooled(layer, input), way));
}

const RebuiltPlane& way_of(const LossLedger& ledger, Rebuild way) {
  return *std::ranges::find(ledger.rebuilt, way, &RebuiltPlane::way);
}

TEST(Rebuilt, PutsWinnersBackAndZerosElsewhere) {
  EXPECT_EQ(rebuilt_values("MaxPool2d(2)", grid(2, 4, {1, 5, 2, 0, 3, 4, 7, -1}), Rebuild::unpool),
            (Values{0, 5, 0, 0, 0, 0, 7, 0}));
}

TEST(Rebuilt, SpreadsMeansOverTheCellsTheyRead) {
  // Windows 0..1 and 1..2 of three cells: the middle one gets the mean of both.
  EXPECT_EQ(rebuilt_values("AvgPool2d((1, 2), 1)", grid(1, 3, {1, 3, 9}), Rebuild::unpool),
            (Values{2, 4, 6}));
  // A stride beyond the window leaves cells that nothing is known of.
  EXPECT_EQ(rebuilt_values("AvgPool2d((1, 1), (1, 2))", grid(1, 4, {4, 5, 6, 7}), Rebuild::unpool),
            (Values{4, 0, 6, 0}));
}

TEST(Rebuilt, RepeatsTheNearestAndBlendsBetweenHalfPixelCentres) {
  const Tensor input = grid(1, 6, {0, 0, 4, 4, 8, 8});
  EXPECT_EQ(rebuilt_values("AvgPool2d((1, 2))", input, Rebuild::nearest),
            (Values{0, 0, 4, 4, 8, 8}));
  // As align_corners=False has it: centres at 0.5, 2.5 and 4.5.
  EXPECT_EQ(rebuilt_values("AvgPool2d((1, 2))", input, Rebuild::bilinear),
            (Values{0, 1, 3, 5, 7, 8}));
}

TEST(Rebuilt, CentresWindowsOnTheirTapsInsideTheInput) {
  // Padding: the windows read cells 0..1 and 1..3 of four; centres 0.5 and 2.
  EXPECT_EQ(
      rebuilt_values("MaxPool2d((1, 3), 2, (0, 1))", grid(1, 4, {3, 0, 0, 9}), Rebuild::nearest),
      (Values{3, 3, 9, 9}));
  EXPECT_EQ(
      rebuilt_values("MaxPool2d((1, 3), 2, (0, 1))", grid(1, 4, {3, 0, 0, 9}), Rebuild::bilinear),
      (Values{3, 5, 9, 9}));
  // Overhang of ceil_mode: the last window reads cell 4 alone.
  EXPECT_EQ(rebuilt_values("MaxPool2d((1, 2), ceil_mode=True)", grid(1, 5, {1, 1, 2, 2, 8}),
                           Rebuild::nearest),
            (Values{1, 1, 2, 2, 8}));
}

TEST(Rebuilt, BlendsRowsAndColumnsAlike) {
  const Tensor input = grid(4, 4, {0, 0, 4, 4, 0, 0, 4, 4, 8, 8, 12, 12, 8, 8, 12, 12});
  EXPECT_EQ(rebuilt_values("MaxPool2d(2)", input, Rebuild::bilinear),
            (Values{0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12}));
}

TEST(LossLedger, CountsWhatReachesTheOutput) {
  const Tensor input = grid(4, 5, {9, 1, 1, 1, 1, 1, 1, 1, 8, 1, 1, 1, 7, 1, 1, 1, 6, 1, 1, 1});
  const LossLedger max = *loss_ledger(pooled("MaxPool2d(2)", input));
  EXPECT_EQ(max.cells_in, 20);
  EXPECT_EQ(max.cells_out, 4);
  EXPECT_EQ(max.cells_read, 16);  // The fifth column is in no window.
  EXPECT_EQ(max.cells_reach, 4);
  EXPECT_TRUE(max.picks);
  const LossLedger mean = *loss_ledger(pooled("AvgPool2d(2)", input));
  EXPECT_EQ(mean.cells_reach, 16);
  EXPECT_FALSE(mean.picks);
  // One cell wins all four windows that overlap on it.
  const Tensor peak = grid(3, 3, {0, 0, 0, 0, 5, 0, 0, 0, 0});
  EXPECT_EQ(loss_ledger(pooled("MaxPool2d(2, 1)", peak))->cells_reach, 1);
}

TEST(LossLedger, KeepsTheEnergyOfTheWinners) {
  const LossLedger ledger = *loss_ledger(pooled("MaxPool2d(2)", grid(2, 2, {1, 2, 2, 4})));
  EXPECT_DOUBLE_EQ(ledger.energy_kept, 16.0 / 25.0);
}

TEST(LossLedger, SplitsTheInputsEnergyBetweenWhatIsPutBackAndItsError) {
  const Tensor input = noise(12, 9);
  const double energy = moments_of(input).energy;
  for (const char* layer : {"MaxPool2d(3)", "MinPool2d(2)", "MedianPool2d(3, 1, 1)", "AvgPool2d(3)",
                            "MaxPool2d(3, 2, 1)", "AdaptiveAvgPool2d((4, 3))"}) {
    const LossLedger ledger = *loss_ledger(pooled(layer, input));
    const double error = way_of(ledger, Rebuild::unpool).mse * 108.0;
    EXPECT_NEAR(error, energy * (1.0 - ledger.energy_kept), 1e-4 * energy) << layer;
  }
}

TEST(LossLedger, KeepsTheVarianceOfTheOutput) {
  // Input variance 5 (mean 4), output 1 and 7: variance 9.
  const LossLedger ledger = *loss_ledger(pooled("MaxPool2d(1, 3)", grid(1, 4, {1, 5, 3, 7})));
  EXPECT_DOUBLE_EQ(ledger.variance_kept, 9.0 / 5.0);
}

TEST(LossLedger, PutsTheBestGuessFirst) {
  // Constant windows: repeating them is exact, blending is not.
  const LossLedger tiles = *loss_ledger(pooled("MaxPool2d((1, 2))", grid(1, 4, {1, 1, 5, 5})));
  EXPECT_EQ(tiles.rebuilt.front().way, Rebuild::nearest);
  EXPECT_EQ(tiles.rebuilt.front().mse, 0.0);
  EXPECT_EQ(way_of(tiles, Rebuild::unpool).mse, 26.0 / 4.0);
  EXPECT_EQ(way_of(tiles, Rebuild::bilinear).mse, 2.0 / 4.0);
  // Lone points on black: only putting them back in place is exact.
  const LossLedger stars = *loss_ledger(pooled("MaxPool2d((1, 2))", grid(1, 4, {0, 9, 7, 0})));
  EXPECT_EQ(stars.rebuilt.front().way, Rebuild::unpool);
  EXPECT_EQ(stars.rebuilt.front().mse, 0.0);
}

TEST(LossLedger, HasNoPlaceToPutThePyramidsCellsButItsWinners) {
  const LossLedger ledger = *loss_ledger(pooled("SpatialPyramidPool2d(bins=[1, 2])", noise(4, 4)));
  ASSERT_EQ(ledger.rebuilt.size(), 1U);
  EXPECT_EQ(ledger.rebuilt.front().way, Rebuild::unpool);
  EXPECT_EQ(ledger.cells_read, 16);
}

TEST(PooledPlane, OfALayerWithWindowsForEachPlaneIsThatPlane) {
  const Tensor input = *Tensor::copy_of({1, 3, 6, 6}, noise(18, 6).values());
  for (const char* text :
       {"FractionalMaxPool2d(2, output_size=3, seed=5)", "MaxBlurPool2d(2)",
        "StochasticPool2d(2, training=True, seed=3)", "SpatialPyramidPool2d(bins=[1, 2])"}) {
    const auto lowered = lower_layer(*parse_layer(text), input.shape());
    if (const auto* pool = std::get_if<LoweredPool>(&*lowered)) {
      const auto whole = reference().run(input, *pool, {});
      for (std::int64_t p = 0; p < 3; ++p) {
        const auto expected = whole->values.plane(p);
        EXPECT_EQ(values_of(pooled(text, input, p).output),
                  Values(expected.begin(), expected.end()))
            << text;
      }
    }
    EXPECT_EQ(pooled(text, input, 2).input.shape(), (Shape{1, 1, 6, 6}));
  }
}

}  // namespace
}  // namespace poolscope
