#include "core/analysis/gradient.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/analysis/labs.h"
#include "tests/engines/every_engine.h"
#include "tests/pooling/arbitrary_layer.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Tensor filled_with(const Shape& shape, float value) {
  const Values values(static_cast<std::size_t>(shape.elements()), value);
  return *Tensor::copy_of(shape, values);
}

/// What reaches each cell of `input` when every output gets 1.
Values gradient_of_ones(std::string_view layer, const Tensor& input,
                        TiePolicy ties = TiePolicy::winner) {
  const LoweredPool pool = pool_of(layer, input.shape());
  const auto found =
      gradient(pool, input, filled_with(pool.output_shape(input.shape()), 1.0F), ties);
  return {found->values().begin(), found->values().end()};
}

TEST(Gradient, OfAMaxGoesToItsWinnerAndAddsUpWhereWindowsOverlap) {
  EXPECT_EQ(gradient_of_ones("MaxPool2d(2, 1)", grid(2, 3, {1, 5, 2, 0, 3, 4})),
            (Values{0, 2, 0, 0, 0, 0}));
}

TEST(Gradient, OfTiesFollowsThePolicy) {
  const Tensor input = grid(2, 2, {7, 1, 7, 7});
  EXPECT_EQ(gradient_of_ones("MaxPool2d(2)", input), (Values{1, 0, 0, 0}));
  EXPECT_EQ(gradient_of_ones("MaxPool2d(2)", input, TiePolicy::all), (Values{1, 0, 1, 1}));
  const Values split = gradient_of_ones("MaxPool2d(2)", input, TiePolicy::split);
  for (const std::size_t cell : {0U, 2U, 3U}) EXPECT_FLOAT_EQ(split[cell], 1.0F / 3.0F);
  EXPECT_EQ(split[1], 0.0F);
}

TEST(Gradient, GoesToTheLastNanWhereOneWins) {
  const float nan = std::nanf("");
  for (const TiePolicy ties : {TiePolicy::winner, TiePolicy::split, TiePolicy::all}) {
    EXPECT_EQ(gradient_of_ones("MaxPool2d(2)", grid(2, 2, {nan, 1, nan, 9}), ties),
              (Values{0, 0, 1, 0}));
  }
}

TEST(Gradient, OfAMeanIsOneOverTheDivisorThatCountsPadding) {
  EXPECT_EQ(gradient_of_ones("AvgPool2d(2, 2, 1)", grid(2, 2, {1, 2, 3, 4})),
            (Values{0.25F, 0.25F, 0.25F, 0.25F}));
  EXPECT_EQ(
      gradient_of_ones("AvgPool2d(2, 2, 1, count_include_pad=False)", grid(2, 2, {1, 2, 3, 4})),
      (Values{1, 1, 1, 1}));
}

TEST(Gradient, OfABlurSendsMirroredTapsBackToTheirCells) {
  // Windows at 0 and 2 read 1 0 1 and 1 2 1 with the weights 1 2 1 / 4.
  EXPECT_EQ(
      gradient_of_ones("BlurPool2d((1, 2), (1, 2), filter_size=3)", grid(3, 3, Values(9))),
      gradient_of_ones("BlurPool2d((1, 2), (1, 2), filter_size=3)", grid(3, 3, Values(9, 5))));
  const Values column =
      gradient_of_ones("BlurPool2d((3, 2), filter_size=3)", grid(3, 3, Values(9)));
  EXPECT_EQ(column, (Values{0.25F, 0.5F, 0.25F, 0.25F, 0.5F, 0.25F, 0, 0, 0}));
}

TEST(Gradient, AddsUpToTheOutputsOfPicksAndMeansOverTheInput) {
  EXPECT_TRUE(rc::check([] {
    const auto* name =
        *rc::gen::element("AdaptiveMaxPool2d", "MinPool2d", "MedianPool2d", "MaxPooling2D",
                          "AveragePooling2D", "AdaptiveAvgPool2d", "MixedPool2d");
    const Shape shape{2, 1, *rc::gen::inRange(1, 9), *rc::gen::inRange(1, 9)};
    const auto pool = lower(arbitrary_layer_of(*find_kind(name), 4), shape);
    RC_PRE(pool.has_value());
    Values values(static_cast<std::size_t>(shape.elements()));
    for (float& value : values) value = static_cast<float>(*rc::gen::inRange(-3, 4));
    const Shape out = pool->output_shape(shape);
    const auto found = gradient(*pool, *Tensor::copy_of(shape, values), filled_with(out, 1.0F),
                                *rc::gen::element(TiePolicy::winner, TiePolicy::split));
    double sum = 0.0;
    for (const float value : found->values()) sum += value;
    RC_ASSERT(std::abs(sum - static_cast<double>(out.elements())) < 1e-3);
  }));
}

