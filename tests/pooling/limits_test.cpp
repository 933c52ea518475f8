#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

struct Refusal {
  std::string_view layer;
  std::string_view parameter;
  std::string_view message;
};

constexpr Shape kInput{1, 3, 6, 8};

const Refusal kRefusals[] = {
    {"MaxPool2d(0)", "kernel_size", "MaxPool2d: kernel_size 0 is too small; at least 1"},
    {"MaxPool2d((2, -1))", "kernel_size",
     "MaxPool2d: kernel_size (2, -1) is too small; at least 1"},
    {"MaxPool2d(2147483648)", "kernel_size",
     "MaxPool2d: kernel_size 2147483648 is too large; at most 2147483647"},
    {"MaxPool2d(2, stride=0)", "stride", "MaxPool2d: stride 0 is too small; at least 1"},
    {"MaxPool2d(2, padding=-1)", "padding", "MaxPool2d: padding -1 is too small; at least 0"},
    {"MaxPool2d(2, dilation=0)", "dilation", "MaxPool2d: dilation 0 is too small; at least 1"},
    {"MaxPool2d(3, padding=2)", "padding",
     "MaxPool2d: padding 2 is more than half of the window (3); at most 1"},
    {"AvgPool2d(3, padding=(0, 2))", "padding",
     "AvgPool2d: padding 2 is more than half of the window (3); at most 1"},
    {"MaxPool2d(7)", "kernel_size",
     "MaxPool2d: kernel_size 7 does not fit 6 rows; use at most 6, or padding 1"},
    {"MaxPool2d((1, 13), padding=(0, 1))", "kernel_size",
     "MaxPool2d: kernel_size 13 does not fit 8 columns padded to 10; use at most 10, or padding 3"},
    {"MaxPool2d(3, dilation=4)", "kernel_size",
     "MaxPool2d: kernel_size 3 spans 9 cells at dilation 4 and does not fit 6 rows; use at most 2, "
     "or padding 2"},
    {"AvgPool2d(2, divisor_override=0)", "divisor_override",
     "AvgPool2d: divisor_override 0 would divide by zero; any other integer, or None"},
    {"LPPool2d(2, 7)", "kernel_size", "LPPool2d: kernel_size 7 does not fit 6 rows; use at most 6"},
    {"LPPool2d(0, 2)", "norm_type",
     "LPPool2d: norm_type 0 has no root; any other number, or inf for the maximum"},
    {"LPPool2d(-inf, 2)", "norm_type",
     "LPPool2d: norm_type float(\"-inf\") is no power; any number but 0, or inf for the maximum"},
    {"LPPool2d(nan, 2)", "norm_type",
     "LPPool2d: norm_type float(\"nan\") is no power; any number but 0, or inf for the maximum"},
    {"AdaptiveMaxPool2d((3, 0))", "output_size",
     "AdaptiveMaxPool2d: output_size (3, 0) is too small; at least 1"},
    {"AdaptiveAvgPool2d(100000000)", "output_size",
     "AdaptiveAvgPool2d: output: an axis of 100000000 in 1x3x100000000x100000000; at most "
     "16777216"},
    {"MaxPooling2D(7)", "pool_size",
     "MaxPooling2D: pool_size 7 does not fit 6 rows; use at most 6, or padding=\"same\""},
    {"MaxPooling2D(2, 0)", "strides", "MaxPooling2D: strides 0 is too small; at least 1"},
    {"MaxPool(kernel_shape=[0, 2])", "kernel_shape",
     "MaxPool: kernel_shape [0, 2] is too small; at least 1"},
    {"MaxPool(kernel_shape=[9, 2], pads=[1, 0, 0, 0])", "kernel_shape",
     "MaxPool: kernel_shape 9 does not fit 6 rows padded to 7; use at most 7, or pads that add 2 "
     "rows"},
    {"MaxPool(kernel_shape=[2, 2], pads=[0, 0, 0, -1])", "pads",
     "MaxPool: pads [0, 0, 0, -1] is too small; at least 0"},
    {"MaxPool(kernel_shape=[2, 2], pads=[1073741824, 0, 0, 0])", "pads",
     "MaxPool: output: an axis of 1073741829 in 1x3x1073741829x7; at most 16777216"},
    {"MaxPool(kernel_shape=[2, 2], auto_pad=\"VALID\", pads=[1, 1, 1, 1])", "pads",
     "MaxPool: pads [1, 1, 1, 1] cannot go with auto_pad \"VALID\"; leave out one of the two"},
    {"MaxPool(kernel_shape=[2, 2], storage_order=2)", "storage_order",
     "MaxPool: storage_order 2 is out of range; 0 (row-major) or 1 (column-major)"},
    {"LpPool(kernel_shape=[2, 2], p=0)", "p",
     "LpPool: p 0 is no positive integer; from 1 to 2147483647"},
    {"GlobalLpPool(p=-1)", "p", "GlobalLpPool: p -1 is no positive integer; from 1 to 2147483647"},
};

