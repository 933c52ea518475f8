#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"
#include "tests/values.h"

namespace poolscope {
namespace {

LoweredPool lowered(std::string_view text, const Shape& input) {
  const auto pool = lower(layer_of(text), input);
  EXPECT_TRUE(pool) << text << ": " << (pool ? "" : pool.error().message);
  return pool ? *pool : LoweredPool{{PlaneWindows{}}};
}

/// Rows of a layer on `size` rows and one column.
std::vector<AxisWindow> rows_of(std::string_view text, std::int64_t size) {
  return lowered(text, {1, 1, size, 1}).planes.front().rows;
}

std::string error_of(std::string_view text, const Shape& input) {
  const auto pool = lower(layer_of(text), input);
  return pool ? "" : pool.error().message;
}

std::vector<std::int64_t> counts(const std::vector<AxisWindow>& windows) {
  std::vector<std::int64_t> result;
  for (const AxisWindow& window : windows) result.push_back(window.count);
  return result;
}

std::vector<std::int64_t> divisors(const std::vector<AxisWindow>& windows) {
  std::vector<std::int64_t> result;
  for (const AxisWindow& window : windows) result.push_back(window.divisor);
  return result;
}

using Numbers = std::vector<std::int64_t>;

TEST(MaxPool2d, DropsACeilWindowThatWouldStartInThePadding) {
  EXPECT_EQ(rows_of("MaxPool2d((2, 1), 2, (1, 0), ceil_mode=True)", 5).size(), 3U);
}

TEST(MaxPool2d, RoundsDownWhereTheWindowOverhangsTheWholeInput) {
  const auto rows = rows_of("MaxPool2d((4, 1), 2, ceil_mode=True)", 3);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0], (AxisWindow{.begin = 0, .count = 4}));
  EXPECT_NE(error_of("MaxPool2d((4, 1), 2)", {1, 1, 3, 1}), "");
  EXPECT_NE(error_of("MaxPool2d((8, 1), 4, ceil_mode=True)", {1, 1, 3, 1}), "");
}

TEST(MaxPool2d, NamesThePaddingLimit) {
  const auto pool = lower(layer_of("MaxPool2d(3, padding=2)"), {1, 1, 6, 6});
  ASSERT_FALSE(pool);
  EXPECT_EQ(pool.error().message,
            "MaxPool2d: padding 2 is more than half of the window (3); at most 1");
  EXPECT_EQ(pool.error().parameter, "padding");
  EXPECT_EQ(pool.error().kind, ErrorKind::failure);
}

TEST(MaxPool2d, AllowsPaddingUpToHalfOfTheDilatedWindow) {
  EXPECT_EQ(error_of("MaxPool2d(2, padding=2, dilation=3)", {1, 1, 6, 6}), "");
  EXPECT_NE(error_of("MaxPool2d(2, padding=3, dilation=3)", {1, 1, 6, 6}), "");
}

TEST(AvgPool2d, CountsPaddingButNotTheCeilOverhang) {
  const std::string text = "AvgPool2d((3, 1), 2, (1, 0), True, ";
  EXPECT_EQ(divisors(rows_of(text + "True)", 6)), (Numbers{3, 3, 3, 2}));
  EXPECT_EQ(divisors(rows_of(text + "False)", 6)), (Numbers{2, 3, 3, 1}));
}

TEST(LPPool2d, ScalesAPartialWindowAsIfFull) {
  const LoweredPool pool = lowered("LPPool2d(2, 2, 2, True)", {1, 1, 5, 5});
  EXPECT_EQ(pool.reduction, Reduction::power);
  EXPECT_EQ(pool.gain, 4.0);
  EXPECT_EQ(divisors(pool.planes.front().rows), (Numbers{2, 2, 1}));
}

TEST(LPPool2d, OfNormInfinityIsTheMaximum) {
  EXPECT_EQ(lowered("LPPool2d(float('inf'), 2)", {1, 1, 4, 4}).reduction, Reduction::max);
}

TEST(AdaptiveAvgPool2d, WidthsVaryWhereTheOutputDoesNotDivideTheInput) {
  const auto rows = rows_of("AdaptiveAvgPool2d((7, None))", 10);
  EXPECT_EQ(counts(rows), (Numbers{2, 2, 3, 2, 3, 2, 2}));
  EXPECT_EQ(divisors(rows), counts(rows));
}

TEST(AdaptiveAvgPool2d, RefusesAnOutputThatWouldNotFitInMemory) {
  EXPECT_NE(error_of("AdaptiveAvgPool2d(100000000)", {1, 1, 6, 6}), "");
  EXPECT_NE(error_of("AdaptiveAvgPool2d(10000000)", {0, 1, 6, 6}), "");
}

TEST(Keras, SamePutsTheOddCellAfter) {
  const auto five = rows_of("MaxPooling2D((2, 1), 2, padding='same')", 5);
  ASSERT_EQ(five.size(), 3U);
  EXPECT_EQ(five.front().begin, 0);
  EXPECT_EQ(five.back().last(), 5);
  const auto thirteen = rows_of("AveragePooling2D((4, 1), (3, 1), 'same')", 13);
  ASSERT_EQ(thirteen.size(), 5U);
  EXPECT_EQ(thirteen.front().begin, -1);
  EXPECT_EQ(thirteen.back().last(), 14);
  EXPECT_EQ(divisors(thirteen), (Numbers{3, 4, 4, 4, 2}));
}

TEST(Onnx, StridesAreOneAndPaddingIsLeftOutOfTheMeanByDefault) {
  const auto rows = rows_of("AveragePool(kernel_shape=[3, 1], pads=[1, 0, 1, 0])", 4);
  EXPECT_EQ(divisors(rows), (Numbers{2, 3, 3, 2}));
}

TEST(Onnx, AWindowMayLieInThePadding) {
  const auto rows = rows_of("AveragePool(kernel_shape=[2, 1], pads=[2, 0, 0, 0])", 2);
  EXPECT_EQ(divisors(rows), (Numbers{0, 1, 2}));
}

TEST(Onnx, SameLowerPutsTheOddCellBefore) {
  const auto rows =
      rows_of("MaxPool(kernel_shape=[2, 1], strides=[2, 1], auto_pad='SAME_LOWER')", 5);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.front().begin, -1);
}

TEST(Onnx, RefusesPadsBesideAutoPad) {
  EXPECT_EQ(
      error_of("MaxPool(kernel_shape=[2, 2], auto_pad='VALID', pads=[1, 1, 1, 1])", {1, 1, 6, 6}),
      "MaxPool: pads [1, 1, 1, 1] cannot go with auto_pad \"VALID\"; leave out one of the two");
}

TEST(Onnx, RefusesPadsWhoseOutputWouldNotFitInMemory) {
  EXPECT_NE(error_of("MaxPool(kernel_shape=[2, 2], pads=[1073741824, 0, 0, 0])", {1, 1, 6, 6}), "");
}

}  // namespace
}  // namespace poolscope
