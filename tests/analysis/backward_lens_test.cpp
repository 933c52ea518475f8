#include "core/analysis/backward_lens.h"

#include <numeric>

#include <gtest/gtest.h>

#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Tensor counting(const Shape& shape) {
  Values values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 1.0F);
  return *Tensor::copy_of(shape, values);
}

LensRequest request_of(const std::vector<std::string>& layers, const Tensor& input) {
  Pipeline pipeline;
  for (const std::string& layer : layers) pipeline.push_back({*parse_layer(layer), true});
  LensRequest request;
  request.trace = run_pipeline(ReferenceEngine(), pipeline, input, {4, {}, 2}, {.winners = true});
  request.stage = layers.size();
  request.given.everywhere = 1.0F;
  return request;
}

LensAnswer answer_of(const LensRequest& request, TiePolicy ties = TiePolicy::winner) {
  auto answer = look_back(request, ties);
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? *answer : LensAnswer{};
}

TEST(BackwardLens, SendsOnesToTheWinnersAndCountsTheStarved) {
  const LensAnswer answer = answer_of(request_of({"MaxPool2d(2)"}, counting({1, 1, 4, 4})));
  EXPECT_EQ(values_of(answer.output), (Values{1, 1, 1, 1}));
  EXPECT_EQ(values_of(answer.input), (Values{0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1}));
  EXPECT_EQ(answer.starved, 12);
  EXPECT_FALSE(answer.source);
}

TEST(BackwardLens, TakesNumbersOnSingleCells) {
  LensRequest request = request_of({"AvgPool2d(2)"}, counting({1, 1, 4, 4}));
  request.given = {0.0F, {{0, 0, 1, 4.0F}, {0, 1, 0, -8.0F}, {0, 7, 7, 99.0F}}};
  const LensAnswer answer = answer_of(request);
  EXPECT_EQ(values_of(answer.output), (Values{0, 4, -8, 0}));
  EXPECT_EQ(values_of(answer.input), (Values{0, 0, 1, 1, 0, 0, 1, 1, -2, -2, 0, 0, -2, -2, 0, 0}));
  EXPECT_EQ(answer.starved, 8);
}

TEST(BackwardLens, LooksAtOnePlaneOnly) {
  LensRequest request = request_of({"MaxPool2d(2)"}, counting({1, 3, 2, 2}));
  request.given = {0.0F, {{1, 0, 0, 5.0F}}};
  request.plane = 1;
  EXPECT_EQ(values_of(answer_of(request).input), (Values{0, 0, 0, 5}));
  request.plane = 2;
  EXPECT_EQ(values_of(answer_of(request).input), (Values{0, 0, 0, 0}));
}

TEST(BackwardLens, GoesOnToTheSource) {
  LensRequest request = request_of({"AvgPool2d(2)", "MaxPool2d(2)"}, counting({1, 2, 4, 4}));
  request.to_source = true;
  request.plane = 1;
  const LensAnswer answer = answer_of(request);
  EXPECT_EQ(values_of(answer.input), (Values{0, 0, 0, 1}));
  ASSERT_TRUE(answer.source);
  EXPECT_EQ(values_of(*answer.source),
            (Values{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .25, .25, 0, 0, .25, .25}));
}

TEST(BackwardLens, FollowsAnUnpoolingBackToWhatItRead) {
  const LensRequest request =
      request_of({"MaxPool2d(2, return_indices=True)", "MaxUnpool2d(2)"}, counting({1, 1, 4, 4}));
  ASSERT_EQ(request.trace.stages.size(), 3U);
  EXPECT_EQ(values_of(answer_of(request).input), (Values{1, 1, 1, 1}));
}

TEST(BackwardLens, PassesThroughALayerThatIsOff) {
  LensRequest request = request_of({"MaxPool2d(2)"}, counting({1, 1, 2, 2}));
  Pipeline off{{*parse_layer("MaxPool2d(2)"), false}};
  request.trace =
      run_pipeline(ReferenceEngine(), off, counting({1, 1, 2, 2}), {4, {}, 2}, {.winners = true});
  EXPECT_EQ(values_of(answer_of(request).input), (Values{1, 1, 1, 1}));
}

TEST(BackwardLens, StopsWhenItIsCancelled) {
  const std::atomic<bool> cancelled = true;
  const auto answer = look_back(request_of({"AvgPool2d(2)"}, counting({1, 1, 4, 4})),
                                {TiePolicy::winner, &cancelled});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "cancelled");
}

TEST(BackwardLens, RefusesAStageThatWasNotComputed) {
  LensRequest request = request_of({"MaxPool2d(2)"}, counting({1, 1, 4, 4}));
  request.stage = 2;
  EXPECT_FALSE(look_back(request, TiePolicy::winner));
  request.stage = 0;
  EXPECT_FALSE(look_back(request, TiePolicy::winner));
}

TEST(WindowGradient, IsTheColumnOfThePoolsGradient) {
  const Tensor input = *Tensor::copy_of({1, 1, 3, 3}, Values{4, 1, 4, 2, 4, 0, 3, 5, 6});
  for (const char* text : {"MaxPool2d(2, stride=1)", "AvgPool2d(3, stride=2, padding=1)",
                           "LPPool2d(2, 2, stride=1)", "SoftPool2d(2, stride=1)"}) {
    const LoweredPool pool = *lower(*parse_layer(text), input.shape());
    const Shape out = pool.output_shape(input.shape());
    for (const TiePolicy ties : {TiePolicy::winner, TiePolicy::split, TiePolicy::all}) {
      for (std::int64_t cell = 0; cell < out.plane_size(); ++cell) {
        Values given(static_cast<std::size_t>(out.plane_size()), 0.0F);
        given[static_cast<std::size_t>(cell)] = 1.0F;
        const Values whole = values_of(*gradient(pool, input, *Tensor::copy_of(out, given), ties));
        Values found(whole.size(), 0.0F);
        const auto taps = window_gradient(pool, input, {0, cell / out.w, cell % out.w}, ties);
        ASSERT_TRUE(taps);
        for (const TapGradient& tap : *taps)
          found[static_cast<std::size_t>(tap.index)] += static_cast<float>(tap.share);
        EXPECT_EQ(found, whole) << text << " window " << cell;
      }
    }
  }
}

}  // namespace
}  // namespace poolscope
