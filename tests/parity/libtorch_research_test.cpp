#include <limits>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "core/engines/run_layer.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"

/// The research pools have no layer in PyTorch; here each is written as a user of PyTorch would.
namespace poolscope {
namespace {

using at::Tensor;
constexpr double kInf = std::numeric_limits<double>::infinity();

/// Windows of one size at one distance, as most of the pools below have them.
struct Sliding {
  std::int64_t kernel, stride, padding;

  /// The mean of the taps inside.
  Tensor mean(const Tensor& x) const {
    return at::avg_pool2d(x, kernel, stride, padding, /*ceil_mode=*/false,
                          /*count_include_pad=*/false);
  }
  Tensor max(const Tensor& x) const { return at::max_pool2d(x, kernel, stride, padding); }
  /// The taps of each window along axis 2, `outside` where there is none.
  Tensor taps(const Tensor& x, double outside) const {
    const Tensor padded = at::constant_pad_nd(x, {padding, padding, padding, padding}, outside);
    return padded.unfold(2, kernel, stride).unfold(3, kernel, stride).flatten(4);
  }
  std::string text(const char* name, const char* more = "") const {
    return fmt::format("{}({}, {}, {}{})", name, kernel, stride, padding, more);
  }
};

Tensor torch_tensor(const poolscope::Tensor& x) {
  const Shape& s = x.shape();
  return at::from_blob(const_cast<float*>(x.data()), {s.n, s.c, s.h, s.w}).clone();
}

/// A convolution of each channel with one kernel.
Tensor depthwise(const Tensor& x, const Tensor& kernel, std::int64_t stride, std::int64_t padding) {
  const Tensor weight = kernel.expand({x.size(1), 1, kernel.size(0), kernel.size(1)});
  return at::conv2d(x, weight, /*bias=*/{}, at::IntArrayRef{stride, stride},
                    at::IntArrayRef{padding, padding}, at::IntArrayRef{1, 1}, x.size(1));
}

void expect_same(const std::string& text, const poolscope::Tensor& input, const Tensor& expected) {
  const auto lowered = lower_layer(*parse_layer(text), input.shape());
  ASSERT_TRUE(lowered) << lowered.error().message;
  for (const char* name : {"reference", "torch"}) {
    const auto output = run_layer(**find_engine(name), {input, *lowered}, {});
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_TRUE(output->notes.empty()) << text << ": " << output->notes.front();
    const Tensor ours = torch_tensor(output->values);
    ASSERT_EQ(ours.sizes(), expected.sizes()) << text;
    EXPECT_TRUE(at::allclose(ours, expected, /*rtol=*/1e-5, /*atol=*/1e-5))
        << text << ", " << name << ": off by " << (ours - expected).abs().max().item<float>();
  }
}

class LibTorchResearch : public testing::TestWithParam<Sliding> {
 protected:
  const Sliding& windows = GetParam();
  const poolscope::Tensor input = filled({2, 3, 13, 18}, Fill::random, 4);
  const Tensor x = torch_tensor(input);
};
INSTANTIATE_TEST_SUITE_P(Windows, LibTorchResearch,
                         testing::Values(Sliding{2, 2, 0}, Sliding{3, 2, 1}, Sliding{3, 1, 0},
                                         Sliding{5, 3, 2}));

TEST_P(LibTorchResearch, MinIsTheNegatedMaximumOfTheNegative) {
  expect_same(windows.text("MinPool2d"), input, -windows.max(-x));
}

TEST_P(LibTorchResearch, MedianIsTheMedianOfTheTaps) {
  const Tensor taps = windows.taps(x, /*outside=*/std::numeric_limits<double>::quiet_NaN());
  expect_same(windows.text("MedianPool2d"), input, std::get<0>(taps.nanmedian(-1)));
}

TEST_P(LibTorchResearch, NormsAreRootsOfSumsAndMeansOfSquares) {
  expect_same(windows.text("RMSPool2d"), input, windows.mean(x * x).sqrt());
  expect_same(windows.text("L2Pool2d"), input, windows.taps(x * x, 0).sum(-1).sqrt());
}

TEST_P(LibTorchResearch, GeneralizedMeanIsARootOfAMeanOfPowers) {
  expect_same(windows.text("GeMPool2d", ", p=3, eps=0.01"), input,
              windows.mean(x.clamp_min(0.01).pow(3)).pow(1.0 / 3));
}

TEST_P(LibTorchResearch, MixedIsAShareOfMaximumAndMean) {
  expect_same(windows.text("MixedPool2d", ", alpha=0.3"), input,
              0.3 * windows.max(x) + 0.7 * windows.mean(x));
}

TEST_P(LibTorchResearch, StochasticExpectsTheMeanOfSquaresByTheMean) {
  const Tensor positive = x.relu();
  expect_same(windows.text("StochasticPool2d"), input,
              (windows.mean(positive * positive) / windows.mean(positive)).nan_to_num(0.0));
}

TEST_P(LibTorchResearch, SoftIsAMeanWeightedByExponentials) {
  const Tensor weights = x.exp();
  expect_same(windows.text("SoftPool2d"), input, windows.mean(weights * x) / windows.mean(weights));
  const Tensor cold = (x / 0.5).exp();
  expect_same(windows.text("AttentionPool2d", ", temperature=0.5"), input,
              windows.mean(cold * x) / windows.mean(cold));
}

TEST_P(LibTorchResearch, LogSumExpIsThatOfTheTaps) {
  expect_same(windows.text("LogSumExpPool2d", ", beta=2"), input,
              (windows.taps(x, -kInf) * 2).logsumexp(-1) / 2);
}

TEST_P(LibTorchResearch, StridedConvolutionIsADepthwiseOne) {
  const auto [kernel, stride, padding] = windows;
  const Tensor average = at::full({kernel, kernel}, 1.0 / static_cast<double>(kernel * kernel));
  expect_same(windows.text("StridedConv2d"), input, depthwise(x, average, stride, padding));
}

/// The binomial filter, reflected at the borders.
Tensor blurred(const Tensor& x, const std::vector<float>& filter, std::int64_t stride) {
  const auto taps = static_cast<std::int64_t>(filter.size());
  const Tensor row = at::tensor(filter) / at::tensor(filter).sum();
  const std::int64_t before = (taps - 1) / 2, after = taps / 2;
  const Tensor padded = at::reflection_pad2d(x, {before, after, before, after});
  return depthwise(padded, at::outer(row, row), stride, 0);
}

TEST(LibTorchResearchShapes, BlurIsAReflectedDepthwiseConvolution) {
  const poolscope::Tensor input = filled({1, 3, 12, 17}, Fill::random, 5);
  const Tensor x = torch_tensor(input);
  expect_same("BlurPool2d(2)", input, blurred(x, {1, 2, 1}, 2));
  expect_same("BlurPool2d(3, 3, filter_size=4)", input, blurred(x, {1, 3, 3, 1}, 3));
  expect_same("BlurPool2d(2, filter_size=5)", input, blurred(x, {1, 4, 6, 4, 1}, 2));
  expect_same("MaxBlurPool2d(2)", input, blurred(at::max_pool2d(x, 2, 1), {1, 2, 1}, 2));
}

TEST(LibTorchResearchShapes, PyramidIsAdaptiveMaximaSideBySide) {
  const poolscope::Tensor input = filled({2, 3, 13, 10}, Fill::random, 6);
  const Tensor x = torch_tensor(input);
  std::vector<Tensor> levels;
  for (const std::int64_t bins : {1, 2, 4}) {
    levels.push_back(std::get<0>(at::adaptive_max_pool2d(x, {bins, bins})).flatten(2));
  }
  expect_same("SpatialPyramidPool2d()", input, at::cat(levels, 2).unsqueeze(2));
}

}  // namespace
}  // namespace poolscope