TEST(Gradient, AgreesWithFiniteDifferencesForEveryReduction) {
  Values values(2 * 11 * 13);
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) * 0x1p-22F - 1.0F;
  }
  const Tensor input = *Tensor::copy_of({1, 2, 11, 13}, values);
  for (const char* text :
       {"MaxPool2d(3, 2, 1)", "MinPool2d(3)", "MedianPool2d(3, 1)", "AvgPool2d(3, 2, 1)",
        "LPPool2d(2, 3)", "LPPool2d(3, 3, 1)", "L2Pool2d(2)", "RMSPool2d(3, 1, 1)",
        "MixedPool2d(3, 1, alpha=0.3)", "StochasticPool2d(3)", "GeMPool2d(3, p=2.5)",
        "SoftPool2d(3, 1, 1)", "LogSumExpPool2d(3, beta=2)", "AttentionPool2d(2, temperature=0.5)",
        "BlurPool2d(2, filter_size=4)", "StridedConv2d(3, 2, 1, weight=\"binomial\")",
        "AdaptiveAvgPool2d((3, 4))", "FractionalMaxPool2d(2, output_ratio=0.6, seed=3)"}) {
    const auto check = check_gradient(pool_of(text, input.shape()), input, 300, 0x1p-9F);
    ASSERT_TRUE(check) << text;
    EXPECT_GE(check->cells, 200) << text;
    EXPECT_LE(check->worst, 2e-3) << text;
  }
}

TEST(Gradient, OfSampledDrawsGoesToTheCellsDrawn) {
  const Shape shape{1, 2, 4, 4};
  Values values(32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i + 1);
  const Tensor input = *Tensor::copy_of(shape, values);
  const LoweredPool pool = pool_of("StochasticPool2d(2, training=True, seed=9)", shape);
  const Tensor drawn = ReferenceEngine().run(input, pool, {})->values;
  const auto found = gradient(pool, input, filled_with(drawn.shape(), 1.0F), TiePolicy::winner);
  Values reached;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (found->values()[i] != 0.0F) reached.push_back(values[i]);
  }
  Values expected(drawn.values().begin(), drawn.values().end());
  std::ranges::sort(expected);
  EXPECT_EQ(reached, expected);
}

struct Backward {
  Trace trace;
  std::vector<Tensor> found;
};

Backward backward(const std::vector<std::string>& layers, const Tensor& input,
                  const ArrayForm& form) {
  Pipeline pipeline;
  for (const std::string& text : layers) pipeline.push_back({*parse_layer(text)});
  Backward run{run_pipeline(ReferenceEngine(), pipeline, input, form, {}), {}};
  EXPECT_FALSE(run.trace.error) << run.trace.error->message;
  const Tensor ones = filled_with(run.trace.stages.back().plan.shape, 1.0F);
  run.found = *gradients(run.trace, ones, TiePolicy::winner);
  return run;
}

TEST(PipelineGradient, GoesThroughUnpoolingByTheWinners) {
  const Tensor input = grid(2, 4, {1, 5, 2, 0, 3, 4, 9, 8});
  const Backward run = backward({"MaxPool2d(2)", "MaxUnpool2d(2)"}, input, {2, {}, 2});
  EXPECT_EQ(values_of(run.trace.stages.back().values), (Values{0, 5, 0, 0, 0, 0, 9, 0}));
  EXPECT_EQ(values_of(run.found.front()), (Values{0, 1, 0, 0, 0, 0, 1, 0}));
}

TEST(PipelineGradient, AddsTheLevelsOfAPyramid) {
  const Tensor input = grid(2, 2, {1, 2, 3, 4});
  const Backward run = backward({"SpatialPyramidPool2d([1, 2])"}, input, {2, {}, 2});
  EXPECT_EQ(values_of(run.found.front()), (Values{1, 1, 1, 2}));
}

TEST(PipelineGradient, OfAChainIsThatOfItsPoolsOneByOne) {
  const Tensor tall = grid(4, 4, {1, 4, 2, 3, 0, 7, 5, 6, 9, 8, 1, 2, 3, 4, 5, 6});
  const Backward chained = backward({"MaxBlurPool2d(2, 2)"}, tall, {2, {}, 2});
  const Backward apart = backward({"MaxPool2d(2, 1)", "BlurPool2d(2, 2)"}, tall, {2, {}, 2});
  EXPECT_EQ(values_of(chained.found.front()), values_of(apart.found.front()));
}

TEST(PipelineGradient, OfRoiAlignSharesAPointAmongItsNeighbours) {
  const Backward run = backward({"RoiAlign(rois=[0, 0, 2, 2], sampling_ratio=1)"},
                                grid(2, 2, {1, 2, 3, 4}), {2, {}, 2});
  EXPECT_EQ(values_of(run.trace.stages.back().values), (Values{2.5F}));
  EXPECT_EQ(values_of(run.found.front()), (Values{0.25F, 0.25F, 0.25F, 0.25F}));
}

TEST(PipelineGradient, ComesBackInTheOrderOfTheInputsAxes) {
  // Channels last: two channels of 1x2 cells lie as c0 c1 c0 c1.
  const Tensor stored = *Tensor::copy_of({1, 1, 2, 2}, Values{1, 8, 3, 4});
  const Backward run = backward({"GlobalMaxPooling2D(data_format=\"channels_last\")"}, stored,
                                {3, DataFormat::channels_first, 2});
  EXPECT_EQ(values_of(run.found.front()), (Values{0, 1, 1, 0}));
}

TEST(PipelineGradient, RefusesAGradientOfAnotherShape) {
  const Backward run = backward({"MaxPool2d(2)"}, grid(2, 2, {1, 2, 3, 4}), {2, {}, 2});
  const auto refused = gradients(run.trace, grid(1, 2, {1, 1}), TiePolicy::winner);
  EXPECT_EQ(refused.error().message, "the gradient is 1x1x1x2; the output is 1x1x1x1");
}

}  // namespace
}  // namespace poolscope
