#include "core/models/preprocess.h"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/values.h"

namespace poolscope {
namespace {

LoadedArray picture(std::int64_t channels, std::int64_t rows, std::int64_t cols) {
  std::vector<float> values(static_cast<std::size_t>(channels * rows * cols));
  std::iota(values.begin(), values.end(), 0.0F);
  LoadedArray array;
  array.tensor = *Tensor::copy_of({1, channels, rows, cols}, values);
  array.kind = InputKind::image;
  array.white = 255.0F;
  return array;
}

// torch.nn.functional.interpolate(mode="bilinear", antialias=True) of 0 to 7 in two rows.
TEST(Resized, IsBilinearAndAntialiased) {
  const Tensor tensor = picture(1, 2, 4).tensor;
  const auto half = resized(tensor, 1, 2);
  ASSERT_TRUE(half) << half.error().message;
  const std::vector<float> expected{2.7142857F, 4.2857143F};
  ASSERT_EQ(half->shape(), (Shape{1, 1, 1, 2}));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(half->values()[i], expected[i], 1e-6F);
  const auto twice = resized(tensor, 2, 8);
  ASSERT_TRUE(twice);
  const std::vector<float> row{0.0F, 0.25F, 0.75F, 1.25F, 1.75F, 2.25F, 2.75F, 3.0F};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(twice->values()[i], row[i], 1e-6F);
  EXPECT_FALSE(resized(tensor, 0, 4));
}

TEST(ModelInput, CutsTheSquareInTheMiddleAndNormalises) {
  Preprocessing how;
  how.resize = 0;
  how.crop = 2;
  how.mean = {0.5};
  how.std = {0.25};
  const auto input = model_input(picture(1, 4, 6), how);
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->axes, (std::vector<std::int64_t>{1, 3, 2, 2}));
  EXPECT_EQ(values_of(input->picture),
            (std::vector<float>{8, 9, 14, 15, 8, 9, 14, 15, 8, 9, 14, 15}));
  EXPECT_FLOAT_EQ(input->values.values()[0], (8.0F / 255.0F - 0.5F) / 0.25F);
}

TEST(ModelInput, ResizesTheShorterSide) {
  Preprocessing how;
  how.resize = 2;
  how.crop = 0;
  const auto wide = model_input(picture(3, 4, 7), how);
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->values.shape(), (Shape{1, 3, 2, 3}));
  const auto tall = model_input(picture(4, 7, 4), how);
  ASSERT_TRUE(tall);
  EXPECT_EQ(tall->values.shape(), (Shape{1, 3, 3, 2}));
}

TEST(ModelInput, MakesColoursGreyWhereAsked) {
  Preprocessing how{true, 0, 0, false, {0.0}, {1.0}};
  const auto input = model_input(picture(3, 1, 2), how);
  ASSERT_TRUE(input);
  ASSERT_EQ(input->values.shape(), (Shape{1, 1, 1, 2}));
  EXPECT_FLOAT_EQ(input->values.values()[1], 0.299F * 1 + 0.587F * 3 + 0.114F * 5);
}

TEST(ModelInput, TakesArraysAsTheyAre) {
  LoadedArray array = picture(2, 3, 4);
  array.kind = InputKind::npy;
  array.form = {3, DataFormat::channels_first};
  const auto input = model_input(array, {});
  ASSERT_TRUE(input);
  EXPECT_TRUE(input->values.same_buffer(array.tensor));
  EXPECT_EQ(input->axes, (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_FALSE(input->is_image);
}

TEST(LikelyFormat, LooksAtTheSizes) {
  const auto last = [](std::vector<std::int64_t> axes) {
    return likely_format(axes) == DataFormat::channels_last;
  };
  EXPECT_FALSE(last({1, 3, 224, 224}));
  EXPECT_TRUE(last({1, 224, 224, 3}));
  EXPECT_TRUE(last({8, 14, 14, 512}));
  EXPECT_FALSE(last({8, 512, 14, 14}));
  EXPECT_TRUE(last({480, 640, 3}));
  EXPECT_FALSE(last({3, 480, 640}));
  EXPECT_FALSE(last({16, 36, 48}));
  EXPECT_FALSE(last({1, 1, 5000}));
  EXPECT_FALSE(last({4, 1, 1, 100}));
  EXPECT_FALSE(last({5, 5, 5})) << "channels come first where nothing tells";
  EXPECT_EQ(likely_format(std::vector<std::int64_t>{4, 5}), DataFormat::unspecified);
}

TEST(ModelInput, PutsTheChannelsOfAnArrayFirst) {
  LoadedArray array;
  array.kind = InputKind::npy;
  array.form = {3, DataFormat::channels_first, 2};
  // Read as 2x2x3 channels first; in truth 2 rows of 2 cells with 3 channels each.
  array.tensor = *Tensor::copy_of({1, 2, 2, 3}, std::vector<float>{1, 10, 100, 2, 20, 200,  //
                                                                   3, 30, 300, 4, 40, 400});
  const auto input = model_input(array, {}, DataFormat::channels_last);
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->axes, (std::vector<std::int64_t>{3, 2, 2}));
  EXPECT_EQ(input->values.shape(), (Shape{1, 3, 2, 2}));
  EXPECT_EQ(std::vector<float>(input->values.values().begin(), input->values.values().end()),
            (std::vector<float>{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400}));
  const auto as_is = model_input(array, {}, DataFormat::channels_first);
  EXPECT_EQ(as_is->axes, (std::vector<std::int64_t>{2, 2, 3}));
  const auto guessed = model_input(array, {});
  EXPECT_EQ(guessed->data_format, DataFormat::channels_last) << "2x2x3: the first two are alike";
}

TEST(ModelInput, SaysWhatDoesNotFit) {
  Preprocessing how;
  how.grey = true;
  EXPECT_EQ(model_input(picture(3, 4, 4), how).error().message, "mean has 3 numbers; 1 is right");
  how = {};
  how.std = {0.0};
  EXPECT_EQ(model_input(picture(3, 4, 4), how).error().message,
            "std is 0; values are divided by it");
}

}  // namespace
}  // namespace poolscope
