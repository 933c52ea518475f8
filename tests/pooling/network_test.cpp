#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/pooling/kernels.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/pipeline.h"

namespace poolscope {
namespace {

constexpr Shape kPicture{1, 3, 8, 9};

Convolution convolution(std::string_view text, const Shape& input = kPicture) {
  const auto lowered = lower_layer(*parse_layer(text), input);
  EXPECT_TRUE(lowered) << text << ": " << lowered.error().message;
  return std::get<Convolution>(*lowered);
}

std::string error(std::string_view text, const Shape& input = kPicture) {
  const auto layer = parse_layer(text);
  if (!layer) return layer.error().message;
  const auto lowered = lower_layer(*layer, input);
  return lowered ? "" : lowered.error().message;
}

std::vector<float> kernel(const Convolution& convolution, std::int64_t out, std::int64_t channel) {
  const auto weights = convolution.kernel(out, channel);
  return {weights.begin(), weights.end()};
}

TEST(Conv2d, IsReadAsPyTorchWritesIt) {
  const Layer layer = *parse_layer("nn.Conv2d(3, 8, (3, 5), 2, padding=1, bias=False)");
  EXPECT_EQ(layer.in_channels, 3);
  EXPECT_EQ(layer.out_channels, 8);
  EXPECT_EQ(layer.kernel_size, (Pair{3, 5}));
  EXPECT_EQ(layer.effective_stride(), (Pair{2, 2}));
  EXPECT_EQ(layer.groups, 1);
  EXPECT_EQ(layer_text(layer),
            "Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 5), stride=2, padding=1)");
  const auto lowered = lower_layer(layer, kPicture);
  ASSERT_TRUE(lowered);
  EXPECT_EQ(output_shape(*lowered, kPicture), (Shape{1, 8, 4, 4}));
}

TEST(Conv2d, MovesByOneCellUnlessTold) {
  EXPECT_EQ(parse_layer("Conv2d(weight=\"box\")")->effective_stride(), (Pair{1, 1}));
}

TEST(Conv2d, TypedKernelsBringTheirSize) {
  const Layer layer = *parse_layer("Conv2d(weight=[[0, 1.5], [1, -4], [0, 1]])");
  EXPECT_EQ(layer.kernel_size, (Pair{3, 2}));
  EXPECT_EQ(layer_text(layer), "Conv2d(kernel_size=(3, 2), weight=[[0, 1.5], [1, -4], [0, 1]])");
  EXPECT_EQ(*parse_layer(layer_text(layer)), layer);
  EXPECT_EQ(error("Conv2d(weight=[[1, 2]], kernel_size=3)"),
            "Conv2d: kernel_size 3x3 differs from the typed kernel, which is 1x2");
  EXPECT_EQ(error("Conv2d(5, kernel_size=5, weight=\"sobel_x\")", {1, 5, 8, 8}),
            "Conv2d: kernel_size 5x5 differs from \"sobel_x\", which is 3x3");
}

TEST(Conv2d, OneKernelReadsEveryChannelAlike) {
  const Convolution mixed = convolution("Conv2d(weight=[[1, 2], [3, 4]])");
  EXPECT_EQ(mixed.out_channels, 1);
  EXPECT_EQ(mixed.channels, 3);
  for (const std::int64_t channel : {0, 1, 2}) {
    EXPECT_EQ(kernel(mixed, 0, channel), (std::vector<float>{1, 2, 3, 4}));
  }
}

TEST(Conv2d, WithoutGroupsEachChannelIsByItself) {
  const Convolution alone = convolution("Conv2d(groups=None, weight=[[[1]], [[2]]])");
  EXPECT_EQ(alone.groups, 3);
  EXPECT_EQ(alone.channels, 1);
  EXPECT_EQ(alone.out_channels, 6);
  EXPECT_EQ(alone.first_channel(3), 1);
  EXPECT_EQ(kernel(alone, 3, 0), std::vector<float>{2});
}

TEST(Conv2d, FourAxesAreThePyTorchWeight) {
  const Convolution full =
      convolution("Conv2d(weight=[[[[1]], [[2]], [[3]]], [[[4]], [[5]], [[6]]]])");
  EXPECT_EQ(full.out_channels, 2);
  EXPECT_EQ(kernel(full, 1, 2), std::vector<float>{6});
  EXPECT_EQ(error("Conv2d(weight=[[[[1]], [[2]]]])"),
            "Conv2d: weight reads 2 channels; with groups 1 each kernel reads 3 of the input's 3");
}

TEST(Conv2d, BanksHaveAsManyKernelsAsAskedFor) {
  EXPECT_EQ(convolution("Conv2d(weight=\"gabor\", kernel_size=7)").out_channels, 4);
  EXPECT_EQ(convolution("Conv2d(weight=\"gabor\", kernel_size=7, out_channels=6)").out_channels, 6);
  EXPECT_EQ(convolution("Conv2d(groups=None, weight=\"gabor\")").out_channels, 12);
}

TEST(Conv2d, RandomKernelsFollowTheirSeedAlone) {
  const Convolution a = convolution("Conv2d(3, 8, 3, seed=5)");
  EXPECT_EQ(a, convolution("Conv2d(3, 8, 3, seed=5)"));
  EXPECT_NE(a, convolution("Conv2d(3, 8, 3, seed=6)"));
  EXPECT_NE(kernel(a, 0, 0), kernel(a, 0, 1));
  EXPECT_NE(kernel(a, 0, 0), kernel(a, 1, 0));
  const double bound = 1.0 / std::sqrt(27.0);
  for (const float weight : a.weights) EXPECT_LE(std::abs(weight), bound);
}

TEST(Conv2d, SaysWhatIsWrongAndWhatWouldBeRight) {
  EXPECT_EQ(error("Conv2d(4)"),
            "Conv2d: in_channels 4 differs from the 3 channels of the input; 3 or None");
  EXPECT_EQ(error("Conv2d(groups=2)"),
            "Conv2d: groups 2 does not divide the 3 channels of the input; 1, 3 or None");
  EXPECT_EQ(error("Conv2d(out_channels=4, groups=3)"),
            "Conv2d: out_channels 4 cannot be shared by 3 groups; a multiple of 3");
  EXPECT_EQ(error("Conv2d(out_channels=2, weight=\"box\")"),
            "Conv2d: out_channels 2 differs from the 1 that the weight gives with 1 group; 1 or "
            "None");
  EXPECT_EQ(error("Conv2d(bias=[1, 2], weight=\"box\")"),
            "Conv2d: bias has 2 numbers; 1, or 1, one a channel");
  EXPECT_EQ(error("Conv2d(weight=[[1, float('nan')]])"),
            "Conv2d: weight [[1, nan]] holds a number that float32 cannot; finite ones only");
  EXPECT_NE(error("Conv2d(weight=[[1, 2], [3]])").find("weight of Conv2d takes "),
            std::string::npos);
  EXPECT_NE(error("Conv2d(weight=\"sobel\")").find("\"sobel_x\""), std::string::npos);
  EXPECT_EQ(error("Conv2d(kernel_size=9)"),
            "Conv2d: kernel_size 9 does not fit 8 rows; use at most 8, or padding 1");
  EXPECT_EQ(error("Conv2d(out_channels=65536, kernel_size=8)"),
            "Conv2d: kernel_size 8x8 with 65536 output channels that read 3 each has too many "
            "weights; at most 4194304");
}

TEST(Conv2d, PaddingMayExceedHalfOfTheKernel) {
  EXPECT_EQ(output_shape(convolution("Conv2d(weight=\"box\", padding=5)"), kPicture),
            (Shape{1, 1, 16, 17}));
}

TEST(KernelPresets, KeepBrightnessOrFindNone) {
  const auto sum = [](std::string_view preset, std::int64_t size) {
    double total = 0.0;
    for (const float weight : preset_kernels({.preset = preset, .size = {size, size}, .count = 1}))
      total += weight;
    return total;
  };
  for (const char* name : {"identity", "box", "gaussian", "sharpen", "emboss"}) {
    EXPECT_NEAR(sum(name, 3), 1.0, 1e-6) << name;
  }
  for (const char* name : {"sobel_x", "sobel_y", "laplacian", "gabor"}) {
    EXPECT_NEAR(sum(name, 3), 0.0, 1e-6) << name;
  }
  EXPECT_NEAR(sum("gabor", 7), 0.0, 1e-6);
  EXPECT_NEAR(sum("gaussian", 6), 1.0, 1e-6);
}

TEST(KernelPresets, AGaborBankTurnsByAQuarter) {
  const auto bank = preset_kernels({.preset = "gabor", .size = {7, 7}, .count = 2});
  for (std::size_t r = 0; r < 7; ++r) {
    for (std::size_t c = 0; c < 7; ++c) {
      EXPECT_NEAR(bank[49 + c * 7 + r], bank[r * 7 + c], 1e-6) << r << ", " << c;
    }
  }
}

TEST(StridedConv2d, TakesTypedKernelsToo) {
  const auto pool = lower(*parse_layer("StridedConv2d(2, weight=[[1, 2], [3, 4]])"), kPicture);
  ASSERT_TRUE(pool);
  EXPECT_EQ(pool->weights, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(error("StridedConv2d(1, weight=[[[1]], [[2]]])"),
            "StridedConv2d: weight is a bank of kernels; one kernel, or Conv2d");
}

TEST(Pointwise, KeepsWhateverAxesTheArrayHas) {
  Pipeline pipeline{{*parse_layer("MaxPool1d(2)")}, {*parse_layer("ReLU(inplace=True)")}};
  const PipelinePlan rows = plan_pipeline(pipeline, {1, 1, 3, 8}, {.rank = 2});
  ASSERT_FALSE(rows.error) << rows.error->message;
  EXPECT_EQ(rows.stages[2].shape, rows.stages[1].shape);
  EXPECT_EQ(rows.stages[2].form, rows.stages[1].form);
  pipeline[0].layer = *parse_layer("GlobalMaxPooling2D()");
  const PipelinePlan none = plan_pipeline(pipeline, kPicture, {});
  ASSERT_FALSE(none.error) << none.error->message;
  EXPECT_EQ(none.stages[2].form, none.stages[1].form);
}

TEST(Conv2d, GivesAPlainGridAnAxisForItsChannels) {
  const Pipeline bank{{*parse_layer("Conv2d(weight=\"gabor\", out_channels=4)")},
                      {*parse_layer("MaxPool2d(2)")}};
  const PipelinePlan plan = plan_pipeline(bank, {1, 1, 6, 6}, {.rank = 2});
  ASSERT_FALSE(plan.error) << plan.error->message;
  EXPECT_EQ(array_axes(plan.stages[1].shape, plan.stages[1].form),
            (std::vector<std::int64_t>{4, 4, 4}));
  EXPECT_EQ(array_axes(plan.stages[2].shape, plan.stages[2].form),
            (std::vector<std::int64_t>{4, 2, 2}));
}

TEST(BatchNorm2d, IsAnAffineFunctionOfEachChannel) {
  const Layer layer =
      *parse_layer("BatchNorm2d(3, eps=0, running_mean=[1, 2, 3], running_var=4, weight=2)");
  const auto lowered = lower_layer(layer, kPicture);
  ASSERT_TRUE(lowered) << lowered.error().message;
  const Pointwise& affine = std::get<Pointwise>(*lowered);
  EXPECT_EQ(affine.scale, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(affine.shift, (std::vector<double>{-1, -2, -3}));
  EXPECT_EQ(error("BatchNorm2d(2)"),
            "BatchNorm2d: num_features 2 differs from the 3 channels of the input; 3 or None");
}

TEST(Hardtanh, NeedsItsEndsInOrder) {
  EXPECT_EQ(error("Hardtanh(2, 1)"),
            "Hardtanh: min_val 2 is not below max_val 1; a smaller number");
}

}  // namespace
}  // namespace poolscope
