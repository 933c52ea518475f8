#include "core/analysis/likely_mistakes.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Tensor square(const std::vector<float>& values) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(values.size())));
  return *Tensor::copy_of({1, 1, side, side}, values);
}

std::vector<MistakenValue> slips_of(const std::string& layer, const Tensor& input, std::int64_t row,
                                    std::int64_t col) {
  const LoweredPool pool = *lower(*parse_layer(layer), input.shape());
  const Tensor output = ReferenceEngine().run(input, pool, {})->values;
  return mistaken_values(pool, input, output, {0, row, col});
}

/// The values that a mistake gives.
std::vector<double> values_of(const std::vector<MistakenValue>& slips, Mistake mistake) {
  std::vector<double> values;
  for (const MistakenValue& slip : slips) {
    if (slip.mistake == mistake) values.push_back(slip.value);
  }
  return values;
}

using Doubles = std::vector<double>;

const Tensor& four_by_four() {
  static const Tensor kCells = square({1, 3, 2, 4, 5, 6, 1, 2, 7, 2, 8, 3, 1, 4, 5, 9});
  return kCells;
}

TEST(LikelyMistakes, AreTheOtherReductionsOfTheSameWindow) {
  const auto slips = slips_of("MaxPool2d(2)", four_by_four(), 0, 0);
  EXPECT_EQ(values_of(slips, Mistake::largest), Doubles{6});
  EXPECT_EQ(values_of(slips, Mistake::smallest), Doubles{1});
  EXPECT_EQ(values_of(slips, Mistake::average), Doubles{3.75});
  EXPECT_EQ(values_of(slips, Mistake::sum), Doubles{15});
  EXPECT_EQ(values_of(slips, Mistake::middle), Doubles{3});
}

TEST(LikelyMistakes, AreTheOtherDivisorsOfAMean) {
  const auto slips = slips_of("AvgPool2d(2, stride=2, padding=1)", four_by_four(), 0, 1);
  EXPECT_EQ(values_of(slips, Mistake::all_taps_counted), Doubles{1.25});
  EXPECT_EQ(values_of(slips, Mistake::inside_counted), Doubles{2.5});
  EXPECT_EQ(slips.front().mistake, Mistake::all_taps_counted);
  EXPECT_TRUE(
      values_of(slips_of("MaxPool2d(2)", four_by_four(), 0, 0), Mistake::inside_counted).empty());
}

TEST(LikelyMistakes, LetPaddingCompeteOnlyWhereThereIsSome) {
  EXPECT_EQ(values_of(slips_of("MaxPool2d(2, padding=1)", four_by_four(), 0, 0),
                      Mistake::zero_from_padding),
            Doubles{0});
  EXPECT_TRUE(values_of(slips_of("MaxPool2d(2)", four_by_four(), 0, 0), Mistake::zero_from_padding)
                  .empty());
}

TEST(LikelyMistakes, StopBeforeTheRootOfAPower) {
  const auto slips = slips_of("LPPool2d(2, 2)", four_by_four(), 0, 0);
  ASSERT_EQ(values_of(slips, Mistake::no_root).size(), 1U);
  EXPECT_NEAR(values_of(slips, Mistake::no_root)[0], 1 + 9 + 25 + 36, 1e-4);
}

TEST(LikelyMistakes, AreTheResultsOfOtherWindows) {
  // 6 4 / 7 9
  const auto slips = slips_of("MaxPool2d(2)", four_by_four(), 0, 1);
  EXPECT_EQ(values_of(slips, Mistake::swapped_axes), Doubles{7});
  EXPECT_EQ(values_of(slips, Mistake::neighbour), (Doubles{6, 9}));
  // One cell to the right of the first window: 3 2 / 6 1.
  EXPECT_EQ(values_of(slips, Mistake::stride_forgotten), Doubles{6});
  EXPECT_TRUE(
      values_of(slips_of("MaxPool2d(2, stride=1)", four_by_four(), 0, 1), Mistake::stride_forgotten)
          .empty());
}

TEST(LikelyMistakes, RoundTooEarly) {
  const auto slips = slips_of("AvgPool2d(3, stride=1)", four_by_four(), 0, 0);
  const Doubles rounded = values_of(slips, Mistake::rounded);  // of 35/9
  for (const double value : {3.89, 3.88, 3.9, 3.8, 4.0, 3.0}) {
    EXPECT_TRUE(std::ranges::any_of(rounded, [&](double r) { return std::abs(r - value) < 1e-9; }))
        << value;
  }
}

TEST(LikelyMistakes, AreNoneWhereAWindowHoldsNoNumber) {
  const Tensor nothing = square({kNan, kNan, kNan, kNan});
  EXPECT_TRUE(slips_of("MaxPool2d(2)", nothing, 0, 0).empty());
  const Tensor some = square({kNan, 5, kNan, 2});
  EXPECT_EQ(values_of(slips_of("MaxPool2d(2)", some, 0, 0), Mistake::largest), Doubles{5});
}

}  // namespace
}  // namespace poolscope
