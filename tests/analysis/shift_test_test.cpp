#include "core/analysis/shift_test.h"

#include <cmath>

#include "tests/analysis/labs.h"
#include "tests/values.h"

namespace poolscope {
namespace {

ShiftTest test_of(std::string_view layer, const Tensor& plane) {
  return *ShiftTest::of(reference(), *parse_layer(layer), plane, 0);
}

ShiftResponse response(std::string_view layer, const Tensor& plane, Shift shift,
                       ShiftEdge edge = ShiftEdge::circular) {
  return *test_of(layer, plane).response(shift, edge, {});
}

TEST(Shifted, MovesDownAndRightByTheEdgesRule) {
  const Tensor plane = grid(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(values_of(*shifted(plane, {0, 1}, ShiftEdge::circular)), (Values{3, 1, 2, 6, 4, 5}));
  EXPECT_EQ(values_of(*shifted(plane, {1, 0}, ShiftEdge::zeros)), (Values{0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(values_of(*shifted(plane, {0, -1}, ShiftEdge::replicate)), (Values{2, 3, 3, 5, 6, 6}));
  EXPECT_EQ(values_of(*shifted(plane, {-3, 4}, ShiftEdge::circular)), (Values{6, 4, 5, 3, 1, 2}));
}

TEST(ShiftTest, MeasuresTheChangeAgainstTheUnshiftedOutput) {
  // Zhang's example, a row 0 0 1 1 0 0 1 1 under max 2 stride 2: 0 1 0 1, one cell on 1 1 1 1.
  const ShiftResponse max =
      response("MaxPool2d((1, 2))", grid(1, 8, {0, 0, 1, 1, 0, 0, 1, 1}), {0, 1});
  EXPECT_DOUBLE_EQ(max.change, 1.0);   // Two cells off by 1, of two cells of 1.
  EXPECT_DOUBLE_EQ(max.aligned, 1.0);  // And no whole cell puts it right.
}

TEST(ShiftTest, OfNoShiftIsZero) {
  for (const ShiftKind& kind : shift_kinds(*parse_layer("MaxPool2d(3, 2, 1)"))) {
    const auto test = ShiftTest::of(reference(), kind.layer, noise(7, 9), 0);
    const auto still = test->response({}, ShiftEdge::zeros, {});
    EXPECT_EQ(still->change, 0.0);
    EXPECT_EQ(still->aligned, 0.0);
  }
}

TEST(ShiftTest, IsExactAtMultiplesOfTheStrideWithoutBorders) {
  const Tensor plane = noise(12, 12);
  for (const char* layer : {"MaxPool2d(2)", "AvgPool2d(3)", "MinPool2d(4)", "MaxPool2d(1, 3)",
                            "StridedConv2d(2, weight=\"centre\")", "AdaptiveAvgPool2d(4)"}) {
    const auto lowered = lower_layer(*parse_layer(layer), plane.shape());
    const std::int64_t stride = 12 / output_shape(*lowered, plane.shape()).h;
    for (const Shift shift : {Shift{stride, 0}, Shift{0, 2 * stride}, Shift{-stride, stride}}) {
      const ShiftResponse moved = response(layer, plane, shift);
      EXPECT_EQ(moved.aligned, 0.0) << layer;
      EXPECT_GT(moved.change, 0.0) << layer;
      EXPECT_EQ(moved.moved, (Shift{shift.y / stride, shift.x / stride})) << layer;
    }
    EXPECT_GT(response(layer, plane, {0, 1}).aligned, 0.0) << layer;
  }
}

TEST(ShiftTest, OfABlurIsSmallerThanOfAMax) {
  const Tensor plane = noise(16, 16);
  const double max = response("MaxPool2d(2)", plane, {0, 1}).aligned;
  const double blur = response("MaxBlurPool2d(2, filter_size=5)", plane, {0, 1}).aligned;
  EXPECT_LT(blur, max);
}

TEST(ShiftTest, LeavesOutWhatMovedInAtTheOtherEdges) {
  // The shifted row is 0 0 1 2 3 4; its outputs 0 2 4 line up with 2 4 of the still one's 2 4 6.
  const ShiftResponse moved =
      response("MaxPool2d((1, 2))", grid(1, 6, {1, 2, 3, 4, 5, 6}), {0, 2}, ShiftEdge::zeros);
  EXPECT_EQ(moved.aligned, 0.0);
  EXPECT_DOUBLE_EQ(moved.change, std::sqrt((4.0 + 4.0 + 4.0) / (4.0 + 16.0 + 36.0)));
}

TEST(ShiftTest, OfNothingButZerosIsZeroAndOfZerosThatBecomeSomethingUndefined) {
  EXPECT_EQ(response("MaxPool2d(2)", grid(2, 2, {0, 0, 0, 0}), {1, 0}).change, 0.0);
  const Tensor plane = grid(1, 4, {0, 0, -1, 3});
  // Only cell 0 is read: 0, and 3 once the row has moved on.
  EXPECT_TRUE(std::isnan(response("MaxPool2d((1, 1), (1, 4))", plane, {0, 1}).change));
}

TEST(ShiftKinds, KeepKernelStrideAndPaddingOfTheLayer) {
  const auto kinds = shift_kinds(*parse_layer("AvgPool2d(3, stride=2, padding=1)"));
  ASSERT_EQ(kinds.size(), 4U);
  EXPECT_EQ(layer_text(kinds[0].layer), "MaxPool2d(kernel_size=3, stride=2, padding=1)");
  EXPECT_EQ(layer_text(kinds[2].layer),
            "StridedConv2d(kernel_size=3, stride=2, padding=1, weight=\"centre\")");
  EXPECT_EQ(layer_text(kinds[3].layer), "MaxBlurPool2d(kernel_size=3, stride=2)");
  EXPECT_TRUE(kinds[1].current);
  EXPECT_FALSE(kinds[0].current);
}

TEST(ShiftKinds, HoldALayerThatIsNoneOfThemAsWell) {
  const auto kinds = shift_kinds(*parse_layer("MaxPooling2D(pool_size=3)"));
  ASSERT_EQ(kinds.size(), 5U);
  EXPECT_EQ(layer_text(kinds[4].layer), "MaxPooling2D(pool_size=3)");
  EXPECT_TRUE(kinds[4].current);
  EXPECT_EQ(layer_text(kinds[0].layer), "MaxPool2d(kernel_size=3)");
}

TEST(ShiftKinds, OfALayerOverARowStayInTheRow) {
  const auto kinds = shift_kinds(*parse_layer("MaxPool1d(3, stride=2)"));
  EXPECT_EQ(layer_text(kinds[0].layer), "MaxPool2d(kernel_size=(1, 3), stride=(1, 2))");
}

}  // namespace
}  // namespace poolscope