TEST(Limits, NameTheParameterTheValueAndTheLimit) {
  for (const Refusal& refusal : kRefusals) {
    const auto layer = parse_layer(refusal.layer);
    ASSERT_TRUE(layer) << refusal.layer << ": " << layer.error().message;
    const auto pool = lower(*layer, kInput);
    ASSERT_FALSE(pool) << refusal.layer;
    EXPECT_EQ(pool.error().message, refusal.message);
    EXPECT_EQ(pool.error().parameter, refusal.parameter) << refusal.layer;
    EXPECT_EQ(pool.error().kind, ErrorKind::failure);
  }
}

TEST(Limits, FollowTheAdviceAndTheWindowFits) {
  for (const std::string_view text :
       {"MaxPool2d(6)", "MaxPool2d(7, padding=1)", "MaxPool2d((1, 13), padding=(0, 3))",
        "MaxPool2d(3, padding=2, dilation=4)", "MaxPooling2D(7, padding=\"same\")",
        "MaxPool(kernel_shape=[9, 2], pads=[3, 0, 0, 0])"}) {
    const auto layer = parse_layer(text);
    ASSERT_TRUE(layer) << text;
    const auto pool = lower(*layer, kInput);
    EXPECT_TRUE(pool) << pool.error().message;
  }
}

TEST(Limits, WindowsOfEverySizeAreCountedWithoutOverflow) {
  const auto layer = parse_layer("AvgPool2d(2147483647, padding=1073741823)");
  ASSERT_TRUE(layer);
  const auto pool = lower(*layer, kInput);
  ASSERT_TRUE(pool) << pool.error().message;
  EXPECT_EQ(pool->planes.front().rows.front().divisor, 2147483647);
}

TEST(Limits, AnEmptyBatchIsFine) {
  const auto layer = parse_layer("MaxPool2d(2)");
  const auto pool = lower(*layer, {0, 3, 6, 8});
  ASSERT_TRUE(pool);
  EXPECT_EQ(pool->output_shape({0, 3, 6, 8}), (Shape{0, 3, 3, 4}));
}

TEST(Limits, AnInputWithoutCellsIsNamed) {
  const auto message = [](const Shape& input) {
    const auto pool = lower(*parse_layer("AdaptiveMaxPool2d(1)"), input);
    return pool ? "" : pool.error().message;
  };
  EXPECT_EQ(message({1, 0, 6, 8}),
            "AdaptiveMaxPool2d: the input has 0 channels (1x0x6x8); at least 1");
  EXPECT_EQ(message({1, 3, 0, 8}), "AdaptiveMaxPool2d: the input has 0 rows (1x3x0x8); at least 1");
  EXPECT_EQ(message({1, 3, 6, 0}),
            "AdaptiveMaxPool2d: the input has 0 columns (1x3x6x0); at least 1");
}

TEST(Limits, ParametersThatTheKindDoesNotListAreNotRead) {
  Layer layer = make_layer(*find_kind("LPPool2d"));
  const auto plain = lower(layer, kInput);
  layer.padding = {9, 9, 9, 9};
  layer.dilation = {5, 5};
  layer.divisor_override = 0;
  EXPECT_EQ(lower(layer, kInput).value(), plain.value());
}

}  // namespace
}  // namespace poolscope
